package app

import (
	"fmt"
	"testing"
	"time"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// TestABudgetIsToldOnce: administrators and treasurers are told of what was used and of what is foretold, at 80 and 100 % of the
// budget, once a month each however often the run comes and the budget changes.
func TestABudgetIsToldOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	city, ctx := a.city(t, "batam")
	for _, q := range []string{`INSERT INTO plan (code, name, summary) VALUES ('rata', '{"id": "Rata"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('rata', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 31000000, "name": {"id": "Langganan"}}]')`} {
		a.write(t, q)
	}
	now := time.Now().In(city.Location())
	if _, err := a.Billing.Subscribe(ctx, billing.SubscribeInput{City: city, Plan: "rata", StartsOn: now, ActorKind: audit.System}); err != nil {
		t.Fatal(err)
	}
	e, err := a.Billing.Estimate(ctx, city, now)
	if err != nil {
		t.Fatal(err)
	}
	people := 0
	if err := a.DB.App.NewRaw(`SELECT count(DISTINCT r.account_id) FROM account_role r JOIN account a ON a.tenant_id = r.tenant_id AND a.id = r.account_id
		WHERE r.tenant_id = ? AND r.role IN ('city_admin', 'treasurer') AND a.status = 'active'`, city.ID).Scan(ctx, &people); err != nil || people == 0 {
		t.Fatalf("%d people, %v", people, err)
	}
	admin := identity.Actor{Kind: identity.Kind(audit.System)}
	for _, step := range []struct {
		budget money.Rupiah
		want   string
	}{{0, "0 0 0 0"}, {2 * e.Total, "0 0 0 0"}, {e.Total + e.Total/10, "1 0 1 0"}, {e.Total, "1 1 1 1"}, {e.Total / 2, "1 1 1 1"}} {
		if err := a.Billing.SetBudget(ctx, admin, city, step.budget); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := a.Billing.WatchBudget(ctx, city); err != nil {
				t.Fatal(err)
			}
		}
		var used80, used100, ahead80, ahead100 int
		err := a.DB.App.NewRaw(`SELECT count(*) FILTER (WHERE template = 'budget_used' AND data->>'level' = '80'), count(*) FILTER (WHERE template = 'budget_used' AND data->>'level' = '100'),
			count(*) FILTER (WHERE template = 'budget_forecast' AND data->>'level' = '80'), count(*) FILTER (WHERE template = 'budget_forecast' AND data->>'level' = '100') FROM message WHERE tenant_id = ?`,
			tenancy.Must(ctx)).Scan(ctx, &used80, &used100, &ahead80, &ahead100)
		if got := fmt.Sprint(used80/people, used100/people, ahead80/people, ahead100/people); err != nil || got != step.want {
			t.Errorf("a budget of %v for %v: %s letters each, want %s; %v", step.budget, e.Total, got, step.want, err)
		}
	}
	b, err := a.Billing.BudgetOf(ctx, city, now)
	if err != nil || b.Amount != e.Total/2 {
		t.Errorf("the budget that holds: %+v, %v", b, err)
	}
	if before, err := a.Billing.BudgetOf(ctx, city, now.AddDate(0, -2, 0)); err != nil || before.Amount != 0 {
		t.Errorf("a month before it was set: %+v, %v", before, err)
	}
}
