package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
)

// applicationForm is what an applicant fills in, with what is filled in so far.
type applicationForm struct {
	Application Application `json:"application"`
	Correction  *correction `json:"correction,omitempty"`
	Next        string      `json:"next_page,omitempty" doc:"The first page that is not done."`
	Pages       []formPage  `json:"pages" doc:"One thing on a page, in order."`
}

type formPage struct {
	Code   string      `json:"code" example:"nik"`
	Title  string      `json:"title"`
	Hint   string      `json:"hint,omitempty"`
	Done   bool        `json:"done" doc:"Nothing on it is missing or wrong."`
	Fields []formField `json:"fields"`
}

type formField struct {
	Code       string    `json:"code" example:"nik" doc:"Of a part of a block as ibu.nik, of a row as saksi.1.nama."`
	Type       form.Type `json:"type" enum:"text,long_text,nik,kk,npwp,nib,nop,phone,email,number,money,date,choice,multi_choice,yes_no,file,computed,point,person,group,row,district,subdistrict,consent,info" doc:"info is text to read, person the heading of the parts behind it and row that of one row of a group; they take no answer. The answer of a group is the number of its rows."`
	Label      string    `json:"label"`
	Belongs    string    `json:"belongs_to,omitempty" doc:"The block or row that the question is part of."`
	Hint       string    `json:"hint,omitempty"`
	Required   bool      `json:"required" doc:"As the answers so far make it."`
	Max        int       `json:"max,omitempty" doc:"Characters of a text."`
	Least      *int64    `json:"least,omitempty" doc:"Of a number or an amount."`
	Most       *int64    `json:"most,omitempty" doc:"Of a number or an amount."`
	Options    []option  `json:"options,omitempty" doc:"Of a choice, or the city's districts."`
	File       *fileRule `json:"file,omitempty" doc:"Of an upload."`
	Editable   bool      `json:"editable" doc:"May be changed now: in a correction, only what was asked for."`
	Value      string    `json:"value,omitempty" doc:"The applicant's own answer, in the spelling in which it is kept."`
	Values     []string  `json:"values,omitempty" doc:"Those of a multiple choice."`
	Suggestion string    `json:"suggestion,omitempty" doc:"What is known from the profile or an earlier application. It counts once it is sent."`
	Files      []file    `json:"files,omitempty"`
}

type option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Group string `json:"group,omitempty" doc:"The district of a subdistrict."`
}

// review is a form with everything that stands between it and submission.
type review struct {
	Form     applicationForm `json:"form"`
	Missing  []rest.Wrong    `json:"missing" doc:"Refuses the submission; the field is a code of the form."`
	Warnings []rest.Wrong    `json:"warnings" doc:"To be looked at again; does not refuse it."`
}

type answersRequest struct {
	Answers map[string]given `json:"answers" maxProperties:"1000" example:"{\"nik\":\"2171046703900003\"}" doc:"By code of the field, as the form's JSON Schema says: text, a date as 2006-01-02, the value of an option, yes or no, yes for a consent (of both also true or false as JSON booleans), 1.130100,104.052900 for a point, the number of rows for a group; a list for a multiple choice. A field of the page that is left out is emptied."`
	Confirm []confirmed      `json:"confirm,omitempty" maxItems:"100" doc:"Warnings of the review at which the applicant has looked again."`
}

// confirmed names a warning.
type confirmed struct {
	Field string `json:"field" maxLength:"100" example:"nik"`
	Code  string `json:"code" maxLength:"60" example:"nik_area"`
}

// given is what is answered to one question: a text, of a multiple choice a list of them, and of a consent or a yes-or-no
// question also a JSON boolean.
type given []string

// Schema says what may be sent.
func (given) Schema(huma.Registry) *huma.Schema {
	one := &huma.Schema{Type: huma.TypeString}
	return &huma.Schema{AnyOf: []*huma.Schema{one, {Type: huma.TypeArray, Items: one}, {Type: huma.TypeBoolean}}}
}

