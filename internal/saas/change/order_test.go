package change_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
)

// unused is a month in which nothing was used.
type unused struct{}

func (unused) Quantities(context.Context, tenancy.City, time.Time, time.Time) (map[string]int64, error) {
	return map[string]int64{}, nil
}

func (unused) Close(context.Context, tenancy.City, time.Time) error { return nil }

func (unused) QuantitiesAsOf(context.Context, tenancy.City, time.Time, time.Time, time.Time) (map[string]int64, error) {
	return map[string]int64{}, nil
}

// town is Batam on the plan "kecil" since January, at noon of 16 June 2026.
type town struct {
	*change.Service
	t     *testing.T
	w     *pgtest.World
	ctx   context.Context
	bills *billing.Service
	admin identity.Actor
	d     change.Deps
	now   time.Time
}

func day(month time.Month, n int) time.Time { return time.Date(2026, month, n, 0, 0, 0, 0, time.UTC) }

func open(t *testing.T) *town {
	t.Helper()
	x := &town{t: t, w: pgtest.Open(t)}
	x.ctx = x.w.Ctx(x.w.Batam)
	x.at(day(6, 16))
	clock := func() time.Time { return x.now }
	guard, err := access.New(x.w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	x.bills = billing.New(x.w.DB, unused{}, clock)
	x.d = change.Deps{DB: x.w.DB, Guard: guard, Billing: x.bills, Now: clock}
	x.Service = change.New(x.d)
	x.admin = identity.Actor{ID: uuid.New(), TenantID: x.w.Batam.ID, Kind: identity.Staff, Name: "Nurul Admin", Roles: []string{"city_admin"}, TOTP: true}
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary, offered) VALUES ('kecil', '{"id": "Kecil"}', '{"id": "."}', true), ('besar', '{"id": "Besar"}', '{"id": "."}', true), ('hemat', '{"id": "Hemat"}', '{"id": "."}', true)`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('kecil', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3000000, "name": {"id": "Langganan"}},
				{"code": "ducting", "kind": "flat", "optional": true, "price": 600000, "name": {"id": "Ducting"}}]'),
			('besar', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9000000, "name": {"id": "Langganan"}}]'),
			('hemat', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 1000000, "name": {"id": "Langganan"}}]')`,
	} {
		if _, err := x.w.DB.Platform.NewRaw(statement).Exec(x.w.Ctx(x.w.Platform)); err != nil {
			t.Fatal(err)
		}
	}
	x.subscribe("kecil", day(1, 1))
	return x
}

// at makes it noon of a day.
func (x *town) at(day time.Time) { x.now = day.Add(5 * time.Hour) }

// subscribe is the BUMD's decision.
func (x *town) subscribe(plan string, on time.Time) {
	x.t.Helper()
	if _, err := x.bills.Subscribe(x.w.Ctx(x.w.Platform), billing.SubscribeInput{City: x.w.Batam, Plan: plan, StartsOn: on, ActorKind: audit.System}); err != nil {
		x.t.Fatal(err)
	}
}

// seen is in as it is shown.
func (x *town) seen(in change.Input) change.Input {
	x.t.Helper()
	q, err := x.Quote(x.ctx, x.admin, in)
	if err != nil {
		x.t.Fatal(err)
	}
	in.Seen = q.Mark()
	return in
}

func (x *town) ask(in change.Input) change.Order {
	x.t.Helper()
	o, err := x.Ask(x.ctx, x.admin, x.seen(in))
	if err != nil {
		x.t.Fatal(err)
	}
	return o
}

