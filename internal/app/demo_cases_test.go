package app

import (
	"fmt"
	"testing"
)

// TestTheDemonstrationHasCases fills the lists of the demonstration and starts it again.
func TestTheDemonstrationHasCases(t *testing.T) {
	t.Parallel()
	a, _ := newEmptyApp(t)
	made, err := a.seedPeople(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.seedCases(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"kia": "approved", "informasi-publik": "in_review", "surat-keterangan-usaha": "submitted", "izin-reklame": "assessment",
		"akta-kelahiran": "needs_correction", "sip-dokter": "recommendation", "pindah-keluar": "submitted", "galian-utilitas": "jalan_kota"}
	city, ctx := a.city(t, "batam")
	states := func() map[string]string {
		var rows []struct {
			Service string `bun:"service_code"`
			State   string `bun:"state"`
		}
		if err := a.DB.App.NewRaw("SELECT service_code, state FROM application WHERE tenant_id = ? AND number IS NOT NULL", city.ID).Scan(ctx, &rows); err != nil {
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
	if made, err = a.seedPeople(t.Context()); err != nil || len(made) != 0 {
		t.Errorf("a second start makes %v, %v", made, err)
	}
	if err := a.seedCases(t.Context(), made); err != nil || fmt.Sprint(states()) != fmt.Sprint(want) {
		t.Errorf("a second start: %v, %v", states(), err)
	}
}
