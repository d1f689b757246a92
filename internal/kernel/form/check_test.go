package form

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

var checkDay = time.Date(2026, 11, 24, 10, 0, 0, 0, time.FixedZone("WIB", 7*3600))

// asked judges one answer to one field.
func askedOne(f Field, typed ...string) (string, *Checker) {
	f.Code = "x"
	c := NewChecker(&Form{Pages: []Page{{Code: "p", Fields: []Field{f}}}}, At{Now: checkDay})
	v, _ := c.field(f, typed, f.Required)
	return strings.Join(v, "|"), c
}

func codes(fields []fault.Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	options := []Option{{Value: "a", Label: i18n.Text{"id": "A"}}}
	abc := []Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}
	for _, tt := range []struct {
		name  string
		field Field
		typed []string
		want  string
		bad   string
		warn  string
	}{
		{"a NIK of a woman", Field{Type: NIK}, []string{"2171046703900003"}, "2171046703900003", "", ""},
		{"a NIK of a man", Field{Type: NIK}, []string{"2171042703900003"}, "2171042703900003", "", ""},
		{"a NIK with spaces", Field{Type: NIK}, []string{" 217104 670390 0003 "}, "2171046703900003", "", ""},
		{"fifteen digits", Field{Type: NIK}, []string{"217104670390003"}, "", "nik_digits", ""},
		{"letters", Field{Type: NIK}, []string{"21710467O3900003"}, "", "nik_digits", ""},
		{"digits of another script", Field{Type: NIK}, []string{"٢١٧١٠٤٦٧٠٣٩٠٠٠٠٣"}, "", "nik_digits", ""},
		{"day 0", Field{Type: NIK}, []string{"2171040003900003"}, "", "nik_date", ""},
		{"day 32", Field{Type: NIK}, []string{"2171043203900003"}, "", "nik_date", ""},
		{"day 40", Field{Type: NIK}, []string{"2171044003900003"}, "", "nik_date", ""},
		{"day 72", Field{Type: NIK}, []string{"2171047203900003"}, "", "nik_date", ""},
		{"month 13", Field{Type: NIK}, []string{"2171042713900003"}, "", "nik_date", ""},
		{"serial 0000", Field{Type: NIK}, []string{"2171042703900000"}, "", "nik_serial", ""},
		{"an area of long ago", Field{Type: NIK}, []string{"5401042703900003"}, "5401042703900003", "", ""},
		{"no such province", Field{Type: NIK}, []string{"9971042703900003"}, "9971042703900003", "", "nik_area"},
		{"a KK", Field{Type: KK}, []string{"2171040102160007"}, "2171040102160007", "", ""},
		{"a KK of a day that is none", Field{Type: KK}, []string{"2171049902160007"}, "2171049902160007", "", "kk_pattern"},
		{"a KK of zeros", Field{Type: KK}, []string{"0000000000000000"}, "", "kk_digits", ""},
		{"a phone", Field{Type: Phone}, []string{"0812-3456-7890"}, "+6281234567890", "", ""},
		{"with the country", Field{Type: Phone}, []string{"+62 812 3456 7890"}, "+6281234567890", "", ""},
		{"with the country and a zero", Field{Type: Phone}, []string{"62 0812 3456 7890"}, "+6281234567890", "", ""},
		{"too short", Field{Type: Phone}, []string{"08123456"}, "", "phone", ""},
		{"a landline", Field{Type: Phone}, []string{"0778 123456"}, "", "phone", ""},
		{"an e-mail", Field{Type: Email}, []string{"Siti.R@Contoh.CO.ID"}, "Siti.R@contoh.co.id", "", ""},
		{"an e-mail with a name", Field{Type: Email}, []string{"Siti <siti@contoh.id>"}, "", "email", ""},
		{"no domain", Field{Type: Email}, []string{"siti@localhost"}, "", "email", ""},
		{"a header", Field{Type: Email}, []string{"siti@contoh.id\r\nBcc: x@y.id"}, "", "email", ""},
		{"a date", Field{Type: Date}, []string{"1990-03-27"}, "1990-03-27", "", ""},
		{"day, month, year", Field{Type: Date}, []string{"07", "3", "1990"}, "1990-03-07", "", ""},
		{"30 February", Field{Type: Date}, []string{"30", "2", "2024"}, "", "date_form", ""},
		{"29 February of a leap year", Field{Type: Date}, []string{"29", "2", "2024"}, "2024-02-29", "", ""},
		{"no date at all", Field{Type: Date}, []string{"", " ", ""}, "", "", ""},
		{"half a date", Field{Type: Date}, []string{"1", "", "2024"}, "", "date_form", ""},
		{"two parts", Field{Type: Date}, []string{"1", "2"}, "", "date_form", ""},
		{"the year 90", Field{Type: Date}, []string{"1", "2", "90"}, "", "date_form", ""},
		{"the year 1066", Field{Type: Date}, []string{"1066-10-14"}, "", "date_range", ""},
		{"an NPWP", Field{Type: NPWP}, []string{"0123.4567.9001.2345"}, "0123456790012345", "", ""},
		{"an NPWP of before 2024", Field{Type: NPWP}, []string{"01.234.566.6-901.234"}, "0012345666901234", "", ""},
		{"an NPWP that is a NIK", Field{Type: NPWP}, []string{"2171046703900003"}, "2171046703900003", "", ""},
		{"an NPWP with another check digit", Field{Type: NPWP}, []string{"01.234.566.7-901.234"}, "0012345667901234", "", "npwp_check"},
		{"an NPWP that could be a NIK and is none", Field{Type: NPWP}, []string{"2171049903900003"}, "2171049903900003", "", "npwp_pattern"},
		{"an NPWP of ones", Field{Type: NPWP}, []string{"1111111111111111"}, "", "npwp_digits", ""},
		{"an NPWP of fourteen digits", Field{Type: NPWP}, []string{"01234567890123"}, "", "npwp_digits", ""},
		{"a NIB", Field{Type: NIB}, []string{"1234 5678 90123"}, "1234567890123", "", ""},
		{"a NIB of twelve digits", Field{Type: NIB}, []string{"123456789012"}, "", "nib_digits", ""},
		{"a NOP", Field{Type: NOP}, []string{"21.71.100.003.012-0123.0"}, "217110000301201230", "", ""},
		{"a NOP of no province", Field{Type: NOP}, []string{"99.71.100.003.012-0123.0"}, "997110000301201230", "", "nop_area"},
		{"a NOP of zeros", Field{Type: NOP}, []string{"000000000000000000"}, "", "nop_digits", ""},
		{"a number", Field{Type: Number}, []string{"12,50"}, "12,5", "", ""},
		{"a number with thousands", Field{Type: Number}, []string{"1.250,75"}, "1250,75", "", ""},
		{"thousands alone", Field{Type: Number}, []string{"1.250"}, "1250", "", ""},
		{"a point for decimals", Field{Type: Number}, []string{"12.5"}, "12,5", "", ""},
		{"below zero", Field{Type: Number}, []string{"-3"}, "-3", "", ""},
		{"a minus before nothing", Field{Type: Number}, []string{"-0,0"}, "0", "", ""},
		{"two commas", Field{Type: Number}, []string{"1,2,3"}, "", "number", ""},
		{"seven decimals", Field{Type: Number}, []string{"1,1234567"}, "", "number", ""},
		{"an exponent", Field{Type: Number}, []string{"1e9"}, "", "number", ""},
		{"too small", Field{Type: Number, Min: new(int64(1))}, []string{"0,5"}, "", "too_small", ""},
		{"too large", Field{Type: Number, Most: new(int64(10))}, []string{"10,1"}, "", "too_large", ""},
		{"rupiah", Field{Type: Money}, []string{"Rp1.250.000,00"}, "1250000", "", ""},
		{"rupiah in digits", Field{Type: Money}, []string{"0150000"}, "150000", "", ""},
		{"rupiah with cents", Field{Type: Money}, []string{"1.250,50"}, "", "money", ""},
		{"rupiah below zero", Field{Type: Money}, []string{"-1"}, "", "money", ""},
		{"several of a choice", Field{Type: MultiChoice, Options: abc}, []string{"c", "a"}, "a|c", "", ""},
		{"one ticked twice", Field{Type: MultiChoice, Options: abc}, []string{"a", "a", ""}, "a", "", ""},
		{"one that is not offered", Field{Type: MultiChoice, Options: abc}, []string{"a", "d"}, "", "not_an_option", ""},
		{"nothing ticked where one must be", Field{Type: MultiChoice, Options: abc, Required: true}, []string{""}, "", "required", ""},
		{"a birth tomorrow", Field{Type: Date, Past: true}, []string{"2026-11-25"}, "", "date_past", ""},
		{"a birth today", Field{Type: Date, Past: true}, []string{"2026-11-24"}, "2026-11-24", "", ""},
		{"tomorrow", Field{Type: Date}, []string{"2026-11-25"}, "2026-11-25", "", "date_future"},
		{"a choice", Field{Type: Choice, Options: options}, []string{"a"}, "a", "", ""},
		{"no choice of ours", Field{Type: Choice, Options: options}, []string{"b"}, "", "not_an_option", ""},
		{"two choices", Field{Type: Choice, Options: options}, []string{"a", "a"}, "", "invalid", ""},
		{"yes", Field{Type: YesNo}, []string{"ya"}, "yes", "", ""},
		{"perhaps", Field{Type: YesNo}, []string{"mungkin"}, "", "not_an_option", ""},
		{"consent", Field{Type: Consent, Required: true}, []string{"on"}, "yes", "", ""},
		{"no consent", Field{Type: Consent, Required: true}, nil, "", "consent_required", ""},
		{"a refusal", Field{Type: Consent, Required: true}, []string{"no"}, "", "consent_required", ""},
		{"nothing", Field{Type: Text, Required: true}, []string{" \t\u00a0"}, "", "required", ""},
		{"one word for a name", Field{Type: Text}, []string{"Suparman"}, "Suparman", "", ""},
		{"a line break in a line", Field{Type: Text}, []string{"a\r\nb"}, "a b", "", ""},
		{"lines", Field{Type: LongText}, []string{"a\r\nb\rc"}, "a\nb\nc", "", ""},
		{"control and direction", Field{Type: Text}, []string{"a\x07\u202eb"}, "ab", "", ""},
		{"a zero byte", Field{Type: Text}, []string{"a\x00"}, "", "invalid", ""},
		{"bytes", Field{Type: Text}, []string{"\xc3\x28"}, "", "invalid", ""},
		{"composed letters", Field{Type: Text}, []string{"e\u0301"}, "é", "", ""},
		{"as long as allowed", Field{Type: Text, Max: 3}, []string{"ééé"}, "ééé", "", ""},
		{"one more", Field{Type: Text, Max: 3}, []string{"éééé"}, "", "too_long", ""},
		{"a megabyte", Field{Type: Text}, []string{strings.Repeat("a", 1<<20)}, "", "too_long", ""},
		{"a page", Field{Type: Text}, []string{"<script>alert(1)</script>"}, "<script>alert(1)</script>", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, c := askedOne(tt.field, tt.typed...)
			if got != tt.want || codes(c.Errors) != tt.bad || codes(c.Warnings) != tt.warn {
				t.Errorf("%q: got %q, refused %s, warned %s", tt.typed, got, codes(c.Errors), codes(c.Warnings))
			}
			for _, f := range append(c.Errors, c.Warnings...) {
				if !i18n.ID.Has("field." + f.Code) {
					t.Errorf("no sentence for %s", f.Code)
				}
			}
		})
	}
}

