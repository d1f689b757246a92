package casework

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// decree is the administrator of a city's calendar.
func (st *stage) decree() (*calendar.Service, identity.Actor) {
	admin := identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: st.w.Batam.ID, Kind: identity.Staff, Name: "Admin",
		Roles: []string{"city_admin"}, TOTP: true}
	return calendar.New(st.w.DB.App, st.Deps.Guard, st.clock), admin
}

func (st *stage) dayOff(t *testing.T, agency, day, name, source string) {
	t.Helper()
	s, admin := st.decree()
	_, err := s.AddDay(st.ctx, admin, calendar.DayInput{Agency: agency, Day: day, Kind: calendar.LocalDay, Name: i18n.Text{"id": name}, Source: source})
	if err != nil {
		t.Fatal(err)
	}
}

func (st *stage) inTx(t *testing.T, fn func(context.Context, bun.Tx) error) {
	t.Helper()
	if err := tenancy.InTx(st.ctx, st.Deps.DB.App, fn); err != nil {
		t.Fatal(err)
	}
}

func (st *stage) counter() *recount.Counter { return recount.New(st.Service.Service.Service) }

// recountAll runs the look for changes and every batch that follows, as the worker does, and returns how many batches ran.
func (st *stage) recountAll(t *testing.T) int {
	t.Helper()
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	n := 0
	for {
		args, ok := st.nextRecount(t)
		if !ok {
			return n
		}
		n++
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Applications(ctx, tx, args) })
	}
}

// nextRecount takes the next batch's job out of the outbox.
func (st *stage) nextRecount(t *testing.T) (args recount.Batch, ok bool) {
	t.Helper()
	var all []json.RawMessage
	err := st.w.DB.Platform.NewRaw(`DELETE FROM outbox WHERE id = (SELECT id FROM outbox WHERE kind = 'casework.recount.v1'
		ORDER BY id LIMIT 1) RETURNING payload`).Scan(t.Context(), &all)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return args, false
	}
	if err := json.Unmarshal(all[0], &args); err != nil {
		t.Fatal(err)
	}
	return args, true
}

func (st *stage) read(t *testing.T, id uuid.UUID) application.Application {
	t.Helper()
	app, err := application.Get(st.ctx, st.Deps.DB.App, id)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// moves are the lines of an application's story that tell of another date.
func (st *stage) moves(t *testing.T, app application.Application) []string {
	t.Helper()
	all, err := application.Events(st.ctx, st.Deps.DB.App, app, true)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		if e.Action == application.EventDueChanged {
			out = append(out, e.Message)
		}
	}
	return out
}

func TestADayOffDecreedLateMovesWhatItTouches(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t) // of the pack's own calendar: nothing runs yet
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // Tuesday 24 November, due Thursday the 26th
	decided := st.approved(t, budi, st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1)))
	st.dayOff(t, "", "2026-11-26", "Hari pemilihan", "Keppres 30/2026")
	st.recountAll(t)

	moved := st.read(t, app.ID)
	if want := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC); !moved.DueAt.Equal(want) || !moved.QueueAt.Equal(want) || moved.Version != app.Version {
		t.Errorf("due %v, in the queue at %v, want %v", moved.DueAt, moved.QueueAt, want)
	}
	lines := st.moves(t, app)
	want := "Tenggat berubah dari Kamis, 26 November 2026 pukul 16.00 WIB menjadi Jumat, 27 November 2026 pukul 16.00 WIB karena 26 November 2026 menjadi hari libur (Hari pemilihan) [Keppres 30/2026]."
	if len(lines) != 1 || lines[0] != want {
		t.Errorf("the story says\n%q, want\n%q", lines, want)
	}
	if trail := st.trail(t, app.ID); trail[len(trail)-1].Action != "application.recount" {
		t.Errorf("audit %+v", trail)
	}
	var mails int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = 'deadline_changed'", st.w.Batam.ID).Scan(st.ctx, &mails); err != nil || mails != 1 {
		t.Errorf("%d mails, %v", mails, err)
	}
	if after := st.read(t, decided.ID); !after.DueAt.Equal(decided.DueAt) || len(st.moves(t, decided)) != 0 {
		t.Errorf("a decided case moved to %v", after.DueAt)
	}
	// The officer sees the new date, and acts on the version that was seen before.
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil {
		t.Error(err)
	}

	// Taken back, the promise is shorter again, and not without a word.
	s, admin := st.decree()
	if _, err := s.RemoveDay(st.ctx, admin, "", "2026-11-26", "Keppres 31/2026"); err != nil {
		t.Fatal(err)
	}
	st.recountAll(t)
	if back := st.read(t, app.ID); !back.DueAt.Equal(app.DueAt) {
		t.Errorf("due %v, want %v", back.DueAt, app.DueAt)
	}
	if lines := st.moves(t, app); len(lines) != 2 || !strings.Contains(lines[1], "26 November 2026 menjadi hari kerja (Hari pemilihan) [Keppres 31/2026]") {
		t.Errorf("the story says %q", lines)
	}
}

