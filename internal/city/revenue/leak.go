package revenue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// The ways in which money is lost.
const (
	Unbilled  = "unbilled"   // held by a lease that the last charged month should have charged and did not
	Waiting   = "waiting"    // held by an order whose first day has passed and that nobody has accepted
	Unheld    = "unheld"     // charged for the last month, and fewer units are held than are charged
	KeptPast  = "kept_past"  // reserved past its time, or over, and not given back
	Unknown   = "unknown"    // a cable or a unit of which nobody knows whose it is
	Unleased  = "unleased"   // a cable of an operator in a unit that it does not lease
	BelowCost = "below_cost" // let below the floor of its kind
	Unagreed  = "unagreed"   // charged for the last month without a master agreement in force
	Unclaimed = "unclaimed"  // a rent of the city's land that is owed for days for which nothing is claimed
	Bare      = "bare"       // rent of the city's land that is claimed for days on which no duct lies there and for which there is no legal note
	Measured  = "measured"   // the network has another length or zone than a running lease is charged for
)

// Leaks are the ways in the order in which they are shown.
func Leaks() []string {
	return []string{Unbilled, Waiting, Unheld, KeptPast, Unknown, Unleased, Measured, BelowCost, Unagreed, Unclaimed, Bare}
}

// Leak is one place where money is lost, with what it comes to in a year at the prices of today; zero where nobody can say.
type Leak struct {
	Kind     string
	LeaseID  uuid.UUID // of a lease
	Number   string    // of a lease, or the code of a cable
	Operator string
	Segment  string // code
	FindID   uuid.UUID
	CableID  uuid.UUID
	LandID   uuid.UUID // of a rent of land
	What     string    // kind of unit, note, or place of land
	Units    int
	Since    time.Time
	MM       int64 // of unit
	Yearly   money.Rupiah
	Rate     money.Rupiah // for a metre and a year, of what is below its floor
	Floor    money.Rupiah
	AgreedMM int64 // of unit, that a lease is charged for where the network has another length today
	FoundMM  int64 // of unit, that the network has; MM is the difference, negative where too much is charged
}

// LeakMost bounds each kind.
const LeakMost = 200

// Leakage is where money is lost. Of a kind that is Cut there is more than the LeakMost that are told.
type Leakage struct {
	Leaks []Leak
	Cut   map[string]bool // by kind
}

// ofEach is what Leakage keeps of leaks in the order of their kinds.
func ofEach(all []Leak) Leakage {
	out, n := Leakage{Cut: map[string]bool{}}, map[string]int{}
	for _, x := range all {
		if n[x.Kind]++; n[x.Kind] > LeakMost {
			out.Cut[x.Kind] = true
			continue
		}
		out.Leaks = append(out.Leaks, x)
	}
	return out
}

