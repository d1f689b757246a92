package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

type roleRow struct {
	bun.BaseModel `bun:"table:account_role,alias:r"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	AccountID uuid.UUID     `bun:"account_id,pk"`
	Role      string        `bun:"role,pk"`
	Agency    string        `bun:"agency"`
	Areas     []string      `bun:"areas,array"`
	GrantedAt time.Time     `bun:"granted_at"`
	GrantedBy uuid.NullUUID `bun:"granted_by"`
}

// putRoles replaces the roles of an account. All of them are held in one agency and its areas: an officer of one who heads
// another would otherwise be head of both.
func (s *Service) putRoles(ctx context.Context, tx bun.IDB, by, account uuid.UUID, roles []string, agency string, areas []string) error {
	if areas == nil {
		areas = []string{}
	}
	_, err := tx.NewDelete().Model((*roleRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", account).Exec(ctx)
	if err != nil || len(roles) == 0 {
		return err
	}
	rows := make([]roleRow, len(roles))
	for i, r := range roles {
		rows[i] = roleRow{
			TenantID: tenancy.Must(ctx), AccountID: account, Role: r, Agency: agency, Areas: areas, GrantedAt: s.now(),
			GrantedBy: uuid.NullUUID{UUID: by, Valid: by != uuid.Nil},
		}
	}
	_, err = tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

func rolesOf(ctx context.Context, db bun.IDB, account uuid.UUID) ([]string, error) {
	var roles []string
	err := db.NewRaw(`SELECT role FROM account_role WHERE tenant_id = ? AND account_id = ? ORDER BY role`,
		tenancy.Must(ctx), account).Scan(ctx, &roles)
	return roles, err
}

// mayPlace refuses Forbidden "access.area_beyond" to limit somebody to these areas, or to none, to who is limited to others: the
// code of a subdistrict begins with that of its district.
func mayPlace(a Actor, areas []string) error {
	within := func(area string) bool {
		return slices.ContainsFunc(a.Areas, func(own string) bool { return area == own || strings.HasPrefix(area, own+".") })
	}
	if len(a.Areas) == 0 || len(areas) > 0 && !slices.ContainsFunc(areas, func(area string) bool { return !within(area) }) {
		return nil
	}
	return fault.New(fault.Forbidden, "access.area_beyond")
}

// areasOf returns the areas to which an account is limited.
func areasOf(ctx context.Context, db bun.IDB, account uuid.UUID) ([]string, error) {
	var rows []roleRow
	err := db.NewSelect().Model(&rows).Column("areas").Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", account).Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].Areas, nil
}

// ActorFor returns a member of staff or a resident as they would act with a full session, for an administrator who asks
// what that person may do. It is not proof of anybody's presence.
func (s *Service) ActorFor(ctx context.Context, id uuid.UUID) (Actor, error) {
	a, err := s.Account(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	out := Actor{
		ID: a.ID, TenantID: tenancy.Must(ctx), Kind: a.Kind, Name: a.Name, Email: a.Email, Phone: a.Phone,
		Locale: a.Locale, TOTP: a.Kind == Staff,
	}
	if a.Kind == Resident {
		out.Roles = []string{RoleResident}
		return out, nil
	}
	var rows []roleRow
	err = s.DB.NewSelect().Model(&rows).Column("role", "agency", "areas").Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", id).OrderExpr("role").Scan(ctx)
	if err != nil {
		return Actor{}, fmt.Errorf("identity: roles: %w", err)
	}
	for _, r := range rows {
		out.Roles = append(out.Roles, r.Role)
		out.Agency = max(out.Agency, r.Agency)
		out.Areas = r.Areas
	}
	return out, nil
}

// CountHolders returns how many accounts hold a role, whatever their status; for package access, which refuses to
// delete a role that somebody has.
func CountHolders(ctx context.Context, db bun.IDB, role string) (int, error) {
	n, err := db.NewSelect().Model((*roleRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("role = ?", role).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("identity: holders of a role: %w", err)
	}
	return int(n), nil
}
