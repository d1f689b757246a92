package identity_test

import (
	"fmt"
	"testing"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Both sides of every rule here: a login with an account, and one that nobody has.
const (
	known, unknown = "ada@contoh.id", "tidakada@contoh.id"
	stranger       = "203.0.113.66"
	home           = "198.51.100.7"
)

func (st *stage) try(login, password, ip string) error {
	_, err := st.SignIn(st.batam, identity.SignInInput{Login: login, Password: password, IP: ip})
	return err
}

// guess tries a wrong password where that is still allowed.
func (st *stage) guess(t *testing.T, login, ip string) {
	t.Helper()
	wantFault(t, st.try(login, otherPassword, ip), "identity.wrong")
}

// welcome holds that the owner's login is open from ip: known with its password, unknown with the answer of always.
func (st *stage) welcome(t *testing.T, login, ip string) {
	t.Helper()
	if login == unknown {
		st.guess(t, login, ip)
		return
	}
	if err := st.try(login, goodPassword, ip); err != nil {
		t.Errorf("the owner is refused: %v", err)
	}
}

func TestALockHoldsWhereTheGuessesCameFrom(t *testing.T) {
	t.Parallel()
	for _, login := range []string{known, unknown} {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, nil)
			st.resident(t, st.batam, known, "")
			for range 5 {
				st.guess(t, login, stranger)
			}
			wantFault(t, st.try(login, goodPassword, stranger), "identity.locked")
			st.welcome(t, login, home)
			// A site's customer holds all of its /48 and is one place.
			for i := range 5 {
				st.guess(t, login, fmt.Sprintf("2001:db8:5:%x::1", i))
			}
			wantFault(t, st.try(login, goodPassword, "2001:db8:5:ffff::1"), "identity.locked")
			st.welcome(t, login, "2001:db8:6::1")
		})
	}
}

// A stranger with patience and one address knocks whenever the lock lets them, and in between.
func TestOnePlaceCannotLockALoginElsewhere(t *testing.T) {
	t.Parallel()
	for _, login := range []string{known, unknown} {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, nil)
			st.resident(t, st.batam, known, "")
			tried := 0
			for end := st.clock().Add(13 * time.Hour); st.clock().Before(end); {
				err := st.try(login, otherPassword, stranger)
				if f := fault.From(err); f.Code == "identity.locked" {
					st.pass(f.RetryAfter)
				} else {
					wantFault(t, err, "identity.wrong")
					tried++
				}
			}
			if tried < 50 || tried > 65 {
				t.Errorf("%d guesses in 13 hours, want some sixty", tried)
			}
			st.welcome(t, login, home)
		})
	}
}

// Guesses from everywhere are bounded for each login. The owner's own coming and going uses up nothing, and being
// refused in the end does not count against them.
func TestACrowdHasABoundOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, login := range []string{known, unknown} {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, nil)
			st.resident(t, st.batam, known, "")
			for i := range 49 {
				st.guess(t, login, fmt.Sprintf("192.0.2.%d", i))
			}
			if login == known {
				st.welcome(t, login, home)
				st.welcome(t, login, home)
			}
			st.guess(t, login, "192.0.2.49")
			for i := range 6 {
				err := st.try(login, goodPassword, home)
				wantFault(t, err, "identity.locked")
				if wait := fault.From(err).RetryAfter; wait <= 0 || wait > 15*time.Minute {
					t.Errorf("refusal %d: told to wait %s", i+1, wait)
				}
			}
			st.pass(15 * time.Minute)
			st.welcome(t, login, home)
		})
	}
}

// A reset proves the mailbox, so it opens the account everywhere and under each of its logins.
func TestResetLiftsEveryLock(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, known, "081234567890")
	for _, login := range []string{known, "081234567890"} {
		for _, ip := range []string{stranger, home} {
			for range 5 {
				st.guess(t, login, ip)
			}
			wantFault(t, st.try(login, goodPassword, ip), "identity.locked")
		}
	}
	if err := st.ResetRequest(st.batam, known, home); err != nil {
		t.Fatal(err)
	}
	_, link := st.lastMail(t, st.batam)
	if err := st.Reset(st.batam, link, goodPassword); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{known, "081234567890"} {
		for _, ip := range []string{stranger, home} {
			st.welcome(t, login, ip)
		}
	}
}

// Who holds a session without the password guesses no faster, and keeps nobody from signing in.
func TestGuessesAtThePresentPasswordLockTheSession(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, known, "")
	left := st.actor(t, st.batam, st.signIn(t, st.batam, known).Token)
	for range 5 {
		_, err := st.ChangePassword(st.batam, left, otherPassword, "laut biru di timur")
		wantField(t, err, "current", "password_wrong")
	}
	_, err := st.ChangePassword(st.batam, left, goodPassword, otherPassword)
	wantFault(t, err, "identity.locked")
	own := st.actor(t, st.batam, st.signIn(t, st.batam, known).Token)
	if _, err := st.ChangePassword(st.batam, own, goodPassword, otherPassword); err != nil {
		t.Error(err)
	}
}
