package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
)

// TestAnAdministratorKeepsTheStaff: invite, change, end, bring back.
func TestAnAdministratorKeepsTheStaff(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	admin.Goes(admin.Get("/kelola"), "/kelola/layanan")
	find := func(name string, words ...string) {
		t.Helper()
		a := admin.Post("/kelola/cari-staf", "q", name)
		if strings.Contains(a.To(), name) {
			t.Errorf("the address is %s", a.To())
		}
		admin.Sees(admin.Follow(a), http.StatusOK, words...)
	}
	list := admin.Page("/kelola/staf", "Maya Putri", "Andi Wijaya", "Petugas OPD", "Disdukcapil", "Aktif")

	a := admin.Post("/kelola/staf", "name", "Dodi", "email", "dodi@batam.go.id", "role", "officer", "agency", "diskominfo")
	admin.Goes(a, "/kelola/staf")
	admin.Sees(admin.Follow(a), http.StatusOK, "Undangan dikirim", "Dodi", "Diundang")
	dodi := s.Browser(t, pagetest.HostBatam)
	dodi.Page(s.LastLink(t), "Dodi")
	find("dod", "Dodi")
	find("%", "Tidak ada staf yang cocok")
	admin.Goes(admin.Post("/kelola/staf", "name", "Rini", "email", "rini@batam.go.id", "role", "officer", "agency", "diskominfo", "areas", "21.71.04", "areas", "21.71.10.1001"), "/kelola/staf")
	find("rini", "Rini", "Nongsa, Baloi Permai")
	bad := admin.Post("/kelola/staf", "name", "Rudi", "email", "rudi@batam.go.id", "role", "officer", "agency", "", "areas", "21.71.04")
	admin.Sees(bad, http.StatusUnprocessableEntity, "Pilih instansi", "Wilayah kerja")
	if !strings.Contains(bad.Body, `value="21.71.04" checked`) {
		t.Error("the areas of a refused invitation are lost")
	}
	s.Staff(t, pagetest.HostBatam, "Lama Sekali", "officer", "") // from before an agency was asked for
	find("lama", "Belum ada instansi")
	find("maya", "Seluruh kota")

	id := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Andi Wijaya`).FindStringSubmatch(list)[1]
	person := "/kelola/staf/" + id
	admin.Page(person, "Andi Wijaya", "Petugas OPD", "Kepala OPD")
	admin.Goes(admin.Post(person+"/peran", "role", "agency_head", "role", "officer", "agency", "diskominfo"), person)
	andi.Page("/petugas/antrean", "Dinas Komunikasi dan Informatika")
	if strings.Contains(list, "/nonaktif") || strings.Contains(list, "/hapus-kode") {
		t.Error("the list ends an account with one click")
	}
	admin.Page(person, "Ya, nonaktifkan Andi Wijaya", "kembali ke antrean", "Ya, hapus kode Andi Wijaya")
	a = admin.Post(person + "/nonaktif")
	admin.Goes(a, person)
	admin.Sees(admin.Follow(a), http.StatusOK, "Andi Wijaya: Akun dinonaktifkan", "Ya, aktifkan Andi Wijaya")
	andi.Goes(andi.Get("/petugas/antrean"), "/masuk?lanjut=%2Fpetugas%2Fantrean")
	admin.Page("/kelola/staf", "Nonaktif")
	admin.Goes(admin.Post(person+"/aktif"), person)
	admin.Goes(admin.Post(person+"/hapus-kode"), person)

	self := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Maya Putri`).FindStringSubmatch(list)[1]
	admin.Page("/kelola/staf/"+self, "Anda tidak dapat mengubah hak akun Anda sendiri")
	admin.Sees(admin.Post("/kelola/staf/"+self+"/nonaktif"), http.StatusForbidden, "Minta administrator lain")
	resident, err := s.Identity.CreateResident(s.In(t, pagetest.HostBatam), identity.SeedInput{Name: "Siti", Email: "siti@contoh.id", Password: pagetest.Password})
	if err != nil {
		t.Fatal(err)
	}
	admin.Sees(admin.Get("/kelola/staf/"+resident.String()), http.StatusNotFound)
	admin.Sees(admin.Post("/kelola/staf/"+resident.String()+"/nonaktif"), http.StatusNotFound)
	other := s.Staff(t, pagetest.HostOther, "Tono Saputra", "city_admin", "")
	other.Sees(other.Get(person), http.StatusNotFound)
	other.Sees(other.Post(person+"/nonaktif"), http.StatusNotFound)
}

