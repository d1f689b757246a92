package casework

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// TestWhoTakesAnothersWorkSaysWhy: words are asked for where a colleague has the work, and stand in the story of the
// office alone.
func TestWhoTakesAnothersWorkSaysWhy(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	budi, dewi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer"), st.officer(t, "Kepala", "disdukcapil", "agency_head")
	app := st.submitted(t, siti, sitiNIK)
	claim := func(who identity.Actor, over bool, why string) func() (application.Application, error) {
		return func() (application.Application, error) {
			return st.Claim(st.ctx, who, app.ID, app.Version, over, why)
		}
	}
	release := func(who identity.Actor, why string) func() (application.Application, error) {
		return func() (application.Application, error) { return st.Release(st.ctx, who, app.ID, app.Version, why) }
	}
	give := func(to uuid.UUID, why string) func() (application.Application, error) {
		return func() (application.Application, error) {
			return st.Assign(st.ctx, head, app.ID, to, app.Version, why)
		}
	}
	for _, tt := range []struct {
		what string
		do   func() (application.Application, error)
		bad  string // code of the field reason
		told string // the message of the story
	}{
		{"take what nobody has", claim(budi, false, ""), "", "Budi"},
		{"put back one's own", release(budi, ""), "", ""},
		{"take again, with words", claim(budi, false, "Saya kenal kasusnya."), "", "Budi\nSaya kenal kasusnya."},
		{"put back one's own, with words", release(budi, "Salah ambil."), "", "\nSalah ambil."},
		{"take once more", claim(budi, false, ""), "", "Budi"},
		{"take over without words", claim(dewi, true, " "), "required", ""},
		{"take over with too many", claim(dewi, true, strings.Repeat("a", 2001)), "too_long", ""},
		{"take over", claim(dewi, true, "Budi sakit."), "", "Budi\nBudi sakit."},
		{"put back another's without words", release(head, ""), "required", ""},
		{"put back another's", release(head, "Beban dibagi ulang."), "", "\nBeban dibagi ulang."},
		{"give what nobody has", give(budi.ID, ""), "", "Budi"},
		{"give another's without words", give(dewi.ID, ""), "required", ""},
		{"give another's", give(dewi.ID, "Budi pindah."), "", "Dewi\nBudi pindah."},
	} {
		got, err := tt.do()
		if tt.bad != "" {
			wantsField(t, err, "reason", tt.bad)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		app = got
		all, err := application.Events(st.ctx, st.Deps.DB.App, app, false)
		if last := all[len(all)-1]; err != nil || last.Message != tt.told || last.Public {
			t.Errorf("%s: told %q, public %v, %v", tt.what, last.Message, last.Public, err)
		}
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range d.Timeline {
		if strings.Contains(e.Message, "Budi") {
			t.Errorf("the applicant reads %q", e.Message)
		}
	}
}

// TestAHeadDealsOutWhatTheirOfficeWasAsked: to an officer of the office that was asked, who is told, or to who stands in;
// to nobody else, and nobody of another office does.
func TestAHeadDealsOutWhatTheirOfficeWasAsked(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, recommended)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	head, dewi, eko := st.officer(t, "Kadinkes", "dinkes", "agency_head"), st.officer(t, "Dewi", "dinkes", "officer"), st.officer(t, "Eko", "dinkes", "officer")
	other := st.officer(t, "Kadisduk", "disdukcapil", "agency_head")
	app := st.asked(t, budi, siti)
	_, tasks := st.joint(t, head, app.ID)
	task := tasks["dinkes"].Task
	give := func(who identity.Actor, to uuid.UUID, why string) error {
		return st.AssignTask(st.ctx, who, task.ID, to, task.Version, why)
	}
	wants(t, give(other, budi.ID, ""), "task.not_found")
	wants(t, give(dewi, eko.ID, ""), "access.denied")
	wantsField(t, give(head, budi.ID, ""), "officer", "not_an_option")
	if err := give(head, dewi.ID, ""); err != nil {
		t.Fatal(err)
	}
	wants(t, give(head, eko.ID, "Cuti."), "task.changed")
	task.Version++
	wantsField(t, give(head, eko.ID, ""), "reason", "required")
	wantsField(t, st.ReleaseTask(st.ctx, head, task.ID, task.Version, ""), "reason", "required")
	wantsField(t, st.ClaimTask(st.ctx, eko, task.ID, task.Version, true, ""), "reason", "required")
	if n := st.letters(t, "case_assigned", dewi.ID); n != 1 {
		t.Errorf("%d letters to Dewi", n)
	}
	if err := give(head, eko.ID, "Dewi cuti."); err != nil {
		t.Fatal(err)
	}
	d, tasks := st.joint(t, eko, app.ID)
	if got := tasks["dinkes"]; got.AssigneeID.UUID != eko.ID || !got.MayAnswer {
		t.Errorf("Eko sees %+v", got)
	}
	var told []string
	for _, e := range d.Timeline {
		if e.Action == application.EventTaskAssigned {
			told = append(told, e.Message)
		}
	}
	if len(told) != 2 || told[1] != "Eko (dinkes)\nDewi cuti." {
		t.Errorf("the story tells %q", told)
	}

	// Who leaves has nothing any more. What was asked of their office is let go in a transaction of its own, which locks no
	// other application before.
	own := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	if _, err := st.w.DB.App.NewRaw("UPDATE application SET assignee_id = ? WHERE tenant_id = ? AND id = ?", eko.ID, st.w.Batam.ID, own.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	leave := event.StaffDeactivated{AccountID: eko.ID}
	if _, err := st.w.DB.App.NewRaw("UPDATE account SET status = 'deactivated' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, eko.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.onStaffDeactivated(ctx, tx, leave) })
	if still, err := workflow.FindTask(st.ctx, st.w.DB.App, task.ID); err != nil || !still.AssigneeID.Valid || st.read(t, own.ID).AssigneeID.Valid {
		t.Errorf("with the applications %+v, %v", still, err)
	}
	for range 2 {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.onStaffDeactivated(ctx, tx, leave) })
	}
	left, err := workflow.FindTask(st.ctx, st.w.DB.App, task.ID)
	if err != nil || left.AssigneeID.Valid || left.Version != task.Version+2 {
		t.Errorf("after Eko left: %+v, %v", left, err)
	}

	// Many at once, each with its own result.
	out, err := Bulk(st.ctx, []Item{{ID: task.ID, Version: left.Version}, {ID: tasks["survei"].ID, Version: 1}, {ID: uuid.New(), Version: 1}},
		func(ctx context.Context, it Item) (application.Application, error) {
			return application.Application{}, st.ClaimTask(ctx, dewi, it.ID, it.Version, false, "")
		})
	if err != nil || len(out) != 3 || out[0].Err != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	wants(t, out[1].Err, "task.not_found")
	wants(t, out[2].Err, "task.not_found")
	rows, err := st.LookTasks(st.ctx, dewi, []uuid.UUID{task.ID, tasks["survei"].ID})
	if err != nil || len(rows) != 1 || rows[0].Number != app.Number || rows[0].AssigneeName != "Dewi" {
		t.Errorf("%+v, %v", rows, err)
	}
}
