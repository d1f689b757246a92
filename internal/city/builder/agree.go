package builder

import (
	"slices"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/registry"
)

// PutCosign changes who must agree to an application, or with an empty code adds one more behind the others.
func PutCosign(code string, x form.Cosign) func(*form.Form) error {
	return func(f *form.Form) error {
		at := slices.IndexFunc(f.Cosign, func(c form.Cosign) bool { return c.Code == code })
		if code != "" && at < 0 {
			return gone(code)
		}
		if other := slices.IndexFunc(f.Cosign, func(c form.Cosign) bool { return c.Code == x.Code }); other >= 0 && other != at {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		if code == "" {
			f.Cosign = append(f.Cosign, x)
			return nil
		}
		f.Cosign[at] = x
		return nil
	}
}

// RemoveCosign asks for somebody's agreement no longer.
func RemoveCosign(code string) func(*form.Form) error {
	return func(f *form.Form) error {
		before := len(f.Cosign)
		f.Cosign = slices.DeleteFunc(f.Cosign, func(c form.Cosign) bool { return c.Code == code })
		if len(f.Cosign) == before {
			return gone(code)
		}
		return nil
	}
}

// PutLookup sets what the register that x names fills in; a form has one such setting of each register.
func PutLookup(x form.Lookup) func(*form.Form) error {
	return func(f *form.Form) error {
		if at := lookupAt(*f, x.Registry); at >= 0 {
			f.Lookups[at] = x
			return nil
		}
		f.Lookups = append(f.Lookups, x)
		return nil
	}
}

// RemoveLookup asks a register nothing any more.
func RemoveLookup(k registry.Kind) func(*form.Form) error {
	return func(f *form.Form) error {
		at := lookupAt(*f, k)
		if at < 0 {
			return gone(string(k))
		}
		f.Lookups = slices.Delete(f.Lookups, at, at+1)
		return nil
	}
}

func lookupAt(f form.Form, k registry.Kind) int {
	return slices.IndexFunc(f.Lookups, func(x form.Lookup) bool { return x.Registry == k })
}

// LookupOf is what a form has filled in by a register, with what is wrong in it; an empty one when there is nothing.
func LookupOf(f form.Form, k registry.Kind) (form.Lookup, bool) {
	at := lookupAt(f, k)
	if at < 0 {
		return form.Lookup{Registry: k, Fills: map[string]string{}}, false
	}
	return f.Lookups[at], true
}
