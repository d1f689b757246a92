package leasing

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// waitRoutes are the line for ways that are full.
func (p *Pages) waitRoutes() gate.Table {
	one, which := ducts.PathWaits+"/:id", site.IDs("id", "duct_wait")
	return gate.Table{
		{Method: get, Path: ducts.PathWaits, Needs: access.DuctRead, Scope: gate.City, Handler: p.waits},
		{Method: get, Path: one, Needs: access.DuctRead, Scope: gate.City, IDs: which, Handler: p.wait},
		{Method: post, Path: one + "/tutup", Page: one, Needs: access.DuctLease, Scope: gate.City, IDs: which, Handler: p.closeWait},
	}
}

// demandsMost is how many segments are listed on which somebody waits.
const demandsMost = 100

// waits is who waits, what for, and how long it takes.
func (p *Pages) waits(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	operator, _ := uuid.Parse(c.Query("operator")) // none asks for any
	f := ductwait.Filter{State: c.Query("status"), Operator: operator}
	all, err := p.DuctWaits.Waits(ctx, a, f, BeforePlace(c), pageSize+1)
	if err != nil {
		return err
	}
	figures, err := p.DuctWaits.Figures(ctx, a)
	if err != nil {
		return err
	}
	demands, err := p.DuctWaits.Demands(ctx, a, demandsMost)
	if err != nil {
		return err
	}
	rule, err := p.DuctWaits.Rule(ctx)
	if err != nil {
		return err
	}
	who, err := p.choice(c, "")
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductwait.title")), Heading: l.T("ductwait.title"), Lead: l.T("ductwait.staff_lead"), Notes: []string{RuleNote(l, rule)}}
	v.Sections = append(v.Sections, bill.Section{ID: "angka", Title: l.T("ductwait.figures"), Quiet: true, Figures: waitFigures(c, figures)}, demandSection(c, demands))
	any := ui.Option{Label: l.T("queue.filter.any")}
	s := bill.Section{ID: "antrean", Title: l.T("ductwait.line"), Text: l.T("ductwait.line_text"), Empty: &bill.Empty{Icon: "hourglass", Title: l.T("ductwait.none"), Text: l.T("ductwait.none_staff")}}
	if f != (ductwait.Filter{}) {
		s.Empty = &bill.Empty{Icon: "hourglass", Title: l.T("ductwait.none"), Text: l.T("lease.none_filtered")}
	}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathWaits, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: f.State, Options: append([]ui.Option{any}, ducts.Options(l, "ductwait.state", ductwait.States())...)},
		{Name: "operator", Type: "select", Label: l.T("lease.operator"), Value: c.Query("operator"), Options: append([]ui.Option{any}, who...)}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = NextPlace(c, ducts.PathWaits, all[pageSize-1].Place) + "#antrean"
	}
	s.Table = WaitTable(c, all, ducts.PathWaits, true)
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// BeforePlace is the place in the line before which a page of the list begins; zero for the first page.
func BeforePlace(c *gin.Context) int64 {
	n, _ := strconv.ParseInt(c.Query("sebelum"), 10, 64)
	return max(n, 0)
}

// NextPlace is the address of the page of a list before a place.
func NextPlace(c *gin.Context, path string, place int64) string {
	q := c.Request.URL.Query()
	q.Set("sebelum", strconv.FormatInt(place, 10))
	return path + "?" + q.Encode()
}

// waitFigures are how the line does.
func waitFigures(c *gin.Context, f ductwait.Figures) []bill.Figure {
	l := gate.LocaleOf(c)
	out := []bill.Figure{{Value: l.Number(int64(f.Waiting)), Label: l.T("ductwait.state.waiting"), Meaning: l.T("ductwait.of_companies", "n", f.Companies), Href: ducts.PathWaits + "?status=waiting#antrean"},
		{Value: l.Number(int64(f.Offered)), Label: l.T("ductwait.state.offered"), Meaning: l.T("ductwait.offered_meaning"), Href: ducts.PathWaits + "?status=offered#antrean"}}
	days, taken := "–", "–"
	if f.Answered > 0 {
		taken = l.Number(int64(f.Taken*100/f.Answered)) + "%"
	}
	if f.Days > 0 {
		days = l.T("ductwait.days", "n", l.Number(int64(f.Days+0.5)))
	}
	out = append(out, bill.Figure{Value: days, Label: l.T("ductwait.median"), Meaning: l.T("ductwait.median_meaning")}, bill.Figure{Value: taken, Label: l.T("ductwait.taken_share"), Meaning: l.T("ductwait.taken_meaning", "n", f.Answered)})
	if !f.Oldest.IsZero() {
		out = append(out, bill.Figure{Value: l.Date(site.Zoned(c, f.Oldest)), Label: l.T("ductwait.oldest"), Meaning: l.T("ductwait.oldest_meaning")})
	}
	return out
}

