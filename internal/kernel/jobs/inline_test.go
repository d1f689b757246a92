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

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

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
