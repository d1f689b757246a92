package workflow

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
)

var words = i18n.Text{"id": "x", "en": "x"}

// state is one that nothing is wrong with: of work, or with final an end.
func state(code string, final bool) State {
	s := State{Code: code, Label: words, Public: words, Stage: StageInReview, Clock: Running}
	if final {
		s.Stage, s.Clock, s.Final = StageCompleted, Stopped, true
	}
	return s
}

// step is an officer's action that nothing is wrong with.
func step(code, to string, from ...string) Action {
	return Action{Code: code, Label: words, From: from, To: to, Actor: ByOfficer, Permission: access.ApplicationReview, Reason: ReasonNone}
}

// auto is one of the system's.
func auto(code, to string, from ...string) Action {
	a := step(code, to, from...)
	a.Actor, a.Permission = BySystem, ""
	return a
}

// asks is a branch whose office can agree, and refuse.
func asks(code string, outcomes ...bool) Branch {
	b := Branch{Code: code, Label: words, Permission: access.ApplicationReview}
	for i, refuses := range outcomes {
		o := Outcome{Code: fmt.Sprintf("o%d", i), Label: words, Refuses: refuses, Reason: ReasonNone}
		if refuses {
			o.Reason = ReasonRequired
		}
		b.Outcomes = append(b.Outcomes, o)
	}
	return b
}

// joint is a licence: two offices are asked at the same time, and it is decided when both have answered.
func joint() *Workflow {
	w := &Workflow{Code: "izin", Version: 1, Start: "diajukan", States: []State{
		state("diajukan", false), state("rekomendasi", false), state("putusan", false), state("bayar", false), state("selesai", true), state("ditolak", true),
	}, Actions: []Action{
		step("mulai", "rekomendasi", "diajukan"), auto("lengkap", "putusan", "rekomendasi"), auto("tidak_lanjut", "ditolak", "rekomendasi"),
		step("tetapkan", "bayar", "putusan"), step("lunas", "selesai", "bayar"), auto("batal", "ditolak", "bayar"), auto("gratis", "selesai", "bayar"),
	}}
	w.States[1].Branches = []Branch{asks("dinkes", false, true), asks("dpmptsp", false, true)}
	w.States[3].Clock, w.States[3].Fee = Paused, &Fee{Field: "biaya", Title: words, How: words, Due: workcal.Term{Amount: 30, Unit: workcal.Day}}
	w.States[5].Stage = StageCancelled
	w.Actions[1].Join, w.Actions[2].Join, w.Actions[2].Message = JoinAll, JoinRefused, words
	w.Actions[3].Fields = []form.Field{{Code: "biaya", Type: form.Money, Label: words, Required: true}}
	w.Actions[4].Pays = true
	w.Actions[5].After, w.Actions[5].Message = workcal.Term{Amount: 14, Unit: workcal.WorkingDay}, words
	w.Actions[5].Remind = &Remind{Before: workcal.Term{Amount: 3, Unit: workcal.Day}, Message: words}
	w.Actions[6].When = "biaya == 0"
	w.Reminders = []Reminder{{Percent: 50, Tell: ToHolder}, {Before: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}, Tell: ToHolder}}
	w.Escalation = []Escalation{{After: AfterDue, Level: 1, Tell: "agency_head"},
		{After: AfterDue, Level: 2, By: workcal.Term{Amount: 3, Unit: workcal.WorkingDay}, Tell: "city_admin"}}
	return w
}

// doctors is the applicant's form of such a licence.
func doctors() form.Form {
	return form.Form{Code: "sip", Version: 1, Pages: []form.Page{{Code: "str", Title: words, Fields: []form.Field{
		{Code: "spesialis", Type: form.YesNo, Label: words}, {Code: "scan", Type: form.File, Label: words, File: &form.FileRule{Types: []string{"pdf"}, MaxMB: 1, MaxCount: 1}},
	}}}}
}

func rules() Rules {
	return Rules{Officers: []access.Permission{access.ApplicationReview, access.ApplicationDecide}, Agencies: []string{"dinkes"},
		Forms: []form.Form{doctors()}, Reserved: []string{"number"}}
}

// found returns what Check refuses, as "path code".
func found(t testing.TB, w *Workflow, r Rules) []string {
	t.Helper()
	c := (&pack.Pack{}).Check("workflows/izin.yaml")
	w.Check(c, r)
	err := c.Err()
	if err == nil {
		return nil
	}
	var all pack.Problems
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var out []string
	for _, p := range all {
		out = append(out, strings.TrimSpace(p.Path+" "+p.Code))
		if !i18n.EN.Has("pack.problem." + p.Code) {
			t.Errorf("no sentence for %s", p.Code)
		}
	}
	return out
}
