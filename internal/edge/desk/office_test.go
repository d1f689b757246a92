package desk_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
)

// TestAnOfficerDecides goes an officer's whole way without a script: take, send back, see the correction, approve.
func TestAnOfficerDecides(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	desk := pagetest.AtDesk(root)

	list := andi.Page("/petugas/antrean", number, "Siti Rahma", "Terkirim", "Sisa 2 hari kerja", "Ambil", "Belum diambil 1", "Tugas saya 0")
	a := andi.Post(desk+"/ambil", "version", pagetest.Version(t, list), "next", "/petugas/antrean?lihat=belum-diambil")
	andi.Goes(a, "/petugas/antrean?lihat=belum-diambil")
	andi.Sees(andi.Follow(a), http.StatusOK, number+" sekarang tugas Anda dan ada di “Tugas saya”", "Semua sudah diambil", "Belum diambil 0", "Tugas saya 1")
	andi.Page("/petugas/antrean?lihat=saya", number, "Anda")
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", strings.ToLower(number))), http.StatusOK, number)
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", "siti", "kurun", "36")), http.StatusOK, number, "1 hasil", "catatan internal dan pesan kepada pemohon 3 tahun terakhir")
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", "budi")), http.StatusOK, "Tidak ada permohonan yang cocok")
	andi.Sees(andi.Follow(andi.Post("/petugas/antrean", "q", "pasar mitra")), http.StatusOK, number, "1 hasil")
	// The answer of a search is a page with an address, to return to from what was opened, for who searched alone and for
	// two hours. The address does not say what was typed, and neither does the database.
	search := andi.Post("/petugas/antrean", "q", "siti")
	there := search.To()
	if !strings.HasPrefix(there, "/petugas/antrean/cari/") || strings.Contains(there, "siti") {
		t.Errorf("a search leads to %s", there)
	}
	for range 2 { // Back, or a reload
		andi.Page(there, number, "1 hasil")
	}
	found := andi.Page(there)
	from := "?cari=" + strings.TrimPrefix(there, "/petugas/antrean/cari/")
	if !strings.Contains(found, `href="`+desk+from+`"`) || !strings.Contains(andi.Page(desk+from), `href="`+there+`"`) {
		t.Error("no way leads from what was found back to the search")
	}
	andi.Goes(andi.Post("/petugas/antrean", "q", " "), "/petugas/antrean")
	dina := s.Staff(t, pagetest.HostBatam, "Dina", "officer", "diskominfo")
	dina.Sees(dina.Get(there), http.StatusNotFound)
	dina.Sees(dina.Follow(dina.Post("/petugas/antrean", "q", "pasar mitra")), http.StatusOK, "Tidak ada permohonan yang cocok")
	andi.Page("/petugas/antrean?lihat=terlambat", "Tidak ada yang terlambat")
	andi.Page("/petugas/antrean?lihat=menunggu", "Tidak ada yang menunggu pemohon")
	andi.Page("/petugas/antrean?lihat=selesai", "Belum ada yang selesai")

	page := andi.Page(desk, number, "Siti Rahma", "••••••••••••0003", "foto.jpg", "Mulai periksa", "Minta perbaikan", "Ditangani oleh Andi Wijaya", "2 hari kerja")
	if said := pagetest.Text(page); !strings.Contains(said, "Disetujui: 3 pernyataan") || strings.Index(said, "Saya sudah merekam") < strings.Index(said, "Nomor Induk Kependudukan") {
		t.Error("the statements do not follow the answers")
	}
	if strings.Contains(page, pagetest.SitiNIK) || strings.Contains(page, "27 Maret 1990") {
		t.Error("a masked answer is on the page")
	}
	andi.Goes(andi.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, page)), desk)
	page = andi.Page(desk, "Pemeriksaan "+number+" dimulai", "Dalam verifikasi", "Setujui", "Tolak")

	if strings.Index(page, `value="file_kk"`) > strings.Index(page, `value="nomor_kk"`) {
		t.Error("what can be sent back does not begin with the documents")
	}
	refused := andi.Post(desk+"/tindakan", "action", "request_correction", "version", pagetest.Version(t, page), "reason", " ", "fields", "file_kk")
	andi.Sees(refused, http.StatusUnprocessableEntity, "Ada 1 hal yang perlu diperbaiki", "Isian ini wajib diisi")
	if !strings.Contains(refused.Body, `value="file_kk" checked`) || !strings.Contains(refused.Body, `aria-invalid="true"`) {
		t.Error("the refused form forgot what was ticked, or does not mark what is wrong")
	}
	andi.Goes(andi.Post(desk+"/tindakan", "action", "request_correction", "version", pagetest.Version(t, page), "reason", "Foto KK terpotong.", "fields", "file_kk", "fields", "nomor_kk"), desk)
	andi.Page(desk, number+" dikembalikan kepada pemohon", "Menunggu perbaikan dari pemohon", "Foto KK terpotong.", "Diminta diperbaiki", "Batas waktu dijeda", "Yang diminta diperbaiki: Foto atau pindaian Kartu Keluarga")
	andi.Page("/petugas/antrean?lihat=menunggu", number, "Perlu perbaikan")

	siti.Goes(siti.Post(root+"/isi/kk", "nomor_kk", "2171040102160008"), root+"/periksa")
	upload := siti.Page(root+"/isi/berkas_kk", "foto.jpg")
	remove, _, _ := strings.Cut(upload[strings.Index(upload, `formaction="`)+len(`formaction="`):], `"`)
	siti.Goes(siti.Post(remove), root+"/isi/berkas_kk")
	siti.Goes(siti.Upload(root+"/isi/berkas_kk", "file_kk", "kk baru.jpg", pagetest.Photo(t)), root+"/periksa")
	siti.Goes(siti.Post(root+"/kirim"), root+"/terkirim?perbaikan=1")

	page = andi.Page(desk, "Perbaikan dikirim", "kk baru.jpg", "Dalam verifikasi", "Yang diperbaiki:")
	andi.Goes(andi.Post(desk+"/catatan", "note", "Sudah dicek di basis data."), desk)
	andi.Page(desk, "Catatan pada "+number+" tersimpan", "Catatan internal", "Sudah dicek di basis data.")
	if strings.Contains(siti.Page(root), "basis data") {
		t.Error("the applicant reads an internal note")
	}
	andi.Goes(andi.Post(desk+"/tindakan", "action", "approve", "version", pagetest.Version(t, page), "reason", "Data cocok."), desk)
	andi.Page(desk, number+" disetujui", "Disetujui", "Data cocok.", "Diputuskan tepat waktu")
	s.Soon(t, "the issue of the document", func() bool { return strings.Contains(andi.Get(desk).Body, `href="/dokumen/`) })
	_, rest, _ := strings.Cut(andi.Get(desk).Body, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, `"`)
	if pdf := andi.Get("/dokumen/" + id); pdf.Status != http.StatusOK || !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Errorf("the officer gets %d for the issued document", pdf.Status)
	}
	siti.Page(root, "Disetujui", "Data cocok.")
}

