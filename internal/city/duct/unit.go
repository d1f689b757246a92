package duct

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Unit is what can be let: a duct, a subduct in one, or a microduct in one of those. Sizes are millimetres, zero where nobody
// has said.
type Unit struct {
	bun.BaseModel `bun:"table:duct_unit,alias:u"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	SegmentID uuid.UUID     `bun:"segment_id"`
	ParentID  uuid.NullUUID `bun:"parent_id"` // what it lies in; a duct lies in the ground
	Kind      string        `bun:"kind"`
	Position  int           `bun:"position"` // within its parent, or within the bank, from 1
	OuterMM   int           `bun:"outer_mm,nullzero"`
	InnerMM   int           `bun:"inner_mm,nullzero"`
	Since     time.Time     `bun:"since"`          // the day on which it was laid
	Until     time.Time     `bun:"until,nullzero"` // the first day on which it is no longer there
	ChangeID  uuid.UUID     `bun:"change_id"`
	EndedBy   uuid.NullUUID `bun:"ended_by"`
	VoidedBy  uuid.NullUUID `bun:"voided_by"`
	WasID     uuid.NullUUID `bun:"was_id"` // the unit that it goes on from, whose segment was split
}
