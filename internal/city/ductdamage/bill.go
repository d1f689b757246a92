package ductdamage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Bill is the share of a repair that somebody is charged: asked for by one person, decided by another. It keeps what was said of the share.
// Where the shares are others later, one that is none of them is undone, and taken back of the book.
type Bill struct {
	bun.BaseModel `bun:"table:duct_damage_bill,alias:b"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	DamageID   uuid.UUID     `bun:"damage_id"`
	OperatorID uuid.NullUUID `bun:"operator_id"` // null for somebody else
	Name       string        `bun:"name"`
	Address    string        `bun:"address"` // of somebody else, as is the next
	Email      string        `bun:"email"`
	Percent    int           `bun:"percent"`
	Cost       money.Rupiah  `bun:"cost"` // of the whole repair
	Amount     money.Rupiah  `bun:"amount"`
	AskedAt    time.Time     `bun:"asked_at"`
	AskedBy    uuid.UUID     `bun:"asked_by"`
	DecidedAt  time.Time     `bun:"decided_at,nullzero"`
	DecidedBy  uuid.NullUUID `bun:"decided_by"`
	Approved   *bool         `bun:"approved"`
	DraftID    uuid.NullUUID `bun:"draft_id"`
	UndoneAt   time.Time     `bun:"undone_at,nullzero"`
	Sealed     []byte        `bun:"sealed"` // name, address and e-mail of somebody else, which stand in the columns above only in rows from before
	Mark       string        `bun:"mark"`   // of somebody else: equal for the same name
	ErasedAt   time.Time     `bun:"erased_at,nullzero"`

	Book ductbill.Claimed `bun:"-"` // what became of the draft
}

// of names who is charged, as key does of a share.
func (b Bill) of() string { return key(b.OperatorID, b.Name) }

// key is one party of a damage.
func key(operator uuid.NullUUID, name string) string {
	if operator.Valid {
		return operator.UUID.String()
	}
	return name
}

// Stale reports whether the share is still charged although others answer for the damage now, and nobody has asked to take it back.
func (b Bill) Stale() bool {
	return !b.UndoneAt.IsZero() && b.DraftID.Valid && !b.Book.Back && !b.Book.Asked
}

// Live reports whether the share is asked to be charged, or is.
func (b Bill) Live() bool {
	return b.UndoneAt.IsZero() && !b.Book.Back && (b.Approved == nil || *b.Approved)
}

// Bills are those of a damage, the first first. For staff with duct:read.
func (s *Service) Bills(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Bill, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Bill
	if err := s.d.DB.NewSelect().Model(&all).Where("b.tenant_id = ? AND b.damage_id = ?", tenancy.Must(ctx), id).OrderExpr("b.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductdamage: bills: %w", err)
	}
	if err := s.openDebtors(ctx, all); err != nil {
		return nil, err
	}
	var drafts []uuid.UUID
	for _, b := range all {
		if b.DraftID.Valid {
			drafts = append(drafts, b.DraftID.UUID)
		}
	}
	became, err := s.d.Book.Claimed(ctx, drafts)
	for i := range all {
		all[i].Book = became[all[i].DraftID.UUID]
	}
	return all, err
}

// BillInput asks that the shares of a repair be charged, as they were at a revision of its damage. Debtors are the third parties among who pays, each
// by the name of its share.
type BillInput struct {
	ID       uuid.UUID
	Revision int
	Debtors  []Debtor
}

// Debtor is who is charged a share without being an operator, and where its invoice goes; the e-mail may be empty. Its tax number is not asked for: a
// claim bears no VAT, being no supply (UU PPN art. 4), and a person's may be the number of their identity card.
type Debtor struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Email   string `json:"email"`
}

// DebtorField is the name by which the address or email of who is charged a share is refused, by the position of the share.
func DebtorField(position int, part string) string { return part + "." + strconv.Itoa(position) }

// debtors are who is charged the shares of third parties, by the position of the share.
func (in BillInput) debtors(shares []Share) (map[int]Debtor, error) {
	out := map[int]Debtor{}
	var bad []fault.Field
	for _, x := range shares {
		if x.Party != ThirdParty {
			continue
		}
		y := Debtor{Name: x.Name}
		if i := slices.IndexFunc(in.Debtors, func(d Debtor) bool { return strings.TrimSpace(d.Name) == x.Name }); i >= 0 {
			y.Address, y.Email = strings.TrimSpace(in.Debtors[i].Address), strings.TrimSpace(in.Debtors[i].Email)
		}
		bad = append(bad, said(DebtorField(x.Position, "address"), y.Address, true, placeMost)...)
		if y.Email != "" {
			known, ok := identity.NormalEmail(y.Email)
			if !ok { // an invoice is final: it cannot be sent to where its address leads nowhere
				bad = append(bad, fault.Field{Name: DebtorField(x.Position, "email"), Code: "email"})
			}
			y.Email = known
		}
		out[x.Position] = y
	}
	return out, fault.Fields(bad)
}

// AskBills asks somebody else to decide that operators and others are charged their shares of a repair, for staff with duct:bill; the
// company that runs the ducts pays its own. A share that was asked for or approved is left out, unless the book has taken it back altogether. It
// refuses Invalid a third party without an address, and what is no address of e-mail (DebtorField); Conflict
// "ductdamage.nothing_to_bill" where nobody is to be charged, "ductdamage.changed" where somebody else was quicker, "ductdamage.third_erased", and what AskCredits refuses of the damage.
func (s *Service) AskBills(ctx context.Context, actor identity.Actor, in BillInput) error {
	before, err := s.Bills(ctx, actor, in.ID)
	if err != nil {
		return err
	}
	back := []uuid.UUID{uuid.Nil}
	for _, b := range before {
		if b.Book.Back {
			back = append(back, b.ID)
		}
	}
	return s.credit(ctx, actor, in.ID, func(ctx context.Context, tx bun.Tx, d Damage) error {
		_, err := tx.NewRaw("UPDATE duct_damage_bill SET undone_at = ? WHERE tenant_id = ? AND damage_id = ? AND undone_at IS NULL AND id IN (?)", s.now(), d.TenantID, d.ID, bun.List(back)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: bills: %w", err)
		}
		all, err := s.billing(ctx, tx, actor, d, in)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&all).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: bills: %w", err)
		}
		sum := money.Rupiah(0)
		for _, b := range all {
			sum += b.Amount
		}
		if err := s.happened(ctx, tx, actor, d, Event{What: "bill_asked", At: s.now(), Detail: map[string]any{"shares": len(all)}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "bill_ask", d.ID, map[string]any{"number": d.Number, "shares": len(all), "amount": int64(sum)}))
	})
}

// billing are the shares that are to be charged, and are not.
func (s *Service) billing(ctx context.Context, tx bun.Tx, actor identity.Actor, d Damage, in BillInput) ([]Bill, error) {
	if err := d.known(); err != nil {
		return nil, err
	}
	shares, err := s.shares(ctx, tx, &d)
	if err != nil {
		return nil, err
	}
	live, err := s.live(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	shares = slices.DeleteFunc(shares, func(x Share) bool {
		return x.Party == ByCompany || x.Amount == 0 || slices.ContainsFunc(live, func(b Bill) bool { return b.of() == key(x.OperatorID, x.Name) })
	})
	if len(shares) == 0 {
		return nil, fault.New(fault.Conflict, "ductdamage.nothing_to_bill")
	}
	if in.Revision != d.Revision { // others may answer by now, or for more: what is charged is what was seen
		return nil, fault.New(fault.Conflict, "ductdamage.changed")
	}
	debtors, err := in.debtors(shares)
	if err != nil {
		return nil, err
	}
	all := make([]Bill, len(shares))
	for i, x := range shares {
		b := Bill{TenantID: d.TenantID, DamageID: d.ID, OperatorID: x.OperatorID, Name: x.Name, Percent: x.Percent, Cost: d.Cost, Amount: x.Amount, AskedAt: s.now(), AskedBy: actor.ID}
		if b.ID, err = uuid.NewV7(); err != nil {
			return nil, err
		}
		if x.Party == ThirdParty {
			b.Address, b.Email = debtors[x.Position].Address, debtors[x.Position].Email
		} else if err := tx.NewRaw("SELECT name FROM duct_operator WHERE tenant_id = ? AND id = ?", d.TenantID, x.OperatorID).Scan(ctx, &b.Name); err != nil {
			return nil, fmt.Errorf("ductdamage: bills: %w", err)
		}
		if err := s.sealDebtor(ctx, &b); err != nil {
			return nil, err
		}
		all[i] = b
	}
	return all, nil
}

// live are the shares of a damage that are charged, or asked to be, locked.
func (s *Service) live(ctx context.Context, tx bun.Tx, d Damage) ([]Bill, error) {
	var all []Bill
	err := tx.NewSelect().Model(&all).Where("b.tenant_id = ? AND b.damage_id = ? AND b.undone_at IS NULL AND b.approved IS NOT FALSE", d.TenantID, d.ID).OrderExpr("b.id").For("UPDATE").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: bills: %w", err)
	}
	return all, s.openDebtors(ctx, all)
}

// DecideBills approves or refuses what somebody else has asked to charge for a damage, for staff with duct:bill. Approved, each share is a
// draft of the book, which people issue. It refuses Conflict "ductdamage.no_bill_asked", Forbidden "ductdamage.own_request" to who has
// asked, and what ductbill.Claim refuses.
func (s *Service) DecideBills(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) error {
	return s.credit(ctx, actor, id, func(ctx context.Context, tx bun.Tx, d Damage) error {
		var all []Bill
		if err := tx.NewSelect().Model(&all).Where("b.tenant_id = ? AND b.damage_id = ? AND b.approved IS NULL AND b.undone_at IS NULL", d.TenantID, id).OrderExpr("b.id").For("UPDATE").Scan(ctx); err != nil {
			return fmt.Errorf("ductdamage: bills: %w", err)
		}
		if len(all) == 0 {
			return fault.New(fault.Conflict, "ductdamage.no_bill_asked")
		}
		if err := s.openDebtors(ctx, all); err != nil {
			return err
		}
		var sum money.Rupiah
		for _, b := range all {
			if b.AskedBy == actor.ID {
				return fault.New(fault.Forbidden, "ductdamage.own_request")
			}
			if approve {
				draft, err := s.d.Book.Claim(ctx, tx, b.claim(d))
				if err != nil {
					return err
				}
				b.DraftID = uuid.NullUUID{UUID: draft, Valid: true}
			}
			b.DecidedAt, b.DecidedBy, b.Approved = s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}, &approve
			if _, err := tx.NewUpdate().Model(&b).Column("decided_at", "decided_by", "approved", "draft_id").WherePK().Exec(ctx); err != nil {
				return fmt.Errorf("ductdamage: bills: %w", err)
			}
			sum += b.Amount
		}
		what := map[bool]string{true: "bill_approved", false: "bill_refused"}[approve]
		if err := s.happened(ctx, tx, actor, d, Event{What: what, At: s.now(), Detail: map[string]any{"shares": len(all)}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "bill_decide", id, map[string]any{"number": d.Number, "shares": len(all), "amount": int64(sum), "approved": approve}))
	})
}

// claim is a share as the book charges it, with its working.
func (b Bill) claim(d Damage) ductbill.Claim {
	k := ductbill.Claim{ID: b.ID, Operator: b.OperatorID.UUID, Debtor: invoice.Party{Name: b.Name, Address: b.Address, Email: b.Email}, Amount: b.Amount, Name: i18n.Text{}, Working: i18n.Text{},
		Source: map[string]any{"kind": "repair", "damage": d.ID, "number": d.Number, "share": b.Percent}, Note: i18n.ID.T("damage.bill_note", "number", d.Number)}
	for _, l := range i18n.All() {
		k.Name[l] = l.T("damage.bill_line", "number", d.Number)
		k.Working[l] = l.T("damage.bill_working", "cost", b.Cost, "percent", b.Percent, "amount", b.Amount)
	}
	return k
}

// rebill undoes what is charged, or asked to be, to parties whose share is not among shares any more as it was: what waits is decided no
// more, and what the book has is asked to be taken back, which somebody else decides there. What is now to be charged is asked for anew.
func (s *Service) rebill(ctx context.Context, tx bun.Tx, actor identity.Actor, d Damage, shares []Share) error {
	all, err := s.live(ctx, tx, d)
	if err != nil {
		return err
	}
	kept := map[string]Share{}
	for _, x := range shares {
		if x.Party != ByCompany {
			kept[key(x.OperatorID, x.Name)] = x
		}
	}
	undone, sum := 0, money.Rupiah(0)
	for _, b := range all {
		if x, ok := kept[b.of()]; ok && x.Percent == b.Percent && x.Amount == b.Amount && d.Cost == b.Cost {
			continue
		}
		if _, err := tx.NewRaw("UPDATE duct_damage_bill SET undone_at = ? WHERE tenant_id = ? AND id = ?", s.now(), d.TenantID, b.ID).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: bills: %w", err)
		}
		undone, sum = undone+1, sum+b.Amount
		if b.DraftID.Valid {
			if err := s.d.Book.Unclaim(ctx, tx, actor, b.DraftID.UUID, i18n.ID.T("damage.bill_back_reason", "number", d.Number)); err != nil {
				return err
			}
		}
	}
	if undone == 0 {
		return nil
	}
	if err := s.happened(ctx, tx, actor, d, Event{What: "bill_undone", At: s.now(), Detail: map[string]any{"shares": undone}}, false); err != nil {
		return err
	}
	return audit.Record(ctx, tx, acted(actor, "bill_undo", d.ID, map[string]any{"number": d.Number, "shares": undone, "amount": int64(sum)}))
}

// UnbillAgain asks once more to take back what is charged although others answer for the damage now: where the book has refused it, or has
// issued the draft meanwhile. It is for staff with duct:bill, and refuses Conflict "ductdamage.nothing_to_bill" where there is none.
func (s *Service) UnbillAgain(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	all, err := s.Bills(ctx, actor, id)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(b Bill) bool { return !b.Stale() })
	if len(all) == 0 {
		return fault.New(fault.Conflict, "ductdamage.nothing_to_bill")
	}
	return s.credit(ctx, actor, id, func(ctx context.Context, tx bun.Tx, d Damage) error {
		for _, b := range all {
			if err := s.d.Book.Unclaim(ctx, tx, actor, b.DraftID.UUID, i18n.ID.T("damage.bill_back_reason", "number", d.Number)); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, acted(actor, "bill_undo", id, map[string]any{"number": d.Number, "shares": len(all)}))
	})
}
