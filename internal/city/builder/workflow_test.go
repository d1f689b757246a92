package builder_test

import (
	"context"
	"errors"
	"log/slog"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/workflow"
	"bedelau/tenants"
)

const flow = "adminduk-elektronik"

// bench is the builder on a database of its own with the Batam pack.
type bench struct {
	*builder.Drafts[workflow.Workflow]
	w     *pgtest.World
	cases *casework.Service
	guard *access.Guard
	ctx   context.Context // Batam
}

func openBench(t *testing.T) bench {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	cases := casework.New(application.Deps{DB: w.DB, Guard: guard})
	b := bench{builder.New(builder.Deps{DB: w.DB, Guard: guard, Forms: cases, Workflows: cases, MadeWith: catalog.New(w.DB.App).MadeWith}).Workflows, w, cases, guard, w.Ctx(w.Batam)}
	b.load(t)
	return b
}

func (b bench) load(t *testing.T) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(catalog.Section())
	engine.Register(application.Section())
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.w.DB.App.NewRaw("DELETE FROM pack_applied").Exec(b.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Apply(t.Context(), b.w.DB, p); err != nil {
		t.Fatal(err)
	}
}

func (b bench) admin(name string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: b.w.Batam.ID, Kind: identity.Staff, Name: name, Roles: []string{"city_admin"}, TOTP: true}
}

func text(s string) i18n.Text { return i18n.Text{"id": s, "en": s} }

func addState(code string) builder.WorkflowChange {
	return builder.WorkflowChange{Code: flow, Act: builder.ActAdd, What: code, Do: builder.PutState("", workflow.State{
		Code: code, Label: text(code), Public: text(code), Stage: workflow.StageInReview, Clock: workflow.Running}, false)}
}

