package tariff

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
)

// office is the editor of the city of a pack with the tariff "reklame", on a clock that the test sets.
type office struct {
	*Editor
	w     *pgtest.World
	guard *access.Guard
	ctx   context.Context
	at    *time.Time
	rina  identity.Actor
}

func openOffice(t *testing.T) office {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	engine := pack.NewEngine()
	engine.Register(Section())
	r, err := engine.Apply(t.Context(), w.DB, load(t, advertising))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC)
	rina := identity.Actor{ID: uuid.New(), TenantID: r.City.ID, Kind: identity.Staff, Name: "Rina", Roles: []string{"city_admin"}, TOTP: true}
	return office{NewEditor(w.DB.App, guard, func() time.Time { return at }), w, guard, w.Ctx(r.City), &at, rina}
}

func written(from string, amounts ...int64) Table {
	t := Table{Code: "reklame", EffectiveFrom: from, Name: i18n.Text{"id": "Nilai sewa", "en": "Rental value"}, Unit: i18n.Text{"id": "rupiah", "en": "rupiah"},
		Basis: "Perwako 9/2026", Source: "Lampiran I"}
	for i, key := range []string{"utama", "lain"} {
		if i < len(amounts) {
			t.Rows = append(t.Rows, Row{Key: key, Label: i18n.Text{"id": key, "en": key}, Amount: amounts[i]})
		}
	}
	return t
}

// TestAPastTariffNeverChanges: versions are written for days to come, and from its day on neither an administrator nor the
// pack changes what people are charged by.
func TestAPastTariffNeverChanges(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for _, day := range []string{"2025-01-01", "2026-01-01", "2026-06-01"} {
		if err := o.Put(o.ctx, o.rina, written(day, 1, 1), false); !fault.Is(err, "tariff.past") {
			t.Errorf("a version from %s: %v", day, err)
		}
		if err := o.Drop(o.ctx, o.rina, "reklame", day); !fault.Is(err, "tariff.past") {
			t.Errorf("taking %s back: %v", day, err)
		}
	}
	if err := o.Put(o.ctx, o.rina, written("2026-06-15", 7000, 3000), false); err != nil {
		t.Fatal(err)
	}
	if err := o.Put(o.ctx, o.rina, written("2026-06-15", 7500, 3000), false); err != nil {
		t.Errorf("changing what has not begun: %v", err)
	}
	if err := o.Drop(o.ctx, o.rina, "reklame", "2026-07-01"); err != nil {
		t.Errorf("taking back what has not begun: %v", err)
	}
	*o.at = time.Date(2026, 6, 15, 0, 30, 0, 0, time.UTC) // its day has come in the city
	if err := o.Put(o.ctx, o.rina, written("2026-06-15", 1, 1), false); !fault.Is(err, "tariff.past") {
		t.Errorf("on its day: %v", err)
	}
	got, err := InForce(o.ctx, o.w.DB.App, []string{"reklame"}, *o.at)
	if err != nil || Rates(got)["reklame"]["utama"] != 7500 {
		t.Errorf("charged by %+v, %v", got, err)
	}
	all, err := o.Versions(o.ctx, o.rina, "reklame")
	if err != nil || len(all) != 2 || all[0].EffectiveFrom != "2026-06-15" || !all[0].Own || all[1].Own {
		t.Errorf("%+v, %v", all, err)
	}
	record, err := audit.List(o.ctx, o.w.DB.App, audit.Filter{Object: "tariff"})
	if err != nil || len(record.Entries) != 3 || record.Entries[0].Action != "tariff.drop" || record.Entries[0].ActorID != o.rina.ID {
		t.Errorf("%d entries, %v", len(record.Entries), err)
	}
	// The pack may mend what a row is called, and not what it charges.
	engine := pack.NewEngine()
	engine.Register(Section())
	apply := func(text string) error {
		if _, err := o.w.DB.App.NewRaw("DELETE FROM pack_applied").Exec(o.ctx); err != nil {
			t.Fatal(err)
		}
		_, err := engine.Apply(t.Context(), o.w.DB, load(t, text))
		return err
	}
	if err := apply(replaceOnce(advertising, "Jalan lain", "Jalan kolektor")); err != nil {
		t.Error(err)
	}
	if err := apply(replaceOnce(advertising, "amount: 5000", "amount: 1")); err == nil {
		t.Error("the pack changed what people were charged")
	}
}

