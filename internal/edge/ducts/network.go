package ducts

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// pageSize is how many segments a page lists.
const pageSize = 25

// network is the network of a day: what there is of it, and its segments.
func (p *Pages) network(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	day := p.DayIn(c)
	f := duct.Filter{Road: site.ToText(c.Query("jalan")), Authority: c.Query("kewenangan"), Class: c.Query("kelas"), Condition: c.Query("kondisi")}
	total, err := p.Ducts.Total(ctx, a, day, f)
	if err != nil {
		return err
	}
	all, err := p.Ducts.Segments(ctx, a, day, f, c.Query("sesudah"), pageSize+1)
	if err != nil {
		return err
	}
	names, owners, err := p.Names(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("duct.title")), Heading: l.T("duct.title"), Lead: l.T("duct.lead", "day", l.Date(day))}
	if total.Segments > 0 {
		v.Links = append(v.Links, ui.Link{Href: pathMap + "?hari=" + day.Format(time.DateOnly), Label: l.T("duct.map.link"), Icon: "map-pin"})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "jumlah", Title: l.T("duct.total"), Quiet: true, Figures: []bill.Figure{
		{Value: KM(l, total.LengthMM), Label: l.T("duct.length"), Meaning: l.T("duct.length_meaning")},
		{Value: KM(l, total.BilledMM), Label: l.T("duct.billed"), Meaning: l.T("duct.billed_meaning")},
		{Value: l.Number(int64(total.Segments)), Label: l.T("duct.segments"), Meaning: l.T("duct.segments_meaning")},
		{Value: l.Number(int64(total.Nodes)), Label: l.T("duct.nodes"), Meaning: l.T("duct.nodes_meaning")},
		{Value: l.Number(int64(total.Units)), Label: l.T("duct.units"), Meaning: l.T("duct.units_meaning")},
	}})
	promises, err := p.Damages.KPI(ctx, a)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, KPISection(l, promises))
	s := bill.Section{ID: "ruas", Title: l.T("duct.segments")}
	roads := make([]ui.Option, len(total.Roads))
	for i, r := range total.Roads {
		roads[i] = ui.Option{Value: r, Label: r}
	}
	choose := func(name, label, value string, all []ui.Option) ui.Field {
		return ui.Field{Name: name, Type: "select", Label: l.T(label), Value: value, Optional: true, Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, all...)}
	}
	s.Filter = &bill.Form{ID: "saring", Action: PathDucts, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "hari", Type: "date", Label: l.T("duct.day"), Value: day.Format(time.DateOnly)}, choose("jalan", "duct.road", f.Road, roads),
		choose("kewenangan", "duct.authority", f.Authority, owners), choose("kelas", "duct.class", f.Class, Options(l, "duct.class", duct.Classes())),
		choose("kondisi", "duct.condition", f.Condition, Options(l, "duct.condition", duct.Conditions()))}}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].Code)
		s.Next = PathDucts + "?" + q.Encode() + "#ruas"
	}
	s.Table = &bill.Table{Title: l.T("duct.segments"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.length"), End: true}, {Label: l.T("duct.condition")}}}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code, Href: SegmentPath(x.Code, day)}, {Text: x.Road}, {Text: names[x.Authority]},
			{Text: Metres(l, x.LengthMM)}, {Mark: conditionMark(l, x.Condition)}}})
	}
	s.Empty = &bill.Empty{Icon: "map-pin", Title: l.T("duct.none"), Text: l.T("duct.none_hint")}
	if f != (duct.Filter{}) {
		s.Empty.Text = l.T("duct.none_filtered")
	}
	v.Sections = append(v.Sections, s)
	if total.Segments > 0 {
		v.Sections = append(v.Sections, downloads(l, day))
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// SegmentPath is where a segment is shown as it is on a day.
func SegmentPath(code string, day time.Time) string {
	return pathSegment + "/" + url.PathEscape(code) + "?hari=" + day.Format(time.DateOnly)
}

// segment is one segment as it is on a day: where it runs, what lies in it, and how it was before.
func (p *Pages) segment(c *gin.Context) error {
	return p.segmentAgain(c, http.StatusOK, site.Form{}, nil)
}

// segmentAgain is segment, after a photograph that was refused with what was filled in.
func (p *Pages) segmentAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	day := p.DayIn(c)
	x, units, err := p.Ducts.Segment(ctx, a, c.Param("code"), day)
	if fault.Is(err, "duct.no_segment") {
		return p.past(c, c.Param("code"), day)
	}
	if err != nil {
		return err
	}
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	ground, err := p.Ground(ctx, day)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, x.Code), Back: PathDucts + "?hari=" + day.Format(time.DateOnly), Heading: x.Code, Lead: l.T("duct.segment_lead", "road", x.Road, "day", l.Date(day)), Mark: conditionMark(l, x.Condition), Errors: errs}
	length := func(mm *int64) string {
		if mm == nil {
			return l.T("duct.unsaid")
		}
		return Metres(l, *mm)
	}
	trade := l.T("duct.free_trade.false")
	if x.FreeTrade {
		trade = l.T("duct.free_trade.true")
	}
	rows := []ui.Row{{Label: l.T("duct.length"), Value: Metres(l, x.LengthMM)}, {Label: l.T("duct.surveyed"), Value: length(x.SurveyedMM)}, {Label: l.T("duct.billed"), Value: Metres(l, x.Billed())},
		{Label: l.T("duct.depth"), Value: l.T("duct.unsaid")}, {Label: l.T("duct.class"), Value: l.T("duct.class." + x.Class)}, {Label: l.T("duct.authority"), Value: names[x.Authority]},
		{Label: l.T("duct.free_trade"), Value: trade}, {Label: l.T("duct.since"), Value: l.Date(x.Since)}}
	if x.DepthMM != nil {
		rows[3].Value = l.T("duct.centimetres", "n", *x.DepthMM/10)
	}
	if x.Note != "" {
		rows = append(rows, ui.Row{Label: l.T("duct.note"), Value: x.Note})
	}
	ends := []ui.Link{{Href: PathNodes + "/" + x.From.String(), Label: l.T("duct.first_node"), Icon: "map-pin"}, {Href: PathNodes + "/" + x.To.String(), Label: l.T("duct.last_node"), Icon: "map-pin"}}
	var points []geo.Point
	for _, at := range x.Line {
		points = append(points, geo.Point{Lat: at.Lat(), Lon: at.Lon()})
	}
	bank, err := p.bank(c, x.Code, units, day)
	if err != nil {
		return err
	}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		v.Links = append(v.Links, ui.Link{Href: segmentPart(x.Code, "/belah"), Label: l.T("ductedit.split"), Icon: "edit"})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows, Links: ends},
		bill.Section{ID: "letak", Title: l.T("duct.place"), Map: site.PlacesMap(l, ground, "ruas", points)}, bank)
	held, err := p.occupancy(c, x, day)
	if err != nil {
		return err
	}
	cables, err := p.cablesIn(c, x, day)
	if err != nil {
		return err
	}
	v.Sections = append(append(v.Sections, held...), cables)
	states, err := p.Ducts.History(ctx, a, x.ID)
	if err != nil {
		return err
	}
	t := &bill.Table{Title: l.T("duct.history"), Columns: []bill.Column{{Label: l.T("duct.since")}, {Label: l.T("duct.until")}, {Label: l.T("duct.condition")}, {Label: l.T("duct.length"), End: true}, {Label: l.T("duct.change")}}}
	for _, h := range states {
		until := l.T("duct.goes_on")
		if !h.Until.IsZero() {
			until = l.Date(h.Until)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(h.Since)}, {Text: until}, {Mark: conditionMark(l, h.Condition)}, {Text: Metres(l, h.LengthMM)}, {Text: h.Why, Small: l.DateTime(site.Zoned(c, h.At))}}})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "riwayat", Title: l.T("duct.history"), Table: t})
	works, err := p.works(c, x.ID)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, works)
	kin, err := p.family(c, x.ID)
	if err != nil {
		return err
	}
	if kin.ID != "" {
		v.Sections = append(v.Sections, kin)
	}
	photos, err := p.photos(c, x.Code, x.ID, units, day, in, errs)
	if err != nil {
		return err
	}
	changes, err := p.history(c, x.ID)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, photos, changes)
	return p.Render(c, status, bill.Page(v))
}

