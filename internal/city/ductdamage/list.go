package ductdamage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Unfinished asks for every state in which something is still to be done.
const Unfinished = "open"

// Filter narrows damages down; what is empty asks for nothing.
type Filter struct {
	State  string // one of States, or Unfinished
	Source string
	Kind   string
	Late   bool // of which a promise was not kept, or is not by now
	Node   uuid.UUID
}

// Listed is a damage in a list, with the promise that comes next.
type Listed struct {
	Damage   `bun:",extend"`
	Node     string    // its code
	Clock    string    // that comes next; empty when none does
	DueAt    time.Time `bun:"due_at,nullzero"`
	Missed   int       // promises that were not kept, or are not by now
	Affected int       // leases that were hit
}

func (s *Service) listed(ctx context.Context) *bun.SelectQuery {
	return s.d.DB.NewSelect().TableExpr("duct_damage AS d").ColumnExpr("d.*").
		ColumnExpr("coalesce((SELECT n.code FROM duct_node AS n WHERE n.tenant_id = d.tenant_id AND n.id = d.node_id), '') AS node").
		ColumnExpr("coalesce(k.clock, '') AS clock, k.due_at").
		ColumnExpr("(SELECT count(*) FROM duct_damage_clock AS m WHERE m.tenant_id = d.tenant_id AND m.damage_id = d.id AND m.stopped_at IS NULL AND m.due_at < coalesce(m.done_at, ?)) AS missed", s.now()).
		ColumnExpr("(SELECT count(*) FROM duct_damage_lease AS x WHERE x.tenant_id = d.tenant_id AND x.damage_id = d.id) AS affected").
		Join("LEFT JOIN LATERAL (SELECT c.clock, c.due_at FROM duct_damage_clock AS c WHERE c.tenant_id = d.tenant_id AND c.damage_id = d.id AND c.done_at IS NULL AND c.stopped_at IS NULL ORDER BY c.due_at LIMIT 1) AS k ON true").
		Where("d.tenant_id = ?", tenancy.Must(ctx))
}

// Place is where a list was left off: at the last damage shown, with the promise that it was listed by. The zero Place begins.
type Place struct {
	ID    uuid.UUID
	DueAt time.Time // zero where nothing more was promised
}

// ByDue reports whether the damages asked for are listed by the promise that comes next, since something is still to be done
// about each of them.
func (f Filter) ByDue() bool { return f.State == Unfinished || slices.Contains(open, f.State) }

