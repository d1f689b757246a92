package access

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// SetPermissions makes each list of perms what its role may do in ctx's city, all of them or none, from now on and in
// every process within two seconds. Roles that are not named stay as they are. It needs role:manage. It refuses the
// roles that everyone has ("access.role_fixed"), roles that do not exist ("access.role_unknown"), permissions that
// cannot be held here (field "permissions"), power over others that the actor does not hold ("access.role_above"), a
// change that would take the actor's own right to make such changes ("access.own_right"), and one that would give power
// over people's matters to a role of the actor's own (Conflict "access.own_role").
func (g *Guard) SetPermissions(ctx context.Context, a identity.Actor, perms map[string][]Permission) error {
	if err := g.Allow(ctx, a, RoleManage); err != nil {
		return err
	}
	return g.change(ctx, a, "set", func(ctx context.Context, tx bun.Tx, before *compiled) error {
		for _, role := range slices.Sorted(maps.Keys(perms)) {
			if err := g.mustExist(ctx, tx, before.domain, role); err != nil {
				return err
			}
			want, err := g.wanted(before.domain, perms[role])
			if err != nil {
				return err
			}
			if want == before.of(role) {
				continue // nothing to record
			}
			if err := g.write(ctx, tx, a, before, role, perms[role]); err != nil {
				return err
			}
		}
		return nil
	})
}

// overPeople are the permissions to see and to decide what is a person's. Nobody gives them to themselves: whoever
// administers a city is not meant to handle its cases unseen, and a second administrator makes it seen.
func overPeople() []Permission { return []Permission{ApplicationReveal, ApplicationDecide} }

// CreateRoleInput names a role of the city's own.
type CreateRoleInput struct {
	Code        string
	Name        i18n.Text
	Permissions []Permission
}

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// CreateRole adds a role to ctx's city. It needs role:manage and refuses as SetPermissions does, and a code that is
// malformed or taken (field "code").
func (g *Guard) CreateRole(ctx context.Context, a identity.Actor, in CreateRoleInput) error {
	if err := g.Allow(ctx, a, RoleManage); err != nil {
		return err
	}
	var fields []fault.Field
	if !codePattern.MatchString(in.Code) {
		fields = append(fields, fault.Field{Name: "code", Code: "role_code"})
	}
	if in.Name.In(i18n.ID) == "" {
		fields = append(fields, fault.Field{Name: "name", Code: "required"})
	}
	if err := fault.Fields(fields); err != nil {
		return err
	}
	taken := fault.Fields([]fault.Field{{Name: "code", Code: "role_taken"}})
	for _, l := range builtin() {
		if l.role == in.Code {
			return taken
		}
	}
	return g.change(ctx, a, "create", func(ctx context.Context, tx bun.Tx, before *compiled) error {
		row := roleRow{TenantID: tenancy.Must(ctx), Code: in.Code, Name: in.Name, CreatedAt: time.Now().UTC(), CreatedBy: a.ID}
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, code) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return taken
		}
		return g.write(ctx, tx, a, before, in.Code, in.Permissions)
	})
}

// DeleteRole removes a role of the city's own. It needs role:manage and refuses built-in roles ("access.role_fixed")
// and a role that somebody holds (Conflict "access.role_held").
func (g *Guard) DeleteRole(ctx context.Context, a identity.Actor, role string) error {
	if err := g.Allow(ctx, a, RoleManage); err != nil {
		return err
	}
	return g.change(ctx, a, "delete", func(ctx context.Context, tx bun.Tx, before *compiled) error {
		if err := g.mustExist(ctx, tx, before.domain, role); err != nil {
			return err
		}
		if slices.Contains(builtinRoles(before.domain), role) {
			return fault.New(fault.Forbidden, "access.role_fixed")
		}
		n, err := identity.CountHolders(ctx, tx, role)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "access.role_held", "n", n)
		}
		if err := g.write(ctx, tx, a, before, role, nil); err != nil {
			return err
		}
		_, err = tx.NewDelete().Model((*roleRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("code = ?", role).Exec(ctx)
		return err
	})
}

