package builder

import (
	"testing"
	"time"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
)

// TestRulesOfRowsInWords: whatever is chosen compiles, and refuses the rows that it says.
func TestRulesOfRowsInWords(t *testing.T) {
	t.Parallel()
	text := i18n.Text{"id": "x", "en": "x"}
	group := form.Field{Code: "pengurus", Type: form.Group, Label: text, MaxRows: 3, Fields: []form.Field{
		{Code: "peran", Type: form.Choice, Label: text, Options: []form.Option{{Value: "ketua", Label: i18n.Text{"id": "Ketua", "en": "Chair"}}, {Value: "anggota", Label: text}}},
		{Code: "bagian", Type: form.Number, Label: text}, {Code: "modal", Type: form.Money, Label: text}, {Code: "hadir", Type: form.YesNo, Label: text},
		{Code: "orang", Type: form.Person, Label: text, Parts: []string{"name"}},
	}}
	two := form.Answers{"pengurus": {"2"}, "pengurus.1.peran": {"ketua"}, "pengurus.1.bagian": {"60"}, "pengurus.2.bagian": {"40"}, "pengurus.1.modal": {"5"}, "pengurus.1.hadir": {"yes"}, "pengurus.2.orang.name": {"Ani"}}
	for _, tt := range []struct {
		question, op, value, want string
		refuses                   bool
	}{
		{"bagian", RowsSumNot, "100", "sum(rows.map(r, has(r.bagian), r.bagian)) != 100.0", false},
		{"modal", RowsSumNot, "1.000", "sum(rows.map(r, has(r.modal), r.modal)) != 1000", true},
		{"peran", RowsSumNot, "ketua", "", false},
		{"peran", RowsNone, "Ketua", `!rows.exists(r, has(r.peran) && r.peran == "ketua")`, false},
		{"peran", RowsNotOne, "anggota", `rows.filter(r, has(r.peran) && r.peran == "anggota").size() != 1`, true},
		{"peran", RowsSome, "bendahara", "", false},
		{"hadir", RowsSome, "ya", "rows.exists(r, has(r.hadir) && r.hadir)", true},
		{"hadir", RowsSome, "tidak", "rows.exists(r, has(r.hadir) && !r.hadir)", false},
		{"orang.name", RowsSome, "Ani", `rows.exists(r, has(r.orang.name) && r.orang.name == "Ani")`, true},
		{"bagian", "lain", "1", "", false},
	} {
		var q form.Field
		for _, sub := range group.Row(1) {
			for _, one := range sub.WithParts() {
				if one.Name() == tt.question {
					q = one
				}
			}
		}
		got, ok := RowRule(q, tt.op, tt.value)
		if ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s %s %s: %q %v, want %q", tt.question, tt.op, tt.value, got, ok, tt.want)
		}
		if !ok {
			continue
		}
		ruled := group
		ruled.Rules = []form.Rule{{When: got, Text: text}}
		f := form.Form{Code: "uji", Pages: []form.Page{{Code: "p", Title: text, Fields: []form.Field{ruled}}}}
		if found, err := (Deps{}).formProblems(f); err != nil || len(found) > 0 {
			t.Errorf("%s: %v", got, found)
		}
		c := form.NewChecker(&f, form.At{Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)})
		if c.All(two, nil); (len(c.Errors) > 0) != tt.refuses {
			t.Errorf("%s: %+v", got, c.Errors)
		}
	}
}
