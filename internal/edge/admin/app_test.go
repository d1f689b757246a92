package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/cloudevent"
)

// TestAnAppIsRegisteredAndHeard: an administrator registers an agency's app and hands over a key; what the app pushes
// shows in the resident's list, the officer's and the record of deliveries.
func TestAnAppIsRegisteredAndHeard(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	officer := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	admin.Page("/kelola/aplikasi", "Belum ada aplikasi", "Disdukcapil")
	officer.Sees(officer.Get("/kelola/aplikasi"), http.StatusForbidden)
	admin.Sees(admin.Get("/kelola/aplikasi/baru"), http.StatusUnprocessableEntity, "wajib diisi")
	admin.Page("/kelola/aplikasi/baru?dinas=disdukcapil", "Dinas Kependudukan", "Nama aplikasi", "KTP-el")

	a := admin.Post("/kelola/aplikasi", "agency", "disdukcapil", "name", "Siak <b>Daerah</b>", "source", "siak", "contact", "Bidang PIAK")
	admin.Sees(a, http.StatusUnprocessableEntity, "URI lengkap")
	if !strings.Contains(a.Body, `value="Siak &lt;b&gt;Daerah&lt;/b&gt;"`) || !strings.Contains(a.Body, `value="Bidang PIAK"`) {
		t.Error("what was typed is gone")
	}
	a = admin.Post("/kelola/aplikasi", "agency", "disdukcapil", "name", "Siak Daerah", "source", "https://siak.example.go.id",
		"contact", "Bidang PIAK", "services", pagetest.KTP, "hosts", "siak.example.go.id")
	at := a.To()
	admin.Sees(admin.Follow(a), http.StatusOK, "Aplikasi terdaftar", "Belum ada kunci", "curl http://batam.localhost/api/v1/status-events")

	admin.Sees(admin.Post(at+"/kunci", "days", "9"), http.StatusUnprocessableEntity, "Pilih salah satu")
	a = admin.Post(at+"/kunci", "days", "90")
	admin.Sees(a, http.StatusOK, "Kunci baru", "tidak dapat ditampilkan lagi")
	secret := regexp.MustCompile(`bdl_[a-z2-7]{10}_[a-z2-7]{26}`).FindString(a.Body)
	if secret == "" || a.Header.Get("Cache-Control") != "no-store" || strings.Contains(admin.Page(at), secret) {
		t.Fatalf("the secret %q, kept %q", secret, a.Header.Get("Cache-Control"))
	}

	ctx := s.In(t, pagetest.HostBatam)
	program, _, err := s.APIKeys.Resolve(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	push := func(id, stage, more string) {
		t.Helper()
		body := `{"specversion":"1.0","id":"` + id + `","source":"https://siak.example.go.id","type":"` + external.StatusType + `","subject":"A/117","time":"` +
			s.ClockNow().Format(time.RFC3339) + `","data":{"service":"` + pagetest.KTP + `","stage":"` + stage + `"` + more + `}}`
		in, mode, err := cloudevent.FromHTTP(http.Header{"Content-Type": {"application/cloudevents+json"}}, []byte(body), 1)
		if err == nil {
			_, err = s.External.Receive(ctx, program, mode, in)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	person := `,"applicant":{"nik":"` + pagetest.SitiNIK + `","email":"siti.rahma@contoh.id","name":"Siti Rahma"}`
	push("1", "in_review", person+`,"label":"Menunggu cetak","url":"https://siak.example.go.id/p/117","due_at":"`+s.ClockNow().AddDate(0, 0, -2).Format(time.RFC3339)+`"`)
	push("2", "nowhere", "")
	admin.Page(at, "#1 2 · data.stage: Tahap harus salah satu")

	if body := siti.Page("/permohonan", "Permohonan di aplikasi dinas"); strings.Contains(body, "A/117") {
		t.Error("shown without her NIK")
	}
	siti.Sees(siti.Post("/permohonan", "nik", "123"), http.StatusUnprocessableEntity, "16 angka")
	a = siti.Post("/permohonan", "nik", pagetest.SitiNIK)
	siti.Goes(a, "/permohonan")
	siti.Sees(siti.Follow(a), http.StatusOK, "Di aplikasi Siak Daerah", "A/117", "Menunggu cetak", "Sedang diproses", "NIK sudah diisi")
	if !strings.Contains(siti.Page("/permohonan"), `href="https://siak.example.go.id/p/117" rel="noreferrer"`) {
		t.Error("no way to the app")
	}
	list := officer.Page("/petugas/antrean?lihat=terlambat", "A/117", "S••• R••••", "Lewat 2 hari", "Dalam verifikasi", "Menunggu cetak", "Di aplikasi Siak Daerah", "Terlambat 1", "1 permohonan, 1 di aplikasi dinas")
	if strings.Contains(list, `name="pilih"`) {
		t.Error("what is worked on elsewhere can be ticked")
	}
	officer.Page("/petugas/antrean?sumber=di-sini", "Tidak ada yang sesuai saringan")
	officer.Sees(officer.Follow(officer.Post("/petugas/antrean", "q", "a/117")), http.StatusOK, "1 hasil", "Di aplikasi Siak Daerah", "Di aplikasi dinas dicari")
	_, number := siti.Apply(pagetest.SitiNIK)
	both := officer.Follow(officer.Post("/petugas/antrean", "q", "2171 0467 0390 0003"))
	officer.Sees(both, http.StatusOK, "2 hasil", number, "A/117", "Di aplikasi Siak Daerah")
	if strings.Index(both.Body, number) > strings.Index(both.Body, "A/117") {
		t.Error("what was sent last does not come first")
	}
	read := regexp.MustCompile(`/petugas/eksternal/[0-9a-f-]{36}`).FindString(list)
	officer.Page(read+"?dari=terlambat", "Permohonan ini dikerjakan di Siak Daerah", "A/117", "S••• R••••", "Lewat 2 hari", "Menunggu cetak", "Buka di Siak Daerah")
	csv := officer.Get("/petugas/antrean/unduh.csv?sumber=apps").Body
	if !strings.Contains(csv, "Sumber") || !strings.Contains(csv, "A/117,Siak Daerah,") {
		t.Errorf("exported %s", csv)
	}
	s.Staff(t, pagetest.HostBatam, "Kepala", "agency_head", "disdukcapil").Page("/petugas/beban", "Aplikasi dinas")
	away := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "diskominfo")
	away.Page("/petugas/antrean", "Tidak ada yang menunggu")
	if got := away.Get(read); got.Status != http.StatusNotFound {
		t.Errorf("another agency's officer gets %d", got.Status)
	}
	s.Browser(t, pagetest.HostBatam).Page("/dasbor", "Masuk di aplikasi dinas")

	admin.Sees(admin.Post(at+"/uji", "event", "{"), http.StatusOK, "bukan JSON")
	admin.Sees(admin.Post(at+"/uji", "event", `[{"specversion":"1.0"},7]`), http.StatusOK, "Ditolak: #1", "#2 · event: Harus berupa objek")
	a = admin.Post(at, "name", "Siak Baru", "contact", "PIAK", "hosts", "localhost")
	admin.Sees(a, http.StatusUnprocessableEntity, "wajib diisi", "nama domain")
	key := regexp.MustCompile(at + `/kunci/([0-9a-f-]{36})/ganti`).FindStringSubmatch(admin.Page(at))[1]
	admin.Sees(admin.Post(at+"/kunci/"+key+"/ganti"), http.StatusOK, "Kunci baru")
	admin.Goes(admin.Post(at+"/kunci/"+key+"/cabut"), at)
	admin.Goes(admin.Post(at+"/tutup"), at)
	admin.Page(at, "Ditutup", "Tidak berlaku")
}
