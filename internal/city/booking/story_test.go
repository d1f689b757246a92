package booking

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// TestAnAppointmentFromTheFirstLookToBeingServed is the story of one appointment as its holder and the officer live it.
func TestAnAppointmentFromTheFirstLookToBeingServed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, budi := st.resident(t, "Siti Rahma"), st.staff("Budi", "disdukcapil", "officer")

	// Two weeks ahead, Monday to Thursday; today's last slots are too soon or past.
	_, days, err := st.Days(st.ctx, desk)
	if err != nil || len(days) != 9 || days[0].Date.Format("2006-01-02") != "2026-11-24" || days[0].Free != 0 || !days[0].Over || days[1].Free != 4 || days[1].Over {
		t.Fatalf("%+v, %v", days, err)
	}
	_, slots, err := st.Slots(st.ctx, desk, "2026-12-01")
	if err != nil || cmp.Diff([]string{"1 09:00 2/2", "1 09:30 2/2"}, names(slots)) != "" {
		t.Fatalf("%v, %v", names(slots), err)
	}
	b := st.booked(t, siti, "2026-12-01 09:00")
	if !strings.HasPrefix(b.Code, "J-") || b.Day != "2026-12-01" || b.State != Booked || b.Queue != 0 {
		t.Errorf("%+v", b)
	}
	if _, slots, _ = st.Slots(st.ctx, desk, "2026-12-01"); names(slots)[0] != "1 09:00 1/2" {
		t.Errorf("%v", names(slots))
	}
	// One for each service at a time; another service is another matter.
	_, err = st.Book(st.ctx, siti, st.ask(desk, "2026-12-02 09:00", "second", t))
	var live *Live
	if !errors.As(err, &live) || live.ID != b.ID || !fault.Is(err, "booking.live") {
		t.Errorf("a second: %v", err)
	}
	// Moved to a day later and reminded the day before, once.
	if b, err = st.Reschedule(st.ctx, siti, b.ID, moment(t, "2026-12-02 09:30")); err != nil || b.Day != "2026-12-02" || b.Moves != 1 {
		t.Fatalf("%+v, %v", b, err)
	}
	if counted, live := st.places(t, "2026-12-01 09:00"); counted != 0 || live != 0 {
		t.Errorf("the old place: %d, %d", counted, live)
	}
	st.on(t, "2026-12-01 07:00")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.remind(ctx, tx, st.clock()) })
	st.on(t, "2026-12-01 08:30")
	for range 2 {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.remind(ctx, tx, st.clock()) })
	}
	if got := st.mails(t); !slices.Equal(got, []string{"appointment_booked", "appointment_moved", "appointment_reminder"}) {
		t.Errorf("mails %v", got)
	}

	// The officer sees who comes, calls them by a number, and is done.
	_, err = st.Mark(st.ctx, budi, b.ID, Arrived)
	wants(t, err, "booking.not_now") // not today
	st.on(t, "2026-12-02 09:20")
	r, err := st.Roster(st.ctx, budi, desk, "")
	if err != nil || len(r.Bookings) != 1 || r.Bookings[0].Name != "Siti Rahma" || len(r.Slots) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	if b, err = st.Mark(st.ctx, budi, b.ID, Arrived); err != nil || b.Queue != 1 {
		t.Fatalf("%+v, %v", b, err)
	}
	if again, err := st.Mark(st.ctx, budi, b.ID, Arrived); err != nil || again.Queue != 1 {
		t.Errorf("pressed twice: %+v, %v", again, err)
	}
	// A person without an appointment gets the next number, from what is left of the slot at hand or the next.
	walk, err := st.WalkIn(st.ctx, budi, desk, service, "w1")
	if err != nil || walk.Queue != 2 || walk.AccountID.Valid || walk.State != Arrived {
		t.Fatalf("%+v, %v", walk, err)
	}
	if again, err := st.WalkIn(st.ctx, budi, desk, service, "w1"); err != nil || again.ID != walk.ID {
		t.Errorf("pressed twice: %+v, %v", again, err)
	}
	for _, key := range []string{"w2", "w3"} {
		if _, err := st.WalkIn(st.ctx, budi, desk, service, key); err != nil {
			t.Fatal(err)
		}
	}
	_, err = st.WalkIn(st.ctx, budi, desk, service, "w4")
	wants(t, err, "booking.full_today")
	if b, err = st.Mark(st.ctx, budi, b.ID, Done); err != nil || b.State != Done {
		t.Fatalf("%+v, %v", b, err)
	}
	_, err = st.Cancel(st.ctx, siti, b.ID)
	wants(t, err, "booking.over")
	trail, err := audit.List(st.ctx, st.w.DB.App, audit.Filter{Object: "booking"})
	if err != nil || len(trail.Entries) != 7 {
		t.Errorf("%d entries in the record, %v", len(trail.Entries), err)
	}
	if ended, ok := st.facts[len(st.facts)-1].(event.AppointmentEnded); !ok || ended.Outcome != "done" {
		t.Errorf("facts %+v", st.facts)
	}
}