// leakSQL finds leases by what is held and what is charged. A unit whose segment was split counts once, as it was taken. ?0 is the city, ?1 today, ?2 the first and ?3 the day after the last day
// of the last month that was charged, ?4 how many of each kind at most.
const leakSQL = `
WITH held AS (
  SELECT l.tenant_id, l.id, count(DISTINCT t.taken) FILTER (WHERE h.released_at IS NULL) AS now, count(DISTINCT t.taken) FILTER (WHERE t.then) AS then, count(DISTINCT t.taken) AS ever,
         count(DISTINCT t.taken) FILTER (WHERE t.then AND (u.voided_by IS NOT NULL OR u.until <= ?2::date)) AS gone
    FROM duct_lease l JOIN duct_hold h ON h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id
   CROSS JOIN LATERAL (SELECT coalesce(h.taken_id, h.unit_id) AS taken, h.during && daterange(?2::date, ?3::date) AND (h.released_at IS NULL OR h.released_at >= ?2::date) AS then) t
   WHERE l.tenant_id = ?0 AND (h.parted_by IS NULL OR h.released_at IS NULL) GROUP BY 1, 2),
found AS (
  SELECT 'unbilled' AS kind, l.id, l.since, h.then AS units FROM duct_lease l JOIN held h ON h.tenant_id = l.tenant_id AND h.id = l.id
   WHERE l.tenant_id = ?0 AND l.state IN ('active', 'ended') AND h.then > 0 AND greatest(l.since, l.accepted_on) < ?3::date AND (l.until IS NULL OR l.until > ?2::date)
     AND NOT EXISTS (SELECT FROM duct_charge c JOIN invoice_draft d ON d.tenant_id = c.tenant_id AND d.id = c.draft_id WHERE c.tenant_id = l.tenant_id AND c.lease_id = l.id AND c.month = ?2::date AND d.dropped_at IS NULL)
  UNION ALL
  SELECT 'waiting', l.id, l.since, h.now FROM duct_lease l JOIN held h ON h.tenant_id = l.tenant_id AND h.id = l.id WHERE l.tenant_id = ?0 AND l.state = 'ordered' AND l.since <= ?1::date AND h.now > 0
  UNION ALL
  SELECT 'unheld', l.id, l.since, (h.ever - h.then + h.gone)::bigint FROM duct_charge c JOIN duct_lease l ON l.tenant_id = c.tenant_id AND l.id = c.lease_id JOIN held h ON h.tenant_id = l.tenant_id AND h.id = l.id
   WHERE c.tenant_id = ?0 AND c.month = ?2::date AND (l.until IS NULL OR l.until > ?2::date) AND (h.then < h.ever OR h.gone > 0)
  UNION ALL
  SELECT 'unagreed', l.id, l.since, h.then FROM v_duct_unagreed a JOIN duct_lease l ON l.tenant_id = a.tenant_id AND l.id = a.lease_id JOIN held h ON h.tenant_id = l.tenant_id AND h.id = l.id WHERE a.tenant_id = ?0 AND a.month = ?2::date
  UNION ALL
  SELECT 'kept_past', l.id, coalesce(l.expires_at::date, l.updated_at::date), h.now FROM duct_lease l JOIN held h ON h.tenant_id = l.tenant_id AND h.id = l.id
   WHERE l.tenant_id = ?0 AND h.now > 0 AND (l.state IN ('expired', 'cancelled', 'refused') OR l.state = 'reserved' AND l.expires_at < ?1::date))
SELECT f.kind, f.id AS lease_id, l.number, o.name AS operator, l.kind AS what, f.units, f.since, (l.length_mm * l.quantity)::bigint AS mm
  FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY since, id) AS n FROM found) f JOIN duct_lease l ON l.tenant_id = ?0 AND l.id = f.id JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id WHERE f.n <= ?4 ORDER BY f.kind, f.since, l.id`

// unknownSQL finds units of which nobody knows what is in them and that nobody leases, and cables that were found.
const unknownSQL = `
SELECT 'unknown' AS kind, k.code AS segment, coalesce(f.id, ?1) AS find_id, coalesce(f.note, u.kind) AS what, f.found_on AS since, 1 AS units, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS mm
  FROM (SELECT tenant_id, segment_id, id, note, found_on, NULL::uuid AS unit FROM duct_finding WHERE tenant_id = ?0 AND settled_on IS NULL) f
  JOIN duct_segment k ON k.tenant_id = f.tenant_id AND k.id = f.segment_id
  CROSS JOIN LATERAL (SELECT x.billed_mm, x.surveyed_mm, x.length_mm FROM duct_segment_state x WHERE x.tenant_id = k.tenant_id AND x.segment_id = k.id AND x.voided_by IS NULL AND x.since <= ?2 ORDER BY x.since DESC LIMIT 1) c -- split since, it is the last known
  LEFT JOIN duct_unit u ON false
UNION ALL
SELECT 'unknown', k.code, ?1, u.kind, b.since, 1, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm)
  FROM duct_unit_state b JOIN duct_unit u ON u.tenant_id = b.tenant_id AND u.id = b.unit_id AND u.voided_by IS NULL JOIN duct_segment k ON k.tenant_id = u.tenant_id AND k.id = u.segment_id
  JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
 WHERE b.tenant_id = ?0 AND b.voided_by IS NULL AND b.condition = 'unknown' AND b.since <= ?2 AND (b.until IS NULL OR b.until > ?2)
   AND NOT EXISTS (SELECT FROM duct_hold h WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.released_at IS NULL AND h.during @> ?2::date)
 ORDER BY 2, 4 LIMIT ?3`

