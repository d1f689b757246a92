package identity_test

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
)

func TestWhatIsDoneAtACounterIsTheOfficers(t *testing.T) {
	t.Parallel()
	siti := identity.Actor{ID: uuid.New(), Kind: identity.Resident}
	detail := map[string]any{"number": "1"}
	if e := siti.Did(audit.Entry{Detail: detail}); e.ActorID != siti.ID || e.ActorKind != "resident" || len(e.Detail) != 1 {
		t.Errorf("her own act: %+v", e)
	}
	at := siti
	at.Officer = identity.Officer{ID: uuid.New(), Name: "Andi Wijaya"}
	e := at.Did(audit.Entry{Detail: detail})
	if e.ActorID != at.Officer.ID || e.ActorKind != "staff" || e.Detail["counter_for"] != siti.ID || e.Detail["number"] != "1" || len(detail) != 1 {
		t.Errorf("at a counter: %+v", e)
	}
	if siti.Hand() != siti.ID || at.Hand() != at.Officer.ID {
		t.Error("the hand is another's")
	}
}
