package ducttariff

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

const tariffs = "duct/tariffs.yaml"

// Section is the price list's part of a city pack: duct/tariffs.yaml. Register it with the engine. An entry that left the pack
// stays, because people were charged by it; so the amounts of one that is in force cannot be changed by a pack, and one that two
// people of the city have decided is left alone. A new one begins on a day that no month has charged.
func Section() pack.Section {
	return pack.Section{
		Name: "ducttariff",
		Check: func(p *pack.Pack) error {
			_, err := readPack(p)
			return err
		},
		Apply: apply,
	}
}

func readPack(p *pack.Pack) (List, error) {
	var all List
	if !p.Has(tariffs) {
		return all, nil
	}
	if err := p.Decode(tariffs, &all); err != nil {
		return all, err
	}
	c := p.Check(tariffs)
	all.check(c)
	return all, c.Err()
}

// rateMost bounds a price: far above any, and exact in every computation.
const rateMost = money.Rupiah(1_000_000_000)

// check says what no price list can have, by the places of its file.
func (p List) check(c *pack.Check) {
	heads := map[string][]Head{}
	for _, t := range p.Tariffs {
		heads["tariffs"] = append(heads["tariffs"], t.Head)
	}
	for _, x := range p.Indexes {
		heads["indexes"] = append(heads["indexes"], x.Head)
	}
	for _, f := range p.Floors {
		heads["floors"] = append(heads["floors"], f.Head)
	}
	for _, t := range p.Terms {
		heads["terms"] = append(heads["terms"], t.Head)
	}
	for list, all := range heads {
		seen := map[string]bool{}
		for i, h := range all {
			h.check(c, pack.At(list, i))
			if key := h.Code + h.EffectiveFrom; seen[key] {
				c.Add(pack.At(list, i)+".effective_from", "repeated", "value", h.EffectiveFrom)
			} else {
				seen[key] = true
			}
		}
	}
	for i, t := range p.Tariffs {
		t.check(c, pack.At("tariffs", i), p)
	}
	for i, x := range p.Indexes {
		between(c, pack.At("indexes", i)+".rise", int64(x.Rise), -whole/2, whole)
	}
	for i, f := range p.Floors {
		c.OneOf(pack.At("floors", i)+".kind", f.Kind, duct.UnitKinds()...)
		between(c, pack.At("floors", i)+".rate", int64(f.Rate), 1, int64(rateMost))
	}
	for i, t := range p.Terms {
		t.check(c, pack.At("terms", i))
	}
}

func between(c *pack.Check, at string, n, low, high int64) {
	if n < low || n > high {
		c.Add(at, "not_between", "value", n, "low", low, "high", high)
	}
}

func (h Head) check(c *pack.Check, at string) {
	c.Code(at+".code", h.Code)
	c.Text(at+".name", h.Name)
	c.Required(at+".basis", h.Basis)
	c.Required(at+".source", h.Source)
	if _, err := time.Parse(time.DateOnly, h.EffectiveFrom); err != nil {
		c.Add(at+".effective_from", "bad_form", "value", h.EffectiveFrom, "example", "2026-01-01")
	}
}

func (t Tariff) check(c *pack.Check, at string, in List) {
	c.OneOf(at+".charge", t.Charge, Charges()...)
	c.OneOf(at+".per", t.Per, Periods()...)
	between(c, at+".rate", int64(t.Rate), 0, int64(rateMost))
	if t.Charge == Metre {
		c.OneOf(at+".kind", t.Kind, duct.UnitKinds()...)
	} else if t.Kind != "" {
		c.Add(at+".kind", "not_one_of", "value", t.Kind, "allowed", "")
	}
	if t.Charge == Order && t.Per != Once {
		c.OneOf(at+".per", t.Per, Once)
	}
	if t.Charge != Land {
		return
	}
	if t.Per == Once {
		c.OneOf(at+".per", t.Per, Month, Year)
	}
	day, _ := time.Parse(time.DateOnly, t.EffectiveFrom)
	if terms, ok := in.TermsOn(day); ok && t.Rate > 0 {
		between(c, at+".factor", int64(t.Factor), int64(terms.LandFactor.From), int64(terms.LandFactor.To))
	}
}

