package queue_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
)

// chosen is what the box of an application sends, off the list.
func chosen(t testing.TB, list, root string) string {
	t.Helper()
	id := strings.TrimPrefix(root, "/permohonan/")
	i := strings.Index(list, `value="`+id+" ")
	if i < 0 {
		t.Fatalf("%s has no box on\n%s", root, pagetest.Text(list))
	}
	rest := list[i+len(`value="`):]
	return rest[:strings.IndexByte(rest, '"')]
}

// TestAFilterIsKeptAndShared goes an officer's and a head's way through filters without a script.
func TestAFilterIsKeptAndShared(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	_, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	head := s.Staff(t, pagetest.HostBatam, "Hendra Gunawan", "agency_head", "disdukcapil")
	andi.Page("/petugas/antrean?lihat=semua&layanan=ktp-el-hilang&kanal=web&tenggat_sampai=2026-11-26", number, "1 permohonan")
	andi.Page("/petugas/antrean?lihat=semua&kanal=api", "Tidak ada yang sesuai saringan", "Semua 1")
	refused := andi.Get("/petugas/antrean?lihat=semua&tenggat_dari=2026-11-26&tenggat_sampai=2026-11-01")
	andi.Sees(refused, http.StatusUnprocessableEntity, "Tanggal akhir tidak boleh sebelum tanggal awal", number)
	if !strings.Contains(refused.Body, `name="tenggat_sampai" value="2026-11-01"`) {
		t.Error("the refused filter forgot what was chosen")
	}
	andi.Sees(andi.Get("/petugas/antrean?lihat=semuanya&layanan=ktp-el-hilang"), http.StatusUnprocessableEntity, "Daftar yang diminta alamat ini tidak ada", number, "Semua 1")
	for _, kept := range []string{"?lihat=all&kanal=web&tahap=received&petugas=none&urut=newest", "?lihat=semua&kanal=situs&tahap=terkirim&petugas=belum-ada&urut=terbaru"} {
		if page := andi.Page("/petugas/antrean"+kept, number, "Tahap: Terkirim"); !strings.Contains(andi.Get("/petugas/antrean"+kept).Body, `<option value="terbaru" selected>`) {
			t.Errorf("%s is not read: %s", kept, page)
		}
	}
	if page := andi.Get("/petugas/antrean").Body; strings.Contains(page, "lihat=all") || strings.Contains(page, "dari=all") || strings.Contains(page, `value="received"`) {
		t.Error("an address of the queue mixes two languages")
	}

	save := func(b *pagetest.Browser, name string, more ...string) pagetest.Answer {
		return b.Post("/petugas/antrean/saringan", append([]string{"name", name, "lihat", "all", "layanan", "ktp-el-hilang", "dalam", "3"}, more...)...)
	}
	andi.Sees(save(andi, " "), http.StatusUnprocessableEntity, "Nama saringan: Isian ini wajib diisi", number)
	andi.Sees(save(andi, "Bersama", "shared", "yes"), http.StatusForbidden)
	if a := save(head, " ", "shared", "yes"); !strings.Contains(a.Body, `name="shared" value="yes" checked`) {
		t.Error("the refused filter forgot that it was to be shared")
	}
	if a := save(head, " "); strings.Contains(a.Body, `name="shared" value="yes" checked`) {
		t.Error("a filter that was to be one's own is offered to all")
	}
	const kept = "/petugas/antrean?dalam=3&layanan=ktp-el-hilang&lihat=semua"
	andi.Goes(save(andi, "KTP tiga hari"), kept)
	page := andi.Page(kept, "Saringan disimpan", "KTP tiga hari Hapus dari saringan tersimpan", number)
	if folded := `<details class="more list-filter"><summary>`; !strings.Contains(page, folded) {
		t.Error("a filter with a name still pushes the list off the screen")
	}
	andi.Page("/petugas/antrean?lihat=semua&tahap_terlambat=ya", "Hanya yang melewati waktu tahapnya", "Tidak ada yang sesuai saringan")
	andi.Page("/petugas/antrean?lihat=semua&tenggat_dari=2026-11-02&terlambat=ya", "Saring dan urutkan Tenggat dari 2 November 2026 · Hanya yang terlambat")
	head.Goes(save(head, "Loket hari ini", "shared", "yes"), kept)
	andi.Page("/petugas/antrean", "KTP tiga hari", "Loket hari ini bersama")
	if strings.Contains(head.Page("/petugas/antrean"), "KTP tiga hari") {
		t.Error("the head sees an officer's own filter")
	}
	forget := page[strings.Index(page, "/petugas/antrean/saringan/"):]
	forget = forget[:strings.IndexByte(forget, '"')]
	head.Sees(head.Post(forget), http.StatusNotFound)
	andi.Goes(andi.Post(forget), "/petugas/antrean")
	if strings.Contains(andi.Page("/petugas/antrean"), "KTP tiga hari") {
		t.Error("a removed filter is still offered")
	}
	// A NIK finds its application, and is not in any address.
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", " 2171 0467 0390 0003 ")), http.StatusOK, number, "1 hasil")
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", "2171041203880007")), http.StatusOK, "Tidak ada permohonan yang cocok")
	trail, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Action: "application.find_identifier"})
	if err != nil || len(trail.Entries) != 2 {
		t.Errorf("recorded %d searches, %v", len(trail.Entries), err)
	}
}

