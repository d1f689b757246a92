package httpapi

import (
	"context"
	"net/http"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
)

type startRequest struct {
	Service string `json:"service" minLength:"1" maxLength:"100" example:"ktp-el-hilang" doc:"Code of a native service."`
}

type reasonRequest struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office."`
}

func (r *reasonRequest) words() string {
	if r == nil {
		return ""
	}
	return r.Reason
}

// submissionAsked carries the key by which a repeated submission is known.
type submissionAsked struct {
	ByApplication
	Key string `header:"Idempotency-Key" required:"true" maxLength:"200" example:"3f1c9a52-7c0e-4a39-8a0e-0c6f4f1f2f11" doc:"The caller's own, new for each submission and the same when it is repeated."`
}

func (a *API) applications() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications", ID: "start-application", Tag: "Applications", Title: "Start an application",
		About: "Opens a draft for a service, or returns the one that the resident already has for it. For residents. 409 `service.not_online` for a service that is done elsewhere; `service.not_open` and `service.closed` for one that takes applications in seasons, with when the next one begins where that is known.",
		Needs: access.ApplicationSubmit, Scope: gate.City, MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict, http.StatusGone},
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body startRequest }) (*versioned, error) {
		x, err := a.Casework.Start(ctx, who.Actor, in.Body.Service, event.ChannelAPI)
		return a.acted(ctx, who, x, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications", ID: "list-applications", Tag: "Applications", Title: "My applications",
		About: "All of the resident's own applications, drafts too, the newest first, page by page. Staff find theirs in the queue.",
		Needs: access.ApplicationOwn, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, a.mine)
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}", ID: "get-application", Tag: "Applications", Title: "One application",
		About: "An application with its answers, its story and its documents, as its reader may see it: residents their own; staff with `application:read` those of their office, with sensitive answers masked.",
		Needs: everyReader, Scope: gate.City, IDs: applicationID(),
	}, a.read)
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/submission", ID: "submit-application", Tag: "Applications", Title: "Submit an application",
		About: "Sends a draft to the office: it gets its number and its deadline. Only its applicant may. 422 names every field of the form that is missing or wrong; 409 `application.one_open`, `application.not_collected` and `application.cooldown` when an earlier application of this account is in the way, and `application.not_now` when the office has to be asked; `service.not_open` and `service.closed` out of season, whenever the draft was begun.",
		Needs: access.ApplicationSubmit, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict, http.StatusGone},
	}, func(ctx context.Context, who rest.Caller, in *submissionAsked) (*versioned, error) {
		x, err := a.Casework.Submit(ctx, who.Actor, intake.SubmitInput{ID: in.ID, Key: in.Key})
		return a.acted(ctx, who, x, rest.Renamed(err, map[string]string{"key": "Idempotency-Key"}))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/correction", ID: "send-correction", Tag: "Applications", Title: "Send a correction",
		About: "Sends what an officer asked to be corrected back to the office. Only its applicant may. The refusals are those of a submission; 422 `application.nothing_changed` when fields were named and none was changed; 409 `application.no_action` when nothing was asked for.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*versioned, error) {
		x, err := a.Casework.Correct(ctx, who.Actor, in.ID)
		return a.acted(ctx, who, x, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/steps", ID: "take-own-step", Tag: "Applications", Title: "Take a step of one's own",
		About: "Takes a step that the workflow leaves to the applicant and that is neither a correction nor a withdrawal; `actions` of the application names those of now. Only its applicant may. 409 `application.no_action` for any other, and `application.changed` (412 with `If-Match`) when it is no longer the version that you name, if you do: who agrees to a price should; 422 for a reason that is missing or not asked for.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByApplication
		Seen
		Body struct {
			Action  string `json:"action" maxLength:"100" example:"setuju" doc:"Code of the action."`
			Version int    `json:"version,omitempty" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it; or send If-Match. Without either, whatever it is now."`
			reasonRequest
		}
	}) (*versioned, error) {
		step := casework.ActInput{ID: in.ID, Action: in.Body.Action, Reason: in.Body.Reason}
		if in.IfMatch != "" || in.Body.Version != 0 {
			var err error
			if step.Version, err = in.version(in.Body.Version); err != nil {
				return nil, err
			}
		}
		x, err := a.Casework.Step(ctx, who.Actor, step)
		return a.acted(ctx, who, x, in.moved(err))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/cancellation", ID: "cancel-application", Tag: "Applications", Title: "Cancel an application",
		About: "Withdraws a submitted application. Only its applicant may. 409 `application.no_action` once it is decided.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByApplication
		Body *reasonRequest
	}) (*versioned, error) {
		x, err := a.Casework.Cancel(ctx, who.Actor, in.ID, in.Body.words())
		return a.acted(ctx, who, x, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodDelete, Path: "/applications/{id}", ID: "discard-draft", Tag: "Applications", Title: "Discard a draft",
		About: "Deletes a draft and its files. Only its applicant may. What has been submitted can be cancelled, not discarded: 409.",
		Needs: access.ApplicationOwn, Scope: gate.City, IDs: applicationID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.Discard(ctx, who.Actor, in.ID)
	})
}

func (a *API) mine(ctx context.Context, who rest.Caller, in *struct{ rest.Paging }) (*rest.Paged[Application], error) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	all, err := a.Casework.MineAfter(ctx, who.Actor, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	part, next := rest.Part(all, in.Paging, func(x application.Application) string { return x.ID.String() })
	out := rest.Paged[Application]{Link: who.Next(next), Body: rest.Page[Application]{Next: next}}
	out.Body.Items, err = a.rows(ctx, who, part)
	return &out, err
}

// rows writes applications for a list.
func (a *API) rows(ctx context.Context, who rest.Caller, all []application.Application) ([]Application, error) {
	out := make([]Application, 0, len(all))
	for _, x := range all {
		s, err := a.Casework.Status(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, a.applicationOf(x, s, who))
	}
	return out, nil
}
