package httpapi

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/rest"
	issued "bedelau/internal/kernel/document"
	due "bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
)

// applicationDetail is one application as its reader may see it.
type applicationDetail struct {
	Application Application  `json:"application"`
	Outcome     string       `json:"outcome,omitempty" enum:"approved,rejected"`
	Reason      string       `json:"reason,omitempty" doc:"The words of the decision."`
	Correction  *correction  `json:"correction,omitempty" doc:"What the office has asked to be corrected."`
	Pages       []answerPage `json:"pages"`
	Warnings    []rest.Wrong `json:"warnings" doc:"What an officer should look at twice; none for the applicant."`
	Timeline    []happening  `json:"timeline" doc:"The earliest first; for the applicant, what is public."`
	Documents   []document   `json:"documents" doc:"What the city has issued."`
	Actions     []action     `json:"actions" doc:"What this reader may do now."`
	MayReveal   bool         `json:"may_reveal" doc:"POST /reveals shows a masked answer."`
	MayAssign   bool         `json:"may_assign"`
	MayWork     bool         `json:"may_work" doc:"Of staff: and not only read, because another office was asked something of it."`
	Held        bool         `json:"held" doc:"By a colleague: none of the actions is the reader's until it is taken over."`
	Office      []answerPage `json:"office,omitempty" doc:"What the office has answered; for staff."`
	Tasks       []jointTask  `json:"tasks,omitempty" doc:"What offices were asked, the latest last."`
	Fees        []asked      `json:"fees,omitempty" doc:"What the applicant is or was to pay."`
}

type correction struct {
	Message string    `json:"message"`
	Fields  []string  `json:"fields" doc:"Codes of the fields that may be changed; none means any."`
	At      time.Time `json:"at"`
}

type answerPage struct {
	Code   string   `json:"code"`
	Title  string   `json:"title"`
	Fields []answer `json:"fields"`
}

type answer struct {
	Code      string    `json:"code" example:"nik"`
	Label     string    `json:"label"`
	Type      form.Type `json:"type"`
	Text      string    `json:"text,omitempty" doc:"The answer as a person reads it; in part when masked."`
	Masked    bool      `json:"masked,omitempty"`
	Files     []file    `json:"files,omitempty"`
	Before    string    `json:"before,omitempty" doc:"What it was when a correction was asked for, if it has changed since; for staff, until the decision."`
	ToCorrect bool      `json:"to_correct,omitempty"`
}

type happening struct {
	At      time.Time `json:"at"`
	Action  string    `json:"action" example:"submitted"`
	From    string    `json:"from,omitempty" doc:"State before."`
	To      string    `json:"to,omitempty" doc:"State after."`
	By      string    `json:"by,omitempty" doc:"Name; absent where an officer speaks for the office, or the system acts."`
	Kind    string    `json:"by_kind,omitempty" doc:"resident, staff or system."`
	Public  bool      `json:"public"`
	Message string    `json:"message,omitempty"`
	Fields  []string  `json:"fields,omitempty" doc:"Codes of fields to correct, or corrected."`
}

type document struct {
	ID         uuid.UUID `json:"id" format:"uuid" doc:"GET /documents/{id}/pdf gives it."`
	Title      string    `json:"title"`
	Number     string    `json:"number"`
	Status     string    `json:"status" enum:"unsigned,valid,revoked,replaced,expired" doc:"unsigned for staff alone: it is not in force yet."`
	IssuedAt   time.Time `json:"issued_at"`
	ValidUntil time.Time `json:"valid_until,omitzero"`
	Token      string    `json:"token" doc:"GET /verifications/{token} answers for it; it is in the QR."`
	SHA256     string    `json:"sha256"`
}

type action struct {
	Code   string `json:"code" example:"approve"`
	Label  string `json:"label"`
	To     string `json:"to" doc:"The state that it leads to."`
	Reason string `json:"reason" enum:"none,optional,required"`
	Issues bool   `json:"issues,omitempty" doc:"The service's document is made."`
	Price  *int64 `json:"price,omitempty" minimum:"0" maximum:"9007199254740991" example:"120000000" doc:"Whole rupiah that the applicant will be asked to pay by their own step."`

	Questions []question `json:"questions,omitempty" doc:"What the officer has to say with it, in answers and files."`
}

