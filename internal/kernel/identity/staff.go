package identity

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Member is one of the staff as an administrator sees them.
type Member struct {
	Account
	Roles        []string
	Agency       string
	Areas        []string // to which what they reach is limited; empty is no limit
	SecondFactor bool
}

// StaffFilter narrows a list of staff. After is the last name and id of the page before.
type StaffFilter struct {
	Search    string // part of a name
	Role      string
	Agency    string
	AfterName string
	AfterID   uuid.UUID
	Limit     int // 50 when zero, at most 200
}

// ListStaff lists the staff of ctx's city by name, whatever their status. The caller has checked staff:manage.
func (s *Service) ListStaff(ctx context.Context, f StaffFilter) ([]Member, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var rows []struct {
		accountRow   `bun:",extend"`
		Roles        []string `bun:"roles,array"`
		Agency       string   `bun:"agency"`
		Areas        []string `bun:"areas,array"`
		SecondFactor bool     `bun:"second_factor"`
	}
	q := s.DB.NewSelect().TableExpr("account AS a").
		ColumnExpr("a.id, a.kind, a.status, a.name, a.locale, a.email, a.phone, a.created_at, a.signed_in_at").
		ColumnExpr(`ARRAY(SELECT r.role FROM account_role r
			WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id ORDER BY r.role) AS roles`).
		ColumnExpr(`coalesce((SELECT max(r.agency) FROM account_role r
			WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id), '') AS agency`).
		ColumnExpr(`coalesce((SELECT max(r.areas) FROM account_role r
			WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id), '{}') AS areas`).
		ColumnExpr(`EXISTS (SELECT FROM credential c
			WHERE c.tenant_id = a.tenant_id AND c.account_id = a.id AND c.kind = 'totp') AS second_factor`).
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.kind = ?", Staff).
		OrderExpr("a.name, a.id").Limit(int64(min(f.Limit, 200)))
	if f.Search != "" {
		q = q.Where("strpos(lower(a.name), lower(?)) > 0", f.Search)
	}
	if f.Role != "" || f.Agency != "" {
		q = q.Where(`EXISTS (SELECT FROM account_role r WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id
			AND (? = '' OR r.role = ?) AND (? = '' OR r.agency = ?))`, f.Role, f.Role, f.Agency, f.Agency)
	}
	if f.AfterName != "" {
		q = q.Where("(a.name, a.id) > (?, ?)", f.AfterName, f.AfterID)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("identity: staff: %w", err)
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		a, err := s.open(ctx, r.accountRow)
		if err != nil {
			return nil, err
		}
		out[i] = Member{Account: a, Roles: r.Roles, Agency: r.Agency, Areas: r.Areas, SecondFactor: r.SecondFactor}
	}
	return out, nil
}

// SetRoles replaces what a member of staff is, and where: areas are the codes of the districts and subdistricts to which what
// they reach is limited, none is no limit, and the caller has checked that the city has them. The caller has checked
// staff:manage; SetRoles checks that the actor may hand on every role and area, old and new (Forbidden "access.role_above",
// "access.area_beyond"), and refuses roles that need an agency without one (field "agency", code "agency_needed") and a change
// of the actor's own (Forbidden "identity.not_yourself"), so that a city cannot lock itself out. It takes effect with the
// member's next request.
func (s *Service) SetRoles(ctx context.Context, a Actor, account uuid.UUID, roles []string, agency string, areas ...string) error {
	if len(roles) == 0 {
		return fault.Fields([]fault.Field{{Name: "role", Code: "required"}})
	}
	if err := s.mayGrant(ctx, a, roles...); err != nil {
		return err
	}
	if err := cmp.Or(mayPlace(a, areas), s.placed(ctx, agency, roles...)); err != nil {
		return err
	}
	detail := map[string]any{"roles": roles, "agency": agency}
	if len(areas) > 0 {
		detail["areas"] = areas
	}
	return s.manage(ctx, a, account, "account.roles", detail, func(ctx context.Context, tx bun.Tx, _ accountRow) error {
		return s.putRoles(ctx, tx, a.ID, account, roles, agency, areas)
	})
}

// Deactivate ends an account of staff: its sessions and links stop at once, its past stays. It announces
// event.StaffDeactivated. The caller has checked
// staff:manage; the refusals are those of SetRoles.
func (s *Service) Deactivate(ctx context.Context, a Actor, account uuid.UUID) error {
	return s.manage(ctx, a, account, "account.deactivate", nil, func(ctx context.Context, tx bun.Tx, _ accountRow) error {
		if err := setStatus(ctx, tx, account, StatusDeactivated); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*linkRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("account_id = ?", account).Exec(ctx)
		if err != nil {
			return err
		}
		if err := endAll(ctx, tx, account); err != nil {
			return err
		}
		return event.Publish(ctx, tx, s.Bus, event.StaffDeactivated{AccountID: account, ActorID: a.ID, At: s.now()})
	})
}

// Reactivate lets a deactivated member of staff sign in again, with the roles they had. Conflict
// "identity.not_deactivated" for one who is not deactivated, "plan.limit" where the city's plan has no room; one who never accepted must be invited again.
func (s *Service) Reactivate(ctx context.Context, a Actor, account uuid.UUID) error {
	return s.manage(ctx, a, account, "account.reactivate", nil, func(ctx context.Context, tx bun.Tx, row accountRow) error {
		if row.Status != StatusDeactivated {
			return fault.New(fault.Conflict, "identity.not_deactivated")
		}
		if err := s.room(ctx, tx); err != nil {
			return err
		}
		status := StatusActive
		n, err := tx.NewSelect().Model((*credentialRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("account_id = ?", account).Where("kind = ?", credPassword).Count(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			status = StatusInvited
		}
		return setStatus(ctx, tx, account, status)
	})
}

// manage runs an administrator's act on another member of staff, in one transaction with its audit entry. The actor
// must be able to hand on every role and area the member holds: nobody rules over those above them.
func (s *Service) manage(ctx context.Context, a Actor, account uuid.UUID, action string, detail map[string]any,
	fn func(ctx context.Context, tx bun.Tx, row accountRow) error,
) error {
	if account == a.ID {
		return fault.New(fault.Forbidden, "identity.not_yourself")
	}
	held, err := rolesOf(ctx, s.DB, account)
	if err != nil {
		return fmt.Errorf("identity: %s: %w", action, err)
	}
	if err := s.mayGrant(ctx, a, held...); err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		var row accountRow
		err := tx.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", account).
			Where("kind = ?", Staff).For("UPDATE").Scan(ctx)
		if err != nil {
			return orMissing(err)
		}
		areas, err := areasOf(ctx, tx, account)
		if err = cmp.Or(err, mayPlace(a, areas)); err != nil {
			return err
		}
		if err := fn(ctx, tx, row); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by(a, action, account, detail))
	})
	if err != nil {
		return fmt.Errorf("identity: %s: %w", action, err)
	}
	return nil
}

// IsActive reports whether an account of ctx's city may sign in, as db sees it; false for one that does not exist.
func IsActive(ctx context.Context, db bun.IDB, account uuid.UUID) (bool, error) {
	ok, err := db.NewSelect().Model((*accountRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("id = ?", account).Where("status = ?", StatusActive).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("identity: status: %w", err)
	}
	return ok, nil
}

func setStatus(ctx context.Context, tx bun.IDB, account uuid.UUID, status string) error {
	_, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("status = ?", status).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", account).Exec(ctx)
	return err
}
