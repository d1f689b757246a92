package leasing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// street is three manholes in a row, with two subducts on the first segment and six on the second.
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

const (
	operators = "/petugas/ducting/operator"
	plan      = "/petugas/ducting/rencana"
	leases    = "/petugas/ducting/sewa"
)

// company registers an operator that is approved.
func company(t *testing.T, b *pagetest.Browser, name, nib string) string {
	t.Helper()
	path := b.Post(operators, "name", name, "nib", nib, "licence", "Jartaplok 1/2026", "email", "noc@contoh.id").To()
	b.Goes(b.Post(path+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), path)
	return path
}

// asks is the address of a plan from the first manhole to the last.
func asks(quantity string) string {
	return plan + "?" + url.Values{"dari": {"MH-1"}, "ke": {"MH-3"}, "jenis": {"subduct"}, "jumlah": {quantity}, "mulai": {"2026-12-01"}, "sampai": {""}}.Encode()
}

// ask is what the form of a plan's page sends to reserve its first way.
func ask(t *testing.T, page, operator, days string) []string {
	t.Helper()
	out := []string{"rute", "1", "operator", operator, "hari", days}
	for _, name := range []string{"kunci", "dari", "ke", "jenis", "jumlah", "mulai", "sampai", "ruas_1"} {
		_, form, _ := strings.Cut(page, `id="cadangkan"`)
		out = append(out, name, pagetest.Hidden(t, form, name))
	}
	return out
}

// TestAnOperatorIsDecidedAbout: registered with what is missing named, refused only for a published reason, approved once that is
// mended, and suspended with a word.
func TestAnOperatorIsDecidedAbout(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(operators, "Belum ada operator", "Daftarkan operator", "Alasan penolakan yang diumumkan", "Izin penyelenggaraan telekomunikasi tidak ada", "Belum dicocokkan")
	wrong := sari.Post(operators, "name", "PT Contoh", "nib", "12", "licence", "", "email", "noc")
	sari.Sees(wrong, http.StatusUnprocessableEntity, "NIB: NIB terdiri dari 13 angka", "Izin penyelenggaraan: Isian ini wajib", "Email: Isian ini tidak dapat dibaca")
	if !strings.Contains(wrong.Body, `value="PT Contoh"`) {
		t.Error("what was typed is lost")
	}
	one := sari.Post(operators, "name", "PT Contoh", "nib", "1234 5678 90123", "licence", "Jartaplok 1/2026", "email", "noc@contoh.id").To()
	sari.Page(one, "PT Contoh", "Menunggu putusan", "1234567890123", "Setujui operator", "Tolak operator", "Belum ada sewa")
	sari.Sees(sari.Post(operators, "name", "Lagi", "nib", "1234567890123", "licence", "x", "email", "a@b.id"), http.StatusUnprocessableEntity, "sudah terdaftar")
	sari.Sees(sari.Post(one+"/putusan", "state", "refused", "revision", "0", "refusal", "", "why", "Ditelaah"), http.StatusUnprocessableEntity, "Alasan yang diumumkan: Isian ini wajib", "Ditelaah")
	sari.Sees(sari.Post(one+"/putusan", "state", "refused", "revision", "0", "refusal", "penuh"), http.StatusUnprocessableEntity, "Pilih salah satu yang tersedia")
	sari.Goes(sari.Post(one+"/putusan", "state", "refused", "revision", "0", "refusal", "berkas", "why", "NIB tidak terbaca"), one)
	sari.Page(one, "Ditolak", "Berkas pendaftaran tidak lengkap", "NIB tidak terbaca")
	sari.Page(one, "Belum ada satu pun berkas wajib: NIB, Izin penyelenggaraan telekomunikasi.")
	sari.Sees(sari.Post(one+"/putusan", "state", "approved", "revision", "0"), http.StatusUnprocessableEntity, "Periksa berkasnya di tempat lain lalu centang", "Ditolak")
	sari.Goes(sari.Post(one+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), one)
	var unfiled string
	if err := s.World.DB.App.NewRaw("SELECT detail ->> 'unfiled' FROM audit_entry WHERE tenant_id = ? AND action = 'lease.operator_decide' AND detail ->> 'state' = 'approved'", s.World.Batam.ID).Scan(s.In(t, pagetest.HostBatam), &unfiled); err != nil || unfiled != `["nib", "licence"]` {
		t.Errorf("the record tells of %s: %v", unfiled, err)
	}
	sari.Sees(sari.Post(one+"/putusan", "state", "approved", "revision", "0"), http.StatusConflict, "sudah berubah", "Disetujui")
	sari.Sees(sari.Post(one+"/putusan", "state", "suspended", "revision", "0", "why", ""), http.StatusUnprocessableEntity, "Penjelasan: Isian ini wajib")
	sari.Goes(sari.Post(one+"/putusan", "state", "suspended", "revision", "0", "why", "Menunggak"), one)
	sari.Page(one, "Ditangguhkan", "Menunggak")
	if page := sari.Page(one, "Setujui operator"); strings.Contains(page, `name="seen"`) {
		t.Error("a company that was approved before is asked for its papers")
	}
	sari.Page(operators+"?status=approved", "Tidak ada yang cocok")
	sari.Page(operators+"?status=suspended", "PT Contoh")

	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	if page := auditor.Page(one, "Ditangguhkan"); strings.Contains(page, "Setujui operator") {
		t.Error("who only reads is asked to decide")
	}
	auditor.Sees(auditor.Post(one+"/putusan", "state", "approved", "revision", "0"), http.StatusForbidden)
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(one), http.StatusNotFound)
}

