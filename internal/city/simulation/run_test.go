package simulation

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// stage is the package on a database with closed cases of two cities.
type stage struct {
	*Service
	w     *pgtest.World
	ctx   context.Context // Batam
	at    time.Time
	admin identity.Actor
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Log: quiet, Now: func() time.Time { return st.at }})
	st.admin = staff(w.Batam, "city_admin", "")
	st.seed(t, w.Batam, 40)
	st.seed(t, w.Other, 3)
	return st
}

func staff(city tenancy.City, role, agency string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Staff, Roles: []string{role}, Agency: agency, TOTP: true}
}

// seed gives a city two agencies with a service each, and n closed cases of both.
func (st *stage) seed(t *testing.T, city tenancy.City, n int) {
	t.Helper()
	body, err := json.Marshal(standard())
	if err != nil {
		t.Fatal(err)
	}
	st.exec(t, func(exec func(string, ...any)) {
		exec(`INSERT INTO workflow_definition (tenant_id, code, version, body, created_at) VALUES ($1, 'w', 1, $2, now())`, city.ID, body)
		exec(`INSERT INTO agency (tenant_id, code, name, short, kind) VALUES ($1, 'disdukcapil', '{}', 'D', 'dinas'), ($1, 'dinkes', '{}', 'K', 'dinas')`, city.ID)
		exec(`INSERT INTO calendar_year (tenant_id, year, week, open, close) VALUES ($1, 2026, '{mon,tue,wed,thu,fri}', '07:30', '16:00')`, city.ID)
	})
	st.fill(t, city, "ktp", "disdukcapil", n)
	st.fill(t, city, "sip", "dinkes", n)
}

// exec writes as the superuser, past policies and foreign keys.
func (st *stage) exec(t *testing.T, fn func(exec func(string, ...any))) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), st.w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	run(`SET session_replication_role = replica`)
	fn(run)
}

// fill writes n cases: each submitted on a Monday of July at 10:00, checked an hour later and granted after 1 to 4 days,
// with two working days promised.
func (st *stage) fill(t *testing.T, city tenancy.City, service, agency string, n int) {
	t.Helper()
	st.exec(t, func(exec func(string, ...any)) {
		for i := range n {
			id := uuid.New()
			sent := time.Date(2026, 7, 6+7*(i%4), 10, 0, 0, 0, wib)
			decided := sent.AddDate(0, 0, 1+i%4)
			exec(`INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short, account_id,
				channel, locale, form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, subject_hash, phone_hash,
				submit_key, submitted_at, term_amount, term_unit, decided_at, outcome, on_time, closed_at, queue_rank, queue_at, created_at, updated_at)
				VALUES ($1, $2, $3, $3, $4, '{}', $5, '{}', 'D', $2, 'web', 'id', 'f', 1, 'w', 1, 'over', 'completed', 'stopped', 3, '{}', 'x', 'x', $3, $6,
				2, 'working_day', $7, 'approved', $8, $7, 2, $7, $6, $7)`, city.ID, id, id.String(), service, agency, sent, decided, i%4 < 2)
			for k, e := range []struct {
				at               time.Time
				action, from, to string
			}{{sent, "submitted", "draft", "sent"}, {sent.Add(time.Hour), "check", "sent", "checked"}, {decided, "grant", "checked", "granted"}, {decided, "fetch", "granted", "over"}} {
				exec(`INSERT INTO application_event (tenant_id, id, application_id, at, version, action, from_state, to_state, actor_id, actor_kind, public)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'staff', true)`, city.ID, uuid.Must(uuid.NewV7()), id, e.at, k, e.action, e.from, e.to, city.ID)
			}
		}
	})
}

func (st *stage) start(t *testing.T, ask Ask) Result {
	t.Helper()
	ask.Service, ask.From, ask.To = "ktp", "2026-07-01", "2026-09-30"
	id, err := st.Start(st.ctx, st.admin, ask)
	if err != nil {
		t.Fatal(err)
	}
	run, err := st.Find(st.ctx, st.admin, "ktp", id)
	if err != nil || run.State != Done || run.Done != run.Total {
		t.Fatalf("%+v, %v", run, err)
	}
	return *run.Result
}

