package pack

import (
	"context"
	"errors"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
)

// TestAListSaysWhatIsWrongAtItsPlace, in words that there are, and a pack without the file has an empty one.
func TestAListSaysWhatIsWrongAtItsPlace(t *testing.T) {
	t.Parallel()
	type row struct{ Code, Source string }
	var kept [][]row
	s := ListSection("uji", "duct/authorities.yaml", func(r row) string { return r.Code }, func(c *Check, at string, r row) { c.Required(at+".source", r.Source) },
		func(_ context.Context, _ bun.Tx, all []row) error { kept = append(kept, all); return nil })
	for _, tt := range []struct {
		name, file, path, code string
		rows                   int
	}{
		{"no file", "", "", "", 0},
		{"two", "- {code: a, source: x}\n- {code: b, source: x}\n", "", "", 2},
		{"one twice", "- {code: a, source: x}\n- {code: a, source: x}\n", "[1].code", "repeated", 0},
		{"no source", "- {code: a}\n", "[0].source", "required", 0},
	} {
		kept = nil
		p, err := Load(folders(map[string]string{"kampung/duct/authorities.yaml": tt.file}), "kampung")
		if err != nil {
			t.Fatal(err)
		}
		err = s.Apply(t.Context(), bun.Tx{}, p)
		if tt.code == "" {
			if err != nil || len(kept) != 1 || len(kept[0]) != tt.rows {
				t.Errorf("%s: %v, kept %v", tt.name, err, kept)
			}
			continue
		}
		var all Problems
		if errors.As(s.Check(p), &all); len(all) != 1 || all[0].Path != tt.path || all[0].Code != tt.code || !i18n.ID.Has("pack.problem."+tt.code) || err == nil || len(kept) > 0 {
			t.Errorf("%s: %+v, %v, kept %v", tt.name, all, err, kept)
		}
	}
}
