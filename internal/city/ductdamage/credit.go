package ductdamage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Credit is what is let off a lease for a damage: asked for by one person, decided by another.
type Credit struct {
	bun.BaseModel `bun:"table:duct_damage_credit,alias:c"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	DamageID   uuid.UUID     `bun:"damage_id,pk"`
	LeaseID    uuid.UUID     `bun:"lease_id,pk"`
	ID         uuid.UUID     `bun:"id"`
	OperatorID uuid.UUID     `bun:"operator_id"`
	Month      time.Time     `bun:"month"` // of which the fee is let off
	Fee        money.Rupiah  `bun:"fee"`
	Hours      int64         `bun:"hours"` // full ones after the promised restore
	Share      int64         `bun:"share"` // of the fee of the units that were out, in hundredths of a percent
	Units      int           `bun:"units"`
	OfUnits    int           `bun:"of_units"`
	Amount     money.Rupiah  `bun:"amount"`
	AskedAt    time.Time     `bun:"asked_at"`
	AskedBy    uuid.UUID     `bun:"asked_by"`
	DecidedAt  time.Time     `bun:"decided_at,nullzero"`
	DecidedBy  uuid.NullUUID `bun:"decided_by"`
	Approved   *bool         `bun:"approved"`
	Lease      string        `bun:"lease,scanonly"` // its number
	Operator   string        `bun:"operator,scanonly"`
	Taken      money.Rupiah  `bun:"-"` // off invoices by now
}

// Credits are what is let off for a damage, by operator and lease. For staff with duct:read.
func (s *Service) Credits(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Credit, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.credits(ctx, id, uuid.Nil)
}

// CreditsOf are those of the actor's company that were approved.
func (s *Service) CreditsOf(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Credit, error) {
	self, err := s.d.Companies.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	all, err := s.credits(ctx, id, self.Company.ID)
	return slices.DeleteFunc(all, func(c Credit) bool { return c.Approved == nil || !*c.Approved }), err
}

// credits are what is let off for a damage, to one company or to all.
func (s *Service) credits(ctx context.Context, id, company uuid.UUID) ([]Credit, error) {
	var all []Credit
	q := s.d.DB.NewSelect().Model(&all).ColumnExpr("c.*, l.number AS lease, o.name AS operator").Join("JOIN duct_lease AS l ON l.tenant_id = c.tenant_id AND l.id = c.lease_id").
		Join("JOIN duct_operator AS o ON o.tenant_id = c.tenant_id AND o.id = c.operator_id").Where("c.tenant_id = ? AND c.damage_id = ?", tenancy.Must(ctx), id).OrderExpr("o.name, l.number")
	if company != uuid.Nil {
		q = q.Where("c.operator_id = ?", company)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductdamage: credits: %w", err)
	}
	ids := make([]uuid.UUID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	taken, err := s.d.Book.Taken(ctx, ids)
	for i := range all {
		all[i].Taken = taken[all[i].ID]
	}
	return all, err
}

// AskCredits works out what is let off for a damage and asks somebody else to decide, for staff with duct:bill: for each lease that was
// hit by the rules of its day, but not to an operator that has to answer for the damage itself. Asked again, what was not approved is
// worked out anew. It refuses Conflict "ductdamage.no_rules" where none held, "ductdamage.not_restored" and
// "ductdamage.no_cause" before that, "ductdamage.no_credit" where nothing is let off, and what ductbill.MonthFees refuses.
func (s *Service) AskCredits(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.credit(ctx, actor, id, func(ctx context.Context, tx bun.Tx, d Damage) error {
		rules, ok, err := s.PolicyOf(ctx, d)
		switch {
		case err != nil:
			return err
		case !ok:
			return fault.New(fault.Conflict, "ductdamage.no_rules")
		case d.RestoredAt.IsZero():
			return fault.New(fault.Conflict, "ductdamage.not_restored")
		case d.Cause == "":
			return fault.New(fault.Conflict, "ductdamage.no_cause")
		case slices.Contains(rules.Restitution.NoneFor, d.Liable):
			return fault.New(fault.Conflict, "ductdamage.no_credit")
		}
		all, err := s.workOut(ctx, tx, actor, d, rules)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.New(fault.Conflict, "ductdamage.no_credit")
		}
		_, err = tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, damage_id, lease_id) DO UPDATE").
			Set("fee = EXCLUDED.fee, hours = EXCLUDED.hours, share = EXCLUDED.share, units = EXCLUDED.units, of_units = EXCLUDED.of_units, amount = EXCLUDED.amount, asked_at = EXCLUDED.asked_at, asked_by = EXCLUDED.asked_by, decided_at = NULL, decided_by = NULL, approved = NULL").Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: credits: %w", err)
		}
		var sum money.Rupiah
		for _, c := range all {
			sum += c.Amount
		}
		if err := s.happened(ctx, tx, actor, d, Event{What: "credit_asked", At: s.now(), Detail: map[string]any{"credits": len(all)}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "credit_ask", id, map[string]any{"number": d.Number, "credits": len(all), "amount": int64(sum)}))
	})
}

// workOut is what is let off each lease that was hit and was not approved already; nothing is left out.
func (s *Service) workOut(ctx context.Context, tx bun.Tx, actor identity.Actor, d Damage, rules Policy) ([]Credit, error) {
	var hit []struct {
		LeaseID, OperatorID uuid.UUID
		Units, OfUnits      int
		Given               money.Rupiah
	}
	month := s.day(ctx, d.ReportedAt)
	month = month.AddDate(0, 0, 1-month.Day())
	err := tx.NewRaw(`SELECT x.lease_id, x.operator_id, x.units, x.of_units, (SELECT coalesce(sum(c.amount), 0)::bigint FROM duct_damage_credit c
			WHERE c.tenant_id = x.tenant_id AND c.lease_id = x.lease_id AND c.month = ?2::date AND c.damage_id <> x.damage_id AND c.approved IS NOT FALSE) AS given
		FROM duct_damage_lease x LEFT JOIN duct_damage_credit was ON was.tenant_id = x.tenant_id AND was.damage_id = x.damage_id AND was.lease_id = x.lease_id
		WHERE x.tenant_id = ?0 AND x.damage_id = ?1 AND was.approved IS NOT TRUE ORDER BY x.lease_id`, d.TenantID, d.ID, month.Format(time.DateOnly)).Scan(ctx, &hit)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: credits: %w", err)
	}
	var promised []Clock
	if err := tx.NewSelect().Model(&promised).Where("k.tenant_id = ? AND k.damage_id = ? AND k.clock = ?", d.TenantID, d.ID, ToRestore).Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductdamage: credits: %w", err)
	}
	if len(promised) == 0 || len(hit) == 0 {
		return nil, nil
	}
	leases := make([]uuid.UUID, len(hit))
	for i, x := range hit {
		leases[i] = x.LeaseID
	}
	fees, err := s.d.Book.MonthFees(ctx, tx, month, leases)
	if err != nil {
		return nil, err
	}
	var out []Credit
	for _, x := range hit {
		if d.Liable == ByOperator && d.LiableOperator.UUID == x.OperatorID {
			continue
		}
		let, err := rules.Restitution.Let(Outage{Fee: fees[x.LeaseID], Out: x.Units, Of: x.OfUnits, Late: d.RestoredAt.Sub(promised[0].DueAt), Given: x.Given})
		if err != nil {
			return nil, err
		}
		if let.Amount == 0 {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		out = append(out, Credit{TenantID: d.TenantID, DamageID: d.ID, LeaseID: x.LeaseID, ID: id, OperatorID: x.OperatorID, Month: month, Fee: fees[x.LeaseID], Hours: let.Hours, Share: let.Share, Units: x.Units, OfUnits: x.OfUnits,
			Amount: let.Amount, AskedAt: s.now(), AskedBy: actor.ID})
	}
	return out, nil
}

// DecideCredits approves or refuses what somebody else has asked to let off for a damage, for staff with duct:bill. Approved, it is taken
// off the next invoices of each lease. It refuses Conflict "ductdamage.nothing_asked", and Forbidden "ductdamage.own_request" to who
// has asked.
func (s *Service) DecideCredits(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) error {
	return s.credit(ctx, actor, id, func(ctx context.Context, tx bun.Tx, d Damage) error {
		var all []Credit
		err := tx.NewSelect().Model(&all).ColumnExpr("c.*, l.number AS lease").Join("JOIN duct_lease AS l ON l.tenant_id = c.tenant_id AND l.id = c.lease_id").
			Where("c.tenant_id = ? AND c.damage_id = ? AND c.approved IS NULL", d.TenantID, id).OrderExpr("c.lease_id").For("UPDATE OF c").Scan(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: credits: %w", err)
		}
		if len(all) == 0 {
			return fault.New(fault.Conflict, "ductdamage.nothing_asked")
		}
		var sum money.Rupiah
		for _, c := range all {
			if c.AskedBy == actor.ID {
				return fault.New(fault.Forbidden, "ductdamage.own_request")
			}
			sum += c.Amount
			if approve {
				if err := s.d.Book.Give(ctx, tx, c.given(d)); err != nil {
					return err
				}
			}
		}
		if _, err := tx.NewRaw("UPDATE duct_damage_credit SET decided_at = ?, decided_by = ?, approved = ? WHERE tenant_id = ? AND damage_id = ? AND approved IS NULL", s.now(), actor.ID, approve, d.TenantID, id).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: credits: %w", err)
		}
		what := map[bool]string{true: "credit_approved", false: "credit_refused"}[approve]
		if err := s.happened(ctx, tx, actor, d, Event{What: what, At: s.now(), Detail: map[string]any{"credits": len(all)}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "credit_decide", id, map[string]any{"number": d.Number, "credits": len(all), "amount": int64(sum), "approved": approve}))
	})
}

// given is a credit as the book takes it off, with its working.
func (c Credit) given(d Damage) ductbill.Credit {
	out := ductbill.Credit{ID: c.ID, OperatorID: c.OperatorID, LeaseID: c.LeaseID, Amount: c.Amount, Name: i18n.Text{}, Working: i18n.Text{}, Source: map[string]any{"kind": "restitution", "damage": d.ID, "number": d.Number}}
	for _, l := range i18n.All() {
		out.Name[l] = l.T("damage.credit_line", "lease", c.Lease, "number", d.Number)
		out.Working[l] = c.Working(l)
	}
	return out
}

// Working is how a credit was worked out.
func (c Credit) Working(l i18n.Locale) string {
	return l.T("damage.credit_working", "fee", c.Fee, "month", l.Month(c.Month), "units", c.Units, "of", c.OfUnits, "hours", l.Number(c.Hours), "share", ducttariff.Percent(l, int(c.Share)), "amount", c.Amount)
}

// credit acts on what is let off for a damage, by staff with duct:bill, also once it is closed; one that was dismissed was none. Two
// who do so for one city wait for each other, so that no fee is let off twice.
func (s *Service) credit(ctx context.Context, actor identity.Actor, id uuid.UUID, fn func(context.Context, bun.Tx, Damage) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctBill); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "duct credits of "+tenancy.Must(ctx).String()).Exec(ctx); err != nil {
			return err
		}
		d, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.State == Dismissed {
			return fault.New(fault.Conflict, "ductdamage.over")
		}
		return fn(ctx, tx, d)
	})
}

// creditsStand refuses Conflict "ductdamage.credited" where something is let off, or asked to be, that is not for another who has to answer: one
// for whom nothing is let off at all, or an operator whose own lease it is. What others are then let off too is asked for as before.
func (s *Service) creditsStand(ctx context.Context, tx bun.Tx, d Damage, liable string, of uuid.UUID) error {
	rules, _, err := s.PolicyOf(ctx, d)
	if err != nil {
		return err
	}
	q := tx.NewSelect().Model((*Credit)(nil)).Where("c.tenant_id = ? AND c.damage_id = ? AND c.approved IS NOT FALSE", d.TenantID, d.ID)
	if !slices.Contains(rules.Restitution.NoneFor, liable) {
		if liable != ByOperator {
			return nil
		}
		q = q.Where("c.operator_id = ?", of)
	}
	some, err := q.Exists(ctx)
	if err != nil {
		return fmt.Errorf("ductdamage: credits: %w", err)
	}
	if some {
		return fault.New(fault.Conflict, "ductdamage.credited")
	}
	return nil
}
