package invoice

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// follow does what an approved void is followed by: a draft that bills the same charges anew, with what the buyer pays by, or the word that
// they are billed no more.
func (b *Book) follow(ctx context.Context, tx bun.Tx, i Invoice, q Request) error {
	d, err := draftOf(ctx, tx, i)
	if err != nil {
		return err
	}
	if q.Follows != Replacement {
		return b.drop(ctx, tx, d)
	}
	if d.Purchase.CustomDoc, err = document(ctx, tx, i); err != nil {
		return err
	}
	_, err = b.Write(ctx, tx, Draft{PartyID: d.PartyID, Series: d.Series, Source: d.next(), Charges: d.Charges, Purchase: d.Purchase, DueDays: d.DueDays, Replaces: some(i.ID),
		Note: strings.TrimSpace(i18n.ID.T("invoice.replaces_note", "note", d.Note, "number", i.Number))})
	return err
}

// document is the customs document (PPBJ) that the replacement of an invoice names: what was recorded last, on the draft or since. One is of
// one faktur, so that of a faktur that the tax office has numbered is not named again, and the replacement is asked for its own.
func document(ctx context.Context, tx bun.Tx, i Invoice) (number string, err error) {
	err = tx.NewRaw(`SELECT CASE WHEN EXISTS (SELECT FROM faktur f JOIN invoice_tax t ON t.tenant_id = f.tenant_id AND t.invoice_id = f.invoice_id AND t.code = f.code
			WHERE f.tenant_id = ?0 AND f.invoice_id = ?1 AND f.status = 'approved' AND t.rule->>'faktur_code' IN ('07', '08')) THEN ''
		ELSE coalesce((SELECT o.number FROM faktur_document o WHERE o.tenant_id = ?0 AND o.invoice_id = ?1), ?2) END`, i.TenantID, i.ID, i.Purchase.CustomDoc).Scan(ctx, &number)
	if err != nil {
		return "", fmt.Errorf("invoice: the document of %s: %w", i.Number, err)
	}
	return number, nil
}

// Again parts the source of a replacement from how often its charges were billed: "duct:2026-10:…~2" is the second time.
const Again = "~"

// next is the source of the draft that bills the charges of d once more. What has no source is told apart by what it replaces.
func (d Draft) next() string {
	if d.Source == "" {
		return ""
	}
	base, n := d.Source, 1
	if at := strings.LastIndex(d.Source, Again); at >= 0 {
		if times, err := strconv.Atoi(d.Source[at+len(Again):]); err == nil {
			base, n = d.Source[:at], times
		}
	}
	return base + Again + strconv.Itoa(n+1)
}

// PaidUntil is the key of a charge's source that says until when it pays, the first day that it does not, of what is paid ahead of its month.
const PaidUntil = "paid_until"

// paidAhead refuses that what is paid ahead is left unbilled, Conflict "invoice.paid_ahead": whoever charged it counts on it when what it
// is for ends before its time, and would give back what nobody paid.
func (d Draft) paidAhead() error {
	for _, c := range d.Charges {
		if c.Source[PaidUntil] != nil {
			return fault.New(fault.Conflict, "invoice.paid_ahead")
		}
	}
	return nil
}

// draftOf reads the draft that an invoice was.
func draftOf(ctx context.Context, tx bun.IDB, i Invoice) (d Draft, err error) {
	if err = tx.NewSelect().Model(&d).Where("tenant_id = ? AND invoice_id = ?", i.TenantID, i.ID).Scan(ctx); err != nil {
		return d, fmt.Errorf("invoice: the draft of %s: %w", i.Number, err)
	}
	return d, nil
}

// drop says of a draft, and of those whose invoices it was to replace, that what they charge is not billed.
func (b *Book) drop(ctx context.Context, tx bun.Tx, d Draft) error {
	_, err := tx.NewRaw(`WITH RECURSIVE of AS (SELECT id, replaces FROM invoice_draft WHERE tenant_id = ?0 AND id = ?1
			UNION SELECT d.id, d.replaces FROM of JOIN invoice_draft d ON d.tenant_id = ?0 AND d.invoice_id = of.replaces)
		UPDATE invoice_draft SET dropped_at = ?2, updated_at = ?2 WHERE tenant_id = ?0 AND id IN (SELECT id FROM of)`, tenancy.Must(ctx), d.ID, b.Now().UTC().Truncate(time.Microsecond)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("invoice: drop: %w", err)
	}
	return nil
}

