package ductorder

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
)

// words are what a person reads of a paper.
func (st *stage) text(o Order, p Paper) string {
	st.t.Helper()
	f, body, err := st.OpenPaper(st.ctx, st.mine, o.ID, p.ID)
	st.must(err)
	defer body.Close()
	raw, err := io.ReadAll(body)
	st.must(err)
	if f.Mime != "application/pdf" || !bytes.HasPrefix(raw, []byte("%PDF")) {
		st.t.Fatalf("%s is %s", f.Name, f.Mime)
	}
	name := filepath.Join(st.t.TempDir(), "x.pdf")
	st.must(os.WriteFile(name, raw, 0o600))
	out, err := exec.Command("pdftotext", "-layout", name, "-").Output()
	st.must(err)
	return strings.Join(strings.Fields(string(out)), " ")
}

// TestPapersSayWhatWasAgreed: a quote names the rule behind each price and its last day, the order letter its quote, the acceptance
// record both who sign; and they say the same whenever they are opened.
func TestPapersSayWhatWasAgreed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.active()
	all := map[string]Paper{}
	for _, p := range st.find(o.ID).Papers {
		all[p.Kind] = p
	}
	q := all[PaperQuote].Body.Quote
	for kind, want := range map[string][]string{
		PaperQuote: {"PENAWARAN SEWA DUCTING", "PNW-2026-0001", "PKS/1234567890123 tanggal 1 Januari 2026", "A ke C", "dasar: UU 36/1999 Pasal 34A", "Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun", q.MonthSum.String(), "Berlaku sampai 27 Desember 2026"},
		PaperOrder: {"SURAT PERINTAH KERJA", "SPK-2026-0001", "PNW-2026-0001", "SWD-2026-0001"},
		PaperBAST:  {"BERITA ACARA SERAH TERIMA", "BAST-2026-0001", "Ahmad", "Direktur Operasi", "Rina", "Manajer Jaringan", "Operator Satu", "sejak 3 Desember 2026"},
	} {
		text := st.text(o, all[kind])
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not say %q:\n%s", kind, w, text)
			}
		}
		if again := st.text(o, all[kind]); again != text {
			t.Errorf("%s says something else when it is opened again", kind)
		}
	}
	if _, _, err := st.OpenPaper(st.ctx, st.other, o.ID, all[PaperQuote].ID); !fault.Is(err, "ductorder.not_found") {
		t.Errorf("another company opens it: %v", err)
	}
}
