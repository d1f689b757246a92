package payin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Held is what of a line pays no invoice: so many rupiah for something that the seller holds for whoever pays, such as the security of a lease.
type Held struct {
	For    uuid.UUID
	Amount money.Rupiah
}

// Holder is whoever keeps what is held for payers; a seller without one has lines that pay invoices alone.
type Holder interface {
	// Hold takes a part of a line in, as part of tx, and refuses what it does not lack. Holds of one line come in the order of what they
	// are for, before any party is locked.
	Hold(ctx context.Context, tx bun.Tx, actor identity.Actor, h Hold) error
	// Release is asked before one is taken back, in the same order, and refuses what was used since.
	Release(ctx context.Context, tx bun.Tx, actor identity.Actor, h Hold) error
}

// Hold is a part of a line that was taken in for something, and whether that was taken back.
type Hold struct {
	bun.BaseModel `bun:"table:bank_hold,alias:h"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	LineID     uuid.UUID     `bun:"line_id"`
	For        uuid.UUID     `bun:"held_for"`
	Amount     money.Rupiah  `bun:"amount"`
	Reference  string        `bun:"reference"` // of the bank with the line's identity; another one after an undo
	On         time.Time     `bun:"-"`         // the day of the line
	At         time.Time     `bun:"at"`
	By         uuid.UUID     `bun:"by"`
	UndoneOn   time.Time     `bun:"undone_on,nullzero"`
	UndoneAt   time.Time     `bun:"undone_at,nullzero"`
	UndoneBy   uuid.NullUUID `bun:"undone_by"`
	UndoReason string        `bun:"undo_reason"`
}

// Holds lists what of a line was taken in for something else than invoices, the earliest first.
func (s *Service) Holds(ctx context.Context, db bun.IDB, line uuid.UUID) (all []Hold, err error) {
	err = db.NewSelect().Model(&all).Where("tenant_id = ? AND line_id = ?", tenancy.Must(ctx), line).Order("id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("payin: holds: %w", err)
	}
	return all, nil
}

// hold takes in the parts of a line that pay no invoice.
func (s *Service) hold(ctx context.Context, tx bun.Tx, actor identity.Actor, l Line, all []Held) error {
	before, err := s.Holds(ctx, tx, l.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	reference := l.name()
	if len(before) > 0 {
		reference += fmt.Sprintf("/%d", len(before)+1)
	}
	for _, x := range inOrder(all, func(h Held) uuid.UUID { return h.For }) {
		h := Hold{TenantID: l.TenantID, LineID: l.ID, For: x.For, Amount: x.Amount, Reference: reference, On: l.Day, At: s.Book.Now().UTC().Truncate(time.Microsecond), By: actor.ID}
		if h.ID, err = uuid.NewV7(); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&h).Exec(ctx); err != nil {
			return fmt.Errorf("payin: hold: %w", err)
		}
		if err := s.Holder.Hold(ctx, tx, actor, h); err != nil {
			return err
		}
	}
	return nil
}

// release takes back on a day what of a line was taken in for something else than invoices.
func (s *Service) release(ctx context.Context, tx bun.Tx, actor identity.Actor, l Line, on time.Time, reason string) error {
	all, err := s.Holds(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(h Hold) bool { return !h.UndoneAt.IsZero() })
	for _, h := range inOrder(all, func(h Hold) uuid.UUID { return h.For }) {
		h.On, h.UndoneOn, h.UndoneAt, h.UndoneBy, h.UndoReason = l.Day, on, s.Book.Now().UTC().Truncate(time.Microsecond), uuid.NullUUID{UUID: actor.ID, Valid: true}, reason
		if err := s.Holder.Release(ctx, tx, actor, h); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model(&h).Set("undone_on = ?, undone_at = ?, undone_by = ?, undo_reason = ?", on.Format(time.DateOnly), h.UndoneAt, h.UndoneBy, reason).WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("payin: release: %w", err)
		}
	}
	return nil
}

// inOrder sorts by what each is of, so that whoever locks several does so in one order.
func inOrder[T any](all []T, of func(T) uuid.UUID) []T {
	return slices.SortedFunc(slices.Values(all), func(a, b T) int { return cmp.Compare(of(a).String(), of(b).String()) })
}

// name is what payments of a line are known by: the bank's reference with the line's identity.
func (l Line) name() string { return strings.TrimPrefix(clip(l.Reference, 100)+"/"+l.Identity, "/") }

// said refuses a reason that is none.
func said(reason string) (string, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return "", fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	}
	return reason, nil
}
