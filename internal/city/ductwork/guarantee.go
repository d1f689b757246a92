package ductwork

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// What a bank guarantees.
const (
	Execution   = "execution"   // jaminan pelaksanaan: that the works are done and the road is restored
	Maintenance = "maintenance" // jaminan pemeliharaan: that the road lasts until the maintenance period is over
)

// What becomes of a guarantee.
const (
	Returned = "returned"
	Claimed  = "claimed" // the bank is to pay, because the road was not put right
)

// GuaranteeKinds are what a bank guarantees.
func GuaranteeKinds() []string { return []string{Execution, Maintenance} }

// Guarantee is a letter of a bank for works. Who asks for its end and who settles it are two people.
type Guarantee struct {
	bun.BaseModel `bun:"table:duct_work_guarantee,alias:g"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	WorkID     uuid.UUID     `bun:"work_id"`
	Kind       string        `bun:"kind"`
	Bank       string        `bun:"bank"`
	Number     string        `bun:"number"`
	Amount     money.Rupiah  `bun:"amount"`
	ValidUntil time.Time     `bun:"valid_until"` // the last day
	AddedAt    time.Time     `bun:"added_at"`
	AddedBy    uuid.UUID     `bun:"added_by"`
	Asked      string        `bun:"asked"` // empty while it is simply held
	AskedWhy   string        `bun:"asked_why"`
	AskedAt    time.Time     `bun:"asked_at,nullzero"`
	AskedBy    uuid.NullUUID `bun:"asked_by"`
	Settled    string        `bun:"settled"`
	SettledAt  time.Time     `bun:"settled_at,nullzero"`
	SettledBy  uuid.NullUUID `bun:"settled_by"`
}

// Held reports whether the guarantee is neither returned nor claimed.
func (g Guarantee) Held() bool { return g.Settled == "" }

// Ends reports whether a guarantee that is held ends within so many days after today, or has ended.
func (g Guarantee) Ends(today time.Time, days int) bool {
	return g.Held() && !g.ValidUntil.After(today.AddDate(0, 0, days))
}

// Guarantee writes a bank's letter down, for staff with duct:manage, until the works are released or cancelled. It refuses Invalid
// what is missing or cannot be: field "valid_until" a letter that has ended, and "guarantee" one that is on record already; together with
// what whoever asks could not read.
func (s *Service) Guarantee(ctx context.Context, actor identity.Actor, work uuid.UUID, g Guarantee, unread ...fault.Field) (Guarantee, error) {
	if err := s.mayWrite(ctx, actor, uuid.Nil); err != nil {
		return Guarantee{}, err
	}
	g.Bank, g.Number = strings.Join(strings.Fields(g.Bank), " "), strings.TrimSpace(g.Number)
	bad := fault.Also(unread, said(map[string]text{"bank": {g.Bank, 100, true}, "guarantee": {g.Number, 100, true}})...)
	if g.Kind != Execution && g.Kind != Maintenance {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if g.Amount <= 0 {
		bad = fault.Also(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	switch {
	case g.ValidUntil.IsZero():
		bad = fault.Also(bad, fault.Field{Name: "valid_until", Code: "required"})
	case g.ValidUntil.Before(s.Today(ctx)):
		bad = append(bad, fault.Field{Name: "valid_until", Code: "work_over"})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Guarantee{}, err
	}
	g = Guarantee{TenantID: tenancy.Must(ctx), ID: id, WorkID: work, Kind: g.Kind, Bank: g.Bank, Number: g.Number, Amount: g.Amount, ValidUntil: g.ValidUntil, AddedAt: s.now(), AddedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := s.locked(ctx, tx, uuid.Nil, work)
		if err != nil {
			return err
		}
		if w.State == Released || w.State == Cancelled {
			return fault.New(fault.Conflict, "ductwork.wrong_state")
		}
		known, err := tx.NewSelect().Model((*Guarantee)(nil)).Where("g.tenant_id = ? AND g.bank = ? AND g.number = ?", g.TenantID, g.Bank, g.Number).Exists(ctx)
		if err != nil {
			return fmt.Errorf("ductwork: guarantee: %w", err)
		}
		if known {
			bad = fault.Also(bad, fault.Field{Name: "guarantee", Code: "work_guarantee_known"})
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&g).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: guarantee: %w", err)
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.guarantee", work, map[string]any{"number": w.Number, "guarantee": id, "kind": g.Kind, "amount": int64(g.Amount), "valid_until": g.ValidUntil.Format(time.DateOnly)}))
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "duct_work_guarantee_tenant_id_bank_number_key" {
		return Guarantee{}, fault.Fields([]fault.Field{{Name: "guarantee", Code: "work_guarantee_known"}})
	}
	return g, err
}

// AskGuarantee asks for the return or the claim of a guarantee, for staff with duct:manage. Conflict "ductwork.guarantee_asked" for
// one that was asked about or is settled, "ductwork.not_restored" for the return of one for the execution before the road has
// passed its inspection, and "ductwork.upkeep_runs" for one for the maintenance before its period is over; cancelled works hold
// back nothing.
func (s *Service) AskGuarantee(ctx context.Context, actor identity.Actor, work, id uuid.UUID, what, why string) error {
	if err := s.mayWrite(ctx, actor, uuid.Nil); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	bad := said(map[string]text{"why": {why, 500, what == Claimed}})
	if what != Returned && what != Claimed {
		bad = append(bad, fault.Field{Name: "what", Code: "not_an_option"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, g, err := s.guarantee(ctx, tx, work, id)
		switch {
		case err != nil:
			return err
		case g.Asked != "":
			return fault.New(fault.Conflict, "ductwork.guarantee_asked")
		case what == Returned && g.Kind == Execution && w.State != Upkeep && w.State != Cancelled:
			return fault.New(fault.Conflict, "ductwork.not_restored")
		case what == Returned && g.Kind == Maintenance && w.State != Cancelled && (w.State != Upkeep || s.Today(ctx).Before(w.UpkeepUntil)):
			return fault.New(fault.Conflict, "ductwork.guarantee_early")
		}
		g.Asked, g.AskedWhy, g.AskedAt, g.AskedBy = what, why, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		if _, err := tx.NewUpdate().Model(&g).Column("asked", "asked_why", "asked_at", "asked_by").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: ask guarantee: %w", err)
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.guarantee_ask", work, map[string]any{"number": w.Number, "guarantee": id, "asked": what}))
	})
}

// SettleGuarantee answers what was asked about a guarantee, which is what its reader saw, for staff with duct:bill who did not ask
// for it (Forbidden "ductwork.same_person"): approved, it is returned or claimed; refused, it is held as before. Conflict
// "ductwork.guarantee_asked" where that does not wait.
func (s *Service) SettleGuarantee(ctx context.Context, actor identity.Actor, work, id uuid.UUID, what string, approved bool) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctBill); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, g, err := s.guarantee(ctx, tx, work, id)
		switch {
		case err != nil:
			return err
		case g.Asked == "" || g.Asked != what || g.Settled != "":
			return fault.New(fault.Conflict, "ductwork.guarantee_asked")
		case g.AskedBy.UUID == actor.ID:
			return fault.New(fault.Forbidden, "ductwork.same_person")
		}
		if approved {
			g.Settled, g.SettledAt, g.SettledBy = what, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		} else {
			g.Asked, g.AskedWhy, g.AskedAt, g.AskedBy = "", "", time.Time{}, uuid.NullUUID{}
		}
		if _, err := tx.NewUpdate().Model(&g).Column("asked", "asked_why", "asked_at", "asked_by", "settled", "settled_at", "settled_by").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: settle guarantee: %w", err)
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.guarantee_settle", work, map[string]any{"number": w.Number, "guarantee": id, "asked": what, "approved": approved}))
	})
}

// guarantee is one of some works, both to be changed.
func (s *Service) guarantee(ctx context.Context, tx bun.Tx, work, id uuid.UUID) (Work, Guarantee, error) {
	w, err := s.locked(ctx, tx, uuid.Nil, work)
	if err != nil {
		return Work{}, Guarantee{}, err
	}
	var all []Guarantee
	if err := tx.NewSelect().Model(&all).Where("g.tenant_id = ? AND g.id = ? AND g.work_id = ?", tenancy.Must(ctx), id, work).For("UPDATE").Scan(ctx); err != nil {
		return Work{}, Guarantee{}, fmt.Errorf("ductwork: guarantee: %w", err)
	}
	if len(all) == 0 {
		return Work{}, Guarantee{}, fault.New(fault.NotFound, "ductwork.no_guarantee_here")
	}
	return w, all[0], nil
}

// Guarantees are those of some works, the first first; for staff with duct:read and for people of the company whose it is.
func (s *Service) Guarantees(ctx context.Context, actor identity.Actor, company, work uuid.UUID) ([]Guarantee, error) {
	if _, err := s.Work(ctx, actor, company, work); err != nil {
		return nil, err
	}
	var all []Guarantee
	if err := s.d.DB.NewSelect().Model(&all).Where("g.tenant_id = ? AND g.work_id = ?", tenancy.Must(ctx), work).OrderExpr("g.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductwork: guarantees: %w", err)
	}
	return all, nil
}

// Ending is a guarantee that is held and ends soon, with whose it is.
type Ending struct {
	Guarantee  `bun:",extend"`
	WorkNumber string
	OwnerName  string
}

const endingMost = 100

// Ending are the guarantees that are held and end within the city's days, or have ended, the first first. For staff with
// duct:read.
func (s *Service) Ending(ctx context.Context, actor identity.Actor) ([]Ending, error) {
	if err := s.mayRead(ctx, actor, uuid.Nil); err != nil {
		return nil, err
	}
	rule, err := ruleOn(ctx, s.d.DB, s.Today(ctx))
	if err != nil {
		return nil, err
	}
	return endingBy(ctx, s.d.DB, s.Today(ctx).AddDate(0, 0, rule.ExpiryDays))
}

func endingBy(ctx context.Context, db bun.IDB, day time.Time) ([]Ending, error) {
	var all []Ending
	err := db.NewSelect().TableExpr("duct_work_guarantee AS g").ColumnExpr("g.*, w.number AS work_number, w.owner_name").Join("JOIN duct_work AS w ON w.tenant_id = g.tenant_id AND w.id = g.work_id").
		Where("g.tenant_id = ? AND g.settled = '' AND g.valid_until <= ?", tenancy.Must(ctx), day).OrderExpr("g.valid_until, g.id").Limit(endingMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductwork: ending: %w", err)
	}
	return all, nil
}
