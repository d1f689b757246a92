package ductbill

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// charged is a draft of a lease for a month as the book writes one, with what is taken off a credit.
func (y *world) charged(company, lease uuid.UUID, month string, amount money.Rupiah, k *Credit) invoice.Draft {
	y.t.Helper()
	var d invoice.Draft
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO duct_bill_month (tenant_id, month, charged_at, leases, amount) VALUES (?, ?, now(), 1, 0)", y.w.Batam.ID, month).Exec(ctx)
		if err != nil {
			return err
		}
		m := bill{seller: y.seller, of: map[uuid.UUID]*owed{}}
		if m.month, err = time.Parse(time.DateOnly, month); err != nil {
			return err
		}
		o := m.operator(company)
		o.parts = []part{{lease: lease, amount: amount, charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Sewa"}, Amount: amount, PPN: "jasa", PPh: "pph23-sewa", Source: map[string]any{"kind": "duct", "lease": lease.String()}}}}}
		if k != nil {
			if err := m.credits(ctx, tx); err != nil {
				return err
			}
		}
		if err := y.writeOne(ctx, tx, m, company); err != nil {
			return err
		}
		return tx.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? ORDER BY id DESC LIMIT 1", y.w.Batam.ID).Scan(ctx, &d.ID)
	})
	return d
}

