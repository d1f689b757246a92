package ductsurvey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
)

// uneven is a street whose second segment is not alike throughout, and whose note a comma-separated file must quote.
func uneven() string {
	return file(node("MH-1", 0, 0, `"note": "Tutup \"berat\"; lihat, foto"`), node("MH-2", 200, 0, `"address": "Jalan Engku Putri 1"`), node("BE-3", 200, 150, `"kind": "building_entry"`, `"free_trade": false`),
		segment("R-1", [][2]float64{{0, 0}, {100, 3}, {200, 0}}, `"ducts": 2`, `"duct_od": 110`, `"duct_id": 100`, `"subducts": 3`, `"sub_od": 40`, `"micros": 7`, `"surveyed_m": 203.512`, `"billed_m": 204`, `"depth_m": 1.525`, `"class": "as_built"`),
		segment("R-2", [][2]float64{{200, 0}, {200, 150}}, `"bank": "2*110/100[1*40/33[7*14/10]+2*-+1*40/33]+1*63/0"`, `"class": "planned"`, `"free_trade": false`))
}

func (st *stage) exported(t testing.TB, on, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := st.Export(st.ctx, st.manager, day(on), format, &out); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.Bytes()
}

// uploads takes in a file of a format and lets it be checked.
func (st *stage) uploads(t testing.TB, on, format string, body []byte) Import {
	t.Helper()
	i, err := st.Upload(st.ctx, st.manager, ImportInput{Title: "Berkas", Source: "Dinas", OnDay: day(on), Format: format, Name: "x", Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.check(ctx, tx, importArgs{i.ID}) })
	return st.find(t, i.ID)
}

// TestAnExportIsAnImport: in every format, read again where it came from it changes nothing, and read into an empty
// network it is the same network with all that lies in it.
func TestAnExportIsAnImport(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.take(t, "2026-01-01", uneven())
	want := string(st.exported(t, "2026-02-01", GeoJSON))
	for _, text := range []string{`"bank":"2*110/100[1*40/33[7*14/10]+2*-+1*40/33]+1*63/0"`, `"micros":7`, `"ducts":2`} {
		if !strings.Contains(want, text) {
			t.Fatalf("%s is not in %s", text, want)
		}
	}
	for _, f := range Formats() {
		raw := st.exported(t, "2026-02-01", f.Code)
		i := st.uploads(t, "2026-02-01", f.Code, raw)
		if c := i.Counts; i.State != Checked || c.Nodes != (duct.Count{Same: 3}) || c.Segments != (duct.Count{Same: 2}) {
			t.Errorf("%s: %s %+v %v", f.Code, i.State, c, st.faults(t, i))
		}
		empty := newStage(t)
		if i, err := empty.Load(empty.ctx, empty.manager, ImportInput{Title: "Berkas", Source: "Dinas", OnDay: day("2026-02-01"), Format: f.Code, Body: bytes.NewReader(raw)}); err != nil {
			t.Errorf("%s: %v %v", f.Code, err, empty.faults(t, i))
		} else if got := string(empty.exported(t, "2026-02-01", GeoJSON)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", f.Code, got, want)
		}
	}
}

// TestTheStandardIsRead: a package from elsewhere, as its authors publish them. What the network has no column for is a note.
func TestTheStandardIsRead(t *testing.T) {
	t.Parallel()
	body := `{"networks": [{"id": "a096d627-72e1-4f9b-b129-951b1737bff4", "crs": {"name": "urn:ogc:def:crs:OGC::CRS84"}, "accuracy": 0.5, "links": [], "phases": [{"id": "1", "name": "Tahap 1"}],
		"organisations": [{"id": "pemko", "name": "Pemerintah Kota"}],
		"nodes": [{"id": "1", "name": "Batam Centre", "phase": {"id": "1", "name": "Tahap 1"}, "status": "operational", "location": {"type": "Point", "coordinates": [104.05, 1.12]},
			"address": {"streetAddress": "Jalan Engku Putri", "locality": "Batam"}, "type": ["dataCentre"], "power": true, "physicalInfrastructureProvider": {"id": "pemko", "name": "Pemerintah Kota"}}],
		"spans": [{"id": "9", "name": "Jalan Engku Putri", "status": "operational", "start": "1", "end": "2", "route": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.06, 1.12]]},
			"deployment": ["aboveGround", "belowGround"], "fibreCount": 24, "physicalInfrastructureProvider": {"id": "pemko"}}]}]}`
	var got []Feature
	if err := readOFDS(strings.NewReader(body), func(f Feature) error { got = append(got, f); return nil }); err != nil || len(got) != 2 {
		t.Fatalf("%v, %d features", err, len(got))
	}
	n, s := got[0].Body, got[1].Body
	if got[0].Code != "1" || n.NodeKind != duct.POP || n.Authority != "pemko" || n.Address != "Jalan Engku Putri, Batam" ||
		n.Note != "name: Batam Centre; phase: Tahap 1; physicalInfrastructureProvider: Pemerintah Kota; power: true; type: dataCentre" {
		t.Errorf("%+v", n)
	}
	if got[1].Code != "9" || s.From != "1" || s.To != "2" || s.Road != "Jalan Engku Putri" || s.Class != duct.Surveyed || s.Authority != "pemko" || s.Note != "deployment: aboveGround, belowGround; fibreCount: 24; physicalInfrastructureProvider: pemko" {
		t.Errorf("%+v", s)
	}
	other := strings.Replace(body, "urn:ogc:def:crs:OGC::CRS84", "urn:ogc:def:crs:EPSG::32648", 1)
	if err := readOFDS(strings.NewReader(other), func(Feature) error { return nil }); !fault.Is(err, "duct.other_system") {
		t.Errorf("UTM: %v", err)
	}
}

