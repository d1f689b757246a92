package ductwork

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// CalendarFilter narrows the public calendar down; what is empty asks for nothing. Month is any day of one.
type CalendarFilter struct {
	Road  string
	Month time.Time
}

// calendarMost bounds the public calendar; a city has some dozens of works in half a year.
const calendarMost = 500

// published are the works that everybody may know of: being done, or planned to begin within the city's months. It is the least
// that Regulation (EU) 2024/1309, Article 6, asks for, which has no equal in Indonesian law: where and what, from when and how
// long, whose permit of which day, and whom to speak to.
func (s *Service) published(ctx context.Context) (*bun.SelectQuery, error) {
	return s.known(ctx, uuid.Nil)
}

// known are the works that a company may know of: what is published, and its own that are open. No company is uuid.Nil.
func (s *Service) known(ctx context.Context, company uuid.UUID) (*bun.SelectQuery, error) {
	today := s.Today(ctx)
	rule, err := ruleOn(ctx, s.d.DB, today)
	if err != nil {
		return nil, err
	}
	return s.d.DB.NewSelect().TableExpr("duct_work AS w").Where("w.tenant_id = ? AND w.state IN (?)", tenancy.Must(ctx), bun.List(open)).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("w.from_day <= ? AND (w.to_day >= ? OR w.state IN (?, ?))", workcal.AddMonths(today, rule.PublishedMonths), today, Running, Reinstating)
			if company != uuid.Nil {
				q = q.WhereOr("w.operator_id = ?", company)
			}
			return q
		}), nil
}

// Calendar is what everybody may know of works, by their first day. It asks for no permission.
func (s *Service) Calendar(ctx context.Context, f CalendarFilter) ([]Work, error) {
	q, err := s.published(ctx)
	if err != nil {
		return nil, err
	}
	if f.Road != "" {
		q = q.Where("w.road = ?", f.Road)
	}
	if !f.Month.IsZero() {
		first := time.Date(f.Month.Year(), f.Month.Month(), 1, 0, 0, 0, 0, time.UTC)
		q = q.Where("w.from_day < ? AND w.to_day >= ?", first.AddDate(0, 1, 0), first)
	}
	var all []Work
	if err := q.ColumnExpr(columns).OrderExpr("w.from_day, w.id").Limit(calendarMost).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwork: calendar: %w", err)
	}
	return all, s.openContacts(ctx, all)
}

// CalendarRoads are the roads of the public calendar, by name. It asks for no permission.
func (s *Service) CalendarRoads(ctx context.Context) ([]string, error) {
	q, err := s.published(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	if err := q.ColumnExpr("DISTINCT w.road").OrderExpr("w.road").Limit(calendarMost).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwork: calendar: %w", err)
	}
	return all, nil
}

// Shapes are where works of the calendar are, as GeoJSON geometries to about ten metres, or to a hundred where they are the line of ducts.
func (s *Service) Shapes(ctx context.Context, all []Work) (map[uuid.UUID][]byte, error) {
	out := map[uuid.UUID][]byte{}
	if len(all) == 0 {
		return out, nil
	}
	ids := make([]uuid.UUID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	var rows []struct {
		ID    uuid.UUID
		Shape []byte
	}
	err := s.d.DB.NewSelect().TableExpr("duct_work AS w").ColumnExpr("w.id, ST_AsGeoJSON("+coarsely+", 4)::text AS shape").Where("w.tenant_id = ? AND w.id IN (?)", tenancy.Must(ctx), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductwork: shapes: %w", err)
	}
	for _, r := range rows {
		out[r.ID] = r.Shape
	}
	return out, nil
}
