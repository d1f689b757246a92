package invoice_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// Every case was worked out by hand.
func TestAnInvoiceIsTaxedByItsDay(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, tt := range []struct {
		name                          string
		party                         uuid.UUID
		on                            time.Time
		charges                       []invoice.Charge
		net, tax, total, withholdable money.Rupiah
	}{
		{"12 % of 11/12", s.company, day(2026, 11, 1), []invoice.Charge{charge(2_500_000, "jasa", "")}, 2_500_000, 275_000, 2_775_000, 0},
		{"the old 11 %", s.company, day(2024, 12, 31), []invoice.Charge{charge(2_500_000, "jasa", "")}, 2_500_000, 275_000, 2_775_000, 0},
		{"both halves up: 1.000.001 × 11/12 = 916.667,58 → 916.668; × 12 % = 110.000,16", s.company, day(2026, 1, 1), []invoice.Charge{charge(1_000_001, "jasa", "")}, 1_000_001, 110_000, 1_110_001, 0},
		{"inside the free-trade area", s.inside, day(2026, 11, 1), []invoice.Charge{charge(2_500_000, "jasa-ftz", "")}, 2_500_000, 0, 2_500_000, 0},
		{"a treasurer keeps PPN and PPh 23 back", s.outside, day(2026, 11, 1), []invoice.Charge{charge(2_500_000, "jasa-pemerintah", "pph23")}, 2_500_000, 275_000, 2_775_000, 275_000 + 50_000},
		{"one tax for all lines, not one for each: 3 × 7 → 21 × 11/12 = 19,25 → 19; × 12 % = 2,28", s.company, day(2026, 11, 1), []invoice.Charge{charge(7, "jasa", ""), charge(7, "jasa", ""), charge(7, "jasa", "")}, 21, 2, 23, 0},
		{"a discount lowers the base", s.company, day(2026, 11, 1), []invoice.Charge{charge(1_200_000, "jasa", ""), charge(-1_080_000, "jasa", "")}, 120_000, 13_200, 133_200, 0},
		{"two rules on one invoice", s.company, day(2026, 11, 1), []invoice.Charge{charge(1_200_000, "jasa", ""), charge(500_000, "jasa-ftz", "")}, 1_700_000, 132_000, 1_832_000, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := s.final(t, tt.on, tt.party, tt.charges...)
			if i.Net != tt.net || i.Tax != tt.tax || i.Total != tt.total || i.Withholdable != tt.withholdable {
				t.Errorf("net %d, tax %d, total %d, of which kept back %d", i.Net, i.Tax, i.Total, i.Withholdable)
			}
			kept, lines, taxes, err := s.Find(s.ctx, i.ID)
			if err != nil || kept.Number != i.Number || !kept.DueOn.Equal(tt.on.AddDate(0, 0, 30)) || kept.Party.Name == "" {
				t.Fatalf("%+v, %v", kept, err)
			}
			var net, tax money.Rupiah
			for _, l := range lines {
				net, tax = net+l.Amount, tax+l.Tax
			}
			if net != tt.net || tax != tt.tax || len(taxes) == 0 || taxes[0].Rule.Basis != "contoh" {
				t.Errorf("the lines come to %d and %d; taxes %+v", net, tax, taxes)
			}
		})
	}
}