// occupancy is how much of a segment is free on a day, and who holds the rest.
func (p *Pages) occupancy(c *gin.Context, x duct.Segment, day time.Time) ([]bill.Section, error) {
	l := gate.LocaleOf(c)
	stock, held, err := p.Leases.Occupancy(c.Request.Context(), gate.ActorOf(c), x.ID, day)
	if err != nil {
		return nil, err
	}
	n := func(n int) bill.Cell { return bill.Cell{Text: l.Number(int64(n))} }
	s := bill.Section{ID: "keterisian", Title: l.T("lease.occupancy"), Text: l.T("lease.occupancy_text"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("duct.bank_none"), Text: l.T("duct.bank_none_hint")}}
	s.Table = &bill.Table{Title: l.T("lease.occupancy"), Columns: []bill.Column{{Label: l.T("duct.what")}, {Label: l.T("lease.all"), End: true}, {Label: l.T("lease.kept"), End: true}, {Label: l.T("lease.held"), End: true}, {Label: l.T("lease.free"), End: true}}}
	for _, k := range stock {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("duct.unit." + k.Kind)}, n(k.Units), n(k.Kept), n(k.Held), n(k.Free)}})
	}
	if len(held) == 0 {
		return []bill.Section{s}, nil
	}
	who := bill.Section{ID: "penyewa", Title: l.T("lease.holders"), Table: &bill.Table{Title: l.T("lease.holders"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("lease.operator")}, {Label: l.T("lease.what")}, {Label: l.T("duct.until")}, {Label: l.T("duct.standing")}}}}
	for _, h := range held {
		until := l.T("duct.goes_on")
		if !h.Until.IsZero() {
			until = l.Date(h.Until)
		}
		who.Table.Rows = append(who.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: h.Number, Href: PathLeases + "/" + h.ID.String()}, {Text: h.OperatorName, Href: PathOperators + "/" + h.OperatorID.String()},
			{Text: l.T("lease.units."+h.Kind, "n", h.Units)}, {Text: until}, {Text: l.T("lease.state." + h.State)}}})
	}
	return []bill.Section{s, who}, nil
}

// downloads offers the network of a day in every format.
func downloads(l i18n.Locale, day time.Time) bill.Section {
	s := bill.Section{ID: "unduh", Title: l.T("duct.download"), Text: l.T("duct.download_text")}
	for _, f := range ductsurvey.Formats() {
		s.Links = append(s.Links, ui.Link{Href: exportPath(f) + "?hari=" + day.Format(time.DateOnly), Label: l.T("duct.format_name." + f.Code), Icon: "download"})
	}
	return s
}

// export sends the network of a day as a file. Its heads are sent with its first byte, so that a refusal is a page.
func (p *Pages) export(f ductsurvey.Format) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if site.Described(c, f.MIME) {
			return nil
		}
		day := p.DayIn(c)
		return p.Surveying.Export(c.Request.Context(), gate.ActorOf(c), day, f.Code, &download{c: c, mime: f.MIME, name: "jaringan-ducting-" + day.Format(time.DateOnly) + "." + f.Ext})
	}
}

// download is a file on its way out.
type download struct {
	c          *gin.Context
	mime, name string
	begun      bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		site.FileHeaders(d.c, d.mime)
		d.c.Header("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}
	return d.c.Writer.Write(b)
}
