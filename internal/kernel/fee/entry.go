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
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Entry is one payment towards a fee, or one sum given back of it.
type Entry struct {
	bun.BaseModel `bun:"table:fee_entry,alias:e"`

	TenantID   uuid.UUID     `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	FeeID      uuid.UUID     `bun:"fee_id"`
	Kind       string        `bun:"kind"`
	Amount     money.Rupiah  `bun:"amount"`
	AgencyCode string        `bun:"agency_code"`
	Day        string        `bun:"day,nullzero"` // of a payment: when it was made, 2006-01-02
	Reference  string        `bun:"reference"`    // of a payment: the bank's
	ProofID    uuid.NullUUID `bun:"proof_id"`
	Reason     string        `bun:"reason"` // of a refund
	At         time.Time     `bun:"at"`
	ByID       uuid.UUID     `bun:"by_id"`
	ByName     string        `bun:"by_name"`
}

// The kinds of an entry.
const (
	Payment = "payment"
	Refund  = "refund"
)

// entriesLimit bounds the entries of the fees of one case.
const entriesLimit = 500

// entries adds to each fee what was paid and given back; fees of which nothing was paid cost no query.
func entries(ctx context.Context, db bun.IDB, fees []Fee) error {
	place := map[uuid.UUID]int{}
	var ids []uuid.UUID
	for i, f := range fees {
		if f.Paid > 0 {
			place[f.ID] = i
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var all []Entry
	err := db.NewSelect().Model(&all).ExcludeColumn("day").ColumnExpr("to_char(e.day, 'YYYY-MM-DD') AS day").
		Where("e.tenant_id = ? AND e.fee_id IN (?)", tenancy.Must(ctx), bun.List(ids)).OrderExpr("e.id").Limit(entriesLimit).Scan(ctx)
	if err != nil {
		return fmt.Errorf("fee: entries: %w", err)
	}
	for _, e := range all {
		f := &fees[place[e.FeeID]]
		f.Entries = append(f.Entries, e)
	}
	return nil
}

// Pay records a payment towards a fee that is due: its Amount, Day, Reference, Proof and who records it are the caller's.
// The fee is paid when nothing of it is open any more; it is returned as it is then. It refuses Conflict "fee.not_due", and
// Invalid: field "amount" for nothing and for more than is open, field "reference" for one under which the agency has
// recorded another payment.
func Pay(ctx context.Context, tx bun.IDB, id uuid.UUID, e Entry) (Fee, error) {
	f, err := lock(ctx, tx, id)
	if err == nil && f.Status != Due {
		err = fault.New(fault.Conflict, "fee.not_due")
	}
	if err != nil {
		return f, err
	}
	if e.Amount <= 0 || e.Amount > f.Open() {
		return f, fault.Fields([]fault.Field{{Name: "amount", Code: "amount_over", Args: []any{"amount", f.Open().String()}}})
	}
	if f.Paid, err = f.Paid.Add(e.Amount); err != nil {
		return f, err
	}
	if f.Open() == 0 {
		f.Status = Paid
	}
	e.Kind, e.Reason = Payment, ""
	return f, keep(ctx, tx, &f, e)
}

// GiveBack records that some of what was paid of a case's fee has been given back, and why; with an Amount of 0 all that
// is left of it. Who records it and the Reason are the caller's; seen is what had been given back when they looked, so that
// the same sum sent twice is recorded once. It returns the fee as it is then and what was given back. It refuses Conflict
// "fee.not_paid" when the city has nothing of it and "fee.changed" when seen is not what it is now, and Invalid, field
// "amount", for more than it has.
func GiveBack(ctx context.Context, tx bun.IDB, kind string, subject, id uuid.UUID, seen money.Rupiah, e Entry) (Fee, Entry, error) {
	f, err := lock(ctx, tx, id)
	if fault.Is(err, "fee.not_due") || err == nil && (f.SubjectKind != kind || f.SubjectID != subject || f.Kept() == 0) {
		err = fault.New(fault.Conflict, "fee.not_paid")
	}
	if err == nil && f.Refunded != seen {
		err = fault.New(fault.Conflict, "fee.changed")
	}
	if err != nil {
		return f, e, err
	}
	if e.Amount == 0 {
		e.Amount = f.Kept()
	}
	if e.Amount < 0 || e.Amount > f.Kept() {
		return f, e, fault.Fields([]fault.Field{{Name: "amount", Code: "refund_over", Args: []any{"amount", f.Kept().String()}}})
	}
	f.Refunded += e.Amount
	if f.Status == Paid && f.Kept() == 0 {
		f.Status = Refunded
	}
	e.Kind, e.Day, e.Reference, e.ProofID = Refund, "", "", uuid.NullUUID{}
	err = keep(ctx, tx, &f, e)
	return f, e, err
}

// lock reads a fee for a change; Conflict "fee.not_due" for none.
func lock(ctx context.Context, tx bun.IDB, id uuid.UUID) (Fee, error) {
	var f Fee
	err := tx.NewSelect().Model(&f).Where("f.tenant_id = ? AND f.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.New(fault.Conflict, "fee.not_due")
	}
	return f, err
}

// keep writes an entry and the sums of its locked fee.
func keep(ctx context.Context, tx bun.IDB, f *Fee, e Entry) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	e.TenantID, e.ID, e.FeeID, e.AgencyCode = f.TenantID, id, f.ID, f.AgencyCode
	_, err = tx.NewInsert().Model(&e).Exec(ctx)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "fee_entry_reference" {
		return fault.Fields([]fault.Field{{Name: "reference", Code: "reference_used"}})
	}
	if err == nil {
		_, err = tx.NewUpdate().Model(f).Column("paid", "refunded", "status").WherePK().Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("fee: %s: %w", e.Kind, err)
	}
	f.Entries = append(f.Entries, e)
	return nil
}
