package duct

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
)

// exportBatch is how many things are read at a time, so that a network of any size is written without being held.
const exportBatch = 2000

// Export writes the network of a day as GeoJSON (RFC 7946) with the columns that Upload reads, for staff with duct:read; it is
// on record who took the network away. Nothing is written when it refuses.
func (s *Service) Export(ctx context.Context, actor identity.Actor, day time.Time, out io.Writer) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return err
	}
	err := audit.Record(ctx, s.d.DB, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.export", Object: "duct_network",
		Detail: map[string]any{"day": dayOf(day).Format(time.DateOnly)}})
	if err != nil {
		return fmt.Errorf("duct: export: %w", err)
	}
	w := featureWriter{out: out}
	w.text(`{"type":"FeatureCollection","features":[`)
	codes := map[uuid.UUID]string{}
	for after := ""; ; {
		all, err := s.Nodes(ctx, actor, day, after, exportBatch)
		if err != nil {
			return err
		}
		for _, n := range all {
			codes[n.ID] = n.Code
			w.feature(n.At, geojson.Properties{"code": n.Code, "kind": n.Kind, "authority": n.Authority, "free_trade": n.FreeTrade, "condition": n.Condition, "address": n.Address, "note": n.Note})
		}
		if len(all) < exportBatch {
			break
		}
		after = all[len(all)-1].Code
	}
	for after := ""; ; {
		all, err := s.Segments(ctx, actor, day, Filter{}, after, exportBatch)
		if err != nil {
			return err
		}
		for _, x := range all {
			p := geojson.Properties{"code": x.Code, "from_node": codes[x.From], "to_node": codes[x.To], "road": x.Road, "class": x.Class, "authority": x.Authority, "free_trade": x.FreeTrade,
				"condition": x.Condition, "note": x.Note, "length_m": float64(x.LengthMM) / 1000}
			for name, mm := range map[string]*int64{"surveyed_m": x.SurveyedMM, "billed_m": x.BilledMM, "depth_m": x.DepthMM} {
				if mm != nil {
					p[name] = float64(*mm) / 1000
				}
			}
			w.feature(x.Line, p)
		}
		if len(all) < exportBatch {
			break
		}
		after = all[len(all)-1].Code
	}
	w.text("]}\n")
	return w.err
}

// featureWriter writes the features of a collection one by one.
type featureWriter struct {
	out   io.Writer
	begun bool
	err   error
}

func (w *featureWriter) text(s string) {
	if w.err == nil {
		_, w.err = io.WriteString(w.out, s)
	}
}

func (w *featureWriter) feature(g orb.Geometry, p geojson.Properties) {
	f := geojson.NewFeature(g)
	f.Properties = p
	raw, err := json.Marshal(f)
	if err != nil && w.err == nil {
		w.err = err
	}
	if w.begun {
		w.text(",\n")
	}
	w.begun = true
	w.text(string(raw))
}
