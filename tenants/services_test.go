package tenants_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

type service struct {
	Code        string
	Order       int
	Agency      string
	Joint       []string `yaml:"joint_agencies"`
	Category    string
	Keywords    []string
	Integration string
	Verified    bool
	Source      string
	Form        string
	Workflow    string
	Document    string
	Standard    struct {
		Requirements []requirement
		Procedure    []any
		Time         struct {
			Amount, Max int
			Unit        string
			Note        map[string]string
		}
		Fee struct {
			Free    bool
			Amount  int
			Formula map[string]string
		}
		Products   []any
		Complaints map[string]string
		LegalBasis []string `yaml:"legal_basis"`
	}
}

type requirement struct {
	Code, Kind, Form string
	Name             map[string]string
	File             *fileRule
	AnyOf            []requirement `yaml:"any_of"`
}

type fileRule struct {
	Types       []string
	MaxMB       int `yaml:"max_mb"`
	MaxCount    int `yaml:"max_count"`
	Requirement string
}

func services(t *testing.T, c city) map[string]service {
	t.Helper()
	out := map[string]service{}
	for _, name := range c.files(t, "services") {
		var s service
		decode(t, name, &s)
		if code := strings.TrimSuffix(path.Base(name), ".yaml"); s.Code != code {
			t.Errorf("%s: code = %q; want the file name", name, s.Code)
		}
		out[s.Code] = s
	}
	return out
}

// The catalogue of the model city is numbered; the two rows that a source shows whole are the verified ones.
func TestModelCatalogue(t *testing.T) {
	t.Parallel()
	seen, verified := map[int]string{}, []int{}
	for _, s := range services(t, model(t)) {
		if other := seen[s.Order]; other != "" || s.Order < 1 || s.Order > 36 {
			t.Errorf("%s: order = %d, also of %q; want 1 to 36, each once", s.Code, s.Order, other)
		}
		seen[s.Order] = s.Code
		if s.Verified {
			verified = append(verified, s.Order)
		}
		if s.Source == "" {
			t.Errorf("%s: no source", s.Code)
		}
	}
	if len(seen) != 36 {
		t.Errorf("services = %d; want 36", len(seen))
	}
	if slices.Sort(verified); !slices.Equal(verified, []int{2, 6}) {
		t.Errorf("verified rows = %v; want those tagged so, [2 6]", verified)
	}
}

var categories = []string{
	"kependudukan", "perizinan", "kesehatan", "pajak", "sosial", "tenaga-kerja", "pendidikan", "perhubungan",
	"lingkungan", "air-lahan", "darurat", "informasi",
}

func TestServices(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		agencies := agencyCodes(t, c)
		native := 0
		for code, s := range services(t, c) {
			for _, a := range append(s.Joint, s.Agency) {
				if !agencies[a] {
					t.Errorf("%s/%s: agency %q is not in agencies.yaml", c.Slug, code, a)
				}
			}
			if !slices.Contains(categories, s.Category) {
				t.Errorf("%s/%s: category = %q", c.Slug, code, s.Category)
			}
			if len(s.Keywords) < 5 {
				t.Errorf("%s/%s: %d keywords; want at least 5 words people use", c.Slug, code, len(s.Keywords))
			}
			if c.Base != "" && s.Verified && s.Source == "" {
				t.Errorf("%s/%s: verified without a source", c.Slug, code)
			}
			if s.Integration == "native" {
				native++
				if !c.has(t, "forms", s.Form) || !c.has(t, "workflows", s.Workflow) || !c.has(t, "documents", s.Document) {
					t.Errorf("%s/%s: form %q, workflow %q, document %q; want all three", c.Slug, code, s.Form, s.Workflow, s.Document)
				}
			} else if s.Form+s.Workflow+s.Document != "" {
				t.Errorf("%s/%s: is %s and has a form, workflow or document", c.Slug, code, s.Integration)
			}
			checkStandard(t, c.Slug+"/"+code, s)
		}
		if native < 2 {
			t.Errorf("%s: %d native services; want two", c.Slug, native)
		}
	}
}

// The six parts that a resident is shown must be there, in a form the page can show.
func checkStandard(t *testing.T, at string, s service) {
	t.Helper()
	st := s.Standard
	if len(st.Requirements) == 0 || len(st.Procedure) < 2 || len(st.Products) == 0 || len(st.Complaints) == 0 || len(st.LegalBasis) == 0 {
		t.Errorf("%s: a public part is missing", at)
	}
	units := []string{"minute", "hour", "day", "working_day", "month"}
	switch tm := st.Time; {
	case tm.Unit == "none":
		if tm.Amount != 0 || tm.Max != 0 || len(tm.Note) == 0 {
			t.Errorf("%s: time without a unit needs a note and no number", at)
		}
	case !slices.Contains(units, tm.Unit) || tm.Max < 1 || tm.Max < tm.Amount:
		t.Errorf("%s: time = %+v", at, tm)
	}
	if f := st.Fee; f.Free && f.Amount != 0 || !f.Free && f.Amount == 0 && len(f.Formula) == 0 {
		t.Errorf("%s: fee = %+v; want free, an amount or a formula", at, f)
	}
	checkRequirements(t, at, s.Integration == "native", st.Requirements)
}

func checkRequirements(t *testing.T, at string, native bool, all []requirement) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range all {
		if r.Code == "" || seen[r.Code] || len(r.Name) == 0 {
			t.Errorf("%s: requirement %q is unnamed or repeated", at, r.Code)
		}
		seen[r.Code] = true
		if !slices.Contains([]string{"administrative", "technical"}, r.Kind) ||
			!slices.Contains([]string{"original", "copy", "data", "thing"}, r.Form) {
			t.Errorf("%s: requirement %s is %q, %q", at, r.Code, r.Kind, r.Form)
		}
		if len(r.AnyOf) == 1 {
			t.Errorf("%s: requirement %s has one alternative", at, r.Code)
		}
		if r.File != nil {
			if !native || r.Form == "data" || r.Form == "thing" {
				t.Errorf("%s: requirement %s has a file rule but nothing is uploaded here", at, r.Code)
			}
			checkFileRule(t, at+" requirement "+r.Code, *r.File)
		}
		checkRequirements(t, at, native, r.AnyOf)
	}
}

func checkFileRule(t *testing.T, at string, f fileRule) {
	t.Helper()
	for _, kind := range f.Types {
		if !slices.Contains([]string{"jpg", "png", "pdf"}, kind) {
			t.Errorf("%s: file type %q", at, kind)
		}
	}
	if len(f.Types) == 0 || f.MaxMB < 1 || f.MaxMB > 20 || f.MaxCount < 1 || f.MaxCount > 10 {
		t.Errorf("%s: file rule %+v", at, f)
	}
}
