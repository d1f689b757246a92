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
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// RefundRequest asks that some of a party's balance be paid back. It takes effect when another person approves it.
type RefundRequest struct {
	bun.BaseModel `bun:"table:refund_request,alias:q"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	PartyID   uuid.UUID     `bun:"party_id"`
	Amount    money.Rupiah  `bun:"amount"`
	Account   string        `bun:"account"` // to which it is paid, as the payer named it
	Reason    string        `bun:"reason"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	MadeAt    time.Time     `bun:"made_at"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	Approved  *bool         `bun:"approved"`
}

// RefundInput asks that some of a party's balance be paid back to an account.
type RefundInput struct {
	Party   uuid.UUID
	Amount  money.Rupiah
	Account string
	Reason  string
}

// AskRefund keeps a request for a second person to decide, as part of tx. It refuses Invalid for an amount, an account or a reason
// that is missing or too long, and Conflict "payment.no_balance" for more than there is beside what was asked before.
func (b *Book) AskRefund(ctx context.Context, tx bun.Tx, actor identity.Actor, in RefundInput, on time.Time) (RefundRequest, error) {
	q := RefundRequest{TenantID: tenancy.Must(ctx), PartyID: in.Party, Amount: in.Amount, Account: strings.TrimSpace(in.Account), Reason: strings.TrimSpace(in.Reason),
		MadeBy: actor.ID, MadeAt: b.Now().UTC().Truncate(time.Microsecond)}
	if err := q.check(); err != nil {
		return q, err
	}
	if err := lockParty(ctx, tx, q.PartyID); err != nil {
		return q, err
	}
	have, _, err := balance(ctx, tx, q.PartyID, dayOf(on))
	if err != nil {
		return q, err
	}
	var asked money.Rupiah
	err = tx.NewRaw("SELECT coalesce(sum(amount), 0)::bigint FROM refund_request WHERE tenant_id = ? AND party_id = ? AND decided_by IS NULL", q.TenantID, q.PartyID).Scan(ctx, &asked)
	if err != nil {
		return q, err
	}
	if q.Amount > have-asked {
		return q, fault.New(fault.Conflict, "payment.no_balance", "most", max(have-asked, 0))
	}
	if q.ID, err = uuid.NewV7(); err != nil {
		return q, err
	}
	if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
		return q, fmt.Errorf("invoice: ask for a refund: %w", err)
	}
	return q, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.ask_refund", Object: "party", ObjectID: q.PartyID, At: q.MadeAt,
		Detail: map[string]any{"request": q.ID, "amount": int64(q.Amount), "reason": q.Reason}})
}

func (q RefundRequest) check() error {
	var bad []fault.Field
	if q.Amount <= 0 {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	for _, f := range []struct {
		name, text string
		most       int
	}{{"account", q.Account, 140}, {"reason", q.Reason, reasonsMost}} {
		if f.text == "" {
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		} else if utf8.RuneCountInString(f.text) > f.most {
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", f.most}})
		}
	}
	return fault.Fields(bad)
}

// DecideRefund approves or refuses a request of somebody else; approved, the balance is less by it from a day on. It refuses
// NotFound "invoice.no_request", Conflict "invoice.decided" and, for whoever asked, "invoice.own_request", and what Refund refuses.
func (b *Book) DecideRefund(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID, approve bool, on time.Time) (RefundRequest, error) {
	var q RefundRequest
	// The row itself cannot be locked: only some of its columns may be written.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "refund "+id.String()).Exec(ctx); err != nil {
		return q, err
	}
	err := tx.NewSelect().Model(&q).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if err := MayDecide(err, q.DecidedBy, q.MadeBy, actor); err != nil {
		return q, err
	}
	q.DecidedBy, q.DecidedAt, q.Approved = some(actor.ID), b.Now().UTC().Truncate(time.Microsecond), &approve
	if _, err := tx.NewUpdate().Model(&q).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
		return q, err
	}
	if approve {
		if err := b.Refund(ctx, tx, actor, q.PartyID, q.Amount, on, q.Reason); err != nil {
			return q, err
		}
	}
	return q, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.decide_refund", Object: "party", ObjectID: q.PartyID, At: q.DecidedAt,
		Detail: map[string]any{"request": q.ID, "amount": int64(q.Amount), "approved": approve}})
}
