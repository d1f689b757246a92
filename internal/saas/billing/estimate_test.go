package billing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// fixed reports the same usage for every window and remembers none; the real source is glued in by app.
type fixed map[string]int64

func (f fixed) Quantities(context.Context, tenancy.City, time.Time, time.Time) (map[string]int64, error) {
	all := map[string]int64{"applications_submitted": 0, "documents_issued": 0, "notifications_sent": 0, "active_staff": 0, "api_requests": 0, "storage": 0}
	for meter, n := range f {
		all[meter] = n
	}
	return all, nil
}

func (f fixed) Close(context.Context, tenancy.City, time.Time) error { return nil }

func (f fixed) QuantitiesAsOf(ctx context.Context, city tenancy.City, from, to, _ time.Time) (map[string]int64, error) {
	return f.Quantities(ctx, city, from, to)
}

// spans reports as many applications as the window has hours.
type spans struct{ fixed }

func (spans) Quantities(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
	return fixed{"applications_submitted": int64(to.Sub(from) / time.Hour)}.Quantities(ctx, city, from, to)
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func subscribe(t *testing.T, w *pgtest.World, s *billing.Service, city tenancy.City, starts time.Time) billing.Subscription {
	t.Helper()
	sub, err := s.Subscribe(w.Ctx(w.Platform), billing.SubscribeInput{City: city, Plan: "demo-kota", StartsOn: starts, ActorKind: audit.System})
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestEstimateUnderTheDemoPlan(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	used := fixed{"applications_submitted": 13, "documents_issued": 4, "notifications_sent": 20, "active_staff": 5, "storage": 12}
	s := billing.New(w.DB, used, at(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)))
	subscribe(t, w, s, w.Batam, day(2026, 1, 1))

	e, err := s.Estimate(w.Ctx(w.Batam), w.Batam, day(2026, 11, 24))
	if err != nil {
		t.Fatal(err)
	}
	// 2.500.000 + 3 × 2.500 + 4 × 1.000 + 0 + 2 × 25.000 + 0 + 0
	if e.Total != 2_561_500 || e.Plan.Code != "demo-kota" || e.City != w.Batam.ID || e.AsOf.IsZero() {
		t.Errorf("%+v", e)
	}
	var working []string
	for _, l := range e.Lines {
		working = append(working, l.Component+": "+l.Working(i18n.ID))
	}
	want := []string{
		"langganan: Rp2.500.000 per bulan",
		"permohonan: 13 permohonan, 10 sudah termasuk, 3 di atas yang termasuk; 3 × Rp2.500 = Rp7.500",
		"dokumen: 4 dokumen; 4 × Rp1.000 = Rp4.000",
		"pesan: 20 pesan, semuanya dalam 50 yang sudah termasuk",
		"petugas: 5 orang, 3 sudah termasuk, 2 di atas yang termasuk; 2 × Rp25.000 = Rp50.000",
		"api: 0 permintaan",
		"penyimpanan: 12 MB, semuanya dalam 5.000 yang sudah termasuk",
	}
	if diff := cmp.Diff(want, working); diff != "" {
		t.Errorf("working (-want +got):\n%s", diff)
	}
	if notes := strings.Join(e.Notes(i18n.ID), " "); !strings.Contains(notes, "belum termasuk pajak") || !strings.Contains(notes, "Paket contoh") || !strings.Contains(notes, "belum selesai") {
		t.Errorf("notes %q", notes)
	}
	past, err := s.Estimate(w.Ctx(w.Platform), w.Batam, day(2026, 10, 1))
	if err != nil || len(past.Notes(i18n.EN)) != 2 {
		t.Errorf("the platform reads October: %v, %v", past.Notes(i18n.EN), err)
	}
	if _, err := s.Estimate(w.Ctx(w.Batam), w.Batam, day(2025, 12, 1)); !fault.Is(err, "billing.no_subscription") {
		t.Errorf("before the subscription: %v", err)
	}
}

// Midnight of the 31st of October in UTC is already November in Batam: the books follow the city's calendar.
func TestAMonthIsOverByTheCitysClock(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	subscribe(t, w, billing.New(w.DB, fixed{}, at(day(2026, 1, 1))), w.Batam, day(2026, 1, 1))
	for now, notes := range map[time.Time]int{
		time.Date(2026, 10, 31, 16, 59, 59, 0, time.UTC): 3,
		time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC):   2,
	} {
		e, err := billing.New(w.DB, fixed{}, at(now)).Estimate(w.Ctx(w.Batam), w.Batam, day(2026, 10, 1))
		if err != nil || len(e.Notes(i18n.ID)) != notes {
			t.Errorf("at %s: %v, %v; want %d notes", now, e.Notes(i18n.ID), err, notes)
		}
	}
}

