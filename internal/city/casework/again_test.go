package casework

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// holds fails the test unless err names app as what is in the way, with its number and this day in its sentence.
func holds(t *testing.T, err error, app application.Application, day string) {
	t.Helper()
	var h *intake.Hold
	if !errors.As(err, &h) || h.ID != app.ID || !h.ByNIK {
		t.Fatalf("the refusal names %+v, want %s", h, app.ID)
	}
	f := fault.From(err)
	if text := i18n.ID.T("fault."+f.Code, f.Args...); !strings.Contains(text, app.Number) || !strings.Contains(text, day) {
		t.Errorf("the refusal says %q", text)
	}
}

func allows(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnOpenApplicationIsNamedToItsApplicant: before the first question and after the last, from submission until what
// was approved is collected.
func TestAnOpenApplicationIsNamedToItsApplicant(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	allows(t, st.MayStart(st.ctx, siti, ktp))
	app := st.submitted(t, siti, sitiNIK)
	next := st.draft(t, st.ctx, siti, sitiNIK)
	refused := func(code string) {
		t.Helper()
		_, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: next.ID, Key: "again"})
		wants(t, err, code)
		holds(t, err, app, "24 Februari 2027")
		err = st.MayStart(st.ctx, siti, ktp)
		wants(t, err, code)
		holds(t, err, app, "24 Februari 2027")
	}
	refused("application.one_open")
	app = st.approved(t, budi, app)
	refused("application.not_collected")
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	refused("application.cooldown")

	// The rule is about a person: the account may apply for another one.
	other := st.resident(t, st.ctx, "Andi")
	allows(t, st.MayStart(st.ctx, other, ktp))
	if err := st.SavePage(st.ctx, siti, next.ID, "nik", map[string][]string{"nik": {nikOf(5)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: next.ID, Key: "again"}); err != nil {
		t.Fatal(err)
	}
}

// TestSomebodyElsesApplicationIsNotToldOf: another account that applies with the same NIK hears the same, whatever became
// of the application that is in its way.
func TestSomebodyElsesApplicationIsNotToldOf(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	stranger := st.resident(t, st.ctx, "Tamu")
	allows(t, st.MayStart(st.ctx, stranger, ktp))
	draft := st.draft(t, st.ctx, stranger, sitiNIK)
	var said []string
	hears := func() {
		t.Helper()
		_, err := st.Submit(st.ctx, stranger, intake.SubmitInput{ID: draft.ID, Key: "k"})
		wants(t, err, "application.not_now")
		if errors.As(err, new(*intake.Hold)) {
			t.Error("the refusal carries whose application it is")
		}
		f := fault.From(err)
		said = append(said, i18n.ID.T("fault."+f.Code, f.Args...))
	}
	hears()
	app = st.approved(t, budi, app)
	hears()
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	hears()
	if slices.Sort(said); len(slices.Compact(said)) != 1 || strings.Contains(said[0], app.Number) || !strings.Contains(said[0], "Dinas Kependudukan") {
		t.Errorf("a stranger hears %q", said)
	}
}

func TestTheCooldownOfThreeMonths(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	app = st.approved(t, budi, app)
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	next := st.draft(t, st.ctx, siti, "2171 0467 0390 0003") // the same NIK in another spelling
	for _, tt := range []struct{ at, code string }{
		{"2026-11-25 08:00", "application.cooldown"},
		{"2027-02-24 09:59", "application.cooldown"},
		{"2027-02-24 10:00", ""},
	} {
		st.on(t, tt.at)
		if tt.code == "" {
			allows(t, st.MayStart(st.ctx, siti, ktp))
		}
		_, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: next.ID, Key: "again"})
		if tt.code != "" {
			wants(t, err, tt.code)
			holds(t, err, app, "24 Februari 2027")
			err = st.MayStart(st.ctx, siti, ktp)
			wants(t, err, tt.code)
			holds(t, err, app, "24 Februari 2027")
		} else if err != nil {
			t.Errorf("on %s: %v", tt.at, err)
		}
	}
}
