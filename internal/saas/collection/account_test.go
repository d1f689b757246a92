package collection

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// pays records what came in otherwise.
func (o *office) pays(i invoice.Invoice) {
	o.t.Helper()
	o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := o.book.Pay(ctx, tx, o.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "TRF-1", Amount: money.Rupiah(o.wanted(i) / 100), On: o.now})
		return err
	}))
}

func TestWhoMayChooseHowACityPays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	to := ChooseInput{City: o.w.Other, By: ByStripe}
	staff := identity.Actor{ID: uuid.New(), TenantID: o.w.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd"}, TOTP: true}
	admin := identity.Actor{ID: uuid.New(), TenantID: o.w.Other.ID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	if _, err := o.Choose(o.ctx, staff, to); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("staff of the BUMD who are not of its finance: %v", err)
	}
	if _, err := o.Choose(o.w.Ctx(o.w.Other), admin, to); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("the city itself: %v", err)
	}
	if a, err := o.Account(o.ctx, o.clerk, o.w.Other.ID); err != nil || a.Collection != ByTransfer {
		t.Errorf("nothing was chosen, and it is %v, %v", a.Collection, err)
	}
	for range 2 {
		if _, err := o.Choose(o.ctx, o.clerk, to); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'collection.choose'", o.w.Platform.ID); n != 1 {
		t.Errorf("%d lines of the record", n)
	}
	if a, err := o.Account(o.w.Ctx(o.w.Other), admin, o.w.Batam.ID); err != nil || a.City != o.w.Other.ID || a.Collection != ByStripe {
		t.Errorf("the city sees %+v, %v", a, err)
	}
	if _, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Platform, By: "cash", Charging: "later"}); fault.From(err).Kind != fault.Invalid || len(fault.From(err).Fields) != 3 {
		t.Errorf("%v", err)
	}
}

// Without a key the program runs, says so, and nobody can be put on Stripe.
func TestWithoutAKeyThereIsTransferAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := o.Deps
	d.Key, d.Log = "", slog.New(slog.DiscardHandler)
	o.Service = New(d)
	if o.Available() || o.Check() == nil || !strings.Contains(o.Check().Error(), "transfer alone") {
		t.Errorf("%v, %v", o.Available(), o.Check())
	}
	if _, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Other, By: ByStripe}); !fault.Is(err, "collection.no_key") {
		t.Errorf("%v", err)
	}
	if _, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Other, By: ByTransfer}); err != nil {
		t.Error(err)
	}
	if err := o.Receive(o.ctx, []byte(`{}`), ""); fault.From(err).Kind != fault.NotFound {
		t.Errorf("%v", err)
	}
	o.look()
	if len(o.stripe.Calls) != 0 {
		t.Errorf("Stripe was asked: %v", o.stripe.Calls)
	}
	if a := (Account{Collection: ByStripe, Charging: Automatic}); a.Title(i18n.ID) != "Stripe, ditagih otomatis" {
		t.Error(a.Title(i18n.ID))
	}
}

// A city that goes back to transfer leaves no subscription there, and its next invoice is not sent by Stripe.
func TestBackToTransfer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Send)
	_, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Other, By: ByTransfer})
	o.must(err)
	o.work()
	if sub := o.stripe.Find(t, "subscriptions", nil); sub["status"] != "canceled" {
		t.Errorf("the subscription is %v", sub["status"])
	}
	o.close(november)
	o.issue(november)
	if n := o.stripe.Calls["POST invoices"]; n != 0 {
		t.Errorf("%d calls about invoices", n)
	}
}