func TestEachPlanPricesItsOwnDays(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	conn, err := pgx.Connect(t.Context(), w.PlatformURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `INSERT INTO plan_version (plan, version, effective_from, components) VALUES
		('demo-kota', 2, '2026-11-10', '[{"code": "langganan", "kind": "flat", "price": 3000000, "name": {"id": "Langganan"}},
			{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "price": 1, "name": {"id": "Permohonan"}}]'),
		('demo-kota', 3, '2027-01-01', '[{"code": "broken", "kind": "flat", "price": -1, "name": {"id": "Rusak"}}]')`); err != nil {
		t.Fatal(err)
	}
	now := day(2026, 11, 4)
	s := billing.New(w.DB, spans{}, func() time.Time { return now })
	subscribe(t, w, s, w.Batam, day(2026, 11, 4))
	moved := subscribe(t, w, s, w.Batam, day(2026, 11, 21))
	if moved.Version != 2 {
		t.Fatalf("moved to version %d; want 2", moved.Version)
	}
	now = day(2026, 12, 2)
	e, err := s.Estimate(w.Ctx(w.Batam), w.Batam, day(2026, 11, 1))
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		version, first, last int
		quantity             int64
		amount               money.Rupiah
	}
	var got []line
	for _, l := range e.Lines {
		if l.Component == "langganan" || l.Component == "permohonan" {
			got = append(got, line{l.Version, l.Period.FirstDay, l.Period.LastDay, l.Quantity, l.Amount})
		}
	}
	// The 4th to the 20th is 17 days of 30: 2.500.000 × 17/30 = 1.416.666,67; 408 hours, 10 × 17/30 → 6 included.
	want := []line{{1, 4, 20, 0, 1_416_667}, {1, 4, 20, 408, 402 * 2500}, {2, 21, 30, 0, 1_000_000}, {2, 21, 30, 240, 240}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	broken := billing.SubscribeInput{City: w.Batam, Plan: "demo-kota", StartsOn: day(2027, 1, 1), ActorKind: audit.System}
	if _, err := s.Subscribe(w.Ctx(w.Platform), broken); err == nil || fault.From(err).Kind != fault.Internal {
		t.Errorf("a malformed version was sold, or blamed on the reader: %v", err)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	s := billing.New(w.DB, fixed{}, at(day(2026, 6, 1)))
	first := subscribe(t, w, s, w.Batam, day(2026, 3, 1))
	again := subscribe(t, w, s, w.Batam, day(2026, 3, 1))
	if again.ID != first.ID {
		t.Error("subscribing to the same again made another subscription")
	}
	subscribe(t, w, s, w.Other, day(2026, 3, 1)) // another city is not in the way
	subscribe(t, w, s, w.Batam, day(2026, 6, 1))
	for _, tt := range []struct {
		name string
		in   billing.SubscribeInput
		want string
	}{
		{"a plan nobody offers", billing.SubscribeInput{Plan: "mahal", StartsOn: day(2026, 7, 1)}, "billing.plan_unknown"},
		{"before any version is in effect", billing.SubscribeInput{Plan: "demo-kota", StartsOn: day(2025, 12, 31)}, "billing.plan_unknown"},
		{"inside an ended one", billing.SubscribeInput{Plan: "demo-kota", StartsOn: day(2026, 4, 1)}, "billing.past"},
		{"the same on other terms", billing.SubscribeInput{Plan: "demo-kota", StartsOn: day(2026, 6, 1), TrialDays: 5}, "billing.subscription_differs"},
		{"before the first", billing.SubscribeInput{Plan: "demo-kota", StartsOn: day(2026, 2, 1)}, "billing.subscription_overlap"},
	} {
		tt.in.City, tt.in.ActorKind = w.Batam, audit.System
		if _, err := s.Subscribe(w.Ctx(w.Platform), tt.in); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v; want %s", tt.name, err, tt.want)
		}
	}
	var rows, entries int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM subscription").Scan(w.Ctx(w.Batam), &rows); err != nil || rows != 2 {
		t.Errorf("%d subscriptions of Batam, %v; want 2", rows, err)
	}
	if err := w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'subscription.start'", w.Batam.ID).
		Scan(w.Ctx(w.Batam), &entries); err != nil || entries != 2 {
		t.Errorf("%d audit entries, %v; want one for each subscription that was made", entries, err)
	}
}

func TestAnotherCitysBooksAreClosed(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	s := billing.New(w.DB, fixed{}, at(day(2026, 11, 24)))
	subscribe(t, w, s, w.Batam, day(2026, 1, 1))
	_, estimate := s.Estimate(w.Ctx(w.Other), w.Batam, day(2026, 10, 1))
	_, sub := s.Subscribe(w.Ctx(w.Other), billing.SubscribeInput{City: w.Batam, Plan: "demo-kota", StartsOn: day(2026, 10, 1)})
	for name, err := range map[string]error{"Estimate": estimate, "Subscribe": sub} {
		if !fault.Is(err, "city.unknown") {
			t.Errorf("%s of Batam from Tanjungpinang: %v; want city.unknown", name, err)
		}
	}
	if _, err := s.Estimate(t.Context(), w.Batam, day(2026, 10, 1)); err != tenancy.ErrNone {
		t.Errorf("without a city: %v; want ErrNone", err)
	}
	var n int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM subscription").Scan(w.Ctx(w.Other), &n); err != nil || n != 0 {
		t.Errorf("the other city sees %d subscriptions of Batam, %v", n, err)
	}
}
