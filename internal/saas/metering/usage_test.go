package metering_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/metering"
)

func month(year int, m time.Month) time.Time { return time.Date(year, m, 1, 0, 0, 0, 0, time.UTC) }

// A month is the city's: the last seven hours of October in UTC are already November in Batam.
func TestMonthIsTheCitys(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	jayapura := w.Other
	jayapura.Timezone = "Asia/Jayapura"
	events := []metering.Event{
		submitted("midnight-wit", time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC)),
		submitted("before-midnight-wib", time.Date(2026, 10, 31, 16, 59, 59, 999_999_000, time.UTC)),
		submitted("midnight-wib", time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC)),
		submitted("after", time.Date(2026, 10, 31, 17, 30, 0, 0, time.UTC)),
		submitted("end-of-november", time.Date(2026, 11, 30, 16, 59, 0, 0, time.UTC)),
		submitted("december", time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)),
	}
	record(w.Ctx(w.Batam), t, w, events...)
	record(w.Ctx(w.Other), t, w, events...)
	s := metering.New(w.DB, clock)
	for _, rolled := range []bool{false, true} {
		if rolled {
			rollup(w.Ctx(w.Batam), t, w)
			rollup(w.Ctx(w.Other), t, w)
		}
		for m, want := range map[time.Month]int64{time.October: 2, time.November: 3, time.December: 1} {
			u, err := s.Month(w.Ctx(w.Batam), w.Batam, month(2026, m))
			if err != nil {
				t.Fatal(err)
			}
			if n := quantity(t, u, "applications_submitted"); n != want {
				t.Errorf("Batam in %s (rolled up: %v): %d; want %d", m, rolled, n, want)
			}
		}
		for m, want := range map[time.Month]int64{time.October: 0, time.November: 4, time.December: 2} {
			u, err := s.Month(w.Ctx(jayapura), jayapura, month(2026, m))
			if err != nil {
				t.Fatal(err)
			}
			if n := quantity(t, u, "applications_submitted"); n != want {
				t.Errorf("in Papua's time in %s (rolled up: %v): %d; want %d", m, rolled, n, want)
			}
		}
	}
	if _, err := s.Quantities(w.Ctx(w.Batam), w.Batam, noon.Add(time.Minute), noon.Add(time.Hour)); err == nil {
		t.Error("a window that is not made of full hours was answered")
	}
	if _, err := s.Quantities(w.Ctx(w.Batam), w.Batam, noon, noon); err == nil {
		t.Error("an empty window was answered")
	}
}

// meters adds one meter of each aggregation over the type "probe".
func meters(t *testing.T, w *pgtest.World) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `INSERT INTO meter (position, code, type, aggregation, name, unit)
		SELECT 900 + n, 'probe_' || a, 'probe', a, '{}', '{}'
		  FROM unnest(ARRAY['count', 'sum', 'max', 'latest', 'unique', 'weighted']) WITH ORDINALITY AS m(a, n)`); err != nil {
		t.Fatal(err)
	}
}

func probe(id string, at time.Time, subject, agency, channel string, n int64) metering.Event {
	return metering.Event{Source: "/probe", ID: id, Type: "probe", Subject: subject, Time: at, Agency: agency, Channel: channel, Quantity: n}
}

// TestTheSharesAddUp: what belongs to no agency has a share of its own, the last one.
func TestTheSharesAddUp(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	meters(t, w)
	ctx := w.Ctx(w.Batam)
	record(ctx, t, w,
		probe("1", noon, "siti", "disdukcapil", "", 5), probe("2", noon, "budi", "", "", 9), probe("3", noon, "wati", "", "", 2),
	)
	for code, want := range map[string][]metering.Share{
		"probe_count":  {{Code: "disdukcapil", Quantity: 1}, {Quantity: 2}},
		"probe_unique": {{Code: "disdukcapil", Quantity: 1}, {Quantity: 2}},
	} {
		r := reading(t, usageOf(ctx, t, w, w.Batam), code)
		if diff := cmp.Diff(want, r.ByAgency); diff != "" || r.Quantity != 3 {
			t.Errorf("%s: %d (-want +got):\n%s", code, r.Quantity, diff)
		}
		if r.ByChannel != nil {
			t.Errorf("%s: what has no channel divides into %v", code, r.ByChannel)
		}
	}
}

