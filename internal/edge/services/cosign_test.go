package services_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// movesIn answers everything but who is joined.
func movesIn(c *city) *story {
	return c.apply("pindah-datang", "Persetujuan kepala keluarga", "Ia menyetujui sendiri").movesIn()
}

func (s *story) movesIn() *story {
	s.t.Helper()
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", reporter("pemohon")...)
	s.says("asal", "nomor_skpwni", "475/12/SKPWNI/2026", "asal_kota", "Pekanbaru", "tanggal_skpwni", "2026-11-02")
	s.says("tujuan", address("tujuan")...)
	return s
}

// joins answers the rest, as one who joins another family, and asks its head.
func (s *story) joins() {
	s.t.Helper()
	s.says("tinggal", "cara_tinggal", "menumpang", "kepala_nama", "Budi Santoso", "kk_tujuan", kk)
	s.says("ikut", "ikut", "1", "ikut.1.ikut_nik", anak, "ikut.1.ikut_nama", "Dimas", "bersama_pasangan", "no")
	s.says("berkas", "file_skpwni", file)
	s.states()
}

// asksFor sends the link to the head of the family and returns its address.
func (s *story) asksFor(name, email string) string {
	s.t.Helper()
	a := s.by.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1", "kepala_keluarga.1.name", name, "kepala_keluarga.1.email", email)
	s.by.Goes(a, s.root+"/persetujuan")
	return "/tanda-tangan/" + s.Secret(s.t, "cosign_asked")
}

// TestMovingInNeedsTheHeadOfTheFamily goes from the application to the letter: the head of the family that is joined
// agrees without an account, the answer changes under them, they agree again.
func TestMovingInNeedsTheHeadOfTheFamily(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := movesIn(c)
	a := s.by.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1", "kepala_keluarga.1.name", "Budi", "kepala_keluarga.1.email", "budi@contoh.id")
	s.by.Sees(a, http.StatusUnprocessableEntity, "Lengkapi dulu semua jawaban")
	s.joins()

	s.by.Page(s.root+"/periksa", "Kepala keluarga yang ditumpangi", "Belum diminta", "Minta persetujuan")
	a = s.by.Post(s.root+"/kirim", "key", "tanpa-persetujuan")
	s.by.Sees(a, http.StatusUnprocessableEntity, "belum setuju. Minta persetujuannya lebih dulu.")
	if !strings.Contains(s.by.Page(s.root+"/persetujuan", "Kepala keluarga yang ditumpangi"), `value="Budi Santoso"`) {
		t.Error("the page does not suggest the name that the form asked for")
	}
	for email, words := range map[string]string{"": "", "bukan alamat": "email", "siti.rahma@contoh.id": "alamat email Anda sendiri"} {
		a = s.by.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1", "kepala_keluarga.1.name", "Budi Santoso", "kepala_keluarga.1.email", email)
		s.by.Sees(a, http.StatusUnprocessableEntity, words)
	}
	link := s.asksFor("Budi Santoso", "Budi@Contoh.id")
	head := c.Browser(t, pagetest.HostBatam)
	page := pagetest.Text(head.Page(link, "S••• R••••", "Pindah datang", "Budi Santoso", "Saya kepala keluarga", "Dimas", "••••••••••••0008", "b•••@contoh.id", "Kirim kode"))
	for _, hidden := range []string{siti, kk, anak, "475/12", "Pekanbaru", "budi@"} {
		if strings.Contains(page, hidden) {
			t.Errorf("who is to agree sees %q", hidden)
		}
	}
	head.Sees(head.Post(link, "answer", "agree", "code", "123456"), http.StatusUnprocessableEntity, "Kode ini tidak berlaku lagi")
	head.Goes(head.Post(link+"/kode"), link)
	head.Page(link, "Kode dari email", "Saya setuju")
	code := s.Secret(t, "cosign_code")
	head.Sees(head.Post(link, "answer", "agree", "code", wrong(code)), http.StatusUnprocessableEntity, "Kodenya salah")
	head.Sees(head.Post(link, "answer", "agree"), http.StatusUnprocessableEntity)

	// The applicant changes what they read while the page is open: nobody agrees to what they have not seen.
	stale := pagetest.Hidden(t, head.Page(link), "seen")
	s.again("tujuan", with(address("tujuan"), "tujuan.address", "Jl. Dahlia 3")...)
	for _, seen := range []string{stale, "", "*"} {
		head.Sees(head.Post(link, "answer", "agree", "code", code, "seen", seen), http.StatusConflict, "mengubah isinya sejak halaman ini dibuka", "Jl. Dahlia 3", "Saya setuju")
	}
	s.by.Page(s.root+"/persetujuan", "Menunggu jawaban")
	agrees(t, head, link, code)
	head.Page(link, "Anda setuju")
	head.Sees(head.Post(link, "answer", "decline", "code", code), http.StatusUnprocessableEntity, "tidak berlaku lagi")
	s.by.Page(s.root+"/periksa", "Budi Santoso", "Kirim permohonan")
	a = s.by.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1", "kepala_keluarga.1.name", "Budi Santoso", "kepala_keluarga.1.email", "budi@contoh.id")
	s.by.Sees(a, http.StatusConflict, "Orang ini sudah setuju", "Kepala keluarga yang ditumpangi")

	// An answer that they did not see leaves the agreement; one that they saw does not.
	s.again("asal", "nomor_skpwni", "475/13/SKPWNI/2026", "asal_kota", "Pekanbaru", "tanggal_skpwni", "2026-11-02")
	head.Page(link, "Anda setuju")
	s.again("tujuan", with(address("tujuan"), "tujuan.address", "Jl. Kenanga 8")...)
	head.Page(link, "Isinya berubah setelah Anda setuju", "Jl. Kenanga 8")
	s.by.Sees(s.by.Post(s.root+"/kirim", "key", "gugur"), http.StatusUnprocessableEntity, "belum setuju")
	s.by.Page(s.root+"/persetujuan", "Gugur, perlu diminta lagi")

	again := s.asksFor("Budi Santoso", "budi@contoh.id")
	head.Sees(head.Get(link), http.StatusGone, "Tautan ini tidak berlaku lagi")
	head.Goes(head.Post(again+"/kode"), again)
	agrees(t, head, again, s.Secret(t, "cosign_code"))
	s.sends("Setuju")
	head.Page(again, "Permohonan ini sudah dikirim")
	head.Sees(head.Post(again+"/kode"), http.StatusConflict, "jawabannya tidak dapat diubah lagi", "Dimas")
	s.by.Page(s.root, "Persetujuan diminta", "Menyetujui", "Persetujuan gugur karena isinya diubah", "Kepala keluarga yang ditumpangi: Budi Santoso")

	s.takes(andi, "start_review", "")
	if said := pagetest.Text(andi.sees(s.desk())); !strings.Contains(said, "Menyetujui") {
		t.Error("the officer does not see who has agreed")
	}
	s.takes(andi, "approve", "Data cocok.")
	s.issued("SURAT KETERANGAN PINDAH DATANG", "Jl. Kenanga 8", "Kartu Keluarga Budi Santoso, yang telah menyetujuinya", s.number)
	var trail int
	ctx := c.World.Ctx(c.World.Batam)
	if err := c.World.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action LIKE 'application.cosign%'", c.World.Batam.ID).Scan(ctx, &trail); err != nil || trail != 5 {
		t.Errorf("the audit record has %d lines of the agreement, %v", trail, err)
	}
}