// List returns damages: those of which something is still to be done with the nearest promise first and those with none last, any
// others the latest first. At most so many after a place in the list. For staff with duct:read.
func (s *Service) List(ctx context.Context, actor identity.Actor, f Filter, after Place, most int) ([]Listed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	q := s.listed(ctx)
	if f.ByDue() {
		due := any("infinity")
		if !after.DueAt.IsZero() {
			due = after.DueAt
		}
		if after.ID != uuid.Nil {
			q = q.Where("(coalesce(k.due_at, 'infinity'), d.id) > (?::timestamptz, ?)", due, after.ID)
		}
		q = q.OrderExpr("coalesce(k.due_at, 'infinity'), d.id")
	} else {
		if after.ID != uuid.Nil {
			q = q.Where("d.id < ?", after.ID)
		}
		q = q.OrderExpr("d.id DESC")
	}
	switch f.State {
	case "":
	case Unfinished:
		q = q.Where("d.state IN (?)", bun.List(open))
	default:
		q = q.Where("d.state = ?", f.State)
	}
	if f.Source != "" {
		q = q.Where("d.source = ?", f.Source)
	}
	if f.Kind != "" {
		q = q.Where("d.kind = ?", f.Kind)
	}
	if f.Node != uuid.Nil {
		q = q.Where("d.node_id = ?", f.Node)
	}
	if f.Late {
		q = q.Where("EXISTS (SELECT 1 FROM duct_damage_clock AS l WHERE l.tenant_id = d.tenant_id AND l.damage_id = d.id AND l.stopped_at IS NULL AND l.due_at < coalesce(l.done_at, ?))", s.now())
	}
	var all []Listed
	if err := q.Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductdamage: list: %w", err)
	}
	for i := range all {
		if err := s.openWords(ctx, &all[i].Damage); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Hit is a part of the network that was hit.
type Hit struct {
	Segment string // its code
	Road    string
	Units   int // that lie in what was named, and what was named
	Of      int // units that lie in the segment
}

// Affected is a lease that runs through what was hit.
type Affected struct {
	LeaseID    uuid.UUID
	Number     string
	OperatorID uuid.UUID
	Operator   string
	Units      int       // that were hit, on the segment that was hit worst
	OfUnits    int       // that the lease has on that segment
	ToldAt     time.Time // its company
}

// Detail is all of a damage.
type Detail struct {
	Damage
	Node      string // its code
	Reporter  string // the company that reported it
	Liability string // the operator that has to answer
	Clocks    []Clock
	Events    []Event
	Hits      []Hit
	Leases    []Affected
	Photos    []Photo
	Shares    []Share
	Companies map[uuid.UUID]string // the operators among who pays, by their names
}

// Find returns a damage with all of it; NotFound "ductdamage.not_found". For staff with duct:read.
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Detail, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Detail{}, err
	}
	x, err := s.find(ctx, id)
	if err != nil {
		return x, err
	}
	tenant := tenancy.Must(ctx)
	if err = s.d.DB.NewSelect().Model(&x.Events).Where("e.tenant_id = ? AND e.damage_id = ?", tenant, id).OrderExpr("e.id").Limit(eventsMost).Scan(ctx); err != nil {
		return x, fmt.Errorf("ductdamage: events: %w", err)
	}
	err = s.d.DB.NewRaw(`SELECT g.code AS segment, coalesce((SELECT c.road FROM duct_segment_state c WHERE c.tenant_id = h.tenant_id AND c.segment_id = h.segment_id AND c.voided_by IS NULL ORDER BY c.since DESC LIMIT 1), '') AS road,
			count(*) AS units, (SELECT count(*) FROM duct_unit u WHERE u.tenant_id = h.tenant_id AND u.segment_id = h.segment_id AND u.voided_by IS NULL) AS of
		FROM duct_damage_hit h JOIN duct_segment g ON g.tenant_id = h.tenant_id AND g.id = h.segment_id WHERE h.tenant_id = ? AND h.damage_id = ? GROUP BY h.tenant_id, h.segment_id, g.code ORDER BY g.code`, tenant, id).Scan(ctx, &x.Hits)
	if err != nil {
		return x, fmt.Errorf("ductdamage: hits: %w", err)
	}
	if x.Leases, err = s.affected(ctx, id, uuid.Nil); err != nil {
		return x, err
	}
	if x.Photos, err = s.photos(ctx, id); err != nil {
		return x, err
	}
	if x.Shares, err = s.shares(ctx, s.d.DB, &x.Damage); err != nil {
		return x, err
	}
	var of []uuid.UUID
	for _, y := range operatorsOf(x.Shares) {
		if y.Valid {
			of = append(of, y.UUID)
		}
	}
	x.Companies, err = s.names(ctx, of)
	return x, err
}

// names are what operators are called.
func (s *Service) names(ctx context.Context, of []uuid.UUID) (map[uuid.UUID]string, error) {
	if len(of) == 0 {
		return nil, nil
	}
	var all []struct {
		ID   uuid.UUID
		Name string
	}
	if err := s.d.DB.NewRaw("SELECT id, name FROM duct_operator WHERE tenant_id = ? AND id IN (?)", tenancy.Must(ctx), bun.List(of)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductdamage: companies: %w", err)
	}
	out := map[uuid.UUID]string{}
	for _, x := range all {
		out[x.ID] = x.Name
	}
	return out, nil
}

// eventsMost bounds a timeline.
const eventsMost = 500

// find reads a damage with its promises, whoever asks.
func (s *Service) find(ctx context.Context, id uuid.UUID) (Detail, error) {
	var rows []struct {
		Damage    `bun:",extend"`
		Node      string
		Reporter  string
		Liability string
	}
	err := s.d.DB.NewRaw(`SELECT d.*, coalesce(n.code, '') AS node, coalesce(o.name, '') AS reporter, coalesce(b.name, '') AS liability FROM duct_damage d LEFT JOIN duct_node n ON n.tenant_id = d.tenant_id AND n.id = d.node_id
		LEFT JOIN duct_operator o ON o.tenant_id = d.tenant_id AND o.id = d.operator_id LEFT JOIN duct_operator b ON b.tenant_id = d.tenant_id AND b.id = d.liable_operator
		WHERE d.tenant_id = ? AND d.id = ?`, tenancy.Must(ctx), id).Scan(ctx, &rows)
	if err != nil {
		return Detail{}, fmt.Errorf("ductdamage: find: %w", err)
	}
	if len(rows) == 0 {
		return Detail{}, fault.New(fault.NotFound, "ductdamage.not_found")
	}
	x := Detail{Damage: rows[0].Damage, Node: rows[0].Node, Reporter: rows[0].Reporter, Liability: rows[0].Liability}
	if err := s.openWords(ctx, &x.Damage); err != nil {
		return x, err
	}
	err = s.d.DB.NewSelect().Model(&x.Clocks).Where("k.tenant_id = ? AND k.damage_id = ?", tenancy.Must(ctx), id).
		OrderExpr("array_position(ARRAY['acknowledge', 'on_site', 'temporary', 'permanent'], k.clock)").Scan(ctx)
	if err != nil {
		return x, fmt.Errorf("ductdamage: clocks: %w", err)
	}
	return x, nil
}

