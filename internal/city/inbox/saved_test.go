package inbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// known writes the account that a filter belongs to.
func (d *desk) known(t *testing.T, a identity.Actor) identity.Actor {
	t.Helper()
	_, err := d.w.DB.App.NewRaw(`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
		VALUES (?, ?, 'staff', 'active', ?, 'id', 'x', ?, now())`, a.TenantID, a.ID, a.Name, a.ID[:]).Exec(tenancy.WithID(t.Context(), a.TenantID))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSavedFiltersAreOnesOwnOrTheAgencys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi, head := d.known(t, d.officer("Budi", "disdukcapil", "officer")), d.known(t, d.officer("Kepala", "disdukcapil", "agency_head"))
	lain, admin := d.known(t, d.officer("Lain", "dinkes", "officer")), d.known(t, d.officer("Admin", "", "city_admin"))
	abroad := d.officer("Jauh", "disdukcapil", "agency_head")
	abroad.TenantID = d.w.Other.ID
	d.known(t, abroad)
	save := func(who identity.Actor, in SaveInput) (SavedFilter, error) {
		if who.TenantID == d.w.Other.ID {
			return d.Save(d.w.Ctx(d.w.Other), who, in)
		}
		return d.Save(d.ctx, who, in)
	}
	own, err := save(budi, SaveInput{Name: "  Akta   minggu ini ", Filter: Filter{View: ViewMine, Service: "akta-kelahiran", DueWithin: 7}})
	if err != nil || own.Name != "Akta minggu ini" {
		t.Fatalf("%+v, %v", own, err)
	}
	shared, err := save(head, SaveInput{Name: "Terlambat", Filter: Filter{Late: true}, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := save(abroad, SaveInput{Name: "Kota lain", Shared: true}); err != nil {
		t.Fatal(err)
	}
	_, err = save(budi, SaveInput{Name: "Untuk semua", Shared: true})
	wants(t, err, "access.denied")
	_, err = save(admin, SaveInput{Name: "Untuk semua", Shared: true}) // of which agency?
	wants(t, err, "access.denied")
	for name, in := range map[string]SaveInput{"empty": {Name: " "}, "long": {Name: strings.Repeat("a", 61)}, "bytes": {Name: "\xff"}, "filter": {Name: "x", Filter: Filter{Sort: "name"}}} {
		if _, err := save(budi, in); err == nil {
			t.Errorf("%s is kept", name)
		}
	}
	list := func(who identity.Actor) string {
		t.Helper()
		all, err := d.Saved(d.ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range all {
			names = append(names, f.Name)
		}
		return strings.Join(names, ", ")
	}
	for who, want := range map[*identity.Actor]string{&budi: "Akta minggu ini, Terlambat", &head: "Terlambat", &lain: "", &admin: ""} {
		if got := list(*who); got != want {
			t.Errorf("%s sees %q, want %q", who.Name, got, want)
		}
	}
	if all, err := d.Saved(d.ctx, budi); err != nil || all[0].Filter != own.Filter {
		t.Errorf("kept as %+v, %v", all[0].Filter, err)
	}
	// The same name again takes the place of the first.
	again, err := save(budi, SaveInput{Name: "Akta minggu ini", Filter: Filter{Service: "akta-kelahiran"}})
	if all, _ := d.Saved(d.ctx, budi); err != nil || again.ID != own.ID || len(all) != 2 || all[0].Filter.DueWithin != 0 {
		t.Errorf("saved again: %+v, %v", all, err)
	}
	wants(t, d.Forget(d.ctx, budi, shared.ID), "inbox.no_filter")
	wants(t, d.Forget(d.ctx, lain, own.ID), "inbox.no_filter")
	wants(t, d.Forget(d.ctx, head, own.ID), "inbox.no_filter") // a colleague's own
	for who, id := range map[*identity.Actor]uuid.UUID{&budi: own.ID, &head: shared.ID} {
		if err := d.Forget(d.ctx, *who, id); err != nil {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	if got := list(budi); got != "" {
		t.Errorf("left: %s", got)
	}
	trail, err := audit.List(d.ctx, d.w.DB.App, audit.Filter{Object: "filter"})
	if err != nil || len(trail.Entries) != 5 || !trail.Entries[0].At.Equal(d.now()) {
		t.Errorf("recorded %d acts, %v", len(trail.Entries), err)
	}
	for range savedMax {
		if _, err := save(budi, SaveInput{Name: uuid.NewString()}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = save(budi, SaveInput{Name: "Satu lagi"})
	wants(t, err, "inbox.too_many")
}

func TestTheWorkloadOfAnAgency(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	head, budi, dewi := d.officer("Kepala", "disdukcapil", "agency_head"), d.officer("Budi", "disdukcapil", "officer"), d.officer("Dewi", "disdukcapil", "officer")
	day := 24 * time.Hour
	sunday := time.Date(2026, 11, 29, 16, 59, 0, 0, time.UTC) // 23.59 WIB
	d.put(t,
		item{name: "1", holder: budi, due: d.at.Add(-day)}, item{name: "2", holder: budi, due: d.at.Add(day)}, item{name: "3", holder: budi, rank: rankWaiting},
		item{name: "4", holder: budi, rank: rankDecided, closed: d.at.Add(-day)}, item{name: "5", holder: budi, rank: rankDecided, closed: d.at.Add(-40 * day)},
		item{name: "6", holder: dewi, due: sunday}, item{name: "7", holder: dewi, due: sunday.Add(time.Minute)}, item{name: "8", holder: dewi, rank: rankDecided},
		item{name: "9", due: d.at.Add(-time.Minute)}, item{name: "10", agency: "dinkes", due: d.at.Add(-day)},
	)
	got, err := d.Workload(d.ctx, head, "")
	want := []Load{{Open: 1, Late: 1, Week: 1}, {Officer: budi.ID, Open: 2, Late: 1, Week: 1, Waiting: 1, Done: 1}, {Officer: dewi.ID, Open: 3, Week: 1}}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
	all, err := d.Workload(d.ctx, d.officer("Admin", "", "city_admin"), "")
	if err != nil || all[0].Late != 2 {
		t.Errorf("the city: %+v, %v", all, err)
	}
	one, err := d.Workload(d.ctx, d.officer("Admin", "", "city_admin"), "dinkes")
	if err != nil || len(one) != 1 || one[0].Late != 1 {
		t.Errorf("one agency of the city: %+v, %v", one, err)
	}
	_, err = d.Workload(d.ctx, budi, "")
	wants(t, err, "access.denied")
}

func TestNeighboursOfAnApplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi := d.officer("Budi", "disdukcapil", "officer")
	ids := d.put(t,
		item{name: "A", due: d.at.Add(time.Hour)}, item{name: "B", due: d.at.Add(2 * time.Hour), channel: "api"},
		item{name: "C", due: d.at.Add(3 * time.Hour)}, item{name: "Done", rank: rankDecided, closed: d.at}, item{name: "Other", agency: "dinkes"},
	)
	a, b, c, done := ids[0], ids[1], ids[2], ids[3]
	for _, tt := range []struct {
		f                 Filter
		of, before, after uuid.UUID
	}{
		{Filter{}, a, uuid.Nil, b},
		{Filter{}, b, a, c},
		{Filter{}, c, b, uuid.Nil},
		{Filter{Channel: "web"}, b, a, c}, // not in the list itself
		{Filter{Channel: "web"}, c, a, uuid.Nil},
		{Filter{View: ViewDone}, done, uuid.Nil, uuid.Nil},
		{Filter{View: ViewDone}, a, uuid.Nil, uuid.Nil},
		{Filter{}, ids[4], uuid.Nil, uuid.Nil}, // out of reach
	} {
		n, err := d.Neighbours(d.ctx, budi, tt.f, tt.of)
		if err != nil || n.Before.ID != tt.before || n.After.ID != tt.after {
			t.Errorf("%+v: %+v, %v", tt, n, err)
		}
	}
}

func TestAnExportIsTheWholeListAndOnRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi := d.officer("Budi", "disdukcapil", "officer")
	d.fill(t, 12_000, []identity.Actor{budi})
	want, err := d.Queue(d.ctx, budi, Query{Filter: Filter{Sort: Oldest}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var got []Item
	n, err := d.Export(d.ctx, budi, Filter{Sort: Oldest}, "csv", func(part []Item) error {
		if len(part) > exportPart {
			t.Errorf("a part of %d", len(part))
		}
		got = append(got, part...)
		return nil
	})
	if err != nil || n != want.Total.All() || len(got) != n || n < exportPart {
		t.Fatalf("%d of %v, %v", len(got), want.Total, err)
	}
	for i, id := range want.Items {
		if got[i] != id {
			t.Fatalf("row %d is not the list's", i)
		}
	}
	trail, err := audit.List(d.ctx, d.w.DB.App, audit.Filter{Action: "application.export"})
	if err != nil || len(trail.Entries) != 1 || trail.Entries[0].ActorID != budi.ID || !trail.Entries[0].At.Equal(d.now()) || !strings.Contains(string(trail.Entries[0].Detail), `"rows": 600`) {
		t.Errorf("recorded %+v, %v", trail.Entries, err)
	}
	_, err = d.Export(d.ctx, identity.Actor{}, Filter{}, "csv", nil)
	wants(t, err, "access.sign_in")
}
