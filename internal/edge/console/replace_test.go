package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// decide is what the boss answers to the request that waits.
func decide(b *pagetest.Browser, answer string) {
	_, rest, _ := strings.Cut(b.Page("/bumd/permintaan"), `action="/bumd/permintaan/`)
	id, _, _ := strings.Cut(rest, "/")
	b.Goes(b.Post("/bumd/permintaan/"+id+"/putus", "jawaban", answer), "/bumd/permintaan")
}

// TestAVoidInvoiceIsBilledAnew: who asks chooses what follows, the replacement is issued, and either page leads to the other, also for
// the city.
func TestAVoidInvoiceIsBilledAnew(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	one := "/bumd/tagihan/" + i.ID.String()
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	rina.Page(one, "Pembatalan tagihan, lalu ditagih ulang", "Pembatalan tagihan, tidak ditagih lagi")
	rina.Sees(rina.Post(one+"/minta", "kind", "void", "reason", "Salah alamat"), http.StatusUnprocessableEntity, "Salah alamat")
	rina.Goes(rina.Post(one+"/minta", "kind", "void/replacement", "reason", "Salah alamat"), one)
	boss.Page("/bumd/permintaan", "Pembatalan tagihan, lalu ditagih ulang", i.Number)
	decide(boss, "setuju")
	page := rina.Page(one, "Dibatalkan", "Digantikan oleh", "Konsep yang belum diterbitkan")
	draft := pagetest.Hrefs(page, "/bumd/konsep/")
	if len(draft) != 1 {
		t.Fatalf("the void invoice leads to %v", draft)
	}
	rina.Page(draft[0], "Menggantikan", i.Number, "pengganti "+i.Number)
	a := rina.Post(draft[0]+"/terbit", "seen", pagetest.Hidden(t, rina.Page(draft[0]), "seen"))
	if a.Status != http.StatusSeeOther {
		t.Fatalf("not issued: %d\n%s", a.Status, a.Body)
	}
	next := a.To()
	rina.Page(next, "INV/2026/000002", "Menggantikan "+i.Number)
	rina.Page(one, "Digantikan oleh INV/2026/000002")
	dina := s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "")
	dina.Page(strings.Replace(one, "/bumd/", "/kelola/", 1), "Digantikan oleh INV/2026/000002")
	dina.Page(strings.Replace(next, "/bumd/", "/kelola/", 1), "Menggantikan "+i.Number)
}

// TestADraftOfNothingIsDropped: adjusted to zero it cannot be issued; one person asks, another approves, and it is read from then on.
func TestADraftOfNothingIsDropped(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	one := "/bumd/konsep/" + s.CloseMonth(pagetest.HostBatam, time.October).String()
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	rina.Goes(rina.Post(one+"/sesuaikan", "name", "Dibebaskan", "amount", "-2.500.000", "reason", "Uji coba"), one)
	boss.Sees(boss.Post(one+"/terbit", "seen", pagetest.Hidden(t, boss.Page(one, "tidak ada tagihan yang diterbitkan"), "seen")), http.StatusConflict, "tidak ada tagihan yang diterbitkan")
	rina.Sees(rina.Post(one+"/batalkan", "drop_reason", " "), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	rina.Goes(rina.Post(one+"/batalkan", "drop_reason", "Dibebaskan selama uji coba"), one)
	if page := rina.Page(one, "Dibebaskan selama uji coba", "Permintaan Anda"); strings.Contains(page, "/batalkan") {
		t.Error("it can be asked for twice")
	}
	boss.Page("/bumd/permintaan", "Pembatalan konsep: ", "Kota Batam")
	decide(boss, "setuju")
	if page := rina.Page("/bumd/konsep"); strings.Contains(page, one) {
		t.Error("a dropped draft waits to be issued")
	}
	if page := rina.Page(one, "Dibatalkan", "tidak diterbitkan", "Ratna Dewi"); strings.Contains(page, one+"/terbit") {
		t.Error("a dropped draft can be issued")
	}
	boss.Sees(boss.Post(one+"/terbit"), http.StatusConflict, "dibatalkan")
}

// TestADraftIsIssuedAsItWasSeen: its page says what would be issued, and when a colleague changed it meanwhile it is shown again.
func TestADraftIsIssuedAsItWasSeen(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	one := "/bumd/konsep/" + s.CloseMonth(pagetest.HostOther, time.October).String()
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	seen := pagetest.Hidden(t, boss.Page(one, "Tagihan bila diterbitkan hari ini", "Rp275.000", "Rp2.775.000", "disetor pembeli ke kas negara", "Dibayarkan kepada kami", "24 Desember 2026"), "seen")
	rina.Goes(rina.Post(one+"/sesuaikan", "name", "Potongan", "amount", "-500.000", "reason", "Kesepakatan"), one)
	boss.Sees(boss.Post(one+"/terbit", "seen", seen), http.StatusConflict, "Konsep ini sudah berubah", "Rp2.220.000", "Terbitkan")
	boss.Sees(boss.Post(one+"/terbit"), http.StatusConflict, "Konsep ini sudah berubah")
	a := boss.Post(one+"/terbit", "seen", pagetest.Hidden(t, boss.Page(one), "seen"))
	if a.Status != http.StatusSeeOther {
		t.Fatalf("not issued: %d\n%s", a.Status, a.Body)
	}
	boss.Page(a.To(), "Rp2.220.000")
}
