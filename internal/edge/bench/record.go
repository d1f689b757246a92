package bench

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/uptrace/bun"
)

// Recorder notes which SQL a request runs. It is a query hook of bun, and a handler around the product's own.
type Recorder struct {
	mu   sync.Mutex
	last []string
}

type traceKey struct{}

type trace struct {
	mu    sync.Mutex
	lines []string
}

// BeforeQuery is of bun.QueryHook.
func (*Recorder) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery is of bun.QueryHook.
func (*Recorder) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		t.mu.Lock()
		t.lines = append(t.lines, e.Query)
		t.mu.Unlock()
	}
}

// Around returns a handler that serves h and keeps the statements of the last request.
func (r *Recorder) Around(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		t := &trace{}
		h.ServeHTTP(w, q.WithContext(context.WithValue(q.Context(), traceKey{}, t)))
		r.mu.Lock()
		defer r.mu.Unlock()
		r.last = t.lines
	})
}

// take returns the statements of the last request.
func (r *Recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// steady repeats ask until two requests in a row run the same statements, and returns both. What a process does now
// and then, such as reading the directory of cities every two seconds, is not part of a request.
func (r *Recorder) steady(ask func() error) (first, second []string, err error) {
	for range 20 {
		if err := ask(); err != nil {
			return nil, nil, err
		}
		first, second = second, r.take()
		if len(first) > 0 && slices.EqualFunc(first, second, alike) {
			return first, second, nil
		}
	}
	return nil, nil, fmt.Errorf("bench: no two requests run the same statements; the last ones were\n%q\n%q", first, second)
}

var literalPattern = regexp.MustCompile(`'(?:[^']|'')*'`)

// shape is a statement without the values in it.
func shape(sql string) string { return literalPattern.ReplaceAllString(sql, "?") }

func alike(a, b string) bool { return shape(a) == shape(b) }