func TestWhoStaysAwayTooOftenWaits(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	andi, budi := st.resident(t, "Andi"), st.staff("Budi", "disdukcapil", "officer")
	first := st.booked(t, andi, "2026-11-25 09:00")
	_, err := st.Mark(st.ctx, budi, first.ID, NoShow)
	wants(t, err, "booking.not_now") // it has not begun
	st.on(t, "2026-11-25 10:00")
	if _, err := st.Mark(st.ctx, budi, first.ID, NoShow); err != nil {
		t.Fatal(err)
	}
	second := st.booked(t, andi, "2026-11-26 09:00")
	_, err = st.Mark(st.ctx, budi, first.ID, Booked)
	wants(t, err, "booking.not_now") // a slip, but Andi has another time now
	st.on(t, "2026-11-27 08:00")     // nobody marked it: the end of the day does
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.miss(ctx, tx, st.clock()) })
	if b, _, err := st.Get(st.ctx, andi, second.ID); err != nil || b.State != NoShow {
		t.Errorf("%+v, %v", b, err)
	}
	_, err = st.Book(st.ctx, andi, st.ask(desk, "2026-12-01 09:00", "third", t))
	wants(t, err, "booking.cooldown")
	st.on(t, "2026-12-25 09:01") // thirty days after the first
	if _, err := st.Book(st.ctx, andi, st.ask(desk, "2026-12-29 09:00", "third", t)); err != nil {
		t.Error(err)
	}
}

func TestAFullDayAndAClosedOne(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	r := rule()
	r.DayQuota = 3
	st.counter(t, Counter{Code: desk, Services: []string{service}}, r)
	people := []identity.Actor{st.resident(t, "A"), st.resident(t, "B"), st.resident(t, "C"), st.resident(t, "D")}
	for i, at := range []string{"2026-12-01 09:00", "2026-12-01 09:00", "2026-12-01 09:30"} {
		st.booked(t, people[i], at)
	}
	_, err := st.Book(st.ctx, people[3], st.ask(desk, "2026-12-01 09:30", "k", t))
	var full *Full
	if !errors.As(err, &full) || !slices.Equal(names(full.Next), []string{"2 09:00 2/2", "2 09:30 2/2", "3 09:00 2/2"}) {
		t.Fatalf("over the quota of the day: %v", err)
	}
	if got := fault.From(err).Args[1]; !strings.Contains(got.(string), "2 Desember 2026 pukul 09.00 WIB") {
		t.Errorf("the refusal says %q", got)
	}

	// The head closes the day: three people are told and choose another time under the code that they have.
	head := st.staff("Kepala", "disdukcapil", "agency_head")
	n, err := st.CloseDay(st.ctx, head, desk, "2026-12-01", "Pemeliharaan jaringan")
	if err != nil || n != 3 {
		t.Fatalf("%d displaced, %v", n, err)
	}
	_, err = st.Book(st.ctx, people[3], st.ask(desk, "2026-12-01 09:00", "k2", t))
	wants(t, err, "booking.closed")
	mine, err := st.Mine(st.ctx, people[0])
	if err != nil || mine[0].State != Displaced || mine[0].Reason != "Pemeliharaan jaringan" {
		t.Fatalf("%+v, %v", mine, err)
	}
	moved, err := st.Reschedule(st.ctx, people[0], mine[0].ID, moment(t, "2026-12-02 09:00"))
	if err != nil || moved.State != Booked || moved.Code != mine[0].Code || moved.Reason != "" {
		t.Errorf("%+v, %v", moved, err)
	}
	if counted, _ := st.places(t, "2026-12-01 09:00"); counted != 0 {
		t.Errorf("%d places of the closed day are taken", counted)
	}
	if _, days, err := st.Days(st.ctx, desk); err != nil || days[4].Free != 0 || days[4].Closed != "Pemeliharaan jaringan" {
		t.Errorf("%+v, %v", days[4], err)
	}
	if err := st.OpenDay(st.ctx, head, desk, "2026-12-01"); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Book(st.ctx, people[3], st.ask(desk, "2026-12-01 09:00", "k3", t)); err != nil {
		t.Error(err)
	}
	got := st.mails(t)
	if told := len(got) - len(slices.DeleteFunc(slices.Clone(got), func(s string) bool { return s == "appointment_displaced" })); told != 3 {
		t.Errorf("%d told: %v", told, got)
	}
}

