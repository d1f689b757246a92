package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestACitySetsItsBudget: the treasurer says what the city means to spend, sees how near the month is to it, and takes it off again.
// An auditor reads it and cannot set it; another city has none.
func TestACitySetsItsBudget(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	s.Use(pagetest.HostBatam, time.Date(2026, 11, 5, 2, 0, 0, 0, time.UTC), 23) // 2,500,000 + 13 × 2,500
	rina := s.Staff(t, pagetest.HostBatam, "Rina Bendahara", "treasurer", "")
	rina.Page("/kelola/tagihan", "Anggaran sebulan", "Belum ada anggaran", "Ubah anggaran")
	wrong := rina.Post("/kelola/anggaran", "amount", "banyak")
	if rina.Sees(wrong, http.StatusUnprocessableEntity, "Anggaran", "Tulis jumlah rupiah tanpa sen"); !strings.Contains(wrong.Body, `value="banyak"`) || !strings.Contains(wrong.Body, "<title>Galat: ") {
		t.Error("what was filled in is lost, or the title does not say that it was refused")
	}
	rina.Sees(rina.Post("/kelola/anggaran", "amount", "-5"), http.StatusUnprocessableEntity, "Jumlahnya tidak boleh kurang dari nol")
	rina.Sees(rina.Post("/kelola/anggaran", "amount", "9.000.000.000.000"), http.StatusUnprocessableEntity, "Jumlahnya terlalu besar")
	rina.Goes(rina.Post("/kelola/anggaran", "amount", "2.532.500"), "/kelola/tagihan")
	rina.Page("/kelola/tagihan", "Rp2.532.500, sejak November 2026", "Rp2.532.500, 100% dari anggaran", "Biaya bulan ini sudah 100% dari anggaran")
	rina.Goes(rina.Post("/kelola/anggaran", "amount", "3.000.000"), "/kelola/tagihan")
	rina.Page("/kelola/tagihan", "Biaya bulan ini sudah 84% dari anggaran")
	rina.Goes(rina.Post("/kelola/anggaran", "amount", ""), "/kelola/tagihan")
	rina.Page("/kelola/tagihan", "Belum ada anggaran")

	rina.Goes(rina.Post("/kelola/anggaran", "amount", "9000000"), "/kelola/tagihan")
	tpi := s.Staff(t, pagetest.HostOther, "Tuti Bendahara", "treasurer", "")
	if page := tpi.Page("/kelola/tagihan", "Belum ada anggaran"); strings.Contains(page, "9.000.000") {
		t.Error("a city sees another's budget")
	}
	ani := s.Staff(t, pagetest.HostBatam, "Ani Auditor", "auditor", "")
	if page := ani.Page("/kelola/tagihan", "Rp9.000.000, sejak November 2026"); strings.Contains(page, "Ubah anggaran") {
		t.Error("an auditor is offered to set it")
	}
	ani.Sees(ani.Post("/kelola/anggaran", "amount", "1"), http.StatusForbidden)
}
