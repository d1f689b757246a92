package billing_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// A city that is closed owes what it used until then, and its months are closed by the platform.
func TestACityThatIsClosedIsBilledToTheEnd(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Batam
	b.subscribe(t, city, "besar", day(2026, 8, 1), billing.SubscribeInput{})
	b.now = day(2026, 8, 16)
	if _, err := b.End(b.ctx, billing.EndInput{City: city, On: day(2026, 8, 16), As: billing.Cancelled, Reason: "Uji.", ActorKind: audit.System}); err != nil {
		t.Fatal(err)
	}
	b.use(t, city, "application_submitted", day(2026, 8, 4), 6)
	r, err := jobs.New(b.w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(b.w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = b.Register(r, nil)
	}
	if err == nil {
		_, err = b.w.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE id = ?", city.ID).Exec(b.ctx)
	}
	for n := 0; n < 3 && err == nil; n++ {
		b.now = day(2026, 9, 3).Add(time.Duration(n) * time.Hour)
		err = errors.Join(r.Plan(t.Context(), b.now), r.Work(t.Context(), b.now))
	}
	if err != nil {
		t.Fatal(err)
	}
	if sum, many := b.drafted(t, city); many != 1 || sum != 4_500_000+6_000 {
		t.Errorf("%d drafts of %v", many, sum)
	}
}

// What a city had waiting when it was closed is done: its month is closed, once, and on its record nothing changes any more.
func TestWhatAClosedCityHadWaitingIsDone(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Batam
	for _, statement := range []string{`INSERT INTO plan (code, name, summary) VALUES ('batas', '{"id": "Batas"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components, entitlements) VALUES ('batas', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3100000, "name": {"id": "Langganan"}}]',
			'{"modules": [], "limits": {"applications_submitted": {"most": 5, "name": {"id": "Permohonan"}}}}')`} {
		if _, err := b.w.DB.Platform.NewRaw(statement).Exec(b.ctx); err != nil {
			t.Fatal(err)
		}
	}
	b.subscribe(t, city, "batas", day(2026, 8, 1), billing.SubscribeInput{})
	b.use(t, city, "application_submitted", day(2026, 8, 4), 6)
	r, err := jobs.New(b.w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(b.w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = b.Register(r, nil)
	}
	if err == nil {
		err = r.Plan(t.Context(), b.now) // beyond its limit, of which the platform is to be told
	}
	b.now = day(2026, 9, 3)
	if err == nil {
		err = r.Plan(t.Context(), b.now) // its month is to be closed
	}
	var before, after string
	record := func(into *string) {
		t.Helper()
		if err := b.w.DB.Platform.NewRaw("SELECT plan::text FROM tenant WHERE id = ?", city.ID).Scan(b.ctx, into); err != nil {
			t.Fatal(err)
		}
	}
	record(&before)
	b.subscribe(t, city, "besar", day(2026, 9, 3), billing.SubscribeInput{}) // which allows anything
	if err == nil {
		_, err = b.w.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE id = ?", city.ID).Exec(b.ctx)
	}
	if err == nil {
		err = r.Work(t.Context(), b.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	if record(&after); after != before {
		t.Errorf("its record changes from %s to %s", before, after)
	}
	var kinds []string
	err = b.w.DB.Platform.NewRaw("SELECT kind || ' ' || state FROM outbox WHERE tenant_id = ? ORDER BY 1", city.ID).Scan(b.ctx, &kinds)
	want := []string{"billing.alert.v1 done", "billing.allow.v1 done", "billing.allow.v1 done", "billing.close.v1 done"}
	if diff := cmp.Diff(want, kinds); err != nil || diff != "" {
		t.Errorf("%v; its jobs (-want +got):\n%s", err, diff)
	}
	if sum, many := b.drafted(t, city); many != 1 || sum != 3_100_000 {
		t.Errorf("%d drafts of %v", many, sum)
	}
}
