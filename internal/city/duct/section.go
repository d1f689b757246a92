package duct

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Authority is who has ground in hand, and so must permit work there.
type Authority struct {
	bun.BaseModel `bun:"table:duct_authority,alias:a" yaml:"-"`

	TenantID  tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	Code      string     `bun:"code,pk" yaml:"code"`
	Name      i18n.Text  `bun:"name,type:jsonb" yaml:"name"`
	FreeTrade bool       `bun:"free_trade" yaml:"free_trade"` // its ground lies in the free-trade area, where a survey does not say otherwise
	Source    string     `bun:"source" yaml:"source"`
	Verified  bool       `bun:"verified" yaml:"verified"`
}

// Section is the ducts' part of a city pack: duct/authorities.yaml. Register it with the engine. An authority that the pack no
// longer has stays, because parts of the network name it.
func Section() pack.Section {
	return pack.ListSection("duct", "duct/authorities.yaml", func(a Authority) string { return a.Code }, func(c *pack.Check, at string, a Authority) {
		c.Code(at+".code", a.Code)
		c.Text(at+".name", a.Name)
		c.Required(at+".source", a.Source)
	}, func(ctx context.Context, tx bun.Tx, all []Authority) error {
		if len(all) == 0 {
			return nil
		}
		for i := range all {
			all[i].TenantID = tenancy.Must(ctx)
		}
		_, err := tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, code) DO UPDATE").
			Set("name = EXCLUDED.name, free_trade = EXCLUDED.free_trade, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
		return err
	})
}
