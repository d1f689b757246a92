package groundwork_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// street is two segments of ducts in a row.
const street = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.12]}, "properties": {"code": "MH-3", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]},
		"properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2", "road": "Jalan Engku Putri", "authority": "pemko", "condition": "good", "ducts": 1, "subducts": 2}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.12], [104.054, 1.12]]},
		"properties": {"code": "R-2", "from_node": "MH-2", "to_node": "MH-3", "road": "Jalan Raja Haji", "authority": "bp_batam", "condition": "good", "ducts": 2, "subducts": 3}}]}`

// lay gives Batam a street of ducts.
func lay(t *testing.T, s *pagetest.Site) {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err := s.Surveying.Load(s.In(t, pagetest.HostBatam), manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street)})
	if err != nil {
		t.Fatal(err)
	}
}

const works = "/petugas/ducting/pekerjaan"

// days is a date as its three boxes send it, so many days from today.
func days(s *pagetest.Site, n int) string { return s.ClockNow().AddDate(0, 0, n).Format(time.DateOnly) }

// with is a form with some of its answers changed. A point is two answers of one name, and comes last.
func with(form []string, more ...string) []string {
	var out []string
	for i := 0; i < len(form); i += 2 {
		if changed := slices.Index(more, form[i]); changed%2 != 0 || changed < 0 {
			out = append(out, form[i], form[i+1])
		}
	}
	return append(out, more...)
}

// filled is the form of water pipes along some points, which are sent as pairs of numbers.
func filled(s *pagetest.Site, more ...string) []string {
	return with([]string{"owner", "utility", "owner_name", "SPAM Batam", "kind", "water", "title", "Pipa HDPE 110 mm", "road", "Jalan Engku Putri", "method", "open_cut", "contact", "Bagian teknik", "phone", "0778 123456",
		"from", days(s, 0), "to", days(s, 20)}, more...)
}

var along = []string{"jalur", "2", "jalur.1.titik", "1.12001", "jalur.1.titik", "104.05", "jalur.2.titik", "1,12001", "jalur.2.titik", "104,052"}

// keeps fails the test unless the form of an answer still has these in it.
func keeps(t *testing.T, a pagetest.Answer, status int, html ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("status %d, want %d", a.Status, status)
	}
	for _, h := range html {
		if !strings.Contains(a.Body, h) {
			t.Errorf("the form has lost %s", h)
		}
	}
}

// TestWorksAreRecordedAndFollowed: the form keeps what was typed, grows by a point and takes a press on its map; what is planned
// meets the ducts and other plans; it is permitted, guaranteed, begun, looked at with a photo, restored, inspected, and its
// guarantee settled by a second person.
func TestWorksAreRecordedAndFollowed(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(works, "Belum ada pekerjaan", "Catat rencana pekerjaan", "Catat perbaikan darurat")
	sari.Page(works+"/baru", "Letak pekerjaan", "Titik 2", "Pihak lain boleh ikut memasang")
	wrong := sari.Post(works+"/baru", filled(s, "title", "", "to", "2020-01-01", "jalur", "1", "jalur.1.titik", "x", "jalur.1.titik", "y")...)
	sari.Sees(wrong, http.StatusUnprocessableEntity, "Uraian pekerjaan: Isian ini wajib", "Titik 1, Garis lintang dan bujur: Tulis garis lintang", "Hari terakhir: Hari terakhir tidak boleh")
	if !strings.Contains(wrong.Body, "SPAM Batam") {
		t.Error("what was typed is lost")
	}
	sari.Sees(sari.Post(works+"/baru", filled(s, "jalur", "0")...), http.StatusUnprocessableEntity, "Letak pekerjaan: Isian ini wajib")
	sari.Sees(sari.Post(works+"/baru", filled(s, "segments", "R-9")...), http.StatusUnprocessableEntity, "Atau kode ruas ducting: Ruas R-9 tidak ada")
	keeps(t, sari.Post(works+"/baru?tambah=jalur", filled(s, along...)...), http.StatusOK, "Titik 3", `value="Pipa HDPE 110 mm"`)
	if got := sari.Post(works+"/baru?hapus=jalur.1", filled(s, along...)...); got.Status != http.StatusOK || strings.Contains(got.Body, "Titik 2") || !strings.Contains(got.Body, "104,052") {
		t.Errorf("one point less: %d", got.Status)
	}
	sari.Sees(sari.Post(works+"/baru?peta=jalur", filled(s, append(along, "_peta.jalur", "0;1.100000,104.050000", "_peta.jalur.titik", "+", "_peta.jalur.l.x", "280", "_peta.jalur.l.y", "280")...)...), http.StatusOK, "Titik 3")

	one := sari.Post(works+"/baru", filled(s, along...)...).To()
	page := sari.Page(one, "GAL-", "Direncanakan", "SPAM Batam", "R-1", "Dihindari selama dikerjakan", "MH-1", "Tidak ada rencana lain di dekatnya", "Belum ada jaminan", "Belum tercatat")
	if strings.Contains(page, "R-2") && strings.Contains(page, "Raja Haji") && !strings.Contains(page, "hati-hati") {
		t.Error("the next segment is shut too")
	}
	sari.Page("/petugas/ducting/ruas/R-1", "Pekerjaan galian di ruas ini", "Pipa HDPE 110 mm")
	road := with(filled(s), "owner", "agency", "owner_name", "Dinas Bina Marga", "kind", "road", "title", "Pelapisan ulang", "contact", "Bidang jalan", "phone", "0778 987654", "along", "Jalan Engku Putri", "from", days(s, 60), "to", days(s, 90))
	second := sari.Post(works+"/baru", road...).To()
	sari.Page(second, "Dinas Bina Marga", "Pipa HDPE 110 mm", "40 hari", "Bagian teknik")
	sari.Page(one, "Pelapisan ulang", "Dapat bersama", "Ada peluang memasang bersama", "0778 987654")
	sari.Page(works+"?jenis=road", "Pelapisan ulang", "1 pekerjaan lain")
	sari.Page(works+"?jalan=raja", "Tidak ada yang cocok")

	keeps(t, sari.Get(second+"/ubah"), http.StatusOK, "Biarkan kosong bila letaknya tetap", `value="Pelapisan ulang"`)
	moved := with(road, "revision", "0", "from", days(s, 300), "to", days(s, 310), "along", "", "jalur", "0")
	sari.Goes(sari.Post(second+"/ubah", moved...), second)
	sari.Sees(sari.Post(second+"/ubah", moved...), http.StatusConflict, "Orang lain mengubah")
	if page := sari.Page(one, "Tidak ada rencana lain di dekatnya"); strings.Contains(page, "Pelapisan ulang") {
		t.Error("works of the year after are told of")
	}

	wrong = sari.Post(one+"/izin", "form", "izin", "permit", "", "permit_by", "Dinas", "permit_day", days(s, 0))
	sari.Sees(wrong, http.StatusUnprocessableEntity, "Nomor izin: Isian ini wajib")
	keeps(t, wrong, http.StatusUnprocessableEntity, `value="Dinas"`)
	_, number := s.Resident(t, pagetest.HostBatam, "Budi Pemohon", "081270000001").Apply("2171046703900009")
	permit := []string{"form", "izin", "permit", "IZ-7", "permit_by", "Dinas Bina Marga", "permit_day", days(s, -1), "application"}
	wrong = sari.Post(one+"/izin", append(permit, "BTM-26-7K3QX-4")...)
	sari.Sees(wrong, http.StatusUnprocessableEntity, "Tidak ada permohonan dengan nomor itu")
	keeps(t, wrong, http.StatusUnprocessableEntity, `value="BTM-26-7K3QX-4"`)
	sari.Goes(sari.Post(one+"/izin", append(permit, strings.ToLower(strings.ReplaceAll(number, "-", " ")))...), one)
	sari.Page(one, "Berizin", "IZ-7", number)
	sari.Sees(sari.Post(one+"/mulai", "form", "mulai", "day", days(s, 0)), http.StatusConflict, "Belum ada jaminan pelaksanaan")
	sari.Sees(sari.Post(one+"/jaminan", "form", "jaminan-baru", "kind", "execution", "bank", "Bank Riau Kepri", "guarantee", "JP-1", "amount", "lima", "valid_until", days(s, 25)), http.StatusUnprocessableEntity, "Nilai: Tulis jumlah rupiah")
	sari.Goes(sari.Post(one+"/jaminan", "form", "jaminan-baru", "kind", "execution", "bank", "Bank Riau Kepri", "guarantee", "JP-1", "amount", "50.000.000", "valid_until", days(s, 25)), one+"#jaminan")
	sari.Page(one, "Rp50.000.000", "Dipegang", "Minta perpanjangannya")
	sari.Page(works, "Jaminan yang segera berakhir", "JP-1")
	sari.Goes(sari.Post(one+"/mulai", "form", "mulai", "day", days(s, 0)), one)
	sari.Sees(sari.Upload(one+"/kunjungan", "file", "foto.png", pagetest.Photo(t), "form", "pengawasan", "day", days(s, 0), "note", "Rambu kurang"), http.StatusUnprocessableEntity, "Hasil: Isian ini wajib", "Rambu kurang")
	sari.Goes(sari.Upload(one+"/kunjungan", "file", "foto.png", pagetest.Photo(t), "form", "pengawasan", "day", days(s, 0), "good", "no", "note", "Rambu kurang"), one+"#pengawasan-daftar")
	page = sari.Page(one, "Dikerjakan", "Rambu kurang", "Ada yang tidak sesuai", "foto.jpg")
	photo := pagetest.Hrefs(page, one+"/berkas/")[0]
	sari.Sees(sari.Get(photo), http.StatusOK)
	sari.Goes(sari.Upload(one+"/berkas", "file", "lalin.png", pagetest.Photo(t), "form", "berkas-baru", "kind", "traffic"), one+"#berkas")
	sari.Page(one, "lalin.jpg", "Rencana lalu lintas")
	sari.Goes(sari.Post(one+"/pulihkan"), one)
	sari.Sees(sari.Upload(one+"/kunjungan", "file", "foto.png", pagetest.Photo(t), "form", "pemeriksaan", "day", days(s, 0), "good", "yes", "months", "2"), http.StatusUnprocessableEntity, "Isi dengan 6 sampai 12 bulan")
	sari.Goes(sari.Upload(one+"/kunjungan", "file", "foto.png", pagetest.Photo(t), "form", "pemeriksaan", "day", days(s, 0), "good", "yes", "months", "6"), one+"#pengawasan-daftar")
	sari.Page(one, "Masa pemeliharaan", "Lulus", "Lepaskan tanggung jawab")
	sari.Page(works+"?status=maintenance", "Masa pemeliharaan sampai")
	sari.Sees(sari.Post(one+"/lepaskan"), http.StatusConflict, "Masa pemeliharaan berlaku sampai")

	_, form, _ := strings.Cut(sari.Page(one), one+"/jaminan/")
	letter, _, _ := strings.Cut(form, "/minta")
	sari.Goes(sari.Post(one+"/jaminan/"+letter+"/minta", "form", "minta-"+letter, "what", "returned"), one+"#jaminan")
	if page := sari.Page(one, "Pengembalian menunggu persetujuan"); strings.Contains(page, "/putusan") {
		t.Error("who asked is asked to approve")
	}
	sari.Sees(sari.Post(one+"/jaminan/"+letter+"/putusan", "kini", "returned"), http.StatusForbidden)
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	if page := dewi.Page(one, "Putuskan permintaan"); strings.Contains(page, "Catat kunjungan") {
		t.Error("who keeps the money is asked to supervise")
	}
	dewi.Goes(dewi.Post(one+"/jaminan/"+letter+"/putusan", "kini", "returned"), one+"#jaminan")
	dewi.Page(one, "Sudah dikembalikan")
	dewi.Sees(dewi.Post(one+"/lepaskan"), http.StatusForbidden)

	stranger := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	stranger.Sees(stranger.Get(one), http.StatusNotFound)
	stranger.Sees(stranger.Get(photo), http.StatusNotFound)
}

// TestAllThatIsWrongWithWorksIsSaidAtOnce: what cannot be read, what is missing and what the city does not know stand in one list, called as at
// the field and in the order of the page, and what was typed is there; so it is when works are changed, permitted, guaranteed and looked at.
func TestAllThatIsWrongWithWorksIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	all := []string{"Nama pihak: Isian ini wajib", "Uraian pekerjaan: Isian ini wajib", "Kewenangan lahan: ", "Atau kode ruas ducting: Ruas R-9 tidak ada", "Hari pertama: Isian ini tidak dapat dibaca", "Telepon kantor: Tulis nomor telepon dengan kode wilayahnya, misalnya 0778 123456, nomor HP yang diawali 08, atau nomor pendek pusat layanan, misalnya 1500123."}
	form := filled(s, "owner_name", "", "title", "", "authority", "bulan", "segments", "R-9", "from", "lusa", "phone", "1")
	a := sari.Post(works+"/baru", form...)
	sari.Lists(a, all...)
	keeps(t, a, http.StatusUnprocessableEntity, `value="1"`, "R-9", `value="Jalan Engku Putri"`)
	one := sari.Post(works+"/baru", filled(s, along...)...).To()
	sari.Lists(sari.Post(one+"/ubah", append(form, "revision", "0")...), all...)
	sari.Lists(sari.Post(works+"/baru", filled(s, "title", "", "jalur", "2", "jalur.1.titik", "x", "jalur.1.titik", "y", "segments", "R-9 R-8")...), "Uraian pekerjaan: ", "Atau kode ruas ducting: Ruas R-9, R-8 tidak ada", "Titik 1, Garis lintang dan bujur: ")
	far := filled(s, "title", "", "jalur", "4", "jalur.1.titik", "", "jalur.1.titik", "", "jalur.2.titik", "1.12", "jalur.2.titik", "104.05", "jalur.3.titik", "x", "jalur.3.titik", "y", "jalur.4.titik", "-6.2", "jalur.4.titik", "106.8")
	sari.Lists(sari.Post(works+"/baru", far...), "Uraian pekerjaan: ", "Titik 3, Garis lintang dan bujur: Tulis", "Titik 4, Garis lintang dan bujur: Titik ini di luar batas kota")
	sari.Lists(sari.Post(one+"/ubah", with(filled(s), "revision", "0", "jalur", "1", "jalur.1.titik", "-6.2", "jalur.1.titik", "106.8")...), "Titik 1, Garis lintang dan bujur: Titik ini di luar batas kota")

	a = sari.Post(one+"/izin", "form", "izin", "permit", "", "permit_by", "", "permit_day", "kemarin", "application", "BTM-26")
	sari.Lists(a, "Nomor izin: Isian ini wajib", "Pemberi izin: Isian ini wajib", "Tanggal izin: Isian ini tidak dapat dibaca", "Nomor permohonan izin: Tidak ada permohonan dengan nomor itu")
	keeps(t, a, http.StatusUnprocessableEntity, `value="BTM-26"`)
	guarantee := []string{"form", "jaminan-baru", "kind", "execution", "bank", "Bank Riau Kepri", "guarantee", "JP-1", "amount", "50.000.000", "valid_until", days(s, 25)}
	sari.Goes(sari.Post(one+"/jaminan", guarantee...), one+"#jaminan")
	sari.Lists(sari.Post(one+"/jaminan", with(guarantee, "amount", "lima", "valid_until", "kelak")...), "Nomor jaminan: Jaminan bank dengan nomor itu", "Nilai: Tulis jumlah rupiah", "Berlaku sampai: Isian ini tidak dapat dibaca")
	for amount, said := range map[string]string{"": "Isian ini wajib", "0": "Jumlahnya harus lebih dari nol", "-5": "Jumlahnya harus lebih dari nol"} {
		sari.Lists(sari.Post(one+"/jaminan", with(guarantee, "guarantee", "JP-2", "amount", amount)...), "Nilai: "+said)
	}
	sari.Goes(sari.Post(one+"/izin", "form", "izin", "permit", "IZ-7", "permit_by", "Dinas", "permit_day", days(s, -1)), one)
	a = sari.Upload(one+"/kunjungan", "file", "foto.png", []byte("bukan foto"), "form", "pengawasan", "day", "kini", "good", "", "note", "")
	sari.Lists(a, "Hari: Isian ini tidak dapat dibaca", "Hasil: Isian ini wajib", "Catatan: Isian ini wajib", "Berkas: ")
	sari.Lists(sari.Upload(one+"/berkas", "file", "x.png", []byte("bukan foto"), "form", "berkas-baru", "kind", ""), "Jenis: ", "Berkas: ")
}

// TestAnEmergencyIsReported: it is recorded as begun, its clock runs on the page, and a late report is called late.
func TestAnEmergencyIsReported(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(works+"/baru?darurat=ya", "Perbaikan darurat boleh dimulai dulu", "Jam dimulai")
	form := []string{"emergency", "yes", "started", days(s, -1), "owner", "utility", "owner_name", "Penyambung", "kind", "repair", "title", "Kabel putus", "road", "Jalan Engku Putri", "method", "open_cut", "contact", "NOC", "phone", "0812 7000 1234",
		"to", days(s, 2), "jalur", "1", "jalur.1.titik", "1.12", "jalur.1.titik", "104.051"}
	keeps(t, sari.Post(works+"/baru", append(form, "started_time", "lusa")...), http.StatusUnprocessableEntity, "Tulis jam", `value="Kabel putus"`, "Perbaikan darurat boleh dimulai dulu")
	for typed, said := range map[string]string{"": "Isian ini wajib", "25:99": "Tulis jam"} {
		sari.Lists(sari.Post(works+"/baru", with(form[:len(form)-4], "started", "", "started_time", typed, "jalur.1.titik", "1.12", "jalur.1.titik", "104.051")...), "Hari perbaikan dimulai: Isian ini wajib", "Jam dimulai: "+said)
	}
	one := sari.Post(works+"/baru", append(form, "started_time", "00.30")...).To()
	sari.Goes(sari.Post(one+"/ubah", append(form, "revision", "0")...), one)
	sari.Page(one, "Dikerjakan", "Laporan perbaikan darurat ditunggu sampai", "Kirim laporan", "Catat izin")
	s.Wait(48 * time.Hour)
	sari = s.Staff(t, pagetest.HostBatam, "Sari Lagi", "duct_manager", "")
	sari.Page(works+"?darurat=ya", "Laporan terlambat")
	sari.Sees(sari.Post(one+"/laporan", "form", "laporan", "report", ""), http.StatusUnprocessableEntity, "Laporan perbaikan darurat: Isian ini wajib")
	sari.Goes(sari.Post(one+"/laporan", "form", "laporan", "report", "Tergaruk ekskavator"), one)
	sari.Page(one, "lewat dari batasnya", "Tergaruk ekskavator")
}
