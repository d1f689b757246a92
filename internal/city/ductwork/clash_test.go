package ductwork

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/geo"
)

// spot is a place in metres from the corner.
type spot struct{ x, y float64 }

// fromLine is how far a place is from the straight line between two others.
func fromLine(p, a, b spot) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		t = max(0, min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/n))
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// apart is how far two straight lines are from each other: nothing where they cross.
func apart(a, b, c, d spot) float64 {
	side := func(p, q, r spot) float64 { return (q.x-p.x)*(r.y-p.y) - (q.y-p.y)*(r.x-p.x) }
	if side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0 {
		return 0
	}
	return min(fromLine(a, c, d), fromLine(b, c, d), fromLine(c, a, b), fromLine(d, a, b))
}

// TestClashesAreThoseOfBruteForce: for works made up at random beside a network made up at random, what the database says they
// meet is what comparing each with each in plain geometry says, and every pair of works knows of the other.
func TestClashesAreThoseOfBruteForce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	random := rand.New(rand.NewPCG(7, 11))
	place := func() spot { return spot{random.Float64() * 220, random.Float64() * 220} }
	type segment struct {
		code string
		a, b spot
	}
	var laid []segment
	var lines []string
	for i := range 30 {
		a := place()
		s := segment{fmt.Sprintf("A%dB%d", i, i), a, spot{a.x + 20 + random.Float64()*60, a.y + random.Float64()*40}}
		laid = append(laid, s)
		lines = append(lines, fmt.Sprintf("A%d %f %f B%d %f %f", i, s.a.x, s.a.y, i, s.b.x, s.b.y))
	}
	st.lay(t, lines...)
	type dug struct {
		id       uuid.UUID
		a, b     spot
		from, to time.Time
	}
	var all []dug
	for range 40 {
		a := place()
		d := dug{a: a, b: spot{a.x + random.Float64()*80 - 40, a.y + random.Float64()*80 - 40}, from: day("2026-11-27").AddDate(0, 0, random.IntN(700))}
		d.to = d.from.AddDate(0, 0, random.IntN(60))
		in := says("2026-12-01", "2026-12-02", at(d.a.x, d.a.y), at(d.b.x, d.b.y))
		in.From, in.To = d.from, d.to
		d.id = st.plan(t, in).ID
		all = append(all, d)
	}
	const doubt = 0.02 // metres: what a plane is off on a few hundred of them, and what six decimals round away
	compare := func(what string, got []string, sure, maybe []string) {
		t.Helper()
		for _, s := range sure {
			if !slices.Contains(got, s) {
				t.Errorf("%s does not meet %s", what, s)
			}
		}
		for _, g := range got {
			if !slices.Contains(sure, g) && !slices.Contains(maybe, g) {
				t.Errorf("%s meets %s", what, g)
			}
		}
	}
	found := 0
	for i, d := range all {
		met, beside, err := st.Clashes(st.ctx, st.manager, uuid.Nil, d.id)
		must(t, err)
		var parts, sure, maybe []string
		for _, m := range met {
			parts = append(parts, m.Code)
		}
		within := func(name string, distance, limit float64) {
			switch {
			case distance < limit-doubt:
				sure = append(sure, name)
			case distance < limit+doubt:
				maybe = append(maybe, name)
			}
		}
		for k, s := range laid {
			within(s.code, apart(d.a, d.b, s.a, s.b), float64(usual.NearM))
			within(fmt.Sprintf("A%d", k), fromLine(s.a, d.a, d.b), float64(usual.NearM))
			within(fmt.Sprintf("B%d", k), fromLine(s.b, d.a, d.b), float64(usual.NearM))
		}
		compare(fmt.Sprintf("work %d", i), parts, sure, maybe)
		found += len(sure)

		var others []string
		sure, maybe = nil, nil
		for _, b := range beside {
			others = append(others, b.ID.String())
		}
		for k, o := range all {
			if k == i || o.from.After(d.to.AddDate(0, usual.TogetherMonths, 0)) || d.from.After(o.to.AddDate(0, usual.TogetherMonths, 0)) {
				continue
			}
			within(o.id.String(), apart(d.a, d.b, o.a, o.b), float64(usual.TogetherM))
		}
		compare(fmt.Sprintf("work %d", i), others, sure, maybe)
		found += len(sure)
	}
	if found < 100 {
		t.Errorf("only %d clashes: the test looks at nothing", found)
	}
}

