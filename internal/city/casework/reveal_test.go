package casework

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
)

// TestWhatTheOfficeFilledInIsRevealedOnRecord: a sensitive answer of an officer is masked for everyone, and shown in full
// to whom may see such numbers, who stands in the record with it.
func TestWhatTheOfficeFilledInIsRevealedOnRecord(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) {
		for i := range w.Actions {
			if w.Actions[i].Code == "start_review" {
				w.Actions[i].Fields = []form.Field{
					{Code: "nik_penjamin", Type: form.NIK, Label: inBoth("NIK penjamin"), Required: true, Sensitive: true},
					{Code: "loket", Type: form.Text, Label: inBoth("Loket"), Max: 20},
					{Code: "ahli", Type: form.Group, Label: inBoth("Ahli waris"), MaxRows: 3, Fields: []form.Field{
						{Code: "nik_ahli", Type: form.NIK, Label: inBoth("NIK"), Required: true, Sensitive: true}}},
				}
			}
		}
	})
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	clerk := st.officer(t, "Magang", "disdukcapil")
	app := st.submitted(t, siti, sitiNIK)
	const whose, heir = "2171041203880007", "2171046703900003"
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version,
		Answers: map[string][]string{"nik_penjamin": {whose}, "loket": {"3"}, "ahli": {"1"}, "ahli.1.nik_ahli": {heir}}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := st.Get(st.ctx, budi, app.ID)
	if err != nil || len(d.Office) != 1 {
		t.Fatalf("%+v, %v", d.Office, err)
	}
	shown := map[string]Answer{}
	for _, a := range d.Office[0].Fields {
		shown[a.Code] = a
	}
	for _, code := range []string{"nik_penjamin", "ahli.1.nik_ahli"} {
		if a := shown[code]; !a.Masked || a.Text == whose || a.Text == heir || a.Text == "" {
			t.Errorf("%s is shown as %+v", code, a)
		}
	}
	if shown["loket"].Text != "3" || shown["loket"].Masked {
		t.Errorf("the counter is shown as %+v", shown["loket"])
	}
	for code, want := range map[string]string{"nik_penjamin": whose, "ahli.1.nik_ahli": heir, "nik": sitiNIK} {
		if got, err := st.Reveal(i18n.With(st.ctx, i18n.ID), budi, app.ID, code); err != nil || got != (Revealed{Text: want}) {
			t.Errorf("%s reveals %+v, %v", code, got, err)
		}
		trail := st.trail(t, app.ID)
		if last := trail[len(trail)-1]; last.Action != "application.reveal" || last.ActorID != budi.ID || !last.At.Equal(st.clock()) || !strings.Contains(string(last.Detail), `"`+code+`"`) {
			t.Errorf("%s is recorded as %+v", code, last)
		}
	}
	for _, code := range []string{"loket", "ahli.2.nik_ahli", "tidak_ada"} {
		_, err = st.Reveal(st.ctx, budi, app.ID, code)
		wants(t, err, "application.no_answer")
	}
	_, err = st.Reveal(st.ctx, clerk, app.ID, "nik_penjamin")
	wants(t, err, "access.denied")
	_, err = st.Reveal(st.ctx, siti, app.ID, "nik_penjamin")
	wants(t, err, "access.denied")
	_, err = st.Reveal(st.ctx, budi, uuid.New(), "nik_penjamin")
	wants(t, err, "application.not_found")
}
