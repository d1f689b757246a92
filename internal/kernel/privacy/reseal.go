package privacy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Reseal puts the keys of ctx's city under the current master key, if a former one still holds them, and reports
// whether it did. The city's own keys stay, so no sealed value and no file changes. An operator runs it for each city after a
// change of master key; it may run again.
func (k *Keys) Reseal(ctx context.Context) (bool, error) {
	moved := false
	err := tenancy.InTx(ctx, k.db, func(ctx context.Context, tx bun.Tx) error {
		var row cityKey
		err := tx.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).For("UPDATE").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) || err == nil && row.MasterID == k.current.id {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := k.masterOf(row)
		if err != nil {
			return err
		}
		keys, err := row.open(m)
		if err != nil {
			return err
		}
		fresh, err := keys.seal(k.current, row.TenantID)
		if err != nil {
			return err
		}
		fresh.SealedAt = time.Now().UTC()
		_, err = tx.NewUpdate().Model(&fresh).Column("master_id", "aead", "prf", "stream", "sealed_at").
			Where("tenant_id = ?", row.TenantID).Exec(ctx)
		moved = err == nil
		return err
	})
	if err != nil {
		return false, fmt.Errorf("privacy: reseal: %w", err)
	}
	return moved, nil
}
