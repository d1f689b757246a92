package gis

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// TooLongError is a text that the format cannot hold.
type TooLongError struct {
	Column, Name string // of the feature: its first value
	Most         int
}

func (e TooLongError) Error() string {
	return fmt.Sprintf("gis: %s of %s is too long", e.Column, e.Name)
}

// wgs84 is what a .prj says of longitude and latitude of WGS 84.
const wgs84 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`

type shapefileWriter struct {
	out     io.Writer
	columns []Column
	layers  [2]*layer // points and lines
}

// NewShapefile writes a zip archive of two shapefiles, as one holds only one kind of shape: of points and of lines, under the
// names given. What is written waits in temporary files, because their heads say how much there is. A text that is too long
// for its column is refused with TooLongError, and then nothing has been written.
func NewShapefile(out io.Writer, points, lines string, columns []Column) (Writer, error) {
	w := &shapefileWriter{out: out, columns: columns}
	for i, name := range []string{points, lines} {
		l := &layer{name: name, kind: [2]uint32{shapePoint, shapeLine}[i], box: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
		w.layers[i] = l
		for k := range l.files {
			f, err := os.CreateTemp("", "shapefile-*")
			if err != nil {
				w.discard()
				return nil, err
			}
			l.files[k], l.to[k] = f, bufio.NewWriter(f)
		}
	}
	return w, nil
}

// layer is one shapefile under way: shapes, their index and their table, without their heads.
type layer struct {
	name  string
	kind  uint32
	box   orb.Bound
	rows  int
	words int // of sixteen bits, of all shapes
	files [3]*os.File
	to    [3]*bufio.Writer
}

func (w *shapefileWriter) Add(g orb.Geometry, values []any) error {
	l := w.layers[1]
	var shape []byte
	b := binary.LittleEndian
	switch g := g.(type) {
	case orb.Point:
		l = w.layers[0]
		shape = appendPoint(b.AppendUint32(nil, shapePoint), g)
	case orb.LineString:
		box := g.Bound()
		shape = appendPoint(appendPoint(b.AppendUint32(nil, shapeLine), box.Min), box.Max)
		shape = b.AppendUint32(b.AppendUint32(b.AppendUint32(shape, 1), uint32(len(g))), 0)
		for _, p := range g {
			shape = appendPoint(shape, p)
		}
	default:
		return fmt.Errorf("gis: a %T in a shapefile", g)
	}
	row, err := w.row(values)
	if err != nil {
		return err
	}
	l.rows++
	l.box = l.box.Union(g.Bound())
	size := uint32(len(shape) / 2)
	record := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(l.rows)), size)
	index := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(50+l.words)), size)
	l.words += 4 + int(size)
	for k, part := range [][]byte{append(record, shape...), index, row} {
		if _, err := l.to[k].Write(part); err != nil {
			return err
		}
	}
	return nil
}

func appendPoint(b []byte, p orb.Point) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0])), math.Float64bits(p[1]))
}

// width is how many bytes a value of a column has.
func (c Column) width() int {
	switch c.Kind {
	case Flag:
		return 1
	case Integer:
		return 9
	case Number:
		return 15
	}
	return c.Width
}

func (w *shapefileWriter) row(values []any) ([]byte, error) {
	row := []byte{' '}
	for i, c := range w.columns {
		text, right := said(values[i]), c.Kind == Integer || c.Kind == Number
		switch x := values[i].(type) {
		case bool:
			text = map[bool]string{true: "T", false: "F"}[x]
		case float64:
			text = strconv.FormatFloat(x, 'f', 3, 64)
		case nil:
			if c.Kind == Flag {
				text = "?"
			}
		}
		room := c.width() - len(text)
		if room < 0 {
			return nil, TooLongError{c.Name, said(values[0]), c.width()}
		}
		if right {
			text = strings.Repeat(" ", room) + text
		} else {
			text += strings.Repeat(" ", room)
		}
		row = append(row, text...)
	}
	return row, nil
}

func (w *shapefileWriter) Close() error {
	defer w.discard()
	z := zip.NewWriter(w.out)
	for _, l := range w.layers {
		if l.rows == 0 {
			l.box = orb.Bound{}
		}
		for k, part := range []struct {
			ext  string
			head []byte
		}{{".shp", l.head(50 + l.words)}, {".shx", l.head(50 + 4*l.rows)}, {".dbf", w.head(l)}} {
			if err := l.to[k].Flush(); err != nil {
				return err
			}
			if _, err := l.files[k].Seek(0, io.SeekStart); err != nil {
				return err
			}
			f, err := z.Create(l.name + part.ext)
			if err != nil {
				return err
			}
			if _, err := f.Write(part.head); err != nil {
				return err
			}
			if _, err := io.Copy(f, l.files[k]); err != nil {
				return err
			}
		}
		for ext, text := range map[string]string{".prj": wgs84, ".cpg": "UTF-8"} {
			f, err := z.Create(l.name + ext)
			if err == nil {
				_, err = io.WriteString(f, text)
			}
			if err != nil {
				return err
			}
		}
	}
	return z.Close()
}

// discard gives the temporary files back.
func (w *shapefileWriter) discard() {
	for _, l := range w.layers {
		if l == nil {
			continue
		}
		for _, f := range l.files {
			if f != nil {
				_ = f.Close()
				_ = os.Remove(f.Name())
			}
		}
	}
}

// head begins a file of shapes or of their index, which has so many words.
func (l *layer) head(words int) []byte {
	b := make([]byte, 24, 100)
	binary.BigEndian.PutUint32(b, 9994)
	b = binary.BigEndian.AppendUint32(b, uint32(words))
	b = binary.LittleEndian.AppendUint32(b, 1000)
	b = binary.LittleEndian.AppendUint32(b, l.kind)
	b = appendPoint(appendPoint(b, l.box.Min), l.box.Max)
	return append(b, make([]byte, 32)...)
}

// head begins the table of a layer.
func (w *shapefileWriter) head(l *layer) []byte {
	row := 1
	var fields []byte
	for _, c := range w.columns {
		f := make([]byte, 32)
		copy(f[:10], c.Name)
		f[11], f[16] = map[Kind]byte{Text: 'C', Integer: 'N', Number: 'N', Flag: 'L'}[c.Kind], byte(c.width())
		if c.Kind == Number {
			f[17] = 3
		}
		fields = append(fields, f...)
		row += c.width()
	}
	b := make([]byte, 32)
	b[0], b[1], b[2], b[3] = 3, 126, 1, 1 // a date that has to be there
	binary.LittleEndian.PutUint32(b[4:], uint32(l.rows))
	binary.LittleEndian.PutUint16(b[8:], uint16(len(fields)+33))
	binary.LittleEndian.PutUint16(b[10:], uint16(row))
	return append(append(b, fields...), '\r')
}
