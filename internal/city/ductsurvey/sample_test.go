package ductsurvey

import (
	"bytes"
	"os"
	"testing"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/i18n"
)

// TestTheMadeUpNetworkIsANetwork: what the demonstration lays passes the check that surveys do, and is the same each time.
func TestTheMadeUpNetworkIsANetwork(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../tenants/batam/duct/corridors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := Sample(raw)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Sample(raw); !bytes.Equal(body, again) {
		t.Error("made up anew each time")
	}
	st := newStage(t)
	for _, code := range []string{"nasional", "provinsi"} {
		a := duct.Authority{TenantID: st.w.Batam.ID, Code: code, Name: i18n.Text{i18n.ID: code, i18n.EN: code}, Source: "x"}
		if _, err := st.w.DB.App.NewInsert().Model(&a).Exec(st.ctx); err != nil {
			t.Fatal(err)
		}
	}
	i := st.take(t, "2025-01-01", string(body))
	if c := i.Counts; c.Nodes.New < 500 || c.Segments.New < 500 || c.LengthMM < 80_000_000 || c.LengthMM > 150_000_000 || i.Doubts != 0 {
		t.Errorf("%+v, %d doubts", c, i.Doubts)
	}
}
