package invoice

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Purchase is by what a government buyer pays: its treasurer hands the invoice in with these numbers (SP2D). Any may be empty.
type Purchase struct {
	Order      string `json:"order,omitempty"` // surat pesanan or contract
	DPA        string `json:"dpa,omitempty"`   // the budget document with its account
	BudgetYear int    `json:"budget_year,omitempty"`
	BAST       string `json:"bast,omitempty"`    // the acceptance record
	Catalogue  string `json:"catalog,omitempty"` // package of the e-Katalog or SPSE

	CustomDoc string `json:"custom_doc,omitempty"` // PPBJ by which a buyer in the free-trade area takes it in
}

func (p Purchase) check() error {
	var bad []fault.Field
	for name, text := range map[string]string{"order": p.Order, "dpa": p.DPA, "bast": p.BAST, "catalog": p.Catalogue, "custom_doc": p.CustomDoc} {
		if n := utf8.RuneCountInString(text); n > 100 {
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", 100}})
		}
	}
	if p.BudgetYear != 0 && (p.BudgetYear < 2020 || p.BudgetYear > 2100) {
		bad = append(bad, fault.Field{Name: "budget_year", Code: "year_range", Args: []any{"from", 2020, "to", 2100}})
	}
	return fault.Fields(bad)
}

// Amend puts what the buyer asked for on a draft, as part of tx, in the place of what was there. The caller has checked who may. It refuses
// Invalid for a text above a hundred letters or a year that is none, NotFound "invoice.not_found", and Conflict "invoice.final" for a draft that
// has become an invoice, "invoice.closed" for one that was closed without and "invoice.dropped" for one that was dropped.
func (b *Book) Amend(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, p Purchase) error {
	for _, text := range []*string{&p.Order, &p.DPA, &p.BAST, &p.Catalogue, &p.CustomDoc} {
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
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.amend", Object: "invoice_draft", ObjectID: d.ID, At: d.UpdatedAt,
		Detail: map[string]any{"order": p.Order, "dpa": p.DPA, "budget_year": p.BudgetYear, "bast": p.BAST, "catalog": p.Catalogue, "custom_doc": p.CustomDoc}})
}

// StampReceipt records the stamp (meterai) that stands on the receipt of a payment, as s asks for on the day it came in. It refuses
// Invalid "serial" for one that is no serial number, NotFound "payment.not_found", and Conflict "payment.no_stamp" for a slip or an
// amount that needs none, "payment.undone" for one that was taken back, "payment.stamped" for one that has a stamp and
// "payment.stamp_used" for a stamp that stands on another receipt.
func (b *Book) StampReceipt(ctx context.Context, tx bun.Tx, actor identity.Actor, payment uuid.UUID, serial string) error {
	serial = strings.ToUpper(strings.Join(strings.Fields(serial), ""))
	if !stampPattern.MatchString(serial) {
		return fault.Fields([]fault.Field{{Name: "serial", Code: "stamp_serial"}})
	}
	p, undone, err := b.FindPayment(ctx, tx, payment)
	if err != nil {
		return err
	}
	s, err := SellerOn(ctx, tx, p.ReceivedOn)
	switch {
	case err != nil:
		return err
	case undone:
		return fault.New(fault.Conflict, "payment.undone")
	case p.Method == Slip || !s.Stamped(p.Amount):
		return fault.New(fault.Conflict, "payment.no_stamp", "above", s.Stamp.Above)
	}
	var on uuid.UUID // whose stamp it is now
	err = tx.NewRaw(`WITH put AS (INSERT INTO payment_stamp (tenant_id, payment_id, serial, at, by) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING payment_id)
		SELECT coalesce((SELECT payment_id FROM put), (SELECT payment_id FROM payment_stamp WHERE tenant_id = ? AND serial = ? AND payment_id <> ?), ?)`,
		p.TenantID, p.ID, serial, b.Now().UTC(), actor.ID, p.TenantID, serial, p.ID, uuid.Nil).Scan(ctx, &on)
	switch {
	case err != nil:
		return fmt.Errorf("invoice: stamp: %w", err)
	case on == uuid.Nil:
		return fault.New(fault.Conflict, "payment.stamped")
	case on != p.ID:
		return fault.New(fault.Conflict, "payment.stamp_used")
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.stamp", Object: "payment", ObjectID: payment,
		Detail: map[string]any{"serial": serial}})
}

// stampPattern is a serial number of a stamp: letters and digits, as on the paper stamp and on the electronic one.
var stampPattern = regexp.MustCompile(`^[0-9A-Z][0-9A-Z-]{5,59}$`)
