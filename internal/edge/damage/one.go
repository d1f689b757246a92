package damage

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// one is a damage: how it stands, its promises, what was hit, what happened, and what can be done now.
func (p *Pages) one(c *gin.Context) error { return p.oneAgain(c, http.StatusOK, forms{}) }

// oneAgain is one with its forms as they were sent, after a refusal with what was filled in.
func (p *Pages) oneAgain(c *gin.Context, status int, work forms) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, err := p.Damages.Find(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, x.Number), Back: PathDamage, Heading: x.Number, Lead: l.T("damage.one_lead", "kind", l.T("damage.kind."+x.Kind), "at", l.DateTime(site.Zoned(c, x.ReportedAt))), Mark: StateMark(l, x.State), Errors: work.errs}
	v.Sections = append(v.Sections, p.stand(c, x), p.promises(c, x))
	work.l, work.x, work.may = l, x, p.may(c, access.DuctManage) && !x.Over()
	if work.may {
		v.Sections = append(v.Sections, work.steps())
	}
	v.Sections = append(v.Sections, work.hits(), p.companies(c, x), p.course(c, x, work))
	cause, err := p.cause(c, x, work)
	if err != nil {
		return err
	}
	credits, err := p.credits(c, x)
	if err != nil {
		return err
	}
	charged, err := p.bills(c, x, work)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, cause, credits, charged, p.evidence(c, x, work))
	if work.may {
		v.Sections = append(v.Sections, work.end())
	}
	if v.Notes, err = p.Rules(c, x.Damage); err != nil {
		return err
	}
	return p.Render(c, status, bill.Page(v))
}

// Rules say by which rules a damage is measured.
func (p *Pages) Rules(c *gin.Context, d ductdamage.Damage) ([]string, error) {
	l := gate.LocaleOf(c)
	rules, ok, err := p.Damages.PolicyOf(c.Request.Context(), d)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return []string{l.T("damage.no_policy")}, nil
	case !rules.Verified:
		return []string{l.T("damage.unverified", "source", rules.Source)}, nil
	}
	return nil, nil
}

// stand is what was reported.
func (p *Pages) stand(c *gin.Context, x ductdamage.Detail) bill.Section {
	l := gate.LocaleOf(c)
	source := l.T("damage.source." + x.Source)
	if x.Reporter != "" {
		source += ", " + x.Reporter
	}
	rows := []ui.Row{{Label: l.T("damage.source"), Value: source}, {Label: l.T("damage.kind"), Value: l.T("damage.kind." + x.Kind)}}
	for _, r := range []struct{ key, value string }{{"damage.node", x.Node}, {"damage.place", x.Place}, {"damage.words", x.Words}, {"damage.closing", x.Closing}} {
		if r.value != "" {
			rows = append(rows, ui.Row{Label: l.T(r.key), Value: r.value})
		}
	}
	if !x.ErasedAt.IsZero() {
		rows = append(rows, ui.Row{Label: l.T("damage.words"), Value: l.T("duct.erased", "day", l.Date(site.Zoned(c, x.ErasedAt)))})
	}
	if !x.RestoredAt.IsZero() {
		rows = append(rows, ui.Row{Label: l.T("damage.restored"), Value: l.T("damage.restored_after", "at", l.DateTime(site.Zoned(c, x.RestoredAt)), "span", ducts.Span(l, x.RestoredAt.Sub(x.ReportedAt)))})
	}
	s := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows}
	if x.NodeID.Valid {
		s.Links = []ui.Link{{Href: pathNodes + "/" + x.NodeID.UUID.String(), Label: l.T("damage.node_open", "node", x.Node), Icon: "map-pin"}}
	}
	return s
}

// promises are the clocks of a damage.
func (p *Pages) promises(c *gin.Context, x ductdamage.Detail) bill.Section {
	l := gate.LocaleOf(c)
	return bill.Section{ID: "janji", Title: l.T("damage.promises"), Table: p.ClockTable(c, x), Empty: &bill.Empty{Icon: "clock", Title: l.T("damage.no_clocks"), Text: l.T("damage.no_policy")}}
}