// A city leaves a way to be charged on Stripe's page; from then on its invoices are charged. One that is refused is known until
// it is paid.
func TestACityIsCharged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Automatic)
	treasurer := identity.Actor{ID: uuid.New(), TenantID: o.w.Other.ID, Kind: identity.Staff, Roles: []string{"treasurer"}, TOTP: true}
	auditor := identity.Actor{ID: uuid.New(), TenantID: o.w.Other.ID, Kind: identity.Staff, Roles: []string{"auditor"}, TOTP: true}
	city := o.w.Ctx(o.w.Other)
	if i, id := o.byHand(1_000_000); o.stripe.Objects[id]["collection_method"] != "send_invoice" {
		t.Errorf("%s is charged, and there is nothing to charge it to", i.Number)
	}
	if _, err := o.Ask(city, auditor, Checkout, "https://tpi.id/kelola/tagihan"); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an auditor: %v", err)
	}
	if _, err := o.Ask(o.w.Ctx(o.w.Batam), identity.Actor{ID: uuid.New(), TenantID: o.w.Batam.ID, Kind: identity.Staff, Roles: []string{"treasurer"}, TOTP: true}, Portal, "x"); !fault.Is(err, "collection.by_transfer") {
		t.Errorf("a city that pays by transfer: %v", err)
	}
	for _, kind := range []LinkKind{Portal, Checkout} {
		_, err := o.Ask(city, treasurer, kind, "https://tpi.id/kelola/tagihan")
		o.must(err)
		if l, ok, err := o.Latest(city, treasurer); err != nil || !ok || l.URL != "" {
			t.Errorf("asked for, %s: %+v, %v", kind, l, err)
		}
		o.work()
		if l, ok, err := o.Latest(city, treasurer); err != nil || !ok || l.Kind != kind || !strings.HasPrefix(l.URL, "https://stripe.example/") {
			t.Errorf("%s: %+v, %v", kind, l, err)
		}
		if _, _, err := o.Latest(city, auditor); fault.From(err).Kind != fault.Forbidden {
			t.Errorf("an auditor reads the link: %v", err)
		}
		colleague := treasurer
		colleague.ID = uuid.New()
		if _, ok, err := o.Latest(city, colleague); ok || err != nil {
			t.Errorf("a colleague reads the link: %v", err)
		}
	}
	o.now = o.now.AddDate(0, 0, 2)
	o.look()
	if n := o.count("SELECT count(*) FROM stripe_link WHERE tenant_id = ? AND url <> ''", o.w.Platform.ID); n != 0 {
		t.Errorf("%d links are kept", n)
	}
	session := o.stripe.Find(t, "checkout/sessions", nil)
	session["setup_intent"] = object{"id": "seti_1", "object": "setup_intent", "payment_method": "pm_1"}
	o.stripe.Tell("checkout.session.completed", session)
	all := o.stripe.Told(0)
	o.deliver(all[len(all)-1])
	if c := o.stripe.Find(t, "customers", nil); c["method"] != "pm_1" {
		t.Errorf("the customer is %v", c)
	}
	i, id := o.byHand(2_000_000)
	if doc := o.stripe.Objects[id]; doc["collection_method"] != "charge_automatically" || doc["sent"] != nil {
		t.Errorf("%v", doc)
	}
	o.stripe.Fail(id)
	all = o.stripe.Told(0)
	o.deliver(all[len(all)-1])
	if all := o.incidents(); !slices.Equal(all, []string{paymentFailed}) {
		t.Errorf("refused, the incidents are %v", all)
	}
	if p, ok, err := o.Progress(city, treasurer, i.ID); err != nil || !ok || p.URL == "" || !p.Failed || p.Attempts != 1 || p.Status != "open" {
		t.Errorf("%+v, %v, %v", p, ok, err)
	}
	if p, ok, err := o.Progress(o.w.Ctx(o.w.Batam), identity.Actor{ID: uuid.New(), TenantID: o.w.Batam.ID, Kind: identity.Staff, Roles: []string{"treasurer"}, TOTP: true}, i.ID); err != nil || ok {
		t.Errorf("another city reads %+v, %v", p, err)
	}
	o.stripe.Pay(id, o.wanted(i))
	all = o.stripe.Told(0)
	o.deliver(all[len(all)-1])
	if all := o.incidents(); len(all) > 0 {
		t.Errorf("paid, the incidents are %v", all)
	}
	if p, ok, err := o.Progress(o.ctx, o.clerk, i.ID); err != nil || !ok || p.URL != "" || p.Failed || p.Status != "paid" || p.Paid != i.Total-i.Withholdable {
		t.Errorf("%+v, %v, %v", p, ok, err)
	}
}

