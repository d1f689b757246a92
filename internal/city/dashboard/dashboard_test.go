package dashboard

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// city makes Batam with two agencies, three services (two of them native) and the calendar of November 2026.
func city(t *testing.T) (*Dashboard, *pgtest.World) {
	t.Helper()
	w := pgtest.Open(t)
	for _, sql := range []string{
		`INSERT INTO agency (tenant_id, code, position, name, short, kind) VALUES
			(?0, 'disdukcapil', 1, '{"id": "Disdukcapil", "en": "Civil registry"}', 'Disdukcapil', 'dinas'),
			(?0, 'dishub', 2, '{"id": "Dishub", "en": "Transport"}', 'Dishub', 'dinas')`,
		`INSERT INTO service (tenant_id, code, position, name, summary, agency, category, integration) VALUES
			(?0, 'ktp', 1, '{"id": "KTP", "en": "ID card"}', '{}', 'disdukcapil', 'kependudukan', 'native'),
			(?0, 'kk', 2, '{"id": "KK", "en": "Family card"}', '{}', 'disdukcapil', 'kependudukan', 'native'),
			(?0, 'kir', 3, '{"id": "KIR", "en": "Vehicle test"}', '{}', 'dishub', 'perhubungan', 'link')`,
		`INSERT INTO calendar_year (tenant_id, year, week, open, close) VALUES (?0, 2026, '{mon,tue,wed,thu,fri}', '07:30', '16:00')`,
	} {
		if _, err := w.DB.App.NewRaw(sql, w.Batam.ID).Exec(w.Ctx(w.Batam)); err != nil {
			t.Fatal(err)
		}
	}
	d := New(w.DB.App)
	d.now = func() time.Time { return local("2026-11-24 10:00") }
	return d, w
}

func local(s string) time.Time {
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return at
}

func note(t *testing.T, w *pgtest.World, a application) {
	t.Helper()
	err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error { return record(ctx, tx, a) })
	if err != nil {
		t.Fatal(err)
	}
}

// decided notes an application from its start to its decision.
func decided(t *testing.T, w *pgtest.World, service, from, to string, onTime bool) {
	t.Helper()
	note(t, w, application{ApplicationID: uuid.New(), Service: service, Agency: "disdukcapil", ReceivedAt: local(from),
		DecidedAt: local(to), Outcome: event.Approved, OnTime: &onTime})
}

