package editor_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestAStepHasATimeOfItsOwn: an administrator gives it one, is told where the steps take longer than the service promises,
// officers see it beside the promise and heads afterwards which step took the time. The applicant sees nothing of it.
func TestAStepHasATimeOfItsOwn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	give := func(revision, state, name, amount, unit string) pagetest.Answer {
		return rina.Post(flowPath+"/status/"+state, "revision", revision, "code", state, "label_id", name, "label_en", "Name", "public_id", "Kami periksa.", "public_en", "We check.",
			"stage", map[string]string{"submitted": "received"}[state]+map[string]string{"in_review": "in_review"}[state], "clock", "running", "within_amount", amount, "within_unit", unit)
	}
	rina.Page(flowPath+"/status/submitted", "Waktu langkah", "Selesai dalam")
	rina.Sees(give("0", "submitted", "Terkirim", "2", ""), http.StatusUnprocessableEntity, "pilih satuannya")
	rina.Goes(give("0", "submitted", "Terkirim", "2", "working_day"), flowPath+"#status-submitted")
	rina.Goes(give("1", "in_review", "Dalam verifikasi", "5000", "working_day"), flowPath+"#status-in_review")
	home := rina.Page(flowPath, "Waktu langkah: 2 hari kerja", "Status Dalam verifikasi (Selesai dalam)")
	if !strings.Contains(home, flowPath+"/status/in_review#f-within_amount") {
		t.Error("the fault does not lead to its place")
	}
	rina.Goes(give("2", "in_review", "Dalam verifikasi", "1", "working_day"), flowPath+"#status-in_review")
	rina.Page(flowPath, "Waktu langkah melebihi janji layanan", "KTP-el hilang: jalur terpanjang 3 hari kerja, janji 2 hari kerja")
	rina.Goes(give("3", "submitted", "Terkirim", "1", "working_day"), flowPath+"#status-submitted")
	if home := rina.Page(flowPath, "Terbitkan versi 2"); strings.Contains(home, "KTP-el hilang: jalur terpanjang") {
		t.Error("two days of two are too many")
	}
	rina.Goes(rina.Post(flowPath+"/terbitkan", "revision", "4"), flowPath)

	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	sent, _ := siti.Apply(pagetest.SitiNIK)
	if page := siti.Page(sent); strings.Contains(page, "Langkah ini sampai") {
		t.Error("the applicant reads of the office's own time")
	}
	officer := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "disdukcapil")
	desk := pagetest.AtDesk(sent)
	if page := officer.Page(desk, "Langkah ini sampai"); strings.Contains(page, "Langkah terlambat") {
		t.Error("late at once")
	}
	s.Wait(9 * 24 * time.Hour) // which ends every session
	officer = s.Staff(t, pagetest.HostBatam, "Doni", "officer", "disdukcapil")
	officer.Page("/petugas/antrean", "Langkah terlambat")
	page := officer.Page(desk, "Langkah terlambat")
	officer.Goes(officer.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, page)), desk)

	head := s.Staff(t, pagetest.HostBatam, "Hasan", "agency_head", "disdukcapil")
	head.Page("/petugas/beban", "Waktu per langkah", "Terkirim", "KTP-el hilang", "9 hari", "0%")
	rina = s.Staff(t, pagetest.HostBatam, "Rani", "city_admin", "")
	rina.Page("/petugas/beban", "Pilih satu instansi di atas")
	rina.Page("/petugas/beban?opd=disdukcapil", "9 hari")
	rina.Page("/petugas/beban?opd=dinkes", "Belum ada permohonan yang melewati langkah berwaktu")
}