// Leakage finds where money is lost, as of today and of the last month that was charged. It needs duct:read.
func (s *Service) Leakage(ctx context.Context, actor identity.Actor) (Leakage, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Leakage{}, err
	}
	all, err := s.leaks(ctx)
	return ofEach(all), err
}

// leaks are those of each kind, one more than are told where there are more.
func (s *Service) leaks(ctx context.Context) ([]Leak, error) {
	today := s.today(ctx)
	list, err := ducttariff.Read(ctx, s.d.DB.App)
	if err != nil {
		return nil, err
	}
	var last struct {
		Month time.Time `bun:"month,nullzero"`
	}
	tenant := tenancy.Must(ctx)
	if err := s.d.DB.App.NewRaw("SELECT max(month) AS month FROM duct_bill_month WHERE tenant_id = ?", tenant).Scan(ctx, &last); err != nil {
		return nil, fmt.Errorf("revenue: leakage: %w", err)
	}
	from, until := today, today // nothing was charged: there is no such month
	if !last.Month.IsZero() {
		from, until = last.Month, last.Month.AddDate(0, 1, 0)
	}
	var all, more []Leak
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	if err := s.d.DB.App.NewRaw(leakSQL, tenant, day(today), day(from), day(until), LeakMost+1).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("revenue: leakage: %w", err)
	}
	if err := s.d.DB.App.NewRaw(unknownSQL, tenant, uuid.Nil, day(today), LeakMost+1).Scan(ctx, &more); err != nil {
		return nil, fmt.Errorf("revenue: leakage: %w", err)
	}
	all = append(all, more...)
	if more, err = s.cables(ctx, today); err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.measured(ctx, today); err != nil {
		return nil, err
	}
	all = append(all, more...)
	for i := range all {
		kind := all[i].What
		if all[i].Kind == Unknown && all[i].FindID != uuid.Nil {
			kind = duct.Subduct // a cable takes one, as long as nobody has looked closer
		}
		if all[i].Kind == Unheld {
			continue // it is charged too much, and not too little
		}
		if all[i].Yearly, err = yearly(list, kind, all[i].MM, today); err != nil {
			return nil, err
		}
	}
	for _, more := range []func(context.Context, ducttariff.List, time.Time) ([]Leak, error){s.below, s.landLeaks} {
		found, err := more(ctx, list, today)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// cables finds those of nobody, and those that lie where their operator leases nothing.
func (s *Service) cables(ctx context.Context, today time.Time) ([]Leak, error) {
	var all []Leak
	err := s.d.DB.App.NewRaw(`SELECT kind, cable_id, number, operator, segment, what, units, since, mm FROM (SELECT x.*, row_number() OVER (PARTITION BY x.kind ORDER BY x.segment, x.number) AS n FROM (SELECT CASE s.owner WHEN 'unknown' THEN 'unknown' ELSE 'unleased' END AS kind, k.id AS cable_id, k.code AS number, coalesce(o.name, '') AS operator, g.code AS segment, u.kind AS what, 1 AS units, r.since, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS mm
		FROM duct_cable_state s JOIN duct_cable k ON k.tenant_id = s.tenant_id AND k.id = s.cable_id JOIN duct_cable_run r ON r.tenant_id = k.tenant_id AND r.cable_id = k.id AND r.voided_by IS NULL AND r.since <= ?1 AND (r.until IS NULL OR r.until > ?1)
		JOIN duct_unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id JOIN duct_segment g ON g.tenant_id = u.tenant_id AND g.id = u.segment_id
		JOIN duct_segment_state c ON c.tenant_id = g.tenant_id AND c.segment_id = g.id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		LEFT JOIN duct_operator o ON o.tenant_id = s.tenant_id AND o.id = s.operator_id
		WHERE s.tenant_id = ?0 AND s.voided_at IS NULL AND s.since <= ?1 AND (s.until IS NULL OR s.until > ?1) AND (s.owner = 'unknown' OR s.owner = 'operator' AND NOT EXISTS (
			SELECT FROM duct_hold h JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id AND l.operator_id = s.operator_id WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.released_at IS NULL AND h.during @> ?1::date))
		) x) x WHERE x.n <= ?2 ORDER BY x.kind, x.segment, x.number`, tenancy.Must(ctx), today.Format(time.DateOnly), LeakMost+1).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("revenue: cables: %w", err)
	}
	return all, nil
}

