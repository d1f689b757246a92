package metering_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// A batch is answered as Record answers it, whether all of it is new or some is known, and what goes with it is done once.
func TestABatchIsRecordedWithWhatGoesWithIt(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	s := metering.New(w.DB, clock)
	done := 0
	then := func(context.Context, bun.Tx, metering.Result) error { done++; return nil }
	send := func(events ...metering.Event) metering.Result {
		t.Helper()
		r, err := metering.RecordBatch(ctx, w.DB.App, events, then)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	key := func(id string) metering.Key { return metering.Key{Source: "/casework", ID: id} }
	for _, tt := range []struct {
		name   string
		events []metering.Event
		want   metering.Result
	}{
		{"new ones, one of them twice", []metering.Event{submitted("a", noon), submitted("b", noon), submitted("a", noon)}, metering.Result{New: 2, Duplicates: []metering.Key{key("a")}}},
		{"the same again", []metering.Event{submitted("a", noon), submitted("b", noon)}, metering.Result{Duplicates: []metering.Key{key("a"), key("b")}}},
		{"known and new", []metering.Event{submitted("b", noon.AddDate(0, 1, 0)), submitted("c", noon)}, metering.Result{New: 1, Duplicates: []metering.Key{key("b")}}},
	} {
		if diff := cmp.Diff(tt.want, send(tt.events...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if done != 3 {
		t.Errorf("what goes with three batches was done %d times", done)
	}
	if err := s.Close(ctx, w.Batam, noon); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(metering.Result{New: 2, Corrections: []metering.Key{key("late")}, Open: time.Date(2026, 11, 1, 0, 0, 0, 0, w.Batam.Location())}, send(submitted("new", clock()), submitted("late", noon))); diff != "" {
		t.Errorf("after the close (-want +got):\n%s", diff)
	}

	no := errors.New("no")
	_, err := metering.RecordBatch(ctx, w.DB.App, []metering.Event{submitted("undone", noon)}, func(context.Context, bun.Tx, metering.Result) error { return no })
	if !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := metering.RecordBatch(ctx, w.DB.App, batch(1001), nil); !fault.Is(err, "usage.batch_too_large") {
		t.Errorf("1,001 events: %v", err)
	}
	if _, err := metering.RecordBatch(t.Context(), w.DB.App, batch(1), nil); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("events of no city: %v", err)
	}
	if r, err := metering.RecordBatch(ctx, w.DB.App, nil, nil); err != nil || r.New != 0 {
		t.Errorf("no events: %+v, %v", r, err)
	}
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != 4 {
		t.Errorf("%d counted in the month; want a, b, c and the late one", n)
	}
	if r := send(submitted("undone", clock())); r.New != 1 {
		t.Errorf("what was undone is known: %+v", r)
	}
}
