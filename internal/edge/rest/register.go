package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// SmallBody bounds the bodies of operations that take a few words, in bytes.
const SmallBody = 16 << 10

// Operation is one thing a program can ask for: what the gate must know of it, and what the document says of it.
type Operation struct {
	Method string
	Path   string // below base, as OpenAPI writes it: /applications/{id}
	ID     string // operationId
	Tag    string
	Title  string // the summary, one line
	About  string // the description: who may call it and what it refuses

	Needs   access.Permission
	Scope   gate.Scope
	IDs     map[string]string
	Limit   gate.Limit
	MaxBody int64

	Status   int      // of success; 200, or 204 without a body, when zero
	Refuses  []int    // besides those that follow from the rest
	Download []string // media types of a success that is a file
	Upload   []string // media types of a request body that is a file
}

// Caller is who asks, where and in which language.
type Caller struct {
	Gin   *gin.Context
	Actor identity.Actor
	City  tenancy.City
	Lang  i18n.Locale
}

// At is a moment on the clock of the caller's city; the zero time stays zero and is left out.
func (w Caller) At(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.In(w.City.Location()).Truncate(time.Second)
}

// Text is a text of the city's in the caller's language.
func (w Caller) Text(t i18n.Text) string { return t.In(w.Lang) }

type callerKey struct{}

// Register binds an operation to its function, behind the gate, and writes it into the route table and the document.
func Register[I, O any](a *API, o Operation, fn func(context.Context, Caller, *I) (*O, error)) {
	r := gate.Route{
		Method: o.Method, Path: Base + strings.NewReplacer("{", ":", "}", "").Replace(o.Path),
		Needs: o.Needs, Scope: o.Scope, IDs: o.IDs, Limit: o.Limit, MaxBody: o.MaxBody,
	}
	a.table = append(a.table, r)
	takes := bodyOf(reflect.TypeFor[I]())
	ho := a.describe(o, takes)
	ho.Middlewares = huma.Middlewares{a.enter(r, takes)}
	huma.Register(a.huma, ho, func(ctx context.Context, in *I) (*O, error) {
		who, ok := ctx.Value(callerKey{}).(Caller)
		if !ok {
			return nil, errors.New("httpapi: an operation without a caller")
		}
		out, err := fn(ctx, who, in)
		if err != nil {
			return nil, a.problem(who.Gin, err)
		}
		return out, nil
	})
}

// body says whether an operation takes JSON.
type body uint8

const (
	noBody body = iota
	mayHaveBody
	needsBody
)

// bodyOf reads it from the input's type: a pointer may be left out.
func bodyOf(input reflect.Type) body {
	f, ok := input.FieldByName("Body")
	switch {
	case !ok:
		return noBody
	case f.Type.Kind() == reflect.Pointer:
		return mayHaveBody
	}
	return needsBody
}

// enter is the way in: the gate first, then what could not be a request to this operation at all.
func (a *API) enter(r gate.Route, takes body) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(hc)
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				a.fail(c, fmt.Errorf("httpapi: panic in %s: %v\n%s", r.Path, p, debug.Stack()))
			}
		}()
		c.Header("Vary", "Accept-Language")
		err := a.gate.Enter(c, r, a.surface())
		if err == nil {
			err = addressed(c, r)
		}
		if err == nil && takes != noBody {
			err = readBody(c, takes)
		}
		if err != nil {
			a.fail(c, err)
			return
		}
		who := Caller{Gin: c, Actor: gate.ActorOf(c), City: gate.CityOf(c), Lang: gate.LocaleOf(c)}
		c.Header("Content-Language", string(who.Lang))
		next(huma.WithValue(hc, callerKey{}, who))
	}
}

// addressed refuses an id that is none, as if nothing had it, and text that is none.
func addressed(c *gin.Context, r gate.Route) error {
	for _, p := range c.Params {
		kind, isID := r.IDs[p.Key]
		if _, err := uuid.Parse(p.Value); isID && (err != nil || len(p.Value) != 36) {
			return fault.New(fault.NotFound, kind+".not_found")
		}
		if !plain(p.Value) {
			return fault.New(fault.NotFound, "api.not_found")
		}
	}
	var bad []fault.Field
	for name, values := range c.Request.URL.Query() {
		if !plain(name) {
			return fault.Fields([]fault.Field{{Name: "query", Code: "encoding"}})
		}
		for _, v := range values {
			if !plain(v) {
				bad = append(bad, fault.Field{Name: Clip(name), Code: "encoding"})
				break
			}
		}
	}
	return fault.Fields(bad)
}
