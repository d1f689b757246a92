package gis

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// The shapes of a shapefile (ESRI Shapefile Technical Description, July 1998). What has a height or a measure besides has ten
// or twenty more.
const (
	shapeNull  = 0
	shapePoint = 1
	shapeLine  = 3
	shapeArea  = 5
	shapeMulti = 8
)

// ReadShapefile reads every shapefile in a zip archive, which may hold several: points in one and lines in another. It is
// written here because the libraries that read shapefiles trust what a file says of its own sizes.
func ReadShapefile(body io.Reader, each Each) error {
	raw, err := Whole(body)
	if err != nil {
		return err
	}
	a, err := openArchive(raw)
	if err != nil {
		return err
	}
	all := a.named(".shp")
	if len(all) == 0 {
		return unreadable("no .shp in the archive")
	}
	for _, f := range all {
		if err := a.readShapes(f, each); err != nil {
			return err
		}
	}
	return nil
}

// beside returns the file of a shapefile with another extension; nil where there is none.
func (a *archive) beside(f *zip.File, ext string) *zip.File {
	base := strings.TrimSuffix(f.Name, path.Ext(f.Name))
	for _, other := range a.named(ext) {
		if strings.EqualFold(strings.TrimSuffix(other.Name, path.Ext(other.Name)), base) {
			return other
		}
	}
	return nil
}

// short reads a file of a few words; empty where there is none.
func (a *archive) short(f *zip.File) (string, error) {
	if f == nil {
		return "", nil
	}
	r, err := a.open(f)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, textMost))
	if err != nil {
		return "", broken(err)
	}
	return strings.TrimSpace(string(raw)), nil
}

func (a *archive) readShapes(f *zip.File, each Each) error {
	system, err := a.short(a.beside(f, ".prj"))
	if err != nil {
		return err
	}
	if err := inDegrees(system); err != nil {
		return err
	}
	letters, err := a.short(a.beside(f, ".cpg"))
	if err != nil {
		return err
	}
	shp, err := a.open(f)
	if err != nil {
		return err
	}
	defer func() { _ = shp.Close() }()
	head := make([]byte, 100)
	if _, err := io.ReadFull(shp, head); err != nil {
		return broken(err)
	}
	if binary.BigEndian.Uint32(head) != 9994 {
		return unreadable("%s is no shapefile", f.Name)
	}
	var table *dbf
	if file := a.beside(f, ".dbf"); file != nil {
		r, err := a.open(file)
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		if table, err = openDBF(r, letters); err != nil {
			return err
		}
	}
	for {
		g, err := readShape(shp)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values, gone, err := table.next()
		if err != nil {
			return err
		}
		if gone {
			continue
		}
		if err := each(values, g); err != nil {
			return err
		}
	}
}

// inDegrees refuses a coordinate system, in WKT as a .prj says it, that is not longitude and latitude of WGS 84.
func inDegrees(system string) error {
	if system == "" {
		return ErrNoSystem
	}
	kind, rest, _ := strings.Cut(system, "[")
	_, rest, _ = strings.Cut(rest, `"`)
	name, _, _ := strings.Cut(rest, `"`)
	switch strings.ToUpper(strings.TrimSpace(kind)) {
	case "GEOGCS", "GEOGCRS", "GEODCRS":
		bare := strings.NewReplacer("_", "", " ", "", "/", "").Replace(strings.ToUpper(name))
		if strings.HasPrefix(strings.TrimPrefix(bare, "GCS"), "WGS84") || strings.HasPrefix(strings.TrimPrefix(bare, "GCS"), "WGS1984") {
			return nil
		}
	}
	if name == "" {
		return unreadable("the .prj says no coordinate system")
	}
	if len(name) > 100 {
		name = name[:100]
	}
	return SystemError{strings.ToValidUTF8(name, "")}
}

// readShape reads one record; io.EOF where there is none any more.
func readShape(r io.Reader) (orb.Geometry, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, broken(err)
	}
	size := int64(binary.BigEndian.Uint32(head[4:])) * 2
	if size < 4 || size > pointsMost*40 {
		return nil, ErrTooLarge
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, unreadable("%w", err) // io.EOF would be an end
	}
	kind, b := binary.LittleEndian.Uint32(b), b[4:]
	if kind == shapeNull {
		return nil, nil
	}
	if kind > 28 {
		return nil, unreadable("shapes of kind %d", kind)
	}
	switch kind % 10 {
	case shapePoint:
		return pointAt(b)
	case shapeLine, shapeArea, shapeMulti:
		return partsOf(b, kind%10)
	}
	return nil, unreadable("shapes of kind %d", kind)
}

