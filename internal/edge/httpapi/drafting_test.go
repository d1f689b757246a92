package httpapi

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/audit"
)

type formDraft struct {
	Form              string
	Version, Revision int
	Cosigners         []struct{ Code string }
	Lookups           []struct{ Register string }
	Questions         []struct{ Code string }
	Problems          []struct{ Path, Code, Text string }
	Last              *struct{ Act, What string }
}

// TestAnAdministratorSaysWhoMustAgree: by a program, from the version in force to the next one, with what is wrong named at
// its place and nothing of another administrator's lost.
func TestAnAdministratorSaysWhoMustAgree(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	rina := w.staff(t, w.w.Batam, "rina@batam.example.id", "", "city_admin")
	at := "/services/" + ktp + "/form/draft"
	var d formDraft
	rina.get(t, at, &d)
	if d.Form != ktp || d.Revision != 0 || d.Version == 0 || len(d.Cosigners) != 0 || len(d.Questions) == 0 || len(d.Problems) != 0 {
		t.Fatalf("the version in force: %+v", d)
	}
	witness := map[string]any{"revision": 0, "label": map[string]string{"id": "Kepala keluarga", "en": "Head of the family"}, "count": 1,
		"declare": map[string]string{"id": "Saya setuju.", "en": "I agree."}, "shows": []string{"nama_lengkap", "tidak_ada"}, "show_if": "umur > 17"}
	rina.call(t, "PUT", 200, at+"/cosigners/kepala", witness, &d)
	if d.Revision != 1 || len(d.Cosigners) != 1 || d.Last == nil || d.Last.What != "kepala" {
		t.Fatalf("after one step: %+v", d)
	}
	var places []string
	for _, x := range d.Problems {
		places = append(places, x.Path)
	}
	if got := strings.Join(places, " "); !strings.Contains(got, "cosign[0].show_if") || !strings.Contains(got, "cosign[0].shows[1]") {
		t.Errorf("wrong at %s", got)
	}
	rina.refused(t, "POST", at+"/publication", map[string]any{"revision": 1}, 422, "form.broken")
	rina.refused(t, "PUT", at+"/cosigners/kepala", witness, 409, "form.changed")
	witness["revision"], witness["shows"], witness["show_if"] = 1, []string{d.Questions[1].Code}, ""
	rina.call(t, "PUT", 200, at+"/cosigners/kepala", witness, &d)

	rina.call(t, "PUT", 200, at+"/lookups/population", map[string]any{"revision": 2, "by": "tidak_ada", "fills": map[string]string{"birth": "x"}}, &d)
	if len(d.Problems) < 2 || !strings.HasPrefix(d.Problems[len(d.Problems)-1].Path, "lookups[0]") {
		t.Errorf("a lookup that cannot be: %+v", d.Problems)
	}
	rina.call(t, "DELETE", 200, at+"/lookups/population?revision=3", nil, &d)
	rina.refused(t, "DELETE", at+"/lookups/population?revision=4", nil, 404, "form.no_part")
	if len(d.Problems) != 0 || len(d.Lookups) != 0 {
		t.Fatalf("after taking it out: %+v", d)
	}
	var done struct{ Version int }
	rina.post(t, 200, at+"/publication", map[string]any{"revision": 4}, &done)
	rina.get(t, at, &d)
	if d.Version != done.Version || d.Revision != 0 || len(d.Cosigners) != 1 {
		t.Errorf("published: %+v, version %d", d, done.Version)
	}
	rina.call(t, "DELETE", 200, at+"/cosigners/kepala?revision=0", nil, &d)
	rina.call(t, "DELETE", 204, at+"?revision=1", nil, nil)

	officer := w.staff(t, w.w.Batam, "budi@batam.example.id", "disdukcapil", "officer")
	officer.refused(t, "GET", at, nil, 403, "access.denied")
	witness["revision"] = 0
	officer.refused(t, "PUT", at+"/cosigners/kepala", witness, 403, "access.denied")
	stranger := w.staff(t, w.w.Other, "admin@tanjungpinang.example.id", "", "city_admin")
	stranger.host = batam
	stranger.refused(t, "GET", at, nil, 401, "identity.no_session")

	record, err := audit.List(w.w.Ctx(w.w.Batam), w.w.DB.App, audit.Filter{Object: "form"})
	if err != nil || len(record.Entries) != 7 {
		t.Errorf("%d entries of the record, %v", len(record.Entries), err)
	}
}
