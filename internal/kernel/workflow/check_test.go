package workflow

import (
	"fmt"
	"slices"
	"testing"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
)

func TestASoundWorkflowIsAccepted(t *testing.T) {
	t.Parallel()
	if got := found(t, joint(), rules()); len(got) > 0 {
		t.Errorf("refused %q", got)
	}
}

func TestWhatIsRefusedOfAWorkflow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(w *Workflow)
		want  string
	}{
		{"no start", func(w *Workflow) { w.Start = "x" }, "start no_such_state"},
		{"not said where it starts", func(w *Workflow) { w.Start = "" }, "start no_start"},
		{"a state twice", func(w *Workflow) { w.States[1].Code = "diajukan" }, "states[1].code repeated"},
		{"a state that means draft", func(w *Workflow) { w.States[1].Code = Draft }, "states[1].code reserved"},
		{"a clock that runs for the payer", func(w *Workflow) { w.States[3].Clock = Running }, "states[3].clock not_one_of"},
		{"a wait of which nobody is told", func(w *Workflow) { w.States[2].Clock = Paused }, "actions[1].message wait_unsaid"},
		{"an office asked while the applicant is waited for", func(w *Workflow) { w.States[1].Clock = Paused }, "states[1].branches only_for_type"},
		{"the office of an address that nobody gives", func(w *Workflow) { w.States[1].Branches[0].Office = "rumah" }, "states[1].branches[0].office no_such_field"},
		{"an end that goes on", func(w *Workflow) { w.States[5].Final = false }, "states[5].final end_goes_on"},
		{"an end with a clock", func(w *Workflow) { w.States[3].Final = true }, "states[3].final end_with_clock"},
		{"nowhere to go", func(w *Workflow) { w.Actions[0].To = "x" }, "actions[0].to no_such_state"},
		{"from nowhere", func(w *Workflow) { w.Actions[0].From = nil }, "actions[0].from required"},
		{"from an end", func(w *Workflow) { w.Actions[0].From = []string{"selesai"} }, "actions[0].from[0] no_such_state"},
		{"never reached", func(w *Workflow) { w.Actions[3].To = "putusan" }, "states[3] unreachable"},
		{"stuck", func(w *Workflow) { w.Actions[3].To = "putusan" }, "states[2] dead_end"},
		{"stuck if a condition fails", func(w *Workflow) { w.Actions[0].If = "spesialis" }, "states[0] dead_end"},
		{"a correction nobody can send", func(w *Workflow) { w.States[3].Stage = StageNeedsCorrection }, "states[3] no_correction"},
		{"a circle of automatic steps", func(w *Workflow) {
			w.Actions[6].To = "putusan"
			back := auto("balik", "bayar", "putusan")
			back.When = "biaya == 0"
			w.Actions = append(w.Actions, back)
		}, "states[2] circle"},
		{"nobody's permission", func(w *Workflow) { w.Actions[0].Permission = access.StaffManage }, "actions[0].permission no_such_permission"},
		{"a role that may not", func(w *Workflow) { w.Actions[0].Roles = []string{"city_admin"} }, "actions[0].roles[0] role_may_not"},
		{"an agency that is not there", func(w *Workflow) { w.Actions[0].Agency = "x" }, "actions[0].agency unknown_agency"},
		{"a permission of the system", func(w *Workflow) { w.Actions[1].Permission = access.ApplicationReview }, "actions[1].permission only_for_type"},
		{"fields for the system", func(w *Workflow) { w.Actions[5].Fields = w.Actions[3].Fields }, "actions[5].fields only_for_type"},
		{"anew what is not issued", func(w *Workflow) { w.Actions[0].Reissues = true }, "actions[0].reissues only_for_type"},
		{"a person's timer", func(w *Workflow) { w.Actions[0].After = workcal.Term{Amount: 1, Unit: workcal.Day} }, "actions[0].after only_for_type"},
		{"a timer of nothing", func(w *Workflow) { w.Actions[5].After.Amount = 0 }, "actions[5].after.amount not_between"},
		{"a timer that runs back", func(w *Workflow) { w.Actions[5].After.Amount = -1 }, "actions[5].after.amount not_between"},
		{"a timer of fortnights", func(w *Workflow) { w.Actions[5].After.Unit = "fortnight" }, "actions[5].after.unit not_one_of"},
		{"a time while the applicant pays", func(w *Workflow) { w.States[3].Within = workcal.Term{Amount: 1, Unit: workcal.Day} }, "states[3].within only_for_type"},
		{"a step of no time", func(w *Workflow) { w.States[0].Within.Unit = workcal.Day }, "states[0].within.amount not_between"},
		{"two triggers", func(w *Workflow) { w.Actions[5].When = "biaya == 0" }, "actions[5] one_trigger"},
		{"a reminder of nothing", func(w *Workflow) { w.Actions[6].Remind = w.Actions[5].Remind }, "actions[6].remind only_for_type"},
		{"the system without a reason", func(w *Workflow) { w.Actions[5].Message = nil }, "actions[5].message.id required"},
		{"a way of joining that is none", func(w *Workflow) { w.Actions[1].Join = "most" }, "actions[1].join not_one_of"},
		{"a join without branches", func(w *Workflow) { w.Actions[1].From = []string{"putusan"} }, "actions[1].from[0] never_taken"},
		{"a join behind another", func(w *Workflow) {
			again := auto("lagi", "putusan", "rekomendasi")
			again.Join = JoinAll
			w.Actions = append(w.Actions, again)
		}, "actions[7].from[0] never_taken"},
		{"a document that nobody asked for", func(w *Workflow) { w.Actions[6].When = "" }, "actions[6].from[0] never_taken"},
		{"a refusal that nobody can give", func(w *Workflow) {
			w.States[1].Branches = []Branch{asks("dinkes", false)}
		}, "actions[2].from[0] never_taken"},
		{"branches that never join", func(w *Workflow) { w.Actions[1].Join = JoinAny; w.Actions[2].If = "spesialis" }, "states[1].branches no_join"},
		{"a branch of an agency that is not there", func(w *Workflow) { w.States[1].Branches[0].Agency = "x" }, "states[1].branches[0].agency unknown_agency"},
		{"a branch for nobody", func(w *Workflow) { w.States[1].Branches[0].Permission = "" }, "states[1].branches[0].permission no_such_permission"},
		{"a branch twice", func(w *Workflow) { w.States[1].Branches[1].Code = "dinkes" }, "states[1].branches[1].code repeated"},
		{"a branch that is a placeholder", func(w *Workflow) { w.States[1].Branches[0].Code = "number" }, "states[1].branches[0].code reserved"},
		{"a branch without an answer", func(w *Workflow) { w.States[1].Branches[0].Outcomes = nil }, "states[1].branches[0].outcomes required"},
		{"a refusal without a reason", func(w *Workflow) { w.States[1].Branches[0].Outcomes[1].Reason = ReasonNone }, "states[1].branches[0].outcomes[1].reason not_one_of"},
		{"a branch's time that is none", func(w *Workflow) { w.States[1].Branches[0].Term = workcal.Term{Unit: workcal.Day} }, "states[1].branches[0].term.amount not_between"},
		{"branches of an end", func(w *Workflow) { w.States[4].Branches = w.States[1].Branches }, "states[4].branches only_for_type"},
		{"a fee that nobody records", func(w *Workflow) { w.Actions[4].Pays = false }, "states[3].fee never_paid"},
		{"a payment of nothing", func(w *Workflow) { w.Actions[0].Pays = true }, "actions[0].from[0] no_fee"},
		{"a fee without amount", func(w *Workflow) { w.States[3].Fee.Field = "" }, "states[3].fee.amount field_or_amount"},
		{"a fee that is not money", func(w *Workflow) { w.States[3].Fee.Field = "spesialis" }, "states[3].fee.field no_such_field"},
		{"how to pay to whom", func(w *Workflow) { w.States[3].Fee.How = i18n.Text{"id": "{bank}", "en": "x"} }, "states[3].fee.how.id no_such_field"},
		{"a condition on what nobody answers", func(w *Workflow) { w.Actions[6].When = "harga == 0" }, "actions[6].when expression_unknown"},
		{"a condition that is none", func(w *Workflow) { w.Actions[0].If = "biaya" }, "actions[0].if expression_condition"},
		{"a field that asks for a later one", func(w *Workflow) {
			w.States[1].Branches[0].Fields = []form.Field{{Code: "a", Type: form.Text, Label: words, ShowIf: "biaya == 0"}}
		}, "states[1].branches[0].fields[0].show_if expression_unknown"},
		{"rows for the office", func(w *Workflow) { w.Actions[3].Fields[0].Type = form.Group }, "actions[3].fields[0].type not_for_office"},
		{"an answer of the applicant's", func(w *Workflow) { w.Actions[3].Fields[0].Code = "spesialis" }, "code field_twice"},
		{"a notice of what is not known", func(w *Workflow) {
			w.Actions[0].Notify = []Notice{{To: "agency_head", Title: words, Body: i18n.Text{"id": "{nik}", "en": "x"}}}
		}, "actions[0].notify[0].body.id no_such_field"},
		{"a notice to an agency that is not there", func(w *Workflow) {
			w.Actions[0].Notify = []Notice{{To: "agency_head", Agency: "x", Title: words, Body: words}}
		}, "actions[0].notify[0].agency unknown_agency"},
		{"a reminder at no time", func(w *Workflow) { w.Reminders[0].Percent = 0 }, "reminders[0] percent_or_before"},
		{"a reminder after the end", func(w *Workflow) { w.Reminders[0].Percent = 100 }, "reminders[0].percent not_between"},
		{"a level left out", func(w *Workflow) { w.Escalation[1].Level = 3 }, "escalation[1].level bad_form"},
		{"a level of what", func(w *Workflow) { w.Escalation[0].After = "start" }, "escalation[0].after not_one_of"},
		{"nobody to tell", func(w *Workflow) { w.Escalation[0].Tell = "" }, "escalation[0].tell bad_code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := joint()
			tt.spoil(w)
			if got := found(t, w, rules()); !slices.Contains(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAWaitIsAllowedWhereTheApplicantIsToldWhy: the promised time may stand still without a correction or a fee, once whoever
// stops it says why.
func TestAWaitIsAllowedWhereTheApplicantIsToldWhy(t *testing.T) {
	t.Parallel()
	for _, how := range []func(w *Workflow){
		func(w *Workflow) { w.Actions[1].Message = words },
		func(w *Workflow) { w.Actions[1].Actor, w.Actions[1].Join = ByApplicant, "" }, // who comes of their own accord
	} {
		w := joint()
		w.States[2].Clock = Paused
		how(w)
		for _, one := range found(t, w, rules()) {
			if one == "actions[1].message wait_unsaid" || one == "states[2].clock not_one_of" {
				t.Errorf("refused %q", one)
			}
		}
	}
}

// TestAmountsThatTheOfficeGoesBy: what officers are asked and offered may go by a tariff, and where is told.
func TestAmountsThatTheOfficeGoesBy(t *testing.T) {
	t.Parallel()
	w := joint()
	w.Actions[3].Fields = append(w.Actions[3].Fields, form.Field{Code: "retribusi", Type: form.Computed, As: form.Money, Label: words,
		Compute: `spesialis ? rates["pbg"]["khusus"] : rates["pbg"]["umum"]`})
	w.Actions[6].When = `biaya < rates["batas"]["kecil"]`
	want := []form.Rate{{Path: "actions[3].fields[1].compute", Table: "pbg", Row: "khusus"}, {Path: "actions[3].fields[1].compute", Table: "pbg", Row: "umum"},
		{Path: "actions[6].when", Table: "batas", Row: "kecil"}}
	got := w.Rates([]form.Form{doctors()})
	for _, one := range want {
		if !slices.Contains(got, one) {
			t.Errorf("named %+v, without %+v", got, one)
		}
	}
	f := doctors()
	if tables := w.Sheet(&f).RateTables(); len(got) != len(want) || !slices.Equal(slices.Sorted(slices.Values(tables)), []string{"batas", "pbg"}) {
		t.Errorf("named %+v of %q", got, tables)
	}
}

// TestStepsAreForRolesOfTheCity: where the city's roles are known, a step is for one that exists and may take it.
func TestStepsAreForRolesOfTheCity(t *testing.T) {
	t.Parallel()
	review := Role{"pemeriksa", []access.Permission{access.ApplicationReview, access.ApplicationDecide}}
	officer := slices.IndexFunc(joint().Actions, func(a Action) bool { return a.Actor == ByOfficer })
	at := fmt.Sprintf("actions[%d]", officer)
	for _, tt := range []struct {
		name, want string
		city       []Role
		step       []string
	}{
		{"the city's own role", "", []Role{review}, []string{"pemeriksa"}},
		{"every role that may", "", []Role{review}, nil},
		{"a role that is not there", at + ".roles[0] no_such_role", []Role{review}, []string{"loket"}},
		{"a role that may not", at + ".roles[0] role_may_not", []Role{review, {Code: "loket"}}, []string{"loket"}},
		{"nobody", at + ".permission nobody_may", []Role{{Code: "loket"}}, nil},
	} {
		w, r := joint(), rules()
		w.Actions[officer].Roles, r.Roles = tt.step, tt.city
		got := found(t, w, r)
		if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
