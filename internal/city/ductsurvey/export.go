package ductsurvey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/gis"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// exportBatch is how many things are read at a time, so that a network of any size is written without being held.
const exportBatch = 2000

// networkWriter writes a network in one format: nodes, then segments with the codes of the nodes at their ends.
type networkWriter interface {
	node(n duct.Node) error
	segment(s duct.Segment, from, to string, b Bank) error
	close() error
}

// Export writes the network of a day in one of Formats, with the columns that Upload reads and all that lies in it, for staff
// with duct:read: read into an empty network, it is the same network. It is on record who took it away. It refuses Invalid a
// format that is not known, and "duct.too_long_for" a text that a shapefile cannot hold. Nothing is written when it refuses.
func (s *Service) Export(ctx context.Context, actor identity.Actor, day time.Time, format string, out io.Writer) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return err
	}
	if readerOf(format) == nil {
		return fault.Fields([]fault.Field{{Name: "format", Code: "not_an_option"}})
	}
	err := audit.Record(ctx, s.d.DB, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.export", Object: "duct_network",
		Detail: map[string]any{"day": duct.DayOf(day).Format(time.DateOnly), "format": format}})
	if err != nil {
		return fmt.Errorf("ductsurvey: export: %w", err)
	}
	w, err := s.writerOf(ctx, format, duct.DayOf(day), out)
	if err != nil {
		return fmt.Errorf("ductsurvey: export: %w", err)
	}
	err = s.export(ctx, actor, day, w)
	if closing := w.close(); err == nil {
		err = closing
	}
	if long, ok := errors.AsType[gis.TooLongError](err); ok {
		return fault.New(fault.Invalid, "duct.too_long_for", "column", long.Column, "code", long.Name, "most", long.Most)
	}
	if err != nil {
		return fmt.Errorf("ductsurvey: export: %w", err)
	}
	return nil
}

func (s *Service) writerOf(ctx context.Context, format string, day time.Time, out io.Writer) (networkWriter, error) {
	const points, lines, title = "nodes", "segments", "Ducting"
	var w gis.Writer
	var err error
	switch format {
	case OFDS, OFDSGeoJSON:
		return newOFDSWriter(tenancy.Must(ctx), day, s.now(), format == OFDSGeoJSON, out), nil
	case CSV:
		w, err = gis.NewCSV(out, exported)
	case KML:
		w, err = gis.NewKML(out, title, exported)
	case KMZ:
		w, err = gis.NewKMZ(out, title, exported)
	case Shapefile:
		w, err = gis.NewShapefile(out, points, lines, exported)
	case GeoPackage:
		w, err = gis.NewGeoPackage(out, points, lines, s.now(), exported)
	default:
		w, err = gis.NewGeoJSON(out, exported)
	}
	return tableWriter{w}, err
}

func (s *Service) export(ctx context.Context, actor identity.Actor, day time.Time, w networkWriter) error {
	codes := map[uuid.UUID]string{}
	for after := ""; ; {
		all, err := s.d.Ducts.Nodes(ctx, actor, day, after, exportBatch)
		if err != nil {
			return err
		}
		for _, n := range all {
			codes[n.ID] = n.Code
			if err := w.node(n); err != nil {
				return err
			}
		}
		if len(all) < exportBatch {
			break
		}
		after = all[len(all)-1].Code
	}
	for after := ""; ; {
		all, err := s.d.Ducts.Segments(ctx, actor, day, duct.Filter{}, after, exportBatch)
		if err != nil {
			return err
		}
		lying, err := s.d.Ducts.UnitsIn(ctx, actor, all, day)
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := w.segment(x, codes[x.From], codes[x.To], bankOf(lying[x.ID])); err != nil {
				return err
			}
		}
		if len(all) < exportBatch {
			return nil
		}
		after = all[len(all)-1].Code
	}
}

// exported are the columns of a file, those that values reads and the length along the ellipsoid.
var exported = []gis.Column{
	{Name: "code", Width: 60}, {Name: "kind", Width: 14}, {Name: "from_node", Width: 60}, {Name: "to_node", Width: 60}, {Name: "road", Width: 200}, {Name: "class", Width: 10}, {Name: "authority", Width: 60},
	{Name: "free_trade", Kind: gis.Flag}, {Name: "condition", Width: 10}, {Name: "address", Width: 254}, {Name: "note", Width: 254}, {Name: "surveyed_m", Kind: gis.Number}, {Name: "billed_m", Kind: gis.Number},
	{Name: "depth_m", Kind: gis.Number}, {Name: "length_m", Kind: gis.Number}, {Name: "ducts", Kind: gis.Integer}, {Name: "duct_od", Kind: gis.Integer}, {Name: "duct_id", Kind: gis.Integer},
	{Name: "subducts", Kind: gis.Integer}, {Name: "sub_od", Kind: gis.Integer}, {Name: "sub_id", Kind: gis.Integer}, {Name: "micros", Kind: gis.Integer}, {Name: "micro_od", Kind: gis.Integer},
	{Name: "micro_id", Kind: gis.Integer}, {Name: "bank", Width: 254},
}

// tableWriter writes the network as features with columns.
type tableWriter struct{ gis.Writer }

func (w tableWriter) row(g orb.Geometry, said map[string]any) error {
	row := make([]any, len(exported))
	for i, c := range exported {
		row[i] = said[c.Name]
	}
	return w.Add(g, row)
}

func (w tableWriter) node(n duct.Node) error { return w.row(n.At, nodeColumns(n)) }

func (w tableWriter) segment(s duct.Segment, from, to string, b Bank) error {
	said := segmentColumns(s, b)
	said["from_node"], said["to_node"], said["length_m"] = from, to, metresOf(s.LengthMM)
	return w.row(s.Line, said)
}

func (w tableWriter) close() error { return w.Close() }

func metresOf(mm int64) float64 { return float64(mm) / 1000 }

// nodeColumns is what a file says of a node, by column.
func nodeColumns(n duct.Node) map[string]any {
	return filled(map[string]any{"code": n.Code, "kind": n.Kind, "authority": n.Authority, "free_trade": n.FreeTrade, "condition": n.Condition, "address": n.Address, "note": n.Note})
}

// segmentColumns is what a file says of a segment besides where it runs, by column.
func segmentColumns(s duct.Segment, b Bank) map[string]any {
	out := map[string]any{"code": s.Code, "road": s.Road, "class": s.Class, "authority": s.Authority, "free_trade": s.FreeTrade, "condition": s.Condition, "note": s.Note}
	for name, mm := range map[string]*int64{"surveyed_m": s.SurveyedMM, "billed_m": s.BilledMM, "depth_m": s.DepthMM} {
		if mm != nil {
			out[name] = metresOf(*mm)
		}
	}
	if b.Lots != nil {
		out["bank"] = text(b.Lots)
		return filled(out)
	}
	for name, n := range map[string]int{"ducts": b.Ducts, "duct_od": b.DuctOuter, "duct_id": b.DuctInner, "subducts": b.Subducts, "sub_od": b.SubOuter, "sub_id": b.SubInner,
		"micros": b.Microducts, "micro_od": b.MicroOuter, "micro_id": b.MicroInner} {
		if n > 0 {
			out[name] = n
		}
	}
	return filled(out)
}

// filled leaves out what says nothing.
func filled(said map[string]any) map[string]any {
	for name, x := range said {
		if x == "" {
			delete(said, name)
		}
	}
	return said
}
