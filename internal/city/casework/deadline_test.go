package casework

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

func (st *stage) sweepOnce(t testing.TB) (jobsAdded int) {
	t.Helper()
	err := tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.sweep(ctx, tx, st.clock()) })
	if err != nil {
		t.Fatal(err)
	}
	err = st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = 'casework.escalate.v2'").Scan(t.Context(), &jobsAdded)
	if err != nil {
		t.Fatal(err)
	}
	return jobsAdded
}

func TestALateApplicationIsRaisedOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	head := st.officer(t, "Kepala", "disdukcapil", "agency_head")
	st.officer(t, "Kepala lain", "dinkes", "agency_head")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	if n := st.sweepOnce(t); n != 0 {
		t.Fatalf("%d escalated before the deadline", n)
	}
	st.on(t, "2026-11-26 16:01")
	for range 3 {
		if n := st.sweepOnce(t); n != 1 {
			t.Fatalf("%d jobs", n)
		}
	}
	for range 3 { // a job may be delivered again
		if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: app.ID}); err != nil {
			t.Fatal(err)
		}
	}
	told := heard[event.ApplicationEscalated](st)
	if len(told) != 1 || told[0].Level != 1 || told[0].AgencyCode != "disdukcapil" {
		t.Fatalf("facts %+v", told)
	}
	var to []uuid.UUID
	if err := st.w.DB.App.NewRaw("SELECT account_id FROM message WHERE tenant_id = ? AND template = 'application_escalated' AND data->>'standin' IS NULL", st.w.Batam.ID).Scan(st.ctx, &to); err != nil || len(to) != 1 || to[0] != head.ID {
		t.Errorf("told %v, %v", to, err)
	}
	trail := st.trail(t, app.ID)
	if len(trail) != 2 || trail[1].Action != "application.escalate" || trail[1].ActorKind != audit.System {
		t.Errorf("audit %+v", trail)
	}
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	list, err := st.List(st.ctx, budi, []uuid.UUID{app.ID})
	if err != nil || len(list) != 1 || list[0].EscalationLevel != 1 || list[0].QueueRank != application.RankDue || !list[0].Late(st.Now()) {
		t.Errorf("the list shows %+v, %v", list, err)
	}
	// An escalation is nobody's act: the officer who saw the application before may still take a step.
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil {
		t.Error(err)
	}
}

func TestWhatWasDealtWithInTimeIsNotRaised(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	st.on(t, "2026-11-26 16:01")
	if n := st.sweepOnce(t); n != 1 {
		t.Fatalf("%d jobs", n)
	}
	// Between the sweep and the job an officer asks for a correction: the clock stands.
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil {
		t.Fatal(err)
	}
	if !app.Remaining.Late() {
		t.Errorf("lateness was forgiven: %+v", app.Remaining)
	}
	if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	if n := len(heard[event.ApplicationEscalated](st)); n != 0 {
		t.Fatalf("%d raised while the applicant has the turn", n)
	}
	// Sent back, it is as late as it was, and is found again.
	st.on(t, "2026-11-30 09:00")
	typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", typed); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Fatal(err)
	}
	if n := st.sweepOnce(t); n != 2 {
		t.Fatalf("%d jobs", n)
	}
	if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	if n := len(heard[event.ApplicationEscalated](st)); n != 1 {
		t.Errorf("%d raised", n)
	}
}

func TestWithoutAHeadTheAdministratorIsTold(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	admin := st.officer(t, "Admin", "", "city_admin")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.on(t, "2026-12-01 08:00")
	if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	var to []uuid.UUID
	if err := st.w.DB.App.NewRaw("SELECT account_id FROM message WHERE tenant_id = ? AND template = 'application_escalated' AND data->>'standin' = 'yes'", st.w.Batam.ID).Scan(st.ctx, &to); err != nil || len(to) != 1 || to[0] != admin.ID {
		t.Errorf("told %v, %v", to, err)
	}
}

// done is a log that tells which kinds of job have been done.
type done chan string

