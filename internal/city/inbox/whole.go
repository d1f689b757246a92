package inbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Whole returns the first applications of a filtered list in its order, at most so many, with how many there are in all;
// for whoever acts on all of a filter. It needs application:queue and refuses what Filter.Check refuses.
func (s *Service) Whole(ctx context.Context, actor identity.Actor, f Filter, most int) (ids []uuid.UUID, total int, err error) {
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return nil, 0, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var found []place
		if err := s.places(ctx, tx, r, f).OrderExpr(orderOf(f).by).Limit(int64(most)).Scan(ctx, &found); err != nil {
			return err
		}
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		if total = len(ids); total < most {
			return nil
		}
		total, err = s.total(ctx, tx, r, f)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("inbox: whole: %w", err)
	}
	return ids, total, nil
}
