package ductbill

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestASurveyChangesNoRunningLease: one that says of a day before the lease that the stretch is longer and lies outside the free-trade area
// changes what the next lease is charged, and not the one that runs.
func TestASurveyChangesNoRunningLease(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	n, company := y.network(), y.company("PT Serat", 0)
	runs := y.ordered(n, company, "2026-03-01", "", uuid.Nil)
	y.at = day("2026-03-02").Add(3 * time.Hour)
	y.must(n.leases.AcceptOn(y.ctx, n.manager, runs, day("2026-03-01")))
	y.survey(n, "2026-02-15", "440", false)
	next := y.ordered(n, company, "2026-03-15", "", uuid.Nil)
	y.at = day("2026-05-03").Add(3 * time.Hour)
	y.must(n.leases.AcceptOn(y.ctx, n.manager, next, day("2026-03-15")))
	_, err := y.Charge(y.ctx, y.bima, day("2026-04-01"))
	y.must(err)
	if got := y.chargedFor(runs, "2026-04"); got.all != oneMonth {
		t.Errorf("the running lease is charged %v, want %v", got.all, oneMonth)
	}
	// 440 m × Rp14.350 ÷ 12 and the two manholes.
	if got := y.chargedFor(next, "2026-04"); got.all != 526_167+2*5_125 {
		t.Errorf("the next lease is charged %v", got.all)
	}
	outside := y.count("SELECT count(*) FROM invoice_draft d CROSS JOIN LATERAL jsonb_to_recordset(d.charges) x(source jsonb) WHERE d.tenant_id = ? AND x.source ->> 'lease' = ? AND x.source ->> 'free_trade' = 'false'", y.w.Batam.ID, runs.String())
	if outside != 0 {
		t.Errorf("%d lines of the running lease are taxed as outside the free-trade area", outside)
	}
	l, _, err := n.leases.Lease(y.ctx, n.manager, next)
	if err != nil || l.LengthMM != 440_000 {
		t.Errorf("the lease is of %d mm, %v", l.LengthMM, err)
	}
}
