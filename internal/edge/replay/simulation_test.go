package replay_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// TestAnAdministratorTriesATermOnPastCases: what was really decided comes out as it was recorded, and a longer term makes
// the late case one in time.
func TestAnAdministratorTriesATermOnPastCases(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	first, late := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	second, _ := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270001235").Apply("2171040101900004")
	officer := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Name: "Andi", Roles: []string{"officer"},
		Agency: "disdukcapil", TOTP: true}
	act := func(root, action, reason string) {
		t.Helper()
		ctx, id := s.In(t, pagetest.HostBatam), uuid.MustParse(strings.TrimPrefix(root, "/permohonan/"))
		d, err := s.Casework.Get(ctx, officer, id)
		if err == nil {
			_, err = s.Casework.Act(ctx, officer, casework.ActInput{ID: id, Action: action, Version: d.Application.Version, Reason: reason})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	act(first, "start_review", "")
	act(second, "start_review", "")
	s.Wait(24 * time.Hour)
	act(second, "reject", "NIK tidak cocok.")
	s.Wait(48 * time.Hour) // two working days were promised on Tuesday; this is Friday
	act(first, "reject", "NIK tidak cocok.")

	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	at := "/kelola/layanan/" + pagetest.KTP + "/simulasi"
	admin.Page("/kelola/layanan", "Simulasi")
	form := admin.Page(at, "Putar ulang permohonan", "Anggapan: semua orang bertindak", "alur kerja versi 1", "Belum ada")
	dates := func(page string) string {
		t.Helper()
		var out []string
		for _, m := range regexp.MustCompile(`name="(?:from|to)"[^>]* value="(\d+)"`).FindAllStringSubmatch(page, -1) {
			out = append(out, m[1])
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ page, want string }{{form, "1 7 2026 30 9 2026"}, {admin.Page(at + "?kurun=bulan"), "1 10 2026 31 10 2026"},
		{admin.Page(at + "?kurun=tahun"), "1 11 2025 31 10 2026"}} {
		if got := dates(c.page); got != c.want {
			t.Errorf("the form proposes %s, want %s", got, c.want)
		}
	}
	if !strings.Contains(form, `<option value="now" selected`) {
		t.Error("without a draft something else than today's workflow is proposed")
	}
	run := func(pairs ...string) pagetest.Answer {
		t.Helper()
		return admin.Post(at, append([]string{"from", "2026-11-01", "to", "2026-11-30"}, pairs...)...)
	}
	as := admin.Follow(run())
	admin.Sees(as, http.StatusOK, "Permohonan diputus 2", "Terlambat, menurut catatan 1", "Terlambat, menurut usulan 1", "Tidak ada permohonan yang akan berakhir lain", "aturan sekarang")
	admin.Sees(admin.Follow(admin.Post(at, "from", "2026-07-01", "to", "2026-09-30")), http.StatusOK, "diputus dalam masa itu, jadi tidak ada yang dibandingkan")
	longer := run("term", "5", "unit", "working_day", "version", "1")
	admin.Sees(admin.Follow(longer), http.StatusOK, "Terlambat, menurut usulan 0", "1 permohonan akan berakhir lain", late, "Tepat waktu", "jangka waktu 5 hari kerja", "Beban Disdukcapil", "1 petugas", "Gambar alur")
	csv := admin.Get(longer.To() + "/csv")
	if csv.Status != http.StatusOK || !strings.Contains(csv.Body, "service,disdukcapil,ktp-el-hilang,,late,1,0\n") || !strings.Contains(csv.Body, "case,disdukcapil,ktp-el-hilang,"+late+",outcome,late,in_time\n") {
		t.Errorf("CSV %d: %s", csv.Status, csv.Body)
	}
	// The second stood in review for a day, the first for three; the catalogue's own workflow gives that step no time.
	admin.Sees(as, http.StatusOK, "Waktu langkah menurut kantor")
	var flow workflow.Workflow
	var body []byte
	err := s.DB.App.NewRaw(`SELECT w.body FROM v_workflow w JOIN v_case c ON c.tenant_id = w.tenant_id AND c.workflow_code = w.code AND c.workflow_version = w.version
		LIMIT 1`).Scan(s.In(t, pagetest.HostBatam), &body)
	if err == nil {
		err = json.Unmarshal(body, &flow)
	}
	for i, state := range flow.States {
		if flow.States[i].Within = (workcal.Term{}); state.Code == "in_review" {
			flow.States[i].Within = workcal.Term{Amount: 1, Unit: workcal.WorkingDay}
		}
	}
	draft, err2 := json.Marshal(flow)
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	paced := run("draft", string(draft))
	admin.Sees(admin.Follow(paced), http.StatusOK, "Dalam verifikasi Disdukcapil tanpa waktu langkah 1 dari 2 Lebih sering")
	if csv := admin.Get(paced.To() + "/csv"); !strings.Contains(csv.Body, "step,disdukcapil,,in_review,timed,0,2\nstep,disdukcapil,,in_review,late,0,1\n") {
		t.Errorf("CSV %d: %s", csv.Status, csv.Body)
	}
	admin.Sees(admin.Follow(run("days_off", "25-11-2026")), http.StatusOK, "Terlambat, menurut usulan 0", "1 hari libur tambahan")

	refused := run("term", "banyak", "draft", `{"x":1}`, "days_on", "besok")
	admin.Sees(admin.Post(at, "from", "31", "from", "2", "from", "2026", "to", "2026-11-30"), http.StatusUnprocessableEntity, "Permohonan selesai dari tanggal")
	admin.Sees(run("version", "draft"), http.StatusUnprocessableEntity, "Alur kerja:")
	admin.Sees(refused, http.StatusUnprocessableEntity, "pilih satuannya", "bukan alur kerja yang utuh", "Tulis tanggal seperti")
	if !strings.Contains(refused.Body, `value="banyak"`) || !strings.Contains(refused.Body, ">besok</textarea>") {
		t.Error("what was typed is gone")
	}
	admin.Page(at, "jangka waktu 5 hari kerja")
	dodi := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "disdukcapil")
	dodi.Sees(dodi.Get(longer.To()), http.StatusForbidden)
	other := s.Staff(t, pagetest.HostOther, "Tono Saputra", "city_admin", "")
	other.Sees(other.Get(longer.To()), http.StatusNotFound)
}
