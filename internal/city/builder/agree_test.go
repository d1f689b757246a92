package builder

import (
	"testing"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/registry"
)

func TestWhoMustAgreeAndWhatRegistersFillIn(t *testing.T) {
	t.Parallel()
	f := sample()
	for _, tt := range []struct {
		name string
		do   func(*form.Form) error
		bad  bool
		want string
	}{
		{"one", PutCosign("", form.Cosign{Code: "saksi"}), false, "saksi"},
		{"another", PutCosign("", form.Cosign{Code: "ibu"}), false, "saksi ibu"},
		{"one of the same code", PutCosign("", form.Cosign{Code: "ibu"}), true, "saksi ibu"},
		{"renamed to another", PutCosign("saksi", form.Cosign{Code: "ibu"}), true, "saksi ibu"},
		{"renamed", PutCosign("saksi", form.Cosign{Code: "ayah"}), false, "ayah ibu"},
		{"one that is not there", PutCosign("saksi", form.Cosign{Code: "x"}), true, "ayah ibu"},
		{"one less", RemoveCosign("ayah"), false, "ibu"},
		{"one less that is not there", RemoveCosign("ayah"), true, "ibu"},
		{"a register", PutLookup(form.Lookup{Registry: registry.Business, By: "a"}), false, "ibu business:a"},
		{"the same register", PutLookup(form.Lookup{Registry: registry.Business, By: "b"}), false, "ibu business:b"},
		{"a register less", RemoveLookup(registry.Business), false, "ibu"},
		{"which is not there now", RemoveLookup(registry.Business), true, "ibu"},
	} {
		if err := tt.do(&f); (err != nil) != tt.bad {
			t.Errorf("%s: %v", tt.name, err)
		}
		got := ""
		for _, c := range f.Cosign {
			got += " " + c.Code
		}
		for _, x := range f.Lookups {
			got += " " + string(x.Registry) + ":" + x.By
		}
		if got != " "+tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPlacesBesideThePages(t *testing.T) {
	t.Parallel()
	f := sample()
	f.Cosign, f.Lookups = []form.Cosign{{Code: "saksi"}}, []form.Lookup{{Registry: registry.Business}}
	for path, want := range map[string]Place{
		"cosign[0].shows[1]":      {Cosign: "saksi", Property: "shows"},
		"cosign[0].label.en":      {Cosign: "saksi", Property: "label"},
		"cosign[1].shows":         {},
		"cosign":                  {},
		"lookups[0].fills.name":   {Lookup: "business", Property: "fills"},
		"lookups[0].registry":     {Lookup: "business", Property: "registry"},
		"pages[0].fields[0].code": {Page: "satu", Field: "badan", Property: "code"},
	} {
		if got := PlaceOf(f, path); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
}
