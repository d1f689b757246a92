package ductdamage

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/pgtest"
)

// TestWhoAnsweredBeforeWaitsToBeSealed runs the migration after which third parties are sealed over the rows of before: all of them stay, in every
// city, for the job that seals them; who is an operator is charged once, as is a third party by its mark, and nobody is charged who is nobody.
func TestWhoAnsweredBeforeWaitsToBeSealed(t *testing.T) {
	t.Parallel()
	past := pgtest.Before(t, 395)
	damage, operator := uuid.New(), uuid.New()
	bill := `INSERT INTO duct_damage_bill (tenant_id, id, damage_id, operator_id, name, address, email, percent, cost, amount, asked_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6, '', 50, 2, 1, now(), $2)`
	for _, city := range []uuid.UUID{uuid.New(), uuid.New()} {
		past.Exec("INSERT INTO duct_damage (tenant_id, id, number, key, source, state, kind, liable, liable_name, reported_at, updated_at) VALUES ($1, $2, 'RSK-1', $2, 'staff', 'closed', 'other', 'third_party', 'Sutrisno', now(), now())", city, damage)
		past.Exec("INSERT INTO duct_damage_share (tenant_id, damage_id, position, party, name, percent, amount) VALUES ($1, $2, 1, 'third_party', 'Sutrisno', 50, 1)", city, damage)
		past.Exec(bill, city, uuid.New(), damage, nil, "Sutrisno", "Gang 7")
		past.Exec(bill, city, uuid.New(), damage, nil, "Suminah", "Gang 8")
		past.Exec(bill, city, uuid.New(), damage, operator, "PT Serat", "")
	}
	past.To(395)
	for what, sql := range map[string]string{
		"third parties who are charged": "SELECT count(*) FROM duct_damage_bill WHERE operator_id IS NULL AND name <> '' AND address <> '' AND sealed IS NULL AND erased_at IS NULL AND mark = ''",
		"who answers, and pays":         "SELECT 2 * count(*) FROM duct_damage d JOIN duct_damage_share s ON s.tenant_id = d.tenant_id AND s.damage_id = d.id AND s.name = d.liable_name WHERE d.third IS NULL",
	} {
		var n int
		if err := past.Row(sql).Scan(&n); err != nil || n != 4 {
			t.Errorf("%s: %d, %v; want 4", what, n, err)
		}
	}
	refused := func(what, sql string) {
		t.Helper()
		var n int
		if err := past.Row(sql + " RETURNING 1").Scan(&n); err == nil {
			t.Errorf("kept: %s", what)
		}
	}
	refused("a third party who is nobody", "UPDATE duct_damage_bill SET name = '' WHERE operator_id IS NULL")
	refused("an operator without its name", "UPDATE duct_damage_bill SET name = '' WHERE operator_id IS NOT NULL")
	refused("one party twice", "UPDATE duct_damage_bill SET mark = 'x', sealed = 'x', name = '', address = '' WHERE operator_id IS NULL")
	refused("an operator twice", "INSERT INTO duct_damage_bill SELECT tenant_id, gen_random_uuid(), damage_id, operator_id, name, address, email, percent, cost, amount, asked_at, asked_by FROM duct_damage_bill WHERE operator_id IS NOT NULL")
	past.Ends("duct_damage", "duct_damage_share", "duct_damage_bill", "party")
}