func TestAnswersThatDoNotFitEachOtherAreOnlyPointedOut(t *testing.T) {
	t.Parallel()
	form := &Form{Pages: []Page{{Code: "p", Fields: []Field{
		{Code: "nik", Type: NIK}, {Code: "kk", Type: KK}, {Code: "tanggal_lahir", Type: Date}, {Code: "tanggal_surat", Type: Date},
	}}}}
	for _, tt := range []struct {
		a    Answers
		want string
	}{
		{Answers{"nik": {"2171046703900003"}, "kk": {"2171040102160007"}, "tanggal_lahir": {"1990-03-27"}}, ""},
		{Answers{"nik": {"2171046703900003"}, "tanggal_lahir": {"1990-03-28"}}, "nik_birth_differs"},
		{Answers{"nik": {"2171046703900003"}, "kk": {"2171046703900003"}, "tanggal_lahir": {"1990-03-27"}}, "kk_pattern kk_is_nik"},
		{Answers{"kk": {"2171046703900003"}, "tanggal_lahir": {"1990-03-27"}}, "kk_pattern"},
	} {
		c := NewChecker(form, At{Now: checkDay})
		c.All(tt.a, nil)
		if len(c.Errors) != 0 || codes(c.Warnings) != tt.want {
			t.Errorf("%v: refused %s, warned %s; want %s", tt.a, codes(c.Errors), codes(c.Warnings), tt.want)
		}
	}
}

