package builder

import (
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
)

func sample() form.Form {
	text := func(s string) i18n.Text { return i18n.Text{"id": s, "en": s} }
	return form.Form{Code: "uji", Version: 1, Pages: []form.Page{
		{Code: "satu", Title: text("Satu"), Fields: []form.Field{
			{Code: "badan", Type: form.Choice, Label: text("Badan"), Options: []form.Option{{Value: "pt", Label: text("Perseroan")}, {Value: "cv", Label: text("CV")}}},
			{Code: "jenis", Type: form.MultiChoice, Label: text("Jenis"), Options: []form.Option{{Value: "a", Label: text("Air")}}},
			{Code: "luas", Type: form.Number, Label: text("Luas")},
			{Code: "modal", Type: form.Money, Label: text("Modal")},
		}},
		{Code: "dua", Title: text("Dua"), Fields: []form.Field{
			{Code: "lahir", Type: form.Date, Label: text("Lahir")},
			{Code: "setuju", Type: form.YesNo, Label: text("Setuju")},
			{Code: "ibu", Type: form.Person, Label: text("Ibu"), Parts: []string{"name"}},
			{Code: "saksi", Type: form.Group, Label: text("Saksi"), Fields: []form.Field{
				{Code: "nama_saksi", Type: form.Text, Label: text("Nama")}, {Code: "usia", Type: form.Number, Label: text("Usia")},
			}},
		}},
	}}
}

// order writes a form as its pages and questions stand.
func order(f form.Form) string {
	var out []string
	for _, p := range f.Pages {
		out = append(out, p.Code+":")
		for _, fd := range p.Fields {
			one := fd.Code
			for _, sub := range fd.Fields {
				one += "/" + sub.Code
			}
			out = append(out, one)
		}
	}
	return strings.Join(out, " ")
}

