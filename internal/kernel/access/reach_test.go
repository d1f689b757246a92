package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

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

// TestCovering keeps, in their order, the staff who reach a place: those without a limit everywhere, also where nothing is known of it.
func TestCovering(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	everywhere, district, part, resident := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	for id, areas := range map[uuid.UUID]string{everywhere: "{}", district: "{21.71.04,21.71.10}", part: "{21.71.10.1001}"} {
		_, err := w.DB.App.NewRaw(`WITH a AS (INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
				VALUES (?0, ?1, 'staff', 'active', 'X', 'id', 'x', ?2, now()))
			INSERT INTO account_role (tenant_id, account_id, role, agency, areas, granted_at) VALUES (?0, ?1, 'officer', 'dinkes', ?3::text[], now())`,
			w.Batam.ID, id, id[:], areas).Exec(ctx)
		if err != nil {
			t.Fatal(err)
		}
	}
	all := []uuid.UUID{part, resident, everywhere, district}
	for _, tt := range []struct {
		district, subdistrict string
		want                  []uuid.UUID
	}{
		{"21.71.10", "", []uuid.UUID{resident, everywhere, district}},
		{"21.71.10", "21.71.10.1001", all},
		{"21.71.10", "21.71.10.1002", []uuid.UUID{resident, everywhere, district}},
		{"21.71.01", "", []uuid.UUID{resident, everywhere}},
		{"", "", []uuid.UUID{resident, everywhere}},
	} {
		if got, err := access.Covering(ctx, w.DB.App, all, tt.district, tt.subdistrict); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%q %q is covered by %v, %v; want %v", tt.district, tt.subdistrict, got, err, tt.want)
		}
	}
	if got, err := access.Covering(ctx, w.DB.App, nil, "21.71.10", ""); err != nil || len(got) != 0 {
		t.Errorf("of nobody %v, %v", got, err)
	}
}
