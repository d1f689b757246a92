package ductwork

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Rule is how a city deals with works, from a day on.
type Rule struct {
	bun.BaseModel `bun:"table:duct_work_rule,alias:r" yaml:"-"`

	TenantID        tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	EffectiveFrom   string     `bun:"effective_from,pk" yaml:"effective_from"`
	NearM           int        `bun:"near_m" yaml:"near_m"`                     // from a duct or a manhole: works meet it
	TogetherM       int        `bun:"together_m" yaml:"together_m"`             // from other works: both could be one
	TogetherMonths  int        `bun:"together_months" yaml:"together_months"`   // between the end of one and the beginning of the other
	PublishedMonths int        `bun:"published_months" yaml:"published_months"` // ahead
	ReportHours     int        `bun:"report_hours" yaml:"report_hours"`         // after an emergency repair began
	UpkeepLeast     int        `bun:"upkeep_least" yaml:"upkeep_least"`         // months after the road was restored
	UpkeepMost      int        `bun:"upkeep_most" yaml:"upkeep_most"`
	ExpiryDays      int        `bun:"expiry_days" yaml:"expiry_days"`   // before a guarantee ends it is warned of
	EmergencyM      int        `bun:"emergency_m" yaml:"emergency_m"`   // of the outline of an emergency, at most; 0 in a pack is the usual
	RemindHours     int        `bun:"remind_hours" yaml:"remind_hours"` // before a report is due whoever owes it is told; 0 in a pack is the usual
	Basis           string     `bun:"basis" yaml:"basis"`
	Source          string     `bun:"source" yaml:"source"`
	Verified        bool       `bun:"verified" yaml:"verified"`
}

// usual is what holds in a city that has set nothing: the values that domain texts name most often, confirmed by nobody.
var usual = Rule{NearM: 5, TogetherM: 30, TogetherMonths: 6, PublishedMonths: 6, ReportHours: 24, UpkeepLeast: 6, UpkeepMost: 12, ExpiryDays: 30, EmergencyM: 500, RemindHours: 6}

// Section is the works' part of a city pack: duct/works.yaml. Register it with the engine. A rule that left the pack stays, because
// deadlines were reckoned by it.
func Section() pack.Section {
	return pack.ListSection("ductwork", "duct/works.yaml", func(r Rule) string { return r.EffectiveFrom }, func(c *pack.Check, at string, r Rule) {
		if _, err := time.Parse(time.DateOnly, r.EffectiveFrom); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", r.EffectiveFrom, "example", "2026-01-01")
		}
		for _, x := range []struct {
			name              string
			value, least, max int
		}{
			{"near_m", r.NearM, 1, 100}, {"together_m", r.TogetherM, 1, 500}, {"together_months", r.TogetherMonths, 0, 36}, {"published_months", r.PublishedMonths, 1, 36},
			{"report_hours", r.ReportHours, 1, 168}, {"upkeep_least", r.UpkeepLeast, 1, 120}, {"upkeep_most", r.UpkeepMost, max(r.UpkeepLeast, 1), 120}, {"expiry_days", r.ExpiryDays, 1, 365}, {"emergency_m", cmp.Or(r.EmergencyM, usual.EmergencyM), 10, longest},
			{"remind_hours", cmp.Or(r.RemindHours, usual.RemindHours), 1, 168},
		} {
			if x.value < x.least || x.value > x.max {
				c.Add(at+"."+x.name, "not_between", "value", x.value, "low", x.least, "high", x.max)
			}
		}
		c.Required(at+".basis", r.Basis)
		c.Required(at+".source", r.Source)
	}, func(ctx context.Context, tx bun.Tx, all []Rule) error {
		if len(all) == 0 {
			return nil
		}
		for i := range all {
			all[i].TenantID, all[i].EmergencyM, all[i].RemindHours = tenancy.Must(ctx), cmp.Or(all[i].EmergencyM, usual.EmergencyM), cmp.Or(all[i].RemindHours, usual.RemindHours)
		}
		_, err := tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, effective_from) DO UPDATE").
			Set(`near_m = EXCLUDED.near_m, together_m = EXCLUDED.together_m, together_months = EXCLUDED.together_months, published_months = EXCLUDED.published_months, report_hours = EXCLUDED.report_hours,
				upkeep_least = EXCLUDED.upkeep_least, upkeep_most = EXCLUDED.upkeep_most, expiry_days = EXCLUDED.expiry_days, emergency_m = EXCLUDED.emergency_m, remind_hours = EXCLUDED.remind_hours, basis = EXCLUDED.basis, source = EXCLUDED.source, verified = EXCLUDED.verified`).Exec(ctx)
		return err
	})
}

// RuleOn is the rule that is in force on a day. It is no secret: whoever digs must know it.
func (s *Service) RuleOn(ctx context.Context, day time.Time) (Rule, error) {
	return ruleOn(ctx, s.d.DB, day)
}

func ruleOn(ctx context.Context, db bun.IDB, day time.Time) (Rule, error) {
	var all []Rule
	err := db.NewSelect().Model(&all).ExcludeColumn("effective_from").ColumnExpr("to_char(r.effective_from, 'YYYY-MM-DD') AS effective_from").
		Where("r.tenant_id = ? AND r.effective_from <= ?", tenancy.Must(ctx), day.Format(time.DateOnly)).OrderExpr("r.effective_from DESC").Limit(1).Scan(ctx)
	if err != nil {
		return Rule{}, fmt.Errorf("ductwork: rule: %w", err)
	}
	if len(all) == 0 {
		return usual, nil
	}
	return all[0], nil
}
