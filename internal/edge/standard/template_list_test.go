package standard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// TestATemplateBeginsFromNothingAndEnds: it can be printed and chosen as it begins, and retired while nothing issues it.
func TestATemplateBeginsFromNothingAndEnds(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	officer := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "disdukcapil")
	const at = "/kelola/templat"
	rina.Page("/kelola/layanan", "Templat dokumen")
	rina.Page(at, "Templat baru", "Diterbitkan oleh: KTP-el hilang")
	officer.Sees(officer.Get(at), http.StatusForbidden)
	officer.Sees(officer.Post(at, "title_id", "Izin Pentas", "title_en", "Stage Permit"), http.StatusForbidden)

	rina.Sees(rina.Post(at, "title_id", "Izin Pentas", "title_en", ""), http.StatusUnprocessableEntity, "wajib diisi")
	rina.Sees(rina.Post(at, "title_id", "Izin Pentas", "title_en", "Stage Permit", "code", pagetest.KTP), http.StatusUnprocessableEntity, "sudah dipakai templat lain")
	rina.Goes(rina.Post(at, "title_id", "Izin Pentas", "title_en", "Stage Permit"), at)
	rina.Page(at, "Izin Pentas", "izin-pentas, versi 1", "Hentikan Izin Pentas")
	// It is worded and tried where it began, before any service issues it.
	rina.Page(at, "Izin Pentas")
	page := rina.Page(at+"/izin-pentas", "Izin Pentas", "nama pejabat penanda tangan")
	if !strings.Contains(page, `action="/kelola/templat/izin-pentas"`) {
		t.Error("it is not written back to where it was read")
	}
	words := []string{"version", "1", "parts", "1", "title_id", "Izin Pentas", "title_en", "Stage Permit", "number_pattern", "{seq}/PENTAS/{year}", "series", "service",
		"signature", "none", "signer_id", "Kepala Dinas", "signer_en", "Head", "text_id_0", "Diizinkan oleh {agency} pada {date}.", "text_en_0", "Permitted by {agency} on {date}."}
	pdf := rina.Post(at+"/izin-pentas", append(words, "what", "preview")...)
	if pdf.Status != http.StatusOK || !strings.HasPrefix(pdf.Body, "%PDF") {
		t.Errorf("preview: %d %.200s", pdf.Status, pagetest.Text(pdf.Body))
	}
	rina.Sees(rina.Post(at+"/izin-pentas", append(words, "what", "add")...), http.StatusOK, "Bagian 2", "Diizinkan oleh")
	rina.Sees(rina.Post(at+"/izin-pentas", append(words, "number_pattern", "PENTAS", "what", "save")...), http.StatusUnprocessableEntity)
	rina.Goes(rina.Post(at+"/izin-pentas", append(words, "what", "save")...), at+"/izin-pentas")
	rina.Sees(rina.Post(at+"/izin-pentas", append(words, "what", "save")...), http.StatusConflict, "sudah diubah orang lain")
	rina.Page(at+"/izin-pentas", "Diizinkan oleh {agency}")
	rina.Sees(rina.Get(at+"/tidak-ada"), http.StatusNotFound)
	officer.Sees(officer.Get(at+"/izin-pentas"), http.StatusForbidden)
	officer.Sees(officer.Post(at+"/izin-pentas", words...), http.StatusForbidden)
	standard := rina.Page("/kelola/layanan/" + pagetest.KTP + "/standar")
	if !strings.Contains(standard, `<option value="izin-pentas"`) {
		t.Error("no service can be made of it")
	}
	// A new service can begin with a copy of it.
	rina.Goes(rina.Post("/kelola/layanan-baru", "name_id", "Pentas", "name_en", "Stage", "code", "pentas", "agency", "disdukcapil", "category", "kependudukan",
		"copy_document", "izin-pentas"), "/kelola/layanan/pentas")
	rina.Page(at, "Izin Pentas pentas, versi 1 Diterbitkan oleh: Pentas")

	rina.Sees(rina.Post(at+"/"+pagetest.KTP+"/hentikan", "version", "1"), http.StatusConflict, "masih dipakai layanan")
	rina.Sees(rina.Post(at+"/izin-pentas/hentikan", "version", "7"), http.StatusConflict, "sudah diubah orang lain")
	rina.Goes(rina.Post(at+"/izin-pentas/hentikan", "version", "2"), at)
	rina.Page(at, "izin-pentas, versi 3", "Tidak dipakai lagi")
	rina.Sees(rina.Post(at+"/izin-pentas/hentikan", "version", "3"), http.StatusConflict, "sudah dihentikan")
	if standard = rina.Page("/kelola/layanan/" + pagetest.KTP + "/standar"); strings.Contains(standard, `<option value="izin-pentas"`) {
		t.Error("a retired template can be chosen")
	}
	log, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Object: "document_template"})
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, e := range log.Entries {
		acts = append(acts, e.Action)
	}
	if got := strings.Join(acts, " "); !strings.Contains(got, "document_template.begin") || !strings.Contains(got, "document_template.retire") {
		t.Errorf("the record says %q", got)
	}
}

// TestATemplateOfAnotherAgency is neither worded nor retired by who configures the services of one agency alone.
func TestATemplateOfAnotherAgency(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	rina := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Name: "Rina", Roles: []string{"city_admin"}, TOTP: true}
	err := s.Guard.CreateRole(ctx, rina, access.CreateRoleInput{Code: "penulis", Name: i18n.Text{"id": "Penulis layanan", "en": "Author"},
		Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	doni := rina
	doni.ID, doni.Roles, doni.Agency = uuid.New(), []string{"penulis"}, "dpmptsp"
	of := func(code string) (publish, retire error) {
		tpl, version, err := s.Documents.Editable(ctx, doni, code)
		if err != nil {
			t.Fatal(err)
		}
		_, publish = s.Documents.PublishEdited(ctx, doni, tpl, version)
		return publish, s.Documents.Retire(ctx, doni, code, version)
	}
	publish, retire := of(pagetest.KTP)
	for _, err := range []error{publish, retire} {
		if !fault.Is(err, "document.other_template") {
			t.Errorf("another agency's: %v", err)
		}
	}
	if publish, _ = of("sip-dokter"); fault.Is(publish, "document.other_template") {
		t.Errorf("one's own: %v", publish)
	}
}
