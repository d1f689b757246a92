package casework

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

func TestTheSecondOfTwoOfficersIsToldWhatChanged(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	seen := app.Version
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: seen}); err != nil {
		t.Fatal(err)
	}
	_, err := st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "request_correction", Version: seen, Reason: "Buram.", Fields: []string{"file_kk"}})
	wants(t, err, "application.changed")
	f := fault.From(err)
	if said := i18n.ID.T("fault."+f.Code, f.Args...); !strings.Contains(said, "Budi") || !strings.Contains(said, "Dalam verifikasi") || !strings.Contains(said, "24 November 2026 pukul 10.00 WIB") {
		t.Errorf("told %q", said)
	}
	_, err = st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "approve", Reason: "Cocok."})
	wants(t, err, "application.changed") // an officer cannot leave the version out
	_, err = st.Claim(st.ctx, dewi, app.ID, seen, false, "")
	wants(t, err, "application.changed")
	_, err = st.Claim(st.ctx, dewi, app.ID, seen+1, false, "")
	wants(t, err, "application.taken")
	_, err = st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "request_correction", Version: seen + 99, Reason: "Buram.", Fields: []string{"file_kk"}})
	wants(t, err, "application.changed") // a version that never was is not a missing application
}

// TestACaseInSomebodysHandsIsTheirs: a colleague takes it over first, which the story tells with both names; whoever
// deals out the work may act without.
func TestACaseInSomebodysHandsIsTheirs(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	head := st.officer(t, "Kepala", "disdukcapil", "agency_head")
	app, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
	wants(t, err, "application.held")
	if f := fault.From(err); i18n.ID.T("fault."+f.Code, f.Args...) != "Ditangani Budi. Ambil alih dulu." {
		t.Errorf("told %q", i18n.ID.T("fault."+f.Code, f.Args...))
	}
	if d, err := st.Get(st.ctx, dewi, app.ID); err != nil || !d.Held || len(d.Actions) != 0 {
		t.Errorf("a colleague is offered %v, held %v, %v", d.Actions, d.Held, err)
	}
	if app, err = st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil || app.AssigneeName != "Budi" {
		t.Fatalf("the head: with %s, %v", app.AssigneeName, err)
	}
	if app, err = st.Claim(st.ctx, dewi, app.ID, app.Version, true, "Cuti."); err != nil || app.AssigneeID.UUID != dewi.ID {
		t.Fatalf("taken over by %s, %v", app.AssigneeName, err)
	}
	_, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "approve", Version: app.Version, Reason: "Cocok."})
	wants(t, err, "application.held")
	d, err := st.Get(st.ctx, dewi, app.ID)
	if last := d.Timeline[len(d.Timeline)-1]; err != nil || last.Action != application.EventTakenOver || last.ActorName != "Dewi" || last.Message != "Budi\nCuti." || last.Public {
		t.Errorf("the story ends with %+v, %v", last, err)
	}
	if _, err = st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "approve", Version: app.Version, Reason: "Cocok."}); err != nil {
		t.Error(err)
	}
}

func TestOfManyOfficersAtOnceExactlyOneDecides(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 10 {
		action := []string{"approve", "reject"}[i%2]
		wg.Go(func() {
			_, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version, Reason: "x"})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !fault.Is(err, "application.changed") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 || len(heard[event.ApplicationDecided](st)) != 1 {
		t.Errorf("%d won, %d facts", won, len(heard[event.ApplicationDecided](st)))
	}
}

func TestStepsThatTheWorkflowDoesNotAllow(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	admin := st.officer(t, "Admin", "", "city_admin")
	auditor := st.officer(t, "Inspektur", "inspektorat", "auditor")
	v := app.Version
	for _, tt := range []struct {
		name string
		in   ActInput
		code string
	}{
		{"not from this state", ActInput{Action: "approve", Version: v, Reason: "Cocok."}, "application.no_action"},
		{"no such step", ActInput{Action: "'; DROP TABLE application; --", Version: v}, "application.no_action"},
		{"the applicant's step", ActInput{Action: "cancel", Version: v}, "application.no_action"},
		{"no reason", ActInput{Action: "request_correction", Version: v, Reason: "  \n"}, "input.invalid"},
		{"a reason nobody asked for", ActInput{Action: "start_review", Version: v, Reason: "x"}, "input.invalid"},
		{"an endless reason", ActInput{Action: "request_correction", Version: v, Reason: strings.Repeat("a", 2001)}, "input.invalid"},
		{"a reason that is no text", ActInput{Action: "request_correction", Version: v, Reason: "a\x00b"}, "input.invalid"},
		{"bytes", ActInput{Action: "request_correction", Version: v, Reason: "\xff\xfe"}, "input.invalid"},
		{"a field of no form", ActInput{Action: "request_correction", Version: v, Reason: "x", Fields: []string{"nik", "nope"}}, "input.invalid"},
		{"text to read is not to be corrected", ActInput{Action: "request_correction", Version: v, Reason: "x", Fields: []string{"info_syarat"}}, "input.invalid"},
		{"a correction of nothing", ActInput{Action: "request_correction", Version: v, Reason: "x"}, "input.invalid"},
		{"fields without a correction", ActInput{Action: "start_review", Version: v, Fields: []string{"nik"}}, "input.invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.ID = app.ID
			_, err := st.Act(st.ctx, budi, tt.in)
			wants(t, err, tt.code)
		})
	}
	_, err := st.Act(st.ctx, admin, ActInput{ID: app.ID, Action: "start_review", Version: v})
	wants(t, err, "access.denied") // an administrator decides no case
	_, err = st.Act(st.ctx, auditor, ActInput{ID: app.ID, Action: "start_review", Version: v})
	wants(t, err, "access.denied")
	_, err = st.Act(st.ctx, siti, ActInput{ID: app.ID, Action: "start_review", Version: v})
	wants(t, err, "application.no_action")
	_, err = st.Correct(st.ctx, siti, app.ID)
	wants(t, err, "application.no_action")
	noTOTP := budi
	noTOTP.TOTP = false
	_, err = st.Act(st.ctx, noTOTP, ActInput{ID: app.ID, Action: "start_review", Version: v})
	wants(t, err, "access.second_factor")
	if got, err := st.Get(st.ctx, budi, app.ID); err != nil || got.Application.Version != v || len(got.Timeline) != 1 {
		t.Errorf("something was half written: version %d, %v", got.Application.Version, err)
	}
}

