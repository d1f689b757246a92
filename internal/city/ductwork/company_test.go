package ductwork

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestTheCalendarHasTheMonthsAhead: what is under way and what begins within the city's months, to about ten metres; nothing that
// is over, given up or further off.
func TestTheCalendarHasTheMonthsAhead(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	plan := func(title, road, from, to string) Work {
		t.Helper()
		in := says(from, to, at(1, 1), at(123.4, 56.7))
		in.Title, in.Road = title, road
		return st.plan(t, in)
	}
	plan("soon", "Jalan B", "2026-12-05", "2027-01-10")
	plan("first", "Jalan A", "2026-11-27", "2026-11-27")
	plan("last", "Jalan A", "2027-05-27", "2027-06-01")
	plan("too far", "Jalan C", "2027-05-28", "2027-06-01")
	off := plan("given up", "Jalan D", "2026-12-01", "2026-12-02")
	must(t, st.Cancel(st.ctx, st.manager, uuid.Nil, off.ID, "x"))
	shown := func(f CalendarFilter) string {
		t.Helper()
		all, err := st.Calendar(st.ctx, f)
		must(t, err)
		var out []string
		for _, w := range all {
			out = append(out, w.Title)
		}
		return strings.Join(out, ", ")
	}
	roads, err := st.CalendarRoads(st.ctx)
	must(t, err)
	for _, x := range [][2]string{
		{shown(CalendarFilter{}), "first, soon, last"}, {shown(CalendarFilter{Road: "Jalan A"}), "first, last"}, {shown(CalendarFilter{Month: day("2027-01-01")}), "soon"},
		{shown(CalendarFilter{Month: day("2027-02-01")}), ""}, {strings.Join(roads, ", "), "Jalan A, Jalan B"},
	} {
		if x[0] != x[1] {
			t.Errorf("got %q, want %q", x[0], x[1])
		}
	}
	all, err := st.Calendar(st.ctx, CalendarFilter{})
	must(t, err)
	shapes, err := st.Shapes(st.ctx, all)
	must(t, err)
	if got := string(shapes[all[0].ID]); got != `{"type":"LineString","coordinates":[[104.05,1.02],[104.0511,1.0205]]}` {
		t.Errorf("drawn as %s", got)
	}
	st.at = st.at.AddDate(0, 0, 1)
	if got := shown(CalendarFilter{}); got != "soon, last, too far" {
		t.Errorf("a day later: %s", got)
	}
	hole, err := st.Plan(st.ctx, st.manager, uuid.Nil, says("2026-11-28", "2026-11-29", at(3, 3), at(4, 4)))
	must(t, err)
	places, err := st.PlacesOf(st.ctx, []uuid.UUID{hole.ID}, true)
	must(t, err)
	if len(places[hole.ID]) != 1 || len(places[hole.ID][0]) != 1 {
		t.Errorf("what is smaller than the grid is drawn as %v", places[hole.ID])
	}
}

// TestARoadIsDugOnce: a company asks to join works that offer it, once; what has begun, is its own or is not offered is refused, and
// whoever digs learns who asked.
func TestARoadIsDugOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	road := says("2026-12-05", "2027-01-10", at(0, 0), at(100, 0))
	road.Kind, road.Owner, road.OwnerName = Road, ByAgency, "Dinas"
	w := st.plan(t, road)
	water := st.plan(t, says("2026-12-05", "2027-01-10", at(0, 500), at(100, 500)))
	own, err := st.Plan(st.ctx, st.rani, st.company, says("2026-12-20", "2027-01-10", at(0, 5), at(100, 5)))
	must(t, err)
	refusedFor(t, st.Join(st.ctx, st.rani, st.company, w.Number, " "), "input.invalid", "note required")
	refusedFor(t, st.Join(st.ctx, st.rani, st.company, water.Number, "x"), "ductwork.not_offered")
	refusedFor(t, st.Join(st.ctx, st.rani, st.company, own.Number, "x"), "ductwork.not_found")
	refusedFor(t, st.Join(st.ctx, st.rani, st.company, "GAL-2026-9999", "x"), "ductwork.not_found")
	must(t, st.Join(st.ctx, st.rani, st.company, w.Number, "Satu pipa"))
	must(t, st.Join(st.ctx, st.rani, st.company, w.Number, "Dua pipa"))
	all, err := st.Joins(st.ctx, st.manager, uuid.Nil, w.ID)
	must(t, err)
	if len(all) != 1 || all[0].Note != "Dua pipa" || all[0].Name != "PT Serat" || all[0].Email != "noc@contoh.id" {
		t.Errorf("asked to join: %+v", all)
	}
	_, err = st.Joins(st.ctx, st.rani, st.company, w.ID)
	refusedFor(t, err, "ductwork.not_found")
	_, beside, err := st.Clashes(st.ctx, st.rani, st.company, own.ID)
	must(t, err)
	if len(beside) != 1 || !beside[0].Joins || !beside[0].Chance() {
		t.Errorf("nearby: %+v", beside)
	}
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "1", By: "x", Day: day("2026-11-20")}))
	st.at = st.at.AddDate(0, 0, 10)
	must(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-12-05")))
	refusedFor(t, st.Join(st.ctx, st.rani, st.company, w.Number, "Terlambat"), "ductwork.not_offered")
}

