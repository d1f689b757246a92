package tariff

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
)

const city = `slug: kota-uji
name: Kota Uji
short_name: Uji
code: "21.99"
province: Kepulauan Riau
timezone: Asia/Jakarta
number_prefix: UJI
brand: {color: "#0b5cad", logo: ""}
`

const advertising = `code: reklame
name: {id: Nilai sewa reklame, en: Rental value}
unit: {id: rupiah per m² per hari, en: rupiah per m² a day}
versions:
  - effective_from: 2026-01-01
    source: contoh
    verified: false
    rows:
      - {key: utama, label: {id: Jalan utama, en: Main road}, amount: 5000}
      - {key: lain, label: {id: Jalan lain, en: Other road}, amount: 2000}
  - effective_from: 2026-07-01
    basis: Perwako 1/2026
    source: Perwako 1/2026
    verified: true
    rows:
      - {key: utama, label: {id: Jalan utama, en: Main road}, amount: 6000}
`

func load(t *testing.T, tariff string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(fstest.MapFS{"kota-uji/city.yaml": {Data: []byte(city)}, "kota-uji/tariffs/reklame.yaml": {Data: []byte(tariff)}}, "kota-uji")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheTariffOfTheDay: a new version holds from its day on, and the old one for the days before.
func TestTheTariffOfTheDay(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	engine := pack.NewEngine()
	engine.Register(Section())
	r, err := engine.Apply(t.Context(), w.DB, load(t, advertising))
	if err != nil {
		t.Fatal(err)
	}
	ctx := w.Ctx(r.City)
	for _, tt := range []struct {
		day    string
		amount int64
		from   string
	}{
		{"2025-12-31", 0, ""},
		{"2026-01-01", 5000, "2026-01-01"},
		{"2026-06-30", 5000, "2026-01-01"},
		{"2026-07-01", 6000, "2026-07-01"},
		{"2030-01-01", 6000, "2026-07-01"},
	} {
		day, _ := time.Parse(time.DateOnly, tt.day)
		got, err := InForce(ctx, w.DB.App, []string{"reklame", "tidak-ada"}, day)
		if err != nil || Rates(got)["reklame"]["utama"] != tt.amount || tt.from != "" && (got[0].EffectiveFrom != tt.from || got[0].Verified != (tt.from == "2026-07-01")) {
			t.Errorf("%s: %+v, %v; want %d", tt.day, got, err, tt.amount)
		}
	}
	// Another city has none.
	if got, err := InForce(w.Ctx(w.Batam), w.DB.App, []string{"reklame"}, time.Now()); err != nil || len(got) != 0 {
		t.Errorf("another city is charged by %+v, %v", got, err)
	}
}

func TestABrokenTariffIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tariff, want string }{
		{"code: lain\n" + advertising[len("code: reklame\n"):], "code not_file_name"},
		{`code: reklame
name: {id: a, en: a}
unit: {id: a, en: a}
versions:
  - {effective_from: 2026-07-01, source: x, rows: [{key: a, label: {id: a, en: a}, amount: 1}, {key: a, label: {id: a, en: a}, amount: -1}]}
  - {effective_from: 2026-01-01, source: "", rows: []}
`, "versions[0].rows[1].key repeated, versions[0].rows[1].amount not_between, versions[1].effective_from not_after, versions[1].source required, versions[1].rows required"},
	} {
		_, err := read(load(t, tt.tariff))
		var found pack.Problems
		if !errors.As(err, &found) {
			t.Fatalf("not refused: %v", err)
		}
		got := ""
		for i, p := range found {
			if i > 0 {
				got += ", "
			}
			got += p.Path + " " + p.Code
		}
		if got != tt.want {
			t.Errorf("found %q, want %q", got, tt.want)
		}
	}
}
