package ducttariff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// inID is the language of what is written where nobody reads yet.
const inID = i18n.ID

// Route is what an operator would hold: segments in any order, and for which days.
type Route struct {
	Segments []uuid.UUID
	Kind     string // duct.Duct, duct.Subduct or duct.Microduct
	Quantity int    // on each segment
	Since    time.Time
	Until    time.Time // zero goes on
	Renews   uuid.UUID // the lease whose units it holds for longer; uuid.Nil renews none
}

// Quote is what a route would be charged, before tax, at the prices that are known today.
type Quote struct {
	Day       time.Time // whose prices they are
	Once      []Line    // with the first invoice
	Month     []Line    // of a whole month
	OnceSum   money.Rupiah
	MonthSum  money.Rupiah
	YearSum   money.Rupiah // twelve such months
	TermSum   money.Rupiah // everything until the end, by the day; zero for a route without one
	Deposit   money.Rupiah // given back when the lease is over
	LengthMM  int64        // billed
	Terms     Terms
	Outside   bool      // some of it lies outside the free-trade area, where PPN is added
	MinimumTo time.Time // the first day after the minimum term; zero where there is none, or where what is renewed has fulfilled it
}

// yearsMost bounds what is reckoned to the end.
const yearsMost = 30

// Quote reckons what a route would be charged an operator; one that has none yet is uuid.Nil. Whoever asks has been checked by the
// caller: the prices are public, and of the operator only what it holds altogether enters. It refuses Invalid for what no lease can
// be, Conflict "lease.no_segment" for a segment that is not there on the first day, and what Rate refuses.
func (s *Service) Quote(ctx context.Context, operator uuid.UUID, r Route) (Quote, error) {
	if err := r.check(); err != nil {
		return Quote{}, err
	}
	p, err := s.List(ctx)
	if err != nil {
		return Quote{}, err
	}
	return p.QuoteOf(ctx, s.d.DB, operator, r)
}

// QuoteOf is Quote by a list that was read, of a route that has been checked.
func (p List) QuoteOf(ctx context.Context, db bun.IDB, operator uuid.UUID, r Route) (Quote, error) {
	h, err := Facts(ctx, db, r)
	if err != nil {
		return Quote{}, err
	}
	if h.VolumeMM, err = volume(ctx, db, operator, h.Since); err != nil {
		return Quote{}, err
	}
	h.VolumeMM += h.length()
	return p.quote(h)
}

