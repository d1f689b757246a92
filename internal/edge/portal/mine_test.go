package portal_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// copies makes n more applications like the one of root, the oldest first; of those from open on the city has still to do
// something.
func copies(t *testing.T, s *pagetest.Site, root string, n, open int) {
	t.Helper()
	_, err := s.World.DB.App.NewRaw(`INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short,
		account_id, channel, locale, form_code, form_version, workflow_code, workflow_version, document_code, document_version, standard_version, state, stage, clock, version,
		answers, subject_hash, phone_hash, applicant_name, name_key, submit_key, submitted_at, closed_at, queue_rank, queue_at, created_at, updated_at)
		SELECT a.tenant_id, (lpad(to_hex(1700000000000 + i), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid, 'BTM-26-SALIN-' || lpad(i::text, 5, '0'), md5(i::text), a.service_code, a.service_name, a.agency_code,
			a.agency_name, a.agency_short, a.account_id, a.channel, a.locale, a.form_code, a.form_version, a.workflow_code, a.workflow_version, a.document_code, a.document_version,
			a.standard_version, CASE WHEN i < ?0 THEN 'completed' ELSE a.state END, CASE WHEN i < ?0 THEN 'completed' ELSE a.stage END, 'stopped', 1, '{}', a.subject_hash, a.phone_hash,
			a.applicant_name, a.name_key, i::text, a.submitted_at, CASE WHEN i < ?0 THEN a.submitted_at END, 2, a.queue_at, a.created_at - interval '1 day', a.updated_at
		FROM application a, generate_series(0, ?1 - 1) i WHERE a.tenant_id = ?2 AND a.id = ?3`,
		open, n, s.World.Batam.ID, strings.TrimPrefix(root, "/permohonan/")).Exec(s.World.Ctx(s.World.Batam))
	if err != nil {
		t.Fatal(err)
	}
}

var nextPage = regexp.MustCompile(`href="(/permohonan\?[^"]*setelah=[^"]*)" rel="next"`)

// TestAListOfThousandsIsReadToItsEnd: every application of a person shows once, by what is open and what is over.
func TestAListOfThousandsIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	siti.Page("/permohonan?lihat=selesai", "Belum ada permohonan yang selesai")
	root, _ := siti.Apply(pagetest.SitiNIK)
	copies(t, s, root, 5000, 4900)
	for _, tt := range []struct {
		from string
		want int
	}{{"/permohonan", 101}, {"/permohonan?lihat=selesai", 4900}} {
		seen, pages := map[string]int{}, 0
		for at := tt.from; at != ""; pages++ {
			page := siti.Page(at)
			for _, n := range regexp.MustCompile(`BTM-26-[0-9A-Z]+-[0-9A-Z]+`).FindAllString(page, -1) {
				seen[n]++
			}
			at = ""
			if m := nextPage.FindStringSubmatch(page); m != nil {
				at = strings.ReplaceAll(m[1], "&amp;", "&")
			}
			if pages > 400 {
				t.Fatal("the list does not end")
			}
		}
		if len(seen) != tt.want || pages != (tt.want+29)/30 {
			t.Errorf("%s shows %d applications on %d pages, want %d", tt.from, len(seen), pages, tt.want)
		}
		for n, times := range seen {
			if times != 1 {
				t.Errorf("%s shows %s %d times", tt.from, n, times)
			}
		}
	}
	for _, bad := range []string{"x", "%00", strings.Repeat("A", 3000), "MDAw", fmt.Sprintf("%x", "hello")} {
		siti.Sees(siti.Get("/permohonan?setelah="+bad), http.StatusOK, "BTM-26")
	}
}
