package invoice_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
)

// decided has the maker ask and the checker approve.
func (s *shop) decided(in invoice.RequestInput) error {
	in.Reason = "Salah alamat."
	return s.try(func(ctx context.Context, tx bun.Tx) error {
		q, err := s.Ask(ctx, tx, s.maker, in)
		if err == nil {
			_, err = s.Decide(ctx, tx, s.checker, q.ID, true, day(2026, 12, 5))
		}
		return err
	})
}

func (s *shop) related(t *testing.T, i invoice.Invoice) invoice.Related {
	t.Helper()
	r, err := s.Related(s.ctx, s.w.DB.App, i)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAVoidInvoiceIsBilledAnew: a void would lose the revenue of its month, because no other draft may bill it. Who asks says that it is
// billed anew, once, for the party as it is by then; both invoices name each other, and the books balance.
func TestAVoidInvoiceIsBilledAnew(t *testing.T) {
	t.Parallel()
	s := open(t)
	source := "subscription/batam/2026-10"
	write := func() (d invoice.Draft) {
		s.tx(t, func(ctx context.Context, tx bun.Tx) (err error) {
			d, err = s.Write(ctx, tx, invoice.Draft{PartyID: s.company, Series: "INV", Source: source, Charges: []invoice.Charge{charge(1_000_000, "jasa", "")}, DueDays: 30, Note: "Oktober 2026"})
			return err
		})
		return d
	}
	first, err := s.finalise(s.ctx, write().ID, day(2026, 11, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: first.ID}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("nobody has said what follows: %v", err)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: first.ID, Follows: invoice.Replacement}); err != nil {
		t.Fatal(err)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: first.ID, Follows: invoice.Replacement}); !fault.Is(err, "invoice.nothing_open") {
		t.Errorf("taken back twice: %v", err)
	}
	anew := s.related(t, first).Anew
	if anew == nil || anew.Invoice.ID != uuid.Nil || anew.Dropped {
		t.Fatalf("after the void: %+v", anew)
	}
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.SaveParty(ctx, tx, s.maker, invoice.Party{ID: s.company, Name: "PT Serat Contoh", Address: "Jl. Baru 9"})
		return err
	})
	second, err := s.finalise(s.ctx, anew.Draft, day(2026, 12, 6))
	if err != nil {
		t.Fatal(err)
	}
	if second.Total != first.Total || second.Party.Address != "Jl. Baru 9" || second.Number == first.Number || second.Note != "Oktober 2026 (pengganti "+first.Number+")" || second.Source != source+"~2" {
		t.Errorf("billed anew: %+v", second)
	}
	if r := s.related(t, second); r.Replaces == nil || r.Replaces.ID != first.ID || r.Replaces.Number != first.Number || r.Anew != nil {
		t.Errorf("the second: %+v", r)
	}
	if r := s.related(t, first); r.Anew == nil || r.Anew.Invoice.Number != second.Number {
		t.Errorf("the first: %+v", r.Anew)
	}
	if d := write(); d.InvoiceID.UUID != first.ID { // a job that bills the month again still bills nothing twice
		t.Errorf("the month has another draft: %+v", d)
	}
	b, err := s.BooksOf(s.ctx, s.company, day(2026, 12, 31))
	if err != nil || b.Charged != 2*first.Total || b.Voided != first.Total || b.Open != first.Total || b.Charged != b.Paid+b.Withheld+b.Credited+b.WrittenOff+b.Voided+b.Open {
		t.Errorf("the books: %+v, %v", b, err)
	}
	// The second is taken back as well: the third has a source of its own again.
	if err := s.decidedOn(second); err != nil {
		t.Fatal(err)
	}
	third, err := s.finalise(s.ctx, s.related(t, second).Anew.Draft, day(2026, 12, 8))
	if err != nil || third.Source != source+"~3" {
		t.Errorf("the third: %q, %v", third.Source, err)
	}
}

// decidedOn voids an invoice and has it billed anew, after it was issued.
func (s *shop) decidedOn(i invoice.Invoice) error {
	return s.try(func(ctx context.Context, tx bun.Tx) error {
		q, err := s.Ask(ctx, tx, s.maker, invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement, Reason: "Masih salah."})
		if err == nil {
			_, err = s.Decide(ctx, tx, s.checker, q.ID, true, i.IssuedOn)
		}
		return err
	})
}

