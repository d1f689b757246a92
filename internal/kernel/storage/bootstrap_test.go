package storage_test

import (
	"testing"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/storage"
)

func TestBootstrapMayRunAgain(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	if err := storage.Bootstrap(t.Context(), w.SuperURL, storage.Roles{Database: w.Database}); err != nil {
		t.Error(err)
	}
	if err := storage.Bootstrap(t.Context(), w.SuperURL, storage.Roles{Database: w.Database, AppPassword: "a'b"}); err == nil {
		t.Error("a password with a quote was accepted")
	}
}
