package pack

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"bedelau/internal/kernel/i18n"
)

// folders returns two small packs: kampung, and hilir, which is based on it. edits replace or, when empty, remove files.
func folders(edits map[string]string) fstest.MapFS {
	files := map[string]string{
		"kampung/city.yaml": `
slug: kampung
name: Kota Kampung
short_name: Kampung
code: "21.71"
province: Kepulauan Riau
timezone: Asia/Jakarta
number_prefix: KPG
hosts: [layanan.kampung.go.id]
brand: {color: "#0b5cad", logo: brand/logo.svg}
contact: {website: "https://kampung.go.id"}
verified: true
source: uji
`,
		"kampung/areas.yaml": `
- {code: "21.71.01", name: Hulu, kind: kecamatan, kelurahan: 1, verified: true, source: uji}
- {code: "21.71.01.1001", name: Muara, kind: kelurahan, verified: true, source: uji}
`,
		"kampung/calendar/2026.yaml": `
year: 2026
source: SKB uji
verified: true
week: [mon, tue, wed, thu, fri]
open: "07:30"
close: "16:00"
days:
  - {date: 2026-01-01, kind: libur, name: {id: Tahun Baru, en: New Year}}
  - {date: 2026-12-24, kind: cuti_bersama, name: {id: "Cuti bersama {kota_pendek}", en: Joint leave}}
`,
		"kampung/brand/logo.svg":     `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="#0b5cad"/></svg>`,
		"kampung/services/satu.yaml": "code: satu\ntext: Layanan {kota}\nverified: true\n",
		"kampung/services/dua.yaml":  "code: dua\ntext: \"{kota_pendek} saja\"\nverified: true\n",
		"kampung/services/tiga.yaml": "code: tiga\ntext: tiga\nverified: true\n",
		"hilir/services/tiga.yaml":   "code: tiga\ntext: \"tiga {kota}\"\nverified: true\n",
		"hilir/city.yaml": `
slug: hilir
name: Kota Hilir
short_name: Hilir
code: "21.72"
province: Kepulauan Riau
timezone: Asia/Jayapura
number_prefix: HLR
brand: {color: "#00736b"}
base: kampung
exclude: [satu]
source: uji
`,
	}
	maps.Copy(files, edits)
	fsys := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(text, "\n"))}
		}
	}
	return fsys
}

// service is what the tests' own section reads from services/*.yaml.
type service struct {
	Code     string    `yaml:"code"`
	Text     string    `yaml:"text"`
	Name     i18n.Text `yaml:"name"`
	Verified bool      `yaml:"verified"`
}

func mustLoad(t *testing.T, fsys fstest.MapFS, slug string) *Pack {
	t.Helper()
	p, err := Load(fsys, slug)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
