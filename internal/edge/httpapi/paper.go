package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	issued "bedelau/internal/kernel/document"
)

// registered is a document in the register of an office.
type registered struct {
	Document    document   `json:"document"`
	Application uuid.UUID  `json:"application" format:"uuid"`
	Subject     string     `json:"application_number" example:"BTM-26-7K3QX-4"`
	Service     string     `json:"service" doc:"Code."`
	Agency      rest.Named `json:"agency"`
	Holder      string     `json:"holder" example:"S••• R••••"`
	SignedAt    time.Time  `json:"signed_at,omitzero"`
	SignError   string     `json:"sign_error,omitempty" doc:"Why it still waits for its signature: the code of a refusal."`
	EndedAt     time.Time  `json:"ended_at,omitzero" doc:"Revoked or replaced."`
	EndReason   string     `json:"end_reason,omitempty"`
}

type registerAsked struct {
	Search  string `query:"number" maxLength:"60" doc:"The beginning of a document's number, or an application's number in full."`
	Status  string `query:"status" enum:"unsigned,valid,revoked,replaced,expired" doc:"What the document is now."`
	Service string `query:"service" maxLength:"64" doc:"Code of a service."`
	From    string `query:"issued_from" format:"date" maxLength:"10" example:"2026-11-01" doc:"A day of the city's."`
	To      string `query:"issued_to" format:"date" maxLength:"10" example:"2026-11-30" doc:"Included."`
	Cursor  string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many items at the most."`
}

// filter reads the days as the city's; huma has seen to it that they are some.
func (q registerAsked) filter(who rest.Caller) issued.Filter {
	f := issued.Filter{Search: q.Search, Status: q.Status, Service: q.Service, Cursor: q.Cursor, Limit: q.Limit}
	f.From, _ = time.ParseInLocation(time.DateOnly, q.From, who.City.Location())
	if to, err := time.ParseInLocation(time.DateOnly, q.To, who.City.Location()); err == nil {
		f.To = to.AddDate(0, 0, 1)
	}
	return f
}

type endRequest struct {
	Reason string `json:"reason" minLength:"5" maxLength:"500" doc:"The holder is told."`
}

type paperAsked struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Id of the document."`
	Body endRequest
}

func (a *API) papers() {
	id := map[string]string{"id": "document"}
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/documents", ID: "list-documents", Tag: "Desk", Title: "The register of issued documents",
		About: "What the office of staff with `document:register` has issued, the newest first; with `application:all` the whole city's.",
		Needs: access.DocumentRegister, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, func(ctx context.Context, who rest.Caller, in *registerAsked) (*rest.Paged[registered], error) {
		all, next, err := a.Documents.List(ctx, who.Actor, in.filter(who))
		if err != nil {
			return nil, err
		}
		items := rest.List(all, func(d issued.Document) registered { return a.registeredOf(d, who) })
		return &rest.Paged[registered]{Link: who.Next(next), Body: rest.Page[registered]{Items: items, Next: next}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/documents/{id}/revocation", ID: "revoke-document", Tag: "Desk", Title: "Revoke a document",
		About: "Ends a document for good: from now on its verification page says so, and its holder is told why. For staff with `document:revoke` of the office that issued it. 409 `document.ended` for one that is over already.",
		Needs: access.DocumentRevoke, Scope: gate.City, IDs: id, MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *paperAsked) (*rest.OK[registered], error) {
		d, err := a.Documents.Revoke(ctx, who.Actor, in.ID, in.Body.Reason)
		return &rest.OK[registered]{Body: a.registeredOf(d, who)}, err
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/documents/{id}/replacement", ID: "replace-document", Tag: "Desk", Title: "Issue a document anew",
		About: "Makes the document again with a new number, by the newest version of its template. The old one stays in force until the new one is, and then shows that it was replaced. For staff with `document:revoke` of the office that issued it. 409 `document.ended` for one that is over already.",
		Needs: access.DocumentRevoke, Scope: gate.City, IDs: id, MaxBody: rest.SmallBody, Status: http.StatusCreated, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *paperAsked) (*rest.OK[registered], error) {
		d, err := a.Casework.ReplaceDocument(ctx, who.Actor, in.ID, in.Body.Reason)
		return &rest.OK[registered]{Body: a.registeredOf(d, who)}, err
	})
}

func (a *API) registeredOf(d issued.Document, who rest.Caller) registered {
	return registered{Document: a.documentOf(d, who), Application: d.SubjectID, Subject: d.SubjectNumber, Service: d.ServiceCode,
		Agency: rest.Named{Code: d.AgencyCode, Name: who.Text(d.AgencyName)}, Holder: d.HolderMasked, SignedAt: who.At(d.SignedAt), SignError: d.SignError,
		EndedAt: who.At(d.EndedAt), EndReason: d.EndReason}
}
