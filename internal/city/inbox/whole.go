package inbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Whole returns the first applications of a filtered list that are worked on here, in its order and at most so many, with
// how many of them there are in all; for whoever acts on all of a filter. It needs application:queue and refuses what Filter.Check refuses.
func (s *Service) Whole(ctx context.Context, actor identity.Actor, f Filter, most int) (ids []uuid.UUID, total int, err error) {
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return nil, 0, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if f.Source != "" && f.Source != Here {
			return nil
		}
		f.Source = Here
		var found []place
		if err := s.places(ctx, tx, r, f, orderOf(f).by, most, whole).Scan(ctx, &found); err != nil {
			return err
		}
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		if total = len(ids); total < most {
			return nil
		}
		all, err := s.total(ctx, tx, r, f)
		total = all.Here
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("inbox: whole: %w", err)
	}
	return ids, total, nil
}
