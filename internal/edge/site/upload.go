package site

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"bedelau/internal/kernel/fault"
)

const (
	// uploadText bounds the typed answers beside an uploaded file.
	uploadText = 64 << 10
	// uploadParts bounds the pieces of a post.
	uploadParts = 20
)

// ReadUpload reads a form that carries one file in field, and hands the file to take as it arrives, never through memory
// or a temporary folder. It returns what was typed, of a form that breaks off as far as it was read. It refuses what
// ReadForm refuses, a form without a file (field: required), a second one, and what is larger than the route allows
// (field: file_too_large, with most megabytes). A field may come more than once when it is named in many, such as a date. A file that
// take refuses, and one that is missing, do not break it off: the rest is read, and refused together with it.
func ReadUpload(c *gin.Context, field string, most int, take func(name string, body io.Reader) error, many ...string) (Form, error) {
	r, err := c.Request.MultipartReader()
	if err != nil {
		return Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	typed, taken, text := url.Values{}, false, int64(0)
	var refused error // the file
	for n := 0; ; n++ {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n > uploadParts {
			in, _ := CheckText(typed, many) // without what is no text
			return in, tooLarge(err, field, most)
		}
		switch {
		case part.FormName() == field && part.FileName() != "" && !taken:
			taken = true
			err = take(ToText(part.FileName()), part)
			if f := fault.From(err); len(f.Fields) > 0 {
				refused = err
				_, err = io.Copy(io.Discard, part)
			}
		case part.FileName() == "" && part.FormName() != field:
			raw, failed := io.ReadAll(io.LimitReader(part, uploadText-text+1))
			text += int64(len(raw))
			if err = failed; err == nil && text > uploadText {
				err = fault.New(fault.TooLarge, "request.too_large")
			}
			typed.Add(part.FormName(), string(raw))
		default:
			_, err = io.Copy(io.Discard, part) // a file that nobody asked for, or none chosen
		}
		if err != nil {
			in, _ := CheckText(typed, many) // without what is no text
			return in, tooLarge(err, field, most)
		}
	}
	if !taken {
		refused = Invalid(field, "required")
	}
	in, err := CheckText(typed, many)
	if err == nil || refused == nil {
		return in, cmp.Or(err, refused)
	}
	return in, fault.Fields(fault.Also(fault.From(err).Fields, fault.From(refused).Fields...))
}

// tooLarge says whose doing a broken upload is.
func tooLarge(err error, field string, most int) error {
	var big *http.MaxBytesError
	switch f := fault.From(err); {
	case errors.As(err, &big):
		return &fault.Error{Kind: fault.TooLarge, Code: "request.too_large",
			Fields: []fault.Field{{Name: field, Code: "file_too_large", Args: []any{"max", most}}}}
	case err != nil && f.Kind != fault.Internal:
		return err
	}
	return &fault.Error{Kind: fault.Malformed, Code: "request.malformed", Err: err}
}
