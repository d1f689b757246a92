package ducts

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	pathMap   = PathDucts + "/peta"
	pathTiles = PathDucts + "/ubin"
)

// mapRoutes is the network drawn, and its tiles.
func (p *Pages) mapRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	return gate.Table{
		{Method: get, Path: pathMap, Needs: read, Scope: city, Handler: p.mapPage},
		{Method: get, Path: pathMap + "/lahan.geojson", Needs: read, Scope: city, Handler: p.Land},
		{Method: get, Path: pathBasemap, Needs: manage, Scope: city, Handler: p.basemap},
		{Method: post, Path: pathBasemap, Needs: manage, Scope: city, Handler: p.setBasemap},
		{Method: post, Path: pathDropBasemap, Page: pathBasemap, Needs: manage, Scope: city, Handler: p.dropBasemap},
		{Method: get, Path: pathTiles + "/:z/:x/:y", Needs: read, Scope: city, Handler: p.tile},
	}
}

// tile sends one square of the map.
func (p *Pages) tile(c *gin.Context) error { return p.SendTile(c, p.DuctMap.Tile) }

// SendTile sends one square of a map. The browser keeps it and asks each time whether it still holds, so that nobody sees who
// held what before, nor anybody who may no longer.
func (p *Pages) SendTile(c *gin.Context, of func(ctx context.Context, a identity.Actor, day time.Time, z, x, y int, known []string) (ductmap.Tile, error)) error {
	var at [3]int
	for i, name := range []string{"z", "x", "y"} {
		n, err := strconv.Atoi(c.Param(name))
		if err != nil {
			return site.NotFound()
		}
		at[i] = n
	}
	var known []string
	for tag := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		known = append(known, strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`))
	}
	t, err := of(c.Request.Context(), gate.ActorOf(c), p.DayIn(c), at[0], at[1], at[2], known)
	if err != nil {
		return err
	}
	site.FileHeaders(c, "application/vnd.mapbox-vector-tile")
	c.Header("Cache-Control", "private, no-cache")
	c.Header("ETag", `"`+t.Version+`"`)
	switch {
	case t.Known:
		c.Status(http.StatusNotModified)
	case len(t.Data) == 0:
		c.Status(http.StatusNoContent)
	default:
		c.Data(http.StatusOK, "application/vnd.mapbox-vector-tile", t.Data)
	}
	return nil
}

// Land sends the ground of the city for the map to lie on: its islands, and the names of places.
func (p *Pages) Land(c *gin.Context) error {
	ground, err := p.Ground(c.Request.Context(), p.DayIn(c))
	if err != nil {
		return err
	}
	type shape struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	type feature struct {
		Type       string         `json:"type"`
		Geometry   shape          `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	all := []feature{}
	for _, ring := range ground.Land {
		var line [][2]float64
		for _, at := range ring {
			line = append(line, [2]float64{at.Lon, at.Lat})
		}
		all = append(all, feature{"Feature", shape{"Polygon", [][][2]float64{append(line, line[0])}}, map[string]any{}})
	}
	for _, x := range ground.Places {
		all = append(all, feature{"Feature", shape{"Point", [2]float64{x.At.Lon, x.At.Lat}}, map[string]any{"name": x.Name, "district": x.District}})
	}
	raw, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": all})
	if err != nil {
		return err
	}
	site.FileHeaders(c, "application/geo+json")
	c.Data(http.StatusOK, "application/geo+json", raw)
	return nil
}

// mapPage is the network of a day on a map, and beside it the same in words: what there is of each level, and every segment
// with how full it is.
func (p *Pages) mapPage(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	day := p.DayIn(c)
	f := ductmap.Filter{Road: site.ToText(c.Query("jalan")), Level: c.Query("tingkat"), Around: BoxIn(c)}
	totals, around, err := p.DuctMap.Totals(ctx, a, day)
	if err != nil {
		return err
	}
	all, err := p.DuctMap.Segments(ctx, a, day, f, c.Query("sesudah"), pageSize+1)
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
	on := "?hari=" + day.Format(time.DateOnly)
	v := bill.View{Shell: p.DeskShell(c, l.T("duct.map.title")), Back: PathDucts + on, Heading: l.T("duct.map.title"), Lead: l.T("duct.map.lead", "day", l.Date(day))}
	s := bill.Section{ID: "ruas", Title: l.T("duct.segments"), Text: l.T("duct.map.list_lead"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("duct.none"), Text: l.T("duct.none_hint")}}
	if !around.Empty() {
		m, err := p.NetMap(c, day, totals, around, ground)
		if err != nil {
			return err
		}
		m.List = pathMap + on + "&kotak={box}#ruas"
		drawn := bill.Section{ID: "peta", Title: l.T("duct.map.title"), Quiet: true, Net: m}
		if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
			drawn.Links = append(drawn.Links, ui.Link{Href: pathBasemap, Label: l.T("duct.base.link")})
		}
		v.Sections = append(v.Sections, drawn)
		s.Filter, err = p.mapFilter(c, day, f)
		if err != nil {
			return err
		}
		InSight(c, f.Around, m, &s)
	}
	if !f.Empty() {
		s.Empty.Text = l.T("duct.none_filtered")
	}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].Code)
		s.Next = pathMap + "?" + q.Encode() + "#ruas"
	}
	s.Table = &bill.Table{Title: l.T("duct.segments"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.map.level")},
		{Label: l.T("duct.map.held"), End: true}, {Label: l.T("duct.map.free"), End: true}, {Label: l.T("duct.condition")}, {Label: l.T("duct.authority")}}}
	for _, x := range all {
		held, free := bill.Cell{Text: l.T("duct.unsaid")}, bill.Cell{Text: l.T("duct.unsaid")}
		if x.Places > 0 {
			held = bill.Cell{Text: l.T("duct.map.of", "held", l.Number(int64(x.Held)), "places", l.Number(int64(x.Places)))}
			free.Text = l.Number(int64(x.Free))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code, Href: SegmentPath(x.Code, day)}, {Text: x.Road}, {Text: l.T("duct.level." + ductmap.LevelOf(x.Occupancy))},
			held, free, {Mark: conditionMark(l, x.Condition)}, {Text: names[x.Authority]}}})
	}
	v.Sections = append(v.Sections, s)
	v.Notes = []string{l.T("duct.map.note_places"), l.T("duct.map.note_ground", "source", ground.Source)}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// BoxIn is the part of the map that an address asks for, empty where it asks for none.
