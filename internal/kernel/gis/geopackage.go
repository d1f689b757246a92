package gis

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/ioutil"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"
	"github.com/paulmach/orb"
)

// What SQLite may use of the machine for one file.
const (
	sqliteMemory = 64 << 20
	sqliteTime   = 30 * time.Second
	sqliteValue  = 16 << 20 // bytes of one value
)

// patience is a context that ends once SQLite has worked for sqliteTime. What is done with a row in between does not count.
type patience struct {
	context.Context
	used  time.Duration
	since time.Time
}

func (p *patience) Err() error {
	if p.used+time.Since(p.since) > sqliteTime {
		return context.DeadlineExceeded
	}
	return nil
}

// geopackage is an open file.
type geopackage struct {
	*sqlite3.Conn
	patience patience
	away     bool // with a row of it
}

// ReadGeoPackage reads the tables of features of a GeoPackage (OGC 12-128r19). The file is an SQLite database that a stranger
// made: it is read inside a sandbox of bounded memory and time, its views and triggers are off, and what it has instead of
// tables is passed over.
func ReadGeoPackage(body io.Reader, each Each) (err error) {
	raw, err := Whole(body)
	if err != nil {
		return err
	}
	if len(raw) < 100 || string(raw[:16]) != "SQLite format 3\x00" {
		return unreadable("no SQLite database")
	}
	raw[18], raw[19] = 1, 1 // a file that came alone has no journal beside it
	name := "gis-" + rand.Text()
	readervfs.Create(name, ioutil.NewSizeReaderAt(bytes.NewReader(raw)))
	defer readervfs.Delete(name)
	g := &geopackage{}
	g.patience = patience{Context: context.Background(), since: time.Now()}
	defer func() {
		if g.Conn != nil && !g.away {
			_ = g.Close()
		}
		if r := recover(); r != nil {
			if g.away {
				panic(r)
			}
			err = unreadable("SQLite: %v", r) // the sandbox was left
		}
	}()
	if g.Conn, err = sqlite3.OpenContext(sqlite3.WithMaxMemory(context.Background(), sqliteMemory), "file:"+name+"?vfs=reader"); err != nil {
		return unreadable("%w", err)
	}
	g.SetInterrupt(&g.patience)
	g.Limit(sqlite3.LIMIT_LENGTH, sqliteValue)
	g.Limit(sqlite3.LIMIT_ATTACHED, 0)
	for op, on := range map[sqlite3.DBConfig]bool{sqlite3.DBCONFIG_DEFENSIVE: true, sqlite3.DBCONFIG_TRUSTED_SCHEMA: false, sqlite3.DBCONFIG_ENABLE_VIEW: false, sqlite3.DBCONFIG_ENABLE_TRIGGER: false} {
		if _, err := g.Config(op, on); err != nil {
			return unreadable("%w", err)
		}
	}
	if err := g.Exec("PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA query_only = ON"); err != nil {
		return unreadable("%w", err)
	}
	return g.read(each)
}

// table is one table of features.
type table struct {
	name, column string // of the table and of its shapes
}

func (g *geopackage) read(each Each) error {
	tables, err := g.tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := g.features(t, each); err != nil {
			return err
		}
	}
	return nil
}

func (g *geopackage) tables() ([]table, error) {
	s, _, err := g.Prepare(`SELECT g.table_name, g.column_name, g.srs_id, coalesce(s.organization, ''), coalesce(s.organization_coordsys_id, 0), coalesce(s.srs_name, '')
		FROM gpkg_geometry_columns g JOIN gpkg_contents c ON c.table_name = g.table_name AND c.data_type = 'features'
		JOIN sqlite_schema t ON t.type = 'table' AND lower(t.name) = lower(g.table_name) AND t.sql LIKE 'CREATE TABLE%'
		LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id`)
	if err != nil {
		return nil, unreadable("%w", err)
	}
	defer func() { _ = s.Close() }()
	var out []table
	for s.Step() {
		if len(out) == entriesMost {
			return nil, ErrTooLarge
		}
		id, org, code, name := s.ColumnInt(2), s.ColumnText(3), s.ColumnInt(4), s.ColumnText(5)
		switch {
		case id == 0 || id == -1:
			return nil, ErrNoSystem
		case !strings.EqualFold(org, "EPSG") || code != 4326:
			if len(name) > 100 {
				name = name[:100]
			}
			return nil, SystemError{strings.ToValidUTF8(name+" ("+strconv.Itoa(id)+")", "")}
		}
		out = append(out, table{s.ColumnText(0), s.ColumnText(1)})
	}
	if err := s.Err(); err != nil {
		return nil, unreadable("%w", err)
	}
	return out, nil
}

