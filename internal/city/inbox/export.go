package inbox

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

const (
	exportMost = 200_000
	exportPart = 500
)

// Export hands the whole of a filtered list to each, in its order and in parts of at most 500, and returns how many there
// were. It needs application:queue and application:read, is recorded before the first part with the filter and how the
// list is written, and refuses Invalid "inbox.too_large" for more than 200,000. The list is what it was at one moment;
// only its ids are held meanwhile.
func (s *Service) Export(ctx context.Context, actor identity.Actor, f Filter, format string, each func([]Item) error) (int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationRead); err != nil {
		return 0, err
	}
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return 0, err
	}
	var items []Item
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		by := orderOf(f).by
		q := tx.NewSelect().TableExpr("(?) AS a", s.places(ctx, tx, r, f, by, exportMost+1, whole)).Column("a.id", "a.elsewhere").OrderExpr(by)
		if err := q.Scan(ctx, &items); err != nil {
			return err
		}
		if len(items) > exportMost {
			return fault.New(fault.Invalid, "inbox.too_large", "max", exportMost)
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.export", Object: "application", At: s.now(),
			Detail: map[string]any{"format": format, "filter": f, "rows": len(items)},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("inbox: export: %w", err)
	}
	for part := range slices.Chunk(items, exportPart) {
		if err := each(part); err != nil {
			return 0, fmt.Errorf("inbox: export: %w", err)
		}
	}
	return len(items), nil
}
