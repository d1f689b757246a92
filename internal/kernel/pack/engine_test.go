package pack

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

func TestApplyTwiceChangesNothingAndAnEditChangesWhatItSays(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	apply := func(edits map[string]string) Report {
		t.Helper()
		r, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(edits), "kampung"))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}

	r := apply(nil)
	if !r.Created || r.City.Slug != "kampung" || r.City.Timezone != "Asia/Jakarta" || r.City.Logo == "" || r.City.Status != tenancy.StatusActive {
		t.Errorf("first: %+v", r)
	}
	if !slices.Contains(r.Added, "areas.yaml") || len(r.Added) != 7 || !slices.Equal(r.Sections, []string{"areas", "calendar", "map", "retention"}) {
		t.Errorf("first added %v in %v", r.Added, r.Sections)
	}
	if r = apply(nil); !r.Unchanged() {
		t.Errorf("second: %+v, want unchanged", r)
	}
	ctx := tenancy.With(t.Context(), r.City)
	if acts, err := audit.List(ctx, w.DB.App, audit.Filter{Object: "city"}); err != nil || len(acts.Entries) != 1 || acts.Entries[0].ObjectID != r.City.ID {
		t.Errorf("audit has %+v, %v; want one act on the city", acts.Entries, err)
	}

	edit := map[string]string{
		"kampung/areas.yaml":          "- {code: \"21.71.01\", name: Hulu Baru, kind: kecamatan, verified: true, source: uji}\n",
		"kampung/services/empat.yaml": "code: empat\n",
		"kampung/services/tiga.yaml":  "",
	}
	r = apply(edit)
	want := Report{Slug: "kampung", City: r.City, Added: []string{"services/empat.yaml"}, Changed: []string{"areas.yaml"}, Removed: []string{"services/tiga.yaml"}}
	if d := cmp.Diff(want, r); d != "" {
		t.Errorf("edited (-want +got):\n%s", d)
	}
	if _, err := w.DB.Platform.NewRaw("UPDATE tenant SET name = 'Kota Lain' WHERE slug = 'kampung'").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := apply(edit); !again.Directory || again.City.Name != "Kota Kampung" || len(again.Changed) != 0 {
		t.Errorf("after someone changed the directory: %+v", again)
	}
	if again := apply(edit); !again.Unchanged() {
		t.Errorf("then: %+v, want unchanged", again)
	}
	if got := areas(t, ctx, w); !slices.Equal(got, []string{"Hulu Baru"}) {
		t.Errorf("areas = %v; want Hulu Baru alone", got)
	}
	if got := areas(t, w.Ctx(w.Other), w); len(got) != 0 {
		t.Errorf("another city sees %v", got)
	}
	e.Register(Section{Name: "extra", Apply: func(context.Context, bun.Tx, *Pack) error { return nil }})
	if r = apply(edit); !slices.Equal(r.Sections, []string{"extra"}) || len(r.Changed) != 0 {
		t.Errorf("with a new section: %+v", r)
	}
}

func areas(t *testing.T, ctx context.Context, w *pgtest.World) []string {
	t.Helper()
	var names []string
	if err := w.DB.App.NewRaw("SELECT name FROM area ORDER BY code").Scan(ctx, &names); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestApplyWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	broken := errors.New("broken")
	e.Register(Section{Name: "broken", Apply: func(context.Context, bun.Tx, *Pack) error { return broken }})
	p := mustLoad(t, folders(nil), "kampung")
	if _, err := e.Apply(t.Context(), w.DB, p); !errors.Is(err, broken) {
		t.Fatalf("Apply = %v", err)
	}
	r, err := NewEngine().Diff(t.Context(), w.DB, p)
	if err != nil || len(r.Added) != 7 {
		t.Errorf("after a failed apply, Diff = %+v, %v; want everything still to add", r, err)
	}
	if got := areas(t, tenancy.With(t.Context(), r.City), w); len(got) != 0 {
		t.Errorf("areas = %v; want none", got)
	}
}

func TestApplyTogetherAppliesOnce(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	p := mustLoad(t, folders(nil), "kampung")
	var g errgroup.Group
	done := make([]Report, 4)
	for i := range done {
		g.Go(func() (err error) {
			done[i], err = e.Apply(t.Context(), w.DB, p)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, r := range done {
		if !r.Unchanged() {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d of %d applied, want 1", changed, len(done))
	}
}

func TestApplyRefusesWhatIsAnothers(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	if _, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(nil), "kampung")); err != nil {
		t.Fatal(err)
	}
	hilir := string(folders(nil)["hilir/city.yaml"].Data) + "hosts: [layanan.kampung.go.id]\n"
	_, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(map[string]string{"hilir/city.yaml": hilir}), "hilir"))
	if !fault.Is(err, "pack.host_taken") {
		t.Errorf("a host of kampung for hilir: %v, want pack.host_taken", err)
	}
}

func TestLoadCalendarCountsAsTheCityWorks(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	r, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(nil), "kampung"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := tenancy.With(t.Context(), r.City)
	local := calendar.Holiday{TenantID: r.City.ID, Day: "2026-12-23", Name: i18n.Text{"id": "Hari jadi", "en": "City day"}, Kind: calendar.LocalDay}
	if _, err := w.DB.App.NewInsert().Model(&local).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	edit := folders(nil)["kampung/calendar/2026.yaml"].Data
	if _, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(map[string]string{"kampung/calendar/2026.yaml": string(edit) + "# touched\n"}), "kampung")); err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.Load(tenancy.WithID(t.Context(), r.City.ID), w.DB.App, "") // by id alone, as in a job
	if err != nil {
		t.Fatal(err)
	}
	if cal.Zone.String() != "Asia/Jakarta" || cal.Holidays["2026-12-24"] != "Cuti bersama Kampung" || cal.Holidays["2026-12-23"] != "Hari jadi" {
		t.Errorf("zone %s, days %v", cal.Zone, cal.Holidays)
	}
	start := time.Date(2026, 12, 22, 10, 0, 0, 0, cal.Zone) // Tuesday; Wednesday and Thursday are off
	due, err := cal.Due(start, workcal.Term{Amount: 1, Unit: workcal.WorkingDay})
	if want := time.Date(2026, 12, 25, 16, 0, 0, 0, cal.Zone); err != nil || !due.Equal(want) {
		t.Errorf("due %v, %v; want %v", due, err, want)
	}
	none, err := calendar.Load(w.Ctx(w.Other), w.DB.App, "")
	if err != nil || len(none.Holidays) != 0 || len(none.Years) != 0 || !none.Week[time.Monday] || none.Week[time.Saturday] {
		t.Errorf("a city without a calendar: %+v, %v", none, err)
	}
}