// let is a lease that runs from the first of September and ends on a day; until is nil where it goes on.
func (y *world) let(company uuid.UUID, number string, until any, renews any) uuid.UUID {
	y.t.Helper()
	id := uuid.New()
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO duct_lease (tenant_id, id, number, operator_id, state, kind, quantity, since, until, accepted_on, length_mm, segments, key, created_at, created_by, updated_at, renews_id)
			VALUES (?0, ?1, ?2, ?3, 'active', 'subduct', 1, '2026-09-01', ?4, '2026-09-01', 1000, 1, ?2, now(), ?1, now(), ?5)`, y.w.Batam.ID, id, number, company, until, renews).Exec(ctx)
		return err
	})
	return id
}

func (y *world) owes(company, lease uuid.UUID, amount money.Rupiah) Credit {
	y.t.Helper()
	k := Credit{ID: uuid.New(), OperatorID: company, LeaseID: lease, Amount: amount, Name: i18n.Text{i18n.ID: "Potongan gangguan"}, Working: i18n.Text{i18n.ID: "tiga hari"}, Source: map[string]any{"kind": "restitution"}}
	y.tx(func(ctx context.Context, tx bun.Tx) error { return y.Give(ctx, tx, k) })
	return k
}

// TestAMonthThatIsLetOffIsClosed: what is owed to a company takes a month off to nothing, and the draft is closed without an invoice; it
// takes off what it charged and no more, and the months to come the rest.
func TestAMonthThatIsLetOffIsClosed(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	l := y.let(serat, "SWD-1", nil, nil)
	k := y.owes(serat, l, 150_000)
	d := y.charged(serat, l, "2026-09-01", 100_000, &k)
	if _, err := y.Issue(y.ctx, y.bima, d.ID); !fault.Is(err, "invoice.nothing_due") {
		t.Errorf("an invoice of nothing: %v", err)
	}
	if err := y.Close(y.ctx, y.staff("duct_manager"), d.ID); !fault.Is(err, "access.denied") {
		t.Errorf("who lets ducts closes drafts: %v", err)
	}
	y.must(y.Close(y.ctx, y.bima, d.ID))
	if err := y.Close(y.ctx, y.bima, d.ID); !fault.Is(err, "invoice.closed") {
		t.Errorf("closed twice: %v", err)
	}
	if err := y.Adjust(y.ctx, y.bima, invoice.AdjustInput{Draft: d.ID, Name: "x", Amount: 5, Reason: "x"}); !fault.Is(err, "invoice.closed") {
		t.Errorf("what is closed is changed: %v", err)
	}
	all, err := y.Drafts(y.ctx, y.bima)
	if err != nil || len(all) != 0 {
		t.Errorf("%d drafts wait, %v", len(all), err)
	}
	if x, err := y.Draft(y.ctx, y.bima, d.ID); err != nil || !x.ClosedBy.Valid || x.Net != 0 || len(x.Charges) != 2 {
		t.Errorf("what was closed is not on record: %+v, %v", x.Draft, err)
	}
	if n := y.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'invoice.close_draft' AND object_id = ?", y.w.Batam.ID, d.ID); n != 1 {
		t.Errorf("it is on record %d times", n)
	}
	next := y.charged(serat, l, "2026-10-01", 100_000, &k)
	if err := y.Close(y.ctx, y.bima, next.ID); !fault.Is(err, "invoice.something_due") {
		t.Errorf("what is to be paid is closed: %v", err)
	}
	i, err := y.Issue(y.ctx, y.bima, next.ID)
	if err != nil || i.Net != 50_000 {
		t.Errorf("%v of 100,000 less 50,000 is charged, %v", i.Net, err)
	}
	taken, err := y.Taken(y.ctx, []uuid.UUID{k.ID})
	if err != nil || taken[k.ID] != 150_000 {
		t.Errorf("%v of 150,000 was taken off, %v", taken[k.ID], err)
	}
}

// TestWhatIsOwedAfterALeaseIsTakenBack: a credit that no month takes off any more is taken back of the invoices of its lease, the latest
// first, with their taxes, by two people; what was paid becomes the company's balance, and goes back by two people.
func TestWhatIsOwedAfterALeaseIsTakenBack(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	l := y.let(serat, "SWD-1", "2026-10-20", nil)
	one, err := y.Issue(y.ctx, y.bima, y.charged(serat, l, "2026-09-01", 100_000, nil).ID)
	y.must(err)
	k := y.owes(serat, l, 130_000)
	if all, err := y.Leftovers(y.ctx, y.bima); err != nil || len(all) != 0 {
		t.Errorf("October takes it off yet: %+v, %v", all, err)
	}
	if _, err := y.AskLeftover(y.ctx, y.bima, k.ID); !fault.Is(err, "ductbill.no_leftover") {
		t.Errorf("asked while months take it off: %v", err)
	}
	draft := y.charged(serat, l, "2026-10-01", 70_000, nil) // charged before it was given
	two, err := y.Issue(y.ctx, y.bima, draft.ID)
	y.must(err)
	all, err := y.Leftovers(y.ctx, y.bima)
	if err != nil || len(all) != 1 || all[0].Rest() != 130_000 || all[0].Lease != "SWD-1" || all[0].Operator != "PT Serat" {
		t.Fatalf("%+v, %v", all, err)
	}
	_, err = y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: one.ID, Method: invoice.Transfer, Reference: "TRF-1", Amount: one.Total, On: y.at})
	y.must(err)
	asked, err := y.AskLeftover(y.ctx, y.bima, k.ID)
	if err != nil || len(asked) != 2 || asked[0].InvoiceID != two.ID || asked[1].InvoiceID != one.ID {
		t.Fatalf("%+v, %v", asked, err)
	}
	if _, err := y.AskLeftover(y.ctx, y.dewi, k.ID); !fault.Is(err, "ductbill.no_leftover") {
		t.Errorf("asked twice: %v", err)
	}
	if taken, err := y.Taken(y.ctx, []uuid.UUID{k.ID}); err != nil || taken[k.ID] != 0 {
		t.Errorf("%v was taken off before anybody decided, %v", taken[k.ID], err)
	}
	if _, err := y.Decide(y.ctx, y.bima, asked[0].ID, true); !fault.Is(err, "invoice.own_request") {
		t.Errorf("who asks decides: %v", err)
	}
	_, err = y.Decide(y.ctx, y.dewi, asked[0].ID, true)
	y.must(err)
	_, err = y.Decide(y.ctx, y.dewi, asked[1].ID, false)
	y.must(err)
	if all, err = y.Leftovers(y.ctx, y.bima); err != nil || len(all) != 1 || all[0].Rest() != 60_000 {
		t.Fatalf("what was refused is not owed any more: %+v, %v", all, err)
	}
	if asked, err = y.AskLeftover(y.ctx, y.dewi, k.ID); err != nil || len(asked) != 1 {
		t.Fatalf("%+v, %v", asked, err)
	}
	_, err = y.Decide(y.ctx, y.bima, asked[0].ID, true)
	y.must(err)
	taken, err := y.Taken(y.ctx, []uuid.UUID{k.ID})
	if all, e := y.Leftovers(y.ctx, y.bima); err != nil || e != nil || len(all) != 0 || taken[k.ID] != 130_000 {
		t.Errorf("%v was taken off, %+v is left, %v, %v", taken[k.ID], all, err, e)
	}
	// 11 % of what was taken back comes with it: 70,000 was open, and of the 100,000 that was paid 60,000 less.
	s, err := y.Statement(y.ctx, y.bima, serat, y.at.AddDate(-1, 0, 0), y.at.AddDate(0, 0, 1))
	b := s.Books
	if err != nil || b.Open != 0 || b.Credited+b.Balance != 130_000*111/100 || b.Balance != 66_600 || b.Charged != b.Paid+b.Credited || b.AllCredited() != 130_000*111/100 || b.Received() != b.Paid {
		t.Errorf("%+v, %v", b, err)
	}
	if err := y.AskRefund(y.ctx, y.bima, serat, invoice.RefundInput{Amount: 66_601, Account: "BRK 1", Reason: "Sewa berakhir"}); !fault.Is(err, "payment.no_balance") {
		t.Errorf("more than there is: %v", err)
	}
	y.must(y.AskRefund(y.ctx, y.bima, serat, invoice.RefundInput{Amount: 66_600, Account: "BRK 1", Reason: "Sewa berakhir"}))
	back, err := y.Refunds(y.ctx, y.bima, uuid.Nil)
	if err != nil || len(back) != 1 || back[0].Operator != "PT Serat" {
		t.Fatalf("%+v, %v", back, err)
	}
	if _, err := y.DecideRefund(y.ctx, y.bima, back[0].RefundRequest.ID, true); !fault.Is(err, "invoice.own_request") {
		t.Errorf("who asks decides: %v", err)
	}
	if of, err := y.DecideRefund(y.ctx, y.dewi, back[0].RefundRequest.ID, true); err != nil || of != serat {
		t.Errorf("%v, %v", of, err)
	}
	if s, err = y.Statement(y.ctx, y.bima, serat, y.at.AddDate(-1, 0, 0), y.at.AddDate(0, 0, 1)); err != nil || s.Books.Balance != 0 || s.After != 0 {
		t.Errorf("%+v, %v", s.Books, err)
	}
}

// TestARenewalTakesCreditsOver: what is owed for a lease that was renewed is taken off what the renewal is charged.
func TestARenewalTakesCreditsOver(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	old := y.let(serat, "SWD-1", "2026-10-01", nil)
	next := y.let(serat, "SWD-2", nil, old)
	k := y.owes(serat, old, 30_000)
	d := y.charged(serat, next, "2026-10-01", 100_000, &k)
	if all, err := y.Leftovers(y.ctx, y.bima); err != nil || len(all) != 0 {
		t.Errorf("the renewal takes it off: %+v, %v", all, err)
	}
	i, err := y.Issue(y.ctx, y.bima, d.ID)
	if err != nil || i.Net != 70_000 {
		t.Errorf("%v is charged, %v", i.Net, err)
	}
}
