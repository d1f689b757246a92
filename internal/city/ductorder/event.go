package ductorder

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// What happens to an order besides the steps of its flow.
const (
	EventPlaced    = "placed"
	EventPermit    = "permit"
	EventWindow    = "window"
	EventEvidence  = "evidence"
	EventReview    = "review"
	EventReminded  = "reminded"
	EventRecounted = "recounted" // the calendar moved a promise
	EventFell      = "fell"      // a renewal ended, before it began, with what it was to renew
)

// Event is one thing that happened to an order.
type Event struct {
	bun.BaseModel `bun:"table:duct_order_event,alias:e"`

	TenantID  tenancy.ID     `bun:"tenant_id,pk"`
	ID        uuid.UUID      `bun:"id,pk"`
	OrderID   uuid.UUID      `bun:"order_id"`
	Version   int            `bun:"version"` // of the order, after it
	At        time.Time      `bun:"at"`
	Action    string         `bun:"action"` // of the flow, or one of the Event constants
	FromState string         `bun:"from_state"`
	ToState   string         `bun:"to_state"`
	ActorID   uuid.UUID      `bun:"actor_id"`
	ActorKind string         `bun:"actor_kind"`
	ActorName string         `bun:"actor_name"`
	Reason    string         `bun:"reason"`
	Detail    map[string]any `bun:"detail,type:jsonb"`
}

// record adds to an order's history.
func record(ctx context.Context, tx bun.IDB, o Order, actor identity.Actor, action, from, reason string, detail map[string]any) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]any{}
	}
	e := Event{TenantID: o.TenantID, ID: id, OrderID: o.ID, Version: o.Version, At: o.UpdatedAt, Action: action, FromState: from, ToState: o.State, ActorID: actor.ID, ActorKind: string(actor.Kind), ActorName: actor.Name,
		Reason: reason, Detail: detail}
	if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
		return fmt.Errorf("ductorder: record: %w", err)
	}
	return nil
}

// bySystem is who takes the steps that a flow takes by itself.
func bySystem() identity.Actor { return identity.Actor{Kind: identity.Kind(audit.System)} }

// never is the place in the queue of what nobody has promised anything of.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// countedFrom is from when on the promise of an order's state counts: since it came into it, and not before its lease is over, once that
// is known to end.
func (o Order) countedFrom() time.Time {
	if o.EndsOn.After(o.EnteredAt) {
		return o.EndsOn
	}
	return o.EnteredAt
}

// enter puts an order into a state: by when the next step is promised, and what happens when nobody goes on.
func (s *Service) enter(ctx context.Context, tx bun.Tx, f *ductflow.Flow, o *Order, to workflow.State) error {
	now := s.now()
	o.State, o.Stage, o.Clock, o.EnteredAt, o.UpdatedAt, o.DueAt, o.QueueAt = to.Code, to.Stage, to.Clock, now, now, time.Time{}, never
	if to.Final {
		o.ClosedAt = now
	}
	cal, err := calendar.Hold(ctx, tx, "")
	if err != nil {
		return err
	}
	switch {
	case !to.Within.IsZero():
		due, err := cal.Due(o.countedFrom(), to.Within)
		if _, missing := workcal.MissingYear(err); err != nil && !missing {
			return err
		}
		o.DueAt, o.QueueAt = due.UTC(), due.UTC()
	case f.Removes(to.Code) && !o.EndsOn.IsZero(): // the company's promise, of the agreement
		o.DueAt = o.EndsOn.AddDate(0, 0, f.RemovalDays).UTC()
		o.QueueAt = o.DueAt
	}
	return workflow.SetTimers(ctx, tx, o.Subject(), &f.Workflow, to.Code, nil, cal, now)
}