func TestWhatCannotBeFinal(t *testing.T) {
	t.Parallel()
	s := open(t)
	final := func(on time.Time, charges ...invoice.Charge) error {
		_, err := s.finalise(s.ctx, s.draft(t, s.company, charges...).ID, on)
		return err
	}
	for _, tt := range []struct {
		name, want string
		err        error
	}{
		{"a rule nobody made", "invoice.no_tax_rule", final(day(2026, 1, 1), charge(1, "bebas", ""))},
		{"a rule before its law", "invoice.no_tax_rule", final(day(2020, 1, 1), charge(1, "jasa", ""))},
		{"a PPh in the place of PPN", "invoice.no_tax_rule", final(day(2026, 1, 1), charge(1, "pph23", ""))},
		{"nothing to pay", "invoice.nothing_due", final(day(2026, 1, 1), charge(5, "jasa", ""), charge(-5, "jasa", ""))},
		{"a line that no paper can show", "invoice.unprintable", final(day(2026, 1, 1), invoice.Charge{Name: i18n.Text{i18n.ID: "Langganan 🙂"}, Amount: 1, PPN: "jasa"})},
		{"less than nothing under a rule", "invoice.negative", final(day(2026, 1, 1), charge(5, "jasa", ""), charge(-6, "jasa-ftz", ""))},
	} {
		if !fault.Is(tt.err, tt.want) {
			t.Errorf("%s: %v; want %s", tt.name, tt.err, tt.want)
		}
	}
	d := s.draft(t, s.company, charge(1000, "jasa", ""))
	if _, err := s.finalise(s.ctx, d.ID, day(2026, 1, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.finalise(s.ctx, d.ID, day(2026, 1, 1)); !fault.Is(err, "invoice.final") {
		t.Errorf("twice: %v", err)
	}
	if _, err := s.finalise(s.w.Ctx(s.w.Batam), s.draft(t, s.company, charge(1, "jasa", "")).ID, day(2026, 1, 1)); !fault.Is(err, "invoice.not_found") {
		t.Errorf("from another book: %v", err)
	}
	for _, charges := range [][]invoice.Charge{nil, {{Amount: 1, PPN: "jasa"}}, {charge(1, "", "")}, {charge(money.Max, "jasa", ""), charge(1, "jasa", "")}} {
		err := s.try(func(ctx context.Context, tx bun.Tx) error {
			_, err := s.Write(ctx, tx, invoice.Draft{PartyID: s.company, Series: "INV", Charges: charges})
			return err
		})
		if fault.From(err).Kind != fault.Invalid {
			t.Errorf("%+v: %v", charges, err)
		}
	}
}

// Fifty finalise at once, and every fifth falls over before it is through: the numbers have no gap and no twin.
func TestNumbersHaveNoGap(t *testing.T) {
	t.Parallel()
	s := open(t)
	var drafts []invoice.Draft
	for range 50 {
		drafts = append(drafts, s.draft(t, s.company, charge(1000, "jasa", "")))
	}
	var wait sync.WaitGroup
	for n, d := range drafts {
		wait.Add(1)
		go func() {
			defer wait.Done()
			ctx, stop := context.WithCancel(s.ctx)
			defer stop()
			if n%5 == 0 {
				go stop() // somewhere on the way
			}
			if _, err := s.finalise(ctx, d.ID, day(2026, 11, 26)); err != nil && n%5 != 0 {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
	var seqs []int
	if err := s.w.DB.App.NewRaw("SELECT seq FROM invoice WHERE tenant_id = ? ORDER BY seq", s.w.Platform.ID).Scan(s.ctx, &seqs); err != nil {
		t.Fatal(err)
	}
	for i, n := range seqs {
		if n != i+1 {
			t.Fatalf("number %d in place %d of %v", n, i+1, seqs)
		}
	}
	if len(seqs) < 40 {
		t.Errorf("%d invoices; 40 had nothing in the way", len(seqs))
	}
	if i := s.final(t, day(2027, 1, 2), s.company, charge(1000, "jasa", "")); i.Number != "INV/2027/000001" {
		t.Errorf("the first of a year is %s", i.Number)
	}
	if i := s.final(t, day(2026, 12, 31), s.company, charge(1000, "jasa", "")); i.Number != fmt.Sprintf("INV/2026/%06d", len(seqs)+1) {
		t.Errorf("the next of the old year is %s", i.Number)
	}
}

// What is final stays as it is, whatever the program does: the database lets nobody who serves change it.
func TestAFinalInvoiceNeverChanges(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.final(t, day(2026, 11, 1), s.company, charge(1000, "jasa", ""))
	for _, statement := range []string{
		"UPDATE invoice SET total = 1", "DELETE FROM invoice", "UPDATE invoice_line SET amount = 1", "DELETE FROM invoice_line", "UPDATE invoice_tax SET tax = 0",
		"UPDATE invoice_entry SET amount = 1", "DELETE FROM invoice_entry", "UPDATE payment SET amount = 1", "DELETE FROM payment", "UPDATE tax_rule SET rate_num = 0",
		"DELETE FROM tax_rule", "DELETE FROM invoice_request", "DELETE FROM party", "DELETE FROM invoice_counter", "TRUNCATE invoice CASCADE",
		"UPDATE party_version SET reason = ''", "DELETE FROM party_version", "UPDATE seller SET profile = '{}'", "DELETE FROM seller", "DELETE FROM payment_undo", "UPDATE payment_undo SET on_day = '2026-01-01'",
		"UPDATE bank_line SET sen = 1", "DELETE FROM bank_line", "UPDATE bank_statement SET raw = ''", "UPDATE bank_match SET payment_id = line_id", "DELETE FROM bank_match", "UPDATE bank_hold SET amount = 1", "DELETE FROM bank_hold",
		"UPDATE refund_request SET amount = 1", "DELETE FROM faktur", "DELETE FROM faktur_document",
	} {
		err := s.try(func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw(statement).Exec(ctx)
			return err
		})
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: %v; want permission denied", statement, err)
		}
	}
	// A party that moves and a rate that rises change what comes, not what was.
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.SaveParty(ctx, tx, s.maker, invoice.Party{ID: s.company, Name: "PT Serat Baru", Address: "Jl. D"})
		return err
	})
	s.exec(t, `INSERT INTO tax_rule (tenant_id, code, effective_from, kind, treatment, rate_num, name, basis) VALUES (?, 'jasa', '2026-12-01', 'ppn', 'charged', 15, '{"id": "x"}', 'x')`, s.w.Platform.ID)
	kept, _, taxes, err := s.Find(s.ctx, i.ID)
	if err != nil || kept.Party.Name != "PT Serat Contoh" || kept.Total != 1110 || taxes[0].Rule.RateNum != 12 {
		t.Errorf("%+v, %+v, %v", kept, taxes, err)
	}
	if next := s.final(t, day(2026, 12, 1), s.company, charge(1000, "jasa", "")); next.Total != 1150 || next.Party.Name != "PT Serat Baru" {
		t.Errorf("the next: %+v", next)
	}
}

// TestADayHasNoZone finalises at the beginning of a year by the clock of Batam, which is still the old year by UTC.
func TestADayHasNoZone(t *testing.T) {
	t.Parallel()
	s := open(t)
	wib := time.FixedZone("WIB", 7*60*60)
	i := s.final(t, time.Date(2027, 1, 1, 0, 0, 0, 0, wib), s.company, charge(1000, "jasa", ""))
	kept, _, _, err := s.Find(s.ctx, i.ID)
	if err != nil || !kept.IssuedOn.Equal(day(2027, 1, 1)) || kept.Number != "INV/2027/000001" {
		t.Errorf("%s on %v, %v", kept.Number, kept.IssuedOn, err)
	}
	if err := s.pay(i, invoice.Transfer, "T1", 1110, time.Date(2027, 1, 2, 1, 0, 0, 0, wib)); err != nil {
		t.Fatal(err)
	}
	for on, open := range map[time.Time]money.Rupiah{time.Date(2027, 1, 1, 23, 0, 0, 0, wib): 1110, time.Date(2027, 1, 2, 0, 0, 0, 0, wib): 0} {
		books, _, err := s.Books(s.ctx, on, uuid.Nil)
		if err != nil || len(books) != 1 || books[0].Open != open {
			t.Errorf("%v: %+v, %v", on, books, err)
		}
	}
}

func TestASourceIsBilledOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.draft(t, s.company, charge(1000, "jasa", ""))
	s.source--
	again := s.draft(t, s.company, charge(9999, "jasa", ""))
	if again.ID != first.ID || again.Charges[0].Amount != 1000 {
		t.Errorf("billed twice: %+v", again)
	}
}
