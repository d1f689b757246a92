package ductdamage

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

const policyFile = "duct/damage.yaml"

// Policy is what the company that runs the ducts has promised from a day on.
type Policy struct {
	From        string      `yaml:"effective_from" json:"effective_from"`
	Acknowledge int         `yaml:"acknowledge_minutes" json:"acknowledge_minutes"`
	OnSite      int         `yaml:"on_site_minutes" json:"on_site_minutes"`
	Temporary   int         `yaml:"temporary_minutes" json:"temporary_minutes"`
	Permanent   int         `yaml:"permanent_days" json:"permanent_days"` // working days
	Restitution Restitution `yaml:"restitution" json:"restitution"`
	PublicHour  int         `yaml:"public_per_hour" json:"public_per_hour"` // reports of the public that the city takes in within an hour; 0 is publicUsual
	Basis       string      `yaml:"basis" json:"basis"`
	Verified    bool        `yaml:"verified" json:"verified"`
	Source      string      `yaml:"source" json:"source"`
}

// Section is the damages' part of a city pack: duct/damage.yaml. Register it with the engine. Rules that left the pack stay, because
// damages were measured by them, and what those of a day that has come promise is never changed.
func Section() pack.Section {
	return pack.ListSection("ductdamage", policyFile, func(p Policy) string { return p.From }, func(c *pack.Check, at string, p Policy) {
		if _, err := time.Parse(time.DateOnly, p.From); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", p.From, "example", "2026-01-01")
		}
		last := 0
		for _, x := range []struct {
			name string
			n    int
		}{{"acknowledge_minutes", p.Acknowledge}, {"on_site_minutes", p.OnSite}, {"temporary_minutes", p.Temporary}} {
			if x.n <= last || x.n > 30*24*60 {
				c.Add(at+"."+x.name, "bad_form", "value", x.n, "example", last+15)
			}
			last = x.n
		}
		if p.Permanent < 1 || p.Permanent > 250 {
			c.Add(at+".permanent_days", "bad_form", "value", p.Permanent, "example", 5)
		}
		if p.PublicHour < 0 || p.PublicHour > 10_000 {
			c.Add(at+".public_per_hour", "not_between", "value", p.PublicHour, "low", 0, "high", 10_000)
		}
		p.Restitution.check(c, at+".restitution")
		c.Required(at+".basis", p.Basis)
		c.Required(at+".source", p.Source)
	}, keepPolicies)
}

type policyRow struct {
	bun.BaseModel `bun:"table:duct_damage_policy,alias:p"`

	TenantID tenancy.ID      `bun:"tenant_id,pk"`
	From     string          `bun:"effective_from,pk,type:date"`
	Body     json.RawMessage `bun:"body,type:jsonb"`
}

func keepPolicies(ctx context.Context, tx bun.Tx, all []Policy) error {
	city, _ := tenancy.CityFrom(ctx)
	today := time.Now().In(city.Location()).Format(time.DateOnly)
	kept, err := policies(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range all {
		i := slices.IndexFunc(kept, func(k Policy) bool { return k.From == p.From })
		if i >= 0 && p.From <= today && !kept[i].promises(p) {
			return fault.New(fault.Conflict, "ductdamage.policy_in_force", "day", p.From, "file", policyFile)
		}
		body, err := json.Marshal(p)
		if err != nil {
			return err
		}
		row := policyRow{TenantID: tenancy.Must(ctx), From: p.From, Body: body}
		if _, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, effective_from) DO UPDATE").Set("body = EXCLUDED.body").Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: policy: %w", err)
		}
	}
	return nil
}

// promises reports whether two rules promise the same; what they rest on, and how many reports are taken in, may be mended.
func (p Policy) promises(o Policy) bool {
	p.Basis, p.Verified, p.Source, p.PublicHour = o.Basis, o.Verified, o.Source, o.PublicHour
	return reflect.DeepEqual(p, o)
}

// policies are the rules of the city, the earliest first.
func policies(ctx context.Context, db bun.IDB) ([]Policy, error) {
	var rows []policyRow
	err := db.NewSelect().Model(&rows).ColumnExpr("p.body").Where("p.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("p.effective_from").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: policies: %w", err)
	}
	out := make([]Policy, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Body, &out[i]); err != nil {
			return nil, fmt.Errorf("ductdamage: policies: %w", err)
		}
	}
	return out, nil
}

// policyOn are the rules that hold on a day of the city; false before the first.
func policyOn(ctx context.Context, db bun.IDB, day time.Time) (found Policy, ok bool, err error) {
	all, err := policies(ctx, db)
	for _, p := range all {
		if p.From <= day.Format(time.DateOnly) {
			found, ok = p, true
		}
	}
	return found, ok, err
}

// Policy are the rules that hold in the city today, for whoever asks: they are promises. False where there are none.
func (s *Service) Policy(ctx context.Context) (Policy, bool, error) {
	return policyOn(ctx, s.d.DB, s.day(ctx, s.now()))
}

// PolicyOf are the rules by which a damage is measured; false where the city had none when it was reported.
func (s *Service) PolicyOf(ctx context.Context, d Damage) (Policy, bool, error) {
	if d.PolicyFrom.IsZero() {
		return Policy{}, false, nil
	}
	return policyOn(ctx, s.d.DB, d.PolicyFrom)
}

// day is that of a moment in the city, as midnight of UTC.
func (s *Service) day(ctx context.Context, at time.Time) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	at = at.In(city.Location())
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// clocks are the promises of a policy about what is reported at a moment. The last one counts the city's working days.
func (p Policy) clocks(ctx context.Context, db bun.IDB, at time.Time) ([]Clock, error) {
	cal, err := calendar.Load(ctx, db, "")
	if err != nil {
		return nil, err
	}
	repair, err := cal.Due(at, workcal.Term{Amount: p.Permanent, Unit: workcal.WorkingDay})
	if _, missing := workcal.MissingYear(err); err != nil && !missing {
		return nil, fmt.Errorf("ductdamage: clocks: %w", err)
	}
	minutes := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	return []Clock{{Clock: ToAcknowledge, DueAt: minutes(p.Acknowledge)}, {Clock: ToArrive, DueAt: minutes(p.OnSite)},
		{Clock: ToRestore, DueAt: minutes(p.Temporary)}, {Clock: ToRepair, DueAt: repair.UTC()}}, nil
}
