package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

func TestStaffComesByInvitation(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	invite := func(in identity.InviteInput) (uuid.UUID, string) {
		t.Helper()
		id, err := st.Invite(st.batam, admin, in)
		if err != nil {
			t.Fatal(err)
		}
		m, link := st.lastMail(t, st.batam)
		if m.Purpose != "staff_invite" || m.AccountID != id {
			t.Errorf("mail = %+v", m)
		}
		return id, link
	}
	in := identity.InviteInput{Name: "Budi", Email: "Budi@batam.go.id", Role: "officer", Agency: "disdukcapil"}
	id, old := invite(in)
	in.Role, in.Name = "agency_head", "Budi Santoso"
	again, link := invite(in)
	if again != id {
		t.Error("a second invitation made a second account")
	}
	accept := func(token, password string) (identity.Session, error) {
		return st.AcceptInvite(st.batam, identity.AcceptInput{Token: token, Password: password})
	}
	_, err := accept(old, goodPassword)
	wantFault(t, err, "identity.link_expired")
	_, err = accept(link, "budi@batam.go.id")
	wantField(t, err, "password", "password_login")
	_, err = st.AcceptInvite(st.other, identity.AcceptInput{Token: link, Password: goodPassword})
	wantFault(t, err, "identity.link_expired")
	if owner, err := st.LinkOwner(st.batam, identity.LinkInvite, link); err != nil || owner.Name != "Budi Santoso" {
		t.Errorf("LinkOwner = %+v, %v", owner, err)
	}
	s, err := accept(link, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !s.NeedsTOTP || s.Enrolled {
		t.Errorf("session = %+v", s)
	}
	a := st.actor(t, st.batam, s.Token)
	if a.Kind != identity.Staff || a.Agency != "disdukcapil" || !slices.Equal(a.Roles, []string{"agency_head"}) || a.TOTP {
		t.Errorf("actor = %+v", a)
	}
	_, err = accept(link, goodPassword)
	wantFault(t, err, "identity.link_expired")
	_, err = st.Invite(st.batam, admin, in)
	wantFault(t, err, "identity.email_taken")

	late := in
	late.Email = "lambat@batam.go.id"
	_, link = invite(late)
	st.pass(72 * time.Hour)
	_, err = accept(link, goodPassword)
	wantFault(t, err, "identity.link_expired")
}

func TestInviteRefusesPowerAboveOnesOwn(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	err := st.guard.CreateRole(st.batam, admin, access.CreateRoleInput{
		Code: "kepegawaian", Name: i18n.Text{i18n.ID: "Kepegawaian", i18n.EN: "Personnel"}, Permissions: []access.Permission{access.StaffManage},
	})
	if err != nil {
		t.Fatal(err)
	}
	st.staff(t, st.batam, "hr@batam.go.id", "", "kepegawaian")
	hr, _ := st.signInStaff(t, st.batam, "hr@batam.go.id")
	st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	officer, _ := st.signInStaff(t, st.batam, "p@batam.go.id")
	half := hr
	half.TOTP = false
	for _, tt := range []struct {
		name  string
		by    identity.Actor
		role  string
		code  string
		field bool
	}{
		{"officer by personnel", hr, "officer", "", false},
		{"administrator by personnel", hr, "city_admin", "access.role_above", false},
		{"officer by officer", officer, "officer", "access.denied", false},
		{"before the second factor", half, "officer", "access.second_factor", false},
		{"a role of the platform", admin, "bumd_admin", "role", true},
		{"the role of residents", admin, "resident", "role", true},
		{"no such role", admin, "raja", "role", true},
		{"no role", admin, "", "required", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := st.Invite(st.batam, tt.by, identity.InviteInput{Name: "N", Email: uuid.NewString() + "@batam.go.id", Role: tt.role, Agency: "disdukcapil"})
			switch {
			case tt.field:
				wantField(t, err, "role", tt.code)
			case tt.code != "":
				wantFault(t, err, tt.code)
			case err != nil:
				t.Error(err)
			}
		})
	}
	// Nor by inviting an administrator who has yet to come a second time, as something less.
	waiting := identity.InviteInput{Name: "Kepala", Email: "kepala@batam.go.id", Role: "city_admin"}
	id, err := st.Invite(st.batam, admin, waiting)
	if err != nil {
		t.Fatal(err)
	}
	_, link := st.lastMail(t, st.batam)
	_, err = st.Invite(st.batam, hr, identity.InviteInput{Name: "Bukan Kepala", Email: waiting.Email, Role: "officer", Agency: "disdukcapil"})
	wantFault(t, err, "access.role_above")
	if as, err := st.ActorFor(st.batam, id); err != nil || as.Name != "Kepala" || !slices.Equal(as.Roles, []string{"city_admin"}) {
		t.Errorf("the invited administrator is now %+v, %v", as, err)
	}
	if _, err := st.LinkOwner(st.batam, identity.LinkInvite, link); err != nil {
		t.Errorf("the administrator's link: %v", err)
	}
	wantFault(t, st.Deactivate(st.batam, hr, admin.ID), "access.role_above")
	wantFault(t, st.SetRoles(st.batam, hr, officer.ID, []string{"city_admin"}, ""), "access.role_above")
	wantFault(t, st.SetRoles(st.batam, hr, admin.ID, []string{"officer"}, "disdukcapil"), "access.role_above")
}