func TestADayOffDecreedLateDisplacesItsHolders(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, "Siti")
	b := st.booked(t, siti, "2026-12-02 09:00")
	admin := st.staff("Admin", "", "city_admin")
	guard := st.d.Guard
	days := calendar.New(st.w.DB.App, guard, st.clock)
	if _, err := days.AddDay(st.ctx, admin, calendar.DayInput{Day: "2026-12-02", Kind: calendar.NationalDay, Name: i18n.Text{"id": "Pilkada ulang"}, Source: "Keppres"}); err != nil {
		t.Fatal(err)
	}
	_, err := st.Book(st.ctx, st.resident(t, "Lain"), st.ask(desk, "2026-12-02 09:00", "k", t))
	wants(t, err, "booking.no_slot")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.followCalendar(ctx, tx, st.clock()) })
	var jobs int
	if err := st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = 'booking.close.v1'").Scan(t.Context(), &jobs); err != nil || jobs != 1 {
		t.Fatalf("%d jobs, %v", jobs, err)
	}
	// Where it is taken back before the job comes, nobody loses a place.
	job := closeArgs{Counter: desk, Day: "2026-12-02"}
	if _, err := days.RemoveDay(st.ctx, admin, "", "2026-12-02", "Keppres"); err != nil {
		t.Fatal(err)
	}
	if err := st.closeByCalendar(st.ctx, uuid.Nil, job); err != nil {
		t.Fatal(err)
	}
	if b, _, err = st.Get(st.ctx, siti, b.ID); err != nil || b.State != Booked {
		t.Errorf("%+v, %v", b, err)
	}
	if _, err := days.AddDay(st.ctx, admin, calendar.DayInput{Day: "2026-12-02", Kind: calendar.NationalDay, Name: i18n.Text{"id": "Pilkada ulang"}, Source: "Keppres"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a job may be delivered again
		if err := st.closeByCalendar(st.ctx, uuid.Nil, job); err != nil {
			t.Fatal(err)
		}
	}
	if b, _, err = st.Get(st.ctx, siti, b.ID); err != nil || b.State != Displaced || b.Reason != "Pilkada ulang" {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestNobodyStaysAwayFromAClosedCounter: a day off that is decreed on the day itself, or a day that was closed by somebody who
// was stopped in the middle, makes no no-show of who has a place.
func TestNobodyStaysAwayFromAClosedCounter(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, "Siti")
	b := st.booked(t, siti, "2026-12-02 09:00")
	st.on(t, "2026-12-02 07:00")
	days := calendar.New(st.w.DB.App, st.d.Guard, st.clock)
	_, err := days.AddDay(st.ctx, st.staff("Admin", "", "city_admin"), calendar.DayInput{Day: "2026-12-02", Kind: calendar.NationalDay, Name: i18n.Text{"id": "Berkabung nasional"}, Source: "Keppres"})
	if err != nil {
		t.Fatal(err)
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.followCalendar(ctx, tx, st.clock()) })
	var jobs []closeArgs
	var raw []json.RawMessage
	if err := st.w.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = ?", closeKind.Name).Scan(t.Context(), &raw); err != nil {
		t.Fatal(err)
	}
	for _, one := range raw {
		var args closeArgs
		if err := json.Unmarshal(one, &args); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, args)
		if err := st.closeByCalendar(st.ctx, uuid.Nil, args); err != nil {
			t.Fatal(err)
		}
	}
	st.on(t, "2026-12-03 01:00")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.miss(ctx, tx, st.clock()) })
	if b, _, err = st.Get(st.ctx, siti, b.ID); err != nil || b.State != Displaced || b.Reason != "Berkabung nasional" {
		t.Errorf("after %+v: %+v, %v", jobs, b, err)
	}
}