func TestAnApplicantMayWithdraw(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	app, err := st.Cancel(st.ctx, siti, app.ID, "KTP sudah ketemu")
	if err != nil || app.Stage != workflow.StageCancelled || app.ClosedAt.IsZero() || len(heard[event.ApplicationCancelled](st)) != 1 {
		t.Fatalf("stage %s, %v", app.Stage, err)
	}
	_, err = st.Cancel(st.ctx, siti, app.ID, "")
	wants(t, err, "application.no_action")
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	_, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
	wants(t, err, "application.no_action")
	_, err = st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	wants(t, err, "application.closed")
	st.submitted(t, siti, sitiNIK) // and may apply again
}

func TestALateDecisionIsSaidToBeLate(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.on(t, "2026-11-26 16:01")
	app = st.approved(t, st.officer(t, "Budi", "disdukcapil", "officer"), app)
	if *app.OnTime || heard[event.ApplicationDecided](st)[0].OnTime {
		t.Error("a late decision counts as in time")
	}
}

func TestDeskWork(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	head := st.officer(t, "Kepala", "disdukcapil", "agency_head")
	stranger := st.officer(t, "Lain", "dinkes", "officer")
	_, err := st.Assign(st.ctx, budi, app.ID, dewi.ID, app.Version, "Cuti.")
	wants(t, err, "access.denied")
	if app, err = st.Assign(st.ctx, head, app.ID, dewi.ID, app.Version, ""); err != nil || app.AssigneeName != "Dewi" {
		t.Fatal(err)
	}
	_, err = st.Assign(st.ctx, head, app.ID, stranger.ID, app.Version, "Cuti.")
	wants(t, err, "input.invalid")
	_, err = st.Release(st.ctx, budi, app.ID, app.Version, "")
	wants(t, err, "access.denied")
	if app, err = st.Release(st.ctx, dewi, app.ID, app.Version, ""); err != nil || app.AssigneeID.Valid {
		t.Fatal(err)
	}
	if app, err = st.Claim(st.ctx, budi, app.ID, app.Version, false, ""); err != nil || app.AssigneeID.UUID != budi.ID {
		t.Fatal(err)
	}
	if people, err := st.Colleagues(st.ctx, head, app.ID); err != nil || len(people) != 3 {
		t.Errorf("colleagues %v, %v", people, err)
	}

	// A note is for the office alone and conflicts with nothing.
	if err := st.Note(st.ctx, dewi, app.ID, "Sudah ditelepon.", uuid.Nil); err != nil {
		t.Fatal(err)
	}
	trail := st.trail(t, app.ID)
	if last := trail[len(trail)-1]; last.Action != "application.note" || last.ActorID != dewi.ID || strings.Contains(string(last.Detail), "ditelepon") {
		t.Errorf("on record: %s by %s, %s", last.Action, last.ActorID, last.Detail)
	}
	key, before := uuid.New(), len(trail)
	for range 2 {
		if err := st.Note(st.ctx, dewi, app.ID, "Sudah ditelepon dua kali.", key); err != nil {
			t.Fatal(err)
		}
	}
	if now := st.trail(t, app.ID); len(now) != before+1 {
		t.Errorf("one form that was sent twice left %d notes", len(now)-before)
	}
	for _, text := range []string{"", " ", "\x00", "\xff", strings.Repeat("x", 3000)} {
		if f := fault.From(st.Note(st.ctx, dewi, app.ID, text, uuid.Nil)); len(f.Fields) != 1 || f.Fields[0].Name != "note" {
			t.Errorf("note %.10q: %v", text, f)
		}
	}
	if _, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	mine, err := st.Get(st.ctx, siti, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range mine.Timeline {
		if e.Action == application.EventNote || e.Action == application.EventAssigned || e.ActorName == "Budi" {
			t.Errorf("the applicant sees %s by %q", e.Action, e.ActorName)
		}
	}
	office, err := st.Get(st.ctx, dewi, app.ID)
	if err != nil || len(office.Timeline) != 7 || office.Timeline[4].Message != "Sudah ditelepon." {
		t.Errorf("the office sees %d events, %v", len(office.Timeline), err)
	}
}

// TestTheOfficerSeesACorrectionBeforeAndAfter: until the decision, masked where the answer is, and in full only on the
// record. The applicant's own page does not change.
func TestTheOfficerSeesACorrectionBeforeAndAfter(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	act := func(in ActInput) {
		t.Helper()
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	act(ActInput{Action: "start_review"})
	act(ActInput{Action: "request_correction", Reason: "Salah.", Fields: []string{"nomor_kk", "tempat_hilang"}})
	for page, typed := range map[string]map[string][]string{
		"kk": {"nomor_kk": {"2171040102160008"}}, "kehilangan": {"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}},
	} {
		if err := st.SavePage(st.ctx, siti, app.ID, page, typed); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	words := func(want string) {
		t.Helper()
		var found []string
		err := st.w.DB.App.NewRaw(`SELECT word FROM unnest(ARRAY['mitra', 'botania', 'siti', '2171040102160008']) AS word
			WHERE (SELECT w.words FROM application_answer AS w WHERE w.tenant_id = ? AND w.application_id = ?) @@ plainto_tsquery('simple', word)`, app.TenantID, app.ID).Scan(st.ctx, &found)
		if err != nil || strings.Join(found, " ") != want {
			t.Errorf("answers are found by %v, %v; want %s", found, err, want)
		}
	}
	words("mitra")
	if app, err = st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Fatal(err)
	}
	words("botania")
	before := func(who identity.Actor) map[string]string {
		t.Helper()
		d, err := st.Get(st.ctx, who, app.ID)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, p := range d.Pages {
			for _, a := range p.Fields {
				if a.Before != "" {
					out[a.Code] = a.Before
				}
			}
		}
		return out
	}
	want := map[string]string{"nomor_kk": "••••••••••••0007", "tempat_hilang": "Pasar Mitra Raya"}
	if got := before(budi); !maps.Equal(got, want) {
		t.Errorf("before: %v, want %v", got, want)
	}
	if got := before(siti); len(got) != 0 {
		t.Errorf("the applicant is shown %v", got)
	}
	if got, err := st.Reveal(st.ctx, budi, app.ID, "nomor_kk"); err != nil || got != (Revealed{"2171040102160008", "2171040102160007"}) {
		t.Errorf("revealed %+v, %v", got, err)
	}
	var kept string
	if err := st.w.DB.App.NewRaw("SELECT before_answers::text FROM application WHERE id = ?", app.ID).Scan(st.ctx, &kept); err != nil || strings.Contains(kept, "2171") {
		t.Errorf("kept in the open: %s, %v", kept, err)
	}
	act(ActInput{Action: "approve", Reason: "Cocok."})
	if got := before(budi); len(got) != 0 {
		t.Errorf("after the decision: %v", got)
	}
}

// TestALongStoryEndsWithWhatHappenedLast: however much was noted before.
func TestALongStoryEndsWithWhatHappenedLast(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO application_event (tenant_id, id, application_id, agency_code, at, version, action, from_state, to_state, actor_id, actor_kind, public, message)
		SELECT tenant_id, ('00000000' || substr(gen_random_uuid()::text, 9))::uuid, application_id, agency_code, at, version, 'note', to_state, to_state, actor_id, 'staff', false, 'lama'
		FROM application_event, generate_series(1, 600) WHERE tenant_id = ? AND application_id = ? AND action = 'submitted'`, app.TenantID, app.ID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Note(st.ctx, budi, app.ID, "Sudah ditelepon.", uuid.Nil); err != nil {
		t.Fatal(err)
	}
	all, err := application.Events(st.ctx, st.Deps.DB.App, app, false)
	if err != nil || len(all) != 500 || all[499].Message != "Sudah ditelepon." || all[498].Action != application.EventSubmitted || all[0].Message != "lama" {
		t.Errorf("%d events, the last %+v, %v", len(all), all[len(all)-1], err)
	}
}

// TestWhoLeavesLeavesNoCaseBehind: their open cases are back for everyone, once, and told in each story.
func TestWhoLeavesLeavesNoCaseBehind(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	admin := st.officer(t, "Admin", "", "city_admin")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	app, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.staff.Deactivate(st.ctx, admin, budi.ID); err != nil {
		t.Fatal(err)
	}
	left := heard[event.StaffDeactivated](st)
	if len(left) != 1 || left[0].AccountID != budi.ID {
		t.Fatalf("announced %+v", left)
	}
	hear := func(f event.StaffDeactivated) {
		t.Helper()
		err := tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.onStaffDeactivated(ctx, tx, f) })
		if err != nil {
			t.Fatal(err)
		}
	}
	hear(left[0])
	hear(left[0])                                    // a job may be delivered again
	hear(event.StaffDeactivated{AccountID: dewi.ID}) // she is back already
	d, err := st.Get(st.ctx, dewi, app.ID)
	if err != nil || d.Application.AssigneeID.Valid || d.Application.AssigneeName != "" {
		t.Fatalf("still with %+v, %v", d.Application, err)
	}
	if last := d.Timeline[len(d.Timeline)-1]; err != nil || len(d.Timeline) != 3 || last.Action != application.EventHolderLeft || last.Message != "Budi" || last.Public {
		t.Errorf("the story ends with %+v of %d, %v", last, len(d.Timeline), err)
	}
}

// TestWhoLeavesWithMuchIsDoneWithInBatches: what one transaction does not put back, a job does.
func TestWhoLeavesWithMuchIsDoneWithInBatches(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	app, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	st.copies(t, app, leftBatch)
	if err := st.staff.Deactivate(st.ctx, st.officer(t, "Admin", "", "city_admin"), budi.ID); err != nil {
		t.Fatal(err)
	}
	with := func() (held, waiting int) {
		t.Helper()
		err := st.w.DB.App.NewRaw("SELECT count(*) FROM application WHERE tenant_id = ? AND assignee_id = ?", st.w.Batam.ID, budi.ID).Scan(st.ctx, &held)
		if err == nil {
			err = st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = 'casework.left.v1'").Scan(t.Context(), &waiting)
		}
		if err != nil {
			t.Fatal(err)
		}
		return held, waiting
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		return st.onStaffDeactivated(ctx, tx, event.StaffDeactivated{AccountID: budi.ID})
	})
	if held, waiting := with(); held != 1 || waiting != 1 {
		t.Errorf("after the first batch %d are held and %d jobs wait", held, waiting)
	}
	for range 2 { // a job may be delivered again
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
			return st.putAllBack(ctx, tx, leftArgs{AccountID: budi.ID})
		})
	}
	if held, waiting := with(); held != 0 || waiting != 2 {
		t.Errorf("in the end %d are held and %d jobs wait", held, waiting)
	}
}

// TestOfficersLearnOfTheirOwnCases: given by somebody else, corrected, late; each once, with the number and no name.
func TestOfficersLearnOfTheirOwnCases(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	head := st.officer(t, "Kepala", "disdukcapil", "agency_head")
	app := st.submitted(t, siti, sitiNIK)
	told := func(who identity.Actor, want string) {
		t.Helper()
		var all []struct{ Template, Data string }
		err := st.w.DB.App.NewRaw("SELECT template, data::text AS data FROM message WHERE account_id = ? ORDER BY id", who.ID).Scan(st.ctx, &all)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range all {
			got = append(got, m.Template)
			if strings.Contains(m.Data, "Siti") || !strings.Contains(m.Data, app.Number) || !strings.Contains(m.Data, "/petugas/permohonan/"+app.ID.String()) {
				t.Errorf("%s holds %s", m.Template, m.Data)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is told %v, want %s", who.Name, got, want)
		}
	}
	app, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, "")
	if err != nil {
		t.Fatal(err)
	}
	told(budi, "")
	if app, err = st.Assign(st.ctx, head, app.ID, budi.ID, app.Version, "Cuti."); err != nil {
		t.Fatal(err)
	}
	told(budi, "case_assigned")
	if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Salah.", Fields: []string{"tempat_hilang"}}); err != nil {
		t.Fatal(err)
	}
	typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", typed); err != nil {
		t.Fatal(err)
	}
	if app, err = st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Fatal(err)
	}
	told(budi, "case_assigned case_corrected")
	st.on(t, "2026-12-10 09:00")
	for range 2 {
		if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: app.ID}); err != nil {
			t.Fatal(err)
		}
	}
	told(budi, "case_assigned case_corrected case_late")
	told(head, "application_escalated")
}
