package casework

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
)

// TestOfficersOfAnArea: an application lies where its form says, and staff who are limited to areas reach it there and
// nowhere else, by no way.
func TestOfficersOfAnArea(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	if app.DistrictCode != "21.71.10" || app.SubdistrictCode != "" {
		t.Fatalf("it lies in %q, %q", app.DistrictCode, app.SubdistrictCode)
	}
	head := st.officer(t, "Hendra", "disdukcapil", "officer", "agency_head")
	limited := func(name, agency, role string, areas ...string) identity.Actor {
		a := st.officer(t, name, agency, "officer", role)
		a.Areas = areas
		return a
	}
	here, there := limited("Rina", "disdukcapil", "agency_head", "21.71.04", "21.71.10"), limited("Umar", "disdukcapil", "agency_head", "21.71.04", "21.71.10.1001")
	auditor := limited("Inspektur", "", "city_admin", "21.71.04")
	if _, err := st.Get(st.ctx, here, app.ID); err != nil {
		t.Fatalf("an officer of the area: %v", err)
	}
	app = st.approved(t, here, app)
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	d, err := st.Get(st.ctx, here, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	attached, err := st.FilesOf(st.ctx, st.w.DB.App, app)
	if err != nil {
		t.Fatal(err)
	}
	file, doc, app := attached["file_kk"][0].ID, d.Documents[0].ID, d.Application
	for _, who := range []identity.Actor{there, auditor} {
		for name, try := range map[string]func() error{
			"Get":          func() error { _, err := st.Get(st.ctx, who, app.ID); return err },
			"Reveal":       func() error { _, err := st.Reveal(st.ctx, who, app.ID, "nik"); return err },
			"OpenFile":     func() error { _, _, err := st.OpenFile(st.ctx, who, app.ID, file); return err },
			"OpenDocument": func() error { _, _, err := st.OpenDocument(st.ctx, who, doc); return err },
			"ReceiptPDF":   func() error { _, _, err := st.ReceiptPDF(st.ctx, who, app.ID); return err },
			"Note":         func() error { return st.Note(st.ctx, who, app.ID, "x", uuid.Nil) },
			"Act": func() error {
				_, err := st.Act(st.ctx, who, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version})
				return err
			},
			"Claim":      func() error { _, err := st.Claim(st.ctx, who, app.ID, app.Version, true, "Cuti."); return err },
			"Release":    func() error { _, err := st.Release(st.ctx, who, app.ID, app.Version, "Cuti."); return err },
			"Assign":     func() error { _, err := st.Assign(st.ctx, who, app.ID, head.ID, app.Version, "Cuti."); return err },
			"Colleagues": func() error { _, err := st.Colleagues(st.ctx, who, app.ID); return err },
			"TakeNext":   func() error { _, err := st.TakeNext(st.ctx, who, uuid.Nil); return err },
			"AtDesk":     func() error { _, err := st.Deps.Documents.AtDesk(st.ctx, who, doc); return err },
			"Revoke":     func() error { _, err := st.Deps.Documents.Revoke(st.ctx, who, doc, "Salah."); return err },
			"Replace":    func() error { _, err := st.ReplaceDocument(st.ctx, who, doc, "Salah."); return err },
		} {
			if err := try(); fault.From(err) == nil || fault.From(err).Kind != fault.NotFound && fault.From(err).Code != "access.denied" {
				t.Errorf("%s as %s: %v", name, who.Name, err)
			}
		}
		if list, err := st.List(st.ctx, who, []uuid.UUID{app.ID}); err != nil || len(list) != 0 {
			t.Errorf("%s lists %d, %v", who.Name, len(list), err)
		}
		if list, err := st.Look(st.ctx, who, []uuid.UUID{app.ID}); err != nil || len(list) != 0 {
			t.Errorf("%s looks at %d, %v", who.Name, len(list), err)
		}
		if found, _, err := st.Deps.Documents.List(st.ctx, who, document.Filter{}); err == nil && len(found) != 0 {
			t.Errorf("the register shows %s %d documents", who.Name, len(found))
		}
	}
	if found, err := st.ByIdentifier(st.ctx, there, form.NIK, sitiNIK); err != nil || len(found) != 0 {
		t.Errorf("found by a number beyond the area: %d, %v", len(found), err)
	}
	if found, err := st.ByIdentifier(st.ctx, here, form.NIK, sitiNIK); err != nil || len(found) != 1 {
		t.Errorf("found by a number in the area: %d, %v", len(found), err)
	}
	if found, _, err := st.Deps.Documents.List(st.ctx, here, document.Filter{}); err != nil || len(found) != 1 {
		t.Errorf("the register shows %d documents, %v", len(found), err)
	}
}

// TestWorkIsDealtOutWithinItsArea: nobody is given what they could not open.
func TestWorkIsDealtOutWithinItsArea(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	head := st.officer(t, "Hendra", "disdukcapil", "agency_head")
	admin := st.officer(t, "Maya", "", "city_admin")
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	for who, area := range map[uuid.UUID]string{budi.ID: "21.71.04", dewi.ID: "21.71.10"} {
		if err := st.staff.SetRoles(st.ctx, admin, who, []string{"officer"}, "disdukcapil", area); err != nil {
			t.Fatal(err)
		}
	}
	now, err := identity.Acting(st.ctx, st.w.DB.App, budi.ID)
	if err != nil || len(now.Areas) != 1 {
		t.Fatalf("acting in %v, %v", now.Areas, err)
	}
	if as, err := st.staff.ActorFor(st.ctx, dewi.ID); err != nil || len(as.Areas) != 1 || as.Areas[0] != "21.71.10" {
		t.Errorf("as %v, %v", as.Areas, err)
	}
	colleagues, err := st.Colleagues(st.ctx, head, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, c := range colleagues {
		names += c.Name + " "
	}
	if names != "Dewi Hendra " {
		t.Errorf("it can be given to %s", names)
	}
	if _, err := st.Assign(st.ctx, head, app.ID, budi.ID, app.Version, ""); len(fault.From(err).Fields) != 1 {
		t.Errorf("given to an officer of another area: %v", err)
	}
	if _, err := st.Assign(st.ctx, head, app.ID, dewi.ID, app.Version, ""); err != nil {
		t.Error(err)
	}
	var trail []audit.Entry
	err = st.w.DB.App.NewRaw("SELECT detail FROM audit_entry WHERE tenant_id = ? AND action = 'account.roles' AND detail->'areas' IS NOT NULL", app.TenantID).Scan(context.WithoutCancel(st.ctx), &trail)
	if err != nil || len(trail) != 2 {
		t.Errorf("recorded %d limits, %v", len(trail), err)
	}
}
