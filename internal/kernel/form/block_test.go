package form

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
)

var kepri = []Area{{Name: "Nongsa"}, {Name: "Sekupang"}, {Name: "Sambau", Parent: "Nongsa"}, {Name: "Tiban Baru", Parent: "Sekupang"}}

// witnesses asks for a mother and for witnesses, of whom a minor needs a guardian.
func witnesses() *Form {
	return (&Form{Pages: []Page{{Code: "p", Fields: []Field{
		{Code: "ibu", Type: Person, Required: true, Label: i18n.Text{"id": "Ibu", "en": "Mother"}},
		{Code: "muda", Type: YesNo, ShowIf: "years(ibu.birth_date, today) < 17", Required: true},
		{Code: "saksi", Type: Group, MinRows: 1, MaxRows: 3, Label: i18n.Text{"id": "Saksi", "en": "Witness"}, Fields: []Field{
			{Code: "nama", Type: Text, Required: true, Label: i18n.Text{"id": "Nama", "en": "Name"}},
			{Code: "usia", Type: Number},
			{Code: "wali", Type: Text, ShowIf: "usia < 17.0", Required: true},
			{Code: "orang", Type: Person, Parts: []string{"nik", "address"}},
		}},
		{Code: "tamat", Type: Text, ShowIf: "saksi > 1", Required: true},
	}}}}).Ready()
}

func TestBlocksAndRows(t *testing.T) {
	t.Parallel()
	mother := map[string][]string{"ibu.nik": {"2171046703900003"}, "ibu.name": {"Siti"}, "ibu.birth_place": {"Batam"}, "ibu.birth_date": {"27", "3", "1990"},
		"ibu.address": {"Jl. Teratai 5"}, "ibu.district": {"Nongsa"}, "ibu.subdistrict": {"Sambau"}, "saksi.1.nama": {"Budi"}}
	for _, tt := range []struct {
		name  string
		typed map[string][]string
		areas []Area
		bad   string
		kept  string
	}{
		{"all there", nil, kepri, "", "ibu.district"},
		{"a city without a list", map[string][]string{"ibu.district": {"Entah"}, "ibu.subdistrict": {"Mana"}}, nil, "", "ibu.subdistrict"},
		{"a district that is none", map[string][]string{"ibu.district": {"Entah"}}, kepri, "ibu.district not_an_option", ""},
		{"a part of another district", map[string][]string{"ibu.subdistrict": {"Tiban Baru"}}, kepri, "ibu.subdistrict subdistrict_elsewhere", ""},
		{"a mother of ten years", map[string][]string{"ibu.birth_date": {"2016-01-01"}}, kepri, "muda required", ""},
		{"a second witness", map[string][]string{"saksi": {"2"}, "saksi.2.nama": {"Ani"}, "tamat": {"x"}}, kepri, "", "saksi.2.nama"},
		{"a second without a name", map[string][]string{"saksi": {"2"}, "tamat": {"x"}}, kepri, "saksi.2.nama required", ""},
		{"a row that is not there", map[string][]string{"saksi.2.nama": {"Ani"}}, kepri, "saksi.2.nama unknown_field", ""},
		{"none", map[string][]string{"saksi": {"0"}}, kepri, "saksi rows_few", ""},
		{"four", map[string][]string{"saksi": {"4"}, "saksi.2.nama": {"Ani"}, "saksi.3.nama": {"Ida"}}, kepri, "saksi rows_many", ""},
		{"a young witness", map[string][]string{"saksi.1.usia": {"16,5"}}, kepri, "saksi.1.wali required", ""},
		{"with a guardian", map[string][]string{"saksi.1.usia": {"16,5"}, "saksi.1.wali": {"Ani"}}, kepri, "", "saksi.1.wali"},
		{"a NIK in a row", map[string][]string{"saksi.1.orang.nik": {"1"}}, kepri, "saksi.1.orang.nik nik_digits", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			typed := map[string][]string{}
			for _, m := range []map[string][]string{mother, tt.typed} {
				for k, v := range m {
					typed[k] = v
				}
			}
			f := witnesses()
			c := NewChecker(f, At{Now: checkDay, Areas: tt.areas})
			got := c.Page(f.Pages[0], typed, nil, nil)
			var bad []string
			for _, e := range c.Errors {
				if e.Code != "required" || e.Name != "tamat" {
					bad = append(bad, e.Name+" "+e.Code)
				}
			}
			if strings.Join(bad, ", ") != tt.bad {
				t.Errorf("refused %q, want %q", strings.Join(bad, ", "), tt.bad)
			}
			if tt.kept != "" && got.Get(tt.kept) == "" {
				t.Errorf("%s was not kept: %v", tt.kept, got)
			}
		})
	}
}

// TestWhatIsInsideIsAsPrivateAsOutside: a NIK is sealed and masked wherever in a form it stands.
func TestWhatIsInsideIsAsPrivateAsOutside(t *testing.T) {
	t.Parallel()
	f := witnesses()
	for _, code := range []string{"ibu.nik", "saksi.1.orang.nik", "saksi.3.orang.nik"} {
		fd, ok := f.Field(code)
		if !ok || !fd.Private() || !fd.Sensitive || fd.Mask("2171046703900003") == "2171046703900003" {
			t.Errorf("%s: %+v", code, fd)
		}
	}
	for _, code := range []string{"saksi.4.nama", "saksi.0.nama", "saksi.01.nama", "saksi.x.nama", "ibu.umur", "saksi.1.ibu"} {
		if _, ok := f.Field(code); ok {
			t.Errorf("%s is a field", code)
		}
	}
	if fd, _ := f.Field("saksi.2.nama"); fd.Title().In(i18n.EN) != "Witness 2: Name" {
		t.Errorf("it is called %q", fd.Title().In(i18n.EN))
	}
	if id := f.Identified(); id.NIK != "ibu.nik" || id.Name != "ibu.name" || id.Birth != "ibu.birth_date" {
		t.Errorf("the applicant is %+v", id)
	}
}

func TestPoints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typed     []string
		want, bad string
	}{
		{[]string{"1.1301", "104.0529"}, "1.130100,104.052900", ""},
		{[]string{"1,1301", "104,0529"}, "1.130100,104.052900", ""},
		{[]string{"1.1301, 104.0529"}, "1.130100,104.052900", ""},
		{[]string{"104.0529", "1.1301"}, "", "point_far"},
		{[]string{"51.5", "0.1"}, "", "point_far"},
		{[]string{"1.1301", ""}, "", "point"},
		{[]string{"1e3", "104"}, "", "point"},
		{[]string{"", ""}, "", ""},
		{[]string{"1", "2", "3"}, "", "point"},
	} {
		got, c := askedOne(Field{Type: Point}, tt.typed...)
		if got != tt.want || codes(c.Errors) != tt.bad {
			t.Errorf("%v: %q %q, want %q %q", tt.typed, got, codes(c.Errors), tt.want, tt.bad)
		}
	}
}
