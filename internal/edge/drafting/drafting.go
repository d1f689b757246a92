// Package drafting is the draft of a form for programs: who must agree to an application, what registers of the state fill
// in, what keeps the draft from being published, and its publication. The questions themselves are written in the builder.
package drafting

import (
	"context"
	"net/http"

	"bedelau/internal/city/builder"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
)

const bodyMost = 64 << 10

// Deps is what the operations call.
type Deps struct {
	Editor  *catalog.Editor
	Builder *builder.Service
}

type operations struct {
	Deps
	api *rest.API
}

// asked is the service whose form it is about.
type asked struct {
	Code string `path:"code" maxLength:"100" example:"pindah-datang" doc:"Code of the service."`
}

// Seen is the revision of the draft that a step is made on.
type Seen struct {
	Revision int `query:"revision" minimum:"0" doc:"Of the draft that was seen; 0 when there was none."`
}

// Base is what a step is made on.
type Base struct {
	Revision int `json:"revision" minimum:"0" doc:"Of the draft that was seen; 0 when there was none."`
}

type formPublished struct {
	Version int `json:"version" doc:"That new applications are made with from now on."`
}

// Mount registers the operations with a.
func Mount(a *rest.API, d Deps) {
	o := operations{d, a}
	o.drafts()
	o.cosigners()
	o.lookups()
}

// refuses are the refusals of every step on a draft.
func refuses() []int { return []int{http.StatusConflict, http.StatusUnprocessableEntity} }

func (o operations) drafts() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/services/{code}/form/draft", ID: "get-form-draft", Tag: "Design", Title: "The draft of a form",
		About: "Who must agree to an application, what registers of the state fill in, and everything that keeps the draft from being published, each with its place. Without a draft it is the version in force, with revision 0. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *asked) (*rest.OK[formDraft], error) {
		_, d, err := o.open(ctx, who, in.Code)
		if err != nil {
			return nil, err
		}
		return &rest.OK[formDraft]{Body: draftOf(d, who)}, nil
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodDelete, Path: "/services/{code}/form/draft", ID: "discard-form-draft", Tag: "Design", Title: "Give a draft of a form up",
		About: "All that is not published is lost. 409 `form.changed` when somebody else has changed the draft since. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code string `path:"code" maxLength:"100" example:"pindah-datang" doc:"Code of the service."`
		Seen
	}) (*struct{}, error) {
		code, _, err := o.open(ctx, who, in.Code)
		if err != nil {
			return nil, err
		}
		return nil, o.Builder.Forms.Discard(ctx, who.Actor, code, in.Revision)
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: "/services/{code}/form/draft/publication", ID: "publish-form-draft", Tag: "Design", Title: "Publish a draft of a form",
		About: "The draft becomes the next version: new applications are made with it, and those that have begun keep theirs. 409 `form.changed` when somebody else has changed the draft since, 409 `form.nothing` when nothing was changed, 422 `form.broken` while the draft has problems. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, MaxBody: bodyMost, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code string `path:"code" maxLength:"100" example:"pindah-datang" doc:"Code of the service."`
		Body Base
	}) (*rest.OK[formPublished], error) {
		code, _, err := o.open(ctx, who, in.Code)
		if err != nil {
			return nil, err
		}
		version, err := o.Builder.Forms.Publish(ctx, who.Actor, code, in.Body.Revision)
		return &rest.OK[formPublished]{Body: formPublished{Version: version}}, err
	})
}

// open returns the code of a service's form and its draft.
func (o operations) open(ctx context.Context, who rest.Caller, service string) (string, builder.Draft[form.Form], error) {
	d, err := o.Editor.Find(ctx, who.Actor, service)
	if err != nil {
		return "", builder.Draft[form.Form]{}, err
	}
	code := d.Service.Form
	if code == "" {
		code = d.Service.Code // a service without a form gets one of its own name
	}
	out, err := o.Builder.Forms.Open(ctx, who.Actor, code)
	return code, out, err
}

// step makes one change of a draft and returns it as it is then. act is what it is called in the record.
func (o operations) step(ctx context.Context, who rest.Caller, service string, seen int, act, what string, do func(*form.Form) error) (*rest.OK[formDraft], error) {
	code, _, err := o.open(ctx, who, service)
	if err != nil {
		return nil, err
	}
	d, err := o.Builder.Forms.Change(ctx, who.Actor, builder.Change{Code: code, Revision: seen, Act: act, What: what, Do: do})
	if err != nil {
		return nil, err
	}
	return &rest.OK[formDraft]{Body: draftOf(d, who)}, nil
}
