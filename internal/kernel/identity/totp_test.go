package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

func TestStaffSetsUpSecondFactor(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	id, err := st.CreateStaff(st.batam, identity.SeedInput{Name: "P", Email: "p@batam.go.id", Password: goodPassword, Roles: []string{"officer"}})
	if err != nil {
		t.Fatal(err)
	}
	half := st.signIn(t, st.batam, "p@batam.go.id")
	if half.Enrolled {
		t.Error("an authenticator is there already")
	}
	_, err = st.ConfirmTOTP(st.batam, half.Token, "123456")
	wantFault(t, err, "identity.totp_missing")
	actor := st.actor(t, st.batam, half.Token)
	first, err := st.EnrollTOTP(st.batam, actor)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(first.URL, "otpauth://totp/") || !strings.Contains(first.URL, "p@batam.go.id") {
		t.Errorf("URL = %s", first.URL)
	}
	again, err := st.EnrollTOTP(st.batam, actor)
	if err != nil || again != first {
		t.Errorf("a reloaded page shows another secret (%v)", err)
	}
	_, _, err = st.ActivateTOTP(st.batam, half.Token, "000000")
	wantFault(t, err, "identity.code_wrong")
	full, codes, err := st.ActivateTOTP(st.batam, half.Token, st.code(t, first.Secret))
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != 10 || len(codes[0]) != 11 {
		t.Errorf("recovery codes %v", codes)
	}
	_, err = st.Resolve(st.batam, half.Token)
	wantFault(t, err, "identity.no_session") // the token from before the second factor
	if a := st.actor(t, st.batam, full.Token); !a.TOTP || a.ID != id || a.SessionID != half.ID {
		t.Errorf("actor = %+v", a)
	}
	// A thief with the password alone can neither replace the authenticator nor use its first code again.
	thief := st.signIn(t, st.batam, "p@batam.go.id")
	_, err = st.EnrollTOTP(st.batam, st.actor(t, st.batam, thief.Token))
	wantFault(t, err, "identity.totp_set")
	_, err = st.ConfirmTOTP(st.batam, thief.Token, st.code(t, first.Secret))
	wantFault(t, err, "identity.code_wrong")
}

