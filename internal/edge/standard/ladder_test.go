package standard_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/workflow"
)

// TestOneOfSeveralServicesHasItsOwnLadder and is given another workflow by its administrator: both hold for what is sent
// from then on, what is under way keeps the workflow and the ladder that it was sent with, and the other services of the
// workflow keep theirs.
func TestOneOfSeveralServicesHasItsOwnLadder(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	before, _ := siti.Apply(pagetest.SitiNIK)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	path := "/kelola/layanan/" + pagetest.KTP + "/standar"
	page := rina.Page(path, "Pengingat dan eskalasi", "mengikuti alur kerja", "Permohonan memakai jenjang yang berlaku saat dikirim")
	own := []string{"rules_ladder_own", "yes", "rules_ladder_reminders_0_amount", "50", "rules_ladder_reminders_0_unit", "percent", "rules_ladder_reminders_0_tell", "holder",
		"rules_ladder_escalation_0_tell", "city_admin"}
	today := s.ClockNow().Format("2006-01-02")
	dates := []string{"effective_from", today}
	rina.Post(path, written(t, page, append(append([]string{}, own...), append(dates, "rules_ladder_reminders_0_amount", "150")...)...)...)
	page = rina.Page(path, "Pengingat 1", "antara 1 dan 99", "jenjang sendiri")
	if !strings.Contains(page, `value="150"`) {
		t.Error("what was typed is gone")
	}
	rina.Post(path, written(t, page, "rules_ladder_reminders_0_amount", "50", "workflow", "adminduk-elektronik", "effective_from", today)...)
	home := "/kelola/layanan/" + pagetest.KTP
	page = rina.Page(home, "Terbitkan", "Pengingat dan eskalasi mengikuti alur kerja")
	a := rina.Post(path+"/terbitkan", "revision", pagetest.Hidden(t, page, "revision"))
	if a.Status != http.StatusSeeOther {
		t.Fatalf("not published: %d %.2000s", a.Status, pagetest.Text(a.Body))
	}
	rina.Page(home, "Pengingat dan eskalasi jenjang sendiri")
	record, err := audit.List(ctx, s.DB.App, audit.Filter{Object: "service"})
	if err != nil || len(record.Entries) == 0 || !strings.Contains(string(record.Entries[0].Detail), `"city_admin"`) {
		t.Errorf("on record: %+v, %v", record.Entries, err)
	}

	andi := s.Resident(t, pagetest.HostBatam, "Andi", "081270005678")
	after, _ := andi.Apply("2171041203880007")
	pinned := func(root string) (app application.Application) {
		t.Helper()
		id := root[strings.LastIndex(root, "/")+1:]
		if err := s.DB.App.NewSelect().Model(&app).Where("a.id = ?", id).Scan(ctx); err != nil {
			t.Fatal(err)
		}
		return app
	}
	if app := pinned(before); app.WorkflowCode != "adminduk" || app.Ladder != nil {
		t.Errorf("what is under way has %s and %+v", app.WorkflowCode, app.Ladder)
	}
	app := pinned(after)
	if l := app.Ladder; app.WorkflowCode != "adminduk-elektronik" || l == nil || len(l.Reminders) != 1 || l.Reminders[0].Percent != 50 ||
		len(l.Escalation) != 1 || l.Escalation[0] != (workflow.Escalation{After: workflow.AfterDue, Level: 1, Tell: "city_admin"}) {
		t.Errorf("what is sent now has %s and %+v", app.WorkflowCode, app.Ladder)
	}
	officer := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "disdukcapil")
	desk := pagetest.AtDesk(before)
	officer.Goes(officer.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, officer.Page(desk))), desk)
	if kia := rina.Page("/kelola/layanan/kia/standar"); !strings.Contains(kia, "mengikuti alur kerja") {
		t.Error("another service has the ladder")
	}
}
