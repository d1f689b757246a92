package billing_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// TestWhatADecisionTakesBackIsOnRecord: a move and an end that were planned do not vanish without a trace.
func TestWhatADecisionTakesBackIsOnRecord(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	offers(t, w)
	s := billing.New(w.DB, fixed{}, func() time.Time { return day(2026, 1, 11).Add(3 * time.Hour) })
	start := func(plan string, on time.Time) billing.Subscription {
		t.Helper()
		sub, err := s.Subscribe(w.Ctx(w.Platform), billing.SubscribeInput{City: w.Batam, Plan: plan, StartsOn: on, ActorKind: audit.System})
		if err != nil {
			t.Fatal(err)
		}
		return sub
	}
	end := func(as billing.Ending, on time.Time) billing.Subscription {
		t.Helper()
		sub, err := s.End(w.Ctx(w.Platform), billing.EndInput{City: w.Batam, On: on, As: as, Reason: "Uji", ActorKind: audit.System})
		if err != nil {
			t.Fatal(err)
		}
		return sub
	}
	retired := func() (out []string) {
		t.Helper()
		err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewRaw("SELECT x FROM (SELECT detail FROM audit_entry WHERE object = 'subscription' ORDER BY id DESC LIMIT 1) AS e, jsonb_array_elements_text(detail->'retired') AS x").Scan(ctx, &out)
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := start("kecil", day(2026, 1, 1))
	if got := retired(); len(got) != 0 {
		t.Errorf("nothing was planned: %v", got)
	}
	move := start("besar", day(2026, 2, 1))
	end(billing.Paused, day(2026, 2, 1))
	if diff := cmp.Diff([]string{move.ID.String() + " 2026-02-01"}, retired()); diff != "" {
		t.Errorf("by a pause: %s", diff)
	}
	start("besar", day(2026, 1, 12))
	if diff := cmp.Diff([]string{first.ID.String() + " 2026-02-01"}, retired()); diff != "" {
		t.Errorf("by a move: %s", diff)
	}
}
