package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/workflow"
)

// externalApplication is an application in an agency's own app.
type externalApplication struct {
	ID         uuid.UUID      `json:"id" format:"uuid"`
	App        string         `json:"app" example:"Simpus Batam" doc:"Where it was made and is worked on."`
	Reference  string         `json:"reference" example:"SIP/2026/0117" doc:"The app's own."`
	Service    rest.Named     `json:"service"`
	Agency     string         `json:"agency" example:"dinkes" doc:"Code of the office."`
	Stage      external.Stage `json:"stage" enum:"received,in_review,needs_correction,approved,rejected,cancelled,completed"`
	StageName  string         `json:"stage_name" example:"Diperiksa"`
	Label      string         `json:"label,omitempty" doc:"The app's own words for the stage."`
	Applicant  string         `json:"applicant,omitempty" example:"S••• R••••"`
	FirstAt    time.Time      `json:"first_at" doc:"The earliest that is known of it."`
	StageAt    time.Time      `json:"stage_at" doc:"Since when it stands there."`
	DueAt      time.Time      `json:"due_at,omitzero" doc:"What the app promises."`
	Late       bool           `json:"late"`
	URL        string         `json:"url,omitempty" format:"uri" doc:"Its page in the app."`
	Document   string         `json:"document_url,omitempty" format:"uri" doc:"What was issued, there."`
	LastHeard  time.Time      `json:"last_heard_at" doc:"When the app last told of it."`
	DecidedAt  time.Time      `json:"decided_at,omitzero"`
	FinishedAt time.Time      `json:"closed_at,omitzero"`
	Story      []happened     `json:"story,omitempty" doc:"Of one that is asked for by its id: what the app has told, the latest first."`
}

func (a *API) externalOf(x external.Application, who rest.Caller) externalApplication {
	return externalApplication{
		ID: x.ID, App: x.AppName, Reference: x.Reference, Service: rest.Named{Code: x.Service, Name: x.ServiceName}, Agency: x.Agency,
		Stage: x.Stage, StageName: who.Lang.T(x.Stage.TextKey()), Label: x.Label, Applicant: x.NameMasked, FirstAt: who.At(x.FirstAt),
		StageAt: who.At(x.StageAt), DueAt: who.At(x.DueAt), Late: x.Late(a.Now()), URL: x.URL, Document: x.DocumentURL,
		LastHeard: who.At(x.UpdatedAt), DecidedAt: who.At(x.DecidedAt), FinishedAt: who.At(x.ClosedAt),
	}
}

// happened is one event of such an application.
type happened struct {
	Stage     external.Stage `json:"stage" enum:"received,in_review,needs_correction,approved,rejected,cancelled,completed"`
	StageName string         `json:"stage_name" example:"Diperiksa"`
	Label     string         `json:"label,omitempty" doc:"The app's own words for the stage."`
	At        time.Time      `json:"at" doc:"When it happened, says the app."`
}

type linkRequest struct {
	NIK string `json:"nik" minLength:"1" maxLength:"40" example:"2171046703900003" doc:"Kept as a keyed hash alone."`
}

func (a *API) externals() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/external-applications", ID: "list-external-applications", Tag: "Applications", Title: "My applications in other apps",
		About: "The resident's applications in the agencies' own apps, the newest first: those whose app names the NIK that the resident has given and the address of the account. Empty as long as no NIK was given.",
		Needs: access.ApplicationOwn, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, func(ctx context.Context, who rest.Caller, in *struct{ rest.Paging }) (*rest.Paged[externalApplication], error) {
		all, err := a.External.Mine(ctx, who.Actor)
		if err != nil {
			return nil, err
		}
		part, next, err := rest.Cut(all, in.Paging, func(x external.Application) string { return x.ID.String() })
		if err != nil {
			return nil, err
		}
		items := rest.List(part, func(x external.Application) externalApplication { return a.externalOf(x, who) })
		return &rest.Paged[externalApplication]{Link: who.Next(next), Body: rest.Page[externalApplication]{Items: items, Next: next}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPut, Path: "/external-applications/nik", ID: "link-nik", Tag: "Applications", Title: "Look for my applications by NIK",
		About: "Names the NIK by which the resident's applications in other apps are found. Nobody verifies it, which is why the address must be the account's too. Another NIK within the hour is a 429.",
		Needs: access.ApplicationOwn, Scope: gate.City, MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body linkRequest }) (*rest.Done, error) {
		return &rest.Done{}, a.External.Link(ctx, who.Actor, in.Body.NIK)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/queue/external/{id}", ID: "get-external-application", Tag: "Desk", Title: "An application in an agency's app",
		About: "Where one stands that the queue has in an agency's own app, with what the app has told of it. For staff with `application:queue` who reach its office. It is worked on in the app; here it can only be seen.",
		Needs: access.ApplicationQueue, Scope: gate.City, IDs: map[string]string{"id": "external"},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ID uuid.UUID `path:"id" format:"uuid" doc:"Of an item of the queue."`
	}) (*rest.OK[externalApplication], error) {
		d, err := a.External.Get(ctx, who.Actor, in.ID)
		if err != nil {
			return nil, err
		}
		out := a.externalOf(d.Application, who)
		out.Story = rest.List(d.Story, func(h external.Happening) happened {
			return happened{Stage: h.Stage, StageName: who.Lang.T(h.Stage.TextKey()), Label: h.Label, At: who.At(h.At)}
		})
		return &rest.OK[externalApplication]{Body: out}, nil
	})
}

// inQueue is an app's application as an item of the queue.
func (a *API) inQueue(x external.Application, agency rest.Named, who rest.Caller) Application {
	return Application{
		ID: x.ID, Number: x.Reference, Service: rest.Named{Code: x.Service, Name: x.ServiceName}, Agency: agency,
		State:       state{Code: string(x.Stage), Stage: workflow.Stage(x.Stage), Label: who.Lang.T(x.Stage.TextKey()), Clock: x.Clock()},
		SubmittedAt: who.At(x.FirstAt), DueAt: who.At(x.DueAt), Late: x.Late(a.Now()), DecidedAt: who.At(x.DecidedAt), ClosedAt: who.At(x.ClosedAt),
		CreatedAt: who.At(x.FirstAt), UpdatedAt: who.At(x.UpdatedAt), Applicant: x.NameMasked,
		External: &inApp{App: x.AppName, AppID: x.AppID, Label: x.Label, URL: x.URL, Document: x.DocumentURL},
	}
}
