package identity_test

import (
	"testing"
	"time"

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
	if st.mailCount() != 0 {
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
