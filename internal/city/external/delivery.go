package external

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Delivery is what became of one request of an app.
type Delivery struct {
	bun.BaseModel `bun:"table:external_delivery,alias:d"`

	TenantID   tenancy.ID      `bun:"tenant_id,pk"`
	ID         uuid.UUID       `bun:"id,pk"`
	AppID      uuid.UUID       `bun:"app_id"`
	KeyID      uuid.UUID       `bun:"key_id"`
	At         time.Time       `bun:"at"`
	Mode       cloudevent.Mode `bun:"mode"`
	Accepted   int             `bun:"accepted"`
	Duplicates int             `bun:"duplicates"`
	Refused    int             `bun:"refused"`
	Refusals   []Refusal       `bun:"refusals,type:jsonb"`
}

// Refusal says which event of a delivery was refused and why, in codes.
type Refusal struct {
	Index  int           `json:"index"`
	ID     string        `json:"id,omitempty"`
	Faults []fault.Field `json:"faults"`
}

// maxRefusals bounds what is kept of one delivery: a program that errs once errs alike everywhere.
const maxRefusals = 20

func newDelivery(app App, key uuid.UUID, mode cloudevent.Mode, out []Outcome, now time.Time) (Delivery, error) {
	id, err := uuid.NewV7()
	d := Delivery{TenantID: app.TenantID, ID: id, AppID: app.ID, KeyID: key, At: now, Mode: mode, Refusals: []Refusal{}}
	for i, o := range out {
		switch o.Result {
		case Accepted:
			d.Accepted++
		case Duplicate:
			d.Duplicates++
		default:
			d.Refused++
			if len(d.Refusals) < maxRefusals {
				d.Refusals = append(d.Refusals, Refusal{Index: i, ID: o.ID, Faults: o.Faults})
			}
		}
	}
	return d, err
}

// Deliveries lists the latest requests of an app, for staff with app:manage.
func (s *Service) Deliveries(ctx context.Context, actor identity.Actor, app uuid.UUID) ([]Delivery, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return nil, err
	}
	var all []Delivery
	err := s.d.DB.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Where("app_id = ?", app).
		OrderExpr("id DESC").Limit(50).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("external: deliveries: %w", err)
	}
	return all, nil
}

// Try holds events to what Receive would hold them to and keeps nothing, for staff with app:manage who help the makers
// of an app.
func (s *Service) Try(ctx context.Context, actor identity.Actor, id uuid.UUID, in []cloudevent.Read) ([]Outcome, error) {
	app, err := s.App(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	may, err := speaksFor(ctx, s.d.DB, app)
	if err != nil {
		return nil, fmt.Errorf("external: try: %w", err)
	}
	known, err := knownEvents(ctx, s.d.DB, app.ID, in)
	if err != nil {
		return nil, fmt.Errorf("external: try: %w", err)
	}
	out := make([]Outcome, len(in))
	for i, r := range in {
		out[i] = Outcome{ID: shorten(r.Event.ID), Result: Accepted}
		if _, bad := s.check(r, app, may, s.now()); len(bad) > 0 {
			out[i].Result, out[i].Faults = Refused, bad
		} else if known[r.Event.ID] {
			out[i].Result = Duplicate
		}
		known[r.Event.ID] = true
	}
	return out, nil
}