func TestAQuarterIsReplayed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	as := st.start(t, Ask{})
	if as.Cases != 40 || as.Decided != 40 || as.LateBefore != 20 || as.LateAfter != 20 || as.ChangedAll+as.Differs != 0 || len(as.Rows) != 1 || len(as.Missing) != 0 {
		t.Errorf("as it is: %+v", as)
	}
	if len(as.Offices) != 1 || as.Offices[0].Officers != 1 || as.Offices[0].Best != 10 || as.Offices[0].Weeks[1].PeakBefore != 10 || as.Offices[0].OverAfter != 0 {
		t.Errorf("the office: %+v", as.Offices)
	}
	day := st.start(t, Ask{Term: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}})
	if day.LateAfter != 30 || day.ChangedAll != 10 || !day.Changed[0].Late || day.Changed[0].Due.IsZero() {
		t.Errorf("one day: %+v", day)
	}
	if four := st.start(t, Ask{Term: workcal.Term{Amount: 4, Unit: workcal.WorkingDay}}); four.LateAfter != 0 || four.ChangedAll != 20 {
		t.Errorf("four days: %+v", four)
	}
	if off := st.start(t, Ask{DaysOff: []string{"2026-07-07", "2026-07-14", "2026-07-21", "2026-07-28"}}); off.LateAfter != 10 {
		t.Errorf("every Tuesday off: %+v", off)
	}
	if on := st.start(t, Ask{Term: workcal.Term{Amount: 2, Unit: workcal.WorkingDay}, DaysOn: []string{"2026-07-11"}}); on.ChangedAll != 0 {
		t.Errorf("a Saturday on: %+v", on)
	}
	// A request that goes by an address is the load of the office that was really asked.
	st.exec(t, func(exec func(string, ...any)) {
		exec(`INSERT INTO workflow_task (tenant_id, id, subject_kind, subject_id, round, state, branch, agency_code, agency_name, status, version, opened_at, queue_at, closed_at)
			SELECT a.tenant_id, gen_random_uuid(), 'application', a.id, 2, 'checked', 'tinjau', 'kec-nongsa', '{}', 'withdrawn', 1, e.at, e.at, a.decided_at
			FROM application a JOIN application_event e ON e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.action = 'check'
			WHERE a.tenant_id = $1 AND a.service_code = 'ktp' AND a.on_time`, st.w.Batam.ID)
	})
	near := standard()
	near.States[1].Branches = []workflow.Branch{{Code: "tinjau", Agency: "dinkes", Office: "lokasi"}}
	where, err := json.Marshal(near)
	if err != nil {
		t.Fatal(err)
	}
	by := st.start(t, Ask{Draft: where})
	if len(by.Offices) != 2 || by.Offices[1].Agency != "kec-nongsa" || by.Offices[1].Weeks[1].PeakAfter == 0 || len(by.Placeless) != 1 || by.Placeless[0] != (Named{"tinjau", 20}) {
		t.Errorf("the office of an address: %+v, %+v", by.Offices, by.Placeless)
	}
	next := standard()
	next.States[1].Code = "assessed"
	for i, a := range next.Actions {
		if a.To == "checked" {
			next.Actions[i].To = "assessed"
		}
		for k, from := range a.From {
			if from == "checked" {
				next.Actions[i].From[k] = "assessed"
			}
		}
	}
	draft, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	r := st.start(t, Ask{Draft: draft})
	if r.LateAfter != 20 || len(r.Unknown) != 1 || r.Unknown[0] != (Named{"checked", 40}) || len(r.Untaken) != 2 || r.Untaken[0].Cases != 40 {
		t.Errorf("a state by another name: %+v", r)
	}
}

// TestAReplayHasItsBound: what is in memory until its end does not grow with the city.
func TestAReplayHasItsBound(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.d.Most = 39
	_, err := st.Start(st.ctx, st.admin, Ask{Service: "ktp", From: "2026-07-01", To: "2026-09-30"})
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != "to" || f[0].Code != "simulation_many" {
		t.Errorf("%v: %+v", err, f)
	}
	if _, err := st.Start(st.ctx, st.admin, Ask{Service: "ktp", From: "2026-07-20", To: "2026-09-30"}); err != nil {
		t.Error(err)
	}
}

// TestAReplayOutlivesWhoBeganIt: few cases too have their job, which does nothing more when they were replayed at once, and
// the result is gone after a week by the clock.
func TestAReplayOutlivesWhoBeganIt(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	id, err := st.Start(st.ctx, st.admin, Ask{Service: "ktp", From: "2026-07-01", To: "2026-09-30"})
	if err != nil {
		t.Fatal(err)
	}
	var waiting []uuid.UUID
	err = st.w.DB.Platform.NewRaw("SELECT (payload->>'run_id')::uuid FROM outbox WHERE kind = ?", replayKind.Name).Scan(t.Context(), &waiting)
	if err != nil || len(waiting) != 1 || waiting[0] != id {
		t.Errorf("jobs %v, %v", waiting, err)
	}
	before, err := st.Find(st.ctx, st.admin, "ktp", id)
	if err == nil {
		err = st.compute(st.ctx, id)
	}
	if after, _ := st.Find(st.ctx, st.admin, "ktp", id); err != nil || before.State != Done || !after.FinishedAt.Equal(before.FinishedAt) {
		t.Errorf("%+v, then %+v, %v", before, after, err)
	}
	for _, tt := range []struct{ days, left int }{{6, 1}, {8, 0}} {
		st.at = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC).AddDate(0, 0, tt.days)
		left := 0
		err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			if err := st.sweep(ctx, tx, time.Time{}); err != nil {
				return err
			}
			return tx.NewRaw("SELECT count(*) FROM simulation_run").Scan(ctx, &left)
		})
		if err != nil || left != tt.left {
			t.Errorf("after %d days %d are left, %v", tt.days, left, err)
		}
	}
}

