package identity_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// The same answer and the same work, whoever is asked for.
func TestSignInTellsNobodyWhichAccountsExist(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "081234567890")
	gone := st.staff(t, st.batam, "pergi@batam.go.id", "disdukcapil", "officer")
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	if err := st.Deactivate(st.batam, admin, gone); err != nil {
		t.Fatal(err)
	}
	if err := st.Register(st.batam, identity.RegisterInput{Name: "N", Email: "tunggu@contoh.id", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Invite(st.batam, admin, identity.InviteInput{Name: "N", Email: "diundang@batam.go.id", Role: "officer", Agency: "disdukcapil"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, login, password string
		ctx                   context.Context
	}{
		{"wrong password", "ada@contoh.id", otherPassword, st.batam},
		{"wrong password by number", "081234567890", otherPassword, st.batam},
		{"unknown address", "tidakada@contoh.id", goodPassword, st.batam},
		{"unknown number", "089999999999", goodPassword, st.batam},
		{"not a login at all", "'; DROP TABLE account; --", goodPassword, st.batam},
		{"deactivated, right password", "pergi@batam.go.id", goodPassword, st.batam},
		{"registration waiting, right password", "tunggu@contoh.id", goodPassword, st.batam},
		{"invited", "diundang@batam.go.id", goodPassword, st.batam},
		{"account of another city", "ada@contoh.id", goodPassword, st.other},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := st.ArgonRuns()
			_, err := st.SignIn(tt.ctx, identity.SignInInput{Login: tt.login, Password: tt.password})
			f := fault.From(err)
			if f.Kind != fault.Unauthenticated || f.Code != "identity.wrong" || len(f.Fields)+len(f.Args) != 0 {
				t.Errorf("answer = %+v", f)
			}
			if n := st.ArgonRuns() - before; n != 1 {
				t.Errorf("%d password hashes, want 1", n)
			}
		})
	}
}

func TestLockGrowsAndIsTheSameForUnknownAccounts(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	try := func(login, password string) error {
		_, err := st.SignIn(st.batam, identity.SignInInput{Login: login, Password: password})
		return err
	}
	for _, login := range []string{"ada@contoh.id", "tidakada@contoh.id"} {
		for range 5 {
			wantFault(t, try(login, otherPassword), "identity.wrong")
		}
		for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			err := try(login, goodPassword)
			wantFault(t, err, "identity.locked") // also with the right password
			if got := fault.From(err).RetryAfter.Round(time.Second); got != wait {
				t.Errorf("%s: told to wait %s, want %s", login, got, wait)
			}
			st.pass(wait)
			wantFault(t, try(login, otherPassword), "identity.wrong")
		}
	}
	st.pass(15 * time.Minute)
	if err := try("ada@contoh.id", goodPassword); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		wantFault(t, try("ada@contoh.id", otherPassword), "identity.wrong")
	}
	if err := try("ada@contoh.id", goodPassword); err != nil {
		t.Errorf("success did not clear the count: %v", err)
	}
	for range 4 {
		wantFault(t, try("ada@contoh.id", otherPassword), "identity.wrong")
	}
	st.pass(25 * time.Hour)
	for range 4 {
		wantFault(t, try("ada@contoh.id", otherPassword), "identity.wrong") // yesterday's are forgotten
	}
}

