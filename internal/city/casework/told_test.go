package casework

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// onLeave notes that somebody is away on some days.
func (st *stage) onLeave(t *testing.T, who, substitute identity.Actor, from, to string) {
	t.Helper()
	_, err := st.w.DB.App.NewRaw(`INSERT INTO absence (tenant_id, id, agency_code, account_id, account_name, substitute_id, substitute_name, from_day, to_day, set_by, set_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())`, st.w.Batam.ID, uuid.Must(uuid.NewV7()), who.Agency, who.ID, who.Name, substitute.ID, substitute.Name, from, to, who.ID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhoIsToldWhen is a service with a reminder and two levels through all that can happen to its deadline: a paused
// clock, an extended term, a holiday that is decreed when it is late already, and people on leave. What everybody has been
// told by a moment is counted.
func TestWhoIsToldWhen(t *testing.T) {
	t.Parallel()
	day := func(n int) workcal.Term { return workcal.Term{Amount: n, Unit: workcal.WorkingDay} }
	type people struct{ budi, ani, head, deputy, admin identity.Actor }
	type tale struct {
		*stage
		people
		siti identity.Actor
		id   uuid.UUID
	}
	act := func(action string) func(*testing.T, *tale) {
		return func(t *testing.T, x *tale) {
			in := ActInput{ID: x.id, Action: action, Version: x.read(t, x.id).Version}
			if action == "request_correction" {
				in.Reason, in.Fields = "Di mana?", []string{"tempat_hilang"}
			}
			if _, err := x.Act(x.ctx, x.budi, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	correct := func(t *testing.T, x *tale) {
		typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
		if err := x.SavePage(x.ctx, x.siti, x.id, "kehilangan", typed); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Correct(x.ctx, x.siti, x.id); err != nil {
			t.Fatal(err)
		}
	}
	holiday := func(day string) func(*testing.T, *tale) {
		return func(t *testing.T, x *tale) {
			x.dayOff(t, "", day, "Mendadak", "Keppres")
			x.recountAll(t)
		}
	}
	leave := func(who func(people) (identity.Actor, identity.Actor), from, to string) func(*testing.T, *tale) {
		return func(t *testing.T, x *tale) {
			a, b := who(x.people)
			x.onLeave(t, a, b, from, to)
		}
	}
	budiForAni := func(p people) (identity.Actor, identity.Actor) { return p.budi, p.ani }
	type moment struct {
		at   string
		then func(*testing.T, *tale) // before anybody is told at that moment
		told string                  // letters by then: Budi, Ani, head, deputy, administrator
	}
	// Sent on Tuesday the 24th at 10:00, taken by Budi, due on Monday the 30th at 16:00: four working days. Half of it has
	// passed on Thursday the 26th at 16:00. Late, the head is told at once and the administrator a working day after.
	for name, moments := range map[string][]moment{
		"nothing happens": {
			{"2026-11-26 15:59", nil, "0 0 0 0 0"}, {"2026-11-26 16:01", nil, "1 0 0 0 0"}, {"2026-11-30 15:59", nil, "1 0 0 0 0"},
			{"2026-11-30 16:01", nil, "2 0 1 0 0"}, {"2026-12-01 15:59", nil, "2 0 1 0 0"}, {"2026-12-01 16:01", nil, "3 0 1 0 1"},
			{"2027-01-29 16:01", nil, "3 0 1 0 1"},
		},
		"the clock is paused": { // with three days left, on from Monday the 7th: half is gone on Tuesday the 8th
			{"2026-11-25 09:00", act("request_correction"), "0 0 0 0 0"}, {"2026-12-04 16:01", nil, "0 0 0 0 0"},
			{"2026-12-07 09:00", correct, "1 0 0 0 0"}, // Budi hears that it was corrected
			{"2026-12-08 15:59", nil, "1 0 0 0 0"}, {"2026-12-08 16:01", nil, "2 0 0 0 0"},
			{"2026-12-10 15:59", nil, "2 0 0 0 0"}, {"2026-12-10 16:01", nil, "3 0 1 0 0"}, {"2026-12-11 16:01", nil, "4 0 1 0 1"},
		},
		"the term is extended": { // by four days to Friday the 4th: of eight days half is gone on the 30th, and is told again
			{"2026-11-26 16:01", nil, "1 0 0 0 0"}, {"2026-11-27 09:00", act("extend"), "1 0 0 0 0"}, {"2026-11-30 15:59", nil, "1 0 0 0 0"},
			{"2026-11-30 16:01", nil, "2 0 0 0 0"}, {"2026-12-04 15:59", nil, "2 0 0 0 0"}, {"2026-12-04 16:01", nil, "3 0 1 0 0"},
			{"2026-12-07 16:01", nil, "4 0 1 0 1"},
		},
		"a holiday is decreed when it is late": { // the 26th was off: due on the 1st, late for a second first time after it
			{"2026-11-30 16:01", nil, "1 0 1 0 0"}, {"2026-12-01 08:00", holiday("2026-11-26"), "1 0 1 0 0"},
			{"2026-12-01 15:59", nil, "1 0 1 0 0"}, {"2026-12-01 16:01", nil, "2 0 2 0 0"}, {"2026-12-02 16:01", nil, "3 0 2 0 1"},
		},
		"a holiday lies between the levels": { // the 1st: the second level waits a day, and the deadline stays
			{"2026-11-30 16:01", nil, "1 0 1 0 0"}, {"2026-12-01 08:00", holiday("2026-12-01"), "1 0 1 0 0"},
			{"2026-12-01 16:01", nil, "1 0 1 0 0"}, {"2026-12-02 16:01", nil, "2 0 1 0 1"},
		},
		"the officer is on leave": {
			{"2026-11-26 09:00", leave(budiForAni, "2026-11-26", "2026-11-30"), "0 0 0 0 0"}, {"2026-11-26 16:01", nil, "0 1 0 0 0"},
			{"2026-11-30 16:01", nil, "0 2 1 0 0"}, {"2026-12-01 16:01", nil, "1 2 1 0 1"},
		},
		"so is who stands in": { // who has somebody too
			{"2026-11-26 08:00", leave(budiForAni, "2026-11-26", "2026-11-30"), "0 0 0 0 0"},
			{"2026-11-26 09:00", leave(func(p people) (identity.Actor, identity.Actor) { return p.ani, p.deputy }, "2026-11-26", "2026-11-26"), "0 0 0 0 0"},
			{"2026-11-26 16:01", nil, "0 0 0 1 0"}, {"2026-11-30 16:01", nil, "0 1 1 1 0"},
		},
		"they stand in for each other": { // the reminder goes to the head, and what is late waits for Budi too
			{"2026-11-26 08:00", leave(budiForAni, "2026-11-26", "2026-11-30"), "0 0 0 0 0"},
			{"2026-11-26 09:00", leave(func(p people) (identity.Actor, identity.Actor) { return p.ani, p.budi }, "2026-11-26", "2026-11-30"), "0 0 0 0 0"},
			{"2026-11-26 16:01", nil, "0 0 1 0 0"}, {"2026-11-30 16:01", nil, "1 0 2 0 0"},
		},
		"the head is on leave": {
			{"2026-11-30 09:00", leave(func(p people) (identity.Actor, identity.Actor) { return p.head, p.deputy }, "2026-11-30", "2026-12-04"), "1 0 0 0 0"},
			{"2026-11-30 16:01", nil, "2 0 0 1 0"}, {"2026-12-01 16:01", nil, "3 0 0 1 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := &tale{stage: newStage(t)}
			x.offer.Term = day(4)
			x.follow(t, func(w *workflow.Workflow) {
				w.Reminders = []workflow.Reminder{{Percent: 50, Tell: workflow.ToHolder}}
				w.Escalation = []workflow.Escalation{{After: workflow.AfterDue, Level: 1, Tell: "agency_head"}, {After: workflow.AfterDue, By: day(1), Level: 2, Tell: "city_admin"}}
				w.Actions = append(w.Actions, workflow.Action{Code: "extend", Label: inBoth("Perpanjang"), From: []string{"submitted"}, To: "submitted", Actor: workflow.ByOfficer,
					Permission: "application:review", Reason: workflow.ReasonNone, Extends: day(4)})
			})
			x.recountAll(t)
			x.budi, x.ani = x.officer(t, "Budi", "disdukcapil", "officer"), x.officer(t, "Ani", "disdukcapil", "officer")
			x.head, x.deputy, x.admin = x.officer(t, "Kepala", "disdukcapil", "agency_head"), x.officer(t, "Sekretaris", "disdukcapil", "officer"), x.officer(t, "Admin", "", "city_admin")
			x.siti = x.resident(t, x.ctx, "Siti")
			app := x.submitted(t, x.siti, sitiNIK)
			x.id = app.ID
			if _, err := x.Claim(x.ctx, x.budi, app.ID, app.Version, false, ""); err != nil {
				t.Fatal(err)
			}
			letters := func(to identity.Actor) (n int) {
				for _, template := range []string{"generic", "application_escalated", "case_late", "case_corrected"} {
					n += x.letters(t, template, to.ID)
				}
				return n
			}
			for _, m := range moments {
				x.on(t, m.at)
				if m.then != nil {
					m.then(t, x)
				}
				x.alertOnce(t)
				x.alertOnce(t)
				got := fmt.Sprint(letters(x.budi), letters(x.ani), letters(x.head), letters(x.deputy), letters(x.admin))
				if got != m.told {
					t.Errorf("%s: told %s, want %s", m.at, strings.Trim(got, "[]"), m.told)
				}
			}
			if n := len(heard[event.ApplicationEscalated](x.stage)); n > 3 {
				t.Errorf("%d levels", n)
			}
		})
	}
}