// TestAnInvitationCarriesAreas to the account that comes of it, and who is limited to areas hands on no others.
func TestAnInvitationCarriesAreas(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	in := identity.InviteInput{Name: "Budi", Email: "budi@batam.go.id", Role: "officer", Agency: "disdukcapil", Areas: []string{"21.71.04", "21.71.10.1001"}}
	id, err := st.Invite(st.batam, admin, in)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(want ...string) {
		t.Helper()
		if as, err := st.ActorFor(st.batam, id); err != nil || !slices.Equal(as.Areas, want) {
			t.Errorf("limited to %v, %v; want %v", as.Areas, err, want)
		}
	}
	holds("21.71.04", "21.71.10.1001")
	again := in
	again.Areas = nil // as one who knows nothing of the limit
	if _, err := st.Invite(st.batam, admin, again); err != nil {
		t.Fatal(err)
	}
	holds("21.71.04", "21.71.10.1001")
	again.Areas = []string{"21.71.04"}
	if _, err := st.Invite(st.batam, admin, again); err != nil {
		t.Fatal(err)
	}
	holds("21.71.04")
	page, err := audit.List(st.batam, st.w.DB.App, audit.Filter{Object: "account", ObjectID: id})
	if err != nil || len(page.Entries) != 3 || !strings.Contains(string(page.Entries[2].Detail), "21.71.10.1001") {
		t.Errorf("on record %+v, %v", page.Entries, err)
	}
	_, link := st.lastMail(t, st.batam)
	s, err := st.AcceptInvite(st.batam, identity.AcceptInput{Token: link, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	if a := st.actor(t, st.batam, s.Token); !slices.Equal(a.Areas, []string{"21.71.04"}) {
		t.Errorf("accepted with %v", a.Areas)
	}

	limited := admin
	limited.Areas = []string{"21.71.04", "21.71.10.1001"}
	for name, tt := range map[string]struct {
		areas []string
		may   bool
	}{
		"the same": {[]string{"21.71.04"}, true}, "a part": {[]string{"21.71.04.1002", "21.71.10.1001"}, true}, "none": {nil, false},
		"another": {[]string{"21.71.04", "21.71.01"}, false}, "the whole of a part": {[]string{"21.71.10"}, false},
	} {
		_, err := st.Invite(st.batam, limited, identity.InviteInput{Name: "N", Email: uuid.NewString() + "@batam.go.id", Role: "officer", Agency: "disdukcapil", Areas: tt.areas})
		roles := st.SetRoles(st.batam, limited, id, []string{"officer"}, "disdukcapil", tt.areas...)
		if tt.may && (err != nil || roles != nil) {
			t.Errorf("%s: %v, %v", name, err, roles)
		}
		if !tt.may {
			wantFault(t, err, "access.area_beyond")
			wantFault(t, roles, "access.area_beyond")
		}
	}
	if err := st.SetRoles(st.batam, admin, id, []string{"officer"}, "disdukcapil"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, st.SetRoles(st.batam, limited, id, []string{"officer"}, "disdukcapil", "21.71.04"), "access.area_beyond") // who is above
	wantFault(t, st.Deactivate(st.batam, limited, id), "access.area_beyond")
}

// Who works on one agency's applications is put into one; a role over the whole city, or without applications, needs
// none.
func TestRolesOfOneAgencyNeedAnAgency(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	for code, perms := range map[string][]access.Permission{
		"loket": {access.ApplicationQueue}, "pengawas": {access.ApplicationRead, access.ApplicationAll}, "kalender": {access.CalendarManage},
	} {
		in := access.CreateRoleInput{Code: code, Name: i18n.Text{i18n.ID: code}, Permissions: perms}
		if err := st.guard.CreateRole(st.batam, admin, in); err != nil {
			t.Fatal(err)
		}
	}
	member := st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
	for _, tt := range []struct {
		roles  []string
		agency string
		ok     bool
	}{
		{[]string{"officer"}, "", false},
		{[]string{"officer"}, "disdukcapil", true},
		{[]string{"agency_head"}, "", false},
		{[]string{"loket"}, "", false},
		{[]string{"auditor"}, "", true},
		{[]string{"city_admin"}, "", true},
		{[]string{"pengawas"}, "", true},
		{[]string{"kalender"}, "", true},
		{[]string{"kalender", "loket"}, "", false},
		{[]string{"auditor", "officer"}, "", true},
	} {
		t.Run(strings.Join(tt.roles, " ")+" "+tt.agency, func(t *testing.T) {
			errs := []error{st.SetRoles(st.batam, admin, member, tt.roles, tt.agency)}
			if len(tt.roles) == 1 {
				_, err := st.Invite(st.batam, admin, identity.InviteInput{Name: "N", Email: uuid.NewString() + "@batam.go.id",
					Role: tt.roles[0], Agency: tt.agency})
				errs = append(errs, err)
			}
			for _, err := range errs {
				if tt.ok && err != nil {
					t.Error(err)
				} else if !tt.ok {
					wantField(t, err, "agency", "agency_needed")
				}
			}
		})
	}
}

func TestDeactivationEndsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	id := st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	_, token := st.signInStaff(t, st.batam, "p@batam.go.id")
	if err := st.ResetRequest(st.batam, "p@batam.go.id", ""); err != nil {
		t.Fatal(err)
	}
	_, link := st.lastMail(t, st.batam)
	wantFault(t, st.Deactivate(st.batam, admin, admin.ID), "identity.not_yourself")
	wantFault(t, st.Deactivate(st.batam, admin, uuid.New()), "identity.no_account")
	if err := st.Deactivate(st.batam, admin, id); err != nil {
		t.Fatal(err)
	}
	_, err := st.Resolve(st.batam, token)
	wantFault(t, err, "identity.no_session")
	wantFault(t, st.Reset(st.batam, link, otherPassword), "identity.link_expired")
	if ids, err := st.Holders(st.batam, "officer", "disdukcapil"); err != nil || len(ids) != 0 {
		t.Errorf("Holders = %v, %v", ids, err)
	}
	if err := st.Reactivate(st.batam, admin, id); err != nil {
		t.Fatal(err)
	}
	wantFault(t, st.Reactivate(st.batam, admin, id), "identity.not_deactivated")
	st.signInStaff(t, st.batam, "p@batam.go.id")
}

func TestRolesTakeEffectWithTheNextRequest(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	id := st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
	resident := st.resident(t, st.batam, "ada@contoh.id", "")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	_, token := st.signInStaff(t, st.batam, "p@batam.go.id")
	if err := st.SetRoles(st.batam, admin, id, []string{"auditor", "agency_head"}, "dpmptsp"); err != nil {
		t.Fatal(err)
	}
	a := st.actor(t, st.batam, token)
	if !slices.Equal(a.Roles, []string{"agency_head", "auditor"}) || a.Agency != "dpmptsp" {
		t.Errorf("actor = %+v", a)
	}
	if as, err := st.ActorFor(st.batam, id); err != nil || !slices.Equal(as.Roles, a.Roles) || as.Agency != a.Agency || !as.TOTP {
		t.Errorf("ActorFor = %+v, %v", as, err)
	}
	if ids, err := st.Holders(st.batam, "agency_head", "dpmptsp"); err != nil || !slices.Equal(ids, []uuid.UUID{id}) {
		t.Errorf("Holders = %v, %v", ids, err)
	}
	wantFault(t, st.SetRoles(st.batam, admin, admin.ID, []string{"officer"}, "disdukcapil"), "identity.not_yourself")
	wantFault(t, st.SetRoles(st.batam, admin, resident, []string{"officer"}, "disdukcapil"), "identity.no_account")
	wantField(t, st.SetRoles(st.batam, admin, id, nil, ""), "role", "required")
	wantFault(t, st.SetRoles(st.other, admin, id, []string{"officer"}, "disdukcapil"), "access.sign_in")
}

func TestListStaff(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "a@batam.go.id", "disdukcapil", "officer")
	st.staff(t, st.batam, "b@batam.go.id", "dpmptsp", "officer")
	st.staff(t, st.batam, "c@batam.go.id", "dpmptsp", "agency_head")
	st.staff(t, st.other, "d@tanjungpinang.go.id", "dpmptsp", "officer")
	st.resident(t, st.batam, "ada@contoh.id", "")
	list := func(f identity.StaffFilter) (out []string) {
		t.Helper()
		all, err := st.ListStaff(st.batam, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			out = append(out, m.Email[:1])
		}
		return out
	}
	for _, tt := range []struct {
		filter identity.StaffFilter
		want   []string
	}{
		{identity.StaffFilter{}, []string{"a", "b", "c"}},
		{identity.StaffFilter{Agency: "dpmptsp"}, []string{"b", "c"}},
		{identity.StaffFilter{Agency: "dpmptsp", Role: "officer"}, []string{"b"}},
		{identity.StaffFilter{Search: "PETUGAS C"}, []string{"c"}},
		{identity.StaffFilter{Search: "%"}, nil},
		{identity.StaffFilter{Limit: 1}, []string{"a"}},
		{identity.StaffFilter{AfterName: "Petugas a", AfterID: uuid.Max}, []string{"b", "c"}},
	} {
		if got := list(tt.filter); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v, want %v", tt.filter, got, tt.want)
		}
	}
	all, err := st.ListStaff(st.batam, identity.StaffFilter{Limit: 1})
	if err != nil || !all[0].SecondFactor || !slices.Equal(all[0].Roles, []string{"officer"}) || all[0].Agency != "disdukcapil" {
		t.Errorf("member = %+v, %v", all, err)
	}
}

func TestSeedingATakenAddressIsRefused(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
	st.resident(t, st.batam, "ada@contoh.id", "")
	for _, email := range []string{"P@batam.go.id", "ada@contoh.id"} {
		in := identity.SeedInput{Name: "X", Email: email, Password: otherPassword, Roles: []string{"city_admin"}}
		_, err := st.CreateStaff(st.batam, in)
		wantFault(t, err, "identity.email_taken")
		_, err = st.CreateResident(st.batam, in)
		wantFault(t, err, "identity.email_taken")
	}
	if a, _ := st.signInStaff(t, st.batam, "p@batam.go.id"); !slices.Equal(a.Roles, []string{"officer"}) {
		t.Errorf("roles = %v", a.Roles)
	}
	if a := st.actor(t, st.batam, st.signIn(t, st.batam, "ada@contoh.id").Token); a.Kind != identity.Resident {
		t.Errorf("kind = %s", a.Kind)
	}
}
