package casework

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
)

// TestHostilePages posts what no browser would to every page of the real form: each is refused by name, and nothing of
// the page is kept.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, page string
		typed      map[string][]string
		field      string
	}{
		{"a question of another page", "nik", map[string][]string{"nik": {sitiNIK}, "email": {"a@b.id"}}, "email"},
		{"a question of no page", "nik", map[string][]string{"nik": {sitiNIK}, "is_admin": {"true"}}, "is_admin"},
		{"a name of a kilobyte", "nik", map[string][]string{"nik": {sitiNIK}, strings.Repeat("x", 1024): {"1"}}, strings.Repeat("x", 40)},
		{"an answer to a text", "syarat", map[string][]string{"info_syarat": {"x"}, "pernyataan_awal": {"on"}}, "info_syarat"},
		{"a file as text", "berkas_kk", map[string][]string{"file_kk": {"/etc/passwd"}}, "file_kk"},
		{"many values", "nik", map[string][]string{"nik": {sitiNIK, sitiNIK}}, "nik"},
		{"nothing", "nik", nil, "nik"},
		{"a zero byte", "kehilangan", map[string][]string{"tanggal_hilang": {"2026-11-01"}, "tempat_hilang": {"a\x00"}}, "tempat_hilang"},
		{"bytes", "identitas", map[string][]string{"nama_lengkap": {"\xff\xfe"}, "tanggal_lahir": {"1990-03-27"}}, "nama_lengkap"},
		{"too long", "identitas", map[string][]string{"nama_lengkap": {strings.Repeat("a", 121)}, "tanggal_lahir": {"1990-03-27"}}, "nama_lengkap"},
		{"SQL as a district", "kecamatan", map[string][]string{"kecamatan": {"21.71.10' OR '1'='1"}}, "kecamatan"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := fault.From(st.SavePage(st.ctx, siti, app.ID, tt.page, tt.typed))
			if f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != tt.field {
				t.Errorf("refused as %+v", f)
			}
		})
	}
	wants(t, st.SavePage(st.ctx, siti, app.ID, "no-page", nil), "application.no_page")
	if _, err := st.Attach(st.ctx, siti, app.ID, "nik", "a.jpg", strings.NewReader("x")); fault.From(err).Fields[0].Code != "unknown_field" {
		t.Errorf("a file for a text: %v", err)
	}
	if _, err := st.Attach(st.ctx, siti, app.ID, "file_kk", "a.jpg", strings.NewReader("<html>")); fault.From(err).Fields[0].Name != "file_kk" {
		t.Errorf("a page as a picture: %v", err)
	}
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil || len(d.Answers) != 0 || len(d.Files) != 0 {
		t.Errorf("kept %v, %v, %v", d.Answers, d.Files, err)
	}
}
