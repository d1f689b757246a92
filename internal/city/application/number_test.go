package application

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/fault"
)

var year2026 = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func TestANumberIsReadBackAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^BTM-26-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]$`)
	for range 2000 {
		n := NewNumber("BTM", year2026)
		if !shape.MatchString(n) {
			t.Fatalf("number %q", n)
		}
		body := n[:6] + strings.NewReplacer("0", "o", "1", "l").Replace(n[6:])
		for _, typed := range []string{n, strings.ToLower(n), strings.ReplaceAll(n, "-", ""), "  " + strings.ReplaceAll(n, "-", " "), body} {
			if got, err := ParseNumber(typed); err != nil || got != n {
				t.Fatalf("ParseNumber(%q) = %q, %v; want %s", typed, got, err, n)
			}
		}
	}
	if n := NewNumber("", year2026); !strings.HasPrefix(n, "BDL-26-") {
		t.Errorf("a city without letters: %s", n)
	}
}

func TestParseNumberRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{"BTM": "BTM-26-7K3QX-", "TPI": "TPI-26-7K3QX-", "": "BDL-26-7K3QX-"} {
		if n := ExampleNumber(prefix); !strings.HasPrefix(n, want) {
			t.Errorf("the example of %q is %s", prefix, n)
		} else if again, err := ParseNumber(n); err != nil || again != n {
			t.Errorf("%s is no number: %v", n, err)
		}
	}
	for _, tt := range []struct{ in, code string }{
		{"", "number_form"},
		{"BTM", "number_form"},
		{"BTM-26-7K3QX", "number_form"},
		{"BTM-26-7K3UX-4", "number_form"}, // no U
		{"26-7K3QX-4", "number_form"},
		{"TOOLONG-26-7K3QX-4", "number_form"},
		{"BTM-26-7K3QX-4'; DROP TABLE application", "number_form"},
		{"ＢＴＭ-26-7K3QX-4", "number_form"},
		{strings.Repeat("B", 10_000), "number_form"},
		{"BTM-26-00000-0", "number_check"},
	} {
		_, err := ParseNumber(tt.in)
		f := fault.From(err)
		if len(f.Fields) != 1 || f.Fields[0].Name != "number" || f.Fields[0].Code != tt.code {
			t.Errorf("ParseNumber(%.30q): %v, want %s", tt.in, err, tt.code)
		}
	}
}

// TestEverySlipIsNoticed changes each character to each other one, and swaps each pair of neighbours.
func TestEverySlipIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[A-Z]{1,5}`).Draw(t, "prefix")
		n := strings.ReplaceAll(NewNumber(prefix, year2026), "-", "")
		for i := range n {
			for _, c := range []byte(crockford) {
				if i < len(prefix) || c == n[i] {
					continue
				}
				slip := n[:i] + string(c) + n[i+1:]
				if got, err := ParseNumber(slip); err == nil {
					t.Fatalf("%s for %s was taken as %s", slip, n, got)
				}
			}
		}
		for i := range len(n) - 1 {
			if i < len(prefix) || n[i] == n[i+1] {
				continue
			}
			slip := n[:i] + string(n[i+1]) + string(n[i]) + n[i+2:]
			if got, err := ParseNumber(slip); err == nil {
				t.Fatalf("%s for %s was taken as %s", slip, n, got)
			}
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("BTM-26-7K3QX-4")
	f.Add("btm 26 7k3qx 4")
	f.Add("O\u2011İ1")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ParseNumber(in)
		if err != nil {
			if fault.From(err).Kind != fault.Invalid {
				t.Errorf("%q: %v", in, err)
			}
			return
		}
		if again, err := ParseNumber(got); err != nil || again != got {
			t.Errorf("%q became %q, which reads as %q, %v", in, got, again, err)
		}
	})
}
