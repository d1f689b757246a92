package gis

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/paulmach/orb"
)

var columns = []Column{{"code", Text, 60}, {"note", Text, 200}, {"ducts", Integer, 0}, {"depth_m", Number, 0}, {"free_trade", Flag, 0}}

// found is what a reader gives, a line for each feature.
func found(read func(io.Reader, Each) error, body []byte) ([]string, error) {
	var out []string
	err := read(bytes.NewReader(body), func(v map[string]string, g orb.Geometry) error {
		if len(out) == 20_000 {
			return errors.New("enough")
		}
		out = append(out, fmt.Sprint(v["code"], "|", v["note"], "|", v["ducts"], "|", v["depth_m"], "|", v["free_trade"], "|", g))
		return nil
	})
	return out, err
}

// formats are those that are both read and written.
var formats = map[string]struct {
	write func(io.Writer) (Writer, error)
	read  func(io.Reader, Each) error
}{
	"KML":        {func(w io.Writer) (Writer, error) { return NewKML(w, "Jaringan & lain", columns) }, ReadKML},
	"KMZ":        {func(w io.Writer) (Writer, error) { return NewKMZ(w, "Jaringan", columns) }, ReadKML},
	"shapefile":  {func(w io.Writer) (Writer, error) { return NewShapefile(w, "titik", "ruas", columns) }, ReadShapefile},
	"GeoPackage": {func(w io.Writer) (Writer, error) { return NewGeoPackage(w, "titik", "ruas", time.Unix(0, 0), columns) }, ReadGeoPackage},
}

func sample(t testing.TB, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := formats[format].write(&out)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(w.Add(orb.Point{104.0512345678, 1.12}, []any{"MH-1", "Ujung <jalan> & “taman”", nil, nil, true}),
		w.Add(orb.LineString{{104.05, 1.12}, {104.0600000001, 1.125}}, []any{"R-1", "", 4, 1.525, false}), w.Close())
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWhatIsWrittenIsRead: every value and every place to the last digit.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	for name, f := range formats {
		got, err := found(f.read, sample(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := strings.NewReplacer("|true|", "|T|", "|1|[104.0", "|T|[104.0", "|false|", "|F|", "|0|[[", "|F|[[").Replace(strings.Join(got, "\n"))
		if want := "MH-1|Ujung <jalan> & “taman”|||T|[104.0512345678 1.12]\nR-1||4|1.525|F|[[104.05 1.12] [104.0600000001 1.125]]"; text != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, text, want)
		}
	}
}

// TestFilesOfAnotherProgramAreRead: a node and a line as GDAL 3.6 (ogr2ogr), which QGIS writes with too, made of the same features. Its KMZ is a
// file that links to one of the layer.
func TestFilesOfAnotherProgramAreRead(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(io.Reader, Each) error{"gdal.kml": ReadKML, "gdal.kmz": ReadKML, "gdal.shp.zip": ReadShapefile, "gdal.gpkg.gz": ReadGeoPackage} {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(raw))
			if err == nil {
				raw, err = io.ReadAll(z)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		got, err := found(read, raw)
		slices.Sort(got)
		text := strings.NewReplacer("0000000000000|", "|", "000000000000|", "|").Replace(strings.Join(got, "\n")) // a dBASE table fills up its numbers
		if want := "MH-1|Ujung <jalan> & “taman” é|||1|[104.0512345678 1.12]\nMH-2|||1.25|0|[104.06 1.125]\n" +
			"R-1|Jalan Engku Putri|4|1.525|0|[[104.0512345678 1.12] [104.055 1.121] [104.06 1.125]]"; err != nil || text != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, text, want)
		}
	}
}

// TestAKMZIsItsDocument: others in it, which only overlays use, add nothing; of one that links to a file for each layer all are read, in whatever order
// they were packed.
func TestAKMZIsItsDocument(t *testing.T) {
	t.Parallel()
	file := func(code string) string {
		return `<kml><Placemark><ExtendedData><Data name="code"><value>` + code + `</value></Data></ExtendedData></Placemark></kml>`
	}
	got, err := found(ReadKML, packed(t, "doc.kml", file("MH-1"), "files/old.kml", file("MH-2")))
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "MH-1|") {
		t.Errorf("%v %q", err, got)
	}
	got, err = found(ReadKML, packed(t, "layers/nodes.kml", file("MH-1"), "doc.kml", "<kml><Document/></kml>", "layers/segments.kml", file("RS-1")))
	if err != nil || len(got) != 2 {
		t.Errorf("packed anew: %v %q", err, got)
	}
}

