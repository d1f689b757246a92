package access_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

func roleOf(t *testing.T, roles []access.Role, code string) access.Role {
	t.Helper()
	i := slices.IndexFunc(roles, func(r access.Role) bool { return r.Code == code })
	if i < 0 {
		t.Fatalf("no role %s", code)
	}
	return roles[i]
}

func TestSetPermissionsRefuses(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	admin := person(w.Batam, identity.Staff, "city_admin")
	ctx := w.Ctx(w.Batam)
	err := g.CreateRole(ctx, admin, access.CreateRoleInput{
		Code: "penata_peran", Name: i18n.Text{i18n.ID: "Penata peran"}, Permissions: []access.Permission{access.RoleManage},
	})
	if err != nil {
		t.Fatal(err)
	}
	rolesOnly := person(w.Batam, identity.Staff, "penata_peran")
	adminSet := roleOf(t, must(g.Roles(ctx))(t), "city_admin").Permissions
	for _, tt := range []struct {
		name  string
		by    identity.Actor
		role  string
		perms []access.Permission
		code  string
	}{
		{"visitor", identity.Actor{}, "officer", nil, "access.sign_in"},
		{"officer", person(w.Batam, identity.Staff, "officer"), "officer", nil, "access.denied"},
		{"administrator of another city", person(w.Other, identity.Staff, "city_admin"), "officer", nil, "access.sign_in"},
		{"everyone's role", admin, "resident", nil, "access.role_fixed"},
		{"every member's role", admin, "staff", nil, "access.role_fixed"},
		{"no such role", admin, "raja", nil, "access.role_unknown"},
		{"a role of the platform", admin, "bumd_admin", nil, "access.role_unknown"},
		{"platform permission", admin, "officer", []access.Permission{access.PlatformCities}, "input.invalid"},
		{"residents' permission", admin, "officer", []access.Permission{access.ApplicationSubmit}, "input.invalid"},
		{"unknown permission", admin, "officer", []access.Permission{"application:destroy"}, "input.invalid"},
		{"own last right to roles", admin, "city_admin", without(adminSet, access.RoleManage), "access.own_right"},
		{"own last right to staff", admin, "city_admin", without(adminSet, access.StaffManage), "access.own_right"},
		{"giving oneself power over staff", rolesOnly, "penata_peran", []access.Permission{access.RoleManage, access.StaffManage}, "access.role_above"},
		{"taking power over staff from those above", rolesOnly, "city_admin", without(adminSet, access.StaffManage), "access.role_above"},
		{"seeing people's data oneself", admin, "city_admin", append(slices.Clone(adminSet), access.ApplicationReveal), "access.own_role"},
		{"deciding oneself", admin, "city_admin", append(slices.Clone(adminSet), access.ApplicationDecide), "access.own_role"},
		{"work of another role", rolesOnly, "officer", []access.Permission{access.ApplicationQueue}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantFault(t, g.SetPermissions(ctx, tt.by, map[string][]access.Permission{tt.role: tt.perms}), tt.code)
		})
	}
	// What was refused left no trace.
	roles := must(g.Roles(ctx))(t)
	if got := roleOf(t, roles, "city_admin").Permissions; !slices.Equal(got, adminSet) {
		t.Errorf("city_admin = %v", got)
	}
	if got := roleOf(t, roles, "officer").Permissions; !slices.Equal(got, []access.Permission{access.ApplicationQueue}) {
		t.Errorf("officer = %v", got)
	}
}

