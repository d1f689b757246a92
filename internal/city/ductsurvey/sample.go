package ductsurvey

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"gopkg.in/yaml.v3"

	"bedelau/internal/city/duct"
)

// Corridor is a line along which a made-up network is laid.
type Corridor struct {
	Code      string       `yaml:"code"`
	Road      string       `yaml:"road"`
	Authority string       `yaml:"authority"`
	Ducts     int          `yaml:"ducts"`
	Subducts  int          `yaml:"subducts"`
	Micros    int          `yaml:"micros"`
	POP       bool         `yaml:"pop"`  // operators meet at its beginning
	Line      [][2]float64 `yaml:"line"` // latitude and longitude; corridors that meet share a point
}

// How far apart things lie in a made-up network, in metres.
const (
	betweenManholes  = 200
	betweenHandholes = 50
	betweenPoles     = 40
	toPOP            = 30
)

// risesEach is at which manhole a cable leaves the ground: one of so many.
const risesEach = 10

// Sample makes a network up along corridors (YAML, a list of Corridor) and returns it as a file for Upload: a manhole about
// every 200 metres with a segment to the next, at some a handhole and the entry of a building, at others a riser and a pole, and where a
// corridor says so a point of presence. The same corridors give the same network. Every thing says in its note that it is made up.
func Sample(corridors []byte) ([]byte, error) {
	var all []Corridor
	if err := yaml.Unmarshal(corridors, &all); err != nil {
		return nil, fmt.Errorf("ductsurvey: sample: %w", err)
	}
	s := sampler{out: geojson.NewFeatureCollection(), at: map[orb.Point]string{}}
	for _, c := range all {
		s.lay(c)
	}
	return json.Marshal(s.out)
}

type sampler struct {
	out *geojson.FeatureCollection
	at  map[orb.Point]string // codes of nodes
}

// short are the letters of a kind in a code.
var short = map[string]string{duct.Manhole: "MH", duct.Handhole: "HH", duct.BuildingEntry: "BE", duct.Riser: "RS", duct.Pole: "PL", duct.POP: "POP"}

const madeUp = "Data contoh, bukan jaringan nyata"

func (s *sampler) lay(c Corridor) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(c.Code))
	draw := rand.New(rand.NewPCG(sum.Sum64(), 1))
	n := 0
	var (
		from  orb.Point
		along []orb.Point
	)
	for leg := range len(c.Line) - 1 {
		a, b := orb.Point{c.Line[leg][1], c.Line[leg][0]}, orb.Point{c.Line[leg+1][1], c.Line[leg+1][0]}
		if leg == 0 {
			from = a
			s.node(c, &n, duct.Manhole, a)
			along = append(along, a)
		}
		parts := max(1, int(math.Round(metres(a, b)/betweenManholes)))
		for k := 1; k <= parts; k++ {
			to := b
			if k < parts {
				f := float64(k) / float64(parts)
				to = orb.Point{round(a[0] + (b[0]-a[0])*f + (draw.Float64()-0.5)*0.0002), round(a[1] + (b[1]-a[1])*f + (draw.Float64()-0.5)*0.0002)}
			}
			s.node(c, &n, duct.Manhole, to)
			s.segment(c, c.Road, from, to, draw, c.Ducts, c.Subducts, c.Micros)
			if draw.IntN(5) == 0 {
				s.branch(c, &n, to, draw)
			}
			from, along = to, append(along, to)
		}
	}
	// Last, so that nothing along the line is called otherwise for it.
	if c.POP {
		s.pop(c, &n, along[0], draw)
	}
	for i := risesEach / 2; i < len(along); i += risesEach {
		s.rise(c, &n, along[i], draw)
	}
}

// step is so many metres away in a direction.
func step(from orb.Point, turn, far float64) orb.Point {
	return orb.Point{round(from[0] + math.Cos(turn)*far/111_320), round(from[1] + math.Sin(turn)*far/110_574)}
}

// branch leads from a manhole over a handhole to the entry of a building.
func (s *sampler) branch(c Corridor, n *int, from orb.Point, draw *rand.Rand) {
	turn := draw.Float64() * 2 * math.Pi
	hand := step(from, turn, betweenHandholes)
	entry := step(hand, turn, 20+draw.Float64()*20)
	s.node(c, n, duct.Handhole, hand)
	s.node(c, n, duct.BuildingEntry, entry)
	s.segment(c, c.Road, from, hand, draw, 2, 2, 0)
	s.segment(c, c.Road, hand, entry, draw, 1, 2, 0)
}

// pop leads from a manhole into a point of presence.
func (s *sampler) pop(c Corridor, n *int, from orb.Point, draw *rand.Rand) {
	in := step(from, draw.Float64()*2*math.Pi, toPOP)
	s.node(c, n, duct.POP, in)
	s.segment(c, c.Road, from, in, draw, max(c.Ducts, 4), 3, 0)
}

// rise leads from a manhole to a riser, and from there to a pole.
func (s *sampler) rise(c Corridor, n *int, from orb.Point, draw *rand.Rand) {
	turn := draw.Float64() * 2 * math.Pi
	riser := step(from, turn, 10)
	pole := step(riser, turn, betweenPoles)
	s.node(c, n, duct.Riser, riser)
	s.node(c, n, duct.Pole, pole)
	s.segment(c, c.Road, from, riser, draw, 1, 2, 0)
	s.segment(c, c.Road, riser, pole, draw, 1, 2, 0)
}

// round keeps a place to a decimetre, as surveys do.
func round(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }

func (s *sampler) node(c Corridor, n *int, kind string, at orb.Point) {
	if s.at[at] != "" {
		return
	}
	*n++
	code := fmt.Sprintf("%s-%s%03d", c.Code, short[kind], *n)
	s.at[at] = code
	f := geojson.NewFeature(at)
	f.Properties = geojson.Properties{"code": code, "kind": kind, "authority": c.Authority, "condition": duct.Good, "note": madeUp}
	s.out.Append(f)
}

func (s *sampler) segment(c Corridor, road string, from, to orb.Point, draw *rand.Rand, ducts, subducts, micros int) {
	f := geojson.NewFeature(orb.LineString{from, to})
	a, b := s.at[from], s.at[to]
	condition := duct.Good
	if draw.IntN(40) == 0 {
		condition = duct.Damaged
	}
	length := math.Round(metres(from, to)*(1.01+draw.Float64()*0.02)*10) / 10
	f.Properties = geojson.Properties{"code": a + "_" + b, "from_node": a, "to_node": b, "road": road, "authority": c.Authority, "class": duct.AsBuilt, "condition": condition, "surveyed_m": length,
		"depth_m": 1.5, "ducts": ducts, "duct_od": 110, "duct_id": 100, "subducts": subducts, "sub_od": 40, "sub_id": 33, "note": madeUp}
	if micros > 0 {
		f.Properties["micros"], f.Properties["micro_od"], f.Properties["micro_id"] = micros, 14, 10
	}
	s.out.Append(f)
}
