package services_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAnOfficerFilesForWhoStandsAtTheCounter: from the counter to the paper, and the decision by somebody else.
func TestAnOfficerFilesForWhoStandsAtTheCounter(t *testing.T) {
	c := open(t)
	c.registers(standIn())
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	dewi := c.officer("Dewi Lestari", "officer", "disdukcapil")
	wulan := c.officer("Wulan Sari", "officer", "dinkes")
	dewi.sees("/petugas/antrean")
	wulan.sees("/petugas/antrean")
	if page := andi.sees("/petugas/ajukan"); !strings.Contains(page, "pindah-keluar") || !strings.Contains(page, "dihapus bersama berkasnya 7 hari") || strings.Contains(page, "sip-dokter") || strings.Contains(page, "surat-keterangan-usaha") {
		t.Error("an officer is not offered the services of their agency, or those of another")
	}
	who := []string{"name", "Nurhayati", "phone", "0812 7000 4321", "seen", "ktp", "consent", "yes"}
	for words, change := range map[string][]string{
		"Centang pernyataan ini": {"consent", ""}, "Pilih salah satu": {"seen", "kenal"}, "Nama": {"name", ""}, "sip": {"service", "sip-dokter"}, "usaha": {"service", "surat-keterangan-usaha"},
	} {
		a := andi.Post("/petugas/ajukan", with(append([]string{"service", "pindah-keluar"}, who...), change...)...)
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", words, a.Status)
		}
	}
	c.resident.Sees(c.resident.Get("/petugas/ajukan"), http.StatusForbidden)

	key := pagetest.Hidden(t, andi.sees("/petugas/ajukan"), "key")
	a := andi.Post("/petugas/ajukan", append([]string{"key", key, "service", "pindah-keluar"}, who...)...)
	if twice := andi.Post("/petugas/ajukan", append([]string{"key", key, "service", "pindah-keluar"}, who...)...); twice.To() != a.To() {
		t.Errorf("a double click leads to %s and %s", a.To(), twice.To())
	}
	if a.Status != http.StatusSeeOther {
		t.Fatalf("the counter does not begin: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	s := &story{city: c, service: "pindah-keluar", by: andi.Browser}
	s.root, s.next, _ = strings.Cut(a.To(), "/isi/")
	for name, stranger := range map[string]*pagetest.Browser{"a colleague": dewi.Browser, "another agency": wulan.Browser, "a resident": c.resident} {
		if got := stranger.Get(s.root + "/isi/syarat"); got.Status != http.StatusNotFound {
			t.Errorf("%s opens it: %d", name, got.Status)
		}
	}
	s.says("syarat", "paham_syarat", "yes")
	andi.Goes(andi.Post(s.root+"/isi/pemohon?nanti=1"), "/petugas/ajukan")
	unsent := andi.Page("/petugas/ajukan", "Isian tersimpan. Lanjutkan dari daftar", "Belum dikirim Nama warga Layanan Terakhir diisi Disimpan sampai Nurhayati Pindah keluar kota")
	begun := "/petugas/ajukan" + strings.TrimPrefix(s.root, "/permohonan")
	if !strings.Contains(andi.Get("/petugas/ajukan").Body, `href="`+begun+`"`) {
		t.Errorf("what was begun at the counter is not to be found again: %s", unsent)
	}
	andi.Goes(andi.Get(begun), s.root+"/isi/pemohon")
	dewi.Sees(dewi.Get(begun), http.StatusNotFound)
	if page := dewi.sees("/petugas/ajukan"); strings.Contains(page, "Nurhayati") {
		t.Error("a colleague's list names who stood at another's counter")
	}
	if strings.Contains(s.by.Page(s.root+"/isi/pemohon"), "/data/") {
		t.Error("a register is offered at a counter")
	}
	for _, got := range []pagetest.Answer{andi.Get(s.root + "/data/population"), andi.Post(s.root+"/data/population", "identifier", siti, "consent", "yes")} {
		andi.Sees(got, http.StatusForbidden)
	}
	s.says("pemohon", "pemohon.nik", nenek, "pemohon.name", "Nurhayati", "pemohon.birth_date", "1955-05-15", "pemohon.phone", "0812 7000 4321", "nomor_kk", kk)
	s.says("asal", address("asal")...)
	s.says("tujuan", "tujuan_alamat", "Jl. Melati 1", "tujuan_kelurahan", "Sukajadi", "tujuan_kecamatan", "Sukajadi", "tujuan_kota", "Pekanbaru",
		"tujuan_provinsi", "Riau", "tanggal_pindah", "2026-12-10", "alasan_pindah", "keluarga")
	s.says("ikut", "jenis_pindah", "sendiri", "kk_yang_tinggal", "tidak-ada")
	s.says("berkas", "file_kk", file, "file_ktp", file)
	_, attached, _ := strings.Cut(s.by.Page(s.root+"/isi/berkas"), s.root+"/berkas/")
	andi.Goes(andi.Post(s.root+"/berkas/"+attached[:36]+"/hapus"), s.root+"/isi/berkas")
	s.again("berkas", "file_kk", file)
	s.states()
	s.sends("Nurhayati")
	sent := andi.Get(s.root + "/terkirim").Body
	if !strings.Contains(sent, `href="`+s.desk()+`"`) || !strings.Contains(sent, `href="/petugas/ajukan"`) || strings.Contains(sent, `href="`+s.root+`"`) {
		t.Error("what was sent leads the officer to a page of residents")
	}
	if page := s.by.Get(s.root + "/tanda-terima").Body; strings.Contains(page, `href="`+s.root+`"`) {
		t.Error("the receipt leads the officer back to a page of residents")
	}
	s.by.Page(s.root+"/tanda-terima", s.number, "Nurhayati")
	if pdf := s.by.Get(s.root + "/tanda-terima.pdf"); pdf.Status != http.StatusOK || !strings.Contains(pdfText(t, pdf.Body), s.number) {
		t.Errorf("the receipt on paper: %d", pdf.Status)
	}
	dewi.Sees(dewi.Get(s.root+"/tanda-terima"), http.StatusNotFound)
	public := c.Browser(t, pagetest.HostBatam)
	public.Sees(public.Post("/lacak", "number", s.number, "phone", "4321"), http.StatusOK, "Pindah keluar")

	if said := pagetest.Text(andi.sees(s.desk())); !strings.Contains(said, "Diisi petugas di loket") || !strings.Contains(said, "Andi Wijaya di loket untuk Nurhayati") {
		t.Error("the story does not say who filled it in")
	}
	s.takes(andi, "start_review", "")
	page := andi.sees(s.desk())
	got := andi.Post(s.desk()+"/tindakan", "action", "approve", "version", pagetest.Hidden(t, page, "version"), "reason", "Lengkap.")
	if got.Status != http.StatusForbidden && !strings.Contains(pagetest.Text(got.Body), "diambil rekan Anda") || strings.Contains(page, `value="approve"`) {
		t.Errorf("who filled it in may decide it: %d", got.Status)
	}
	d := s.detail(andi)
	if _, err := c.Casework.Release(c.In(t, pagetest.HostBatam), andi.Actor, s.id(), d.Application.Version, ""); err != nil {
		t.Fatal(err)
	}
	s.takes(dewi, "approve", "Lengkap.")
	var trail []string
	err := c.World.DB.App.NewRaw(`SELECT action || ' ' || actor_kind || coalesce(' ' || (detail->>'seen'), '') FROM audit_entry
		WHERE tenant_id = ? AND actor_id = ? AND action IN ('application.counter_start', 'application.counter_detach', 'application.submit', 'application.counter_submit') ORDER BY id`,
		c.World.Batam.ID, andi.Actor.ID).Scan(c.World.Ctx(c.World.Batam), &trail)
	if err != nil || strings.Join(trail, ", ") != "application.counter_start staff ktp, application.counter_detach staff, application.counter_submit staff ktp, application.submit staff" {
		t.Errorf("the audit record has %q, %v", trail, err)
	}
	var acts, others int
	err = c.World.DB.App.NewRaw(`SELECT count(*) FILTER (WHERE detail->>'counter_for' IS NOT NULL), count(*) FILTER (WHERE actor_kind = 'resident') FROM audit_entry WHERE tenant_id = ? AND object_id = ?`,
		c.World.Batam.ID, s.id()).Scan(c.World.Ctx(c.World.Batam), &acts, &others)
	if err != nil || acts < 9 || others != 0 { // six pages, two sent twice, a file taken away, the sending
		t.Errorf("%d acts are the officer's, %d the resident's: %v", acts, others, err)
	}
}

// TestAnOfficerAsksCoSignersInTheirOwnName: every draft of a counter has a new account, so the day's letters are the officer's.
func TestAnOfficerAsksCoSignersInTheirOwnName(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	andi.sees("/petugas/antrean")
	a := andi.Post("/petugas/ajukan", "service", "pindah-datang", "name", "Nurhayati", "seen", "ktp", "consent", "yes")
	s := &story{city: c, service: "pindah-datang", by: andi.Browser}
	s.root, s.next, _ = strings.Cut(a.To(), "/isi/")
	s.movesIn().joins()
	ask := func(email string) pagetest.Answer {
		return andi.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1", "kepala_keluarga.1.name", "Budi Santoso", "kepala_keluarga.1.email", email)
	}
	andi.Sees(ask(andi.login), http.StatusUnprocessableEntity, "alamat email Anda sendiri")
	andi.Goes(ask("budi@contoh.id"), s.root+"/persetujuan")
	ctx, db := c.World.Ctx(c.World.Batam), c.World.DB.App
	var by []string
	err := db.NewRaw("SELECT actor_kind FROM audit_entry WHERE tenant_id = ? AND action = 'application.cosign_asked' AND actor_id = ? AND detail->>'counter_for' IS NOT NULL",
		c.World.Batam.ID, andi.Actor.ID).Scan(ctx, &by)
	if err != nil || len(by) != 1 || by[0] != "staff" {
		t.Errorf("the letter is on record as of %v, %v", by, err)
	}
	if _, err := db.NewRaw("UPDATE cosign_day SET asked = 20 WHERE tenant_id = ? AND account_id = ?", c.World.Batam.ID, andi.Actor.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	andi.Sees(ask("budi@contoh.id"), http.StatusTooManyRequests, "terlalu sering")
}
