package form

import (
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/i18n"
)

// birth asks as a birth certificate does: the parents' marriage book, or a statement and its witnesses in its place.
func birth() *Form {
	text := i18n.Text{"id": "x", "en": "x"}
	field := func(f Field) Field { f.Label = text; return f }
	return (&Form{Code: "akta", Version: 1, Pages: []Page{
		{Code: "anak", Title: text, Fields: []Field{
			field(Field{Code: "tanggal_lahir", Type: Date, Required: true, Past: true}),
			field(Field{Code: "menikah", Type: YesNo, Required: true}),
		}},
		{Code: "bukti", Title: text, Fields: []Field{
			field(Field{Code: "buku_nikah", Type: File, ShowIf: "menikah"}),
			field(Field{Code: "sptjm", Type: File, ShowIf: "menikah && buku_nikah == 0", RequiredIf: "menikah && buku_nikah == 0"}),
		}},
		{Code: "saksi", Title: text, ShowIf: "sptjm > 0", Fields: []Field{
			field(Field{Code: "saksi_satu", Type: Text, Required: true}),
		}},
		{Code: "terlambat", Title: text, ShowIf: "years(tanggal_lahir, today) >= 1", Fields: []Field{
			field(Field{Code: "alasan", Type: Text, Required: true}),
		}},
		{Code: "biaya", Title: text, Fields: []Field{
			field(Field{Code: "lembar", Type: Number}),
			field(Field{Code: "jumlah", Type: Computed, As: Money, Compute: "int(math.ceil(lembar)) * 5000"}),
		}},
	}}).Ready()
}

func TestWhatAFormAsks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		answers  Answers
		files    map[string]int
		pages    string
		required string
		computed string
	}{
		{"nothing yet", nil, nil, "anak biaya", "tanggal_lahir menikah", ""},
		{"married, nothing attached", Answers{"menikah": {"yes"}}, nil, "anak bukti biaya", "tanggal_lahir menikah sptjm", ""},
		{"married, with the book", Answers{"menikah": {"yes"}}, map[string]int{"buku_nikah": 1}, "anak bukti biaya", "tanggal_lahir menikah", ""},
		{"married, with a statement", Answers{"menikah": {"yes"}}, map[string]int{"sptjm": 1}, "anak bukti saksi biaya", "tanggal_lahir menikah sptjm saksi_satu", ""},
		{"a statement of who is not married", Answers{"menikah": {"no"}}, map[string]int{"sptjm": 1}, "anak biaya", "tanggal_lahir menikah", ""},
		{"born a year ago", Answers{"tanggal_lahir": {"2025-11-24"}}, nil, "anak terlambat biaya", "tanggal_lahir menikah alasan", ""},
		{"born a day less", Answers{"tanggal_lahir": {"2025-11-25"}}, nil, "anak biaya", "tanggal_lahir menikah", ""},
		{"two and a half sheets", Answers{"lembar": {"2,5"}}, nil, "anak biaya", "tanggal_lahir menikah", "15000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked := birth().Ask(tt.answers, tt.files, At{Now: checkDay})
			var pages, required []string
			for _, p := range asked.Pages {
				pages = append(pages, p.Code)
				for _, f := range p.Fields {
					if asked.Required[f.Code] {
						required = append(required, f.Code)
					}
				}
			}
			if got := strings.Join(pages, " "); got != tt.pages {
				t.Errorf("asks the pages %q, want %q", got, tt.pages)
			}
			if got := strings.Join(required, " "); got != tt.required {
				t.Errorf("requires %q, want %q", got, tt.required)
			}
			if got := asked.Computed.Get("jumlah"); got != tt.computed {
				t.Errorf("computes %q, want %q", got, tt.computed)
			}
		})
	}
}