// TestTheSexOfAPersonBlock: asked only where its author says so, of two answers, and one that the NIK contradicts is pointed out.
func TestTheSexOfAPersonBlock(t *testing.T) {
	t.Parallel()
	f := &Form{Pages: []Page{{Code: "p", Fields: []Field{{Code: "ibu", Type: Person, Required: true, Parts: []string{"nik", "sex"}}, {Code: "lain", Type: Person}}}}}
	for sex, want := range map[string]string{"P": "", "L": "nik_sex_differs"} {
		c := NewChecker(f, At{Now: checkDay})
		c.All(Answers{"ibu.nik": {"2171046703900003"}, "ibu.sex": {sex}}, nil)
		if len(c.Errors) > 0 || codes(c.Warnings) != want {
			t.Errorf("%s: refused %s, warned %s", sex, codes(c.Errors), codes(c.Warnings))
		}
	}
	c := NewChecker(f, At{Now: checkDay})
	if c.All(Answers{"ibu.nik": {"2171046703900003"}, "ibu.sex": {"X"}}, nil); codes(c.Errors) != "not_an_option" {
		t.Errorf("another answer: %s", codes(c.Errors))
	}
	if _, ok := f.Field("lain.sex"); ok {
		t.Error("a block that names no parts asks it")
	}
}

func FuzzAnswers(f *testing.F) {
	for _, typ := range typeNames() {
		f.Add(typ, "2171046703900003", "3", "1990")
		f.Add(typ, "+62 812\x00", "\xff", "a@b.id")
		f.Add(typ, "Rp1.250.000,00", "1.250,75", "-0,5")
	}
	f.Fuzz(func(t *testing.T, typ, a, b, d string) {
		field := Field{Type: Type(typ), Options: []Option{{Value: "a"}, {Value: "b"}}, Max: 50}
		if field.Type == MultiChoice {
			return // its answers are several; see TestAnswers
		}
		for _, typed := range [][]string{{a}, {a, b, d}} {
			v, c := askedOne(field, typed...)
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) || utf8.RuneCountInString(v) > 254 {
				t.Errorf("%s %q kept %q", typ, typed, v)
			}
			if v == "" || len(c.Errors) > 0 || !field.Typed() {
				continue
			}
			if again, c := askedOne(field, v); again != v || len(c.Errors) > 0 {
				t.Errorf("%s %q kept %q, which reads as %q (%s)", typ, typed, v, again, codes(c.Errors))
			}
		}
	})
}
