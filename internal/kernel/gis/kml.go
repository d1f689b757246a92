package gis

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// ReadKML reads the placemarks of a KML file (OGC KML 2.2 and 2.3) or of a KMZ's doc.kml, without one of the first in it; where that has none, of the others in it, to
// which it then links, as GDAL and QGIS write a layer each. What an extended data says of a placemark are its values; its name is the value
// "name" and its description "description".
func ReadKML(body io.Reader, each Each) error {
	b := bufio.NewReader(body)
	if mark, _ := b.Peek(4); string(mark) != "PK\x03\x04" {
		return readKML(&bounded{b, fileMost}, each)
	}
	raw, err := Whole(b)
	if err != nil {
		return err
	}
	a, err := openArchive(raw)
	if err != nil {
		return err
	}
	all := a.named(".kml")
	if len(all) == 0 {
		return unreadable("no .kml in the archive")
	}
	if i := slices.IndexFunc(all, func(f *zip.File) bool { return f.Name == "doc.kml" }); i > 0 { // the document, wherever it lies in the archive
		all[0], all[i] = all[i], all[0]
	}
	some := false
	err = readPart(a, all[0], func(v map[string]string, g orb.Geometry) error {
		some = true
		return each(v, g)
	})
	for _, f := range all[1:] {
		if some || err != nil {
			break
		}
		err = readPart(a, f, each)
	}
	return err
}

// readPart reads one file of an archive.
func readPart(a *archive, f *zip.File, each Each) error {
	r, err := a.open(f)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	return readKML(r, each)
}

// betweenMost is how many bytes may lie between two placemarks, or be one. The decoder keeps a text whole until it ends, however
// long: what is unpacked of a small archive would fill the memory.
const betweenMost = 16 << 20

// bounded fails with ErrTooLarge where a LimitReader would end.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// kmlReader walks through the elements of a file.
type kmlReader struct {
	d      *xml.Decoder
	body   *bounded
	path   []string // names of the elements that are open
	begun  bool
	mark   map[string]string // the values of the placemark at hand; nil outside of one
	shapes orb.Collection
	points int
	column string // of the extended data at hand
	text   strings.Builder
}

func readKML(body io.Reader, each Each) error {
	b := &bounded{body, betweenMost}
	k := kmlReader{d: xml.NewDecoder(b), body: b}
	for {
		t, err := k.d.Token()
		if errors.Is(err, io.EOF) {
			if !k.begun {
				return unreadable("no kml element")
			}
			return nil
		}
		if err != nil {
			return broken(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			err = k.open(t)
		case xml.CharData:
			if k.mark != nil {
				err = k.say(t)
			}
		case xml.EndElement:
			err = k.close(t.Name.Local, each)
		}
		if err != nil {
			return err
		}
	}
}

func (k *kmlReader) open(t xml.StartElement) error {
	name := t.Name.Local
	if !k.begun && name != "kml" {
		return unreadable("begins with %q", name)
	}
	k.begun = true
	if k.path = append(k.path, name); len(k.path) > depthMost {
		return ErrTooLarge
	}
	k.text.Reset()
	switch name {
	case "Placemark":
		k.mark, k.shapes, k.points = map[string]string{}, nil, 0
	case "Data", "SimpleData":
		k.column = ""
		for _, a := range t.Attr {
			if a.Name.Local == "name" {
				k.column = strings.ToLower(strings.TrimSpace(a.Value))
			}
		}
	}
	return nil
}

// say takes the text of an element: of coordinates there may be many.
func (k *kmlReader) say(t xml.CharData) error {
	most := textMost
	if k.path[len(k.path)-1] == "coordinates" {
		most = pointsMost * 80
	}
	if k.text.Len()+len(t) > most {
		return ErrTooLarge
	}
	k.text.Write(t)
	return nil
}

func (k *kmlReader) close(name string, each Each) error {
	k.path = k.path[:len(k.path)-1]
	if k.mark == nil {
		return nil
	}
	within, text := "", strings.TrimSpace(k.text.String())
	if len(k.path) > 0 {
		within = k.path[len(k.path)-1]
	}
	switch {
	case name == "coordinates":
		g, err := coordinates(text, within)
		if err != nil {
			return err
		}
		if g != nil {
			k.shapes = append(k.shapes, g)
		}
		if k.points += strings.Count(text, ","); k.points > 3*pointsMost || len(k.shapes) > pointsMost {
			return ErrTooLarge
		}
	case name == "value" && within == "Data", name == "SimpleData":
		if len(k.mark) >= columnsMost {
			return ErrTooLarge
		}
		if k.column != "" {
			k.mark[k.column] = text
		}
	case (name == "name" || name == "description") && within == "Placemark":
		k.mark[name] = text
	case name == "Placemark":
		var g orb.Geometry
		if len(k.shapes) > 0 {
			g = single(k.shapes)
		}
		mark := k.mark
		k.mark, k.body.left = nil, betweenMost
		return each(mark, g)
	}
	return nil
}

// coordinates reads longitude, latitude and perhaps height, separated by blanks.
func coordinates(text, of string) (orb.Geometry, error) {
	var line orb.LineString
	for tuple := range strings.FieldsSeq(text) {
		x, rest, _ := strings.Cut(tuple, ",")
		y, _, _ := strings.Cut(rest, ",")
		lon, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return nil, unreadable("coordinates: %w", err)
		}
		lat, err := strconv.ParseFloat(y, 64)
		if err != nil {
			return nil, unreadable("coordinates: %w", err)
		}
		if p := (orb.Point{lon, lat}); finite(p) {
			line = append(line, p)
		} else {
			return nil, unreadable("no place: %v", p)
		}
		if len(line) > pointsMost {
			return nil, ErrTooLarge
		}
	}
	switch {
	case len(line) == 0:
		return nil, nil
	case of == "Point":
		return line[0], nil
	case of == "LinearRing":
		return orb.Polygon{orb.Ring(line)}, nil
	}
	return line, nil
}