// affected are the leases that a damage has hit, of one company or of all.
func (s *Service) affected(ctx context.Context, id, company uuid.UUID) ([]Affected, error) {
	var all []Affected
	q := s.d.DB.NewSelect().TableExpr("duct_damage_lease AS x").ColumnExpr("x.lease_id, l.number, x.operator_id, o.name AS operator, x.units, x.of_units, n.told_at").
		Join("JOIN duct_lease AS l ON l.tenant_id = x.tenant_id AND l.id = x.lease_id").Join("JOIN duct_operator AS o ON o.tenant_id = x.tenant_id AND o.id = x.operator_id").
		Join("JOIN duct_damage_notice AS n ON n.tenant_id = x.tenant_id AND n.damage_id = x.damage_id AND n.operator_id = x.operator_id").
		Where("x.tenant_id = ? AND x.damage_id = ?", tenancy.Must(ctx), id).OrderExpr("o.name, l.number")
	if company != uuid.Nil {
		q = q.Where("x.operator_id = ?", company)
	}
	if err := q.Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductdamage: affected: %w", err)
	}
	return all, nil
}

// ListOf returns the damages that the actor's company was told of or has reported, the latest first, as List does.
func (s *Service) ListOf(ctx context.Context, actor identity.Actor, before uuid.UUID, most int) ([]Listed, error) {
	self, err := s.d.Companies.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []Listed
	err = s.listed(ctx).Where("d.id < ?", before).
		Where("(d.operator_id = ?0 OR EXISTS (SELECT 1 FROM duct_damage_notice AS n WHERE n.tenant_id = d.tenant_id AND n.damage_id = d.id AND n.operator_id = ?0))", self.Company.ID).
		OrderExpr("d.id DESC").Limit(int64(most)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: list: %w", err)
	}
	for i := range all {
		if err := s.openWords(ctx, &all[i].Damage); err != nil {
			return nil, err
		}
		all[i] = all[i].known(self.Company.ID)
	}
	return all, nil
}

// known is what a company may know of a damage in its list: of one that another has reported, not what that one said.
func (x Listed) known(company uuid.UUID) Listed {
	own := x.OperatorID.Valid && x.OperatorID.UUID == company
	d := Damage{TenantID: x.TenantID, ID: x.ID, Number: x.Number, Source: x.Source, State: x.State, Kind: x.Kind, ReportedAt: x.ReportedAt, RestoredAt: x.RestoredAt}
	if own {
		d.Words, d.Place = x.Words, x.Place
	}
	return Listed{Damage: d, Clock: x.Clock, DueAt: x.DueAt, Missed: x.Missed}
}

