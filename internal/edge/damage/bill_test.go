package damage_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// shares are the fields of who pays how much: pairs of a payer and a percentage.
func shares(of ...string) []string {
	all := []string{"shares", strconv.Itoa(len(of) / 2)}
	for i := 0; i < len(of); i += 2 {
		row := "shares." + strconv.Itoa(i/2+1)
		all = append(all, row+".payer", of[i], row+".percent", of[i+1])
	}
	return all
}

// TestWhoAnswersPaysTheRepair: a third party and an operator are charged their shares of a repair by two people, in the book of the ducts
// and without tax; the company's own share is nobody's invoice. Found otherwise later, what was charged is credited by two people, and who
// answers then is charged once.
func TestWhoAnswersPaysTheRepair(t *testing.T) {
	t.Parallel()
	w := open(t)
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	bima, dewi := w.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), w.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	bima.Sees(bima.Post(at+"/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1"), http.StatusConflict, "Tidak ada bagian biaya yang dapat ditagih")
	cause := []string{"cause", "excavation", "liable", "third_party", "name", "PT Gali Contoh", "operator", w.dua.String(), "root_cause", "Tanpa gambar", "cost", "10.000.001"}
	judge := func(of ...string) {
		t.Helper()
		w.sari.Goes(w.do(t, w.sari, at, "/sebab", append(cause[:len(cause):len(cause)], shares(of...)...)...), at)
	}
	judge("third_party", "50", w.dua.String(), "30", "company", "20")
	if page := bima.Page(at, "Tagihan biaya perbaikan", "Minta Rp8.000.001 ditagih"); strings.Contains(page, "NPWP") {
		t.Error("a claim bears no tax, and the page asks for a tax number, which a person's identity card may have")
	}
	w.sari.Sees(w.sari.Post(at+"/tagih", "name.1", "PT Gali Contoh", "address.1", "x"), http.StatusForbidden)
	bima.Sees(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", " "), http.StatusUnprocessableEntity, "Alamat PT Gali Contoh: Isian ini wajib")
	for _, email := range []string{"kantor@", "kantor@gali.contoh, lain@gali.contoh", "Kantor <kantor@gali.contoh>", "kantor@gali.contoh\nBcc: lain@gali.contoh"} { // no letter would reach it, and an issued invoice keeps it
		bima.Sees(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam", "email.1", email), http.StatusUnprocessableEntity, "Tulis alamat email lengkap")
	}
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam", "email.1", "kantor@gali.contoh", "npwp", "2171010101800001"), at)
	bima.Sees(bima.Post(at+"/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam"), http.StatusConflict, "Tidak ada bagian biaya")
	bima.Sees(bima.Post(at+"/tagih-putusan", "jawaban", "setuju"), http.StatusForbidden, "diputus oleh orang lain")
	dewi.Goes(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), at)
	dewi.Sees(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), http.StatusConflict, "menunggu putusan")
	if n := w.count(t, "party", "npwp = '2171010101800001'"); n != 0 {
		t.Errorf("%d parties keep a number that was sent in although nobody asks for it", n)
	}
	if n := w.count(t, "invoice_draft", "source LIKE 'claim:%' AND invoice_id IS NULL"); n != 2 {
		t.Fatalf("%d drafts of two shares", n)
	}
	const book = "/petugas/ducting/tagihan"
	bima.Page(book, "PT Gali Contoh", "Biaya perbaikan ducting")
	bima.Sees(bima.Post(book+"/tindakan/terbitkan", "semua", "ya"), http.StatusOK, "DCT/2026/")
	if n := w.count(t, "invoice", "tax = 0 AND withholdable = 0 AND net IN (5000001, 3000000) AND kind = 'invoice'"); n != 2 {
		t.Errorf("%d invoices of the two shares, without tax", n)
	}
	dewi.Page(at, "DCT/2026/")
	bima.Page("/petugas/ducting/piutang", "PT Gali Contoh")
	var third string
	w.read(t, &third, "SELECT id::text FROM invoice WHERE net = 5000001")
	w.Run(t)
	bima.Page(book+"/"+third, "Sudah diberi tahu kantor@gali.contoh")
	if n := w.count(t, "message", "template = 'duct_bill_issued' AND account_id = ?::uuid", third); n != 1 {
		t.Errorf("%d letters to the third party", n)
	}
	w.budi.Page("/mitra/tagihan", "Rp3.000.000") // the operator reads its own

	// The same shares again change nothing. After the damage is closed it is found that the company's own people had dug.
	judge("third_party", "50", w.dua.String(), "30", "company", "20")
	w.sari.Goes(w.do(t, w.sari, at, "/langkah", "state", "repaired"), at)
	w.sari.Goes(w.do(t, w.sari, at, "/tutup", "closing", "Selesai"), at)
	if n := w.count(t, "invoice_request", "true"); n != 0 {
		t.Fatalf("%d requests although nothing has changed", n)
	}
	judge(w.dua.String(), "30", "company", "70")
	judge(w.dua.String(), "30", "company", "70")
	if n := w.count(t, "invoice_request", "kind = 'credit_note' AND charges -> 0 ->> 'amount' = '5000001'"); n != 1 {
		t.Fatalf("%d requests to take back what the third party was charged", n)
	}
	bima.Page(at, "Penarikan menunggu putusan di buku tagihan")
	var request string
	w.read(t, &request, "SELECT id::text FROM invoice_request")
	decide := func(b *pagetest.Browser, said string) {
		t.Helper()
		b.Goes(b.Post(book+"/permintaan/"+request, "jawaban", said), book)
	}
	decide(bima, "tolak")
	bima.Page(at, "tetapi ini masih ditagih")
	bima.Goes(bima.Post(at+"/tagih-tarik"), at)
	bima.Sees(bima.Post(at+"/tagih-tarik"), http.StatusConflict)
	w.read(t, &request, "SELECT id::text FROM invoice_request WHERE decided_by IS NULL")
	decide(dewi, "setuju")
	bima.Page(at, "Sudah ditarik kembali")
	if n := w.count(t, "invoice", "kind = 'credit_note' AND net = 5000001 AND tax = 0"); n != 1 {
		t.Errorf("%d credit notes", n)
	}
	bima.Sees(bima.Post(at+"/tagih", "name.1", "PT Gali Contoh", "address.1", "x"), http.StatusConflict, "Tidak ada bagian biaya")

	// The third party answers for a part of it after all, and the operator for more.
	judge("third_party", "60", w.dua.String(), "40")
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam", "email.1", "kantor@gali.contoh"), at)
	judge("third_party", "55", w.dua.String(), "45") // before anybody has decided
	dewi.Sees(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), http.StatusConflict, "menunggu putusan")
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam", "email.1", "kantor@gali.contoh"), at)
	dewi.Goes(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), at)
	if n := w.count(t, "duct_payer", "operator_id IS NULL"); n != 1 {
		t.Errorf("the third party is %d payers", n)
	}
	if n := w.count(t, "invoice_draft", "invoice_id IS NULL AND dropped_at IS NULL AND charges -> 0 ->> 'amount' IN ('5500001', '4500000')"); n != 2 {
		t.Errorf("%d drafts of the shares as they are now", n)
	}
	if n := w.count(t, "invoice_request", "decided_by IS NULL AND charges -> 0 ->> 'amount' = '3000000'"); n != 1 {
		t.Errorf("%d requests to take back the operator's former share", n)
	}

	// What the book drops can be asked for anew.
	judge("third_party", "50", w.dua.String(), "45", "company", "5")
	w.read(t, &request, "SELECT id::text FROM invoice_request WHERE decided_by IS NULL AND kind = 'drop'")
	decide(dewi, "setuju")
	bima.Page(at, "Konsep dibatalkan", "Minta Rp5.000.001 ditagih")
}

