package catalog

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

func TestPacksInTheTreeAreValid(t *testing.T) {
	t.Parallel()
	folders, err := fs.Glob(tenants.FS, "*/city.yaml")
	if err != nil || len(folders) < 2 {
		t.Fatalf("packs %v, %v", folders, err)
	}
	e := pack.NewEngine()
	e.Register(Section())
	for _, folder := range folders {
		slug := path.Dir(folder)
		t.Run(slug, func(t *testing.T) {
			t.Parallel()
			p, err := pack.Load(tenants.FS, slug)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Check(p); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestTanjungpinangRunsFromTheSameModel(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	p, err := pack.Load(tenants.FS, "tanjungpinang")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine().Apply(t.Context(), w.DB, p); err != nil {
		t.Fatal(err)
	}
	other := w.Ctx(w.Other)
	all, err := c.List(other, Filter{})
	if err != nil || len(all) < 30 {
		t.Fatalf("%d services, %v", len(all), err)
	}
	for _, s := range all {
		d, err := c.Find(other, s.Code)
		if err != nil || s.Verified || d.Standard == nil || d.Standard.Verified {
			t.Errorf("%s is verified in a city where nobody has checked it (%v)", s.Code, err)
		}
		// A source and a legal basis may name the Batam text they were taken from; what a resident is told to do may not.
		raw, err := json.Marshal([]any{s.Name, s.Summary, d.Standard.Parts.Requirements, d.Standard.Parts.Procedure})
		if err != nil || strings.Contains(string(raw), "{kota") || strings.Contains(string(raw), "Batam") {
			t.Errorf("%s speaks of another city, or of none: %s %v", s.Code, raw, err)
		}
	}
	if _, err := c.Find(other, "sambungan-air"); !fault.Is(err, "catalog.unknown_service") {
		t.Errorf("what Tanjungpinang excludes: %v", err)
	}
	if own, err := c.List(ctx, Filter{}); err != nil || len(own) != 36 {
		t.Errorf("Batam has %d services after its neighbour came, %v", len(own), err)
	}
}
