package catalog_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/tenants"
)

const lostCard = "ktp-el-hilang"

// bench is the editor on a database of its own with the Batam pack. Its clock stands on 24 November 2026 in Batam.
type bench struct {
	*catalog.Editor
	w       *pgtest.World
	guard   *access.Guard
	catalog *catalog.Catalog
	ctx     context.Context // Batam
}

func openBench(t *testing.T) bench {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	papers := document.New(document.Deps{DB: w.DB, Guard: guard})
	cases := casework.New(application.Deps{DB: w.DB, Guard: guard, Documents: papers})
	now := func() time.Time { return time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC) }
	b := bench{catalog.NewEditor(catalog.EditorDeps{DB: w.DB, Guard: guard, Definitions: cases, Now: now}), w, guard, catalog.New(w.DB.App), w.Ctx(w.Batam)}
	b.load(t)
	return b
}

func (b bench) load(t *testing.T) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(catalog.Section())
	engine.Register(application.Section())
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.w.DB.App.NewRaw("DELETE FROM pack_applied").Exec(b.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Apply(t.Context(), b.w.DB, p); err != nil {
		t.Fatal(err)
	}
}

func (b bench) staff(name, role, agency string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: b.w.Batam.ID, Kind: identity.Staff, Name: name, Roles: []string{role}, Agency: agency, TOTP: true}
}

// edited is a service as it stands, with one thing changed.
func (b bench) edited(t *testing.T, by identity.Actor, code string, change func(*catalog.Edition)) (catalog.Draft, catalog.Edition) {
	t.Helper()
	d, err := b.Open(b.ctx, by, code)
	if err != nil {
		t.Fatal(err)
	}
	e := d.Edition
	e.Standard.EffectiveFrom = "2026-12-01"
	change(&e)
	return d, e
}

func nothing(*catalog.Edition) {}

// TestAStandardFromDraftToVersion: nobody sees a draft, its publication is the next version from its day on, the version
// before stays as it was promised, and the pack leaves what the city has made its own.
func TestAStandardFromDraftToVersion(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina := b.staff("Rina", "city_admin", "")
	if _, err := b.Publish(b.ctx, rina, lostCard, 0); !fault.Is(err, "catalog.nothing") {
		t.Errorf("publishing what nobody changed: %v", err)
	}
	before, next := b.edited(t, rina, lostCard, func(e *catalog.Edition) {
		e.Service.Name = i18n.Text{"id": "Cetak ulang KTP-el", "en": "Reprint of the card"}
		e.Standard.Parts.Time.Amount, e.Standard.Parts.Time.Max, e.Standard.Decree = 1, 0, "SK 7/2026"
	})
	if before.Revision != 0 || before.Latest != 1 || len(before.Problems) != 0 {
		t.Errorf("before anybody wrote: %+v", before)
	}
	d, err := b.Save(b.ctx, rina, lostCard, 0, next)
	if err != nil || d.Revision != 1 || d.By != "Rina" || len(d.Problems) != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	if seen, err := b.catalog.Find(b.ctx, lostCard); err != nil || seen.Service.Name["id"] == "Cetak ulang KTP-el" {
		t.Errorf("residents see a draft: %v", err)
	}
	if version, err := b.Publish(b.ctx, rina, lostCard, 1); err != nil || version != 2 {
		t.Fatalf("version %d, %v", version, err)
	}
	b.load(t)
	for day, want := range map[string]struct{ version, days int }{"2026-11-30": {1, 2}, "2026-12-01": {2, 1}} {
		at, err := b.catalog.FindAt(b.ctx, b.w.DB.App, lostCard, day)
		if err != nil || at.Standard.Version != want.version || at.Standard.Parts.Time.Amount != want.days || at.Service.Name["id"] != "Cetak ulang KTP-el" {
			t.Errorf("on %s: %+v, %v", day, at.Standard, err)
		}
	}
	all, err := b.History(b.ctx, rina, lostCard)
	if err != nil || len(all) != 2 || all[0].Version != 2 || all[1].EffectiveTo != "2026-12-01" || all[0].Decree != "SK 7/2026" {
		t.Errorf("%+v, %v", all, err)
	}
	record, err := audit.List(b.ctx, b.w.DB.App, audit.Filter{Object: "service"})
	if err != nil || len(record.Entries) != 2 || record.Entries[0].Action != "service.publish" || record.Entries[0].ActorID != rina.ID {
		t.Errorf("%+v, %v", record.Entries, err)
	}
	if d, err := b.Open(b.ctx, rina, lostCard); err != nil || d.Revision != 0 || d.Latest != 2 {
		t.Errorf("a draft is left: %+v, %v", d, err)
	}
}