func TestBurstOfGuessesIsCounted(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	before := st.ArgonRuns()
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			_, err := st.SignIn(st.batam, identity.SignInInput{Login: "ada@contoh.id", Password: otherPassword})
			if !fault.Is(err, "identity.wrong") && !fault.Is(err, "identity.locked") {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	group.Wait()
	if n := st.ArgonRuns() - before; n != 5 {
		t.Errorf("%d of 40 parallel guesses were compared, want 5", n)
	}
}

func TestNetworkAddressIsLimited(t *testing.T) {
	t.Parallel()
	rdb := redis.NewClient(&redis.Options{Addr: pgtest.Redis(t)})
	t.Cleanup(func() { _ = rdb.Close() })
	st := newStage(t, redis_rate.NewLimiter(rdb))
	in := identity.RegisterInput{Name: "N", Password: goodPassword, IP: "2001:db8::1"}
	var err error
	for i := range 61 {
		in.Email = "a" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@contoh.id"
		in.IP = []string{"2001:db8::1", "2001:db8::2"}[i%2] // one subscriber
		if err = st.Register(st.batam, in); err != nil {
			if i != 60 {
				t.Fatalf("refused at number %d: %v", i+1, err)
			}
		}
	}
	wantFault(t, err, "identity.too_many")
	in.IP = "2001:db8:0:1::1"
	if err := st.Register(st.batam, in); err != nil {
		t.Errorf("the neighbour is refused too: %v", err)
	}
}

func TestOneMailboxGetsFewMails(t *testing.T) {
	t.Parallel()
	rdb := redis.NewClient(&redis.Options{Addr: pgtest.Redis(t)})
	t.Cleanup(func() { _ = rdb.Close() })
	st := newStage(t, redis_rate.NewLimiter(rdb))
	st.resident(t, st.batam, "ada@contoh.id", "")
	register := func(ip string) {
		t.Helper()
		in := identity.RegisterInput{Name: "N", Email: "ada@contoh.id", Password: goodPassword, IP: ip}
		if err := st.Register(st.batam, in); err != nil {
			t.Fatal(err)
		}
	}
	reset := func(ip string) {
		t.Helper()
		if err := st.ResetRequest(st.batam, "ada@contoh.id", ip); err != nil {
			t.Fatal(err)
		}
	}
	mails := func(want int, what string) {
		t.Helper()
		if n := st.mailCount(t); n != want {
			t.Errorf("%d mails after %s, want %d", n, what, want)
		}
	}
	for range 6 {
		register("203.0.113.1")
	}
	mails(3, "six registrations from one network")
	for range 6 {
		reset("203.0.113.1") // registering has used up none of these
	}
	mails(6, "six resets from one network")
	reset("198.51.100.7") // the owner, elsewhere
	mails(7, "a reset from another network")
	if m, link := st.lastMail(t, st.batam); m.Purpose != "password_reset" || st.Reset(st.batam, link, otherPassword) != nil {
		t.Errorf("the owner's reset: %+v", m)
	}
	for i := range 40 {
		reset(fmt.Sprintf("192.0.2.%d", i))
	}
	mails(13, "resets from a crowd") // ten resets and three registrations in all
}

func TestSignInWorksWithoutRedis(t *testing.T) {
	t.Parallel()
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	st := newStage(t, redis_rate.NewLimiter(rdb))
	st.resident(t, st.batam, "ada@contoh.id", "")
	st.signIn(t, st.batam, "ada@contoh.id")
}

func TestHashOfOlderCostIsReplaced(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	id := st.resident(t, st.batam, "ada@contoh.id", "")
	cheap, err := identity.CheapHash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.w.DB.App.NewRaw("UPDATE credential SET secret = ? WHERE account_id = ?", []byte(cheap), id).Exec(st.batam)
	if err != nil {
		t.Fatal(err)
	}
	stored := func() string {
		var phc string
		err := st.w.DB.App.NewRaw("SELECT convert_from(secret, 'UTF8') FROM credential WHERE account_id = ?", id).Scan(st.batam, &phc)
		if err != nil {
			t.Fatal(err)
		}
		return phc
	}
	if stored() != cheap {
		t.Fatal("the test did not store the cheap hash")
	}
	st.signIn(t, st.batam, "ada@contoh.id")
	after := stored()
	if after == cheap || after[:31] != "$argon2id$v=19$m=19456,t=2,p=1$" {
		t.Errorf("stored after sign-in: %.31s", after)
	}
	st.signIn(t, st.batam, "ada@contoh.id")
	if stored() != after {
		t.Error("a hash of the present cost was replaced")
	}
}