// What was paid by transfer, Stripe asks for no more after the night, however late that was; nobody pays twice.
func TestWhatWasPaidOtherwiseIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, days := range []int{0, 60, 400} {
		t.Run(fmt.Sprint(days, " days later"), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.choose(Send)
			i, id := o.byHand(1_000_000)
			o.now = o.now.AddDate(0, 0, days)
			o.pays(i)
			o.must(o.Compare(o.ctx))
			if doc := o.stripe.Objects[id]; doc["status"] != "paid" || doc["paid_out_of_band"] != true {
				t.Errorf("%v", doc)
			}
			if st := o.standing(i); st.Open != i.Withholdable {
				t.Errorf("%+v", st)
			}
			if n := o.count("SELECT count(*) FROM payment WHERE tenant_id = ? AND method = 'stripe'", o.w.Platform.ID); n != 0 {
				t.Error("Stripe was paid nothing, and the books say it was")
			}
		})
	}
}

// What someone takes back on Stripe's pages, or calls paid there, is still owed here, and someone learns of it.
func TestWhatIsTakenBackThereIsStillOwed(t *testing.T) {
	t.Parallel()
	for act, days := range map[string]int{"void": 4, "pay": 90} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.choose(Send)
			i, id := o.byHand(1_000_000)
			want := o.wanted(i)
			if _, code := o.stripe.Act(o.stripe.Objects[id], act); code != "" {
				t.Fatal(code)
			}
			o.now = o.now.AddDate(0, 0, days)
			o.must(o.Compare(o.ctx))
			o.work()
			if all := o.incidents(); !slices.Equal(all, []string{notCollected}) || o.wanted(i) != want {
				t.Errorf("incidents %v, %d owed", all, o.wanted(i))
			}
			o.pays(i)
			o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error { // and nothing waits for a slip
				_, err := o.book.Pay(ctx, tx, o.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Slip, Reference: "BP-1", Amount: o.standing(i).Open, On: o.now})
				return err
			}))
			o.must(o.Compare(o.ctx))
			if all := o.incidents(); len(all) > 0 {
				t.Errorf("paid, the incidents are %v", all)
			}
		})
	}
}

// A credit note takes its part of what a treasurer keeps back with it: what is left is still asked for, and that it is another amount at
// Stripe is an incident. Were all of it what the treasurer keeps back, Stripe would ask for nothing, and nobody would know.
func TestWhatACreditNoteLeavesIsStillAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	_, lines, _, err := o.book.Find(o.ctx, i.ID)
	o.must(err)
	all, err := o.book.CreditLines(o.ctx, i.ID, lines)
	o.must(err)
	in, err := invoice.Crediting(i.ID, all, map[int]money.Rupiah{1: 985_000}, "Pelatihan dibatalkan sebagian.")
	o.must(err)
	q, err := o.finance.Ask(o.ctx, o.clerk, in)
	o.must(err)
	other := o.clerk
	other.ID = uuid.New()
	_, err = o.finance.Decide(o.ctx, other, q.ID, true)
	o.must(err)

	// 15,000 are left, with 1,650 of PPN and 300 of PPh, which the treasurer keeps back of it: less than of the whole.
	if got := o.wanted(i); got != 16_350_00 || i.Withholdable != 20_000 {
		t.Errorf("%d is due in hundredths, and %d may be kept back of the whole", got, i.Withholdable)
	}
	o.must(o.Compare(o.ctx))
	if doc := o.stripe.Objects[id]; doc["status"] != "open" {
		t.Errorf("the invoice is %v there", doc["status"])
	}
	found, err := o.Incidents(o.ctx, o.clerk, IncidentFilter{})
	if err != nil || len(found) != 1 || found[0].Kind != openDiffers || found[0].Expected != 16_350_00 || found[0].Found != 1_090_000_00 {
		t.Errorf("%+v, %v", found, err)
	}
	if _, code := o.stripe.Act(o.stripe.Objects[id], "void"); code != "" {
		t.Fatal(code)
	}
	o.now = o.now.AddDate(0, 0, 4)
	o.must(o.Compare(o.ctx))
	if got := o.incidents(); !slices.Equal(got, []string{notCollected}) {
		t.Errorf("asked for by nobody, the incidents are %v", got)
	}
}

