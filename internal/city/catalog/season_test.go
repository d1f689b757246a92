package catalog

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

var wib = time.FixedZone("WIB", 7*3600)

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, s, wib)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestSeasonsAtAMoment: both ends of a season belong to it, and not a second more.
func TestSeasonsAtAMoment(t *testing.T) {
	t.Parallel()
	p := Parts{Time: Time{Unit: byAnnouncement}, Seasons: []Season{
		{Opens: "2026-06-15 08:00", Closes: "2026-06-20 16:00", Announced: "2026-07-01"},
		{Opens: "2026-09-01 08:00", Closes: "2026-09-02 16:00", Announced: "2026-09-10"},
	}}
	for _, x := range []struct {
		at, opens, closes string
		day               int
	}{
		{at: "2026-06-15 07:59:59", opens: "2026-06-15 08:00:00"},
		{at: "2026-06-15 08:00:00", closes: "2026-06-20 16:00:00", day: 20260701},
		{at: "2026-06-20 16:00:00", closes: "2026-06-20 16:00:00", day: 20260701},
		{at: "2026-06-20 16:00:01", opens: "2026-09-01 08:00:00", closes: "2026-06-20 16:00:00"},
		{at: "2026-09-02 16:00:00", closes: "2026-09-02 16:00:00", day: 20260910},
		{at: "2026-09-02 16:00:01", closes: "2026-09-02 16:00:00"},
	} {
		got := p.At(moment(t, x.at).In(wib))
		text := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.Format(time.DateTime)
		}
		want := workcal.Term{}
		if x.day != 0 {
			want = workcal.Term{Amount: x.day, Unit: workcal.Date}
		}
		if got.Shut != (x.day == 0) || text(got.Opens) != x.opens || text(got.Closes) != x.closes || got.Term != want {
			t.Errorf("%s: %+v", x.at, got)
		}
	}
	two := workcal.Term{Amount: 2, Unit: workcal.WorkingDay}
	p.Time = Time{Amount: 2, Unit: "working_day"}
	if got := p.At(moment(t, "2026-06-15 08:00:00")); got.Shut || got.Term != two {
		t.Errorf("a season with a number of days: %+v", got)
	}
	p.Seasons = nil
	if got := p.At(moment(t, "2026-01-01 00:00:00")); got.Shut || got.Term != two || !got.Closes.IsZero() {
		t.Errorf("a service of all year: %+v", got)
	}
}

// TestBrokenSeasonsAreRefused where they are written.
func TestBrokenSeasonsAreRefused(t *testing.T) {
	t.Parallel()
	good := Season{Opens: "2026-06-15 08:00", Closes: "2026-06-20 16:00", Announced: "2026-07-01"}
	for want, x := range map[string]struct {
		unit string
		all  []Season
	}{
		"":                               {byAnnouncement, []Season{good, {"2026-06-21 08:00", "2026-06-22 16:00", "2026-06-22"}}},
		"seasons required":               {byAnnouncement, nil},
		"seasons[0].announced required":  {byAnnouncement, []Season{{Opens: good.Opens, Closes: good.Closes}}},
		"seasons[0].opens bad_form":      {"working_day", []Season{{Opens: "15-06-2026", Closes: good.Closes}}},
		"seasons[0].closes bad_form":     {"working_day", []Season{{Opens: good.Opens, Closes: "2026-06-31 16:00"}}},
		"seasons[0].closes not_after":    {"working_day", []Season{{Opens: good.Opens, Closes: "2026-06-15 07:00"}}},
		"seasons[1].opens not_after":     {"working_day", []Season{good, {Opens: "2026-06-20 16:00", Closes: "2026-06-30 16:00"}}},
		"seasons[0].announced bad_form":  {"working_day", []Season{{good.Opens, good.Closes, "Juli"}}},
		"seasons[0].announced not_after": {"working_day", []Season{{good.Opens, good.Closes, "2026-06-19"}}},
	} {
		c := pack.CheckOf("x")
		checkSeasons(c, "seasons", Parts{Time: Time{Unit: x.unit}, Seasons: x.all})
		got := ""
		var found pack.Problems
		if errors.As(c.Err(), &found) {
			for _, p := range found {
				got += p.Path + " " + p.Code
			}
		}
		if got != want {
			t.Errorf("%q is told as %q", want, got)
		}
	}
}

// TestALastSeasonIsToldOfOnceBeforeAndOnceAfter its end, and one that another follows is not.
func TestALastSeasonIsToldOfOnceBeforeAndOnceAfter(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	engine := pack.NewEngine()
	engine.Register(Section())
	p := edited(t, replace(t, "services/ktp-el-hilang.yaml", "  time:\n",
		"  seasons: [{opens: \"2026-06-15 08:00\", closes: \"2026-06-20 16:00\"}, {opens: \"2026-09-01 08:00\", closes: \"2026-09-30 16:00\"}]\n  time:\n"))
	if _, err := engine.Apply(t.Context(), w.DB, p); err != nil {
		t.Fatal(err)
	}
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: event.New(nil), Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"},
		Log: slog.New(slog.DiscardHandler), BaseURL: func(tenancy.City) string { return "http://batam.localhost" },
		Links: map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"}})
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	for _, q := range []string{
		`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at) VALUES (?0, ?1, 'staff', 'active', 'Rina', 'id', 'x', 'x', now())`,
		`INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at) VALUES (?0, ?1, 'city_admin', '', now())`,
	} {
		if _, err := w.DB.App.NewRaw(q, w.Batam.ID, id).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct{ at, told string }{
		{"2026-06-18 10:00:00", ""}, // another follows
		{"2026-09-10 10:00:00", ""},
		{"2026-09-17 10:00:00", "season_ends"},
		{"2026-09-29 10:00:00", "season_ends"},
		{"2026-09-30 16:00:01", "season_ends season_over"},
		{"2026-10-02 10:00:00", "season_ends season_over"},
		{"2027-01-01 10:00:00", "season_ends season_over"},
	} {
		err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return warn(ctx, tx, mail, moment(t, x.at)) })
		if err != nil {
			t.Fatal(err)
		}
		var told string
		err = w.DB.App.NewRaw("SELECT coalesce(string_agg(template, ' ' ORDER BY template), '') FROM message WHERE tenant_id = ? AND account_id = ? AND data->>'closes' = '2026-09-30 16:00'",
			w.Batam.ID, id).Scan(ctx, &told)
		if err != nil || told != x.told {
			t.Errorf("%s: told %q, %v; want %q", x.at, told, err, x.told)
		}
	}
}
