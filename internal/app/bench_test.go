package app

import (
	"strings"
	"testing"
	"time"

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

// TestLifecyclesAreDriven: every step of a lifecycle is answered as it should be, in a city that was filled, by people who think
// and who do not, and the table names each size. What the figures are is not for a test.
func TestLifecyclesAreDriven(t *testing.T) {
	t.Parallel()
	for said, o := range map[string]bench.LifecycleOptions{
		"without think time":                    {Seconds: 1, Clients: 2, Rows: []int{0, 2000}},
		"thinking about 20ms between two steps": {Seconds: 1, Clients: 2, Rows: []int{0, 2000}, Think: 20 * time.Millisecond},
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			t.Cleanup(func() {
				if err := devkit.Remove(dir); err != nil {
					t.Error(err)
				}
			})
			var out strings.Builder
			err := onBench(t.Context(), devkit.Options{Dir: dir, Fast: true}, func(d bench.Deps) error { return bench.Lifecycle(t.Context(), &out, d, o) })
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{said, "Measuring at 0 applications", "Measuring at 2000 applications", "resolve p50", "CPU time of a lifecycle", "Slope: "} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the table has no %q:\n%s", want, out.String())
				}
			}
			t.Log(out.String())
		})
	}
}

// TestUsageIsMeasured: the benchmark of metering runs, holds its totals to the events and names its bars. What the figures
// are is not for a test.
func TestUsageIsMeasured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := devkit.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	var out strings.Builder
	err := onBench(t.Context(), devkit.Options{Dir: dir, Fast: true}, func(d bench.Deps) error {
		return bench.Usage(t.Context(), &out, d, bench.UsageOptions{Events: 20_000, Cities: 3})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"of COPY of the same rows", "beside 1 other city", "beside 3 other cities", "at least 0.50: ", "under 10 ms: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, out.String())
		}
	}
	t.Log(out.String())
}

// TestDuctsAreMeasured: the benchmark of the ducts runs, its tiles are those that PostGIS makes of the same features, its ways cost what
// pgRouting says, and it names its bars. What the figures are is not for a test.
func TestDuctsAreMeasured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := devkit.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	var out strings.Builder
	err := onBench(t.Context(), devkit.Options{Dir: dir, Fast: true}, func(d bench.Deps) error {
		return bench.Ducts(t.Context(), &out, d, bench.DuctOptions{Segments: 800})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"is taken in, checked and applied", "Up to three ways", "by tariff: p50",
		"by length 1000 of 1000 equal to pgRouting, by tariff 1000 of 1000", "zoom 16", "against ST_AsMVT"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, out.String())
		}
	}
	t.Log(out.String())
}
