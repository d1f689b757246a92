package catalog

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// edited returns the Batam pack with files replaced; an empty text removes one.
func edited(t *testing.T, edits map[string]string) *pack.Pack {
	t.Helper()
	fsys := fstest.MapFS{}
	err := fs.WalkDir(tenants.FS, "batam", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(tenants.FS, name)
		fsys[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range edits {
		if name = path.Join("batam", name); text == "" {
			delete(fsys, name)
		} else {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	p, err := pack.Load(fsys, "batam")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// replace returns a file of the Batam pack with old texts replaced by new ones: old, new, old, new …
func replace(t *testing.T, name string, pairs ...string) map[string]string {
	t.Helper()
	raw, err := fs.ReadFile(tenants.FS, "batam/"+name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return map[string]string{name: text}
}

func engine() *pack.Engine {
	e := pack.NewEngine()
	e.Register(Section())
	return e
}

const lost = "services/ktp-el-hilang.yaml"

func TestBatamIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	d, err := c.Find(ctx, "ktp-el-hilang")
	if err != nil {
		t.Fatal(err)
	}
	if !d.Service.Applicable() || d.Service.Rules != (Rules{CooldownMonths: 3, OneOpen: true, Pickup: PickupInPerson}) ||
		d.Agency.Short != "Disdukcapil" || d.Standard == nil || d.Standard.EffectiveFrom != "2026-01-01" || !d.Standard.Verified {
		t.Errorf("found %+v", d)
	}
	parts := d.Standard.Parts
	if got := parts.Time.Text(i18n.ID); got != "2 hari kerja" {
		t.Errorf("time = %q", got)
	}
	if got := parts.Fee.Text(i18n.EN); got != "Free of charge" {
		t.Errorf("fee = %q", got)
	}
	if len(parts.Requirements) != 5 || parts.Requirements[1].File == nil || !slices.Equal(parts.Requirements[1].File.Types, []string{"jpg", "png", "pdf"}) {
		t.Errorf("requirements = %+v", parts.Requirements)
	}
	if got := parts.Requirements[0].Name.In(i18n.ID); !strings.Contains(got, "Kota Batam") {
		t.Errorf("first requirement %q does not name the city", got)
	}
	n, err := c.Counts(ctx)
	if err != nil || n.Total != 36 || n.Agency["disdukcapil"] < 10 || n.Integration[Native] == 0 {
		t.Errorf("counts = %+v, %v; want the 36 services of Batam", n, err)
	}
	sum := 0
	for v := range maps.Values(n.Category) {
		sum += v
	}
	if sum != n.Total {
		t.Errorf("categories hold %d of %d services", sum, n.Total)
	}
	birth, err := c.Find(ctx, "akta-kelahiran")
	if err != nil || !slices.ContainsFunc(birth.Standard.Parts.Requirements, func(r Requirement) bool { return len(r.AnyOf) > 1 }) {
		t.Errorf("akta-kelahiran has no alternatives: %v", err)
	}
}

func TestEveryServiceHasItsPublicParts(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	all, err := c.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		d, err := c.Find(ctx, s.Code)
		if err != nil || d.Standard == nil {
			t.Fatalf("%s: %v", s.Code, err)
		}
		p := d.Standard.Parts
		for _, l := range i18n.All() {
			if len(p.Requirements) == 0 || len(p.Procedure) == 0 || p.Time.Text(l) == "" || p.Fee.Text(l) == "" ||
				len(p.Products) == 0 || p.Complaints.In(l) == "" || len(p.LegalBasis) == 0 || s.Name.In(l) == "" {
				t.Errorf("%s lacks a public part in %s: %+v", s.Code, l, p)
			}
			for _, key := range []string{s.Integration.Key(), s.Integration.TextKey(), CategoryKey(s.Category), p.Time.StartsKey()} {
				if key != "" && !l.Has(key) {
					t.Errorf("%s: no text %s", s.Code, key)
				}
			}
		}
	}
}

func TestEditsReachReadersAtOnce(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	name := func() string {
		t.Helper()
		d, err := c.Find(ctx, "ktp-el-hilang")
		if err != nil {
			t.Fatal(err)
		}
		return d.Service.Name.In(i18n.ID)
	}
	if got := name(); got != "KTP-el hilang" {
		t.Fatal(got)
	}
	edits := replace(t, lost, "id: KTP-el hilang", "id: KTP-el lenyap")
	if _, err := engine().Apply(t.Context(), w.DB, edited(t, edits)); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "KTP-el lenyap" {
		t.Errorf("after the edit the cached name is %q", got)
	}
	if hits, err := c.Search(ctx, "lenyap", 3); err != nil || len(hits) == 0 || hits[0].Service.Code != "ktp-el-hilang" {
		t.Errorf("search for the new name found %s, %v", listing(hits), err)
	}
}

func TestServicesThatLeaveThePackAreRetired(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	if _, err := engine().Apply(t.Context(), w.DB, edited(t, map[string]string{lost: ""})); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(ctx, "ktp-el-hilang"); !fault.Is(err, "catalog.retired_service") {
		t.Errorf("Find = %v, want catalog.retired_service", err)
	}
	if _, err := c.FindAt(ctx, w.DB.App, "ktp-el-hilang", "2026-06-01"); !fault.Is(err, "catalog.retired_service") {
		t.Errorf("FindAt = %v, want catalog.retired_service", err)
	}
	if name, err := c.Offered(ctx, w.DB.App, "ktp-el-hilang"); !fault.Is(err, "catalog.retired_service") || name.Empty() {
		t.Errorf("Offered = %v, %v, want its name and catalog.retired_service", name, err)
	}
	if name, err := c.Name(ctx, w.DB.App, "ktp-el-hilang"); err != nil || name.Empty() {
		t.Errorf("Name = %v, %v", name, err)
	}
	if hits, err := c.Search(ctx, "ktp hilang", 10); err != nil || slices.ContainsFunc(hits, func(h Hit) bool { return h.Service.Code == "ktp-el-hilang" }) {
		t.Errorf("search still finds it: %s, %v", listing(hits), err)
	}
	all, err := c.List(ctx, Filter{Retired: true})
	if i := slices.IndexFunc(all, func(s Service) bool { return s.Retired() }); err != nil || i < 0 || all[i].Code != "ktp-el-hilang" || all[i].Applicable() {
		t.Errorf("the retired service is not listed for old applications: %v", err)
	}
	var kept int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM service_standard WHERE service = 'ktp-el-hilang'").Scan(ctx, &kept); err != nil || kept != 1 {
		t.Errorf("%d versions of its standard are kept, %v", kept, err)
	}
	if _, err := engine().Apply(t.Context(), w.DB, edited(t, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(ctx, "ktp-el-hilang"); err != nil {
		t.Errorf("back in the pack, Find = %v", err)
	}
}

func TestVersionsOfAStandardFollowEachOther(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	apply := func(pairs ...string) error {
		t.Helper()
		_, err := engine().Apply(t.Context(), w.DB, edited(t, replace(t, lost, pairs...)))
		return err
	}
	second := []string{"  version: 1", "  version: 2", "effective_from: 2026-01-01", "effective_from: 2026-12-01", "amount: 2\n", "amount: 1\n", "max: 2", "max: 1"}
	if err := apply(second...); err != nil {
		t.Fatal(err)
	}
	in := func(now string) (version int) {
		t.Helper()
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		c.now = func() time.Time { return at }
		d, err := c.Find(ctx, "ktp-el-hilang")
		if err != nil || d.Standard == nil {
			t.Fatalf("at %s: %v", now, err)
		}
		return d.Standard.Version
	}
	for now, want := range map[string]int{
		"2026-11-24T03:00:00Z": 1,
		"2026-11-30T16:59:59Z": 1,
		"2026-11-30T17:00:00Z": 2, // midnight in Batam
	} {
		if got := in(now); got != want {
			t.Errorf("at %s version %d is in force, want %d", now, got, want)
		}
	}
	old, err := c.FindAt(ctx, w.DB.App, "ktp-el-hilang", "2026-06-01")
	if st := old.Standard; err != nil || old.Agency.Code != "disdukcapil" || st.Version != 1 || st.EffectiveTo != "2026-12-01" || st.Parts.Time.Amount != 2 {
		t.Errorf("the first version became %+v, %v", st, err)
	}
	if _, err := c.FindAt(ctx, w.DB.App, "ktp-el-hilang", "2025-12-31"); !fault.Is(err, "catalog.no_standard") {
		t.Errorf("before the first version: %v", err)
	}
	moved := slices.Clone(second)
	moved[3] = "effective_from: 2026-12-15"
	if err := apply(moved...); err != nil {
		t.Fatalf("moving the start of version 2: %v", err)
	}
	if got := in("2026-12-10T03:00:00Z"); got != 1 {
		t.Errorf("after the move version %d is in force on 10 December, want 1", got)
	}

	var found pack.Problems
	if err := apply(); !errors.As(err, &found) || !strings.Contains(err.Error(), "standard.version: version 1 is older than version 2") {
		t.Errorf("going back to version 1: %v", err)
	}
	early := []string{"  version: 1", "  version: 3", "effective_from: 2026-01-01", "effective_from: 2026-12-01"}
	if err := apply(early...); !errors.As(err, &found) || !strings.Contains(err.Error(), "standard.effective_from") {
		t.Errorf("version 3 before version 2: %v", err)
	}
}

func TestBrokenServicesAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	const at = "batam/" + lost
	for _, tt := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"unknown field", []string{"category:", "kategori:"}, at + ":11: the field kategori is not known"},
		{"unknown field deep down", []string{"bring_original: true", "bawa_asli: true"}, ": the field bawa_asli is not known"},
		{"code", []string{"code: ktp-el-hilang", "code: ktp-el-hillang"}, at + ":1: code: "},
		{"agency", []string{"agency: disdukcapil", "agency: dukcapil"}, "agency: the agency dukcapil is not in agencies.yaml"},
		{"joint agency", []string{"joint_agencies: []", "joint_agencies: [entah]"}, "joint_agencies[0]: the agency entah"},
		{"category", []string{"category: kependudukan", "category: penduduk"}, "category: \"penduduk\" is not one of"},
		{"level", []string{"integration: native", "integration: penuh"}, "integration: \"penuh\" is not one of"},
		{"native without form", []string{"\nform: ktp-el-hilang", "\nform: \"\""}, "form: is required"},
		{"form that is not there", []string{"\nform: ktp-el-hilang", "\nform: lain"}, "form: there is no file forms/lain.yaml"},
		{"form without native", []string{"integration: native", "integration: info"}, "form: is only for a service done here"},
		{"name in one language", []string{"  en: Lost electronic ID card (KTP-el)\n", ""}, "name.en: is required"},
		{"requirement twice", []string{"code: surat-kehilangan", "code: kk"}, "standard.requirements[2].code: \"kk\" is written twice"},
		{"kind", []string{"kind: technical", "kind: teknis"}, "standard.requirements[0].kind"},
		{"file type", []string{"types: [jpg, png, pdf]", "types: [exe]"}, "standard.requirements[1].file.types[0]: \"exe\""},
		{"file size", []string{"max_mb: 5", "max_mb: 5000"}, "standard.requirements[1].file.max_mb: 5000 must be between 1 and 100"},
		{"unit", []string{"unit: working_day", "unit: hari_kerja"}, "standard.time.unit"},
		{"time backwards", []string{"max: 2", "max: 1"}, "standard.time.max: \"1\" is not after \"2\""},
		{"native without time", []string{"unit: working_day", "unit: none", "amount: 2\n", "amount: 0\n", "max: 2", "max: 0"}, "standard.time.unit: a service done here must promise"},
		{"free and not", []string{"free: true, amount: 0", "free: true, amount: 5000"}, "standard.fee.amount: it is free"},
		{"neither free nor priced", []string{"free: true, amount: 0", "free: false, amount: 0"}, "standard.fee: is required"},
		{"day", []string{"effective_from: 2026-01-01", "effective_from: 2026-13-01"}, "standard.effective_from"},
		{"pickup", []string{"pickup: in_person", "pickup: kurir"}, "rules.pickup: \"kurir\" is not one of"},
		{"bad link", []string{"joint_agencies: []", "link: {name: X, url: \"javascript:alert(1)\"}"}, "link.url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := engine().Check(edited(t, replace(t, lost, tt.pairs...)))
			if !fault.Is(err, "pack.invalid") || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), at) {
				t.Errorf("refused with %v\nwant %s … %q", err, at, tt.want)
			}
		})
	}
}

func TestOneCitySeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	if _, err := c.Find(ctx, "ktp-el-hilang"); err != nil { // warms the cache of Batam
		t.Fatal(err)
	}
	other := w.Ctx(w.Other)
	if all, err := c.List(other, Filter{}); err != nil || len(all) != 0 {
		t.Errorf("List = %d services, %v", len(all), err)
	}
	if all, err := c.Agencies(other); err != nil || len(all) != 0 {
		t.Errorf("Agencies = %d, %v", len(all), err)
	}
	if _, err := c.Find(other, "ktp-el-hilang"); !fault.Is(err, "catalog.unknown_service") {
		t.Errorf("Find = %v", err)
	}
	if _, err := c.Agency(other, "disdukcapil"); !fault.Is(err, "catalog.unknown_agency") {
		t.Errorf("Agency = %v", err)
	}
	if _, err := c.FindAt(other, w.DB.App, "ktp-el-hilang", "2026-06-01"); !fault.Is(err, "catalog.unknown_service") {
		t.Errorf("FindAt = %v", err)
	}
	if _, err := c.List(context.Background(), Filter{}); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("without a city: %v", err)
	}
	var rows int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM v_service").Scan(other, &rows); err != nil || rows != 0 {
		t.Errorf("v_service shows another city %d rows, %v", rows, err)
	}
}

func TestCacheForgetsTheCityLongestUnused(t *testing.T) {
	t.Parallel()
	c, at := newCache(), time.Unix(0, 0)
	first := tenancy.ID{1}
	c.put(first, &snapshot{used: at})
	for i := range maxCities {
		c.put(tenancy.ID{2, byte(i)}, &snapshot{used: at.Add(time.Duration(i+1) * time.Second)})
	}
	if c.get(first, 0, "", at) != nil || len(c.cities) != maxCities {
		t.Errorf("holds %d cities, the oldest among them", len(c.cities))
	}
}
