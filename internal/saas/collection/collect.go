package collection

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// Issued asks, as part of tx, that Stripe collect an invoice which was issued, if its city pays by Stripe.
func (s *Service) Issued(ctx context.Context, tx bun.IDB, i invoice.Invoice) error {
	if !s.Available() || i.Kind != invoice.Bill {
		return nil
	}
	by, err := tx.NewSelect().TableExpr("stripe_account AS a").Join("JOIN party AS p ON p.tenant_id = a.tenant_id AND p.city = a.city").
		Where("a.tenant_id = ? AND a.collection = ? AND p.id = ?", tenancy.Must(ctx), ByStripe, i.PartyID).Exists(ctx)
	if err != nil || !by {
		return err
	}
	return jobs.Add(ctx, tx, collectKind(), invoiceArgs{i.ID})
}

// TakenOff has, as part of tx, what Stripe asks for of an invoice be compared at once after two people have taken something off it: the night
// would, and until then a city could pay what is void.
func (s *Service) TakenOff(ctx context.Context, tx bun.IDB, id uuid.UUID) error {
	if !s.Available() {
		return nil
	}
	there, err := tx.NewSelect().Table("stripe_invoice").Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), id).Exists(ctx)
	if err != nil || !there {
		return err
	}
	return jobs.Add(ctx, tx, againKind(), invoiceArgs{id})
}

// draftTime is what Stripe is given to draft an invoice after its hour.
const draftTime = time.Hour

// collect has Stripe ask for what of an invoice is to be paid. A second run goes on where the first stopped, and changes
// nothing once the invoice has gone out.
func (s *Service) collect(ctx context.Context, id uuid.UUID) error {
	i, lines, _, err := s.book.Find(ctx, id)
	if err != nil || i.Kind != invoice.Bill {
		return err
	}
	st, err := s.book.Standing(ctx, s.DB.App, id)
	if err != nil {
		return err
	}
	a, err := s.accountOf(ctx, i.PartyID)
	if err != nil || a.Collection != ByStripe {
		return err
	}
	if want, err := s.due(ctx, i, st); err != nil || want <= 0 {
		return err
	}
	if err := s.instead(ctx, i); err != nil {
		return err
	}
	if a, err = s.enrol(ctx, a); err != nil {
		return err
	}
	t := terms{Number: i.Number, Automatic: a.automatic(), Days: max(int64(i.DueOn.Sub(s.today(ctx))/(24*time.Hour)), 1)}
	draft, err := s.draftFor(ctx, a, i, t)
	if err != nil || draft == "" {
		return err
	}
	doc, err := s.stripe.invoice(ctx, draft)
	if err != nil {
		return err
	}
	if doc.Status == stripe.InvoiceStatusDraft {
		if ok, err := s.complete(ctx, a, i, lines, st, doc); !ok || err != nil {
			return err
		}
		if err := s.stripe.finalise(ctx, draft, t); err != nil {
			return err
		}
	} else if doc.Status == stripe.InvoiceStatusOpen && !t.Automatic {
		if err := s.stripe.send(ctx, draft); err != nil { // the run before may have stopped in between
			return err
		}
	}
	_, err = s.read(ctx, draft)
	return err
}

// instead has Stripe ask no more for the void invoice in whose place i stands: the night would, and until then a city could be charged for both.
func (s *Service) instead(ctx context.Context, i invoice.Invoice) error {
	if !i.Replaces.Valid {
		return nil
	}
	return s.again(ctx, i.Replaces.UUID)
}

// again compares an invoice of the books with the one of Stripe's that collects it, if there is one.
func (s *Service) again(ctx context.Context, of uuid.UUID) error {
	id, err := one(ctx, s.DB.App.NewSelect().Table("stripe_invoice").Column("id").Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), of))
	if err != nil || id == "" {
		return err
	}
	return s.compare(ctx, id)
}

// complete puts the items on a draft by which it comes to what the books say, and reports whether it does.
func (s *Service) complete(ctx context.Context, a Account, i invoice.Invoice, lines []invoice.Line, st invoice.Standing, doc document) (bool, error) {
	there, err := s.there(ctx, a.City, doc)
	if err != nil {
		return false, err
	}
	want, err := s.due(ctx, i, st)
	if err != nil {
		return false, err
	}
	all, err := pieces(i, lines, st, want, there)
	if err != nil {
		return false, err
	}
	have := map[string]bool{}
	for _, l := range doc.Items {
		have[l.Metadata[metaPart]] = true
	}
	for _, p := range all {
		if have[p.Part] {
			continue
		}
		if err := s.stripe.add(ctx, a.CustomerID, doc.ID, p); err != nil {
			return false, err
		}
	}
	id := doc.ID
	if doc, err = s.stripe.invoice(ctx, id); err != nil {
		return false, err
	}
	if there, err = s.there(ctx, a.City, doc); err != nil {
		return false, err
	}
	total, err := atStripe(want)
	if err != nil {
		return false, err
	}
	return s.agrees(ctx, a.City, i, doc, there, total)
}