func (done) Enabled(context.Context, slog.Level) bool { return true }
func (d done) WithAttrs([]slog.Attr) slog.Handler     { return d }
func (d done) WithGroup(string) slog.Handler          { return d }

func (d done) Handle(_ context.Context, r slog.Record) error {
	said := map[string]string{}
	r.Attrs(func(a slog.Attr) bool {
		said[a.Key] = a.Value.String()
		return true
	})
	if r.Message == "job" && said["outcome"] == "done" {
		d <- said["kind"]
	}
	return nil
}

// TestTheJobsRunThroughRedis sends an issue and an escalation the whole way: outbox, relay, Redis, worker.
func TestTheJobsRunThroughRedis(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	dir, log := tenancy.NewDirectory(st.w.DB.App, "localhost"), make(done, 1000)
	r, err := jobs.New(st.w.DB, jobs.Options{Redis: pgtest.Redis(t), Workers: 4, Poll: 20 * time.Millisecond}, dir, slog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Register(r); err != nil {
		t.Fatal(err)
	}
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	late := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	st.on(t, "2026-12-01 08:00")
	// What the pack made of the calendar has been counted: a run over the applications would hold the late one at the only
	// moment in a minute at which the sweep looks for it.
	err = tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := calendar.Take(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Stop(context.Background()) })
	waiting := map[string]bool{application.IssueKind.Name: true, escalateKind.Name: true}
	for limit := time.After(time.Minute); len(waiting) > 0; {
		select {
		case kind := <-log:
			delete(waiting, kind)
		case <-limit:
			t.Fatalf("not done in a minute: %v", waiting)
		}
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || len(d.Documents) != 1 {
		t.Errorf("%d documents, %v", len(d.Documents), err)
	}
	l, err := st.Get(st.ctx, budi, late.ID)
	if err != nil || l.Application.EscalationLevel != 1 || !l.Late {
		t.Errorf("level %d, late %t, %v", l.Application.EscalationLevel, l.Late, err)
	}
	if n := len(heard[event.ApplicationEscalated](st)); n != 1 {
		t.Errorf("raised %d times", n)
	}
}

func TestHowAPromiseStands(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	for _, tt := range []struct {
		at, state string
		left      int
	}{
		{"2026-11-24 10:00", application.PromiseRunning, 2},
		{"2026-11-25 23:00", application.PromiseRunning, 1},
		{"2026-11-26 09:00", application.PromiseSoon, 0},
		{"2026-11-26 16:00", application.PromiseSoon, 0},
		{"2026-11-26 16:01", application.PromiseLate, 0},
		{"2026-11-29 10:00", application.PromiseLate, 1},
		{"2026-12-01 10:00", application.PromiseLate, 3},
	} {
		st.on(t, tt.at)
		p, err := st.Promises(st.ctx, app)
		if err != nil || p[0].State != tt.state || p[0].Left != tt.left || p[0].Unit != "working_day" || !p[0].Due.Equal(app.DueAt) {
			t.Errorf("%s: %+v, %v; want %s %d", tt.at, p, err, tt.state, tt.left)
		}
	}
	paused, decided, draft := app, app, app
	paused.Clock, paused.DueAt = workflow.Paused, time.Time{}
	decided.Clock, decided.OnTime = workflow.Stopped, new(bool)
	cancelled := app
	cancelled.Clock = workflow.Stopped
	draft.Stage = workflow.StageDraft
	hours := app
	hours.TermUnit, hours.TermAmount = "hour", 48
	hours.DueAt = st.clock().Add(11 * time.Hour)
	month := app
	month.TermUnit, month.TermAmount = "month", 1
	month.DueAt = st.clock().Add(time.Hour)
	p, err := st.Promises(st.ctx, paused, decided, draft, hours, month, cancelled)
	if err != nil || p[0].State != application.PromisePaused || p[1].State != application.PromiseBroken || !p[2].Due.IsZero() || p[3].State != application.PromiseSoon || p[3].Left != 11 ||
		p[4].State != application.PromiseSoon || p[4].Left != 0 || p[4].Unit != "day" || p[5].State != application.PromiseEnded {
		t.Errorf("%+v, %v", p, err)
	}
}
