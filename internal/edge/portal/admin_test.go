package portal

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

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
)

// TestAnAdministratorKeepsTheStaff: invite, change, end, bring back.
func TestAnAdministratorKeepsTheStaff(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	andi := s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	admin.goes(admin.get("/kelola"), "/kelola/layanan")
	list := admin.page("/kelola/staf", "Maya Putri", "Andi Wijaya", "Petugas OPD", "Disdukcapil", "Aktif")

	a := admin.post("/kelola/staf", "name", "Dodi", "email", "dodi@batam.go.id", "role", "officer", "agency", "diskominfo")
	admin.goes(a, "/kelola/staf")
	admin.sees(admin.follow(a), http.StatusOK, "Undangan dikirim", "Dodi", "Diundang")
	dodi := s.browser(t, hostBatam)
	dodi.page(s.lastLink(t), "Dodi")
	admin.page("/kelola/staf?q=dod", "Dodi")
	admin.page("/kelola/staf?q=%25", "Tidak ada staf yang cocok")
	s.staff(t, hostBatam, "Lama Sekali", "officer", "") // from before an agency was asked for
	admin.page("/kelola/staf?q=lama", "Belum ada instansi")
	admin.page("/kelola/staf?q=maya", "Seluruh kota")

	id := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Andi Wijaya`).FindStringSubmatch(list)[1]
	person := "/kelola/staf/" + id
	admin.page(person, "Andi Wijaya", "Petugas OPD", "Kepala OPD")
	admin.goes(admin.post(person+"/peran", "role", "agency_head", "role", "officer", "agency", "diskominfo"), person)
	andi.page("/petugas/antrean", "Dinas Komunikasi dan Informatika")
	if strings.Contains(list, "/nonaktif") || strings.Contains(list, "/hapus-kode") {
		t.Error("the list ends an account with one click")
	}
	admin.page(person, "Ya, nonaktifkan Andi Wijaya", "kembali ke antrean", "Ya, hapus kode Andi Wijaya")
	a = admin.post(person + "/nonaktif")
	admin.goes(a, person)
	admin.sees(admin.follow(a), http.StatusOK, "Andi Wijaya: Akun dinonaktifkan", "Ya, aktifkan Andi Wijaya")
	andi.goes(andi.get("/petugas/antrean"), "/masuk?lanjut=%2Fpetugas%2Fantrean")
	admin.page("/kelola/staf", "Nonaktif")
	admin.goes(admin.post(person+"/aktif"), person)
	admin.goes(admin.post(person+"/hapus-kode"), person)

	self := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Maya Putri`).FindStringSubmatch(list)[1]
	admin.page("/kelola/staf/"+self, "Anda tidak dapat mengubah hak akun Anda sendiri")
	admin.sees(admin.post("/kelola/staf/"+self+"/nonaktif"), http.StatusForbidden, "Minta administrator lain")
	resident, err := s.Identity.CreateResident(s.in(t, hostBatam), identity.SeedInput{Name: "Siti", Email: "siti@contoh.id", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	admin.sees(admin.get("/kelola/staf/"+resident.String()), http.StatusNotFound)
	admin.sees(admin.post("/kelola/staf/"+resident.String()+"/nonaktif"), http.StatusNotFound)
	other := s.staff(t, hostOther, "Tono Saputra", "city_admin", "")
	other.sees(other.get(person), http.StatusNotFound)
	other.sees(other.post(person+"/nonaktif"), http.StatusNotFound)
}

// TestAChangedRoleBites: what an administrator takes from a role is gone within two seconds.
func TestAChangedRoleBites(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.apply(sitiNIK)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	andi := s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	andi.page(atDesk(root), "Tampilkan (dicatat)")

	admin.page("/kelola/peran", "Petugas OPD", "Membuka data pribadi yang disamarkan")
	a := admin.post("/kelola/peran", "role", "officer", "perm", "officer application:queue", "perm", "officer application:read", "perm", "officer application:review")
	admin.goes(a, "/kelola/peran")
	admin.sees(admin.follow(a), http.StatusOK, "Wewenang semua peran disimpan")
	start := time.Now()
	s.soon(t, "the change", func() bool { return andi.post(atDesk(root)+"/buka/nik").status == http.StatusForbidden })
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the change took %s", took)
	}
	if strings.Contains(andi.page(atDesk(root)), "Tampilkan (dicatat)") {
		t.Error("what is not allowed is still offered")
	}
	other := s.staff(t, hostOther, "Lina Agustina", "officer", "disdukcapil")
	other.page("/petugas/antrean") // each city's rules are its own

	admin.sees(admin.post("/kelola/peran", "role", "city_admin", "perm", "city_admin audit:read"), http.StatusConflict, "mencabut hak Anda sendiri")
	admin.sees(admin.post("/kelola/peran", "role", "city_admin", "perm", "city_admin role:manage", "perm", "city_admin staff:manage", "perm", "city_admin application:reveal"),
		http.StatusConflict, "peran yang Anda pegang sendiri", "Minta administrator lain")
	both := []string{"role", "officer", "perm", "officer application:queue", "role", "auditor", "perm", "auditor audit:read"}
	admin.goes(admin.post("/kelola/peran", both...), "/kelola/peran")
	if page := admin.page("/kelola/peran"); !strings.Contains(page, `value="auditor audit:read" checked`) || strings.Contains(page, `value="officer application:read" checked`) {
		t.Error("one save did not keep what was ticked in two columns")
	}
	admin.sees(admin.post("/kelola/peran", "role", "staff", "perm", "staff audit:read"), http.StatusForbidden, "bawaan sistem")
	admin.sees(admin.post("/kelola/peran", "role", "raja", "perm", "raja audit:read"), http.StatusNotFound)
	admin.sees(admin.post("/kelola/peran", "role", "officer", "perm", "officer platform:usage"), http.StatusUnprocessableEntity, "tidak dapat diberikan")
	admin.sees(admin.post("/kelola/peran", "role", "officer", "perm", "officer a\x00"), http.StatusUnprocessableEntity, "tidak dapat dibaca")
	andi.sees(andi.post("/kelola/peran", "role", "officer", "perm", "officer role:manage"), http.StatusForbidden)
}

