package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/tenancy"
)

// TestWhatIsHeldUpIsSaid to the officer on the case and to the administrator on the page of the service, with what to do, and
// not to the applicant.
func TestWhatIsHeldUpIsSaid(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	service := "/kelola/layanan/" + pagetest.KTP
	if strings.Contains(admin.Page(service), "Permohonan yang tertahan") {
		t.Error("something is held up before anything is")
	}
	err := tenancy.InTx(s.In(t, pagetest.HostBatam), s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO application_obstacle (tenant_id, application_id, service_code, state, timer_id, action, letters, since, tried_at)
			SELECT tenant_id, id, service_code, state, gen_random_uuid(), 'start_review', 'Nama: 小 (U+5C0F)', '2026-11-24 01:00Z', '2026-11-24 01:00Z'
			FROM application WHERE tenant_id = ? AND number = ?`, tenancy.Must(ctx), number).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	andi.Page(pagetest.AtDesk(root), "Langkah otomatis “", "tertahan", "Nama: 小 (U+5C0F)", "24 November 2026", "Minta perbaikan", "paling lambat 10 menit")
	admin.Page(service, "Permohonan yang tertahan", number, "Nama: 小 (U+5C0F)", "Ubah templat dokumen")
	if strings.Contains(siti.Page(root), "U+5C0F") {
		t.Error("the applicant is told")
	}
	andi.Sees(andi.Get(service), http.StatusForbidden)
}