func TestWhoMayReplayAndSee(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ask := Ask{Service: "ktp", From: "2026-07-01", To: "2026-09-30", Term: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}, Wide: true}
	if _, err := st.Start(st.ctx, staff(st.w.Batam, "officer", "disdukcapil"), ask); !fault.Is(err, "access.denied") {
		t.Errorf("an officer: %v", err)
	}
	id, err := st.Start(st.ctx, st.admin, ask)
	if err != nil {
		t.Fatal(err)
	}
	if run, err := st.Find(st.ctx, st.admin, "ktp", id); err != nil || run.Result.Cases != 80 || len(run.Result.Rows) != 2 || len(run.Result.Changed) != 20 {
		t.Errorf("everything: %+v, %v", run.Result, err)
	}
	head := staff(st.w.Batam, "city_admin", "dinkes")
	guard := st.d.Guard
	if err := guard.SetPermissions(st.ctx, st.admin, map[string][]access.Permission{"agency_head": {access.ServiceConfigure, access.ApplicationRead}}); err != nil {
		t.Fatal(err)
	}
	head.Roles = []string{"agency_head"}
	if run, err := st.Find(st.ctx, head, "ktp", id); err != nil || len(run.Result.Changed) != 10 || run.Result.Changed[0].Agency != "dinkes" || run.Result.ChangedAll != 20 {
		t.Errorf("one agency's: %+v, %v", run.Result, err)
	}
	head.Areas = []string{"21.71.10"} // in which none of the cases lies
	if run, err := st.Find(st.ctx, head, "ktp", id); err != nil || len(run.Result.Changed) != 0 || run.Result.ChangedAll != 20 {
		t.Errorf("of an area without cases: %+v, %v", run.Result, err)
	}
	st.exec(t, func(exec func(string, ...any)) {
		exec(`UPDATE application SET district_code = '21.71.10' WHERE agency_code = 'dinkes' AND decided_at - submitted_at < interval '3 days'`)
	})
	if run, err := st.Find(st.ctx, head, "ktp", id); err != nil || len(run.Result.Changed) != 10 || run.Result.Changed[0].Agency != "dinkes" {
		t.Errorf("of the area: %+v, %v", run.Result, err)
	}
	for name, err := range map[string]error{
		"another service": second(st.Find(st.ctx, st.admin, "sip", id)),
		"another city":    second(st.Find(st.w.Ctx(st.w.Other), staff(st.w.Other, "city_admin", ""), "ktp", id)),
	} {
		if !fault.Is(err, "simulation.not_found") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if runs, err := st.Runs(st.ctx, st.admin, "ktp"); err != nil || len(runs) != 1 || runs[0].Stored != nil {
		t.Errorf("%+v, %v", runs, err)
	}
	if v, err := st.Versions(st.ctx, st.admin, "ktp"); err != nil || len(v) != 1 || v[0] != 1 {
		t.Errorf("versions %v, %v", v, err)
	}
	st.at = st.at.Add(8 * 24 * time.Hour)
	if _, err := st.Find(st.ctx, st.admin, "ktp", id); !fault.Is(err, "simulation.not_found") {
		t.Errorf("after a week: %v", err)
	}
	for field, a := range map[string]Ask{
		"from": {From: "x", To: "2026-01-01"}, "to": {From: "2026-02-01", To: "2026-01-01"}, "term": {From: "2026-01-01", To: "2026-01-31", Term: workcal.Term{Amount: -1, Unit: "day"}},
		"draft": {From: "2026-01-01", To: "2026-01-31", Draft: []byte(`{"start":"x"}`)}, "days_off": {From: "2026-01-01", To: "2026-01-31", DaysOff: []string{"besok"}},
		"version": {Service: "ktp", From: "2026-01-01", To: "2026-01-31", Version: 9},
	} {
		if _, err := st.Start(st.ctx, st.admin, a); fault.From(err).Code != "input.invalid" || fault.From(err).Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestManyCasesAreAJob that counts on as it goes, and gives the same when it runs again.
func TestManyCasesAreAJob(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.fill(t, st.w.Batam, "ktp", "disdukcapil", 400)
	r, err := jobs.New(st.w.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond}, tenancy.NewDirectory(st.w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = st.Register(r)
	}
	if err == nil {
		err = r.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Stop(context.Background()) })
	id, err := st.Start(st.ctx, st.admin, Ask{Service: "ktp", From: "2026-07-01", To: "2026-09-30"})
	if err != nil {
		t.Fatal(err)
	}
	var run Run
	for end := time.Now().Add(90 * time.Second); run.State != Done; time.Sleep(20 * time.Millisecond) { // between looks at a condition
		if run, err = st.Find(st.ctx, st.admin, "ktp", id); err != nil || time.Now().After(end) {
			t.Fatalf("%+v, %v", run, err)
		}
	}
	if run.Total != 440 || run.Result.Cases != 440 || run.Result.LateAfter != 220 {
		t.Errorf("%d of %d: %+v", run.Done, run.Total, run.Result)
	}
	if err := st.compute(st.ctx, id); err != nil {
		t.Errorf("again: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
