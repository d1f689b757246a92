// Package geo is places on a map drawn by the server: points as applicants give them, the outline of a city, and the part of
// it that a drawing shows. It needs no tile server and no library; longitude is squeezed by the cosine of the city's latitude,
// which on the extent of a city is within a pixel of what a projection would give.
package geo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Point is a place in WGS84 (EPSG:4326), in degrees.
type Point struct{ Lat, Lon float64 }

// Parse reads a point as it is kept: "1.130100,104.052900".
func Parse(s string) (Point, bool) {
	a, b, ok := strings.Cut(s, ",")
	if !ok {
		return Point{}, false
	}
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	p := Point{lat, lon}
	return p, err1 == nil && err2 == nil && World.Holds(p)
}

// Typed reads a point as somebody types or copies it: as it is kept, or as pages in Indonesian show it, "1,130100; 104,052900".
func Typed(s string) (Point, bool) {
	if lat, lon, ok := strings.Cut(s, ";"); ok {
		s = strings.ReplaceAll(lat, ",", ".") + "," + strings.ReplaceAll(lon, ",", ".")
	}
	return Parse(s)
}

// String writes a point as it is kept, with six decimals: a tenth of a metre.
func (p Point) String() string {
	return strconv.FormatFloat(p.Lat, 'f', 6, 64) + "," + strconv.FormatFloat(p.Lon, 'f', 6, 64)
}

// URI opens the point in whatever map the reader's device has (RFC 5870).
func (p Point) URI() string { return "geo:" + p.String() }

// DMS writes a point in degrees, minutes and seconds, as survey drawings and decrees do: "1°07′48,4″ LU 104°03′10,4″ BT".
func (p Point) DMS(l i18n.Locale) string {
	return sexagesimal(p.Lat, l.T("map.north"), l.T("map.south"), l) + " " + sexagesimal(p.Lon, l.T("map.east"), l.T("map.west"), l)
}

func sexagesimal(v float64, plus, minus string, l i18n.Locale) string {
	side := plus
	if v < 0 {
		side = minus
	}
	tenths := int64(math.Round(math.Abs(v) * 36000))
	comma := ","
	if l == i18n.EN {
		comma = "."
	}
	return fmt.Sprintf("%d°%02d′%02d%s%d″ %s", tenths/36000, tenths/600%60, tenths/10%60, comma, tenths%10, side)
}

// Box is a part of the world between two parallels and two meridians.
type Box struct {
	South float64 `json:"south" yaml:"south"`
	West  float64 `json:"west" yaml:"west"`
	North float64 `json:"north" yaml:"north"`
	East  float64 `json:"east" yaml:"east"`
}

var (
	// World holds every point.
	World = Box{-90, -180, 90, 180}
	// Indonesia holds all of it (UU 43/2008 leaves the borders to treaties): what is outside is mistyped, most often the two
	// numbers the wrong way round.
	Indonesia = Box{-11.5, 94.5, 6.5, 141.5}
)

// Holds reports whether p lies inside or on the edge.
func (b Box) Holds(p Point) bool {
	return p.Lat >= b.South && p.Lat <= b.North && p.Lon >= b.West && p.Lon <= b.East
}

// Empty reports whether nothing lies inside.
func (b Box) Empty() bool { return b.South >= b.North || b.West >= b.East }

func (b Box) middle() Point { return Point{(b.South + b.North) / 2, (b.West + b.East) / 2} }

// nearest is the point of the box that lies nearest to p.
func (b Box) nearest(p Point) Point {
	return Point{min(max(p.Lat, b.South), b.North), min(max(p.Lon, b.West), b.East)}
}

// metres is how long a degree of latitude is: a sixtieth of it is the nautical mile.
const metres = 60 * 1852

// Metres is about how far apart two points of one city are.
func Metres(a, b Point) float64 {
	return math.Hypot(a.Lat-b.Lat, (a.Lon-b.Lon)*math.Cos((a.Lat+b.Lat)/2*math.Pi/180)) * metres
}
