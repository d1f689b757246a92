package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Role is one role of a city as its administrator sees it.
type Role struct {
	Code        string
	BuiltIn     bool
	Fixed       bool // every resident or everyone of the staff: nothing to give, nothing to change
	Permissions []Permission
	name        i18n.Text
}

// Label is the role's name in l.
func (r Role) Label(l i18n.Locale) string {
	if r.BuiltIn {
		return l.T("role." + r.Code)
	}
	return r.name.In(l)
}

// Label is the permission's sentence in l.
func (p Permission) Label(l i18n.Locale) string { return l.T("perm." + string(p)) }

type roleRow struct {
	bun.BaseModel `bun:"table:access_role,alias:r"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	Code      string     `bun:"code,pk"`
	Name      i18n.Text  `bun:"name,type:jsonb"`
	CreatedAt time.Time  `bun:"created_at"`
	CreatedBy uuid.UUID  `bun:"created_by"`
}

type ruleRow struct {
	bun.BaseModel `bun:"table:access_rule,alias:u"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	Role       string     `bun:"role,pk"`
	Permission Permission `bun:"permission,pk"`
	Granted    bool       `bun:"granted"`
	ChangedAt  time.Time  `bun:"changed_at"`
	ChangedBy  uuid.UUID  `bun:"changed_by"`
}

// fixed are the roles that come with the kind of account.
func fixed(role string) bool {
	return role == string(identity.Resident) || role == string(identity.Staff) || role == string(identity.Partner)
}

// Roles lists the roles of ctx's city with what each may do now: the built-in ones first. The caller has checked
// role:manage or staff:manage.
func (g *Guard) Roles(ctx context.Context) ([]Role, error) {
	var out []Role
	err := tenancy.InTx(ctx, g.db.App, func(ctx context.Context, tx bun.Tx) error {
		city := tenancy.Must(ctx)
		domain, _, err := head(ctx, tx, city)
		if err != nil {
			return err
		}
		p, err := g.read(ctx, tx, domain)
		if err != nil {
			return err
		}
		out, err = g.roles(ctx, tx, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("access: roles: %w", err)
	}
	return out, nil
}

// roles names every role of a city: those with built-in rules there, in the file's order, then its own.
func (g *Guard) roles(ctx context.Context, tx bun.IDB, p *compiled) ([]Role, error) {
	var out []Role
	for _, code := range builtinRoles(p.domain) {
		out = append(out, Role{Code: code, BuiltIn: true, Fixed: fixed(code), Permissions: g.cat.list(p.of(code))})
	}
	var own []roleRow
	err := tx.NewSelect().Model(&own).Column("code", "name").Where("tenant_id = ?", tenancy.Must(ctx)).
		OrderExpr("code").Limit(200).Scan(ctx)
	for _, r := range own {
		out = append(out, Role{Code: r.Code, Permissions: g.cat.list(p.of(r.Code)), name: r.Name})
	}
	return out, err
}

func builtinRoles(domain string) []string {
	var out []string
	for _, l := range builtin() {
		if l.covers(domain) && !slices.Contains(out, l.role) {
			out = append(out, l.role)
		}
	}
	return out
}

// Grantable lists the permissions that a role of ctx's city can hold, in the catalogue's order.
func (g *Guard) Grantable(ctx context.Context) []Permission {
	c, ok := tenancy.CityFrom(ctx)
	platform := ok && c.Kind == tenancy.KindPlatform
	var out []Permission
	for _, d := range g.cat.all {
		if d.grantable(platform) {
			out = append(out, d.Name)
		}
	}
	return out
}

func (d Definition) grantable(platform bool) bool {
	return !d.Resident && !d.Machine && (platform && d.Platform || !platform && d.City)
}
