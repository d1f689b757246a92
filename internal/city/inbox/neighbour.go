package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Neighbours are what comes before and after an application in a list; the zero Item is none.
type Neighbours struct{ Before, After Item }

// Neighbours finds an application's neighbours in a filtered list within the actor's reach, whether or not it is in the
// list itself any more. An application that has no place in it, such as an open one among those done, has none.
func (s *Service) Neighbours(ctx context.Context, actor identity.Actor, f Filter, id uuid.UUID) (Neighbours, error) {
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return Neighbours{}, err
	}
	var out Neighbours
	o := orderOf(f)
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var here place
		var named []*bun.SelectQuery
		for _, x := range (Filter{}).sources(r) {
			named = append(named, within(ctx, tx, r, x).Column("a.id", "a.queue_rank", "a.queue_at", "a.submitted_at", "a.closed_at").Where("a.id = ?", id))
		}
		err := together(tx, named).Scan(ctx, &here)
		if errors.Is(err, sql.ErrNoRows) || err == nil && f.View == ViewDone && here.ClosedAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		for _, side := range []struct {
			into   *Item
			by     string
			beyond func(*bun.SelectQuery, cursor) *bun.SelectQuery
		}{{&out.Before, o.back, o.before}, {&out.After, o.by, o.after}} {
			var next []place
			part := func(q *bun.SelectQuery) *bun.SelectQuery { return side.beyond(q, o.of(here)) }
			if err := s.places(ctx, tx, r, f, side.by, 1, part).Scan(ctx, &next); err != nil {
				return err
			}
			for _, n := range itemsOf(next) {
				*side.into = n
			}
		}
		return nil
	})
	if err != nil {
		return Neighbours{}, fmt.Errorf("inbox: neighbours: %w", err)
	}
	return out, nil
}
