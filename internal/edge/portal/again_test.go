package portal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
)

// TestApplyingAgainLeadsToTheEarlierOne: the rule is told when the button is pressed and in the same words at the end,
// with a link to the reader's own application; what was filled in stays.
func TestApplyingAgainLeadsToTheEarlierOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, number := siti.apply(sitiNIK)
	told := func(a answer, words ...string) {
		t.Helper()
		siti.sees(a, http.StatusConflict, append(words, number, "24 Februari 2027")...)
		if !strings.Contains(a.body, `href="`+root+`"`) {
			t.Error("no link to the earlier application")
		}
	}
	open := "Anda sudah mengajukan layanan ini dengan nomor " + number + ", dan permohonan itu belum selesai."
	told(siti.post("/ajukan/"+ktp), open, "Terkirim", "dapat Anda batalkan")

	// The rule is about a NIK, so that the resident may go on for somebody else.
	at := siti.post("/ajukan/"+ktp, "other", "yes")
	again, _, ok := strings.Cut(at.to(), "/isi/")
	if !ok {
		t.Fatalf("going on for somebody else leads to %d %q", at.status, at.to())
	}
	siti.fill(at.to(), sitiNIK)
	end := siti.post(again+"/kirim", "key", hidden(t, siti.page(again+"/periksa"), "key"))
	told(end, open, "Isian Anda tersimpan sebagai draf")

	s.approve(t, root)
	told(siti.post("/ajukan/"+ktp), "sudah disetujui dan menunggu Anda ambil", "Disetujui")
	if a := siti.post("/ajukan/" + ktp); strings.Contains(text(a.body), "batalkan") {
		t.Error("an approved application is said to be cancelled by its applicant")
	}
	budi := s.resident(t, hostBatam, "Budi Santoso", "081270005678")
	if a := budi.post("/ajukan/" + ktp); a.status != http.StatusSeeOther {
		t.Errorf("somebody else's application holds this account: %d", a.status)
	}
}

// TestAStrangerIsNotToldOfAnApplication: with the NIK of somebody who has applied, another account hears whom to ask and
// not that there is an application.
func TestAStrangerIsNotToldOfAnApplication(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, number := siti.apply(sitiNIK)
	budi := s.resident(t, hostBatam, "Budi Santoso", "081270005678")
	draft := budi.draft(sitiNIK)
	a := budi.post(draft+"/kirim", "key", hidden(t, budi.page(draft+"/periksa"), "key"))
	budi.sees(a, http.StatusConflict, "Permohonan dengan NIK ini tidak dapat dikirim sekarang.", "Dinas Kependudukan dan Pencatatan Sipil")
	for _, told := range []string{number, root, "sudah mengajukan", "belum selesai", "2027"} {
		if strings.Contains(a.body, told) {
			t.Errorf("a stranger reads %q", told)
		}
	}
	agency, err := s.Catalog.Agency(s.in(t, hostBatam), "disdukcapil")
	if err != nil || agency.Website == "" || !strings.Contains(a.body, `href="`+agency.Website+`"`) {
		t.Errorf("no way to the office: %+v, %v", agency, err)
	}
}

// approve takes an application to its approval.
func (s *pages) approve(t testing.TB, root string) {
	t.Helper()
	ctx, officer := s.in(t, hostBatam), s.officer(t)
	id := uuid.MustParse(strings.TrimPrefix(root, "/permohonan/"))
	for _, in := range []casework.ActInput{{Action: "start_review"}, {Action: "approve", Reason: "Data cocok."}} {
		d, err := s.Casework.Get(ctx, officer, id)
		if err != nil {
			t.Fatal(err)
		}
		in.ID, in.Version = id, d.Application.Version
		if _, err := s.Casework.Act(ctx, officer, in); err != nil {
			t.Fatal(err)
		}
	}
}