// TestAChangedRoleBites: what an administrator takes from a role is gone within two seconds.
func TestAChangedRoleBites(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	andi.Page(pagetest.AtDesk(root), "Tampilkan (dicatat)")

	admin.Page("/kelola/peran", "Petugas OPD", "Membuka data pribadi yang disamarkan")
	a := admin.Post("/kelola/peran", "role", "officer", "perm", "officer application:queue", "perm", "officer application:read", "perm", "officer application:review")
	admin.Goes(a, "/kelola/peran")
	admin.Sees(admin.Follow(a), http.StatusOK, "Wewenang semua peran disimpan")
	start := time.Now()
	s.Soon(t, "the change", func() bool { return andi.Post(pagetest.AtDesk(root)+"/buka/nik").Status == http.StatusForbidden })
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the change took %s", took)
	}
	if strings.Contains(andi.Page(pagetest.AtDesk(root)), "Tampilkan (dicatat)") {
		t.Error("what is not allowed is still offered")
	}
	other := s.Staff(t, pagetest.HostOther, "Lina Agustina", "officer", "disdukcapil")
	other.Page("/petugas/antrean") // each city's rules are its own

	admin.Sees(admin.Post("/kelola/peran", "role", "city_admin", "perm", "city_admin audit:read"), http.StatusConflict, "mencabut hak Anda sendiri")
	admin.Sees(admin.Post("/kelola/peran", "role", "city_admin", "perm", "city_admin role:manage", "perm", "city_admin staff:manage", "perm", "city_admin application:reveal"),
		http.StatusConflict, "peran yang Anda pegang sendiri", "Minta administrator lain")
	// Nobody decides any more: that is said with the services whose cases would stand, until somebody may again.
	if page := admin.Page("/kelola/peran"); strings.Contains(page, "peran mana pun") {
		t.Error("a step is said to be nobody's that the head may take")
	}
	admin.Goes(admin.Post("/kelola/peran", "role", "agency_head", "perm", "agency_head application:read"), "/kelola/peran")
	admin.Page("/kelola/peran", "langkah yang tidak dapat dilakukan peran mana pun", "KTP-el hilang")
	admin.Page("/kelola/layanan/"+pagetest.KTP+"/alur", "perlu diperbaiki")
	admin.Goes(admin.Post("/kelola/peran", "role", "officer", "perm", "officer application:review", "perm", "officer application:decide"), "/kelola/peran")
	if page := admin.Page("/kelola/peran"); strings.Contains(page, "peran mana pun") {
		t.Error("a permission that is back is still missed")
	}
	both := []string{"role", "officer", "perm", "officer application:queue", "role", "auditor", "perm", "auditor audit:read"}
	admin.Goes(admin.Post("/kelola/peran", both...), "/kelola/peran")
	if page := admin.Page("/kelola/peran"); !strings.Contains(page, `value="auditor audit:read" checked`) || strings.Contains(page, `value="officer application:read" checked`) {
		t.Error("one save did not keep what was ticked in two columns")
	}
	admin.Sees(admin.Post("/kelola/peran", "role", "staff", "perm", "staff audit:read"), http.StatusForbidden, "bawaan sistem")
	admin.Sees(admin.Post("/kelola/peran", "role", "raja", "perm", "raja audit:read"), http.StatusNotFound)
	admin.Sees(admin.Post("/kelola/peran", "role", "officer", "perm", "officer platform:usage"), http.StatusUnprocessableEntity, "tidak dapat diberikan")
	admin.Sees(admin.Post("/kelola/peran", "role", "officer", "perm", "officer a\x00"), http.StatusUnprocessableEntity, "tidak dapat dibaca")
	andi.Sees(andi.Post("/kelola/peran", "role", "officer", "perm", "officer role:manage"), http.StatusForbidden)
}

