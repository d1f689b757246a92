package billing_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/billing"
)

// TestNobodyApprovesPricesThatTheyWrote, whoever pressed submit: of those who had a hand in a proposal each but the last may still refuse it, so
// that it does not wait for ever where nobody else is there, and somebody who had none approves it.
func TestNobodyApprovesPricesThatTheyWrote(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	offers(t, w)
	s, ctx := billing.New(w.DB, fixed{}, func() time.Time { return day(2026, 1, 11).Add(3 * time.Hour) }), w.Ctx(w.Platform)
	person := func() identity.Actor { return identity.Actor{ID: uuid.New(), Kind: identity.Staff} }
	writer, reviser, submitter, other := person(), person(), person(), person()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	waiting := func() billing.Proposal {
		t.Helper()
		o, err := s.Propose(ctx, writer, "kecil", nil)
		must(err)
		must(s.Revise(ctx, writer, o.ID, 1, func(o *billing.Proposal) error { o.Components[0].Price, o.Reason = 1, "Uji"; return nil }))
		must(s.Revise(ctx, reviser, o.ID, 2, func(o *billing.Proposal) error { o.Components[0].Price = 2; return nil }))
		must(s.Submit(ctx, submitter, o.ID, 3))
		return o
	}
	o := waiting()
	for name, who := range map[string]identity.Actor{"who wrote": writer, "who revised": reviser, "who submitted": submitter} {
		if _, err := s.Decide(ctx, who, o.ID, true); !fault.Is(err, "billing.own_proposal") {
			t.Errorf("%s approves: %v", name, err)
		}
	}
	got, err := s.Decide(ctx, other, o.ID, true)
	if err != nil || got.Version != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	o = waiting()
	if _, err := s.Decide(ctx, submitter, o.ID, false); !fault.Is(err, "billing.own_proposal") {
		t.Errorf("who submitted refuses: %v", err)
	}
	if got, err = s.Decide(ctx, writer, o.ID, false); err != nil || got.Version != 0 {
		t.Errorf("who wrote refuses: %+v, %v", got, err)
	}
}
