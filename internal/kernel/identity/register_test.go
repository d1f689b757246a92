package identity_test

import (
	"testing"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

func TestResidentRegistersConfirmsAndSignsIn(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	in := identity.RegisterInput{Name: " Siti  Aminah ", Email: " Siti@Contoh.ID ", Phone: "0812-3456-7890", Password: goodPassword}
	if err := st.Register(st.batam, in); err != nil {
		t.Fatal(err)
	}
	m, link := st.lastMail(t, st.batam)
	if m.Purpose != "account_confirm" {
		t.Fatalf("mail of purpose %q", m.Purpose)
	}
	if c, err := st.AccountContact(st.batam, m.AccountID); err != nil || c.Email != "siti@contoh.id" || c.Name != "Siti Aminah" {
		t.Errorf("AccountContact of a waiting registration = %+v, %v", c, err)
	}
	if owner, err := st.LinkOwner(st.batam, identity.LinkConfirm, link); err != nil || owner.Email != "siti@contoh.id" {
		t.Errorf("LinkOwner = %+v, %v", owner, err)
	}
	_, err := st.SignIn(st.batam, identity.SignInInput{Login: "siti@contoh.id", Password: goodPassword})
	wantFault(t, err, "identity.wrong")

	s, err := st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: link, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	if s.NeedsTOTP {
		t.Error("a resident is asked for a second factor")
	}
	a := st.actor(t, st.batam, s.Token)
	if a.Kind != identity.Resident || a.Email != "siti@contoh.id" || a.Phone != "+6281234567890" || a.Name != "Siti Aminah" ||
		len(a.Roles) != 1 || a.Roles[0] != identity.RoleResident || a.TenantID != st.w.Batam.ID {
		t.Errorf("actor = %+v", a)
	}
	for _, login := range []string{"siti@contoh.id", "SITI@contoh.id ", "081234567890", "+62 812 3456 7890", "6281234567890"} {
		if got := st.signIn(t, st.batam, login); got.AccountID != a.ID {
			t.Errorf("%q signed in as %s", login, got.AccountID)
		}
	}
	_, err = st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: link, Password: goodPassword})
	wantFault(t, err, "identity.link_expired")
}

func TestRegistrationLinkExpires(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	if err := st.Register(st.batam, identity.RegisterInput{Name: "A", Email: "a@b.id", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	_, link := st.lastMail(t, st.batam)
	_, err := st.ConfirmEmail(st.other, identity.ConfirmInput{Token: link, Password: goodPassword})
	wantFault(t, err, "identity.link_expired") // another city
	st.pass(48 * time.Hour)
	_, err = st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: link, Password: goodPassword})
	wantFault(t, err, "identity.link_expired")
}

func TestRegisteringAKnownAddressTellsItsOwnerAlone(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	owner := st.resident(t, st.batam, "siti@contoh.id", "")
	runs := st.ArgonRuns()
	err := st.Register(st.batam, identity.RegisterInput{Name: "X", Email: "siti@contoh.id", Password: otherPassword})
	if err != nil {
		t.Fatalf("the answer differs from that for a new address: %v", err)
	}
	known := st.ArgonRuns() - runs
	if m, _ := st.lastMail(t, st.batam); m.Purpose != "account_exists" || m.AccountID != owner || m.Sealed != "" {
		t.Errorf("mail = %+v", m)
	}
	if err := st.Register(st.batam, identity.RegisterInput{Name: "X", Email: "new@contoh.id", Password: otherPassword}); err != nil {
		t.Fatal(err)
	}
	if unknown := st.ArgonRuns() - runs - known; known != 1 || unknown != 1 {
		t.Errorf("%d hashes for a known address, %d for a new one; want 1 and 1", known, unknown)
	}
	st.signIn(t, st.batam, "siti@contoh.id") // still the owner's password
}

// Somebody registers an address that is not theirs, hoping that its owner follows the link.
func TestLinkAloneDoesNotHandOverAnAccount(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	register := func(password string) string {
		if err := st.Register(st.batam, identity.RegisterInput{Name: "N", Email: "korban@contoh.id", Password: password}); err != nil {
			t.Fatal(err)
		}
		_, link := st.lastMail(t, st.batam)
		return link
	}
	attackers, victims := register("kata sandi si penyerang"), register(goodPassword)
	_, err := st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: attackers, Password: goodPassword})
	wantFault(t, err, "identity.confirm_wrong")
	if _, err := st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: victims, Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	_, err = st.ConfirmEmail(st.batam, identity.ConfirmInput{Token: attackers, Password: "kata sandi si penyerang"})
	wantFault(t, err, "identity.link_expired")
	st.signIn(t, st.batam, "korban@contoh.id")
}

// A number proves nothing before it is verified, so a second account may name it; only the first signs in with it.
func TestNumberOfAnotherAccountIsKeptForContactOnly(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	first := st.resident(t, st.batam, "satu@contoh.id", "081234567890")
	second := st.resident(t, st.batam, "dua@contoh.id", "081234567890")
	if got := st.signIn(t, st.batam, "081234567890"); got.AccountID != first {
		t.Errorf("the number signs in %s, want the first account", got.AccountID)
	}
	if a, err := st.Account(st.batam, second); err != nil || a.Phone != "+6281234567890" {
		t.Errorf("second account = %+v, %v", a, err)
	}
	// Both names are free in another city.
	if got := st.resident(t, st.other, "satu@contoh.id", "081234567890"); got == first {
		t.Error("two cities share an account")
	}
}

func TestRegisterNamesEachBadField(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	long := make([]rune, 201)
	for i := range long {
		long[i] = 'a'
	}
	good := identity.RegisterInput{Name: "Siti", Email: "siti@contoh.id", Phone: "081234567890", Password: goodPassword}
	for _, tt := range []struct {
		name        string
		change      func(*identity.RegisterInput)
		field, code string
	}{
		{"no name", func(in *identity.RegisterInput) { in.Name = "  " }, "name", "required"},
		{"long name", func(in *identity.RegisterInput) { in.Name = string(long) }, "name", "too_long"},
		{"hostile name", func(in *identity.RegisterInput) { in.Name = "<script>alert(1)" }, "name", "name"},
		{"name with NUL", func(in *identity.RegisterInput) { in.Name = "Si\x00ti" }, "name", "name"},
		{"name in broken UTF-8", func(in *identity.RegisterInput) { in.Name = "Si\xffti" }, "name", "name"},
		{"no address", func(in *identity.RegisterInput) { in.Email = "" }, "email", "required"},
		{"bad address", func(in *identity.RegisterInput) { in.Email = "siti@" }, "email", "email"},
		{"bad number", func(in *identity.RegisterInput) { in.Phone = "12345" }, "phone", "phone"},
		{"no password", func(in *identity.RegisterInput) { in.Password = "" }, "password", "required"},
		{"short password", func(in *identity.RegisterInput) { in.Password = "pendek123" }, "password", "password_short"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := good
			tt.change(&in)
			err := st.Register(st.batam, in)
			wantField(t, err, tt.field, tt.code)
			if got := len(fault.From(err).Fields); got != 1 {
				t.Errorf("%d fields named, want 1: %v", got, err)
			}
		})
	}
	if st.mailCount(t) != 0 {
		t.Error("a refused registration sent mail")
	}
}
