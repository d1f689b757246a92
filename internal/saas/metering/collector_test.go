package metering_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

func requested() event.APIRequested {
	return event.APIRequested{RequestID: uuid.New(), AccountID: uuid.New(), Route: "/api/v1/applications", At: noon}
}

func TestCollectorWritesEveryRequest(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	c := metering.NewCollector(w.DB.App, slog.New(slog.DiscardHandler))
	c.Start()
	const callers, each = 8, 700
	var wg sync.WaitGroup
	for i := range callers {
		city := w.Batam
		if i%4 == 0 {
			city = w.Other
		}
		wg.Go(func() {
			for range each {
				c.Requested(w.Ctx(city), requested())
			}
		})
	}
	wg.Wait()
	same := requested()
	for range 3 {
		c.Requested(w.Ctx(w.Batam), same)
	}
	c.Requested(t.Context(), requested())                                  // of no city: nobody's
	c.Requested(w.Ctx(w.Batam), event.APIRequested{RequestID: uuid.New()}) // without a time: refused for ever
	c.Requested(w.Ctx(w.Other), event.APIRequested{RequestID: uuid.New()}) // and must not hold up the rest
	c.Requested(w.Ctx(w.Batam), event.APIRequested{RequestID: uuid.New(), At: noon})

	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatalf("second stop: %v", err)
	}
	c.Requested(w.Ctx(w.Batam), requested()) // after the stop
	for city, want := range map[*tenancy.City]int64{&w.Batam: 6*each + 2, &w.Other: 2 * each} {
		if n := quantity(t, usageOf(w.Ctx(*city), t, w, *city), "api_requests"); n != want {
			t.Errorf("%s: %d requests; want %d", city.ShortName, n, want)
		}
	}
	if c.Dropped() != 3 {
		t.Errorf("%d dropped; want the two that no attempt can write and the one after the stop", c.Dropped())
	}
}

func TestCollectorWritesWithoutBeingStopped(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	c := metering.NewCollector(w.DB.App, slog.New(slog.DiscardHandler))
	c.Start()
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	c.Requested(w.Ctx(w.Batam), requested())
	deadline := time.Now().Add(90 * time.Second)
	for quantity(t, usageOf(w.Ctx(w.Batam), t, w, w.Batam), "api_requests") != 1 {
		if time.Now().After(deadline) {
			t.Fatal("a request was not written while the collector ran")
		}
	}
}

func TestCollectorNeverMakesARequestWait(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	c := metering.NewCollector(w.DB.App, slog.New(slog.DiscardHandler)) // not started: nothing is taken out
	ctx, f := w.Ctx(w.Batam), requested()
	for range 50_010 {
		c.Requested(ctx, f)
	}
	if c.Dropped() != 10 {
		t.Errorf("%d dropped; want the 10 beyond the buffer", c.Dropped())
	}
}
