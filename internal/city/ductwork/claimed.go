package ductwork

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Claimed says whether a permit names a company that nobody has confirmed or denied yet.
func (w Work) Claimed() bool {
	return w.MayOperator.Valid && w.PermitEndedAt.IsZero() && slices.Contains(claimable, w.State)
}

// unclaim forgets whom a permit names, once it is said whose the works are, or they have another permit.
func (w *Work) unclaim() { w.MayOperator, w.MayBe = uuid.NullUUID{}, uuid.NullUUID{} }

// claimable are the states of works of which staff say whether they are a company's.
var claimable = []string{Permitted, Running, Reinstating, Upkeep}

// Claim is what staff have to confirm of the permit of works.
type Claim struct {
	Name   string        // of the company whose number its applicant typed
	PlanID uuid.NullUUID `bun:"plan_id"` // what that company had planned there and plans still, and could take the permit
	Plan   string        // its number
}

// Claimed is what the permit of works claims; false where nobody has to confirm it. For staff with duct:read.
func (s *Service) Claimed(ctx context.Context, actor identity.Actor, w Work) (k Claim, ok bool, err error) {
	if err := s.mayRead(ctx, actor, uuid.Nil); err != nil || !w.Claimed() {
		return k, false, err
	}
	err = s.d.DB.NewRaw(`SELECT o.name, p.id AS plan_id, coalesce(p.number, '') AS plan FROM duct_operator o
			LEFT JOIN duct_work p ON p.tenant_id = o.tenant_id AND p.id = ?2 AND p.state = ?3 AND p.operator_id = o.id
		WHERE o.tenant_id = ?0 AND o.id = ?1`, tenancy.Must(ctx), w.MayOperator, w.MayBe, map[bool]string{true: Planned}[w.State == Permitted]).Scan(ctx, &k)
	if err != nil {
		return k, false, fmt.Errorf("ductwork: permit: %w", err)
	}
	return k, true, nil
}

// MayBe are the works of permits that may be for planned ones, the first first: their applicants typed the number of the company. For staff with
// duct:read, and for people of the company whose the planned ones are.
func (s *Service) MayBe(ctx context.Context, actor identity.Actor, company, id uuid.UUID) ([]Work, error) {
	w, err := s.Work(ctx, actor, company, id)
	if err != nil || w.State != Planned {
		return nil, err
	}
	var all []Work
	err = s.d.DB.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.may_be = ? AND w.may_operator = ? AND w.permit_ended_at IS NULL AND w.state IN (?)", tenancy.Must(ctx), id, w.OperatorID, bun.List(claimable)).OrderExpr("w.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductwork: permit: %w", err)
	}
	return all, nil
}

// ConfirmPermit says of works that a permit has opened whether they are of the company that its applicant named, for staff with duct:manage. Where
// they are, and that company still plans them, what it has planned takes the permit, its days and its place, the guarantees that are held, visits, files
// and other companies' wishes to join, which the company reads from then on, and the works that the permit had opened are given up; else they are the
// company's from then on. Where they are not, they only bear its name no longer, because the calendar tells everybody whose they are. It refuses Conflict
// "ductwork.wrong_state" where nobody has to say so (any more), "ductwork.permit_ended" a permit that was withdrawn, and "ductwork.changed" works that
// are others since revision was read, such as by a permit that names another company.
func (s *Service) ConfirmPermit(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int, theirs bool) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		w, err := s.locked(ctx, tx, uuid.Nil, id)
		switch {
		case err != nil:
			return err
		case w.MayOperator.Valid && !w.PermitEndedAt.IsZero():
			return fault.New(fault.Conflict, "ductwork.permit_ended")
		case !w.Claimed():
			return fault.New(fault.Conflict, "ductwork.wrong_state")
		case w.Revision != revision:
			return fault.New(fault.Conflict, "ductwork.changed")
		}
		company, planned := w.MayOperator, Work{}
		if theirs && w.MayBe.Valid && w.State == Permitted {
			if planned, err = s.locked(ctx, tx, uuid.Nil, w.MayBe.UUID); err != nil {
				return err
			}
		}
		w.unclaim()
		w.UpdatedAt = s.now()
		w.Revision++
		detail := map[string]any{"number": w.Number, "permit": w.Permit, "operator": company.UUID, "theirs": theirs}
		var name string
		if err := tx.NewRaw("SELECT name FROM duct_operator WHERE tenant_id = ? AND id = ?", w.TenantID, company.UUID).Scan(ctx, &name); err != nil {
			return fmt.Errorf("ductwork: permit: %w", err)
		}
		switch {
		case !theirs:
			if strings.EqualFold(w.OwnerName, name) {
				w.OwnerName = i18n.ID.T("work.owner_unknown")
			}
		case planned.State == Planned && planned.OperatorID == company: // staff may have said since that another plans it
			detail["works"] = planned.Number
			return s.handOver(ctx, tx, actor, w, planned, detail)
		default:
			w.Owner, w.OperatorID, w.OwnerName = ByOperator, company, name
		}
		if _, err := tx.NewUpdate().Model(&w).Column("owner", "operator_id", "owner_name", "may_operator", "may_be", "revision", "updated_at").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: permit: %w", err)
		}
		return s.noted(ctx, tx, actor, w, "ductwork.permit_whose", detail)
	})
}

