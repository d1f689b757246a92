package app

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
)

// things are the ids of what one person has in one city, by the kind that a route's IDs name.
type things map[string]string

// asker is somebody who tries a route on a host.
type asker struct {
	name  string
	host  string
	token string
}

// TestNoRouteReachesAnothersThings asks every registered route that names an object for the objects of another city
// and of another person, as everybody who must not have them. It reads the route tables, so a new route is covered
// without anyone remembering; a route with a parameter it cannot fill fails.
func TestNoRouteReachesAnothersThings(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.work(t)
	g, err := a.gate(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, g)

	mine, foreign, askers := a.cast(t)
	tried, asked := 0, map[string]bool{}
	for _, table := range g.Tables() {
		for _, r := range table {
			if !namesAnObject(r) {
				continue
			}
			for _, who := range askers {
				for _, target := range []struct {
					name string
					of   things
				}{{"another person", mine}, {"another city", foreign}} {
					if mayReach(who, target.name, r) {
						continue
					}
					for _, kind := range r.IDs {
						asked[kind+" of "+target.name] = true
					}
					for _, of := range target.of.ways(r) {
						tried++
						status, location, body := s.ask(t, who, r.Method, r.Path, fill(t, r, of))
						if !refused(status, location) {
							t.Errorf("%s as %s for %s of %s: %d %s\n%.300s", r.Method, who.name, r.Path, target.name, status, location, body)
						}
					}
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d tries: the route tables are not what the test thinks", tried)
	}
	for kind := range mine {
		if kind != "resident" && (!asked[kind+" of another person"] || !asked[kind+" of another city"]) {
			t.Errorf("no route was asked for the %s of another person and of another city", kind)
		}
	}
}

// TestEveryRouteDeclaresItsPermission holds the tables against the catalogue, and asks each route that is not public
// as nobody.
func TestEveryRouteDeclaresItsPermission(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	g, err := a.gate(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, g)
	known := map[access.Permission]bool{access.Public: true, access.SignedIn: true}
	for _, d := range access.All() {
		known[d.Name] = true
	}
	declared := map[string]bool{}
	for _, table := range g.Tables() {
		for _, r := range table {
			declared[r.Method+" "+r.Path] = true
			if r.Method == http.MethodGet {
				declared[http.MethodHead+" "+r.Path] = true // the gate serves it by the same handler, behind the same checks
			}
			if !known[r.Needs] {
				t.Errorf("%s %s needs %q, which is not in the catalogue", r.Method, r.Path, r.Needs)
			}
			if r.Scope == 0 {
				t.Errorf("%s %s says on no hosts where it exists", r.Method, r.Path)
			}
			if r.Needs == access.Public {
				continue
			}
			host := "batam.localhost"
			if r.Scope == gate.Platform {
				host = "localhost"
			}
			status, location, body := s.ask(t, asker{"nobody", host, ""}, r.Method, r.Path, fill(t, r, things{}))
			if !refused(status, location) {
				t.Errorf("%s %s answers nobody with %d %s\n%.200s", r.Method, r.Path, status, location, body)
			}
		}
	}
	// What is registered and in no table: the machine's own addresses and files that are the same for everyone.
	open := []string{"/healthz", "/readyz", "/static/", "/openapi.json", "/brand/", "/robots.txt", "/favicon.ico", "/problems/"}
	for _, r := range g.Engine().Routes() {
		if !declared[r.Method+" "+r.Path] && !slices.ContainsFunc(open, func(p string) bool { return strings.HasPrefix(r.Path, p) }) {
			t.Errorf("%s %s is served and in no route table", r.Method, r.Path)
		}
	}
}

// ways are the ids to ask a route with. One that names staff is asked for residents too: they are accounts as well.
func (o things) ways(r gate.Route) []things {
	for _, kind := range r.IDs {
		if kind == "staff" {
			resident := maps.Clone(o)
			resident["staff"] = o["resident"]
			return []things{o, resident}
		}
	}
	return []things{o}
}

// namesAnObject leaves out what is a name and no object of somebody: a role's code means the asker's own city's role, and
// which cities there are is no secret to the BUMD.
func namesAnObject(r gate.Route) bool {
	for _, kind := range r.IDs {
		if kind != "role" && kind != "city" {
			return true
		}
	}
	return false
}

// mayReach lists who rightly reaches these things: their owner, colleagues of the same agency and their administrator at
// the desk, and a city its own.
func mayReach(who asker, target string, r gate.Route) bool {
	switch {
	case r.Needs == access.Public, who.name == "BUMD, on the platform" && r.Scope == gate.Platform: // what it bills cities
		return true
	case who.host == "tanjungpinang.localhost":
		return target == "another city" // which is this one's own
	}
	if target != "another person" {
		return false
	}
	desk := r.Needs != access.ApplicationOwn && r.Needs != access.ApplicationSubmit && r.Needs != access.BookingOwn && r.Needs != access.AccountSelf
	switch who.name {
	case "resident A": // whose things these are
		return true
	case "officer of the same agency", "admin of the same city":
		return desk
	case "head of the same agency, of another district": // what is the agency's and lies in no district
		for _, kind := range r.IDs {
			if kind != "absence" && kind != "phrase" && kind != "booking" {
				return false
			}
		}
		return desk
	}
	return false
}

// refused is every answer that gives nothing away: also the site's way to say 401, the sign-in page.
func refused(status int, location string) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	case http.StatusSeeOther:
		u, err := url.Parse(location)
		return err == nil && u.Host == "" && (u.Path == "/masuk" || u.Path == "/masuk/kode")
	}
	return false
}

// samples fill the parameters that are no ids.
var samples = map[string]string{
	"plan": "demo-kota",
	"code": "ktp-el-hilang", "page": "nik", "field": "file_kk", "part": "in_review", "n": "1", "role": "officer", "token": "no-such-token", "slug": "batam",
	"registry": "population", "cosign": "kepala_keluarga", "cosigner": "kepala_keluarga", "hash": "none", "name": "public.css", "filepath": "x", "year": "2026", "day": "2026-12-01",
	"z": "10", "x": "808", "y": "508",
}