// measured finds running leases of which the network says another length or zone today than they are charged for. A zone alone makes no
// difference of length.
func (s *Service) measured(ctx context.Context, today time.Time) ([]Leak, error) {
	var all []Leak
	err := s.d.DB.App.NewRaw(`SELECT 'measured' AS kind, l.id AS lease_id, l.number, o.name AS operator, l.kind AS what, l.since, l.quantity AS units, a.mm * l.quantity AS agreed_mm, n.mm * l.quantity AS found_mm, (n.mm - a.mm) * l.quantity AS mm
		FROM duct_lease l JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
		CROSS JOIN LATERAL (SELECT sum(x.length_mm)::bigint AS mm, coalesce(sum(x.length_mm) FILTER (WHERE x.free_trade), 0)::bigint AS inside FROM duct_lease_segment x WHERE x.tenant_id = l.tenant_id AND x.lease_id = l.id) a
		CROSS JOIN LATERAL (SELECT sum(coalesce(c.billed_mm, c.surveyed_mm, c.length_mm))::bigint AS mm, coalesce(sum(coalesce(c.billed_mm, c.surveyed_mm, c.length_mm)) FILTER (WHERE c.free_trade), 0)::bigint AS inside
			FROM (SELECT DISTINCT u.segment_id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id WHERE h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own AND h.released_at IS NULL AND h.during @> ?1::date) w
			JOIN duct_segment_state c ON c.tenant_id = l.tenant_id AND c.segment_id = w.segment_id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)) n
		WHERE l.tenant_id = ?0 AND l.state IN ('active', 'ended') AND l.since <= ?1 AND (l.until IS NULL OR l.until > ?1) AND (abs(n.mm - a.mm) >= 1000 OR abs(n.inside - a.inside) >= 1000)
		ORDER BY abs(n.mm - a.mm) * l.quantity DESC, l.id LIMIT ?2`, tenancy.Must(ctx), today.Format(time.DateOnly), LeakMost+1).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("revenue: measured: %w", err)
	}
	return all, nil
}