// unsaid reports whether nobody has said yet whose works are that a permit has opened, or that one has named a company for, and whether staff have said
// that they are not of the company that a new one names. Works that named nobody and works that staff have denied a company look the same; the record tells.
func (s *Service) unsaid(ctx context.Context, tx bun.Tx, w Work, p permit) (asks, denied bool, err error) {
	if w.OperatorID.Valid {
		return false, false, nil
	}
	var company string
	if len(p.operators) == 1 {
		company = p.operators[0].String()
	}
	err = tx.NewRaw(`SELECT coalesce(bool_or(e.action = 'ductwork.plan' AND e.actor_kind = ?2), false), coalesce(bool_or(e.action = 'ductwork.permit_whose' AND e.detail ->> 'operator' = ?3 AND e.detail ->> 'theirs' = 'false'), false)
		FROM audit_entry e WHERE e.tenant_id = ?0 AND e.object = 'duct_work' AND e.object_id = ?1`, w.TenantID, w.ID, audit.System, company).Scan(ctx, &asks, &denied)
	if err != nil {
		return false, false, fmt.Errorf("ductwork: permit: %w", err)
	}
	return w.MayOperator.Valid || asks && w.Owner == ByUtility, denied, nil
}

// moved has all that belongs to a permit go along with it from works ?2 to the works ?0 of company ?3: what banks guarantee still, what was seen, files but
// those of guarantees that are settled, and who would lay theirs there too and has not said so of the latter.
var moved = []string{
	"UPDATE duct_work_guarantee SET work_id = ?0 WHERE tenant_id = ?1 AND work_id = ?2 AND settled = ''",
	"UPDATE duct_work_visit SET work_id = ?0 WHERE tenant_id = ?1 AND work_id = ?2",
	"UPDATE duct_work_paper x SET work_id = ?0 WHERE tenant_id = ?1 AND work_id = ?2 AND NOT EXISTS (SELECT FROM duct_work_guarantee g WHERE g.tenant_id = ?1 AND g.work_id = ?2 AND g.id = x.of_id)",
	"UPDATE duct_work_join x SET work_id = ?0 WHERE tenant_id = ?1 AND work_id = ?2 AND operator_id <> ?3 AND NOT EXISTS (SELECT FROM duct_work_join j WHERE j.tenant_id = ?1 AND j.work_id = ?0 AND j.operator_id = x.operator_id)",
}

// handOver gives the permit of works that it had opened to those that were planned, with all that belongs to it, and gives up the former.
func (s *Service) handOver(ctx context.Context, tx bun.Tx, actor identity.Actor, w, planned Work, detail map[string]any) error {
	p := permit{number: w.Permit, by: w.PermitBy, application: w.Application, day: w.PermitDay, from: w.From, to: w.To}
	p.document.ID = w.DocumentID.UUID
	var shape string
	if err := tx.NewRaw("SELECT place::text FROM duct_work WHERE tenant_id = ? AND id = ?", w.TenantID, w.ID).Scan(ctx, &shape); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	w.State, w.Why, w.DocumentID = Cancelled, i18n.ID.T("work.permit_moved", "number", planned.Number), uuid.NullUUID{}
	if _, err := tx.NewUpdate().Model(&w).Column("state", "why", "document_id", "may_operator", "may_be", "revision", "updated_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	for _, q := range moved {
		if _, err := tx.NewRaw(q, planned.ID, w.TenantID, w.ID, planned.OperatorID).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: permit: %w", err)
		}
	}
	if err := s.noted(ctx, tx, actor, w, "ductwork.permit_whose", detail); err != nil {
		return err
	}
	return s.give(ctx, tx, actor, planned, p, shape)
}
