package arrears

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
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Hold keeps the letters about an invoice back for a while.
type Hold struct {
	bun.BaseModel `bun:"table:invoice_hold,alias:h"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	InvoiceID uuid.UUID     `bun:"invoice_id"`
	Until     time.Time     `bun:"until"` // the last day
	Reason    string        `bun:"reason"`
	MadeAt    time.Time     `bun:"made_at"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	EndedOn   time.Time     `bun:"ended_on,nullzero"`
	EndedBy   uuid.NullUUID `bun:"ended_by"`
}

// On reports whether it holds on a day.
func (h Hold) On(day time.Time) bool {
	d := day.Format(time.DateOnly)
	return d <= h.Until.Format(time.DateOnly) && (h.EndedOn.IsZero() || d < h.EndedOn.Format(time.DateOnly))
}

const (
	reasonMost = 500
	// holdMost is how many days ahead letters can be held back; then somebody looks again.
	holdMost = 180
)

// HoldInput holds the letters about an invoice back until a day, with the reason.
type HoldInput struct {
	Invoice uuid.UUID
	Until   time.Time
	Reason  string
}

// HoldBack does so as part of tx, in place of a hold that there is. It refuses Invalid without a reason and for a day before today
// or more than half a year ahead, and NotFound "invoice.not_found".
func HoldBack(ctx context.Context, tx bun.Tx, actor identity.Actor, in HoldInput, today, now time.Time) error {
	h := Hold{TenantID: tenancy.Must(ctx), InvoiceID: in.Invoice, Until: in.Until, Reason: strings.TrimSpace(in.Reason), MadeAt: now.UTC().Truncate(time.Microsecond), MadeBy: actor.ID}
	var bad []fault.Field
	if h.Reason == "" {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if utf8.RuneCountInString(h.Reason) > reasonMost {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}})
	}
	if day := h.Until.Format(time.DateOnly); day < today.Format(time.DateOnly) || day > today.AddDate(0, 0, holdMost).Format(time.DateOnly) {
		bad = append(bad, fault.Field{Name: "until", Code: "hold_until", Args: []any{"most", holdMost}})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	if err := Release(ctx, tx, actor, in.Invoice, today); err != nil && !fault.Is(err, "arrears.not_held") {
		return err
	}
	var err error
	if h.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	res, err := tx.NewRaw("INSERT INTO invoice_hold (tenant_id, id, invoice_id, until, reason, made_at, made_by) SELECT tenant_id, ?, id, ?, ?, ?, ? FROM invoice WHERE tenant_id = ? AND id = ? AND kind = 'invoice'",
		h.ID, h.Until.Format(time.DateOnly), h.Reason, h.MadeAt, h.MadeBy, h.TenantID, h.InvoiceID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("arrears: hold: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.NotFound, "invoice.not_found", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "arrears.hold", Object: "invoice", ObjectID: h.InvoiceID, At: h.MadeAt,
		Detail: map[string]any{"until": h.Until.Format(time.DateOnly), "reason": h.Reason}})
}

// Release ends the hold of an invoice today, as part of tx. It refuses Conflict "arrears.not_held".
func Release(ctx context.Context, tx bun.Tx, actor identity.Actor, invoice uuid.UUID, today time.Time) error {
	day := today.Format(time.DateOnly)
	res, err := tx.NewRaw("UPDATE invoice_hold SET ended_on = ?, ended_by = ? WHERE tenant_id = ? AND invoice_id = ? AND ended_on IS NULL AND until >= ?::date", day, actor.ID, tenancy.Must(ctx), invoice, day).Exec(ctx)
	if err != nil {
		return fmt.Errorf("arrears: release: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.Conflict, "arrears.not_held", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "arrears.release", Object: "invoice", ObjectID: invoice})
}

// Holds lists what was held back of an invoice, the latest first.
func Holds(ctx context.Context, db bun.IDB, invoice uuid.UUID) ([]Hold, error) {
	var all []Hold
	err := db.NewSelect().Model(&all).Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), invoice).Order("id DESC").Limit(pageMost).Scan(ctx)
	return all, err
}

// Letter is a rung that was climbed with an invoice. One that was passed over, because a later one was due, says nothing.
type Letter struct {
	InvoiceID  uuid.UUID    `bun:"invoice_id"`
	Number     string       `bun:"number"`
	Party      string       `bun:"party"`
	DueOn      time.Time    `bun:"due_on"`
	Open       money.Rupiah `bun:"open"`
	Days       int          `bun:"days"`
	Say        string       `bun:"say"`
	OnDay      time.Time    `bun:"on_day"`
	LimitsFrom time.Time    `bun:"limits_from,nullzero"`
	HeldUntil  time.Time    `bun:"held_until,nullzero"` // as of the day that was asked for
}

// Letters lists what was said, the latest first, 200 at most: of one invoice, or of all.
func Letters(ctx context.Context, db bun.IDB, invoice uuid.UUID, on time.Time) ([]Letter, error) {
	var all []Letter
	day := on.Format(time.DateOnly)
	q := db.NewSelect().TableExpr("invoice_reminder AS r").Join("JOIN invoice AS i ON i.tenant_id = r.tenant_id AND i.id = r.invoice_id").
		ColumnExpr("r.invoice_id, i.number, i.party->>'name' AS party, i.due_on, r.days, r.say, r.on_day, r.limits_from").
		ColumnExpr("(SELECT coalesce(sum(e.amount), 0)::bigint FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) AS open").
		ColumnExpr("(SELECT max(h.until) FROM invoice_hold h WHERE h.tenant_id = i.tenant_id AND h.invoice_id = i.id AND h.until >= ?::date AND (h.ended_on IS NULL OR h.ended_on > ?::date)) AS held_until", day, day).
		Where("r.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("r.at DESC, r.days DESC").Limit(pageMost)
	if invoice != uuid.Nil {
		q = q.Where("r.invoice_id = ?", invoice)
	} else {
		q = q.Where("r.say <> ''")
	}
	return all, q.Scan(ctx, &all)
}
