package gis

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/paulmach/orb/geojson"
)

// said is a value as text.
func said(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(x)
}

type csvWriter struct {
	w   *csv.Writer
	row []string
}

// NewCSV writes a table with the columns and the shape as WKT in the last, "wkt".
func NewCSV(out io.Writer, columns []Column) (Writer, error) {
	w := &csvWriter{w: csv.NewWriter(out), row: make([]string, len(columns)+1)}
	for i, c := range columns {
		w.row[i] = c.Name
	}
	w.row[len(columns)] = "wkt"
	return w, w.w.Write(w.row)
}

func (w *csvWriter) Add(g orb.Geometry, values []any) error {
	for i, x := range values {
		w.row[i] = said(x)
	}
	w.row[len(values)] = wkt.MarshalString(g)
	return w.w.Write(w.row)
}

func (w *csvWriter) Close() error {
	w.w.Flush()
	return w.w.Error()
}

type geojsonWriter struct {
	out     *bufio.Writer
	columns []Column
	begun   bool
}

// NewGeoJSON writes a feature collection (RFC 7946); what has no value is left out.
func NewGeoJSON(out io.Writer, columns []Column) (Writer, error) {
	w := &geojsonWriter{out: bufio.NewWriter(out), columns: columns}
	_, err := w.out.WriteString(`{"type":"FeatureCollection","features":[`)
	return w, err
}

func (w *geojsonWriter) Add(g orb.Geometry, values []any) error {
	f := geojson.NewFeature(g)
	for i, c := range w.columns {
		if values[i] != nil {
			f.Properties[c.Name] = values[i]
		}
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if w.begun {
		raw = append([]byte(",\n"), raw...)
	}
	w.begun = true
	_, err = w.out.Write(raw)
	return err
}

func (w *geojsonWriter) Close() error {
	if _, err := w.out.WriteString("]}\n"); err != nil {
		return err
	}
	return w.out.Flush()
}
