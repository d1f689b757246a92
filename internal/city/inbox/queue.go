package inbox

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Query asks for a page of the list. With Search the filter is left aside: everything in the actor's reach, open or
// closed, that what was typed finds. What was closed, and notes and messages, are searched as far back as Months says.
type Query struct {
	Filter
	Search string
	Months int    // 12 when zero; Ever for all time
	Cursor string // Page.Next of the page before
	Limit  int    // 25 when zero, at most 100
}

// Page is a part of the list.
type Page struct {
	Items  []Item         // in order
	Counts map[View]Tally // of the list; a search has none
	Total  Tally          // in the filter's view and within the filter; of a search, those shown
	Next   string         // empty on the last page, and for a search
	More   bool           // of a search: there are more; type more
}

// Queue returns a page of the work within the actor's reach, for staff with application:queue. Counts are exact. It
// refuses what Filter.Check refuses and a cursor it did not make (Malformed "request.cursor").
func (s *Service) Queue(ctx context.Context, actor identity.Actor, in Query) (Page, error) {
	r, err := s.reach(ctx, actor, &in.Filter)
	if err != nil {
		return Page{}, err
	}
	if in.Limit <= 0 {
		in.Limit = 25
	}
	in.Limit = min(in.Limit, 100)
	if in.Months == 0 {
		in.Months = usualMonths
	}
	read := s.list
	if strings.TrimSpace(in.Search) != "" {
		read = s.search
	}
	out, err := read(ctx, r, in)
	if err != nil {
		return Page{}, fmt.Errorf("inbox: queue: %w", err)
	}
	return out, nil
}

// list reads a page and all counts. What counts takes longest, so it is done side by side, each on a connection of its
// own and none held while another is waited for.
func (s *Service) list(ctx context.Context, r scope, in Query) (Page, error) {
	var (
		out         Page
		done, total Tally
		g, each     = errgroup.WithContext(ctx)
	)
	g.Go(func() (err error) {
		out.Counts, err = s.open(each, s.d.DB.App, r)
		return err
	})
	g.Go(func() (err error) {
		done, err = s.total(each, s.d.DB.App, r, Filter{View: ViewDone})
		return err
	})
	g.Go(func() (err error) {
		if out.Items, out.Next, err = s.page(each, s.d.DB.App, r, in); err == nil && in.Narrow() {
			total, err = s.total(each, s.d.DB.App, r, in.Filter)
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return Page{}, err
	}
	out.Counts[ViewDone] = done
	if out.Total = total; !in.Narrow() {
		out.Total = out.Counts[in.View]
	}
	return out, nil
}

// scope is what an actor may know of, and in whose hands is what is theirs to do: their own, and those of colleagues for
// whom they stand in. The hands are read before the list, so that an index of them can serve it.
type scope struct {
	access.Reach
	mine []uuid.UUID
}

// reach checks the permission and the filter, and returns what the actor may know of.
func (s *Service) reach(ctx context.Context, actor identity.Actor, f *Filter) (scope, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return scope{}, err
	}
	if err := f.Check(); err != nil {
		return scope{}, err
	}
	if f.View == "" {
		f.View = ViewAll
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return scope{}, err
	}
	mine, err := absence.StandsFor(ctx, s.d.DB.App, actor.ID, s.now())
	return scope{r, mine}, err
}

// places reads where a list's applications stand, in its order and at most so many. Each source is read in order, as far
// as the list can go, and part says what else is asked of it; all columns are in the index that the filter reads.
func (s *Service) places(ctx context.Context, db bun.IDB, r scope, f Filter, by string, most int, part func(*bun.SelectQuery) *bun.SelectQuery) *bun.SelectQuery {
	var parts []*bun.SelectQuery
	for _, x := range f.sources(r) {
		q := within(ctx, db, r, x).Column("a.id", "a.submitted_at")
		if f.View == ViewDone {
			q = q.Column("a.closed_at")
		} else {
			q = q.Column("a.queue_rank", "a.queue_at")
		}
		q = f.where(ctx, f.from(q, x), r.mine, s.now())
		parts = append(parts, part(q).OrderExpr(by).Limit(int64(most)))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return together(db, parts).OrderExpr(by).Limit(int64(most))
}

// whole asks nothing else of a list.
func whole(q *bun.SelectQuery) *bun.SelectQuery { return q }

func (s *Service) page(ctx context.Context, db bun.IDB, r scope, in Query) (items []Item, next string, err error) {
	o, part := orderOf(in.Filter), whole
	if in.Cursor != "" {
		c, err := parseCursor(in.Cursor, o.of(place{}).ranked)
		if err != nil {
			return nil, "", fault.Wrap(fault.Malformed, "request.cursor", err)
		}
		part = func(q *bun.SelectQuery) *bun.SelectQuery { return o.after(q, c) }
	}
	var found []place
	if err := s.places(ctx, db, r, in.Filter, o.by, in.Limit+1, part).Scan(ctx, &found); err != nil {
		return nil, "", err
	}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = o.of(found[in.Limit-1]).String()
	}
	return itemsOf(found), next, nil
}

// open reads every count of the actor's views but the closed ones from the indexes of open work.
func (s *Service) open(ctx context.Context, db bun.IDB, r scope) (map[View]Tally, error) {
	var parts []*bun.SelectQuery
	for _, x := range (Filter{}).sources(r) {
		q := within(ctx, db, r, x)
		if x.elsewhere {
			q = q.ColumnExpr("0 AS mine, 0 AS unassigned")
		} else {
			q = q.ColumnExpr("count(*) FILTER (WHERE a.assignee_id IN (?)) AS mine", bun.List(r.mine)).
				ColumnExpr("count(*) FILTER (WHERE a.assignee_id IS NULL AND a.queue_rank < ?) AS unassigned", rankDecided)
		}
		q = q.ColumnExpr("count(*) AS everything").
			ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ? AND a.queue_at < ?) AS late", rankDue, s.now()).
			ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ?) AS waiting", rankWaiting)
		parts = append(parts, ViewAll.where(q, r.mine, s.now()))
	}
	var found []struct {
		Elsewhere                                   bool
		Mine, Unassigned, Everything, Late, Waiting int
	}
	if err := together(db, parts).Scan(ctx, &found); err != nil {
		return nil, err
	}
	out := map[View]Tally{}
	for _, n := range found {
		for v, n1 := range map[View]int{ViewMine: n.Mine, ViewUnassigned: n.Unassigned, ViewAll: n.Everything, ViewLate: n.Late, ViewWaiting: n.Waiting} {
			out[v] = out[v].with(n1, n.Elsewhere)
		}
	}
	return out, nil
}

// total counts what a filter leaves.
func (s *Service) total(ctx context.Context, db bun.IDB, r scope, f Filter) (t Tally, err error) {
	var parts []*bun.SelectQuery
	for _, x := range f.sources(r) {
		parts = append(parts, f.where(ctx, f.from(within(ctx, db, r, x).ColumnExpr("count(*) AS n"), x), r.mine, s.now()))
	}
	var found []struct {
		Elsewhere bool
		N         int
	}
	err = together(db, parts).Scan(ctx, &found)
	for _, n := range found {
		t = t.with(n.N, n.Elsewhere)
	}
	return t, err
}