// TestClashIsKeptRight: works meet what they run along, cross and pass by; what they meet changes with their place, their days and
// their state, for both sides, and once a day without anybody asking.
func TestClashIsKeptRight(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0", "B 100 0 C 200 0", "D 50 -50 E 50 50")
	along := st.plan(t, says("2026-12-01", "2026-12-20", at(0, 2), at(100, 2)))
	seen := func(id uuid.UUID) (out []string) {
		t.Helper()
		met, beside, err := st.Clashes(st.ctx, st.manager, uuid.Nil, id)
		must(t, err)
		for _, m := range met {
			shut := ""
			if m.Shuts {
				shut = " shut"
			}
			out = append(out, fmt.Sprintf("%s %.0f m%s", m.Code, float64(m.Distance)/1000, shut))
		}
		for _, b := range beside {
			out = append(out, fmt.Sprintf("%s after %d days", b.Number, b.Gap))
		}
		return out
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	// It touches the end of BC and crosses DE, which stay in use.
	same("along AB", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "A 2 m", "B 2 m")
	road := says("2027-03-01", "2027-03-31", at(0, 20), at(100, 20))
	road.Kind, road.Owner, road.OwnerName = Road, ByAgency, "Dinas Bina Marga"
	w := st.plan(t, road)
	same("the road", seen(w.ID), "DE 0 m", along.Number+" after 71 days")
	same("along AB and the road", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "A 2 m", "B 2 m", w.Number+" after 71 days")
	_, beside, err := st.Clashes(st.ctx, st.manager, uuid.Nil, along.ID)
	must(t, err)
	if !beside[0].Chance() {
		t.Error("works of a road that have not begun are no chance")
	}
	later := road
	later.From, later.To, later.Place = day("2027-07-01"), day("2027-07-31"), Place{}
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, later))
	same("later than six months", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "A 2 m", "B 2 m")
	refusedFor(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, later), "ductwork.changed")
	later.From, later.To = road.From, road.To
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 1, later))
	must(t, st.Cancel(st.ctx, st.manager, uuid.Nil, w.ID, "Anggaran digeser"))
	same("the road is cancelled", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "A 2 m", "B 2 m")

	// What is laid later is met the next day.
	st.lay(t, "F 0 4 G 100 4")
	same("on the same day", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "A 2 m", "B 2 m")
	st.at = st.at.AddDate(0, 0, 1)
	must(t, st.nightly(t))
	same("on the next", seen(along.ID), "AB 2 m shut", "BC 2 m", "DE 0 m", "FG 2 m shut", "A 2 m", "B 2 m", "F 2 m", "G 2 m")
	if got := st.is(t, along.ID).CheckedOn; !got.Equal(day("2026-11-28")) {
		t.Errorf("checked on %s", got)
	}

	// The history of a segment tells them.
	s, _, err := st.ducts.Segment(st.ctx, st.manager, "DE", st.at)
	must(t, err)
	told, err := st.OnSegment(st.ctx, st.manager, s.ID)
	must(t, err)
	if len(told) != 2 || told[0].State != Cancelled || told[1].ID != along.ID {
		t.Errorf("the segment tells %+v", told)
	}
}

