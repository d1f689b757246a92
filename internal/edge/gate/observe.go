package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"bedelau/internal/kernel/fault"
)

// newRequests is the measurement of every request, registered with reg unless that is nil.
func newRequests(reg prometheus.Registerer) (*prometheus.HistogramVec, error) {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "bedelau_http_request_seconds",
		Help:    "Time to answer a request, by route and status.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})
	if reg == nil {
		return h, nil
	}
	return h, reg.Register(h)
}

// policy allows the site's own files and nothing inline; images also as data: for QR codes.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// LetPicturesFrom lets the page that answers c show pictures of another site, and a script of its own fetch them there: scheme,
// host and port of one that the city itself has named.
func LetPicturesFrom(c *gin.Context, origin string) {
	c.Header("Content-Security-Policy", strings.NewReplacer("img-src 'self'", "img-src 'self' "+origin, "connect-src 'self'", "connect-src 'self' "+origin).Replace(policy))
}

func (g *Gate) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
	h.Set("Cache-Control", "no-store")
	if g.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	c.Next()
}

// observe gives the request its id, one log line and one measurement, and turns a panic into an Internal refusal. The
// line names the route and never the path, whose parts may be tokens.
func (g *Gate) observe(c *gin.Context) {
	start, asked := time.Now(), c.Request.Context() // before anything of ours may end it
	given, err := uuid.Parse(c.GetHeader("X-Request-Id"))
	if err != nil {
		given = uuid.Must(uuid.NewV7())
	}
	id := given.String() // one spelling of the several that Parse reads
	c.Set(keyRequest, id)
	c.Header("X-Request-Id", id)
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			g.Log.ErrorContext(c.Request.Context(), "panic", "request", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				c.Status(http.StatusInternalServerError)
				c.Writer.WriteHeaderNow()
			}
		}
		g.line(c, id, time.Since(start), asked.Err() != nil)
	}()
	c.Next()
}

// methodLabel keeps the measurements few: a caller may write anything where the method stands.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// statusBrokenOff stands in the log and the measurements for a request whose asker went away before it was answered, as proxies write
// it. Nobody is sent it.
const statusBrokenOff = 499

// brokeOff reports whether an error says no more than that the asker of a request went away: what was read or written for them ended.
func brokeOff(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// line writes what became of a request; gone says that its connection has ended.
func (g *Gate) line(c *gin.Context, id string, took time.Duration, gone bool) {
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	status := c.Writer.Status()
	failed, _ := c.Get(keyErr)
	if err, ok := failed.(error); ok && gone && brokeOff(err) {
		status, failed = statusBrokenOff, nil
	}
	g.requests.WithLabelValues(methodLabel(c.Request.Method), route, strconv.Itoa(status)).Observe(took.Seconds())
	attrs := []slog.Attr{
		slog.String("request", id), slog.String("method", c.Request.Method), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", took), slog.String("city", CityOf(c).Slug),
	}
	if a := ActorOf(c); a.ID != uuid.Nil {
		attrs = append(attrs, slog.String("actor", a.ID.String()))
	}
	if by, ok := c.Get(keyBy); ok {
		attrs = append(attrs, slog.Any("by", by))
	}
	level := slog.LevelInfo
	if failed != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("err", failed))
	}
	g.Log.LogAttrs(context.WithoutCancel(c.Request.Context()), level, "request", attrs...)
}

// Failed returns err as a refusal with its HTTP status, keeping the cause of an Internal one for the log line.
func Failed(c *gin.Context, err error) (*fault.Error, int) {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		err = fault.Wrap(fault.TooLarge, "request.too_large", err)
	}
	f := fault.From(err)
	if f.Kind == fault.Internal {
		c.Set(keyErr, err)
	}
	if f.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
	}
	return f, statuses[f.Kind]
}

var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Malformed:       http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}
