package files

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

const (
	// enrolBatch bounds the files that one run looks through, and earlierBatch those that one run sends to the scanner:
	// uploads of today come first.
	enrolBatch   = 1000
	earlierBatch = 50
	// settled is how old a file is before it is looked at: by then its upload has ended and its row of the scan is there.
	settled = time.Hour
)

// enrolEarlier looks through the next files of a city, in the order in which they came, and has those scanned that somebody
// brought while there was no scanner. Where it stopped is kept, so a run that dies or is repeated skips none and takes
// none twice.
func (s *Store) enrolEarlier(ctx context.Context, tx bun.Tx, _ time.Time) error {
	if s.clamd == nil {
		return nil
	}
	tenant, now := tenancy.Must(ctx), s.now().UTC()
	_, err := tx.NewRaw("INSERT INTO file_scan_mark (tenant_id, after) VALUES (?, ?) ON CONFLICT DO NOTHING", tenant, uuid.Nil).Exec(ctx)
	if err != nil {
		return fmt.Errorf("files: enrol: %w", err)
	}
	var after uuid.UUID
	if err := tx.NewRaw("SELECT after FROM file_scan_mark WHERE tenant_id = ? FOR UPDATE", tenant).Scan(ctx, &after); err != nil {
		return fmt.Errorf("files: enrol: %w", err)
	}
	var next []File
	err = tx.NewSelect().Model(&next).Column("id", "owner_id", "created_at").Where("tenant_id = ? AND id > ?", tenant, after).
		OrderExpr("id").Limit(enrolBatch).Scan(ctx)
	if err != nil {
		return fmt.Errorf("files: enrol: %w", err)
	}
	var rows []scanRow
	for _, f := range next {
		if now.Sub(f.CreatedAt) < settled {
			break
		}
		if after = f.ID; f.OwnerID != uuid.Nil {
			rows = append(rows, scanRow{TenantID: tenant, FileID: f.ID, State: scanEarlier, NextAt: now, CreatedAt: now})
		}
	}
	if len(rows) > 0 {
		if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return fmt.Errorf("files: enrol: %w", err)
		}
	}
	if _, err := tx.NewRaw("UPDATE file_scan_mark SET after = ? WHERE tenant_id = ?", after, tenant).Exec(ctx); err != nil {
		return fmt.Errorf("files: enrol: %w", err)
	}
	return nil
}
