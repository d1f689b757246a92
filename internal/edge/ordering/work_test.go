package ordering_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// theirs is somebody who acts for a company.
func theirs(t *testing.T, s *pagetest.Site, company uuid.UUID) identity.Actor {
	t.Helper()
	ctx := s.In(t, pagetest.HostBatam)
	id, err := s.Identity.CreatePartner(ctx, identity.SeedInput{Name: "Rina Operator", Email: "rina@contoh.id", Password: "sebuah kata sandi panjang"})
	if err == nil {
		err = s.Operators.Join(ctx, company, id, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return identity.Actor{ID: id, TenantID: s.World.Batam.ID, Kind: identity.Partner, Name: "Rina Operator"}
}

// TestTheOfficeLooksAtTheWork: permits with their letters, crews in manholes, photos that are rejected and made anew, and the record
// that both sides sign.
func TestTheOfficeLooksAtTheWork(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	company := ready(t, s)
	rina, ctx := theirs(t, s, company), s.In(t, pagetest.HostBatam)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	today := s.ClockNow().Format(time.DateOnly)
	one := sari.Post(orders, "company", company.String(), "from", "MH-1", "to", "MH-2", "kind", "subduct", "quantity", "1", "since", today, "until", "", "note", "", "key", "a").To()
	id := uuid.MustParse(one[strings.LastIndex(one, "/")+1:])
	step(t, sari, one, "begin")
	step(t, sari, one, "choose_route", "way", way.FindStringSubmatch(sari.Page(one))[1])
	step(t, sari, one, "surveyed", "isi.surveyed_on", today, "isi.surveyor", "Budi", "isi.finding", "as_recorded")
	step(t, sari, one, "quote")
	if _, err := s.Orders.AcceptQuote(ctx, rina, id, 0); err != nil {
		t.Fatal(err)
	}
	sari.Goes(step(t, sari, one, "order"), one)
	page := sari.Page(one, "SPK-2026-0001", "Izin lengkap Masih ada izin yang belum tercatat", "Belum ada")
	permit := regexp.MustCompile(`action="([^"]+/izin/[0-9a-f-]+)"`).FindStringSubmatch(page)[1]
	letter, _ := io.ReadAll(picture())
	sari.Lists(sari.Upload(permit, "file", "izin.png", []byte("bukan izin"), "number", "", "day", "kemarin", "until", "lusa"), "Nomor izin: Isian ini wajib", "Tanggal izin: Isian ini tidak dapat dibaca", "Berlaku sampai: Isian ini tidak dapat dibaca", "Berkas: ")
	sari.Goes(sari.Upload(permit, "file", "izin.png", letter, "number", "IZIN/1", "day", today, "until", ""), one)
	sari.Page(one, "IZIN/1", "izin.png", "Ada")
	sari.Goes(step(t, sari, one, "permitted"), one)
	window := []string{"node", "MH-1", "since", today, "until", today, "crew", "Regu 1", "leader", "Budi", "phone", "081234567890", "safety", "Ahli K3"}
	sari.Lists(sari.Post(one+"/jadwal", append(window[:2:2], "since", "x", "until", "y", "crew", "", "leader", "Budi", "phone", "1", "safety", "Ahli K3", "people", "")...),
		"Hari pertama: Isian ini tidak dapat dibaca", "Hari terakhir: Isian ini tidak dapat dibaca", "Regu atau pelaksana: Isian ini wajib", "Telepon di lapangan: Tulis nomor HP", "Banyaknya orang: Isi angka dari 1 sampai 30")
	sari.Goes(sari.Post(one+"/jadwal", append(window, "people", "4")...), one)
	decide := regexp.MustCompile(`action="([^"]+/jadwal/[0-9a-f-]+/putusan)"`).FindStringSubmatch(sari.Page(one, "Diajukan", "Regu 1"))[1]
	sari.Page(one, "Pilih alasan", "Regu lain bekerja di manhole itu")
	refused := sari.Post(decide, "putusan", "tolak", "refusal", "", "reason", "Coba besok")
	sari.Sees(refused, http.StatusUnprocessableEntity, "Alasan yang diumumkan, bila ditolak: Isian ini wajib", "Coba besok")
	if _, form, _ := strings.Cut(refused.Body, decide); !strings.Contains(form, "Regu lain") || strings.Contains(form[:strings.Index(form, "</form>")], "Tidak cukup saluran") {
		t.Error("the form offers reasons that are none for a window")
	}
	sari.Goes(sari.Post(decide, "putusan", "tolak", "refusal", "regu_lain", "reason", "Coba besok"), one)
	sari.Page(one, "Regu lain bekerja di manhole itu pada hari yang sama: Coba besok")
	sari.Goes(sari.Post(one+"/jadwal", append(window, "people", "4")...), one)
	decide = regexp.MustCompile(`action="([^"]+/jadwal/[0-9a-f-]+/putusan)"`).FindStringSubmatch(sari.Page(one, "Diajukan", "Regu 1"))[1]
	sari.Goes(sari.Post(decide, "refusal", "", "reason", ""), one)
	sari.Goes(step(t, sari, one, "open_access", "reason", ""), one)
	if page := sari.Page(one); !strings.Contains(page, `id="kirim-bukti"`) {
		t.Error("the office cannot send evidence for the company")
	}
	var sent bytes.Buffer // as a browser sends it: the file stands before what is typed
	form := multipart.NewWriter(&sent)
	if file, err := form.CreateFormFile("file", "foto.png"); err == nil {
		_, _ = file.Write([]byte("bukan foto"))
	}
	for name, value := range map[string]string{"kind": "", "place": "MH-9", "note": "Sisi timur"} {
		_ = form.WriteField(name, value)
	}
	_ = form.Close()
	a := sari.Send(http.MethodPost, one+"/bukti", form.FormDataContentType(), &sent)
	sari.Lists(a, "Berkas: ", "Titik: ", "Jenis bukti: ")
	if !strings.Contains(a.Body, `value="Sisi timur"`) {
		t.Error("the note on the evidence is lost")
	}
	send := func(replaces uuid.UUID) {
		t.Helper()
		f, err := s.Orders.Receive(ctx, rina, "foto.png", picture())
		if err == nil {
			_, err = s.Orders.UploadEvidence(ctx, rina, ductorder.EvidenceInput{Order: id, Kind: ductorder.After, Place: "MH-1", File: f, Replaces: replaces})
		}
		if err == nil {
			_, err = s.Orders.Act(ctx, rina, ductorder.ActInput{ID: id, Action: "installed"})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	send(uuid.Nil)
	look := regexp.MustCompile(`action="[^"]+/bukti/([0-9a-f-]+)/putusan"`)
	bad := look.FindStringSubmatch(sari.Page(one, "foto.png", "Menunggu diperiksa"))[1]
	sari.Goes(sari.Post(one+"/bukti/"+bad+"/putusan", "putusan", "tolak", "reason", "Terlalu gelap"), one)
	sari.Page(one, "Ditolak", "Terlalu gelap")
	sari.Goes(step(t, sari, one, "rework", "reason", "Ulangi foto"), one)
	send(uuid.MustParse(bad))
	sari.Goes(sari.Post(one+"/bukti/"+look.FindStringSubmatch(sari.Page(one, "Sudah diganti"))[1]+"/putusan", "reason", ""), one)
	sari.Goes(step(t, sari, one, "inspected", "reason", ""), one)
	sari.Sees(step(t, sari, one, "accept", "day", today, "city_name", "Ahmad", "city_role", "Direktur", "company_name", "", "company_role", "Manajer"), http.StatusUnprocessableEntity, "Penanda tangan untuk perusahaan penyewa: Isian ini wajib")
	sari.Goes(step(t, sari, one, "accept", "day", today, "city_name", "Ahmad", "city_role", "Direktur", "company_name", "Rina", "company_role", "Manajer"), one)
	sari.Sees(step(t, sari, one, "record_as_built", "as_built", "import", "import", "", "reason", ""), http.StatusUnprocessableEntity, "Survei: Isian ini wajib")
	sari.Goes(step(t, sari, one, "record_as_built", "as_built", "unchanged", "import", "", "reason", ""), one)
	sari.Goes(step(t, sari, one, "bill"), one)
	sari.Page(one, "BAST-2026-0001", "Ahmad dan Rina", "Aktif", "Ditagih sejak", "Jaringan tidak berubah", "Akhiri sewa oleh pengelola")
	sari.Page(orders+"?lihat=aktif", "PSN-2026-0001")
	lease := regexp.MustCompile(`href="(/petugas/ducting/sewa/[0-9a-f-]+)"`).FindStringSubmatch(sari.Page(one))[1]
	if read := sari.Page(lease, "Sewa ini mengikuti pesanannya", "Buka pesanan"); strings.Contains(read, `id="akhiri"`) {
		t.Error("a lease of an order is ended beside it")
	}
}
