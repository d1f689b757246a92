package damage_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
)

// seenBy is the revision that a form of a damage was made for.
func seenBy(t *testing.T, page, at, act string) string {
	t.Helper()
	_, form, ok := strings.Cut(page, ` action="`+at+act+`"`)
	if !ok {
		t.Fatalf("the page has no form %s", act)
	}
	return pagetest.Hidden(t, form, "revision")
}

// TestMendingAFieldOverwritesNobodyElse: who is refused a field after somebody else has acted is told of that once the field is right, and not
// before is what the other put down overwritten.
func TestMendingAFieldOverwritesNobodyElse(t *testing.T) {
	t.Parallel()
	w := open(t)
	maya := w.Staff(t, pagetest.HostBatam, "Maya Ducting", "duct_manager", "")
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	seen := seenBy(t, w.sari.Page(at), at, "/sebab")
	cause := func(revision, name string, rows ...string) []string {
		return append(shares(rows...), "revision", revision, "cause", "excavation", "liable", "third_party", "name", name, "root_cause", "Tanpa gambar", "cost", "1.000.000")
	}
	maya.Goes(maya.Post(at+"/sebab", cause(seen, "PT Gali Contoh", "third_party", "100")...), at)

	for _, x := range []struct {
		act  string
		sent []string
	}{{"/langkah", []string{"revision", seen, "state", "acknowledged", "clock", "pagi"}}, {"/abaikan", []string{"revision", seen, "why", " "}}, {"/sebab", cause(seen, "CV Pipa Contoh", "third_party", "90")}} {
		a := w.sari.Post(at+x.act, x.sent...)
		w.sari.Sees(a, http.StatusUnprocessableEntity)
		if got := seenBy(t, a.Body, at, x.act); got != seen {
			t.Errorf("%s is filled in for revision %s, and says %s", x.act, seen, got)
		}
		if got := seenBy(t, a.Body, at, "/kabar"); got == seen {
			t.Errorf("the other forms of a page that shows what is now say revision %s", got)
		}
	}
	refused := w.sari.Post(at+"/sebab", cause(seen, "CV Pipa Contoh", "third_party", "90")...)
	mended := cause(seenBy(t, refused.Body, at, "/sebab"), "CV Pipa Contoh", "third_party", "100")
	late := w.sari.Post(at+"/sebab", mended...)
	w.sari.Sees(late, http.StatusConflict, "baru saja diubah orang lain", "Pihak ketiga, PT Gali Contoh")
	if n := w.count(t, "audit_entry", "action = 'ductdamage.cause'"); n != 1 {
		t.Fatalf("%d causes are recorded of the one that holds", n)
	}
	w.sari.Goes(w.sari.Post(at+"/sebab", cause(seenBy(t, late.Body, at, "/sebab"), "CV Pipa Contoh", "third_party", "100")...), at) // who has read of it may
	w.sari.Page(at, "Pihak ketiga, CV Pipa Contoh")
}

// TestNobodyActsUnseen: what is sent without a revision, or with one that there never was, overwrites nothing.
func TestNobodyActsUnseen(t *testing.T) {
	t.Parallel()
	w := open(t)
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	for act, sent := range map[string][]string{"/sebab": {"cause", "excavation", "liable", "company", "root_cause", "Tanpa gambar", "cost", "0"}, "/langkah": {"state", "acknowledged"}, "/ruas": {"segment", "R-2"}, "/abaikan": {"why", "Ganda"}} {
		for _, revision := range [][]string{nil, {"revision", ""}, {"revision", "x"}, {"revision", "-1"}} {
			w.sari.Sees(w.sari.Post(at+act, append(sent[:len(sent):len(sent)], revision...)...), http.StatusConflict, "baru saja diubah orang lain")
		}
	}
	if n := w.count(t, "duct_damage", "revision = 0 AND state = 'reported'"); n != 1 {
		t.Error("something was put down")
	}
}

// TestAllThatIsWrongIsSaidAtOnce: what cannot be read, what is missing and what does not add up, of a report and of a cause; a photo that may be
// left out is not missing.
func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	visitor := w.Browser(t, pagetest.HostBatam)
	for path, b := range map[string]*pagetest.Browser{list: w.sari, mitra: w.andi, "/lapor/ducting": visitor} {
		b.Lists(b.Upload(path, "photo", "", nil, "kind", "", "place", "Simpang Jam", "words", "a\x00b"), "Apa yang terjadi?: Pilih salah satu", "Keterangan: ")
		b.Lists(b.Upload(path, "photo", "x.pdf", []byte("bukan foto"), "kind", "other", "place", ""), "Tempat: Isian ini wajib", "Keterangan: Isian ini wajib", "Foto: Isi berkas bukan salah satu dari JPG, PNG")
	}
	w.sari.Lists(w.sari.Upload(list, "photo", "x.pdf", []byte("bukan foto"), "kind", "", "node", "MH-9"), "Apa yang terjadi?: Pilih salah satu", "Tidak ada titik dengan kode itu", "Foto: ")
	if n := w.count(t, "duct_damage", "true"); n != 0 {
		t.Fatalf("%d damages of reports that were refused", n)
	}

	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian", "key", uuid.NewString()).To()
	cause := []string{"cause", "", "liable", "operator", "operator", "siapa", "root_cause", " ", "cost", "banyak"}
	w.sari.Lists(w.do(t, w.sari, at, "/sebab", append(cause[:len(cause):len(cause)], shares("company", "setengah")...)...), "Penyebab: Pilih salah satu", "Operator: Pilih salah satu", "Akar masalah dan pencegahan: Isian ini wajib", "Biaya perbaikan: ", "Bagian 1, Persen: Isi bagian dengan angka bulat")
	w.sari.Lists(w.do(t, w.sari, at, "/sebab", append(cause[:len(cause):len(cause)], shares("company", "60")...)...), "Penyebab: Pilih salah satu", "Operator: Pilih salah satu", "Akar masalah dan pencegahan: Isian ini wajib", "Biaya perbaikan: ", "Pembagian biaya: Jumlah bagian harus 100%; sekarang 60%")
}
