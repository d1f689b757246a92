// Package fee keeps what an applicant is asked to pay to the city for a case, what was paid and what was given back. No
// money moves here: it goes through the city's bank, and the office records it with its reference.
//
// The subject is a case of any kind. Whoever owns the subject locks it first and checks who may; the functions here take
// its transaction.
package fee

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Fee is one sum asked for. How says where to pay it, and Code by what the payment is known there.
type Fee struct {
	bun.BaseModel `bun:"table:fee,alias:f"`

	TenantID    uuid.UUID    `bun:"tenant_id,pk"`
	ID          uuid.UUID    `bun:"id,pk"`
	SubjectKind string       `bun:"subject_kind"`
	SubjectID   uuid.UUID    `bun:"subject_id"`
	Round       int          `bun:"round"`
	AgencyCode  string       `bun:"agency_code"`
	Title       i18n.Text    `bun:"title,type:jsonb"`
	How         i18n.Text    `bun:"how,type:jsonb"`
	Basis       string       `bun:"basis"`
	Code        string       `bun:"code"`
	Amount      money.Rupiah `bun:"amount"`
	Paid        money.Rupiah `bun:"paid"`     // of all payments
	Refunded    money.Rupiah `bun:"refunded"` // of it
	DueAt       time.Time    `bun:"due_at,nullzero"`
	Status      string       `bun:"status"`
	OpenedAt    time.Time    `bun:"opened_at"`

	Entries []Entry `bun:"-"` // what was paid and given back, in its order; Of reads them
}

// The statuses of a fee.
const (
	Due      = "due"
	Dropped  = "dropped"  // the case went on without it; what was paid by then is to be given back
	Paid     = "paid"     // in full; some of it may have been given back
	Refunded = "refunded" // all of it was given back
)

// Kept is what the city has of the fee: what was paid less what was given back.
func (f Fee) Kept() money.Rupiah { return f.Paid - f.Refunded }

// Open is what the city does not have of the fee. While it is due, that is what is still to be paid.
func (f Fee) Open() money.Rupiah { return f.Amount - f.Kept() }

// Ask asks for a fee: its Subject, Round, Agency, texts, Code, Amount and DueAt are the caller's.
func Ask(ctx context.Context, tx bun.IDB, f Fee, now time.Time) (Fee, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return f, err
	}
	f.TenantID, f.ID, f.Status, f.OpenedAt = tenancy.Must(ctx), id, Due, now
	if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
		return f, fmt.Errorf("fee: ask: %w", err)
	}
	return f, nil
}

// feesLimit bounds the fees of one case.
const feesLimit = 50

// Of lists the fees of a case with their entries, in the order in which they were asked for.
func Of(ctx context.Context, db bun.IDB, kind string, id uuid.UUID) ([]Fee, error) {
	var all []Fee
	err := db.NewSelect().Model(&all).
		Where("f.tenant_id = ? AND f.subject_kind = ? AND f.subject_id = ?", tenancy.Must(ctx), kind, id).
		OrderExpr("f.id").Limit(feesLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("fee: %w", err)
	}
	return all, entries(ctx, db, all)
}

// Drop gives up what is still due of a case that goes on without it.
func Drop(ctx context.Context, tx bun.IDB, kind string, id uuid.UUID) error {
	_, err := tx.NewUpdate().Model((*Fee)(nil)).Set("status = ?", Dropped).
		Where("tenant_id = ? AND subject_kind = ? AND subject_id = ? AND status = ?", tenancy.Must(ctx), kind, id, Due).Exec(ctx)
	if err != nil {
		return fmt.Errorf("fee: drop: %w", err)
	}
	return nil
}

// DueOf returns the fee that a case waits for; Conflict "fee.not_due" when there is none.
func DueOf(ctx context.Context, db bun.IDB, kind string, id uuid.UUID) (Fee, error) {
	var f Fee
	err := db.NewSelect().Model(&f).
		Where("f.tenant_id = ? AND f.subject_kind = ? AND f.subject_id = ? AND f.status = ?", tenancy.Must(ctx), kind, id, Due).
		OrderExpr("f.id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.New(fault.Conflict, "fee.not_due")
	}
	return f, err
}
