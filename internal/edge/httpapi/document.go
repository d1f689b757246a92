package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"bedelau/internal/kernel/access"
)

const about = `Public services of a city, for programs: find a service, apply for it, follow the application, work on it as an officer.

**Hosts.** Each city answers at its own host, and what one host answers is about that city alone. The platform that runs the cities answers at its own; operations tagged *Platform* exist only there, all others except *Session* only at a city's.

**Signing in.** ` + "`POST /sessions`" + ` gives a token; send it as ` + "`Authorization: Bearer <token>`" + `. Staff give a code of their authenticator at ` + "`POST /sessions/totp`" + ` first, which gives a new token. A session ends after a time without use, or with ` + "`DELETE /sessions/current`" + `.

**Programs of agencies** sign in with an API key instead: ` + "`Authorization: Bearer bdl_…`" + `. A key is made by the city's administrator, shown once, has an end, and is good for the operations of its scopes alone.

**Language.** Send ` + "`Accept-Language: id`" + ` or ` + "`en`" + `; Indonesian is the default. Names, labels and refusals come in that language.

**Times** are RFC 3339 with the city's offset. Amounts are whole rupiah. Ids are UUIDs.

**Lists** give at most ` + "`limit`" + ` items; when there are more, ` + "`next`" + ` in the body is the cursor of the next page and the ` + "`Link`" + ` header (RFC 8288) its address.

**Refusals** are problem documents (RFC 9457). Decide by ` + "`type`" + `, show ` + "`detail`" + `. What may not be seen is 404, as if it did not exist. 429 and 503 carry ` + "`Retry-After`" + ` in seconds.

**Repeating.** ` + "`POST /applications/{id}/submission`" + ` needs an ` + "`Idempotency-Key`" + `: any text of at most 200 characters, new for each submission and the same when it is repeated; a repetition gives the first answer. Acts of officers name the ` + "`version`" + ` they have seen, in the body or as ` + "`If-Match`" + ` with the ` + "`ETag`" + ` of the application; when it has moved meanwhile they are refused with 409, or 412 for ` + "`If-Match`" + `.`

// config is the document's frame. Nothing of huma's own is served: the document goes through the gate, and schema
// links in every answer would help nobody.
func (a *API) config() huma.Config {
	cfg := huma.DefaultConfig("Bedelau", "1.0.0")
	cfg.CreateHooks, cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = nil, "", "", ""
	cfg.RejectUnknownQueryParameters = true
	cfg.Transformers = []huma.Transformer{a.translate}
	cfg.Info.Description = about
	cfg.Info.Contact = &huma.Contact{Name: "The help desk of the city, as GET /city names it"}
	cfg.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	cfg.Servers = []*huma.Server{{URL: base, Description: "The host that served this document"}}
	cfg.Tags = tags()
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "The token of POST /sessions."},
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key of an agency's app (bdl_…), which the city's administrator has made at /kelola/aplikasi."},
	}
	cfg.Security = []map[string][]string{{"session": {}}}
	cfg.Components.Responses = a.refusals(cfg.Components.Schemas)
	return cfg
}

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "Session", Description: "Signing in and out; on every host."},
		{Name: "Registration", Description: "How a resident gets an account."},
		{Name: "City", Description: "The city of the host, its offices and how it performs."},
		{Name: "Services", Description: "What a resident can ask of the city, and the standard it is held to."},
		{Name: "Applications", Description: "A resident's own applications, from the form to the document."},
		{Name: "Appointments", Description: "Times at the counters of the city's offices."},
		{Name: "Tracking", Description: "What anyone may know who holds a number or a paper."},
		{Name: "Desk", Description: "The work of an office, for its staff."},
		{Name: "Apps", Description: "What the agencies' own apps tell the city, with an API key."},
		{Name: "Usage", Description: "What the city uses of the platform, and what that would cost."},
		{Name: "Platform", Description: "All cities, for the staff of the platform; on its host alone."},
	}
}

