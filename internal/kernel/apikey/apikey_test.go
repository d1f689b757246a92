package apikey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

const day = 24 * time.Hour

// keys is the service on a clock of its own, with an owner and an administrator.
type keys struct {
	*apikey.Service
	w     *pgtest.World
	now   time.Time
	owner apikey.Owner
	admin identity.Actor
}

func newKeys(t *testing.T) *keys {
	t.Helper()
	k := &keys{w: pgtest.Open(t), now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC), owner: apikey.Owner{Kind: "external_app", ID: uuid.New()}}
	k.admin = identity.Actor{ID: uuid.New(), TenantID: k.w.Batam.ID, Kind: identity.Staff}
	k.Service = apikey.New(k.w.DB.App, func() time.Time { return k.now })
	return k
}

func (k *keys) in(t *testing.T, fn func(ctx context.Context, tx bun.Tx) error) error {
	t.Helper()
	return tenancy.InTx(k.w.Ctx(k.w.Batam), k.w.DB.App, fn)
}

func (k *keys) issue(t *testing.T) (key apikey.Key, raw string) {
	t.Helper()
	err := k.in(t, func(ctx context.Context, tx bun.Tx) (err error) {
		key, raw, err = k.Issue(ctx, tx, k.admin, apikey.IssueInput{Owner: k.owner, Scopes: []string{"status:write"}, For: 90 * day})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return key, raw
}

func (k *keys) opens(t *testing.T, raw, code string) {
	t.Helper()
	a, _, err := k.Resolve(k.w.Ctx(k.w.Batam), raw)
	if code == "" && (err != nil || a.ID != k.owner.ID || a.Kind != identity.Machine || a.SignedIn()) || code != "" && !fault.Is(err, code) {
		t.Errorf("%.14s: %+v, %v; want %q", raw, a, err, code)
	}
}

func TestAKeyOpensUntilItEnds(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	key, raw := k.issue(t)
	k.opens(t, raw, "")
	other := "7"
	if strings.HasSuffix(raw, other) {
		other = "a"
	}
	k.opens(t, raw[:len(raw)-1]+other, "apikey.invalid") // 26 letters of which the last is another
	k.opens(t, strings.ToUpper(raw), "apikey.invalid")
	k.opens(t, "bdl_"+strings.Repeat("a", 10)+"_"+strings.Repeat("a", 26), "apikey.invalid")
	k.opens(t, "", "apikey.invalid")
	if _, _, err := k.Resolve(k.w.Ctx(k.w.Other), raw); !fault.Is(err, "apikey.invalid") {
		t.Errorf("in another city: %v", err)
	}
	k.now = key.ExpiresAt.Add(-time.Second)
	k.opens(t, raw, "")
	k.now = key.ExpiresAt
	k.opens(t, raw, "apikey.expired")
}

func TestWhatIsKeptOpensNothing(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	_, raw := k.issue(t)
	var row string
	if err := k.w.DB.App.NewRaw("SELECT row_to_json(k)::text FROM api_key k").Scan(k.w.Ctx(k.w.Batam), &row); err != nil {
		t.Fatal(err)
	}
	var entries string
	if err := k.w.DB.App.NewRaw("SELECT string_agg(detail::text, '') FROM audit_entry").Scan(k.w.Ctx(k.w.Batam), &entries); err != nil {
		t.Fatal(err)
	}
	secret := raw[strings.LastIndex(raw, "_")+1:]
	if strings.Contains(row, secret) || strings.Contains(entries, secret) || !strings.Contains(entries, "status:write") {
		t.Errorf("kept %s, recorded %s", row, entries)
	}
}

func TestASuccessorOverlaps(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	old, raw := k.issue(t)
	var next string
	rotate := func() error {
		return k.in(t, func(ctx context.Context, tx bun.Tx) (err error) {
			_, next, err = k.Rotate(ctx, tx, k.admin, k.owner, old.ID, 7*day)
			return err
		})
	}
	if err := rotate(); err != nil {
		t.Fatal(err)
	}
	k.opens(t, raw, "")
	k.opens(t, next, "")
	k.now = k.now.Add(7 * day)
	k.opens(t, raw, "apikey.expired")
	k.opens(t, next, "")
	if err := rotate(); !fault.Is(err, "apikey.unknown") {
		t.Errorf("a successor of what has ended: %v", err)
	}
}

func TestARevokedKeyIsDeadAtOnceAndAnothersIsUnknown(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	key, raw := k.issue(t)
	revoke := func(o apikey.Owner) error {
		return k.in(t, func(ctx context.Context, tx bun.Tx) error { return k.Revoke(ctx, tx, k.admin, o, key.ID) })
	}
	if err := revoke(apikey.Owner{Kind: "external_app", ID: uuid.New()}); !fault.Is(err, "apikey.unknown") {
		t.Errorf("by another owner: %v", err)
	}
	k.opens(t, raw, "")
	for range 2 {
		if err := revoke(k.owner); err != nil {
			t.Fatal(err)
		}
	}
	k.opens(t, raw, "apikey.expired")
	all, err := k.List(k.w.Ctx(k.w.Batam), k.w.DB.App, k.owner)
	if err != nil || len(all) != 1 || all[0].Live(k.now) || all[0].LastUsedAt.IsZero() || all[0].Hash != nil {
		t.Errorf("%+v, %v", all, err)
	}
	err = k.in(t, func(ctx context.Context, tx bun.Tx) error {
		_, _, err := k.Issue(ctx, tx, k.admin, apikey.IssueInput{Owner: k.owner, Scopes: []string{"x"}, For: 1000 * day})
		return err
	})
	if !fault.Is(err, "input.invalid") {
		t.Errorf("a key for ever: %v", err)
	}
}
