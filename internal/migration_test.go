package internal_test

import (
	"io/fs"
	"strings"
	"testing"

	"bedelau/migrations"
)

// TestEveryMigrationHasANumberOfItsOwn: two with one number stop every database from being made.
func TestEveryMigrationHasANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d migrations: %v", len(names), err)
	}
	of := map[string]string{}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if other := of[number]; other != "" {
			t.Errorf("%s and %s", other, name)
		}
		of[number] = name
	}
}
