package ductcable

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Rule is how full a unit of a kind may be pulled: a city's own, in its pack.
type Rule struct {
	bun.BaseModel `bun:"table:duct_fill_rule,alias:f" yaml:"-"`

	TenantID tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	Kind     string     `bun:"kind,pk" yaml:"kind"`    // duct.Duct or duct.Subduct
	Percent  int        `bun:"percent" yaml:"percent"` // of its inner cross-section
	Source   string     `bun:"source" yaml:"source"`
	Verified bool       `bun:"verified" yaml:"verified"`
}

// Section is the cables' part of a city pack: duct/fill.yaml. Register it with the engine. A kind without a rule is full at nothing
// but what its own size allows.
func Section() pack.Section {
	return pack.ListSection("duct_fill", "duct/fill.yaml", func(r Rule) string { return r.Kind }, func(c *pack.Check, at string, r Rule) {
		if r.Kind != "duct" && r.Kind != "subduct" {
			c.Add(at+".kind", "not_an_option")
		}
		if r.Percent < 1 || r.Percent > 100 {
			c.Add(at+".percent", "out_of_range")
		}
		c.Required(at+".source", r.Source)
	}, func(ctx context.Context, tx bun.Tx, all []Rule) error {
		if len(all) == 0 {
			return nil
		}
		for i := range all {
			all[i].TenantID = tenancy.Must(ctx)
		}
		_, err := tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, kind) DO UPDATE").Set("percent = EXCLUDED.percent, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
		return err
	})
}

// allowed is how full a unit of a kind may be pulled, in percent.
func allowed(ctx context.Context, db bun.IDB, kind string) (int, error) {
	var all []int
	if err := db.NewRaw("SELECT percent FROM duct_fill_rule WHERE tenant_id = ? AND kind = ?", tenancy.Must(ctx), kind).Scan(ctx, &all); err != nil {
		return 0, fmt.Errorf("ductcable: rule: %w", err)
	}
	if len(all) == 0 {
		return 100, nil
	}
	return all[0], nil
}