// demandSection is where the network is too small.
func demandSection(c *gin.Context, all []ductwait.Demand) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "permintaan", Title: l.T("ductwait.demand"), Text: l.T("ductwait.demand_text"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("ductwait.no_demand"), Text: l.T("ductwait.no_demand_text")},
		Table: &bill.Table{Title: l.T("ductwait.demand"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("ductwait.wanted")}, {Label: l.T("ductwait.companies"), End: true}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("ductwait.since")}}}}
	for _, d := range all {
		since := site.Zoned(c, d.Since)
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: d.Code, Href: ducts.SegmentPath(d.Code, since)}, {Text: d.Road}, {Text: l.T("lease.units."+d.Kind, "n", d.Units)}, {Text: l.Number(int64(d.Companies))},
			{Text: ducts.Metres(l, d.LengthMM)}, {Text: l.Date(since)}}})
	}
	return s
}

// RuleNote says by which rule the line is kept.
func RuleNote(l i18n.Locale, r ductwait.Rule) string {
	note := l.T("ductwait.rule", "days", r.OfferDays, "most", r.Most, "keeps", r.KeepMost)
	if r.Source != "" {
		note += " " + l.T("ductwait.rule_source", "source", r.Source)
	}
	if !r.Verified {
		note += " " + l.T("lease.unverified") + "."
	}
	return note
}

// WaitMark is how a place in the line stands as a mark.
func WaitMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{ductwait.Waiting: {Icon: "hourglass"}, ductwait.Offered: {Tone: "care", Icon: "alert-triangle"}, ductwait.Taken: {Tone: "good", Icon: "circle-check"}, ductwait.Lapsed: {Icon: "clock"},
		ductwait.Declined: {Icon: "ban"}, ductwait.Withdrawn: {Icon: "ban"}, ductwait.Closed: {Tone: "bad", Icon: "circle-x"}, ductwait.Over: {Icon: "history"}}[state]
	m.Text = l.T("ductwait.state." + state)
	return m
}

// WaitTable lists places in the line under a path, with whose they are where named says so.
func WaitTable(c *gin.Context, all []ductwait.Listed, path string, named bool) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("ductwait.line"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductwait.way")}, {Label: l.T("lease.what")}, {Label: l.T("lease.days")}, {Label: l.T("ductwait.joined")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		number := bill.Cell{Text: x.Number, Whole: true, Href: path + "/" + x.ID.String()}
		if named {
			number.Small = x.OperatorName
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{number, {Text: x.From + " – " + x.To, Small: ducts.KM(l, x.LengthMM)}, {Text: l.T("lease.units."+x.Kind, "n", x.Quantity)},
			{Text: Span(l, x.Since, x.Until)}, {Text: l.Date(site.Zoned(c, x.JoinedAt))}, {Mark: WaitMark(l, x.State), Small: waitSmall(c, x)}}})
	}
	return t
}

// waitSmall is what there is to say of how a place stands.
func waitSmall(c *gin.Context, x ductwait.Listed) string {
	l := gate.LocaleOf(c)
	switch x.State {
	case ductwait.Waiting:
		return l.T("ductwait.position", "n", x.Ahead+1)
	case ductwait.Offered:
		return l.T("lease.expires", "at", l.DateTime(site.Zoned(c, x.OfferUntil)))
	}
	return ""
}

