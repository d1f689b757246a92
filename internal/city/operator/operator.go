// Package operator is the companies that lease a city's shared ducts, as they use the city's pages themselves: their people,
// the papers by which they are known, and the areas in which they may see what is free.
//
// A company sees its own and nothing of another. Of the network it sees only what lies in an area that it was granted, until
// the day on which the grant ends. Who holds what is lease's.
package operator

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB       *bun.DB // the application role's
	Guard    *access.Guard
	Identity *identity.Service
	Leases   *lease.Service
	Files    *files.Store
	Now      func() time.Time // time.Now when nil
}

// Service is the companies of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// Today is the day that it is in the city, by which grants begin and end.
func (s *Service) Today(ctx context.Context) time.Time { return today(ctx, s.now()) }

func today(ctx context.Context, at time.Time) time.Time {
	if city, ok := tenancy.CityFrom(ctx); ok {
		at = at.In(city.Location())
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// Self is the company for which somebody acts.
type Self struct {
	Company lease.Operator
	Admin   bool // may invite others
}

// Self returns the company of the actor, for whom duct:own is meant; Forbidden "operator.nobody" for one who is of none, or no
// longer.
func (s *Service) Self(ctx context.Context, actor identity.Actor) (Self, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctOwn); err != nil {
		return Self{}, err
	}
	return of(ctx, s.d.DB, actor)
}

// Of is the company of the actor, for the packages that hold something of it and let nobody name another; Forbidden "operator.nobody" for
// one who is of none, or no longer.
func Of(ctx context.Context, db bun.IDB, actor identity.Actor) (uuid.UUID, error) {
	self, err := of(ctx, db, actor)
	return self.Company.ID, err
}

func of(ctx context.Context, db bun.IDB, actor identity.Actor) (Self, error) {
	var found []struct {
		lease.Operator `bun:",extend"`
		Admin          bool
	}
	err := db.NewSelect().TableExpr("duct_person AS p").ColumnExpr("o.*, p.admin").Join("JOIN duct_operator AS o ON o.tenant_id = p.tenant_id AND o.id = p.operator_id").
		Where("p.tenant_id = ? AND p.account_id = ? AND p.ended_at IS NULL", tenancy.Must(ctx), actor.ID).Scan(ctx, &found)
	if err != nil {
		return Self{}, fmt.Errorf("operator: self: %w", err)
	}
	if len(found) == 0 {
		return Self{}, fault.New(fault.Forbidden, "operator.nobody")
	}
	return Self{found[0].Operator, found[0].Admin}, nil
}

// mayRead returns whose matters an actor asks for: staff with duct:read any company's, people of a company their own. Another's
// is NotFound "lease.no_operator", as one that is not there.
func (s *Service) mayRead(ctx context.Context, actor identity.Actor, company uuid.UUID) error {
	return s.may(ctx, actor, company, access.DuctRead, false)
}

// may is mayRead for an act for which staff need a permission, and of people of the company perhaps an administrator
// (Forbidden "operator.not_admin").
func (s *Service) may(ctx context.Context, actor identity.Actor, company uuid.UUID, staff access.Permission, admin bool) error {
	if actor.Kind != identity.Partner {
		return s.d.Guard.Allow(ctx, actor, staff)
	}
	self, err := s.Self(ctx, actor)
	switch {
	case err != nil:
		return err
	case self.Company.ID != company:
		return fault.New(fault.NotFound, "lease.no_operator")
	case admin && !self.Admin:
		return fault.New(fault.Forbidden, "operator.not_admin")
	}
	return nil
}

// Visible are the segments of a day that the actor's company may see today.
func (s *Service) Visible(ctx context.Context, actor identity.Actor, day time.Time) (map[uuid.UUID]bool, error) {
	if _, err := s.Self(ctx, actor); err != nil {
		return nil, err
	}
	areas, err := AreasOf(ctx, s.d.DB, actor.ID, s.now())
	if err != nil {
		return nil, err
	}
	return s.within(ctx, areas, day, nil)
}

// VisibleTo are the segments of a day that a company may see today, of some or of all where none are named, whoever asks; that they
// may is the caller's concern.
func (s *Service) VisibleTo(ctx context.Context, company uuid.UUID, day time.Time, of ...uuid.UUID) (map[uuid.UUID]bool, error) {
	areas, err := AreasOfCompany(ctx, s.d.DB, company, s.now())
	if err != nil {
		return nil, err
	}
	return s.within(ctx, areas, day, of)
}

// within are the segments of a day in areas, of some or of all where there are none.
func (s *Service) within(ctx context.Context, areas Areas, day time.Time, of []uuid.UUID) (map[uuid.UUID]bool, error) {
	q := s.d.DB.NewSelect().TableExpr("duct_segment_state AS c").Column("c.segment_id").Where("c.tenant_id = ? AND c.voided_by IS NULL AND c.since <= ? AND (c.until IS NULL OR c.until > ?) ?", tenancy.Must(ctx), day, day, areas.Meet("c.line"))
	if len(of) > 0 {
		q = q.Where("c.segment_id IN (?)", bun.List(of))
	}
	var ids []uuid.UUID
	err := q.Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("operator: visible: %w", err)
	}
	out := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// Reader is an account to which something about its company can be written.
type Reader struct {
	ID     uuid.UUID
	Locale i18n.Locale // in which it reads
}

// Readers are who acts for a company now; that the caller may know is its concern.
func (s *Service) Readers(ctx context.Context, db bun.IDB, company uuid.UUID) ([]Reader, error) {
	var all []Reader
	err := db.NewRaw(`SELECT p.account_id AS id, a.locale FROM duct_person p JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
		WHERE p.tenant_id = ? AND p.operator_id = ? AND p.ended_at IS NULL ORDER BY p.account_id`, tenancy.Must(ctx), company).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("operator: readers: %w", err)
	}
	return all, nil
}

