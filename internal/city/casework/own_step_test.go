package casework

import (
	"testing"

	"bedelau/internal/kernel/workflow"
)

// answered lets the applicant answer what the office proposes: a step back to it with a word of thanks, and two by which the
// case is decided.
func answered(w *workflow.Workflow) {
	w.States = append(w.States, workflow.State{Code: "proposed", Label: inBoth("Usulan"), Public: inBoth("Setujukah Anda?"), Stage: workflow.StageInReview, Clock: workflow.Paused})
	own := func(code, to, reason, message string) workflow.Action {
		a := workflow.Action{Code: code, Label: inBoth(code), From: []string{"proposed"}, To: to, Actor: workflow.ByApplicant, Reason: reason}
		if message != "" {
			a.Message = inBoth(message)
		}
		return a
	}
	w.Actions = append(w.Actions,
		workflow.Action{Code: "propose", Label: inBoth("Usulkan"), From: []string{"in_review"}, To: "proposed", Actor: workflow.ByOfficer,
			Permission: "application:review", Reason: workflow.ReasonNone, Message: inBoth("Setujukah Anda?")},
		own("object", "in_review", workflow.ReasonRequired, "Keberatan Anda kami periksa."),
		own("ask_again", "in_review", workflow.ReasonNone, ""),
		own("decline", "rejected", workflow.ReasonRequired, ""),
		own("accept", "approved", workflow.ReasonNone, ""),
	)
}

// TestWhatComesOfTheirOwnStepIsWrittenToTheApplicant: the decision, and what the workflow says; not that they took it.
func TestWhatComesOfTheirOwnStepIsWrittenToTheApplicant(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, answered)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	for n, tt := range []struct {
		action, reason                     string
		plain, approved, rejected, stepped int // letters
	}{
		{"object", "Terlalu mahal.", 2, 0, 0, 1},
		{"ask_again", "", 1, 0, 0, 1},
		{"decline", "Tidak jadi.", 1, 0, 1, 0},
		{"accept", "", 1, 1, 0, 0},
	} {
		warga := st.resident(t, st.ctx, "Warga")
		app := st.submitted(t, warga, nikOf(n))
		var err error
		for _, action := range []string{"start_review", "propose"} {
			if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version}); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
		}
		stepped := st.letters(t, "case_stepped", budi.ID)
		if _, err = st.Step(st.ctx, warga, ActInput{ID: app.ID, Action: tt.action, Version: app.Version, Reason: tt.reason}); err != nil {
			t.Fatalf("%s: %v", tt.action, err)
		}
		for template, want := range map[string]int{"generic": tt.plain, "application_approved": tt.approved, "application_rejected": tt.rejected} {
			if got := st.letters(t, template, warga.ID); got != want {
				t.Errorf("%s: %d letters %s, want %d", tt.action, got, template, want)
			}
		}
		if got := st.letters(t, "case_stepped", budi.ID) - stepped; got != tt.stepped {
			t.Errorf("%s: %d letters to the officer, want %d", tt.action, got, tt.stepped)
		}
	}
}
