package ductwait

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Line keeps those who came later from what others wait for; it is a lease.Line. It needs nothing but the transaction.
type Line struct{}

// Before is described at lease.Line. A segment counts where less was free than somebody wants when the line was last looked at, of the kind
// or of one that such units contain or lie in: see touching.
func (Line) Before(ctx context.Context, tx bun.Tx, in lease.ReserveInput) error {
	return before(ctx, tx, in)
}

// touching is true where units of two kinds, by expressions of SQL, may be in each other's way in the segment g.segment_id: they are of one
// kind, or a unit of the inner one lies there, which lies in one of the outer.
func touching(kind, other string) string {
	return `(` + kind + ` = ` + other + ` OR EXISTS (SELECT 1 FROM duct_unit u WHERE u.tenant_id = g.tenant_id AND u.segment_id = g.segment_id AND u.voided_by IS NULL AND u.until IS NULL
		AND u.kind = CASE WHEN 'microduct' IN (` + kind + `, ` + other + `) THEN 'microduct' ELSE 'subduct' END))`
}

func before(ctx context.Context, db bun.IDB, in lease.ReserveInput) error {
	var number []string
	err := db.NewRaw(`SELECT w.number FROM duct_wait w JOIN duct_wait_segment g ON g.tenant_id = w.tenant_id AND g.wait_id = w.id AND g.short AND g.segment_id IN (?1)
		WHERE w.tenant_id = ?0 AND w.state = 'waiting' AND `+touching("w.kind", "?2")+` AND w.operator_id <> ?3 AND w.quantity <= coalesce((SELECT r.keep_most FROM duct_wait_rule r WHERE r.tenant_id = ?0), ?6) AND daterange(w.since, w.until) && daterange(?4, ?5)
			AND NOT EXISTS (SELECT 1 FROM duct_wait o JOIN duct_wait_segment h ON h.tenant_id = o.tenant_id AND h.wait_id = o.id AND h.segment_id = g.segment_id
				WHERE o.tenant_id = w.tenant_id AND o.operator_id = ?3 AND o.state = 'waiting' AND o.kind = ?2 AND o.place < w.place)
		LIMIT 1`, tenancy.Must(ctx), bun.List(in.Segments), in.Kind, in.Operator, in.Since, nullDay(in.Until), keepMost).Scan(ctx, &number)
	if err != nil {
		return fmt.Errorf("ductwait: line: %w", err)
	}
	if len(number) > 0 {
		return fault.New(fault.Conflict, "lease.others_wait")
	}
	return nil
}

func nullDay(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// claims are what is waited for, by segment: of which kind, and in which days. Lies is lease.Service.Lies.
type claims struct {
	of   map[uuid.UUID][]claim
	lies func(segment uuid.UUID, kind string) bool
}

type claim struct {
	kind         string
	since, until time.Time
}

func (c claims) add(segment uuid.UUID, in lease.PlanInput) {
	c.of[segment] = append(c.of[segment], claim{in.Kind, in.Since, in.Until})
}

// touch is touching.
func (c claims) touch(segment uuid.UUID, kind, other string) bool {
	inner := duct.Subduct
	if kind == duct.Microduct || other == duct.Microduct {
		inner = duct.Microduct
	}
	return kind == other || c.lies(segment, inner)
}

// avoid keeps a plan from what is waited for.
func (c claims) avoid(in lease.PlanInput) func(uuid.UUID) string {
	return func(segment uuid.UUID) string {
		for _, x := range c.of[segment] {
			if c.touch(segment, x.kind, in.Kind) && (x.until.IsZero() || in.Since.Before(x.until)) && (in.Until.IsZero() || x.since.Before(in.Until)) {
				return Waiting
			}
		}
		return ""
	}
}

// readClaims are those of everybody who waits, where it was short.
func (s *Service) readClaims(ctx context.Context) (claims, error) {
	out := claims{of: map[uuid.UUID][]claim{}}
	var err error
	if out.lies, err = s.d.Leases.Lies(ctx, s.today(ctx)); err != nil {
		return out, err
	}
	var rows []struct {
		SegmentID    uuid.UUID
		Kind         string
		Since, Until time.Time
	}
	err = s.d.DB.NewRaw(`SELECT g.segment_id, w.kind, w.since, w.until FROM duct_wait w
		CROSS JOIN LATERAL (SELECT g.segment_id FROM duct_wait_segment g WHERE g.tenant_id = ?0 AND g.wait_id = w.id AND g.short OFFSET 0) g
		WHERE w.tenant_id = ?0 AND w.state = 'waiting' AND w.quantity <= coalesce((SELECT r.keep_most FROM duct_wait_rule r WHERE r.tenant_id = ?0), ?1)`, tenancy.Must(ctx), keepMost).Scan(ctx, &rows)
	if err != nil {
		return out, fmt.Errorf("ductwait: claims: %w", err)
	}
	for _, r := range rows {
		out.of[r.SegmentID] = append(out.of[r.SegmentID], claim{r.Kind, r.Since, r.Until})
	}
	return out, nil
}

// Kept reports whether a way of a plan that is free is kept for others who wait, so that the actor's company cannot have it.
func (s *Service) Kept(ctx context.Context, actor identity.Actor, in lease.PlanInput, w lease.Way) (bool, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return false, err
	}
	r := lease.ReserveInput{Operator: self.Company.ID, Kind: in.Kind, Since: in.Since, Until: in.Until}
	for _, step := range w.Steps {
		r.Segments = append(r.Segments, step.ID)
	}
	err = before(ctx, s.d.DB, r)
	if fault.Is(err, "lease.others_wait") {
		return true, nil
	}
	return false, err
}