// askDrop keeps the request that a draft be dropped.
func (b *Book) askDrop(ctx context.Context, tx bun.Tx, actor identity.Actor, q Request, draft uuid.UUID) (Request, error) {
	d, err := lockDraft(ctx, tx, draft)
	if err == nil {
		err = d.paidAhead()
	}
	if err != nil {
		return q, err
	}
	if q.ID, err = uuid.NewV7(); err != nil {
		return q, err
	}
	q.DraftID = some(d.ID)
	if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.ConstraintName == "invoice_request_drop" {
			return q, fault.Wrap(fault.Conflict, "invoice.drop_asked", err)
		}
		return q, fmt.Errorf("invoice: ask: %w", err)
	}
	return q, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.ask", Object: "invoice_draft", ObjectID: d.ID, At: q.MadeAt,
		Detail: q.detail(map[string]any{"source": d.Source, "reason": q.Reason})})
}

// decideDrop carries the decision about it out.
func (b *Book) decideDrop(ctx context.Context, tx bun.Tx, actor identity.Actor, q Request) error {
	detail := map[string]any{"approved": *q.Approved, "reason": q.Reason}
	if *q.Approved {
		d, err := lockDraft(ctx, tx, q.DraftID.UUID)
		if err == nil {
			err = b.drop(ctx, tx, d)
		}
		if err != nil {
			return err
		}
		detail["source"] = d.Source
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.decide", Object: "invoice_draft", ObjectID: q.DraftID.UUID, At: q.DecidedAt,
		Detail: q.detail(detail)})
}

// Ref names an invoice of the book.
type Ref struct {
	ID     uuid.UUID
	Number string
}

// Anew is what bills the charges of a void invoice: a draft, and since it was issued an invoice.
type Anew struct {
	Draft   uuid.UUID
	Dropped bool // it was not issued either
	Invoice Ref  // none while it is a draft
}

// Related is what else in the book belongs to an invoice.
type Related struct {
	Notes    []Invoice // the credit notes of it, the earliest first
	Credits  *Ref      // the one that it makes smaller, being a credit note itself
	Replaces *Ref      // the void one in whose place it stands
	Anew     *Anew     // what stands in its place
}

// relatedMost bounds the credit notes of an invoice in a list.
const relatedMost = 100

// Related reads it, for a caller who has checked that whoever asks may see the invoice.
func (b *Book) Related(ctx context.Context, db bun.IDB, i Invoice) (r Related, err error) {
	err = db.NewSelect().Model(&r.Notes).Where("tenant_id = ? AND credits = ?", i.TenantID, i.ID).Order("id").Limit(relatedMost).Scan(ctx)
	if err != nil {
		return r, fmt.Errorf("invoice: related: %w", err)
	}
	if r.Replaces, err = b.Replaced(ctx, db, i.Replaces); err != nil {
		return r, err
	}
	if r.Credits, err = b.Credited(ctx, db, i); err != nil {
		return r, err
	}
	var rows []struct {
		ID        uuid.UUID
		DroppedAt time.Time `bun:"dropped_at,nullzero"`
		InvoiceID uuid.UUID
		Number    string
	}
	err = db.NewRaw(`SELECT d.id, d.dropped_at, coalesce(d.invoice_id, ?2) AS invoice_id, coalesce(n.number, '') AS number FROM invoice_draft d
		LEFT JOIN invoice n ON n.tenant_id = d.tenant_id AND n.id = d.invoice_id WHERE d.tenant_id = ?0 AND d.replaces = ?1`, i.TenantID, i.ID, uuid.Nil).Scan(ctx, &rows)
	if err != nil {
		return r, fmt.Errorf("invoice: related: %w", err)
	}
	for _, x := range rows {
		r.Anew = &Anew{Draft: x.ID, Dropped: !x.DroppedAt.IsZero() && x.InvoiceID == uuid.Nil, Invoice: Ref{ID: x.InvoiceID, Number: x.Number}}
	}
	return r, nil
}

// Credited names the invoice that a credit note makes smaller; nil for an invoice.
func (b *Book) Credited(ctx context.Context, db bun.IDB, i Invoice) (*Ref, error) {
	return b.Replaced(ctx, db, i.Credits)
}

// Replaced names the void invoice in whose place another or a draft stands; nil where there is none.
func (b *Book) Replaced(ctx context.Context, db bun.IDB, id uuid.NullUUID) (*Ref, error) {
	if !id.Valid {
		return nil, nil
	}
	x := Ref{ID: id.UUID}
	if err := db.NewRaw("SELECT number FROM invoice WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), id.UUID).Scan(ctx, &x.Number); err != nil {
		return nil, fmt.Errorf("invoice: replaced: %w", err)
	}
	return &x, nil
}