// TestTwoWhoWriteOneService: whoever saw less is told who came before, and nothing of theirs is kept over it.
func TestTwoWhoWriteOneService(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina, joko := b.staff("Rina", "city_admin", ""), b.staff("Joko", "city_admin", "")
	_, mine := b.edited(t, rina, lostCard, func(e *catalog.Edition) { e.Standard.Decree = "SK Rina" })
	_, his := b.edited(t, joko, lostCard, func(e *catalog.Edition) { e.Standard.Decree = "SK Joko" })

	// Both begin the draft at the same moment: one of them has, the other is told.
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range []struct {
		by identity.Actor
		e  catalog.Edition
	}{{rina, mine}, {joko, his}} {
		wg.Go(func() { _, errs[i] = b.Save(b.ctx, s.by, lostCard, 0, s.e) })
	}
	wg.Wait()
	lost := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if lost < 0 || errs[1-lost] != nil || !fault.Is(errs[lost], "catalog.draft_changed") {
		t.Fatalf("two at once: %v", errs)
	}
	names := []string{"Rina", "Joko"}
	var other *catalog.Changed
	if !errors.As(errs[lost], &other) || other.By != names[1-lost] {
		t.Errorf("%s is told of %+v", names[lost], other)
	}
	d, err := b.Open(b.ctx, rina, lostCard)
	if err != nil || d.Revision != 1 || d.Standard.Decree != "SK "+names[1-lost] {
		t.Errorf("%+v, %v", d, err)
	}
	for what, do := range map[string]func() error{
		"saving":     func() error { _, err := b.Save(b.ctx, joko, lostCard, 7, his); return err },
		"publishing": func() error { _, err := b.Publish(b.ctx, joko, lostCard, 0); return err },
		"discarding": func() error { return b.Discard(b.ctx, joko, lostCard, 0) },
	} {
		if err := do(); !fault.Is(err, "catalog.draft_changed") {
			t.Errorf("%s what one has not seen: %v", what, err)
		}
	}
	if err := b.Discard(b.ctx, joko, lostCard, 1); err != nil {
		t.Fatal(err)
	}
	_, err = b.Save(b.ctx, rina, lostCard, 1, mine)
	if !fault.Is(err, "catalog.draft_changed") || !errors.As(err, &other) || other.By != "" {
		t.Errorf("saving over a draft that is gone: %v", err)
	}
}

// TestWhatIsWrongIsSaidWhere: a draft is kept however wrong it is, every fault has its place, and none is published.
func TestWhatIsWrongIsSaidWhere(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina := b.staff("Rina", "city_admin", "")
	revision := 0
	for _, tt := range []struct {
		place, code string
		change      func(*catalog.Edition)
	}{
		{"name.en", "required", func(e *catalog.Edition) { e.Service.Name = i18n.Text{"id": "Cetak"} }},
		{"agency", "unknown_agency", func(e *catalog.Edition) { e.Service.Agency = "tidak-ada" }},
		{"joint_agencies[0]", "unknown_agency", func(e *catalog.Edition) { e.Service.JointAgencies = []string{"tidak-ada"} }},
		{"rules.daily_quota", "bad_form", func(e *catalog.Edition) { e.Service.Rules.DailyQuota = -1 }},
		{"rules.pickup", "not_one_of", func(e *catalog.Edition) { e.Service.Rules.Pickup = "by_post" }},
		{"workflow", "not_published", func(e *catalog.Edition) { e.Service.Workflow = "tidak-ada" }},
		{"form", "required", func(e *catalog.Edition) { e.Service.Form = "" }},
		{"link.url", "https_needed", func(e *catalog.Edition) {
			e.Service.Integration, e.Service.Form, e.Service.Workflow, e.Service.Document = catalog.Link, "", "", ""
			e.Service.Link = &catalog.Elsewhere{Name: "Lama", URL: "http://lama.go.id"}
		}},
		{"source", "verified_without_source", func(e *catalog.Edition) { e.Service.Verified, e.Service.Source = true, " " }},
		{"standard.effective_from", "not_after", func(e *catalog.Edition) { e.Standard.EffectiveFrom = "2026-11-23" }},
		{"standard.effective_from", "bad_form", func(e *catalog.Edition) { e.Standard.EffectiveFrom = "besok" }},
		{"standard.time.unit", "native_without_time", func(e *catalog.Edition) {
			e.Standard.Parts.Time = catalog.Time{Unit: "none", Note: i18n.Text{"id": "Musiman", "en": "Seasonal"}}
		}},
		{"standard.fee", "required", func(e *catalog.Edition) { e.Standard.Parts.Fee = catalog.Fee{} }},
		{"standard.fee.amount", "free_with_amount", func(e *catalog.Edition) { e.Standard.Parts.Fee.Amount = 5000 }},
		{"standard.requirements[1].code", "repeated", func(e *catalog.Edition) {
			r := slices.Clone(e.Standard.Parts.Requirements)
			r[1].Code, e.Standard.Parts.Requirements = r[0].Code, r
		}},
	} {
		_, e := b.edited(t, rina, lostCard, nothing)
		tt.change(&e)
		d, err := b.Save(b.ctx, rina, lostCard, revision, e)
		if err != nil {
			t.Fatalf("%s: %v", tt.place, err)
		}
		revision = d.Revision
		var said []string
		found := false
		for _, p := range d.Problems {
			said = append(said, p.Path+" "+p.Code)
			found = found || p.Path == tt.place && p.Code == tt.code
		}
		if !found {
			t.Errorf("%s %s is not among %s", tt.place, tt.code, strings.Join(said, ", "))
		}
		var problems pack.Problems
		if _, err := b.Publish(b.ctx, rina, lostCard, revision); !fault.Is(err, "catalog.broken") || !errors.As(err, &problems) {
			t.Errorf("%s was published: %v", tt.place, err)
		}
		if err := b.Discard(b.ctx, rina, lostCard, revision); err != nil {
			t.Fatal(err)
		}
		revision = 0
	}
	if all, err := b.History(b.ctx, rina, lostCard); err != nil || len(all) != 1 {
		t.Errorf("%d versions, %v", len(all), err)
	}
}