// TestPlacesAreSaidThreeWays: by points, by segments, by a road; and nowhere else.
func TestPlacesAreSaidThreeWays(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0", "B 100 0 C 200 0")
	hole, square := []geo.Point{at(0, 0)}, []geo.Point{at(0, 0), at(30, 0), at(30, 30), at(0, 30)}
	for _, x := range []struct {
		name  string
		place Place
		want  string // code of the fault, or how many tracks and points there are
	}{
		{"a hole", Place{Points: hole}, "1/1"},
		{"a line", Place{Points: []geo.Point{at(0, 0), at(0, 0), at(30, 0)}}, "1/2"},
		{"an area", Place{Points: square, Area: true}, "1/5"},
		{"segments", Place{Segments: []string{"AB", "BC"}}, "1/3"},
		{"a road", Place{Road: "Jalan B"}, "1/2"},
		{"nothing", Place{}, "required"},
		{"two ways", Place{Points: hole, Road: "Jalan B"}, "work_one_place"},
		{"a segment that is not there", Place{Segments: []string{"AB", "XY"}}, "work_no_segment"},
		{"a road that is not there", Place{Road: "Jalan X"}, "no_such_road"},
		{"an area of two points", Place{Points: square[:2], Area: true}, "work_area_points"},
		{"an area that crosses itself", Place{Points: []geo.Point{square[0], square[2], square[1], square[3]}, Area: true}, "work_crosses_itself"},
		{"the other way round", Place{Points: []geo.Point{{Lat: 104, Lon: 1}}}, "point_far"},
		{"too long", Place{Points: []geo.Point{at(0, 0), at(60_000, 0)}}, "work_too_long"},
		{"too many points", Place{Points: slices.Repeat(square, 20)}, "too_many"},
	} {
		in := says("2026-12-01", "2026-12-02")
		in.Place = x.place
		w, err := st.Plan(st.ctx, st.manager, uuid.Nil, in)
		if !strings.Contains(x.want, "/") {
			field := "place "
			if x.want == "work_no_segment" {
				field = "segments "
			}
			refusedFor(t, err, "input.invalid", field+x.want)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		places, err := st.PlacesOf(st.ctx, []uuid.UUID{w.ID}, false)
		must(t, err)
		points := 0
		for _, track := range places[w.ID] {
			points += len(track)
		}
		if got := fmt.Sprintf("%d/%d", len(places[w.ID]), points); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

// TestAWayGoesAroundWorks: a segment that works shut, once they are permitted, is on no way into which a cable is pulled on one of their
// days: within a month of the first day, or to the end where that is sooner.
func TestAWayGoesAroundWorks(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0", "B 100 0 C 200 0", "A 0 0 D 100 200", "D 100 200 C 200 0")
	ways := func(on string) string {
		t.Helper()
		since, until, _ := strings.Cut(on, " to ")
		in := lease.PlanInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day(since)}
		if until != "" {
			in.Until = day(until)
		}
		all, err := st.leases.Plan(st.ctx, st.manager, in)
		must(t, err)
		if len(all) == 0 {
			return "none"
		}
		var out []string
		for _, s := range all[0].Steps {
			out = append(out, s.Code)
		}
		return strings.Join(out, " ")
	}
	in := says("2026-12-01", "2026-12-20")
	in.Place, in.Owner, in.OwnerName = Place{Segments: []string{"AB"}}, ByAgency, "Dinas Bina Marga"
	w := st.plan(t, in)
	check := func(what string, days ...string) {
		t.Helper()
		for i := 0; i < len(days); i += 2 {
			if got := ways(days[i]); got != days[i+1] {
				t.Errorf("%s, on %s: %s, want %s", what, days[i], got, days[i+1])
			}
		}
	}
	check("planned", "2026-12-10", "AB BC")
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-1", By: "Dinas", Day: day("2026-11-20")}))
	check("permitted", "2026-10-31", "AB BC", "2026-11-01", "AD DC", "2026-11-30", "AD DC", "2026-11-01 to 2026-12-01", "AB BC", "2026-11-01 to 2026-12-02", "AD DC", "2026-12-01", "AD DC", "2026-12-20", "AD DC", "2026-12-21", "AB BC")
	_, err := st.w.DB.App.NewRaw("UPDATE duct_work SET permit_ended_at = now(), permit_ended_why = 'Dicabut' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID).Exec(st.ctx)
	must(t, err)
	check("withdrawn", "2026-12-10", "AB BC")
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-2", By: "Dinas", Day: day("2026-11-20")}))
	check("permitted again", "2026-12-10", "AD DC")
	st.at = st.at.AddDate(0, 0, 10)
	must(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-12-05")))
	check("begun", "2026-12-07", "AD DC")
	st.at = day("2027-01-05").Add(3 * time.Hour)
	check("late", "2027-01-05", "AD DC", "2027-01-06", "AB BC")
	must(t, st.Restore(st.ctx, st.manager, w.ID))
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Inspection, On: day("2027-01-05"), Good: true, Months: 6})
	must(t, err)
	check("restored", "2027-01-05", "AB BC")
}

// TestACompanyShutsNothingByItself: the emergency that a company says it has is on no way of others only once staff have been there,
// permitted or changed it, or entered it themselves; and a company does not say that it goes on for months.
func TestACompanyShutsNothingByItself(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0")
	shut := func() int {
		t.Helper()
		under, err := st.Under(st.ctx, day("2026-11-28"), day("2026-11-29"))
		must(t, err)
		return len(under)
	}
	in := says("2026-11-27", "2026-12-12", at(0, 0), at(100, 0))
	in.Owner, in.OwnerName, in.Operator, in.Kind, in.Emergency, in.StartedAt = ByOperator, "", st.company, Repair, true, st.at.Add(-2*time.Hour)
	_, err := st.Plan(st.ctx, st.rani, st.company, in)
	refusedFor(t, err, "input.invalid", "to window_too_long")
	in.To = day("2026-12-11")
	for _, x := range []struct {
		name string
		step func(Work) error
	}{
		{"a visit", func(w Work) error {
			_, err := st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Supervision, On: day("2026-11-27"), Good: true, Note: "Digali"})
			return err
		}},
		{"a permit", func(w Work) error {
			return st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-1", By: "Dinas", Day: day("2026-11-27")})
		}},
		{"a change", func(w Work) error {
			longer := in
			longer.Place, longer.To = Place{}, day("2027-01-31")
			return st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, longer)
		}},
		{"restoring", func(w Work) error { return st.Restore(st.ctx, st.manager, w.ID) }},
	} {
		w, err := st.Plan(st.ctx, st.rani, st.company, in)
		must(t, err)
		must(t, st.Report(st.ctx, st.rani, st.company, w.ID, "Kabel putus"))
		if shut() != 0 {
			t.Errorf("before %s: a company's word shuts a segment", x.name)
		}
		must(t, x.step(w))
		if shut() != 1 {
			t.Errorf("after %s the segment is not shut", x.name)
		}
		_, err = st.w.DB.App.NewRaw("UPDATE duct_work SET state = 'released' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID).Exec(st.ctx)
		must(t, err)
	}
	_, err = st.w.DB.App.NewRaw("INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at) VALUES (?, ?, 'staff', 'active', 'Tono', 'id', 'x', 'x', now())", st.w.Batam.ID, st.manager.ID).Exec(st.ctx)
	must(t, err)
	st.plan(t, in)
	if shut() != 1 {
		t.Error("an emergency that staff entered does not shut")
	}
}
