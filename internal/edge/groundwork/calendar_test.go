package groundwork_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestEverybodyReadsTheCalendar: nothing at first, then what is planned, by month and road, as a file for one's own calendar and as
// open data with the least that has to be told.
func TestEverybodyReadsTheCalendar(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	visitor := s.Browser(t, pagetest.HostBatam)
	visitor.Page("/pekerjaan-galian", "Tidak ada pekerjaan galian", "Ajukan izin galian")
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	one := sari.Post(works+"/baru", filled(s, append([]string{"from", days(s, 40), "to", days(s, 50), "colay", "yes"}, along...)...)...).To()
	sari.Goes(sari.Post(one+"/izin", "form", "izin", "permit", "IZ-7", "permit_by", "Dinas Bina Marga", "permit_day", days(s, -1)), one)
	sari.Page(works+"/program", "Belum ada perusahaan yang disetujui")

	page := visitor.Page("/pekerjaan-galian", "Jalan Engku Putri", "Pipa HDPE 110 mm", "SPAM Batam", "Berizin", "IZ-7", "0778 123456", "Pihak lain dapat memasang bersama", "1 pekerjaan di peta ini")
	if !strings.Contains(page, "<polyline") && !strings.Contains(page, "<path") {
		t.Error("nothing is drawn")
	}
	visitor.Page("/pekerjaan-galian?jalan=Jalan+Raja+Haji", "Tidak ada di jalan atau bulan yang dipilih", "Tampilkan semua")
	visitor.Page("/pekerjaan-galian?jalan=Jalan+Engku+Putri&bulan="+s.ClockNow().AddDate(0, 0, 45).Format("2006-01"), "Pipa HDPE 110 mm")

	file := visitor.Get("/pekerjaan-galian/kalender.ics")
	text := strings.ReplaceAll(file.Body, "\r\n ", "")
	for _, want := range []string{"BEGIN:VEVENT", "DTSTART;VALUE=DATE:" + strings.ReplaceAll(days(s, 40), "-", ""), "DTEND;VALUE=DATE:" + strings.ReplaceAll(days(s, 51), "-", ""), "SUMMARY:Jalan Engku Putri: Pipa HDPE 110 mm", "STATUS:CONFIRMED"} {
		if !strings.Contains(text, want) {
			t.Errorf("the file has no %s:\n%s", want, text)
		}
	}
	var data struct {
		Features []struct {
			ID       string
			Geometry struct {
				Type        string
				Coordinates [][]float64
			}
			Properties map[string]any
		}
	}
	answer := visitor.Get("/pekerjaan-galian/data.geojson")
	if err := json.Unmarshal([]byte(answer.Body), &data); err != nil || len(data.Features) != 1 || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/geo+json") {
		t.Fatalf("%v, %d: %s", err, answer.Status, answer.Body)
	}
	f := data.Features[0]
	for key, want := range map[string]any{"from": days(s, 40), "to": days(s, 50), "days": 11.0, "permit": "IZ-7", "permit_date": days(s, -1), "contact": "Bagian teknik", "phone": "0778 123456", "co_lay": true, "state": "permitted", "kind": "water"} {
		if f.Properties[key] != want {
			t.Errorf("%s: %v, want %v", key, f.Properties[key], want)
		}
	}
	if f.Geometry.Type != "LineString" || f.Geometry.Coordinates[0][1] != 1.12 {
		t.Errorf("it lies at %+v", f.Geometry)
	}
	if _, err := s.World.DB.App.NewRaw("UPDATE duct_work SET permit_ended_at = now(), permit_ended_why = 'Dicabut' WHERE tenant_id = ?", s.World.Batam.ID).Exec(s.In(t, pagetest.HostBatam)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "/kalender.ics", "/data.geojson"} {
		if body := visitor.Get("/pekerjaan-galian" + path).Body; strings.Contains(body, "IZ-7") || strings.Contains(body, "Berizin") || strings.Contains(body, `"permitted"`) || !strings.Contains(body, "Pipa HDPE") {
			t.Errorf("%s tells of a permit that was withdrawn: %s", path, body)
		}
	}
	if other := s.Browser(t, pagetest.HostOther).Get("/pekerjaan-galian/data.geojson"); other.Status != http.StatusOK || strings.Contains(other.Body, "Pipa") {
		t.Errorf("another city tells: %d %s", other.Status, other.Body)
	}
}