// TestTheSecondOfficerKeepsTheirWords: a colleague acted meanwhile, so nothing is saved, what happened is told, and
// what was written is still there.
func TestTheSecondOfficerKeepsTheirWords(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "disdukcapil")

	before := dewi.Page(desk)
	andi.Goes(andi.Post(desk+"/ambil", "version", pagetest.Version(t, andi.Page(desk))), desk)
	andi.Goes(andi.Post(desk+"/lepas", "version", pagetest.Version(t, andi.Page(desk))), desk)

	a := dewi.Post(desk+"/tindakan", "action", "request_correction", "version", pagetest.Version(t, before), "reason", "Surat kehilangan buram.", "fields", "file_kk")
	dewi.Sees(a, http.StatusConflict, "Permohonan ini berubah sejak Anda membukanya", "Andi Wijaya", "Dilepaskan ke antrean", "Tulisan Anda masih ada di formulir")
	if strings.Contains(a.Body, "Muat ulang") {
		t.Error("a fresh page asks to be loaded again")
	}
	if !strings.Contains(a.Body, ">Surat kehilangan buram.</textarea>") || !strings.Contains(a.Body, `value="file_kk" checked`) {
		t.Error("what the officer wrote is gone")
	}
	dewi.Goes(dewi.Post(desk+"/tindakan", "action", "request_correction", "version", pagetest.Version(t, a.Body), "reason", "Surat kehilangan buram.", "fields", "file_kk"), desk)

	after := andi.Page(desk)
	siti.Goes(siti.Post(root+"/batal", "reason", "Ketemu"), root)
	a = andi.Post(desk+"/tindakan", "action", "approve", "version", pagetest.Version(t, after), "reason", "Sudah cocok.")
	andi.Sees(a, http.StatusConflict, "Tindakan itu tidak dapat dilakukan lagi", "Sudah cocok.", "Dibatalkan")

	dewi.Sees(dewi.Post(desk+"/ambil", "version", pagetest.Version(t, before)), http.StatusConflict, "sudah selesai")
}

