package lease

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// ReserveInput is a route to be kept for an operator. Key is the sender's own, new for each reservation and the same when it is
// repeated.
type ReserveInput struct {
	Operator uuid.UUID
	Segments []uuid.UUID // in any order, each once
	Kind     string      // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity int         // on each segment
	Since    time.Time   // the first day
	Until    time.Time   // the first day on which it is over; zero goes on
	Days     int         // for which it is kept without an order, at most 365
	Key      string
	Renews   uuid.UUID // the lease whose very units are kept for longer; uuid.Nil takes the first that are free
}

const segmentsMost = 2000

// QuantityMost is how many units a lease can hold on a segment.
const QuantityMost = 100

func (in ReserveInput) check() error {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	seen := map[uuid.UUID]bool{}
	for _, id := range in.Segments {
		if seen[id] {
			add("segments", "twice")
			break
		}
		seen[id] = true
	}
	switch {
	case len(in.Segments) == 0:
		add("segments", "required")
	case len(in.Segments) > segmentsMost:
		add("segments", "too_many", "max", segmentsMost)
	}
	if in.Kind != duct.Duct && in.Kind != duct.Subduct && in.Kind != duct.Microduct {
		add("kind", "not_an_option")
	}
	if in.Quantity < 1 || in.Quantity > QuantityMost {
		add("quantity", "out_of_range", "min", 1, "max", QuantityMost)
	}
	if in.Days < 1 || in.Days > 365 {
		add("days", "out_of_range", "min", 1, "max", 365)
	}
	switch {
	case in.Since.IsZero():
		add("since", "required")
	case !in.Until.IsZero() && !in.Until.After(in.Since):
		add("until", "not_after")
	}
	if n := len(strings.TrimSpace(in.Key)); n == 0 || n > 200 {
		add("key", "required")
	}
	return fault.Fields(bad)
}

// Reserve keeps units along a route for an operator, on every segment or on none, for staff with duct:lease. It refuses
// Invalid what cannot be, NotFound "lease.no_operator", Conflict "lease.not_approved" an operator who may not lease,
// "lease.no_segment" a segment that is not there for the whole time, or only planned, "lease.unfit" one that is damaged or blocked in that
// time, "lease.full" one without enough that is free, and "lease.others_wait" one for which others have waited longer; and what tenancy.MayAdd refuses a city without the ducts in its plan.
func (s *Service) Reserve(ctx context.Context, actor identity.Actor, in ReserveInput) (Lease, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return Lease{}, err
	}
	var out Lease
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.reserve(ctx, tx, actor, in, uuid.Nil)
		return err
	})
	if err != nil {
		return Lease{}, fmt.Errorf("lease: reserve: %w", err)
	}
	return out, nil
}

// reserve is Reserve as part of tx, perhaps for an order whose steps the lease will follow. A repetition changes nothing.
func (s *Service) reserve(ctx context.Context, tx bun.Tx, actor identity.Actor, in ReserveInput, order uuid.UUID) (Lease, error) {
	may := tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now())
	if order != uuid.Nil { // which was taken in
		may = tenancy.MayAsk(ctx, tenancy.ModuleDuct)
	}
	if may != nil {
		return Lease{}, may
	}
	in.Since, in.Until = duct.DayOf(in.Since), duct.DayOf(in.Until)
	if err := in.check(); err != nil {
		return Lease{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Lease{}, err
	}
	if err := s.Turn(ctx, tx); err != nil {
		return Lease{}, err
	}
	if again, err := byKey(ctx, tx, in); err != nil || again != nil {
		if again != nil {
			return *again, nil
		}
		return Lease{}, err
	}
	if err := approved(ctx, tx, in.Operator); err != nil {
		return Lease{}, err
	}
	if s.d.Line != nil && in.Renews == uuid.Nil {
		if err := s.d.Line.Before(ctx, tx, in); err != nil {
			return Lease{}, err
		}
	}
	given, err := duct.Turn(ctx, tx, 1)
	if err != nil {
		return Lease{}, err
	}
	out := Lease{TenantID: tenancy.Must(ctx), ID: id, Number: fmt.Sprintf("SWD-%d-%04d", in.Since.Year(), given), OperatorID: in.Operator, State: Reserved, Kind: in.Kind, Quantity: in.Quantity, Since: in.Since, Until: in.Until, AgreedUntil: in.Until,
		ExpiresAt: s.now().AddDate(0, 0, in.Days), Segments: len(in.Segments), Key: in.Key, CreatedAt: s.now(), CreatedBy: actor.ID, UpdatedAt: s.now(), OrderID: uuid.NullUUID{UUID: order, Valid: order != uuid.Nil},
		RenewsID: uuid.NullUUID{UUID: in.Renews, Valid: in.Renews != uuid.Nil}}
	if err := s.take(ctx, tx, &out, in.Segments, in.Renews); err != nil {
		return Lease{}, err
	}
	return out, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "lease.reserve", Object: "duct_lease", ObjectID: out.ID,
		Detail: map[string]any{"number": out.Number, "operator": in.Operator, "segments": len(in.Segments), "kind": in.Kind, "quantity": in.Quantity}})
}

