package rest

import (
	"encoding/base64"
	"slices"

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
			return nil, "", &fault.Error{Kind: fault.Malformed, Code: "request.cursor", Fields: []fault.Field{{Name: "cursor", Code: "invalid"}}, Err: err}
		}
		all = all[i+1:]
	}
	if len(all) <= p.Limit {
		return all, "", nil
	}
	return all[:p.Limit], base64.RawURLEncoding.EncodeToString([]byte(key(all[p.Limit-1]))), nil
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
