package revenue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Claim is what is owed to the city: a dividend that the general meeting decided, rent, a share.
type Claim struct {
	bun.BaseModel `bun:"table:revenue_claim,alias:c"`

	TenantID  tenancy.ID   `bun:"tenant_id,pk"`
	ID        uuid.UUID    `bun:"id,pk"`
	Code      string       `bun:"code"`
	Payer     string       `bun:"payer"`
	Basis     string       `bun:"basis"`
	DecidedOn time.Time    `bun:"decided_on"`
	DueOn     time.Time    `bun:"due_on"`
	Amount    money.Rupiah `bun:"amount"`
	MadeAt    time.Time    `bun:"made_at"`
	MadeBy    uuid.UUID    `bun:"made_by"`
	LegalNote string       `bun:"legal_note"` // by which rent of land is owed that no rent in the list is

	LandRentID  uuid.NullUUID `bun:"land_rent_id"` // of rent of land: which, and for which days
	CoversFrom  time.Time     `bun:"covers_from,nullzero"`
	CoversUntil time.Time     `bun:"covers_until,nullzero"` // the first day that it is not for

	UndoneOn  time.Time     `bun:"undone_on,nullzero"` // the first day on which it is not owed, because it was recorded wrongly
	UndoneAt  time.Time     `bun:"undone_at,nullzero"`
	UndoneBy  uuid.NullUUID `bun:"undone_by"`
	UndoneWhy string        `bun:"undone_why,nullzero"`
}

// told is what the audit trail says of a claim.
func (c Claim) told() map[string]any {
	out := map[string]any{"code": c.Code, "amount": int64(c.Amount), "due_on": c.DueOn.Format(time.DateOnly), "basis": c.Basis}
	if c.LegalNote != "" {
		out["legal_note"] = c.LegalNote
	}
	if c.LandRentID.Valid {
		out["land_rent"] = c.LandRentID.UUID
	}
	return out
}

// AddClaim keeps what is owed to the city, perhaps for days of a rent of land, which then are neither claimed again nor expected besides. It
// needs revenue:manage. It refuses Invalid for what is missing or cannot be, for days (field "covers_from") that are not owed, are claimed, or
// on which no duct lies any more, and, under the account of the rent of land, for what is neither of an approved rent nor has a legal note
// (field "legal_note"; Permendagri 19/2016 jo. 7/2024 Pasal 128B), and what was claimed in the very same words before (field "basis"); together with what whoever asks could not read.
func (s *Service) AddClaim(ctx context.Context, actor identity.Actor, c Claim, unread ...fault.Field) (Claim, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return c, err
	}
	c.Payer, c.Basis, c.LegalNote, c.DecidedOn, c.DueOn = strings.TrimSpace(c.Payer), strings.TrimSpace(c.Basis), strings.TrimSpace(c.LegalNote), duct.DayOf(c.DecidedOn), duct.DayOf(c.DueOn)
	bad := fault.Also(unread, slices.Concat(said("payer", c.Payer), said("basis", c.Basis))...)
	add := func(name, code string) { bad = fault.Also(bad, fault.Field{Name: name, Code: code}) }
	if c.Amount <= 0 {
		add("amount", "amount_positive")
	}
	if c.DecidedOn.IsZero() {
		add("decided_on", "required")
	}
	if c.DueOn.IsZero() {
		add("due_on", "required")
	} else if c.DueOn.Before(c.DecidedOn) {
		add("due_on", "revenue_due")
	}
	if c.CoversFrom, c.CoversUntil = duct.DayOf(c.CoversFrom), duct.DayOf(c.CoversUntil); !c.LandRentID.Valid {
		c.CoversFrom, c.CoversUntil = time.Time{}, time.Time{}
	} else {
		for _, x := range []struct {
			name string
			day  time.Time
		}{{"covers_from", c.CoversFrom}, {"covers_until", c.CoversUntil}} {
			if x.day.IsZero() {
				add(x.name, "required")
			}
		}
		if !c.CoversUntil.After(c.CoversFrom) {
			add("covers_until", "not_after")
		}
	}
	more, err := s.account(ctx, c.Code, c.DueOn, "due_on")
	if err != nil {
		return c, err
	}
	ground, err := s.grounded(ctx, c)
	if err != nil {
		return c, err
	}
	bad = fault.Also(bad, slices.Concat(more, ground)...)
	if c.ID, err = uuid.NewV7(); err != nil {
		return c, err
	}
	c.TenantID, c.MadeAt, c.MadeBy = tenancy.Must(ctx), s.now(), actor.ID
	return c, s.act(ctx, actor, "revenue.claim", "revenue_claim", c.ID, c.told(), func(ctx context.Context, tx bun.Tx) error {
		if err := ducttariff.LandTurn(ctx, tx); err != nil { // of two at once the second sees the first
			return err
		}
		taken, err := covers(ctx, tx, c)
		if err != nil {
			return err
		}
		twice, err := kept(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := fault.Fields(fault.Also(bad, slices.Concat(twice, taken)...)); err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&c).Exec(ctx)
		return err
	})
}

