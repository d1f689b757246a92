package ductwave

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Rule is what a new wave begins with. Each wave may have its own figures.
type Rule struct {
	bun.BaseModel `bun:"table:duct_wave_rule,alias:r" yaml:"-"`

	TenantID   tenancy.ID   `bun:"tenant_id,pk" yaml:"-"`
	Target     int          `bun:"target" yaml:"target"`             // percent
	CostPerM   money.Rupiah `bun:"cost_per_m" yaml:"cost_per_metre"` // rupiah, of building
	TariffPerM money.Rupiah `bun:"tariff_per_m" yaml:"tariff_per_metre"`
	RemindDays []int        `bun:"remind_days,type:jsonb" yaml:"remind_days"` // before a deadline, the earliest first
	Source     string       `bun:"source" yaml:"source"`
	Verified   bool         `bun:"verified" yaml:"verified"`
}

// Item is a step of a company's cut-over.
type Item struct {
	bun.BaseModel `bun:"table:duct_wave_item,alias:i" yaml:"-"`

	TenantID tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	Code     string     `bun:"code,pk" yaml:"code"`
	Name     i18n.Text  `bun:"name,type:jsonb" yaml:"name"`
	Stage    string     `bun:"stage" yaml:"stage"`         // StageCutOver or StageAerial
	Staff    bool       `bun:"staff" yaml:"staff"`         // only staff say that it is done
	NewCable bool       `bun:"new_cable" yaml:"new_cable"` // only for a company that comes into the ducts
	Photo    string     `bun:"photo" yaml:"photo"`         // Before or After, which it cannot be done without; or empty
	Position int        `bun:"position" yaml:"-"`
	Offered  bool       `bun:"offered" yaml:"-"`
}

const file = "duct/waves.yaml"

type setup struct {
	Rule  Rule   `yaml:"rule"`
	Items []Item `yaml:"items"`
}

// Section is the waves' part of a city pack: duct/waves.yaml. Register it with the engine. An item that the pack no longer has
// stays on the checklists that have it, and comes onto no other.
func Section() pack.Section {
	return pack.Section{
		Name: "ductwave",
		Check: func(p *pack.Pack) error {
			_, err := readPack(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			if !p.Has(file) {
				return nil
			}
			in, err := readPack(p)
			if err == nil {
				err = in.keep(ctx, tx)
			}
			return err
		},
	}
}

func readPack(p *pack.Pack) (setup, error) {
	var in setup
	if !p.Has(file) {
		return in, nil
	}
	if err := p.Decode(file, &in); err != nil {
		return in, err
	}
	c := p.Check(file)
	c.Required("rule.source", in.Rule.Source)
	if in.Rule.Target < 1 || in.Rule.Target > 100 {
		c.Add("rule.target", "not_between", "value", in.Rule.Target, "low", 1, "high", 100)
	}
	for _, x := range []struct {
		at           string
		amount, most money.Rupiah
	}{{"rule.cost_per_metre", in.Rule.CostPerM, costMost}, {"rule.tariff_per_metre", in.Rule.TariffPerM, tariffMost}} {
		if x.amount < 1 || x.amount > x.most {
			c.Add(x.at, "not_between", "value", int64(x.amount), "low", 1, "high", int64(x.most))
		}
	}
	for _, d := range in.Rule.RemindDays {
		if d < 0 || d > 90 {
			c.Add("rule.remind_days", "not_between", "value", d, "low", 0, "high", 90)
		}
	}
	seen := map[string]bool{}
	for i, x := range in.Items {
		at := pack.At("items", i)
		c.Code(at+".code", x.Code)
		c.Once(seen, at+".code", x.Code)
		c.Text(at+".name", x.Name)
		c.OneOf(at+".stage", x.Stage, StageCutOver, StageAerial)
		if x.Photo != "" {
			c.OneOf(at+".photo", x.Photo, Before, After)
		}
	}
	return in, c.Err()
}

func (in setup) keep(ctx context.Context, tx bun.Tx) error {
	in.Rule.TenantID = tenancy.Must(ctx)
	if in.Rule.RemindDays == nil {
		in.Rule.RemindDays = []int{}
	}
	slices.Sort(in.Rule.RemindDays)
	slices.Reverse(in.Rule.RemindDays)
	_, err := tx.NewInsert().Model(&in.Rule).On("CONFLICT (tenant_id) DO UPDATE").
		Set("target = EXCLUDED.target, cost_per_m = EXCLUDED.cost_per_m, tariff_per_m = EXCLUDED.tariff_per_m, remind_days = EXCLUDED.remind_days, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw("UPDATE duct_wave_item SET offered = false WHERE tenant_id = ?", in.Rule.TenantID).Exec(ctx)
	}
	if err == nil && len(in.Items) > 0 {
		for i := range in.Items {
			in.Items[i].TenantID, in.Items[i].Position, in.Items[i].Offered = in.Rule.TenantID, i+1, true
		}
		_, err = tx.NewInsert().Model(&in.Items).On("CONFLICT (tenant_id, code) DO UPDATE").
			Set("name = EXCLUDED.name, stage = EXCLUDED.stage, staff = EXCLUDED.staff, new_cable = EXCLUDED.new_cable, photo = EXCLUDED.photo, position = EXCLUDED.position, offered = true").Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("ductwave: apply pack: %w", err)
	}
	return nil
}

// rule is the city's own; zero where its pack has none.
func rule(ctx context.Context, db bun.IDB) (Rule, error) {
	var all []Rule
	if err := db.NewSelect().Model(&all).Where("r.tenant_id = ?", tenancy.Must(ctx)).Scan(ctx); err != nil || len(all) == 0 {
		return Rule{}, err
	}
	return all[0], nil
}

// items are every item that the city has or had, in their order.
func items(ctx context.Context, db bun.IDB) ([]Item, error) {
	var all []Item
	err := db.NewSelect().Model(&all).Where("i.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("i.position, i.code").Scan(ctx)
	return all, err
}
