package ductwait

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

const ruleFile = "duct/waiting.yaml"

// Section is the line's part of a city pack: duct/waiting.yaml. Register it with the engine.
func Section() pack.Section {
	return pack.Section{
		Name: "ductwait",
		Check: func(p *pack.Pack) error {
			_, _, err := rule(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			r, ok, err := rule(p)
			if err != nil || !ok {
				return err
			}
			r.TenantID = tenancy.Must(ctx)
			_, err = tx.NewInsert().Model(&r).On("CONFLICT (tenant_id) DO UPDATE").
				Set("offer_days = EXCLUDED.offer_days, most = EXCLUDED.most, answer_days = EXCLUDED.answer_days, keep_most = EXCLUDED.keep_most, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
			if err != nil {
				return fmt.Errorf("ductwait: apply pack: %w", err)
			}
			return nil
		},
	}
}

func rule(p *pack.Pack) (r Rule, ok bool, err error) {
	if !p.Has(ruleFile) {
		return r, false, nil
	}
	if err := p.Decode(ruleFile, &r); err != nil {
		return r, false, err
	}
	c := p.Check(ruleFile)
	if r.OfferDays < 1 || r.OfferDays > 365 {
		c.Add("offer_days", "out_of_range", "min", 1, "max", 365)
	}
	if r.Most < 1 || r.Most > 1000 {
		c.Add("most", "out_of_range", "min", 1, "max", 1000)
	}
	if r.KeepMost < 0 || r.KeepMost > 100 {
		c.Add("keep_most", "out_of_range", "min", 0, "max", 100)
	}
	if r.AnswerDays < 1 || r.AnswerDays > 365 {
		c.Add("answer_days", "out_of_range", "min", 1, "max", 365)
	}
	c.Required("source", r.Source)
	return r, true, c.Err()
}
