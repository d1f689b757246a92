package desk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// TestWhatAnOfficerPointsAtIsDrawn: a step that asks for a place shows it on the map of the case, as an applicant's is.
func TestWhatAnOfficerPointsAtIsDrawn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	err := tenancy.InTx(s.In(t, pagetest.HostBatam), s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var body string
		if err := tx.NewRaw("SELECT body FROM workflow_definition WHERE tenant_id = ? AND code = 'adminduk'", tenancy.Must(ctx)).Scan(ctx, &body); err != nil {
			return err
		}
		var w workflow.Workflow
		if err := json.Unmarshal([]byte(body), &w); err != nil {
			return err
		}
		w.Actions = append(w.Actions, workflow.Action{Code: "survei", Label: inBoth("Catat survei"), From: []string{"in_review"}, To: "in_review", Actor: workflow.ByOfficer,
			Permission: "application:review", Reason: workflow.ReasonNone, Fields: []form.Field{{Code: "letak", Type: form.Point, Label: inBoth("Letak menurut survei"), Required: true}}})
		raw, err := json.Marshal(w)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("INSERT INTO workflow_definition (tenant_id, code, version, body, created_at) VALUES (?, 'adminduk', 2, ?::jsonb, now())",
			tenancy.Must(ctx), string(raw)).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	root, number := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	desk := pagetest.AtDesk(root)
	andi.Goes(andi.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, andi.Page(desk))), desk)
	page := andi.Page(desk, "Letak menurut survei")
	body := andi.Get(desk).Body
	if !strings.Contains(body, `id="peta-survei-letak"`) || !strings.Contains(body, `?peta=letak#peta-letak"`) {
		t.Error("a press on the map does not come back to it")
	}
	if strings.Count(body, `data-pin="isi.letak"`) != 1 || strings.Contains(body, `data-pin="letak"`) || !strings.Contains(body, "/dist/map.") && !strings.Contains(body, "map.js") {
		t.Error("the step that asks for a place has no map to press, or the case draws a place that nobody has given")
	}
	missing := andi.Post(desk+"/tindakan", "action", "survei", "version", pagetest.Version(t, page), "isi.letak", "", "isi.letak", "")
	andi.Sees(missing, http.StatusUnprocessableEntity, "Letak menurut survei: Isian ini wajib diisi")
	// Without a script the picture sends what was pressed: nothing is decided yet, and the place stands in the boxes.
	pressed := andi.Post(desk+"/tindakan?dari=semua&peta=letak", "action", "survei", "version", pagetest.Version(t, page), "isi.letak", "", "isi.letak", "",
		"_peta.letak", "", "_peta.letak.k.x", "120", "_peta.letak.k.y", "120")
	set := regexp.MustCompile(`name="isi.letak" value="(-?[0-9.]+)"`).FindAllStringSubmatch(pressed.Body, -1)
	if pressed.Status != http.StatusOK || len(set) != 2 || !strings.Contains(pressed.Body, `formaction="`+desk+`/tindakan?dari=semua&amp;peta=letak#peta-letak"`) {
		t.Errorf("a press on the map sets no place: %d %v", pressed.Status, set)
	}
	andi.Goes(andi.Post(desk+"/tindakan", "action", "survei", "version", pagetest.Version(t, page), "isi.letak", "1,13", "isi.letak", "104,05"), desk)
	page = andi.Page(desk, "Letak menurut survei", "1.130000, 104.050000", "peta skematis", "Tindakan pada "+number+" tersimpan")
	if n := strings.Count(page, `data-pin="letak"`); n != 1 {
		t.Errorf("%d points are drawn", n)
	}
}
