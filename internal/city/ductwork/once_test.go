package ductwork

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// TestAPlanSentTwiceIsOne: the form of works that comes twice is one plan, unless something is wrong with what it says then; the key of
// somebody else's is refused.
func TestAPlanSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	in := says("2026-12-01", "2026-12-20", at(0, 0), at(50, 0))
	in.Key = uuid.New()
	first := st.plan(t, in)
	if again := st.plan(t, in); again.ID != first.ID || again.Number != first.Number || again.Contact != in.Contact {
		t.Errorf("another plan: %+v", again)
	}
	all, err := st.Works(st.ctx, st.manager, uuid.Nil, Filter{}, uuid.Max, 10)
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d plans", len(all))
	}
	other := identity.Actor{ID: uuid.New(), TenantID: st.w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err = st.Plan(st.ctx, other, uuid.Nil, in)
	refusedFor(t, err, "ductwork.key_taken")
	// Who goes back and fills the form in anew for others is told what is wrong with these.
	in.Title, in.To = "Galian lain", time.Time{}
	_, err = st.Plan(st.ctx, st.manager, uuid.Nil, in, fault.Field{Name: "to", Code: "date"})
	refusedFor(t, err, "input.invalid", "to date")
}

// TestWorksWaitForADay: those that are planned are listed by the day on which they begin, page by page; all together the latest first.
func TestWorksWaitForADay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	march, january, february := st.plan(t, says("2027-03-01", "2027-03-20", at(0, 0), at(50, 0))), st.plan(t, says("2027-01-01", "2027-01-20", at(0, 0), at(50, 0))), st.plan(t, says("2027-02-01", "2027-02-20", at(0, 0), at(50, 0)))
	for _, c := range []struct {
		state string
		after uuid.UUID
		want  []uuid.UUID
	}{
		{Planned, uuid.Max, []uuid.UUID{january.ID, february.ID}},
		{Planned, february.ID, []uuid.UUID{march.ID}},
		{"", uuid.Max, []uuid.UUID{february.ID, january.ID}},
		{Upkeep, uuid.Max, nil},
	} {
		all, err := st.Works(st.ctx, st.manager, uuid.Nil, Filter{State: c.state}, c.after, 2)
		must(t, err)
		var got []uuid.UUID
		for _, w := range all {
			got = append(got, w.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q after %s: %v, want %v", c.state, c.after, got, c.want)
		}
	}
}

// TestAnEmergencyIsNotLongerThanTheCitySays: whoever enters it or says it anew; one from before that is longer shuts only what it runs
// along, whoever confirms it.
func TestAnEmergencyIsNotLongerThanTheCitySays(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 300 -50 B 300 50") // crosses the line of the works
	in := says("2026-11-27", "2026-11-30", at(0, 0), at(600, 0))
	in.Kind, in.Emergency, in.StartedAt = Repair, true, st.at.Add(-time.Hour)
	_, err := st.Plan(st.ctx, st.manager, uuid.Nil, in)
	refusedFor(t, err, "input.invalid", "place work_emergency_long")
	short := in
	short.Place.Points = []geo.Point{at(100, 0), at(500, 0)}
	w := st.plan(t, short)
	shut, err := st.Under(st.ctx, day("2026-11-27"), day("2026-11-28"))
	must(t, err)
	if len(shut) != 1 {
		t.Errorf("%d segments are shut by an emergency that crosses one", len(shut))
	}
	refusedFor(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, in), "input.invalid", "place work_emergency_long")
	_, err = st.w.DB.App.NewRaw("UPDATE duct_work SET place = ST_SetSRID(ST_MakeLine(ST_MakePoint(?, ?), ST_MakePoint(?, ?)), 4326) WHERE tenant_id = ? AND id = ?",
		at(0, 0).Lon, at(0, 0).Lat, at(600, 0).Lon, at(600, 0).Lat, st.w.Batam.ID, w.ID).Exec(st.ctx)
	must(t, err)
	must(t, st.Recheck(st.ctx, st.manager, w.ID))
	if shut, err = st.Under(st.ctx, day("2026-11-27"), day("2026-11-28")); err != nil || len(shut) != 0 {
		t.Errorf("%d segments are shut by an outline that is too long: %v", len(shut), err)
	}
}
