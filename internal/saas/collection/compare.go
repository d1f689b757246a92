package collection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

const (
	// compared is how far back every invoice is compared: longer than Stripe tries to charge one. One that is still to be paid is
	// compared however old it is.
	compared = 45 * 24 * time.Hour
	// patience is how long an invoice may take to go out.
	patience = 3 * 24 * time.Hour
)

// Compare holds what Stripe has invoiced lately against the books, every night: each line against what it was rated, what is
// still to be paid, and whether either has something that the other does not. It takes over what no event has told, ends at
// Stripe what was paid or credited otherwise, and keeps an incident of whatever differs. One invoice that cannot be compared
// does not keep the others from it.
func (s *Service) Compare(ctx context.Context) error {
	all, err := s.stripe.since(ctx, s.Now().Add(-compared))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, d := range all {
		seen[d.ID] = true
		var one error
		if d.Status == stripe.InvoiceStatusDraft {
			one = s.clear(ctx, d)
		} else {
			one = s.compare(ctx, d.ID)
		}
		if one != nil {
			err = errors.Join(err, fmt.Errorf("collection: compare %s: %w", d.ID, one))
		}
	}
	return errors.Join(err, s.old(ctx, seen), s.late(ctx), s.missing(ctx))
}

// old compares what is older than all that was seen and, as far as is known here, still asked for at Stripe: it may have been paid
// by transfer since, or credited.
func (s *Service) old(ctx context.Context, seen map[string]bool) error {
	var ids []string
	err := s.DB.App.NewSelect().Table("stripe_invoice").Column("id").Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("status = ? OR id IN (SELECT object FROM stripe_incident WHERE tenant_id = ? AND kind = ? AND closed_at IS NULL)", stripe.InvoiceStatusOpen, tenancy.Must(ctx), openDiffers).Order("id").Scan(ctx, &ids)
	for _, id := range ids {
		if seen[id] {
			continue
		}
		if one := s.compare(ctx, id); one != nil {
			err = errors.Join(err, fmt.Errorf("collection: compare %s: %w", id, one))
		}
	}
	return err
}

// late deals with events whose jobs have given up.
func (s *Service) late(ctx context.Context) error {
	var ids []string
	err := s.DB.App.NewSelect().Table("stripe_event").Column("id").Where("tenant_id = ? AND processed_at IS NULL AND received_at < ?", tenancy.Must(ctx), s.Now().Add(-12*time.Hour).UTC()).
		Order("received_at").Limit(200).Scan(ctx, &ids)
	for _, id := range ids {
		err = errors.Join(err, s.apply(ctx, id))
	}
	return err
}

// compare holds one invoice that has gone out against the books.
func (s *Service) compare(ctx context.Context, id string) error {
	doc, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	row := billRow{TenantID: tenancy.Must(ctx), ID: id}
	if err := s.DB.App.NewSelect().Model(&row).WherePK().Scan(ctx); err != nil || !row.InvoiceID.Valid {
		return err
	}
	if row.Status == string(stripe.InvoiceStatusDraft) {
		return nil // it has not gone out, and lacks what the books add
	}
	if row.Status == string(stripe.InvoiceStatusVoid) {
		return s.noteIf(ctx, incident{Kind: openDiffers, Object: id}, false)
	}
	i, lines, _, err := s.book.Find(ctx, row.InvoiceID.UUID)
	if err != nil {
		return err
	}
	there, err := s.there(ctx, row.City.UUID, doc)
	if err != nil {
		return err
	}
	differ, err := differences(i, lines, there, doc)
	if err != nil {
		return err
	}
	for _, d := range differ {
		x := incident{Kind: lineDiffers, Object: id, Part: d.Key, City: row.City, InvoiceID: row.InvoiceID, Expected: d.Expected, Found: d.Found, Note: i.Number}
		if err := s.noteIf(ctx, x, d.Expected != d.Found); err != nil {
			return err
		}
	}
	return s.compareOpen(ctx, row, i)
}

// differences are the parts of a document with what the books say they are: each price with what was added to it, each other
// line, and the tax. What was settled or is kept back is said when it goes out, and is no part of the rating.
func differences(i invoice.Invoice, lines []invoice.Line, there []priced, doc document) ([]priced, error) {
	var out []priced
	at := map[string]int{}
	add := func(key string, expected, found int64) {
		n, ok := at[key]
		if !ok {
			n, at[key], out = len(out), len(out), append(out, priced{Key: key})
		}
		out[n].Expected += expected
		out[n].Found += found
	}
	known := map[string]bool{}
	for _, p := range there {
		known[p.Key] = true
		add("rest/"+p.Key, 0, p.Found)
	}
	for _, l := range lines {
		key := fmt.Sprintf("line/%d", l.Position)
		if c := componentOf(l); known[c] {
			key = "rest/" + c
		}
		n, err := atStripe(l.Amount)
		if err != nil {
			return nil, err
		}
		add(key, n, 0)
	}
	tax, err := atStripe(i.Tax)
	if err != nil {
		return nil, err
	}
	add("tax", tax, 0)
	for _, l := range doc.Items {
		switch part := l.Metadata[metaPart]; {
		case part == "kept_back", part == "settled":
		case part != "":
			add(part, 0, l.Amount)
		case !doc.cycle():
			add("unknown", 0, l.Amount) // somebody else has put it there
		}
	}
	return out, nil
}

