package metering

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Trail names the events that one quantity was counted from: those of a meter from one instant until another, and of one that is
// weighted by time those before it that told the levels with which it begins. TakenBefore leaves
// out corrections that later months took, as the source of an invoice's line says; the zero time leaves out none.
type Trail struct {
	Meter        string
	From, Before time.Time
	TakenBefore  time.Time
	After        Place // the last event of the page before
}

// Place is where an event stands in a Trail.
type Place struct {
	Time       time.Time
	Source, ID string
}

// Told is an event as it was recorded. Subject is an id, never a name.
type Told struct {
	bun.BaseModel `bun:"table:usage_event,alias:e"`

	Time     time.Time `bun:"time"`
	Source   string    `bun:"source"`
	ID       string    `bun:"id"`
	Subject  string    `bun:"subject"`
	Agency   string    `bun:"agency"`
	Service  string    `bun:"service"`
	Channel  string    `bun:"channel"`
	Quantity int64     `bun:"quantity"`
	Taken    time.Time `bun:"taken,nullzero"` // of a correction: the month whose invoice took it
}

// Place is where e stands in a Trail.
func (e Told) Place() Place { return Place{e.Time, e.Source, e.ID} }

// trailPage is how many events Events lists at once.
const trailPage = 50

// standing finds the events before a trail that told the levels with which it begins.
func (s *Service) standing(city tenancy.ID, kind string, t Trail) *bun.SelectQuery {
	return s.db.App.NewSelect().TableExpr("usage_event").
		ColumnExpr("DISTINCT ON (agency, service, channel, subject) time, source, id").
		Where("tenant_id = ? AND type = ? AND time >= ? AND time < ?", city, kind, t.From.Add(-levelStands).UTC(), t.From.UTC()).
		Where("(taken IS NULL OR taken < ?)", t.TakenBefore.UTC()).
		OrderExpr("agency, service, channel, subject, time DESC, quantity DESC")
}

// Events lists the events of a trail in the order of their time, 50 at most, and whether there are more. Callers and refusals are
// those of Month; it refuses a meter that is none (field "meter").
func (s *Service) Events(ctx context.Context, city tenancy.City, t Trail) (page []Told, more bool, err error) {
	ctx, err = tenancy.Inside(ctx, city)
	if err != nil {
		return nil, false, err
	}
	meters, err := s.Meters(ctx)
	if err != nil {
		return nil, false, err
	}
	kind, levels := "", false
	for _, m := range meters {
		if m.Code == t.Meter {
			kind, levels = m.Type, m.Aggregation == Weighted
		}
	}
	if kind == "" {
		return nil, false, fault.Fields([]fault.Field{{Name: "meter", Code: "usage_meter", Args: []any{"meter", t.Meter}}})
	}
	if t.TakenBefore.IsZero() {
		t.TakenBefore = forever
	}
	q := s.db.App.NewSelect().Model(&page).Column("time", "source", "id", "subject", "agency", "service", "channel", "quantity", "taken").
		Where("tenant_id = ? AND type = ? AND time < ?", city.ID, kind, t.Before.UTC()).
		Where("(taken IS NULL OR taken < ?)", t.TakenBefore.UTC())
	if levels {
		q = q.Where("time >= ? AND (time >= ? OR (time, source, id) IN (?))", t.From.Add(-levelStands).UTC(), t.From.UTC(), s.standing(city.ID, kind, t))
	} else {
		q = q.Where("time >= ?", t.From.UTC())
	}
	if t.After.Source != "" {
		q = q.Where("time >= ? AND (time, source, id) > (?, ?, ?)", t.After.Time.UTC(), t.After.Time.UTC(), t.After.Source, t.After.ID)
	}
	if err := q.Order("time", "source", "id").Limit(trailPage + 1).Scan(ctx); err != nil {
		return nil, false, fmt.Errorf("metering: events: %w", err)
	}
	if len(page) > trailPage {
		return page[:trailPage], true, nil
	}
	return page, false, nil
}
