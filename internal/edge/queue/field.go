package queue

import (
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// AskedPrefix begins the names of inputs that the workflow asks for, so that no code of a city's can be taken for one of ours.
const AskedPrefix = "isi."

// ActBody is how many bytes the form of a step may have at most, files and all.
const ActBody = 24 << 20

const (
	wordsBody = 1 << 20   // of one with words alone
	actMemory = 256 << 10 // of it that is held in memory; the rest waits in a temporary folder
)

// ReadAct reads a form of an officer's, which may carry files for what the workflow asks. Close done when the files have
// been read. The refusals are those of ReadForm.
func ReadAct(c *gin.Context, many ...string) (in site.Form, answers map[string][]string, uploads []application.Upload, done func(), err error) {
	done = func() {}
	kind, _, _ := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if kind != "multipart/form-data" {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, wordsBody)
		// A date or several choices come as several values.
		twice := func(name string) bool { return slices.Contains(many, name) || strings.HasPrefix(name, AskedPrefix) }
		if in, err = site.ReadFormWhere(c, twice); err != nil {
			return in, nil, nil, done, err
		}
		return in, answersIn(in), nil, done, nil
	}
	if err := c.Request.ParseMultipartForm(actMemory); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return in, nil, nil, done, err
		}
		return in, nil, nil, done, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	var open []multipart.File
	done = func() {
		for _, f := range open {
			_ = f.Close()
		}
		_ = c.Request.MultipartForm.RemoveAll()
	}
	values := c.Request.MultipartForm.Value
	for name, sent := range values {
		if strings.HasPrefix(name, AskedPrefix) && len(sent) == 1 && sent[0] == "" {
			delete(values, name) // a browser sends a file that was not chosen as an empty one without a name, which reads as text
			continue
		}
		if strings.HasPrefix(name, AskedPrefix) {
			many = append(many, name)
		}
	}
	if in, err = site.CheckText(values, many); err != nil {
		return in, answersIn(in), nil, done, err
	}
	for name, list := range c.Request.MultipartForm.File {
		field, ok := strings.CutPrefix(name, AskedPrefix)
		for _, h := range list {
			if !ok || h.Size == 0 {
				continue
			}
			f, err := h.Open()
			if err != nil {
				done()
				return in, nil, nil, func() {}, err
			}
			open = append(open, f)
			uploads = append(uploads, application.Upload{Field: field, Name: site.ToText(h.Filename), Body: f})
		}
	}
	slices.SortStableFunc(uploads, func(a, b application.Upload) int { return strings.Compare(a.Field, b.Field) })
	return in, answersIn(in), uploads, done, nil
}

func answersIn(in site.Form) map[string][]string {
	out := map[string][]string{}
	for name, values := range in.Values {
		if field, ok := strings.CutPrefix(name, AskedPrefix); ok {
			out[field] = values
		}
	}
	return out
}

// Inputs are the questions of a page of the sheet, with what was typed into them when they were refused.
func Inputs(p form.Page, typed map[string][]string, errs ui.Errors, l i18n.Locale) []ui.Field {
	var out []ui.Field
	for _, f := range p.Fields {
		if f.Type == form.Computed {
			continue // worked out when the form is taken
		}
		v := ui.Field{Name: AskedPrefix + f.Code, Type: string(f.Type), Label: f.Label.In(l), Hint: f.Hint.In(l), Error: errs.Of(AskedPrefix + f.Code),
			Optional: !f.Required && f.Type != form.Consent && f.Answered(), Max: f.Max}
		if f.Type == form.Number {
			v.Type = "decimal"
		}
		for _, o := range f.Options {
			v.Options = append(v.Options, ui.Option{Value: o.Value, Label: o.Label.In(l)})
		}
		if f.File != nil {
			v.Rule = ui.FileRule{Types: f.File.Types, MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
		}
		if was := typed[f.Code]; len(was) > 0 {
			v.Typed, v.Values = was, was
			if f.Type != form.Date && f.Type != form.Point || len(was) == 1 {
				v.Value = was[0]
			}
		}
		out = append(out, v)
	}
	return out
}
