package damage_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestEachThirdPartyIsChargedAtItsAddress: two third parties and an operator share a repair. Rows are added and taken away without scripts, and what
// was typed stays; each is refused at its own field, and each third party is charged, and written to, at its own address.
func TestEachThirdPartyIsChargedAtItsAddress(t *testing.T) {
	t.Parallel()
	w := open(t)
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	bima, dewi := w.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), w.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	cause := func(rows ...string) []string {
		return append(rows, "cause", "excavation", "liable", "third_party", "name", "PT Gali Contoh", "root_cause", "Dua galian bersamaan", "cost", "10.000.000")
	}
	says := func(a pagetest.Answer, status int, kept ...string) {
		t.Helper()
		w.sari.Sees(a, status)
		for _, x := range kept {
			if !strings.Contains(a.Body, x) {
				t.Errorf("the page has no %s:\n%s", x, pagetest.Text(a.Body))
			}
		}
	}

	// The form begins with one row; a button adds one, another takes the first away, and nothing is put down by that.
	says(w.sari.Get(at), http.StatusOK, `name="shares.1.payer"`, `?tambah=shares#f-sebabshares"`)
	says(w.do(t, w.sari, at, "/sebab?tambah=shares", cause("shares", "1", "shares.1.payer", w.dua.String(), "shares.1.percent", "20")...), http.StatusOK, ">Dua galian bersamaan</textarea>",
		`name="shares.2.payer"`, `value="10.000.000"`, `<option value="`+w.dua.String()+`" selected>`, `?hapus=shares.2#f-sebabshares"`)
	says(w.do(t, w.sari, at, "/sebab?hapus=shares.1", cause("shares", "2", "shares.1.payer", "company", "shares.1.percent", "9", "shares.2.payer", "third_party", "shares.2.name", "CV Pipa Contoh", "shares.2.percent", "35")...), http.StatusOK,
		`value="CV Pipa Contoh"`, `value="35"`)
	if n := w.count(t, "duct_damage", "cause <> ''"); n != 0 {
		t.Fatal("a row more or less has put something down")
	}
	if page := w.do(t, w.sari, at, "/sebab?tambah=shares", cause("shares", "8")...).Body; strings.Contains(page, "shares.9") || strings.Contains(page, "?tambah=shares") {
		t.Error("there is a ninth row, or a button for it")
	}

	// Each is refused where it stands.
	refused := func(words []string, rows ...string) {
		t.Helper()
		w.sari.Sees(w.do(t, w.sari, at, "/sebab", cause(rows...)...), http.StatusUnprocessableEntity, words...)
	}
	two := []string{"shares", "3", "shares.1.payer", "third_party", "shares.1.percent", "45", "shares.2.payer", "third_party", "shares.2.name", "CV Pipa Contoh", "shares.2.percent", "35", "shares.3.payer", w.dua.String(), "shares.3.percent", "20"}
	refused([]string{"Bagian 2, Nama pihak ketiga: Pihak ini sudah ada di bagian sebelumnya"}, "shares", "2", "shares.1.payer", "third_party", "shares.1.percent", "50", "shares.2.payer", "third_party", "shares.2.name", "pt gali contoh", "shares.2.percent", "50")
	refused([]string{"Bagian 1, Yang membayar: Pilih salah satu", "Bagian 2, Persen: Isi bagian dengan angka bulat dari 1 sampai 100"}, "shares", "3", "shares.1.percent", "50", "shares.3.payer", "company", "shares.3.percent", "setengah")
	refused([]string{"Pembagian biaya: Jumlah bagian harus 100%; sekarang 85%"}, "shares", "2", "shares.1.payer", "third_party", "shares.1.percent", "45", "shares.2.payer", "company", "shares.2.percent", "40")
	refused([]string{"Pembagian biaya: Jumlah bagian harus 100%; sekarang 0%"}, "shares", "1")
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", cause(two...)...), at)
	w.sari.Page(at, "PT Gali Contoh", "45%", "CV Pipa Contoh", "35%", "Rp3.500.000", "Operator penyewa PT Dua 20%", "Rp2.000.000")

	// The same put down again is not recorded once more, and its page says so.
	w.sari.Sees(w.sari.Follow(w.do(t, w.sari, at, "/sebab", cause(two...)...)), http.StatusOK, "Tidak ada yang berubah: penyebab dan pembagian biaya sudah tercatat seperti itu")
	if n, m := w.count(t, "audit_entry", "action = 'ductdamage.cause'"), w.count(t, "duct_damage_event", "what = 'cause'"); n != 1 || m != 1 {
		t.Errorf("%d entries and %d events of one cause", n, m)
	}

	ask := []string{"name.1", "PT Gali Contoh", "address.1", "Jalan Gali 1, Batam", "email.1", "kantor@gali.contoh", "name.2", "CV Pipa Contoh"}
	bima.Page(at, "Alamat PT Gali Contoh", "Alamat CV Pipa Contoh")
	a := w.do(t, bima, at, "/tagih", append(ask[:len(ask):len(ask)], "address.2", "", "email.2", "pipa@")...)
	bima.Sees(a, http.StatusUnprocessableEntity, "Alamat CV Pipa Contoh: Isian ini wajib", "Email CV Pipa Contoh: Tulis alamat email lengkap")
	if !strings.Contains(a.Body, `value="Jalan Gali 1, Batam"`) || strings.Contains(pagetest.Text(a.Body), "Alamat PT Gali Contoh: ") {
		t.Error("the address that was right is gone, or refused")
	}

	// The shares are others by the time the form is sent: that is said, and what was typed stands at whom it was typed for.
	late := append([]string{"revision", pagetest.Hidden(t, bima.Page(at), "revision")}, append(ask[:len(ask):len(ask)], "address.2", "Gang Pipa 2, Batam")...)
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", cause("shares", "2", "shares.1.payer", "third_party", "shares.1.name", "PT Lain Contoh", "shares.1.percent", "65", "shares.2.payer", "third_party", "shares.2.name", "CV Pipa Contoh", "shares.2.percent", "35")...), at)
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", cause("shares", "2", "shares.1.payer", "third_party", "shares.1.name", "CV Pipa Contoh", "shares.1.percent", "35", "shares.2.payer", "third_party", "shares.2.name", "PT Lain Contoh", "shares.2.percent", "65")...), at)
	a = bima.Post(at+"/tagih", late...)
	bima.Sees(a, http.StatusConflict, "Gangguan ini baru saja diubah orang lain")
	if field := regexp.MustCompile(`<input[^>]*name="address.1"[^>]*>`).FindString(a.Body); !strings.Contains(field, `value="Gang Pipa 2, Batam"`) || strings.Contains(a.Body, `value="Jalan Gali 1, Batam"`) {
		t.Errorf("the address is not with whom it was typed for: %s", field)
	}
	if pagetest.Hidden(t, a.Body, "revision") != pagetest.Hidden(t, bima.Page(at), "revision") {
		t.Error("the form is still that of the shares before")
	}
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", cause(two...)...), at)
	bima.Goes(w.do(t, bima, at, "/tagih", append(ask[:len(ask):len(ask)], "address.2", "Gang Pipa 2, Batam", "email.2", "pipa@contoh.id")...), at)
	dewi.Page(at, "Jalan Gali 1, Batam; tagihannya ke kantor@gali.contoh", "Gang Pipa 2, Batam; tagihannya ke pipa@contoh.id")
	dewi.Goes(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), at)
	const book = "/petugas/ducting/tagihan"
	bima.Sees(bima.Post(book+"/tindakan/terbitkan", "semua", "ya"), http.StatusOK, "DCT/2026/")
	w.Run(t)
	for _, x := range []struct{ name, address, email, net string }{{"PT Gali Contoh", "Jalan Gali 1, Batam", "kantor@gali.contoh", "4500000"}, {"CV Pipa Contoh", "Gang Pipa 2, Batam", "pipa@contoh.id", "3500000"}} {
		var id string
		w.read(t, &id, "SELECT coalesce(string_agg(id::text, ' '), '') FROM invoice WHERE net = "+x.net+" AND party ->> 'name' = '"+x.name+"' AND party ->> 'address' = '"+x.address+"' AND party ->> 'email' = '"+x.email+"'")
		bima.Page(book+"/"+id, x.name, "Sudah diberi tahu "+x.email)
		if n := w.count(t, "message", "template = 'duct_bill_issued' AND account_id = ?::uuid", id); n != 1 {
			t.Errorf("%d letters to %s", n, x.name)
		}
	}
	if n := w.count(t, "invoice", "true"); n != 3 {
		t.Errorf("%d invoices of three shares", n)
	}

	// One of them pays all of it: what the other was charged is taken back, and asked for anew the form remembers the address.
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", cause("shares", "2", "shares.1.payer", "third_party", "shares.1.name", "CV Pipa Contoh", "shares.1.percent", "80", "shares.2.payer", w.dua.String(), "shares.2.percent", "20")...), at)
	if page := bima.Get(at).Body; !strings.Contains(page, `value="Gang Pipa 2, Batam"`) {
		t.Error("the address that was said before is asked for again")
	}
}