func TestACounterForCollectingNeedsWhatIsToBeCollected(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, app := st.resident(t, "Siti"), uuid.New()
	in := BookInput{Counter: pickup, Service: "ktp-el-hilang", StartsAt: moment(t, "2026-12-01 09:00"), Key: "k", Channel: event.ChannelWeb}
	_, err := st.Book(st.ctx, siti, in)
	wants(t, err, "booking.application")
	in.Application = app
	_, err = st.Book(st.ctx, siti, in)
	wants(t, err, "application.not_found")
	st.apps[app] = service
	_, err = st.Book(st.ctx, siti, in)
	wants(t, err, "booking.application") // of another service
	st.apps[app] = "ktp-el-hilang"
	if b, err := st.Book(st.ctx, siti, in); err != nil || b.ApplicationID.UUID != app {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestWhoMayReachAnAppointment(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, "Siti")
	b := st.booked(t, siti, "2026-12-01 09:00")
	other := st.resident(t, "Lain")
	_, _, err := st.Get(st.ctx, other, b.ID)
	wants(t, err, "booking.not_found")
	_, err = st.Cancel(st.ctx, other, b.ID)
	wants(t, err, "booking.not_found")
	_, err = st.Reschedule(st.ctx, other, b.ID, moment(t, "2026-12-02 09:00"))
	wants(t, err, "booking.not_found")
	stranger := st.staff("Petugas lain", "dinkes", "officer")
	_, err = st.Roster(st.ctx, stranger, desk, "2026-12-01")
	wants(t, err, "booking.no_counter")
	_, err = st.Mark(st.ctx, stranger, b.ID, Arrived)
	wants(t, err, "booking.not_found")
	_, err = st.WalkIn(st.ctx, stranger, desk, service, "k")
	wants(t, err, "booking.no_counter")
	officer := st.staff("Budi", "disdukcapil", "officer")
	_, err = st.CloseDay(st.ctx, officer, desk, "2026-12-01", "Saya mau")
	wants(t, err, "access.denied")

	// Another city has neither the counter nor the appointment.
	there := st.w.Ctx(st.w.Other)
	rudi := st.account(t, there, identity.Actor{Kind: identity.Resident, Name: "Rudi"})
	_, err = st.Book(there, rudi, st.ask(desk, "2026-12-01 09:00", "k", t))
	wants(t, err, "booking.no_counter")
	_, _, err = st.Get(there, rudi, b.ID)
	wants(t, err, "booking.not_found")
	if all, err := st.Counters(there, Filter{}); err != nil || len(all) != 0 {
		t.Errorf("another city sees %v, %v", all, err)
	}
	if _, err := st.Mine(there, siti); fault.From(err).Kind != fault.Unauthenticated {
		t.Errorf("a session of another city: %v", err)
	}
}

func TestWhatCannotBeBooked(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, "Siti")
	for _, tt := range []struct{ name, at, code string }{
		{"not on the half hour", "2026-12-01 09:10", "booking.no_slot"},
		{"outside the counter's hours", "2026-12-01 11:00", "booking.no_slot"},
		{"a Friday, when the counter gives out nothing", "2026-11-27 09:00", "booking.no_slot"},
		{"a Sunday", "2026-11-29 09:00", "booking.no_slot"},
		{"past", "2026-11-24 09:00", "booking.no_slot"},
		{"too far", "2026-12-09 09:00", "booking.no_slot"},
	} {
		_, err := st.Book(st.ctx, siti, st.ask(desk, tt.at, tt.name, t))
		if !fault.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	st.on(t, "2026-11-25 08:10") // an hour before is too late for 09:00 and not for 09:30
	_, err := st.Book(st.ctx, siti, st.ask(desk, "2026-11-25 09:00", "soon", t))
	wants(t, err, "booking.no_slot")
	if _, err := st.Book(st.ctx, siti, st.ask(desk, "2026-11-25 09:30", "soon", t)); err != nil {
		t.Error(err)
	}
	in := st.ask(desk, "2026-12-01 09:00", "x", t)
	in.Service = "sulap"
	_, err = st.Book(st.ctx, siti, in)
	wants(t, err, "catalog.unknown_service")
	in.Service = "lama"
	_, err = st.Book(st.ctx, siti, in)
	wants(t, err, "catalog.retired_service")
	if _, err := st.Book(st.ctx, siti, BookInput{}); len(fault.From(err).Fields) != 3 {
		t.Errorf("nothing: %v", err)
	}
}

func TestARuleChangesFromItsDayOn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, andi := st.resident(t, "Siti"), st.resident(t, "Andi")
	st.booked(t, siti, "2026-12-01 09:00")
	st.booked(t, andi, "2026-12-01 09:00")
	head := st.staff("Kepala", "disdukcapil", "agency_head")
	c, err := st.Counter(st.ctx, desk)
	if err != nil {
		t.Fatal(err)
	}
	r := rule()
	r.EffectiveFrom, r.Capacity, r.SlotMinutes = "2026-12-01", 1, 60
	if err := st.SaveCounter(st.ctx, head, c, r); err != nil {
		t.Fatal(err)
	}
	_, before, err := st.Slots(st.ctx, desk, "2026-11-30")
	_, after, err2 := st.Slots(st.ctx, desk, "2026-12-02")
	_, held, err3 := st.Slots(st.ctx, desk, "2026-12-01")
	if err := errors.Join(err, err2, err3); err != nil || !slices.Equal(names(before), []string{"30 09:00 2/2", "30 09:30 2/2"}) ||
		!slices.Equal(names(after), []string{"2 09:00 1/1"}) || !slices.Equal(names(held), []string{"1 09:00 0/2"}) {
		t.Errorf("before %v, after %v, held %v, %v", names(before), names(after), names(held), err)
	}
	// What somebody else is just writing is waited for and kept.
	r.EffectiveFrom = "2026-12-20"
	saved := make(chan error, 1)
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT FROM counter WHERE code = ? FOR UPDATE", desk); err != nil {
			return err
		}
		go func() { saved <- st.SaveCounter(st.ctx, head, c, r) }()
		limit := time.Now().Add(90 * time.Second)
		for waiting := 0; waiting == 0; {
			err := st.w.DB.Pool.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
			if err != nil || time.Now().After(limit) {
				t.Fatalf("nobody waits: %v", err)
			}
		}
		other := r
		other.TenantID, other.Counter, other.EffectiveFrom = st.w.Batam.ID, desk, "2026-12-15"
		_, err := tx.NewInsert().Model(&other).Exec(ctx)
		return err
	})
	if err := <-saved; err != nil {
		t.Fatal(err)
	}
	if now, err := st.Counter(st.ctx, desk); err != nil || len(now.Rules) != 4 || now.Rules[2].EffectiveFrom != "2026-12-15" {
		t.Errorf("rules %+v, %v", now.Rules, err)
	}
	stranger := st.staff("Kepala lain", "dinkes", "agency_head")
	wants(t, st.SaveCounter(st.ctx, stranger, c, r), "booking.no_counter")
	c.Agency = "dinkes" // nor may they take it over
	wants(t, st.SaveCounter(st.ctx, stranger, c, r), "booking.no_counter")
	bad := r
	bad.Capacity, bad.Hours, bad.EffectiveFrom = 0, Hours{"mon": "09:00-08:00"}, "2026-11-01"
	if f := fault.From(st.SaveCounter(st.ctx, st.staff("A", "", "city_admin"), Counter{}, bad)).Fields; len(f) != 8 {
		t.Errorf("%+v", f)
	}
}
