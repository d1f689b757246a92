package ductsurvey

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"gopkg.in/yaml.v3"

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

// TestTheMadeUpNetworkReachesEveryDistrict of the city, and has something of every kind.
func TestTheMadeUpNetworkReachesEveryDistrict(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../tenants/batam/duct/corridors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := Sample(raw)
	if err != nil {
		t.Fatal(err)
	}
	all, err := geojson.UnmarshalFeatureCollection(body)
	if err != nil {
		t.Fatal(err)
	}
	kinds, nodes := map[string]int{}, []orb.Point{}
	for _, f := range all.Features {
		if at, ok := f.Geometry.(orb.Point); ok {
			kinds[f.Properties.MustString("kind")]++
			nodes = append(nodes, at)
		}
	}
	for _, k := range duct.NodeKinds() {
		if kinds[k] < 3 {
			t.Errorf("%d of kind %s", kinds[k], k)
		}
	}
	raw, err = os.ReadFile("../../../tenants/batam/map.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var ground []struct {
		Places []struct {
			Area string
			At   [2]float64 // latitude and longitude
		}
	}
	if err := yaml.Unmarshal(raw, &ground); err != nil {
		t.Fatal(err)
	}
	districts := 0
	for _, p := range ground[0].Places {
		if p.Area == "" {
			continue
		}
		districts++
		if !slices.ContainsFunc(nodes, func(n orb.Point) bool { return metres(n, orb.Point{p.At[1], p.At[0]}) < 300 }) {
			t.Errorf("nothing lies in %s", p.Area)
		}
	}
	if districts != 12 {
		t.Errorf("%d districts", districts)
	}
}