// refusal names a status in the document.
var refusals = map[int]struct{ name, about string }{
	http.StatusBadRequest:            {"Malformed", "The request could not be read."},
	http.StatusUnauthorized:          {"Unauthenticated", "There is no session, or it has ended."},
	http.StatusForbidden:             {"Forbidden", "The session's owner may not do this, or has yet to give the second factor."},
	http.StatusNotFound:              {"NotFound", "There is no such thing for this caller, or no such operation on this host."},
	http.StatusConflict:              {"Conflict", "The state does not allow it, or has moved since it was read."},
	http.StatusGone:                  {"Gone", "It was here and is no longer."},
	http.StatusPreconditionFailed:    {"PreconditionFailed", "The application is no longer the version that If-Match names."},
	http.StatusRequestEntityTooLarge: {"TooLarge", "The body is larger than it may be."},
	http.StatusUnsupportedMediaType:  {"Unsupported", "The body is of a type that is not accepted."},
	http.StatusUnprocessableEntity:   {"Invalid", "Something in the request is missing or wrong; errors names every place."},
	http.StatusTooManyRequests:       {"TooMany", "Too often; Retry-After says how many seconds to wait."},
	http.StatusInternalServerError:   {"Internal", "A fault of ours. The instance names it in the operator's log."},
	http.StatusServiceUnavailable:    {"Unavailable", "Something this needs is away for the moment."},
}

func (a *API) refusals(r huma.Registry) map[string]*huma.Response {
	schema := r.Schema(reflect.TypeFor[problem](), true, "")
	out := map[string]*huma.Response{}
	for status, s := range refusals {
		one := &huma.Response{Description: s.about, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			one.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		out[s.name] = one
	}
	return out
}

// describe is an operation as the document has it.
func (a *API) describe(o operation, takes body) huma.Operation {
	ho := huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: o.Path, Tags: []string{o.Tag}, Summary: o.Title, Description: o.About,
		DefaultStatus: o.Status, MaxBodyBytes: o.MaxBody, Responses: map[string]*huma.Response{},
		BodyReadTimeout: -1, // the body is here before huma asks for it; the deadline that readBody set ends with it
	}
	statuses := []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError}
	statuses = append(statuses, o.Refuses...)
	switch {
	case o.Needs == access.Public:
		ho.Security = []map[string][]string{}
	case slices.Contains(access.Scopes(), o.Needs):
		ho.Security = []map[string][]string{{"key": {}}}
	}
	if o.Needs != access.Public {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if takes != noBody {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, s := range slices.Compact(slices.Sorted(slices.Values(statuses))) {
		ho.Responses[strconv.Itoa(s)] = &huma.Response{Ref: "#/components/responses/" + refusals[s].name}
	}
	if len(o.Download) > 0 {
		ho.Responses["200"] = &huma.Response{Description: "The file.", Content: binary(o.Download)}
	}
	if len(o.Upload) > 0 {
		ho.RequestBody = &huma.RequestBody{Required: true, Description: "The bytes of the file, as they are.", Content: binary(o.Upload)}
	}
	return ho
}

func binary(types []string) map[string]*huma.MediaType {
	out := map[string]*huma.MediaType{}
	for _, t := range types {
		out[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return out
}

// serveDocument writes the document once, after the last operation is registered.
func (a *API) serveDocument() func(*gin.Context) error {
	doc, err := a.document()
	return func(c *gin.Context) error {
		if err != nil {
			return err
		}
		c.Header("Cache-Control", "public, max-age=300")
		c.Data(http.StatusOK, "application/json", doc)
		return nil
	}
}

// document is the OpenAPI document as JSON. huma describes its own kind of refusal, which no operation sends, and takes
// every list for one that may be null, which none here is.
func (a *API) document() ([]byte, error) {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, s := range schemas {
		for _, p := range s.Properties {
			if p.Type == huma.TypeArray {
				p.Nullable = false
			}
		}
	}
	return json.MarshalIndent(doc, "", "  ")
}
