package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// Problem is a refusal as RFC 9457 writes it. Its title is the same for every occurrence of a status; its detail is
// the sentence of the code.
type Problem struct {
	Type     string  `json:"type" format:"uri-reference" example:"/problems/input.invalid" doc:"The stable code of the refusal after /problems/. Programs decide by it."`
	Title    string  `json:"title" example:"The request holds something wrong" doc:"What the status means, in the caller's language."`
	Status   int     `json:"status" format:"int32" example:"422" doc:"The HTTP status."`
	Detail   string  `json:"detail" example:"Some answers need to be corrected." doc:"What happened and what to do, in the caller's language, fit to be shown to a person."`
	Instance string  `json:"instance" format:"uri-reference" example:"urn:uuid:01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f" doc:"The id of the request, which the operator's log has too."`
	Errors   []Wrong `json:"errors,omitempty" doc:"Every input at fault, where it can be said."`
}

// Wrong is one input at fault.
type Wrong struct {
	Field  string `json:"field" example:"phone4" doc:"Where in the request: a property of the body with dots and indexes, a parameter or a header; or the code of a field of the service's form."`
	Code   string `json:"code" example:"phone_four" doc:"The stable code of what is wrong with it."`
	Detail string `json:"detail" example:"Write the last four digits of the phone number." doc:"The same in words, in the caller's language."`
}

// Wrongs are inputs at fault in the caller's language.
func (w Caller) Wrongs(all []fault.Field) []Wrong {
	return List(all, func(f fault.Field) Wrong {
		return Wrong{Field: f.Name, Code: f.Code, Detail: w.Lang.T("field."+f.Code, f.Args...)}
	})
}

func (p *Problem) Error() string { return p.Type }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var (
	errNoOperation = fault.New(fault.NotFound, "api.not_found")
	errMethod      = WithStatus(http.StatusMethodNotAllowed, fault.New(fault.NotFound, "api.method"))
)

// statusError is a refusal whose status HTTP names more exactly than its kind does.
type statusError struct {
	error
	status int
}

// WithStatus is err under a status that HTTP has for it and its kind has not.
func WithStatus(status int, err error) error { return statusError{error: err, status: status} }

func (e statusError) Unwrap() error { return e.error }

// fail writes err as a problem document, for what never reaches huma. Causes go to the log, never to the body.
func (a *API) fail(c *gin.Context, err error) {
	if c.Writer.Written() {
		c.Abort()
		return
	}
	p := a.problem(c, err)
	body, err := json.Marshal(p)
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Header("Content-Language", string(langOf(c)))
	c.Abort()
	c.Data(p.Status, p.ContentType(""), body)
}

// problem turns a refusal into its document and sets the headers that belong to it.
func (a *API) problem(c *gin.Context, err error) *Problem {
	f, status := gate.Failed(c, err)
	var exact statusError
	if errors.As(err, &exact) {
		status = exact.status
	}
	if status == http.StatusUnauthorized {
		challenge := "Bearer"
		if Bearer(c) != "" {
			challenge = `Bearer error="invalid_token"`
		}
		c.Header("WWW-Authenticate", challenge)
	}
	return newProblem(c, f, status)
}

func newProblem(c *gin.Context, f *fault.Error, status int) *Problem {
	l := langOf(c)
	p := &Problem{
		Type: "/problems/" + f.Code, Title: l.T("api.title." + strconv.Itoa(status)), Status: status,
		Detail: l.T("fault."+f.Code, f.Args...), Instance: "urn:uuid:" + gate.RequestID(c),
	}
	for _, w := range f.Fields {
		p.Errors = append(p.Errors, Wrong{Field: w.Name, Code: w.Code, Detail: l.T("field."+w.Code, w.Args...)})
	}
	return p
}

// langOf is the language that the gate picks too; it is asked here because a refusal may come before the gate.
func langOf(c *gin.Context) i18n.Locale { return i18n.Pick(c.GetHeader("Accept-Language")) }

// translate puts huma's own refusals, which are in English and quote the input, into our form.
func (a *API) translate(hc huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	c := humagin.Unwrap(hc)
	switch m.Status {
	case http.StatusUnprocessableEntity:
		return newProblem(c, fault.From(fault.Fields(invalid(m.Errors))), m.Status), nil
	case http.StatusRequestEntityTooLarge:
		return newProblem(c, fault.New(fault.TooLarge, "request.too_large"), m.Status), nil
	case http.StatusBadRequest:
		return newProblem(c, fault.From(malformed("body", "required")), m.Status), nil
	}
	f, _ := gate.Failed(c, errors.New("httpapi: "+m.Detail))
	return newProblem(c, f, m.Status), nil
}

// Renamed gives the fields of a refusal the names that they have in the request.
func Renamed(err error, names map[string]string) error {
	var f *fault.Error
	if err == nil || !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	out := *f
	out.Fields = make([]fault.Field, len(f.Fields))
	for i, one := range f.Fields {
		if name, ok := names[one.Name]; ok {
			one.Name = name
		}
		out.Fields[i] = one
	}
	return &out
}
