package pack

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// saveCity writes the profile into the directory of tenants and returns the row. It runs as the platform role, which
// alone may write there, and therefore before the transaction of the city's own rows.
func saveCity(ctx context.Context, db *bun.DB, p *Pack) (tenancy.City, error) {
	if err := hostsFree(ctx, db, p); err != nil {
		return tenancy.City{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return tenancy.City{}, fmt.Errorf("pack: %w", err)
	}
	city := p.directoryCity()
	city.ID = id
	_, err = db.NewInsert().Model(&city).
		Column("id", "kind", "slug", "name", "short_name", "code", "province", "timezone", "number_prefix", "hosts",
			"brand_color", "logo", "contact", "draft_days", "counter_draft_days").
		On("CONFLICT (slug) DO UPDATE").
		Set(`name = EXCLUDED.name, short_name = EXCLUDED.short_name, code = EXCLUDED.code, province = EXCLUDED.province,
			timezone = EXCLUDED.timezone, number_prefix = EXCLUDED.number_prefix, hosts = EXCLUDED.hosts,
			brand_color = EXCLUDED.brand_color, logo = EXCLUDED.logo, contact = EXCLUDED.contact,
			draft_days = EXCLUDED.draft_days, counter_draft_days = EXCLUDED.counter_draft_days`).
		Returning("*").Exec(ctx)
	if err != nil {
		return tenancy.City{}, fmt.Errorf("pack: save city %s: %w", p.City.Slug, err)
	}
	return city, nil
}

// directoryCity is the profile as the directory of tenants holds it.
func (p *Pack) directoryCity() tenancy.City {
	logo, _ := p.Asset(p.City.Brand.Logo)
	return tenancy.City{
		Kind: tenancy.KindCity, Slug: p.City.Slug, Name: p.City.Name, ShortName: p.City.ShortName, Code: p.City.Code,
		Province: p.City.Province, Timezone: p.City.Timezone, NumberPrefix: p.City.NumberPrefix,
		Hosts: append([]string{}, p.City.Hosts...), BrandColor: p.City.Brand.Color, Logo: string(logo),
		Contact:   tenancy.Contact(p.City.Contact),
		DraftDays: cmp.Or(p.City.Drafts.Days, draftDays), CounterDraftDays: cmp.Or(p.City.Drafts.CounterDays, counterDraftDays),
	}
}

// isCity reports whether the directory says of c what the pack says.
func (p *Pack) isCity(c tenancy.City) bool {
	want := p.directoryCity()
	return c.Name == want.Name && c.ShortName == want.ShortName && c.Code == want.Code && c.Province == want.Province &&
		c.Timezone == want.Timezone && c.NumberPrefix == want.NumberPrefix && slices.Equal(c.Hosts, want.Hosts) &&
		c.BrandColor == want.BrandColor && c.Logo == want.Logo && c.Contact == want.Contact &&
		c.DraftDays == want.DraftDays && c.CounterDraftDays == want.CounterDraftDays
}

// hostsFree refuses a host that another tenant has: its residents would meet the wrong city.
func hostsFree(ctx context.Context, db *bun.DB, p *Pack) error {
	if len(p.City.Hosts) == 0 {
		return nil
	}
	var host string
	err := db.NewRaw(`SELECT h FROM tenant t, unnest(t.hosts) h WHERE t.slug <> ? AND h IN (?) ORDER BY h LIMIT 1`,
		p.City.Slug, bun.List(p.City.Hosts)).Scan(ctx, &host)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("pack: %w", err)
	}
	return fault.New(fault.Conflict, "pack.host_taken", "host", host)
}
