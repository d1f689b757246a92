package jobs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// A job that a city had waiting when it was closed fails as one of a city that nobody knows, unless its kind is done for closed cities too:
// then it runs, once, and the City says that it is closed.
func TestAJobOfACityThatIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := jobs.New(w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	settle := jobs.Kind[note]{Name: "note.settle.v1", MaxRetry: 3, Timeout: 2 * time.Second, Closed: true}
	err = errors.Join(jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error { return addEffect(ctx, tx, n) }), jobs.Handle(r, settle, func(ctx context.Context, tx bun.Tx, n note) error {
		if city, _ := tenancy.CityFrom(ctx); city.ID != w.Batam.ID || city.Status != tenancy.StatusClosed {
			t.Errorf("it runs for %s, which is %s", city.Slug, city.Status)
		}
		return addEffect(ctx, tx, n)
	}))
	if err != nil {
		t.Fatal(err)
	}
	no, yes := note{uuid.New()}, note{uuid.New()}
	err = tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return errors.Join(jobs.Add(ctx, tx, take, no), jobs.Add(ctx, tx, settle, yes))
	})
	if err == nil {
		_, err = w.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE id = ?", w.Batam.ID).Exec(w.Ctx(w.Platform))
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 { // again when its next try is due
		if err := r.Work(t.Context(), time.Now().Add(time.Duration(n)*time.Hour)); !fault.Is(err, "city.unknown") {
			t.Errorf("work: %v", err)
		}
	}
	if a, b := effects(t, w, w.Batam, no.ID), effects(t, w, w.Batam, yes.ID); a != 0 || b != 1 {
		t.Errorf("%d and %d effects", a, b)
	}
}

// A test has the time: a plan runs once for a tick, what it adds is done at once or when its own time has come, and what failed
// is tried again by the next call.
func TestPlansAndJobsByTheTestsOwnClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := jobs.New(w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
	now, later := note{uuid.New()}, note{uuid.New()}
	jobs.EachCity(r, "note.make", time.Hour, func(ctx context.Context, tx bun.Tx, at time.Time) error {
		if tenancy.Must(ctx) != w.Batam.ID {
			return nil
		}
		return errors.Join(jobs.Add(ctx, tx, take, now), jobs.Add(ctx, tx, take, later, jobs.At(at.Add(time.Hour))))
	})
	broken := true
	err = jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error {
		if n == now && broken {
			broken = false
			return errors.New("broken")
		}
		return addEffect(ctx, tx, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Plan(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Work(t.Context(), at); err == nil {
		t.Error("what failed is not told")
	}
	for _, step := range []struct {
		at         time.Time
		now, later int
	}{{at, 1, 0}, {at, 1, 0}, {at.Add(time.Hour), 1, 1}, {at.Add(2 * time.Hour), 1, 1}} {
		if err := r.Work(t.Context(), step.at); err != nil {
			t.Fatal(err)
		}
		if a, b := effects(t, w, w.Batam, now.ID), effects(t, w, w.Batam, later.ID); a != step.now || b != step.later {
			t.Errorf("%s: %d and %d effects, want %d and %d", step.at, a, b, step.now, step.later)
		}
	}
}
