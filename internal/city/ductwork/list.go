package ductwork

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// columns are those of works; where they are is asked for by PlacesOf.
const columns = `w.tenant_id, w.id, w.number, w.owner, w.operator_id, w.owner_name, w.kind, w.title, w.road, w.authority, w.from_day, w.to_day, w.method, w.contact, w.phone, w.email, w.key, w.sealed, w.erased_at, w.colay, w.colay_note,
	w.emergency, w.started_at, w.report_due, w.reported_at, w.report, w.permit, w.permit_day, w.permit_by, w.application, w.document_id, w.permit_ended_at, w.permit_ended_why, w.may_operator, w.may_be, w.state, w.began_on, w.restored_on, w.upkeep_until, w.released_on, w.why, w.checked_on,
	w.revision, w.created_at, w.created_by, w.updated_at`

// Filter narrows works down; what is empty asks for nothing.
type Filter struct {
	State     string
	Kind      string
	Road      string // a part of its name
	Operator  uuid.UUID
	Emergency bool
	Year      int // of the first day
}

func (f Filter) where(q *bun.SelectQuery) *bun.SelectQuery {
	if f.State != "" {
		q = q.Where("w.state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("w.kind = ?", f.Kind)
	}
	if f.Road != "" {
		q = q.Where("w.road ILIKE ?", "%"+like.Replace(f.Road)+"%")
	}
	if f.Operator != uuid.Nil {
		q = q.Where("w.operator_id = ?", f.Operator)
	}
	if f.Emergency {
		q = q.Where("w.emergency")
	}
	if f.Year != 0 {
		q = q.Where("w.from_day >= ? AND w.from_day < ?", time.Date(f.Year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(f.Year+1, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	return q
}

var like = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

// Listed is works with how many others and how many parts of the network they meet.
type Listed struct {
	Work   `bun:",extend"`
	Meets  int // segments and nodes
	Beside int // other works that the reader may know of
}

// DayOf is the column of the day that works in a state wait for: that they begin, that they are over, that whoever dug need not
// answer for the road any more. It is empty for a state in which they wait for none.
func DayOf(state string) string {
	switch state {
	case Planned, Permitted:
		return "from_day"
	case Running, Reinstating:
		return "to_day"
	case Upkeep:
		return "upkeep_until"
	}
	return ""
}

// Works returns works: those of one state by the day that they wait for, if there is one, the nearest first; any others the latest
// first. At most so many after one of them, uuid.Max to begin with. For staff with duct:read, and for people of a company, who see
// those of their own.
func (s *Service) Works(ctx context.Context, actor identity.Actor, company uuid.UUID, f Filter, after uuid.UUID, most int) ([]Listed, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	beside := s.d.DB.NewSelect().TableExpr("duct_work_clash AS x").ColumnExpr("count(*)").Where("x.tenant_id = w.tenant_id AND x.work_id = w.id AND x.kind = 'work'")
	if company != uuid.Nil {
		f.Operator = company
		known, err := s.known(ctx, company)
		if err != nil {
			return nil, err
		}
		beside = beside.Where("x.thing_id IN (?)", known.ColumnExpr("w.id"))
	}
	var all []Listed
	q := s.d.DB.NewSelect().TableExpr("duct_work AS w").ColumnExpr(columns).
		ColumnExpr("(SELECT count(*) FROM duct_work_clash x WHERE x.tenant_id = w.tenant_id AND x.work_id = w.id AND x.kind <> 'work') AS meets").
		Where("w.tenant_id = ?", tenancy.Must(ctx))
	if day := bun.Ident(DayOf(f.State)); day != "" {
		if after != uuid.Max {
			q = q.Where("(coalesce(w.?0, 'infinity'), w.id) > (SELECT coalesce(p.?0, 'infinity'), p.id FROM duct_work AS p WHERE p.tenant_id = w.tenant_id AND p.id = ?1)", day, after)
		}
		q = q.OrderExpr("coalesce(w.?, 'infinity'), w.id", day)
	} else {
		q = q.Where("w.id < ?", after).OrderExpr("w.id DESC")
	}
	if err := f.where(q.ColumnExpr("(?) AS beside", beside)).Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwork: works: %w", err)
	}
	for i := range all {
		if err := s.openContact(ctx, &all[i].Work); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Counts is how many works there are in each state.
func (s *Service) Counts(ctx context.Context, actor identity.Actor, company uuid.UUID) (map[string]int, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	var rows []struct {
		State string
		N     int
	}
	q := s.d.DB.NewSelect().TableExpr("duct_work AS w").ColumnExpr("w.state, count(*) AS n").Where("w.tenant_id = ?", tenancy.Must(ctx)).GroupExpr("w.state")
	if company != uuid.Nil {
		q = q.Where("w.operator_id = ?", company)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("ductwork: counts: %w", err)
	}
	out := map[string]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}

// Work returns works; NotFound "ductwork.not_found". For staff with duct:read, and for people of the company whose it is.
func (s *Service) Work(ctx context.Context, actor identity.Actor, company, id uuid.UUID) (Work, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return Work{}, err
	}
	var all []Work
	if err := s.d.DB.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).Scan(ctx); err != nil {
		return Work{}, fmt.Errorf("ductwork: work: %w", err)
	}
	if len(all) == 0 || company != uuid.Nil && all[0].OperatorID.UUID != company {
		return Work{}, fault.New(fault.NotFound, "ductwork.not_found")
	}
	return all[0], s.openContact(ctx, &all[0])
}

// onSegmentMost bounds the works that the page of a segment tells.
const onSegmentMost = 50

// OnSegment are the works that met a segment, the latest first, those that are over too: its history. For staff with duct:read.
func (s *Service) OnSegment(ctx context.Context, actor identity.Actor, segment uuid.UUID) ([]Work, error) {
	if err := s.mayRead(ctx, actor, uuid.Nil); err != nil {
		return nil, err
	}
	var all []Work
	err := s.d.DB.NewSelect().Model(&all).Join("JOIN duct_work_clash AS x ON x.tenant_id = w.tenant_id AND x.work_id = w.id").
		Where("x.tenant_id = ? AND x.kind = 'segment' AND x.thing_id = ?", tenancy.Must(ctx), segment).OrderExpr("w.from_day DESC, w.id DESC").Limit(onSegmentMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductwork: on segment: %w", err)
	}
	return all, s.openContacts(ctx, all)
}
