package metering_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/metering"
)

// stored tells that one of the city's stores holds so many megabytes.
func stored(id, subject string, at time.Time, megabytes int64) metering.Event {
	return metering.Event{Source: "/arsip", ID: id, Type: "storage_measured", Subject: subject, Time: at, Quantity: megabytes}
}

// The mean of a month by hand. October has 744 hours; from the last quarter of September 3,000 MB stand, on the 11th at noon they
// become 9,000 and on the 21st at midnight 1,000, and a second store of 6,000 MB is told on the 31st at midnight alone:
//
//	252 h × 3,000 + 228 h × 9,000 + 264 h × 1,000 + 24 h × 6,000 = 3,216,000 MB·h, by 744 h = 4,322.6 MB, so 5 GB begun
func TestALevelIsWeightedByTime(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	loc := w.Batam.Location()
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, loc)
	}
	s := metering.New(w.DB, func() time.Time { return at(11, 3, 9) })
	record(ctx, t, w, stored("d", "arsip-2", at(10, 31, 0), 6_000), stored("c", "arsip", at(10, 21, 0).Add(59*time.Minute), 1_000),
		stored("a", "arsip", at(9, 25, 8), 3_000), stored("c-before", "arsip", at(10, 21, 0).Add(time.Minute), 70_000))
	if n := quantity(t, usageOf(ctx, t, w, w.Batam), "storage_average"); n != 3 { // 480 h × 3,000 + 264 h × 1,000 + 24 h × 6,000
		t.Errorf("without what is told last: %d GB; want 3", n)
	}
	record(ctx, t, w, stored("b", "arsip", at(10, 11, 12), 9_000)) // out of order
	for _, rolled := range []bool{false, true} {
		if rolled {
			rollup(ctx, t, w)
		}
		if n := quantity(t, usageOf(ctx, t, w, w.Batam), "storage_average"); n != 5 {
			t.Errorf("rolled up %v: %d GB; want 5", rolled, n)
		}
		first, err1 := s.Quantities(ctx, w.Batam, at(10, 1, 0), at(10, 11, 12))
		rest, err2 := s.Quantities(ctx, w.Batam, at(10, 11, 12), at(11, 1, 0))
		if err1 != nil || err2 != nil || first["storage_average"] != 2 || rest["storage_average"] != 4 { // 1,016.1 and 3,306.5 MB of the month's 4,322.6
			t.Errorf("rolled up %v: the parts of the month are %d and %d, %v, %v", rolled, first["storage_average"], rest["storage_average"], err1, err2)
		}
		q, err := s.Query(ctx, w.Batam, metering.Query{Meter: "storage_average", From: at(10, 10, 0), To: at(10, 13, 0), Step: metering.ByDay})
		want := []metering.Point{{From: at(10, 10, 0), Quantity: 3}, {From: at(10, 11, 0), Quantity: 6}, {From: at(10, 12, 0), Quantity: 9}}
		if diff := cmp.Diff(want, q.Points); diff != "" || err != nil || q.Quantity != 6 {
			t.Errorf("rolled up %v: %d, %v, by day (-want +got):\n%s", rolled, q.Quantity, err, diff)
		}
	}

	page, more, err := s.Events(ctx, w.Batam, metering.Trail{Meter: "storage_average", From: at(10, 1, 0), Before: at(11, 1, 0)})
	var ids []string
	for _, e := range page {
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{"a", "b", "c-before", "c", "d"}, ids); diff != "" || more || err != nil {
		t.Errorf("the events behind it: %v, %v (-want +got):\n%s", more, err, diff)
	}

	// What is told too late of September changes October too, in which it still stood.
	if err := s.Close(ctx, w.Batam, at(10, 1, 0)); err != nil {
		t.Fatal(err)
	}
	record(ctx, t, w, stored("late", "arsip", at(9, 30, 22), 30_000))
	got, err := s.Corrections(ctx, w.Batam, at(11, 1, 0))
	want := []metering.Correction{
		{Month: at(9, 1, 0), Meter: "storage", Before: 3_000, After: 30_000}, // its mean is one begun GB either way
		{Month: at(9, 1, 0), Meter: "storage_gb", Before: 3, After: 30}, {Month: at(10, 1, 0), Meter: "storage_average", Before: 5, After: 14}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, corrections (-want +got):\n%s", err, diff)
	}

	// Five weeks without a word, and the level counts nothing any more.
	december, err := s.Month(ctx, w.Batam, month(2026, 12))
	if err != nil {
		t.Fatal(err)
	}
	if n := quantity(t, december, "storage_average"); n != 1 { // arsip-2's 6,000 MB until the 5th, 96 h of 744
		t.Errorf("after five weeks without a word: %d GB; want 1", n)
	}
	if wrong, err := s.Verify(ctx, w.Batam, at(10, 1, 0)); err != nil || len(wrong) != 0 {
		t.Errorf("roll-ups differ from events: %+v, %v", wrong, err)
	}
}
