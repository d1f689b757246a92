package partner_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestACompanyPlansItsWorks: it records them with a file, sees who else plans nearby and asks to join, changes and cancels its own
// while nobody has permitted them, files its programme, and sees nothing of another company's.
func TestACompanyPlansItsWorks(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	const works, office = home + "/pekerjaan", "/petugas/ducting/pekerjaan"
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	_, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	_, budi := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	on := func(n int) string { return s.ClockNow().AddDate(0, 0, n).Format(time.DateOnly) }
	form := func(title, from, to string) []string {
		return []string{"kind", "cable", "title", title, "road", "Jalan Engku Putri", "method", "open_cut", "contact", "Bagian jaringan", "phone", "0778 123456", "from", from, "to", to,
			"jalur", "2", "jalur.1.titik", "1.12001", "jalur.1.titik", "104.05", "jalur.2.titik", "1.12001", "jalur.2.titik", "104.052"}
	}
	road := append(form("Pelapisan ulang", on(60), on(80)), "owner", "agency", "owner_name", "Dinas Bina Marga")
	road[1] = "road"
	second := sari.Post(office+"/baru", road...).To()
	rani.Page(works, "Belum ada pekerjaan", "Catat rencana sedini mungkin", "Ajukan program tahunan", "Belum diajukan")
	if page := rani.Page(works + "/baru"); strings.Contains(page, "Kode ruas") || strings.Contains(page, `name="segments"`) {
		t.Error("a company is asked for segments of the network")
	}
	rani.Sees(rani.Post(works+"/baru", form("", on(30), on(20))...), http.StatusUnprocessableEntity, "Uraian pekerjaan: Isian ini wajib", "Hari terakhir: Hari terakhir tidak boleh")
	rani.Sees(rani.Post(works+"/baru?tambah=jalur", form("Kabel", on(30), on(40))...), http.StatusOK, "Titik 3")
	one := rani.Post(works+"/baru", form("Kabel distribusi", on(30), on(40))...).To()
	page := rani.Page(one, "PT Serat", "Kabel distribusi", "Pelapisan ulang", "Dinas Bina Marga", "Dapat bersama", "Minta memasang bersama dalam GAL-")
	if strings.Contains(page, "Catat izin") {
		t.Error("a company is asked to record its permit")
	}
	number := pagetest.Hidden(t, page, "number")
	id := one[strings.LastIndex(one, "/")+1:]
	rani.Sees(rani.Post(works+"/tindakan/ikut", "number", number, "id", id, "note", ""), http.StatusUnprocessableEntity, "Yang ingin dipasang: Isian ini wajib", "Kabel distribusi")
	rani.Goes(rani.Post(works+"/tindakan/ikut", "number", number, "id", id, "note", "Dua pipa 40 mm"), one+"#koordinasi")
	rani.Page(one, "Ubah permintaan memasang bersama")
	sari.Page(second, "PT Serat ingin memasang bersama", "Dua pipa 40 mm", "noc@serat.id")
	rani.Goes(rani.Upload(one+"/berkas", "file", "lalin.png", pagetest.Photo(t), "form", "berkas-baru", "kind", "traffic"), one+"#berkas")
	paper := pagetest.Hrefs(rani.Page(one, "Rencana lalu lintas"), one+"/berkas/")[0]
	rani.Sees(rani.Get(paper), http.StatusOK)

	rani.Goes(rani.Post(works+"/tindakan/program", "year", s.ClockNow().Format("2006")), works+"#program")
	rani.Page(works, "Sudah diajukan")
	sari.Page(office+"/program?tahun="+s.ClockNow().Format("2006"), "PT Serat", "Sudah diajukan", "PT Lain", "Belum diajukan")
	rani.Sees(rani.Post(works+"/tindakan/program", "year", "1999"), http.StatusUnprocessableEntity, "Tahun: Pilih tahun")

	for _, path := range []string{one, one + "/ubah", paper} {
		budi.Sees(budi.Get(path), http.StatusNotFound)
	}
	budi.Sees(budi.Post(one+"/batalkan", "form", "batalkan", "why", "x"), http.StatusNotFound)
	rani.Sees(rani.Get(office), http.StatusForbidden)

	changed := append(form("Kabel distribusi utama", on(31), on(41)), "revision", "0")
	rani.Goes(rani.Post(one+"/ubah", changed...), one)
	rani.Sees(rani.Post(one+"/ubah", changed...), http.StatusConflict, "Orang lain mengubah")
	rani.Sees(rani.Post(one+"/batalkan", "form", "batalkan", "why", ""), http.StatusUnprocessableEntity, "Penjelasan: Isian ini wajib")
	rani.Goes(rani.Post(one+"/batalkan", "form", "batalkan", "why", "Rute berubah"), one)
	rani.Page(one, "Dibatalkan", "Rute berubah")

	emergency := form("Kabel putus", "", on(2))
	emergency = append(emergency, "emergency", "yes", "started", on(-1), "started_time", "01.00")
	broken := rani.Post(works+"/baru", emergency...).To()
	rani.Page(broken, "Laporan perbaikan darurat ditunggu sampai")
	rani.Goes(rani.Post(broken+"/laporan", "form", "laporan", "report", "Tergaruk"), broken)
	rani.Page(broken, "Tergaruk", "lewat dari batasnya")
}
