package document

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// TestALetterHoldsWhateverWasAnswered prints what an applicant could have typed: endless words, many pages, marks of
// other notations. Everything stays on paper, and the QR and the signer come last.
func TestALetterHoldsWhateverWasAnswered(t *testing.T) {
	t.Parallel()
	city := tenancy.City{Name: "Kota Batam", ShortName: "Batam", Contact: tenancy.Contact{Website: "https://batam.go.id"}}
	body := []part{{text: strings.Repeat("W", 2000)}, {text: "<b>tebal</b> %s (%d) \\n {nik} 家族 مرحبا 🙂"}, {}}
	for range 25 {
		body = append(body, part{text: strings.Repeat("kata yang panjang sekali ", 60)})
	}
	pdf, err := printLetter(city, letter{head: sheet.Of(city, "Dinas", ""), title: "Surat", number: "001", signer: official{title: "Kepala Dinas"}, address: "http://x/verifikasi/abc",
		body: body, at: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	text := pdfText(t, io.NopCloser(bytes.NewReader(pdf)))
	joined := strings.ReplaceAll(text, " ", "")
	if strings.Count(joined, "W") != 2000 || strings.Count(text, "kata yang panjang") < 25*50 || !strings.Contains(text, "<b>tebal</b> %s (%d) \\n {nik}") {
		t.Errorf("something was lost: %d W, %.300s", strings.Count(joined, "W"), text)
	}
	if strings.Index(text, "Kepala Dinas") < strings.LastIndex(text, "kata yang") || !strings.Contains(text, "http://x/verifikasi/abc") {
		t.Error("the signer does not come last")
	}
	// No word may leave the paper: pdftotext -bbox tells where each one ends.
	cmd := exec.Command("pdftotext", "-bbox", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	boxes, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(boxes)) {
		_, rest, ok := strings.Cut(line, `xMax="`)
		if !ok {
			continue
		}
		x, _, _ := strings.Cut(rest, ".")
		if len(x) > 3 || len(x) == 3 && x > "560" { // of 595 points
			t.Fatalf("off the paper: %s", line)
		}
	}
}

func pdfText(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	defer r.Close()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = r
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}