func (r Route) check() error {
	var bad []fault.Field
	if len(r.Segments) == 0 {
		bad = append(bad, fault.Field{Name: "segments", Code: "required"})
	}
	if r.Kind != duct.Duct && r.Kind != duct.Subduct && r.Kind != duct.Microduct {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if r.Quantity < 1 {
		bad = append(bad, fault.Field{Name: "quantity", Code: "required"})
	}
	switch {
	case r.Since.IsZero():
		bad = append(bad, fault.Field{Name: "since", Code: "required"})
	case !r.Until.IsZero() && (!r.Until.After(r.Since) || r.Until.After(r.Since.AddDate(yearsMost, 0, 0))):
		bad = append(bad, fault.Field{Name: "until", Code: "not_after"})
	}
	return fault.Fields(bad)
}

// quote is pure: what is held, at the prices of its first day.
func (p List) quote(h Held) (Quote, error) {
	q := Quote{Day: h.Since}
	var ok bool
	if q.Terms, ok = p.TermsOn(h.Since); !ok {
		return q, fault.New(fault.Conflict, "ducttariff.no_terms")
	}
	p = p.known(h.Since)
	for _, x := range h.Parts {
		q.LengthMM += x.LengthMM
		q.Outside = q.Outside || !x.FreeTrade
	}
	least, err := p.minimum(h)
	if err != nil {
		return q, err
	}
	if least.After(h.Since) {
		q.MinimumTo = least
	}
	if q.Once, err = p.once(h); err != nil {
		return q, err
	}
	month := time.Date(h.Since.Year(), h.Since.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	if q.Month, err = p.recurring(h, month, month.AddDate(0, 1, 0), false); err != nil {
		return q, err
	}
	if q.OnceSum, err = Sum(q.Once); err != nil {
		return q, err
	}
	if q.MonthSum, err = Sum(q.Month); err != nil {
		return q, err
	}
	if q.YearSum, err = q.MonthSum.Times(12); err != nil {
		return q, err
	}
	if q.Deposit, err = q.MonthSum.Times(int64(q.Terms.DepositMonths)); err != nil || h.Until.IsZero() {
		return q, err
	}
	all, err := p.Rate(h, h.Since, h.Until.AddDate(0, 0, 1)) // with the day on which it is over, which charges what is left of a minimum term
	if err != nil {
		return q, err
	}
	q.TermSum, err = Sum(all)
	return q, err
}

// known is the list as it is on a day: what comes into force later is left out.
func (p List) known(day time.Time) List {
	d := day.Format(time.DateOnly)
	return List{Tariffs: upTo(p.Tariffs, d, func(t Tariff) Head { return t.Head }), Indexes: upTo(p.Indexes, d, func(x Index) Head { return x.Head }),
		Floors: upTo(p.Floors, d, func(f Floor) Head { return f.Head }), Terms: upTo(p.Terms, d, func(t Terms) Head { return t.Head })}
}

func upTo[T any](all []T, day string, head func(T) Head) []T {
	var out []T
	for _, x := range all {
		if head(x).EffectiveFrom <= day {
			out = append(out, x)
		}
	}
	return out
}

// PerMetre is what a metre of a unit of a kind is charged for a year on a day, before anything is let off. It refuses Conflict
// "ducttariff.no_tariff".
func (p List) PerMetre(kind string, day time.Time) (sum money.Rupiah, err error) {
	for _, t := range p.On(day) {
		if t.Charge != Metre || t.Kind != kind || t.Per == Once {
			continue
		}
		rate, err := p.RateOn(t, day)
		if err != nil {
			return 0, err
		}
		t.Rate = rate
		if sum, err = sum.Add(perYear(t)); err != nil {
			return 0, err
		}
	}
	if sum == 0 {
		return 0, fault.New(fault.Conflict, "ducttariff.no_tariff", "kind", kind)
	}
	return sum, nil
}

// perYear is the rate of a tariff for a year; one for a month is within the bounds of twelve.
func perYear(t Tariff) money.Rupiah {
	if t.Per == Month {
		return t.Rate * 12
	}
	return t.Rate
}

// Agreed reads what a lease is charged for: as it was written down when the lease was accepted, whatever was surveyed since, or
// else what Facts does.
func Agreed(ctx context.Context, db bun.IDB, lease uuid.UUID, r Route) (Held, error) {
	h := Held{Kind: r.Kind, Quantity: r.Quantity, Since: duct.DayOf(r.Since), Until: duct.DayOf(r.Until)}
	err := db.NewRaw("SELECT k.code, s.length_mm, s.free_trade FROM duct_lease_segment s JOIN duct_segment k ON k.tenant_id = s.tenant_id AND k.id = s.segment_id WHERE s.tenant_id = ? AND s.lease_id = ? ORDER BY k.code",
		tenancy.Must(ctx), lease).Scan(ctx, &h.Parts)
	if err == nil && len(h.Parts) == 0 {
		return Facts(ctx, db, r)
	}
	if err == nil {
		err = db.NewRaw("SELECT kind, free_trade FROM duct_lease_node WHERE tenant_id = ? AND lease_id = ? ORDER BY node_id", tenancy.Must(ctx), lease).Scan(ctx, &h.Stops)
	}
	if err == nil && r.Renews != uuid.Nil {
		h.First, err = firstOf(ctx, db, r.Renews)
	}
	if err != nil {
		return h, fmt.Errorf("ducttariff: agreed: %w", err)
	}
	return h, nil
}

// Facts reads what of a route is charged for: its segments as they are billed on its first day, and each node once.
func Facts(ctx context.Context, db bun.IDB, r Route) (Held, error) {
	h := Held{Kind: r.Kind, Quantity: r.Quantity, Since: duct.DayOf(r.Since), Until: duct.DayOf(r.Until)}
	err := db.NewRaw(`SELECT k.code, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm, c.free_trade,
			(SELECT count(*) FROM duct_unit u WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.kind = 'duct' AND u.voided_by IS NULL AND u.since <= ?1 AND (u.until IS NULL OR u.until > ?1) AND c.class <> 'planned') AS ducts
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		WHERE k.tenant_id = ?0 AND k.id IN (?2) ORDER BY k.code`, tenancy.Must(ctx), h.Since.Format(time.DateOnly), bun.List(r.Segments)).Scan(ctx, &h.Parts)
	if err != nil {
		return h, fmt.Errorf("ducttariff: facts: %w", err)
	}
	if len(h.Parts) < len(r.Segments) {
		return h, fault.New(fault.Conflict, "lease.no_segment")
	}
	// One node after the other: whatever the statistics say, nobody looks through all of a city's.
	err = db.NewRaw(`SELECT c.kind, c.free_trade FROM (SELECT DISTINCT unnest(ARRAY[k.from_node, k.to_node]) AS node FROM duct_segment k WHERE k.tenant_id = ?0 AND k.id IN (?2)) n
		CROSS JOIN LATERAL (SELECT c.kind, c.free_trade FROM duct_node_state c WHERE c.tenant_id = ?0 AND c.node_id = n.node AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1) ORDER BY c.since DESC LIMIT 1) c
		ORDER BY n.node`,
		tenancy.Must(ctx), h.Since.Format(time.DateOnly), bun.List(r.Segments)).Scan(ctx, &h.Stops)
	if err == nil && r.Renews != uuid.Nil {
		h.First, err = firstOf(ctx, db, r.Renews)
	}
	if err != nil {
		return h, fmt.Errorf("ducttariff: facts: %w", err)
	}
	return h, nil
}

// firstOf is the first day of a lease, or of the first of those that it renews one after the other.
func firstOf(ctx context.Context, db bun.IDB, lease uuid.UUID) (time.Time, error) {
	var row struct {
		Since time.Time `bun:"since,nullzero"`
	}
	err := db.NewRaw(`WITH RECURSIVE chain AS (SELECT since, renews_id FROM duct_lease WHERE tenant_id = ?0 AND id = ?1
		UNION ALL SELECT l.since, l.renews_id FROM chain c JOIN duct_lease l ON l.tenant_id = ?0 AND l.id = c.renews_id) SELECT min(since) AS since FROM chain`, tenancy.Must(ctx), lease).Scan(ctx, &row)
	return row.Since, err
}

// volume is how many millimetres of unit an operator holds on a day by leases that are charged for.
func volume(ctx context.Context, db bun.IDB, operator uuid.UUID, day time.Time) (mm int64, err error) {
	if operator == uuid.Nil {
		return 0, nil
	}
	err = db.NewRaw(`SELECT coalesce(sum(length_mm * quantity), 0)::bigint FROM duct_lease WHERE tenant_id = ? AND operator_id = ? AND state IN ('active', 'ended') AND since <= ? AND (until IS NULL OR until > ?)`,
		tenancy.Must(ctx), operator, day.Format(time.DateOnly), day.Format(time.DateOnly)).Scan(ctx, &mm)
	if err != nil {
		return 0, fmt.Errorf("ducttariff: volume: %w", err)
	}
	return mm, nil
}