// TestAWayBecomesALease: a place is found by its road, the way shown with whose permits it needs and what is free, reserved once
// however often it is sent, ordered, accepted and given notice; each page says how it stands.
func TestAWayBecomesALease(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(leases, "Belum ada sewa", "Rencanakan rute")
	sari.Page(plan, "Dari titik", "Ke titik", "Cari rute")
	sari.Sees(sari.Get(plan+"?dari=&ke=Jalan+Entah&jenis=subduct&jumlah=0&mulai=2026-12-01&sampai=2026-11-01"), http.StatusUnprocessableEntity,
		"Dari titik: Isian ini wajib", "Ke titik: Tidak ada titik jaringan", "angka 1 sampai 100", "harus setelah hari pertama")
	sari.Page(plan+"?dari=engku&ke=MH-3&jenis=subduct&jumlah=1&mulai=2026-12-01&sampai=", "Pilih titik yang dimaksud", "MH-1, Jalan Engku Putri", "MH-2, Jalan Engku Putri, Jalan Raja Haji")
	sari.Page(plan+"?dari=1.1201,+104.0501&ke=MH-3&jenis=subduct&jumlah=1&mulai=2026-12-01&sampai=", "Titik terdekat dari 1.1201, 104.0501 adalah MH-1, sekitar 16 m", "Jalan Raja Haji")
	sari.Sees(sari.Get(plan+"?dari=1.2,+104.2&ke=MH-3&jenis=subduct&jumlah=1&mulai=2026-12-01&sampai="), http.StatusUnprocessableEntity, "koordinat yang paling jauh 5 km")
	sari.Page(asks("1"), "Rute 1", "Pemerintah Kota Batam, BP Batam", "2 di ruas R-1", "Belum ada operator yang disetujui")
	sari.Page(asks("3"), "Tidak ada rute yang bebas", "Kurangi jumlahnya")

	operator := company(t, sari, "PT Contoh", "1234567890123")
	id := operator[strings.LastIndex(operator, "/")+1:]
	page := sari.Page(asks("1"), "Cadangkan rute", "Pesanan baru diajukan oleh perusahaannya", "PT Contoh", "Garis menunjukkan 2 ruas")
	sari.Sees(sari.Post(plan, ask(t, page, "", "900")...), http.StatusUnprocessableEntity, "Operator: Isian ini wajib", "angka 1 sampai 365")
	form := ask(t, page, id, "30")
	one := sari.Post(plan, form...).To()
	sari.Goes(sari.Post(plan, form...), one)
	sari.Page(one, "SWD-2026-0001", "Dicadangkan", "PT Contoh", "berlaku sampai", "1 subduct di setiap ruas", "Mulai 1", "Catat pesanan", "Tolak pesanan", "R-1", "1.1")
	sari.Page(leases, "SWD-2026-0001", "Dicadangkan", "Berlaku sampai")
	sari.Page(operator, "SWD-2026-0001")
	sari.Page("/petugas/ducting/ruas/R-1?hari=2026-12-01", "Keterisian", "Penyewa ruas ini", "PT Contoh", "SWD-2026-0001")

	sari.Goes(sari.Post(one+"/pesan"), one)
	sari.Page(one, "Dipesan", "Catat serah terima", "Hari berita acara penerimaan", "paling lambat")
	sari.Sees(sari.Post(one+"/terima", "day", ""), http.StatusUnprocessableEntity, "Hari berita acara penerimaan: Isian ini wajib")
	tomorrow := s.ClockNow().AddDate(0, 0, 1).In(s.World.Batam.Location())
	sari.Sees(sari.Post(one+"/terima", "day", tomorrow.Format(time.DateOnly)), http.StatusUnprocessableEntity, "Hari berita acara penerimaan: ", "belum terjadi")
	sari.Sees(sari.Post(one+"/pesan"), http.StatusConflict, "sudah berubah", "Dipesan")
	sari.Goes(sari.Post(one+"/terima", "day", s.ClockNow().In(s.World.Batam.Location()).Format(time.DateOnly)), one)
	sari.Page(one, "Berjalan", "Akhiri sewa")
	sari.Sees(sari.Post(one+"/akhiri", "day", "", "why", ""), http.StatusUnprocessableEntity, "Hari pertama tanpa sewa: Isian ini wajib", "Penjelasan: Isian ini wajib")
	sari.Sees(sari.Post(one+"/akhiri", "day", "1", "day", "11", "day", "2026", "why", "Selesai"), http.StatusUnprocessableEntity, "setelah hari pertama sewa", "Selesai")
	sari.Goes(sari.Post(one+"/akhiri", "day", "1", "day", "1", "day", "2028", "why", "Selesai"), one)
	sari.Page(one, "Diakhiri", "Selesai", "31 Desember 2027")
	sari.Page(leases+"?status=ended&operator="+id, "SWD-2026-0001")
	sari.Page(leases+"?status=reserved", "Tidak ada yang cocok")
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(one), http.StatusNotFound)
}