// counted is how many rows of the city a query finds.
func (x *town) counted(query string, args ...any) (n int) {
	x.t.Helper()
	err := tenancy.InTx(x.ctx, x.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw("SELECT count(*) FROM "+query, args...).Scan(ctx, &n)
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return n
}

// TestADoubleClickOrdersOnce: both requests have looked at the change before the first of them makes it.
func TestADoubleClickOrdersOnce(t *testing.T) {
	t.Parallel()
	x := open(t)
	in := x.seen(change.Input{Plan: "besar", Version: 1})

	// The other click is carried out once this one has its quote, for which the clock is read twice.
	d, read := x.d, 0
	d.Now = func() time.Time {
		if read++; read == 3 {
			if _, err := x.Ask(x.ctx, x.admin, in); err != nil {
				t.Errorf("the first click: %v", err)
			}
		}
		return x.d.Now()
	}
	if _, err := change.New(d).Ask(x.ctx, x.admin, in); !fault.Is(err, "subchange.changed") {
		t.Errorf("the second click: %v", err)
	}
	if n := x.counted("subscription_order"); n != 1 {
		t.Errorf("%d orders", n)
	}
	if n := x.counted("subscription WHERE plan = 'besar' AND withdrawn_at IS NULL"); n != 1 {
		t.Errorf("%d subscriptions", n)
	}

	// And at the same moment.
	x = open(t)
	in = x.seen(change.Input{Plan: "besar", Version: 1})
	var errs [2]error
	done := make(chan struct{})
	for i := range errs {
		go func() {
			_, errs[i] = x.Ask(x.ctx, x.admin, in)
			done <- struct{}{}
		}()
	}
	<-done
	<-done
	failed := errors.Join(errs[:]...)
	if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(failed, "subchange.changed") && !fault.Is(failed, "subchange.same") { // looked at before the other was made, or after
		t.Errorf("at once: %v, %v", errs[0], errs[1])
	}
	if n := x.counted("subscription_order"); n != 1 {
		t.Errorf("%d orders at once", n)
	}
}

// TestWhatIsPlannedIsNotOrderedAgain: it would be on record, and told to the BUMD, twice. Taken back it can be ordered again.
func TestWhatIsPlannedIsNotOrderedAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   change.Input
		want string
	}{
		{"less", change.Input{Plan: "hemat", Version: 1}, "subchange.same"},
		{"a pause", change.Input{Kind: change.Pause, Reason: "Anggaran"}, "billing.not_subscribed"},
		{"an end", change.Input{Kind: change.Cancel, Reason: "Pindah"}, "billing.not_subscribed"},
		{"more from tomorrow", change.Input{Plan: "besar", Version: 1}, "subchange.same"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := open(t)
			if tt.in.Plan == "besar" { // what began today is followed tomorrow at the earliest
				x.ask(change.Input{Plan: "kecil", Version: 1, Addons: map[string]int64{"ducting": 1}})
			}
			before := x.counted("subscription_order")
			o := x.ask(tt.in)
			if _, err := x.Ask(x.ctx, x.admin, x.seen(tt.in)); !fault.Is(err, tt.want) {
				t.Errorf("again: %v; want %s", err, tt.want)
			}
			if n := x.counted("subscription_order"); n != before+1 {
				t.Errorf("%d orders; want %d", n, before+1)
			}
			if err := x.Withdraw(x.ctx, x.admin, o.ID); err != nil {
				t.Fatal(err)
			}
			x.ask(tt.in)
		})
	}
}

