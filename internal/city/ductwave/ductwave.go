// Package ductwave moves a city's roads from cables in the air into the shared ducts, in waves: which companies hang what there,
// how much duct they would take, what they commit themselves to, when each cuts over, and when the old cables are down.
//
// Occupancy is the business: building starts once enough of what is planned is signed for, or by somebody who may say otherwise
// and says why. An answer to a survey binds nobody; a commitment has a number and a signed paper. A company sees its own and
// nothing of another; everybody sees what staff publish.
package ductwave

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB        *bun.DB // the application role's
	Guard     *access.Guard
	Leases    *lease.Service
	Operators *operator.Service
	Files     *files.Store
	Notify    *notify.Service
	Now       func() time.Time // time.Now when nil
}

// Service is the waves of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its planned work.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// Register has companies asked that came later, and those reminded that have not answered; call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "ductwave.remind", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.remind(ctx, tx) })
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// The states of a wave.
const (
	Draft      = "draft"      // its roads are being put together
	Survey     = "survey"     // companies say what they hang there and what they want
	Committing = "commitment" // companies commit themselves
	Plan       = "plan"       // each gets its days
	Building   = "building"
	CutOver    = "cutover" // companies move into the ducts
	AerialDown = "aerial"  // what is dead in the air is taken down
	Closed     = "closed"
	Dropped    = "dropped" // for a reason, before building
)

// States are those of a wave, in the order in which it comes to them.
func States() []string {
	return []string{Draft, Survey, Committing, Plan, Building, CutOver, AerialDown, Closed, Dropped}
}

// The stages of a checklist, which are done in the states of the same name.
const (
	StageCutOver = CutOver
	StageAerial  = AerialDown
)

// The phases of a photo.
const (
	Before = "before"
	After  = "after"
)

// Wave is a few roads that move together.
type Wave struct {
	bun.BaseModel `bun:"table:duct_wave,alias:w"`

	TenantID    tenancy.ID    `bun:"tenant_id,pk"`
	ID          uuid.UUID     `bun:"id,pk"`
	Number      string        `bun:"number"`
	Title       string        `bun:"title"`
	Note        string        `bun:"note"`
	State       string        `bun:"state"`
	Kind        string        `bun:"kind"`         // of the units that are planned: duct.Duct, duct.Subduct or duct.Microduct
	Target      int           `bun:"target"`       // percent of what is planned that must be signed before building
	CostPerM    money.Rupiah  `bun:"cost_per_m"`   // of building a metre
	TariffPerM  money.Rupiah  `bun:"tariff_per_m"` // of a unit along a metre for a year
	SurveyUntil time.Time     `bun:"survey_until,nullzero"`
	CommitUntil time.Time     `bun:"commit_until,nullzero"`
	WaivedWhy   string        `bun:"waived_why"`
	WaivedBy    uuid.NullUUID `bun:"waived_by"`
	Published   bool          `bun:"published"` // everybody reads how far it is
	Orders      bool          `bun:"orders"`    // its commitments become orders once its plan is fixed; those of waves from before did not
	Revision    int           `bun:"revision"`
	CreatedAt   time.Time     `bun:"created_at"`
	CreatedBy   uuid.UUID     `bun:"created_by"`
}

// Started reports whether building has begun, after which nothing is signed any more.
func (w Wave) Started() bool {
	return w.State == Building || w.State == CutOver || w.State == AerialDown || w.State == Closed
}

// Due is the last day of what companies are asked for now; zero where they are asked for nothing.
func (w Wave) Due() time.Time {
	switch w.State {
	case Survey:
		return w.SurveyUntil
	case Committing, Plan:
		return w.CommitUntil
	}
	return time.Time{}
}

// act runs an act of staff on a wave that stays as it is meanwhile. It needs duct:lease, and refuses NotFound "wave.not_found" and,
// where the revision that was read is given, Conflict "wave.changed" one that others have changed since.
func (s *Service) act(ctx context.Context, actor identity.Actor, id uuid.UUID, read *int, what string, fn func(context.Context, bun.Tx, *Wave) (map[string]any, error)) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if read != nil && *read != w.Revision {
			return fault.New(fault.Conflict, "wave.changed")
		}
		detail, err := fn(ctx, tx, &w)
		if err != nil {
			return err
		}
		w.Revision++
		if _, err := tx.NewUpdate().Model(&w).ExcludeColumn("created_at", "created_by", "number").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: %s: %w", what, err)
		}
		return record(ctx, tx, actor, what, id, detail)
	})
}

// locked is a wave that nobody else changes until tx ends.
func locked(ctx context.Context, tx bun.Tx, id uuid.UUID) (Wave, error) {
	var all []Wave
	if err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx); err != nil {
		return Wave{}, fmt.Errorf("ductwave: %w", err)
	}
	if len(all) == 0 {
		return Wave{}, fault.New(fault.NotFound, "wave.not_found")
	}
	return all[0], nil
}

// record writes an act on a wave into the audit record.
func record(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, id uuid.UUID, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "wave." + what, Object: "duct_wave", ObjectID: id, Detail: detail})
}

// number gives the next one of a kind, such as PNT-2026-0007.
func (s *Service) number(ctx context.Context, tx bun.Tx, kind, prefix string) (string, error) {
	var n int64
	err := tx.NewRaw(`INSERT INTO duct_wave_number (tenant_id, kind, given) VALUES (?, ?, 1)
		ON CONFLICT (tenant_id, kind) DO UPDATE SET given = duct_wave_number.given + 1 RETURNING given`, tenancy.Must(ctx), kind).Scan(ctx, &n)
	if err != nil {
		return "", fmt.Errorf("ductwave: number: %w", err)
	}
	return fmt.Sprintf("%s-%d-%04d", prefix, s.d.Operators.Today(ctx).Year(), n), nil
}