func TestSteps(t *testing.T) {
	t.Parallel()
	const start = "satu: badan jenis luas modal dua: lahir setuju ibu saksi/nama_saksi/usia"
	for _, tt := range []struct {
		name string
		do   func(*form.Form) error
		want string
		bad  bool
	}{
		{"a page down", MovePage("satu", 1), "dua: lahir setuju ibu saksi/nama_saksi/usia satu: badan jenis luas modal", false},
		{"the first page up", MovePage("satu", -1), start, false},
		{"a question down", MoveField("badan", 1), "satu: jenis badan luas modal dua: lahir setuju ibu saksi/nama_saksi/usia", false},
		{"the last one of a page", MoveField("modal", 1), "satu: badan jenis luas dua: modal lahir setuju ibu saksi/nama_saksi/usia", false},
		{"the first one of a page up", MoveField("lahir", -1), "satu: badan jenis luas modal lahir dua: setuju ibu saksi/nama_saksi/usia", false},
		{"the very last", MoveField("saksi", 1), start, false},
		{"in a group", MoveField("saksi.usia", -1), "satu: badan jenis luas modal dua: lahir setuju ibu saksi/usia/nama_saksi", false},
		{"dragged", PlaceField("badan", "dua", 1), "satu: jenis luas modal dua: lahir badan setuju ibu saksi/nama_saksi/usia", false},
		{"dragged too far", PlaceField("badan", "dua", 99), "satu: jenis luas modal dua: lahir setuju ibu saksi/nama_saksi/usia badan", false},
		{"a question less", RemoveField("luas"), "satu: badan jenis modal dua: lahir setuju ibu saksi/nama_saksi/usia", false},
		{"a question of a group less", RemoveField("saksi.usia"), "satu: badan jenis luas modal dua: lahir setuju ibu saksi/nama_saksi", false},
		{"a page less", RemovePage("satu"), "dua: lahir setuju ibu saksi/nama_saksi/usia", false},
		{"one more", AddField("satu", "", form.Field{Code: "baru"}), "satu: badan jenis luas modal baru dua: lahir setuju ibu saksi/nama_saksi/usia", false},
		{"one more in a group", AddField("", "saksi", form.Field{Code: "baru"}), "satu: badan jenis luas modal dua: lahir setuju ibu saksi/nama_saksi/usia/baru", false},
		{"a code twice", AddField("satu", "", form.Field{Code: "usia"}), "", true},
		{"a group that is none", AddField("", "badan", form.Field{Code: "baru"}), "", true},
		{"a page twice", AddPage(form.Page{Code: "dua"}), "", true},
		{"renamed to another", EditField("badan", form.Field{Code: "usia"}), "", true},
		{"a group keeps what it asks", EditField("saksi", form.Field{Code: "orang", Type: form.Group}), "satu: badan jenis luas modal dua: lahir setuju ibu orang/nama_saksi/usia", false},
		{"what is not there", MoveField("tidak_ada", 1), "", true},
	} {
		f := sample()
		err := tt.do(&f)
		if (err != nil) != tt.bad {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := order(f); !tt.bad && got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestConditionsInWords: whatever is chosen compiles, and means what it says.
func TestConditionsInWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		question, op, value string
		answers             form.Answers
		holds               bool
		want                string
	}{
		{"badan", OpIs, "Perseroan", form.Answers{"badan": {"pt"}}, true, `badan == "pt"`},
		{"badan", OpIsNot, "cv", form.Answers{"badan": {"pt"}}, true, `badan != "cv"`},
		{"badan", OpIs, "UD", nil, false, ""},
		{"badan", OpMore, "pt", nil, false, ""},
		{"jenis", OpIs, "air", form.Answers{"jenis": {"a"}}, true, `"a" in jenis`},
		{"luas", OpMore, "10", form.Answers{"luas": {"10,5"}}, true, "luas > 10.0"},
		{"luas", OpMore, "sepuluh", nil, false, ""},
		{"modal", OpLess, "50.000.000", form.Answers{"modal": {"1000"}}, true, "modal < 50000000"},
		{"lahir", OpYounger, "17", form.Answers{"lahir": {"2020-01-01"}}, true, "years(lahir, today) < 17"},
		{"lahir", OpMore, "2020-01-01", form.Answers{"lahir": {"2021-01-01"}}, true, `lahir > timestamp("2020-01-01T00:00:00Z")`},
		{"setuju", OpIs, "ya", form.Answers{"setuju": {"yes"}}, true, "setuju"},
		{"setuju", OpIsNot, "Ya", form.Answers{"setuju": {"yes"}}, false, "!setuju"},
		{"ibu.name", OpIs, `Ani "x"`, form.Answers{"ibu.name": {`Ani "x"`}}, true, `ibu.name == "Ani \"x\""`},
		{"ibu.name", OpAnswered, "", form.Answers{"ibu.name": {"Ani"}}, true, `"ibu.name" in answered`},
		{"luas", OpNotAnswered, "", nil, true, `!("luas" in answered)`},
		{"saksi", OpMore, "1", form.Answers{"saksi": {"2"}}, true, "saksi > 1"},
	} {
		f := sample()
		var q form.Field
		for _, one := range Before(f, "", "") {
			if one.Name() == tt.question {
				q = one
			}
		}
		got, ok := Condition(q, tt.op, tt.value)
		if ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s %s %s: %q %v, want %q", tt.question, tt.op, tt.value, got, ok, tt.want)
		}
		if !ok {
			continue
		}
		again, op, value, read := Chosen(Before(f, "", ""), got)
		if same, _ := Condition(again, op, value); read == strings.Contains(got, `\"`) || read && (same != got || again.Name() != tt.question) {
			t.Errorf("%s is read back as %s %s %q", got, again.Name(), op, value)
		}
		f.Pages = append(f.Pages, form.Page{Code: "z", Title: i18n.Text{"id": "z", "en": "z"}, Fields: []form.Field{{Code: "akhir", Type: form.Text, ShowIf: got, Label: i18n.Text{"id": "z", "en": "z"}}}})
		if found, err := (Deps{}).formProblems(f); err != nil || len(found) > 0 {
			t.Errorf("%s: %v", got, found)
		}
		if asks := f.Ask(tt.answers, nil, form.At{Now: now}).Asks("akhir"); asks != tt.holds {
			t.Errorf("%s with %v: %v", got, tt.answers, asks)
		}
	}
}

func TestWhatAConditionCanName(t *testing.T) {
	t.Parallel()
	names := func(list []form.Field) string {
		var out []string
		for _, f := range list {
			out = append(out, f.Name())
		}
		return strings.Join(out, " ")
	}
	f := sample()
	for _, tt := range []struct{ page, code, want string }{
		{"", "luas", "badan jenis"},
		{"satu", "", "badan jenis luas modal"},
		{"", "saksi", "badan jenis luas modal lahir setuju ibu.name"},
		{"", "saksi.usia", "badan jenis luas modal lahir setuju ibu.name nama_saksi"},
	} {
		if got := names(Before(f, tt.page, tt.code)); got != tt.want {
			t.Errorf("before %q %q: %q, want %q", tt.page, tt.code, got, tt.want)
		}
	}
}
