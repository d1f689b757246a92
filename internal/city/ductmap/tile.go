package ductmap

import (
	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"
)

// A tile is so many units wide, has a margin for the width of a line, and draws a line at most half a pixel from where it runs.
const (
	margin = 64
	bend   = mvt.DefaultExtent / 512 / 2
)

// draw is a square of the view with the states that are shown; empty where nothing runs.
func (x *view) draw(at maptile.Tile, shown func(state uuid.UUID) bool) ([]byte, error) {
	square := at.Bound(float64(margin) / mvt.DefaultExtent)
	segments := geojson.NewFeatureCollection()
	for i, box := range x.boxes {
		r := x.runs[i]
		if !box.Intersects(square) || !shown(r.State) {
			continue
		}
		f := geojson.NewFeature(r.line.Clone())
		f.Properties = geojson.Properties{"code": r.Code, "road": r.Road, "condition": r.Condition, "authority": r.Authority}
		if p := percent(x.fills[i]); p >= 0 {
			f.Properties["occupancy"], f.Properties["free"] = p, x.fills[i].Free
		}
		segments.Append(f)
	}
	layers := mvt.Layers{mvt.NewLayer("segments", segments)}
	if int(at.Z) >= NodesFrom {
		nodes := geojson.NewFeatureCollection()
		for _, p := range x.spots {
			if square.Contains(p.at) && shown(p.State) {
				f := geojson.NewFeature(p.at)
				f.Properties = geojson.Properties{"code": p.Code, "kind": p.Kind, "condition": p.Condition}
				nodes.Append(f)
			}
		}
		layers = append(layers, mvt.NewLayer("nodes", nodes))
	}
	layers.ProjectToTile(at)
	if int(at.Z) < NodesFrom { // close by every bend is drawn
		layers.Simplify(simplify.DouglasPeucker(bend))
	}
	layers.Clip(orb.Bound{Min: orb.Point{-margin, -margin}, Max: orb.Point{mvt.DefaultExtent + margin, mvt.DefaultExtent + margin}})
	layers.RemoveEmpty(1, 0)
	var some mvt.Layers
	for _, l := range layers {
		if l.Version = 2; len(l.Features) > 0 {
			some = append(some, l)
		}
	}
	return mvt.Marshal(some)
}
