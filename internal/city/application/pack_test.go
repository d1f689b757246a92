package application

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"testing"
	"testing/fstest"

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
			if !slices.Contains(all, tt.want) {
				t.Errorf("found %q, want %q", all, tt.want)
			}
		})
	}
}
