package ductsurvey

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// What a feature of a file is.
const (
	NodeFeature    = "node"
	SegmentFeature = "segment"
)

// Feature is a node or a segment as a file has it, on its way into the network. What a file leaves out is the zero value: it
// stays as it is for what is known, and is the usual for what is new.
type Feature struct {
	N        int          // its place in the file, from 1
	Kind     string       // NodeFeature or SegmentFeature
	Code     string       // what the city calls it; the same code is the same thing
	Geometry orb.Geometry // longitude and latitude; nil where the file has none
	Body     Body
}

// Body is what a file says of a feature besides its place. Lengths are millimetres.
type Body struct {
	NodeKind  string `json:"node_kind,omitempty"`
	From      string `json:"from,omitempty"` // codes of the nodes at the ends of a segment; found by its line when left out
	To        string `json:"to,omitempty"`
	Road      string `json:"road,omitempty"`
	Class     string `json:"class,omitempty"`
	Authority string `json:"authority,omitempty"`
	FreeTrade *bool  `json:"free_trade,omitempty"`
	Condition string `json:"condition,omitempty"`
	Address   string `json:"address,omitempty"`
	Note      string `json:"note,omitempty"`
	Surveyed  int64  `json:"surveyed,omitempty"`
	Billed    int64  `json:"billed,omitempty"`
	Depth     int64  `json:"depth,omitempty"`
	Bank      Bank   `json:"bank,omitzero"`

	Unread map[string]string `json:"unread,omitempty"` // values that cannot be read, by field
}

// Bank is what lies in a segment, as a rule alike throughout: so many ducts, in each so many subducts, in each so many
// microducts. Sizes are millimetres.
type Bank struct {
	Ducts      int `json:"ducts,omitempty"`
	DuctOuter  int `json:"duct_outer,omitempty"`
	DuctInner  int `json:"duct_inner,omitempty"`
	Subducts   int `json:"subducts,omitempty"`
	SubOuter   int `json:"sub_outer,omitempty"`
	SubInner   int `json:"sub_inner,omitempty"`
	Microducts int `json:"microducts,omitempty"`
	MicroOuter int `json:"micro_outer,omitempty"`
	MicroInner int `json:"micro_inner,omitempty"`

	Lots []Lot `json:"lots,omitempty"` // of a bank that is not alike throughout, instead of all but Ducts
}

// shape is the place of a feature as the database takes it in: of what is neither a point nor a line, the middle alone, in a
// collection so that the check sees that it is wrong. Nil where there is none.
func (f Feature) shape() orb.Geometry {
	switch g := f.Geometry.(type) {
	case nil:
		return nil
	case orb.Point:
		return g
	case orb.LineString:
		if len(g) > 1 {
			return g
		}
	}
	box := f.Geometry.Bound()
	if box.IsEmpty() {
		return nil
	}
	return orb.MultiPoint{box.Center()}
}

// row is a feature as the database takes it in.
type row struct {
	N       int             `json:"n"`
	ID      uuid.UUID       `json:"id"`
	StateID uuid.UUID       `json:"state_id"`
	Kind    string          `json:"kind"`
	Code    string          `json:"code"`
	Geom    *string         `json:"geom"` // GeoJSON
	Body    json.RawMessage `json:"body"`
}
