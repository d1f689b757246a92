package standard_test

import (
	"net/http"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAFullServiceKeepsTheForm of who comes too late today, and says on it when to come back.
func TestAFullServiceKeepsTheForm(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const at = "/kelola/layanan/" + pagetest.KTP
	rina.Goes(rina.Post(at+"/standar", append(written(t, rina.Page(at+"/standar"), "rules_daily_quota", "1", "effective_from", "2026-11-24"), "what", "save")...), at)
	rina.Goes(rina.Post(at+"/standar/terbitkan", "revision", "1"), at)
	joko := s.Resident(t, pagetest.HostBatam, "Joko Widada", "081270001235")
	root := joko.Draft("2171040307880002")
	s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	late := joko.Post(root+"/kirim", "key", pagetest.Hidden(t, joko.Page(root+"/periksa"), "key"))
	joko.Sees(late, http.StatusConflict, "Periksa jawaban Anda", "hari ini sudah penuh", "Tempat kehilangan")
}
