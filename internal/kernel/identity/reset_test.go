package identity_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
)

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "081234567890")
	s := st.signIn(t, st.batam, "ada@contoh.id")
	request := func(email string) {
		t.Helper()
		if err := st.ResetRequest(st.batam, email, "203.0.113.1"); err != nil {
			t.Fatal(err)
		}
	}
	request("tidakada@contoh.id")
	if st.mailCount(t) != 0 {
		t.Error("a mail for an unknown address")
	}
	request("Ada@contoh.id")
	_, old := st.lastMail(t, st.batam)
	request("ada@contoh.id")
	m, link := st.lastMail(t, st.batam)
	if m.Purpose != "password_reset" {
		t.Errorf("mail = %+v", m)
	}
	wantFault(t, st.Reset(st.batam, old, otherPassword), "identity.link_expired")
	wantFault(t, st.Reset(st.other, link, otherPassword), "identity.link_expired")
	wantField(t, st.Reset(st.batam, link, "pendek"), "password", "password_short")
	for range 6 { // locked out: the reset lifts it
		_, err := st.SignIn(st.batam, identity.SignInInput{Login: "ada@contoh.id", Password: "salah"})
		if err == nil {
			t.Fatal("a wrong password was taken")
		}
	}
	if err := st.Reset(st.batam, link, otherPassword); err != nil {
		t.Fatal(err)
	}
	wantFault(t, st.Reset(st.batam, link, goodPassword), "identity.link_expired")
	_, err := st.Resolve(st.batam, s.Token)
	wantFault(t, err, "identity.no_session")
	_, err = st.SignIn(st.batam, identity.SignInInput{Login: "081234567890", Password: goodPassword})
	wantFault(t, err, "identity.wrong")
	if _, err := st.SignIn(st.batam, identity.SignInInput{Login: "ada@contoh.id", Password: otherPassword}); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	request("ada@contoh.id")
	_, link = st.lastMail(t, st.batam)
	st.pass(time.Hour)
	wantFault(t, st.Reset(st.batam, link, goodPassword), "identity.link_expired")
	wantField(t, st.ResetRequest(st.batam, "bukan alamat", ""), "email", "email")
}

// What a request writes and asks of the database is the same for an address with an account, without one, and with one
// that is not in use: neither the answer nor its time tells them apart.
func TestRequestsDoTheSameForEveryAddress(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	gone := st.staff(t, st.batam, "pergi@batam.go.id", "disdukcapil", "officer")
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	if err := st.Deactivate(st.batam, admin, gone); err != nil {
		t.Fatal(err)
	}
	rows := func() map[string]int {
		t.Helper()
		var tables []string
		err := st.w.DB.App.NewRaw(`SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
			AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'SELECT')`).Scan(st.batam, &tables)
		if err != nil || !slices.Contains(tables, "outbox") || !slices.Contains(tables, "registration") {
			t.Fatalf("tables %v, %v", tables, err)
		}
		count := map[string]int{}
		for _, table := range tables {
			var n int
			if err := st.w.DB.App.NewRaw("SELECT count(*) FROM ?", bun.Ident(table)).Scan(st.batam, &n); err != nil {
				t.Fatal(err)
			}
			count[table] = n
		}
		return count
	}
	hook := &queryCount{}
	st.DB = st.DB.WithQueryHook(hook)
	for name, request := range map[string]func(email string) error{
		"reset": func(email string) error { return st.ResetRequest(st.batam, email, "203.0.113.1") },
		"register": func(email string) error {
			return st.Register(st.batam, identity.RegisterInput{Name: "N", Email: email, Password: otherPassword})
		},
	} {
		work := func(email string) (map[string]int, int32) {
			t.Helper()
			before, asked := rows(), hook.n.Load()
			if err := request(email); err != nil {
				t.Fatal(err)
			}
			grown, asked := map[string]int{}, hook.n.Load()-asked
			for table, n := range rows() {
				if n != before[table] {
					grown[table] = n - before[table]
				}
			}
			return grown, asked
		}
		grown, asked := work("tidakada@contoh.id")
		if grown["outbox"] != 1 {
			t.Errorf("%s: %v rows, want one job among them", name, grown)
		}
		for _, email := range []string{"ada@contoh.id", "pergi@batam.go.id"} {
			if g, n := work(email); !maps.Equal(g, grown) || n != asked {
				t.Errorf("%s: %v rows in %d queries for %s, %v in %d for an unknown address", name, g, n, email, grown, asked)
			}
		}
	}
	// One mail each for what there was to say: a reset link and the news of a registration to the owner, and a link to
	// the address without an account.
	if n := st.mailCount(t); n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
	if left := rows()["registration"]; left != 1 {
		t.Errorf("%d registrations wait, want that of the address without an account", left)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	mine, elsewhere := st.signIn(t, st.batam, "ada@contoh.id"), st.signIn(t, st.batam, "ada@contoh.id")
	a := st.actor(t, st.batam, mine.Token)
	_, err := st.ChangePassword(st.batam, a, otherPassword, "laut biru di timur")
	wantField(t, err, "current", "password_wrong")
	_, err = st.ChangePassword(st.batam, a, goodPassword, "password1234")
	wantField(t, err, "password", "password_common")
	s, err := st.ChangePassword(st.batam, a, goodPassword, otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{mine.Token, elsewhere.Token} {
		_, err := st.Resolve(st.batam, token)
		wantFault(t, err, "identity.no_session")
	}
	if got := st.actor(t, st.batam, s.Token); got.SessionID != mine.ID {
		t.Errorf("session = %s, want %s", got.SessionID, mine.ID)
	}
	if _, err := st.SignIn(st.batam, identity.SignInInput{Login: "ada@contoh.id", Password: otherPassword}); err != nil {
		t.Error(err)
	}
}

// Choosing badly is no guess: the owner stays able to choose again, and to sign in.
func TestWeakChoicesDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	a := st.actor(t, st.batam, st.signIn(t, st.batam, "ada@contoh.id").Token)
	for range 10 {
		_, err := st.ChangePassword(st.batam, a, goodPassword, "pendek")
		wantField(t, err, "password", "password_short")
	}
	st.signIn(t, st.batam, "ada@contoh.id")
	if _, err := st.ChangePassword(st.batam, a, goodPassword, otherPassword); err != nil {
		t.Error(err)
	}
}

func TestStaffChangesPasswordAfterSecondFactor(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	half := st.signIn(t, st.batam, "p@batam.go.id")
	_, err := st.ChangePassword(st.batam, st.actor(t, st.batam, half.Token), goodPassword, otherPassword)
	wantFault(t, err, "access.second_factor")
	a, _ := st.signInStaff(t, st.batam, "p@batam.go.id")
	s, err := st.ChangePassword(st.batam, a, goodPassword, otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !st.actor(t, st.batam, s.Token).TOTP {
		t.Error("the second factor was lost with the change")
	}
}
