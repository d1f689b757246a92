package ductwork

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/pgtest"
)

// TestWhoseAPermitWasIsAskedToo runs the migration after which staff are asked whose works are that a permit had opened before they were: of such of
// which no person has said or done anything, and whose permit holds, in every city. All others stay as they are.
func TestWhoseAPermitWasIsAskedToo(t *testing.T) {
	t.Parallel()
	past := pgtest.Before(t, 420)
	operator := uuid.New()
	work := func(city uuid.UUID, number, owner, state string, document bool, by, saidOwner string, also ...string) {
		id := uuid.New()
		of, paper := uuid.NullUUID{UUID: operator, Valid: owner == ByOperator}, uuid.NullUUID{UUID: uuid.New(), Valid: document}
		past.Exec(`INSERT INTO duct_work (tenant_id, id, number, owner, operator_id, owner_name, kind, title, road, place, from_day, to_day, method, contact, phone, colay, emergency, state, document_id, created_at, created_by, updated_at)
			VALUES ($1, $2, $3, $4, $5, 'PT Serat', 'cable', 'x', 'x', ST_SetSRID(ST_MakePoint(104, 1), 4326), '2026-12-01', '2026-12-10', 'open_cut', '', '', false, false, $6, $7, now(), $2, now())`, city, id, number, owner, of, state, paper)
		entry := "INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id, detail) VALUES ($1, $2, now(), $2, $3, $4, 'duct_work', $5, jsonb_build_object('owner', $6::text))"
		past.Exec(entry, city, uuid.New(), by, "ductwork.plan", id, saidOwner)
		for _, action := range also {
			past.Exec(entry, city, uuid.New(), "staff", action, id, "")
		}
	}
	for _, city := range []uuid.UUID{uuid.New(), uuid.New()} {
		past.Exec("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES ($1, $2, 'PT Serat', '1', '', '', 'approved', now())", city, operator)
		work(city, "typed", ByOperator, Permitted, true, "system", ByOperator)
		work(city, "changed", ByOperator, Permitted, true, "system", ByOperator, "ductwork.change")
		work(city, "confirmed", ByOperator, Permitted, true, "system", ByUtility, "ductwork.permit_whose")
		work(city, "running", ByOperator, Running, true, "system", ByOperator, "ductwork.begin")
		work(city, "planned by the company", ByOperator, Permitted, true, "partner", ByOperator)
		work(city, "permitted elsewhere", ByOperator, Permitted, false, "system", ByOperator)
		work(city, "withdrawn", ByOperator, Permitted, true, "system", ByOperator)
		past.Exec("UPDATE duct_work SET permit_ended_at = now() WHERE tenant_id = $1 AND number = 'withdrawn'", city)
		work(city, "of a utility", ByUtility, Permitted, true, "system", ByUtility)
	}
	past.To(420)
	var claims, kept, others int
	err := past.Row(`SELECT count(*) FILTER (WHERE number = 'typed' AND owner = 'utility' AND operator_id IS NULL AND may_operator = $1 AND may_be IS NULL AND revision = 1),
		count(*) FILTER (WHERE number NOT IN ('typed', 'of a utility') AND owner = 'operator' AND operator_id = $1 AND may_operator IS NULL AND revision = 0),
		count(*) FILTER (WHERE number = 'of a utility' AND owner = 'utility' AND may_operator IS NULL AND revision = 0) FROM duct_work`, operator).Scan(&claims, &kept, &others)
	if err != nil || claims != 2 || kept != 12 || others != 2 {
		t.Errorf("%d claims of 2, %d that stay of 12, %d of utilities of 2: %v", claims, kept, others, err)
	}
	past.Ends("duct_work", "audit_entry")
}
