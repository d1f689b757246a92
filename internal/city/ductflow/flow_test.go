package ductflow

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// TestEveryFlowIsChecked: each city's holds, and one that lacks what an order needs says what, at its place, in words.
func TestEveryFlowIsChecked(t *testing.T) {
	t.Parallel()
	raw, err := fs.ReadFile(tenants.FS, "batam/"+flowFile)
	if err != nil {
		t.Fatal(err)
	}
	with := func(text string) fstest.MapFS {
		out := fstest.MapFS{"batam/" + flowFile: {Data: []byte(text)}}
		brand, _ := fs.Glob(tenants.FS, "batam/brand/*")
		for _, name := range append(brand, "batam/city.yaml") {
			data, err := fs.ReadFile(tenants.FS, name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = &fstest.MapFile{Data: data}
		}
		return out
	}
	for name, tt := range map[string]struct{ old, anew, path, code string }{
		"as it is":              {"", "", "", ""},
		"no such effect":        {"quote: quote", "quote: gratis", "does.quote", "not_one_of"},
		"an effect is missing":  {"  refuse: refuse\n", "", "does", "no_effect"},
		"no such step":          {"  refuse: refuse\n", "  refuse: refuse\n  nihil: rework\n", "does.nihil", "no_such_action"},
		"no such state":         {"renewal: quoting", "renewal: nihil", "renewal", "no_such_state"},
		"nobody takes it":       {"accept_quote: reserve", "accept_quote: order", "actions[6].actor", "not_one_of"},
		"a quote that stays":    {"quote_lapses: lapse", "quote_lapses: rework", "actions[4].to", "no_lapse"},
		"removal never is late": {"removal_days: 30", "removal_days: 0", "removal_days", "not_between"},
		"a fee":                 {"permission: duct:lease\n    reason: none\n  - code: choose_route", "permission: duct:lease\n    reason: none\n    extends: {amount: 1, unit: day}\n  - code: choose_route", "actions[0]", "not_in_flow"},
	} {
		text := string(raw)
		if tt.old != "" && !strings.Contains(text, tt.old) {
			t.Fatalf("%s: the flow has no %q", name, tt.old)
		}
		p, err := pack.Load(with(strings.Replace(text, tt.old, tt.anew, 1)), "batam")
		if err != nil {
			t.Fatal(err)
		}
		_, err = readFlow(p)
		var all pack.Problems
		errors.As(err, &all)
		found := ""
		for _, x := range all {
			found += fmt.Sprintf("%s %s\n", x.Path, x.Code)
			if !i18n.ID.Has("pack.problem." + x.Code) {
				t.Errorf("%s has no words", x.Code)
			}
		}
		if (tt.code == "") != (err == nil) || !strings.Contains(found, strings.TrimSpace(tt.path+" "+tt.code)) {
			t.Errorf("%s: %v\n%s", name, err, found)
		}
	}
	folders, err := fs.Glob(tenants.FS, "*/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range folders {
		p, err := pack.Load(tenants.FS, strings.TrimSuffix(name, "/city.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if f, err := readFlow(p); err != nil || f == nil {
			t.Errorf("%s: %v, %v", name, f == nil, err)
		}
	}
}
