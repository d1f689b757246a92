package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Subscription says which version of which plan a city is on, from one day until the day before another.
type Subscription struct {
	bun.BaseModel `bun:"table:subscription,alias:s"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	ID       uuid.UUID  `bun:"id,pk"`
	Plan     string     `bun:"plan"`
	Version  int        `bun:"version"`
	StartsOn time.Time  `bun:"starts_on"`
	EndsOn   time.Time  `bun:"ends_on,nullzero"` // zero while it has no end
}

// SubscribeInput puts a city on the newest version of a plan that is in effect on the first day.
type SubscribeInput struct {
	City      tenancy.City
	Plan      string
	StartsOn  time.Time // its calendar day counts
	ActorID   uuid.UUID // who decided; the nil UUID and audit.System for the demonstration
	ActorKind string
}

// Subscribe starts a subscription and ends the one before it on the same day; subscribing to the same version from
// the same day again changes nothing. It is for the platform, whose permission the edge has checked. It refuses an
// unknown plan with NotFound "billing.plan_unknown", and a day that a later or ended subscription covers with Conflict
// "billing.subscription_overlap".
func (s *Service) Subscribe(ctx context.Context, in SubscribeInput) (Subscription, error) {
	ctx, err := tenancy.Inside(ctx, in.City)
	if err != nil {
		return Subscription{}, err
	}
	var sub Subscription
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		v, err := findVersion(ctx, tx, in.Plan, 0, in.StartsOn)
		if err != nil {
			return err
		}
		sub = Subscription{TenantID: in.City.ID, Plan: v.Plan, Version: v.Number, StartsOn: date(in.StartsOn)}
		if same, err := subscribed(ctx, tx, &sub); same || err != nil {
			return err
		}
		return subscribe(ctx, tx, &sub, in)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "subscription_one_at_a_time" {
		return Subscription{}, fault.Wrap(fault.Conflict, "billing.subscription_overlap", err)
	}
	if err != nil {
		return Subscription{}, fmt.Errorf("billing: subscribe: %w", err)
	}
	return sub, nil
}

// subscribed fills sub from the subscription that has its plan, version and first day, and reports whether there is one.
func subscribed(ctx context.Context, tx bun.Tx, sub *Subscription) (bool, error) {
	err := tx.NewSelect().Model(sub).Column("id", "ends_on").
		Where("tenant_id = ? AND plan = ? AND version = ? AND starts_on = ?", sub.TenantID, sub.Plan, sub.Version,
			sub.StartsOn.Format(time.DateOnly)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func subscribe(ctx context.Context, tx bun.Tx, sub *Subscription, in SubscribeInput) error {
	day := sub.StartsOn.Format(time.DateOnly)
	_, err := tx.NewRaw("UPDATE subscription SET ends_on = ? WHERE tenant_id = ? AND ends_on IS NULL AND starts_on < ?",
		day, sub.TenantID, day).Exec(ctx)
	if err != nil {
		return err
	}
	if sub.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	_, err = tx.NewRaw("INSERT INTO subscription (tenant_id, id, plan, version, starts_on) VALUES (?, ?, ?, ?, ?)",
		sub.TenantID, sub.ID, sub.Plan, sub.Version, day).Exec(ctx)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: in.ActorID, ActorKind: in.ActorKind, Action: "subscription.start",
		Object: "subscription", ObjectID: sub.ID, Detail: map[string]any{"plan": sub.Plan, "version": sub.Version, "starts_on": day}})
}

// subscriptions reads those of ctx's city that hold on a day of p, in the order of their days.
func subscriptions(ctx context.Context, db bun.IDB, p Period) ([]Subscription, error) {
	from, to := p.Window(time.UTC)
	var all []Subscription
	err := db.NewSelect().Model(&all).Column("tenant_id", "id", "plan", "version", "starts_on", "ends_on").
		Where("tenant_id = ? AND starts_on < ? AND (ends_on IS NULL OR ends_on > ?)", tenancy.Must(ctx),
							to.Format(time.DateOnly), from.Format(time.DateOnly)).
		Order("starts_on").Limit(31).Scan(ctx) // one a day is the most there can be
	return all, err
}