// FindOf returns what the actor's company may know of a damage: how it stands, what was shared, and its own leases. What others said
// of it, who they are and what it costs is not among that. NotFound "ductdamage.not_found" for one that is no concern of theirs.
func (s *Service) FindOf(ctx context.Context, actor identity.Actor, id uuid.UUID) (Detail, error) {
	self, err := s.d.Companies.Self(ctx, actor)
	if err != nil {
		return Detail{}, err
	}
	x, err := s.find(ctx, id)
	if err != nil {
		return Detail{}, err
	}
	own := x.OperatorID.Valid && x.OperatorID.UUID == self.Company.ID
	told, err := s.d.DB.NewSelect().TableExpr("duct_damage_notice AS n").Where("n.tenant_id = ? AND n.damage_id = ? AND n.operator_id = ?", tenancy.Must(ctx), id, self.Company.ID).Exists(ctx)
	if err != nil {
		return Detail{}, fmt.Errorf("ductdamage: find: %w", err)
	}
	if !own && !told {
		return Detail{}, fault.New(fault.NotFound, "ductdamage.not_found")
	}
	out := Detail{Clocks: x.Clocks, Damage: Damage{TenantID: x.TenantID, ID: x.ID, Number: x.Number, State: x.State, Kind: x.Kind, PolicyFrom: x.PolicyFrom, ReportedAt: x.ReportedAt, RestoredAt: x.RestoredAt, Cause: x.Cause, Liable: x.Liable}}
	if own {
		out.Words, out.Place, out.Source = x.Words, x.Place, x.Source
	}
	if x.State == Closed || x.State == Dismissed && own {
		out.Closing = x.Closing
	}
	err = s.d.DB.NewSelect().Model(&out.Events).Where("e.tenant_id = ? AND e.damage_id = ? AND (e.shared OR e.what = ?)", tenancy.Must(ctx), id, Reported).OrderExpr("e.id").Limit(eventsMost).Scan(ctx)
	if err != nil {
		return Detail{}, fmt.Errorf("ductdamage: events: %w", err)
	}
	for i := range out.Events {
		if out.Events[i].What == Reported {
			out.Events[i].Words = ""
		}
	}
	out.Leases, err = s.affected(ctx, id, self.Company.ID)
	return out, err
}

// KPI is how the company that runs the ducts keeps its promises.
type KPI struct {
	Open     int           // damages of which something is still to be done
	Late     int           // of those, with a promise that is not kept
	Restored int           // within the days, of those that were reported in them
	Mean     time.Duration // from the report to the restore
	Promises int           // to restore that were due, or kept before
	Kept     int           // of those
}

// KPIDays are the days that a KPI looks back.
const KPIDays = 90

// KPI reckons how the promises were kept for what was reported in the last KPIDays days, and what is open now. What was dismissed does not
// count. For staff with duct:read.
func (s *Service) KPI(ctx context.Context, actor identity.Actor) (KPI, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return KPI{}, err
	}
	var row struct {
		Open, Late, Restored, Promises, Kept int
		Mean                                 float64 // seconds
	}
	now := s.now()
	err := s.d.DB.NewRaw(`SELECT
		(SELECT count(*) FROM duct_damage d WHERE d.tenant_id = ?0 AND d.state IN (?3)) AS open,
		(SELECT count(*) FROM duct_damage d WHERE d.tenant_id = ?0 AND d.state IN (?3) AND EXISTS (SELECT 1 FROM duct_damage_clock k WHERE k.tenant_id = ?0 AND k.damage_id = d.id AND k.done_at IS NULL AND k.stopped_at IS NULL AND k.due_at < ?1)) AS late,
		(SELECT count(d.restored_at) FROM duct_damage d WHERE d.tenant_id = ?0 AND d.reported_at >= ?2 AND d.state <> 'dismissed') AS restored,
		(SELECT coalesce(extract(epoch FROM avg(d.restored_at - d.reported_at)), 0)::float8 FROM duct_damage d WHERE d.tenant_id = ?0 AND d.reported_at >= ?2 AND d.state <> 'dismissed') AS mean,
		(SELECT count(*) FROM duct_damage d JOIN duct_damage_clock k ON k.tenant_id = d.tenant_id AND k.damage_id = d.id AND k.clock = 'temporary'
			WHERE d.tenant_id = ?0 AND d.reported_at >= ?2 AND d.state <> 'dismissed' AND (k.done_at IS NOT NULL OR k.due_at < ?1)) AS promises,
		(SELECT count(*) FROM duct_damage d JOIN duct_damage_clock k ON k.tenant_id = d.tenant_id AND k.damage_id = d.id AND k.clock = 'temporary'
			WHERE d.tenant_id = ?0 AND d.reported_at >= ?2 AND d.state <> 'dismissed' AND k.done_at <= k.due_at) AS kept`,
		tenancy.Must(ctx), now, now.AddDate(0, 0, -KPIDays), bun.List(open)).Scan(ctx, &row)
	if err != nil {
		return KPI{}, fmt.Errorf("ductdamage: KPI: %w", err)
	}
	return KPI{Open: row.Open, Late: row.Late, Restored: row.Restored, Mean: time.Duration(row.Mean * float64(time.Second)), Promises: row.Promises, Kept: row.Kept}, nil
}
