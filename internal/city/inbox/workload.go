package inbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Load is how much work one officer has. The zero Officer is what nobody has, or what is worked on Elsewhere, in the
// agencies' own apps, of which nobody here knows who has it.
type Load struct {
	Officer   uuid.UUID
	Elsewhere bool
	Open      int // without what waits for the applicant
	Late      int
	Week      int // due from today to Sunday
	Waiting   int // for the applicant
	Done      int // closed in the last thirty days
}

// Workload tells how the open work within reach is spread, for those with application:assign who deal it out: what nobody
// has first, then whoever has most that is late and most in all, and last what the agencies' apps have, if they have any.
// An agency narrows it down for those who reach more.
func (s *Service) Workload(ctx context.Context, actor identity.Actor, agency string) ([]Load, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	f := Filter{Agency: agency}
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return nil, err
	}
	loads := map[uuid.UUID]Load{uuid.Nil: {}}
	var elsewhere Load
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		open, done, err := s.loads(ctx, tx, r, f, native)
		if err != nil {
			return err
		}
		for _, l := range open {
			loads[l.Officer] = l
		}
		for _, d := range done {
			l := loads[d.Officer]
			l.Officer, l.Done = d.Officer, d.Done
			loads[d.Officer] = l
		}
		open, done, err = s.loads(ctx, tx, r, f, external)
		if err == nil {
			elsewhere, elsewhere.Done = open[0], done[0].Done
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inbox: workload: %w", err)
	}
	out := make([]Load, 0, len(loads)+1)
	for _, l := range loads {
		out = append(out, l)
	}
	slices.SortFunc(out, busier)
	if elsewhere != (Load{Elsewhere: true}) {
		out = append(out, elsewhere)
	}
	return out, nil
}

// loads counts what is open and what was closed: of the source of native applications by officer, of the other as one.
func (s *Service) loads(ctx context.Context, db bun.IDB, r scope, f Filter, x source) (open, done []Load, err error) {
	now := s.now()
	today, week := thisWeek(now.In(zone(ctx)))
	q := openIn(within(ctx, db, r, x), now, today, week)
	closed := f
	closed.View = ViewDone
	over := within(ctx, db, r, x).ColumnExpr("count(*) AS done")
	if !x.elsewhere {
		q = q.ColumnExpr("coalesce(a.assignee_id, ?) AS officer", uuid.Nil).GroupExpr("a.assignee_id")
		over = over.ColumnExpr("a.assignee_id AS officer").Where("a.assignee_id IS NOT NULL").GroupExpr("a.assignee_id")
	}
	if err := f.where(ctx, q, r.mine, now).Scan(ctx, &open); err != nil {
		return nil, nil, err
	}
	err = closed.where(ctx, over, r.mine, now).Scan(ctx, &done)
	return open, done, err
}

// openIn counts a list of open work.
func openIn(q *bun.SelectQuery, now, today, week time.Time) *bun.SelectQuery {
	return q.ColumnExpr("count(*) FILTER (WHERE a.queue_rank < ?) AS open", rankWaiting).
		ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ? AND a.queue_at < ?) AS late", rankDue, now).
		ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ? AND a.queue_at >= ? AND a.queue_at < ?) AS week", rankDue, today, week).
		ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ?) AS waiting", rankWaiting)
}

// busier puts what nobody has before everyone, and among officers the late before the many.
func busier(a, b Load) int {
	switch {
	case a.Officer == uuid.Nil:
		return -1
	case b.Officer == uuid.Nil:
		return 1
	case a.Late != b.Late:
		return b.Late - a.Late
	case a.Open != b.Open:
		return b.Open - a.Open
	}
	return slices.Compare(a.Officer[:], b.Officer[:])
}

// thisWeek is the midnight before a moment and the one that ends the Sunday after it.
func thisWeek(at time.Time) (today, end time.Time) {
	y, m, d := at.Date()
	today = time.Date(y, m, d, 0, 0, 0, 0, at.Location())
	return today, today.AddDate(0, 0, DaysLeftInWeek(at))
}

// DaysLeftInWeek counts the days from today to Sunday, both included: a Filter's DueFrom is today and its DueTo the last.
func DaysLeftInWeek(at time.Time) int { return (7-int(at.Weekday()))%7 + 1 }
