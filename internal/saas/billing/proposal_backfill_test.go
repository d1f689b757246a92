package billing_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/pgtest"
)

// TestWhoWroteAProposalOfBeforeIsKnown runs the migration that keeps everybody's hand over the proposals of before, as their owner under row-level
// security: the audit record tells who began, changed and submitted what waits; what was decided stays.
func TestWhoWroteAProposalOfBeforeIsKnown(t *testing.T) {
	t.Parallel()
	past := pgtest.Before(t, 385)
	platform, began, revised, submitted, reader := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	proposal := func(decidedBy *uuid.UUID) uuid.UUID {
		t.Helper()
		id := uuid.New()
		past.Exec(`INSERT INTO plan_proposal (tenant_id, id, plan, name, summary, effective_from, components, entitlements, reason, made_by, made_at, submitted_at, decided_by, decided_at, approved)
			VALUES ($1, $2, 'uji', '{}', '{}', '2026-12-01', '[]', '{}', 'Uji', $3, now(), now(), $4::uuid, CASE WHEN $4::uuid IS NOT NULL THEN now() END, CASE WHEN $4::uuid IS NOT NULL THEN true END)`, platform, id, submitted, decidedBy)
		for who, act := range map[uuid.UUID]string{began: "plan.propose", revised: "plan.revise", submitted: "plan.submit", reader: "plan.read"} {
			past.Exec("INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id) VALUES ($1, $2, now(), $3, 'staff', $4, 'plan', $5)", platform, uuid.New(), who, act, id)
		}
		return id
	}
	waits, decided := proposal(nil), proposal(&began) // by who wrote it, as it could be
	past.To(385)
	for id, want := range map[uuid.UUID][]uuid.UUID{waits: {began, revised, submitted}, decided: {}} {
		var got []uuid.UUID
		if err := past.Row("SELECT written_by FROM plan_proposal WHERE id = $1", id).Scan(&got); err != nil {
			t.Fatal(err)
		}
		order := func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if !slices.Equal(got, want) {
			t.Errorf("written by %v, want %v", got, want)
		}
	}
	past.Ends("plan_proposal", "audit_entry")
}