func TestAggregations(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	meters(t, w)
	ctx := w.Ctx(w.Batam)
	record(ctx, t, w,
		probe("1", noon, "siti", "disdukcapil", "web", 5),
		probe("2", noon.Add(time.Hour), "budi", "disdukcapil", "api", 9),
		probe("3", noon.Add(26*time.Hour), "siti", "dpmptsp", "web", 2),
		probe("4", noon.Add(25*time.Hour), "siti", "disdukcapil", "web", 0),
		probe("5", noon.AddDate(0, -1, 0), "wati", "disdukcapil", "web", 100),
	)
	want := map[string]metering.Reading{
		"probe_count":  {Quantity: 4, ByAgency: []metering.Share{{Code: "disdukcapil", Quantity: 3}, {Code: "dpmptsp", Quantity: 1}}, ByChannel: []metering.Share{{Code: "web", Quantity: 3}, {Code: "api", Quantity: 1}}},
		"probe_sum":    {Quantity: 16, ByAgency: []metering.Share{{Code: "disdukcapil", Quantity: 14}, {Code: "dpmptsp", Quantity: 2}}, ByChannel: []metering.Share{{Code: "api", Quantity: 9}, {Code: "web", Quantity: 7}}},
		"probe_max":    {Quantity: 9, ByAgency: []metering.Share{{Code: "disdukcapil", Quantity: 9}, {Code: "dpmptsp", Quantity: 2}}, ByChannel: []metering.Share{{Code: "api", Quantity: 9}, {Code: "web", Quantity: 5}}},
		"probe_latest": {Quantity: 2, ByAgency: []metering.Share{{Code: "dpmptsp", Quantity: 2}, {Code: "disdukcapil", Quantity: 0}}, ByChannel: []metering.Share{{Code: "api", Quantity: 9}, {Code: "web", Quantity: 2}}},
		"probe_unique": {Quantity: 2, ByAgency: []metering.Share{{Code: "disdukcapil", Quantity: 2}, {Code: "dpmptsp", Quantity: 1}}, ByChannel: []metering.Share{{Code: "api", Quantity: 1}, {Code: "web", Quantity: 1}}},
	}
	check := func(when string) {
		t.Helper()
		u := usageOf(ctx, t, w, w.Batam)
		for code, r := range want {
			if diff := cmp.Diff(r, reading(t, u, code), cmpopts.IgnoreFields(metering.Reading{}, "Meter")); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", code, when, diff)
			}
		}
	}
	check("from events")
	if n := rollup(ctx, t, w); n != 5 {
		t.Errorf("%d hours rolled up; want 5", n)
	}
	check("from roll-ups")
	record(ctx, t, w, probe("6", noon.Add(30*time.Minute), "joko", "dpmptsp", "web", 1))
	want = map[string]metering.Reading{"probe_count": {Quantity: 5}, "probe_sum": {Quantity: 17}, "probe_unique": {Quantity: 3}, "probe_latest": {Quantity: 2}}
	got := usageOf(ctx, t, w, w.Batam)
	for code, r := range want {
		if n := quantity(t, got, code); n != r.Quantity {
			t.Errorf("%s after a late event: %d; want %d", code, n, r.Quantity)
		}
	}
}