// TestANewService begins beside the others, under a code that nothing has, and is nobody's before it is published.
func TestANewService(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina := b.staff("Rina", "city_admin", "")
	good := catalog.Beginning{Code: "kartu-seniman", Name: i18n.Text{"id": "Kartu seniman", "en": "Artist's card"}, Agency: "disdukcapil",
		Category: "kependudukan", Like: lostCard}
	for field, change := range map[string]func(*catalog.Beginning){
		"code":          func(in *catalog.Beginning) { in.Code = lostCard },
		"name_en":       func(in *catalog.Beginning) { in.Name = i18n.Text{"id": "KTP"} },
		"agency":        func(in *catalog.Beginning) { in.Agency = "tidak-ada" },
		"category":      func(in *catalog.Beginning) { in.Category = "tidak-ada" },
		"like":          func(in *catalog.Beginning) { in.Like = "tidak-ada" },
		"copy_workflow": func(in *catalog.Beginning) { in.Like, in.Workflow = "", "tidak-ada" },
		"copy_document": func(in *catalog.Beginning) { in.Like, in.Document = "", "tidak-ada" },
	} {
		in := good
		change(&in)
		f := fault.From(b.Begin(b.ctx, rina, in))
		if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %+v", field, f)
		}
	}
	if err := b.Begin(b.ctx, rina, good); err != nil {
		t.Fatal(err)
	}
	if f := fault.From(b.Begin(b.ctx, rina, good)); len(f.Fields) != 1 || f.Fields[0].Code != "service_code_taken" {
		t.Errorf("the same once more: %+v", f)
	}
	if _, err := b.catalog.Find(b.ctx, "kartu-seniman"); !fault.Is(err, "catalog.unknown_service") {
		t.Errorf("residents see it: %v", err)
	}
	begun, err := b.Beginnings(b.ctx, rina)
	if err != nil || len(begun) != 1 || begun[0].Code != "kartu-seniman" || begun[0].Form != "kartu-seniman" || begun[0].Verified {
		t.Errorf("%+v, %v", begun, err)
	}
	bare := catalog.Beginning{Code: "izin-pentas", Name: i18n.Text{"id": "Izin pentas", "en": "Stage permit"}, Agency: "disdukcapil", Category: "perizinan"}
	if err := b.Begin(b.ctx, rina, bare); err != nil {
		t.Fatal(err)
	}
	if d, err := b.Find(b.ctx, rina, "izin-pentas"); err != nil || d.Service.Form != "izin-pentas" || d.Service.Workflow != "izin-pentas" || d.Service.Document != "" {
		t.Errorf("what is written from nothing: %+v, %v", d.Service, err)
	}
	if version, err := b.Publish(b.ctx, rina, "kartu-seniman", 1); err != nil || version != 1 {
		t.Fatalf("version %d, %v", version, err)
	}
	found, err := b.catalog.Search(b.ctx, "seniman", 5)
	if err != nil || len(found) == 0 || found[0].Service.Code != "kartu-seniman" {
		t.Errorf("it is not found: %+v, %v", found, err)
	}
	say := i18n.Text{"id": "Urus di kecamatan.", "en": "Go to the district office."}
	if f := fault.From(b.Retire(b.ctx, rina, "kartu-seniman", i18n.Text{"id": "x"})); len(f.Fields) != 1 || f.Fields[0].Name != "instead_en" {
		t.Errorf("retiring in one language: %+v", f)
	}
	if err := b.Retire(b.ctx, rina, "kartu-seniman", say); err != nil {
		t.Fatal(err)
	}
	if err := b.Retire(b.ctx, rina, "kartu-seniman", say); !fault.Is(err, "catalog.retired_service") {
		t.Errorf("retiring twice: %v", err)
	}
}

