package app

import (
	"context"
	"os"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection"
	"bedelau/tenants"
)

// buildCollection makes what collects by Stripe; without a key every city pays by transfer.
func (a *App) buildCollection() {
	d := collection.Deps{DB: a.DB, Guard: a.Guard, Billing: a.Billing, Receipts: a.Finance, Key: string(a.Config.StripeKey), URL: a.Config.StripeURL, Log: a.Log}
	for _, s := range a.Config.StripeSigning {
		d.Signing = append(d.Signing, string(s))
	}
	a.Collection = collection.New(d)
}

// loadSeller puts the seller of a file, or of the program itself, into the books of the platform.
func (a *App) loadSeller(ctx context.Context, file string) (added int, err error) {
	raw := tenants.Seller
	if file != "" {
		if raw, err = os.ReadFile(file); err != nil {
			return 0, err
		}
	}
	setup, err := invoice.ReadSetup(raw)
	if err != nil {
		return 0, err
	}
	return a.loadSetup(ctx, setup)
}

func (a *App) loadSetup(ctx context.Context, setup invoice.Setup) (added int, err error) {
	platform, err := a.Directory.BySlug(ctx, "platform")
	if err != nil {
		return 0, err
	}
	err = tenancy.InTx(tenancy.With(ctx, platform), a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		added, err = invoice.Load(ctx, tx, identity.Actor{Kind: identity.Kind(audit.System)}, setup)
		return err
	})
	return added, err
}

// closeMonth closes a month of one city or of all. What one city is refused holds up no other; a city that has nothing to bill
// is left out of all.
func (a *App) closeMonth(ctx context.Context, o cli.CloseOptions) ([]cli.Closed, error) {
	month, err := time.Parse("2006-01", o.Month)
	if err != nil {
		return nil, err
	}
	cities, err := a.Directory.All(ctx)
	if o.Tenant != "" {
		var one tenancy.City
		one, err = a.Producers.City(ctx, o.Tenant) // also one that is closed
		cities = []tenancy.City{one}
	}
	if err != nil {
		return nil, err
	}
	var out []cli.Closed
	for _, city := range cities {
		if city.Kind != tenancy.KindCity {
			continue
		}
		ctx := tenancy.With(ctx, city)
		do := a.Billing.Close
		if o.DryRun {
			do = a.Billing.Preview
		}
		c, err := do(ctx, city, month)
		row := cli.Closed{City: city.Name, Month: o.Month, DryRun: o.DryRun}
		switch f := fault.From(err); {
		case err == nil && len(c.Lines) == 0 && o.Tenant == "", fault.Is(err, "billing.no_subscription") && o.Tenant == "":
			continue
		case err != nil && f.Kind == fault.Internal:
			return out, err
		case err != nil:
			row.Refused = i18n.EN.T("fault."+f.Code, f.Args...)
		default:
			row = closedRow(row, city, c)
		}
		out = append(out, row)
	}
	return out, nil
}

func closedRow(row cli.Closed, city tenancy.City, c billing.Closing) cli.Closed {
	row.Total = c.Total
	if c.Total > 0 && !row.DryRun {
		row.Source = billing.SourceOf(city.ID, c.Month)
	}
	for _, l := range c.Lines {
		row.Lines = append(row.Lines, cli.CostLine{Name: l.Title(i18n.EN), Working: l.Working(i18n.EN), Amount: l.Amount})
	}
	return row
}