// WaitSections tell of one place in the line and of the way that is waited for; lines draws it, for whom it may be drawn.
func WaitSections(c *gin.Context, p *ducts.Pages, x ductwait.Listed, way []ductwait.Stretch, lines func(ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error)) ([]bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Note: bill.Note{Tone: map[string]string{ductwait.Offered: "care"}[x.State], Text: l.T("ductwait.note."+x.State, "n", x.Ahead+1, "at", l.DateTime(site.Zoned(c, x.OfferUntil)))}}
	state.Rows = []ui.Row{{Label: l.T("ductwait.way"), Value: x.From + " – " + x.To}, {Label: l.T("lease.what"), Value: l.T("lease.takes", "units", l.T("lease.units."+x.Kind, "n", x.Quantity))},
		{Label: l.T("lease.days"), Value: Span(l, x.Since, x.Until)}, {Label: l.T("duct.billed"), Value: ducts.Metres(l, x.LengthMM)}, {Label: l.T("ductwait.joined"), Value: l.DateTime(site.Zoned(c, x.JoinedAt))}}
	why, err := New(p.Pages).ReasonRow(ctx, l, x.Refusal, x.Why)
	if err != nil {
		return nil, err
	}
	state.Rows = append(state.Rows, why...)
	out := []bill.Section{state}
	s := bill.Section{ID: "ruas", Title: l.T("ductwait.waited_way"), Text: l.T("ductwait.waited_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("ductwait.no_way"), Text: l.T("ductwait.no_way_text")}}
	names, _, err := p.Names(c)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("duct.standing")}}}
	for _, g := range way {
		ids = append(ids, g.ID)
		mark := ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("ductwait.enough")}
		if g.Short {
			mark = ui.Mark{Tone: "care", Icon: "hourglass", Text: l.T("ductwait.short")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: g.Code}, {Text: g.Road}, {Text: names[g.Authority]}, {Text: ducts.Metres(l, g.LengthMM)}, {Mark: mark}}})
	}
	drawn, err := lines(ids)
	if err != nil {
		return nil, err
	}
	ground, err := p.Ground(ctx, p.DayIn(c))
	if err != nil {
		return nil, err
	}
	var tracks [][]geo.Point
	for _, id := range ids {
		if len(drawn[id]) > 0 {
			tracks = append(tracks, drawn[id])
		}
	}
	if len(tracks) > 0 {
		s.Map = site.TracksMap(ground, "tunggu", l.T("lease.map", "n", len(tracks), "length", ducts.KM(l, x.LengthMM)), tracks, nil)
	}
	return append(out, s), nil
}

// wait is one place in the line.
func (p *Pages) wait(c *gin.Context) error { return p.waitAgain(c, http.StatusOK, site.Form{}, nil) }

// waitAgain is wait, after a refusal with what was filled in.
func (p *Pages) waitAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, way, err := p.DuctWaits.Find(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, x.Number), Back: ducts.PathWaits, Heading: x.Number, Lead: x.OperatorName, Mark: WaitMark(l, x.State), Errors: errs, Links: []ui.Link{{Href: operatorPath(x.OperatorID), Label: l.T("lease.operator"), Icon: "building"}}}
	if x.LeaseID.Valid {
		v.Links = append(v.Links, ui.Link{Href: leasePath(x.LeaseID.UUID), Label: l.T("ductwait.reservation"), Icon: "file-text"})
	}
	v.Sections, err = WaitSections(c, p.Pages, x, way, func(ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error) { return p.lines(c, p.DayIn(c), ids) })
	if err != nil {
		return err
	}
	if x.State == ductwait.Waiting && p.may(c) {
		reasons, err := p.reasons(ctx, l, func(r lease.Refusal) bool { return r.Lease })
		if err != nil {
			return err
		}
		v.Sections[0].Forms = []bill.Form{{ID: "tutup", Folded: true, Bad: true, Title: l.T("ductwait.close"), Text: l.T("ductwait.close_text"), Action: ducts.PathWaits + "/" + id.String() + "/tutup", Submit: l.T("ductwait.close_do"), Fields: []ui.Field{
			{Name: "refusal", Type: "select", Label: l.T("lease.refusal"), Options: reasons, Value: in.Get("refusal"), Error: errs.Of("refusal")},
			{Name: "note", Type: "long_text", Label: l.T("lease.explanation"), Max: 500, Optional: true, Value: in.Get("note"), Error: errs.Of("note")}}}}
	}
	return p.Render(c, status, bill.Page(v))
}

// closeWait takes a company out of the line.
func (p *Pages) closeWait(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.DuctWaits.Close(c.Request.Context(), gate.ActorOf(c), id, in.Get("refusal"), in.Text("note"))
	}
	if fault.Is(err, "ductwait.changed") {
		return p.waitAgain(c, http.StatusConflict, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}})
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.waitAgain(c, status, in, site.Called(c, errs, map[string]string{"note": "lease.explanation", "refusal": "lease.refusal"}))
	}
	return p.Done(c, ducts.PathWaits+"/"+id.String(), "ductwait_closed")
}