// TestManyAreActedOnTogether: what went well and what did not is told for each.
func TestManyAreActedOnTogether(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	first, second := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234"), s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	one, numberOne := first.Apply(pagetest.SitiNIK)
	two, numberTwo := second.Apply("2171041203880007")
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "disdukcapil")
	head := s.Staff(t, pagetest.HostBatam, "Hendra Gunawan", "agency_head", "disdukcapil")
	list := andi.Page("/petugas/antrean?lihat=belum-diambil")
	a, b := chosen(t, list, one), chosen(t, list, two)
	dewi.Post(pagetest.AtDesk(two)+"/ambil", "version", pagetest.Version(t, dewi.Page(pagetest.AtDesk(two))))

	const many = "/petugas/antrean/massal?dari=belum-diambil"
	andi.Sees(andi.Post(many, "what", "claim"), http.StatusUnprocessableEntity, "Centang dulu")
	andi.Sees(andi.Post(many, "what", "claim", "pilih", a+"x"), http.StatusUnprocessableEntity)
	andi.Sees(andi.Post(many, "what", "hapus", "pilih", a), http.StatusUnprocessableEntity)
	done := andi.Post(many, "what", "claim", "pilih", a, "pilih", b)
	if done.Status != http.StatusSeeOther { // what is answered to a form cannot be come back to
		t.Fatalf("answered with a page: %d", done.Status)
	}
	results := done.To()
	done = andi.Get(results)
	andi.Sees(done, http.StatusOK, "1 berhasil", "1 tidak berubah", numberOne, numberTwo+" KTP-el hilang Permohonan ini sudah diubah oleh Dewi Lestari")
	dewi.Sees(dewi.Get(results), http.StatusNotFound)
	if !strings.Contains(done.Body, `href="/petugas/antrean?lihat=belum-diambil"`) || !strings.Contains(done.Body, pagetest.AtDesk(two)+"?dari=belum-diambil") {
		t.Error("the results lead nowhere")
	}

	list = andi.Page("/petugas/antrean?lihat=semua")
	a, b = chosen(t, list, one), chosen(t, list, two)
	andi.Sees(andi.Get(andi.Post(many, "what", "act", "pilih", a, "pilih", b).To()), http.StatusOK, "Mulai periksa berlaku untuk 1 dari 2", numberTwo)
	andi.Sees(andi.Post(many, "what", "act", "asked", "yes", "pilih", a), http.StatusUnprocessableEntity, "Pilih tindakannya")
	andi.Sees(andi.Post(many, "what", "act", "action", "hapus", "asked", "yes", "pilih", a), http.StatusUnprocessableEntity, "Pilih tindakannya")
	const key = "01980000-0000-7000-8000-00000000beef"
	batch := "/petugas/antrean/massal/" + key
	for range 2 { // a form that is sent twice is one batch
		andi.Goes(andi.Post(many, "what", "act", "key", key, "action", "start_review", "pilih", a, "pilih", b), batch+"?dari=belum-diambil")
	}
	andi.Page(batch, "Mulai periksa", "2 dari 2", "1 permohonan berhasil", "1 permohonan gagal", "Ditangani Dewi Lestari", numberTwo, "Coba lagi yang gagal")
	if page := andi.Page(batch+"?hasil=selesai", numberOne); strings.Contains(page, numberTwo) {
		t.Error("what failed is among what went well")
	}
	for _, link := range []string{`href="/petugas/antrean?lihat=belum-diambil"`, batch + "?hasil=gagal&amp;dari=belum-diambil", pagetest.AtDesk(one) + "?dari=belum-diambil"} {
		if page := andi.Page(batch + "?hasil=selesai&dari=belum-diambil"); !strings.Contains(page, link) {
			t.Errorf("the list that the batch was begun from is forgotten: no %s", link)
		}
	}
	andi.Page("/petugas/antrean/massal", "Mulai periksa", "1 permohonan gagal")
	dewi.Sees(dewi.Get(batch), http.StatusNotFound)
	dewi.Sees(dewi.Post(batch+"/ulangi"), http.StatusNotFound)
	andi.Goes(andi.Post(batch+"/ulangi?dari=belum-diambil"), batch+"?dari=belum-diambil")
	// All that is in the filter, whatever is ticked.
	andi.Sees(andi.Get("/petugas/antrean/massal/langkah"), http.StatusUnprocessableEntity)
	andi.Sees(andi.Get(andi.Post("/petugas/antrean/massal?dari=semua&layanan="+pagetest.KTP, "what", "all").To()), http.StatusOK, "2 permohonan dipilih", numberOne, numberTwo)
	andi.Sees(andi.Get(andi.Post("/petugas/antrean/massal?dari=semua&layanan=lain", "what", "all").To()), http.StatusUnprocessableEntity, "Tidak ada permohonan dalam saringan ini")
	list = head.Page("/petugas/antrean?lihat=semua", "Tugaskan", "Andi Wijaya")
	a, b = chosen(t, list, one), chosen(t, list, two)
	head.Sees(head.Post(many, "what", "assign", "pilih", a), http.StatusUnprocessableEntity, "Pilih dulu petugasnya")
	officer := list[strings.Index(list, `id="massal-petugas"`):]
	officer = officer[:strings.Index(officer, ">Dewi Lestari<")]
	officer = officer[strings.LastIndex(officer, `value="`)+len(`value="`):]
	officer = officer[:strings.IndexByte(officer, '"')]
	head.Sees(head.Get(head.Post(many, "what", "assign", "officer", officer, "pilih", a, "pilih", b).To()), http.StatusOK, "2 tidak berubah", "Isian ini wajib diisi")
	head.Sees(head.Get(head.Post(many, "what", "assign", "officer", officer, "why", "Beban dibagi ulang.", "pilih", a, "pilih", b).To()), http.StatusOK, "2 berhasil")
	head.Page(pagetest.AtDesk(two), "Ditangani oleh Dewi Lestari", "Beban dibagi ulang.")
	head.Page("/petugas/beban", "Beban kerja petugas", "Dewi Lestari 2 Dikerjakan Dewi Lestari", "Andi Wijaya 0", "Belum ditugaskan 0")
	list = head.Page("/petugas/antrean?lihat=semua")
	head.Sees(head.Get(head.Post(many, "what", "release", "why", "Rapat seharian.", "pilih", chosen(t, list, one), "pilih", chosen(t, list, two)).To()), http.StatusOK, "2 berhasil")
	andi.Sees(andi.Get("/petugas/beban"), http.StatusForbidden)

	// The next one is theirs once it is opened; after the last the first comes again.
	s.Wait(time.Minute)
	opened := andi.Post("/petugas/berikutnya?dari=belum-diambil")
	andi.Goes(opened, pagetest.AtDesk(one)+"?dari=belum-diambil")
	andi.Page(pagetest.AtDesk(one), "Ditangani oleh Andi Wijaya")
	andi.Goes(andi.Post("/petugas/berikutnya?dari=belum-diambil", "case", strings.TrimPrefix(one, "/permohonan/")), pagetest.AtDesk(two)+"?dari=belum-diambil")
	dewi.Goes(dewi.Post("/petugas/berikutnya"), "/petugas/antrean")
	dewi.Page("/petugas/antrean", "Tidak ada permohonan lain yang menunggu Anda")
}

