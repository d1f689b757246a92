package collection

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
)

// mirror makes what Stripe has of a city what it should be: a customer with a subscription as here, or no subscription when
// none holds or the city pays by transfer. It changes nothing where nothing has changed.
func (s *Service) mirror(ctx context.Context, id tenancy.ID) error {
	a, err := findAccount(ctx, s.DB.App, id)
	if err != nil {
		return err
	}
	city, err := s.cityOf(ctx, id)
	if err != nil {
		return err
	}
	sub, v, holds, err := s.Billing.Current(ctx, city, s.Now().In(city.Location()))
	if err != nil {
		return err
	}
	if a.Collection != ByStripe || !holds {
		return s.unmirror(ctx, a)
	}
	if a, err = s.enrol(ctx, a); err != nil {
		return err
	}
	party, err := s.party(ctx, city)
	if err != nil {
		return err
	}
	d := details{Name: party.Name, Email: party.Email, Address: party.Address}
	print, err := json.Marshal([]any{sub.Plan, sub.Version, sub.Addons, a.automatic(), d})
	if err != nil || a.Mirrors == string(print) {
		return err
	}
	if err := s.stripe.describe(ctx, a.CustomerID, d, a.Revision); err != nil {
		return err
	}
	items, err := s.items(ctx, v, sub.Addons)
	if err != nil {
		return err
	}
	return s.put(ctx, a, holding{Items: items, Automatic: a.automatic()}, string(print))
}

// put has the subscription there be as h. A version without anything that Stripe can price has none there.
func (s *Service) put(ctx context.Context, a Account, h holding, print string) error {
	if len(h.Items) == 0 {
		return s.unmirror(ctx, a)
	}
	there := a.SubscriptionID != ""
	if !there {
		seller, err := invoice.SellerOn(ctx, s.DB.App, s.today(ctx))
		if err != nil {
			return err
		}
		a.AnchorDay = min(seller.CloseDay+anchorAfter, 28)
		a.SubscriptionID, there, err = s.stripe.subscribe(ctx, a.CustomerID, a.City, h, a.anchorAfter(s.Now()), a.Revision)
		if err != nil {
			return err
		}
		a.MirroredAt = s.Now().UTC().Truncate(time.Microsecond)
	}
	if there { // one that a run before has made may have been made for another version
		if err := s.stripe.change(ctx, a.SubscriptionID, h, a.Revision); err != nil {
			return err
		}
	}
	a.Mirrors, a.Revision = print, a.Revision+1
	return s.keep(ctx, a, "subscription_id", "mirrors", "mirrored_at", "anchor_day", "revision")
}

// anchorAfter is how many days after the seller closes a month Stripe drafts its invoice of it, by when usage has been reported.
const anchorAfter = 2

// anchorAfter is the first instant after one at which the subscription bills: noon in western Indonesia, so that it is the same
// day in every city.
func (a Account) anchorAfter(t time.Time) time.Time {
	t = t.UTC()
	at := time.Date(t.Year(), t.Month(), a.AnchorDay, 5, 0, 0, 0, time.UTC)
	if !at.After(t) {
		at = time.Date(t.Year(), t.Month()+1, a.AnchorDay, 5, 0, 0, 0, time.UTC)
	}
	return at
}

// billedAt is when the subscription bills a month: in the next one.
func (a Account) billedAt(month time.Time) time.Time {
	return time.Date(month.Year(), month.Month()+1, a.AnchorDay, 5, 0, 0, 0, time.UTC)
}

// monthOf is the month that a draft of a subscription bills, which it made at an anchor.
func monthOf(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month()-1, 1, 0, 0, 0, 0, time.UTC)
}

func (s *Service) unmirror(ctx context.Context, a Account) error {
	if a.SubscriptionID == "" {
		return nil
	}
	if err := s.stripe.cancel(ctx, a.SubscriptionID); err != nil {
		return err
	}
	a.SubscriptionID, a.Mirrors, a.MirroredAt, a.Revision = "", "", time.Time{}, a.Revision+1
	return s.keep(ctx, a, "subscription_id", "mirrors", "mirrored_at", "revision")
}

