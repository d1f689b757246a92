package collection

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// byHand issues an invoice that bills no month, and has it collected: Stripe's id of it.
func (o *office) byHand(amount money.Rupiah) (invoice.Invoice, string) {
	o.t.Helper()
	var d invoice.Draft
	o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, o.now)
		if err != nil {
			return err
		}
		p, err := invoice.PartyOf(ctx, tx, o.clerk, seller, o.w.Other)
		if err != nil {
			return err
		}
		d, err = o.book.Write(ctx, tx, invoice.Draft{PartyID: p.ID, Series: seller.Series, DueDays: 30, Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Pelatihan"}, Amount: amount, PPN: p.PPN, PPh: p.PPh}}})
		return err
	}))
	i, err := o.finance.Issue(o.ctx, o.clerk, d.ID)
	o.must(err)
	o.must(o.collect(o.ctx, i.ID))
	return i, o.document(i)["id"].(string)
}

// deliver tells an event, twice, and deals with it, twice.
func (o *office) deliver(e object) {
	o.t.Helper()
	for range 2 {
		o.must(o.tell(e))
		o.must(o.apply(o.ctx, e["id"].(string)))
	}
}

// permutations of the numbers below n.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return out
}

// In whatever order what has happened is told, each twice, the books end the same: a draft, its end, a card that was refused, a
// part that was paid, and the rest. Nothing is told before it has happened.
func TestEveryOrderOfEventsEndsInTheSameBooks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	const rest = 100_000
	for _, order := range permutations(5) {
		from := len(o.stripe.Told(0))
		i, id := o.byHand(1_000_000)
		whole := o.wanted(i)
		events := o.stripe.Told(from)
		events = []object{events[0], events[1]} // invoice.created, invoice.finalized
		happened := []func(){func() { o.stripe.Fail(id) }, func() { o.stripe.Pay(id, whole-rest*100) }, func() { o.stripe.Pay(id, rest*100) }}
		for _, n := range order {
			for len(events) <= n {
				at := len(o.stripe.Told(0))
				happened[len(events)-2]()
				events = append(events, o.stripe.Told(at)[0])
			}
			o.deliver(events[n])
		}
		row := billRow{TenantID: o.w.Platform.ID, ID: id}
		o.must(o.w.DB.App.NewSelect().Model(&row).WherePK().Scan(o.ctx))
		if st := o.standing(i); int64(st.Paid)*100 != whole || st.Open != i.Withholdable || row.Status != "paid" || row.Failed || row.Paid != whole || row.Booked != whole || row.Due != 0 {
			t.Fatalf("in the order %v: %+v, %+v", order, st, row)
		}
	}
	if all := o.incidents(); len(all) > 0 {
		t.Errorf("incidents %v", all)
	}
	if n := o.count("SELECT count(DISTINCT party_id) FROM invoice_entry WHERE tenant_id = ? AND invoice_id IS NULL", o.w.Platform.ID); n != 0 {
		t.Error("something was paid twice: there is a balance")
	}
}

// Several workers deal with what was told about one payment, all at the same time; it is one payment.
func TestEventsAtTheSameTimeAreOnePayment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	want := o.wanted(i)
	o.stripe.Pay(id, want)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := o.read(o.ctx, id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := o.count("SELECT count(*) FROM payment WHERE tenant_id = ?", o.w.Platform.ID); n != 1 || int64(o.standing(i).Paid)*100 != want {
		t.Errorf("%d payments, %+v", n, o.standing(i))
	}
	if n := o.count("SELECT count(*) FROM stripe_invoice WHERE tenant_id = ? AND id = ? AND reads = applied", o.w.Platform.ID, id); n != 1 {
		t.Error("the last reading was not taken over")
	}
}

// Of two readings at a time, the one that began first may come in last; what it saw is older.
func TestAnOlderReadingChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	before, err := o.Service.stripe.invoice(o.ctx, id)
	o.must(err)
	o.stripe.Pay(id, o.wanted(i))
	_, err = o.read(o.ctx, id)
	o.must(err)
	o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return o.take(ctx, tx, before, 1) }))
	if n := o.count("SELECT count(*) FROM stripe_invoice WHERE tenant_id = ? AND id = ? AND status = 'paid' AND booked = paid", o.w.Platform.ID, id); n != 1 {
		t.Error("it is not paid any more")
	}
}

