package calendar

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

type world struct {
	*Service
	w     *pgtest.World
	ctx   context.Context // Batam
	admin identity.Actor
	at    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	x := &world{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	x.Service = New(w.DB.App, guard, func() time.Time { return x.at })
	x.admin = identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: w.Batam.ID, Kind: identity.Staff, Name: "Admin", Roles: []string{"city_admin"}, TOTP: true}
	x.save(t, Year{Year: 2026, Week: []string{"mon", "tue", "wed", "thu", "fri"}, Open: "07:30", Close: "16:00", Source: "SKB 2026", Days: []Holiday{
		{Day: "2026-12-24", Kind: JointLeave, Name: name("Cuti bersama Natal")}, {Day: "2026-12-25", Kind: NationalDay, Name: name("Natal")},
	}})
	return x
}

func name(s string) i18n.Text { return i18n.Text{i18n.ID: s, i18n.EN: s + " (en)"} }

func (x *world) save(t *testing.T, y Year) {
	t.Helper()
	err := tenancy.InTx(x.ctx, x.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return SaveYear(ctx, tx, y) })
	if err != nil {
		t.Fatal(err)
	}
}

// on returns the hours of a day at an agency, "" for off.
func (x *world) on(t *testing.T, agency, day string) string {
	t.Helper()
	cal, err := Load(x.ctx, x.w.DB.App, agency)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation(time.DateOnly, day, cal.Zone)
	if err != nil {
		t.Fatal(err)
	}
	s := cal.On(at)
	if s.IsZero() {
		return ""
	}
	return s.Open + "-" + s.Close
}

func (x *world) expect(t *testing.T, agency string, want map[string]string) {
	t.Helper()
	for day, hours := range want {
		if got := x.on(t, agency, day); got != hours {
			t.Errorf("%s on %s: %q, want %q", agency, day, got, hours)
		}
	}
}