// packed is a zip archive of files.
func packed(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// member returns one file of an archive.
func member(t testing.TB, raw []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// database is an SQLite database after statements.
func database(t testing.TB, sql string) []byte {
	t.Helper()
	path := t.TempDir() + "/x.gpkg"
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Exec(gpkgSchema), db.Exec(sql), db.Exec("COMMIT"), db.Close()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const aTable = "INSERT INTO gpkg_contents VALUES ('a', 'features', 'a', '', '', 0, 0, 0, 0, 4326); INSERT INTO gpkg_geometry_columns VALUES ('a', 'geom', 'POINT', 4326, 0, 0);"

// TestOtherCoordinatesAreRefused: nothing is reprojected, and what does not say its system is not guessed.
func TestOtherCoordinatesAreRefused(t *testing.T) {
	t.Parallel()
	raw := sample(t, "shapefile")
	shape := func(prj string) []byte {
		return packed(t, "a.shp", member(t, raw, "ruas.shp"), "a.dbf", member(t, raw, "ruas.dbf"), "A.PRJ", prj)
	}
	for prj, want := range map[string]string{
		`PROJCS["WGS_1984_UTM_Zone_48N",GEOGCS["GCS_WGS_1984"]]`: "WGS_1984_UTM_Zone_48N", `GEOGCS["GCS_ID_1974"]`: "GCS_ID_1974",
		`GEOGCRS["WGS 84"]`: "", `GEOGCS["GCS_WGS_1984",DATUM[]]`: "",
	} {
		_, err := found(ReadShapefile, shape(prj))
		if of, ok := errors.AsType[SystemError](err); ok != (want != "") || of.Name != want || !ok && err != nil {
			t.Errorf("%s: %v", prj, err)
		}
	}
	if _, err := found(ReadShapefile, shape("")); !errors.Is(err, ErrNoSystem) {
		t.Errorf("no system: %v", err)
	}
	utm := database(t, "CREATE TABLE a (geom BLOB); INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84 / UTM zone 48N', 32648, 'EPSG', 32648, '', ''); "+strings.ReplaceAll(aTable, "4326", "32648"))
	if _, err := found(ReadGeoPackage, utm); !errors.As(err, new(SystemError)) || !strings.Contains(err.Error(), "UTM zone 48N (32648)") {
		t.Errorf("GeoPackage: %v", err)
	}
}

// TestHostileFilesAreRefused: within seconds and without their size in memory.
func TestHostileFilesAreRefused(t *testing.T) {
	t.Parallel()
	start := time.Now()
	mark := `<kml><Placemark>`
	for name, c := range map[string]struct {
		read func(io.Reader, Each) error
		body []byte
		want error
	}{
		"a zip bomb":               {ReadKML, packed(t, "doc.kml", mark+"<x>"+strings.Repeat(" ", unpackedMost)), ErrTooLarge},
		"a text without an end":    {ReadKML, []byte(mark + "<name>" + strings.Repeat("x", textMost+1) + "</name>"), ErrTooLarge},
		"deep elements":            {ReadKML, []byte(mark + strings.Repeat("<a>", 1_000_000)), ErrTooLarge},
		"entities of entities":     {ReadKML, []byte(`<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` + mark + "<name>&b;</name></Placemark></kml>"), ErrUnreadable},
		"half a KML":               {ReadKML, []byte(mark + "<name>x"), ErrUnreadable},
		"a page":                   {ReadKML, []byte("<html></html>"), ErrUnreadable},
		"no number":                {ReadKML, []byte(mark + "<Point><coordinates>NaN,1</coordinates></Point></Placemark></kml>"), ErrUnreadable},
		"an archive of many":       {ReadKML, packed(t, strings.Split(strings.Repeat("a,", 2*entriesMost+2), ",")[:2*entriesMost+2]...), ErrTooLarge},
		"an archive without shape": {ReadShapefile, packed(t, "a.txt", "x"), ErrUnreadable},
		"a record of gigabytes":    {ReadShapefile, packed(t, "a.prj", wgs84, "a.shp", string((&layer{}).head(50))+"\x00\x00\x00\x01\x7f\xff\xff\xff"), ErrTooLarge},
		"more parts than bytes":    {ReadShapefile, packed(t, "a.prj", wgs84, "a.shp", string((&layer{}).head(50))+"\x00\x00\x00\x01\x00\x00\x00\x20\x03\x00\x00\x00"+strings.Repeat("\xff", 60)), ErrUnreadable},
		"no database":              {ReadGeoPackage, bytes.Repeat([]byte("x"), 1000), ErrUnreadable},
		"a database of nonsense":   {ReadGeoPackage, append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte("\xff"), 5000)...), ErrUnreadable},
		"a head for a shape":       {ReadGeoPackage, database(t, "CREATE TABLE a (geom BLOB); INSERT INTO a VALUES (x'47500001e6100000'); "+aTable), ErrUnreadable},
		"a line of four billion":   {ReadGeoPackage, database(t, "CREATE TABLE a (geom BLOB); INSERT INTO a VALUES (x'47500001e61000000102000000ffffffff'); "+aTable), ErrUnreadable},
		"lists without an end":     {ReadGeoPackage, database(t, "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS WITH RECURSIVE n(table_name) AS (SELECT 'a' UNION ALL SELECT table_name FROM n) SELECT table_name, 'features' AS data_type FROM n; CREATE TABLE a (geom BLOB)"), ErrUnreadable},
		"more bytes than are read": {ReadGeoPackage, make([]byte, fileMost+1), ErrTooLarge},
	} {
		if _, err := found(c.read, c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	view := database(t, "CREATE VIEW a AS WITH RECURSIVE n(geom) AS (SELECT NULL UNION ALL SELECT geom FROM n) SELECT geom FROM n; "+aTable)
	if got, err := found(ReadGeoPackage, view); err != nil || len(got) != 0 {
		t.Errorf("a view without an end: %v, %d rows", err, len(got))
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("took %v", d)
	}
}

// TestWhatIsNoFeatureIsGivenUpEarly: what the decoder would keep whole, and elements that are of no placemark.
func TestWhatIsNoFeatureIsGivenUpEarly(t *testing.T) {
	t.Parallel()
	for name, filler := range map[string]string{"blanks": " ", "elements": "<a></a>"} {
		read := &counted{strings.NewReader("<kml>" + strings.Repeat(filler, fileMost/2/len(filler)) + "</kml>"), 0}
		if err := ReadKML(read, func(map[string]string, orb.Geometry) error { return nil }); !errors.Is(err, ErrTooLarge) || read.n > betweenMost+1<<20 {
			t.Errorf("%s: %v after %d bytes", name, err, read.n)
		}
	}
	many := strings.Repeat("<Placemark><name>"+strings.Repeat("x", 1000)+"</name></Placemark>", betweenMost/1000+1)
	if got, err := found(ReadKML, []byte("<kml>"+many+"</kml>")); err != nil || len(got) != betweenMost/1000+1 {
		t.Errorf("%d placemarks: %v", len(got), err)
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// TestATextThatDoesNotFitIsRefused: a shapefile cuts nothing off.
func TestATextThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	w, err := NewShapefile(io.Discard, "a", "b", columns)
	if err != nil {
		t.Fatal(err)
	}
	err = w.Add(orb.Point{}, []any{"MH-1", strings.Repeat("x", 201), nil, nil, nil})
	if long, ok := errors.AsType[TooLongError](err); !ok || long.Column != "note" || long.Name != "MH-1" || long.Most != 200 {
		t.Errorf("%v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// TestOldTablesAreRead: letters of before UTF-8, and a row that was deleted.
func TestOldTablesAreRead(t *testing.T) {
	t.Parallel()
	raw := sample(t, "shapefile")
	table := strings.Replace(member(t, raw, "titik.dbf"), "Ujung ", "Ujun\xe9 ", 1)
	old := packed(t, "x/a.shp", member(t, raw, "titik.shp"), "x/a.prj", wgs84, "x/a.dbf", table, "x/a.cpg", "1252")
	if got, err := found(ReadShapefile, old); err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "MH-1|Ujuné") {
		t.Errorf("%v %q", err, got)
	}
	gone := packed(t, "a.shp", member(t, raw, "titik.shp"), "a.prj", wgs84, "a.dbf", strings.Replace(table, "\r ", "\r*", 1))
	if got, err := found(ReadShapefile, gone); err != nil || len(got) != 0 {
		t.Errorf("%v %q", err, got)
	}
}

// fuzz gives a reader bytes that nobody wrote: it may refuse, and must not fall over.
func fuzz(f *testing.F, format string) {
	raw := sample(f, format)
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = found(formats[format].read, body)
	})
}

func FuzzReadKML(f *testing.F)        { fuzz(f, "KML") }
func FuzzReadKMZ(f *testing.F)        { fuzz(f, "KMZ") }
func FuzzReadGeoPackage(f *testing.F) { fuzz(f, "GeoPackage") }

// FuzzReadShapefile gives the parts of an archive, as a checksum would stop what is done to the whole.
func FuzzReadShapefile(f *testing.F) {
	raw := sample(f, "shapefile")
	for _, name := range []string{"titik", "ruas"} {
		f.Add(member(f, raw, name+".shp"), member(f, raw, name+".dbf"), wgs84, "UTF-8")
	}
	f.Fuzz(func(t *testing.T, shp, table, prj, cpg string) {
		_, _ = found(ReadShapefile, packed(t, "a.shp", shp, "a.dbf", table, "a.prj", prj, "a.cpg", cpg))
	})
}
