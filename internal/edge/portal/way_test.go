package portal

import (
	"net/http"
	"strings"
	"testing"
)

// TestTheAddressOfAFormLeadsToItsPage: opened like a page, each address that only takes a form leads to one that is.
func TestTheAddressOfAFormLeadsToItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser(t, hostBatam)
	const id = "01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f"
	for from, to := range map[string]string{
		"/keluar": "/", "/bahasa": "/", "/ajukan/" + ktp: "/layanan/" + ktp, "/akun/data": "/akun", "/akun/sesi/" + id + "/hapus": "/akun",
		"/permohonan/" + id + "/kirim": "/permohonan/" + id, "/permohonan/" + id + "/berkas/" + id + "/hapus": "/permohonan/" + id,
		"/petugas/permohonan/" + id + "/tindakan": "/petugas/permohonan/" + id, "/kelola/staf/" + id + "/peran": "/kelola/staf/" + id,
		"/ajukan/%0d%0aX:%20y": "/layanan/%0D%0AX:%20y", "/ajukan/%5Cjahat.example": "/layanan/%5Cjahat.example",
	} {
		b.goes(b.get(from), to)
		if head := b.send(http.MethodHead, from, "", nil); head.status != http.StatusSeeOther || head.to() != to {
			t.Errorf("HEAD %s: %d to %q", from, head.status, head.to())
		}
		b.sees(b.send(http.MethodDelete, from, "", nil), http.StatusMethodNotAllowed)
	}
	readable := map[string]bool{}
	for _, table := range s.gate.Tables() {
		for _, r := range table {
			readable[r.Path] = readable[r.Path] || r.Method == http.MethodGet
		}
	}
	for _, table := range s.gate.Tables() {
		for _, r := range table {
			if r.Page != "" && (r.Method != http.MethodPost || readable[r.Path] || !readable[r.Page]) {
				t.Errorf("%s names a page for nothing", r.Path)
			}
			if r.Method == http.MethodPost && !strings.HasPrefix(r.Path, "/api/") && !readable[r.Path] && !readable[b.get(r.Path).to()] {
				t.Errorf("%s leads to no page", r.Path)
			}
		}
	}
}

// TestTheEndOfASessionIsTold on the sign-in page, which leads back to the page of the form.
func TestTheEndOfASessionIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.post("/ajukan/"+ktp).to(), "/isi/")
	page := root + "/isi/nik"
	siti.page(page)
	ends := func() {
		t.Helper()
		_, err := s.w.DB.App.NewRaw("DELETE FROM session WHERE tenant_id = ?", s.w.Batam.ID).Exec(s.in(t, hostBatam))
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, referer := range []string{"http://" + hostBatam + page, ""} { // some browsers tell no page
		ends()
		siti.extra.Set("Referer", referer)
		a := siti.post(page, "nik", sitiNIK)
		siti.goes(a, "/masuk?lanjut="+strings.ReplaceAll(page, "/", "%2F"))
		siti.extra.Del("Referer")
		form := siti.page(a.to(), "Sesi Anda berakhir. Masuk lagi; isian di halaman terakhir belum tersimpan.")
		if !strings.Contains(form, `name="next" value="`+page+`"`) {
			t.Error("the sign-in page does not lead back to the form")
		}
		siti.goes(siti.post("/masuk", "login", "siti.rahma@contoh.id", "password", password, "next", page), page)
		siti.page(page, "Nomor Induk Kependudukan")
	}
	ends()
	siti.page(siti.get("/permohonan").to(), "Sesi Anda berakhir. Silakan masuk lagi.")
	stranger := s.browser(t, hostBatam)
	if said := text(stranger.page(stranger.get("/permohonan").to())); strings.Contains(said, "Sesi Anda") {
		t.Error("who was never here is told that a session has ended")
	}
}

// TestARefusedFormCanBeGoneBackTo: the browser may keep the answer to a refused post until its reader signs out, and
// nothing else about a person.
func TestARefusedFormCanBeGoneBackTo(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.post("/ajukan/"+ktp).to(), "/isi/")
	kept := func(a answer, want string) {
		t.Helper()
		if got := a.header.Get("Cache-Control"); got != want {
			t.Errorf("status %d: %q, want %q", a.status, got, want)
		}
	}
	kept(siti.post(root+"/isi/nik", "nik", "2171"), "private, no-cache")
	kept(siti.post("/akun/sandi"), "private, no-cache")
	kept(siti.get(root+"/isi/nik"), "no-store")
	kept(siti.get("/akun"), "no-store")
	kept(siti.get(root+"x"), "no-store")
	out := siti.post("/keluar")
	if out.header.Get("Clear-Site-Data") != `"cache"` {
		t.Error("signing out leaves the copies")
	}
	andi := s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	kept(andi.post("/akun/sandi"), "no-store")
}