func (t Terms) check(c *pack.Check, at string) {
	between(c, at+".minimum_months", int64(t.MinimumMonths), 0, 120)
	between(c, at+".deposit_months", int64(t.DepositMonths), 0, 60)
	between(c, at+".due_days", int64(t.DueDays), 0, 365)
	between(c, at+".late", int64(t.Late), 0, whole/10)
	between(c, at+".late_most", int64(t.LateMost), 0, whole)
	between(c, at+".land_factor.from", int64(t.LandFactor.From), 0, int64(t.LandFactor.To))
	between(c, at+".land_factor.to", int64(t.LandFactor.To), 0, whole)
	c.Required(at+".ppn_inside", t.PPNInside)
	c.Required(at+".ppn_outside", t.PPNOutside)
	if t.Late > 0 {
		c.Required(at+".ppn_late", t.PPNLate)
	}
	for name, steps := range map[string][]Step{"volume": t.Volume, "term": t.Term} {
		last := int64(0)
		for i, s := range steps {
			one := pack.At(at+"."+name, i)
			between(c, one+".from", s.From, last+1, 1<<40)
			between(c, one+".off", int64(s.Off), 1, whole/2)
			last = s.From
		}
	}
	for i, x := range t.Conditions {
		c.Text(pack.At(at+".conditions", i), x)
	}
}

func apply(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	list, err := readPack(p)
	if err != nil {
		return err
	}
	all, err := list.rows(tenancy.Must(ctx))
	if err != nil {
		return fmt.Errorf("ducttariff: apply pack: %w", err)
	}
	var kept []row
	err = tx.NewSelect().Model(&kept).ColumnExpr("p.part, p.code, to_char(p.effective_from, 'YYYY-MM-DD') AS effective_from, p.body, p.change_id").Where("p.tenant_id = ?", tenancy.Must(ctx)).Scan(ctx)
	if err != nil {
		return fmt.Errorf("ducttariff: apply pack: %w", err)
	}
	have := map[string]row{}
	for _, r := range kept {
		have[r.Part+" "+r.Code+" "+r.EffectiveFrom] = r
	}
	first, err := uncharged(ctx, tx)
	if err != nil {
		return err
	}
	city, _ := tenancy.CityFrom(ctx)
	today := time.Now().In(city.Location()).Format(time.DateOnly)
	for _, r := range all {
		was, ok := have[r.Part+" "+r.Code+" "+r.EffectiveFrom]
		if ok && was.ChangeID.Valid {
			continue
		}
		if ok && r.EffectiveFrom <= today && !charges(was.Body, r.Body) || !ok && r.EffectiveFrom < first {
			c := p.Check(tariffs)
			c.Add(r.Part, "past_tariff", "value", r.Code+" "+r.EffectiveFrom)
			return c.Err()
		}
		if _, err := tx.NewInsert().Model(&r).On("CONFLICT (tenant_id, part, code, effective_from) DO UPDATE").Set("body = EXCLUDED.body").Exec(ctx); err != nil {
			return fmt.Errorf("ducttariff: apply pack: %w", err)
		}
	}
	return nil
}

// uncharged is the first day that no month has charged by the list; empty where nothing was charged yet. A new entry of a day before would say
// that people were charged otherwise than they were.
func uncharged(ctx context.Context, tx bun.Tx) (day string, err error) {
	err = tx.NewRaw("SELECT coalesce(to_char(max(month) + interval '1 month', 'YYYY-MM-DD'), '') FROM duct_bill_month WHERE tenant_id = ?", tenancy.Must(ctx)).Scan(ctx, &day)
	if err != nil {
		return "", fmt.Errorf("ducttariff: uncharged: %w", err)
	}
	return day, nil
}

// charges reports whether two entries charge the same; what they are called and rest on may be mended.
func charges(a, b []byte) bool {
	var x, y map[string]any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	for _, words := range []string{"name", "basis", "source", "verified", "method", "legal_note", "en", "conditions"} {
		delete(x, words)
		delete(y, words)
	}
	return reflect.DeepEqual(x, y)
}
