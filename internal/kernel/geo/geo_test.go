package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
)

// batam is a city of two corners, an island and three names.
var batam = geo.Map{
	Kind: geo.Schematic, Bounds: geo.Box{South: 0.55, West: 103.65, North: 1.25, East: 104.45},
	Land: []geo.Ring{{{1.0, 103.9}, {1.2, 104.1}, {1.0, 104.2}}},
	Places: []geo.Place{{"Nongsa", geo.Point{Lat: 1.15, Lon: 104.108}, true}, {"Galang", geo.Point{Lat: 0.76, Lon: 104.246}, true},
		{"Bandara dengan nama yang lebih panjang daripada petanya", geo.Point{Lat: 1.121, Lon: 104.119}, false}},
}

// TestAPixelIsFoundAgain: a click becomes a point, is kept with six decimals, and is drawn at the pixel that was clicked, at
// every level of zoom, wherever one looks, in a city at the equator, in one far from it and in one that has no map.
func TestAPixelIsFoundAgain(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	kupang := geo.Map{Bounds: geo.Box{South: -10.25, West: 123.5, North: -10.1, East: 123.7}}
	for name, m := range map[string]geo.Map{"batam": batam, "kupang": kupang, "none": {}} {
		for zoom := 0; zoom <= m.Closest(); zoom++ {
			whole := m.Whole()
			for range 200 {
				v := m.View(zoom, whole.At(r.Float64(), r.Float64()))
				again, ok := m.ParseView(v.String())
				if !ok || again.Zoom != v.Zoom {
					t.Fatalf("%s: %q is not read as it was written", name, v)
				}
				for _, side := range []int{280, 560} {
					x, y := r.IntN(side), r.IntN(side)
					p, ok := geo.Parse(again.At(float64(x)/float64(side), float64(y)/float64(side)).String())
					if !ok {
						continue // beyond the edge of the country
					}
					fx, fy := again.On(p)
					if gx, gy := math.Round(fx*float64(side)), math.Round(fy*float64(side)); gx != float64(x) || gy != float64(y) {
						t.Fatalf("%s zoom %d of %d: pixel %d,%d comes back as %v,%v (%s in %s)", name, zoom, m.Closest(), x, y, gx, gy, p, again)
					}
				}
			}
		}
	}
}

func TestHowAPointIsWritten(t *testing.T) {
	t.Parallel()
	p, ok := geo.Parse("1.130100,104.052900")
	if !ok || p.String() != "1.130100,104.052900" || p.URI() != "geo:1.130100,104.052900" {
		t.Errorf("%v %v", p, ok)
	}
	for at, want := range map[geo.Point]string{
		p:                            "1°07′48,4″ LU 104°03′10,4″ BT",
		{Lat: -7.25, Lon: 112.75}:    "7°15′00,0″ LS 112°45′00,0″ BT",
		{Lat: 0.99999999, Lon: 104}:  "1°00′00,0″ LU 104°00′00,0″ BT",
		{Lat: -0.0166666, Lon: 98.5}: "0°01′00,0″ LS 98°30′00,0″ BT",
	} {
		if got := at.DMS(i18n.ID); got != want {
			t.Errorf("%v is written %q, want %q", at, got, want)
		}
	}
	if got := p.DMS(i18n.EN); got != "1°07′48.4″ N 104°03′10.4″ E" {
		t.Errorf("in English %q", got)
	}
	for _, s := range []string{"", "1", "a,b", "91,0", "1,181", "NaN,1"} {
		if _, ok := geo.Parse(s); ok {
			t.Errorf("%q is read as a point", s)
		}
	}
	for _, s := range []string{"1.1301, 104.0529", "1,130100; 104,052900", " 1,1301;104,0529 ", "1.1301; 104.0529"} {
		if got, ok := geo.Typed(s); !ok || got != p {
			t.Errorf("%q is read as %v", s, got)
		}
	}
	if _, ok := geo.Typed("Jalan Raya; 3"); ok {
		t.Error("a road is read as a point")
	}
}

// TestWhatAViewShows: what is to be seen is in it, with whole degrees, a round scale, and names that do not cover each other.
func TestWhatAViewShows(t *testing.T) {
	t.Parallel()
	line := []geo.Point{{Lat: 1.1300, Lon: 104.0500}, {Lat: 1.1310, Lon: 104.0530}, {Lat: 1.1290, Lon: 104.0550}}
	for _, points := range [][]geo.Point{nil, line[:1], line, {{Lat: -6.2, Lon: 106.8}}} {
		v := batam.Fit(points)
		for _, p := range points {
			if !v.Shows(p) {
				t.Errorf("%v is not in the view of %v", p, points)
			}
		}
		for zoom := 0; zoom <= batam.Closest(); zoom++ {
			v := batam.View(zoom, v.Center)
			parallels, meridians := v.Graticule()
			if len(parallels) < 2 || len(parallels) > 6 || len(meridians) < 2 || len(meridians) > 6 {
				t.Errorf("zoom %d has %d parallels and %d meridians", zoom, len(parallels), len(meridians))
			}
			if n, share := v.Scale(); share <= 0.1 || share > 0.34 || n < 1 {
				t.Errorf("zoom %d: a scale of %d m takes %.2f of the side", zoom, n, share)
			}
		}
	}
	if got := batam.Fit(line).Zoom; got < batam.Closest()-1 {
		t.Errorf("a line of 600 metres is shown at level %d of %d", got, batam.Closest())
	}
	if length := geo.Length(line); length < 600 || length > 720 {
		t.Errorf("the line is %.0f m long", length)
	}
	if x, ok := batam.Nearest(line[0]); !ok || x.Name != "Nongsa" {
		t.Errorf("nearest is %v", x)
	}
	if _, ok := (geo.Map{}).Nearest(line[0]); ok {
		t.Error("a city without a map has a nearest district")
	}
	d := batam.Draw(batam.Whole(), i18n.ID)
	if d.Land == "" || len(d.Dots) != 3 || d.Dots[2].Text != "" {
		t.Errorf("drawn as %+v: there is no room for the name of the airport", d.Dots)
	}
	if !batam.Outside(geo.Point{Lat: 1.4, Lon: 104}) || batam.Outside(line[0]) || (geo.Map{}).Outside(line[0]) {
		t.Error("what lies outside is told wrongly")
	}
}

// FuzzView: nobody's text makes a view that cannot be drawn.
func FuzzView(f *testing.F) {
	f.Add("3;1.130100,104.052900")
	f.Add("99;-90,180")
	f.Add("-1;NaN,Inf")
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range []geo.Map{batam, {}} {
			v, _ := m.ParseView(s)
			if v.Zoom < 0 || v.Zoom > m.Closest() || !geo.Indonesia.Holds(v.Center) || !(v.Span > 0) || !(v.Width() > 0) {
				t.Errorf("%q makes %+v", s, v)
			}
			m.Draw(v, i18n.ID)
		}
	})
}
