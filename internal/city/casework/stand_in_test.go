package casework

import (
	"testing"

	"bedelau/internal/kernel/absence"
)

// TestTheSubstituteTakesTheSteps: on the days of an absence, and on no other.
func TestTheSubstituteTakesTheSteps(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, ani := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Ani", "disdukcapil", "officer")
	head := st.officer(t, "Kepala", "disdukcapil", "agency_head")
	away := &absence.Service{DB: st.w.DB.App, Guard: st.Deps.Guard, Staff: st.staff, Now: st.clock}
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	app, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	start := ActInput{ID: app.ID, Action: "start_review", Version: app.Version}
	_, err = st.Act(st.ctx, ani, start)
	wants(t, err, "application.held")
	if _, err := away.Set(st.ctx, budi, absence.Input{Substitute: ani.ID, From: "2026-11-25", To: "2026-11-26"}); err != nil {
		t.Fatal(err)
	}
	_, err = st.Act(st.ctx, ani, start)
	wants(t, err, "application.held") // not today
	st.on(t, "2026-11-25 08:00")
	d, err := st.Get(st.ctx, ani, app.ID)
	if err != nil || d.Held || d.StandIn != "Ani" || len(d.Actions) == 0 {
		t.Errorf("Ani sees held %v, stand-in %q, %d steps, %v", d.Held, d.StandIn, len(d.Actions), err)
	}
	if app, err = st.Act(st.ctx, ani, start); err != nil || app.AssigneeName != "Budi" {
		t.Fatalf("with %s, %v", app.AssigneeName, err)
	}
	// What is given to who is away goes to who stands in, and the story says so.
	other := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(3))
	if other, err = st.Assign(st.ctx, head, other.ID, budi.ID, other.Version, ""); err != nil || other.AssigneeName != "Ani" {
		t.Fatalf("given to %s, %v", other.AssigneeName, err)
	}
	d, err = st.Get(st.ctx, head, other.ID)
	if err != nil || d.Timeline[len(d.Timeline)-1].Message != "Ani (menggantikan Budi)" {
		t.Errorf("told %+v, %v", d.Timeline[len(d.Timeline)-1], err)
	}
	st.on(t, "2026-11-27 08:00")
	_, err = st.Act(st.ctx, ani, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "x", Fields: []string{"nik"}})
	wants(t, err, "application.held")
}