// TestADateIsCertainOnceItsYearIsImported: also where the year moves nothing, whether the clock runs or not.
func TestADateIsCertainOnceItsYearIsImported(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.on(t, "2026-12-30 10:00") // a Wednesday
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	running, paused := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK), st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "request_correction", Reason: "Foto buram.", Fields: []string{"tempat_hilang"}}} {
		var err error
		if in.ID, in.Version = paused.ID, paused.Version; err == nil {
			paused, err = st.Act(st.ctx, budi, in)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if !running.DueProvisional || !paused.DueProvisional {
		t.Fatalf("due %v, provisional %t %t", running.DueAt, running.DueProvisional, paused.DueProvisional)
	}
	s, admin := st.decree()
	_, err := s.Import(st.ctx, admin, calendar.ImportInput{Year: 2027, Week: []string{"mon", "tue", "wed", "thu", "fri"}, Open: "07:30", Close: "16:00",
		Source: "SKB 2027", Text: "2027-03-09;Nyepi"})
	if err != nil {
		t.Fatal(err)
	}
	st.recountAll(t)
	for _, app := range []application.Application{running, paused} {
		if after := st.read(t, app.ID); after.DueProvisional || !after.DueAt.Equal(app.DueAt) || len(st.moves(t, app)) != 0 {
			t.Errorf("due %v, provisional %t", after.DueAt, after.DueProvisional)
		}
	}
}

func TestADayThatTouchesNothingIsNotTold(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.dayOff(t, "", "2026-12-10", "Sesudahnya", "Perwako")
	st.dayOff(t, "", "2026-11-28", "Hari Sabtu", "Perwako")
	st.dayOff(t, "dinkes", "2026-11-26", "Dinas lain", "SK")
	st.recountAll(t)
	if after := st.read(t, app.ID); !after.DueAt.Equal(app.DueAt) || len(st.moves(t, app)) != 0 {
		t.Errorf("moved to %v", after.DueAt)
	}
	st.dayOff(t, "disdukcapil", "2026-11-26", "Pindah kantor", "SK Kadis")
	st.recountAll(t)
	if lines := st.moves(t, app); len(lines) != 1 || !strings.Contains(lines[0], "Pindah kantor") || strings.Contains(lines[0], "Dinas lain") {
		t.Errorf("the story says %q", lines)
	}
	open, err := calendar.Open(st.ctx, st.Deps.DB.App)
	if err != nil || len(open) != 0 {
		t.Errorf("open: %+v, %v", open, err)
	}
}

func TestTwoDaysInARowAreEachToldOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	// The second comes while the first waits to be counted: the one line names both.
	st.dayOff(t, "", "2026-11-25", "Pertama", "A")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	st.dayOff(t, "", "2026-11-26", "Kedua", "B")
	st.recountAll(t)
	want := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	if after := st.read(t, app.ID); !after.DueAt.Equal(want) {
		t.Errorf("due %v, want %v", after.DueAt, want)
	}
	if lines := st.moves(t, app); len(lines) != 1 || !strings.Contains(lines[0], "Pertama") || !strings.Contains(lines[0], "Kedua") {
		t.Errorf("the story says %q", lines)
	}
	for _, c := range st.changes(t) {
		if c.DoneAt.IsZero() {
			t.Errorf("%+v is not done", c)
		}
	}
}

