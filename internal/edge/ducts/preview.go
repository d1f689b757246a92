package ducts

import (
	"strings"

	"github.com/paulmach/orb"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// previewSection lists what a file would change or has changed, value by value, from the feature after so many of them on, and draws it.
func previewSection(l i18n.Locale, ground geo.Map, i ductsurvey.Import, skip, after int, all []ductsurvey.Difference, authorities map[string]string) bill.Section {
	s := bill.Section{ID: "perubahan", Title: l.T("duct.differences")}
	if len(all) > pageSize {
		all, s.Next = all[:pageSize], importPart(i, skip, after+pageSize, s.ID)
	}
	if after > 0 {
		s.Previous = importPart(i, skip, max(after-pageSize, 0), s.ID)
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.feature")}, {Label: l.T("duct.becomes")}, {Label: l.T("duct.where")}}}
	var tracks [][]geo.Point
	var pins []ui.Pin
	for _, d := range all {
		where := bill.Cell{Text: l.T("duct.no_place")}
		switch g := d.Place.(type) {
		case orb.LineString:
			track := make([]geo.Point, len(g))
			for k, p := range g {
				track[k] = geo.Point{Lat: p.Lat(), Lon: p.Lon()}
			}
			tracks, where.Text = append(tracks, track), Metres(l, d.MM)
		case orb.Point:
			at := geo.Point{Lat: g.Lat(), Lon: g.Lon()}
			where.Text = ui.Decimal(l, at)
			if !ground.Outside(at) {
				pins = append(pins, ui.Pin{Name: "perubahan", Label: l.T("map.pin", "n", len(pins)+1), At: at, Set: true})
				where.Small = l.T("map.pin", "n", len(pins))
			}
		}
		mark, said := ui.Mark{Tone: "care", Icon: "edit", Text: l.T("duct.changed")}, difference(l, d, authorities)
		if d.New {
			mark = ui.Mark{Tone: "good", Icon: "plus", Text: l.T("duct.new")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: d.Code, Small: l.T("duct.kind." + d.Kind), Mark: mark}, {Text: said}, where}})
	}
	if n := i.Counts.Nodes.New + i.Counts.Nodes.Changed + i.Counts.Segments.New + i.Counts.Segments.Changed; n > len(all) {
		s.Text = l.T("duct.differences_more", "from", l.Number(int64(after+1)), "to", l.Number(int64(after+len(all))), "all", l.Number(int64(n)))
	}
	if len(tracks)+len(pins) > 0 {
		s.Map = site.TracksMap(ground, "perubahan", l.T("duct.differences_drawn", "segments", l.Number(int64(len(tracks))), "nodes", l.Number(int64(len(pins)))), tracks, pins)
	}
	return s
}

// difference says what becomes of a feature: what is new about a new one, and each value of another as it was and will be.
func difference(l i18n.Locale, d ductsurvey.Difference, authorities map[string]string) string {
	said := d.Values
	if d.New {
		b := d.Said
		for _, x := range []struct{ field, will string }{{"node_kind", b.NodeKind}, {"road", b.Road}, {"class", b.Class}, {"authority", b.Authority}, {"condition", b.Condition}} {
			if x.will != "" {
				said = append(said, ductsurvey.Changed{Field: x.field, Will: x.will})
			}
		}
	}
	parts := make([]string, len(said))
	for k, x := range said {
		label := l.T("duct.differs." + x.Field)
		switch {
		case x.Will == nil:
			parts[k] = label
		case d.New:
			parts[k] = l.T("duct.value", "label", label, "value", valued(l, x.Field, x.Will, authorities))
		default:
			parts[k] = l.T("duct.was_will", "label", label, "was", valued(l, x.Field, x.Was, authorities), "will", valued(l, x.Field, x.Will, authorities))
		}
	}
	return strings.Join(parts, "; ")
}

// valued is a value of a column in words.
func valued(l i18n.Locale, field string, value any, authorities map[string]string) string {
	switch x := value.(type) {
	case bool:
		return l.T(map[bool]string{true: "duct.free_trade.true", false: "duct.free_trade.false"}[x])
	case int64:
		if field == "depth" {
			return l.T("duct.centimetres", "n", x/10)
		}
		return Metres(l, x)
	case string:
		switch field {
		case "node_kind":
			return l.T("ductedit.kind." + x)
		case "class", "condition":
			return l.T("duct." + field + "." + x)
		case "authority":
			if name := authorities[x]; name != "" {
				return name
			}
		}
		if x != "" {
			return x
		}
	}
	return l.T("duct.unsaid")
}
