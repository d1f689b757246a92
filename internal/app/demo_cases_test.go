//go:build !race

package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/simulation"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workcal"
)

// TestTheDemonstrationHasCases fills the lists of the demonstration and starts it again.
func TestTheDemonstrationHasCases(t *testing.T) {
	t.Parallel()
	a, _ := newEmptyApp(t)
	made, err := a.seedPeople(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.seedSigner(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if err := a.seedCases(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"kia": "approved", "informasi-publik": "in_review", "surat-keterangan-usaha": "submitted", "izin-reklame": "assessment",
		"akta-kelahiran": "needs_correction", "sip-dokter": "approved", "pindah-keluar": "submitted", "galian-utilitas": "jalan_kota"}
	city, ctx := a.city(t, "batam")
	states := func() map[string]string {
		var rows []struct {
			Service string `bun:"service_code"`
			State   string `bun:"state"`
		}
		if err := a.DB.App.NewRaw("SELECT service_code, state FROM application WHERE tenant_id = ? AND number IS NOT NULL AND channel <> 'counter'", city.ID).Scan(ctx, &rows); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, r := range rows {
			out[r.Service] = r.State
		}
		if len(out) != len(rows) {
			t.Errorf("%d rows, %v", len(rows), out)
		}
		return out
	}
	if got := states(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the demonstration begins with %v, want %v", got, want)
	}
	if err := a.seedCounter(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	a.simulates(t)
	a.work(t)
	var file uuid.UUID
	eventually(t, "the licence that is signed", func() bool {
		err := a.DB.App.NewRaw("SELECT file_id FROM issued_document WHERE tenant_id = ? AND service_code = 'sip-dokter' AND status = 'valid'", city.ID).Scan(ctx, &file)
		return err == nil
	})
	said := pdfsig(t, a, ctx, file)
	for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Contoh Pejabat", "Total document signed"} {
		if !strings.Contains(said, want) {
			t.Errorf("pdfsig does not say %q:\n%s", want, said)
		}
	}
	before := states() // those that their document completes
	if made, err = a.seedPeople(t.Context()); err != nil || len(made) != 0 {
		t.Errorf("a second start makes %v, %v", made, err)
	}
	if err := a.seedCases(t.Context(), made); err != nil || fmt.Sprint(states()) != fmt.Sprint(before) {
		t.Errorf("a second start: %v, %v", states(), err)
	}
	if err := a.seedCounter(t.Context(), made); err != nil {
		t.Error(err)
	}
}

// simulates replays the demonstration's past through a shorter promise: the last quarter has cases, and some would have been
// late that were not.
func (a *App) simulates(t *testing.T) {
	t.Helper()
	city, ctx := a.city(t, "batam")
	admin := identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	from, to := simulation.LastQuarter(time.Now().In(city.Location()))
	id, err := a.Replays.Start(ctx, admin, simulation.Ask{Service: "ktp-el-hilang", From: from, To: to, Term: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := a.Replays.Find(ctx, admin, "ktp-el-hilang", id)
	if err != nil || run.Result == nil {
		t.Fatalf("%+v, %v", run, err)
	}
	if r := run.Result; r.Decided < 15 || r.LateBefore == 0 || r.LateAfter <= r.LateBefore {
		t.Errorf("the demonstration's past says nothing: %d decided, %d late, %d by a shorter promise", r.Decided, r.LateBefore, r.LateAfter)
	}
}

// pdfsig is what poppler says of a document of the demonstration when it trusts the demonstration's own authority.
func pdfsig(t *testing.T, a *App, ctx context.Context, id uuid.UUID) string {
	t.Helper()
	_, body, err := a.Files.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-N", "-d", "sql:" + dir, "--empty-password"},
		{"-A", "-d", "sql:" + dir, "-n", "ca", "-t", "CT,CT,CT", "-i", filepath.Join(a.Config.DataDir, demoCA)},
	} {
		if out, err := exec.Command("certutil", args...).CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v %s (apt-get install libnss3-tools)", err, out)
		}
	}
	out, err := exec.Command("pdfsig", "-nssdir", "sql:"+dir, file).CombinedOutput()
	if err != nil {
		t.Fatalf("pdfsig: %v %s (apt-get install poppler-utils)", err, out)
	}
	return string(out)
}
