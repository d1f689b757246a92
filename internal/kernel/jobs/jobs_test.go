package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

func TestJobRunsOnceForItsCity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	err := jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error {
		if c, ok := tenancy.CityFrom(ctx); !ok || c.Slug != "tanjungpinang" {
			t.Errorf("the job runs for %q", c.Slug)
		}
		return addEffect(ctx, tx, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	start(t, r)
	id := uuid.New()
	add(t, w, w.Other, take, note{id})
	eventually(t, "done", func() bool { return theJob(t, w, w.Other).State == "done" })
	if n, elsewhere := effects(t, w, w.Other, id), effects(t, w, w.Batam, id); n != 1 || elsewhere != 0 {
		t.Errorf("%d effects in its city, %d in another", n, elsewhere)
	}
}

func TestRolledBackJobNeverWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	undone := errors.New("undone")
	err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := jobs.Add(ctx, tx, take, note{uuid.New()}); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if b, err := newRunner(t, w, quick("127.0.0.1:1")).Backlog(t.Context()); err != nil || b.Waiting != 0 {
		t.Errorf("backlog %+v, %v", b, err)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name string
		ctx  context.Context
		k    jobs.Kind[note]
	}{
		{"no city", t.Context(), take},
		{"no version", w.Ctx(w.Batam), jobs.Kind[note]{Name: "note.take", Timeout: time.Second}},
		{"no timeout", w.Ctx(w.Batam), jobs.Kind[note]{Name: "note.take.v1"}},
		{"a timeout of hours", w.Ctx(w.Batam), jobs.Kind[note]{Name: "note.take.v1", Timeout: time.Hour}},
		{"no such queue", w.Ctx(w.Batam), jobs.Kind[note]{Name: "note.take.v1", Timeout: time.Second, Queue: "fast"}},
	} {
		if err := jobs.Add(tt.ctx, w.DB.App, tt.k, note{}); err == nil {
			t.Errorf("%s: added", tt.name)
		}
	}
}

func TestRegistrationRefusesUnclearNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick("127.0.0.1:1"))
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"note.take.v1", true}, {"note.take.v2", true}, {"note.take_back.v1", true},
		{"note.take.v1", false},  // twice
		{"note.take.v10", false}, // v1 is a prefix of it
		{"Note.take.v1", false}, {"take.v1", false}, {"note.take", false}, {"note.take.v0", false}, {"", false},
	} {
		k := jobs.Kind[note]{Name: tt.name, Timeout: time.Second}
		if err := jobs.Handle(r, k, func(context.Context, bun.Tx, note) error { return nil }); (err == nil) != tt.ok {
			t.Errorf("%q: %v", tt.name, err)
		}
	}
	if err := jobs.HandleCall(r, take, func(context.Context, uuid.UUID, note) error { return nil }); err == nil {
		t.Error("HandleCall took a kind that Handle has")
	}
	if _, err := jobs.New(w.DB, jobs.Options{Redis: "http://:secret@x"}, nil, nil); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a bad address: %v", err)
	}
}

func TestFailingJobIsTriedAgainThenStaysVisible(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := quick(pgtest.Redis(t))
	reg := prometheus.NewRegistry()
	o.Metrics = reg
	r := newRunner(t, w, o)
	var first, never atomic.Int64
	var second = jobs.Kind[note]{Name: "note.second.v1", MaxRetry: 3, Timeout: time.Second}
	err := errors.Join(
		jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error {
			if err := addEffect(ctx, tx, n); err != nil {
				return err
			}
			switch never.Add(1) {
			case 1:
				panic("hostile input")
			default:
				return errTest
			}
		}),
		jobs.Handle(r, second, func(ctx context.Context, tx bun.Tx, n note) error {
			if first.Add(1) == 1 {
				return fault.New(fault.Unavailable, "note.busy")
			}
			return addEffect(ctx, tx, n)
		}))
	if err != nil {
		t.Fatal(err)
	}
	start(t, r)

	a, b := uuid.New(), uuid.New()
	add(t, w, w.Batam, take, note{a})
	add(t, w, w.Other, second, note{b})
	eventually(t, "the hopeless one fails", func() bool { return theJob(t, w, w.Batam).State == "failed" })
	eventually(t, "the other is done", func() bool { return theJob(t, w, w.Other).State == "done" })
	if j := theJob(t, w, w.Batam); j.Attempts != 4 || j.LastError != "internal" || never.Load() != 4 {
		t.Errorf("%+v after %d calls, want 4 attempts and the code internal", j, never.Load())
	}
	if effects(t, w, w.Batam, a) != 0 || effects(t, w, w.Other, b) != 1 {
		t.Error("a failed attempt left its effect, or a good one did not")
	}
	backlog, err := r.Backlog(t.Context())
	if err != nil || backlog.Failed != 1 || backlog.Waiting != 0 {
		t.Errorf("backlog %+v, %v", backlog, err)
	}
	for outcome, want := range map[string]float64{"failed": 1, "retry": 3} {
		if got := counted(t, reg, "note.take.v1", outcome); got != want {
			t.Errorf("jobs_total %s = %v, want %v", outcome, got, want)
		}
	}
}