// Whatever comes in whatever order, late, again and after its month was closed, with roll-ups at any moment: every reading
// of every aggregation and dimension is what a plain count in Go says, as it is known and as it was closed, and roll-ups are
// what the events say.
func TestReadingsEqualThePlainCount(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	meters(t, w)
	ctx := w.Ctx(w.Batam)
	s := metering.New(w.DB, func() time.Time { return time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC) })
	wib := w.Batam.Location()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run += 3 // a month of its own, so far from the last that no level of it stands any more
		from := time.Date(2026, time.Month(run), 1, 0, 0, 0, 0, wib)
		to := from.AddDate(0, 1, 0)
		seen, closed := map[string]metering.Event{}, map[string]metering.Event(nil)
		for step := range rapid.IntRange(1, 4).Draw(rt, "steps") {
			events := rapid.SliceOfN(drawProbe(run, from, to.Sub(from)), 0, 20).Draw(rt, "events")
			r := record(ctx, t, w, events...)
			fresh, late := 0, 0
			for _, e := range events {
				if _, ok := seen[e.ID]; !ok {
					seen[e.ID] = e
					fresh++
					if closed != nil && e.Time.Before(to) {
						late++
					}
				}
			}
			if r.New != fresh || closed != nil && len(r.Corrections) != late {
				rt.Fatalf("step %d: %d new and %d corrections; want %d and %d", step, r.New, len(r.Corrections), fresh, late)
			}
			if rapid.Bool().Draw(rt, "roll up") {
				rollup(ctx, t, w)
			}
			if closed == nil && rapid.IntRange(0, 3).Draw(rt, "close") == 0 {
				if err := s.Close(ctx, w.Batam, from); err != nil {
					rt.Fatal(err)
				}
				closed = maps.Clone(seen)
			}
			checkReadings(rt, s, w, from, to, seen)
			if closed != nil {
				got, err := s.QuantitiesAsOf(ctx, w.Batam, from, to, from)
				if err != nil {
					rt.Fatal(err)
				}
				for code, want := range plainCount(closed, from, to, nil) {
					if got[code] != want {
						rt.Fatalf("step %d: %s as it was closed = %d; want %d", step, code, got[code], want)
					}
				}
			}
			if wrong, err := s.Verify(ctx, w.Batam, from); err != nil || len(wrong) != 0 {
				rt.Fatalf("step %d: roll-ups differ from events: %+v, %v", step, wrong, err)
			}
		}
	})
}

// drawProbe draws an event of an hour around the month from which the run is, with few values of everything, so that they
// meet.
func drawProbe(run int, from time.Time, span time.Duration) *rapid.Generator[metering.Event] {
	return rapid.Custom(func(t *rapid.T) metering.Event {
		at := from.Add(rapid.OneOf(
			rapid.Map(rapid.Int64Range(-int64(time.Hour), int64(span+time.Hour)), func(n int64) time.Duration { return time.Duration(n).Truncate(time.Microsecond) }),
			rapid.SampledFrom([]time.Duration{0, -time.Microsecond, span, span - time.Microsecond, 12 * time.Hour, 12*time.Hour + time.Minute}),
		).Draw(t, "at"))
		e := probe(fmt.Sprintf("%d-%d", run, rapid.IntRange(0, 40).Draw(t, "id")), at, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "subject"),
			rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "agency"), rapid.SampledFrom([]string{"web", "api", ""}).Draw(t, "channel"), rapid.Int64Range(0, 9).Draw(t, "quantity"))
		e.Service = rapid.SampledFrom([]string{"ktp", "kk", ""}).Draw(t, "service")
		return e
	})
}

// checkReadings holds the month, and the same window as a query by each dimension and by day, to a plain count.
func checkReadings(rt *rapid.T, s *metering.Service, w *pgtest.World, from, to time.Time, seen map[string]metering.Event) {
	u, err := s.Month(w.Ctx(w.Batam), w.Batam, from)
	if err != nil {
		rt.Fatal(err)
	}
	want := plainCount(seen, from, to, nil)
	for _, r := range u.Readings {
		if r.Meter.Type != "probe" {
			continue
		}
		code := r.Meter.Code
		if r.Quantity != want[code] {
			rt.Fatalf("%s = %d; want %d", code, r.Quantity, want[code])
		}
		for dimension, shares := range map[metering.Dimension][]metering.Share{metering.ByAgency: r.ByAgency, metering.ByService: r.ByService, metering.ByChannel: r.ByChannel} {
			got := map[string]int64{}
			for _, share := range shares {
				got[share.Code] = share.Quantity
			}
			for _, part := range codes(seen, dimension) {
				if n := plainCount(seen, from, to, of(dimension, part))[code]; got[part] != n && !(part == "" && shares == nil) {
					rt.Fatalf("%s of %s %q = %d; want %d", code, dimension, part, got[part], n)
				}
			}
			q, err := s.Query(w.Ctx(w.Batam), w.Batam, metering.Query{Meter: code, From: from, To: to, By: dimension, Step: metering.ByDay})
			if err != nil {
				rt.Fatal(err)
			}
			if q.Quantity != r.Quantity {
				rt.Fatalf("%s asked for = %d; want %d", code, q.Quantity, r.Quantity)
			}
			for _, p := range q.Points {
				next := p.From.AddDate(0, 0, 1)
				if n := plainCount(seen, p.From, next, nil)[code]; p.Quantity != n || p.From.Hour() != 0 {
					rt.Fatalf("%s on %s = %d; want %d", code, p.From, p.Quantity, n)
				}
				for _, share := range p.Shares {
					if n := plainCount(seen, p.From, next, of(dimension, share.Code))[code]; share.Quantity != n {
						rt.Fatalf("%s on %s of %s %q = %d; want %d", code, p.From, dimension, share.Code, share.Quantity, n)
					}
				}
			}
		}
	}
}