// TestADraftIsDroppedByTwoPeople, also one that was adjusted to nothing, which cannot be issued.
func TestADraftIsDroppedByTwoPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	d := s.draft(t, s.company, charge(1_000_000, "jasa", ""))
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Adjust(ctx, tx, s.checker, invoice.AdjustInput{Draft: d.ID, Name: "Dibebaskan", Amount: -1_000_000, Reason: "Uji coba"})
		return err
	})
	if _, err := s.finalise(s.ctx, d.ID, day(2026, 11, 3)); !fault.Is(err, "invoice.nothing_due") {
		t.Errorf("an invoice of nothing: %v", err)
	}
	ask := func(id uuid.UUID, reason string) (q invoice.Request, err error) {
		err = s.try(func(ctx context.Context, tx bun.Tx) error {
			q, err = s.Ask(ctx, tx, s.maker, invoice.RequestInput{Kind: invoice.Drop, Draft: id, Reason: reason})
			return err
		})
		return q, err
	}
	decide := func(q invoice.Request, who identity.Actor, approve bool) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			_, err := s.Decide(ctx, tx, who, q.ID, approve, day(2026, 11, 4))
			return err
		})
	}
	if _, err := ask(d.ID, " "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := ask(uuid.New(), "Tidak ada."); !fault.Is(err, "invoice.not_found") {
		t.Errorf("a draft of nobody: %v", err)
	}
	q, err := ask(d.ID, "Dibebaskan selama uji coba.")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(d.ID, "Sekali lagi."); !fault.Is(err, "invoice.drop_asked") {
		t.Errorf("asked twice: %v", err)
	}
	if err := decide(q, s.maker, true); !fault.Is(err, "invoice.own_request") {
		t.Errorf("approved by whoever asked: %v", err)
	}
	if err := decide(q, s.checker, false); err != nil {
		t.Fatal(err)
	}
	if q, err = ask(d.ID, "Dibebaskan selama uji coba."); err != nil {
		t.Fatalf("after a refusal: %v", err)
	}
	if err := decide(q, s.checker, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.finalise(s.ctx, d.ID, day(2026, 11, 5)); !fault.Is(err, "invoice.dropped") {
		t.Errorf("a dropped draft is issued: %v", err)
	}
	if _, err := ask(d.ID, "Lagi."); !fault.Is(err, "invoice.dropped") {
		t.Errorf("dropped twice: %v", err)
	}
	// One that was issued while the request waited is an invoice, and stays one.
	late := s.draft(t, s.company, charge(10, "jasa", ""))
	if q, err = ask(late.ID, "Tidak jadi."); err != nil {
		t.Fatal(err)
	}
	if _, err := s.finalise(s.ctx, late.ID, day(2026, 11, 5)); err != nil {
		t.Fatal(err)
	}
	if err := decide(q, s.checker, true); !fault.Is(err, "invoice.final") {
		t.Errorf("an invoice is dropped: %v", err)
	}
	if err := decide(q, s.checker, false); err != nil {
		t.Errorf("the request cannot be refused: %v", err)
	}
}

// TestWhatIsBilledNoMoreIsDroppedWhole: a void with nothing to follow, and a replacement that is dropped, say of every draft of the same
// charges that they are not billed.
func TestWhatIsBilledNoMoreIsDroppedWhole(t *testing.T) {
	t.Parallel()
	s := open(t)
	dropped := func() string {
		var all []string
		err := s.w.DB.App.NewRaw("SELECT source FROM invoice_draft WHERE tenant_id = ? AND dropped_at IS NOT NULL ORDER BY source", s.w.Platform.ID).Scan(s.ctx, &all)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(all)
	}
	i := s.final(t, day(2026, 11, 3), s.company, charge(10, "jasa", ""))
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Nothing}); err != nil {
		t.Fatal(err)
	}
	if got := dropped(); got != "[test:1]" || s.related(t, i).Anew != nil {
		t.Errorf("nothing follows: %s, %+v", got, s.related(t, i).Anew)
	}
	i = s.final(t, day(2026, 11, 3), s.company, charge(20, "jasa", ""))
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement}); err != nil {
		t.Fatal(err)
	}
	if got := dropped(); got != "[test:1]" {
		t.Errorf("a replacement follows: %s", got)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Drop, Draft: s.related(t, i).Anew.Draft}); err != nil {
		t.Fatal(err)
	}
	if got := dropped(); got != "[test:1 test:2 test:2~2]" || !s.related(t, i).Anew.Dropped {
		t.Errorf("the replacement is dropped: %s", got)
	}
}

// TestWhatIsPaidAheadIsNotLeftUnbilled: what ends before its time is given back by days, and nobody shall get back what was never asked for.
func TestWhatIsPaidAheadIsNotLeftUnbilled(t *testing.T) {
	t.Parallel()
	s := open(t)
	year := charge(12_000_000, "jasa", "")
	year.Source = map[string]any{invoice.PaidUntil: "2027-10-01"}
	var d invoice.Draft
	s.tx(t, func(ctx context.Context, tx bun.Tx) (err error) {
		d, err = s.Write(ctx, tx, invoice.Draft{PartyID: s.company, Series: "INV", Source: "subscription/batam/2026-10", Charges: []invoice.Charge{year}, DueDays: 30})
		return err
	})
	if err := s.decided(invoice.RequestInput{Kind: invoice.Drop, Draft: d.ID}); !fault.Is(err, "invoice.paid_ahead") {
		t.Errorf("its draft is dropped: %v", err)
	}
	i, err := s.finalise(s.ctx, d.ID, day(2026, 11, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Nothing}); !fault.Is(err, "invoice.paid_ahead") {
		t.Errorf("it is void and nothing follows: %v", err)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement}); err != nil {
		t.Errorf("it is void and billed anew: %v", err)
	}
}