// TestWhatTheBUMDPlannedIsTheBUMDsToUndo: a city's order that takes back an end or a move that the BUMD decided waits for the BUMD; what
// the city planned itself it replaces itself.
func TestWhatTheBUMDPlannedIsTheBUMDsToUndo(t *testing.T) {
	t.Parallel()
	addon := change.Input{Plan: "kecil", Version: 1, Addons: map[string]int64{"ducting": 1}}
	end := func(as billing.Ending, on time.Time) func(x *town) {
		return func(x *town) {
			if _, err := x.bills.End(x.w.Ctx(x.w.Platform), billing.EndInput{City: x.w.Batam, On: on, As: as, Reason: "Kontrak berakhir", ActorKind: audit.System}); err != nil {
				x.t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		planned func(x *town)
		waits   bool
	}{
		{"nothing", func(*town) {}, false},
		{"an end by the BUMD", end(billing.Cancelled, day(9, 1)), true},
		{"a pause by the BUMD", end(billing.Paused, day(7, 1)), true},
		{"a move by the BUMD", func(x *town) { x.subscribe("besar", day(7, 1)) }, true},
		{"a move by the city", func(x *town) { x.ask(change.Input{Plan: "hemat", Version: 1}) }, false},
		{"an end by the city", func(x *town) { x.ask(change.Input{Kind: change.Cancel, Reason: "Pindah"}) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := open(t)
			before := x.seen(addon)
			tt.planned(x)
			if tt.waits {
				if _, err := x.Ask(x.ctx, x.admin, before); !fault.Is(err, "subchange.changed") {
					t.Errorf("as it was shown before: %v", err)
				}
			}
			planned := x.counted("subscription WHERE withdrawn_at IS NULL AND (ends_on > '2026-06-16' OR starts_on > '2026-06-16')")
			o := x.ask(addon)
			if got := o.State() == change.Waiting; got != tt.waits {
				t.Errorf("waits: %t", got)
			}
			if !tt.waits {
				planned = 0
			}
			if n := x.counted("subscription WHERE withdrawn_at IS NULL AND (ends_on > '2026-06-16' OR starts_on > '2026-06-16')"); n != planned {
				t.Errorf("%d rows are still planned; want %d", n, planned)
			}
		})
	}
}

// TestWhatCannotBeReadIsNotCalledBegun: a city is not told that its planned change holds already because the database does not answer.
func TestWhatCannotBeReadIsNotCalledBegun(t *testing.T) {
	t.Parallel()
	x := open(t)
	o := x.ask(change.Input{Plan: "hemat", Version: 1})
	if ok, err := x.Planned(x.ctx, x.w.Batam, o); !ok || err != nil {
		t.Errorf("planned: %t, %v", ok, err)
	}
	ctx, cancel := context.WithCancel(x.ctx)
	cancel()
	if _, err := x.Planned(ctx, x.w.Batam, o); !errors.Is(err, context.Canceled) {
		t.Errorf("unread: %v", err)
	}
}

// failing is usage that cannot be read any more once a number of readings were made.
type failing struct {
	unused
	left *int
}

func (f failing) Quantities(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
	if *f.left--; *f.left < 0 {
		return nil, errors.New("no usage today")
	}
	return f.unused.Quantities(ctx, city, from, to)
}

// TestWhatIsOrderedIsOrdered: that the city's record cannot be written right away is no failure of the order, and a job writes it.
func TestWhatIsOrderedIsOrdered(t *testing.T) {
	t.Parallel()
	x := open(t)
	left := 1000
	x.d.Billing = billing.New(x.w.DB, failing{left: &left}, x.d.Now)
	x.Service = change.New(x.d)
	in := x.seen(change.Input{Plan: "besar", Version: 1})
	left = 1000 - left // as many as a quote needs
	o, err := x.Ask(x.ctx, x.admin, in)
	if err != nil || o.State() != change.Done || left != -1 {
		t.Errorf("ordered: %s, %v; %d readings left", o.State(), err, left)
	}
	if n := x.counted("outbox WHERE kind = 'billing.allow.v1' AND state = 'waiting'"); n != 2 { // of the BUMD's subscription, and of this one
		t.Errorf("%d jobs write what it allows", n)
	}
}

// TestAnOrderNeedsOneConnection: where all others are taken, an order, its approval and its withdrawal wait for nobody but themselves.
func TestAnOrderNeedsOneConnection(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.w.DB.App.SetMaxOpenConns(1)
	var stop context.CancelFunc
	x.ctx, stop = context.WithTimeout(x.ctx, time.Minute)
	defer stop()
	o := x.ask(change.Input{Plan: "hemat", Version: 1})
	if ok, err := x.Planned(x.ctx, x.w.Batam, o); !ok || err != nil {
		t.Errorf("planned: %t, %v", ok, err)
	}
	if err := x.Withdraw(x.ctx, x.admin, o.ID); err != nil {
		t.Fatal(err)
	}
	x.ask(change.Input{Plan: "besar", Version: 1})
	x.ask(change.Input{Kind: change.Pause, Reason: "Anggaran"})
}

// TestAPauseHidesNothingFromTheContract: what is less than the plan that is paused is an order for less, which waits where the contract
// says so; and in a year that was paid in advance it can be taken back until that year is over.
func TestAPauseHidesNothingFromTheContract(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		approves []string
		plan     string
		kind     change.Kind
		waits    bool
	}{
		{"less", []string{"lower"}, "hemat", change.Lower, true},
		{"less, where more waits", []string{"raise"}, "hemat", change.Lower, false},
		{"more", []string{"lower"}, "besar", change.Raise, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := open(t)
			bumd := identity.Actor{ID: uuid.New(), TenantID: x.w.Platform.ID, Kind: identity.Staff, Name: "Rina Keuangan", Roles: []string{"bumd_finance"}, TOTP: true}
			if err := x.Agree(x.w.Ctx(x.w.Platform), bumd, x.w.Batam, tt.approves, "Kontrak"); err != nil {
				t.Fatal(err)
			}
			x.ask(change.Input{Kind: change.Pause, Reason: "Anggaran"})
			x.at(day(7, 5))
			o := x.ask(change.Input{Plan: tt.plan, Version: 1})
			if got := o.State() == change.Waiting; got != tt.waits || o.Kind != tt.kind || !o.TakesOn.Equal(day(7, 5)) {
				t.Errorf("%s from %s, waits: %t", o.Kind, o.TakesOn.Format(time.DateOnly), got)
			}
		})
	}
}