// TestAnAnswerToWhatIsNotAskedDoesNotCount: a person who changes an earlier answer is not held to later ones.
func TestAnAnswerToWhatIsNotAskedDoesNotCount(t *testing.T) {
	t.Parallel()
	f := birth()
	c := NewChecker(f, At{Now: checkDay})
	kept := c.All(Answers{"menikah": {"no"}, "tanggal_lahir": {"2026-11-01"}, "saksi_satu": {"Budi"}, "alasan": {"lupa"}, "jumlah": {"1"}},
		map[string]int{"sptjm": 1})
	if len(c.Errors) > 0 || len(kept) != 2 {
		t.Errorf("kept %v, refused %v", kept, c.Errors)
	}
	page, _ := f.Page("anak")
	c = NewChecker(f, At{Now: checkDay})
	if got := c.Page(page, map[string][]string{"tanggal_lahir": {"1", "11", "2026"}, "menikah": {"ya"}}, nil, nil); len(c.Errors) > 0 || got.Get("menikah") != "yes" {
		t.Errorf("kept %v, refused %v", got, c.Errors)
	}
	// On one page, a question that an answer above it hides is left out, whatever was typed into it.
	one := (&Form{Pages: []Page{{Code: "p", Fields: []Field{
		{Code: "badan", Type: Choice, Options: []Option{{Value: "orang"}, {Value: "badan"}}},
		{Code: "nib", Type: NIB, ShowIf: `badan == "badan"`, Required: true},
	}}}}).Ready()
	p := one.Pages[0]
	c = NewChecker(one, At{Now: checkDay})
	if got := c.Page(p, map[string][]string{"badan": {"orang"}, "nib": {"rubbish"}}, nil, nil); len(c.Errors) > 0 || len(got) != 1 {
		t.Errorf("kept %v, refused %v", got, c.Errors)
	}
	c = NewChecker(one, At{Now: checkDay})
	c.Page(p, map[string][]string{"badan": {"badan"}}, nil, nil)
	if codes(c.Errors) != "required" {
		t.Errorf("refused %v", c.Errors)
	}
}

func TestBrokenExpressionsAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, showIf, want string }{
		{"no such question", "umur < 17", "undeclared reference"},
		{"a later question", "alasan == 'x'", "undeclared reference"},
		{"itself", "saksi_satu == 'x'", "undeclared reference"},
		{"a text and a number", "menikah == 1", "no matching overload"},
		{"no condition", "tanggal_lahir", "gives"},
		{"half of one", "menikah &&", "Syntax error"},
		{"too long", strings.Repeat("menikah && ", 60) + "menikah", "size"},
		{"loops in loops", "[1,2].all(a, [1,2].all(b, [1].all(c, c == a)))", "nesting"},
		{"a pattern that is none", "saksi.matches('(')", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := birth()
			f.Pages[2].Fields[0].ShowIf = tt.showIf
			_, faults := f.compile()
			if len(faults) != 1 || faults[0].Path != "pages[2].fields[0].show_if" || !strings.Contains(faults[0].Text, tt.want) {
				t.Errorf("found %+v", faults)
			}
		})
	}
	if _, faults := birth().compile(); len(faults) > 0 {
		t.Errorf("a sound form: %+v", faults)
	}
}

// TestAnExpressionCannotRunAway: what would take long is cut off and counts as not met.
func TestAnExpressionCannotRunAway(t *testing.T) {
	t.Parallel()
	f := (&Form{Pages: []Page{{Code: "p", Fields: []Field{
		{Code: "a", Type: LongText},
		{Code: "b", Type: Text, ShowIf: `(a+a+a+a+a+a+a+a).matches("(x+x+)+y")`},
	}}}}).Ready()
	start := time.Now()
	asked := f.Ask(Answers{"a": {strings.Repeat("x", 2000)}}, nil, At{Now: checkDay})
	if len(asked.Pages[0].Fields) != 1 || time.Since(start) > 2*time.Second {
		t.Errorf("asks %v after %s", asked.Pages[0].Fields, time.Since(start))
	}
}

func TestYears(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		want     int
	}{
		{"2009-11-24", "2026-11-24", 17}, {"2009-11-25", "2026-11-24", 16}, {"2008-02-29", "2025-02-28", 16},
		{"2008-02-29", "2025-03-01", 17}, {"2026-11-24", "2026-11-24", 0}, {"2027-01-01", "2026-11-24", -1},
	} {
		from, _ := time.Parse(time.DateOnly, tt.from)
		to, _ := time.Parse(time.DateOnly, tt.to)
		if got := years(from, to); got != tt.want {
			t.Errorf("%s to %s: %d, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

// FuzzExpressions lets anyone write an expression: it compiles or is refused, and never panics or runs long.
func FuzzExpressions(f *testing.F) {
	for _, s := range []string{"menikah", "years(tanggal_lahir, today) < 17", "'x' in answered", "lembar * 2.0 > 3.0", "math.ceil(1.5) == 2.0",
		"tanggal_lahir > timestamp('2020-01-01T00:00:00Z')", "[1].exists(x, x > 0)", "((((", "\xff", "today - tanggal_lahir > duration('24h')"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form := birth()
		form.Pages[4].Fields[0].ShowIf = text
		start := time.Now()
		if _, faults := form.compile(); len(faults) > 1 {
			t.Errorf("%q has %d faults", text, len(faults))
		}
		form.Ready().Ask(Answers{"menikah": {"yes"}, "tanggal_lahir": {"2010-01-01"}}, nil, At{Now: checkDay})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q took %s", text, took)
		}
	})
}
