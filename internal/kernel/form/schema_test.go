package form

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// all has a question of every type.
func all() *Form {
	abc := []Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}
	var fields []Field
	for _, t := range Types() {
		f := Field{Code: "x_" + string(t), Type: t, Label: i18n.Text{"id": string(t), "en": string(t)}}
		switch t {
		case Choice, MultiChoice:
			f.Options = abc
		case Computed:
			f.As, f.Compute = Number, "1.0"
		case File:
			f.File = &FileRule{Types: []string{"pdf"}, MaxMB: 1, MaxCount: 1}
		case Text:
			f.Max = 12
		case Group:
			f.MaxRows = 3
			f.Fields = []Field{{Code: "nama", Type: Text}, {Code: "orang", Type: Person, Parts: []string{"nik", "district"}},
				{Code: "bagian", Type: Number}, {Code: "pindai", Type: File, File: &FileRule{Types: []string{"pdf"}, MaxMB: 1, MaxCount: 1}}}
			f.Rules = []Rule{{When: `sum(rows.map(r, has(r.bagian), r.bagian)) > 100.0`, Text: i18n.Text{"id": "x", "en": "x"}}}
			f.RowsWhen = []RowBounds{{When: `x_text == "a"`, Min: 1, Max: 2}}
		}
		fields = append(fields, f)
	}
	return (&Form{Code: "semua", Version: 1, Pages: []Page{{Code: "p", Fields: fields}}}).Ready()
}

// guesses are answers right, nearly right and wrong, of every type.
func guesses(r *rand.Rand) []string {
	pool := []string{"", " ", "a", "b", "A", "c ", "yes", "no", "ya", "2171046703900003", "2171 0467 0390 0003", "2171040003900003", "2171046703900000", "1111111111111111",
		"217104670390003", "1234567890123", "123456789012345678", "+6281234567890", "081234567890", "+62812", "siti@contoh.id", "siti@contoh", "Siti <s@c.id>", "12", "12,5",
		"12.5", "-3,25", "1.250.000", "0", "00", "-0", "9007199254740992", "9007199254740993", "9999999999999999", "1e5", "2026-11-24", "2026-02-30", "24-11-2026",
		"1.130100,104.052900", "1.13,104.05", "1", "3", "51", "Nongsa", "Sambau", "tulisan yang panjang sekali", "\u202eabc", "a\nb", "é", "e\u0301"}
	n := 1
	if r.IntN(6) == 0 {
		n = r.IntN(4)
	}
	out := make([]string, n)
	for i := range out {
		out[i] = pool[r.IntN(len(pool))]
		if r.IntN(4) == 0 {
			b := []byte(out[i])
			if len(b) > 0 {
				b[r.IntN(len(b))] = "0129,. -a"[r.IntN(9)]
			}
			out[i] = strings.ToValidUTF8(string(b), "")
		}
	}
	return out
}

// structural are the refusals that a schema can tell; the others depend on the day, on bounds or on other answers.
func structural(code string) bool {
	return !slices.Contains([]string{"required", "consent_required", "date_range", "date_past", "too_small", "too_large", "point_far", "rows_few", "rows_many", "subdistrict_elsewhere", "same_as_row"}, code)
}

// TestTheSchemaAndTheCheckerAgree: what fits the schema is read, and what is read and kept fits it.
func TestTheSchemaAndTheCheckerAgree(t *testing.T) {
	t.Parallel()
	for _, areas := range [][]Area{nil, kepri} {
		f := all()
		shape, err := f.Shape(areas)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, fd := range f.Pages[0].Every() {
			if fd.Typed() {
				codes = append(codes, fd.Code)
			}
		}
		codes = append(codes, "x_group.4.nama", "no_such", "x_person", "x_info", "x_computed")
		r := rand.New(rand.NewPCG(1, 2))
		fits := 0
		for range 6_000 {
			code := codes[r.IntN(len(codes))]
			typed := map[string][]string{code: guesses(r)}
			if strings.HasPrefix(code, "x_group.") {
				typed["x_group"] = []string{"3"}
			}
			bad := shape.Misfits(f, typed)
			c := NewChecker(f, At{Now: checkDay, Areas: areas})
			kept := c.Page(f.Pages[0], typed, nil, nil)
			refused := slices.ContainsFunc(c.Errors, func(e fault.Field) bool { return e.Name == code && structural(e.Code) })
			if !slices.Contains(bad, code) && refused {
				t.Fatalf("%s = %q fits the schema, and is refused: %v", code, typed[code], c.Errors)
			}
			if !slices.Contains(bad, code) {
				fits++
			}
			for k, v := range kept {
				if fd, _ := f.Field(k); !fd.Typed() {
					delete(kept, k)
				} else if misfit := shape.Misfits(f, map[string][]string{k: v}); len(misfit) > 0 {
					t.Fatalf("%s = %q is kept as %q, which does not fit the schema", k, typed[k], v)
				}
			}
		}
		if fits < 300 {
			t.Errorf("only %d answers fit: the test tries too little", fits)
		}
	}
}

func TestTheSchemaOfAForm(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(all().Schema(i18n.EN, kepri))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"$schema":"https://json-schema.org/draft/2020-12/schema"`, `"additionalProperties":false`, `"x_person.nik"`, `"const":"Nongsa"`,
		`"^x_group\\.(1|2|3)\\.orang\\.nik$"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the schema has no %s", want)
		}
	}
	if strings.Contains(string(raw), "x_file") || strings.Contains(string(raw), "x_computed") {
		t.Error("the schema asks for what is not sent with the answers")
	}
}
