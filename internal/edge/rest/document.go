package rest

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

// config is the document's frame. Nothing of huma's own is served: the document goes through the gate, and schema
// links in every answer would help nobody.
func (a *API) config() huma.Config {
	cfg := huma.DefaultConfig("Bedelau", "1.0.0")
	cfg.CreateHooks, cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = nil, "", "", ""
	cfg.RejectUnknownQueryParameters = true
	cfg.Transformers = []huma.Transformer{a.translate}
	cfg.Info.Description = a.about
	cfg.Info.Contact = &huma.Contact{Name: "The help desk of the city, as GET /city names it"}
	cfg.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	cfg.Servers = []*huma.Server{{URL: Base, Description: "The host that served this document"}}
	cfg.Tags = a.tags
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "The token of POST /sessions."},
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key of an agency's app (bdl_…), which the city's administrator has made at /kelola/aplikasi."},
	}
	cfg.Security = []map[string][]string{{"session": {}}}
	cfg.Components.Responses = a.refusals(cfg.Components.Schemas)
	return cfg
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
	schema := r.Schema(reflect.TypeFor[Problem](), true, "")
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
func (a *API) describe(o Operation, takes body) huma.Operation {
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
	doc, err := a.Document()
	return func(c *gin.Context) error {
		if err != nil {
			return err
		}
		c.Header("Cache-Control", "public, max-age=300")
		c.Data(http.StatusOK, "application/json", doc)
		return nil
	}
}

// Document is the OpenAPI document as JSON. huma describes its own kind of refusal, which no operation sends, and takes
// every list for one that may be null, which none here is.
func (a *API) Document() ([]byte, error) {
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