func byKey(ctx context.Context, tx bun.Tx, in ReserveInput) (*Lease, error) {
	var all []Lease
	err := tx.NewSelect().Model(&all).Where("l.tenant_id = ? AND l.operator_id = ? AND l.key = ?", tenancy.Must(ctx), in.Operator, in.Key).Scan(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func approved(ctx context.Context, tx bun.Tx, operator uuid.UUID) error {
	var state []string
	if err := tx.NewRaw("SELECT state FROM duct_operator WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), operator).Scan(ctx, &state); err != nil {
		return err
	}
	switch {
	case len(state) == 0:
		return fault.New(fault.NotFound, "lease.no_operator")
	case state[0] != OperatorApproved:
		return fault.New(fault.Conflict, "lease.not_approved")
	}
	return nil
}

// pick is a segment with the units that are taken of it.
type pick struct {
	ID     uuid.UUID
	Code   string
	Billed int64
	There  bool        // all the time, and not only planned
	Sound  bool        // all the time
	Units  []uuid.UUID `bun:"units,array"`
}

// take finds on every segment the first units that are free for the whole time, of those that another lease holds where it is
// renewed, and holds them. What is renewed has its cable there already, so a damage of its segment or of its duct, which is to be mended, does not end it.
func (s *Service) take(ctx context.Context, tx bun.Tx, l *Lease, segments []uuid.UUID, renews uuid.UUID) error {
	var found []pick
	can := free
	if renews != uuid.Nil {
		can = freeAgain
	}
	err := tx.NewRaw(`SELECT k.id, k.code, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS billed, s.there, s.sound,
			ARRAY(SELECT u.id FROM duct_unit u WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.kind = ?1 AND `+can+`
				AND (?6::uuid IS NULL OR EXISTS (SELECT 1 FROM duct_hold r WHERE r.tenant_id = u.tenant_id AND r.lease_id = ?6::uuid AND r.unit_id = u.id AND r.own)) ORDER BY u.parent_id, u.position, u.id LIMIT ?2) AS units
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?3 AND (c.until IS NULL OR c.until > ?3)
		CROSS JOIN LATERAL (SELECT coalesce(range_agg(daterange(x.since, x.until)) FILTER (WHERE x.class <> 'planned') @> daterange(?3, ?4), false) AS there, bool_and(x.condition NOT IN ('damaged', 'blocked')) AS sound
			FROM duct_segment_state x WHERE x.tenant_id = k.tenant_id AND x.segment_id = k.id AND x.voided_by IS NULL AND x.since < ?4 AND (x.until IS NULL OR x.until > ?3)) s
		WHERE k.tenant_id = ?0 AND k.id IN (?5) ORDER BY k.id`, l.TenantID, l.Kind, l.Quantity, l.Since, spanEnd(l.Until), bun.List(segments), uuid.NullUUID{UUID: renews, Valid: renews != uuid.Nil}).Scan(ctx, &found)
	if err != nil {
		return err
	}
	if len(found) < len(segments) {
		return fault.New(fault.Conflict, "lease.no_segment")
	}
	var units []uuid.UUID
	for _, p := range found {
		if !p.There {
			return fault.New(fault.Conflict, "lease.no_segment")
		}
		if !p.Sound && renews == uuid.Nil {
			return fault.New(fault.Conflict, "lease.unfit", "segment", p.Code)
		}
		if len(p.Units) < l.Quantity {
			return fault.New(fault.Conflict, "lease.full", "segment", p.Code)
		}
		l.LengthMM += p.Billed
		units = append(units, p.Units...)
	}
	if _, err := tx.NewInsert().Model(l).Exec(ctx); err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO duct_hold (tenant_id, lease_id, unit_id, own, during)
		SELECT u.tenant_id, ?1, x.id, x.id = u.id, daterange(?2, ?3) FROM duct_unit u
		JOIN duct_unit x ON x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id
		LEFT JOIN duct_unit y ON y.tenant_id = x.tenant_id AND y.segment_id = x.segment_id AND y.id = x.parent_id
		WHERE u.tenant_id = ?0 AND u.id IN (?4) AND u.id IN (x.id, x.parent_id, y.parent_id) AND x.voided_by IS NULL`,
		l.TenantID, l.ID, l.Since, nullDay(l.Until), bun.List(units)).Exec(ctx)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23P01" {
		return fault.New(fault.Conflict, "lease.full", "segment", found[0].Code)
	}
	return err
}

// free is what makes a unit u free from the day ?3 to before the day ?4: it lies there all the time, is not shut and not held. The
// planner's graph.free, the map's Fill and the Stock of a segment say the same.
const free = lies + " AND NOT " + isShut + " AND NOT " + isTaken

// freeAgain is free for who holds the unit until then: damage does not end that, but what is kept back, or of which nobody knows what
// is in it, is not let again.
const freeAgain = lies + " AND NOT " + shutBy + "(b.condition = 'unknown' OR b.purpose <> '') OFFSET 0) AND NOT " + isTaken

const lies = `u.voided_by IS NULL AND u.since <= ?3 AND (u.until IS NULL OR u.until >= ?4)`

// isShut is a unit u that is not good, or kept back, on a day from ?3 to before ?4, or that lies, however deep, in one that is: whoever
// keeps a duct back keeps what is in it. OFFSET 0, here and in isTaken, keeps the reads by unit: joined freely, they have been planned,
// before the tables had statistics, to walk all holds of the city for each unit.
const (
	isShut = shutBy + `(b.condition <> 'good' OR b.purpose <> '') OFFSET 0)`
	shutBy = `EXISTS (SELECT 1 FROM duct_unit_state b WHERE b.tenant_id = u.tenant_id AND b.voided_by IS NULL AND b.since < ?4 AND (b.until IS NULL OR b.until > ?3)
		AND b.unit_id = ANY (ARRAY[u.id, u.parent_id, (SELECT z.parent_id FROM duct_unit z WHERE z.tenant_id = u.tenant_id AND z.id = u.parent_id)]) AND `
)

// isTaken is a unit u on a day of which, from ?3 to before ?4, it, something that it lies in or something that lies in it is held.
const isTaken = `EXISTS (SELECT 1 FROM duct_unit x
		CROSS JOIN LATERAL (SELECT h.own FROM duct_hold h WHERE h.tenant_id = x.tenant_id AND h.unit_id = x.id AND h.released_at IS NULL AND h.during && daterange(?3, ?4) OFFSET 0) h
		LEFT JOIN duct_unit y ON y.tenant_id = x.tenant_id AND y.segment_id = x.segment_id AND y.id = x.parent_id
		WHERE x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id
			AND (u.id IN (x.id, x.parent_id, y.parent_id) OR h.own AND x.id IN (u.parent_id, (SELECT z.parent_id FROM duct_unit z WHERE z.tenant_id = u.tenant_id AND z.id = u.parent_id))))`

// forever is the end of what goes on.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func spanEnd(until time.Time) time.Time {
	if until.IsZero() {
		return forever
	}
	return until
}

func nullDay(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
