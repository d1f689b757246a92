package fee

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Dated returns a batch of the fees of one kind of case that are due by a day, those after an id: a calendar moves them.
func Dated(ctx context.Context, db bun.IDB, kind string, after uuid.UUID, limit int64) ([]Fee, error) {
	var all []Fee
	err := db.NewSelect().Model(&all).Where("f.tenant_id = ? AND f.subject_kind = ?", tenancy.Must(ctx), kind).
		Where("f.status = 'due' AND f.due_at IS NOT NULL").Where("f.id > ?", after).OrderExpr("f.id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("fee: dated: %w", err)
	}
	return all, nil
}

// Move gives a fee that is due another day, with the words that name it.
func Move(ctx context.Context, tx bun.IDB, f Fee, due time.Time, how i18n.Text) error {
	f.DueAt, f.How = due.UTC(), how
	_, err := tx.NewUpdate().Model(&f).Column("due_at", "how").WherePK().Where("status = ?", Due).Exec(ctx)
	if err != nil {
		return fmt.Errorf("fee: move: %w", err)
	}
	return nil
}
