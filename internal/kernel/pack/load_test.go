package pack

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

func TestLoadTakesFromTheBaseWhatTheCityDoesNotBring(t *testing.T) {
	t.Parallel()
	fsys := folders(nil)
	base, own := mustLoad(t, fsys, "kampung"), mustLoad(t, fsys, "hilir")

	if got, want := own.Names("services"), []string{"services/dua.yaml", "services/tiga.yaml"}; !slices.Equal(got, want) {
		t.Errorf("services = %v, want %v: satu is excluded", got, want)
	}
	if own.Has("areas.yaml") || own.Has("brand/logo.svg") {
		t.Error("hilir has the districts or the logo of another city")
	}
	if !slices.Equal(own.Bases, []string{"kampung"}) || len(base.Bases) != 0 {
		t.Errorf("bases = %v and %v", own.Bases, base.Bases)
	}
	for _, tt := range []struct {
		pack     *Pack
		file     string
		text     string
		verified bool
	}{
		{base, "services/satu.yaml", "Layanan Kota Kampung", true},
		{base, "services/dua.yaml", "Kampung saja", true},
		{own, "services/dua.yaml", "Hilir saja", false}, // a copy nobody has checked
		{own, "services/tiga.yaml", "tiga Kota Hilir", true},
	} {
		var s service
		if err := tt.pack.Decode(tt.file, &s); err != nil {
			t.Fatal(err)
		}
		if s.Text != tt.text || s.Verified != tt.verified {
			t.Errorf("%s %s = %q verified %v, want %q %v", tt.pack.City.Slug, tt.file, s.Text, s.Verified, tt.text, tt.verified)
		}
	}
}