// A secret that lay on a screen for more than an hour is nobody's: another is offered, and the sweep drops the old one.
func TestOfferedSecretExpires(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	if _, err := st.CreateStaff(st.batam, identity.SeedInput{Name: "P", Email: "p@batam.go.id", Password: goodPassword, Roles: []string{"officer"}}); err != nil {
		t.Fatal(err)
	}
	offer := func() (string, identity.Enrolment) {
		t.Helper()
		half := st.signIn(t, st.batam, "p@batam.go.id")
		e, err := st.EnrollTOTP(st.batam, st.actor(t, st.batam, half.Token))
		if err != nil {
			t.Fatal(err)
		}
		return half.Token, e
	}
	offers := func() (n int) {
		t.Helper()
		if err := st.Sweep(st.batam, st.clock()); err != nil {
			t.Fatal(err)
		}
		if err := st.w.DB.App.NewRaw("SELECT count(*) FROM credential WHERE kind = 'totp_new'").Scan(st.batam, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	_, first := offer()
	st.pass(50 * time.Minute)
	token, again := offer()
	if again != first || offers() != 1 {
		t.Error("an offer of less than an hour was dropped")
	}
	st.pass(11 * time.Minute)
	_, _, err := st.ActivateTOTP(st.batam, token, st.code(t, first.Secret))
	wantFault(t, err, "identity.totp_expired")
	if st.actor(t, st.batam, token).TOTP {
		t.Error("a stale offer gave the second factor")
	}
	if offers() != 0 {
		t.Error("the sweep left a stale offer")
	}
	token, next := offer()
	if next.Secret == first.Secret {
		t.Error("the stale secret was offered again")
	}
	if _, _, err := st.ActivateTOTP(st.batam, token, st.code(t, next.Secret)); err != nil {
		t.Error(err)
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	tokens := make([]string, 3)
	for i := range tokens {
		tokens[i] = st.signIn(t, st.batam, "p@batam.go.id").Token
	}
	code := st.code(t, staffSecret)
	var group sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for _, token := range tokens {
		group.Go(func() {
			_, err := st.ConfirmTOTP(st.batam, token, code[:3]+" "+code[3:])
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				taken++
			} else if !fault.Is(err, "identity.code_wrong") {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	group.Wait()
	if taken != 1 {
		t.Errorf("one code was taken %d times", taken)
	}
	st.pass(-30 * time.Second) // an earlier code, inside the tolerance for clocks
	fresh := st.signIn(t, st.batam, "p@batam.go.id")
	_, err := st.ConfirmTOTP(st.batam, fresh.Token, st.code(t, staffSecret))
	wantFault(t, err, "identity.code_wrong")
	st.pass(time.Minute)
	if _, err := st.ConfirmTOTP(st.batam, fresh.Token, st.code(t, staffSecret)); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

func TestCodeGuessesAreLocked(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	half := st.signIn(t, st.batam, "p@batam.go.id")
	wrong := "000000"
	if st.code(t, staffSecret) == wrong {
		wrong = "000001"
	}
	for range 5 {
		_, err := st.ConfirmTOTP(st.batam, half.Token, wrong)
		wantFault(t, err, "identity.code_wrong")
	}
	other := st.signIn(t, st.batam, "p@batam.go.id") // a new session does not start the count anew
	_, err := st.ConfirmTOTP(st.batam, other.Token, st.code(t, staffSecret))
	wantFault(t, err, "identity.locked")
	st.pass(31 * time.Second)
	if _, err := st.ConfirmTOTP(st.batam, other.Token, st.code(t, staffSecret)); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	st.staff(t, st.batam, "q@batam.go.id", "", "officer")
	a, _ := st.signInStaff(t, st.batam, "p@batam.go.id")
	_, err := st.RenewRecoveryCodes(st.batam, a, st.code(t, staffSecret))
	wantFault(t, err, "identity.code_wrong") // it opened this session already
	st.pass(30 * time.Second)
	codes, err := st.RenewRecoveryCodes(st.batam, a, st.code(t, staffSecret))
	if err != nil {
		t.Fatal(err)
	}
	confirm := func(email, code string) error {
		_, err := st.ConfirmTOTP(st.batam, st.signIn(t, st.batam, email).Token, code)
		return err
	}
	wantFault(t, confirm("q@batam.go.id", codes[0]), "identity.code_wrong") // somebody else's
	if err := confirm("p@batam.go.id", strings.ToLower(strings.ReplaceAll(codes[0], "-", " "))); err != nil {
		t.Fatal(err)
	}
	wantFault(t, confirm("p@batam.go.id", codes[0]), "identity.code_wrong")
	if err := confirm("p@batam.go.id", codes[1]); err != nil {
		t.Errorf("the next code: %v", err)
	}
	_, err = st.RenewRecoveryCodes(st.batam, a, codes[2])
	wantFault(t, err, "identity.code_wrong") // a recovery code is no authenticator
	st.pass(30 * time.Second)
	if _, err := st.RenewRecoveryCodes(st.batam, a, st.code(t, staffSecret)); err != nil {
		t.Fatal(err)
	}
	wantFault(t, confirm("p@batam.go.id", codes[2]), "identity.code_wrong") // replaced
	half := st.actor(t, st.batam, st.signIn(t, st.batam, "p@batam.go.id").Token)
	st.pass(30 * time.Second)
	_, err = st.RenewRecoveryCodes(st.batam, half, st.code(t, staffSecret))
	wantFault(t, err, "access.second_factor")
}

func TestAdministratorClearsALostAuthenticator(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	lost := st.staff(t, st.batam, "p@batam.go.id", "", "officer")
	st.staff(t, st.batam, "admin@batam.go.id", "", "city_admin")
	_, token := st.signInStaff(t, st.batam, "p@batam.go.id")
	admin, _ := st.signInStaff(t, st.batam, "admin@batam.go.id")
	wantFault(t, st.ClearTOTP(st.batam, admin, admin.ID), "identity.not_yourself")
	if err := st.ClearTOTP(st.batam, admin, lost); err != nil {
		t.Fatal(err)
	}
	_, err := st.Resolve(st.batam, token)
	wantFault(t, err, "identity.no_session")
	if s := st.signIn(t, st.batam, "p@batam.go.id"); s.Enrolled {
		t.Error("the authenticator is still there")
	}
}

func TestSecondFactorIsForStaff(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "")
	s := st.signIn(t, st.batam, "ada@contoh.id")
	_, err := st.EnrollTOTP(st.batam, st.actor(t, st.batam, s.Token))
	wantFault(t, err, "identity.totp_staff")
	_, err = st.ConfirmTOTP(st.batam, s.Token, "123456")
	wantFault(t, err, "identity.totp_staff")
	_, err = st.RenewRecoveryCodes(st.batam, st.actor(t, st.batam, s.Token), "123456")
	wantFault(t, err, "identity.totp_staff")
}
