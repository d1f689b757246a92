package ductdamage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Share is what one party pays of a repair.
type Share struct {
	bun.BaseModel `bun:"table:duct_damage_share,alias:s"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	DamageID   uuid.UUID     `bun:"damage_id,pk"`
	Position   int           `bun:"position,pk"`
	Party      string        `bun:"party"` // third_party, operator or company
	OperatorID uuid.NullUUID `bun:"operator_id"`
	Name       string        `bun:"name"` // of a third party
	Percent    int           `bun:"percent"`
	Amount     money.Rupiah  `bun:"amount"`
}

// Payers are who can pay for a repair.
func Payers() []string { return []string{ThirdParty, ByOperator, ByCompany} }

// CauseInput is what caused a damage, who has to answer for it, and how the cost of the repair is shared.
type CauseInput struct {
	ID        uuid.UUID
	Revision  int
	Cause     string
	Liable    string
	Operator  uuid.UUID // that has to answer, if one does
	Name      string    // of a third party
	RootCause string    // in words: why it could happen, and what is done that it does not again
	Cost      money.Rupiah
	Shares    []Share // their percent adds up to 100 where there is a cost; each third party by its own name
}

// SharesMost bounds who shares a cost.
const SharesMost = 8

// costMost bounds the cost of a repair.
const costMost = money.Rupiah(1_000_000_000_000)

// check names what is wrong with a cause, besides what could not be read of it.
func (in *CauseInput) check(unread []fault.Field) error {
	in.Name, in.RootCause = strings.TrimSpace(in.Name), strings.TrimSpace(in.RootCause)
	var bad []fault.Field
	if !slices.Contains(Causes(), in.Cause) {
		bad = append(bad, fault.Field{Name: "cause", Code: "not_an_option"})
	}
	if !slices.Contains(Liables(), in.Liable) {
		bad = append(bad, fault.Field{Name: "liable", Code: "not_an_option"})
	}
	if in.Liable == ByOperator && in.Operator == uuid.Nil {
		bad = append(bad, fault.Field{Name: "operator", Code: "required"})
	}
	bad = append(bad, said("name", in.Name, in.Liable == ThirdParty, placeMost)...)
	bad = append(bad, said("root_cause", in.RootCause, true, 2*wordsMost)...)
	if in.Cost < 0 {
		bad = append(bad, fault.Field{Name: "cost", Code: "amount_negative"})
	} else if in.Cost > costMost {
		bad = append(bad, fault.Field{Name: "cost", Code: "amount_range"})
	}
	return fault.Fields(fault.Also(fault.Also(unread, bad...), in.shares()...))
}

// ShareField is the name by which the payer, name or percent of the nth share, from 1 on, is refused.
func ShareField(n int, part string) string { return "shares." + strconv.Itoa(n) + "." + part }

// shares names what is wrong with who pays how much. Their sum is not said where one of them is no percentage.
func (in *CauseInput) shares() (bad []fault.Field) {
	sum, numbers, known := 0, true, map[string]bool{}
	for i := range in.Shares {
		x := &in.Shares[i]
		if x.Name = strings.TrimSpace(x.Name); x.Party != ThirdParty {
			x.Name = ""
		}
		payer, name, percent := ShareField(i+1, "payer"), ShareField(i+1, "name"), ShareField(i+1, "percent")
		of, at := x.Party+strings.ToLower(key(x.OperatorID, x.Name)), payer
		if x.Party == ThirdParty {
			at = name
		}
		switch {
		case !slices.Contains(Payers(), x.Party) || (x.Party == ByOperator) != x.OperatorID.Valid:
			bad = append(bad, fault.Field{Name: payer, Code: "not_an_option"})
		case known[of]:
			bad = append(bad, fault.Field{Name: at, Code: "share_twice"})
		default:
			bad = append(bad, said(name, x.Name, x.Party == ThirdParty, placeMost)...)
			known[of] = x.Party != ThirdParty || x.Name != ""
		}
		if x.Percent < 1 || x.Percent > 100 {
			bad, numbers = append(bad, fault.Field{Name: percent, Code: "share_number"}), false
		}
		sum += x.Percent
	}
	switch {
	case len(in.Shares) > SharesMost:
		bad = append(bad, fault.Field{Name: "shares", Code: "too_many", Args: []any{"max", SharesMost}})
	case numbers && sum != 100 && (in.Cost > 0 || len(in.Shares) > 0):
		bad = append(bad, fault.Field{Name: "shares", Code: "share_sum", Args: []any{"sum", sum}})
	}
	return bad
}

// Judge puts down what caused a damage and who pays for it, for staff with duct:manage; put down again, after it was closed too, the last
// counts: what was charged of a share that is another now is undone. What says nothing new changes nothing, and is not recorded: then it reports
// false. The amounts add up to the cost to the rupiah. It refuses Invalid what is missing, shares that do not add up to 100 percent (field "shares"), a
// share that is none or names a party once more (ShareField), together with what whoever asks could not read, Conflict "ductdamage.credited" where what
// is let off already would not be let off by who answers now, "ductdamage.third_erased" of a damage of which that is not known any more, and what Step
// refuses of one that was dismissed.
func (s *Service) Judge(ctx context.Context, actor identity.Actor, in CauseInput, unread ...fault.Field) (changed bool, err error) {
	if err := in.check(unread); err != nil {
		return false, err
	}
	err = s.changeAs(ctx, actor, access.DuctManage, in.ID, &in.Revision, func(d Damage) bool { return d.State == Dismissed }, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		if err := d.known(); err != nil {
			return err
		}
		if same, err := s.judged(ctx, tx, *d, in); err != nil {
			return err
		} else if same {
			return errSame
		}
		if in.Liable != d.Liable || in.Liable == ByOperator && in.Operator != d.LiableOperator.UUID {
			if err := s.creditsStand(ctx, tx, *d, in.Liable, in.Operator); err != nil {
				return err
			}
		}
		d.Cause, d.Liable, d.LiableName, d.RootCause, d.Cost = in.Cause, in.Liable, "", in.RootCause, in.Cost
		d.LiableOperator = uuid.NullUUID{}
		switch in.Liable {
		case ByOperator:
			d.LiableOperator = uuid.NullUUID{UUID: in.Operator, Valid: true}
		case ThirdParty:
			d.LiableName = in.Name
		}
		if err := share(in.Cost, in.Shares); err != nil {
			return err
		}
		if err := s.keepShares(ctx, tx, d, in.Shares); err != nil {
			return err
		}
		if err := s.rebill(ctx, tx, actor, *d, in.Shares); err != nil {
			return err
		}
		if err := s.happened(ctx, tx, actor, *d, Event{What: "cause", At: s.now(), Detail: map[string]any{"cause": in.Cause, "liable": in.Liable}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "cause", d.ID, map[string]any{"number": d.Number, "cause": in.Cause, "liable": in.Liable, "cost": int64(in.Cost), "shares": len(in.Shares)}))
	})
	if errors.Is(err, errSame) {
		return false, nil
	}
	return err == nil, err
}

// judged reports whether a damage, with who pays for it, says already what is put down.
func (s *Service) judged(ctx context.Context, tx bun.Tx, d Damage, in CauseInput) (bool, error) {
	all, err := s.shares(ctx, tx, &d)
	if err != nil {
		return false, err
	}
	same := d.Cause == in.Cause && d.Liable == in.Liable && d.RootCause == in.RootCause && d.Cost == in.Cost &&
		(in.Liable != ByOperator || d.LiableOperator.UUID == in.Operator) && (in.Liable != ThirdParty || d.LiableName == in.Name)
	return same && slices.EqualFunc(all, in.Shares, func(x, y Share) bool {
		return x.Party == y.Party && x.OperatorID == y.OperatorID && x.Name == y.Name && x.Percent == y.Percent
	}), nil
}

// share works out what each party pays, so that the amounts add up to the cost.
func share(cost money.Rupiah, all []Share) error {
	if len(all) == 0 {
		return nil
	}
	weights := make([]int64, len(all))
	for i, x := range all {
		weights[i] = int64(x.Percent)
	}
	amounts, err := cost.Allocate(weights...)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Amount = amounts[i]
	}
	return nil
}

// keepShares writes who pays how much; the names of a damage are sealed together.
func (s *Service) keepShares(ctx context.Context, tx bun.Tx, d *Damage, all []Share) error {
	for i, x := range append([]uuid.NullUUID{d.LiableOperator}, operatorsOf(all)...) {
		if !x.Valid {
			continue
		}
		ok, err := tx.NewSelect().TableExpr("duct_operator AS o").Where("o.tenant_id = ? AND o.id = ?", d.TenantID, x.UUID).Exists(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: cause: %w", err)
		}
		if !ok {
			return fault.Fields([]fault.Field{{Name: map[bool]string{true: "operator", false: ShareField(i, "payer")}[i == 0], Code: "not_an_option"}})
		}
	}
	if _, err := tx.NewRaw("DELETE FROM duct_damage_share WHERE tenant_id = ? AND damage_id = ?", d.TenantID, d.ID).Exec(ctx); err != nil {
		return fmt.Errorf("ductdamage: shares: %w", err)
	}
	rows := slices.Clone(all)
	for i := range all {
		all[i].Position = i + 1
		rows[i].TenantID, rows[i].DamageID, rows[i].Position, rows[i].Name = d.TenantID, d.ID, i+1, ""
	}
	if err := s.sealThird(ctx, d, all); err != nil {
		return err
	}
	d.LiableName = ""
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("ductdamage: shares: %w", err)
	}
	return nil
}

func operatorsOf(all []Share) []uuid.NullUUID {
	out := make([]uuid.NullUUID, len(all))
	for i, x := range all {
		out[i] = x.OperatorID
	}
	return out
}

// Close ends a damage that was mended for good, for staff with duct:manage, with a report for the companies that were affected. It
// refuses Invalid without words, Conflict "ductdamage.not_repaired" and "ductdamage.no_cause" before that, and what Step refuses
// of the damage.
func (s *Service) Close(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int, words string) error {
	words = strings.TrimSpace(words)
	if err := fault.Fields(said("closing", words, true, 2*wordsMost)); err != nil {
		return err
	}
	return s.change(ctx, actor, access.DuctManage, id, &revision, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		switch {
		case d.State != Repaired:
			return fault.New(fault.Conflict, "ductdamage.not_repaired")
		case d.Cause == "":
			return fault.New(fault.Conflict, "ductdamage.no_cause")
		}
		d.State, d.Closing = Closed, words
		if err := s.happened(ctx, tx, actor, *d, Event{What: Closed, Words: words, Shared: true, At: s.now()}, true); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "close", id, map[string]any{"number": d.Number}))
	})
}
