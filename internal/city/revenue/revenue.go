// Package revenue keeps apart what the shared ducts bring to whom: the commercial book of the company that runs them, read from its
// invoices, and the city's own revenue (PAD) from the company's dividend, the rent of the city's land and retribution, under the
// accounts of the regional budget. Gross fees of operators are the company's revenue; they are never called PAD, and a receipt that
// names an invoice of the company is refused.
//
// It also says where money is lost: what is held and not billed, billed and not held, kept past its time, found and nobody's, let
// below its floor, billed without an agreement, charged for another length than the network has, or owed for the city's land and not claimed, or claimed for it without a ground.
package revenue

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *storage.DB
	Guard *access.Guard
	Now   func() time.Time // time.Now when nil
	Page  int              // rows that are read at once of what may be long; 1000 when zero
}

// Service is the two ledgers of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Page == 0 {
		d.Page = 1000
	}
	return &Service{d: d}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// today is the day in the city, as midnight of UTC.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return duct.DayOf(s.d.Now().In(city.Location()))
}

// The channels by which the ducts bring the city revenue of its own.
const (
	Dividend    = "dividend"
	Retribusi   = "retribusi"
	Rent        = "rent" // of the city's land and other property
	Cooperation = "cooperation"
)

// Account is one of the regional budget, from a day on.
type Account struct {
	bun.BaseModel `bun:"table:revenue_account,alias:a" yaml:"-"`

	TenantID      tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	Code          string     `bun:"code,pk" yaml:"code"`                     // 4.1.03
	EffectiveFrom string     `bun:"effective_from,pk" yaml:"effective_from"` // 2026-01-31
	Channel       string     `bun:"channel" yaml:"channel"`
	Land          bool       `bun:"land" yaml:"land"` // the rent of land is kept here, where there are several for rent
	Name          i18n.Text  `bun:"name,type:jsonb" yaml:"name"`
	Source        string     `bun:"source" yaml:"source"`
	Verified      bool       `bun:"verified" yaml:"verified"`
}

var codePattern = regexp.MustCompile(`^4\.1\.\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$`)

// Section is the accounts' part of a city pack: duct/revenue.yaml. Register it with the engine. An account that left the pack stays,
// because receipts name it.
func Section() pack.Section {
	return pack.ListSection("revenue", "duct/revenue.yaml", func(a Account) string { return a.Code + " " + a.EffectiveFrom }, func(c *pack.Check, at string, a Account) {
		c.Pattern(at+".code", a.Code, codePattern, "4.1.03")
		c.OneOf(at+".channel", a.Channel, Dividend, Retribusi, Rent, Cooperation)
		if a.Land {
			c.OneOf(at+".channel", a.Channel, Rent)
		}
		c.Text(at+".name", a.Name)
		c.Required(at+".source", a.Source)
		if _, err := time.Parse(time.DateOnly, a.EffectiveFrom); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", a.EffectiveFrom, "example", "2026-01-01")
		}
	}, func(ctx context.Context, tx bun.Tx, all []Account) error {
		if len(all) == 0 {
			return nil
		}
		for i := range all {
			all[i].TenantID = tenancy.Must(ctx)
		}
		_, err := tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, code, effective_from) DO UPDATE").
			Set("channel = EXCLUDED.channel, land = EXCLUDED.land, name = EXCLUDED.name, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
		return err
	})
}

// accountsOn are the accounts that are in force on a day, by code.
func accountsOn(ctx context.Context, db bun.IDB, day time.Time) ([]Account, error) {
	var all []Account
	err := db.NewSelect().Model(&all).DistinctOn("a.code").ColumnExpr("a.code, to_char(a.effective_from, 'YYYY-MM-DD') AS effective_from, a.channel, a.land, a.name, a.source, a.verified").
		Where("a.tenant_id = ? AND a.effective_from <= ?", tenancy.Must(ctx), day.Format(time.DateOnly)).OrderExpr("a.code, a.effective_from DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("revenue: accounts: %w", err)
	}
	return all, nil
}
