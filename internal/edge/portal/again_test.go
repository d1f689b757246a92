package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestApplyingAgainLeadsToTheEarlierOne: the rule is told when the button is pressed and in the same words at the end,
// with a link to the reader's own application; what was filled in stays.
func TestApplyingAgainLeadsToTheEarlierOne(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	told := func(a pagetest.Answer, words ...string) {
		t.Helper()
		siti.Sees(a, http.StatusConflict, append(words, number, "24 Februari 2027")...)
		if !strings.Contains(a.Body, `href="`+root+`"`) {
			t.Error("no link to the earlier application")
		}
	}
	open := "Anda sudah mengajukan layanan ini dengan nomor " + number + ", dan permohonan itu belum selesai."
	told(siti.Post("/ajukan/"+pagetest.KTP), open, "Terkirim", "dapat Anda batalkan")

	// The rule is about a NIK, so that the resident may go on for somebody else.
	at := siti.Post("/ajukan/"+pagetest.KTP, "other", "yes")
	again, _, ok := strings.Cut(at.To(), "/isi/")
	if !ok {
		t.Fatalf("going on for somebody else leads to %d %q", at.Status, at.To())
	}
	siti.Fill(at.To(), pagetest.SitiNIK)
	end := siti.Post(again+"/kirim", "key", pagetest.Hidden(t, siti.Page(again+"/periksa"), "key"))
	told(end, open, "Isian Anda tersimpan sebagai draf")

	s.Approve(t, root)
	told(siti.Post("/ajukan/"+pagetest.KTP), "sudah disetujui dan menunggu Anda ambil", "Disetujui")
	if a := siti.Post("/ajukan/" + pagetest.KTP); strings.Contains(pagetest.Text(a.Body), "batalkan") {
		t.Error("an approved application is said to be cancelled by its applicant")
	}
	budi := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	if a := budi.Post("/ajukan/" + pagetest.KTP); a.Status != http.StatusSeeOther {
		t.Errorf("somebody else's application holds this account: %d", a.Status)
	}
}

// TestAStrangerIsNotToldOfAnApplication: with the NIK of somebody who has applied, another account hears whom to ask and
// not that there is an application.
func TestAStrangerIsNotToldOfAnApplication(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	budi := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	draft := budi.Draft(pagetest.SitiNIK)
	a := budi.Post(draft+"/kirim", "key", pagetest.Hidden(t, budi.Page(draft+"/periksa"), "key"))
	budi.Sees(a, http.StatusConflict, "Permohonan dengan NIK ini tidak dapat dikirim sekarang.", "Dinas Kependudukan dan Pencatatan Sipil")
	for _, told := range []string{number, root, "sudah mengajukan", "belum selesai", "2027"} {
		if strings.Contains(a.Body, told) {
			t.Errorf("a stranger reads %q", told)
		}
	}
	agency, err := s.Catalog.Agency(s.In(t, pagetest.HostBatam), "disdukcapil")
	if err != nil || agency.Website == "" || !strings.Contains(a.Body, `href="`+agency.Website+`"`) {
		t.Errorf("no way to the office: %+v, %v", agency, err)
	}
}
