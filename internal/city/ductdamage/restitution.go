package ductdamage

import (
	"time"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
)

// Restitution is what is let off the fee of a month for hours without service after the promised restore. Shares are hundredths
// of a percent of the month's fee of the lease.
type Restitution struct {
	PerHour int      `yaml:"per_hour" json:"per_hour"` // for each full hour
	Most    int      `yaml:"most" json:"most"`         // altogether; at most the whole fee
	NoneFor []string `yaml:"none_for" json:"none_for"` // who has to answer for the damage, where nothing is let off
}

// whole is a share of everything.
const whole = 10_000

func (r Restitution) check(c *pack.Check, at string) {
	if r.PerHour < 0 || r.PerHour > whole {
		c.Add(at+".per_hour", "bad_form", "value", r.PerHour, "example", 50)
	}
	if r.Most < 0 || r.Most > whole {
		c.Add(at+".most", "bad_form", "value", r.Most, "example", whole)
	}
	for i, x := range r.NoneFor {
		c.OneOf(pack.At(at+".none_for", i), x, Liables()...)
	}
}

// Outage is what a lease was without.
type Outage struct {
	Fee   money.Rupiah // of the lease for the month, without what is paid once
	Out   int          // units that were hit, on the segment that was hit worst
	Of    int          // units of the lease on that segment
	Late  time.Duration
	Given money.Rupiah // what is let off the same month's fee for other damages
}

// Let is what is let off, and how it was worked out.
type Let struct {
	Hours  int64 // full ones after the promised restore
	Share  int64 // of the fee of the units that were out, after the most
	Amount money.Rupiah
}

// Let works out what is let off: so much of the fee of the units that were out for each full hour after the promised restore, up to
// the most, and never more than what is left of the month's fee. Half a rupiah is rounded up.
func (r Restitution) Let(o Outage) (Let, error) {
	var out Let
	if o.Late > 0 {
		out.Hours = int64(o.Late / time.Hour)
	}
	most := int64(min(max(r.Most, 0), whole))
	if per := int64(r.PerHour); per > 0 {
		out.Share = min(out.Hours, most/per+1) * per // beyond it the most holds anyway, and no product is too large
	}
	out.Share = min(out.Share, most)
	if o.Fee <= 0 || o.Of <= 0 || o.Out <= 0 {
		return out, nil
	}
	amount, err := o.Fee.FractionHalfUp(int64(min(o.Out, o.Of))*out.Share, int64(o.Of)*whole)
	if err != nil {
		return out, err
	}
	out.Amount = max(min(amount, o.Fee-max(o.Given, 0)), 0)
	return out, nil
}