// ClockTable lists the promises of a damage, with whether they were kept.
func (p *Pages) ClockTable(c *gin.Context, x ductdamage.Detail) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("damage.promises"), Columns: []bill.Column{{Label: l.T("damage.promise")}, {Label: l.T("damage.due")}, {Label: l.T("damage.done")}, {Label: l.T("duct.standing")}}}
	for _, k := range x.Clocks {
		done := l.T("damage.not_yet")
		if !k.DoneAt.IsZero() {
			done = l.DateTime(site.Zoned(c, k.DoneAt))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("damage.clock." + k.Clock)}, {Text: l.DateTime(site.Zoned(c, k.DueAt))}, {Text: done}, {Mark: clockMark(l, k, x.ReportedAt, p.Now())}}})
	}
	return t
}

// forms are what can be done on the page of a damage. What was refused is shown in its own form.
type forms struct {
	l    i18n.Locale
	in   site.Form
	errs ui.Errors
	form string // that was refused
	late bool   // because somebody else was quicker
	x    ductdamage.Detail
	may  bool
}

// of is a field of a form, with what was filled in and what is wrong with it where that form was refused.
func (f forms) of(form string, x ui.Field) ui.Field {
	x.Of = form
	if form == f.form {
		x.Error = f.errs.Of(form + x.Name)
		switch x.Type {
		case "date":
			x.Value, x.Typed = site.DateOf(f.in, x.Name), f.in.Values[x.Name]
		case "file":
		default:
			x.Value = f.in.Get(x.Name)
		}
	}
	return x
}

// make is a form of the page, with the revision that its reader has seen: of one that was refused, the one for which it was filled in, until
// its reader is told that there is another. What somebody else has put down meanwhile is not overwritten by mending a field.
func (f forms) make(id string, x bill.Form, fields ...ui.Field) bill.Form {
	seen := strconv.Itoa(f.x.Revision)
	if id == f.form && !f.late {
		seen = f.in.Get("revision")
	}
	x.ID, x.Action, x.Hidden = id, PathDamage+"/"+f.x.ID.String()+"/"+id, []ui.Option{{Value: "revision", Label: seen}}
	for _, y := range fields {
		x.Fields = append(x.Fields, f.of(id, y))
	}
	return x
}

// steps asks which step was taken.
func (f forms) steps() bill.Section {
	l := f.l
	s := bill.Section{ID: "langkah-berikut", Title: l.T("damage.act")}
	if next := ductdamage.Next(f.x.State); len(next) > 0 {
		step := ui.Field{Name: "state", Type: "choice", Label: l.T("damage.step_ask"), Options: options(l, "damage.step", next), Value: next[0]}
		s.Forms = append(s.Forms, f.make("langkah", bill.Form{Title: l.T("damage.step"), Text: l.T("damage.step_text"), Submit: l.T("damage.step_do")}, step,
			ui.Field{Name: "day", Type: "date", Label: l.T("damage.step_day"), Hint: l.T("damage.step_day_hint"), Optional: true},
			ui.Field{Name: "clock", Label: l.T("damage.step_clock"), Hint: l.T("damage.step_clock_hint"), Max: 5, Optional: true, Autocomplete: "off"},
			ui.Field{Name: "words", Type: "long_text", Label: l.T("damage.news_words"), Max: 1000, Optional: true}))
	}
	s.Forms = append(s.Forms, f.make("kabar", bill.Form{Folded: true, Title: l.T("damage.news"), Text: l.T("damage.news_text"), Submit: l.T("damage.news_do")},
		ui.Field{Name: "words", Type: "long_text", Label: l.T("damage.news_words"), Max: 1000},
		ui.Field{Name: "shared", Type: "yes_no", Label: l.T("damage.news_shared"), Value: "yes", Options: []ui.Option{{Value: "yes", Label: l.T("yes")}, {Value: "no", Label: l.T("no")}}}))
	return s
}

