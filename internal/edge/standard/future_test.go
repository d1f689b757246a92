package standard_test

import (
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAServiceThatBeginsLater: it shares a workflow whose steps have a time, which is looked at before its own standard is in force.
func TestAServiceThatBeginsLater(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const at = "/kelola/layanan/ktp-kedua"
	rina.Goes(rina.Post("/kelola/layanan-baru", "name_id", "KTP kedua", "name_en", "Second card", "code", "ktp-kedua", "agency", "disdukcapil", "category", "kependudukan", "like", pagetest.KTP), at)
	rina.Goes(rina.Post(at+"/standar", append(written(t, rina.Page(at+"/standar"), "effective_from", "2026-12-01", "workflow", "adminduk", "document", pagetest.KTP), "what", "save")...), at)
	rina.Goes(rina.Post(at+"/standar/terbitkan", "revision", "2"), at)

	const flow = "/kelola/layanan/" + pagetest.KTP + "/alur"
	rina.Goes(rina.Post(flow+"/status/submitted", "revision", "0", "code", "submitted", "label_id", "Terkirim", "label_en", "Sent", "public_id", "Kami periksa.", "public_en", "We check.",
		"stage", "received", "clock", "running", "within_amount", "5", "within_unit", "working_day"), flow+"#status-submitted")
	rina.Page(flow, "KTP-el hilang: jalur terpanjang 5 hari kerja, janji 2 hari kerja")
}