// What was taken back and is billed anew, Stripe asks for once, also before the night.
func TestAReplacementAndWhatItReplacesAreNotBothAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	first, was := o.byHand(1_000_000)
	q, err := o.finance.Ask(o.ctx, o.clerk, invoice.RequestInput{Kind: invoice.Void, Invoice: first.ID, Follows: invoice.Replacement, Reason: "Salah alamat."})
	o.must(err)
	other := o.clerk
	other.ID = uuid.New()
	_, err = o.finance.Decide(o.ctx, other, q.ID, true)
	o.must(err)
	r, err := o.book.Related(o.ctx, o.w.DB.App, first)
	o.must(err)
	second, err := o.finance.Issue(o.ctx, o.clerk, r.Anew.Draft)
	o.must(err)
	o.must(o.collect(o.ctx, second.ID))
	if doc := o.stripe.Objects[was]; doc["status"] != "void" {
		t.Errorf("what was taken back is %v there", doc["status"])
	}
	if doc := o.document(second); doc["status"] != "open" || doc["total"] != o.wanted(second) {
		t.Errorf("Stripe asks for %v (%v), want %d", doc["total"], doc["status"], o.wanted(second))
	}
}

// What is void and followed by nothing, or written off, Stripe asks for no more from the approval on, not from the night.
func TestWhatIsTakenOffIsNotAskedForUntilTheNight(t *testing.T) {
	t.Parallel()
	for _, in := range []invoice.RequestInput{{Kind: invoice.Void, Follows: invoice.Nothing, Reason: "Tidak jadi."}, {Kind: invoice.WriteOff, Reason: "Tidak tertagih."}} {
		t.Run(in.Kind, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.choose(Send)
			i, id := o.byHand(1_000_000)
			in.Invoice = i.ID
			q, err := o.finance.Ask(o.ctx, o.clerk, in)
			o.must(err)
			o.work()
			if doc := o.stripe.Objects[id]; doc["status"] != "open" {
				t.Fatalf("before anybody decides it is %v there", doc["status"])
			}
			other := o.clerk
			other.ID = uuid.New()
			_, err = o.finance.Decide(o.ctx, other, q.ID, true)
			o.must(err)
			o.work()
			if doc := o.stripe.Objects[id]; doc["status"] != "void" {
				t.Errorf("taken off, it is %v there", doc["status"])
			}
			if all := o.incidents(); len(all) > 0 {
				t.Errorf("incidents %v", all)
			}
		})
	}
}

// A person closes an incident with a reason; found again, it is a new one.
func TestAnIncidentIsClosedByAPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dispute := object{"id": "evt_d", "object": "event", "type": "charge.dispute.created", "api_version": "2023-10-16", "created": 1, "data": object{"object": object{"id": "dp_1"}}}
	o.deliver(dispute)
	all, err := o.Incidents(o.ctx, o.clerk, IncidentFilter{})
	if err != nil || len(all) != 1 || all[0].Title(i18n.EN) != "A payment at Stripe is disputed" {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := o.Close(o.ctx, o.clerk, all[0].ID, " "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	o.must(o.Close(o.ctx, o.clerk, all[0].ID, "Sudah dijawab."))
	if err := o.Close(o.ctx, o.clerk, all[0].ID, "Lagi."); !fault.Is(err, "collection.no_incident") {
		t.Errorf("twice: %v", err)
	}
	if closed, err := o.Incidents(o.ctx, o.clerk, IncidentFilter{Closed: true}); err != nil || len(closed) != 1 || closed[0].Reason != "Sudah dijawab." {
		t.Errorf("%+v, %v", closed, err)
	}
	if n := o.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'collection.close'", o.w.Platform.ID); n != 1 {
		t.Errorf("%d lines of the record", n)
	}
	if found := shown(-1_250); found != "-Rp12,50" {
		t.Error(found)
	}
}
