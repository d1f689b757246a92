package money_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
)

func TestString(t *testing.T) {
	t.Parallel()
	for r, want := range map[money.Rupiah]string{
		0: "Rp0", 5: "Rp5", 999: "Rp999", 1000: "Rp1.000", 1_250_000: "Rp1.250.000", -25_000: "-Rp25.000",
		money.Max: "Rp9.223.372.036.854.775.807", money.Min: "-Rp9.223.372.036.854.775.808",
	} {
		if got := r.String(); got != want {
			t.Errorf("%d = %q; want %q", int64(r), got, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Rupiah{
		"Rp1.250.000": 1_250_000, "Rp 1.250.000,00": 1_250_000, "1250000": 1_250_000, "rp500": 500,
		"-Rp25.000": -25_000, " 0 ": 0, "Rp10.000,-": 10_000, "Rp\u00a07": 7, "007": 7,
		"-9223372036854775808": money.Min,
	} {
		if got, err := money.Parse(text); got != want || err != nil {
			t.Errorf("Parse(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": money.ErrMalformed, "Rp": money.ErrMalformed, "1.25": money.ErrMalformed, "1.2500": money.ErrMalformed,
		"1,5": money.ErrMalformed, "1.000,50": money.ErrMalformed, "1,250,000": money.ErrMalformed,
		"12.34.567": money.ErrMalformed, ".500": money.ErrMalformed, "1..000": money.ErrMalformed,
		"1000.000": money.ErrMalformed, "+5": money.ErrMalformed, "--5": money.ErrMalformed, "5e3": money.ErrMalformed,
		"Rp-5": money.ErrMalformed, "١٢": money.ErrMalformed, "USD 5": money.ErrMalformed,
		"9223372036854775808": money.ErrOverflow, "99999999999999999999": money.ErrOverflow,
	} {
		if got, err := money.Parse(text); !errors.Is(err, want) || got != 0 {
			t.Errorf("Parse(%q) = %d, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rupiah(amount().Draw(t, "r"))
		if got, err := money.Parse(r.String()); got != r || err != nil {
			t.Fatalf("Parse(%q) = %d, %v", r.String(), got, err)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for r, want := range map[money.Rupiah]string{
		0:                         "nol",
		1:                         "satu",
		10:                        "sepuluh",
		11:                        "sebelas",
		12:                        "dua belas",
		19:                        "sembilan belas",
		20:                        "dua puluh",
		21:                        "dua puluh satu",
		99:                        "sembilan puluh sembilan",
		100:                       "seratus",
		101:                       "seratus satu",
		111:                       "seratus sebelas",
		200:                       "dua ratus",
		999:                       "sembilan ratus sembilan puluh sembilan",
		1000:                      "seribu",
		1001:                      "seribu satu",
		1100:                      "seribu seratus",
		2000:                      "dua ribu",
		11_000:                    "sebelas ribu",
		21_000:                    "dua puluh satu ribu",
		100_000:                   "seratus ribu",
		101_000:                   "seratus satu ribu",
		1_000_000:                 "satu juta",
		1_001_000:                 "satu juta seribu",
		1_250_000:                 "satu juta dua ratus lima puluh ribu",
		11_011_011:                "sebelas juta sebelas ribu sebelas",
		1_000_000_000:             "satu miliar",
		2_000_000_000_001:         "dua triliun satu",
		1_000_000_000_000_000:     "satu kuadriliun",
		3_100_000_000_000_015:     "tiga kuadriliun seratus triliun lima belas",
		9_000_000_000_000_000_000: "sembilan kuintiliun",
		-1500:                     "minus seribu lima ratus",
	} {
		if got := r.Words(); got != want+" rupiah" {
			t.Errorf("%d = %q; want %q", int64(r), got, want+" rupiah")
		}
	}
}

// The words are read back by a small reader of its own, so that no amount is misread anywhere in the range.
func TestWordsSayTheAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rupiah(amount().Draw(t, "r"))
		words := strings.Fields(r.Words())
		if words[len(words)-1] != "rupiah" {
			t.Fatalf("%q does not end in rupiah", words)
		}
		if got := read(t, words[:len(words)-1]); got != r {
			t.Fatalf("%q reads as %d; want %d", words, got, r)
		}
	})
}

func read(t *rapid.T, words []string) money.Rupiah {
	digits := map[string]uint64{"nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6,
		"tujuh": 7, "delapan": 8, "sembilan": 9}
	scales := map[string]uint64{"ribu": 1e3, "juta": 1e6, "miliar": 1e9, "triliun": 1e12, "kuadriliun": 1e15, "kuintiliun": 1e18}
	var total, group, last uint64
	negative := false
	for _, w := range words {
		switch w {
		case "minus":
			negative = true
		case "sepuluh":
			group += 10
		case "sebelas":
			group += 11
		case "belas":
			group, last = group+last+10, 0
		case "puluh":
			group, last = group+last*10, 0
		case "seratus":
			group += 100
		case "ratus":
			group, last = group+last*100, 0
		case "seribu":
			total += 1000
		default:
			if size, ok := scales[w]; ok {
				total, group, last = total+(group+last)*size, 0, 0
				continue
			}
			d, ok := digits[w]
			if !ok {
				t.Fatalf("unknown word %q", w)
			}
			last = d
		}
	}
	total += group + last
	if negative {
		return money.Rupiah(-total)
	}
	return money.Rupiah(total)
}