func figures(t *testing.T, d *Dashboard, w *pgtest.World) Figures {
	t.Helper()
	f, err := d.Public(w.Ctx(w.Batam), d.now())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFiguresCountTheMonthOfTheCity(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	for range 6 {
		decided(t, w, "ktp", "2026-11-19 15:00", "2026-11-23 09:00", true) // Thursday to Monday: 2 working days
	}
	decided(t, w, "ktp", "2026-10-30 09:00", "2026-11-02 09:00", false) // came last month, decided this month: 1
	decided(t, w, "ktp", "2026-10-01 09:00", "2026-10-02 09:00", true)  // last month
	note(t, w, application{ApplicationID: uuid.New(), Service: "ktp", Agency: "disdukcapil", ReceivedAt: local("2026-11-01 00:30")})
	note(t, w, application{ApplicationID: uuid.New(), Service: "ktp", Agency: "disdukcapil", ReceivedAt: local("2026-10-31 23:30")})
	for range 8 {
		note(t, w, application{ApplicationID: uuid.New(), Service: "kk", Agency: "disdukcapil", ReceivedAt: local("2026-11-10 09:00"), EscalatedAt: local("2026-11-12 09:00")})
	}

	f := figures(t, d, w)
	if f.Period != (Period{From: "2026-11-01", To: "2026-11-24"}) || !f.ComputedAt.Equal(d.now()) {
		t.Errorf("period %v computed %v", f.Period, f.ComputedAt)
	}
	for _, tt := range []struct {
		figure Figure
		id, en string
	}{
		{f.Received, "15", "15"},
		{f.Decided, "7", "7"},
		{f.OnTime, "85,7%", "85.7%"},
		{f.WorkingDays, "1,9 hari kerja", "1.9 working days"},
		{f.Escalated, "8", "8"},
	} {
		if id, en := tt.figure.Text(i18n.ID), tt.figure.Text(i18n.EN); id != tt.id || en != tt.en {
			t.Errorf("%s = %q, %q; want %q, %q", tt.figure.Key, id, en, tt.id, tt.en)
		}
		for _, l := range i18n.All() {
			if strings.Contains(tt.figure.Definition[l], "dashboard.") || !l.Has(tt.figure.TitleKey()) {
				t.Errorf("%s lacks a definition or a title in %s", tt.figure.Key, l)
			}
		}
	}
	if f.Services.Total != 3 || len(f.Services.Levels) != 2 || f.Services.Levels[0] != (OfLevel{"link", 1}) || f.Services.Levels[1] != (OfLevel{"native", 2}) {
		t.Errorf("services = %+v", f.Services)
	}
	if len(f.Agencies) != 1 || f.Agencies[0].Code != "disdukcapil" || f.Agencies[0].Received.Text(i18n.ID) != "15" || f.Agencies[0].OnTime.Text(i18n.EN) != "85.7%" {
		t.Errorf("agencies = %+v", f.Agencies)
	}
	if len(f.ByService) != 2 || f.ByService[0].Name.In(i18n.EN) != "ID card" {
		t.Fatalf("services = %+v", f.ByService)
	}
	// kk has no decision: that is "<5" too, and tells nothing about anyone beside the agency's seven.
	ktp, kk := f.ByService[0], f.ByService[1]
	if ktp.Received.Text(i18n.ID) != "7" || kk.Received.Text(i18n.ID) != "8" || kk.Decided.Text(i18n.ID) != "<5" || ktp.Decided.Text(i18n.ID) != "7" || kk.OnTime.Text(i18n.ID) != "disamarkan" {
		t.Errorf("ktp %+v\nkk %+v", ktp, kk)
	}
}

func TestSmallCountsStayOutOfTheOpenData(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	for range 3 {
		decided(t, w, "ktp", "2026-11-03 09:00", "2026-11-04 09:00", true)
	}
	for range 6 {
		decided(t, w, "kk", "2026-11-03 09:00", "2026-11-04 09:00", true)
	}
	f := figures(t, d, w)
	raw, err := json.Marshal(f.ByService)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), `"value":3`) || strings.Contains(string(raw), `"value":6`) || !strings.Contains(string(raw), `"below":5`) {
		t.Errorf("open data tells a small count: %s", raw)
	}
	if f.Received.Text(i18n.ID) != "9" {
		t.Errorf("the city's own figure is %s, want 9", f.Received.Text(i18n.ID))
	}
	a, err := d.Agency(w.Ctx(w.Batam), "disdukcapil")
	if err != nil || len(a.Services) != 2 || a.Services[0].Received != f.ByService[0].Received || a.Row.Received.Text(i18n.ID) != "9" {
		t.Errorf("agency page = %+v, %v; want what the public page shows", a, err)
	}
	if _, err := d.Agency(w.Ctx(w.Batam), "dishub"); !fault.Is(err, "dashboard.no_figures") {
		t.Errorf("an agency without services here: %v", err)
	}
}

func TestNothingYetIsZeroAndNotSmall(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	f := figures(t, d, w)
	if f.Received.Text(i18n.ID) != "0" || f.OnTime.Text(i18n.ID) != "–" || f.WorkingDays.Value != nil || f.ByService[0].Received.Text(i18n.ID) != "0" {
		t.Errorf("figures of a new city: %+v", f)
	}
}

