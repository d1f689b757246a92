package ductorder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// promise is what a company has bound itself to along one road of a wave whose plan is fixed.
type promise struct {
	CommitmentID uuid.UUID
	Position     int
	OperatorID   uuid.UUID
	Number       string // of the commitment
	Months       int
	MadeBy       uuid.UUID
	Wave         string // its number
	Kind         string
	Units        int
	Road         string
	CutFrom      time.Time `bun:"cut_from,nullzero"`
	CutUntil     time.Time `bun:"cut_until,nullzero"`
}

type promiseArgs struct {
	Commitment uuid.UUID `json:"commitment"`
	Position   int       `json:"position"`
}

var promiseKind = jobs.Kind[promiseArgs]{Name: "ductorder.open_promise.v1", MaxRetry: 12, Timeout: 30 * time.Second}

// promiseAgain is after how long a promise is looked at anew that could not become an order: ducts are built, agreements are signed.
const promiseAgain = time.Hour

// promises adds a job for each promise that is no order yet, and was not looked at for an hour.
func (s *Service) promises(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var due []promiseArgs
	err := tx.NewRaw(`INSERT INTO duct_order_promise (tenant_id, commitment_id, position, tried_at) SELECT v.tenant_id, v.commitment_id, v.position, ?1 FROM v_duct_promise v
			WHERE v.tenant_id = ?0 AND NOT EXISTS (SELECT FROM duct_order_promise y WHERE y.tenant_id = v.tenant_id AND y.commitment_id = v.commitment_id AND y.position = v.position AND (y.order_id IS NOT NULL OR y.tried_at > ?2))
			ORDER BY v.commitment_id, v.position LIMIT ?3
		ON CONFLICT (tenant_id, commitment_id, position) DO UPDATE SET tried_at = EXCLUDED.tried_at RETURNING commitment_id AS commitment, position`, tenancy.Must(ctx), s.now(), s.now().Add(-promiseAgain), sweepBatch).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("ductorder: promises: %w", err)
	}
	for _, a := range due {
		if err := jobs.Add(ctx, tx, promiseKind, a); err != nil {
			return err
		}
	}
	return nil
}

// openPromise makes an order of a promise, with its units kept along the road; what it cannot be made of is kept as the reason. One that is an order stays.
func (s *Service) openPromise(ctx context.Context, tx bun.Tx, a promiseArgs) error {
	if err := s.d.Leases.Turn(ctx, tx); err != nil {
		return err
	}
	var all []promise
	err := tx.NewRaw(`SELECT v.commitment_id, v.position, v.operator_id, v.number, v.months, v.made_by, v.wave, v.kind, v.units, v.road, v.cut_from, v.cut_until FROM v_duct_promise v
			JOIN duct_order_promise y ON y.tenant_id = v.tenant_id AND y.commitment_id = v.commitment_id AND y.position = v.position AND y.order_id IS NULL
		WHERE v.tenant_id = ? AND v.commitment_id = ? AND v.position = ?`, tenancy.Must(ctx), a.Commitment, a.Position).Scan(ctx, &all)
	if err != nil || len(all) == 0 {
		return err
	}
	var o Order
	err = tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { // what is refused leaves nothing behind
		if o, err = s.promised(ctx, tx, all[0]); err != nil {
			return err
		}
		return s.letter(ctx, tx, o, "opened", "promise", func(i18n.Locale) map[string]string {
			return map[string]string{"commitment": all[0].Number, "road": all[0].Road}
		})
	})
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		why, err := json.Marshal(append([]any{f.Code}, f.Args...))
		if err == nil {
			_, err = tx.NewRaw("UPDATE duct_order_promise SET why = ? WHERE tenant_id = ? AND commitment_id = ? AND position = ?", json.RawMessage(why), tenancy.Must(ctx), a.Commitment, a.Position).Exec(ctx)
		}
		return err
	}
	if err != nil {
		return fmt.Errorf("ductorder: promise: %w", err)
	}
	_, err = tx.NewRaw("UPDATE duct_order_promise SET order_id = ?, why = '[]' WHERE tenant_id = ? AND commitment_id = ? AND position = ?", o.ID, tenancy.Must(ctx), a.Commitment, a.Position).Exec(ctx)
	return err
}

