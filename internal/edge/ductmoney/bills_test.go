package ductmoney_test

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

const book = "/petugas/ducting/tagihan"

// street is two segments in a row, of 220 metres inside the free-trade area and 230 outside.
const street = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.12]}, "properties": {"code": "MH-3", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]},
		"properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2", "road": "Jalan Engku Putri", "authority": "pemko", "condition": "good", "billed_m": 220, "ducts": 1, "subducts": 2}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.12], [104.054, 1.12]]},
		"properties": {"code": "R-2", "from_node": "MH-2", "to_node": "MH-3", "road": "Jalan Raja Haji", "authority": "bp_batam", "condition": "good", "billed_m": 230, "free_trade": false, "ducts": 1, "subducts": 2}}]}`

// leased is an operator with a subduct along the street since the first of October, and its path.
func leased(t *testing.T, s *pagetest.Site) (operator string) {
	t.Helper()
	ctx := s.In(t, pagetest.HostBatam)
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Surveying.Load(ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street)})
	must(err)
	o, err := s.Leases.Apply(ctx, manager, lease.Operator{Name: "PT Serat Uji", NIB: "1234567890123", Licence: "Jartaplok 1/2026", Email: "noc@contoh.id"})
	must(err)
	must(s.Leases.Decide(ctx, manager, o.ID, lease.Decision{State: lease.OperatorApproved}))
	since := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	ways, err := s.Leases.Plan(ctx, manager, lease.PlanInput{From: "MH-1", To: "MH-3", Kind: duct.Subduct, Quantity: 1, Since: since})
	must(err)
	in := lease.ReserveInput{Operator: o.ID, Kind: duct.Subduct, Quantity: 1, Since: since, Days: 30, Key: "uji"}
	for _, x := range ways[0].Steps {
		in.Segments = append(in.Segments, x.ID)
	}
	l, err := s.Leases.Reserve(ctx, manager, in)
	must(err)
	must(s.Leases.Order(ctx, manager, l.ID))
	sari := s.Staff(t, pagetest.HostBatam, "Sari Penawaran", "duct_manager", "")
	quote := "/petugas/ducting/sewa/" + l.ID.String() + "/penawaran"
	sari.Page("/petugas/ducting/sewa/"+l.ID.String(), "Penawaran")
	// 220 m and 230 m for a month, three manholes; a survey once; three months as a deposit.
	sari.Page(quote, "Penawaran SWD-2026-0001", "Rp2.500.000", "Rp553.500", "Rp1.660.500", "UU 36/1999 Pasal 34A", "Pembanding SJUT Jakarta 2022", "di luar kawasan bebas", "Belum dicocokkan dengan keputusannya")
	must(s.Leases.AcceptOn(ctx, manager, l.ID, since))
	if a := sari.Get(quote); a.Status != http.StatusNotFound {
		t.Errorf("what is charged already is quoted: %d", a.Status)
	}
	return o.ID.String()
}

// TestAMonthOfDuctsIsBilledAndPaid: a month that is over becomes a draft, an invoice with tax where the ground asks for it, a payment
// less what is withheld, a credit note of two people, and an account that says all of it.
func TestAMonthOfDuctsIsBilledAndPaid(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	operator := leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Page(book, "Tagihan ducting", "Tidak ada piutang", "Tidak ada konsep", "bukan pendapatan asli daerah (PAD)")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	page := bima.Page(book, "PT Serat Uji", "Oktober 2026")
	draft := between(t, page, `href="/petugas/ducting/tagihan/konsep/`, `"`)
	// 220 m inside 263.083, 230 m outside 275.042, three manholes 15.375 and a survey of 2.500.000.
	bima.Page(book+"/konsep/"+draft, "220 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp263.083", "230 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp275.042", "Dasar: UU 36/1999 Pasal 34A", "Rp3.053.500")
	// What would be issued is seen before, and a draft that somebody changed meanwhile is not issued as it was seen.
	seen := pagetest.Hidden(t, bima.Page(book+"/konsep/"+draft, "Tagihan bila diterbitkan hari ini", "PPN dibebaskan di KPBPB", "Rp305.255", "Rp61.070", "Rp3.358.755", "24 Desember 2026"), "seen")
	add := []string{"name", "Uji", "amount", "1000", "reason", "Diubah rekan"}
	bima.Goes(bima.Post(book+"/konsep/"+draft+"/tambah", add...), book+"/konsep/"+draft)
	bima.Sees(bima.Post(book+"/konsep/"+draft+"/terbitkan", "seen", seen), http.StatusConflict, "Konsep ini sudah berubah", "Diubah rekan", "Terbitkan")
	page = bima.Page(book + "/konsep/" + draft)
	bima.Goes(bima.Post(book+"/konsep/"+draft+"/hapus", "baris", pagetest.Hidden(t, page, "baris"), "seen", pagetest.Hidden(t, page, "seen")), book+"/konsep/"+draft)
	r := issue(t, bima, book+"/konsep/"+draft)
	if r.Status != http.StatusSeeOther {
		t.Fatalf("not issued: %d\n%s", r.Status, r.Body)
	}
	at := r.To()
	bima.Page(at, "Belum ada orang perusahaan yang diberi tahu. Undang mereka")
	page = bima.Page(at, "DCT/2026/000001", "PPN dibebaskan di KPBPB", "PPN 12% × 11/12", "Rp3.358.755", "Belum dibayar")
	for _, word := range []string{"Rp305.255", "Rp61.070", "PP 41/2021 Pasal 55 ayat (2)"} { // 11 % of what lies outside, with the survey as most of the way does, 2 % withheld of all
		if !strings.Contains(page, word) {
			t.Errorf("the invoice does not say %s", word)
		}
	}
	if a := bima.Get(at + "/berkas"); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF") {
		t.Errorf("no paper: %d", a.Status)
	}
	if r := bima.Post(at+"/bayar", "method", "transfer", "amount", "0", "reference", "TRF-1", "on", "2026-11-24"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "TRF-1") {
		t.Errorf("nothing was paid: %d", r.Status)
	}
	bima.Goes(bima.Post(at+"/bayar", "method", "transfer", "amount", "2.000.000", "reference", "TRF-1", "on", "2026-11-24"), at)
	bima.Goes(bima.Post(at+"/bayar", "method", "slip", "amount", "61.070", "reference", "BP-1", "on", "2026-11-24"), at)
	page = bima.Page(at, "Dibayar sebagian", "Rp1.297.685", "Kuitansi")
	receipt := between(t, page, `href="`+at+`/kuitansi/`, `"`)
	if a := bima.Get(at + "/kuitansi/" + receipt); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF") {
		t.Errorf("no receipt: %d", a.Status)
	}
	bima.Goes(bima.Post(at+"/bayar", "method", "transfer", "amount", "297.685", "reference", "SALAH-1", "on", "2026-11-24"), at)
	page = bima.Page(at, "Rp1.000.000", "Batalkan pembayaran yang salah catat", "SALAH-1")
	_, wrong, _ := strings.Cut(page, `id="batal"`)
	wrong, _, _ = strings.Cut(wrong, "SALAH-1")
	wrong = wrong[strings.LastIndex(wrong, `value="`)+len(`value="`):]
	wrong, _, _ = strings.Cut(wrong, `"`)
	bima.Sees(bima.Post(at+"/batal", "payment", wrong, "undo_reason", " "), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	if r := bima.Post(at+"/batal", "payment", uuid.NewString(), "undo_reason", "Tidak ada"); r.Status != http.StatusNotFound {
		t.Errorf("a payment of nobody: %d", r.Status)
	}
	bima.Goes(bima.Post(at+"/batal", "payment", wrong, "undo_reason", "Untuk tagihan lain"), at)
	bima.Page(at, "Rp1.297.685", "Untuk tagihan lain")
	if r := bima.Post(at+"/batal", "payment", wrong, "undo_reason", "Lagi"); r.Status != http.StatusConflict {
		t.Errorf("taken back twice: %d", r.Status)
	}
	bima.Goes(bima.Post(at+"/minta", "kind", "credit_note", "reason", "Survei tidak jadi dilakukan", "line-1", "500.000"), at)
	if page := bima.Page(at, "Permintaan Anda; orang lain yang memutus"); strings.Contains(page, "/petugas/ducting/tagihan/permintaan/") {
		t.Error("who asks can decide")
	}
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	decide := book + "/permintaan/" + between(t, dewi.Page(book, "Survei tidak jadi dilakukan"), `action="/petugas/ducting/tagihan/permintaan/`, `"`)
	dewi.Goes(dewi.Post(decide, "jawaban", "setuju"), book)
	dewi.Page(at, "Rp752.685")
	_, list, _ := strings.Cut(dewi.Page(book), `id="tagihan"`)
	if text := pagetest.Text(list); strings.Count(text, "24 November 2026 24 Desember 2026") != 1 || strings.Count(text, "24 November 2026 –") != 1 {
		t.Errorf("an invoice is due, and its credit note is not: %s", text)
	}
	account := dewi.Page("/petugas/ducting/operator/"+operator+"/rekening", "Rekening PT Serat Uji", "DCT/2026/000001", "TRF-1", "BP-1", "Rp752.685", "atas tagihan DCT/2026/000001")
	note := regexp.MustCompile(`href="` + book + `/([0-9a-f-]+)" class="whole">([^<]+)</a>\s*<small>atas tagihan`).FindStringSubmatch(account)
	if note == nil {
		t.Fatal("the account leads to no credit note")
	}
	dewi.Page(book+"/"+note[1], note[2], "Nota kredit", "Unduh nota kredit (PDF)", "Tagihan yang dikurangi: DCT/2026/000001")
	rudi := works(t, s, operator, "rudi@serat.id") // and so does that of the company
	bima.Page(at, "Surat kepada orang perusahaan itu sedang dikirim")
	if !strings.Contains(rudi.Page("/mitra/rekening", note[2], "atas tagihan DCT/2026/000001"), `href="/mitra/tagihan/`+note[1]+`"`) {
		t.Error("the company's account leads to no credit note")
	}
	rudi.Page("/mitra/tagihan/"+note[1], note[2], "Nota kredit")
	if a := rudi.Get("/mitra/tagihan/" + note[1] + "/berkas"); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF") {
		t.Errorf("no paper of the credit note: %d", a.Status)
	} else if text := printed(t, a.Body); !strings.Contains(text, "Mengurangi tagihan") || !strings.Contains(text, "DCT/2026/000001") {
		t.Errorf("the paper does not name what it makes smaller:\n%s", text)
	}
	// The note took its part of what may be withheld along, and the slip all the rest: what is open is to be transferred.
	if page := rudi.Page("/mitra/tagihan/"+at[len(book)+1:], "Sisa yang dibayarkan Rp752.685"); strings.Contains(page, "memotong pajak penghasilan") {
		t.Error("more is to be withheld than there is")
	}
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	if page := sari.Page(book, "DCT/2026/000001"); strings.Contains(page, "Hitung bulan") {
		t.Error("who lets ducts is asked to charge")
	}
	if r := sari.Post(at+"/bayar", "method", "transfer", "amount", "1", "reference", "x", "on", "2026-11-24"); r.Status != http.StatusForbidden {
		t.Errorf("who lets ducts records payments: %d", r.Status)
	}
	s.Wait(24 * time.Hour)
	s.Staff(t, pagetest.HostBatam, "Tono Keuangan", "duct_finance", "").Page(at, "Tidak ada orang perusahaan yang dapat diberi tahu saat terbit")
}

// printed is the text of a paper.
func printed(t *testing.T, pdf string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = strings.NewReader(pdf)
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return string(text)
}
