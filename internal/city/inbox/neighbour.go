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

// Neighbours are what comes before and after an application in a list; the zero id is none.
type Neighbours struct{ Before, After uuid.UUID }

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
		err := within(ctx, tx, r).Column("a.id", "a.queue_rank", "a.queue_at", "a.submitted_at", "a.closed_at").Where("a.id = ?", id).Scan(ctx, &here)
		if errors.Is(err, sql.ErrNoRows) || err == nil && f.View == ViewDone && here.ClosedAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		for _, side := range []struct {
			into *uuid.UUID
			q    *bun.SelectQuery
		}{
			{&out.Before, o.before(s.places(ctx, tx, r, f), o.of(here)).OrderExpr(o.back)},
			{&out.After, o.after(s.places(ctx, tx, r, f), o.of(here)).OrderExpr(o.by)},
		} {
			var next []place
			if err := side.q.Limit(1).Scan(ctx, &next); err != nil {
				return err
			}
			for _, n := range next {
				*side.into = n.ID
			}
		}
		return nil
	})
	if err != nil {
		return Neighbours{}, fmt.Errorf("inbox: neighbours: %w", err)
	}
	return out, nil
}
