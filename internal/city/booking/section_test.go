package booking

import (
	"strings"
	"testing"
	"testing/fstest"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// TestTheBatamPackHasCountersWhichAreItsOwn: another city that is based on it has none of them.
func TestTheBatamPackHasCountersWhichAreItsOwn(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]int{"batam": 2, "tanjungpinang": 0} {
		p, err := pack.Load(tenants.FS, slug)
		if err != nil {
			t.Fatal(err)
		}
		all, err := readPack(p)
		if err != nil || len(all) != want {
			t.Errorf("%s: %d counters, %v", slug, len(all), err)
		}
	}
}

func TestWhatIsNoCounterIsRefusedByItsPlace(t *testing.T) {
	t.Parallel()
	const good = `code: loket
agency: dinas
name: {id: Loket, en: Counter}
address: {id: Jalan, en: Street}
services: [satu]
source: uji
rules:
  - {effective_from: 2026-01-01, hours: {mon: "08:00-12:00, 13:00-15:00"}, slot_minutes: 30, capacity: 2, open_days: 14}
`
	for _, tt := range []struct{ name, old, new, path string }{
		{"good", "", "", ""},
		{"another name", "code: loket", "code: lain", "code"},
		{"no such agency", "agency: dinas", "agency: tidakada", "agency"},
		{"no such service", "[satu]", "[dua]", "services[0]"},
		{"half a place on the map", "source: uji", "source: uji\nlatitude: 1.1", "longitude"},
		{"hours that overlap", "13:00-15:00", "11:00-15:00", "rules[0].hours"},
		{"no places", "capacity: 2", "capacity: 0", "rules[0].capacity"},
		{"a slot of a minute", "slot_minutes: 30", "slot_minutes: 1", "rules[0].slot_minutes"},
		{"no day", "2026-01-01", "2026-02-30", "rules[0].effective_from"},
		{"only one language", "{id: Loket, en: Counter}", "{id: Loket}", "name.en"},
	} {
		fsys := fstest.MapFS{
			"kota/city.yaml":           {Data: []byte("slug: kota\nname: Kota\nshort_name: Kota\ncode: \"21.71\"\nprovince: P\ntimezone: Asia/Jakarta\nnumber_prefix: KTA\nbrand: {color: \"#0b5cad\"}\nsource: uji\n")},
			"kota/agencies.yaml":       {Data: []byte("- {code: dinas}\n")},
			"kota/services/satu.yaml":  {Data: []byte("code: satu\n")},
			"kota/counters/loket.yaml": {Data: []byte(strings.Replace(good, tt.old, tt.new, 1))},
		}
		p, err := pack.Load(fsys, "kota")
		if err != nil {
			t.Fatal(err)
		}
		_, err = readPack(p)
		if tt.path == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if !fault.Is(err, "pack.invalid") || !strings.Contains(err.Error(), ": "+tt.path+": ") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
