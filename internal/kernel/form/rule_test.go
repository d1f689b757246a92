package form

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// child asks for a child under 17, its parent, and witnesses who are not the parent.
func child() *Form {
	text := i18n.Text{"id": "Anak sudah dewasa.", "en": "The child is grown up."}
	return (&Form{Pages: []Page{
		{Code: "anak", Fields: []Field{
			{Code: "lahir", Type: Date, Required: true, Rules: []Rule{{When: "years(lahir, today) >= 17", Text: text}}},
			{Code: "berat", Type: Number, Rules: []Rule{{When: "berat > 6.0", Text: text, Warn: true}}},
			{Code: "wali", Type: Text, ShowIf: "berat > 9.0", Rules: []Rule{{When: `wali == "x"`, Text: text}}},
		}},
		{Code: "ibu", Fields: []Field{
			{Code: "ibu", Type: Person, Required: true, Parts: []string{"nik", "birth_date"},
				Rules: []Rule{{When: "ibu.birth_date >= lahir", Text: text, Part: "birth_date"}}},
			{Code: "saksi", Type: Group, MinRows: 2, MaxRows: 2, Fields: []Field{
				{Code: "saksi_nik", Type: NIK, Required: true, Distinct: true, Rules: []Rule{{When: "saksi_nik == ibu.nik", Text: text}}},
			}},
		}},
	}}).Ready()
}

func TestRulesOfTheAuthor(t *testing.T) {
	t.Parallel()
	anak := map[string][]string{"lahir": {"2020-05-01"}}
	ibu := map[string][]string{"ibu.nik": {"2171046703900003"}, "ibu.birth_date": {"1990-03-27"}, "saksi": {"2"},
		"saksi.1.saksi_nik": {"2171040101800001"}, "saksi.2.saksi_nik": {"2171040101800002"}}
	for _, tt := range []struct {
		name   string
		page   int
		change map[string][]string
		errors string
		warned string
	}{
		{"a child", 0, nil, "", ""},
		{"the day before 17", 0, map[string][]string{"lahir": {"2009-11-25"}}, "", ""},
		{"the day of 17", 0, map[string][]string{"lahir": {"2009-11-24"}}, "lahir said", ""},
		{"no date at all", 0, map[string][]string{"lahir": {"kemarin"}}, "lahir date_form", ""},
		{"heavy", 0, map[string][]string{"berat": {"7"}}, "", "berat said"},
		{"what is not asked is not judged", 0, map[string][]string{"wali": {"x"}}, "", ""},
		{"and what is, is", 0, map[string][]string{"berat": {"9,5"}, "wali": {"x"}}, "wali said", "berat said"},
		{"a mother", 1, nil, "", ""},
		{"a mother younger than her child", 1, map[string][]string{"ibu.birth_date": {"2021-01-01"}}, "ibu.birth_date said", ""},
		{"a mother as her own witness", 1, map[string][]string{"saksi.2.saksi_nik": {"2171046703900003"}}, "saksi.2.saksi_nik said", ""},
		{"one witness twice", 1, map[string][]string{"saksi.2.saksi_nik": {"2171 0401 0180 0001"}}, "saksi.2.saksi_nik same_as_row", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := child()
			typed := map[string][]string{}
			for _, m := range []map[string][]string{map[int]map[string][]string{0: anak, 1: ibu}[tt.page], tt.change} {
				for k, v := range m {
					typed[k] = v
				}
			}
			c := NewChecker(f, At{Now: checkDay})
			c.Page(f.Pages[tt.page], typed, Answers{"lahir": {"2020-05-01"}}, nil)
			got := func(all []string) string { return strings.Join(all, ", ") }
			var errors, warned []string
			for _, e := range c.Errors {
				errors = append(errors, e.Name+" "+e.Code)
			}
			for _, w := range c.Warnings {
				warned = append(warned, w.Name+" "+w.Code)
			}
			if got(errors) != tt.errors || got(warned) != tt.warned {
				t.Errorf("refused %q, warned %q; want %q, %q", got(errors), got(warned), tt.errors, tt.warned)
			}
		})
	}
	// At submission every page is judged again, and the sentence is the form's own.
	c := NewChecker(child(), At{Now: checkDay})
	all := Answers{"lahir": {"2009-01-01"}}
	for k, v := range ibu {
		all[k] = v
	}
	c.All(all, nil)
	if len(c.Errors) != 1 || c.Errors[0].Name != "lahir" {
		t.Fatalf("refused %+v", c.Errors)
	}
	if got := i18n.EN.T("field."+c.Errors[0].Code, c.Errors[0].Args...); got != "The child is grown up." {
		t.Errorf("it says %q", got)
	}
}

func TestBrokenRulesAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	f := child()
	f.Pages[0].Fields[0].Rules[0].When = "umur > 17"
	f.Pages[1].Fields[1].Fields[0].Rules[0].When = "saksi_nik"
	_, faults := f.compile()
	if len(faults) != 2 || faults[0].Path != "pages[0].fields[0].rules[0].when" || faults[1].Path != "pages[1].fields[1].fields[0].rules[0].when" {
		t.Errorf("found %+v", faults)
	}
	f.Pages[0].Fields[1].Rules[0].Part = "nik"
	var c pack.Check
	f.Check(&c, nil)
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "pages[0].fields[1].rules[0].part") {
		t.Errorf("a part of a number: %v", err)
	}
}

func TestAnswersForAPaper(t *testing.T) {
	t.Parallel()
	f := witnesses()
	got := f.Shown(Answers{"ibu.nik": {"2171046703900003"}, "ibu.name": {"Siti"}, "saksi": {"2"}, "saksi.1.nama": {"Budi"}, "saksi.1.orang.nik": {"2171040101800001"},
		"saksi.2.nama": {"Ani"}, "saksi.3.nama": {"Lama"}}, i18n.ID)
	for code, want := range map[string]string{"ibu.nik": "••••••••••••0003", "ibu.name": "Siti", "saksi": "(1) Budi, ••••••••••••0001; (2) Ani", "tamat": ""} {
		if got[code] != want {
			t.Errorf("%s = %q, want %q", code, got[code], want)
		}
	}
	if s := f.Shown(Answers{"ibu.nik": {"2171046703900003"}, "saksi": {"1"}, "saksi.1.orang.nik": {"2171040101800001"}}, i18n.ID, "ibu.nik", "orang.nik"); s["ibu.nik"] != "2171046703900003" || s["saksi"] != "(1) 2171040101800001" {
		t.Errorf("unmasked: %v", s)
	}
	if s := f.Shown(nil, i18n.ID)["saksi"]; s != "" {
		t.Errorf("without answers the witnesses are %q", s)
	}
}