func (st *stage) changes(t *testing.T) []calendar.Change {
	t.Helper()
	all, err := calendar.Changes(st.ctx, st.Deps.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestACrashBetweenBatchesLosesNothingAndDoublesNothing counts more applications than a batch holds; the second batch dies
// once after its work, before its transaction ends, and is delivered again.
func TestACrashBetweenBatchesLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	const n = recount.BatchSize + 50
	st.copies(t, app, n-1)
	st.dayOff(t, "", "2026-11-26", "Mendadak", "Keppres")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })

	first, _ := st.nextRecount(t)
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Applications(ctx, tx, first) })
	second, ok := st.nextRecount(t)
	if !ok || second.After == uuid.Nil {
		t.Fatalf("the next batch is %+v", second)
	}
	crash := errors.New("crash")
	err := tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := st.counter().Applications(ctx, tx, second); err != nil {
			return err
		}
		return crash
	})
	if !errors.Is(err, crash) {
		t.Fatal(err)
	}
	if c := st.changes(t)[0]; c.Looked != recount.BatchSize || c.Moved != recount.BatchSize || !c.DoneAt.IsZero() {
		t.Errorf("after the crash: %+v", c)
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Applications(ctx, tx, second) })
	if c := st.changes(t)[0]; c.Looked != n || c.Moved != n || c.DoneAt.IsZero() {
		t.Errorf("at the end: looked %d, moved %d, done %v", c.Looked, c.Moved, c.DoneAt)
	}
	var lines, due int
	err = st.w.DB.App.NewRaw(`SELECT (SELECT count(*) FROM application_event WHERE tenant_id = ?0 AND action = 'due_changed'),
		(SELECT count(*) FROM application WHERE tenant_id = ?0 AND due_at = '2026-11-27T09:00:00Z')`, st.w.Batam.ID).Scan(st.ctx, &lines, &due)
	if err != nil || lines != n || due != n {
		t.Errorf("%d lines, %d moved, %v; want %d of each", lines, due, err, n)
	}
}

// copies makes n more applications like one, as another day's people sent them.
func (st *stage) copies(t *testing.T, app application.Application, n int) {
	t.Helper()
	given := map[string]bool{app.Number: true}
	for i := range n {
		c := app
		c.ID = uuid.Must(uuid.NewV7())
		for given[c.Number] { // of some thousands drawn two are alike now and then
			c.Number = application.NewNumber("BTM", st.clock())
		}
		given[c.Number] = true
		c.ReceiptToken, c.SubmitKey = c.ID.String(), c.ID.String()
		c.SubjectHash = c.ID[:]
		if _, err := st.Deps.DB.App.NewInsert().Model(&c).Exec(st.ctx); err != nil {
			t.Fatalf("copy %d: %v", i, err)
		}
	}
}

func TestAPausedClockKeepsWhatIsLeft(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.Term = workcal.Term{Amount: 5, Unit: workcal.WorkingDay}
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK) // Tuesday 24 November, due Tuesday 1 December
	st.on(t, "2026-11-26 10:00")
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil || app.Remaining.Days != 3 {
		t.Fatalf("%+v, %v", app.Remaining, err)
	}
	// A day to come takes nothing of what is left; one that had been counted gives it back.
	st.dayOff(t, "", "2026-11-30", "Nanti", "A")
	st.recountAll(t)
	if after := st.read(t, app.ID); after.Remaining.Days != 3 || len(st.moves(t, app)) != 0 {
		t.Errorf("%+v left, %q", after.Remaining, st.moves(t, app))
	}
	st.dayOff(t, "", "2026-11-25", "Banjir", "B")
	st.recountAll(t)
	after := st.read(t, app.ID)
	if lines := st.moves(t, app); after.Remaining.Days != 4 || len(lines) != 1 ||
		!strings.HasPrefix(lines[0], "Sisa waktu berubah dari 3 hari kerja menjadi 4 hari kerja karena 25 November 2026 menjadi hari libur (Banjir)") {
		t.Errorf("%+v left, %q", after.Remaining, lines)
	}
	// Resumed on Tuesday the 1st, it ends four working days later, and is counted from there on.
	st.on(t, "2026-12-01 09:00")
	typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", typed); err != nil {
		t.Fatal(err)
	}
	if app, err = st.Correct(st.ctx, siti, app.ID); err != nil || !app.DueAt.Equal(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)) {
		t.Fatalf("due %v, %v", app.DueAt, err)
	}
	st.dayOff(t, "", "2026-12-03", "Kemudian", "C")
	st.recountAll(t)
	if after := st.read(t, app.ID); !after.DueAt.Equal(time.Date(2026, 12, 8, 9, 0, 0, 0, time.UTC)) || after.Clock != workflow.Running {
		t.Errorf("due %v", after.DueAt)
	}
}

