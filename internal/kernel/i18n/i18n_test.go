package i18n

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"gopkg.in/yaml.v3"
)

func TestPick(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Locale{
		"": ID, "id": ID, "en": EN, "en-GB,en;q=0.9": EN, "fr": ID, "fr, en;q=0.5": EN,
		"ms-MY": ID, "id-ID,id;q=0.9,en;q=0.8": ID, "zh-CN,en;q=0.3": EN, ";;;": ID,
	} {
		if got := Pick(header); got != want {
			t.Errorf("Pick(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestLocaleTravelsInTheContext(t *testing.T) {
	t.Parallel()
	if got := From(With(context.Background(), EN)); got != EN {
		t.Errorf("From = %s", got)
	}
	if got := From(context.Background()); got != ID {
		t.Errorf("without a locale From = %s", got)
	}
	if _, ok := Parse("fr"); ok {
		t.Error("Parse accepted fr")
	}
}

func TestTFillsPlaceholders(t *testing.T) {
	t.Parallel()
	m := message{ID: "{n} layanan", EN: "{n} services", ENOne: "{n} service"}
	if got := m.in(EN, []any{"n", 1}); got != "1 service" {
		t.Errorf("one: %q", got)
	}
	if got := m.in(EN, []any{"n", "35"}); got != "35 services" {
		t.Errorf("many: %q", got)
	}
	if got := m.in(ID, []any{"n", 1}); got != "1 layanan" {
		t.Errorf("Indonesian: %q", got)
	}
	if got := ID.T("no.such.key"); got != "no.such.key" {
		t.Errorf("unknown key: %q", got)
	}
}

func TestDatesAndNumbers(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 10, 5, 0, 0, time.FixedZone("", 7*3600))
	for _, tt := range []struct{ got, want string }{
		{ID.Date(at), "24 November 2026"},
		{ID.LongDate(at), "Selasa, 24 November 2026"},
		{EN.LongDate(at), "Tuesday, 24 November 2026"},
		{ID.Month(at.AddDate(0, -6, 0)), "Mei 2026"},
		{ID.DateTime(at), "24 November 2026 pukul 10.05 WIB"},
		{EN.DateTime(at), "24 November 2026, 10:05 WIB"},
		{ID.DateTime(at.In(time.FixedZone("", 8*3600))), "24 November 2026 pukul 11.05 WITA"},
		{EN.Clock(at.In(time.FixedZone("", 9*3600))), "12:05 WIT"},
		{EN.Clock(at.UTC()), "03:05 UTC"},
		{ID.ShortDate(at, at), "24 Nov"},
		{ID.ShortDate(at.AddDate(0, -3, 0), at), "24 Agu"},
		{EN.ShortDate(at.AddDate(-1, -6, 0), at), "24 May 2025"},
		{ID.ShortTime(at, at), "24 Nov, 10.05"},
		{EN.ShortTime(at, at), "24 Nov, 10:05"},
		{ID.Number(1250000), "1.250.000"},
		{EN.Number(1250000), "1,250,000"},
		{ID.Number(-1000), "-1.000"},
		{ID.Number(-100), "-100"},
		{ID.Number(7), "7"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestTextFallsBackAndSurvivesStorage(t *testing.T) {
	t.Parallel()
	var x Text
	if err := yaml.Unmarshal([]byte("{id: Kartu, en: Card}"), &x); err != nil {
		t.Fatal(err)
	}
	if x.In(EN) != "Card" || (Text{ID: "Kartu"}).In(EN) != "Kartu" || !(Text{}).Empty() {
		t.Errorf("In: %v", x)
	}
	for unit, one := range map[string]string{"documents": "document", "people": "person", "MB": "MB"} {
		u := Text{ID: "satuan", EN: unit}
		if u.Unit(EN, 1) != one || u.Unit(EN, 2) != unit || u.Unit(ID, 1) != "satuan" {
			t.Errorf("Unit: 1 %s, 2 %s, 1 %s", u.Unit(EN, 1), u.Unit(EN, 2), u.Unit(ID, 1))
		}
	}
	v, err := x.Value()
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []any{v, []byte(v.(string))} {
		var back Text
		if err := back.Scan(src); err != nil || back.In(EN) != "Card" {
			t.Errorf("Scan(%T) = %v, %v", src, back, err)
		}
	}
	if err := x.Scan(nil); err != nil || x != nil {
		t.Errorf("Scan(nil) = %v, %v", x, err)
	}
	if err := x.Scan(3); err == nil {
		t.Error("Scan accepted a number")
	}
}

func TestAKeyIsWrittenOnce(t *testing.T) {
	t.Parallel()
	one := &fstest.MapFile{Data: []byte(`a.b: {id: "x", en: "y"}`)}
	if _, twice, err := load(fstest.MapFS{"locale/a.yaml": one, "locale/b.yaml": one}); err != nil || len(twice) != 1 {
		t.Errorf("load = %v, %v", twice, err)
	}
	if _, twice, err := load(files); err != nil || len(twice) > 0 {
		t.Errorf("%v %v", twice, err)
	}
}
