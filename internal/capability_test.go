package internal_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatIsPromisedIsShown holds the list of what cities are promised to the tests that show it: each is in the tree under
// its name, so whoever renames or removes one meets the promise.
func TestWhatIsPromisedIsShown(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/capabilities.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		what, proof, named := strings.Cut(line, "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		where, test, whole := strings.Cut(proof, "\t")
		if !named || !whole || strings.Contains(test, "\t") || strings.TrimSpace(what) == "" {
			t.Errorf("line %d is not a capability, a place and a test", i+1)
			continue
		}
		if seen[line] {
			t.Errorf("line %d is there twice", i+1)
		}
		seen[line] = true
		if !tested(t, where, test) {
			t.Errorf("line %d: %s has no test %q for %q", i+1, where, test, what)
		}
	}
	if len(seen) == 0 {
		t.Error("nothing is promised")
	}
}

// tested reports whether a package has a test function, or a script a test, of this name.
func tested(t *testing.T, where, test string) bool {
	t.Helper()
	files, want := []string{filepath.Join("..", where)}, regexp.MustCompile("\\btest\\([\"`]"+regexp.QuoteMeta(test)+"[\"`],")
	if path.Ext(where) == "" {
		var err error
		if files, err = filepath.Glob(filepath.Join("..", where, "*_test.go")); err != nil {
			t.Fatal(err)
		}
		want = regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(\w+ \*testing\.[TF]\) \{$`)
	}
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && want.Match(text) {
			return true
		}
	}
	return false
}
