package ui

import (
	"encoding/json"
	"fmt"

	"bedelau/internal/kernel/geo"
)

// NetMap is a map of lines that web/script/netmap.js draws from vector tiles. Tiles has {z}, {x} and {y} in it and Segment has
// {code}. Without the script, or where the browser cannot draw it, only the legend is shown: the page says the same in a list.
type NetMap struct {
	Tiles, Land, Segment string   // addresses; Land is empty where nothing is known of the ground
	Base, BaseCredit     string   // an outside map of squares to lie under it, with {z}, {x} and {y}, and whose it is; or empty
	BaseClosest          int      // its closest zoom
	Around               geo.Box  // what is shown first
	List                 string   // the list of what is in sight, with {box} for west, south, east and north; or empty
	Roads                []string // along which the lines stand out; none for all
	Closest, NodesFrom   int      // zooms: of the closest tiles, and from which on they have nodes
	Levels               []NetLevel
	Words                map[string]string // what the script says
}

// NetLevel is how the lines of a range are drawn, and how many there are. The style of its sample in the legend, which goes by
// Code, is that of the lines.
type NetLevel struct {
	Code, Label, Count string
	From, To           int
}

func (m NetMap) around() string {
	return fmt.Sprintf("%.5f %.5f %.5f %.5f", m.Around.West, m.Around.South, m.Around.East, m.Around.North)
}

func (m NetMap) words() string { return asJSON(m.Words) }

func (m NetMap) roads() string { return asJSON(m.Roads) }

func asJSON(text any) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err) // it is text
	}
	return string(raw)
}
