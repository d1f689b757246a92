package gis

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
)

// ReadCSV reads a table with a head of column names: points with lat and lon, and lines, or both, with their shape as WKT in
// the column wkt. The columns are separated by commas or, as spreadsheets in Indonesia write them, by semicolons.
func ReadCSV(body io.Reader, each Each) error {
	b := bufio.NewReader(body)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	first, _ := b.Peek(4096)
	head, _, _ := strings.Cut(string(first), "\n")
	r := csv.NewReader(b)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	if strings.Count(head, ";") > strings.Count(head, ",") {
		r.Comma = ';'
	}
	names, err := r.Read()
	if err != nil {
		return unreadable("%w", err)
	}
	names = append([]string(nil), names...)
	for i := range names {
		names[i] = strings.ToLower(strings.TrimSpace(names[i]))
	}
	for n := 1; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable("%w", err)
		}
		v := map[string]string{}
		for i, cell := range cells {
			if i < len(names) {
				v[names[i]] = cell
			}
		}
		g, err := shapeOf(v)
		if err != nil {
			return unreadable("row %d: %w", n, err)
		}
		if err := each(v, g); err != nil {
			return err
		}
	}
}

// shapeOf reads the place of a row; nil when the row gives none.
func shapeOf(v map[string]string) (orb.Geometry, error) {
	if text := strings.TrimSpace(v["wkt"]); text != "" {
		return wkt.Unmarshal(text)
	}
	lat, lon := v["lat"], v["lon"]
	if lat == "" && lon == "" {
		return nil, nil
	}
	y, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(lat, ",", ".", 1)), 64)
	if err != nil {
		return nil, err
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(lon, ",", ".", 1)), 64)
	return orb.Point{x, y}, err
}
