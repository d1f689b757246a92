package metering_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

var noon = time.Date(2026, 10, 15, 5, 0, 0, 0, time.UTC) // 12.00 WIB

func submitted(id string, at time.Time) metering.Event {
	return metering.Event{Source: "/casework", ID: id, Type: "application_submitted", Subject: id, Time: at,
		Agency: "disdukcapil", Service: "ktp-el-hilang", Channel: "web", Quantity: 1}
}

func record(ctx context.Context, t testing.TB, w *pgtest.World, events ...metering.Event) metering.Result {
	t.Helper()
	var r metering.Result
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var err error
		r, err = metering.Record(ctx, tx, events)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// usageOf reads the month of noon and returns the service with it.
func usageOf(ctx context.Context, t testing.TB, w *pgtest.World, city tenancy.City) metering.Usage {
	t.Helper()
	u, err := metering.New(w.DB, time.Now).Month(ctx, city, noon)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func quantity(t testing.TB, u metering.Usage, meter string) int64 {
	t.Helper()
	return reading(t, u, meter).Quantity
}

func reading(t testing.TB, u metering.Usage, meter string) metering.Reading {
	t.Helper()
	for _, r := range u.Readings {
		if r.Meter.Code == meter {
			return r
		}
	}
	t.Fatalf("no meter %s in %+v", meter, u)
	return metering.Reading{}
}

func rollup(ctx context.Context, t testing.TB, w *pgtest.World) int {
	t.Helper()
	var n int
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var err error
		n, err = metering.Rollup(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func batch(n int) []metering.Event {
	events := make([]metering.Event, n)
	for i := range events {
		events[i] = submitted(fmt.Sprintf("app-%04d", (i*7919)%n), noon.Add(time.Duration(i)*time.Minute))
	}
	return events
}

func TestReplayedBatchChangesNothing(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	events := batch(1000)
	if r := record(ctx, t, w, events...); r.New != 1000 || len(r.Duplicates) != 0 {
		t.Fatalf("first delivery: %d new, %d duplicates", r.New, len(r.Duplicates))
	}
	before := usageOf(ctx, t, w, w.Batam)
	rollup(ctx, t, w)

	r := record(ctx, t, w, events...)
	if r.New != 0 || len(r.Duplicates) != 1000 {
		t.Fatalf("replay: %d new, %d duplicates", r.New, len(r.Duplicates))
	}
	if r.Duplicates[0] != (metering.Key{Source: "/casework", ID: "app-0000"}) {
		t.Errorf("first duplicate is %v", r.Duplicates[0])
	}
	if n := rollup(ctx, t, w); n != 0 {
		t.Errorf("the replay touched %d hours", n)
	}
	if diff := cmp.Diff(before.Readings, usageOf(ctx, t, w, w.Batam).Readings); diff != "" {
		t.Errorf("usage after the replay (-before +after):\n%s", diff)
	}
}

func TestIdentityIsTheKeyAlone(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	record(ctx, t, w, submitted("a", noon))

	later := submitted("a", noon.AddDate(0, 1, 0))
	later.Quantity, later.Type = 9, "document_issued"
	other := submitted("a", noon)
	other.Source = "/elsewhere"
	repeated := submitted("b", noon)
	r := record(ctx, t, w, later, other, repeated, repeated)
	want := metering.Result{New: 2, Duplicates: []metering.Key{{Source: "/casework", ID: "a"}, {Source: "/casework", ID: "b"}}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The same identity in another city is another event.
	if r := record(w.Ctx(w.Other), t, w, submitted("a", noon)); r.New != 1 {
		t.Errorf("in another city: %+v", r)
	}
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != 3 {
		t.Errorf("counted %d; want 3", n)
	}
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	for _, tt := range []struct {
		name   string
		change func(*metering.Event)
		field  string
		code   string
	}{
		{"no id", func(e *metering.Event) { e.ID = "" }, "events.1.id", "required"},
		{"no source", func(e *metering.Event) { e.Source = "" }, "events.1.source", "required"},
		{"no type", func(e *metering.Event) { e.Type = "" }, "events.1.type", "required"},
		{"no subject", func(e *metering.Event) { e.Subject = "" }, "events.1.subject", "required"},
		{"no time", func(e *metering.Event) { e.Time = time.Time{} }, "events.1.time", "usage_time"},
		{"a time nobody means", func(e *metering.Event) { e.Time = e.Time.AddDate(9000, 0, 0) }, "events.1.time", "usage_time"},
		{"a negative quantity", func(e *metering.Event) { e.Quantity = -1 }, "events.1.quantity", "usage_quantity"},
		{"a huge quantity", func(e *metering.Event) { e.Quantity = 1e15 + 1 }, "events.1.quantity", "usage_quantity"},
		{"a long id", func(e *metering.Event) { e.ID = strings.Repeat("x", 201) }, "events.1.id", "too_long"},
		{"a long agency", func(e *metering.Event) { e.Agency = strings.Repeat("x", 201) }, "events.1.agency", "too_long"},
		{"a NUL", func(e *metering.Event) { e.Subject = "a\x00b" }, "events.1.subject", "invalid"},
		{"broken UTF-8", func(e *metering.Event) { e.Channel = "\xff" }, "events.1.channel", "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bad := submitted(uuid.NewString(), noon)
			tt.change(&bad)
			_, err := metering.Record(ctx, w.DB.App, []metering.Event{submitted("good", noon), bad})
			f := fault.From(err)
			if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != tt.field || f.Fields[0].Code != tt.code {
				t.Errorf("got %+v; want %s=%s", f, tt.field, tt.code)
			}
		})
	}
	if _, err := metering.Record(ctx, w.DB.App, batch(1001)); !fault.Is(err, "usage.batch_too_large") {
		t.Errorf("1,001 events: %v", err)
	}
	if _, err := metering.Record(t.Context(), w.DB.App, batch(1)); err == nil {
		t.Error("an event of no city was accepted")
	}
	if r, err := metering.Record(ctx, w.DB.App, nil); err != nil || r.New != 0 {
		t.Errorf("no events: %+v, %v", r, err)
	}
	t.Cleanup(func() {
		if n := quantity(t, usageOf(tenancy.With(context.Background(), w.Batam), t, w, w.Batam), "applications_submitted"); n != 0 {
			t.Errorf("%d events of refused batches were written", n)
		}
	})
}

func TestHostileTextIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	for i, text := range []string{`'; DROP TABLE usage_event; --`, `a"b`, `a\b`, `{a,b}`, "NULL", "a\nb", "?", "??::text", "é𝄞", ` x `, `\'`, `%s`} {
		e := submitted(text, noon)
		e.Agency = text
		if r := record(ctx, t, w, e); r.New != 1 {
			t.Errorf("%d %q: %+v", i, text, r)
		}
		r := record(ctx, t, w, e)
		if diff := cmp.Diff([]metering.Key{{Source: "/casework", ID: text}}, r.Duplicates); diff != "" {
			t.Errorf("%q again (-want +got):\n%s", text, diff)
		}
		var found bool
		for _, s := range reading(t, usageOf(ctx, t, w, w.Batam), "applications_submitted").ByAgency {
			found = found || s.Code == text && s.Quantity == 1
		}
		if !found {
			t.Errorf("%q is not among the agencies as it was sent", text)
		}
	}
}

func TestTwoWritersOfOneBatchCountItOnce(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	const writers = 4
	type answer struct {
		result metering.Result
		err    error
	}
	answers := make(chan answer, writers)
	for writer := range writers {
		go func() {
			events := batch(500)
			write := metering.Record
			if writer%2 == 0 {
				write = func(ctx context.Context, _ bun.IDB, events []metering.Event) (metering.Result, error) {
					return metering.RecordBatch(ctx, w.DB.App, events, nil)
				}
			}
			r, err := write(ctx, w.DB.App, events)
			answers <- answer{r, err}
		}()
	}
	total := 0
	for range writers {
		a := <-answers
		if a.err != nil {
			t.Error(a.err)
		}
		total += a.result.New
		if a.result.New+len(a.result.Duplicates) != 500 {
			t.Errorf("%d new and %d duplicates of 500", a.result.New, len(a.result.Duplicates))
		}
	}
	if total != 500 {
		t.Errorf("%d events counted as new; want 500", total)
	}
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != 500 {
		t.Errorf("%d events counted; want 500", n)
	}
}

func TestAnEventGoesWithItsTransaction(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	undone := fmt.Errorf("the act failed")
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := metering.Record(ctx, tx, batch(3)); err != nil {
			return err
		}
		return undone
	})
	if err != undone {
		t.Fatal(err)
	}
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != 0 {
		t.Errorf("%d events of an act that did not happen", n)
	}
	if r := record(ctx, t, w, batch(3)...); r.New != 3 {
		t.Errorf("after the rollback: %+v", r)
	}
}