// hits is what of the network was hit, and asks for more.
func (f forms) hits() bill.Section {
	l := f.l
	s := bill.Section{ID: "terkena", Title: l.T("damage.hits"), Text: l.T("damage.hits_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("damage.no_hits"), Text: l.T("damage.no_hits_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("damage.hit_units"), End: true}}}
	for _, h := range f.x.Hits {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: h.Segment, Href: ducts.SegmentPath(h.Segment, f.x.ReportedAt)}, {Text: h.Road}, {Text: l.T("damage.of", "n", h.Units, "of", h.Of)}}})
	}
	if f.may {
		s.Forms = []bill.Form{f.make("ruas", bill.Form{Folded: len(f.x.Hits) > 0, Title: l.T("damage.hit"), Text: l.T("damage.hit_text"), Submit: l.T("damage.hit_do")},
			ui.Field{Name: "segment", Label: l.T("damage.segment"), Hint: l.T("damage.segment_hint"), Max: 64, Autocomplete: "off"},
			ui.Field{Name: "units", Label: l.T("damage.units"), Hint: l.T("damage.units_hint"), Max: 200, Optional: true, Autocomplete: "off"})}
	}
	return s
}

// companies are whose leases were hit, and when they were told.
func (p *Pages) companies(c *gin.Context, x ductdamage.Detail) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "penyewa", Title: l.T("damage.affected"), Text: l.T("damage.affected_text"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("damage.no_affected"), Text: l.T("damage.no_affected_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("lease.operator")}, {Label: l.T("damage.out"), End: true}, {Label: l.T("damage.told")}}}
	for _, y := range x.Leases {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: y.Number, Whole: true, Href: ducts.PathLeases + "/" + y.LeaseID.String()}, {Text: y.Operator, Href: ducts.PathOperators + "/" + y.OperatorID.String()},
			{Text: l.T("damage.of", "n", y.Units, "of", y.OfUnits)}, {Text: l.DateTime(site.Zoned(c, y.ToldAt))}}})
	}
	return s
}

// course is what happened, in order.
func (p *Pages) course(c *gin.Context, x ductdamage.Detail, f forms) bill.Section {
	l := gate.LocaleOf(c)
	names := p.names(c, x)
	s := bill.Section{ID: "riwayat", Title: l.T("damage.course")}
	for i, e := range x.Events {
		s.Events = append(s.Events, p.Event(c, e, names, i == len(x.Events)-1))
	}
	return s
}

// Event is one thing that happened, for a timeline.
func (p *Pages) Event(c *gin.Context, e ductdamage.Event, names map[uuid.UUID]string, last bool) ui.Event {
	l := gate.LocaleOf(c)
	out := ui.Event{Title: l.T("damage.event." + e.What), At: site.Zoned(c, e.At), By: names[e.ByID.UUID], Quote: e.Words, Now: last, Icon: "circle-check"}
	text := func(key string) string { s, _ := e.Detail[key].(string); return s }
	switch e.What {
	case ductdamage.Reported:
		out.Icon = "alert-triangle"
	case "late":
		out.Tone, out.Icon, out.Text = "bad", "alert-triangle", l.T("damage.clock."+text("clock"))
	case "hit":
		out.Icon, out.Text = "map-pin", text("segment")
		if units := text("units"); units != "" {
			out.Text += ": " + units
		}
	case "affected":
		out.Icon = "users"
		if id, err := uuid.Parse(text("operator")); err == nil {
			out.Text = names[id]
		}
	case "cause":
		out.Text = l.T("damage.cause."+text("cause")) + ", " + l.T("damage.liable."+text("liable"))
	case "credit_asked", "credit_approved", "credit_refused", "bill_asked", "bill_approved", "bill_refused", "bill_undone":
		out.Icon = "coin"
	case "photo":
		out.Icon, out.Text = "file-text", l.T("damage.stage."+text("stage"))
	case "update":
		out.Icon = "info-circle"
		if !e.Shared {
			out.Text = l.T("damage.internal")
		}
	}
	return out
}

// names are what people and companies of a timeline are called.
func (p *Pages) names(c *gin.Context, x ductdamage.Detail) map[uuid.UUID]string {
	var ids []uuid.UUID
	for _, e := range x.Events {
		if e.ByID.Valid {
			ids = append(ids, e.ByID.UUID)
		}
	}
	out, err := p.Identity.Names(c.Request.Context(), ids)
	if err != nil || out == nil {
		out = map[uuid.UUID]string{} // a timeline without names says what happened all the same
	}
	for _, y := range x.Leases {
		out[y.OperatorID] = y.Operator
	}
	return out
}
