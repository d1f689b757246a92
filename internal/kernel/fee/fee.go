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
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Fee is one sum asked for. How says where to pay it, and Code by what the payment is known there.
type Fee struct {
	bun.BaseModel `bun:"table:fee,alias:f"`

	TenantID     uuid.UUID     `bun:"tenant_id,pk"`
	ID           uuid.UUID     `bun:"id,pk"`
	SubjectKind  string        `bun:"subject_kind"`
	SubjectID    uuid.UUID     `bun:"subject_id"`
	Round        int           `bun:"round"`
	AgencyCode   string        `bun:"agency_code"`
	Title        i18n.Text     `bun:"title,type:jsonb"`
	How          i18n.Text     `bun:"how,type:jsonb"`
	Basis        string        `bun:"basis"`
	Code         string        `bun:"code"`
	Amount       money.Rupiah  `bun:"amount"`
	DueAt        time.Time     `bun:"due_at,nullzero"`
	Status       string        `bun:"status"`
	OpenedAt     time.Time     `bun:"opened_at"`
	PaidOn       string        `bun:"paid_on,nullzero"` // 2006-01-02
	Reference    string        `bun:"reference"`
	RecordedAt   time.Time     `bun:"recorded_at,nullzero"`
	RecordedBy   uuid.NullUUID `bun:"recorded_by"`
	RecordedName string        `bun:"recorded_name"`
	RefundReason string        `bun:"refund_reason"`
	RefundedAt   time.Time     `bun:"refunded_at,nullzero"`
	RefundedBy   uuid.NullUUID `bun:"refunded_by"`
	RefundedName string        `bun:"refunded_name"`
}

// The statuses of a fee.
const (
	Due      = "due"
	Dropped  = "dropped" // the case went on without it
	Paid     = "paid"
	Refunded = "refunded"
)

// WasPaid reports whether the money came in, also if it was given back later.
func (f Fee) WasPaid() bool { return f.Status == Paid || f.Status == Refunded }

// Open asks for a fee: its Subject, Round, Agency, texts, Code, Amount and DueAt are the caller's.
func Open(ctx context.Context, tx bun.IDB, f Fee, now time.Time) (Fee, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return f, err
	}
	f.TenantID, f.ID, f.Status, f.OpenedAt = tenancy.Must(ctx), id, Due, now
	if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
		return f, fmt.Errorf("fee: open: %w", err)
	}
	return f, nil
}

// feesLimit bounds the fees of one case.
const feesLimit = 50

// Of lists the fees of a case, in the order in which they were asked for.
func Of(ctx context.Context, db bun.IDB, kind string, id uuid.UUID) ([]Fee, error) {
	var all []Fee
	err := db.NewSelect().Model(&all).ExcludeColumn("paid_on").ColumnExpr("to_char(paid_on, 'YYYY-MM-DD') AS paid_on").
		Where("f.tenant_id = ? AND f.subject_kind = ? AND f.subject_id = ?", tenancy.Must(ctx), kind, id).
		OrderExpr("f.id").Limit(feesLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("fee: %w", err)
	}
	return all, nil
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
	err := db.NewSelect().Model(&f).ExcludeColumn("paid_on").
		Where("f.tenant_id = ? AND f.subject_kind = ? AND f.subject_id = ? AND f.status = ?", tenancy.Must(ctx), kind, id, Due).
		OrderExpr("f.id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.New(fault.Conflict, "fee.not_due")
	}
	return f, err
}

// Payment is what an officer records of a payment. On is the day on which it was made, 2006-01-02.
type Payment struct {
	On        string
	Reference string
	By        uuid.UUID
	ByName    string
	At        time.Time
}

// Pay records that a fee which is due has been paid in full. A reference under which the agency has recorded another
// payment is Invalid, field "reference".
func Pay(ctx context.Context, tx bun.IDB, id uuid.UUID, p Payment) error {
	res, err := tx.NewUpdate().Model((*Fee)(nil)).Set("status = ?", Paid).Set("paid_on = ?", p.On).Set("reference = ?", p.Reference).
		Set("recorded_at = ?", p.At).Set("recorded_by = ?", p.By).Set("recorded_name = ?", p.ByName).
		Where("tenant_id = ? AND id = ? AND status = ?", tenancy.Must(ctx), id, Due).Exec(ctx)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "fee_reference" {
		return fault.Fields([]fault.Field{{Name: "reference", Code: "reference_used"}})
	}
	return once(res, err, "fee.not_due")
}

// Refund records that a fee which was paid has been given back in full, and why. Conflict "fee.not_paid" for any other.
func Refund(ctx context.Context, tx bun.IDB, kind string, subject, id uuid.UUID, reason string, by uuid.UUID, name string, now time.Time) error {
	res, err := tx.NewUpdate().Model((*Fee)(nil)).Set("status = ?", Refunded).Set("refund_reason = ?", reason).
		Set("refunded_at = ?", now).Set("refunded_by = ?", by).Set("refunded_name = ?", name).
		Where("tenant_id = ? AND id = ? AND subject_kind = ? AND subject_id = ? AND status = ?", tenancy.Must(ctx), id, kind, subject, Paid).Exec(ctx)
	return once(res, err, "fee.not_paid")
}

// once refuses a change that found no row in the status it needs.
func once(res sql.Result, err error, code string) error {
	if err != nil {
		return fmt.Errorf("fee: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, code)
}
