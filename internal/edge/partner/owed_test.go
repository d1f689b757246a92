package partner_test

import (
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestWhoOwesAReportIsTold: of an emergency that is not reported its company, or who looks after works where it is nobody's, is told six hours
// before the report is due and when it is overdue, once each and in their own language; of one that is reported nobody is.
func TestWhoOwesAReportIsTold(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	const works, office = home + "/pekerjaan", "/petugas/ducting/pekerjaan"
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	_, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	_, _ = company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := s.World.DB.App.NewRaw("UPDATE account SET locale = 'en' WHERE tenant_id = ? AND id IN (SELECT p.account_id FROM duct_person p JOIN duct_operator o ON o.tenant_id = p.tenant_id AND o.id = p.operator_id WHERE o.name = 'PT Serat')", s.World.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	begun := s.ClockNow().Add(-time.Hour).In(time.FixedZone("WIB", 7*3600)) // 09:00 on 24 November
	form := func(title string, more ...string) []string {
		return append([]string{"kind", "repair", "title", title, "road", "Jalan Engku Putri", "method", "open_cut", "contact", "NOC", "phone", "0778 123456", "to", begun.AddDate(0, 0, 2).Format(time.DateOnly), "emergency", "yes",
			"started", begun.Format(time.DateOnly), "started_time", begun.Format("15.04"), "jalur", "1", "jalur.1.titik", "1.12001", "jalur.1.titik", "104.05"}, more...)
	}
	one := rani.Post(works+"/baru", form("Kabel putus")...).To()
	rani.Page(one, "Laporan perbaikan darurat ditunggu sampai")
	sari.Page(sari.Post(office+"/baru", form("Pipa pecah", "owner", "utility", "owner_name", "SPAM")...).To(), "Pipa pecah")
	told := rani.Post(works+"/baru", form("Sudah dilaporkan")...).To()
	rani.Goes(rani.Post(told+"/laporan", "form", "laporan", "report", "Tergaruk"), told)
	sent := func(template string) string {
		t.Helper()
		var all []string
		err := s.World.DB.App.NewRaw("SELECT locale || ' ' || (data ->> 'title') || ', ' || (data ->> 'due') || ' ' || split_part(data ->> 'path', '/', 2) FROM message WHERE tenant_id = ? AND template = ? ORDER BY 1", s.World.Batam.ID, template).Scan(ctx, &all)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "; ")
	}
	runs := func(d time.Duration) {
		t.Helper()
		s.Wait(d)
		s.Run(t)
	}
	runs(0)
	runs(16 * time.Hour) // seven hours before
	if got := sent("work_report_due"); got != "" {
		t.Fatalf("told too early: %s", got)
	}
	const both = "en Kabel putus, 25 November 2026, 09:00 WIB mitra; id Pipa pecah, 25 November 2026 pukul 09.00 WIB petugas"
	runs(2 * time.Hour)
	runs(time.Minute)
	if got := sent("work_report_due"); got != both {
		t.Errorf("before it is due: %s", got)
	}
	if got := sent("work_report_late"); got != "" {
		t.Errorf("overdue before it is: %s", got)
	}
	runs(6 * time.Hour)
	runs(time.Minute)
	runs(24 * time.Hour)
	if got := sent("work_report_late"); got != both {
		t.Errorf("overdue: %s", got)
	}
	if got := sent("work_report_due"); got != both {
		t.Errorf("told again: %s", got)
	}
}
