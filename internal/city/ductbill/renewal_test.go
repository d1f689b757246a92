package ductbill

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/money"
)

// charged is what a lease is charged for a month, and of that what is left of a minimum term and what is paid once.
type charged struct{ all, rest, once money.Rupiah }

func (y *world) chargedFor(lease uuid.UUID, month string) (c charged) {
	y.t.Helper()
	y.must(y.w.DB.App.NewRaw(`SELECT coalesce(sum(x.amount), 0), coalesce(sum(x.amount) FILTER (WHERE x.source ->> 'minimum' = 'true'), 0), coalesce(sum(x.amount) FILTER (WHERE x.source ->> 'tariff' = 'survei'), 0)
		FROM duct_charge c JOIN invoice_draft d ON d.tenant_id = c.tenant_id AND d.id = c.draft_id CROSS JOIN LATERAL jsonb_to_recordset(d.charges) x(amount bigint, source jsonb)
		WHERE c.tenant_id = ? AND c.lease_id = ? AND c.month = ? AND x.source ->> 'lease' = c.lease_id::text`, y.w.Batam.ID, lease, month+"-01").Scan(y.ctx, &c.all, &c.rest, &c.once))
	return c
}

// A month of 220 m × Rp14.350 ÷ 12 with two manholes of Rp5.125.
const oneMonth = 263_083 + 2*5_125

// TestARenewalGoesOnWithTheMinimumTerm: three months that are renewed for three more are charged each month once and the survey once, and
// what is left of the twelve months by the last of them.
func TestARenewalGoesOnWithTheMinimumTerm(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	n, company := y.network(), y.company("PT Serat", 0)
	first := y.ordered(n, company, "2026-03-01", "2026-06-01", uuid.Nil)
	second := y.ordered(n, company, "2026-06-01", "2026-09-01", first)
	y.must(n.leases.AcceptOn(y.ctx, n.manager, first, day("2026-03-01")))
	y.must(n.leases.AcceptOn(y.ctx, n.manager, second, day("2026-06-01")))
	months, err := y.Charge(y.ctx, y.bima, day("2026-10-01"))
	if err != nil || months != 8 {
		t.Fatalf("%d months, %v", months, err)
	}
	for _, c := range []struct {
		lease uuid.UUID
		month string
		want  charged
	}{
		{first, "2026-03", charged{oneMonth + 2_500_000, 0, 2_500_000}}, {first, "2026-05", charged{all: oneMonth}}, {first, "2026-06", charged{}},
		{second, "2026-06", charged{all: oneMonth}}, {second, "2026-08", charged{all: oneMonth}}, {second, "2026-09", charged{6 * oneMonth, 6 * oneMonth, 0}}, {second, "2026-10", charged{}},
	} {
		if got := y.chargedFor(c.lease, c.month); got != c.want {
			t.Errorf("%s: charged %+v, want %+v", c.month, got, c.want)
		}
	}
	q, err := n.prices.Quote(y.ctx, company, n.route("2026-09-01", "2026-12-01", second))
	if err != nil || q.OnceSum != 0 || !q.MinimumTo.Equal(day("2027-03-01")) || q.TermSum != 6*oneMonth {
		t.Errorf("another renewal is quoted %v once, a minimum term to %s and %v altogether, %v", q.OnceSum, q.MinimumTo.Format(time.DateOnly), q.TermSum, err)
	}
}

// TestAMonthWaitsForARenewal that is on its way: accepted, it goes on with the minimum term; given up, the lease owes what is left of it.
func TestAMonthWaitsForARenewal(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		accept bool
		want   charged
	}{"accepted a month late": {true, charged{oneMonth, oneMonth, 0}}, "given up": {false, charged{9 * oneMonth, 9 * oneMonth, 0}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newWorld(t)
			n, company := y.network(), y.company("PT Serat", 0)
			first := y.ordered(n, company, "2026-03-01", "2026-06-01", uuid.Nil)
			second := y.ordered(n, company, "2026-06-01", "2027-06-01", first)
			y.must(n.leases.AcceptOn(y.ctx, n.manager, first, day("2026-03-01")))
			y.at = day("2026-07-03").Add(3 * time.Hour)
			_, err := y.Charge(y.ctx, y.bima, day("2026-06-01"))
			y.must(err)
			waits, err := y.Unrated(y.ctx, y.bima)
			if err != nil || len(waits) != 1 || waits[0].LeaseID != first || waits[0].Why != "ducttariff.renewal_waits" || y.chargedFor(first, "2026-06") != (charged{}) {
				t.Fatalf("it does not wait: %+v, %v", waits, err)
			}
			if tt.accept {
				err = n.leases.AcceptOn(y.ctx, n.manager, second, day("2026-07-01"))
			} else {
				err = n.leases.Cancel(y.ctx, n.manager, second, "Operator membatalkan")
			}
			y.must(err)
			_, err = y.Charge(y.ctx, y.bima, day("2026-06-01"))
			y.must(err)
			if got := y.chargedFor(first, "2026-06"); got != tt.want {
				t.Errorf("charged %+v, want %+v", got, tt.want)
			}
		})
	}
}
