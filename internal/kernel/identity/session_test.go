package identity_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/identity"
)

func TestSessionIsWorthNothingInAnotherCity(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	st.resident(t, st.other, "ada@contoh.id", "")
	s := st.signIn(t, st.batam, "ada@contoh.id")
	_, err := st.Resolve(st.other, s.Token)
	wantFault(t, err, "identity.no_session")
	if err := st.SignOut(st.other, s.Token); err != nil {
		t.Fatal(err)
	}
	a := st.actor(t, st.batam, s.Token)
	wantFault(t, st.Revoke(st.other, a, s.ID), "identity.session_unknown")
	if list, err := st.Sessions(st.other, a); err != nil || len(list) != 0 {
		t.Errorf("another city lists %d sessions, %v", len(list), err)
	}
	if _, err := st.Account(st.other, a.ID); err == nil {
		t.Error("another city reads the account")
	}
	if names, err := st.Names(st.other, []uuid.UUID{a.ID}); err != nil || len(names) != 0 {
		t.Errorf("another city reads names: %v, %v", names, err)
	}
	st.actor(t, st.batam, s.Token) // unharmed
}

func TestTokenThatWasNeverGiven(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("é", 43), strings.Repeat("A", 1<<16), "'; --"} {
		_, err := st.Resolve(st.batam, token)
		wantFault(t, err, "identity.no_session")
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name  string
		staff bool
		use   time.Duration // used again and again after this long
		until time.Duration
		alive bool
	}{
		{"resident, lately used", false, 6 * day, 24 * day, true},
		{"resident, unused for a week", false, 7 * day, 7 * day, false},
		{"resident, in use for a month", false, 5 * day, 30 * day, false},
		{"staff, lately used", true, 20 * time.Minute, 11 * time.Hour, true},
		{"staff, unused for half an hour", true, 30 * time.Minute, 30 * time.Minute, false},
		{"staff, in use for twelve hours", true, 20 * time.Minute, 12 * time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, nil)
			var token string
			if tt.staff {
				st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
				_, token = st.signInStaff(t, st.batam, "p@batam.go.id")
			} else {
				st.resident(t, st.batam, "ada@contoh.id", "")
				token = st.signIn(t, st.batam, "ada@contoh.id").Token
			}
			for at := tt.use; at < tt.until; at += tt.use {
				st.pass(tt.use)
				st.actor(t, st.batam, token)
			}
			st.pass(tt.use)
			if _, err := st.Resolve(st.batam, token); (err == nil) != tt.alive {
				t.Errorf("after %s: %v, want alive %t", tt.until, err, tt.alive)
			}
		})
	}
}

func TestHalfSessionOfStaffIsShort(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer")
	s := st.signIn(t, st.batam, "p@batam.go.id")
	if !s.NeedsTOTP || !s.Enrolled {
		t.Errorf("session = %+v", s)
	}
	if a := st.actor(t, st.batam, s.Token); a.TOTP {
		t.Error("the second factor counts as given")
	}
	st.pass(15 * time.Minute)
	_, err := st.Resolve(st.batam, s.Token)
	wantFault(t, err, "identity.no_session")
}

func TestOwnerListsAndRevokesSessions(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	st.resident(t, st.batam, "budi@contoh.id", "")
	first := st.signIn(t, st.batam, "ada@contoh.id")
	st.pass(30 * time.Second)
	second := st.signIn(t, st.batam, "ada@contoh.id")
	third := st.signIn(t, st.batam, "ada@contoh.id")
	foreign := st.signIn(t, st.batam, "budi@contoh.id")

	seen := func(token string) time.Time {
		t.Helper()
		a := st.actor(t, st.batam, token)
		list, err := st.Sessions(st.batam, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if v.Current {
				return v.SeenAt
			}
		}
		t.Fatal("the present session is not in the list")
		return time.Time{}
	}
	start := seen(first.Token)
	st.pass(20 * time.Second)
	if got := seen(first.Token); !got.Equal(start) {
		t.Errorf("seen moved within a minute, from %s to %s", start, got)
	}
	st.pass(time.Minute)
	if got := seen(first.Token); !got.After(start) {
		t.Error("seen did not move after a minute")
	}

	a := st.actor(t, st.batam, first.Token)
	list, err := st.Sessions(st.batam, a)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d sessions, %v; want 3", len(list), err)
	}
	if v := list[0]; v.Agent != "Chrome · Android" || v.IP != "203.0.113.9" {
		t.Errorf("visit = %+v", v)
	}
	wantFault(t, st.Revoke(st.batam, a, foreign.ID), "identity.session_unknown")
	if err := st.Revoke(st.batam, a, second.ID); err != nil {
		t.Fatal(err)
	}
	_, err = st.Resolve(st.batam, second.Token)
	wantFault(t, err, "identity.no_session")
	if n, err := st.RevokeOthers(st.batam, a); err != nil || n != 1 {
		t.Errorf("RevokeOthers = %d, %v; want 1", n, err)
	}
	_, err = st.Resolve(st.batam, third.Token)
	wantFault(t, err, "identity.no_session")
	st.actor(t, st.batam, foreign.Token)
	if err := st.SignOut(st.batam, first.Token); err != nil {
		t.Fatal(err)
	}
	_, err = st.Resolve(st.batam, first.Token)
	wantFault(t, err, "identity.no_session")
	if err := st.SignOut(st.batam, first.Token); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