// TestTheProgrammeOfAYear: a company files what it plans, nothing too, and what changes afterwards shows; who has filed none is
// named.
func TestTheProgrammeOfAYear(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "PT Aman", NIB: "3234567890123", Licence: "x", Email: "noc@aman.id"})
	must(t, err)
	must(t, st.leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved}))
	for _, days := range [][2]string{{"2026-12-20", "2027-01-10"}, {"2027-01-01", "2027-01-10"}, {"2027-12-31", "2028-01-10"}} {
		_, err := st.Plan(st.ctx, st.rani, st.company, says(days[0], days[1], at(0, 5), at(100, 5)))
		must(t, err)
	}
	refusedFor(t, st.FileProgramme(st.ctx, st.rani, st.company, 2025), "input.invalid", "year work_year")
	must(t, st.FileProgramme(st.ctx, st.rani, st.company, 2027))
	must(t, st.FileProgramme(st.ctx, st.rani, st.company, 2028))
	_, err = st.Plan(st.ctx, st.rani, st.company, says("2027-03-01", "2027-03-10", at(0, 5), at(100, 5)))
	must(t, err)
	for year, want := range map[int][4]int{2026: {1, 0, 0, 0}, 2027: {3, 2, 0, 0}, 2028: {0, 0, 0, 0}} {
		all, err := st.Programmes(st.ctx, st.manager, uuid.Nil, year)
		must(t, err)
		if len(all) != 2 || all[0].Name != "PT Aman" || !all[0].FiledAt.IsZero() || all[1].Works != want[0] || all[1].Filed != want[1] || all[1].FiledAt.IsZero() != (year == 2026) {
			t.Errorf("%d: %+v", year, all)
		}
	}
	own, err := st.Programmes(st.ctx, st.rani, st.company, 2027)
	must(t, err)
	if len(own) != 1 || own[0].Name != "PT Serat" {
		t.Errorf("a company sees %+v", own)
	}
}

// TestACompanySeesNearbyWhatIsPublished: of the works of others that meet its own a company learns once everybody may; its own it
// sees, and staff see all.
func TestACompanySeesNearbyWhatIsPublished(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	near := func(title, from, to string, north float64) Input {
		in := says(from, to, at(0, north), at(100, north))
		in.Title = title
		return in
	}
	own, err := st.Plan(st.ctx, st.rani, st.company, near("own", "2027-05-20", "2027-06-30", 5))
	must(t, err)
	_, err = st.Plan(st.ctx, st.rani, st.company, near("own, later", "2027-08-01", "2027-08-30", 5))
	must(t, err)
	st.plan(t, near("published", "2027-05-01", "2027-05-10", 0))
	st.plan(t, near("not yet", "2027-07-01", "2027-07-10", 0))
	for _, x := range []struct {
		name    string
		actor   identity.Actor
		company uuid.UUID
		want    string
	}{
		{"the company", st.rani, st.company, "own, later published"},
		{"staff", st.manager, uuid.Nil, "not yet own, later published"},
	} {
		_, beside, err := st.Clashes(st.ctx, x.actor, x.company, own.ID)
		must(t, err)
		listed, err := st.Works(st.ctx, x.actor, x.company, Filter{}, uuid.Max, 10)
		must(t, err)
		for _, w := range listed {
			if w.ID == own.ID && w.Beside != len(beside) {
				t.Errorf("%s is told of %d works nearby and shown %d", x.name, w.Beside, len(beside))
			}
		}
		var got []string
		for _, b := range beside {
			got = append(got, b.Title)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s sees %q, want %q", x.name, got, x.want)
		}
	}
}

