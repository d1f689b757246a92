package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// EraseParty forgets who a party is, as part of tx, for whoever bills private persons and has nothing of them open any more: whether that is so, and
// how long they are kept, is the caller's concern. One that is erased already, or of which something was said from a day on, stays as it is.
//
// The row lies in clear until then, because lists, exports and the bank's lines find a party by its name in SQL; sealing it would take that from all of
// them. What was issued keeps whom it charged: it is a record of tax that is kept for ten years (UU KUP art. 28 (11)).
func (b *Book) EraseParty(ctx context.Context, tx bun.Tx, id uuid.UUID, keptBefore time.Time) error {
	at := b.Now().UTC().Truncate(time.Microsecond)
	res, err := tx.NewRaw("UPDATE party SET name = ?, address = '', email = '', npwp = '', erased_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ? AND erased_at IS NULL AND version IS NULL",
		i18n.ID.T("invoice.party_erased"), at, at, tenancy.Must(ctx), id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("invoice: erase party: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "party.erase", Object: "party", ObjectID: id, At: at, Detail: map[string]any{"kept_before": keptBefore.Format(time.DateOnly)}})
}

// asCharged is whom an invoice charges, or its credit note takes off: of a party that was erased, as the invoice has it. It refuses Conflict
// "invoice.party_erased" a new invoice to such a one.
func (i *Invoice) asCharged(ctx context.Context, db bun.IDB) (Party, error) {
	p, err := partyOn(ctx, db, i.PartyID, i.IssuedOn)
	if err != nil || p.ErasedAt.IsZero() {
		return p, err
	}
	var was Invoice
	err = db.NewSelect().Model(&was).Column("party").Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), i.Credits).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.Conflict, "invoice.party_erased")
	}
	return was.Party, err
}