// TestACaseIsTakenOverBeforeItIsDecided: what a colleague has offers its steps to nobody else, and the taking over is
// told with both names.
func TestACaseIsTakenOverBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	root, _ := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "disdukcapil")
	andi.Goes(andi.Post(desk+"/ambil", "version", pagetest.Version(t, andi.Page(desk))), desk)

	page := dewi.Page(desk, "Ditangani Andi Wijaya", "Ambil alih dari Andi Wijaya")
	a := dewi.Post(desk+"/tindakan", "action", "request_correction", "version", pagetest.Version(t, page), "reason", "Surat buram.", "fields", "file_kk")
	dewi.Sees(a, http.StatusConflict, "Ditangani Andi Wijaya. Ambil alih dulu.", "setelah Anda mengambil alih. Ini yang Anda tulis:", "Surat buram.", "Yang diminta diperbaiki: Foto atau pindaian Kartu Keluarga")
	dewi.Sees(dewi.Post(desk+"/ambil", "version", pagetest.Version(t, page)), http.StatusConflict, "sudah ditangani Andi Wijaya")
	dewi.Goes(dewi.Post(desk+"/ambil", "version", pagetest.Version(t, page), "take_over", "yes", "reason", "Andi cuti."), desk)
	page = dewi.Page(desk, "Diambil alih oleh Dewi Lestari dari Andi Wijaya")
	dewi.Goes(dewi.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, page)), desk)
}

// TestOnlyTheAgencyOfACaseFindsIt: for anyone else it does not exist, whatever they try.
func TestOnlyTheAgencyOfACaseFindsIt(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	page := andi.Page(desk)
	_, rest, _ := strings.Cut(page, desk+"/berkas/")
	file := desk + "/berkas/" + rest[:36]

	rina := s.Staff(t, pagetest.HostBatam, "Rina Marlina", "officer", "diskominfo")
	lina := s.Staff(t, pagetest.HostOther, "Lina Agustina", "officer", "disdukcapil")
	rina.Page("/petugas/antrean", "Tidak ada yang menunggu", "Semua 0")
	rina.Sees(rina.Follow(rina.Post("/petugas/antrean", "q", number)), http.StatusOK, "Tidak ada permohonan yang cocok")
	for _, b := range []*pagetest.Browser{rina, lina} {
		for _, path := range []string{desk, file} {
			b.Sees(b.Get(path), http.StatusNotFound)
		}
		for _, act := range []string{"/tindakan", "/ambil", "/lepas", "/catatan", "/buka/nik"} {
			b.Sees(b.Post(desk+act, "action", "start_review", "version", pagetest.Version(t, page), "note", "x"), http.StatusNotFound)
		}
	}
	siti.Sees(siti.Get(desk), http.StatusForbidden)
	siti.Sees(siti.Get("/petugas/antrean"), http.StatusForbidden)
	s.Browser(t, pagetest.HostBatam).Goes(s.Browser(t, pagetest.HostBatam).Get("/petugas/antrean"), "/masuk?lanjut=%2Fpetugas%2Fantrean")
	budi := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	budi.Sees(budi.Get(root), http.StatusNotFound)
}