// TestAFullSegmentLeadsBackToThePlan: who comes second is told which segment is full, and sees what is free now; what is refused
// or not ordered in time is free again.
func TestAFullSegmentLeadsBackToThePlan(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	operator := company(t, sari, "PT Contoh", "1234567890123")
	id := operator[strings.LastIndex(operator, "/")+1:]
	early, late := ask(t, sari.Page(asks("2")), id, "30"), ask(t, sari.Page(asks("1")), id, "30")
	one := sari.Post(plan, early...).To()
	sari.Sees(sari.Post(plan, late...), http.StatusConflict, "Ruas R-1 tidak lagi punya saluran kosong", "Tidak ada rute yang bebas")
	sari.Sees(sari.Post(one+"/tolak", "refusal", "berkas"), http.StatusUnprocessableEntity, "Pilih salah satu yang tersedia")
	sari.Goes(sari.Post(one+"/tolak", "refusal", "izin_lahan", "note", "Surat BP Batam 12/2026"), one)
	sari.Page(one, "Ditolak", "Pemegang kewenangan lahan menolak izinnya", "Surat BP Batam 12/2026")

	two := sari.Post(plan, ask(t, sari.Page(asks("2")), id, "7")...).To()
	sari.Sees(sari.Post(two+"/batalkan", "why", ""), http.StatusUnprocessableEntity, "Penjelasan: Isian ini wajib")
	s.Wait(8 * 24 * time.Hour)
	if page := s.Staff(t, pagetest.HostBatam, "Rudi Ducting", "duct_manager", "").Page(two, "Batas waktu cadangan ini sudah lewat"); strings.Contains(page, "Catat pesanan") {
		t.Error("what has run out can be ordered")
	}
}

// TestAnAddressThatIsNoTextIsAnswered: what no text can hold finds nothing, and is no page's path.
func TestAnAddressThatIsNoTextIsAnswered(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	for _, path := range []string{"/sewa?status=%00", "/sewa?status=%ff", "/operator?status=a%00b", "/perluasan?status=%00", "/pekerjaan?status=%00&jenis=%00", "/pesanan?status=%00", "/antrean?status=%00", "?sesudah=%00"} {
		sari.Sees(sari.Get("/petugas/ducting"+path), http.StatusOK)
	}
	sari.Sees(sari.Get("/petugas/ducting/ruas/%00"), http.StatusNotFound)
}
