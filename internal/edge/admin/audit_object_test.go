package admin

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

var recorded = regexp.MustCompile(`\bObject:\s+"([a-z_]+)"`)

// TestTheRecordCanBeAskedForEverythingInIt: each kind of thing that the source records an act on can be chosen.
func TestTheRecordCanBeAskedForEverythingInIt(t *testing.T) {
	city, platform := auditObjects[tenancy.KindCity], auditObjects[tenancy.KindPlatform]
	found := map[string]bool{"form": true, "workflow": true} // named by variable in package builder
	tree := os.DirFS("../..")
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "edge/") {
			return err
		}
		source, err := fs.ReadFile(tree, path)
		for _, m := range recorded.FindAllSubmatch(source, -1) {
			object := string(m[1])
			found[object] = true
			if !slices.Contains(city, object) && (strings.HasPrefix(path, "city/") || !slices.Contains(platform, object)) {
				t.Errorf("%s records acts on %q, which the record cannot be asked for there", path, object)
			}
			if strings.HasPrefix(path, "saas/finance/") && !slices.Contains(platform, object) {
				t.Errorf("%s records acts on %q, which the platform's record cannot be asked for", path, object)
			}
		}
		return err
	})
	if err != nil || len(found) < 35 {
		t.Fatalf("the source was not read: %d kinds, %v", len(found), err)
	}
	for _, object := range slices.Concat(city, platform) {
		if !found[object] {
			t.Errorf("nothing is recorded on %q", object)
		}
		for _, l := range i18n.All() {
			if !l.Has("audit.object." + object) {
				t.Errorf("%q has no words in %s", object, l)
			}
		}
	}
}