// change runs one change of a city's rules: one at a time, announced, and undone if it would take from the actor the
// right to undo it.
func (g *Guard) change(ctx context.Context, a identity.Actor, what string,
	fn func(ctx context.Context, tx bun.Tx, before *compiled) error,
) error {
	err := tenancy.InTx(ctx, g.db.App, func(ctx context.Context, tx bun.Tx) error {
		if err := bump(ctx, tx); err != nil {
			return err
		}
		domain, _, err := head(ctx, tx, tenancy.Must(ctx))
		if err != nil {
			return err
		}
		before, err := g.read(ctx, tx, domain)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, before); err != nil {
			return err
		}
		after, err := g.read(ctx, tx, domain)
		if err != nil {
			return err
		}
		for _, p := range []Permission{RoleManage, StaffManage} {
			i := g.cat.place[p]
			if before.of(a.Roles...).has(i) && !after.of(a.Roles...).has(i) {
				return fault.New(fault.Conflict, "access.own_right")
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("access: %s role: %w", what, err)
	}
	g.doubt(tenancy.Must(ctx)) // whoever made the change sees it with their next click
	return nil
}

// mustExist refuses roles that are not this domain's, and those that nobody may change.
func (g *Guard) mustExist(ctx context.Context, tx bun.IDB, domain, role string) error {
	if fixed(role) {
		return fault.New(fault.Forbidden, "access.role_fixed")
	}
	if slices.Contains(builtinRoles(domain), role) {
		return nil
	}
	n, err := tx.NewSelect().Model((*roleRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("code = ?", role).Count(ctx)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "access.role_unknown")
	}
	return err
}

// write stores how perms differ from what role has built in, and records what was given and taken.
func (g *Guard) write(ctx context.Context, tx bun.Tx, a identity.Actor, before *compiled, role string, perms []Permission) error {
	want, err := g.wanted(before.domain, perms)
	if err != nil {
		return err
	}
	had, base, own := before.of(role), set{}, before.of(a.Roles...)
	for _, l := range builtin() {
		if l.role == role && l.covers(before.domain) {
			base.add(g.cat.place[l.permission()])
		}
	}
	var rows []ruleRow
	var given, taken []Permission
	for i, d := range g.cat.all {
		if want.has(i) != had.has(i) {
			if d.Admin && !own.has(i) {
				return fault.New(fault.Forbidden, "access.role_above")
			}
			if want.has(i) && slices.Contains(a.Roles, role) && slices.Contains(overPeople(), d.Name) {
				return fault.New(fault.Conflict, "access.own_role")
			}
			if want.has(i) {
				given = append(given, d.Name)
			} else {
				taken = append(taken, d.Name)
			}
		}
		if want.has(i) != base.has(i) {
			rows = append(rows, ruleRow{
				TenantID: tenancy.Must(ctx), Role: role, Permission: d.Name, Granted: want.has(i),
				ChangedAt: time.Now().UTC(), ChangedBy: a.ID,
			})
		}
	}
	_, err = tx.NewDelete().Model((*ruleRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Where("role = ?", role).Exec(ctx)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: a.ID, ActorKind: string(a.Kind), Action: "role.permissions", Object: "role",
		Detail: map[string]any{"role": role, "given": given, "taken": taken},
	})
}

// wanted reads a list of permissions, refusing what a role of this domain cannot hold.
func (g *Guard) wanted(domain string, perms []Permission) (set, error) {
	var s set
	for _, p := range perms {
		i, ok := g.cat.place[p]
		if !ok || !g.cat.all[i].grantable(domain == platformDomain) {
			return s, fault.Fields([]fault.Field{{Name: "permissions", Code: "permission"}})
		}
		s.add(i)
	}
	return s, nil
}
