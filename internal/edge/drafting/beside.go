package drafting

import (
	"context"
	"net/http"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/registry"
)

func (o operations) cosigners() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPut, Path: "/services/{code}/form/draft/cosigners/{cosigner}", ID: "put-form-cosigner", Tag: "Design", Title: "Ask for somebody's agreement",
		About: "Adds who must agree before an application is sent, or changes it, in the draft. What does not fit the form is taken and named in `problems`; it is not published. 409 `form.changed` when somebody else has changed the draft since. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, MaxBody: bodyMost, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code     string `path:"code" maxLength:"100" example:"pindah-datang" doc:"Code of the service."`
		Cosigner string `path:"cosigner" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$" example:"kepala_keluarga" doc:"Code of who must agree."`
		Body     struct {
			Base
			CosignerBody
		}
	}) (*rest.OK[formDraft], error) {
		return o.step(ctx, who, in.Code, in.Body.Revision, builder.ActEdit, in.Cosigner, func(f *form.Form) error {
			code := in.Cosigner
			if _, was := f.Cosigner(code); !was {
				code = "" // one more
			}
			return builder.PutCosign(code, in.Body.cosign(in.Cosigner))(f)
		})
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodDelete, Path: "/services/{code}/form/draft/cosigners/{cosigner}", ID: "remove-form-cosigner", Tag: "Design", Title: "Ask for somebody's agreement no longer",
		About: "Takes who must agree out of the draft. 404 `form.no_part` when the form has no such one, 409 `form.changed` when somebody else has changed the draft since. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code     string `path:"code" maxLength:"100" example:"pindah-datang" doc:"Code of the service."`
		Cosigner string `path:"cosigner" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$" example:"kepala_keluarga" doc:"Code of who must agree."`
		Seen
	}) (*rest.OK[formDraft], error) {
		return o.step(ctx, who, in.Code, in.Revision, builder.ActRemove, in.Cosigner, builder.RemoveCosign(in.Cosigner))
	})
}

func (o operations) lookups() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPut, Path: "/services/{code}/form/draft/lookups/{registry}", ID: "put-form-lookup", Tag: "Design", Title: "Let a register fill in",
		About: "Sets in the draft what a register of the state fills in. What does not fit the form is taken and named in `problems`; it is not published. 409 `form.changed` when somebody else has changed the draft since. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, MaxBody: bodyMost, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code     string `path:"code" maxLength:"100" example:"surat-keterangan-usaha" doc:"Code of the service."`
		Registry string `path:"registry" enum:"population,business" doc:"Which register of the state."`
		Body     struct {
			Base
			LookupBody
		}
	}) (*rest.OK[formDraft], error) {
		x := form.Lookup{Registry: registry.Kind(in.Registry), By: in.Body.By, Fills: in.Body.Fills}
		return o.step(ctx, who, in.Code, in.Body.Revision, builder.ActEdit, in.Registry, builder.PutLookup(x))
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodDelete, Path: "/services/{code}/form/draft/lookups/{registry}", ID: "remove-form-lookup", Tag: "Design", Title: "Let a register fill in nothing",
		About: "Takes a register out of the draft. 404 `form.no_part` when the form does not ask it, 409 `form.changed` when somebody else has changed the draft since. For administrators with `service:configure`.",
		Needs: access.ServiceConfigure, Scope: gate.City, Refuses: refuses(),
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code     string `path:"code" maxLength:"100" example:"surat-keterangan-usaha" doc:"Code of the service."`
		Registry string `path:"registry" enum:"population,business" doc:"Which register of the state."`
		Seen
	}) (*rest.OK[formDraft], error) {
		return o.step(ctx, who, in.Code, in.Revision, builder.ActRemove, in.Registry, builder.RemoveLookup(registry.Kind(in.Registry)))
	})
}
