package form

import (
	"regexp"
	"strconv"
	"strings"

	"bedelau/internal/kernel/geo"
)

var degrees = regexp.MustCompile(`^-?[0-9]{1,3}(?:[.,][0-9]{1,12})?$`)

// point takes latitude and longitude, as two values or as one with a comma between ("1.1301, 104.0529"), and keeps six
// decimals: a tenth of a metre. One outside the city is a warning: the edge of a city's map is known less well than the point.
func (c *Checker) point(f Field, typed []string) string {
	if len(typed) == 1 {
		lat, lon, ok := strings.Cut(typed[0], ",")
		if typed = []string{lat, lon}; !ok {
			typed = []string{lat, ""}
		}
	}
	if len(typed) != 2 {
		c.refuse(f.Code, "point")
		return ""
	}
	lat, lon := strings.TrimSpace(typed[0]), strings.TrimSpace(typed[1])
	if lat == "" && lon == "" {
		return ""
	}
	if !degrees.MatchString(lat) || !degrees.MatchString(lon) {
		c.refuse(f.Code, "point")
		return ""
	}
	x, y := degree(lat), degree(lon)
	p := geo.Point{Lat: x, Lon: y}
	if !geo.Indonesia.Holds(p) {
		c.refuse(f.Code, "point_far")
		return ""
	}
	if !c.at.Ground.Empty() && !c.at.Ground.Holds(p) {
		c.warn(f.Code, "point_outside")
	}
	return p.String()
}

// TypedPoint reads what a person typed as latitude and longitude; false when it makes no point.
func TypedPoint(typed []string) (geo.Point, bool) {
	if len(typed) == 1 {
		return geo.Parse(typed[0])
	}
	if len(typed) != 2 {
		return geo.Point{}, false
	}
	lat, lon := strings.TrimSpace(typed[0]), strings.TrimSpace(typed[1])
	p := geo.Point{Lat: degree(lat), Lon: degree(lon)}
	return p, degrees.MatchString(lat) && degrees.MatchString(lon) && geo.World.Holds(p)
}

func degree(s string) float64 {
	n, _ := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return n
}

// parsePoint reads a point as it is kept.
func parsePoint(s string) (lat, lon float64, ok bool) {
	a, b, ok := strings.Cut(s, ",")
	return degree(a), degree(b), ok
}

// rows reads how many rows a group has.
func (c *Checker) rows(f Field, typed []string) string {
	if typed[0] == "" {
		return ""
	}
	least, most := f.rowsAllowed()
	n, err := strconv.Atoi(typed[0])
	switch {
	case len(typed) > 1 || err != nil || n < 0:
		c.refuse(f.Code, "invalid")
	case n < least:
		c.refuse(f.Code, "rows_few", "min", least)
	case n > most:
		c.refuse(f.Code, "rows_many", "max", most)
	default:
		return strconv.Itoa(n)
	}
	return ""
}