func TestFactsMayRepeatAndArriveInAnyOrder(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	id, yes, no := uuid.New(), true, false
	submitted := application{ApplicationID: id, Service: "ktp", Agency: "disdukcapil", ReceivedAt: local("2026-11-03 09:00")}
	decision := application{ApplicationID: id, Service: "ktp", Agency: "disdukcapil", ReceivedAt: local("2026-11-03 09:00"),
		DecidedAt: local("2026-11-05 09:00"), Outcome: event.Rejected, OnTime: &yes}
	late := decision
	late.OnTime, late.DecidedAt = &no, local("2026-11-09 09:00")
	for _, a := range []application{decision, submitted, decision, late, submitted} {
		note(t, w, a)
	}
	f := figures(t, d, w)
	if *f.Received.Value != 1 || *f.Decided.Value != 1 || *f.OnTime.Value != 100 || *f.WorkingDays.Value != 2 {
		t.Errorf("received %v decided %v on time %v days %v; want the first of each, once",
			*f.Received.Value, *f.Decided.Value, *f.OnTime.Value, *f.WorkingDays.Value)
	}
}

func TestRecountsAtTheSameTimeLoseNothing(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	var g errgroup.Group
	g.SetLimit(8)
	const n = 60
	for range n {
		g.Go(func() error {
			return tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
				return record(ctx, tx, application{ApplicationID: uuid.New(), Service: "ktp", Agency: "disdukcapil",
					ReceivedAt: local("2026-11-03 09:00"), CancelledAt: local("2026-11-02 09:00")})
			})
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if f := figures(t, d, w); *f.Received.Value != n {
		t.Errorf("received %v, want %d", *f.Received.Value, n)
	}
}

func TestAnotherCitySeesNothing(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	decided(t, w, "ktp", "2026-11-03 09:00", "2026-11-04 09:00", true)
	f, err := d.Public(w.Ctx(w.Other), d.now())
	if err != nil || *f.Received.Value != 0 || f.Services.Total != 0 || len(f.Agencies)+len(f.ByService) != 0 {
		t.Errorf("another city sees %+v, %v", f, err)
	}
	for _, table := range []string{"dashboard_application", "dashboard_day"} {
		var n int
		if err := w.DB.App.NewRaw("SELECT count(*) FROM ?", bun.Ident(table)).Scan(w.Ctx(w.Other), &n); err != nil || n != 0 {
			t.Errorf("another city sees %d rows of %s, %v", n, table, err)
		}
	}
	if _, err := d.Public(t.Context(), d.now()); err == nil {
		t.Error("figures without a city")
	}
}

// TestFactsReachTheDashboard publishes as casework does and waits for the jobs to have run.
func TestFactsReachTheDashboard(t *testing.T) {
	t.Parallel()
	d, w := city(t)
	r, err := jobs.New(w.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond},
		tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	bus := event.New(r)
	d.Register(bus)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		r.Stop(ctx)
	})
	id, from := uuid.New(), local("2026-11-23 09:00")
	err = tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		submitted := event.ApplicationSubmitted{ApplicationID: id, ServiceCode: "ktp", AgencyCode: "disdukcapil", Channel: event.ChannelWeb, At: from}
		escalated := event.ApplicationEscalated{ApplicationID: id, ServiceCode: "ktp", AgencyCode: "disdukcapil", Level: 1, At: from.Add(24 * time.Hour)}
		decided := event.ApplicationDecided{ApplicationID: id, ServiceCode: "ktp", AgencyCode: "disdukcapil", Outcome: event.Approved,
			OnTime: true, SubmittedAt: from, At: from.Add(24 * time.Hour)}
		other := event.ApplicationCancelled{ApplicationID: uuid.New(), ServiceCode: "kk", AgencyCode: "disdukcapil", At: from}
		for _, err := range []error{event.Publish(ctx, tx, bus, submitted), event.Publish(ctx, tx, bus, escalated),
			event.Publish(ctx, tx, bus, decided), event.Publish(ctx, tx, bus, other)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(90 * time.Second)
	for {
		f := figures(t, d, w)
		if *f.Received.Value == 1 && *f.Decided.Value == 1 && *f.Escalated.Value == 1 && *f.WorkingDays.Value == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never counted: %+v", f)
		}
	}
}
