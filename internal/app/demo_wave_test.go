//go:build !race

package app

import (
	"bytes"
	"io/fs"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ductwave"
	"bedelau/tenants"
)

// TestTheDemonstrationHasWaves: one whose cables come down, with photos that everybody sees, one that operators can sign for, and one about
// which they are asked.
func TestTheDemonstrationHasWaves(t *testing.T) {
	t.Parallel()
	a, _ := newEmptyApp(t)
	made, err := a.seedPeople(t.Context())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	ctx, manager, err := a.demoActor(t.Context(), made, "ducting@batam.localhost")
	must(err)
	corridors, err := fs.ReadFile(tenants.FS, "batam/duct/corridors.yaml")
	must(err)
	file, err := ductsurvey.Sample(corridors)
	must(err)
	_, err = a.Surveying.Load(ctx, manager, ductsurvey.ImportInput{Title: "Jaringan contoh", Source: "Uji", OnDay: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: bytes.NewReader(file)})
	must(err)
	must(a.seedLeases(ctx, manager, time.Now()))
	start := time.Now()
	must(a.seedWaves(ctx, manager, time.Now()))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("seeding took %s", took)
	}
	all, err := a.Waves.List(ctx, manager, "", uuid.Max, 10)
	must(err)
	shown, err := a.Waves.Shown(ctx)
	must(err)
	if len(all) != 3 || all[0].State != ductwave.Survey || all[1].State != ductwave.Committing || all[2].State != ductwave.AerialDown || all[2].Permille() != 500 || len(shown) != 3 || len(shown[2].Roads[0].Photos) != 2 {
		t.Errorf("%+v, shown %+v", all, shown)
	}
}
