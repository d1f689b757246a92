package partner_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestACompanyAsksForMore: what is wrong is named and what was typed kept; staff answer with a day or a published reason, and another
// company that sees the segment reads the answer without whose request it was.
func TestACompanyAsksForMore(t *testing.T) {
	t.Parallel()
	const own, staff = home + "/perluasan", "/petugas/ducting/perluasan"
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	first, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	second, tono := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	show(t, sari, first)
	show(t, sari, second)
	rani.Page(own, "Belum ada permintaan", "Belum ada jawaban", "paling lambat 60 hari")
	sari.Page(staff, "Belum ada permintaan")
	rani.Sees(rani.Post(own, "kunci", "a", "kind", "more", "segment", "R-3", "units", "", "quantity", "", "note", "Pelanggan baru"), http.StatusUnprocessableEntity, "Kode: Tidak ada ruas dengan kode itu", "Saluran yang ditambah:", "Jumlah tambahan:", "Pelanggan baru")
	form := []string{"kunci", "a", "kind", "more", "segment", "R-1", "units", "subduct", "quantity", "4", "note", "Pelanggan baru"}
	rani.Goes(rani.Post(own, form...), own)
	rani.Goes(rani.Post(own, form...), own)
	if page := rani.Page(own, "PRL-2026-0001", "4 subduct", "Dijawab paling lambat 23 Januari 2027"); strings.Contains(page, "PRL-2026-0002") {
		t.Error("a repetition is another request")
	}
	one := pagetest.Hrefs(sari.Page(staff, "PT Serat", "Pelanggan baru"), staff+"/")[0]
	sari.Page(one, "PRL-2026-0001", "Tambahan saluran: 4 subduct", "Jawab permintaan")
	sari.Sees(sari.Post(one+"/jawab", "versi", "1", "state", "planned", "answer", "", "planned", ""), http.StatusUnprocessableEntity, "Jawaban: Isian ini wajib", "Selesai pada: Isian ini wajib")
	sari.Sees(sari.Post(one+"/jawab", "versi", "1", "state", "refused", "answer", "Tidak bisa", "refusal", ""), http.StatusUnprocessableEntity, "Alasan yang diumumkan: Isian ini wajib", "Tidak bisa")
	sari.Goes(sari.Post(one+"/jawab", "versi", "1", "state", "planned", "answer", "Ditambah bersama pekerjaan jalan", "planned", "2027-03-01"), one)
	sari.Sees(sari.Post(one+"/jawab", "versi", "1", "state", "done", "answer", "x"), http.StatusConflict, "sudah berubah")
	rani.Page(own, "Dijadwalkan", "Ditambah bersama pekerjaan jalan", "Selesai paling lambat 1 Maret 2027")
	page := tono.Page(own, "Ditambah bersama pekerjaan jalan", "R-1")
	if strings.Contains(page, "PT Serat") || strings.Contains(page, "Pelanggan baru") {
		t.Error("whose request it was is told")
	}
	sari.Page(staff+"?status=planned", "PRL-2026-0001", "100%")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	auditor.Sees(auditor.Post(one+"/jawab", "versi", "2", "state", "done", "answer", "x"), http.StatusForbidden)
	rani.Sees(rani.Get(one), http.StatusForbidden)
}
