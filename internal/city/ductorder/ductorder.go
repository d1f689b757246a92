// Package ductorder is a company's order of a way through a city's shared ducts, from its placing to the removal of the cable:
// is there a way, what does it cost, who must permit, who may open which manhole when, what shows that the work was done well,
// from when on is it charged for.
//
// An order is carried by the steps of a Flow, which is data of the city and run as an application's workflow is (kernel/workflow).
// What a step means for the ducts is one of the Effects, which the flow names. No order is refused but for a published reason. A
// step that changes who holds what takes the ducts' turn first (lease.Turn), then the order.
package ductorder

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// SubjectKind is how timers and answers know an order.
const SubjectKind = "duct_order"

// Deps is what the package is built from.
type Deps struct {
	DB        *bun.DB // the application role's
	Guard     *access.Guard
	Leases    *lease.Service
	Operators *operator.Service
	Waits     *ductwait.Service
	Prices    *ducttariff.Service
	Files     *files.Store
	Keys      *privacy.Keys
	Notify    *notify.Service
	Now       func() time.Time // time.Now when nil
}

// Service is the orders of every city.
type Service struct {
	d           Deps
	flows       *ductflow.Store
	recountPage int // orders that a recount holds at once
}

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d, flows: ductflow.NewStore(), recountPage: 500}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) records() workflow.Records {
	return workflow.Records{Keys: s.d.Keys, Files: s.d.Files}
}

// today is the day in the city.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return duct.DayOf(s.now().In(city.Location()))
}

// Order is one order.
type Order struct {
	bun.BaseModel `bun:"table:duct_order,alias:r"`

	TenantID    tenancy.ID     `bun:"tenant_id,pk"`
	ID          uuid.UUID      `bun:"id,pk"`
	Number      string         `bun:"number"`
	OperatorID  uuid.UUID      `bun:"operator_id"`
	FlowVersion int            `bun:"flow_version"`
	State       string         `bun:"state"` // of the flow
	Stage       workflow.Stage `bun:"stage"`
	Clock       workflow.Clock `bun:"clock"` // paused: it is the company's turn
	Version     int            `bun:"version"`
	FromNode    string         `bun:"from_node"`
	ToNode      string         `bun:"to_node"`
	Kind        string         `bun:"kind"` // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity    int            `bun:"quantity"`
	Since       time.Time      `bun:"since"`
	Until       time.Time      `bun:"until,nullzero"` // the first day on which it is over; zero goes on
	Note        string         `bun:"note"`
	Key         string         `bun:"key"`
	Segments    []uuid.UUID    `bun:"segments,array"`    // the way that was found; empty before
	Authorities []string       `bun:"authorities,array"` // whose ground it crosses, each once
	LengthMM    int64          `bun:"length_mm"`
	LeaseID     uuid.NullUUID  `bun:"lease_id"`
	Renews      uuid.NullUUID  `bun:"renews"` // the order whose units this one keeps for longer
	AcceptedOn  time.Time      `bun:"accepted_on,nullzero"`
	EndsOn      time.Time      `bun:"ends_on,nullzero"` // the first day without the lease, once that is known to end
	AsBuilt     string         `bun:"as_built"`         // AsBuiltImport or AsBuiltSame, once it was said
	ImportID    uuid.NullUUID  `bun:"import_id"`
	Refusal     string         `bun:"refusal,nullzero"` // the code of the published reason
	Reason      string         `bun:"reason"`           // said with the last step
	PlacedAt    time.Time      `bun:"placed_at"`
	PlacedBy    uuid.UUID      `bun:"placed_by"`
	EnteredAt   time.Time      `bun:"entered_at"`
	DueAt       time.Time      `bun:"due_at,nullzero"` // by when the next step is promised, or by when the cable is to be out
	QueueAt     time.Time      `bun:"queue_at"`
	ClosedAt    time.Time      `bun:"closed_at,nullzero"`
	UpdatedAt   time.Time      `bun:"updated_at"`
}

// What was done about the record of the network once a cable lay there.
const (
	AsBuiltImport = "import"    // a survey wrote it down
	AsBuiltSame   = "unchanged" // nothing of the network changed
)

// Subject is how timers and answers know the order.
func (o Order) Subject() workflow.Subject { return workflow.Subject{Kind: SubjectKind, ID: o.ID} }

// Late reports whether what is promised of the order has not come by now.
func (o Order) Late(now time.Time) bool {
	return o.ClosedAt.IsZero() && !o.DueAt.IsZero() && now.After(o.DueAt)
}

func notFound() error { return fault.New(fault.NotFound, "ductorder.not_found") }

// read returns an order for whom it is: staff with duct:read any, people of a company their own. Another's is NotFound
// "ductorder.not_found", as one that is not there.
func (s *Service) read(ctx context.Context, actor identity.Actor, id uuid.UUID) (Order, error) {
	company, err := s.whose(ctx, actor)
	if err != nil {
		return Order{}, err
	}
	var o Order
	err = s.d.DB.NewSelect().Model(&o).Where("r.tenant_id = ? AND r.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) || err == nil && company != uuid.Nil && o.OperatorID != company {
		return Order{}, notFound()
	}
	if err != nil {
		return Order{}, fmt.Errorf("ductorder: read: %w", err)
	}
	return o, nil
}

// whose is the company whose orders an actor may read; uuid.Nil is any, for staff with duct:read.
func (s *Service) whose(ctx context.Context, actor identity.Actor) (uuid.UUID, error) {
	if actor.Kind == identity.Partner {
		self, err := s.d.Operators.Self(ctx, actor)
		return self.Company.ID, err
	}
	return uuid.Nil, s.d.Guard.Allow(ctx, actor, access.DuctRead)
}

// lock reads an order for a change: nobody else changes it until tx ends.
func (s *Service) lock(ctx context.Context, tx bun.Tx, id uuid.UUID) (Order, error) {
	var o Order
	err := tx.NewSelect().Model(&o).Where("r.tenant_id = ? AND r.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return o, notFound()
	}
	return o, err
}

// number gives the next of a series in a year, such as "PSN-2026-0012".
func number(ctx context.Context, tx bun.Tx, series string, day time.Time) (string, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO duct_order_series (tenant_id, series, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = duct_order_series.last + 1 RETURNING last`, tenancy.Must(ctx), series, day.Year()).Scan(ctx, &n)
	if err != nil {
		return "", fmt.Errorf("ductorder: number: %w", err)
	}
	return fmt.Sprintf("%s-%d-%04d", series, day.Year(), n), nil
}
