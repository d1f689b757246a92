package payin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// till is a seller with an account at a bank, two parties and a clerk.
type till struct {
	*payin.Service
	t           *testing.T
	w           *pgtest.World
	ctx         context.Context
	clerk       identity.Actor
	city, fibre uuid.UUID
	paid        int // how often Paid was told
	files       int
}

func day(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }

func open(t *testing.T, change func(*invoice.Seller)) *till {
	t.Helper()
	w := pgtest.Open(t)
	s := &till{t: t, w: w, ctx: w.Ctx(w.Platform), clerk: identity.Actor{ID: uuid.New(), Kind: identity.Staff}}
	s.Service = &payin.Service{Book: &invoice.Book{DB: w.DB, Now: func() time.Time { return day(28).Add(3 * time.Hour) }},
		Paid: func(context.Context, bun.Tx, []uuid.UUID, invoice.Payment) error { s.paid++; return nil }}
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00123", Holder: "BUMD",
		CSV: statement.Mapping{Layout: time.DateOnly, Day: "day", Amount: "amount", Text: []string{"text"}, PayerAcct: "from", Reference: "ref"}}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "88990"}
	if change != nil {
		change(&setup.Seller)
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		if _, err := invoice.Load(ctx, tx, s.clerk, setup); err != nil {
			return err
		}
		for _, p := range []struct {
			into *uuid.UUID
			p    invoice.Party
		}{{&s.city, invoice.Party{Name: "Pemerintah Kota Tanjungpinang", Address: "Jl. A", Collector: "government"}}, {&s.fibre, invoice.Party{Name: "PT Serat Contoh", Address: "Jl. B"}}} {
			saved, err := invoice.SaveParty(ctx, tx, s.clerk, p.p)
			if *p.into = saved.ID; err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func (s *till) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	s.t.Helper()
	if err := s.try(fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *till) try(fn func(ctx context.Context, tx bun.Tx) error) error {
	return tenancy.InTx(s.ctx, s.w.DB.App, fn)
}

// bill issues an invoice: PPN 11 % on top, and where it is of the city PPN and PPh 2 % that it keeps back.
func (s *till) bill(party uuid.UUID, on time.Time, amount money.Rupiah) (i invoice.Invoice) {
	s.t.Helper()
	c := invoice.Charge{Name: i18n.Text{i18n.ID: "Langganan"}, Amount: amount, PPN: "jasa"}
	if party == s.city {
		c.PPN, c.PPh = "jasa-pemerintah", "pph23-jasa"
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		d, err := s.Book.Write(ctx, tx, invoice.Draft{PartyID: party, Series: "INV", Charges: []invoice.Charge{c}, DueDays: 30})
		if err != nil {
			return err
		}
		i, err = s.Book.Finalise(ctx, tx, s.clerk, d.ID, on)
		return err
	})
	return i
}

func (s *till) standing(i invoice.Invoice) invoice.Standing {
	s.t.Helper()
	out, err := s.Book.Standing(s.ctx, s.w.DB.App, i.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// came is a line of the test's CSV.
func came(d int, amount money.Rupiah, text, from string) string {
	return fmt.Sprintf("%s,%d,%s,%s,", day(d).Format(time.DateOnly), amount, text, from)
}

// csv imports lines and applies them, each step twice, and returns what the first time brought.
func (s *till) csv(lines ...string) payin.Result {
	s.t.Helper()
	return s.file([]byte("day,amount,text,from,ref\n" + strings.Join(lines, "\n") + "\n"))
}

func (s *till) file(raw []byte) (r payin.Result) {
	s.t.Helper()
	var b payin.Statement
	for range 2 {
		s.tx(func(ctx context.Context, tx bun.Tx) (err error) {
			before := b.ID
			if b, err = s.Check(ctx, tx, s.clerk, "", "mutasi.csv", raw); before != uuid.Nil && b.ID != before {
				s.t.Error("the same file is another statement")
			}
			return err
		})
	}
	before := s.count()
	preview, err := s.Preview(s.ctx, s.clerk, b.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.count() != before {
		s.t.Error("a preview left something behind")
	}
	s.tx(func(ctx context.Context, tx bun.Tx) (err error) {
		r, err = s.Apply(ctx, tx, s.clerk, b.ID)
		return err
	})
	for i, l := range r.Lines {
		if p := preview.Lines[i]; p.State != l.State || p.Proposal.Why != l.Proposal.Why || p.Proposal.Waits != l.Proposal.Waits {
			s.t.Errorf("previewed as %s %+v, applied as %s %+v", p.State, p.Proposal, l.State, l.Proposal)
		}
	}
	after := s.count()
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		again, err := s.Apply(ctx, tx, s.clerk, b.ID)
		if len(again.Lines) != 0 {
			s.t.Errorf("applied twice it brings %d lines", len(again.Lines))
		}
		return err
	})
	if s.count() != after {
		s.t.Error("applied twice it changes something")
	}
	return r
}

// count counts every row that an import can make.
func (s *till) count() (n int) {
	s.t.Helper()
	err := s.w.DB.App.NewRaw(`SELECT (SELECT count(*) FROM bank_line WHERE tenant_id = ?) + (SELECT count(*) FROM bank_match WHERE tenant_id = ?)
		+ (SELECT count(*) FROM payment WHERE tenant_id = ?) + (SELECT count(*) FROM invoice_entry WHERE tenant_id = ?)`,
		s.w.Platform.ID, s.w.Platform.ID, s.w.Platform.ID, s.w.Platform.ID).Scan(s.ctx, &n)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