func counted(t *testing.T, reg *prometheus.Registry, kind, outcome string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == "jobs_total" && labels["kind"] == kind && labels["outcome"] == outcome {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func TestUnreadablePayloadIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	if err := jobs.Handle(r, take, func(context.Context, bun.Tx, note) error { t.Error("called"); return nil }); err != nil {
		t.Fatal(err)
	}
	start(t, r)
	other := jobs.Kind[map[string]string]{Name: take.Name, MaxRetry: 9, Timeout: time.Second}
	add(t, w, w.Batam, other, map[string]string{"ID": "not a uuid"})
	eventually(t, "failed", func() bool { return theJob(t, w, w.Batam).State == "failed" })
	if j := theJob(t, w, w.Batam); j.Attempts != 1 || j.LastError != "unreadable" {
		t.Errorf("%+v", j)
	}
}

func TestJobOfANewerProgramWaitsForIt(t *testing.T) {
	t.Parallel()
	w, addr := newWorld(t), pgtest.Redis(t)
	old := newRunner(t, w, quick(addr))
	start(t, old)
	id := uuid.New()
	add(t, w, w.Batam, take, note{id})
	eventually(t, "sent", func() bool { return theJob(t, w, w.Batam).State == "sent" })
	newer := newRunner(t, w, quick(addr))
	if err := jobs.Handle(newer, take, func(ctx context.Context, tx bun.Tx, n note) error { return addEffect(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
	start(t, newer)
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if n := effects(t, w, w.Batam, id); n != 1 {
		t.Errorf("%d effects", n)
	}
}

func TestAtHoldsAJobBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	if err := jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error { return addEffect(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
	start(t, r)
	due := time.Now().Add(700 * time.Millisecond)
	add(t, w, w.Batam, take, note{uuid.New()}, jobs.At(due))
	add(t, w, w.Other, take, note{uuid.New()}, jobs.At(time.Now().Add(time.Hour)))
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if early := time.Until(due); early > 0 {
		t.Errorf("ran %s early", early)
	}
	if j := theJob(t, w, w.Other); j.State != "waiting" || j.Sends != 0 {
		t.Errorf("the job of in an hour: %+v", j)
	}
}

func TestHandleCallRepeatsWithTheSameID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	ids := make(chan uuid.UUID, 10)
	err := jobs.HandleCall(r, take, func(ctx context.Context, id uuid.UUID, n note) error {
		ids <- id
		if len(ids) == 1 {
			return errTest
		}
		return addEffect(ctx, w.DB.App, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	start(t, r)
	id := uuid.New()
	add(t, w, w.Batam, take, note{id})
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if a, b := <-ids, <-ids; a != b || a == uuid.Nil {
		t.Errorf("ids %s and %s", a, b)
	}
	if n := effects(t, w, w.Batam, id); n != 1 {
		t.Errorf("%d effects", n)
	}
}

// Payloads with a question mark or quotes must reach the handler as they were: bun formats queries by text.
func TestPayloadSurvivesQuoting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	hostile := "?0 ?name '; DROP TABLE outbox; -- \\ \" \u2028 <script>"
	kind := jobs.Kind[map[string]string]{Name: "note.quote.v1", Timeout: time.Second}
	got := make(chan string, 1)
	err := jobs.Handle(r, kind, func(_ context.Context, _ bun.Tx, m map[string]string) error { got <- m["x"]; return nil })
	if err != nil {
		t.Fatal(err)
	}
	start(t, r)
	add(t, w, w.Batam, kind, map[string]string{"x": hostile})
	if s := <-got; s != hostile {
		t.Errorf("got %q", s)
	}
}

func TestStopLetsARunningJobFinish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	began, finish := make(chan bool), make(chan bool)
	err := jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error {
		began <- true
		<-finish
		return addEffect(ctx, tx, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupted := context.WithCancel(t.Context())
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	add(t, w, w.Batam, take, note{id})
	<-began
	interrupted()
	stopped := make(chan bool)
	go func() { stop(r); close(stopped) }()
	finish <- true
	<-stopped
	if n, j := effects(t, w, w.Batam, id), theJob(t, w, w.Batam); n != 1 || j.State != "done" {
		t.Errorf("%d effects, %+v", n, j)
	}
}

func TestJobCutShortByAStopRunsElsewhereUncounted(t *testing.T) {
	t.Parallel()
	w, addr := newWorld(t), pgtest.Redis(t)
	o := quick(addr)
	o.Drain = 200 * time.Millisecond
	slow := newRunner(t, w, o)
	long := jobs.Kind[note]{Name: take.Name, MaxRetry: 0, Timeout: time.Minute}
	began := make(chan bool)
	err := jobs.Handle(slow, long, func(ctx context.Context, tx bun.Tx, n note) error {
		began <- true
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	add(t, w, w.Batam, long, note{id})
	<-began
	stop(slow)
	next := newRunner(t, w, quick(addr))
	if err := jobs.Handle(next, long, func(ctx context.Context, tx bun.Tx, n note) error { return addEffect(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
	start(t, next)
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if n, j := effects(t, w, w.Batam, id), theJob(t, w, w.Batam); n != 1 || j.Attempts != 1 {
		t.Errorf("%d effects, %+v", n, j)
	}
}

func TestApplicationRoleCannotRewriteAJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	add(t, w, w.Batam, take, note{uuid.New()})
	for _, sql := range []string{
		"UPDATE outbox SET payload = '{}'", "UPDATE outbox SET kind = 'x.y.v1'", "UPDATE outbox SET tenant_id = tenant_id",
		"DELETE FROM outbox", "DELETE FROM processed", "UPDATE processed SET at = now()", "DELETE FROM planned_run",
	} {
		if _, err := w.DB.App.ExecContext(w.Ctx(w.Batam), sql); err == nil {
			t.Errorf("the application may %s", sql)
		}
	}
	var n int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM outbox").Scan(w.Ctx(w.Other), &n); err != nil || n != 0 {
		t.Errorf("another city sees %d jobs, %v", n, err)
	}
}