func pointAt(b []byte) (orb.Geometry, error) {
	if len(b) < 16 {
		return nil, unreadable("half a point")
	}
	p := orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))}
	if !finite(p) {
		return nil, unreadable("no place: %v", p)
	}
	return p, nil
}

// partsOf reads a shape of several points: their bounds, how many parts and points, where each part begins, and the points.
func partsOf(b []byte, kind uint32) (orb.Geometry, error) {
	if len(b) < 40 {
		return nil, unreadable("half a shape")
	}
	b = b[32:]
	parts, at := 1, 4
	if kind != shapeMulti {
		parts, at = int(binary.LittleEndian.Uint32(b)), 8
	}
	points := int(binary.LittleEndian.Uint32(b[at-4:]))
	if parts < 1 || parts > points || points > pointsMost || len(b) < at+16*points {
		return nil, unreadable("%d parts of %d points", parts, points)
	}
	starts := []int{0}
	if kind != shapeMulti {
		starts = nil
		if len(b) < at+4*parts+16*points {
			return nil, unreadable("half a shape")
		}
		for i := range parts {
			starts = append(starts, int(binary.LittleEndian.Uint32(b[at+4*i:])))
		}
		at += 4 * parts
	}
	all := make(orb.LineString, points)
	for i := range all {
		p, err := pointAt(b[at+16*i:])
		if err != nil {
			return nil, err
		}
		all[i] = p.(orb.Point)
	}
	if kind == shapeMulti {
		return single(orb.MultiPoint(all)), nil
	}
	var lines orb.MultiLineString
	for i, from := range starts {
		to := points
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		if from < 0 || from >= to || to > points {
			return nil, unreadable("a part from %d to %d", from, to)
		}
		lines = append(lines, all[from:to])
	}
	if kind == shapeArea {
		return orb.Polygon{orb.Ring(lines[0])}, nil
	}
	return single(lines), nil
}

// dbf is the table of a shapefile (dBASE III), a row for each shape. Nil is no table.
type dbf struct {
	r      io.Reader
	names  []string
	widths []int
	row    []byte
	left   int
	words  *encoding.Decoder // nil for UTF-8, or what looks like it
}

func openDBF(r io.Reader, letters string) (*dbf, error) {
	head := make([]byte, 32)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, broken(err)
	}
	d := &dbf{r: r, left: int(binary.LittleEndian.Uint32(head[4:]))}
	size, row := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	if head[0]&7 != 3 || size < 33 || row < 1 {
		return nil, unreadable("no dBASE table")
	}
	rest := make([]byte, size-32)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, broken(err)
	}
	sum := 1
	for ; len(rest) >= 32 && rest[0] != '\r'; rest = rest[32:] {
		name, _, _ := strings.Cut(string(rest[:11]), "\x00")
		d.names, d.widths = append(d.names, strings.ToLower(strings.TrimSpace(name))), append(d.widths, int(rest[16]))
		sum += int(rest[16])
	}
	if sum != row || len(d.names) > columnsMost {
		return nil, unreadable("a table of %d bytes a row says %d", sum, row)
	}
	d.row = make([]byte, row)
	return d, d.read(letters)
}

// read finds how the letters of the table are written: UTF-8, unless the .cpg says otherwise.
func (d *dbf) read(letters string) error {
	name := strings.ToLower(strings.NewReplacer("ANSI ", "", "CP", "", "_", "-").Replace(strings.ToUpper(letters)))
	switch name {
	case "", "utf-8", "utf8", "65001":
		return nil
	case "1252", "1250", "1251":
		name = "windows-" + name
	case "88591", "8859-1", "iso88591":
		name = "iso-8859-1"
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return unreadable("letters in %q", letters)
	}
	d.words = e.NewDecoder()
	return nil
}

// next is the row of the next shape, and whether it was deleted.
func (d *dbf) next() (values map[string]string, gone bool, err error) {
	values = map[string]string{}
	if d == nil {
		return values, false, nil
	}
	if d.left--; d.left < 0 {
		return nil, false, unreadable("fewer rows than shapes")
	}
	if _, err := io.ReadFull(d.r, d.row); err != nil {
		return nil, false, broken(err)
	}
	at := 1
	for i, name := range d.names {
		cell := d.row[at : at+d.widths[i]]
		at += d.widths[i]
		text := strings.Trim(string(cell), " \x00")
		if strings.Trim(text, "*") == "" || text == "?" { // no number, no flag
			continue
		}
		words := d.words
		if words == nil && !utf8.ValidString(text) {
			words = charmap.Windows1252.NewDecoder() // an old program that does not say so
		}
		if words != nil {
			if text, err = words.String(text); err != nil {
				return nil, false, unreadable("%s: %w", name, err)
			}
		}
		values[name] = text
	}
	return values, d.row[0] == '*', nil
}
