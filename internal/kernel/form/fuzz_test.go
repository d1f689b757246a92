package form

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// FuzzPage: whatever is posted to a page is either refused with the field named, or read into one spelling that is read
// the same again, fits the schema, can be shown, and passes at submission as it did on the page.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		"", "x_text=a", "x_nik=2171046703900003&x_kk=1", "x_date=1&x_date=2&x_date=2026", "x_group=2&x_group.2.nama=b", "x_group=9", "x_group.1.orang.nik=1",
		"x_person.nik=2171046703900003&x_person.subdistrict=Sambau&x_person.district=Sekupang", "x_point=1.1&x_point=104", "x_multi_choice=a&x_multi_choice=a",
		"x_number=1.250,75&x_money=Rp1.250.000,00", "x_text=%ff%00", "x_email=a%40b.id", "x_group=-1&x_group=1", "a.b.c=1&.=2&..=3", "x_money=99999999999999999999",
		"x_text=a&x_group=0", "x_group=2&x_group.1.bagian=60&x_group.2.bagian=50,5", "x_group=1&x_group.1.pindai=a",
	} {
		f.Add(seed)
	}
	form := all()
	shape, err := form.Shape(kepri)
	if err != nil {
		f.Fatal(err)
	}
	at := At{Now: checkDay, Areas: kepri}
	f.Fuzz(func(t *testing.T, post string) {
		typed, err := url.ParseQuery(post)
		if err != nil {
			return
		}
		c := NewChecker(form, at)
		kept := c.Page(form.Pages[0], typed, nil, nil)
		for _, e := range append(slices.Clone(c.Errors), c.Warnings...) {
			if e.Name == "" && len(typed[""]) == 0 || utf8.RuneCountInString(e.Name) > 100 || e.Code == "" {
				t.Errorf("a refusal names %q, %q", e.Name, e.Code)
			}
		}
		again := map[string][]string{}
		for code, v := range kept {
			fd, ok := form.Field(code)
			if !ok || len(v) == 0 {
				t.Fatalf("%q is kept as %q", code, v)
			}
			if !utf8.ValidString(strings.Join(v, "")) || strings.ContainsRune(strings.Join(v, ""), 0) {
				t.Errorf("%s is kept as %q", code, v)
			}
			_ = fd.Display(v, i18n.EN) + fd.Mask(v[0])
			if fd.Typed() {
				again[code] = v
			}
		}
		if bad := shape.Misfits(form, again); len(bad) > 0 {
			t.Errorf("%v do not fit the schema: %v", bad, again)
		}
		second := NewChecker(form, at)
		if read := second.Page(form.Pages[0], again, nil, nil); !sameAnswers(read, kept) {
			t.Errorf("%v is read again as %v", kept, read)
		}
		if len(second.Errors) > 0 && len(c.Errors) == 0 {
			t.Errorf("what was taken is refused: %v", second.Errors)
		}
		if whole := NewChecker(form, at).All(kept, nil); !sameAnswers(whole, kept) {
			t.Errorf("%v counts at submission as %v", kept, whole)
		}
		_ = form.Mirror(form.Pages[0], c.Shown.Fields, kept, nil, at)
	})
}

func sameAnswers(a, b Answers) bool {
	if len(a) != len(b) {
		return false
	}
	for code, v := range a {
		if !slices.Equal(v, b[code]) {
			return false
		}
	}
	return true
}

// FuzzConditions: whatever an author writes as a condition or a formula is refused at its place, or evaluates within its
// bounds, to the same with and without the browser's part worked out beforehand.
func FuzzConditions(f *testing.F) {
	for _, seed := range []string{
		"true", "x_yes_no && x_number > 2.0", "years(x_date, today) < 17", `"a" in x_multi_choice`, "x_group > 1", "x_point.lat > 1.0", "x_person.nik == '1'",
		"[1,2,3].all(x, [1,2,3].all(y, x > y))", "x_text.matches('(a+)+$')", `x_text + x_text`, "1/0 == 1", "size(answered) > 2", "answered.exists(a, a == 'x_nik')",
		"timestamp('x') < today", "(((((((((1)))))))))", "x_money * x_money > 9", "zzz", "'\\u0000' == x_text", "today - today == duration('0s')", "{1: 2}[3] == 2", "dyn(1) == 'a'",
		"sum(rows.map(r, r.n)) != 100.0", "rows.exists(r, has(r.orang) && r.orang.nik == '1')", "row{n: 1.0}.n > 0.0", "rows[9].n > 1.0", "sum([9223372036854775807, 1]) > 0",
		"rows.all(r, rows.all(s, r.n == s.n))", "rows.size() > 1 && rows[0] == rows[1]", "rows.exists(r, r.zzz == 1)", "r.pindai > 0",
	} {
		f.Add(seed, "x_text=a&x_number=3&x_yes_no=yes&x_date=2020-01-01&x_multi_choice=a&x_money=5")
	}
	f.Fuzz(func(t *testing.T, text, post string) {
		typed, err := url.ParseQuery(post)
		if err != nil {
			return
		}
		base := all().Pages[0]
		label := i18n.Text{"id": "x", "en": "x"}
		made := Form{Code: "uji", Version: 1, Pages: []Page{base,
			{Code: "q", Title: label, Fields: []Field{{Code: "yyy", Type: Text, Label: label, ShowIf: text, RequiredIf: text}, {Code: "zzz", Type: Computed, As: Money, Label: label, Compute: text},
				{Code: "ggg", Type: Group, Label: label, MinRows: 1, MaxRows: 3, RowsWhen: []RowBounds{{When: text, Min: 2}}, Rules: []Rule{{When: text, Text: label}},
					Fields: []Field{{Code: "n", Type: Number, Label: label}, {Code: "orang", Type: Person, Label: label, Parts: []string{"nik"}}}}}}}}
		check := new(pack.Check)
		made.Check(check, nil)
		var found pack.Problems
		errors.As(check.Err(), &found)
		for _, p := range found {
			if p.Path == "" || p.Code == "" {
				t.Errorf("a fault without its place: %+v", p)
			}
		}
		raw, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var read Form
		if err := json.Unmarshal(raw, &read); err != nil {
			t.Fatalf("a form does not come back from the database: %v", err)
		}
		read.Ready()
		at := At{Now: checkDay, Areas: kepri}
		kept := NewChecker(&read, at).Page(read.Pages[0], typed, nil, nil)
		began := time.Now()
		asked := read.Ask(kept, nil, at)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q took %s", text, took)
		}
		if v := asked.Computed.Get("zzz"); v != "" {
			if n, err := parseMoney(v); err != nil || n < 0 || n > amountMost {
				t.Errorf("%q gives %q", text, v)
			}
		}
		_ = read.Mirror(read.Pages[1], nil, kept, nil, at)
		c := NewChecker(&read, at)
		c.Page(read.Pages[1], map[string][]string{"ggg": {"2"}, "ggg.1.n": {"40"}, "ggg.2.n": {"60"}, "ggg.2.orang.nik": {"2171046703900003"}}, kept, nil)
		m := read.Mirror(read.Pages[1], c.Shown.Fields, kept, nil, at)
		if _, left := m.Show["yyy"]; !left && asked.Asks("yyy") == slices.ContainsFunc(c.Shown.Fields, func(fd Field) bool { return fd.Code == "yyy" && fd.Off }) {
			t.Errorf("%q is decided differently for the page and for the whole form", text)
		}
	})
}
