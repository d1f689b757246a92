package ductorder

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestTheLastSubductHasOneOrder: of two hundred quotes for it that are accepted at the same time one keeps it. The others are told
// which segment is full, and stay as they were.
func TestTheLastSubductHasOneOrder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first := st.quoted(st.other) // one of two
	_, err := st.AcceptQuote(st.ctx, st.other, first.ID, 0)
	st.must(err)
	model := st.quoted(st.mine)
	st.must(copies(st, model, 199))
	var all []Order
	st.must(st.w.DB.App.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.state = 'quoted'", st.w.Batam.ID).Scan(st.ctx))
	if len(all) != 200 {
		t.Fatalf("%d orders are quoted", len(all))
	}
	var won, full atomic.Int32
	var together sync.WaitGroup
	for _, o := range all {
		together.Go(func() {
			switch _, err := st.AcceptQuote(st.ctx, st.mine, o.ID, 0); {
			case err == nil:
				won.Add(1)
			case fault.Is(err, "lease.full"):
				full.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	together.Wait()
	if won.Load() != 1 || full.Load() != 199 {
		t.Errorf("%d won, %d were told that it is full", won.Load(), full.Load())
	}
	var held, leases, quoted int
	st.must(st.w.DB.App.NewRaw(`SELECT (SELECT count(*) FROM duct_hold WHERE tenant_id = ?0 AND own AND released_at IS NULL), (SELECT count(*) FROM duct_lease WHERE tenant_id = ?0),
		(SELECT count(*) FROM duct_order WHERE tenant_id = ?0 AND state = 'quoted')`, st.w.Batam.ID).Scan(st.ctx, &held, &leases, &quoted))
	if held != 4 || leases != 2 || quoted != 199 {
		t.Errorf("%d units are held by %d leases, %d orders are quoted; want 4, 2 and 199", held, leases, quoted)
	}
}

// copies makes n more orders that stand as one does, each with its own quote.
func copies(st *stage, o Order, n int) error {
	_, err := st.w.DB.App.NewRaw(`WITH made AS (INSERT INTO duct_order SELECT (r.a).* FROM (SELECT jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'number', 'PSN-X-' || i, 'key', 'x' || i)) AS a
			FROM duct_order r, generate_series(1, ?2) i WHERE r.tenant_id = ?0 AND r.id = ?1) r RETURNING id, number)
		INSERT INTO duct_order_paper SELECT (x.a).* FROM (SELECT jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'order_id', m.id, 'number', 'PNW' || m.number)) AS a
			FROM duct_order_paper p, made m WHERE p.tenant_id = ?0 AND p.order_id = ?1) x`, st.w.Batam.ID, o.ID, n).Exec(st.ctx)
	return err
}

// TestARepetitionIsOneOrder: also when it comes at the same time.
func TestARepetitionIsOneOrder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	in := st.asks()
	var together sync.WaitGroup
	var ids sync.Map
	for range 8 {
		together.Go(func() {
			o, err := st.Place(st.ctx, st.mine, in)
			if err != nil {
				t.Error(err)
			}
			ids.Store(o.ID, true)
		})
	}
	together.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d orders", n)
	}
}

// TestWhatCannotBePlaced names each fault.
func TestWhatCannotBePlaced(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	for name, tt := range map[string]struct {
		change func(*PlaceInput)
		field  string
	}{
		"no place":       {func(in *PlaceInput) { in.From = "" }, "from"},
		"one place":      {func(in *PlaceInput) { in.To = in.From }, "to"},
		"unknown place":  {func(in *PlaceInput) { in.To = "Z" }, "to"},
		"part of a code": {func(in *PlaceInput) { in.To = "c" }, "to"},
		"no such kind":   {func(in *PlaceInput) { in.Kind = "pipa" }, "kind"},
		"none":           {func(in *PlaceInput) { in.Quantity = 0 }, "quantity"},
		"past":           {func(in *PlaceInput) { in.Since = day("2026-11-26") }, "since"},
		"ends first":     {func(in *PlaceInput) { in.Until = in.Since }, "until"},
		"a lifetime":     {func(in *PlaceInput) { in.Until = day("2060-01-01") }, "until"},
		"long words":     {func(in *PlaceInput) { in.Note = strings.Repeat("x", 1001) }, "note"},
		"no key":         {func(in *PlaceInput) { in.Key = " " }, "key"},
	} {
		in := st.asks()
		tt.change(&in)
		_, err := st.Place(st.ctx, st.mine, in)
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != tt.field {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
	_, err := st.w.DB.App.NewRaw("UPDATE duct_operator SET state = 'suspended' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, st.company).Exec(st.ctx)
	st.must(err)
	if _, err := st.Place(st.ctx, st.mine, st.asks()); !fault.Is(err, "lease.not_approved") {
		t.Errorf("a suspended company: %v", err)
	}
	st.at = day("2031-01-02")
	in := st.asks()
	in.Company, in.Since, in.Until = st.rival, day("2031-02-01"), day("2032-02-01")
	if _, err := st.Place(st.ctx, st.manager, in); !fault.Is(err, "ductorder.no_agreement") {
		t.Errorf("after the agreement: %v", err)
	}
	reader := identity.Actor{ID: uuid.New(), TenantID: st.w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_finance"}, TOTP: true}
	if _, err := st.Place(st.ctx, reader, in); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("somebody who may only read: %v", err)
	}
}

// TestARefusalNamesAPublishedReason and gives back what was kept; no other does.
func TestARefusalNamesAPublishedReason(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.quoted(st.mine)
	_, err := st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	for _, code := range []string{"", "berkas", "tidak suka"} { // one is for operators, one nobody published
		_, err := st.try(st.manager, o.ID, "refuse", func(in *ActInput) { in.Refusal = code })
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != "refusal" {
			t.Errorf("refused for %q: %v", code, err)
		}
	}
	o = st.step(st.manager, o.ID, "refuse", func(in *ActInput) { in.Refusal = "izin_lahan" })
	d := st.find(o.ID)
	if o.Refusal != "izin_lahan" || d.Lease.State != lease.Refused || d.Lease.Refusal != "izin_lahan" || len(d.Offers) > 0 {
		t.Errorf("refused as %+v, %+v", o, d.Lease)
	}
	var letter string
	st.must(st.w.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ? ORDER BY id DESC LIMIT 1", st.w.Batam.ID).Scan(st.ctx, &letter))
	if !strings.Contains(letter, "Pemegang kewenangan lahan menolak izinnya") || !strings.Contains(letter, "Karena uji") {
		t.Errorf("the company is told %q", letter)
	}
	o = st.quoted(st.mine)
	_, err = st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	st.step(st.mine, o.ID, "withdraw")
	if d := st.find(o.ID); d.State != "withdrawn" || d.Lease.State != lease.Cancelled {
		t.Errorf("withdrawn as %s, %s", d.State, d.Lease.State)
	}
}

// TestWhatNobodyTakesUpLapses: a quote, and a reservation, each with what was kept.
func TestWhatNobodyTakesUpLapses(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	quoted, kept := st.quoted(st.mine), st.quoted(st.other)
	st.at = st.at.AddDate(0, 0, 20)
	_, err := st.AcceptQuote(st.ctx, st.other, kept.ID, 0)
	st.must(err)
	st.at = st.at.AddDate(0, 0, 4)
	st.sweeps()
	if d := st.find(quoted.ID); d.State != "quoted" || d.Events[len(d.Events)-1].Action != EventReminded {
		t.Errorf("a week before it lapses: %s, %s", d.State, d.Events[len(d.Events)-1].Action)
	}
	st.at = st.at.AddDate(0, 0, 8)
	if _, err := st.AcceptQuote(st.ctx, st.mine, quoted.ID, 0); !fault.Is(err, "ductorder.quote_over") {
		t.Errorf("accepted after its last day: %v", err)
	}
	st.sweeps()
	if d := st.find(quoted.ID); d.State != "lapsed" || d.Reason == "" || d.Events[len(d.Events)-1].ActorKind != "system" {
		t.Errorf("after its last day: %+v", d.Order)
	}
	if d := st.find(kept.ID); d.State != "reserved" {
		t.Errorf("a reservation that is not over: %s", d.State)
	}
	st.at = st.at.AddDate(0, 0, 30)
	st.sweeps()
	if d := st.find(kept.ID); d.State != "lapsed" || d.Lease.State == lease.Ordered {
		t.Errorf("after the reservation: %s, %s", d.State, d.Lease.State)
	}
}

// TestNoTwoCrewsInOneManhole at the same time, unless they may work beside each other; and not when both are decided at once.
func TestNoTwoCrewsInOneManhole(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ready := func(who identity.Actor) uuid.UUID {
		o := st.quoted(who)
		_, err := st.AcceptQuote(st.ctx, who, o.ID, 0)
		st.must(err)
		st.step(st.manager, o.ID, "order")
		st.permit(o.ID)
		st.step(st.manager, o.ID, "permitted")
		return o.ID
	}
	a, b := ready(st.mine), ready(st.other)
	if _, err := st.RequestWindow(st.ctx, st.mine, WindowInput{Order: a, Node: "Z", Since: day("2026-12-01"), Until: day("2027-12-01"), Crew: "x", Leader: "x", Phone: "abc", Safety: "x"}); len(fault.From(err).Fields) != 4 {
		t.Errorf("off the way, for a year, nobody: %v", fault.From(err).Fields)
	}
	if _, err := st.RequestWindow(st.ctx, st.other, WindowInput{Order: a}); !fault.Is(err, "ductorder.not_found") {
		t.Errorf("for another company's order: %v", err)
	}
	x, y := st.window(st.mine, a, "B", "2026-12-01", "2026-12-03"), st.window(st.other, b, "B", "2026-12-03", "2026-12-05")
	var won atomic.Int32
	var together sync.WaitGroup
	for _, d := range []WindowDecision{{Order: a, Window: x.ID, Grant: true}, {Order: b, Window: y.ID, Grant: true}} {
		together.Go(func() {
			if err := st.DecideWindow(st.ctx, st.manager, d); err == nil {
				won.Add(1)
			} else if !fault.Is(err, "ductorder.window_taken") {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d windows on one day were granted", won.Load())
	}
	loser, of := y, b
	for _, w := range st.find(b).Windows {
		if w.State == WindowGranted {
			loser, of = x, a
		}
	}
	for _, code := range []string{"", "penuh", "bukan-alasan"} { // none, one for orders alone, and one that nobody published
		err := st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: of, Window: loser.ID, Refusal: code, Reason: "Penuh"})
		if f := fault.From(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "refusal" {
			t.Errorf("refused for %q: %v", code, err)
		}
	}
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: of, Window: loser.ID, Grant: true, Beside: true}))
	if err := st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: of, Window: loser.ID, Grant: true}); !fault.Is(err, "ductorder.window_decided") {
		t.Errorf("decided twice: %v", err)
	}
}

// TestAWindowIsRefusedForAPublishedReason, which the company reads in its order, also once it is offered no more, and the history keeps.
func TestAWindowIsRefusedForAPublishedReason(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.permitted()
	w := st.window(st.mine, o.ID, "B", "2026-12-01", "2026-12-03")
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: o.ID, Window: w.ID, Refusal: "regu_lain", Reason: " Coba 4 Desember "}))
	st.inTx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE duct_refusal SET offered = false WHERE code = 'regu_lain'").Exec(ctx)
		return err
	})
	d, err := st.Find(st.ctx, st.mine, o.ID)
	st.must(err)
	if got := d.Windows[0]; got.State != WindowRefused || got.Refusal != "regu_lain" || got.Why(i18n.ID) != "Regu lain bekerja di manhole itu pada hari yang sama: Coba 4 Desember" || !strings.HasPrefix(got.Why(i18n.EN), "Another crew works") {
		t.Errorf("%+v says %q", got, got.Why(i18n.ID))
	}
	for _, e := range d.Events {
		if e.Action == EventWindow && e.Detail["state"] == WindowRefused && e.Detail["refusal"] == "regu_lain" && strings.HasPrefix(d.Said(i18n.EN, e), "Another crew works") {
			return
		}
	}
	t.Errorf("the history does not say why: %+v", d.Events)
}

