package invoice_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// shop is the platform's book with the tax rules of domain and three parties: a city outside the free-trade area whose
// treasurer collects PPN, one inside it, and a company.
type shop struct {
	*invoice.Book
	w               *pgtest.World
	ctx             context.Context
	outside, inside uuid.UUID
	company         uuid.UUID
	maker, checker  identity.Actor
	source          int
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func open(t testing.TB) *shop {
	t.Helper()
	w := pgtest.Open(t)
	s := &shop{w: w, ctx: w.Ctx(w.Platform), Book: &invoice.Book{DB: w.DB, Now: func() time.Time { return day(2026, 11, 26) }},
		maker: identity.Actor{ID: uuid.New(), Kind: identity.Staff}, checker: identity.Actor{ID: uuid.New(), Kind: identity.Staff}}
	rules := []string{
		`('jasa', '2025-01-01', 'ppn', 'charged', '04', 11, 12, 12, 100)`,
		`('jasa', '2022-04-01', 'ppn', 'charged', '01', 1, 1, 11, 100)`,
		`('jasa-pemerintah', '2025-01-01', 'ppn', 'withheld', '02', 11, 12, 12, 100)`,
		`('jasa-ftz', '2021-01-01', 'ppn', 'exempt', '08', 1, 1, 12, 100)`,
		`('pph23', '2010-01-01', 'pph', 'withheld', '', 1, 1, 2, 100)`,
	}
	for _, r := range rules {
		s.exec(t, `INSERT INTO tax_rule (tenant_id, code, effective_from, kind, treatment, faktur_code, base_num, base_den, rate_num, rate_den, name, basis)
			SELECT ?, v.code, v.f::date, v.k, v.t, v.c, v.bn, v.bd, v.rn, v.rd, '{"id": "Pajak"}'::jsonb, 'contoh' FROM (VALUES `+r+`) AS v (code, f, k, t, c, bn, bd, rn, rd)`, w.Platform.ID)
	}
	for _, p := range []struct {
		into *uuid.UUID
		p    invoice.Party
	}{
		{&s.outside, invoice.Party{Name: "Pemerintah Kota Contoh", Address: "Jl. A", Collector: "government", NPWP: "0000000000000000"}},
		{&s.inside, invoice.Party{Name: "Pemerintah Kota Batam", Address: "Jl. B", FreeZone: true}},
		{&s.company, invoice.Party{Name: "PT Serat Contoh", Address: "Jl. C"}},
	} {
		s.tx(t, func(ctx context.Context, tx bun.Tx) error {
			saved, err := invoice.SaveParty(ctx, tx, s.maker, p.p)
			*p.into = saved.ID
			return err
		})
	}
	return s
}

func (s *shop) exec(t testing.TB, q string, args ...any) {
	t.Helper()
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(q, args...).Exec(ctx)
		return err
	})
}

// tx runs fn in a transaction of the seller and fails the test when it fails.
func (s *shop) tx(t testing.TB, fn func(ctx context.Context, tx bun.Tx) error) {
	t.Helper()
	if err := tenancy.InTx(s.ctx, s.w.DB.App, fn); err != nil {
		t.Fatal(err)
	}
}

// try is tx for what may be refused.
func (s *shop) try(fn func(ctx context.Context, tx bun.Tx) error) error {
	return tenancy.InTx(s.ctx, s.w.DB.App, fn)
}

func charge(amount money.Rupiah, ppn, pph string) invoice.Charge {
	return invoice.Charge{Name: i18n.Text{i18n.ID: "Langganan"}, Amount: amount, PPN: ppn, PPh: pph}
}

func (s *shop) draft(t testing.TB, party uuid.UUID, charges ...invoice.Charge) invoice.Draft {
	t.Helper()
	s.source++
	var d invoice.Draft
	s.tx(t, func(ctx context.Context, tx bun.Tx) (err error) {
		d, err = s.Write(ctx, tx, invoice.Draft{PartyID: party, Series: "INV", Source: fmt.Sprintf("test:%d", s.source), Charges: charges, DueDays: 30})
		return err
	})
	return d
}

func (s *shop) final(t testing.TB, on time.Time, party uuid.UUID, charges ...invoice.Charge) invoice.Invoice {
	t.Helper()
	i, err := s.finalise(s.ctx, s.draft(t, party, charges...).ID, on)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (s *shop) finalise(ctx context.Context, draft uuid.UUID, on time.Time) (i invoice.Invoice, err error) {
	err = tenancy.InTx(ctx, s.w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		i, err = s.Finalise(ctx, tx, s.maker, draft, on)
		return err
	})
	return i, err
}

func (s *shop) pay(i invoice.Invoice, method, reference string, amount money.Rupiah, on time.Time) error {
	return s.try(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Pay(ctx, tx, s.maker, invoice.PaymentInput{Invoice: i.ID, Method: method, Reference: reference, Amount: amount, On: on})
		return err
	})
}

func (s *shop) standing(t testing.TB, i invoice.Invoice) invoice.Standing {
	t.Helper()
	out, err := s.Standing(s.ctx, s.w.DB.App, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
