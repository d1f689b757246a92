package catalog

import (
	"testing"

	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

func TestPacksInTheTreeAreValid(t *testing.T) {
	t.Parallel()
	slugs, err := pack.Slugs(tenants.FS)
	if err != nil {
		t.Fatal(err)
	}
	e := pack.NewEngine()
	e.Register(Section())
	for _, slug := range slugs {
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
