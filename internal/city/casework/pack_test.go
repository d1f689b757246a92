package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// edited is the Batam pack with one text replaced in one file.
func edited(t testing.TB, file, old, new string) *pack.Pack {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(tenants.FS, "batam", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(tenants.FS, name)
		if name == "batam/"+file {
			if !bytes.Contains(raw, []byte(old)) {
				t.Fatalf("%s does not hold %q", name, old)
			}
			raw = bytes.Replace(raw, []byte(old), []byte(new), 1)
		}
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(out, "batam")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryPackCanBeUsed(t *testing.T) {
	t.Parallel()
	folders, err := fs.Glob(tenants.FS, "*/city.yaml")
	if err != nil || len(folders) < 2 {
		t.Fatalf("packs %v, %v", folders, err)
	}
	for _, folder := range folders {
		slug := path.Dir(folder)
		p, err := pack.Load(tenants.FS, slug)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := readPack(p); err != nil || len(all.forms) < 2 || len(all.workflows) < 2 || len(all.documents) < 2 {
			t.Errorf("%s: %d forms, %v", slug, len(all.forms), err)
		}
	}
}

func TestABrokenDefinitionIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	const form, wf, doc = "forms/ktp-el-hilang.yaml", "workflows/adminduk.yaml", "documents/ktp-el-hilang.yaml"
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"an unknown type", form, "type: nik", "type: ssn", "pages[1].fields[0].type not_one_of"},
		{"a code twice", form, "code: tempat_hilang", "code: nik", "pages[6].fields[1].code repeated"},
		{"a code that is a placeholder", form, "code: tempat_hilang", "code: reason", "pages[6].fields[1].code reserved"},
		{"a language missing", form, "{id: NIK Anda, en: Your NIK}", "{id: NIK Anda}", "pages[1].title.en required"},
		{"options on a text", form, "type: choice", "type: text", "pages[5].fields[0].options only_for_type"},
		{"a file type that runs", form, "types: [jpg, png, pdf]", "types: [svg]", "pages[7].fields[0].file.types[0] not_one_of"},
		{"a file without bound", form, "max_mb: 5", "max_mb: 0", "pages[7].fields[0].file.max_mb not_between"},
		{"an unknown key", form, "required: true\n        sensitive", "requird: true\n        sensitive", " unknown_field"},
		{"no start", wf, "start: submitted", "start: begin", "start no_such_state"},
		{"an action to nowhere", wf, "to: in_review\n    actor: officer", "to: nowhere\n    actor: officer", "actions[0].to no_such_state"},
		{"a state never reached", wf, "to: needs_correction", "to: in_review", "states[2] unreachable"},
		{"no way to an end", wf, "from: [approved]", "from: [submitted]", "states[3] dead_end"},
		{"a clock that runs for the applicant", wf, "clock: paused", "clock: running", "states[2].clock not_one_of"},
		{"nobody may", wf, "permission: application:review", "permission: staff:manage", "actions[0].permission no_such_permission"},
		{"a refusal without reason", wf, "to: rejected\n    actor: officer\n    permission: application:decide\n    reason: required", "to: rejected\n    actor: officer\n    permission: application:decide\n    reason: none", "actions[3].reason not_one_of"},
		{"a permission that the role lacks", wf, "permission: application:review", "permission: application:review\n    roles: [auditor]", "actions[0].roles[0] role_may_not"},
		{"a correction that cannot be sent", wf, "from: [needs_correction]\n    to: in_review\n    actor: applicant", "from: [needs_correction]\n    to: in_review\n    actor: system", "states[2] no_correction"},
		{"a level that nobody sweeps", wf, "level: 1", "level: 2", "escalation[0].level bad_form"},
		{"a number without its count", doc, "{seq}/SKP", "001/SKP", "number_pattern bad_form"},
		{"a placeholder of nothing", doc, "{nama_lengkap}", "{nama_panjang}", "body[0].id no_such_field"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := readPack(edited(t, tt.file, tt.old, tt.new))
			var found pack.Problems
			if !errors.As(err, &found) {
				t.Fatalf("not refused: %v", err)
			}
			var all []string
			for _, p := range found {
				all = append(all, p.Path+" "+p.Code)
				if !i18n.EN.Has("pack.problem." + p.Code) {
					t.Errorf("no sentence for %s", p.Code)
				}
				if p.File != "batam/"+tt.file || p.Line == 0 {
					t.Errorf("no place: %+v", p)
				}
			}
			if !contains(all, tt.want) {
				t.Errorf("found %q, want %q", all, tt.want)
			}
		})
	}
}

// TestAnApplicationKeepsTheVersionItWasStartedWith changes the form and the workflow under a running application.
func TestAnApplicationKeepsTheVersionItWasStartedWith(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	engine := pack.NewEngine()
	engine.Register(Section())
	versions := func() (v string) {
		for _, table := range []string{formTable, workflowTable, "document_definition"} {
			code := map[string]string{formTable: ktp, workflowTable: "adminduk", "document_definition": ktp}[table]
			n, err := newest(st.ctx, st.w.DB.App, table, code)
			if err != nil {
				t.Fatal(err)
			}
			v += fmt.Sprint(n)
		}
		return v
	}
	siti := st.resident(t, st.ctx, "Siti")
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	if _, err := engine.Apply(t.Context(), st.w.DB, edited(t, "forms/ktp-el-hilang.yaml", "code: tempat_hilang", "code: lokasi_hilang")); err != nil {
		t.Fatal(err)
	}
	if got := versions(); got != "211" {
		t.Fatalf("versions %s: only the form changed", got)
	}
	st.load(t, "batam") // back to the first text: a third version, for no version ever changes
	if got := versions(); got != "311" {
		t.Fatalf("versions %s", got)
	}
	st.load(t, "batam")
	if got := versions(); got != "311" {
		t.Errorf("versions %s after nothing changed", got)
	}
	app, err := st.Submit(st.ctx, siti, SubmitInput{ID: draft.ID, Key: "k"})
	if err != nil || app.FormVersion != 1 {
		t.Fatalf("form version %d, %v", app.FormVersion, err)
	}
	fresh, err := st.Start(st.ctx, st.resident(t, st.ctx, "Andi"), ktp, event.ChannelAPI)
	if err != nil || fresh.FormVersion != 3 {
		t.Errorf("a new draft has version %d, %v", fresh.FormVersion, err)
	}
}

// TestAFieldTakesNoMoreFilesThanItMay uploads from many tabs at once.
func TestAFieldTakesNoMoreFilesThanItMay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	body := photo(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for range 8 {
		wg.Go(func() {
			_, err := st.Attach(st.ctx, siti, app.ID, "file_kk", "kk.jpg", bytes.NewReader(body))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				kept++
			} else if !strings.Contains(err.Error(), "too_many_files") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil || kept != 1 || len(d.Files["file_kk"]) != 1 {
		t.Errorf("%d kept, %d shown, %v", kept, len(d.Files["file_kk"]), err)
	}
	if err := st.Detach(context.WithoutCancel(st.ctx), siti, app.ID, uuid.New()); err == nil {
		t.Error("took away a file that is not there")
	}
}
