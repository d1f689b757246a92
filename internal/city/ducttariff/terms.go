package ducttariff

import (
	"context"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// AskTerms asks for other terms of leases from a day on; a second person decides. Of the terms of that day it changes what people agree on: the
// minimum term, the deposit, when invoices are due, what volume and term let off, and late fees. What tax and law say stays. It needs
// duct:tariff. It refuses what AskTariff does, Invalid for a number out of its range and for steps that do not rise (fields by
// their names), and where there are no terms that could be changed (field "effective_from").
func (s *Service) AskTerms(ctx context.Context, actor identity.Actor, t Terms, reason string) (Change, error) {
	p, err := s.List(ctx)
	if err != nil {
		return Change{}, err
	}
	day, _ := time.Parse(time.DateOnly, t.EffectiveFrom) // what is none is refused
	was, ok := p.TermsOn(day)
	now := was
	now.Head, now.MinimumMonths, now.DepositMonths, now.DueDays, now.Volume, now.Term, now.Late, now.LateMost = t.Head, t.MinimumMonths, t.DepositMonths, t.DueDays, t.Volume, t.Term, t.Late, t.LateMost
	now.Code, now.Name = was.Code, was.Name
	if !ok { // as if of the first terms: the day is refused
		now.Code, now.Name = t.Code, t.Name
	}
	return s.ask(ctx, actor, partTerms, now.Head, now, reason, func(List) []fault.Field {
		var bad []fault.Field
		within := func(name string, n, most int) {
			if n < 0 || n > most {
				bad = append(bad, fault.Field{Name: name, Code: "out_of_range", Args: []any{"min", 0, "max", most}})
			}
		}
		if !ok && !day.IsZero() {
			bad = append(bad, fault.Field{Name: "effective_from", Code: "tariff_no_terms"})
		}
		within("minimum_months", now.MinimumMonths, 120)
		within("deposit_months", now.DepositMonths, 60)
		within("due_days", now.DueDays, 365)
		if now.Late < 0 || now.Late > whole/10 || now.Late > 0 && now.PPNLate == "" {
			bad = append(bad, fault.Field{Name: "late", Code: "tariff_late"})
		}
		if now.LateMost < 0 || now.LateMost > whole {
			bad = append(bad, fault.Field{Name: "late_most", Code: "tariff_rise"})
		}
		if !rising(now.Volume) {
			bad = append(bad, fault.Field{Name: "volume", Code: "tariff_steps"})
		}
		if !rising(now.Term) {
			bad = append(bad, fault.Field{Name: "term", Code: "tariff_steps"})
		}
		return bad
	})
}

// rising reports whether steps begin one after the other and let off between something and half.
func rising(all []Step) bool {
	last := int64(0)
	for _, s := range all {
		if s.From <= last || s.From > 1<<40 || s.Off < 1 || s.Off > whole/2 {
			return false
		}
		last = s.From
	}
	return len(all) <= 20
}