// TestManyRolesAreChangedTogetherOrNotAtAll: the matrix is saved as a whole, each role that changed is recorded, and
// what one gives up oneself may go.
func TestManyRolesAreChangedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	ctx, admin := w.Ctx(w.Batam), person(w.Batam, identity.Staff, "city_admin", "auditor")
	roles := must(g.Roles(ctx))(t)
	head, auditor := roleOf(t, roles, "agency_head").Permissions, roleOf(t, roles, "auditor").Permissions
	change := map[string][]access.Permission{
		"agency_head": without(head, access.ApplicationReveal), "officer": roleOf(t, roles, "officer").Permissions,
		"auditor": append(slices.Clone(auditor), access.ApplicationReveal),
	}
	wantFault(t, g.SetPermissions(ctx, admin, change), "access.own_role")
	if got := roleOf(t, must(g.Roles(ctx))(t), "agency_head").Permissions; !slices.Equal(got, head) {
		t.Errorf("half of a refused change was kept: %v", got)
	}
	change["auditor"] = without(auditor, access.ApplicationRead)
	wantFault(t, g.SetPermissions(ctx, admin, change), "")
	roles = must(g.Roles(ctx))(t)
	for role, want := range change {
		if got := roleOf(t, roles, role).Permissions; !slices.Equal(got, want) {
			t.Errorf("%s = %v, want %v", role, got, want)
		}
	}
	page, err := audit.List(ctx, w.DB.App, audit.Filter{Action: "role.permissions"})
	if err != nil || len(page.Entries) != 2 {
		t.Errorf("%d entries, %v; want one for each role that changed", len(page.Entries), err)
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func without(all []access.Permission, p access.Permission) []access.Permission {
	return slices.DeleteFunc(slices.Clone(all), func(x access.Permission) bool { return x == p })
}

func TestOneCitysRolesStayItsOwn(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	batam, other := w.Ctx(w.Batam), w.Ctx(w.Other)
	admin := person(w.Batam, identity.Staff, "city_admin")
	name := i18n.Text{i18n.ID: "Pemeriksa", i18n.EN: "Checker"}
	in := access.CreateRoleInput{Code: "pemeriksa", Name: name, Permissions: []access.Permission{access.ApplicationRead}}
	if err := g.CreateRole(batam, admin, in); err != nil {
		t.Fatal(err)
	}
	wantFault(t, g.CreateRole(batam, admin, in), "input.invalid")
	if err := g.SetPermissions(batam, admin, map[string][]access.Permission{"officer": nil}); err != nil {
		t.Fatal(err)
	}
	checker := person(w.Batam, identity.Staff, "pemeriksa")
	wantFault(t, g.Allow(batam, checker, access.ApplicationRead), "")
	wantFault(t, g.Allow(batam, checker, access.ApplicationDecide), "access.denied")
	wantFault(t, g.Allow(other, person(w.Other, identity.Staff, "pemeriksa"), access.ApplicationRead), "access.denied")
	wantFault(t, g.Allow(other, person(w.Other, identity.Staff, "officer"), access.ApplicationDecide), "")
	wantFault(t, g.Allow(batam, person(w.Batam, identity.Staff, "officer"), access.ApplicationQueue), "access.denied")

	role := roleOf(t, must(g.Roles(batam))(t), "pemeriksa")
	if role.BuiltIn || role.Label(i18n.ID) != "Pemeriksa" || role.Label(i18n.EN) != "Checker" {
		t.Errorf("role = %+v", role)
	}
	if role := roleOf(t, must(g.Roles(batam))(t), "resident"); !role.Fixed || role.Label(i18n.ID) != "Warga" {
		t.Errorf("role = %+v", role)
	}
	for _, r := range must(g.Roles(other))(t) {
		if r.Code == "pemeriksa" || r.Code == "bumd" {
			t.Errorf("the other city has the role %s", r.Code)
		}
	}
	if acts := must(audit.List(batam, w.DB.App, audit.Filter{Object: "role"}))(t).Entries; len(acts) != 2 {
		t.Errorf("%d entries in the record, want 2", len(acts))
	}
}

func TestDeleteRole(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	ctx := w.Ctx(w.Batam)
	admin := person(w.Batam, identity.Staff, "city_admin")
	in := access.CreateRoleInput{Code: "pemeriksa", Name: i18n.Text{i18n.ID: "Pemeriksa"}, Permissions: []access.Permission{access.ApplicationRead}}
	if err := g.CreateRole(ctx, admin, in); err != nil {
		t.Fatal(err)
	}
	wantFault(t, g.DeleteRole(ctx, admin, "officer"), "access.role_fixed")
	wantFault(t, g.DeleteRole(ctx, admin, "raja"), "access.role_unknown")
	account := uuid.New()
	for _, q := range []string{
		`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
		 VALUES (?0, ?1, 'staff', 'active', 'N', 'id', '\x01', '\x01', now())`,
		`INSERT INTO account_role (tenant_id, account_id, role, granted_at) VALUES (?0, ?1, 'pemeriksa', now())`,
	} {
		if _, err := w.DB.App.NewRaw(q, w.Batam.ID, account).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	err := g.DeleteRole(ctx, admin, "pemeriksa")
	wantFault(t, err, "access.role_held")
	if args := fault.From(err).Args; len(args) != 2 || args[1] != 1 {
		t.Errorf("args = %v", args)
	}
	if _, err := w.DB.App.NewRaw("DELETE FROM account_role WHERE tenant_id = ?", w.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if err := g.DeleteRole(ctx, admin, "pemeriksa"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, g.Allow(ctx, person(w.Batam, identity.Staff, "pemeriksa"), access.ApplicationRead), "access.denied")
	wantFault(t, g.CreateRole(ctx, admin, access.CreateRoleInput{Code: "Bad Code", Name: in.Name}), "input.invalid")
	wantFault(t, g.CreateRole(ctx, admin, access.CreateRoleInput{Code: "officer", Name: in.Name}), "input.invalid")
	wantFault(t, g.CreateRole(ctx, admin, access.CreateRoleInput{Code: "tanpa_nama"}), "input.invalid")
}

func TestPlatformHasRolesOfItsOwn(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	ctx := w.Ctx(w.Platform)
	admin := person(w.Platform, identity.Staff, "bumd_admin")
	if err := g.SetPermissions(ctx, admin, map[string][]access.Permission{"bumd": {access.PlatformUsage}}); err != nil {
		t.Fatal(err)
	}
	wantFault(t, g.Allow(ctx, person(w.Platform, identity.Staff, "bumd"), access.PlatformCities), "access.denied")
	wantFault(t, g.Allow(ctx, admin, access.PlatformCities), "")
	wantFault(t, g.SetPermissions(ctx, admin, map[string][]access.Permission{"bumd": {access.ApplicationDecide}}), "input.invalid")
	if got := g.Grantable(ctx); slices.Contains(got, access.ApplicationDecide) || !slices.Contains(got, access.PlatformCities) {
		t.Errorf("Grantable = %v", got)
	}
	if got := g.Grantable(w.Ctx(w.Batam)); slices.Contains(got, access.PlatformCities) || slices.Contains(got, access.AccountSelf) {
		t.Errorf("Grantable = %v", got)
	}
}
