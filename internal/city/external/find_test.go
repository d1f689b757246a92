package external

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// TestANumberIsFoundWithinReach of who may see such numbers, and that they asked is on record whatever they find.
func TestANumberIsFoundWithinReach(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, simpus := st.app(t)
	permits, err := st.RegisterApp(st.ctx, st.admin, AppInput{Name: "Reklame", Agency: "dpmptsp", Source: "https://reklame.example.go.id", Contact: "Bidang Izin",
		Services: []string{"reklame"}, Hosts: []string{"reklame.example.go.id"}})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := st.IssueKey(st.ctx, st.admin, permits.ID, 90)
	if err != nil {
		t.Fatal(err)
	}
	reklame, _, err := st.d.Codes.Resolve(st.ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	st.push(t, simpus, st.sent("1", nil, nil), st.sent("2", fields{"subject": "SIP/002"}, fields{"applicant": fields{"nik": "2171041503950007"}}))
	st.push(t, reklame, st.sent("3", fields{"source": "https://reklame.example.go.id", "subject": "R/1"}, fields{"service": "reklame", "url": nil}))
	if err := st.d.Guard.SetPermissions(st.ctx, st.admin, map[string][]access.Permission{"auditor": {access.ApplicationQueue, access.ApplicationAll, access.ApplicationReveal}}); err != nil {
		t.Fatal(err)
	}
	head, limited := staff(st.w.Batam, "agency_head", "dinkes"), staff(st.w.Batam, "agency_head", "dinkes")
	limited.Areas = []string{"21.71.04"}
	entries := func() []audit.Stored {
		t.Helper()
		page, err := audit.List(st.ctx, st.w.DB.App, audit.Filter{Object: "external_application", Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		return page.Entries
	}
	for name, tt := range map[string]struct {
		who  identity.Actor
		nik  string
		want string
	}{
		"the agency's own":           {head, sitiNIK, "SIP/001"},
		"of another person":          {head, "2171041503950007", "SIP/002"},
		"a number that nobody names": {head, "2171046703900004", ""},
		"a part of a number":         {head, sitiNIK[:15], ""},
		"of another agency":          {staff(st.w.Batam, "agency_head", "dpmptsp"), sitiNIK, "R/1"},
		"of the whole city":          {staff(st.w.Batam, "auditor", ""), sitiNIK, "R/1 SIP/001"},
		"of no agency":               {staff(st.w.Batam, "agency_head", ""), sitiNIK, ""},
		"limited to areas":           {limited, sitiNIK, ""}, // an app does not say where an application lies
	} {
		before := len(entries())
		all, err := st.ByNIK(st.ctx, tt.who, tt.nik)
		var found []string
		for _, a := range all {
			found = append(found, a.Reference)
		}
		if got := strings.Join(found, " "); err != nil || got != tt.want {
			t.Errorf("%s: found %q, %v; want %q", name, got, err, tt.want)
		}
		now := entries()
		if len(now) != before+1 || now[0].Action != "external.find_identifier" || now[0].ActorID != tt.who.ID || strings.Contains(string(now[0].Detail), tt.nik) {
			t.Errorf("%s: on record %+v", name, now)
		}
	}
	before := len(entries())
	for _, who := range []identity.Actor{st.siti, st.admin, staff(st.w.Other, "agency_head", "dinkes")} { // residents, administrators and another city's
		if _, err := st.ByNIK(st.ctx, who, sitiNIK); err == nil || fault.From(err).Kind != fault.Forbidden && fault.From(err).Kind != fault.Unauthenticated {
			t.Errorf("%v of %s: %v", who.Roles, who.TenantID, err)
		}
	}
	if n := len(entries()); n != before {
		t.Errorf("%d refusals are on record as searches", n-before)
	}
	if all, err := st.ByNIK(st.w.Ctx(st.w.Other), staff(st.w.Other, "agency_head", "dinkes"), sitiNIK); err != nil || len(all) != 0 {
		t.Errorf("another city finds %d, %v", len(all), err)
	}
}