// agrees compares a document with the books: each price that Stripe knows with what it should come to, and the whole. What
// differs is an incident.
func (s *Service) agrees(ctx context.Context, city tenancy.ID, i invoice.Invoice, doc document, there []priced, total int64) (bool, error) {
	ok := true
	about := incident{Object: doc.ID, City: some(city), InvoiceID: some(i.ID), Note: i.Number}
	for _, p := range there {
		x := about
		x.Kind, x.Part, x.Expected, x.Found = lineDiffers, p.Key, p.Expected, p.Found
		ok = ok && p.Expected == p.Found
		if err := s.noteIf(ctx, x, p.Expected != p.Found); err != nil {
			return false, err
		}
	}
	x := about
	x.Kind, x.Expected, x.Found = totalDiffers, total, doc.Total
	return ok && total == doc.Total, s.noteIf(ctx, x, total != doc.Total)
}

// there are the prices that a draft of the subscription has lines of, with what they should come to by the usage that was
// reported in its period, and with what they do.
func (s *Service) there(ctx context.Context, city tenancy.ID, doc document) ([]priced, error) {
	if !doc.cycle() {
		return nil, nil
	}
	used, err := s.reported(ctx, city, time.Unix(doc.PeriodStart, 0), time.Unix(doc.PeriodEnd, 0))
	if err != nil {
		return nil, err
	}
	var out []priced
	at := map[string]int{}
	for _, l := range doc.Items {
		if l.Metadata[metaPart] != "" || l.Price == nil {
			continue
		}
		n, ok := at[l.Price.ID]
		if !ok {
			var row priceRow
			err := s.DB.App.NewSelect().Model(&row).Where("tenant_id = ? AND price_id = ?", tenancy.Must(ctx), l.Price.ID).Scan(ctx)
			if err != nil {
				return nil, fmt.Errorf("collection: price %s: %w", l.Price.ID, err)
			}
			c, err := s.Billing.Component(ctx, row.Plan, row.Version, row.Component)
			if err != nil {
				return nil, err
			}
			quantity := l.Quantity
			if c.Meter != "" {
				quantity = used[c.Meter]
			}
			amount, err := charged(c, quantity)
			if err != nil {
				return nil, err
			}
			expected, err := atStripe(amount)
			if err != nil {
				return nil, err
			}
			n = len(out)
			at[l.Price.ID], out = n, append(out, priced{Key: fmt.Sprintf("%s/%d/%s", row.Plan, row.Version, row.Component), Name: c.Name.In(i18n.ID), Expected: expected})
		}
		out[n].Found += l.Amount // tiers are lines of their own
	}
	return out, nil
}

// draftFor finds or makes the draft that collects an invoice: the one that is linked, else the subscription's of its month,
// else one of its own. Before the subscription has drafted the month it asks to be run again, and returns none.
func (s *Service) draftFor(ctx context.Context, a Account, i invoice.Invoice, t terms) (string, error) {
	id, err := one(ctx, s.DB.App.NewSelect().Table("stripe_invoice").Column("id").Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), i.ID))
	if err != nil || id != "" {
		return id, err
	}
	drafts, err := s.stripe.drafts(ctx, a.CustomerID)
	if err != nil {
		return "", err
	}
	for _, d := range drafts {
		if d.of() == i.ID {
			return d.ID, s.link(ctx, d.ID, a.City, i.ID)
		}
	}
	month, ok := monthBilled(a.City, i)
	for _, d := range drafts {
		if ok && d.of() == uuid.Nil && d.cycle() && monthOf(time.Unix(d.PeriodEnd, 0)).Equal(month) {
			if err := s.stripe.claim(ctx, d, i.ID, t); err != nil {
				return "", err
			}
			return d.ID, s.link(ctx, d.ID, a.City, i.ID)
		}
	}
	if at := a.billedAt(month); ok && a.SubscriptionID != "" && a.MirroredAt.Before(at) && s.Now().Before(at.Add(draftTime)) {
		return "", tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
			return jobs.Add(ctx, tx, collectKind(), invoiceArgs{i.ID}, jobs.At(at.Add(draftTime)))
		})
	}
	if id, err = s.stripe.open(ctx, a.CustomerID, i.ID, t); err != nil {
		return "", err
	}
	return id, s.link(ctx, id, a.City, i.ID)
}

// monthBilled is the month that an invoice bills a city's subscription for, if it does.
func monthBilled(city tenancy.ID, i invoice.Invoice) (time.Time, bool) {
	const form = "2006-01"
	if len(i.Source) < len(form) {
		return time.Time{}, false
	}
	month, err := time.Parse(form, i.Source[len(i.Source)-len(form):])
	return month, err == nil && billing.SourceOf(city, month) == i.Source
}

// link notes which invoice of the books one of Stripe's collects.
func (s *Service) link(ctx context.Context, id string, city tenancy.ID, of uuid.UUID) error {
	_, err := s.DB.App.NewRaw(`INSERT INTO stripe_invoice AS x (tenant_id, id, city, invoice_id) VALUES (?, ?, ?, ?)
		ON CONFLICT (tenant_id, id) DO UPDATE SET city = EXCLUDED.city, invoice_id = EXCLUDED.invoice_id`, tenancy.Must(ctx), id, city, of).Exec(ctx)
	return err
}

// accountOf is how the city that a party is pays.
func (s *Service) accountOf(ctx context.Context, party uuid.UUID) (Account, error) {
	var city uuid.NullUUID
	if err := s.DB.App.NewRaw("SELECT city FROM party WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), party).Scan(ctx, &city); err != nil {
		return Account{}, err
	}
	if !city.Valid {
		return Account{Collection: ByTransfer}, nil
	}
	return findAccount(ctx, s.DB.App, city.UUID)
}
