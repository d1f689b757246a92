package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the sources say about keys. Keys may also be built as "prefix." + code; then every key of the prefix counts as used.
var (
	asked     = regexp.MustCompile(`\b(?:T|Has)\(\s*"([^"]+)"\s*[,)]`)
	refusal   = regexp.MustCompile(`fault\.(?:New|Wrap)\(\s*fault\.\w+,\s*"([^"]+)"\s*[,)]`)
	badField  = regexp.MustCompile(`fault\.Field\{[^,{}]+,\s*(?:Code:\s*)?"([a-z0-9_.]+)"`)
	literal   = regexp.MustCompile("[\"`]([a-z0-9_-]+(?:\\.[a-z0-9_-]+)+)[\"`]")
	prefix    = regexp.MustCompile(`"([a-z0-9_]+(?:\.[a-z0-9_]+)*\.)"\s*\+`)
	localText = regexp.MustCompile(`\{(\w+)\}`)
)

// alwaysUsed are the families whose codes travel through the program as values.
var alwaysUsed = []string{"fault.", "field."}

func TestEveryKeyIsWrittenInBothLanguages(t *testing.T) {
	t.Parallel()
	for key, m := range catalogue() {
		if strings.TrimSpace(m.ID) == "" || strings.TrimSpace(m.EN) == "" {
			t.Errorf("%s lacks a language: id %q, en %q", key, m.ID, m.EN)
		}
		if a, b := placeholders(m.ID), placeholders(m.EN); a != b {
			t.Errorf("%s has placeholders %s in Indonesian and %s in English", key, a, b)
		}
	}
}

// TestOneWordForOneThing: a reader who meets two words looks for two things.
func TestOneWordForOneThing(t *testing.T) {
	t.Parallel()
	surel, email := regexp.MustCompile(`(?i)\bsurel`), regexp.MustCompile(`(?i)\bemail`)
	for key, m := range catalogue() {
		if surel.MatchString(m.ID) {
			t.Errorf("%s says surel where the others say email: %s", key, m.ID)
		}
		if email.MatchString(localText.ReplaceAllString(m.EN, "")) {
			t.Errorf("%s says email where the others say e-mail: %s", key, m.EN)
		}
	}
}

// placeholders names what a text asks for, in one order, since the order of words differs between languages.
func placeholders(s string) string {
	var names []string
	for _, m := range localText.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

func TestSourceAndCatalogueAgree(t *testing.T) {
	t.Parallel()
	used, prefixes := map[string]bool{}, append([]string{}, alwaysUsed...)
	for name, src := range sources(t) {
		for re, family := range map[*regexp.Regexp]string{asked: "", refusal: "fault.", badField: "field."} {
			for _, m := range re.FindAllStringSubmatch(src, -1) {
				used[family+m[1]] = true
				if _, ok := catalogue()[family+m[1]]; !ok {
					t.Errorf("%s uses %s, which no locale file has", name, family+m[1])
				}
			}
		}
		for _, m := range literal.FindAllStringSubmatch(src, -1) {
			used[m[1]] = true
		}
		for _, m := range prefix.FindAllStringSubmatch(src, -1) {
			prefixes = append(prefixes, m[1])
		}
	}
	for key := range catalogue() {
		if !used[key] && !hasPrefix(key, prefixes) {
			t.Errorf("%s is in a locale file and used nowhere", key)
		}
	}
}

func hasPrefix(key string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}

// sources returns every hand-written Go file and template of the module.
func sources(t *testing.T) map[string]string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "node_modules" || name == "data" || strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		written := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_templ.go") && !strings.HasSuffix(name, "_test.go")
		if !written && !strings.HasSuffix(name, ".templ") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
