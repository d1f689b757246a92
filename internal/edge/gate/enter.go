package gate

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

const (
	keyCity    = "bedelau.city"
	keyActor   = "bedelau.actor"
	keyBy      = "bedelau.by" // who acts in the name of the actor
	keyLocale  = "bedelau.locale"
	keyRequest = "bedelau.request"
	keyRoute   = "bedelau.route"
	keyErr     = "bedelau.err"
)

const generalBody = 1 << 20

// Enter lets a request through to route r or says why not: which city, in which language, not too often, from this
// site, who asks, and whether they may. What it learns is in the gin context and in the request's context.
func (g *Gate) Enter(c *gin.Context, r Route, s Surface) error {
	c.Set(keyRoute, r.Path)
	g.language(c, s)
	if err := g.city(c, r); err != nil {
		return err
	}
	if !s.API { // which names the parameter that is wrong itself
		if !isText(c.Request.URL.Path) {
			return fault.New(fault.NotFound, "page.not_found")
		}
		c.Request.URL.RawQuery = textOf(c.Request.URL)
	}
	if err := g.limit(c, r); err != nil {
		if !s.API {
			// The page of this refusal is still the reader's: in their frame, and without an offer to sign in again.
			if err := g.person(c, s); err != nil {
				g.Log.WarnContext(c.Request.Context(), "who was refused is unknown", "err", err)
			}
		}
		return err
	}
	if !s.API {
		if err := g.cross.Check(c.Request); err != nil {
			return fault.Wrap(fault.Forbidden, "request.cross_origin", err)
		}
	}
	size := r.MaxBody
	if size == 0 {
		size = generalBody
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, size)
	if err := g.person(c, s); err != nil {
		return err
	}
	need := r.Needs
	if r.Counter != "" && ActorOf(c).Kind == identity.Staff {
		need = r.Counter
	}
	if err := g.permit(c, need); err != nil {
		return err
	}
	if a := ActorOf(c); s.API && g.OnAPI != nil && a.ID != uuid.Nil {
		// An id of our own: the request's may be the caller's, who could send one twice to be counted once.
		g.OnAPI(c.Request.Context(), event.APIRequested{RequestID: uuid.Must(uuid.NewV7()), AccountID: a.ID, Route: r.Path, At: time.Now()})
	}
	return nil
}

// city puts the tenant of the host into the request, and refuses a route that does not exist there.
func (g *Gate) city(c *gin.Context, r Route) error {
	city, err := g.Directory.ByHost(c.Request.Context(), c.Request.Host)
	if err != nil {
		return err
	}
	c.Set(keyCity, city)
	c.Request = c.Request.WithContext(tenancy.With(c.Request.Context(), city))
	if city.Kind == tenancy.KindPlatform && r.Scope == City || city.Kind == tenancy.KindCity && r.Scope == Platform {
		return fault.New(fault.NotFound, "page.not_found")
	}
	return nil
}

func (g *Gate) person(c *gin.Context, s Surface) error {
	token := s.Token(c)
	if token == "" {
		return nil
	}
	if s.API && g.Keys != nil && apikey.LooksLike(token) {
		return g.program(c, token)
	}
	actor, err := g.Identity.Resolve(c.Request.Context(), token)
	if err != nil {
		if f := fault.From(err); f.Kind == fault.Unauthenticated && !s.API {
			return nil // an expired cookie is a visitor, not a mistake
		}
		return err
	}
	c.Set(keyActor, actor)
	return nil
}

// program puts the program of a key into the request, if the key has not been used too often in the last minute.
func (g *Gate) program(c *gin.Context, token string) error {
	actor, key, err := g.Keys.Resolve(c.Request.Context(), token)
	if err != nil {
		return err
	}
	c.Set(keyActor, actor)
	return g.spend(c, "rate:key:"+key.ID.String(), redis_rate.PerMinute(key.PerMinute))
}

