package gis

import (
	"archive/zip"
	"encoding/xml"
	"io"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-kml/v3"
)

// kmlWriter writes the placemarks of a document one by one.
type kmlWriter struct {
	out     io.Writer
	columns []Column
	end     func() error
}

// NewKML writes a document of that title as KML 2.2; the first column is the name of a placemark as well.
func NewKML(out io.Writer, title string, columns []Column) (Writer, error) {
	w := &kmlWriter{out: out, columns: columns, end: func() error { return nil }}
	_, err := io.WriteString(out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<kml xmlns="http://www.opengis.net/kml/2.2"><Document>`)
	if err != nil {
		return nil, err
	}
	return w, w.write(kml.Name(title))
}

// NewKMZ is NewKML, packed.
func NewKMZ(out io.Writer, title string, columns []Column) (Writer, error) {
	z := zip.NewWriter(out)
	doc, err := z.Create("doc.kml")
	if err != nil {
		return nil, err
	}
	w, err := NewKML(doc, title, columns)
	if err != nil {
		return nil, err
	}
	w.(*kmlWriter).end = z.Close
	return w, nil
}

func (w *kmlWriter) write(e kml.Element) error {
	to := xml.NewEncoder(w.out)
	if err := to.Encode(e); err != nil {
		return err
	}
	_, err := io.WriteString(w.out, "\n")
	return err
}

func (w *kmlWriter) Add(g orb.Geometry, values []any) error {
	var data []kml.Element
	for i, c := range w.columns {
		if text := said(values[i]); text != "" {
			data = append(data, kml.Data(c.Name, kml.Value(text)))
		}
	}
	mark := kml.Placemark(kml.Name(said(values[0])), kml.ExtendedData(data...))
	switch g := g.(type) {
	case orb.Point:
		mark.Append(kml.Point(kml.Coordinates(kml.Coordinate{Lon: g[0], Lat: g[1]})))
	case orb.LineString:
		all := make([]kml.Coordinate, len(g))
		for i, p := range g {
			all[i] = kml.Coordinate{Lon: p[0], Lat: p[1]}
		}
		mark.Append(kml.LineString(kml.Tessellate(true), kml.Coordinates(all...)))
	}
	return w.write(mark)
}

func (w *kmlWriter) Close() error {
	if _, err := io.WriteString(w.out, "</Document></kml>\n"); err != nil {
		return err
	}
	return w.end()
}