// TestLessInAPaidYearReplacesWhatIsPlanned: the city's own pause goes without a word, an end by the BUMD waits for the BUMD; and once the
// pause has begun, what is planned for the end of the year is neither ordered twice nor kept against the city's will.
func TestLessInAPaidYearReplacesWhatIsPlanned(t *testing.T) {
	t.Parallel()
	yearly := func(x *town) {
		for _, statement := range []string{
			`INSERT INTO plan (code, name, summary, offered) VALUES ('tahunan', '{"id": "Tahunan"}', '{"id": "."}', true)`,
			`INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('tahunan', 1, '2026-01-01', '[{"code": "setahun", "kind": "flat", "every": "year", "price": 36500000, "name": {"id": "Setahun"}}]')`,
		} {
			if _, err := x.w.DB.Platform.NewRaw(statement).Exec(x.w.Ctx(x.w.Platform)); err != nil {
				x.t.Fatal(err)
			}
		}
		x.subscribe("tahunan", day(6, 16))
	}
	less := change.Input{Plan: "hemat", Version: 1}
	ends := day(6, 16).AddDate(1, 0, 0)

	x := open(t)
	yearly(x)
	x.at(day(6, 17))
	x.ask(change.Input{Kind: change.Pause, Reason: "Anggaran"})
	if o := x.ask(less); o.State() != change.Done || !o.TakesOn.Equal(ends) || x.counted("subscription WHERE withdrawn_at IS NULL AND ended_as = 'paused'") != 0 {
		t.Errorf("in place of its own pause: %s from %s", o.State(), o.TakesOn.Format(time.DateOnly))
	}

	x = open(t)
	yearly(x)
	x.at(day(6, 17))
	if _, err := x.bills.End(x.w.Ctx(x.w.Platform), billing.EndInput{City: x.w.Batam, On: day(9, 1), As: billing.Cancelled, Reason: "Kontrak berakhir", ActorKind: audit.System}); err != nil {
		t.Fatal(err)
	}
	if o := x.ask(less); o.State() != change.Waiting || !o.Overrules || !o.TakesOn.Equal(ends) || x.counted("subscription WHERE withdrawn_at IS NULL AND ended_as = 'cancelled'") != 1 {
		t.Errorf("in place of an end by the BUMD: %s from %s", o.State(), o.TakesOn.Format(time.DateOnly))
	}

	x = open(t)
	yearly(x)
	x.at(day(6, 17))
	x.ask(change.Input{Kind: change.Pause, Reason: "Anggaran"})
	x.at(day(7, 5))
	o := x.ask(less)
	if _, err := x.Ask(x.ctx, x.admin, x.seen(less)); !fault.Is(err, "subchange.same") {
		t.Errorf("again: %v", err)
	}
	if ok, err := x.Planned(x.ctx, x.w.Batam, o); !ok || err != nil || !o.TakesOn.Equal(ends) {
		t.Errorf("planned for %s: %t, %v", o.TakesOn.Format(time.DateOnly), ok, err)
	}
	if err := x.Withdraw(x.ctx, x.admin, o.ID); err != nil {
		t.Errorf("taken back: %v", err)
	}
	if x.counted("subscription WHERE withdrawn_at IS NULL") != 2 || x.counted("subscription WHERE withdrawn_at IS NULL AND ended_as = 'paused' AND ends_on = '2026-07-01'") != 1 {
		t.Error("the pause did not stay")
	}
}