// yearly is what so much unit of a kind is charged for a year; zero where it has no price.
func yearly(list ducttariff.List, kind string, mm int64, day time.Time) (money.Rupiah, error) {
	rate, err := list.PerMetre(kind, day)
	if fault.Is(err, "ducttariff.no_tariff") {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return rate.FractionHalfUp(mm, 1000)
}

// below finds leases whose metre is charged less for a year than its floor, after what is let off.
func (s *Service) below(ctx context.Context, list ducttariff.List, today time.Time) ([]Leak, error) {
	type price struct{ rate, floor money.Rupiah }
	low, kinds := map[string]price{}, []string{}
	for _, kind := range duct.UnitKinds() {
		rate, err := list.PerMetre(kind, today)
		if err != nil && !fault.Is(err, "ducttariff.no_tariff") {
			return nil, err
		}
		// What is let off stops at the floor, so a lease is below it where its price is.
		if floor := list.FloorOn(kind, today).Rate; rate < floor {
			low[kind], kinds = price{rate, floor}, append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	var all []Leak
	err := s.d.DB.App.NewRaw(`SELECT 'below_cost' AS kind, l.id AS lease_id, l.number, o.name AS operator, l.kind AS what, l.since, l.segments * l.quantity AS units, (l.length_mm * l.quantity)::bigint AS mm
		FROM duct_lease l JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
		WHERE l.tenant_id = ? AND l.state IN ('active', 'ended') AND l.since <= ? AND (l.until IS NULL OR l.until > ?) AND l.kind IN (?) ORDER BY l.id LIMIT ?`,
		tenancy.Must(ctx), today.Format(time.DateOnly), today.Format(time.DateOnly), bun.List(kinds), LeakMost+1).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("revenue: leakage: %w", err)
	}
	for i := range all {
		x := &all[i]
		x.Rate, x.Floor = low[x.What].rate, low[x.What].floor
		if x.Yearly, err = (x.Floor - x.Rate).FractionHalfUp(x.MM, 1000); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Find keeps that a cable was found in a segment that nobody is known to have put there. It needs duct:manage. It refuses Invalid
// without words or for a day to come, and a code that no segment of the day has (field "segment").
func (s *Service) Find(ctx context.Context, actor identity.Actor, segment, note string, on time.Time) (uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return uuid.Nil, err
	}
	on = duct.DayOf(on)
	bad := said("note", note)
	if on.IsZero() {
		bad = append(bad, fault.Field{Name: "found_on", Code: "required"})
	} else if on.After(s.today(ctx)) {
		bad = append(bad, fault.Field{Name: "found_on", Code: "date_future"})
	}
	var of []uuid.UUID
	err := s.d.DB.App.NewRaw(`SELECT k.id FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		WHERE k.tenant_id = ?0 AND k.code = ?2`, tenancy.Must(ctx), s.today(ctx).Format(time.DateOnly), strings.TrimSpace(segment)).Scan(ctx, &of)
	if err != nil {
		return uuid.Nil, fmt.Errorf("revenue: find: %w", err)
	}
	if len(of) == 0 {
		bad = append(bad, fault.Field{Name: "segment", Code: "revenue_segment"})
	}
	if err := fault.Fields(bad); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return id, err
	}
	return id, s.act(ctx, actor, "revenue.find", "duct_finding", id, map[string]any{"segment": strings.TrimSpace(segment)}, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO duct_finding (tenant_id, id, segment_id, found_on, note, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)", tenancy.Must(ctx), id, of[0], on.Format(time.DateOnly), strings.TrimSpace(note), s.now(), actor.ID).Exec(ctx)
		return err
	})
}

// Settle says what became of a cable that was found: leased, taken out, known. It needs duct:manage. It refuses Invalid without words,
// and NotFound "revenue.no_finding" for one that there is not or that is settled.
func (s *Service) Settle(ctx context.Context, actor identity.Actor, id uuid.UUID, how string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	if err := fault.Fields(said("how", how)); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw("UPDATE duct_finding SET settled_on = ?, settled_by = ?, settled_how = ? WHERE tenant_id = ? AND id = ? AND settled_on IS NULL", s.today(ctx).Format(time.DateOnly), actor.ID, strings.TrimSpace(how), tenancy.Must(ctx), id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("revenue: settle: %w", err)
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return fault.Wrap(fault.NotFound, "revenue.no_finding", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "revenue.settle", Object: "duct_finding", ObjectID: id, At: s.now(), Detail: map[string]any{"how": strings.TrimSpace(how)}})
	})
}
