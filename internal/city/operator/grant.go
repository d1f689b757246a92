package operator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Grant is an area in which a company sees what is free, from a day to before another.
type Grant struct {
	bun.BaseModel `bun:"table:duct_grant,alias:g"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	ID         uuid.UUID  `bun:"id,pk"`
	OperatorID uuid.UUID  `bun:"operator_id"`
	Name       string     `bun:"name"`
	Purpose    string     `bun:"purpose"`
	Since      time.Time  `bun:"since"`
	Until      time.Time  `bun:"until"`
	CreatedAt  time.Time  `bun:"created_at"`
	CreatedBy  uuid.UUID  `bun:"created_by"`
	EndedAt    time.Time  `bun:"ended_at,nullzero"`
	Segments   int        `bun:"segments,scanonly"` // that run there today
	LengthMM   int64      `bun:"length_mm,scanonly"`
}

// InForce reports whether a grant counts on a day.
func (g Grant) InForce(day time.Time) bool {
	return g.EndedAt.IsZero() && !day.Before(g.Since) && day.Before(g.Until)
}

// GrantInput is an area to be shown to a company: around some roads, around a place, or both.
type GrantInput struct {
	Company      uuid.UUID
	Name         string
	Purpose      string
	Roads        []string
	Center       geo.Point // of a circle; with RadiusM
	RadiusM      int
	Since, Until time.Time // Until is the first day on which it is over
}

const (
	roadsMost    = 200
	radiusMost   = 20_000
	grantLongest = 366 // days
	besideRoad   = 30  // metres: an area of a road holds its segments and not those of the next street
)

func (in GrantInput) check(today time.Time) error {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	for _, x := range []struct{ name, value string }{{"name", in.Name}, {"purpose", in.Purpose}} {
		if n := len([]rune(x.value)); n == 0 {
			add(x.name, "required")
		} else if n > 300 {
			add(x.name, "too_long", "max", 300)
		}
	}
	if len(in.Roads) == 0 && in.RadiusM == 0 {
		add("roads", "required")
	}
	if len(in.Roads) > roadsMost {
		add("roads", "too_many", "max", roadsMost)
	}
	if in.RadiusM < 0 || in.RadiusM > radiusMost {
		add("radius", "out_of_range", "min", 1, "max", radiusMost)
	}
	switch {
	case in.Since.IsZero():
		add("since", "required")
	case in.Until.IsZero():
		add("until", "required")
	case !in.Until.After(in.Since):
		add("until", "not_after")
	case !in.Until.After(today):
		add("until", "plan_past")
	case in.Until.After(in.Since.AddDate(0, 0, grantLongest)):
		add("until", "grant_too_long", "max", grantLongest)
	}
	return fault.Fields(bad)
}

// Grant shows a company what is free in an area, for staff with duct:lease; a year at the longest, because what is shown for
// good is shown to nobody in particular. It refuses Invalid what cannot be (field "roads" too for roads on which nothing runs),
// NotFound "lease.no_operator", and Conflict "lease.not_approved" a company that may not lease.
func (s *Service) Grant(ctx context.Context, actor identity.Actor, in GrantInput) (Grant, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return Grant{}, err
	}
	in.Name, in.Purpose = strings.TrimSpace(in.Name), strings.TrimSpace(in.Purpose)
	if err := in.check(s.Today(ctx)); err != nil {
		return Grant{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Grant{}, err
	}
	g := Grant{TenantID: tenancy.Must(ctx), ID: id, OperatorID: in.Company, Name: in.Name, Purpose: in.Purpose, Since: in.Since, Until: in.Until, CreatedAt: s.now(), CreatedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Leases.MayLease(ctx, tx, in.Company); err != nil {
			return err
		}
		roads := in.Roads
		if len(roads) == 0 {
			roads = []string{""} // no road is called so
		}
		res, err := tx.NewRaw(`INSERT INTO duct_grant (tenant_id, id, operator_id, name, purpose, area, since, until, created_at, created_by)
			SELECT ?0, ?1, ?2, ?3, ?4, a.area, ?5, ?6, ?7, ?8 FROM (SELECT ST_Multi(ST_Union(x.area)) AS area FROM (
				SELECT ST_Buffer(ST_Collect(c.line)::geography, ?9)::geometry AS area FROM duct_segment_state c
					WHERE c.tenant_id = ?0 AND c.voided_by IS NULL AND c.since <= ?10 AND (c.until IS NULL OR c.until > ?10) AND c.road IN (?11)
				UNION ALL SELECT ST_Buffer(ST_SetSRID(ST_MakePoint(?12, ?13), 4326)::geography, ?14)::geometry WHERE ?14 > 0) x WHERE x.area IS NOT NULL) a
			WHERE a.area IS NOT NULL`,
			g.TenantID, g.ID, g.OperatorID, g.Name, g.Purpose, g.Since, g.Until, g.CreatedAt, g.CreatedBy, besideRoad, s.Today(ctx), bun.List(roads),
			in.Center.Lon, in.Center.Lat, in.RadiusM).Exec(ctx)
		if err != nil {
			return fmt.Errorf("operator: grant: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.Fields([]fault.Field{{Name: "roads", Code: "no_such_road"}})
		}
		return audit.Record(ctx, tx, entry(actor, "operator.grant", in.Company, map[string]any{"grant": id, "name": g.Name, "until": g.Until.Format(time.DateOnly)}))
	})
	return g, err
}

// EndGrant takes an area back from now on, for staff with duct:lease. NotFound "operator.no_grant" for one that is not there or
// was taken back.
func (s *Service) EndGrant(ctx context.Context, actor identity.Actor, company, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model((*Grant)(nil)).Set("ended_at = ?", s.now()).
			Where("tenant_id = ? AND id = ? AND operator_id = ? AND ended_at IS NULL", tenancy.Must(ctx), id, company).Exec(ctx)
		if err != nil {
			return fmt.Errorf("operator: end grant: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.NotFound, "operator.no_grant")
		}
		return audit.Record(ctx, tx, entry(actor, "operator.grant_end", company, map[string]any{"grant": id}))
	})
}

// grantsMost bounds a list of grants.
const grantsMost = 100

// Grants lists the areas that a company was granted, the latest first, with what runs in each today; for staff with duct:read
// and for people of the company.
func (s *Service) Grants(ctx context.Context, actor identity.Actor, company uuid.UUID) ([]Grant, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	var all []Grant
	err := s.d.DB.NewRaw(`SELECT g.tenant_id, g.id, g.operator_id, g.name, g.purpose, g.since, g.until, g.created_at, g.created_by, g.ended_at, count(c.id) AS segments,
			coalesce(sum(c.length_mm), 0)::bigint AS length_mm
		FROM duct_grant g LEFT JOIN duct_segment_state c ON c.tenant_id = g.tenant_id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
			AND c.line && g.area AND ST_Intersects(g.area, c.line)
		WHERE g.tenant_id = ?0 AND g.operator_id = ?1 GROUP BY g.tenant_id, g.id ORDER BY g.id DESC LIMIT ?3`,
		tenancy.Must(ctx), company, s.Today(ctx), grantsMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("operator: grants: %w", err)
	}
	return all, nil
}

// Roads are those along which the network of a day runs, by name; for staff with duct:read.
func (s *Service) Roads(ctx context.Context, actor identity.Actor, day time.Time) ([]string, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []string
	err := s.d.DB.NewRaw(`SELECT DISTINCT c.road FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1) ORDER BY 1 LIMIT ?2`,
		tenancy.Must(ctx), day, roadsMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("operator: roads: %w", err)
	}
	return all, nil
}
