package casework

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// The districts of these tests: Siti lives in Batam Kota.
const (
	batamKota = "21.71.10"
	nongsa    = "21.71.04"
)

// limited is a member of staff who is limited to areas, in a session and in the city's list.
func (st *stage) limited(t testing.TB, name, agency string, areas []string, roles ...string) identity.Actor {
	t.Helper()
	a := st.officer(t, name, agency, roles...)
	a.Areas = areas
	_, err := st.w.DB.App.NewRaw("UPDATE account_role SET areas = ? WHERE tenant_id = ? AND account_id = ?", pgdialect.Array(areas), a.TenantID, a.ID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestHeadsHearOfTheirAreas: reminders, levels and what an asked office owes are told to whom could open the case, and to the next
// on the ladder where nobody of a role could.
func TestHeadsHearOfTheirAreas(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	day := workcal.Term{Amount: 1, Unit: workcal.WorkingDay}
	st.follow(t, func(w *workflow.Workflow) {
		recommended(w)
		w.Reminders = []workflow.Reminder{{Percent: 50, Tell: workflow.ToHolder}}
		w.Escalation = []workflow.Escalation{{After: workflow.AfterDue, Level: 1, Tell: "agency_head"}, {After: workflow.AfterDue, By: day, Level: 2, Tell: "city_admin"}}
	})
	here := st.limited(t, "Rina", "disdukcapil", []string{batamKota}, "agency_head")
	there := st.limited(t, "Umar", "disdukcapil", []string{nongsa}, "agency_head")
	asked := st.limited(t, "Dewi", "dinkes", []string{batamKota}, "agency_head")
	askedThere := st.limited(t, "Eko", "dinkes", []string{nongsa}, "agency_head")
	admin := st.officer(t, "Maya", "", "city_admin")
	adminThere := st.limited(t, "Tono", "", []string{nongsa}, "city_admin")
	app := st.asked(t, st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti"))
	if _, err := st.Release(st.ctx, here, app.ID, app.Version, "Cuti."); err != nil {
		t.Fatal(err)
	}
	told := func(who identity.Actor) int {
		return st.letters(t, "generic", who.ID) + st.letters(t, "application_escalated", who.ID)
	}
	// Sent on Tuesday at 10:00, due on Thursday at 16:00; the health office on Wednesday at 16:00.
	for _, m := range []struct {
		at                 string
		here, asked, admin int
	}{{"2026-11-25 15:59", 0, 0, 0}, {"2026-11-25 16:01", 2, 1, 0}, {"2026-11-26 16:01", 3, 1, 0}, {"2026-11-27 16:01", 3, 1, 1}} {
		st.on(t, m.at)
		st.alertOnce(t)
		st.ringOnce(t)
		if h, a, c := told(here), told(asked), told(admin); h != m.here || a != m.asked || c != m.admin {
			t.Errorf("%s: the head, the asked office's and the administrator were told %d, %d and %d times", m.at, h, a, c)
		}
	}
	for _, who := range []identity.Actor{there, askedThere, adminThere} {
		if n := told(who); n != 0 {
			t.Errorf("%s was told %d times of another area", who.Name, n)
		}
	}
	to, standin, err := st.Told(st.ctx, st.w.DB.App, application.Application{AgencyCode: "disdukcapil", DistrictCode: "21.71.01"}, "agency_head", "")
	if err != nil || len(to) != 1 || to[0] != admin.ID || !standin {
		t.Errorf("of an area without a head %v is told, %v", to, err)
	}
}

// TestWhoStandsInReachesTheArea, or is not told, nor given what they could not open.
func TestWhoStandsInReachesTheArea(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	head := st.officer(t, "Hendra", "disdukcapil", "agency_head")
	budi := st.limited(t, "Budi", "disdukcapil", []string{batamKota}, "officer")
	umar := st.limited(t, "Umar", "disdukcapil", []string{nongsa}, "officer")
	st.onLeave(t, budi, umar, "2026-11-24", "2026-11-30")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	app, err := st.Assign(st.ctx, head, app.ID, budi.ID, app.Version, "")
	if err != nil || app.AssigneeID.UUID != budi.ID {
		t.Fatalf("given to %s, %v", app.AssigneeName, err)
	}
	to, _, err := st.Told(st.ctx, st.w.DB.App, app, workflow.ToHolder, "")
	if err != nil || len(to) != 1 || to[0] != head.ID {
		t.Errorf("%v is told in the place of the officer, %v", to, err)
	}
	st.on(t, "2026-11-26 16:01")
	st.alertOnce(t)
	if b, u := st.letters(t, "case_late", budi.ID), st.letters(t, "case_late", umar.ID); b != 1 || u != 0 {
		t.Errorf("the officer has %d letters, who stands in %d", b, u)
	}
}

// TestPacesOfAnArea: a head who is limited sees how long what lay there stood, and of the same states no more.
func TestPacesOfAnArea(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, paced)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	here := st.limited(t, "Rina", "disdukcapil", []string{batamKota}, "agency_head")
	there := st.limited(t, "Umar", "disdukcapil", []string{nongsa}, "agency_head")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.on(t, "2026-11-25 10:00")
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	if got, err := st.Paces(st.ctx, here, ""); err != nil || len(got) != 1 || got[0].N != 1 || got[0].Usual != 24*time.Hour {
		t.Errorf("of the area %+v, %v", got, err)
	}
	if got, err := st.Paces(st.ctx, there, ""); err != nil || len(got) != 0 {
		t.Errorf("of another area %+v, %v", got, err)
	}
	if got, err := st.Paces(st.ctx, st.officer(t, "Hendra", "disdukcapil", "agency_head"), ""); err != nil || len(got) != 1 {
		t.Errorf("without a limit %+v, %v", got, err)
	}
}

// TestAskedOfficesAreLimitedToAreas: what an office is asked is its officers' where the application lies, and nobody else's.
func TestAskedOfficesAreLimitedToAreas(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, recommended)
	app := st.asked(t, st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti"))
	head := st.officer(t, "Kepala", "dinkes", "agency_head")
	here := st.limited(t, "Dewi", "dinkes", []string{batamKota}, "officer")
	there := st.limited(t, "Eko", "dinkes", []string{nongsa}, "officer", "agency_head")
	_, tasks := st.joint(t, here, app.ID)
	task := tasks["dinkes"]
	if !task.Mine || !task.MayAnswer {
		t.Errorf("the officer of the area sees %+v", task)
	}
	for who, want := range map[*identity.Actor]int{&here: 1, &there: 0, &head: 1} {
		list, err := st.Tasks(st.ctx, *who, "")
		if err != nil || len(list.Rows) != want || list.Open != want {
			t.Errorf("%s lists %d of %d, %v", who.Name, len(list.Rows), list.Open, err)
		}
		if rows, err := st.LookTasks(st.ctx, *who, []uuid.UUID{task.ID}); err != nil || len(rows) != want {
			t.Errorf("%s looks at %d, %v", who.Name, len(rows), err)
		}
	}
	answer := AnswerInput{Task: task.ID, Version: task.Version, Outcome: "agreed", Answers: map[string][]string{"nomor_rekomendasi": {"440/12"}}}
	for name, try := range map[string]func() error{
		"Get":         func() error { _, err := st.Get(st.ctx, there, app.ID); return err },
		"AnswerTask":  func() error { _, err := st.AnswerTask(st.ctx, there, answer); return err },
		"ClaimTask":   func() error { return st.ClaimTask(st.ctx, there, task.ID, task.Version, true, "Cuti.") },
		"ReleaseTask": func() error { return st.ReleaseTask(st.ctx, there, task.ID, task.Version, "Cuti.") },
		"AssignTask":  func() error { return st.AssignTask(st.ctx, there, task.ID, here.ID, task.Version, "Cuti.") },
	} {
		if f := fault.From(try()); f == nil || f.Kind != fault.NotFound {
			t.Errorf("%s from another area: %v", name, f)
		}
	}
	if err := st.AssignTask(st.ctx, head, task.ID, there.ID, task.Version, ""); len(fault.From(err).Fields) != 1 {
		t.Errorf("given to an officer of another area: %v", err)
	}
	if err := st.AssignTask(st.ctx, head, task.ID, here.ID, task.Version, ""); err != nil {
		t.Fatal(err)
	}
	answer.Version++
	if _, err := st.AnswerTask(st.ctx, here, answer); err != nil {
		t.Error(err)
	}
}

// TestACorrectionMovesTheArea: the application is in the new area's lists, and no longer with an officer who cannot open it.
func TestACorrectionMovesTheArea(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	head := st.officer(t, "Hendra", "disdukcapil", "agency_head")
	here, there := st.limited(t, "Rina", "disdukcapil", []string{batamKota}, "officer"), st.limited(t, "Umar", "disdukcapil", []string{nongsa}, "officer")
	siti := st.resident(t, st.ctx, "Siti")
	correct := func(app application.Application, by identity.Actor, district string) application.Application {
		t.Helper()
		if _, err := st.Act(st.ctx, by, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Kecamatan?", Fields: []string{"kecamatan"}}); err != nil {
			t.Fatal(err)
		}
		if err := st.SavePage(st.ctx, siti, app.ID, "kecamatan", map[string][]string{"kecamatan": {district}}); err != nil {
			t.Fatal(err)
		}
		app, err := st.Correct(st.ctx, siti, app.ID)
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
	app := st.submitted(t, siti, sitiNIK)
	app, err := st.Claim(st.ctx, here, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	app = correct(app, here, nongsa)
	if app.DistrictCode != nongsa || app.AssigneeID.Valid {
		t.Fatalf("it lies in %s with %s", app.DistrictCode, app.AssigneeName)
	}
	if _, err := st.Get(st.ctx, here, app.ID); !fault.Is(err, "application.not_found") {
		t.Errorf("the officer of the area before: %v", err)
	}
	d, err := st.Get(st.ctx, there, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(d.Timeline, func(e application.Event) bool { return e.Action == application.EventReleased }); i < 0 || d.Timeline[i].Public ||
		!strings.Contains(d.Timeline[i].Message, "di luar wilayah kerja Rina") {
		t.Errorf("the story %+v", d.Timeline)
	}
	if !slices.ContainsFunc(st.trail(t, app.ID), func(e audit.Stored) bool { return e.Action == "application.released" }) {
		t.Error("that it was put back is not on record")
	}
	if n := st.letters(t, "case_corrected", here.ID); n != 0 {
		t.Errorf("%d letters of what is out of reach", n)
	}
	// In the hands of somebody without a limit it stays.
	if app, err = st.Claim(st.ctx, head, app.ID, app.Version, false, ""); err != nil {
		t.Fatal(err)
	}
	if app = correct(app, head, batamKota); app.DistrictCode != batamKota || app.AssigneeID.UUID != head.ID {
		t.Errorf("it lies in %s with %s", app.DistrictCode, app.AssigneeName)
	}
}

// TestWhereAPointLies is in the district of the map whose middle is nearest.
func TestWhereAPointLies(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f := &form.Form{Pages: []form.Page{{Fields: []form.Field{{Code: "lokasi", Type: form.Point}}}}}
	for answer, want := range map[string]string{"1.118500,104.048500": batamKota, "1.121000,104.119000": nongsa, "1.045000,103.955000": "21.71.12", "": "", "di pasar": ""} {
		app := application.Application{DistrictCode: "21.71.01", SubdistrictCode: "21.71.01.1002"}
		err := st.LiesIn(st.ctx, st.w.DB.App, &app, application.Offer{}, f, form.Answers{"lokasi": {answer}})
		if err != nil || app.DistrictCode != want || app.SubdistrictCode != "" {
			t.Errorf("%q lies in %q, %q, %v; want %s", answer, app.DistrictCode, app.SubdistrictCode, err, want)
		}
	}
	// In a city that has brought no map it lies nowhere.
	app := application.Application{DistrictCode: batamKota}
	if err := st.LiesIn(st.w.Ctx(st.w.Other), st.w.DB.App, &app, application.Offer{}, f, form.Answers{"lokasi": {"1.1185,104.0485"}}); err != nil || app.DistrictCode != "" {
		t.Errorf("without a map it lies in %q, %v", app.DistrictCode, err)
	}
}
