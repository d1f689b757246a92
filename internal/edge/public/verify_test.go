package public_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// TestADocumentIsVerified by the QR on it and by its file, through its whole life.
func TestADocumentIsVerified(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	s.Approve(t, root)
	s.Soon(t, "the document", func() bool { return strings.Contains(siti.Get(root).Body, "/verifikasi/") })
	page := siti.Get(root).Body
	_, rest, _ := strings.Cut(page, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, ".pdf")
	_, rest, _ = strings.Cut(page, `href="/verifikasi/`)
	token, _, _ := strings.Cut(rest, `"`)
	pdf := siti.Get("/dokumen/" + id + ".pdf").Body

	b := s.Browser(t, pagetest.HostBatam)
	at := "/verifikasi/" + token
	seen := b.Page(at, "Dokumen ini asli dan berlaku", "S••• R••••", "dibuktikan dengan kode QR", "Bandingkan")
	for _, private := range []string{"Siti Rahma", pagetest.SitiNIK, number, "0003"} {
		if strings.Contains(seen, private) {
			t.Errorf("verification tells %q", private)
		}
	}
	b.Sees(b.Upload(at, "file", "surat.pdf", []byte(pdf)), http.StatusOK, "Berkas ini sama dengan yang kami terbitkan")
	b.Sees(b.Upload(at, "file", "surat.pdf", []byte(pdf+" ")), http.StatusOK, "Berkas ini bukan yang kami terbitkan")
	b.Sees(b.Upload(at, "lain", "surat.pdf", []byte(pdf)), http.StatusUnprocessableEntity, "wajib diisi")
	b.Sees(b.Upload("/verifikasi/abc", "file", "surat.pdf", []byte(pdf)), http.StatusNotFound, "Dokumen tidak dikenal")

	ctx := s.In(t, pagetest.HostBatam)
	head := identity.Actor{ID: s.World.Batam.ID, TenantID: s.World.Batam.ID, Kind: identity.Staff, Agency: "disdukcapil", Roles: []string{"agency_head"}, TOTP: true}
	doc, err := s.Documents.ByToken(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	next, err := s.Casework.ReplaceDocument(ctx, head, doc.ID, "Salah nama")
	if err != nil {
		t.Fatal(err)
	}
	b.Page(at, "sudah diganti", next.Number, "Mintalah dokumen yang baru")
	if _, err := s.Documents.Revoke(ctx, head, next.ID, "Keterangan palsu"); err != nil {
		t.Fatal(err)
	}
	if seen := b.Page("/verifikasi/"+next.Token, "sudah dicabut", "Jangan terima"); strings.Contains(seen, "palsu") {
		t.Error("the reason is told to everyone")
	}
}