// TestAnAdministratorSeesTheCity: calendar with the year that is missing, catalogue, record, usage.
func TestAnAdministratorSeesTheCity(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	_, number := siti.apply(sitiNIK)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")

	admin.page("/kelola/kalender", "Kalender kerja 2026", "Kalender 2027 belum diisi", "Senin–Jumat", "07.30–16.00", "Tahun Baru 2026", "Cuti bersama", "Belum diverifikasi")
	admin.sees(admin.get("/kelola/kalender?tahun=2031"), http.StatusNotFound)
	admin.sees(admin.get("/kelola/kalender?tahun=%27"), http.StatusNotFound)
	admin.page("/kelola/layanan", "Layanan 35", "Dapat diajukan di sini 2", "KTP-el hilang", "Versi 1", "Terverifikasi", "Belum diverifikasi")

	admin.page("/kelola/audit", "Mengirim permohonan", number)
	page := admin.page("/kelola/audit?objek=application", number, "Kanal: Situs kota")
	if strings.Contains(text(page), "Siti") || strings.Contains(page, sitiNIK) {
		t.Error("the record tells who applied")
	}
	admin.page("/kelola/audit?objek=account", "Masuk", "Maya Putri")
	admin.sees(admin.get("/kelola/audit?objek=rahasia"), http.StatusUnprocessableEntity)
	admin.sees(admin.get("/kelola/audit?sesudah=xx"), http.StatusBadRequest)
	if _, err := audit.Seal(s.in(t, hostBatam), s.DB.App); err != nil {
		t.Fatal(err)
	}
	admin.page("/kelola/audit/rantai", "Catatan utuh", "Mata rantai 1 sampai")

	admin.page("/kelola/pemakaian", "Permohonan diajukan", "1 permohonan", "Disdukcapil", "Situs kota", "tidak berlangganan")
	s.subscribe(t, hostBatam)
	admin.page("/kelola/pemakaian?bulan=2026-11", "Demo Kota (contoh)", "1 permohonan, semuanya dalam", "belum termasuk pajak", "harganya karangan")
	for _, bad := range []string{"2026-13", "november", "%00", "2031-01", "1999-01"} {
		admin.sees(admin.get("/kelola/pemakaian?bulan="+bad), http.StatusUnprocessableEntity, "bulan")
	}
	andi := s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	for _, path := range []string{"/kelola", "/kelola/staf", "/kelola/peran", "/kelola/kalender", "/kelola/layanan", "/kelola/audit", "/kelola/audit/rantai", "/kelola/pemakaian"} {
		andi.sees(andi.get(path), http.StatusForbidden)
	}
}