func (g *geopackage) features(t table, each Each) error {
	s, _, err := g.Prepare("SELECT * FROM " + sqlite3.QuoteIdentifier(t.name))
	if err != nil {
		return unreadable("%w", err)
	}
	defer func() {
		if !g.away {
			_ = s.Close()
		}
	}()
	if s.ColumnCount() > columnsMost {
		return ErrTooLarge
	}
	for s.Step() {
		values, shape, err := rowOf(s, t.column)
		if err != nil {
			return err
		}
		g.patience.used, g.away = g.patience.used+time.Since(g.patience.since), true
		err = each(values, shape)
		g.patience.since, g.away = time.Now(), false
		if err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return unreadable("%w", err)
	}
	return nil
}

func rowOf(s *sqlite3.Stmt, shapes string) (values map[string]string, shape orb.Geometry, err error) {
	values = map[string]string{}
	for i := range s.ColumnCount() {
		name := s.ColumnName(i)
		switch kind := s.ColumnType(i); {
		case kind == sqlite3.NULL:
		case strings.EqualFold(name, shapes):
			if kind != sqlite3.BLOB {
				return nil, nil, unreadable("a shape that is none")
			}
			if shape, err = shapeIn(s.ColumnRawBlob(i)); err != nil {
				return nil, nil, err
			}
		case kind == sqlite3.FLOAT:
			values[strings.ToLower(name)] = strconv.FormatFloat(s.ColumnFloat(i), 'f', -1, 64)
		case kind != sqlite3.BLOB:
			text := s.ColumnText(i)
			if len(text) > textMost {
				return nil, nil, ErrTooLarge
			}
			values[strings.ToLower(name)] = strings.ToValidUTF8(text, "\ufffd")
		}
	}
	return values, shape, nil
}

// shapeIn reads a shape as a GeoPackage holds it: a head with its bounds, then WKB.
func shapeIn(b []byte) (orb.Geometry, error) {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, unreadable("a shape without its head")
	}
	flags := b[3]
	bounds := map[byte]int{0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
	size, ok := bounds[flags>>1&7]
	if !ok || flags&0x20 != 0 || len(b) < 8+size {
		return nil, unreadable("a shape with a strange head")
	}
	if flags&0x10 != 0 {
		return nil, nil // empty
	}
	w := wkbReader{b: b[8+size:]}
	g := w.shape(0)
	if w.err != nil {
		return nil, w.err
	}
	return single(g), nil
}

// wkbReader reads WKB of two dimensions, and of more, which it drops; orb reads only those of two.
type wkbReader struct {
	b   []byte
	err error
}

func (w *wkbReader) fail(format string, args ...any) {
	if w.err == nil {
		w.err = unreadable(format, args...)
	}
}

func (w *wkbReader) take(n int) []byte {
	if w.err != nil || len(w.b) < n {
		w.fail("half a shape")
		return make([]byte, n)
	}
	b := w.b[:n]
	w.b = w.b[n:]
	return b
}

func (w *wkbReader) shape(depth int) orb.Geometry {
	var order binary.ByteOrder = binary.LittleEndian
	if w.take(1)[0] == 0 {
		order = binary.BigEndian
	}
	kind := order.Uint32(w.take(4))
	more := 2 // dimensions
	switch kind / 1000 {
	case 1, 2:
		more = 3
	case 3:
		more = 4
	}
	if kind > 3999 || depth > 3 {
		w.fail("shapes of kind %d", kind)
		return nil
	}
	switch kind % 1000 {
	case 1:
		return w.point(order, more)
	case 2:
		return w.line(order, more)
	case 3:
		var p orb.Polygon
		for range w.count(order, 4) {
			p = append(p, orb.Ring(w.line(order, more)))
		}
		return p
	case 4, 5, 6, 7:
		var all orb.Collection
		for range w.count(order, 9) {
			if g := w.shape(depth + 1); w.err == nil {
				all = append(all, g)
			}
		}
		return all
	}
	w.fail("shapes of kind %d", kind)
	return nil
}

// count is how many parts follow, each of so many bytes at least.
func (w *wkbReader) count(order binary.ByteOrder, least int) int {
	n := order.Uint32(w.take(4))
	if n > pointsMost || int(n)*least > len(w.b) {
		w.fail("%d parts in %d bytes", n, len(w.b))
		return 0
	}
	return int(n)
}

func (w *wkbReader) point(order binary.ByteOrder, more int) orb.Point {
	b := w.take(8 * more)
	p := orb.Point{math.Float64frombits(order.Uint64(b)), math.Float64frombits(order.Uint64(b[8:]))}
	if !finite(p) {
		w.fail("no place: %v", fmt.Sprint(p))
	}
	return p
}

func (w *wkbReader) line(order binary.ByteOrder, more int) orb.LineString {
	line := make(orb.LineString, 0, w.count(order, 8*more))
	for range cap(line) {
		line = append(line, w.point(order, more))
	}
	return line
}
