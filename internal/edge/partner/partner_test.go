package partner_test

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
	"bedelau/internal/kernel/tenancy"
)

const (
	home      = "/mitra"
	operators = "/petugas/ducting/operator"
)

// network is two roads, of which an operator is shown one.
const network = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.11]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.11]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.13]}, "properties": {"code": "MH-3", "kind": "manhole", "authority": "bp_batam", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.15]}, "properties": {"code": "MH-4", "kind": "manhole", "authority": "bp_batam", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.11], [104.052, 1.11]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2",
		"road": "Jalan Engku Putri", "condition": "good", "authority": "pemko", "ducts": 1, "subducts": 2}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.13], [104.052, 1.15]]}, "properties": {"code": "R-3", "from_node": "MH-3", "to_node": "MH-4",
		"road": "Jalan Rahasia", "condition": "good", "authority": "bp_batam", "ducts": 1, "subducts": 3}}]}`

// lay makes the network.
func lay(t *testing.T, s *pagetest.Site) {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err := s.Surveying.Load(s.In(t, pagetest.HostBatam), manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(network)})
	if err != nil {
		t.Fatal(err)
	}
}

// known asks for a tile that the browser keeps under a tag.
func known(b *pagetest.Browser, path, tag string) pagetest.Answer {
	b.Extra.Set("If-None-Match", tag)
	defer b.Extra.Del("If-None-Match")
	return b.Get(path)
}

// signsIn is somebody of a company in a new browser.
func signsIn(t *testing.T, s *pagetest.Site, email string) *pagetest.Browser {
	t.Helper()
	b := s.Browser(t, pagetest.HostBatam)
	b.Goes(b.Post("/masuk", "login", email, "password", secret), home)
	return b
}

const secret = "sebuah kata sandi panjang"

// comes follows an invitation that was mailed, and stays signed in.
func comes(t *testing.T, s *pagetest.Site) *pagetest.Browser {
	t.Helper()
	b := s.Browser(t, pagetest.HostBatam)
	link, err := url.Parse(s.MailedLink(t))
	if err != nil {
		t.Fatal(err)
	}
	b.Page(link.Path, "Terima undangan")
	b.Goes(b.Post(link.Path, "password", secret), home)
	return b
}

// company is an approved operator with an administrator of its own, who has signed in.
func company(t *testing.T, s *pagetest.Site, sari *pagetest.Browser, name, nib, email string) (path string, b *pagetest.Browser) {
	t.Helper()
	path = sari.Post(operators, "name", name, "nib", nib, "licence", "Jartaplok 1/2026", "email", email).To()
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), path)
	sari.Goes(sari.Post(path+"/orang", "form", "orang", "name", "Admin "+name, "email", email, "admin", "yes"), path)
	return path, comes(t, s)
}

// show grants an operator the first road until the end of November.
func show(t *testing.T, sari *pagetest.Browser, path string) {
	t.Helper()
	sari.Goes(sari.Post(path+"/area", "form", "area", "name", "Engku Putri", "purpose", "Pelanggan baru", "roads", "Jalan Engku Putri", "since", "2026-11-01", "until", "2026-12-31"), path)
}

// TestACompanyRegistersItself: it says who it is, comes by the mailed link, files its papers, is refused for a published reason,
// mends what was wrong and is approved; another company never sees its papers.
func TestACompanyRegistersItself(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	visitor := s.Browser(t, pagetest.HostBatam)
	form := visitor.Page(home+"/daftar", "Daftar sebagai operator ducting", "Nama orang", "Alasan pendaftaran dapat ditolak")
	if reasons := pagetest.Hrefs(form, "/tarif-ducting"); len(reasons) == 0 || reasons[0] != "/tarif-ducting#alasan-operator" {
		t.Errorf("the reasons are at %q", reasons)
	}
	wrong := visitor.Post(home+"/daftar", "name", "PT Serat", "nib", "12", "licence", "", "email", "noc@serat.id", "person", "")
	visitor.Sees(wrong, http.StatusUnprocessableEntity, "NIB: NIB terdiri dari 13 angka", "Izin penyelenggaraan: Isian ini wajib", "Nama orang: Isian ini wajib")
	if !strings.Contains(wrong.Body, `value="PT Serat"`) {
		t.Error("what was typed is lost")
	}
	visitor.Goes(visitor.Post(home+"/daftar", "name", "PT Serat", "nib", "1234567890123", "licence", "Jartaplok 1", "email", "noc@serat.id", "person", "Rani Serat"), home+"/daftar")
	rani := comes(t, s)
	rani.Page(home, "PT Serat", "Menunggu putusan", "Belum ada area yang diizinkan", "Perbaiki data perusahaan")
	rani.Sees(rani.Upload(home+"/berkas", "file", "nib.txt", []byte("bukan berkas"), "kind", "nib", "number", "1234567890123", "day", "2026-01-05", "until", ""), http.StatusUnsupportedMediaType, "Berkas:")
	rani.Sees(rani.Upload(home+"/berkas", "file", "pks.png", pagetest.Photo(t), "kind", "agreement"), http.StatusUnprocessableEntity, "Pilih salah satu yang tersedia")
	rani.Goes(rani.Upload(home+"/berkas", "file", "nib.png", pagetest.Photo(t), "kind", "nib", "number", "1234567890123", "day", "2026-01-05", "until", ""), home+"/berkas")
	page := rani.Page(home+"/berkas", "1234567890123", "nib", "5 Januari 2026")
	paper := pagetest.Hrefs(page, home+"/berkas/")[0]
	rani.Sees(rani.Get(paper), http.StatusOK)

	list := sari.Page(operators, "PT Serat")
	path := pagetest.Hrefs(list, operators+"/")[0]
	sari.Page(path, "Rani Serat", "noc@serat.id", "Administrator", "nib")
	sari.Sees(sari.Get(path+"/berkas/"+paper[strings.LastIndex(paper, "/")+1:]), http.StatusOK)
	sari.Goes(sari.Post(path+"/putusan", "state", "refused", "revision", "0", "refusal", "izin", "why", "Nomor izin tidak ditemukan"), path)
	rani.Page(home, "Ditolak", "Izin penyelenggaraan telekomunikasi tidak ada", "Nomor izin tidak ditemukan")
	rani.Goes(rani.Post(home+"/data", "name", "PT Serat Batam", "nib", "1234567890123", "licence", "Jartaplok 77/2026", "email", "noc@serat.id"), home)
	sari.Sees(sari.Post(path+"/putusan", "state", "approved", "revision", "0"), http.StatusConflict, "mengubah datanya setelah halaman ini dibuka", "PT Serat Batam", "Menunggu putusan")
	rani.Page(home, "PT Serat Batam", "Menunggu putusan", "Jartaplok 77/2026")
	sari.Goes(sari.Upload(path+"/berkas", "file", "pks.png", pagetest.Photo(t), "form", "berkas", "kind", "agreement", "number", "PKS 1/2026", "day", "2026-11-01", "until", "2031-10-31"), path)
	const unseen = "Pemeriksaan berkas: Ada berkas wajib yang belum ada di sini"
	sari.Page(path, "Berkas wajib yang belum ada: Izin penyelenggaraan telekomunikasi.", "Saya sudah memeriksa berkas itu di tempat lain")
	sari.Sees(sari.Post(path+"/putusan", "state", "approved", "revision", "1"), http.StatusUnprocessableEntity, unseen, "Menunggu putusan")
	rani.Goes(rani.Upload(home+"/berkas", "file", "izin.png", pagetest.Photo(t), "kind", "licence", "number", "Jartaplok 76/2021", "day", "2021-01-05", "until", "2026-01-04"), home+"/berkas")
	sari.Page(path, "Berkas wajib yang belum ada: Izin penyelenggaraan telekomunikasi (berlaku sampai 4 Januari 2026).")
	sari.Sees(sari.Post(path+"/putusan", "state", "approved", "revision", "1"), http.StatusUnprocessableEntity, unseen)
	rani.Goes(rani.Upload(home+"/berkas", "file", "izin.png", pagetest.Photo(t), "kind", "licence", "number", "Jartaplok 77/2026", "day", "2026-01-05", "until", ""), home+"/berkas")
	if page := sari.Page(path, "Menunggu putusan"); strings.Contains(page, "Berkas wajib yang belum ada") || strings.Contains(page, `name="seen"`) {
		t.Error("all is on file, and the page asks whether it was seen elsewhere")
	}
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "1"), path)
	rani.Page(home, "Disetujui")
	rani.Page(home+"/berkas", "Perjanjian kerja sama (PKS)", "PKS 1/2026")
	rani.Sees(rani.Post(home+"/data", "name", "Lain", "nib", "1234567890123", "licence", "x", "email", "noc@serat.id"), http.StatusConflict, "sudah berubah")

	_, other := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	other.Sees(other.Get(paper), http.StatusNotFound)
	resident := s.Resident(t, pagetest.HostBatam, "Warga", "081211112222")
	resident.Sees(resident.Get(home), http.StatusForbidden)
	resident.Sees(resident.Get(paper), http.StatusForbidden)
	rani.Sees(rani.Get(operators), http.StatusForbidden)
	rani.Sees(rani.Get("/permohonan"), http.StatusForbidden)
}

// TestACompanySeesWhatItWasGranted, and only until the grant ends: on the map, in the list, in the planner and in what a browser
// keeps; another company sees nothing of it.
func TestACompanySeesWhatItWasGranted(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	path, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	_, other := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	rani.Page(home+"/peta", "Tidak ada kapasitas yang dapat dilihat")
	sari.Sees(sari.Post(path+"/area", "form", "area", "name", "", "purpose", "", "since", "2026-11-01", "until", "2026-10-01"), http.StatusUnprocessableEntity,
		"Nama area: Isian ini wajib", "Tujuan: Isian ini wajib", "Di sepanjang jalan: Isian ini wajib", "harus setelah hari pertama")
	sari.Sees(sari.Post(path+"/area", "form", "area", "name", "X", "purpose", "X", "roads", "Jalan Entah", "since", "2026-11-01", "until", "2026-12-31"), http.StatusUnprocessableEntity, "Tidak ada ruas di jalan itu")
	show(t, sari, path)

	page := rani.Page(home+"/peta", "R-1", "Jalan Engku Putri")
	if !strings.Contains(page, "data-net-map") {
		t.Error("there is no map")
	}
	if strings.Contains(page, "R-3") || strings.Contains(page, "Rahasia") {
		t.Error("a road outside the area is listed")
	}
	const tile = home + "/ubin/12/3231/2035"
	got := rani.Get(tile)
	if got.Status != http.StatusOK || !strings.Contains(got.Body, "R-1") || strings.Contains(got.Body, "R-3") || strings.Contains(got.Body, "MH-3") {
		t.Errorf("tile: %d, %d bytes", got.Status, len(got.Body))
	}
	if whole := sari.Get("/petugas/ducting/ubin/12/3231/2035"); !strings.Contains(whole.Body, "R-3") {
		t.Fatalf("the tile does not hold the other road: %d", whole.Status)
	}
	if cache := got.Header.Get("Cache-Control"); cache != "private, no-cache" {
		t.Errorf("kept by %q", cache)
	}
	tag := got.Header.Get("ETag")
	if again := known(rani, tile, tag); again.Status != http.StatusNotModified {
		t.Errorf("what the browser has is sent again: %d", again.Status)
	}
	if theirs := known(other, tile, tag); theirs.Status != http.StatusNoContent {
		t.Errorf("another company with the tag: %d %q", theirs.Status, theirs.Body)
	}
	other.Page(home+"/peta", "Tidak ada kapasitas yang dapat dilihat")

	ask := func(from, to string) string {
		return home + "/rencana?" + url.Values{"dari": {from}, "ke": {to}, "jenis": {"subduct"}, "jumlah": {"1"}, "mulai": {"2026-12-01"}, "sampai": {""}}.Encode()
	}
	rani.Page(ask("MH-1", "MH-2"), "Rute 1", "Pemerintah Kota Batam", "2 di ruas R-1", "Garis menunjukkan 1 ruas",
		"Satu bulan penuh", "Rp2.500.000", "Dasar harga rute 1", "UU 36/1999 Pasal 34A", "Harga terjangkau menurut Pasal 34A")
	const granted = "Tidak ada titik dengan kode, alamat, atau jalan itu di area yang diizinkan untuk perusahaan Anda"
	rani.Sees(rani.Get(ask("MH-3", "MH-99")), http.StatusUnprocessableEntity, "Dari titik: "+granted, "Ke titik: "+granted, "minta izin area kepada pengelola ducting") // one there, one nowhere
	other.Sees(other.Get(ask("MH-1", "MH-2")), http.StatusUnprocessableEntity, granted)
	sari.Sees(sari.Get("/petugas/ducting"+strings.TrimPrefix(ask("MH-1", "MH-99"), home)), http.StatusUnprocessableEntity, "Ke titik: Tidak ada titik jaringan")

	// A tile of a day within the grant is asked for after the grant has ended: the grant counts by today.
	s.Wait(40 * 24 * time.Hour)
	rani = signsIn(t, s, "noc@serat.id")
	if late := known(rani, tile+"?hari=2026-12-01", tag); late.Status != http.StatusNoContent {
		t.Errorf("after the grant's end: %d", late.Status)
	}
	rani.Page(home+"/peta?hari=2026-12-01", "Tidak ada kapasitas yang dapat dilihat")
	rani.Page(home, "Berakhir")
}

// TestAGrantIsTakenBackAtOnce, also from what the browser keeps; and a suspended company sees nothing, while its leases stay its
// own.
func TestAGrantIsTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	path, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	show(t, sari, path)
	const tile = home + "/ubin/12/3231/2035"
	tag := rani.Get(tile).Header.Get("ETag")
	sari.Goes(sari.Post(path+"/putusan", "state", "suspended", "revision", "0", "why", "Menunggak"), path)
	if got := known(rani, tile, tag); got.Status != http.StatusNoContent {
		t.Errorf("suspended: %d", got.Status)
	}
	rani.Page(home, "Ditangguhkan", "Menunggak")
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "0"), path)
	if got := known(rani, tile, tag); got.Status != http.StatusNotModified {
		t.Errorf("approved again: %d", got.Status)
	}
	_, after, _ := strings.Cut(sari.Page(path, "Cabut izin Engku Putri"), path+"/area/")
	grant, _, _ := strings.Cut(after, "/akhiri")
	sari.Goes(sari.Post(path+"/area/"+grant+"/akhiri"), path)
	if got := known(rani, tile, tag); got.Status != http.StatusNoContent {
		t.Errorf("taken back: %d", got.Status)
	}
	rani.Page(home, "Dicabut")
}

// TestACompanyHasItsOwnPeople: its administrator invites others, who are not administrators, and ends their access at once.
func TestACompanyHasItsOwnPeople(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	path, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	rani.Sees(rani.Post(home+"/orang", "name", "", "email", "x"), http.StatusUnprocessableEntity, "Nama orang:", "Email:")
	rani.Goes(rani.Post(home+"/orang", "name", "Tono Serat", "email", "tono@serat.id", "admin", "no"), home+"/orang")
	tono := comes(t, s)
	page := tono.Page(home+"/orang", "Tono Serat", "Admin PT Serat", "Anggota", "Hubungi Admin PT Serat (noc@serat.id)")
	if strings.Contains(page, "Undang orang") {
		t.Error("who is no administrator is asked to invite")
	}
	tono.Sees(tono.Post(home+"/orang", "name", "Lagi", "email", "lagi@serat.id"), http.StatusForbidden)
	rani.Sees(rani.Post(home+"/orang", "name", "Tono", "email", "tono@serat.id"), http.StatusConflict, "Email:")
	_, after, _ := strings.Cut(rani.Page(home+"/orang", "Akhiri akses Tono Serat"), home+"/orang/")
	id, _, _ := strings.Cut(after, "/akhiri")
	sari.Page(path, "Tono Serat", "Akhiri akses Tono Serat")
	rani.Goes(rani.Post(home+"/orang/"+id+"/akhiri"), home+"/orang")
	rani.Page(home+"/orang", "Berakhir")
	if got := tono.Get(home); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.To(), "/masuk") {
		t.Errorf("whose access has ended: %d %s", got.Status, got.To())
	}
}

// TestNobodyLearnsWhoHasAnAccount: a company that registered itself invites nobody until it is approved, and is then answered the
// same for an address that has an account, whose holder is told, and for one that has none; and not without end.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	s.Resident(t, pagetest.HostBatam, "Warga", "081211112222") // warga@contoh.id
	visitor := s.Browser(t, pagetest.HostBatam)
	visitor.Goes(visitor.Post(home+"/daftar", "name", "PT Serat", "nib", "1234567890123", "licence", "Jartaplok 1", "email", "noc@serat.id", "person", "Rani Serat"), home+"/daftar")
	rani := comes(t, s)
	if page := rani.Page(home+"/orang", "setelah perusahaan disetujui"); strings.Contains(page, "Kirim undangan") {
		t.Error("who is not approved is asked to invite")
	}
	for _, email := range []string{"warga@contoh.id", "baru@contoh.id"} {
		rani.Sees(rani.Post(home+"/orang", "name", "Tono", "email", email), http.StatusConflict, "belum disetujui")
	}
	path := pagetest.Hrefs(sari.Page(operators, "PT Serat"), operators+"/")[0]
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), path)
	var lists []string
	for _, email := range []string{"warga@contoh.id", "baru@contoh.id"} {
		rani.Goes(rani.Post(home+"/orang", "name", "Tono", "email", email), home+"/orang")
		_, list, _ := strings.Cut(rani.Page(home+"/orang", "Undangan diterima"), "<tbody")
		lists = append(lists, list)
		if link, held := s.MailedLink(t), email == "warga@contoh.id"; held != (link == "/masuk") {
			t.Errorf("mailed to %s: %s", email, link)
		}
	}
	if lists[0] != lists[1] {
		t.Error("the page tells the two apart")
	}
	sari.Page(path, "baru@contoh.id", "Diundang")
	for range 20 {
		if got := rani.Post(home+"/orang", "name", "", "email", ""); got.Status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("invitations are sent without end")
}

// TestABusinessNumberIsHeldByWhoWasApproved: who registers with another's number neither learns of it nor keeps that company out,
// and staff approve one of them alone.
func TestABusinessNumberIsHeldByWhoWasApproved(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	const nib = "1234567890123"
	visitor := s.Browser(t, pagetest.HostBatam)
	for _, x := range [][2]string{{"PT Palsu", "palsu@contoh.id"}, {"PT Serat", "noc@serat.id"}} {
		visitor.Goes(visitor.Post(home+"/daftar", "name", x[0], "nib", nib, "licence", "Jartaplok 1", "email", x[1], "person", "Rani"), home+"/daftar")
	}
	paths := pagetest.Hrefs(sari.Page(operators, "PT Palsu", "PT Serat"), operators+"/")
	sari.Goes(sari.Post(paths[1]+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), paths[1])
	sari.Sees(sari.Post(paths[0]+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), http.StatusUnprocessableEntity, "NIB: Nomor induk berusaha itu sudah terdaftar atas operator lain")
	sari.Sees(sari.Post(operators, "name", "Lagi", "nib", nib, "licence", "x", "email", "a@b.id"), http.StatusUnprocessableEntity, "sudah terdaftar")
	sari.Goes(sari.Post(paths[0]+"/putusan", "state", "refused", "revision", "0", "refusal", "berkas"), paths[0])
	visitor.Goes(visitor.Post(home+"/daftar", "name", "PT Serat Lagi", "nib", nib, "licence", "Jartaplok 1", "email", "lagi@serat.id", "person", "Rani"), home+"/daftar")
}

// TestNobodyRegistersWhereThereAreNoDucts: the form says so, and what is sent all the same is refused.
func TestNobodyRegistersWhereThereAreNoDucts(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	if _, err := s.World.DB.Platform.NewRaw(`UPDATE tenant SET plan = '{"code": "kecil"}', modules = '{}' WHERE id = ?`, s.World.Batam.ID).Exec(tenancy.Platform(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.Directory.Forget()
	visitor := s.Browser(t, pagetest.HostBatam)
	if page := visitor.Page(home+"/daftar", "Pendaftaran belum dibuka"); strings.Contains(page, `name="nib"`) {
		t.Error("the form is shown")
	}
	visitor.Sees(visitor.Post(home+"/daftar", "name", "PT Serat", "nib", "1234567890123", "licence", "Jartaplok 1", "email", "noc@serat.id", "person", "Rani"), http.StatusForbidden, "Pendaftaran belum dibuka")
}

// TestWhoWasRemovedComesAgain: by a new invitation, of the same company or of another, and never with the password of before.
func TestWhoWasRemovedComesAgain(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	_, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	_, budi := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	tono := []string{"name", "Tono Serat", "email", "tono@serat.id", "admin", "no"}
	remove := func() {
		t.Helper()
		_, after, _ := strings.Cut(rani.Page(home+"/orang", "Akhiri akses Tono Serat"), home+"/orang/")
		id, _, _ := strings.Cut(after, "/akhiri")
		rani.Goes(rani.Post(home+"/orang/"+id+"/akhiri"), home+"/orang")
	}
	rani.Goes(rani.Post(home+"/orang", tono...), home+"/orang")
	comes(t, s)
	remove()
	rani.Goes(rani.Post(home+"/orang", tono...), home+"/orang")
	if got := s.Browser(t, pagetest.HostBatam).Post("/masuk", "login", "tono@serat.id", "password", secret); got.Status == http.StatusSeeOther {
		t.Error("the password of before still opens the account")
	}
	comes(t, s).Page(home, "PT Serat")
	remove()
	budi.Goes(budi.Post(home+"/orang", tono...), home+"/orang")
	again := comes(t, s)
	again.Page(home, "PT Lain")
	if page := rani.Page(home + "/orang"); strings.Contains(page, "Tono Serat") {
		t.Error("who went to another company is still listed")
	}
}