// enrol makes sure that the city is a customer there.
func (s *Service) enrol(ctx context.Context, a Account) (Account, error) {
	if a.CustomerID != "" {
		return a, nil
	}
	id, err := s.stripe.customer(ctx, a.City)
	if err != nil {
		return a, err
	}
	a.CustomerID = id
	return a, s.keep(ctx, a, "customer_id")
}

func (s *Service) keep(ctx context.Context, a Account, columns ...string) error {
	_, err := s.DB.App.NewUpdate().Model(&a).Column(columns...).Where("tenant_id = ? AND city = ?", a.TenantID, a.City).Exec(ctx)
	return err
}

// party is whom the books charge for a city.
func (s *Service) party(ctx context.Context, city tenancy.City) (invoice.Party, error) {
	var p invoice.Party
	err := tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, s.today(ctx))
		if err == nil {
			p, err = invoice.PartyOf(ctx, tx, system(), seller, city)
		}
		return err
	})
	return p, err
}

// items are what a subscription on a version with these add-ons has at Stripe.
func (s *Service) items(ctx context.Context, v billing.Version, addons map[string]int64) ([]item, error) {
	var out []item
	for _, c := range v.Components {
		if !sayable(c) || c.Optional && addons[c.Code] == 0 {
			continue
		}
		id, err := s.price(ctx, v, c)
		if err != nil {
			return nil, fmt.Errorf("collection: price %s: %w", lookupOf(v, c.Code), err)
		}
		i := item{Price: id}
		if c.Meter == "" {
			i.Quantity = max(addons[c.Code], 1)
		}
		out = append(out, i)
	}
	return out, nil
}

// price is the price of a component there; the first time it is made, with its product and its meter.
func (s *Service) price(ctx context.Context, v billing.Version, c rating.Component) (string, error) {
	row := priceRow{TenantID: tenancy.Must(ctx), Plan: v.Plan, Version: v.Number, Component: c.Code, ProductID: lookupOf(v, c.Code)}
	id, err := one(ctx, s.DB.App.NewSelect().Model((*priceRow)(nil)).Column("price_id").
		Where("tenant_id = ? AND plan = ? AND version = ? AND component = ?", row.TenantID, v.Plan, v.Number, c.Code))
	if err != nil || id != "" {
		return id, err
	}
	meter := ""
	if c.Meter != "" {
		if meter, err = s.meter(ctx, c.Meter); err != nil {
			return "", err
		}
	}
	if err := s.stripe.product(ctx, row.ProductID, c.Name.In(i18n.ID)); err != nil {
		return "", err
	}
	if row.PriceID, err = s.stripe.price(ctx, row.ProductID, row.ProductID, meter, c); err != nil {
		return "", err
	}
	_, err = s.DB.App.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	return row.PriceID, err
}

type priceRow struct {
	bun.BaseModel `bun:"table:stripe_price,alias:p"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	Plan      string     `bun:"plan,pk"`
	Version   int        `bun:"version,pk"`
	Component string     `bun:"component,pk"`
	ProductID string     `bun:"product_id"`
	PriceID   string     `bun:"price_id"`
}

func (s *Service) meter(ctx context.Context, code string) (string, error) {
	id, err := one(ctx, s.DB.App.NewSelect().Table("stripe_meter").Column("meter_id").Where("tenant_id = ? AND meter = ?", tenancy.Must(ctx), code))
	if err != nil || id != "" {
		return id, err
	}
	if id, err = s.stripe.meter(ctx, code); err != nil {
		return "", err
	}
	_, err = s.DB.App.NewRaw("INSERT INTO stripe_meter (tenant_id, meter, meter_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tenancy.Must(ctx), code, id).Exec(ctx)
	return id, err
}

// one reads a single text, or "" when there is none.
func one(ctx context.Context, q *bun.SelectQuery) (string, error) {
	var all []string
	if err := q.Limit(1).Scan(ctx, &all); err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}