// Plan is lease.Plan on the segments that the actor's company may see.
func (s *Service) Plan(ctx context.Context, actor identity.Actor, in lease.PlanInput) ([]lease.Way, error) {
	var err error
	if in.Only, err = s.Visible(ctx, actor, in.Since); err != nil {
		return nil, err
	}
	return s.d.Leases.PlanOn(ctx, in)
}

// Places is lease.Places on the segments that the actor's company may see.
func (s *Service) Places(ctx context.Context, actor identity.Actor, day time.Time, typed string, most int) ([]lease.Place, error) {
	only, err := s.Visible(ctx, actor, day)
	if err != nil {
		return nil, err
	}
	return s.d.Leases.PlacesOn(ctx, day, typed, most, only)
}

// Leases is lease.Leases of the actor's own company.
func (s *Service) Leases(ctx context.Context, actor identity.Actor, state string, before uuid.UUID, most int) ([]lease.Listed, error) {
	self, err := s.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	return s.d.Leases.LeasesOf(ctx, lease.Filter{Operator: self.Company.ID, State: state}, before, most)
}

// Lease is lease.Lease of the actor's own company; another's is NotFound "lease.not_found".
func (s *Service) Lease(ctx context.Context, actor identity.Actor, id uuid.UUID) (lease.Listed, []lease.Part, error) {
	self, err := s.Self(ctx, actor)
	if err != nil {
		return lease.Listed{}, nil, err
	}
	return s.d.Leases.LeaseOf(ctx, self.Company.ID, id)
}

// Lines are where some segments run on a day: those that the actor's company may see today, and those in which it holds or held
// something. The others are left out.
func (s *Service) Lines(ctx context.Context, actor identity.Actor, day time.Time, ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error) {
	self, err := s.Self(ctx, actor)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	areas, err := AreasOf(ctx, s.d.DB, actor.ID, s.now())
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID       uuid.UUID
		Lat, Lon float64
	}
	err = s.d.DB.NewRaw(`SELECT c.segment_id AS id, ST_Y(x.geom) AS lat, ST_X(x.geom) AS lon FROM duct_segment_state c CROSS JOIN LATERAL ST_DumpPoints(c.line) x
		WHERE c.tenant_id = ?0 AND c.segment_id IN (?3) AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1) AND (true ?2
			OR EXISTS (SELECT 1 FROM duct_unit u JOIN duct_hold h ON h.tenant_id = u.tenant_id AND h.unit_id = u.id JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
				WHERE u.tenant_id = ?0 AND u.segment_id = c.segment_id AND l.operator_id = ?4))
		ORDER BY c.segment_id, x.path`, tenancy.Must(ctx), day, areas.Meet("c.line"), bun.List(ids), self.Company.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("operator: lines: %w", err)
	}
	out := map[uuid.UUID][]geo.Point{}
	for _, r := range rows {
		out[r.ID] = append(out[r.ID], geo.Point{Lat: r.Lat, Lon: r.Lon})
	}
	return out, nil
}

// Amend corrects what the actor's company says of itself, by an administrator of it; see lease.Amend.
func (s *Service) Amend(ctx context.Context, actor identity.Actor, in lease.Operator) error {
	self, err := s.Self(ctx, actor)
	if err != nil {
		return err
	}
	if !self.Admin {
		return fault.New(fault.Forbidden, "operator.not_admin")
	}
	return s.d.Leases.Amend(ctx, actor, self.Company.ID, in)
}
