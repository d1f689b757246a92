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
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// chargesMost bounds the lines of an invoice.
const chargesMost = 500

// Check refuses charges that no invoice can have, with Invalid naming each place: "charges.2.name".
func Check(all []Charge) error {
	var bad []fault.Field
	refuse := func(i int, name, code string) {
		bad = append(bad, fault.Field{Name: fmt.Sprintf("charges.%d.%s", i, name), Code: code})
	}
	if len(all) == 0 {
		bad = append(bad, fault.Field{Name: "charges", Code: "required"})
	}
	if len(all) > chargesMost {
		bad = append(bad, fault.Field{Name: "charges", Code: "too_many", Args: []any{"max", chargesMost}})
	}
	var amounts []money.Rupiah
	for i, c := range all {
		if c.Name.Empty() {
			refuse(i, "name", "required")
		}
		if c.PPN == "" {
			refuse(i, "ppn", "required")
		}
		if c.Amount == money.Min {
			refuse(i, "amount", "too_small")
		}
		amounts = append(amounts, c.Amount)
	}
	if _, err := money.Sum(amounts...); err != nil {
		bad = append(bad, fault.Field{Name: "charges", Code: "amount_range"})
	}
	return fault.Fields(bad)
}

// SaveParty keeps whom the seller charges; one with an id is changed, for invoices to come. A city is one party. It refuses
// NotFound "invoice.no_party" for an id that there is not.
func SaveParty(ctx context.Context, tx bun.IDB, actor identity.Actor, p Party) (Party, error) {
	p.TenantID = tenancy.Must(ctx)
	what := "party.change"
	if p.ID == uuid.Nil {
		var err error
		if p.ID, err = uuid.NewV7(); err != nil {
			return p, err
		}
		if _, err = tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return p, fmt.Errorf("invoice: party: %w", err)
		}
		what = "party.add"
	} else {
		res, err := tx.NewUpdate().Model(&p).Column("name", "address", "email", "npwp", "free_zone", "collector", "ppn", "pph", "basis", "verified").Set("updated_at = now()").WherePK().Exec(ctx)
		if err != nil {
			return p, fmt.Errorf("invoice: party: %w", err)
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return p, fault.Wrap(fault.NotFound, "invoice.no_party", err)
		}
	}
	return p, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "party", ObjectID: p.ID,
		Detail: map[string]any{"free_zone": p.FreeZone, "collector": p.Collector, "ppn": p.PPN, "pph": p.PPh}})
}

// Write keeps a new draft as part of tx. A second one of the same source is the first, unchanged: what a job bills twice is
// billed once. It refuses what Check refuses.
func (b *Book) Write(ctx context.Context, tx bun.IDB, d Draft) (Draft, error) {
	if err := Check(d.Charges); err != nil {
		return d, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return d, err
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	d.TenantID, d.ID, d.CreatedAt, d.UpdatedAt = tenancy.Must(ctx), id, now, now
	res, err := tx.NewInsert().Model(&d).On("CONFLICT (tenant_id, source) WHERE source <> '' DO NOTHING").Exec(ctx)
	if err != nil {
		return d, fmt.Errorf("invoice: draft: %w", err)
	}
	if n, err := res.RowsAffected(); n == 1 || err != nil {
		return d, err
	}
	var kept Draft
	err = tx.NewSelect().Model(&kept).Where("tenant_id = ? AND source = ?", d.TenantID, d.Source).Scan(ctx)
	return kept, err
}

// lockDraft reads a draft for a change; Conflict "invoice.final" when it has become an invoice.
func lockDraft(ctx context.Context, tx bun.IDB, id uuid.UUID) (Draft, error) {
	var d Draft
	err := tx.NewSelect().Model(&d).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "invoice.not_found")
	}
	if err == nil && d.InvoiceID.Valid {
		return d, fault.New(fault.Conflict, "invoice.final")
	}
	return d, err
}