// TestReadingIsRecorded: a masked answer is shown once and on the record, and so is every file that is opened.
func TestReadingIsRecorded(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	page := andi.Page(desk)

	if !strings.Contains(page, `hx-post="`+desk+`/buka/nik" hx-target="#isi-nik" hx-select="#isi-nik"`) {
		t.Error("a script would put more than the one answer into the page")
	}
	shown := andi.Post(desk + "/buka/nik")
	andi.Sees(shown, http.StatusOK, pagetest.SitiNIK)
	if strings.Contains(pagetest.Text(shown.Body), "27 Maret 1990") || shown.Header.Get("Cache-Control") != "no-store" {
		t.Error("more than the one answer is shown, or it may be kept")
	}
	if strings.Contains(andi.Page(desk), pagetest.SitiNIK) {
		t.Error("the revealed answer stays on the page")
	}
	andi.Sees(andi.Post(desk+"/buka/nama_lengkap"), http.StatusNotFound)
	andi.Goes(andi.Get(desk+"/buka/nik"), desk) // never by a link

	_, rest, _ := strings.Cut(page, desk+"/berkas/")
	file := andi.Get(desk + "/berkas/" + rest[:36])
	andi.Sees(file, http.StatusOK)
	if file.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(file.Header.Get("Content-Security-Policy"), "sandbox") ||
		file.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("file served with %v", file.Header)
	}
	andi.Sees(andi.Get(desk+"/berkas/"+uuid.NewString()), http.StatusNotFound)

	id, err := uuid.Parse(strings.TrimPrefix(root, "/permohonan/"))
	if err != nil {
		t.Fatal(err)
	}
	record, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Object: "application"})
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, e := range slices.Backward(record.Entries) {
		if e.ObjectID == id {
			acts = append(acts, e.Action)
		}
	}
	if got := strings.Join(acts, " "); got != "application.submit application.reveal application.open_file" {
		t.Errorf("the record holds %s", got)
	}
}

// TestTheLanguageIsChangedOnAnAnsweredForm: a page that answers a form leads back to one that can be read.
func TestTheLanguageIsChangedOnAnAnsweredForm(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	for _, tt := range []struct {
		by                *pagetest.Browser
		path, body, leads string
	}{
		{andi, desk + "/buka/nik", "", desk},
		{andi, desk + "/catatan", "note=%20", desk},
		{andi, desk + "/buka/nama_lengkap", "", desk},
		{andi, "/petugas/antrean", "q=%00", "/petugas/antrean"},
		{siti, root + "/berkas/" + uuid.NewString() + "/hapus", "", root},
		{siti, "/ajukan/" + pagetest.KTP, "x=1", "/layanan/" + pagetest.KTP},
		{siti, "/lacak", "number=x", "/lacak"},
	} {
		a := tt.by.Send(http.MethodPost, tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
		if got := pagetest.Hidden(t, a.Body, "next"); got != tt.leads {
			t.Errorf("%s: the language leads to %s, want %s", tt.path, got, tt.leads)
			continue
		}
		if b := tt.by.Get(tt.leads); b.Status != http.StatusOK {
			t.Errorf("%s cannot be read: %d", tt.leads, b.Status)
		}
	}
}

// TestARefusalLeavesStaffAtTheirDesk: in its frame, with the way back to work and no offer to sign in.
func TestARefusalLeavesStaffAtTheirDesk(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/petugas/permohonan/" + uuid.NewString(): {http.StatusNotFound, "Permohonan tidak ditemukan di instansi Anda"},
		"/kelola/staf": {http.StatusForbidden, "Anda tidak berhak membuka ini"},
		"/tidak-ada":   {http.StatusNotFound, "Halaman tidak ditemukan"},
	} {
		a := andi.Get(path)
		andi.Sees(a, want.status, want.words, "Ke Antrean")
		if !strings.Contains(a.Body, `<body class="desk">`) || !strings.Contains(a.Body, `class="btn btn-primary" href="/petugas/antrean"`) || strings.Contains(a.Body, `href="/masuk"`) {
			t.Errorf("%s throws the officer out of the desk", path)
		}
	}
	for range 21 {
		andi.Post("/lacak", "number", "x")
	}
	a := andi.Post("/lacak", "number", "x")
	andi.Sees(a, http.StatusTooManyRequests, "Ke Antrean")
	if strings.Contains(a.Body, `href="/masuk"`) {
		t.Error("who is signed in is asked to sign in")
	}
}

