package identity_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
)

const (
	goodPassword  = "kapal putih di selat"
	otherPassword = "angin timur laut kencang"
	staffSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// stage is one identity service on a database of its own, with a clock that the test moves and a mailbag.
type stage struct {
	*identity.Service
	w     *pgtest.World
	keys  *privacy.Keys
	guard *access.Guard
	batam context.Context
	other context.Context

	mu    sync.Mutex
	at    time.Time
	mails []event.AccountMail
}

func newStage(t *testing.T, limiter *redis_rate.Limiter) *stage {
	t.Helper()
	w := pgtest.Open(t)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, keys: keys, guard: guard, batam: w.Ctx(w.Batam), other: w.Ctx(w.Other), at: time.Now()}
	bus := event.New(nil)
	event.OnTx(bus, func(_ context.Context, _ bun.IDB, m event.AccountMail) error {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.mails = append(st.mails, m)
		return nil
	})
	st.Service = identity.New(identity.Deps{
		DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Limiter: limiter, Log: slog.New(slog.DiscardHandler), Now: st.clock,
	})
	return st
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.at
}

func (st *stage) pass(d time.Duration) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.at = st.at.Add(d)
}

// settle does what a worker would: the jobs that wait in both cities.
func (st *stage) settle(t *testing.T) {
	t.Helper()
	for _, ctx := range []context.Context{st.batam, st.other} {
		if err := st.Work(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// lastMail returns the newest mail and the raw secret of its link.
func (st *stage) lastMail(t *testing.T, ctx context.Context) (event.AccountMail, string) {
	t.Helper()
	st.settle(t)
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.mails) == 0 {
		t.Fatal("no mail was asked for")
	}
	m := st.mails[len(st.mails)-1]
	if m.Sealed == "" {
		return m, ""
	}
	sealed, err := base64.StdEncoding.DecodeString(m.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := st.keys.Open(ctx, sealed, event.AccountMailUse)
	if err != nil {
		t.Fatal(err)
	}
	return m, string(raw)
}

func (st *stage) mailCount(t *testing.T) int {
	t.Helper()
	st.settle(t)
	st.mu.Lock()
	defer st.mu.Unlock()
	return len(st.mails)
}

func (st *stage) resident(t *testing.T, ctx context.Context, email, phone string) uuid.UUID {
	t.Helper()
	id, err := st.CreateResident(ctx, identity.SeedInput{Name: "Siti Aminah", Email: email, Phone: phone, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (st *stage) staff(t *testing.T, ctx context.Context, email, agency string, roles ...string) uuid.UUID {
	t.Helper()
	user, _, _ := strings.Cut(email, "@")
	id, err := st.CreateStaff(ctx, identity.SeedInput{
		Name: "Petugas " + user, Email: email, Password: goodPassword, Roles: roles, Agency: agency, TOTPSecret: staffSecret,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (st *stage) signIn(t *testing.T, ctx context.Context, login string) identity.Session {
	t.Helper()
	s, err := st.SignIn(ctx, identity.SignInInput{Login: login, Password: goodPassword, IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (Linux; Android 14) Chrome/130"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signInStaff passes both factors; it moves the clock on, because a code is good once.
func (st *stage) signInStaff(t *testing.T, ctx context.Context, email string) (identity.Actor, string) {
	t.Helper()
	half := st.signIn(t, ctx, email)
	st.pass(30 * time.Second)
	full, err := st.ConfirmTOTP(ctx, half.Token, st.code(t, staffSecret))
	if err != nil {
		t.Fatal(err)
	}
	return st.actor(t, ctx, full.Token), full.Token
}

func (st *stage) code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, st.clock())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (st *stage) actor(t *testing.T, ctx context.Context, token string) identity.Actor {
	t.Helper()
	a, err := st.Resolve(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}

// wantField holds that err names a field with a code.
func wantField(t *testing.T, err error, name, code string) {
	t.Helper()
	for _, f := range fault.From(err).Fields {
		if f.Name == name && f.Code == code {
			return
		}
	}
	t.Errorf("got %v, want field %s=%s", err, name, code)
}
