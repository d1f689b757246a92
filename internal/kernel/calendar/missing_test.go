package calendar

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// TestTheAdministratorIsToldOfAMissingYear once a month, from November on, until it is there.
func TestTheAdministratorIsToldOfAMissingYear(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	keys, err := privacy.NewKeys(x.w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	quiet, bus := slog.New(slog.DiscardHandler), event.New(nil)
	mail, err := notify.New(notify.Deps{DB: x.w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, Log: quiet,
		BaseURL: func(tenancy.City) string { return "http://batam.localhost" },
		Links:   map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"}})
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	admin := func(db bun.IDB, ctx context.Context, id uuid.UUID, mail string) {
		t.Helper()
		for _, q := range []string{
			`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at) VALUES (?0, ?1, 'staff', 'active', 'Maya', 'id', ?2, ?2, now())`,
			`INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at) VALUES (?0, ?1, 'city_admin', '', now())`,
		} {
			if _, err := db.NewRaw(q, x.w.Batam.ID, id, mail).Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	admin(x.w.DB.App, x.ctx, id, "x")
	for _, tt := range []struct {
		at   time.Time
		want int // messages so far
	}{
		{time.Date(2026, 10, 31, 16, 59, 0, 0, time.UTC), 0}, // still October in Batam
		{time.Date(2026, 10, 31, 17, 1, 0, 0, time.UTC), 1},
		{time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), 1},
		{time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC), 2},
	} {
		x.at = tt.at
		err := tenancy.InTx(x.ctx, x.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return x.warn(ctx, tx, mail) })
		if err != nil {
			t.Fatal(err)
		}
		var years []string
		if err := x.w.DB.App.NewRaw("SELECT data->>'year' FROM message WHERE tenant_id = ? AND template = 'calendar_missing' AND account_id = ?", x.w.Batam.ID, id).Scan(x.ctx, &years); err != nil ||
			len(years) != tt.want || slices.Contains(years, "2026") {
			t.Errorf("%v: told of %v, %v; want %d times", tt.at, years, err, tt.want)
		}
	}
	// An administrator who is appointed in the same transaction is told: what is read there is what the transaction sees.
	late := uuid.Must(uuid.NewV7())
	err = tenancy.InTx(x.ctx, x.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		admin(tx, ctx, late, "y")
		return x.warn(ctx, tx, mail)
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	err = x.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = 'calendar_missing' AND account_id = ?", x.w.Batam.ID, late).Scan(x.ctx, &n)
	if err != nil || n != 1 {
		t.Errorf("the new administrator was told %d times, %v", n, err)
	}
	if _, err := x.Import(x.ctx, x.admin, importOf(skb2027)); err != nil {
		t.Fatal(err)
	}
	if years, err := Missing(x.ctx, x.w.DB.App, time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)); err != nil || len(years) != 0 {
		t.Errorf("missing %v, %v", years, err)
	}
	if years, err := Missing(x.w.Ctx(x.w.Other), x.w.DB.App, time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)); err != nil || !slices.Equal(years, []int{2026, 2027}) {
		t.Errorf("another city misses %v, %v", years, err)
	}
}