// keptAfter is how long units stay kept after the last day of a company's cut-over, for its quote to be accepted.
const keptAfter = 30

// days are the first day of the lease of a promise, the last one of its cut-over, neither before today, and the first day after the lease.
func (p promise) days(today time.Time) (since, last, until time.Time) {
	since, last = duct.DayOf(p.CutFrom), duct.DayOf(p.CutUntil)
	if since.Before(today) {
		since = today
	}
	if last.Before(since) {
		last = since
	}
	return since, last, workcal.AddMonths(since, p.Months)
}

// promised places the order of a promise, for its company: it begins where the way has been chosen, with the units reserved.
func (s *Service) promised(ctx context.Context, tx bun.Tx, p promise) (Order, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Order{}, err
	}
	today := s.today(ctx)
	since, last, until := p.days(today)
	o := Order{TenantID: tenancy.Must(ctx), ID: id, OperatorID: p.OperatorID, Kind: p.Kind, Quantity: p.Units, Since: since, Until: until, Key: fmt.Sprintf("wave %s %d", p.CommitmentID, p.Position),
		Authorities: []string{}, PlacedAt: s.now(), PlacedBy: p.MadeBy, Version: 1, Note: i18n.ID.T("ductorder.from_wave", "number", p.Number, "wave", p.Wave, "road", p.Road, "from", i18n.ID.Date(duct.DayOf(p.CutFrom)), "until", i18n.ID.Date(duct.DayOf(p.CutUntil)))}
	if o.Segments, o.FromNode, o.ToNode, err = along(ctx, tx, p.Road, since); err != nil {
		return o, err
	}
	days := min(int(last.Sub(today).Hours()/24)+keptAfter, 365)
	l, err := s.d.Leases.Inside(tx, bySystem(), id).Reserve(ctx, lease.ReserveInput{Operator: o.OperatorID, Segments: o.Segments, Kind: o.Kind, Quantity: o.Quantity, Since: o.Since, Until: o.Until, Days: days, Key: o.Key})
	if err != nil {
		return o, err
	}
	o.LeaseID = uuid.NullUUID{UUID: l.ID, Valid: true}
	if err := s.measure(ctx, tx, &o); err != nil {
		return o, err
	}
	return o, s.placeIn(ctx, tx, bySystem(), &o)
}

// link is a segment between two nodes.
type link struct {
	ID       uuid.UUID
	From, To string // codes of its nodes
	Built    bool
}

// along is the way along all of a road on a day, from one end to the other. It refuses Conflict "ductorder.wave_no_ducts" while some of it is not
// built, and "ductorder.wave_no_way" a road whose segments are not one way: of such a one staff place the order.
func along(ctx context.Context, db bun.IDB, road string, day time.Time) (way []uuid.UUID, from, to string, err error) {
	var all []link
	err = db.NewRaw(`SELECT g.id, a.code AS "from", b.code AS "to", c.class <> ?3 AS built FROM duct_segment_state c JOIN duct_segment g ON g.tenant_id = c.tenant_id AND g.id = c.segment_id
			JOIN duct_node a ON a.tenant_id = g.tenant_id AND a.id = g.from_node JOIN duct_node b ON b.tenant_id = g.tenant_id AND b.id = g.to_node
		WHERE c.tenant_id = ?0 AND c.road = ?1 AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2) ORDER BY g.code`, tenancy.Must(ctx), road, day, duct.Planned).Scan(ctx, &all)
	if err != nil {
		return nil, "", "", fmt.Errorf("ductorder: road: %w", err)
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(x link) bool { return !x.Built }) {
		return nil, "", "", fault.New(fault.Conflict, "ductorder.wave_no_ducts", "road", road)
	}
	if way, from, to = chain(all); way == nil {
		return nil, "", "", fault.New(fault.Conflict, "ductorder.wave_no_way", "road", road)
	}
	return way, from, to, nil
}