// TestAListIsDownloaded as both kinds of file, within reach alone, and on record.
func TestAListIsDownloaded(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	_, number := s.Resident(t, pagetest.HostBatam, "=Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	a := andi.Get("/petugas/antrean/unduh.csv?lihat=semua")
	andi.Sees(a, http.StatusOK)
	if h := a.Header.Get("Content-Disposition"); h != `attachment; filename="permohonan-2026-11-24-1000.csv"` {
		t.Errorf("called %s", h)
	}
	if !strings.HasPrefix(a.Body, "\ufeffNomor,Sumber,Layanan,Instansi,Pemohon,Kecamatan,Kelurahan,Status,Petugas,Kanal,Masuk,Tenggat,Terlambat,Batas waktu tahap,Tahap terlambat,") || !strings.Contains(a.Body, number+",Di sini,KTP-el hilang,") ||
		!strings.Contains(a.Body, ",Batam Kota,,Terkirim,") || strings.Contains(a.Body, ",=Siti") || !strings.Contains(a.Body, ",2026-11-24 10:00,2026-11-26 16:00,Tidak,") || strings.Contains(a.Body, pagetest.SitiNIK) {
		t.Errorf("the list is %q", a.Body)
	}
	x := andi.Get("/petugas/antrean/unduh.xlsx?lihat=semua")
	f, err := excelize.OpenReader(bytes.NewReader([]byte(x.Body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != 2 || rows[1][0] != number {
		t.Errorf("the sheet is %q, %v", rows, err)
	}
	andi.Sees(andi.Get("/petugas/antrean/unduh.csv?lihat=semua&urut=nama"), http.StatusUnprocessableEntity)
	other := s.Staff(t, pagetest.HostBatam, "Lain Sekali", "officer", "dinkes")
	if b := other.Get("/petugas/antrean/unduh.csv?lihat=semua").Body; strings.Contains(b, number) || strings.Count(b, "\n") != 1 {
		t.Errorf("another agency gets %q", b)
	}
	if head := andi.Send(http.MethodHead, "/petugas/antrean/unduh.csv?lihat=semua", "", nil); head.Status != http.StatusOK || !strings.HasPrefix(head.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("HEAD answers %d %s", head.Status, head.Header.Get("Content-Type"))
	}
	trail, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Action: "application.export"})
	if err != nil || len(trail.Entries) != 3 {
		t.Errorf("recorded %d downloads, %v", len(trail.Entries), err)
	}
}

// TestTheQueueIsPaged: a case leads to its neighbours in the list that it was opened from, and back to that list.
func TestTheQueueIsPaged(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	first := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	one, _ := first.Apply(pagetest.SitiNIK)
	s.Wait(time.Minute)
	second := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	two, _ := second.Apply("2171041203880007")
	page := andi.Page(pagetest.AtDesk(one), "Sesudahnya", "Buka berikutnya")
	if !strings.Contains(page, `href="`+pagetest.AtDesk(two)+`"`) {
		t.Error("the case that follows is not offered")
	}
	list := andi.Page("/petugas/antrean?lihat=belum-diambil", "Belum diambil 2")
	from := pagetest.AtDesk(one) + "?dari=belum-diambil"
	if !strings.Contains(list, `href="`+from+`"`) {
		t.Error("the case does not know which view it was opened from")
	}
	page = andi.Page(from)
	if !strings.Contains(page, `class="back" href="/petugas/antrean?lihat=belum-diambil"`) || !strings.Contains(page, `href="`+pagetest.AtDesk(two)+`?dari=belum-diambil"`) {
		t.Error("the case leads back to another view")
	}
	andi.Goes(andi.Post(pagetest.AtDesk(one)+"/catatan?dari=belum-diambil&sesudah=abc", "note", "x"), from+"&sesudah=abc")
	if page := andi.Page(pagetest.AtDesk(one) + "?dari=//jahat.example"); !strings.Contains(page, `class="back" href="/petugas/antrean"`) {
		t.Error("an unknown view is followed")
	}
	andi.Sees(andi.Get("/petugas/antrean?sesudah=xx"), http.StatusBadRequest, "Mulai lagi dari halaman pertama")
}