// What somebody finds who reads the whole database: no token, no address, no number, no secret.
func TestDatabaseHoldsNothingToSignInWith(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "081234567890")
	st.staff(t, st.batam, "petugas@batam.go.id", "disdukcapil", "officer")
	session := st.signIn(t, st.batam, "ada@contoh.id")
	_, staffToken := st.signInStaff(t, st.batam, "petugas@batam.go.id")
	if err := st.ResetRequest(st.batam, "ada@contoh.id", ""); err != nil {
		t.Fatal(err)
	}
	_, link := st.lastMail(t, st.batam)
	if err := st.Register(st.batam, identity.RegisterInput{Name: "N", Email: "baru@contoh.id", Phone: "085555555555", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	var dump []string
	for _, table := range []string{"account", "account_role", "credential", "session", "account_link", "registration", "sign_in_failure", "sign_in_total", "audit_entry", "outbox"} {
		var rows []string
		if err := st.w.DB.App.NewRaw("SELECT row_to_json(x)::text FROM "+table+" x").Scan(st.batam, &rows); err != nil {
			t.Fatal(err)
		}
		dump = append(dump, rows...)
	}
	all := strings.Join(dump, "\n")
	if len(dump) < 8 {
		t.Fatalf("only %d rows to look at", len(dump))
	}
	for _, secret := range []string{
		session.Token, staffToken, link, goodPassword, staffSecret, "ada@contoh.id", "petugas@batam.go.id", "baru@contoh.id",
		"1234567890", "5555555555",
	} {
		raw, _ := base64.RawURLEncoding.DecodeString(secret)
		for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), hex.EncodeToString(raw)} {
			if len(form) > 8 && strings.Contains(all, form) {
				t.Errorf("the database shows %q", secret)
			}
		}
	}
}

func TestSweepRemovesWhatIsOver(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	st.signIn(t, st.batam, "ada@contoh.id")
	st.signIn(t, st.batam, "ada@contoh.id")
	if err := st.ResetRequest(st.batam, "ada@contoh.id", ""); err != nil {
		t.Fatal(err)
	}
	if err := st.Register(st.batam, identity.RegisterInput{Name: "N", Email: "b@contoh.id", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	_, err := st.SignIn(st.batam, identity.SignInInput{Login: "x@y.id", Password: "z"})
	wantFault(t, err, "identity.wrong")
	st.settle(t)
	counts := func() (n int) {
		t.Helper()
		err := st.w.DB.App.NewRaw(`SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM account_link)
			+ (SELECT count(*) FROM registration) + (SELECT count(*) FROM sign_in_failure) + (SELECT count(*) FROM sign_in_total)`).Scan(st.batam, &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	// What is over is so by the clock that the rows were written by: a tick says only that it is time to look.
	if err := st.Sweep(st.batam, st.clock().Add(31*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	const all = 7 // two sessions with the total of their login, a link, a registration, a failure with its total
	if n := counts(); n != all {
		t.Errorf("%d rows after a sweep at once, want all %d", n, all)
	}
	st.pass(31 * 24 * time.Hour)
	if err := st.Sweep(st.other, st.clock()); err != nil {
		t.Fatal(err)
	}
	if n := counts(); n != all {
		t.Errorf("%d rows after the sweep of another city, want all %d", n, all)
	}
	if err := st.Sweep(st.batam, st.clock()); err != nil {
		t.Fatal(err)
	}
	if n := counts(); n != 0 {
		t.Errorf("%d rows after a month, want none", n)
	}
}