// kept names a claim that says the very same as one before it: the form was sent twice.
func kept(ctx context.Context, tx bun.Tx, c Claim) ([]fault.Field, error) {
	if c.LandRentID.Valid || c.DueOn.IsZero() || c.DecidedOn.IsZero() {
		return nil, nil // no day of a rent is claimed twice as it is; without a day it is refused for that
	}
	is, err := tx.NewSelect().Model((*Claim)(nil)).Where("c.tenant_id = ? AND c.land_rent_id IS NULL AND c.undone_on IS NULL AND c.due_on = ? AND c.decided_on = ? AND c.code = ? AND c.payer = ? AND c.basis = ? AND c.amount = ?", c.TenantID,
		c.DueOn.Format(time.DateOnly), c.DecidedOn.Format(time.DateOnly), c.Code, c.Payer, c.Basis, c.Amount).Exists(ctx)
	if !is || err != nil {
		return nil, err
	}
	return []fault.Field{{Name: "basis", Code: "revenue_twice"}}, nil
}

// UndoClaim takes back what was recorded wrongly as owed to the city, with the reason. From today on it is not owed; days of a rent of land that it
// was for are claimed anew as far as they are owed. It needs revenue:manage. It refuses Invalid without a reason or for a claim that there is not (field
// "claim"), Conflict "revenue.claim_undone" for one that was taken back, and "revenue.claim_paid" while something of it is paid; together with what
// whoever asks could not read.
func (s *Service) UndoClaim(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string, unread ...fault.Field) error {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := fault.Fields(fault.Also(unread, said("reason", reason)...)); err != nil {
		return err
	}
	return s.act(ctx, actor, "revenue.undo_claim", "revenue_claim", id, map[string]any{"reason": reason}, func(ctx context.Context, tx bun.Tx) error {
		if err := ducttariff.LandTurn(ctx, tx); err != nil {
			return err
		}
		if err := claimTurn(ctx, tx, id); err != nil {
			return err
		}
		var all []struct {
			UndoneOn time.Time `bun:"undone_on,nullzero"`
			Received money.Rupiah
		}
		err := tx.NewRaw("SELECT c.undone_on, (SELECT coalesce(sum(r.amount), 0) FROM revenue_receipt r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id)::bigint AS received FROM revenue_claim c WHERE c.tenant_id = ? AND c.id = ?",
			tenancy.Must(ctx), id).Scan(ctx, &all)
		switch {
		case err != nil:
			return err
		case len(all) == 0:
			return fault.Fields([]fault.Field{{Name: "claim", Code: "not_an_option"}})
		case !all[0].UndoneOn.IsZero():
			return fault.New(fault.Conflict, "revenue.claim_undone")
		case all[0].Received != 0:
			return fault.New(fault.Conflict, "revenue.claim_paid", "amount", all[0].Received)
		}
		_, err = tx.NewRaw("UPDATE revenue_claim SET undone_on = ?, undone_at = ?, undone_by = ?, undone_why = ? WHERE tenant_id = ? AND id = ?",
			s.today(ctx).Format(time.DateOnly), s.now(), actor.ID, reason, tenancy.Must(ctx), id).Exec(ctx)
		return err
	})
}

// claimTurn waits for its turn with what is paid of a claim: two that find the same open would both take it.
func claimTurn(ctx context.Context, tx bun.Tx, id uuid.UUID) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "claim "+id.String()).Exec(ctx)
	return err
}

// Owed is a claim with what came in of it.
type Owed struct {
	Claim    `bun:",extend"`
	Received money.Rupiah
}

// Open is what is still to come; nothing of what was taken back.
func (o Owed) Open() money.Rupiah {
	if !o.UndoneOn.IsZero() {
		return 0
	}
	return o.Amount - o.Received
}

// Claims lists what is or was owed to the city: what is open by the day that it is due, the longest overdue first, then what was paid or taken back, the latest first; ListMost and one at most. It needs revenue:read.
func (s *Service) Claims(ctx context.Context, actor identity.Actor) ([]Owed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return nil, err
	}
	var all []Owed
	err := s.d.DB.App.NewSelect().TableExpr("revenue_claim AS c").ColumnExpr("c.*, (SELECT coalesce(sum(r.amount), 0)::bigint FROM revenue_receipt AS r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id) AS received").
		Where("c.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("CASE WHEN c.undone_on IS NULL AND c.amount > (SELECT coalesce(sum(r.amount), 0) FROM revenue_receipt AS r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id) THEN c.due_on END, c.due_on DESC, c.id DESC").Limit(ListMost+1).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("revenue: claims: %w", err)
	}
	return all, nil
}