type detailed struct {
	ETag string `header:"ETag" doc:"The version, for If-Match."`
	Body applicationDetail
}

func (a *API) read(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*detailed, error) {
	d, err := a.Casework.Get(ctx, who.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	x := d.Application
	s := d.State
	if x.Draft() {
		if s, err = a.Casework.Status(ctx, x); err != nil {
			return nil, err
		}
	}
	out := applicationDetail{
		Application: a.applicationOf(x, s, who), Outcome: x.Outcome, Reason: x.Reason, Correction: correctionOf(x.Correction, who),
		Warnings:  who.Wrongs(d.Warnings),
		Timeline:  rest.List(d.Timeline, func(e application.Event) happening { return happeningOf(e, who) }),
		Documents: rest.List(d.Documents, func(doc issued.Document) document { return a.documentOf(doc, who) }),
		Actions: rest.List(d.Actions, func(x workflow.Action) action {
			return action{Code: x.Code, Label: who.Text(x.Label), To: x.To, Reason: x.Reason, Issues: x.Issues, Price: priceOf(d, x),
				Questions: questionsOf(d.Asks[workflow.ActionPage(x.Code)], who)}
		}),
		MayReveal: d.MayReveal, MayAssign: d.MayAssign, MayWork: d.MayWork, Held: d.Held,
		Pages:  rest.List(d.Pages, func(p casework.PageAnswers) answerPage { return answersOf(p, who) }),
		Office: rest.List(d.Office, func(p casework.PageAnswers) answerPage { return answersOf(p, who) }),
		Tasks:  rest.List(d.Joint, func(j casework.JointTask) jointTask { return jointOf(j, d.Asks, who) }),
		Fees:   rest.List(d.Fees, func(f due.Fee) asked { return askedOf(f, who) }),
	}
	return &detailed{ETag: etag(x.Version), Body: out}, nil
}

// priceOf is what a step will have the applicant pay; nil for nothing.
func priceOf(d casework.Detail, a workflow.Action) *int64 {
	p, ok := d.Prices[a.Code]
	if !ok {
		return nil
	}
	amount := int64(p.Amount)
	return &amount
}

func answersOf(p casework.PageAnswers, who rest.Caller) answerPage {
	return answerPage{Code: p.Code, Title: who.Text(p.Title), Fields: rest.List(p.Fields, func(f casework.Answer) answer {
		return answer{Code: f.Code, Label: who.Text(f.Label), Type: f.Type, Text: f.Text, Masked: f.Masked, Files: rest.List(f.Files, fileOf), Before: f.Before, ToCorrect: f.Corrected}
	})}
}

func correctionOf(c *application.Correction, who rest.Caller) *correction {
	if c == nil {
		return nil
	}
	return &correction{Message: c.Message, Fields: append([]string{}, c.Fields...), At: who.At(c.At)}
}

func happeningOf(e application.Event, who rest.Caller) happening {
	return happening{At: who.At(e.At), Action: e.Action, From: e.FromState, To: e.ToState, By: e.ActorName, Kind: e.ActorKind,
		Public: e.Public, Message: e.Message, Fields: e.Fields}
}

func (a *API) documentOf(d issued.Document, who rest.Caller) document {
	return document{ID: d.ID, Title: who.Text(d.Title), Number: d.Number, Status: d.StatusAt(a.Now()), IssuedAt: who.At(d.IssuedAt),
		ValidUntil: who.At(d.ValidUntil), Token: d.Token, SHA256: hex.EncodeToString(d.SHA256)}
}

func fileOf(f files.File) file {
	return file{ID: f.ID, Name: f.Name, Type: f.Mime, Size: f.Size, SHA256: hex.EncodeToString(f.SHA256)}
}