// compareOpen holds what Stripe still asks for against what is open. What was paid or credited otherwise it shall ask for no more.
func (s *Service) compareOpen(ctx context.Context, row billRow, i invoice.Invoice) error {
	x := incident{Kind: openDiffers, Object: row.ID, City: row.City, InvoiceID: row.InvoiceID, Note: i.Number}
	if row.Status != string(stripe.InvoiceStatusOpen) {
		return s.noteIf(ctx, x, false)
	}
	st, err := s.book.Standing(ctx, s.DB.App, i.ID)
	if err != nil {
		return err
	}
	want, err := s.due(ctx, i, st)
	if err != nil {
		return err
	}
	if want > 0 {
		if x.Expected, err = atStripe(want); err != nil {
			return err
		}
		x.Found = row.Due
		return s.noteIf(ctx, x, x.Expected != x.Found)
	}
	if st.Paid > 0 {
		err = s.stripe.settle(ctx, row.ID)
	} else {
		err = s.stripe.void(ctx, row.ID, false)
	}
	if err != nil {
		return err
	}
	_, err = s.read(ctx, row.ID)
	return errors.Join(err, s.noteIf(ctx, x, false))
}

// clear takes back a draft of the subscription whose month came to nothing, was collected by another invoice, or had ended
// before there was a subscription: Stripe's first month begins no later than a month after that.
func (s *Service) clear(ctx context.Context, d document) error {
	if !d.cycle() || d.of() != uuid.Nil || d.Customer == nil {
		return nil
	}
	var a Account
	err := s.DB.App.NewSelect().Model(&a).Where("tenant_id = ? AND customer_id = ?", tenancy.Must(ctx), d.Customer.ID).Scan(ctx)
	if isNone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	city, err := s.cityOf(ctx, a.City)
	if err != nil {
		return err
	}
	month := monthOf(time.Unix(d.PeriodEnd, 0))
	closed, err := s.Billing.Closings(ctx, city)
	if err != nil {
		return err
	}
	nothing := slices.ContainsFunc(closed, func(c billing.Closing) bool {
		return c.Month.Equal(month) && !c.BilledAt.IsZero() && c.Total <= 0
	})
	otherwise, err := s.DB.App.NewSelect().TableExpr("invoice AS i").Join("JOIN stripe_invoice AS x ON x.tenant_id = i.tenant_id AND x.invoice_id = i.id").
		Where("i.tenant_id = ?0 AND (i.source = ?1 OR starts_with(i.source, ?1 || ?2)) AND x.id <> ?3", tenancy.Must(ctx), billing.SourceOf(a.City, month), invoice.Again, d.ID).Exists(ctx)
	before := !month.AddDate(0, 1, 0).After(a.MirroredAt)
	if err != nil || !nothing && !otherwise && !before {
		return err
	}
	return s.stripe.void(ctx, d.ID, true)
}

// missing asks again for what is to be paid by cities that pay by Stripe and is not asked for there, because it has not gone
// out, or someone has taken it back there or called it paid. After patience it is an incident, which goes once nothing is asked for.
func (s *Service) missing(ctx context.Context) error {
	var rows []struct {
		ID          uuid.UUID     `bun:"id"`
		Number      string        `bun:"number"`
		FinalisedAt time.Time     `bun:"finalised_at"`
		City        uuid.NullUUID `bun:"city"`
		Waits       bool          `bun:"waits"`
	}
	err := s.DB.App.NewRaw(`SELECT i.id, i.number, i.finalised_at, p.city,
			coalesce((SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind <> ?), 0) >
				i.withholdable - coalesce((SELECT sum(n.withholdable) FROM invoice n WHERE n.tenant_id = i.tenant_id AND n.credits = i.id), 0)
			AND NOT EXISTS (SELECT FROM stripe_invoice x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id AND x.status = 'open') AS waits
		FROM stripe_account a JOIN party p ON p.tenant_id = a.tenant_id AND p.city = a.city JOIN invoice i ON i.tenant_id = p.tenant_id AND i.party_id = p.id
		WHERE a.tenant_id = ? AND a.collection = ? AND i.kind = ? AND i.finalised_at >= a.chosen_at AND (i.finalised_at >= ? OR
			coalesce((SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id), 0) > 0 OR
			EXISTS (SELECT FROM stripe_incident n WHERE n.tenant_id = i.tenant_id AND n.kind = ? AND n.object = i.number AND n.closed_at IS NULL)) ORDER BY i.id`,
		invoice.EntryWithheld, tenancy.Must(ctx), ByStripe, invoice.Bill, s.Now().Add(-compared).UTC(), notCollected).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		x := incident{Kind: notCollected, Object: r.Number, City: r.City, InvoiceID: some(r.ID)}
		if err := s.noteIf(ctx, x, r.Waits && s.Now().Sub(r.FinalisedAt) > patience); err != nil {
			return err
		}
		if !r.Waits {
			continue
		}
		err := tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
			return jobs.Add(ctx, tx, collectKind(), invoiceArgs{r.ID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