// TestAnAdministratorSeesTheCity: calendar with the year that is missing, catalogue, record, usage.
func TestAnAdministratorSeesTheCity(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	_, number := siti.Apply(pagetest.SitiNIK)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")

	admin.Page("/kelola/kalender", "Kalender kerja 2026", "Kalender 2027 belum diisi", "Senin–Jumat", "07.30–16.00", "Tahun Baru 2026", "Cuti bersama", "Belum diverifikasi")
	admin.Sees(admin.Get("/kelola/kalender?tahun=2031"), http.StatusNotFound)
	admin.Sees(admin.Get("/kelola/kalender?tahun=%27"), http.StatusNotFound)
	admin.Page("/kelola/layanan", "Layanan "+pagetest.BatamServices(t), "Dapat diajukan di sini", "KTP-el hilang", "Versi 1", "Terverifikasi", "Belum diverifikasi")

	admin.Page("/kelola/audit", "Mengirim permohonan", number)
	page := admin.Page("/kelola/audit?objek=application", number, "Kanal: Situs kota")
	if strings.Contains(pagetest.Text(page), "Siti") || strings.Contains(page, pagetest.SitiNIK) {
		t.Error("the record tells who applied")
	}
	admin.Page("/kelola/audit?objek=account", "Masuk", "Maya Putri")
	admin.Sees(admin.Get("/kelola/audit?objek=rahasia"), http.StatusUnprocessableEntity)
	admin.Page("/kelola/audit?objek=tariff", "Templat dokumen", "Sewa ducting")
	admin.Sees(admin.Get("/kelola/audit?objek=plan"), http.StatusUnprocessableEntity)
	admin.Sees(admin.Get("/kelola/audit?sesudah=xx"), http.StatusBadRequest)
	if _, err := audit.Seal(s.In(t, pagetest.HostBatam), s.DB.App); err != nil {
		t.Fatal(err)
	}
	admin.Page("/kelola/audit/rantai", "Catatan utuh", "Mata rantai 1 sampai")

	admin.Page("/kelola/pemakaian", "Permohonan diajukan", "1 permohonan", "Disdukcapil", "Situs kota", "tidak berlangganan")
	s.Subscribe(t, pagetest.HostBatam)
	admin.Page("/kelola/pemakaian?bulan=2026-11", "Demo Kota (contoh)", "1 permohonan, semuanya dalam", "belum termasuk pajak", "harganya karangan")
	for _, bad := range []string{"2026-13", "november", "%00", "2031-01", "1999-01"} {
		admin.Sees(admin.Get("/kelola/pemakaian?bulan="+bad), http.StatusUnprocessableEntity, "Bulan:")
	}
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	for _, path := range []string{"/kelola", "/kelola/staf", "/kelola/peran", "/kelola/kalender", "/kelola/layanan", "/kelola/audit", "/kelola/audit/rantai", "/kelola/pemakaian"} {
		andi.Sees(andi.Get(path), http.StatusForbidden)
	}
}

// TestAnAuditorNarrowsTheRecord to an application, a member of staff and days, and reads who was given what.
func TestAnAuditorNarrowsTheRecord(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	_, other := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678").Apply("2171041503850004")
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	head := s.Staff(t, pagetest.HostBatam, "Rina Kusuma", "agency_head", "disdukcapil")
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	desk := pagetest.AtDesk(root)
	page := andi.Page(desk)
	andi.Post(desk+"/ambil", "version", pagetest.Version(t, page))

	whole := admin.Page("/kelola/audit", number, other, "Andi Wijaya", "Rina Kusuma")
	one := admin.Page("/kelola/audit?number="+strings.ToLower(number), number, "Menentukan petugas", "Petugas: Andi Wijaya", "Hanya riwayat satu hal", "Tampilkan semua catatan")
	if strings.Contains(one, other) {
		t.Error("the history of one application names another")
	}
	_, rest, _ := strings.Cut(whole, "/kelola/audit?oleh=")
	id, _, _ := strings.Cut(rest, `"`)
	narrow := admin.Page("/kelola/audit?oleh="+id, "Hanya tindakan")
	if strings.Contains(narrow, "Andi Wijaya") == strings.Contains(narrow, "Maya Putri") {
		t.Error("the acts of one person are not theirs alone")
	}
	admin.Page("/kelola/audit?dari_tanggal=2026-11-24&sampai_tanggal=2026-11-24", number)
	if strings.Contains(admin.Page("/kelola/audit?dari_tanggal=2026-11-25"), number) {
		t.Error("a day to come holds an act of today")
	}
	admin.Page("/kelola/audit?sampai_tanggal=2026-11-23", "Belum ada catatan")
	admin.Sees(admin.Get("/kelola/audit?number=BTM-26"), http.StatusUnprocessableEntity, "BTM-26", "berbentuk seperti "+application.ExampleNumber("BTM"))
	admin.Sees(admin.Get("/kelola/audit?number="+application.ExampleNumber("BTM")), http.StatusNotFound)
	for _, bad := range []string{"dari_tanggal=besok", "sampai_tanggal=0000-01-01", "number=%00x%ff"} {
		admin.Sees(admin.Get("/kelola/audit?"+bad), http.StatusUnprocessableEntity)
	}
	for _, bad := range []string{"oleh=x", "objek=application&tentang=x", "tentang=" + id} {
		admin.Sees(admin.Get("/kelola/audit?"+bad), http.StatusNotFound)
	}
	head.Sees(head.Get("/kelola/audit?number="+number), http.StatusForbidden)
}

