package gis

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

type geopackageWriter struct {
	out     io.Writer
	path    string
	db      *sqlite3.Conn
	at      time.Time
	columns []Column
	tables  [2]*gpkgTable // points and lines
}

type gpkgTable struct {
	name string
	box  orb.Bound
	rows int
	add  *sqlite3.Stmt
}

// NewGeoPackage writes a GeoPackage 1.3 with a table of points and one of lines, under the names given, as of a moment. It
// grows in a temporary file.
func NewGeoPackage(out io.Writer, points, lines string, at time.Time, columns []Column) (Writer, error) {
	f, err := os.CreateTemp("", "geopackage-*")
	if err != nil {
		return nil, err
	}
	w := &geopackageWriter{out: out, path: f.Name(), at: at, columns: columns, tables: [2]*gpkgTable{{name: points}, {name: lines}}}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := w.begin(); err != nil {
		w.discard()
		return nil, fmt.Errorf("gis: geopackage: %w", err)
	}
	return w, nil
}

// The tables that every GeoPackage has.
const gpkgSchema = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300; BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
	('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', NULL);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
	min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
	z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));`

func (w *geopackageWriter) begin() (err error) {
	if w.db, err = sqlite3.Open(w.path); err != nil {
		return err
	}
	if err := w.db.Exec(gpkgSchema); err != nil {
		return err
	}
	columns, holes := "", ""
	for _, c := range w.columns {
		columns += ", " + sqlite3.QuoteIdentifier(c.Name) + " " + map[Kind]string{Text: "TEXT", Integer: "INTEGER", Number: "DOUBLE", Flag: "BOOLEAN"}[c.Kind]
		holes += ", ?"
	}
	for i, t := range w.tables {
		name, kind := sqlite3.QuoteIdentifier(t.name), [2]string{"POINT", "LINESTRING"}[i]
		if err := w.db.Exec("CREATE TABLE " + name + " (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom " + kind + columns + ")"); err != nil {
			return err
		}
		if t.add, _, err = w.db.Prepare("INSERT INTO " + name + " VALUES (NULL, ?" + holes + ")"); err != nil {
			return err
		}
	}
	return nil
}

func (w *geopackageWriter) Add(g orb.Geometry, values []any) error {
	t := w.tables[1]
	if _, ok := g.(orb.Point); ok {
		t = w.tables[0]
	}
	shape, err := wkb.Marshal(g, binary.LittleEndian)
	if err != nil {
		return err
	}
	head := binary.LittleEndian.AppendUint32([]byte{'G', 'P', 0, 1}, 4326) // little-endian, without bounds
	if err := t.add.BindBlob(1, append(head, shape...)); err != nil {
		return err
	}
	for i, x := range values {
		switch x := x.(type) {
		case nil:
			err = t.add.BindNull(i + 2)
		case bool:
			err = t.add.BindBool(i+2, x)
		case int:
			err = t.add.BindInt(i+2, x)
		case float64:
			err = t.add.BindFloat(i+2, x)
		default:
			err = t.add.BindText(i+2, said(x))
		}
		if err != nil {
			return err
		}
	}
	if t.rows++; t.rows == 1 {
		t.box = g.Bound()
	} else {
		t.box = t.box.Union(g.Bound())
	}
	return t.add.Exec()
}

func (w *geopackageWriter) Close() error {
	defer w.discard()
	for i, t := range w.tables {
		if err := t.add.Close(); err != nil {
			return err
		}
		sql := fmt.Sprintf("INSERT INTO gpkg_contents VALUES (%[1]s, 'features', %[1]s, '', %[2]s, %[3]v, %[4]v, %[5]v, %[6]v, 4326); INSERT INTO gpkg_geometry_columns VALUES (%[1]s, 'geom', '%[7]s', 4326, 0, 0)",
			sqlite3.Quote(t.name), sqlite3.Quote(w.at.UTC().Format("2006-01-02T15:04:05.000Z")), t.box.Min[0], t.box.Min[1], t.box.Max[0], t.box.Max[1], [2]string{"POINT", "LINESTRING"}[i])
		if err := w.db.Exec(strings.TrimSpace(sql)); err != nil {
			return fmt.Errorf("gis: geopackage: %w", err)
		}
	}
	if err := w.db.Exec("COMMIT"); err != nil {
		return fmt.Errorf("gis: geopackage: %w", err)
	}
	f, err := os.Open(w.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = io.Copy(w.out, f)
	return err
}

// discard gives the temporary file back.
func (w *geopackageWriter) discard() {
	if w.db != nil {
		for _, t := range w.tables {
			if t.add != nil {
				_ = t.add.Close()
			}
		}
		_ = w.db.Close()
	}
	_ = os.Remove(w.path)
}
