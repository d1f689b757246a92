package billing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
)

// desk is the BUMD's finance staff: one asks, the other decides and issues.
type desk struct {
	t           *testing.T
	b           *books
	book        *invoice.Book
	clerk, boss identity.Actor
}

func openDesk(t *testing.T, b *books) *desk {
	t.Helper()
	who := func() identity.Actor {
		id, err := uuid.NewV7()
		if err != nil {
			t.Fatal(err)
		}
		return identity.Actor{ID: id, TenantID: b.w.Platform.ID, Kind: identity.Staff}
	}
	return &desk{t, b, &invoice.Book{DB: b.w.DB, Now: func() time.Time { return b.now }}, who(), who()}
}

func (d *desk) do(act func(ctx context.Context, tx bun.Tx) error) {
	d.t.Helper()
	if err := tenancy.InTx(d.b.ctx, d.b.w.DB.App, act); err != nil {
		d.t.Fatalf("%s: %v", d.b.now.Format(time.DateOnly), err)
	}
}

// draft is the one of a city's month.
func (d *desk) draft(city tenancy.City, month time.Time) (id uuid.UUID) {
	d.t.Helper()
	if err := d.b.w.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND source = ?", d.b.w.Platform.ID, billing.SourceOf(city.ID, month)).Scan(d.b.ctx, &id); err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *desk) adjust(city tenancy.City, month time.Time, less money.Rupiah) {
	d.t.Helper()
	id := d.draft(city, month)
	d.do(func(ctx context.Context, tx bun.Tx) error {
		_, err := d.book.Adjust(ctx, tx, d.clerk, invoice.AdjustInput{Draft: id, Name: "Ganti rugi", Amount: -less, Reason: "Uji."})
		return err
	})
}

func (d *desk) issue(city tenancy.City, month time.Time) (i invoice.Invoice) {
	d.t.Helper()
	id := d.draft(city, month)
	d.do(func(ctx context.Context, tx bun.Tx) (err error) {
		i, err = d.book.Finalise(ctx, tx, d.boss, id, d.b.now)
		return err
	})
	return i
}

func (d *desk) ask(in invoice.RequestInput) {
	d.t.Helper()
	in.Reason = "Uji."
	d.do(func(ctx context.Context, tx bun.Tx) error {
		q, err := d.book.Ask(ctx, tx, d.clerk, in)
		if err == nil {
			_, err = d.book.Decide(ctx, tx, d.boss, q.ID, true, d.b.now)
		}
		return err
	})
}

