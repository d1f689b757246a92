package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// system is who does what no person did.
func system() identity.Actor { return identity.Actor{Kind: identity.Kind(audit.System)} }

// SourceOf names what the draft of a city's month bills; no other draft of the seller has it.
func SourceOf(city tenancy.ID, month time.Time) string {
	return "subscription/" + city.String() + "/" + month.Format("2006-01")
}

// hand writes the draft of a closing into the books of the platform, once, and marks the closing. What comes to nothing or
// less has none: the next month begins with it, and after the last one it is given back (see Returned).
func (s *Service) hand(ctx context.Context, city tenancy.City, c Closing) (Closing, error) {
	if !c.BilledAt.IsZero() {
		return c, nil
	}
	if c.Total > 0 {
		if err := s.draft(ctx, city, c); err != nil {
			return c, err
		}
	}
	c.BilledAt = s.now().UTC().Truncate(time.Microsecond)
	return c, tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model(&c).Column("billed_at").Where("tenant_id = ? AND month = ? AND billed_at IS NULL", city.ID, c.Month.Format(time.DateOnly)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err // another process has just done so
		}
		return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "subscription.close", Object: "subscription", ObjectID: city.ID, At: c.BilledAt,
			Detail: map[string]any{"month": c.Month.Format("2006-01"), "total": int64(c.Total), "lines": len(c.Lines)}})
	})
}

// draft writes the draft. It is of the platform's books, so it is another transaction than the closing's; its source keeps it
// one however often this runs.
func (s *Service) draft(ctx context.Context, city tenancy.City, c Closing) error {
	platform, err := s.platform(ctx)
	if err != nil {
		return err
	}
	return tenancy.InTx(tenancy.With(ctx, platform), s.db.App, func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, s.now().In(platform.Location()))
		if err != nil {
			return err
		}
		party, err := invoice.PartyOf(ctx, tx, system(), seller, city)
		if err != nil {
			return err
		}
		d := invoice.Draft{PartyID: party.ID, Series: seller.Series, Source: SourceOf(city.ID, c.Month), DueDays: seller.DueDays,
			Note: i18n.ID.T("billing.draft.note", "month", i18n.ID.Month(c.Month))}
		for _, l := range c.Lines {
			d.Charges = append(d.Charges, c.charge(city, party, l))
		}
		_, err = s.book.Write(ctx, tx, d)
		return err
	})
}

// charge is a line in words and with what it was computed from, down to the events.
func (c Closing) charge(city tenancy.City, p invoice.Party, l Billed) invoice.Charge {
	source := map[string]any{"city": city.ID, "billed": c.Month.Format("2006-01"), "month": l.month(c).Format("2006-01"), "kind": string(l.Kind)}
	if l.Kind != Carried {
		from, until := l.Period.Window(city.Location())
		source["subscription"], source["plan"], source["version"], source["component"] = l.Subscription, l.Plan, l.Version, l.Component
		if l.Kind == rating.Flat && !l.Until.IsZero() && l.Amount > 0 {
			source[invoice.PaidUntil] = l.Until.Format(time.DateOnly)
		}
		source["from"], source["until"] = l.Period.First().Format(time.DateOnly), l.Period.Last().Format(time.DateOnly)
		if l.Meter != "" {
			_, taken := rating.MonthOf(c.Month).Window(city.Location()) // corrections that later months take are not in it
			source["events"] = map[string]any{"meter": l.Meter, "from": from.UTC(), "before": until.UTC(), "taken_before": taken.UTC(), "quantity": l.Quantity}
		}
	}
	out := invoice.Charge{Name: i18n.Text{}, Working: i18n.Text{}, Source: source, Amount: l.Amount, PPN: p.PPN, PPh: p.PPh}
	for _, in := range i18n.All() {
		out.Name[in], out.Working[in] = l.Title(in), l.Working(in)
	}
	return out
}

// month is the month that the line is of.
func (b Billed) month(c Closing) time.Time {
	if !b.Corrects.IsZero() {
		return b.Corrects
	}
	return c.Month
}

// Title is what the line is called on the invoice.
func (b Billed) Title(in i18n.Locale) string {
	name := b.Name.In(in)
	if b.Kind == rating.Discount {
		name = in.T("billing.line.discount", "code", b.Component)
	}
	switch {
	case b.Kind == Carried:
		return in.T("billing.line.carried", "month", in.Month(b.Corrects))
	case b.Kind == Returned:
		return in.T("billing.line.returned")
	case !b.Corrects.IsZero():
		return in.T("billing.line.correction", "month", in.Month(b.Corrects), "name", name)
	case b.Kind == rating.Credit:
		return in.T("billing.line.credit", "name", name)
	}
	return name
}

// Working says how the amount comes about; of a correction also what was billed before.
func (b Billed) Working(in i18n.Locale) string {
	if b.Kind == Carried {
		return in.T("billing.working.carried")
	}
	if b.Kind == Returned {
		return in.T("billing.working.returned")
	}
	if b.Corrects.IsZero() {
		return b.Line.Working(in)
	}
	l := b.Line
	l.Amount += b.Before // they were subtracted before
	return l.Working(in) + "; " + in.T("billing.working.correction", "now", l.Amount, "before", b.Before, "amount", b.Amount)
}

// platform is the tenant whose books hold the drafts.
func (s *Service) platform(ctx context.Context) (tenancy.City, error) {
	var c tenancy.City
	err := s.db.App.NewSelect().Model(&c).Where("kind = ?", tenancy.KindPlatform).Scan(tenancy.Platform(ctx))
	if err != nil {
		return c, fmt.Errorf("billing: platform: %w", err)
	}
	return c, nil
}
