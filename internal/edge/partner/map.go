package partner

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/geo"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// mapRows is how many segments stand under the map: few, since a phone shows each as a card.
const mapRows = 12

// tile sends one square of what the company was granted.
func (p *Pages) tile(c *gin.Context) error { return p.SendTile(c, p.DuctMap.GrantedTile) }

// mapPage is what is free in the areas that the company was granted, on a map and, beside it, the same in words.
func (p *Pages) mapPage(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	if _, err := p.Operators.Self(ctx, a); err != nil {
		return err
	}
	day := p.DayIn(c)
	f := ductmap.Filter{Road: site.ToText(c.Query("jalan")), Level: c.Query("tingkat"), Code: site.ToText(c.Query("ruas")), Around: ducts.BoxIn(c)}
	totals, around, err := p.DuctMap.GrantedTotals(ctx, a, day)
	if err != nil {
		return err
	}
	all, err := p.DuctMap.GrantedSegments(ctx, a, day, f, c.Query("sesudah"), mapRows+1)
	if err != nil {
		return err
	}
	ground, err := p.Ground(ctx, day)
	if err != nil {
		return err
	}
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.map")), Heading: l.T("partner.nav.map"), Lead: l.T("partner.map_lead", "day", l.Date(day))}
	s := bill.Section{ID: "ruas", Title: l.T("duct.segments"), Text: l.T("partner.map_list"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("partner.nothing_shown"), Text: l.T("partner.no_grants_hint")}}
	if !around.Empty() {
		on := "?hari=" + day.Format(time.DateOnly)
		m, err := p.NetMap(c, day, totals, around, ground)
		if err != nil {
			return err
		}
		placed(m, on)
		m.List = pathMap + on + "&kotak={box}#ruas"
		v.Sections = append(v.Sections, bill.Section{ID: "peta", Title: l.T("partner.nav.map"), Quiet: true, Net: m})
		levels := []ui.Option{{Label: l.T("queue.filter.any")}}
		for _, x := range ductmap.Levels() {
			levels = append(levels, ui.Option{Value: x.Code, Label: l.T("duct.level." + x.Code)})
		}
		s.Filter = &bill.Form{ID: "saring", Action: pathMap, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "hari", Type: "date", Label: l.T("duct.day"), Value: day.Format(time.DateOnly)},
			{Name: "ruas", Label: l.T("duct.code"), Value: f.Code, Optional: true}, {Name: "tingkat", Type: "select", Label: l.T("duct.map.level"), Value: f.Level, Optional: true, Options: levels}}}
		ducts.InSight(c, f.Around, m, &s)
	}
	if !f.Empty() {
		s.Empty = &bill.Empty{Icon: "map-pin", Title: l.T("duct.none"), Text: l.T("duct.none_filtered")}
	}
	if len(all) > mapRows {
		all = all[:mapRows]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[mapRows-1].Code)
		s.Next = pathMap + "?" + q.Encode() + "#ruas"
	}
	s.Table = &bill.Table{Title: l.T("duct.segments"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.map.level")}, {Label: l.T("duct.map.free"), End: true},
		{Label: l.T("duct.condition")}, {Label: l.T("duct.authority")}, {Label: l.T("lease.length"), End: true}}}
	for _, x := range all {
		free := bill.Cell{Text: l.T("duct.unsaid")}
		if x.Places > 0 {
			free.Text = l.Number(int64(x.Free))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code}, {Text: x.Road}, {Text: l.T("duct.level." + ductmap.LevelOf(x.Occupancy))}, free,
			{Text: l.T("duct.condition." + x.Condition)}, {Text: names[x.Authority]}, {Text: ducts.Metres(l, x.LengthMM)}}})
	}
	v.Sections = append(v.Sections, s)
	v.Notes = []string{l.T("duct.map.note_places"), l.T("duct.map.note_ground", "source", ground.Source)}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// placed is a map with the addresses of what the company was granted, where on is the day.
func placed(m *ui.NetMap, on string) {
	m.Tiles, m.Segment = pathTiles+"/{z}/{x}/{y}"+on, pathMap+on+"&ruas={code}#ruas"
	if m.Land != "" {
		m.Land = pathMap + "/lahan.geojson" + on
	}
}

// planner finds ways in what the company was granted, at the price that it would be charged.
func (p *Pages) planner(company uuid.UUID) *leasing.Planner {
	return &leasing.Planner{Pages: p.Pages, Shell: p.Pages.Pages.DeskShell, Path: pathPlan, Lead: "partner.plan_lead", Operator: company, Places: p.Operators.Places, Plan: p.Operators.Plan, Lines: p.lines,
		Segment: func(string, time.Time) string { return "" }, Offer: p.offer, None: func(c *gin.Context, q leasing.Asked, in site.Form) bill.Section {
			return p.lineUp(c, q, in, "ductwait.join_text")
		}}
}

// plan finds a way between two places of what the company was granted.
func (p *Pages) plan(c *gin.Context) error {
	self, err := p.Operators.Self(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	return p.planner(self.Company.ID).Page(c)
}

// lines are where some segments run on a day.
func (p *Pages) lines(c *gin.Context, day time.Time, ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error) {
	return p.Operators.Lines(c.Request.Context(), gate.ActorOf(c), day, ids)
}