// credit takes back so much of the line of the year, or of the whole invoice when it names no line; closing is that of a give-back.
func (d *desk) credit(i invoice.Invoice, line int, back money.Rupiah, closing string) {
	d.t.Helper()
	_, lines, _, err := d.book.Find(d.b.ctx, i.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	source := map[string]any{"kind": "credit", "invoice": i.ID}
	if line > 0 {
		source["line"] = line
	}
	if closing != "" {
		source["closing"] = closing
	}
	d.ask(invoice.RequestInput{Kind: string(invoice.CreditNote), Invoice: i.ID,
		Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Kredit", i18n.EN: "Credit"}, Amount: back, PPN: lines[0].PPN, PPh: lines[0].PPh, Source: source}}})
}

// given is what the books have given a city back for its year, in closings.
func (b *books) given(t *testing.T, city tenancy.City) (sum money.Rupiah, last billing.Billed) {
	t.Helper()
	all, err := b.Closings(b.ctx, city)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		for _, l := range all[i].Lines {
			if l.Kind == rating.Credit {
				sum, last = sum-l.Amount, l
			}
		}
	}
	return sum, last
}

// TestNothingIsGivenBackThatWasNotPaid: of a year that is cut short is given back the unused share of what is left of its charge, however the
// rest of it went and however the year ends; what is taken off afterwards lowers it as far as less is left.
func TestNothingIsGivenBackThatWasNotPaid(t *testing.T) {
	t.Parallel()
	const year, unused = money.Rupiah(36_500_000), 305 // of 365 days, from 30 September on
	aug, sep, oct := day(2026, 8, 1), day(2026, 9, 1), day(2026, 10, 1)
	ends := day(2026, 9, 30)
	whole := func(d *desk, i invoice.Invoice) { d.credit(i, 1, year, "") }
	writeOff := func(d *desk, i invoice.Invoice) { d.ask(invoice.RequestInput{Kind: invoice.WriteOff, Invoice: i.ID}) }
	void := func(d *desk, i invoice.Invoice) {
		d.ask(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement})
	}
	half := func(d *desk, i invoice.Invoice) { // of the invoice with its tax
		d.do(func(ctx context.Context, tx bun.Tx) error {
			_, err := d.book.Pay(ctx, tx, d.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Cash, Reference: "KAS", Amount: i.Total / 2, On: d.b.now})
			return err
		})
		writeOff(d, i)
	}
	for _, tt := range []struct {
		name    string
		less    money.Rupiah // of the draft
		before  func(*desk, invoice.Invoice)
		after   func(*desk, invoice.Invoice) // the year was given back
		at, now money.Rupiah                 // given back when the year is cut short, and in the end
	}{
		{name: "nothing", at: unused * 100_000, now: unused * 100_000},
		{name: "the line credited", before: whole},
		{name: "some of the line credited", before: func(d *desk, i invoice.Invoice) { d.credit(i, 1, 7_300_000, "") }, at: unused * 80_000, now: unused * 80_000},
		{name: "some of the invoice credited", before: func(d *desk, i invoice.Invoice) { d.credit(i, 0, 7_300_000, "") }, at: unused * 80_000, now: unused * 80_000},
		{name: "written off", before: writeOff},
		{name: "half paid and the rest written off", before: half, at: unused * 50_000, now: unused * 50_000},
		{name: "adjusted", less: 3_650_000, at: unused * 90_000, now: unused * 90_000},
		{name: "adjusted, and its replacement credited in part", less: 3_650_000, before: func(d *desk, i invoice.Invoice) {
			void(d, i)
			var again uuid.UUID
			if err := d.b.w.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND replaces = ?", i.TenantID, i.ID).Scan(d.b.ctx, &again); err != nil {
				d.t.Fatal(err)
			}
			d.do(func(ctx context.Context, tx bun.Tx) (err error) {
				i, err = d.book.Finalise(ctx, tx, d.boss, again, d.b.now)
				return err
			})
			d.credit(i, 0, 14_600_000, "")
		}, at: unused * 50_000, now: unused * 50_000},
		{name: "credited afterwards", after: whole, at: unused * 100_000},
		{name: "written off afterwards", after: writeOff, at: unused * 100_000},
		{name: "the used days credited afterwards", after: func(d *desk, i invoice.Invoice) { d.credit(i, 1, 6_000_000, "") }, at: unused * 100_000, now: unused * 100_000},
		{name: "more than the used days credited afterwards", after: func(d *desk, i invoice.Invoice) { d.credit(i, 1, 7_000_000, "") }, at: unused * 100_000, now: year - 7_000_000},
	} {
		for _, as := range []string{"move", string(billing.Paused), string(billing.Cancelled)} {
			t.Run(tt.name+", "+as, func(t *testing.T) {
				t.Parallel()
				b := openBooks(t)
				b.load(t)
				d, city := openDesk(t, b), b.w.Other
				b.subscribe(t, city, "tahunan", aug, billing.SubscribeInput{})
				b.now = day(2026, 9, 3)
				b.close(t, city, aug)
				if tt.less > 0 {
					d.adjust(city, aug, tt.less)
				}
				i := d.issue(city, aug)
				if tt.before != nil {
					tt.before(d, i)
				}
				if as == "move" {
					b.subscribe(t, city, "besar", ends, billing.SubscribeInput{})
				} else if _, err := b.End(b.ctx, billing.EndInput{City: city, On: ends, As: billing.Ending(as), Reason: "Uji.", ActorKind: audit.System}); err != nil {
					t.Fatal(err)
				}
				b.now = day(2026, 10, 3)
				c := b.close(t, city, sep)
				b.now = b.now.Add(time.Hour)
				got, last := b.given(t, city)
				if got != tt.at {
					t.Errorf("%v are given back, want %v", got, tt.at)
				}
				if as == string(billing.Cancelled) {
					var returned money.Rupiah
					for _, l := range c.Lines {
						if l.Kind == billing.Returned {
							returned += l.Amount
						}
					}
					if returned != tt.at {
						t.Errorf("the end left %v, want %v", returned, tt.at)
					}
					if tt.at == tt.now && tt.at > 0 && tt.after == nil && tt.before == nil && tt.less == 0 { // the credit note that gives it back takes nothing off
						d.credit(i, 1, tt.at, billing.SourceOf(city.ID, sep))
						writeOff(d, i) // nor does giving up the days that were used
					}
				}
				if says := last.Working(i18n.EN); (tt.at == 0) != strings.HasPrefix(says, "nothing is given back") || strings.Contains(says, "adjusted = ") != (tt.at > 0 && tt.at < unused*100_000) {
					t.Errorf("it says: %s", says)
				}
				if tt.after != nil {
					tt.after(d, i)
				}
				b.now = day(2026, 11, 3)
				b.close(t, city, oct)
				if got, last := b.given(t, city); got != tt.now {
					t.Errorf("%v are given back in the end, want %v: %s", got, tt.now, last.Working(i18n.EN))
				}
			})
		}
	}
}
