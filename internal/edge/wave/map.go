package wave

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// mapRows is how many segments stand under the map of a wave.
const mapRows = 12

// Sight is what of the network a reader of a wave sees: all of it, or what their company was granted.
type Sight struct {
	Totals   func(ctx context.Context, a identity.Actor, day time.Time, roads ...string) ([]ductmap.Total, geo.Box, error)
	Segments func(ctx context.Context, a identity.Actor, day time.Time, f ductmap.Filter, after string, limit int) ([]ductmap.Segment, error)
	Place    func(m *ui.NetMap, on string)           // other addresses than the staff's, or nil
	Segment  func(code string, day time.Time) string // where a segment is shown, or nil
	None     string                                  // the key of what to say where nothing is seen
}

// MapSections draw the roads of a wave in the network, how full they are today, and say the same in a list. here is the page's address.
func MapSections(c *gin.Context, p *ducts.Pages, of Sight, w ductwave.View, here string) ([]bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	day := p.DayIn(c)
	s := bill.Section{ID: "ruas", Title: l.T("wave.segments"), Text: l.T("wave.segments_text", "day", l.Date(day)), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("wave.no_segments"), Text: l.T(of.None)}}
	var roads []string
	for _, r := range w.Roads {
		if !r.Planned {
			roads = append(roads, r.Name)
		}
	}
	if len(roads) == 0 {
		return []bill.Section{s}, nil
	}
	totals, around, err := of.Totals(ctx, a, day, roads...)
	if err != nil || around.Empty() {
		return []bill.Section{s}, err
	}
	all, err := of.Segments(ctx, a, day, ductmap.Filter{Roads: roads}, c.Query("sesudah"), mapRows+1)
	if err != nil {
		return nil, err
	}
	ground, err := p.Ground(ctx, day)
	if err != nil {
		return nil, err
	}
	m, err := p.NetMap(c, day, totals, around, ground)
	if err != nil {
		return nil, err
	}
	if m.Roads = roads; of.Place != nil {
		of.Place(m, "?hari="+day.Format(time.DateOnly))
	}
	if len(all) > mapRows {
		all = all[:mapRows]
		s.Next = here + "?sesudah=" + all[mapRows-1].Code + "#ruas"
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.map.level")}, {Label: l.T("duct.map.free"), End: true}, {Label: l.T("duct.condition")}, {Label: l.T("duct.length"), End: true}}}
	for _, x := range all {
		code, free := bill.Cell{Text: x.Code}, bill.Cell{Text: l.T("duct.unsaid")}
		if of.Segment != nil {
			code.Href = of.Segment(x.Code, day)
		}
		if x.Places > 0 {
			free.Text = l.Number(int64(x.Free))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{code, {Text: x.Road}, {Text: l.T("duct.level." + ductmap.LevelOf(x.Occupancy))}, free, {Text: l.T("duct.condition." + x.Condition)}, {Text: ducts.Metres(l, x.LengthMM)}}})
	}
	return []bill.Section{{ID: "peta", Title: l.T("wave.map"), Net: m}, s}, nil
}