// TestAnAuditorHoldsTheRecordAgainstWhatTheyWroteDown: the page prints the end of the chain, and later proves from it
// that nothing before has changed.
func TestAnAuditorHoldsTheRecordAgainstWhatTheyWroteDown(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	ctx := s.in(t, hostBatam)
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	head, err := audit.Head(ctx, s.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	admin.page("/kelola/audit", head.Short(), head.String(), "Catat sidik ini")
	s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	check := func(noted string) string { return "/kelola/audit/rantai?sidik=" + url.QueryEscape(noted) }
	for _, noted := range []string{head.Short(), head.String()} {
		admin.page(check(noted), "Catatan utuh", fmt.Sprintf("Mata rantai %d sama dengan yang Anda catat", head.Seq))
	}
	admin.page("/kelola/audit/rantai?dari="+url.QueryEscape(head.String()), "Bagian catatan ini utuh")
	for _, other := range []string{fmt.Sprintf("%d:%s", head.Seq, strings.Repeat("0", 64)), fmt.Sprintf("%d:%x", head.Seq+999, head.Hash)} {
		page := admin.page(check(other), "Catatan tidak utuh", "bukan yang Anda catat")
		if strings.Contains(page, "Catat sidik ini") {
			t.Error("the end of a broken chain is offered to be written down")
		}
	}
}

func TestAFingerprintThatIsNoneIsSaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	for _, bad := range []string{"x", "1204", "1204:\x00", strings.Repeat("9", 5000), "1:<script>"} {
		a := admin.get("/kelola/audit/rantai?sidik=" + url.QueryEscape(bad))
		admin.sees(a, http.StatusUnprocessableEntity, "Sidik ini tidak dapat dibaca")
		quiet(t, a)
	}
	admin.sees(admin.get("/kelola/audit/rantai?dari=1204:4f1e-93b0-77ac-0d2e-91c4"), http.StatusBadRequest)
}

// TestABrokenRecordIsSaid: an entry changed behind the chain's back is named.
func TestABrokenRecordIsSaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	ctx := s.in(t, hostBatam)
	if _, err := audit.Seal(ctx, s.DB.App); err != nil {
		t.Fatal(err)
	}
	super, err := pgx.Connect(t.Context(), s.w.SuperURL) // the program's own roles could not
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(t.Context())
	if _, err := super.Exec(t.Context(), "UPDATE audit_entry SET action = 'session.nothing' WHERE action = 'session.sign_in'"); err != nil {
		t.Fatal(err)
	}
	admin.page("/kelola/audit/rantai", "Catatan tidak utuh", "isinya diubah")
}

// TestEveryAdminFormSaysWhatIsWrong posts nothing, nonsense and worse.
func TestEveryAdminFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	andi := regexp.MustCompile(`/kelola/staf/([0-9a-f-]{36})">Andi`).FindStringSubmatch(admin.page("/kelola/staf"))[0]
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
			a := admin.send(http.MethodPost, tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			admin.sees(a, tt.status, tt.words...)
			quiet(t, a)
		})
	}
	for _, id := range []string{"x", uuid.Nil.String(), "'%20OR%201=1", "%00"} {
		admin.sees(admin.get("/kelola/staf/"+id), http.StatusNotFound)
	}
	admin.sees(admin.get("/kelola/staf?sesudah=x"), http.StatusUnprocessableEntity)
	for _, q := range []string{"%00", "%ff", "'", strings.Repeat("x", 5000), "%3Cscript%3E"} {
		a := admin.get("/kelola/staf?q=" + q)
		admin.sees(a, http.StatusOK)
		quiet(t, a)
	}
	if len(s.links) > 0 {
		t.Errorf("refused invitations sent mails: %v", s.links)
	}
}
