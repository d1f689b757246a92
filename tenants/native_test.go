package tenants_test

import (
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"bedelau/tenants"
)

type form struct {
	Code    string
	Version int
	Pages   []struct {
		Code   string
		Title  map[string]string
		Fields []field
	}
}

type field struct {
	Code, Type          string
	Parts               []string
	Fields              []field
	Label, Hint         map[string]string
	Required, Sensitive bool
	Max                 int
	Options             []option
	File                *fileRule
}

type option struct {
	Value string
	Label map[string]string
}

func (f form) fields() []field {
	var all []field
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			all = append(append(all, fd), fd.Fields...)
		}
	}
	return all
}

var fieldTypes = []string{
	"text", "long_text", "nik", "kk", "nib", "npwp", "phone", "email", "number", "money", "computed", "date", "choice", "multi_choice", "yes_no", "file",
	"point", "person", "group", "consent", "info",
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		for _, name := range c.files(t, "forms") {
			var f form
			decode(t, name, &f)
			if f.Code != strings.TrimSuffix(path.Base(name), ".yaml") || f.Version < 1 || len(f.Pages) == 0 {
				t.Errorf("%s: code %q, version %d, %d pages", name, f.Code, f.Version, len(f.Pages))
			}
			codes := map[string]bool{}
			for _, p := range f.Pages {
				if codes["page "+p.Code] || len(p.Title) == 0 || len(p.Fields) == 0 {
					t.Errorf("%s: page %q is repeated, untitled or empty", name, p.Code)
				}
				codes["page "+p.Code] = true
			}
			for _, fd := range f.fields() {
				if codes[fd.Code] || !slices.Contains(fieldTypes, fd.Type) || len(fd.Label) == 0 {
					t.Errorf("%s: field %q of type %q is repeated, unknown or unlabelled", name, fd.Code, fd.Type)
				}
				codes[fd.Code] = true
				if (fd.Type == "choice" || fd.Type == "multi_choice") != (len(fd.Options) > 1) || (fd.Type == "file") != (fd.File != nil) {
					t.Errorf("%s: field %s is %s with %d options, file %v", name, fd.Code, fd.Type, len(fd.Options), fd.File)
				}
				if (fd.Type == "nik" || fd.Type == "kk" || fd.Type == "file") && !fd.Sensitive {
					t.Errorf("%s: field %s holds an identity and is not sensitive", name, fd.Code)
				}
				if (fd.Type == "text" || fd.Type == "long_text") && fd.Max < 1 {
					t.Errorf("%s: field %s has no upper length", name, fd.Code)
				}
				if fd.File != nil {
					checkFileRule(t, name+" field "+fd.Code, *fd.File)
				}
			}
		}
	}
}

// A form proves the requirements of its service: same codes, same file rules, nothing required left out.
func TestFormsUploadTheRequirements(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		for code, s := range services(t, c) {
			if s.Integration != "native" {
				continue
			}
			rules := map[string]fileRule{}
			for _, r := range leaves(s.Standard.Requirements) {
				if r.File != nil {
					rules[r.Code] = *r.File
				}
			}
			for _, fd := range formOf(t, c, s.Form).fields() {
				if fd.File == nil {
					continue
				}
				want, ok := rules[fd.File.Requirement]
				want.Requirement = fd.File.Requirement
				if !ok || !reflect.DeepEqual(want, *fd.File) {
					t.Errorf("%s/%s: upload %s = %+v; the standard says %+v", c.Slug, code, fd.Code, *fd.File, want)
				}
				delete(rules, fd.File.Requirement)
			}
			if len(rules) > 0 {
				t.Errorf("%s/%s: nothing uploads %v", c.Slug, code, rules)
			}
		}
	}
}

// leaves are requirements with the alternatives of each in its place.
func leaves(all []requirement) []requirement {
	var out []requirement
	for _, r := range all {
		if len(r.AnyOf) > 0 {
			out = append(out, leaves(r.AnyOf)...)
		} else {
			out = append(out, r)
		}
	}
	return out
}

func formOf(t *testing.T, c city, code string) form {
	t.Helper()
	for _, name := range c.files(t, "forms") {
		if path.Base(name) == code+".yaml" {
			var f form
			decode(t, name, &f)
			return f
		}
	}
	t.Fatalf("%s has no form %q", c.Slug, code)
	return form{}
}

// A city that copies a form for its districts must not drift from the model in anything else.
func TestCopiedFormsDifferInOptionsOnly(t *testing.T) {
	t.Parallel()
	base := model(t)
	for _, c := range cities(t) {
		for _, name := range c.files(t, "forms") {
			if c.Slug == base.Slug || !strings.HasPrefix(name, c.folder+"/") || !base.has(t, "forms", strings.TrimSuffix(path.Base(name), ".yaml")) {
				continue
			}
			var own form
			decode(t, name, &own)
			if theirs := formOf(t, base, own.Code); !reflect.DeepEqual(withoutOptions(own), withoutOptions(theirs)) {
				t.Errorf("%s differs from the model in more than the options of a choice", name)
			}
		}
	}
}

func withoutOptions(f form) form {
	for i := range f.Pages {
		for j := range f.Pages[i].Fields {
			f.Pages[i].Fields[j].Options = nil
		}
	}
	return f
}

// What the texts of a document name is checked with its form and workflow when the pack is.
func TestDocumentsAreWhole(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		for code, s := range services(t, c) {
			if s.Integration != "native" {
				continue
			}
			var d struct {
				Code    string
				Title   map[string]string
				Pattern string `yaml:"number_pattern"`
				Body    []any
				Signer  map[string]string `yaml:"signer_title"`
			}
			name := c.Slug + "/documents/" + s.Document + ".yaml"
			if _, err := tenants.FS.Open(name); err != nil {
				name = c.Base + "/documents/" + s.Document + ".yaml"
			}
			decode(t, name, &d)
			if d.Code != s.Document || len(d.Title) == 0 || len(d.Body) == 0 || len(d.Signer) == 0 || !strings.Contains(d.Pattern, "{seq}") {
				t.Errorf("%s for %s: incomplete", name, code)
			}
		}
	}
}