func (g *Gate) permit(c *gin.Context, need access.Permission) error {
	actor := ActorOf(c)
	switch need {
	case "":
		return fmt.Errorf("gate: route %s declares no permission", c.GetString(keyRoute))
	case access.Public:
		return nil
	case access.SignedIn:
		if !actor.SignedIn() {
			return fault.New(fault.Unauthenticated, "access.sign_in")
		}
		return nil
	}
	return g.Guard.Allow(c.Request.Context(), actor, need)
}

// limit counts calls by subscriber and route class over all processes. When Redis does not answer the request goes on:
// a resident's application matters more than the count, and sign-in has its own lockout in the database.
func (g *Gate) limit(c *gin.Context, r Route) error {
	l := r.Limit
	if l.Name == "" {
		l = Limit{Name: "general", Count: 600, Per: time.Minute}
	}
	key := "rate:" + l.Name + ":" + CityOf(c).Slug + ":" + identity.Subscriber(c.ClientIP())
	return g.spend(c, key, redis_rate.Limit{Rate: l.Count, Burst: l.Count, Period: l.Per})
}

func (g *Gate) spend(c *gin.Context, key string, l redis_rate.Limit) error {
	res, err := g.Limiter.Allow(c.Request.Context(), key, l)
	if err != nil {
		g.Log.WarnContext(c.Request.Context(), "rate limiter unavailable", "err", err)
		return nil
	}
	if res.Allowed == 0 {
		return &fault.Error{Kind: fault.RateLimited, Code: "request.too_many", RetryAfter: res.RetryAfter}
	}
	return nil
}

// language is the reader's own choice (the cookie), else Indonesian on the site and Accept-Language on the API.
func (g *Gate) language(c *gin.Context, s Surface) {
	l := i18n.ID
	if s.API {
		l = i18n.Pick(c.GetHeader("Accept-Language"))
	} else if v, err := c.Cookie("bahasa"); err == nil && v == string(i18n.EN) {
		l = i18n.EN
	}
	c.Set(keyLocale, l)
	c.Request = c.Request.WithContext(i18n.With(c.Request.Context(), l))
}

// CityOf returns the tenant of the request; the zero City before Enter has found it.
func CityOf(c *gin.Context) tenancy.City {
	v, _ := c.Get(keyCity)
	city, _ := v.(tenancy.City)
	return city
}

// ActorOf returns who asks; the zero Actor is an anonymous visitor.
func ActorOf(c *gin.Context) identity.Actor {
	v, _ := c.Get(keyActor)
	a, _ := v.(identity.Actor)
	return a
}

// InTheNameOf lets the rest of a request be answered as to who, for whom its actor has been found to act. The log keeps
// both.
func InTheNameOf(c *gin.Context, who identity.Actor) {
	c.Set(keyBy, ActorOf(c).ID)
	c.Set(keyActor, who)
}

// LocaleOf returns the language of the answer.
func LocaleOf(c *gin.Context) i18n.Locale {
	v, _ := c.Get(keyLocale)
	if l, ok := v.(i18n.Locale); ok {
		return l
	}
	return i18n.ID
}

// RequestID returns the id that the log line, the error page and the X-Request-Id header share.
func RequestID(c *gin.Context) string { return c.GetString(keyRequest) }

// isText reports whether the database can hold s: it takes neither broken encoding nor NUL.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// textOf is the query of an address with the replacement character for what isText refuses, so that no search, filter or cursor fails on it
// and none takes it for another word.
func textOf(u *url.URL) string {
	if !strings.Contains(u.RawQuery, "%") && isText(u.RawQuery) { // as most are
		return u.RawQuery
	}
	dirty, clean := false, url.Values{}
	for name, values := range u.Query() {
		for _, v := range values {
			kept := strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD")
			dirty = dirty || kept != v
			clean.Add(name, kept)
		}
	}
	if !dirty {
		return u.RawQuery
	}
	return clean.Encode()
}
