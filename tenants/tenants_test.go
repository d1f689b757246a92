package tenants_test

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"bedelau/tenants"
)

// cities returns the folders of FS by slug.
func cities(t *testing.T) []city {
	t.Helper()
	names, err := fs.Glob(tenants.FS, "*/city.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("city.yaml files = %v, %v; want at least two", names, err)
	}
	var out []city
	for _, name := range names {
		c := city{folder: path.Dir(name)}
		decode(t, name, &c)
		out = append(out, c)
	}
	return out
}

// model returns the city that others are based on.
func model(t *testing.T) city {
	t.Helper()
	all := cities(t)
	for _, c := range all {
		for _, base := range all {
			if c.Base != "" && c.Base == base.Slug {
				return base
			}
		}
	}
	t.Fatal("no city is based on another")
	return city{}
}

type city struct {
	folder       string
	Slug         string
	Name         string
	ShortName    string `yaml:"short_name"`
	Code         string
	NumberPrefix string `yaml:"number_prefix"`
	Base         string
	Exclude      []string
	Brand        struct{ Color, Logo string }
}

// files lists the merged pack: what c brings, and what its base has besides, without the excluded services.
func (c city) files(t *testing.T, folder string) []string {
	t.Helper()
	own, _ := fs.Glob(tenants.FS, c.folder+"/"+folder+"/*.yaml")
	have := map[string]bool{}
	for _, name := range own {
		have[path.Base(name)] = true
	}
	for _, code := range c.Exclude {
		have[code+".yaml"] = true
	}
	base, _ := fs.Glob(tenants.FS, c.Base+"/"+folder+"/*.yaml")
	for _, name := range base {
		if c.Base != "" && !have[path.Base(name)] {
			own = append(own, name)
		}
	}
	if len(own) == 0 {
		t.Fatalf("%s has no %s", c.folder, folder)
	}
	return own
}

func (c city) has(t *testing.T, folder, code string) bool {
	for _, name := range c.files(t, folder) {
		if path.Base(name) == code+".yaml" {
			return true
		}
	}
	return false
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := tenants.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// everyFile calls fn with each YAML file of every city.
func everyFile(t *testing.T, fn func(name string, raw []byte)) {
	t.Helper()
	err := fs.WalkDir(tenants.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" {
			return err
		}
		raw, err := tenants.FS.ReadFile(name)
		if err == nil {
			fn(name, raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryTextHasBothLanguages(t *testing.T) {
	t.Parallel()
	everyFile(t, func(name string, raw []byte) {
		var root yaml.Node
		if err := yaml.Unmarshal(raw, &root); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		checkTexts(t, name, "", &root)
	})
}

// alwaysText names the keys whose value is a wording in every file, so that a bare string there is a mistake.
var alwaysText = []string{
	"summary", "title", "label", "hint", "public", "message", "when", "note", "signer_title", "complaints", "validity",
	"delivery", "formula",
}

func checkTexts(t *testing.T, file, key string, n *yaml.Node) {
	expression := key == "when" && !strings.Contains(file, "/services/")
	if n.Kind == yaml.ScalarNode && slices.Contains(alwaysText, key) && !expression {
		t.Errorf("%s:%d: %s is a bare string; want id and en", file, n.Line, key)
	}
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			checkTexts(t, file, "", c)
		}
		return
	}
	got := map[string]string{}
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i].Value, n.Content[i+1]
		if (k == "id" || k == "en") && v.Kind == yaml.ScalarNode {
			got[k] = strings.TrimSpace(v.Value)
		}
		checkTexts(t, file, k, v)
	}
	if len(got) > 0 && (got["id"] == "" || got["en"] == "") {
		t.Errorf("%s:%d: id = %q, en = %q; want both", file, n.Line, got["id"], got["en"])
	}
}

// seenHosts are the hosts that a source was seen at; a pack links nowhere else.
var seenHosts = map[string]bool{
	"disdukcapil.batam.go.id": true, "dinsospm.batam.go.id": true, "kominfo.batam.go.id": true,
	"disdukcapilbisa.batam.go.id": true, "apok.batam.go.id": true, "apekesah.batam.go.id": true, "www.lapor.go.id": true,
}

var hostPattern = regexp.MustCompile(`https?://([^/\s"'}]+)`)

func TestLinksGoToSeenHosts(t *testing.T) {
	t.Parallel()
	everyFile(t, func(name string, raw []byte) {
		for _, m := range hostPattern.FindAllSubmatch(raw, -1) {
			if !seenHosts[string(m[1])] {
				t.Errorf("%s links to %s, which no source names", name, m[1])
			}
		}
	})
}

// A placeholder with a typing mistake would be read by residents.
func TestPlaceholdersAreKnown(t *testing.T) {
	t.Parallel()
	braces := regexp.MustCompile(`\{([a-z_]+)\}`)
	everyFile(t, func(name string, raw []byte) {
		if strings.Contains(name, "/documents/") || strings.Contains(name, "/workflows/") {
			return // these have more, checked when the pack is
		}
		for _, m := range braces.FindAllSubmatch(raw, -1) {
			if s := string(m[1]); s != "kota" && s != "kota_pendek" {
				t.Errorf("%s: {%s} is not a placeholder", name, s)
			}
		}
	})
}
