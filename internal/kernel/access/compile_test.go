package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
)

// What the compiled sets say is what Casbin says, for any rules, any person, any city.
func TestCompiledAnswersAsCasbinDoes(t *testing.T) {
	t.Parallel()
	cat, err := newCatalogue(All())
	if err != nil {
		t.Fatal(err)
	}
	city, elsewhere := uuid.NewString(), uuid.NewString()
	domains := []string{city, elsewhere, platformDomain}
	roles := []string{"resident", "staff", "officer", "agency_head", "city_admin", "bumd", "own_role", "g", "*", ""}
	permission := rapid.Custom(func(t *rapid.T) Permission { return rapid.SampledFrom(cat.all).Draw(t, "permission").Name })
	someLine := rapid.Custom(func(t *rapid.T) line {
		object, action := permission.Draw(t, "of").split()
		domain := rapid.SampledFrom(append([]string{everyCity}, domains...)).Draw(t, "domain")
		return line{rapid.SampledFrom(roles).Draw(t, "role"), domain, object, action}
	})
	someRule := rapid.Custom(func(t *rapid.T) rule {
		return rule{rapid.SampledFrom(roles).Draw(t, "role"), permission.Draw(t, "of"), rapid.Bool().Draw(t, "granted")}
	})
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.SampledFrom(domains).Draw(t, "in domain")
		base := rapid.SliceOfN(someLine, 0, 25).Draw(t, "built in")
		if rapid.Bool().Draw(t, "with the real file") {
			base = append(base, builtin()...)
		}
		changes := rapid.SliceOfNDistinct(someRule, 0, 15, func(r rule) string { return r.Role + " " + string(r.Permission) }).Draw(t, "changes")
		e, err := enforcer(effective(base, changes, domain))
		if err != nil {
			t.Fatal(err)
		}
		sets, err := cat.compile(e, domain)
		if err != nil {
			t.Fatal(err)
		}
		p := compiled{domain: domain, roles: sets}
		held := rapid.SliceOfDistinct(rapid.SampledFrom(roles), rapid.ID[string]).Draw(t, "a person's roles")
		for _, r := range held {
			if _, err := e.AddGroupingPolicy("person", r, domain); err != nil {
				t.Fatal(err)
			}
		}
		for i, d := range cat.all {
			object, action := d.Name.split()
			want, err := e.Enforce("person", domain, object, action)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.of(held...).has(i); got != want {
				t.Fatalf("%v %s: compiled %t, Casbin %t", held, d.Name, got, want)
			}
		}
	})
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[Permission]bool{}
	for _, d := range All() {
		if seen[d.Name] {
			t.Errorf("%s is listed twice", d.Name)
		}
		seen[d.Name] = true
		if object, action := d.Name.split(); object == "" || action == "" || strings.ToLower(string(d.Name)) != string(d.Name) {
			t.Errorf("%q is not object:action", d.Name)
		}
		if !d.City && !d.Platform {
			t.Errorf("%s can be held nowhere", d.Name)
		}
	}
	for _, l := range []i18n.Locale{i18n.ID, i18n.EN} {
		for _, p := range append([]Permission{Public, SignedIn}, grantedNames()...) {
			if p.Label(l) == "perm."+string(p) {
				t.Errorf("%s has no sentence in %s", p, l)
			}
		}
		for _, r := range builtin() {
			if !l.Has("role." + r.role) {
				t.Errorf("role %s has no name in %s", r.role, l)
			}
		}
	}
}

func grantedNames() (out []Permission) {
	for _, d := range All() {
		out = append(out, d.Name)
	}
	return out
}

// Every permission of people is somebody's, those of programs nobody's, and the powers over other people are the administrators' alone.
func TestBuiltInRoles(t *testing.T) {
	t.Parallel()
	cat, err := newCatalogue(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range cat.all {
		var holders []string
		for _, l := range builtin() {
			if l.permission() == d.Name && !slices.Contains(holders, l.role) {
				holders = append(holders, l.role)
			}
		}
		if len(holders) == 0 != d.Machine {
			t.Errorf("who holds %s is wrong: %v", d.Name, holders)
		}
		for _, r := range holders {
			if d.Admin && r != "city_admin" && r != "bumd_admin" {
				t.Errorf("%s holds %s", r, d.Name)
			}
			if d.Resident != fixed(r) {
				t.Errorf("%s of residents or everyone is held by %s", d.Name, r)
			}
		}
	}
}

func TestPolicyFileIsChecked(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown permission":       "p, officer, *, application, destroy",
		"platform power in a city": "p, officer, *, platform, cities",
		"city power on platform":   "p, bumd, platform, application, decide",
		"one city's id":            "p, officer, " + uuid.NewString() + ", application, read",
		"another kind of line":     "g, officer, *, application, read",
		"too few columns":          "p, officer, application, read",
		"no role":                  "p, , *, application, read",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