// TestTheCalendarDoesNotDrawTheDucts: works that are said by segments or by a road are published to a thousandth of a degree, a short
// one as one point, until they are drawn; what somebody drew stays to a ten-thousandth.
func TestTheCalendarDoesNotDrawTheDucts(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 33 44 B 233 344", "B 233 344 C 633 144", "D 40 30 E 50 30")
	const exact = `{"type":"LineString","coordinates":[[104.0503,1.0204],[104.0521,1.0231]]}`
	published := func(w Work) string {
		t.Helper()
		shapes, err := st.Shapes(st.ctx, []Work{w})
		must(t, err)
		places, err := st.PlacesOf(st.ctx, []uuid.UUID{w.ID}, true)
		must(t, err)
		if drawn, n := places[w.ID], strings.Count(string(shapes[w.ID]), "1.0"); len(drawn) != 1 || len(drawn[0]) != n {
			t.Errorf("the map draws %v, the file %s", drawn, shapes[w.ID])
		}
		return string(shapes[w.ID])
	}
	said := func(p Place) Input {
		in := says("2026-12-01", "2026-12-02")
		in.Place = p
		return in
	}
	line := Place{Points: []geo.Point{at(33, 44), at(233, 344)}}
	for _, x := range []struct {
		name  string
		place Place
		want  string
	}{
		{"drawn", line, exact},
		{"segments", Place{Segments: []string{"AB", "BC"}}, `{"type":"LineString","coordinates":[[104.05,1.02],[104.052,1.023],[104.056,1.021]]}`},
		{"a road", Place{Road: "Jalan A"}, `{"type":"LineString","coordinates":[[104.05,1.02],[104.052,1.023]]}`},
		{"a short segment", Place{Segments: []string{"DE"}}, `{"type":"Point","coordinates":[104.05,1.02]}`},
	} {
		if got := published(st.plan(t, said(x.place))); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
	w := st.plan(t, said(Place{Road: "Jalan A"}))
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, said(line)))
	if got := published(w); got != exact {
		t.Errorf("drawn later: %s", got)
	}
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 1, said(Place{Segments: []string{"AB"}})))
	if got := published(w); got == exact {
		t.Error("said by a segment later, the line of the ducts is published")
	}
}

// TestAnEmergencyIsNotHeldUpByWhatTheCityOwes: an invoice that the city has not paid stops what its staff plan, not what has broken,
// and not the companies.
func TestAnEmergencyIsNotHeldUpByWhatTheCityOwes(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0")
	city := st.w.Batam
	city.Modules, city.Plan = []string{tenancy.ModuleDuct}, tenancy.Plan{Code: "uji", ArrearsFrom: day("2026-11-01")}
	ctx := st.w.Ctx(city)
	planned := says("2026-12-01", "2026-12-03", at(0, 0), at(100, 0))
	broken := says("2026-11-27", "2026-11-29", at(0, 0), at(100, 0))
	broken.Kind, broken.Emergency, broken.StartedAt = Repair, true, st.at.Add(-time.Hour)
	if _, err := st.Plan(ctx, st.manager, uuid.Nil, planned); !fault.Is(err, "plan.arrears") {
		t.Errorf("staff plan: %v", err)
	}
	if _, err := st.Plan(ctx, st.manager, uuid.Nil, broken); err != nil {
		t.Errorf("staff in an emergency: %v", err)
	}
	planned.Owner, planned.OwnerName, planned.Operator = ByOperator, "", st.company
	if _, err := st.Plan(ctx, st.rani, st.company, planned); err != nil {
		t.Errorf("a company plans: %v", err)
	}
}