func BoxIn(c *gin.Context) geo.Box {
	var b geo.Box
	at := strings.Split(c.Query("kotak"), ",")
	if len(at) != 4 {
		return b
	}
	for i, x := range []*float64{&b.West, &b.South, &b.East, &b.North} {
		n, err := strconv.ParseFloat(at[i], 64)
		if err != nil || math.IsNaN(n) {
			return geo.Box{}
		}
		*x = n
	}
	if b.Empty() || !geo.World.Holds(geo.Point{Lat: b.South, Lon: b.West}) || !geo.World.Holds(geo.Point{Lat: b.North, Lon: b.East}) {
		return geo.Box{}
	}
	return b
}

// InSight says of a list with a filter that it holds a part of the map alone, which the map then shows first, and how to leave it.
func InSight(c *gin.Context, part geo.Box, m *ui.NetMap, s *bill.Section) {
	if part.Empty() {
		return
	}
	l, q := gate.LocaleOf(c), c.Request.URL.Query()
	m.Around = part
	s.Note.Text = l.T("duct.map.in_sight")
	s.Filter.Hidden = append(s.Filter.Hidden, ui.Option{Value: "kotak", Label: q.Get("kotak")})
	q.Del("kotak")
	q.Del("sesudah")
	s.Links = append(s.Links, ui.Link{Href: c.Request.URL.Path + "?" + q.Encode() + "#ruas", Label: l.T("duct.map.list_all"), Icon: "list-details"})
}

// mapFilter narrows the list down by road and by level.
func (p *Pages) mapFilter(c *gin.Context, day time.Time, f ductmap.Filter) (*bill.Form, error) {
	l := gate.LocaleOf(c)
	total, err := p.Ducts.Total(c.Request.Context(), gate.ActorOf(c), day, duct.Filter{})
	if err != nil {
		return nil, err
	}
	roads, levels := []ui.Option{{Label: l.T("queue.filter.any")}}, []ui.Option{{Label: l.T("queue.filter.any")}}
	for _, r := range total.Roads {
		roads = append(roads, ui.Option{Value: r, Label: r})
	}
	for _, x := range ductmap.Levels() {
		levels = append(levels, ui.Option{Value: x.Code, Label: l.T("duct.level." + x.Code)})
	}
	return &bill.Form{ID: "saring", Action: pathMap, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "hari", Type: "date", Label: l.T("duct.day"), Value: day.Format(time.DateOnly)},
		{Name: "jalan", Type: "select", Label: l.T("duct.road"), Value: f.Road, Optional: true, Options: roads},
		{Name: "tingkat", Type: "select", Label: l.T("duct.map.level"), Value: f.Level, Optional: true, Options: levels}}}, nil
}

// NetMap is what the map's script needs, and its legend.
func (p *Pages) NetMap(c *gin.Context, day time.Time, totals []ductmap.Total, around geo.Box, ground geo.Map) (*ui.NetMap, error) {
	l := gate.LocaleOf(c)
	on := "?hari=" + day.Format(time.DateOnly)
	m := &ui.NetMap{Tiles: pathTiles + "/{z}/{x}/{y}" + on, Land: pathMap + "/lahan.geojson" + on, Segment: pathSegment + "/{code}" + on,
		Around: around, Closest: ductmap.Closest, NodesFrom: ductmap.NodesFrom, Words: map[string]string{}}
	if len(ground.Land) == 0 {
		m.Land = ""
	}
	for i, x := range ductmap.Levels() {
		e := ui.NetLevel{Code: x.Code, From: x.From, To: x.To, Label: l.T("duct.level." + x.Code), Count: l.T("duct.map.count", "n", l.Number(int64(totals[i].Segments)), "length", KM(l, totals[i].LengthMM))}
		m.Levels = append(m.Levels, e)
	}
	for _, code := range duct.Conditions() {
		m.Words["condition."+code] = l.T("duct.condition." + code)
	}
	for _, key := range []string{"base_away", "at", "at_unrecorded", "nothing", "canvas", "in", "out", "two_fingers", "ctrl", "cmd"} {
		m.Words[key] = l.T("duct.map.said." + key)
	}
	return m, p.base(c, m)
}
