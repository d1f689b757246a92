package collection

import (
	"context"

	"github.com/stripe/stripe-go/v76"

	"bedelau/internal/saas/rating"
)

// meter finds or makes the meter that a quantity is reported to once a month; so it adds up, whatever our own does.
func (c *client) meter(ctx context.Context, code string) (string, error) {
	it := c.api.BillingMeters.List(&stripe.BillingMeterListParams{ListParams: list(ctx)})
	for it.Next() {
		if m := it.BillingMeter(); m.EventName == eventName(code) && m.Status == stripe.BillingMeterStatusActive {
			return m.ID, nil
		}
	}
	if err := failed("list meters", it.Err()); err != nil {
		return "", err
	}
	m, err := c.api.BillingMeters.New(&stripe.BillingMeterParams{
		Params: write(ctx, nil, "meter", code), DisplayName: stripe.String(code), EventName: stripe.String(eventName(code)),
		DefaultAggregation: &stripe.BillingMeterDefaultAggregationParams{Formula: stripe.String("sum")},
		CustomerMapping:    &stripe.BillingMeterCustomerMappingParams{EventPayloadKey: stripe.String("stripe_customer_id"), Type: stripe.String("by_id")},
		ValueSettings:      &stripe.BillingMeterValueSettingsParams{EventPayloadKey: stripe.String("value")},
	})
	if err != nil {
		return "", failed("create meter", err)
	}
	return m.ID, nil
}

func eventName(meter string) string { return "bedelau_" + meter }

// product finds or makes the product that a component of a version is; its id is our own.
func (c *client) product(ctx context.Context, id, name string) error {
	_, err := c.api.Products.Get(id, &stripe.ProductParams{Params: read(ctx)})
	if err = failed("read product", err); err == nil || !isCode(err, string(stripe.ErrorCodeResourceMissing)) {
		return err
	}
	_, err = c.api.Products.New(&stripe.ProductParams{Params: write(ctx, nil, "product", id), ID: stripe.String(id), Name: stripe.String(name)})
	return failed("create product", err)
}

// price finds or makes the price of a component under a lookup key.
func (c *client) price(ctx context.Context, lookup, product, meter string, of rating.Component) (string, error) {
	it := c.api.Prices.List(&stripe.PriceListParams{ListParams: list(ctx), LookupKeys: []*string{stripe.String(lookup)}})
	for it.Next() {
		if p := it.Price(); p.LookupKey == lookup {
			return p.ID, nil
		}
	}
	if err := failed("list prices", it.Err()); err != nil {
		return "", err
	}
	p, err := c.api.Prices.New(priceParams(write(ctx, nil, "price", lookup), lookup, product, meter, of))
	if err != nil {
		return "", failed("create price", err)
	}
	return p.ID, nil
}

// priceParams says a component in Stripe's words; sayable has let it through.
func priceParams(p stripe.Params, lookup, product, meter string, of rating.Component) *stripe.PriceParams {
	out := &stripe.PriceParams{Params: p, Currency: stripe.String(currency), Product: stripe.String(product), LookupKey: stripe.String(lookup),
		BillingScheme: stripe.String("per_unit"), Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month"), UsageType: stripe.String("licensed")}}
	if meter != "" {
		out.Recurring.UsageType, out.Recurring.Meter = stripe.String("metered"), stripe.String(meter)
	}
	switch all := tiersOf(of); {
	case len(all) > 0:
		out.BillingScheme, out.TiersMode = stripe.String("tiered"), stripe.String("graduated")
		if of.Kind == rating.Volume {
			out.TiersMode = stripe.String("volume")
		}
		for _, t := range all {
			one := &stripe.PriceTierParams{UnitAmount: stripe.Int64(int64(t.Price) * hundredths)}
			if t.UpTo > 0 {
				one.UpTo = stripe.Int64(t.UpTo)
			} else {
				one.UpToInf = stripe.Bool(true)
			}
			out.Tiers = append(out.Tiers, one)
		}
	case of.Kind == rating.Package:
		out.TransformQuantity = &stripe.PriceTransformQuantityParams{DivideBy: stripe.Int64(of.Size), Round: stripe.String("up")}
		fallthrough
	default:
		out.UnitAmount = stripe.Int64(int64(of.Price) * hundredths)
	}
	return out
}