// UnmarshalJSON reads every form.
func (a *given) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case "true":
		*a = given{"yes"}
		return nil
	case "false":
		*a = given{"no"}
		return nil
	}
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(a))
	}
	*a = given{""}
	return json.Unmarshal(raw, &(*a)[0])
}

// MarshalJSON writes a single answer as a text.
func (a given) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// answersAsked is one page of answers.
type answersAsked struct {
	ByApplication
	Page string `path:"page" maxLength:"100" example:"nik" doc:"Code of a page of the form."`
	Body answersRequest
}

func (a *API) forms() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/form", ID: "get-form", Tag: "Applications", Title: "The form of an application",
		About: "The pages to fill in with what is filled in so far. Only for its applicant, while it is a draft or to be corrected: 409 `application.not_editable` otherwise.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*rest.OK[applicationForm], error) {
		d, err := a.Casework.Draft(ctx, who.Actor, in.ID)
		if err != nil {
			return nil, err
		}
		out, err := a.formOf(ctx, d, who)
		return &rest.OK[applicationForm]{Body: out}, err
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPut, Path: "/applications/{id}/answers/{page}", ID: "save-answers", Tag: "Applications", Title: "Answer a page",
		About: "Keeps the answers of one page, all of them or none. Only its applicant may. 422 names every answer that cannot be read; that something is still missing is said by the review alone.",
		Needs: access.ApplicationSubmit, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *answersAsked) (*rest.Done, error) {
		values, names := typed(in.Body.Answers)
		seen := rest.List(in.Body.Confirm, func(w confirmed) fault.Field { return fault.Field{Name: w.Field, Code: w.Code} })
		_, err := a.Casework.TakePage(ctx, who.Actor, in.ID, intake.PageInput{Page: in.Page, Typed: values, Confirm: seen, Shaped: true})
		return &rest.Done{}, rest.Renamed(err, names)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/review", ID: "review-application", Tag: "Applications", Title: "Check before submitting",
		About: "The form with everything that is missing or wrong, and what should be looked at again unless that was confirmed. The refusals are those of the form.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*rest.OK[review], error) {
		r, err := a.Casework.Review(ctx, who.Actor, in.ID)
		if err != nil {
			return nil, err
		}
		f, err := a.formOf(ctx, r.Draft, who)
		return &rest.OK[review]{Body: review{Form: f, Missing: who.Wrongs(r.Missing), Warnings: who.Wrongs(r.Warnings)}}, err
	})
}

func (a *API) formOf(ctx context.Context, d intake.Draft, who rest.Caller) (applicationForm, error) {
	s, err := a.Casework.Status(ctx, d.Application)
	if err != nil {
		return applicationForm{}, err
	}
	out := applicationForm{Application: a.applicationOf(d.Application, s, who), Correction: correctionOf(d.Application.Correction, who), Next: d.Next()}
	out.Pages = rest.List(d.Pages, func(p form.Page) formPage {
		return formPage{Code: p.Code, Title: who.Text(p.Title), Hint: who.Text(p.Hint), Done: d.Done[p.Code],
			Fields: rest.List(p.Fields, func(f form.Field) formField { return fieldOf(f, d, who) })}
	})
	return out, nil
}

func fieldOf(f form.Field, d intake.Draft, who rest.Caller) formField {
	out := formField{
		Code: f.Code, Type: f.Type, Label: who.Text(f.Label), Belongs: who.Text(f.Within), Hint: who.Text(f.Hint), Required: f.Required,
		Max: f.Max, Least: f.Min, Most: f.Most,
		Editable: d.Editable(f.Code) && f.Answered() && f.Type != form.Computed, Value: d.Answers.Get(f.Code), Suggestion: d.Suggested.Get(f.Code),
		Files:   rest.List(d.Files[f.Code], fileOf),
		Options: rest.List(f.Options, func(o form.Option) option { return option{Value: o.Value, Label: who.Text(o.Label), Group: o.Group} }),
	}
	if f.Type == form.MultiChoice {
		out.Value, out.Values = "", d.Answers[f.Code]
	}
	if f.File != nil {
		out.File = &fileRule{Types: append([]string{}, f.File.Types...), MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
	}
	return out
}