// TestTheStandardIsWritten: what its schema requires is there, and each span names its nodes.
func TestTheStandardIsWritten(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	var file struct {
		Networks []struct {
			ID    string
			Links []struct{ Rel, Href string }
			Nodes []struct {
				ID   string
				Type []string
			}
			Spans []struct {
				ID, Start, End, Status         string
				Deployment                     []string
				PhysicalInfrastructureProvider struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(st.exported(t, "2026-02-01", OFDS), &file); err != nil || len(file.Networks) != 1 || file.Networks[0].Nodes != nil {
		t.Errorf("an empty network: %v %+v", err, file)
	}
	st.take(t, "2026-01-01", uneven())
	if err := json.Unmarshal(st.exported(t, "2026-02-01", OFDS), &file); err != nil {
		t.Fatal(err)
	}
	n := file.Networks[0]
	if n.Links[0].Rel != "describedby" || n.Links[0].Href != ofdsSchema || len(n.Nodes) != 3 || !slices.Equal(n.Nodes[0].Type, []string{"buildingEntry"}) ||
		len(n.Spans) != 2 || n.Spans[1].Status != "planned" || n.Spans[1].Start != "MH-2" || n.Spans[1].End != "BE-3" || n.Spans[0].PhysicalInfrastructureProvider.ID != ofdsOwner {
		t.Errorf("%+v", n)
	}
	var raw struct {
		Networks []map[string]any
		Features []map[string]any
	}
	if err := errors.Join(json.Unmarshal(st.exported(t, "2026-02-01", OFDS), &raw), json.Unmarshal(st.exported(t, "2026-02-01", OFDSGeoJSON), &raw)); err != nil || len(raw.Features) != 5 {
		t.Fatal(err, raw)
	}
	wrong := strange("", raw.Networks[0])
	for _, f := range raw.Features {
		said := f["properties"].(map[string]any)
		wrong = append(wrong, strange(map[any]string{"node": "nodes", "span": "spans"}[said["featureType"]], said)...)
	}
	if len(wrong) > 0 {
		t.Error(strings.Join(wrong, "; "))
	}
}

// ofdsFields are the fields that the schemas of the standard have where the network is written, and those that its GeoJSON adds to them.
var ofdsFields = map[string]string{
	"":                               "id name nodes spans publisher publicationDate collectionDate crs accuracyDetails language organisations links",
	"nodes":                          "id name status location address type physicalInfrastructureProvider",
	"spans":                          "id name status start end route physicalInfrastructureProvider deployment deploymentDetails",
	"location":                       "type coordinates",
	"route":                          "type coordinates",
	"address":                        "streetAddress locality region postalCode country",
	"physicalInfrastructureProvider": "id name",
	"deploymentDetails":              "description",
	"publisher":                      "name identifier",
	"crs":                            "name uri",
	"organisations":                  "id name identifier country roles roleDetails website logo",
	"links":                          "href rel",
	"network":                        "id name crs links",
	"start":                          "id name",
	"end":                            "id name",
}

// strange names what is no field of the standard, what is empty, which its schemas do not let anything be, and words that its closed lists do
// not have.
func strange(of string, x any) (out []string) {
	switch x := x.(type) {
	case map[string]any:
		if len(x) == 0 {
			out = append(out, of+" is empty")
		}
		for name, v := range x {
			if name == ofdsOurs || name == "coordinates" {
				continue
			}
			if !slices.Contains(strings.Fields(ofdsFields[of]+" featureType network"), name) {
				out = append(out, "no field of "+of+": "+name)
			}
			out = append(out, strange(name, v)...)
		}
	case []any:
		if len(x) == 0 {
			out = append(out, of+" is empty")
		}
		for _, v := range x {
			out = append(out, strange(of, v)...)
		}
	case string:
		closed := map[string][]string{"status": {"proposed", "planned", "underConstruction", "operational", "decommissioned", "inactive"}, "deployment": {"aboveGround", "belowGround"}, "featureType": {"node", "span"}}[of]
		if x == "" || closed != nil && !slices.Contains(closed, x) {
			out = append(out, of+" says "+strconv.Quote(x))
		}
	}
	return out
}

// TestAFormatIsToldFromAnother: GeoJSON that is said to be of the standard, and files of the standard that are said to be plain, are refused at
// once with the format that they are of, and taken in as that.
func TestAFormatIsToldFromAnother(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	read := func(name string) []byte {
		t.Helper()
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, x := range []struct{ file, said, code, is string }{
		{"plain.geojson", OFDS, "duct.plain_geojson", GeoJSON}, {"plain.geojson", OFDSGeoJSON, "duct.plain_geojson", GeoJSON},
		{"ofds.json", GeoJSON, "duct.is_ofds", OFDS}, {"ofds.geojson", GeoJSON, "duct.is_ofds", OFDS},
	} {
		in := ImportInput{Title: "x", Source: "x", OnDay: day("2026-01-01"), Format: x.said, Body: bytes.NewReader(read(x.file))}
		if _, err := st.Upload(st.ctx, st.manager, in); !fault.Is(err, x.code) {
			t.Errorf("%s as %s: %v", x.file, x.said, err)
		}
		in.Format, in.Body = x.is, bytes.NewReader(read(x.file))
		if i, err := st.Upload(st.ctx, st.manager, in); err != nil || i.Features != 3 {
			t.Errorf("%s as %s: %v, %d features", x.file, x.is, err, i.Features)
		}
	}
	if all, err := st.Imports(st.ctx, st.manager); err != nil || len(all) != 4 {
		t.Errorf("%d files are kept, %v", len(all), err)
	}
}

// TestStrangePlacesAreFaults: what no database holds is refused or named, and is no error of the program.
func TestStrangePlacesAreFaults(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	i := st.upload(t, "2026-01-01", file(feature(`{"type": "LineString", "coordinates": [[104.05, 1.12]]}`, []string{`"code": "R-1\u0000"`, `"road": "x"`, `"authority": "pemko"`})))
	if got := st.faults(t, i); !slices.Equal(got, []string{"1 geometry bad_shape"}) {
		t.Errorf("a line of one place: %q", got)
	}
	for name, c := range map[string]struct{ format, body, code string }{
		"no number":   {CSV, "code,lat,lon\nx,NaN,NaN", "duct.unreadable"},
		"another crs": {GeoJSON, `{"type": "FeatureCollection", "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}, "features": []}`, "duct.other_system"},
		"no zip":      {Shapefile, "x", "duct.unreadable"}, "no database": {GeoPackage, "x", "duct.unreadable"}, "no KML": {KML, "x", "duct.unreadable"}, "no networks": {OFDS, "{}", "duct.unreadable"},
	} {
		if _, err := st.Upload(st.ctx, st.manager, ImportInput{Title: "x", Source: "x", OnDay: day("2026-01-01"), Format: c.format, Body: strings.NewReader(c.body)}); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadLots: what is read of a bank is what is written of it.
func FuzzReadLots(f *testing.F) {
	f.Add("2*110/100[1*40/33[7*14/10]+2*-+1*40/33]+1*63/0")
	f.Fuzz(func(t *testing.T, said string) {
		lots, err := readLots(said)
		if err != nil {
			return
		}
		if again, err := readLots(text(lots)); err != nil || !reflect.DeepEqual(again, lots) {
			t.Errorf("%q: %v %+v", said, err, again)
		}
	})
}

// FuzzReadOFDS: bytes that nobody wrote may be refused, and must not make it fall over.
func FuzzReadOFDS(f *testing.F) {
	f.Add([]byte(`{"networks": [{"nodes": [{"id": "1", "type": ["pop"], "location": {"type": "Point", "coordinates": [104, 1]}}], "spans": [{"id": "2", "start": {"id": "1"}}]}]}`))
	f.Add([]byte(`{"features": [{"geometry": null, "properties": {"id": "1", "start": "x", "network": {"accuracy": 250}}}]}`))
	f.Fuzz(func(_ *testing.T, body []byte) {
		_ = readOFDS(bytes.NewReader(body), func(Feature) error { return nil })
	})
}