// TestAnAuditorHoldsTheRecordAgainstWhatTheyWroteDown: the page prints the end of the chain, and later proves from it
// that nothing before has changed.
func TestAnAuditorHoldsTheRecordAgainstWhatTheyWroteDown(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	head, err := audit.Head(ctx, s.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	admin.Page("/kelola/audit", head.Short(), head.String(), "Catat sidik ini")
	s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	check := func(noted string) string { return "/kelola/audit/rantai?sidik=" + url.QueryEscape(noted) }
	for _, noted := range []string{head.Short(), head.String()} {
		admin.Page(check(noted), "Catatan utuh", fmt.Sprintf("Mata rantai %d sama dengan yang Anda catat", head.Seq))
	}
	admin.Page("/kelola/audit/rantai?dari="+url.QueryEscape(head.String()), "Bagian catatan ini utuh")
	for _, other := range []string{fmt.Sprintf("%d:%s", head.Seq, strings.Repeat("0", 64)), fmt.Sprintf("%d:%x", head.Seq+999, head.Hash)} {
		page := admin.Page(check(other), "Catatan tidak utuh", "bukan yang Anda catat")
		if strings.Contains(page, "Catat sidik ini") {
			t.Error("the end of a broken chain is offered to be written down")
		}
	}
}

func TestAFingerprintThatIsNoneIsSaid(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	for _, bad := range []string{"x", "1204", "1204:\x00", strings.Repeat("9", 5000), "1:<script>"} {
		a := admin.Get("/kelola/audit/rantai?sidik=" + url.QueryEscape(bad))
		admin.Sees(a, http.StatusUnprocessableEntity, "Sidik ini tidak dapat dibaca")
		pagetest.Quiet(t, a)
	}
	admin.Sees(admin.Get("/kelola/audit/rantai?dari=1204:4f1e-93b0-77ac-0d2e-91c4"), http.StatusBadRequest)
}

// TestABrokenRecordIsSaid: an entry changed behind the chain's back is named.
func TestABrokenRecordIsSaid(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	super, err := pgx.Connect(t.Context(), s.World.SuperURL) // the program's own roles could not
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(t.Context())
	if _, err := super.Exec(t.Context(), "UPDATE audit_entry SET action = 'session.nothing' WHERE action = 'session.sign_in'"); err != nil {
		t.Fatal(err)
	}
	admin.Page("/kelola/audit/rantai", "Catatan tidak utuh", "isinya diubah")
}

// TestEveryAdminFormSaysWhatIsWrong posts nothing, nonsense and worse.
func TestEveryAdminFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	andi := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Andi`).FindStringSubmatch(admin.Page("/kelola/staf"))[0]
	andi = strings.TrimSuffix(andi, `">Andi`)
	for _, tt := range []struct {
		name, path, body string
		status           int
		words            []string
	}{
		{"invite: nothing", "/kelola/staf", "", 422, []string{"Ada 3 hal yang perlu diperbaiki", "Isian ini wajib diisi"}},
		{"invite: no address", "/kelola/staf", "name=D&email=bukan&role=officer", 422, []string{"Tulis alamat email lengkap"}},
		{"invite: NUL", "/kelola/staf", "name=D%00&email=d%40b.id&role=officer", 422, []string{"tidak dapat dibaca"}},
		{"invite: not UTF-8", "/kelola/staf", "name=%ff&email=d%40b.id&role=officer", 422, []string{"tidak dapat dibaca"}},
		{"invite: no such role", "/kelola/staf", "name=D&email=d%40b.id&role=raja", 422, []string{"Pilih peran"}},
		{"invite: a role of the platform", "/kelola/staf", "name=D&email=d%40b.id&role=bumd_admin", 422, []string{"Pilih peran"}},
		{"invite: two roles", "/kelola/staf", "name=D&email=d%40b.id&role=officer&role=city_admin", 422, []string{"tidak dapat dibaca"}},
		{"invite: no such area", "/kelola/staf", "name=D&email=d%40b.id&role=officer&agency=diskominfo&areas=99.99.99", 422, []string{"Pilih salah satu"}},
		{"invite: no such agency", "/kelola/staf", "name=D&email=d%40b.id&role=officer&agency=%27+OR+1%3D1", 422, []string{"Pilih salah satu"}},
		{"invite: an officer of no agency", "/kelola/staf", "name=D&email=d%40b.id&role=officer", 422, []string{"Pilih instansi. Peran ini mengerjakan permohonan satu instansi", "Wajib untuk peran"}},
		{"invite: taken", "/kelola/staf", "name=D&email=andi.wijaya%40kota.id&role=officer&agency=diskominfo", 409, []string{"sudah dipakai akun lain"}},
		{"invite: script", "/kelola/staf", "name=%3Cscript%3E&email=bukan&role=officer", 422, nil},
		{"invite: enormous", "/kelola/staf", "role=officer&email=d%40b.id&name=" + strings.Repeat("a", 100_000), 422, nil},
		{"invite: over a megabyte", "/kelola/staf", "name=" + strings.Repeat("a", 1<<20), 413, []string{"terlalu besar"}},
		{"roles: none", andi + "/peran", "agency=disdukcapil", 422, []string{"Isian ini wajib diisi"}},
		{"roles: no such role", andi + "/peran", "role=raja", 422, []string{"Pilih peran"}},
		{"roles: no such agency", andi + "/peran", "role=officer&agency=xx", 422, []string{"Pilih salah satu"}},
		{"roles: an officer of no agency", andi + "/peran", "role=officer&agency=", 422, []string{"Pilih instansi. Peran ini mengerjakan permohonan satu instansi"}},
		{"roles: NUL", andi + "/peran", "role=%00", 422, []string{"tidak dapat dibaca"}},
		{"enable: not disabled", andi + "/aktif", "", 409, []string{"tidak sedang dinonaktifkan"}},
		{"matrix: broken escape", "/kelola/peran", "perm=%zz", 400, nil},
		{"matrix: nonsense", "/kelola/peran", "role=officer&perm=officer+x&perm=officer+y", 422, []string{"tidak dapat diberikan"}},
		{"matrix: a role that is not in the form", "/kelola/peran", "perm=officer+audit:read", 422, []string{"Pilih salah satu"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := admin.Send(http.MethodPost, tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			admin.Sees(a, tt.status, tt.words...)
			pagetest.Quiet(t, a)
		})
	}
	for _, id := range []string{"x", uuid.Nil.String(), "'%20OR%201=1", "%00"} {
		admin.Sees(admin.Get("/kelola/staf/"+id), http.StatusNotFound)
	}
	admin.Sees(admin.Get("/kelola/staf?sesudah=x"), http.StatusUnprocessableEntity)
	for _, q := range []string{"'", strings.Repeat("x", 5000), "<script>"} {
		a := admin.Follow(admin.Post("/kelola/cari-staf", "q", q))
		admin.Sees(a, http.StatusOK)
		pagetest.Quiet(t, a)
	}
	admin.Goes(admin.Post("/kelola/cari-staf", "q", " "), "/kelola/staf")
	other := s.Staff(t, pagetest.HostBatam, "Lain Sekali", "city_admin", "")
	for _, word := range []string{"x", "%00", strings.Repeat("A", 200), strings.TrimPrefix(other.Post("/kelola/cari-staf", "q", "Maya").To(), "/kelola/staf?cari=")} {
		admin.Sees(admin.Get("/kelola/staf?cari="+word), http.StatusNotFound, "Cari sekali lagi")
	}
	if len(s.Links) > 0 {
		t.Errorf("refused invitations sent mails: %v", s.Links)
	}
}