// TestAStateHasOneName: the queue and the case say the workflow's own word, and a closed case says how it was closed.
func TestAStateHasOneName(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	andi.Post("/bahasa", "lang", "en")
	for _, path := range []string{"/petugas/antrean", desk} {
		if page := andi.Page(path, number, "Submitted"); strings.Contains(page, "</svg> Received") {
			t.Errorf("%s has a name of its own for the state", path)
		}
	}
	andi.Post("/bahasa", "lang", "id")
	siti.Goes(siti.Post(root+"/batal", "reason", "Ketemu"), root)
	if page := andi.Page(desk, "Dibatalkan", "Berakhir tanpa keputusan"); strings.Contains(page, "tag-good") {
		t.Error("a cancelled case is praised")
	}
}

// TestTheHeadDealsOutWork: the head gives a case to one of the agency and takes it back; an officer cannot.
func TestTheHeadDealsOutWork(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	s.Staff(t, pagetest.HostBatam, "Rina Marlina", "officer", "diskominfo")
	head := s.Staff(t, pagetest.HostBatam, "Hendra Gunawan", "agency_head", "disdukcapil")

	page := head.Page(desk, "Tugaskan", "Andi Wijaya")
	if strings.Contains(page, "Rina Marlina") {
		t.Error("the head can give work to another agency")
	}
	before, _, _ := strings.Cut(page, `">Andi Wijaya</option>`)
	officer := before[strings.LastIndex(before, `"`)+1:]
	andi.Sees(andi.Post(desk+"/serahkan", "version", pagetest.Version(t, page), "officer", officer), http.StatusForbidden)
	head.Sees(head.Post(desk+"/serahkan", "version", pagetest.Version(t, page), "officer", "siapa saja"), http.StatusUnprocessableEntity, "Pilih salah satu")
	head.Sees(head.Post(desk+"/serahkan", "version", pagetest.Version(t, page), "officer", uuid.NewString()), http.StatusUnprocessableEntity, "Pilih salah satu")
	head.Goes(head.Post(desk+"/serahkan", "version", pagetest.Version(t, page), "officer", officer), desk)
	head.Page(desk, "Petugas untuk "+number+" sudah ditentukan", "Ditangani oleh Andi Wijaya")
	andi.Page("/petugas/antrean?lihat=saya", number)
	version := pagetest.Version(t, head.Page(desk))
	refused := head.Post(desk+"/lepas", "version", version, "reason", " ")
	head.Sees(refused, http.StatusUnprocessableEntity, "Isian ini wajib diisi")
	if !strings.Contains(refused.Body, `id="f-reason"`) || !strings.Contains(refused.Body, `href="#f-reason"`) {
		t.Error("the error does not lead to its field")
	}
	head.Goes(head.Post(desk+"/lepas", "version", version, "reason", "Andi pindah bidang."), desk)
	head.Page(desk, "Dilepaskan ke antrean", "Andi pindah bidang.")
	andi.Page("/petugas/antrean?lihat=belum-diambil", number)
}

// TestALateCaseIsSeen: past its deadline the case is marked, and once it is reported upwards that is shown too.
func TestALateCaseIsSeen(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	s.Staff(t, pagetest.HostBatam, "Hendra Gunawan", "agency_head", "disdukcapil")
	s.Wait(72 * time.Hour) // Friday morning; it was due on Thursday at 16.00
	andi.Goes(andi.Post("/keluar"), "/")
	andi.Post("/masuk", "login", "andi.wijaya@kota.id", "password", pagetest.Password)
	andi.Post("/masuk/kode", "code", s.Code(t))
	late := andi.Page("/petugas/antrean?lihat=terlambat", number, "Lewat 1 hari kerja", "26 Nov, 16.00", "Terlambat 1")
	if strings.Index(late, `id="lihat-late"`) > strings.Index(late, `id="lihat-mine"`) {
		t.Error("what is late is not the first view")
	}
	s.Work(t)
	s.Soon(t, "the escalation", func() bool { return strings.Contains(andi.Get("/petugas/antrean").Body, "Dilaporkan ke atasan") })
	andi.Page(pagetest.AtDesk(root), "Lewat 1 hari kerja", "Dilaporkan ke atasan", "Lewat tenggat, dilaporkan ke atasan", "Sistem")
}

