package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryColourIsReadableOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		color := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "color"))
		b, err := DeriveBrand(color)
		if err != nil {
			if c, _ := parseHex(color); c.oklch().l <= lightest {
				t.Fatalf("%s refused: %v", color, err)
			}
			return
		}
		for name, p := range b.pairs() {
			if got := contrast(p[0].rounded(), p[1].rounded()); got < readable {
				t.Errorf("%s: %s is %.2f:1", color, name, got)
			}
		}
	})
}

func TestDeriveBrand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		color    string
		adjusted bool
		err      error
	}{
		{"#0b5cad", false, nil},
		{"#8b1a1a", false, nil},
		{"#f5b700", true, nil},
		{"#00c2a8", true, nil},
		{"#808080", true, nil},
		{"#000000", false, nil},
		{"#ffffff", false, ErrBrandLight},
		{"#fdf6e3", false, ErrBrandLight},
		{"0b5cad", false, ErrBrandColor},
		{"#0b5", false, ErrBrandColor},
		{"#0b5cag", false, ErrBrandColor},
		{"", false, ErrBrandColor},
	} {
		b, err := DeriveBrand(tt.color)
		if !errors.Is(err, tt.err) || b.Adjusted != tt.adjusted {
			t.Errorf("DeriveBrand(%q) adjusted %v, %v; want %v, %v", tt.color, b.Adjusted, err, tt.adjusted, tt.err)
		}
	}
}

func TestBrandStylesheet(t *testing.T) {
	t.Parallel()
	b, err := DeriveBrand("#0b5cad")
	if err != nil {
		t.Fatal(err)
	}
	if css := b.CSS(); !strings.Contains(css, "--brand-main:#0b5cad;") || !strings.HasPrefix(css, ":root:root{") {
		t.Errorf("CSS = %s", css)
	}
	other, err := DeriveBrand("#8b1a1a")
	if err != nil {
		t.Fatal(err)
	}
	if b.Path("batam") == other.Path("batam") || !strings.HasPrefix(b.Path("batam"), "/brand/batam/") {
		t.Errorf("paths %s and %s", b.Path("batam"), other.Path("batam"))
	}
}

func TestContrastKnownPairs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want string
	}{
		{"#000000", "#ffffff", "21.00"},
		{"#767676", "#ffffff", "4.54"},
		{"#2fb344", "#ffffff", "2.74"},
	} {
		a, _ := parseHex(tt.a)
		b, _ := parseHex(tt.b)
		if got := fmt.Sprintf("%.2f", contrast(a, b)); got != tt.want {
			t.Errorf("contrast(%s, %s) = %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}
