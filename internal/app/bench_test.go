package app

import (
	"testing"

	"bedelau/internal/edge/bench"
	"bedelau/internal/kernel/devkit"
)

// TestBareHandlersDoWhatTheProductDoes keeps the benchmark honest: its bare side runs the statements that a page and a
// submission were seen to run, and leaves the same rows behind.
func TestBareHandlersDoWhatTheProductDoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := devkit.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	err := onBench(t.Context(), devkit.Options{Dir: dir, Fast: true}, func(d bench.Deps) error { return bench.Verify(t.Context(), d) })
	if err != nil {
		t.Fatal(err)
	}
}