// TestAWorkflowOfAnotherAgency is not changed, published or given up by who configures the services of one agency alone.
func TestAWorkflowOfAnotherAgency(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina := b.admin("Rina")
	err := b.guard.CreateRole(b.ctx, rina, access.CreateRoleInput{Code: "penulis", Name: text("Penulis layanan"), Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	doni := b.admin("Doni")
	doni.Roles, doni.Agency = []string{"penulis"}, "dpmptsp"
	if _, err := b.Change(b.ctx, rina, addState("tinjau_lapangan")); err != nil {
		t.Fatal(err)
	}
	step := addState("lain")
	step.Revision = 1
	for what, do := range map[string]func() error{
		"changing":   func() error { _, err := b.Change(b.ctx, doni, step); return err },
		"publishing": func() error { _, err := b.Publish(b.ctx, doni, flow, 1); return err },
		"discarding": func() error { return b.Discard(b.ctx, doni, flow, 1) },
	} {
		if err := do(); !fault.Is(err, "workflow.other_agency") || fault.From(err).Kind != fault.Forbidden {
			t.Errorf("%s another agency's workflow: %v", what, err)
		}
	}
	own := addState("tinjau_lapangan")
	own.Code = "sip-dokter"
	if _, err := b.Change(b.ctx, doni, own); err != nil {
		t.Errorf("changing one's own: %v", err)
	}
}

// TestAWorkflowFromDraftToVersion: two administrators, a workflow that would get a case stuck, and the version that the
// city then has, whatever its pack brings.
func TestAWorkflowFromDraftToVersion(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	rina, joko := b.admin("Rina"), b.admin("Joko")
	if _, err := b.Publish(b.ctx, rina, flow, 0); !fault.Is(err, "workflow.nothing") {
		t.Errorf("publishing what nobody changed: %v", err)
	}
	d, err := b.Change(b.ctx, rina, addState("tinjau_lapangan"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, p := range d.Problems {
		at := builder.PlaceInWorkflow(d.Body, p.Path)
		said[p.Code] = at.State == "tinjau_lapangan" && p.Line > 0
	}
	if d.Revision != 1 || !said["unreachable"] || !said["dead_end"] {
		t.Errorf("revision %d, %v", d.Revision, d.Problems)
	}
	var problems pack.Problems
	if _, err := b.Publish(b.ctx, rina, flow, 1); !fault.Is(err, "workflow.broken") || !errors.As(err, &problems) || len(problems) < 2 {
		t.Errorf("publishing a workflow with a dead end: %v", err)
	}
	// Joko still looks at what was before Rina's step.
	_, err = b.Change(b.ctx, joko, addState("lain"))
	var other *builder.Changed
	if !fault.Is(err, "workflow.changed") || !errors.As(err, &other) || other.By != "Rina" || other.What != "tinjau_lapangan" {
		t.Errorf("the second of two: %v", err)
	}
	lead := func(revision int, a workflow.Action) {
		t.Helper()
		d, err = b.Change(b.ctx, joko, builder.WorkflowChange{Code: flow, Revision: revision, Act: builder.ActAdd, What: a.Code, Do: builder.PutAction("", a)})
		if err != nil {
			t.Fatal(err)
		}
	}
	lead(1, workflow.Action{Code: "tinjau", Label: text("Tinjau"), From: []string{"in_review"}, To: "tinjau_lapangan", Actor: workflow.ByOfficer,
		Permission: access.ApplicationReview, Roles: []string{"tidak_ada"}, Reason: workflow.ReasonNone})
	lead(2, workflow.Action{Code: "kembali", Label: text("Kembali"), From: []string{"tinjau_lapangan"}, To: "in_review", Actor: workflow.ByOfficer,
		Permission: access.ApplicationDecide, Roles: []string{"auditor"}, Reason: workflow.ReasonNone})
	codes := map[string]string{}
	for _, p := range d.Problems {
		codes[p.Code] = builder.PlaceInWorkflow(d.Body, p.Path).Action
	}
	if codes["no_such_role"] != "tinjau" || codes["role_may_not"] != "kembali" {
		t.Errorf("roles that do not exist or may not: %v", d.Problems)
	}
	mend := func(w *workflow.Workflow) error {
		for i := range w.Actions {
			w.Actions[i].Roles = nil
		}
		return nil
	}
	if d, err = b.Change(b.ctx, rina, builder.WorkflowChange{Code: flow, Revision: 3, Act: builder.ActEdit, What: "tinjau", Do: mend}); err != nil || len(d.Problems) > 0 {
		t.Fatalf("%v, %v", d.Problems, err)
	}
	if version, err := b.Publish(b.ctx, rina, flow, 4); err != nil || version != 2 {
		t.Fatalf("version %d, %v", version, err)
	}
	b.load(t)
	latest, err := b.cases.LatestWorkflow(b.ctx, b.w.DB.App, flow)
	if _, ok := latest.State("tinjau_lapangan"); err != nil || latest.Version != 2 || !ok {
		t.Errorf("after the pack was applied again: version %d, %v", latest.Version, err)
	}
	record, err := audit.List(b.ctx, b.w.DB.App, audit.Filter{Object: "workflow"})
	if err != nil || len(record.Entries) != 5 {
		t.Errorf("%d entries of the record, %v", len(record.Entries), err)
	}
}

// TestWhatThePackBroughtCanBePublished: nothing stands in the way of changing any workflow of the pack.
func TestWhatThePackBroughtCanBePublished(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Names("workflows") {
		code := strings.TrimSuffix(path.Base(name), ".yaml")
		if d, err := b.Open(b.ctx, b.admin("Rina"), code); err != nil || len(d.Problems) > 0 || len(d.Body.States) == 0 {
			t.Errorf("%s: %v, %v", code, d.Problems, err)
		}
	}
}

// TestADraftIsItsCitysOwn: another city neither sees a draft nor what was published of it, and officers do not either.
func TestADraftIsItsCitysOwn(t *testing.T) {
	t.Parallel()
	b := openBench(t)
	if _, err := b.Change(b.ctx, b.admin("Rina"), addState("baru")); err != nil {
		t.Fatal(err)
	}
	there := b.w.Ctx(b.w.Other)
	tono := b.admin("Tono")
	tono.TenantID = b.w.Other.ID
	d, err := b.Open(there, tono, flow)
	if err != nil || d.Revision != 0 || len(d.Body.States) != 0 {
		t.Errorf("another city sees revision %d with %d states, %v", d.Revision, len(d.Body.States), err)
	}
	officer := b.admin("Dodi")
	officer.Roles, officer.Agency = []string{"officer"}, "disdukcapil"
	if _, err := b.Open(b.ctx, officer, flow); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an officer: %v", err)
	}
	if err := b.Discard(b.ctx, b.admin("Rina"), flow, 1); err != nil {
		t.Fatal(err)
	}
	if d, err := b.Open(b.ctx, b.admin("Rina"), flow); err != nil || d.Revision != 0 || len(d.Problems) > 0 {
		t.Errorf("revision %d, %v, %v", d.Revision, d.Problems, err)
	}
}

// TestAWorkflowAsText: every workflow of the packs is the same after it was written and read.
func TestAWorkflowAsText(t *testing.T) {
	t.Parallel()
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Names("workflows") {
		var w workflow.Workflow
		if err := p.Decode(name, &w); err != nil {
			t.Fatal(err)
		}
		written, err := builder.Text(w)
		if err != nil {
			t.Fatal(err)
		}
		again, err := builder.ReadText[workflow.Workflow](w.Code, written)
		if err != nil || !reflect.DeepEqual(w, again) {
			t.Errorf("%s is another after a round, %v:\n%s", name, err, written)
		}
		if strings.Contains(written, `{"`) {
			t.Errorf("%s is not written for people", name)
		}
	}
	for _, tt := range []struct{ text, code string }{
		{"states: [", "unreadable"}, {"stats: []", "unknown_field"}, {"", "empty"}, {strings.Repeat(" ", builder.MostText+1), "file_too_large"},
		{"start: a\n---\nstart: b", "unreadable"}, {"states: 1", "wrong_shape"},
	} {
		_, err := builder.ReadText[workflow.Workflow]("x", tt.text)
		var found pack.Problems
		if !errors.As(err, &found) || found[0].Code != tt.code {
			t.Errorf("%.20q: %v", tt.text, err)
		}
	}
}

// TestWorkflowSteps: what a step does to the rest of the workflow.
func TestWorkflowSteps(t *testing.T) {
	t.Parallel()
	sample := func() workflow.Workflow {
		return workflow.Workflow{Code: "x", Start: "a", States: []workflow.State{
			{Code: "a", Branches: []workflow.Branch{{Code: "dinkes"}}}, {Code: "b"}},
			Actions:    []workflow.Action{{Code: "maju", From: []string{"a", "b"}, To: "b"}},
			Escalation: []workflow.Escalation{{Level: 1, Tell: "satu"}, {Level: 2, Tell: "dua"}}}
	}
	order := func(w workflow.Workflow) string {
		out := w.Start + ":"
		for _, s := range w.States {
			out += " " + s.Code
			for _, b := range s.Branches {
				out += "/" + b.Code
			}
		}
		for _, a := range w.Actions {
			out += " " + a.Code + "(" + strings.Join(a.From, ",") + ">" + a.To + ")"
		}
		for _, e := range w.Escalation {
			out += " " + e.Tell + string(rune('0'+e.Level))
		}
		return out
	}
	for _, tt := range []struct {
		name, want string
		do         func(*workflow.Workflow) error
	}{
		{"a state renamed", "c: c/dinkes b maju(c,b>b) satu1 dua2", builder.PutState("a", workflow.State{Code: "c"}, false)},
		{"another start", "b: a/dinkes b maju(a,b>b) satu1 dua2", builder.PutState("b", workflow.State{Code: "b"}, true)},
		{"a state whose code is taken", "", builder.PutState("a", workflow.State{Code: "b"}, false)},
		{"a state down", "a: b a/dinkes maju(a,b>b) satu1 dua2", builder.MoveState("a", 1)},
		{"the last state down", "a: a/dinkes b maju(a,b>b) satu1 dua2", builder.MoveState("b", 1)},
		{"a state less", "a: b maju(a,b>b) satu1 dua2", builder.RemoveState("a")},
		{"a branch whose code is taken elsewhere", "", builder.PutBranch("b", "", workflow.Branch{Code: "dinkes"})},
		{"one more branch", "a: a/dinkes b/lain maju(a,b>b) satu1 dua2", builder.PutBranch("b", "", workflow.Branch{Code: "lain"})},
		{"a branch less", "a: a b maju(a,b>b) satu1 dua2", builder.RemoveBranch("dinkes")},
		{"an action less", "a: a/dinkes b satu1 dua2", builder.RemoveAction("maju")},
		{"an action that is not there", "", builder.MoveAction("x", 1)},
		{"a level less", "a: a/dinkes b maju(a,b>b) dua1", builder.RemoveLevel(0)},
		{"one level more", "a: a/dinkes b maju(a,b>b) satu1 dua2 tiga3", builder.PutLevel(2, workflow.Escalation{Tell: "tiga"})},
		{"a level that is not there", "", builder.RemoveLevel(5)},
		{"all of it", "y: y", builder.Rewrite(workflow.Workflow{Code: "other", Start: "y", States: []workflow.State{{Code: "y"}}})},
	} {
		w := sample()
		err := tt.do(&w)
		if (err != nil) != (tt.want == "") || err == nil && order(w) != tt.want || w.Code != "x" {
			t.Errorf("%s: %s, want %s, %v", tt.name, order(w), tt.want, err)
		}
	}
}

// TestWhatOfficersAreAsked: questions and letters of a step are put, ordered and dropped by themselves, and a fault in one
// is placed in it.
func TestWhatOfficersAreAsked(t *testing.T) {
	t.Parallel()
	sample := func() workflow.Workflow {
		return workflow.Workflow{Code: "x", Start: "a", States: []workflow.State{{Code: "a", Branches: []workflow.Branch{{Code: "dinkes", Fields: []form.Field{{Code: "usul"}}}}}},
			Actions: []workflow.Action{
				{Code: "satu", Fields: []form.Field{{Code: "nomor", Type: form.Text}, {Code: "tanggal", Type: form.Date}}, Notify: []workflow.Notice{{To: "applicant"}, {To: "holder"}}},
				{Code: "dua"}, {Code: "tiga", Fields: []form.Field{{Code: "lama", Type: form.Number}}},
			}}
	}
	order := func(w workflow.Workflow) string {
		var out []string
		add := func(code string, fields []form.Field) {
			for _, f := range fields {
				code += " " + f.Code
			}
			out = append(out, code)
		}
		add("dinkes", w.States[0].Branches[0].Fields)
		for _, a := range w.Actions {
			add(a.Code, a.Fields)
			for _, n := range a.Notify {
				out = append(out, "→"+n.To)
			}
		}
		return strings.Join(out, " ")
	}
	satu, dua, dinkes := builder.Asker{Action: "satu"}, builder.Asker{Action: "dua"}, builder.Asker{Branch: "dinkes"}
	for _, tt := range []struct {
		name, want string
		do         func(*workflow.Workflow) error
	}{
		{"one more", "dinkes usul satu nomor tanggal baru →applicant →holder dua tiga lama", builder.PutQuestion(satu, "", form.Field{Code: "baru"})},
		{"the first of a step", "dinkes usul satu nomor tanggal →applicant →holder dua baru tiga lama", builder.PutQuestion(dua, "", form.Field{Code: "baru"})},
		{"of an office", "dinkes usul baru satu nomor tanggal →applicant →holder dua tiga lama", builder.PutQuestion(dinkes, "", form.Field{Code: "baru"})},
		{"renamed", "dinkes usul satu surat tanggal →applicant →holder dua tiga lama", builder.PutQuestion(satu, "nomor", form.Field{Code: "surat"})},
		{"a code twice", "", builder.PutQuestion(satu, "nomor", form.Field{Code: "tanggal"})},
		{"of no step", "", builder.PutQuestion(builder.Asker{Action: "empat"}, "", form.Field{Code: "baru"})},
		{"of no office", "", builder.RemoveQuestion(builder.Asker{Branch: "satu"}, "usul")},
		{"down", "dinkes usul satu tanggal nomor →applicant →holder dua tiga lama", builder.MoveQuestion(satu, "nomor", 1)},
		{"dropped", "dinkes satu nomor tanggal →applicant →holder dua tiga lama", builder.RemoveQuestion(dinkes, "usul")},
		{"one letter more", "dinkes usul satu nomor tanggal →applicant →holder dua →agency_head tiga lama", builder.PutNotice("dua", 0, workflow.Notice{To: "agency_head"})},
		{"another letter", "dinkes usul satu nomor tanggal →applicant →officer dua tiga lama", builder.PutNotice("satu", 1, workflow.Notice{To: "officer"})},
		{"a letter less", "dinkes usul satu nomor tanggal →holder dua tiga lama", builder.RemoveNotice("satu", 0)},
		{"a letter that is not there", "", builder.RemoveNotice("dua", 0)},
	} {
		w := sample()
		err := tt.do(&w)
		if (err != nil) != (tt.want == "") || err == nil && order(w) != tt.want {
			t.Errorf("%s: %s, want %s, %v", tt.name, order(w), tt.want, err)
		}
	}
	for path, want := range map[string]builder.WorkflowPlace{
		"actions[0].fields[1].label.en":              {Action: "satu", Question: "tanggal", Property: "label"},
		"actions[0].notify[1].body.id":               {Action: "satu", Notice: 2, Property: "body"},
		"states[0].branches[0].fields[0].show_if":    {Branch: "dinkes", Question: "usul", Property: "show_if"},
		"states[0].branches[0].outcomes[0].label.en": {Branch: "dinkes", Property: "outcomes"},
		"actions[0].fields[7].code":                  {Action: "satu", Property: "code"},
	} {
		if got := builder.PlaceInWorkflow(sample(), path); got != want {
			t.Errorf("%s is at %+v, want %+v", path, got, want)
		}
	}
	applicant := form.Form{Code: "f", Version: 1, Pages: []form.Page{{Code: "p", Fields: []form.Field{{Code: "nama", Type: form.Text}}}}}
	for want, of := range map[string]struct {
		builder.Asker
		code string
	}{
		"nama dinkes usul":                    {dinkes, ""},
		"nama dinkes":                         {dinkes, "usul"},
		"nama dinkes usul nomor":              {satu, "tanggal"},
		"nama dinkes usul nomor tanggal":      {satu, ""},
		"nama dinkes usul nomor tanggal ":     {dua, ""},
		"nama dinkes usul nomor tanggal lama": {builder.Asker{Action: "tiga"}, ""},
	} {
		w := sample()
		w.States[0].Branches[0].Fields[0].Type = form.Text
		var got []string
		for _, f := range builder.BeforeQuestion(w, applicant, of.Asker, of.code) {
			got = append(got, f.Code)
		}
		if strings.Join(got, " ") != strings.TrimSpace(want) {
			t.Errorf("before %s of %+v: %v, want %s", of.code, of.Asker, got, want)
		}
	}
}
