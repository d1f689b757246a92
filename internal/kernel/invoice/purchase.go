package invoice

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Purchase is by what a government buyer pays: its treasurer hands the invoice in with these numbers (SP2D). Any may be empty.
type Purchase struct {
	Order      string `json:"order,omitempty"` // surat pesanan or contract
	DPA        string `json:"dpa,omitempty"`   // the budget document with its account
	BudgetYear int    `json:"budget_year,omitempty"`
	BAST       string `json:"bast,omitempty"`    // the acceptance record
	Catalogue  string `json:"catalog,omitempty"` // package of the e-Katalog or SPSE
}

func (p Purchase) check() error {
	var bad []fault.Field
	for name, text := range map[string]string{"order": p.Order, "dpa": p.DPA, "bast": p.BAST, "catalog": p.Catalogue} {
		if n := utf8.RuneCountInString(text); n > 100 {
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", 100}})
		}
	}
	if p.BudgetYear != 0 && (p.BudgetYear < 2020 || p.BudgetYear > 2100) {
		bad = append(bad, fault.Field{Name: "budget_year", Code: "amount_range"})
	}
	return fault.Fields(bad)
}

// Amend puts what the buyer asked for on a draft, as part of tx. It refuses Invalid for a text above a hundred letters or a year
// that is none, NotFound "invoice.not_found" and Conflict "invoice.final".
func (b *Book) Amend(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, p Purchase) error {
	for _, text := range []*string{&p.Order, &p.DPA, &p.BAST, &p.Catalogue} {
		*text = strings.TrimSpace(*text)
	}
	if err := p.check(); err != nil {
		return err
	}
	d, err := lockDraft(ctx, tx, draft)
	if err != nil {
		return err
	}
	d.Purchase, d.UpdatedAt = p, b.Now().UTC().Truncate(time.Microsecond)
	if _, err := tx.NewUpdate().Model(&d).Column("purchase", "updated_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("invoice: amend: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.amend", Object: "invoice", ObjectID: d.ID, At: d.UpdatedAt,
		Detail: map[string]any{"order": p.Order, "dpa": p.DPA, "budget_year": p.BudgetYear, "bast": p.BAST, "catalog": p.Catalogue}})
}

// StampReceipt records the stamp (meterai) that stands on the receipt of a payment. It refuses Invalid without a serial number
// and Conflict "payment.stamped" for one that has one. Whether one is needed is said by Seller.Stamped.
func (b *Book) StampReceipt(ctx context.Context, tx bun.Tx, actor identity.Actor, payment uuid.UUID, serial string) error {
	if serial = strings.TrimSpace(serial); serial == "" || len(serial) > 60 {
		return fault.Fields([]fault.Field{{Name: "serial", Code: "required"}})
	}
	res, err := tx.NewRaw("INSERT INTO payment_stamp (tenant_id, payment_id, serial, at, by) SELECT y.tenant_id, y.id, ?, ?, ? FROM payment y WHERE y.tenant_id = ? AND y.id = ? ON CONFLICT DO NOTHING",
		serial, b.Now().UTC(), actor.ID, tenancy.Must(ctx), payment).Exec(ctx)
	if err != nil {
		return fmt.Errorf("invoice: stamp: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.Conflict, "payment.stamped", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.stamp", Object: "payment", ObjectID: payment,
		Detail: map[string]any{"serial": serial}})
}
