package metering_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/metering"
)

// asOf reads a month of Batam as the invoice of another month knows it.
func asOf(t *testing.T, w *pgtest.World, s *metering.Service, month, invoice time.Time) int64 {
	t.Helper()
	loc := w.Batam.Location()
	from := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, loc)
	q, err := s.QuantitiesAsOf(w.Ctx(w.Batam), w.Batam, from, from.AddDate(0, 1, 0), invoice)
	if err != nil {
		t.Fatal(err)
	}
	return q["applications_submitted"]
}

// The life of three months: what is late for an open month is in it, and what is late for a closed one is taken, once, by
// the earliest that is open. No figure of an invoice ever changes.
func TestALateEventIsTakenByTheNextInvoice(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	at := time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC)
	s := metering.New(w.DB, func() time.Time { return at })
	september, october, november := month(2026, 9), month(2026, 10), month(2026, 11)

	record(ctx, t, w, submitted("in-time", noon), submitted("of-september", noon.AddDate(0, -1, 0)))
	if r := record(ctx, t, w, submitted("late", noon.Add(-time.Hour))); r.New != 1 || r.Corrections != nil {
		t.Errorf("late for an open month: %+v", r)
	}
	if _, err := s.QuantitiesAsOf(ctx, w.Batam, noon, noon.Add(time.Hour), october); !fault.Is(err, "usage.period_open") {
		t.Errorf("final figures of an open month: %v", err)
	}
	if err := s.Close(ctx, w.Batam, november); !fault.Is(err, "usage.period_running") {
		t.Errorf("closing a month that is not over: %v", err)
	}
	for range 2 { // again changes nothing
		if err := s.Close(ctx, w.Batam, october); err != nil {
			t.Fatal(err)
		}
	}

	r := record(ctx, t, w, submitted("too-late", noon.Add(2*time.Hour)), submitted("far-too-late", noon.AddDate(0, -1, 0)), submitted("in-time", noon), submitted("new", at))
	want := metering.Result{New: 3, Duplicates: []metering.Key{{Source: "/casework", ID: "in-time"}},
		Corrections: []metering.Key{{Source: "/casework", ID: "far-too-late"}, {Source: "/casework", ID: "too-late"}}, Open: time.Date(2026, 11, 1, 0, 0, 0, 0, w.Batam.Location())}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	loc := w.Batam.Location()
	wantCorrections := []metering.Correction{
		{Month: time.Date(2026, 9, 1, 0, 0, 0, 0, loc), Meter: "applications_submitted", Before: 1, After: 2},
		{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, loc), Meter: "applications_submitted", Before: 2, After: 3},
	}
	known := int64(3)
	check := func(when string) {
		t.Helper()
		if n := asOf(t, w, s, october, october); n != 2 {
			t.Errorf("%s: October as it was closed: %d; want 2", when, n)
		}
		if n := asOf(t, w, s, september, october); n != 1 {
			t.Errorf("%s: September as it was closed: %d; want 1", when, n)
		}
		if n := quantity(t, usageOf(ctx, t, w, w.Batam), "applications_submitted"); n != known {
			t.Errorf("%s: October as it is known: %d; want %d", when, n, known)
		}
		got, err := s.Corrections(ctx, w.Batam, november)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantCorrections, got); diff != "" {
			t.Errorf("%s: corrections (-want +got):\n%s", when, diff)
		}
		if none, err := s.Corrections(ctx, w.Batam, october); err != nil || none != nil {
			t.Errorf("%s: October's invoice corrects %+v, %v", when, none, err)
		}
	}
	check("from events")
	rollup(ctx, t, w)
	check("from roll-ups")

	at = time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	if err := s.Close(ctx, w.Batam, november); err != nil {
		t.Fatal(err)
	}
	if r := record(ctx, t, w, submitted("after-all", noon)); len(r.Corrections) != 1 {
		t.Errorf("late for two invoices: %+v", r)
	}
	known = 4
	check("with a correction of the next invoice")
	if n := asOf(t, w, s, october, november); n != 3 {
		t.Errorf("October as November's invoice knows it: %d; want 3", n)
	}
	december, err := s.Corrections(ctx, w.Batam, month(2026, 12))
	if err != nil || len(december) != 1 || december[0].Before != 3 || december[0].After != 4 {
		t.Errorf("December corrects %+v, %v", december, err)
	}
	if r := record(w.Ctx(w.Other), t, w, submitted("there", noon)); r.Corrections != nil {
		t.Errorf("Batam's close reaches Tanjungpinang: %+v", r)
	}
	for _, m := range []time.Time{september, october, november} {
		if wrong, err := s.Verify(ctx, w.Batam, m); err != nil || len(wrong) != 0 {
			t.Errorf("roll-ups differ from events: %+v, %v", wrong, err)
		}
	}
}

// Events commit while their month is closed: each is in the month as it was closed or a correction, none in both or lost,
// and the figure does not move afterwards.
func TestAMonthIsClosedBesideWriters(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	s := metering.New(w.DB, clock)
	const writers, each = 4, 40
	var writing sync.WaitGroup
	late := make(chan int, writers*each)
	started := make(chan struct{}, writers*each)
	for writer := range writers {
		writing.Go(func() {
			for n := range each {
				r, err := metering.Record(ctx, w.DB.App, []metering.Event{submitted(fmt.Sprintf("%d-%d", writer, n), noon)})
				if err != nil {
					t.Error(err)
				}
				late <- len(r.Corrections)
				started <- struct{}{}
			}
		})
	}
	for range writers * each / 4 {
		<-started
	}
	if err := s.Close(ctx, w.Batam, noon); err != nil {
		t.Fatal(err)
	}
	closed := asOf(t, w, s, noon, noon)
	writing.Wait()
	close(late)
	corrections := 0
	for n := range late {
		corrections += n
	}
	if again := asOf(t, w, s, noon, noon); again != closed || int(closed)+corrections != writers*each {
		t.Errorf("closed with %d, then %d, and %d corrections; want %d in all", closed, again, corrections, writers*each)
	}
}

func TestClosingIsTheCitysAndThePlatforms(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	s := metering.New(w.DB, clock)
	for name, err := range map[string]error{
		"Close":          s.Close(w.Ctx(w.Other), w.Batam, noon),
		"Closed":         second(s.Closed(w.Ctx(w.Other), w.Batam, noon)),
		"Corrections":    second(s.Corrections(w.Ctx(w.Other), w.Batam, noon)),
		"QuantitiesAsOf": second(s.QuantitiesAsOf(w.Ctx(w.Other), w.Batam, noon, noon.Add(time.Hour), noon)),
		"Months":         second(s.Months(w.Ctx(w.Other), w.Batam)),
	} {
		if !fault.Is(err, "city.unknown") {
			t.Errorf("%s of Batam from Tanjungpinang: %v; want city.unknown", name, err)
		}
	}
	if err := s.Close(w.Ctx(w.Platform), w.Batam, noon); err != nil {
		t.Errorf("the platform closes Batam's month: %v", err)
	}
	if closed, err := s.Closed(w.Ctx(w.Batam), w.Batam, noon); err != nil || !closed {
		t.Errorf("closed: %v, %v", closed, err)
	}
	if closed, err := s.Closed(w.Ctx(w.Other), w.Other, noon); err != nil || closed {
		t.Errorf("Tanjungpinang's is closed too: %v, %v", closed, err)
	}
}