// chain puts links into a row, each beginning where the one before ends; nothing where they are no such row.
func chain(all []link) (way []uuid.UUID, from, to string) {
	touch := map[string]int{}
	for _, x := range all {
		touch[x.From]++
		touch[x.To]++
	}
	for node, n := range touch {
		if n == 1 && (from == "" || node < from) {
			from = node
		}
	}
	left := slices.Clone(all)
	for to = from; len(left) > 0; {
		next := slices.IndexFunc(left, func(x link) bool { return x.From == to || x.To == to })
		if next < 0 || touch[to] > 2 || left[next].From == left[next].To {
			return nil, "", "" // it ends, forks, or turns in a ring
		}
		x := left[next]
		left, way = slices.Delete(left, next, next+1), append(way, x.ID)
		if to == x.From {
			to = x.To
		} else {
			to = x.From
		}
	}
	return way, from, to
}

// Promised is what became of a commitment along one road.
type Promised struct {
	CommitmentID uuid.UUID
	Position     int
	Order        *Listed      // nil while it is none
	Why          *fault.Error // it is none yet; nil where nobody has looked
}

// Fell reports whether the order of a promise was closed before its ducts were taken over: refused, withdrawn, or lapsed. The commitment binds all the
// same, and opens no second order by itself.
func (p Promised) Fell() bool {
	return p.Order != nil && !p.Order.ClosedAt.IsZero() && p.Order.AcceptedOn.IsZero()
}

// fellFor is the number of the commitment that an order was opened from which is closed before its ducts were taken over; empty for any other.
func (s *Service) fellFor(ctx context.Context, tx bun.Tx, o Order) (string, error) {
	if o.ClosedAt.IsZero() || !o.AcceptedOn.IsZero() {
		return "", nil
	}
	var found []string
	err := tx.NewRaw(`SELECT m.number FROM duct_order_promise y JOIN duct_wave_commitment m ON m.tenant_id = y.tenant_id AND m.id = y.commitment_id AND m.released_at IS NULL
		WHERE y.tenant_id = ? AND y.order_id = ?`, o.TenantID, o.ID).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// PromisesOf says what became of commitments, for staff with duct:read, and for people of a company of its own.
func (s *Service) PromisesOf(ctx context.Context, actor identity.Actor, commitments []uuid.UUID) ([]Promised, error) {
	company, err := s.whose(ctx, actor)
	if err != nil || len(commitments) == 0 {
		return nil, err
	}
	var rows []struct {
		CommitmentID uuid.UUID
		Position     int
		OrderID      uuid.NullUUID
		Why          json.RawMessage
	}
	err = s.d.DB.NewRaw(`SELECT y.commitment_id, y.position, y.order_id, y.why FROM duct_order_promise y JOIN duct_wave_commitment m ON m.tenant_id = y.tenant_id AND m.id = y.commitment_id
		WHERE y.tenant_id = ?0 AND y.commitment_id IN (?1) AND (?2 = ?3 OR m.operator_id = ?2) ORDER BY y.commitment_id, y.position`, tenancy.Must(ctx), bun.List(commitments), company, uuid.Nil).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductorder: promises: %w", err)
	}
	var ids []uuid.UUID
	for _, r := range rows {
		if r.OrderID.Valid {
			ids = append(ids, r.OrderID.UUID)
		}
	}
	var orders []Listed
	if len(ids) > 0 {
		if orders, err = s.scan(ctx, s.listed(ctx).Where("r.id IN (?)", bun.List(ids)), len(ids)); err != nil {
			return nil, err
		}
	}
	out := make([]Promised, len(rows))
	for i, r := range rows {
		out[i] = Promised{CommitmentID: r.CommitmentID, Position: r.Position}
		if at := slices.IndexFunc(orders, func(o Listed) bool { return r.OrderID.Valid && o.ID == r.OrderID.UUID }); at >= 0 {
			out[i].Order = &orders[at]
		}
		var why []any
		if err := json.Unmarshal(r.Why, &why); err != nil {
			return nil, fmt.Errorf("ductorder: promises: %w", err)
		}
		if len(why) > 0 {
			code, _ := why[0].(string)
			out[i].Why = fault.New(fault.Conflict, code, why[1:]...)
		}
	}
	return out, nil
}
