package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/bulk"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

type batchRequest struct {
	Action string      `json:"action" minLength:"1" maxLength:"100" example:"approve" doc:"Code of an action that each application offers; it must ask for no answers."`
	Reason string      `json:"reason,omitempty" maxLength:"2000" doc:"Where the action asks for one; every applicant reads it."`
	Items  []batchItem `json:"items" minItems:"1" maxItems:"1000"`
}

type batchItem struct {
	Application uuid.UUID `json:"application" format:"uuid"`
	Version     int       `json:"version" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it."`
}

// batch is how far a step on many applications is.
type batch struct {
	ID        uuid.UUID      `json:"id" format:"uuid"`
	Action    string         `json:"action"`
	CreatedAt time.Time      `json:"created_at"`
	Total     int            `json:"total"`
	Done      int            `json:"done"`
	Failed    int            `json:"failed"`
	Over      bool           `json:"over" doc:"Nothing waits any more."`
	Failures  []batchFailure `json:"failures" doc:"The first of those that failed."`
}

type batchFailure struct {
	Application uuid.UUID `json:"application" format:"uuid"`
	Number      string    `json:"number"`
	Code        string    `json:"code" example:"application.changed" doc:"The stable code of the refusal."`
	Detail      string    `json:"detail" doc:"The same in words, in the caller's language."`
}

type batchAsked struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Id of the batch."`
}

type batchStarted struct {
	Location string `header:"Location" doc:"Where to ask how far it is."`
	Body     batch
}

func (a *API) batches() {
	ids := map[string]string{"id": "batch"}
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/batches", ID: "start-batch", Tag: "Desk", Title: "Take a step on many applications",
		About: "Takes one step on up to 1,000 applications in the background, each as POST /applications/{id}/actions would: in the caller's name, with what the caller may do at that moment. A refusal of one stops no other. For staff with `application:review`.",
		Needs: access.ApplicationReview, Scope: gate.City, Status: http.StatusAccepted,
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body batchRequest }) (*batchStarted, error) {
		seen := make(map[uuid.UUID]int, len(in.Body.Items))
		for _, x := range in.Body.Items {
			seen[x.Application] = x.Version
		}
		b, err := a.Bulk.Start(ctx, who.Actor, bulk.StartInput{Action: in.Body.Action, Reason: in.Body.Reason, Versions: seen})
		if err != nil {
			return nil, err
		}
		out, err := a.batchOf(ctx, who, b.ID)
		return &batchStarted{Location: rest.Base + "/batches/" + b.ID.String(), Body: out}, err
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/batches/{id}", ID: "get-batch", Tag: "Desk", Title: "How far a batch is",
		About: "For whoever asked for it.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: ids,
	}, func(ctx context.Context, who rest.Caller, in *batchAsked) (*rest.OK[batch], error) {
		out, err := a.batchOf(ctx, who, in.ID)
		return &rest.OK[batch]{Body: out}, err
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/batches/{id}/retry", ID: "retry-batch", Tag: "Desk", Title: "Try again what failed",
		About: "Tries again what failed, on the applications as they are now. For whoever asked for the batch. 409 `bulk.nothing_failed`.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: ids, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *batchAsked) (*rest.OK[batch], error) {
		if err := a.Bulk.Retry(ctx, who.Actor, in.ID); err != nil {
			return nil, err
		}
		out, err := a.batchOf(ctx, who, in.ID)
		return &rest.OK[batch]{Body: out}, err
	})
}

func (a *API) batchOf(ctx context.Context, who rest.Caller, id uuid.UUID) (batch, error) {
	p, err := a.Bulk.Find(ctx, who.Actor, id)
	if err != nil {
		return batch{}, err
	}
	failed, _, err := a.Bulk.Items(ctx, who.Actor, id, bulk.Failed, uuid.Nil)
	if err != nil {
		return batch{}, err
	}
	return batch{ID: id, Action: p.Batch.Action, CreatedAt: who.At(p.Batch.CreatedAt), Total: p.Total, Done: p.Done, Failed: p.Failed, Over: p.Over(),
		Failures: rest.List(failed, func(i bulk.Item) batchFailure {
			return batchFailure{Application: i.ApplicationID, Number: i.Number, Code: i.Code, Detail: i.Text(who.Lang)}
		})}, nil
}