// TestAnActOnWhatChangedIsRefused, and of many at the same time one is taken.
func TestAnActOnWhatChangedIsRefused(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.place(st.mine)
	var won atomic.Int32
	var together sync.WaitGroup
	for range 6 {
		together.Go(func() {
			_, err := st.Act(st.ctx, st.manager, ActInput{ID: o.ID, Action: "begin", Version: o.Version})
			switch {
			case err == nil:
				won.Add(1)
			case !fault.Is(err, "ductorder.changed"):
				t.Error(err)
			}
		})
	}
	together.Wait()
	if won.Load() != 1 || len(st.find(o.ID).Events) != 2 {
		t.Errorf("%d began", won.Load())
	}
}

// TestACityWithoutAFlowHasTheModel: and it is kept with its orders.
func TestACityWithoutAFlowHasTheModel(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ctx := st.w.Ctx(st.w.Other)
	manager := identity.Actor{ID: uuid.New(), TenantID: st.w.Other.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	states, err := st.States(ctx, manager)
	if err != nil || len(states) < 20 {
		t.Fatalf("%d states, %v", len(states), err)
	}
	again, err := st.flows.Newest(ctx, st.w.DB.App)
	if err != nil || again != 1 {
		t.Errorf("version %d, %v", again, err)
	}
	if _, err := st.States(ctx, st.mine); err == nil {
		t.Errorf("a company of another city: %v", err)
	}
	if _, err := st.Find(ctx, manager, st.place(st.mine).ID); !fault.Is(err, "ductorder.not_found") {
		t.Errorf("an order of another city: %v", err)
	}
}

// TestACompanyIsNotHeldUpByWhatItsCityOwes: an invoice that the city has not paid stops its staff, not the companies that use its ducts.
func TestACompanyIsNotHeldUpByWhatItsCityOwes(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	city := st.w.Batam
	city.Modules, city.Plan = []string{tenancy.ModuleDuct}, tenancy.Plan{Code: "uji", ArrearsFrom: day("2026-11-01")}
	ctx := st.w.Ctx(city)
	if _, err := st.Place(ctx, st.mine, st.asks()); err != nil {
		t.Errorf("a company: %v", err)
	}
	in := st.asks()
	in.Company, in.Key = st.rival, "lain"
	if _, err := st.Place(ctx, st.manager, in); !fault.Is(err, "plan.arrears") {
		t.Errorf("staff: %v", err)
	}
	city.Modules = nil
	if _, err := st.Place(st.w.Ctx(city), st.mine, in); !fault.Is(err, "plan.module") {
		t.Errorf("a plan without the ducts: %v", err)
	}
}