func TestWhatIsNotSignedIsNotHeard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body, err := json.Marshal(object{"id": "evt_1", "object": "event", "type": "invoice.paid", "api_version": "2023-10-16", "created": 1, "data": object{"object": object{"id": "in_1"}}})
	o.must(err)
	sign := func(secret string, age time.Duration, body []byte) string {
		return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: time.Now().Add(-age)}).Header
	}
	for _, tt := range []struct {
		name, header, code string
		body               []byte
	}{
		{"nothing", "", "collection.signature", body},
		{"no header of Stripe's", "hello", "collection.signature", body},
		{"another secret", sign("whsec_other", 0, body), "collection.signature", body},
		{"another body", sign(signing, 0, body), "collection.signature", append(slices.Clone(body), ' ')},
		{"a recording", sign(signing, 6*time.Minute, body), "collection.signature", body},
		{"no event", sign(signing, 0, []byte(`{}`)), "collection.event", []byte(`{}`)},
		{"no JSON", sign(signing, 0, []byte(`x`)), "collection.event", []byte(`x`)},
		{"the secret", sign(signing, 0, body), "", body},
		{"the secret before", sign("whsec_old", time.Minute, body), "", body},
	} {
		err := o.Receive(o.ctx, tt.body, tt.header)
		if tt.code == "" && err != nil || tt.code != "" && !fault.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if n := o.count("SELECT count(*) FROM stripe_event WHERE tenant_id = ?", o.w.Platform.ID); n != 1 {
		t.Errorf("%d events", n)
	}
}

// An endpoint that was made on Stripe's pages speaks the newest version. It is understood, and someone learns of it.
func TestAnotherVersionIsUnderstoodAndNoticed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	want := o.wanted(i)
	o.stripe.Pay(id, want)
	all := o.stripe.Told(0)
	e := all[len(all)-1]
	e["api_version"] = "2026-08-26.dahlia"
	e["data"] = object{"object": object{"id": id, "object": "invoice", "lines": "another shape"}}
	o.deliver(e)
	if st := o.standing(i); int64(st.Paid)*100 != want {
		t.Errorf("%+v", st)
	}
	if all := o.incidents(); !slices.Equal(all, []string{apiVersion}) {
		t.Errorf("incidents %v", all)
	}
	live := object{"id": "evt_live", "object": "event", "type": "invoice.paid", "api_version": "2023-10-16", "livemode": true, "created": 1, "data": object{"object": object{"id": id}}}
	o.deliver(live)
	if n := o.count("SELECT count(*) FROM stripe_event WHERE tenant_id = ? AND id = 'evt_live' AND outcome = 'other_mode'", o.w.Platform.ID); n != 1 {
		t.Error("an event of real money was dealt with by a key for tests")
	}
}

// Nobody who can write into Stripe's account can pay an invoice of another city's, or one twice.
func TestAnInvoiceThatTheBooksDoNotKnowIsAnIncident(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	for n, meta := range []object{{}, {metaInvoice: i.ID.String()}, {metaInvoice: uuid.NewString()}} {
		stray := "in_stray_" + string(rune('a'+n))
		o.stripe.Objects[stray] = object{"id": stray, "kind": "invoices", "object": "invoice", "created": o.now.Unix(), "metadata": meta, "customer": o.stripe.Objects[id]["customer"], "status": "open",
			"all": []object{{"id": "il", "object": "line_item", "amount": int64(500), "metadata": object{}}}, "attempt_count": 0, "billing_reason": "manual"}
		o.stripe.Sum(o.stripe.Objects[stray])
		o.stripe.Order = append(o.stripe.Order, stray)
		o.stripe.Pay(stray, 500)
	}
	o.must(o.Compare(o.ctx))
	if all := o.incidents(); !slices.Equal(all, []string{unknownInvoice, unknownInvoice, unknownInvoice}) {
		t.Errorf("incidents %v", all)
	}
	if st := o.standing(i); st.Paid != 0 {
		t.Errorf("%+v", st)
	}
}
