package rest

import (
	"encoding/base64"
	"slices"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

// Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last one."`
}

// Paged is a page with the address of the next one.
type Paged[T any] struct {
	Link string `header:"Link" doc:"The address of the next page, rel=\"next\" (RFC 8288)."`
	Body Page[T]
}

// OK is an answer without headers of its own.
type OK[T any] struct{ Body T }

// Done is an answer without a body.
type Done struct{}

// Paging asks for a part of a list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many items at the most."`
}

// Named is a code with what it is called.
type Named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// List writes each of in, never as null.
func List[T, U any](in []T, fn func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, one := range in {
		out = append(out, fn(one))
	}
	return out
}

// Cut takes the part of a list that p asks for. The cursor is the key of the last item before it.
func Cut[T any](all []T, p Paging, key func(T) string) (part []T, next string, err error) {
	if p.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
		i := slices.IndexFunc(all, func(one T) bool { return key(one) == string(raw) })
		if err != nil || i < 0 {
			return nil, "", badCursor(err)
		}
		all = all[i+1:]
	}
	part, next = Part(all, p, key)
	return part, next, nil
}

func badCursor(err error) error {
	return &fault.Error{Kind: fault.Malformed, Code: "request.cursor", Fields: []fault.Field{{Name: "cursor", Code: "invalid"}}, Err: err}
}

// After is the id that the page before ended with, for a list that is read page by page; uuid.Nil begins it.
func (p Paging) After() (uuid.UUID, error) {
	if p.Cursor == "" {
		return uuid.Nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return uuid.Nil, badCursor(err)
	}
	id, err := uuid.ParseBytes(raw)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, badCursor(err)
	}
	return id, nil
}

// Part takes the page off all, which was read from where p begins, one more than the page may hold; key is what the
// cursor of the next page says.
func Part[T any](all []T, p Paging, key func(T) string) (part []T, next string) {
	if len(all) <= p.Limit {
		return all, ""
	}
	return all[:p.Limit], base64.RawURLEncoding.EncodeToString([]byte(key(all[p.Limit-1])))
}

// Next is the Link header of the page after this request's, or "" on the last.
func (w Caller) Next(cursor string) string {
	if cursor == "" {
		return ""
	}
	u := *w.Gin.Request.URL
	q := u.Query()
	q.Set("cursor", cursor)
	u.RawQuery = q.Encode()
	return "<" + u.RequestURI() + `>; rel="next"`
}
