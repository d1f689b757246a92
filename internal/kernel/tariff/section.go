package tariff

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Section is the tariffs' part of a city pack: tariffs/<code>.yaml, each with all its versions. Register it with the
// engine. A version that left the pack stays: people were charged by it. For the same reason the amounts of one that is in
// force cannot be changed by a pack, and one that the city has written itself is left alone.
func Section() pack.Section {
	return pack.Section{
		Name:     "tariffs",
		Revision: 1,
		Check: func(p *pack.Pack) error {
			_, err := read(p)
			return err
		},
		Apply: apply,
	}
}

// file is tariffs/<code>.yaml.
type file struct {
	Code     string    `yaml:"code"`
	Name     i18n.Text `yaml:"name"`
	Unit     i18n.Text `yaml:"unit"`
	Versions []version `yaml:"versions"`
}

type version struct {
	EffectiveFrom string `yaml:"effective_from"`
	Basis         string `yaml:"basis"`
	Source        string `yaml:"source"`
	Verified      bool   `yaml:"verified"`
	Rows          []Row  `yaml:"rows"`
}

// most bounds an amount: far above any tariff, and exact in every computation.
const most = int64(1) << 50

func read(p *pack.Pack) ([]file, error) {
	var out []file
	var errs []error
	for _, name := range p.Names("tariffs") {
		var f file
		if err := p.Decode(name, &f); err != nil {
			errs = append(errs, err)
			continue
		}
		c := p.Check(name)
		c.Code("code", f.Code)
		if base := strings.TrimSuffix(path.Base(name), ".yaml"); f.Code != base {
			c.Add("code", "not_file_name", "value", f.Code, "file", base)
		}
		f.check(c)
		errs = append(errs, c.Err())
		out = append(out, f)
	}
	return out, pack.Join(errs...)
}

func (f file) check(c *pack.Check) {
	c.Text("name", f.Name)
	c.Text("unit", f.Unit)
	if len(f.Versions) == 0 {
		c.Add("versions", "required")
	}
	last := ""
	for i, v := range f.Versions {
		at := pack.At("versions", i)
		if _, err := time.Parse(time.DateOnly, v.EffectiveFrom); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", v.EffectiveFrom, "example", "2026-01-01")
		}
		if v.EffectiveFrom <= last {
			c.Add(at+".effective_from", "not_after", "value", v.EffectiveFrom, "other", last)
		}
		last = v.EffectiveFrom
		c.Required(at+".source", v.Source)
		if len(v.Rows) == 0 {
			c.Add(at+".rows", "required")
		}
		keys := map[string]bool{}
		for j, r := range v.Rows {
			one := pack.At(at+".rows", j)
			c.Once(keys, one+".key", r.Key)
			c.Text(one+".label", r.Label)
			if r.Amount < 0 || r.Amount > most {
				c.Add(one+".amount", "not_between", "value", r.Amount, "low", 0, "high", most)
			}
		}
	}
}

func apply(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	all, err := read(p)
	if err != nil {
		return err
	}
	for _, f := range all {
		kept, err := versions(ctx, tx, f.Code)
		if err != nil {
			return err
		}
		for i, v := range f.Versions {
			at := slices.IndexFunc(kept, func(t Table) bool { return t.EffectiveFrom == v.EffectiveFrom })
			if at >= 0 && kept[at].Own {
				continue
			}
			if at >= 0 && v.EffectiveFrom <= dayIn(ctx, time.Now()) && !slices.EqualFunc(kept[at].Rows, v.Rows, sameAmount) {
				c := p.Check("tariffs/" + f.Code + ".yaml")
				c.Add(pack.At("versions", i)+".rows", "past_tariff", "value", v.EffectiveFrom)
				return c.Err()
			}
			t := Table{TenantID: tenancy.Must(ctx), Code: f.Code, EffectiveFrom: v.EffectiveFrom, Name: f.Name, Unit: f.Unit,
				Basis: v.Basis, Source: v.Source, Verified: v.Verified, Rows: v.Rows}
			_, err = tx.NewInsert().Model(&t).On("CONFLICT (tenant_id, code, effective_from) DO UPDATE").
				Set(`name = EXCLUDED.name, unit = EXCLUDED.unit, basis = EXCLUDED.basis, source = EXCLUDED.source,
					verified = EXCLUDED.verified, rows = EXCLUDED.rows`).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sameAmount reports whether two rows charge the same; how they are called may be mended.
func sameAmount(a, b Row) bool { return a.Key == b.Key && a.Amount == b.Amount }