// TestBrokenPacksAreRefusedWithThePlace breaks one file of kampung, or hilir, at a time.
func TestBrokenPacksAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	good := folders(nil)
	swap := func(file, old, with string) map[string]string {
		text := string(good[file].Data)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", file, old)
		}
		return map[string]string{file: strings.Replace(text, old, with, 1)}
	}
	const city, cal = "kampung/city.yaml", "kampung/calendar/2026.yaml"
	for _, tt := range []struct {
		name  string
		edits map[string]string
		slug  string
		want  string // in the sentence of the refusal
	}{
		{"unknown field", swap(city, "province:", "provinsi:"), "", "kampung/city.yaml:5: the field provinsi is not known"},
		{"wrong type", swap(city, "hosts: [layanan.kampung.go.id]", "hosts: 7"), "", `kampung/city.yaml:8: "7" is not of the shape`},
		{"not YAML", map[string]string{city: "slug: [kampung\n"}, "", "kampung/city.yaml:"},
		{"not UTF-8", map[string]string{city: "slug: \xff\xfe\xfd\n"}, "", "kampung/city.yaml: cannot be read"},
		{"empty", map[string]string{city: "# nothing\n"}, "", "kampung/city.yaml: the file is empty"},
		{"second document", swap(city, "source: uji", "source: uji\n---\nslug: lain"), "", "kampung/city.yaml: cannot be read: a second document begins"},
		{"field twice", swap(city, "province:", "name: Kota Lain\nprovince:"), "", "already defined"},
		{"no city.yaml", map[string]string{city: ""}, "", "kampung/city.yaml: the file is missing"},
		{"no folder", nil, "entah", "entah: cannot be read"},
		{"path as slug", nil, "../kampung", `"../kampung" is not a code`},
		{"slug of another folder", swap(city, "slug: kampung", "slug: lain"), "", `kampung/city.yaml:1: slug: "lain" differs`},
		{"no name", swap(city, "name: Kota Kampung", `name: ""`), "", "kampung/city.yaml:2: name: is required"},
		{"zone", swap(city, "Asia/Jakarta", "WIB"), "", `kampung/city.yaml:6: timezone: "WIB" cannot be used`},
		{"local zone", swap(city, "Asia/Jakarta", "Local"), "", "timezone"},
		{"region", swap(city, `"21.71"`, `"2171"`), "", "kampung/city.yaml:4: code"},
		{"host", swap(city, "layanan.kampung.go.id", "http://kampung"), "", "kampung/city.yaml:8: hosts[0]"},
		{"pale colour", swap(city, "#0b5cad", "#ffcc00"), "", "brand.color: #ffcc00 has too little contrast"},
		{"website", swap(city, "https://kampung.go.id", "javascript:alert(1)"), "", "kampung/city.yaml:10: contact.website"},
		{"logo missing", map[string]string{"kampung/brand/logo.svg": ""}, "", "brand.logo: the file is missing"},
		{"logo with script", swap("kampung/brand/logo.svg", "<rect", "<script>alert(1)</script><rect"), "", "brand.logo: the drawing holds <script>"},
		{"logo with handler", swap("kampung/brand/logo.svg", "<rect", `<rect onload="alert(1)"`), "", "the drawing holds onload"},
		{"logo from elsewhere", swap("kampung/brand/logo.svg", `fill="#0b5cad"`, `fill="url(https://x.example/)"`), "", "the drawing holds fill"},
		{"logo with comment", swap("kampung/brand/logo.svg", "<rect", "<!--> <img src=x> --><rect"), "", "the drawing holds <!"},
		{"logo no drawing", map[string]string{"kampung/brand/logo.svg": "GIF89a"}, "", "kampung/city.yaml:9: brand.logo"},
		{"unknown file", map[string]string{"kampung/service/x.yaml": "code: x\n"}, "", "kampung/service/x.yaml: this file is not known"},
		{"huge file", map[string]string{"kampung/services/x.yaml": strings.Repeat("# x\n", 300_000)}, "", "kampung/services/x.yaml: the file is larger than 1024 KB"},
		{"no such base", swap("hilir/city.yaml", "base: kampung", "base: entah"), "hilir", `hilir/city.yaml:9: base: there is no pack entah`},
		{"base of itself", swap("hilir/city.yaml", "base: kampung", "base: hilir"), "hilir", "hilir → hilir"},
		{"circle", swap(city, "verified: true", "base: hilir"), "", "kampung → hilir → kampung"},
		{"base broken", swap(city, "province:", "provinsi:"), "hilir", "kampung/city.yaml:5: the field provinsi is not known"},
		{"excludes nothing", swap("hilir/city.yaml", "[satu]", "[satu, empat]"), "hilir", "hilir/city.yaml:10: exclude[1]: kampung has no empat"},
		{"excludes without base", swap(city, "verified: true", "exclude: [satu]"), "", "exclude: there is no base"},
		{"day of another year", swap(cal, "2026-01-01", "2027-01-01"), "", "kampung/calendar/2026.yaml:8: days[0].date"},
		{"no such day", swap(cal, "2026-01-01", "2026-02-30"), "", "kampung/calendar/2026.yaml:8: days[0].date"},
		{"day twice", swap(cal, "2026-12-24", "2026-01-01"), "", `days[1].date: "2026-01-01" is written twice`},
		{"day in one language", swap(cal, "{id: Tahun Baru, en: New Year}", "{id: Tahun Baru}"), "", "days[0].name.en: is required"},
		{"strange language", swap(cal, "en: New Year}", "en: New Year, jv: Taun Anyar}"), "", "the language jv is not known"},
		{"kind of day", swap(cal, "kind: libur", "kind: liburan"), "", `"liburan" is not one of libur, cuti_bersama`},
		{"day of the week", swap(cal, "[mon,", "[senin,"), "", `kampung/calendar/2026.yaml:4: week[0]: "senin"`},
		{"closes before it opens", swap(cal, `"16:00"`, `"06:00"`), "", `close: "06:00" is not after "07:30"`},
		{"year of another file", swap(cal, "year: 2026", "year: 2025"), "", "kampung/calendar/2026.yaml:1: year"},
		{"area of another city", swap("kampung/areas.yaml", `"21.71.01"`, `"21.72.01"`), "", `kampung/areas.yaml:1: [0].code: 21.72.01 is not the code of a kecamatan in 21.71`},
		{"area without district", swap("kampung/areas.yaml", `"21.71.01.1001"`, `"21.71.02.1001"`), "", "kampung/areas.yaml:2: [1].code: the district 21.71.02 is not in the list"},
		{"area of the wrong kind", swap("kampung/areas.yaml", "kind: kelurahan", "kind: kecamatan"), "", "[1].code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			slug := tt.slug
			if slug == "" {
				slug = "kampung"
			}
			p, err := Load(folders(tt.edits), slug)
			if err == nil {
				err = NewEngine().Check(p)
			}
			var found Problems
			if !errors.As(err, &found) || !fault.Is(err, "pack.invalid") {
				t.Fatalf("refused with %v, want pack.invalid", err)
			}
			if !strings.Contains(found.Error(), tt.want) {
				t.Errorf("says\n%s\nwant %q", found.Error(), tt.want)
			}
			if id := found[0].In(i18n.ID); strings.Contains(id, "pack.problem.") {
				t.Errorf("%q has no Indonesian sentence", id)
			}
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, folders(map[string]string{
		"kampung/areas.yaml":         "- {code: x, name: \"\", kind: desa}\n",
		"kampung/calendar/2026.yaml": "year: 2026\nweek: []\n",
	}), "kampung")
	var found Problems
	if err := NewEngine().Check(p); !errors.As(err, &found) || len(found) < 7 {
		t.Errorf("found %d problems, want all of both files:\n%v", len(found), found)
	}
}
