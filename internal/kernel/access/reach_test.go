package access_test

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// TestReach holds what each kind of actor may know of, in the words of SQL. What it leads to is tested by casework.
func TestReach(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	ctx := w.Ctx(w.Batam)
	of := func(a identity.Actor, agency string) identity.Actor { a.Agency = agency; return a }
	siti := person(w.Batam, identity.Resident, "resident")
	unproven := person(w.Batam, identity.Staff, "city_admin")
	unproven.TOTP = false
	for _, tt := range []struct {
		name  string
		actor identity.Actor
		want  string
		city  bool
		one   string
	}{
		{"a visitor", identity.Actor{}, "FALSE", false, ""},
		{"a resident", siti, "a.account_id = '" + siti.ID.String() + "'", false, ""},
		{"an officer", of(person(w.Batam, identity.Staff, "officer"), "dinkes"), "a.agency_code = 'dinkes'", false, "dinkes"},
		{"an officer without an agency", person(w.Batam, identity.Staff, "officer"), "FALSE", false, ""},
		{"an administrator", person(w.Batam, identity.Staff, "city_admin"), "a.submitted_at IS NOT NULL", true, ""},
		{"an auditor of an agency", of(person(w.Batam, identity.Staff, "auditor"), "inspektorat"), "a.submitted_at IS NOT NULL", true, ""},
		{"an administrator without a second factor", unproven, "FALSE", false, ""},
		{"an administrator of another city", person(w.Other, identity.Staff, "city_admin"), "FALSE", false, ""},
	} {
		r, err := g.Reach(ctx, tt.actor)
		if err != nil || r.City() != tt.city || r.Agency() != tt.one {
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
		sql := r.Where(w.DB.App.NewSelect().TableExpr("application AS a").Column("a.id")).String()
		if !strings.Contains(sql, tt.want) || tt.city && strings.Contains(sql, "agency_code") {
			t.Errorf("%s: %s, want %s", tt.name, sql, tt.want)
		}
	}
	if (access.Reach{}).City() {
		t.Error("the zero reach is the whole city")
	}
}
