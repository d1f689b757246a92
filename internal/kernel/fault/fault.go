// Package fault is a failure that callers may act on: a kind, a stable code, and the fields at fault.
//
// Every refusal a person can meet is a *fault.Error. The edge turns one into problem+json (RFC 9457) or into a page
// in the reader's language; the sentence for code "x.y" is the i18n key "fault.x.y". Anything that is not a
// fault.Error is Internal: it is logged with its cause and shown without it.
package fault

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Kind groups failures by what a caller can do about them; the edge maps a kind to one HTTP status.
type Kind uint8

// The kinds. Internal is the zero Kind, so that a forgotten kind is never shown as the user's mistake.
const (
	Internal        Kind = iota // 500
	Invalid                     // 422: Fields say which inputs and why
	Malformed                   // 400: the request could not be read at all
	Unauthenticated             // 401: sign in first
	Forbidden                   // 403: signed in, not permitted
	NotFound                    // 404: absent, or not this caller's to know of
	Conflict                    // 409: the state moved; reload and try again
	Gone                        // 410: was here, is no longer (expired link)
	TooLarge                    // 413
	Unsupported                 // 415: a type that is not accepted
	RateLimited                 // 429: see RetryAfter
	Unavailable                 // 503: a dependency is down; try again
)

// Field is one input at fault. Code is the last part of the i18n key "field.<code>"; Args fill its placeholders.
type Field struct {
	Name string
	Code string
	Args []any // name, value, name, value …
}

// Error is a refusal with a stable code, such as "application.not_open".
type Error struct {
	Kind       Kind
	Code       string
	Args       []any // name, value … for the sentence of Code
	Fields     []Field
	RetryAfter time.Duration
	Err        error // the cause, for the log only
}

// New returns a refusal of kind with a stable code and the arguments of its sentence.
func New(kind Kind, code string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Args: args}
}

// Wrap is New with a cause that goes to the log and never to a person.
func Wrap(kind Kind, code string, err error) *Error {
	return &Error{Kind: kind, Code: code, Err: err}
}

// Fields returns the Invalid refusal "input.invalid" naming every field at fault, or nil when there is none.
func Fields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "input.invalid", Fields: fields}
}

// Also adds to fields at fault those that are refused besides. Of one that is at fault twice the first word stays: what could not be read
// is not missing too.
func Also(fields []Field, more ...Field) []Field {
	for _, f := range more {
		if !slices.ContainsFunc(fields, func(x Field) bool { return x.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, f := range e.Fields {
		b.WriteString(" " + f.Name + "=" + f.Code)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// From returns the refusal inside err, or an Internal one that wraps it.
func From(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return &Error{Kind: Internal, Code: "internal", Err: err}
}

// Is reports whether err is a refusal with this code.
func Is(err error, code string) bool {
	var f *Error
	return errors.As(err, &f) && f.Code == code
}