// of keeps what has a code in a dimension, and codes are those that there are.
func of(by metering.Dimension, code string) func(metering.Event) bool {
	return func(e metering.Event) bool { return dimensionOf(e, by) == code }
}

func codes(events map[string]metering.Event, by metering.Dimension) []string {
	out := map[string]bool{}
	for _, e := range events {
		out[dimensionOf(e, by)] = true
	}
	return slices.Collect(maps.Keys(out))
}

func dimensionOf(e metering.Event, by metering.Dimension) string {
	return map[metering.Dimension]string{metering.ByAgency: e.Agency, metering.ByService: e.Service, metering.ByChannel: e.Channel}[by]
}

// plainCount is what the events that keep lets through, nil all of them, come to from one instant to another.
func plainCount(events map[string]metering.Event, from, to time.Time, keep func(metering.Event) bool) map[string]int64 {
	var count, sum, peak int64
	var last metering.Event
	subjects, told := map[string]bool{}, map[[4]string]map[time.Time]metering.Event{}
	newer := func(e, than metering.Event) bool {
		return e.Time.After(than.Time) || e.Time.Equal(than.Time) && e.Quantity > than.Quantity
	}
	for _, e := range events {
		if keep != nil && !keep(e) || !e.Time.Before(to) {
			continue
		}
		series, hour := [4]string{e.Agency, e.Service, e.Channel, e.Subject}, e.Time.UTC().Truncate(time.Hour)
		if told[series] == nil {
			told[series] = map[time.Time]metering.Event{}
		}
		if newer(e, told[series][hour]) {
			told[series][hour] = e
		}
		if e.Time.Before(from) {
			continue
		}
		count, sum, peak = count+1, sum+e.Quantity, max(peak, e.Quantity)
		subjects[e.Subject] = true
		if newer(e, last) {
			last = e
		}
	}
	return map[string]int64{"probe_count": count, "probe_sum": sum, "probe_max": peak, "probe_latest": last.Quantity,
		"probe_unique": int64(len(subjects)), "probe_weighted": plainMean(told, from, to)}
}

// plainMean walks through the hours from the longest before which a level can have been told, adds up what stands in those of
// the window, and divides by their number, a begun unit whole.
func plainMean(told map[[4]string]map[time.Time]metering.Event, from, to time.Time) int64 {
	sum, hours := int64(0), int64(to.Sub(from)/time.Hour)
	const stands = 35 * 24
	for _, hourly := range told {
		level, age := int64(0), stands
		for hour := from.UTC().Add(-stands * time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
			if age++; age >= stands {
				level = 0
			}
			if e, ok := hourly[hour]; ok {
				level, age = e.Quantity, 0
			}
			if !hour.Before(from) {
				sum += level
			}
		}
	}
	return (sum + hours - 1) / hours
}

func TestVerifyFindsATamperedRollup(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	record(ctx, t, w, submitted("a", noon), submitted("b", noon.Add(2*time.Hour)))
	rollup(ctx, t, w)
	conn, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "UPDATE usage_hour SET total = 7 WHERE hour = $1", noon); err != nil {
		t.Fatal(err)
	}
	wrong, err := metering.New(w.DB, clock).Verify(ctx, w.Batam, noon)
	if err != nil {
		t.Fatal(err)
	}
	october := time.Date(2026, 10, 1, 0, 0, 0, 0, w.Batam.Location())
	want := []metering.Difference{
		{Span: "month", Hour: october, Type: "application_submitted", KeptEvents: 2, KeptTotal: 2, CountedEvents: 2, CountedTotal: 8},
		{Span: "hour", Hour: noon, Type: "application_submitted", KeptEvents: 1, KeptTotal: 7, CountedEvents: 1, CountedTotal: 1},
	}
	if diff := cmp.Diff(want, wrong, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