// TestEveryDeskFormSaysWhatIsWrong posts nothing, nonsense and worse to each form of a case.
func TestEveryDeskFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	v := "version=" + pagetest.Version(t, andi.Page(desk))
	for _, tt := range []struct {
		name, path, body string
		status           int
		words            []string
	}{
		{"act: nothing", "/tindakan", "", 422, []string{"tidak dapat dibaca"}},
		{"act: no version", "/tindakan", "action=start_review", 422, []string{"tidak dapat dibaca"}},
		{"act: a version of words", "/tindakan", "action=start_review&version=satu", 422, []string{"tidak dapat dibaca"}},
		{"act: two versions", "/tindakan", "action=start_review&version=1&version=2", 422, []string{"tidak dapat dibaca"}},
		{"act: no such step", "/tindakan", v + "&action=%27%3B+DROP+TABLE+application", 409, []string{"tidak dapat dilakukan"}},
		{"act: the applicant's step", "/tindakan", v + "&action=cancel", 409, []string{"tidak dapat dilakukan"}},
		{"act: not from this state", "/tindakan", v + "&action=approve&reason=Cocok", 409, []string{"tidak dapat dilakukan"}},
		{"act: NUL", "/tindakan", v + "&action=request_correction&reason=a%00b", 422, []string{"tidak dapat dibaca"}},
		{"act: not UTF-8", "/tindakan", v + "&action=request_correction&reason=%ff%fe", 422, []string{"tidak dapat dibaca"}},
		{"act: endless reason", "/tindakan", v + "&action=request_correction&reason=" + strings.Repeat("a", 2001), 422, []string{"paling banyak 2000"}},
		{"act: a field of no form", "/tindakan", v + "&action=request_correction&reason=x&fields=gaji", 422, []string{"tidak ada di formulir"}},
		{"act: a reason nobody asked for", "/tindakan", v + "&action=start_review&reason=x", 422, []string{"tidak menerima jawaban"}},
		{"act: script", "/tindakan", v + "&action=request_correction&fields=gaji&reason=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 422, nil},
		{"act: broken escape", "/tindakan", "action=%zz", 400, nil},
		{"act: over a megabyte", "/tindakan", "reason=" + strings.Repeat("a", 1<<20), 413, []string{"terlalu besar"}},
		{"claim: nothing", "/ambil", "", 422, []string{"tidak dapat dibaca"}},
		{"release: nothing", "/lepas", "", 422, []string{"tidak dapat dibaca"}},
		{"release: not one's own", "/lepas", v, 403, nil},
		{"note: nothing", "/catatan", "", 422, []string{"Isian ini wajib diisi"}},
		{"note: blank", "/catatan", "note=%20%0A", 422, []string{"Isian ini wajib diisi"}},
		{"note: NUL", "/catatan", "note=%00", 422, []string{"tidak dapat dibaca"}},
		{"note: endless", "/catatan", "note=" + strings.Repeat("a", 2001), 422, []string{"paling banyak 2000"}},
		{"reveal: no such field", "/buka/%27%20OR%201=1", "", 404, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := andi.Send(http.MethodPost, desk+tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			andi.Sees(a, tt.status, tt.words...)
			pagetest.Quiet(t, a)
		})
	}
	if a := andi.Post(desk+"/ambil", "version", strings.TrimPrefix(v, "version="), "next", "https://jahat.example/"); a.To() != desk {
		t.Errorf("taking a case leads to %q", a.To())
	}
	for q, status := range map[string]int{"%00": 422, "%ff": 422, "'": 303, strings.Repeat("x", 5000): 303, "%3Cscript%3E": 303, "(((((": 303, "%25": 303} {
		a := andi.Send(http.MethodPost, "/petugas/antrean", "application/x-www-form-urlencoded", strings.NewReader("q="+q))
		andi.Sees(a, status)
		pagetest.Quiet(t, a)
		if a.Status == http.StatusSeeOther {
			andi.Page(a.To())
		}
	}
	if strings.Contains(andi.Page(desk), "Perlu perbaikan") {
		t.Error("a refused step was taken")
	}
}
