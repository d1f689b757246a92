package form

import (
	"regexp"
	"strconv"
	"strings"
)

// Indonesia lies within these (UU 43/2008 leaves the borders to treaties; the box holds all of them): what is outside is
// mistyped, most often the two numbers the wrong way round.
const (
	latLeast, latMost = -11.5, 6.5
	lonLeast, lonMost = 94.5, 141.5
)

var degrees = regexp.MustCompile(`^-?[0-9]{1,3}(?:[.,][0-9]{1,12})?$`)

// point takes latitude and longitude, as two values or as one with a comma between ("1.1301, 104.0529"), and keeps six
// decimals: a tenth of a metre.
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
	if x < latLeast || x > latMost || y < lonLeast || y > lonMost {
		c.refuse(f.Code, "point_far")
		return ""
	}
	return strconv.FormatFloat(x, 'f', 6, 64) + "," + strconv.FormatFloat(y, 'f', 6, 64)
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