func TestADayThatIsTakenBackMakesNobodyLate(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.dayOff(t, "", "2026-11-26", "Dikira libur", "A")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // due Friday the 27th
	st.on(t, "2026-11-27 08:00")
	s, admin := st.decree()
	if _, err := s.RemoveDay(st.ctx, admin, "", "2026-11-26", "B"); err != nil {
		t.Fatal(err)
	}
	st.recountAll(t)
	if after := st.read(t, app.ID); !after.DueAt.Equal(app.DueAt) || after.Late(st.clock()) {
		t.Errorf("due %v, was %v", after.DueAt, app.DueAt)
	}
}

func TestTheAgencysOwnCalendarPromises(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	s, admin := st.decree()
	hours := calendar.Hours{"mon": "08:00-15:00", "tue": "08:00-15:00", "wed": "08:00-15:00", "thu": "08:00-15:00", "fri": "08:00-15:00", "sat": "08:00-12:00"}
	_, err := s.SetHours(st.ctx, admin, calendar.HoursInput{Agency: "disdukcapil", Source: "SK",
		Periods: []calendar.Period{{Name: i18n.Text{"id": "Enam hari"}, First: "2026-01-01", Hours: hours}}})
	if err != nil {
		t.Fatal(err)
	}
	st.on(t, "2026-11-26 10:00") // a Thursday
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	if want := time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC); !app.DueAt.Equal(want) {
		t.Errorf("due %v, want the end of Saturday's counter, %v", app.DueAt, want)
	}
	p, err := st.Promises(st.ctx, app)
	if err != nil || p[0].Left != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestTheTasksOfOfficesMoveByTheirOwnCalendars: the health office is closed on a day on which the inspectors work.
func TestTheTasksOfOfficesMoveByTheirOwnCalendars(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, recommended)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	for _, action := range []string{"start_review", "ask"} {
		var err error
		if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version}); err != nil {
			t.Fatal(err)
		}
	}
	st.dayOff(t, "dinkes", "2026-11-25", "Rapat kerja", "SK Kadinkes")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	var args recount.Batch
	var raw []json.RawMessage
	err := st.w.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = 'casework.recount_task.v1' ORDER BY id DESC LIMIT 1").Scan(t.Context(), &raw)
	if err != nil || len(raw) != 1 || json.Unmarshal(raw[0], &args) != nil {
		t.Fatalf("%s, %v", raw, err)
	}
	for range 2 { // a job may be delivered again
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Tasks(ctx, tx, args) })
	}
	tasks, err := workflow.Tasks(st.ctx, st.w.DB.App, app.Matter())
	if err != nil || len(tasks) != 2 {
		t.Fatal(tasks, err)
	}
	for _, k := range tasks {
		want := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
		if k.AgencyCode == "dinkes" {
			want = want.AddDate(0, 0, 1)
		}
		if !k.DueAt.Equal(want) || !k.QueueAt.Equal(want) || k.Version != 1 {
			t.Errorf("%s is due %v, want %v", k.Branch, k.DueAt, want)
		}
	}
	story, err := application.Events(st.ctx, st.w.DB.App, app, false)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range story {
		if e.Action == application.EventDueChanged {
			n++
			if e.Public || !strings.Contains(e.Message, "Rapat kerja") {
				t.Errorf("%+v", e)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d lines in the story", n)
	}
}