// TestAVersionIsRefusedWithItsField, and a tariff is its city's alone and not for one agency to change.
func TestAVersionIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for field, change := range map[string]func(*Table){
		"name_en":        func(t *Table) { t.Name = i18n.Text{"id": "x"} },
		"unit_id":        func(t *Table) { t.Unit = i18n.Text{"en": "x"} },
		"effective_from": func(t *Table) { t.EffectiveFrom = "2026-13-01" },
		"basis":          func(t *Table) { t.Basis = " " },
		"source":         func(t *Table) { t.Source = "" },
		"rows":           func(t *Table) { t.Rows = t.Rows[:1] }, // a formula may name what it had
	} {
		in := written("2026-06-15", 1, 2)
		change(&in)
		f := fault.From(o.Put(o.ctx, o.rina, in, false))
		if len(f.Fields) == 0 || f.Fields[0].Name != field {
			t.Errorf("%s: %+v", field, f)
		}
	}
	for name, rows := range map[string][]Row{
		"none": nil, "a key twice": append(written("", 1, 2).Rows, written("", 1).Rows...), "below nothing": written("", -1, 2).Rows,
	} {
		in := written("2026-06-15", 1, 2)
		in.Rows = rows
		if f := fault.From(o.Put(o.ctx, o.rina, in, false)); len(f.Fields) == 0 || f.Fields[0].Name != "rows" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	in := written("2026-06-01", 1, 2)
	if f := fault.From(o.Put(o.ctx, o.rina, in, true)); len(f.Fields) != 1 || f.Fields[0].Code != "tariff_code_taken" {
		t.Errorf("the code of another: %+v", f)
	}
	in.Code = "galian"
	if err := o.Put(o.ctx, o.rina, in, false); !fault.Is(err, "tariff.unknown") {
		t.Errorf("the next version of none: %v", err)
	}
	if err := o.Put(o.ctx, o.rina, in, true); err != nil {
		t.Errorf("a new one from today on: %v", err)
	}
	if all, err := o.All(o.ctx, o.rina); err != nil || len(all) != 2 || all[0].Code != "galian" || all[1].EffectiveFrom != "2026-01-01" {
		t.Errorf("%+v, %v", all, err)
	}
	if known, err := Known(o.ctx, o.w.DB.App); err != nil || len(known) != 2 {
		t.Errorf("%v, %v", known, err)
	}

	err := o.guard.CreateRole(o.ctx, o.rina, access.CreateRoleInput{Code: "penulis", Name: i18n.Text{i18n.ID: "Penulis"}, Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	doni := o.rina
	doni.ID, doni.Roles, doni.Agency = uuid.New(), []string{"penulis"}, "bapenda"
	if err := o.Put(o.ctx, doni, written("2026-06-15", 1, 2), false); !fault.Is(err, "tariff.city_only") {
		t.Errorf("an editor of one agency: %v", err)
	}
	if _, err := o.Versions(o.ctx, doni, "reklame"); err != nil {
		t.Errorf("reading: %v", err)
	}
	tono := o.rina
	tono.TenantID = o.w.Batam.ID
	there := o.w.Ctx(o.w.Batam)
	if _, err := o.Versions(there, tono, "reklame"); !fault.Is(err, "tariff.unknown") {
		t.Errorf("another city reads it: %v", err)
	}
	if all, err := o.All(there, tono); err != nil || len(all) != 0 {
		t.Errorf("another city lists %+v, %v", all, err)
	}
	doni.Roles, doni.Agency = []string{"officer"}, "disdukcapil"
	if _, err := o.All(o.ctx, doni); !fault.Is(err, "access.denied") {
		t.Errorf("an officer: %v", err)
	}
}

func replaceOnce(text, old, by string) string { return strings.Replace(text, old, by, 1) }
