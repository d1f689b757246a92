package httpapi

import (
	"context"
	"net/http"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
)

// applicationForm is what an applicant fills in, with what is filled in so far.
type applicationForm struct {
	Application application `json:"application"`
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
	Code     string    `json:"code" example:"nik"`
	Type     form.Type `json:"type" enum:"text,long_text,nik,kk,phone,email,date,choice,yes_no,file,consent,info" doc:"info is text to read and takes no answer."`
	Label    string    `json:"label"`
	Hint     string    `json:"hint,omitempty"`
	Required bool      `json:"required"`
	Max      int       `json:"max,omitempty" doc:"Characters of a text."`
	Options  []option  `json:"options,omitempty" doc:"Of a choice."`
	File     *fileRule `json:"file,omitempty" doc:"Of an upload."`
	Editable bool      `json:"editable" doc:"May be changed now: in a correction, only what was asked for."`
	Value    string    `json:"value,omitempty" doc:"The applicant's own answer, in the spelling in which it is kept."`
	Files    []file    `json:"files,omitempty"`
}

type option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// review is a form with everything that stands between it and submission.
type review struct {
	Form     applicationForm `json:"form"`
	Missing  []wrong         `json:"missing" doc:"Refuses the submission; the field is a code of the form."`
	Warnings []wrong         `json:"warnings" doc:"To be looked at again; does not refuse it."`
}

type answersRequest struct {
	Answers map[string]string `json:"answers" maxProperties:"100" example:"{\"nik\":\"2171046703900003\"}" doc:"By code of the field: text, a date as 2006-01-02, the value of an option, yes or no, or yes for a consent. A field of the page that is left out is emptied."`
}

// answersAsked is one page of answers.
type answersAsked struct {
	ByApplication
	Page string `path:"page" maxLength:"100" example:"nik" doc:"Code of a page of the form."`
	Body answersRequest
}

func (a *API) forms() {
	register(a, operation{
		Method: http.MethodGet, Path: "/applications/{id}/form", ID: "get-form", Tag: "Applications", Title: "The form of an application",
		About: "The pages to fill in with what is filled in so far. Only for its applicant, while it is a draft or to be corrected: 409 `application.not_editable` otherwise.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who caller, in *struct{ ByApplication }) (*ok[applicationForm], error) {
		d, err := a.Casework.Draft(ctx, who.actor, in.ID)
		if err != nil {
			return nil, err
		}
		out, err := a.formOf(ctx, d, who)
		return &ok[applicationForm]{Body: out}, err
	})
	register(a, operation{
		Method: http.MethodPut, Path: "/applications/{id}/answers/{page}", ID: "save-answers", Tag: "Applications", Title: "Answer a page",
		About: "Keeps the answers of one page, all of them or none. Only its applicant may. 422 names every answer that cannot be read; that something is still missing is said by the review alone.",
		Needs: access.ApplicationSubmit, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who caller, in *answersAsked) (*done, error) {
		typed, names := map[string][]string{}, map[string]string{}
		for code, v := range in.Body.Answers {
			typed[code] = []string{v}
			names[code] = "answers." + clip(code)
		}
		return &done{}, renamed(a.Casework.SavePage(ctx, who.actor, in.ID, in.Page, typed), names)
	})
	register(a, operation{
		Method: http.MethodGet, Path: "/applications/{id}/review", ID: "review-application", Tag: "Applications", Title: "Check before submitting",
		About: "The form with everything that is missing or wrong. The refusals are those of the form.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who caller, in *struct{ ByApplication }) (*ok[review], error) {
		r, err := a.Casework.Review(ctx, who.actor, in.ID)
		if err != nil {
			return nil, err
		}
		f, err := a.formOf(ctx, r.Draft, who)
		return &ok[review]{Body: review{Form: f, Missing: wrongs(r.Missing, who), Warnings: wrongs(r.Warnings, who)}}, err
	})
}

func (a *API) formOf(ctx context.Context, d casework.Draft, who caller) (applicationForm, error) {
	s, err := a.Casework.Status(ctx, d.Application)
	if err != nil {
		return applicationForm{}, err
	}
	out := applicationForm{Application: a.applicationOf(d.Application, s, who), Correction: correctionOf(d.Application.Correction, who), Next: d.Next()}
	out.Pages = list(d.Form.Pages, func(p form.Page) formPage {
		return formPage{Code: p.Code, Title: who.text(p.Title), Hint: who.text(p.Hint), Done: d.Done[p.Code],
			Fields: list(p.Fields, func(f form.Field) formField { return fieldOf(f, d, who) })}
	})
	return out, nil
}

func fieldOf(f form.Field, d casework.Draft, who caller) formField {
	out := formField{
		Code: f.Code, Type: f.Type, Label: who.text(f.Label), Hint: who.text(f.Hint), Required: f.Required, Max: f.Max,
		Editable: d.Editable(f.Code) && f.Type != form.Info, Value: d.Answers.Get(f.Code), Files: list(d.Files[f.Code], fileOf),
		Options: list(f.Options, func(o form.Option) option { return option{Value: o.Value, Label: who.text(o.Label)} }),
	}
	if f.File != nil {
		out.File = &fileRule{Types: append([]string{}, f.File.Types...), MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
	}
	return out
}
