package sheet

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/tenancy"
)

// TestNoLetterBecomesABox prints names in other scripts: what the font lacks is told before, and on paper is a number with
// a note, never an empty box.
func TestNoLetterBecomesABox(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, lacks, prints string }{
		{"Siti Rahma", "", "Siti Rahma"},
		{"Rene\u0301 Mu\u0308ller", "", "René Müller"},            // marks typed apart
		{"Łukasz Ørsted Ñuñez Šimić", "", "Łukasz Ørsted Ñuñez"},  // of Europe
		{"Иван Ελένη", "", "Иван Ελένη"},                          // scripts that the font has
		{"Siti\u200d\ufe0f", "", "Siti"},                          // what stands for nothing
		{"王小明", "王 (U+738B), 小 (U+5C0F), 明 (U+660E)", "[U+738B]"}, // each once
		{"علي", "ع (U+0639), ل (U+0644), ي (U+064A)", "[U+0639]"},
		{"Budi 🙂🙂", "🙂 (U+1F642)", "Budi [U+1F642]"},
		{"x\u20dd", "\u20dd (U+20DD)", "x[U+20DD]"}, // a mark for which there is no letter
	} {
		if got := Spelled(Unprintable("", tt.name)); got != tt.lacks {
			t.Errorf("%q lacks %q; want %q", tt.name, got, tt.lacks)
		}
		sh, err := New(Of(tenancy.City{Name: "Kota Batam"}, "Dinas", ""), "Surat", time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		sh.Pair("Nama", tt.name)
		pdf, err := sh.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("pdftotext", "-layout", "-", "-")
		cmd.Stdin = bytes.NewReader(pdf)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
		}
		text := strings.Join(strings.Fields(string(out)), " ")
		if strings.ContainsRune(text, '□') || !strings.Contains(text, tt.prints) || strings.Contains(text, "tidak dapat dicetak") != (tt.lacks != "") {
			t.Errorf("%q is printed as %s", tt.name, text)
		}
	}
}
