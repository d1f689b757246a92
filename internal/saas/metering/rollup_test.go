package metering_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// Events commit while roll-ups of the same hours run, two at a time: no reading ever goes back, and in the end nothing
// was lost and nothing counted twice.
func TestRollupsRunBesideWriters(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	s := metering.New(w.DB, clock)
	const writers, each, size = 3, 15, 20
	writing, stop := sync.WaitGroup{}, make(chan struct{})
	for writer := range writers {
		writing.Go(func() {
			for n := range each {
				events := make([]metering.Event, size)
				for i := range events {
					events[i] = submitted(fmt.Sprintf("%d-%d-%d", writer, n, i), noon.Add(time.Duration(i%3)*time.Hour))
				}
				if _, err := metering.Record(ctx, w.DB.App, events); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var background sync.WaitGroup
	for range 2 {
		background.Go(func() {
			for open := true; open; {
				select {
				case <-stop:
					open = false
				default:
				}
				err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
					_, err := metering.Rollup(ctx, tx)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	background.Go(func() {
		var before int64
		for open := true; open; {
			select {
			case <-stop:
				open = false
			default:
			}
			u, err := s.Month(ctx, w.Batam, noon)
			if err != nil {
				t.Error(err)
				return
			}
			now := u.Readings[0].Quantity
			if now < before || now%size != 0 {
				t.Errorf("a reading of %d after one of %d; batches have %d events", now, before, size)
			}
			before = now
		}
	})
	writing.Wait()
	close(stop)
	background.Wait()

	rollup(ctx, t, w)
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != writers*each*size {
		t.Errorf("%d events counted; want %d", n, writers*each*size)
	}
	if wrong, err := s.Verify(ctx, w.Batam, noon); err != nil || len(wrong) != 0 {
		t.Errorf("roll-ups differ from events: %+v, %v", wrong, err)
	}
	var marks int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM usage_touch WHERE tenant_id = ?", w.Batam.ID).Scan(ctx, &marks); err != nil || marks != 0 {
		t.Errorf("%d marks are left, %v", marks, err)
	}
}

// However absurd the quantities, a city's roll-ups go on: what is above the largest number counts as that.
func TestAbsurdQuantitiesStopNoRollup(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	meters(t, w)
	ctx := w.Ctx(w.Batam)
	for n := range 10 {
		events := make([]metering.Event, 1000)
		for i := range events {
			events[i] = probe(fmt.Sprintf("%d-%d", n, i), noon, "a", "", "", 1e15)
		}
		if _, err := metering.RecordBatch(ctx, w.DB.App, events, nil); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if n := quantity(t, usageOf(ctx, t, w, w.Batam), "probe_sum"); n != math.MaxInt64 {
			t.Errorf("ten times the largest sum is %d", n)
		}
		rollup(ctx, t, w)
	}
}
