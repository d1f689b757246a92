package httpapi

import (
	"context"
	"net/http"
	"time"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

type trackRequest struct {
	Number string `json:"number" maxLength:"100" example:"BTM-26-7K3QX-4" doc:"As people type it: small letters, spaces and missing dashes are read."`
	Phone4 string `json:"phone4" maxLength:"20" example:"7890" doc:"The last four digits of the applicant's mobile number."`
}

// followed is where an application stands; nothing in it is about a person.
type followed struct {
	Number      string    `json:"number"`
	Service     string    `json:"service"`
	Agency      string    `json:"agency"`
	State       state     `json:"state"`
	SubmittedAt time.Time `json:"submitted_at"`
	DueAt       time.Time `json:"due_at,omitzero" doc:"Absent when nothing was promised, or while the clock is paused."`
	Late        bool      `json:"late"`
	UpdatedAt   time.Time `json:"updated_at"`
	Steps       []passed  `json:"steps" doc:"The states it has come to, the earliest first."`
}

type passed struct {
	At    time.Time `json:"at"`
	State state     `json:"state"`
}

// verified is what anyone may know who holds a paper.
type verified struct {
	Kind       string    `json:"kind" enum:"document,receipt"`
	Status     string    `json:"status" enum:"unsigned,valid,revoked,replaced,expired"`
	Title      string    `json:"title"`
	Number     string    `json:"number" doc:"The document's, or the application's."`
	Agency     string    `json:"agency"`
	Signer     string    `json:"signer,omitempty" doc:"Title of who signed a document."`
	Holder     string    `json:"holder" example:"S••• R••••" doc:"First letters of the name."`
	At         time.Time `json:"at" doc:"Issued, or received."`
	ValidUntil time.Time `json:"valid_until,omitzero"`
	EndedAt    time.Time `json:"ended_at,omitzero" doc:"Revoked or replaced."`
	Successor  string    `json:"successor,omitempty" doc:"Number of the document that took its place."`
	Signature  string    `json:"signature,omitempty" enum:"scan,certificate" doc:"How a document was signed; absent where its QR alone proves it."`
	SignedBy   string    `json:"signed_by,omitempty" doc:"Whom the certificate names."`
	SHA256     string    `json:"sha256,omitempty" doc:"Of the document's file."`
	Progress   *followed `json:"progress,omitempty" doc:"Of a receipt: where its application stands."`
}

func (a *API) tracking() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/tracking", ID: "track-application", Tag: "Tracking", Title: "Follow an application",
		About: "Where an application stands, for anyone who knows its number and the last four digits of its applicant's phone. A wrong number and a wrong phone are the same 404 `application.not_tracked`.",
		Needs: access.Public, Scope: gate.City, Limit: gate.Limit{Name: "track", Count: 20, Per: time.Minute}, MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body trackRequest }) (*rest.OK[followed], error) {
		t, err := a.Casework.Track(ctx, in.Body.Number, in.Body.Phone4)
		if err != nil {
			return nil, rest.Renamed(err, map[string]string{"phone": "phone4"})
		}
		return &rest.OK[followed]{Body: followedOf(t, who)}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/verifications/{token}", ID: "verify-paper", Tag: "Tracking", Title: "Verify a paper",
		About: "Whether the city made the receipt or the document whose QR holds this token, and of a receipt where its application stands. Anyone may ask; 404 `verify.unknown` for a token that is none.",
		Needs: access.Public, Scope: gate.City, Limit: gate.Limit{Name: "verify", Count: 60, Per: time.Minute},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Token string `path:"token" maxLength:"100" doc:"The last part of the address in the QR."`
	}) (*rest.OK[verified], error) {
		v, err := a.Casework.Verify(ctx, in.Token)
		if err != nil {
			return nil, err
		}
		out := verified{
			Kind: v.Kind, Status: v.Status, Title: who.Text(v.Title), Number: v.Number, Agency: who.Text(v.AgencyName),
			Signer: who.Text(v.SignerTitle), Holder: v.HolderMasked, At: who.At(v.At), ValidUntil: who.At(v.ValidUntil), EndedAt: who.At(v.Ended),
			Successor: v.Successor, SHA256: v.SHA256,
		}
		if v.Signature != nil {
			out.Signature, out.SignedBy = v.Signature.Method, v.Signature.Name
		}
		if v.Progress != nil {
			out.Progress = new(followedOf(*v.Progress, who))
		}
		return &rest.OK[verified]{Body: out}, nil
	})
}

func followedOf(t intake.Tracking, who rest.Caller) followed {
	return followed{
		Number: t.Number, Service: who.Text(t.ServiceName), Agency: who.Text(t.AgencyName), State: stateOf(t.State, who),
		SubmittedAt: who.At(t.SubmittedAt), DueAt: who.At(t.Promise.Due), Late: t.Promise.State == application.PromiseLate, UpdatedAt: who.At(t.UpdatedAt),
		Steps: rest.List(t.Steps, func(s intake.Step) passed { return passed{At: who.At(s.At), State: stateOf(s.State, who)} }),
	}
}
