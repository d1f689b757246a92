package site_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestTheAddressOfAFormLeadsToItsPage: opened like a page, each address that only takes a form leads to one that is.
func TestTheAddressOfAFormLeadsToItsPage(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostBatam)
	const id = "01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f"
	for from, to := range map[string]string{
		"/keluar": "/", "/bahasa": "/", "/ajukan/" + pagetest.KTP: "/layanan/" + pagetest.KTP, "/akun/data": "/akun", "/akun/sesi/" + id + "/hapus": "/akun",
		"/permohonan/" + id + "/kirim": "/permohonan/" + id, "/permohonan/" + id + "/berkas/" + id + "/hapus": "/permohonan/" + id,
		"/petugas/permohonan/" + id + "/tindakan": "/petugas/permohonan/" + id, "/kelola/staf/" + id + "/peran": "/kelola/staf/" + id,
		"/ajukan/%0d%0aX:%20y": "/layanan/%0D%0AX:%20y", "/ajukan/%5Cjahat.example": "/layanan/%5Cjahat.example",
	} {
		b.Goes(b.Get(from), to)
		if head := b.Send(http.MethodHead, from, "", nil); head.Status != http.StatusSeeOther || head.To() != to {
			t.Errorf("HEAD %s: %d to %q", from, head.Status, head.To())
		}
		b.Sees(b.Send(http.MethodDelete, from, "", nil), http.StatusMethodNotAllowed)
	}
	readable := map[string]bool{}
	for _, table := range s.Gate.Tables() {
		for _, r := range table {
			readable[r.Path] = readable[r.Path] || r.Method == http.MethodGet
		}
	}
	for _, table := range s.Gate.Tables() {
		for _, r := range table {
			if r.Page != "" && (r.Method != http.MethodPost || readable[r.Path] || !readable[r.Page]) {
				t.Errorf("%s names a page for nothing", r.Path)
			}
			if r.Method == http.MethodPost && !strings.HasPrefix(r.Path, "/api/") && !readable[r.Path] && !readable[b.Get(r.Path).To()] {
				t.Errorf("%s leads to no page", r.Path)
			}
		}
	}
}

// TestTheEndOfASessionIsTold on the sign-in page, which leads back to the page of the form.
func TestTheEndOfASessionIsTold(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.Post("/ajukan/"+pagetest.KTP).To(), "/isi/")
	page := root + "/isi/nik"
	siti.Page(page)
	ends := func() {
		t.Helper()
		_, err := s.World.DB.App.NewRaw("DELETE FROM session WHERE tenant_id = ?", s.World.Batam.ID).Exec(s.In(t, pagetest.HostBatam))
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, referer := range []string{"http://" + pagetest.HostBatam + page, ""} { // some browsers tell no page
		ends()
		siti.Extra.Set("Referer", referer)
		a := siti.Post(page, "nik", pagetest.SitiNIK)
		siti.Goes(a, "/masuk?lanjut="+strings.ReplaceAll(page, "/", "%2F"))
		siti.Extra.Del("Referer")
		form := siti.Page(a.To(), "Sesi Anda berakhir. Masuk lagi; isian di halaman terakhir belum tersimpan.")
		if !strings.Contains(form, `name="next" value="`+page+`"`) {
			t.Error("the sign-in page does not lead back to the form")
		}
		siti.Goes(siti.Post("/masuk", "login", "siti.rahma@contoh.id", "password", pagetest.Password, "next", page), page)
		siti.Page(page, "Nomor Induk Kependudukan")
	}
	ends()
	siti.Page(siti.Get("/permohonan").To(), "Sesi Anda berakhir. Silakan masuk lagi.")
	stranger := s.Browser(t, pagetest.HostBatam)
	if said := pagetest.Text(stranger.Page(stranger.Get("/permohonan").To())); strings.Contains(said, "Sesi Anda") {
		t.Error("who was never here is told that a session has ended")
	}
}

// TestARefusedFormCanBeGoneBackTo: the browser may keep the answer to a refused post until its reader signs out, and
// nothing else about a person.
func TestARefusedFormCanBeGoneBackTo(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.Post("/ajukan/"+pagetest.KTP).To(), "/isi/")
	kept := func(a pagetest.Answer, want string) {
		t.Helper()
		if got := a.Header.Get("Cache-Control"); got != want {
			t.Errorf("status %d: %q, want %q", a.Status, got, want)
		}
	}
	kept(siti.Post(root+"/isi/nik", "nik", "2171"), "private, no-cache")
	kept(siti.Post("/akun/sandi"), "private, no-cache")
	kept(siti.Get(root+"/isi/nik"), "no-store")
	kept(siti.Get("/akun"), "no-store")
	kept(siti.Get(root+"x"), "no-store")
	out := siti.Post("/keluar")
	if out.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Error("signing out leaves the copies")
	}
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	kept(andi.Post("/akun/sandi"), "no-store")
}
