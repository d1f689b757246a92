package duct

import (
	"context"
	"fmt"

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

const authorities = "duct/authorities.yaml"

// Section is the ducts' part of a city pack: duct/authorities.yaml. Register it with the engine. An authority that the pack no
// longer has stays, because parts of the network name it.
func Section() pack.Section {
	return pack.Section{
		Name: "duct",
		Check: func(p *pack.Pack) error {
			_, err := readPack(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			all, err := readPack(p)
			if err != nil || len(all) == 0 {
				return err
			}
			for i := range all {
				all[i].TenantID = tenancy.Must(ctx)
			}
			_, err = tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, code) DO UPDATE").
				Set("name = EXCLUDED.name, free_trade = EXCLUDED.free_trade, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
			if err != nil {
				return fmt.Errorf("duct: apply pack: %w", err)
			}
			return nil
		},
	}
}

func readPack(p *pack.Pack) ([]Authority, error) {
	if !p.Has(authorities) {
		return nil, nil
	}
	var all []Authority
	if err := p.Decode(authorities, &all); err != nil {
		return nil, err
	}
	check, seen := p.Check(authorities), map[string]bool{}
	for i, a := range all {
		at := pack.At("", i)
		check.Code(at+".code", a.Code)
		check.Text(at+".name", a.Name)
		check.Required(at+".source", a.Source)
		if seen[a.Code] {
			check.Add(at+".code", "twice", "value", a.Code)
		}
		seen[a.Code] = true
	}
	return all, check.Err()
}