// TestWhatAThirdPartyPaidGoesBack: the share of a third party that has paid is credited because somebody else dug. What it has paid goes back to it by
// two people, and its share can be charged anew, which the page offers. A damage whose repair is charged is not dismissed.
func TestWhatAThirdPartyPaidGoesBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	bima, dewi := w.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), w.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", append(shares("third_party", "100"), "cause", "excavation", "liable", "third_party", "name", "PT Gali Contoh", "root_cause", "Tanpa gambar", "cost", "1.000.000")...), at)
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 1, Batam"), at)
	dewi.Page(at, "Jalan Contoh 1, Batam; tanpa alamat email, tagihannya dikirim di atas kertas")
	w.sari.Sees(w.do(t, w.sari, at, "/abaikan", "why", "Laporan ganda"), http.StatusConflict, "Biaya perbaikannya ditagihkan")
	dewi.Goes(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), at)
	const book = "/petugas/ducting/tagihan"
	bima.Sees(bima.Post(book+"/tindakan/terbitkan", "semua", "ya"), http.StatusOK, "DCT/2026/")
	var id, request string
	w.read(t, &id, "SELECT id::text FROM invoice WHERE kind = 'invoice'")
	one := book + "/" + id
	if page := bima.Page(one, "tidak punya alamat email", "kirim di atas kertas", "Unduh tagihan (PDF)", "Pihak PT Gali Contoh", "Pakai saldo pihak ini", "Kelebihannya menjadi saldo pihak ini"); strings.Contains(page, "Setiap baris menuju sewanya") || strings.Contains(page, "saldo operator") {
		t.Error("the invoice of who leases nothing speaks of leases or operators")
	}
	bima.Page("/petugas/ducting/piutang", "Tidak punya alamat email, jadi suratnya dikirim di atas kertas: PT Gali Contoh")
	bima.Page("/petugas/ducting/piutang/"+id, "kirim di atas kertas")
	bima.Goes(bima.Post(one+"/bayar", "method", "transfer", "amount", "1.000.000", "reference", "TRF-1", "on", "2026-11-24"), one)
	if page := bima.Page(one); strings.Contains(page, "Minta pengembalian") || strings.Contains(page, "Undang mereka") {
		t.Error("there is nothing to pay back and nobody to invite, and the page offers it")
	}
	bima.Sees(bima.Post(one+"/kembalikan", "amount", "1", "account", "BRK 1", "reason", "Bukan penyebab"), http.StatusConflict)
	bima.Goes(bima.Post(one+"/minta", "kind", "credit_note", "line-1", "1.000.000", "reason", "Alamat salah"), one)
	w.read(t, &request, "SELECT id::text FROM invoice_request")
	dewi.Goes(dewi.Post(book+"/permintaan/"+request, "jawaban", "setuju"), book)

	bima.Page(one, "Minta pengembalian")
	bima.Page(one+"/kembalikan", "PT Gali Contoh", "Rp1.000.000")
	bima.Sees(bima.Post(one+"/kembalikan", "amount", "1.000.001", "account", "BRK 1", "reason", "Bukan penyebab"), http.StatusConflict)
	bima.Goes(bima.Post(one+"/kembalikan", "amount", "1.000.000", "account", "BRK 1", "reason", "Bukan penyebab"), book+"#pengembalian")
	w.read(t, &request, "SELECT id::text FROM refund_request")
	dewi.Page(book, "PT Gali Contoh", "BRK 1")
	dewi.Goes(dewi.Post(book+"/saldo/"+request, "jawaban", "setuju"), book)
	if n := w.count(t, "refund_request", "approved AND amount = 1000000"); n != 1 {
		t.Errorf("%d refunds", n)
	}

	bima.Page(at, "Minta Rp1.000.000 ditagih")
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 2, Batam"), at)
	bima.Sees(bima.Post(at+"/tagih", "name.1", "PT Gali Contoh", "address.1", "Jalan Contoh 2, Batam"), http.StatusConflict, "Tidak ada bagian biaya")
}