// TestAnEditorOfOneAgency writes the services of that agency and no other's; officers write none, and another city has
// drafts of its own.
func TestAnEditorOfOneAgency(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina := b.staff("Rina", "city_admin", "")
	err := b.guard.CreateRole(b.ctx, rina, access.CreateRoleInput{Code: "penulis", Name: i18n.Text{i18n.ID: "Penulis layanan"},
		Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	doni := b.staff("Doni", "penulis", "dpmptsp")
	const other = "catalog.other_agency"
	for what, do := range map[string]func() error{
		"opening":    func() error { _, err := b.Open(b.ctx, doni, lostCard); return err },
		"finding":    func() error { _, err := b.Find(b.ctx, doni, lostCard); return err },
		"publishing": func() error { _, err := b.Publish(b.ctx, doni, lostCard, 0); return err },
		"discarding": func() error { return b.Discard(b.ctx, doni, lostCard, 0) },
		"retiring": func() error {
			return b.Retire(b.ctx, doni, lostCard, i18n.Text{"id": "x", "en": "x"})
		},
		"taking over": func() error {
			_, e := b.edited(t, rina, lostCard, func(e *catalog.Edition) { e.Service.Agency = "dpmptsp" })
			_, err := b.Save(b.ctx, doni, lostCard, 0, e)
			return err
		},
		"giving away": func() error {
			_, e := b.edited(t, doni, "sip-dokter", func(e *catalog.Edition) { e.Service.Agency = "disdukcapil" })
			_, err := b.Save(b.ctx, doni, "sip-dokter", 0, e)
			return err
		},
	} {
		if err := do(); !fault.Is(err, other) || fault.From(err).Kind != fault.Forbidden {
			t.Errorf("%s another agency's service: %v", what, err)
		}
	}
	in := catalog.Beginning{Code: "baru", Name: i18n.Text{"id": "Baru", "en": "New"}, Agency: "disdukcapil", Category: "kesehatan"}
	if f := fault.From(b.Begin(b.ctx, doni, in)); len(f.Fields) != 1 || f.Fields[0].Name != "agency" {
		t.Errorf("beginning another agency's service: %+v", f)
	}
	if err := b.Begin(b.ctx, rina, in); err != nil {
		t.Fatal(err)
	}
	if begun, err := b.Beginnings(b.ctx, doni); err != nil || len(begun) != 0 {
		t.Errorf("sees the beginnings of others: %+v, %v", begun, err)
	}
	_, e := b.edited(t, doni, "sip-dokter", func(e *catalog.Edition) { e.Standard.Decree = "SK Dinkes" })
	if d, err := b.Save(b.ctx, doni, "sip-dokter", 0, e); err != nil || d.Revision != 1 {
		t.Errorf("writing one's own: %+v, %v", d, err)
	}
	if own, err := b.Agency(b.ctx, doni); err != nil || own != "dpmptsp" {
		t.Errorf("bound to %q, %v", own, err)
	}
	if own, err := b.Agency(b.ctx, rina); err != nil || own != "" {
		t.Errorf("the city's administrator is bound to %q, %v", own, err)
	}
	if _, err := b.Open(b.ctx, b.staff("Andi", "officer", "dpmptsp"), "sip-dokter"); !fault.Is(err, "access.denied") {
		t.Errorf("an officer: %v", err)
	}
	tono := b.staff("Tono", "city_admin", "")
	tono.TenantID = b.w.Other.ID
	if _, err := b.Open(b.w.Ctx(b.w.Other), tono, "sip-dokter"); !fault.Is(err, "catalog.unknown_service") {
		t.Errorf("another city: %v", err)
	}
}