// agrees answers to the page as it is now.
func agrees(t *testing.T, head *pagetest.Browser, link, code string) {
	t.Helper()
	head.Goes(head.Post(link, "answer", "agree", "code", code, "seen", pagetest.Hidden(t, head.Page(link), "seen")), link)
}

// wrong is a code that is not this one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// TestALinkToAgreeIsBounded: refusals, guesses, days and strangers.
func TestALinkToAgreeIsBounded(t *testing.T) {
	c := open(t)
	s := movesIn(c)
	s.joins()
	link := s.asksFor("Budi Santoso", "budi@contoh.id")
	head := c.Browser(t, pagetest.HostBatam)
	head.Goes(head.Post(link+"/kode"), link)
	code := s.Secret(t, "cosign_code")
	for range 5 {
		head.Sees(head.Post(link, "answer", "agree", "code", wrong(code)), http.StatusUnprocessableEntity)
	}
	head.Sees(head.Post(link, "answer", "agree", "code", code), http.StatusUnprocessableEntity, "tidak berlaku lagi")
	head.Goes(head.Post(link+"/kode"), link)
	head.Goes(head.Post(link, "answer", "decline", "code", s.Secret(t, "cosign_code"), "reason", "Saya tidak kenal."), link)
	head.Page(link, "Anda menolak")
	s.by.Page(s.root+"/persetujuan", "Menolak", "Saya tidak kenal.")

	elsewhere := c.Browser(t, pagetest.HostOther)
	for _, x := range []string{"/tanda-tangan/x", "/tanda-tangan/" + strings.Repeat("A", 43)} {
		head.Sees(head.Get(x), http.StatusGone)
	}
	elsewhere.Sees(elsewhere.Get(link), http.StatusGone)
	stranger := c.Resident(t, pagetest.HostBatam, "Rini Anggraini", "081270009999")
	for _, a := range []pagetest.Answer{stranger.Get(s.root + "/persetujuan"), stranger.Post(s.root+"/persetujuan", "role", "kepala_keluarga", "place", "1",
		"kepala_keluarga.1.name", "X", "kepala_keluarga.1.email", "x@contoh.id")} {
		stranger.Sees(a, http.StatusNotFound)
	}
	c.Wait(15 * 24 * time.Hour)
	head.Sees(head.Get(link), http.StatusGone, "Tautan ini tidak berlaku lagi")

	c.comesBack() // the draft goes with its link, and another way to live needs nobody
	s.again("tinggal", "cara_tinggal", "kk-baru")
	s.by.Page(s.root+"/persetujuan", "tidak memerlukan persetujuan")
	s.by.Page(s.root+"/periksa", "Kirim permohonan")
	s.by.Goes(s.by.Post(s.root+"/buang"), "/permohonan")
}
