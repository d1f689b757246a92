package ordering

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// typed is what was filled in in one form of the page that was refused; the zero typed is none.
type typed struct {
	form    string // its id
	in      site.Form
	answers map[string][]string
	errs    ui.Errors // by the field's own name
}

// of is what was typed into a form, if it is that one.
func (t typed) of(form string) (site.Form, ui.Errors) {
	if t.form != form {
		return site.Form{}, nil
	}
	return t.in, t.errs
}

// shown are the errors as the page lists them, each leading to its field.
func (t typed) shown() ui.Errors {
	out := slices.Clone(t.errs)
	for i := range out {
		if out[i].Name != "" {
			out[i].Name = t.form + out[i].Name
		}
	}
	return out
}

// order is one order: how it stands and by when what is promised, what can be done now, and what hangs on it.
func (p *Pages) order(c *gin.Context) error { return p.orderAgain(c, http.StatusOK, typed{}) }

// orderAgain is order, after a refusal with what was filled in.
func (p *Pages) orderAgain(c *gin.Context, status int, t typed) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := p.Orders.Find(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, d.Number), Back: ducts.PathOrders, Heading: d.Number, Lead: l.T("ordering.order_lead", "operator", d.OperatorName, "span", span(l, d.Since, d.Until)),
		Mark: StateMark(l, d.Order, d.StateName), Errors: t.shown(), Links: []ui.Link{{Href: ducts.PathOperators + "/" + d.OperatorID.String(), Label: d.OperatorName, Icon: "building"}}}
	if d.LeaseID.Valid {
		v.Links = append(v.Links, ui.Link{Href: ducts.PathLeases + "/" + d.LeaseID.UUID.String(), Label: d.Lease.Number, Icon: "file-text"})
	}
	state, err := p.state(c, d)
	if err != nil {
		return err
	}
	next, err := p.next(c, d, t)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, state, next)
	for _, part := range []func(*gin.Context, ductorder.Detail, typed) (bill.Section, bool, error){p.papers, p.surveyed, p.permits, p.windows, p.evidence} {
		s, has, err := part(c, d, t)
		if err != nil {
			return err
		}
		if has {
			v.Sections = append(v.Sections, s)
		}
	}
	v.Sections = append(v.Sections, history(c, d))
	return p.Render(c, status, bill.Page(v))
}

// state is what is known of an order.
func (p *Pages) state(c *gin.Context, d ductorder.Detail) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Note: bill.Note{Text: d.Public.In(l)}}
	if d.Late(p.Now()) {
		s.Note.Tone = "care"
	}
	due, late := Promise(c, d.Order, p.Now())
	names, _, err := p.Names(c)
	if err != nil {
		return s, err
	}
	add := func(key, value string) {
		if value != "" {
			s.Rows = append(s.Rows, ui.Row{Label: l.T(key), Value: value})
		}
	}
	s.Rows = append(s.Rows, ui.Row{Label: l.T("ordering.promise"), Value: due, Mark: late})
	add("ordering.placed", l.DateTime(site.Zoned(c, d.PlacedAt)))
	add("ductorder.route", l.T("ductorder.from_to", "from", d.FromNode, "to", d.ToNode))
	add("lease.what", l.T("lease.takes", "units", l.T("lease.units."+d.Kind, "n", d.Quantity)))
	add("lease.days", span(l, d.Since, d.Until))
	if len(d.Segments) > 0 {
		add("duct.billed", l.T("ductorder.length_in", "length", ducts.Metres(l, d.LengthMM), "n", len(d.Segments)))
		var grounds []string
		for _, code := range d.Authorities {
			grounds = append(grounds, names[code])
		}
		add("ductorder.authorities", strings.Join(grounds, ", "))
	}
	add("ordering.note", d.Note)
	if !d.AcceptedOn.IsZero() {
		add("ordering.charged_from", l.Date(d.ChargedFrom()))
	}
	if d.AsBuilt != "" {
		add("ordering.as_built", strings.TrimSpace(l.T("ordering.as_built."+d.AsBuilt)+"\n"+d.Import))
	}
	if !d.EndsOn.IsZero() {
		add("ordering.ends_on", l.Date(d.EndsOn))
	}
	if d.Refusal != "" {
		reasons, err := p.Leases.Refusals(ctx)
		if err != nil {
			return s, err
		}
		name := d.Refusal // of a reason that the list no longer has
		for _, r := range reasons {
			if r.Code == d.Refusal {
				name = r.Name.In(l)
			}
		}
		add("lease.refusal", name)
	}
	add("ordering.said", d.Reason)
	if d.Renewed != nil {
		s.Links = append(s.Links, ui.Link{Href: orderPath(d.Renewed.ID), Label: l.T("ordering.renews", "number", d.Renewed.Number), Icon: "history"})
	}
	if d.RenewedBy != nil {
		s.Links = append(s.Links, ui.Link{Href: orderPath(d.RenewedBy.ID), Label: l.T("ordering.renewed_by", "number", d.RenewedBy.Number), Icon: "history"})
	}
	return s, nil
}

// papers are the order's quotes, its letter and its acceptance record.
func (p *Pages) papers(c *gin.Context, d ductorder.Detail, _ typed) (bill.Section, bool, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "naskah", Title: l.T("ordering.papers"), Table: &bill.Table{Title: l.T("ordering.papers"), Columns: []bill.Column{{Label: l.T("ordering.number")}, {Label: l.T("ordering.paper")}, {Label: l.T("ordering.day")}, {Label: l.T("ordering.paper_says")}}}}
	for _, x := range d.Papers {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: orderPath(d.ID) + "/naskah/" + x.ID.String()}, {Text: l.T("ductorder.paper." + x.Kind)}, {Text: l.Date(x.Day)}, PaperSays(c, x)}})
	}
	return s, len(d.Papers) > 0, nil
}

// PaperSays is what matters of a paper in a line: prices and until when a quote is valid, who signed an acceptance record.
func PaperSays(c *gin.Context, x ductorder.Paper) bill.Cell {
	l := gate.LocaleOf(c)
	switch {
	case x.Kind == ductorder.PaperBAST:
		return bill.Cell{Text: l.T("ordering.signed_by", "city", x.Body.CitySigner.Name, "company", x.Body.Signer.Name), Small: l.T("ordering.accepted_on", "day", l.Date(x.Body.AcceptedOn))}
	case x.Kind == ductorder.PaperQuote && x.Body.Quote != nil:
		out := bill.Cell{Text: l.T("ordering.quote_sums", "once", x.Body.Quote.OnceSum, "month", x.Body.Quote.MonthSum), Small: l.T("ordering.quote_until", "day", l.Date(x.ValidUntil))}
		if !x.AgreedAt.IsZero() {
			out.Mark = ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("ordering.quote_agreed", "at", l.Date(site.Zoned(c, x.AgreedAt)))}
		}
		return out
	}
	return bill.Cell{Text: l.T("ordering.under_quote", "number", x.Body.QuoteNumber)}
}

// surveyed is what the office has answered on steps that ask for something.
func (p *Pages) surveyed(c *gin.Context, d ductorder.Detail, _ typed) (bill.Section, bool, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "isian", Title: l.T("ordering.answered")}
	for _, a := range d.Flow.Actions {
		for _, f := range a.Fields {
			r := ui.Row{Label: f.Label.In(l), Value: f.Display(d.Answered.Answers[f.Code], l)}
			for _, x := range d.Answered.Files[f.Code] {
				r.Files = append(r.Files, ui.File{Name: x.Name, Size: x.Size, Href: orderPath(d.ID) + "/berkas/" + x.ID.String(), Image: strings.HasPrefix(x.Mime, "image/"), PDF: x.Mime == site.MimePDF})
			}
			if r.Value != "" || len(r.Files) > 0 {
				s.Rows = append(s.Rows, r)
			}
		}
	}
	return s, len(s.Rows) > 0, nil
}

// history is what happened to the order, the latest first.
func history(c *gin.Context, d ductorder.Detail) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "riwayat", Title: l.T("ordering.history"), Table: &bill.Table{Title: l.T("ordering.history"), Columns: []bill.Column{{Label: l.T("ordering.at")}, {Label: l.T("ordering.what")}, {Label: l.T("ordering.who")}, {Label: l.T("ordering.to_state")}}}}
	for _, e := range slices.Backward(d.Events) {
		who := e.ActorName
		if who == "" {
			who = l.T("casework.system")
		}
		state, _ := d.Flow.State(e.ToState)
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.DateTime(site.Zoned(c, e.At))}, {Text: EventText(l, d.Flow, e), Small: d.Said(l, e)}, {Text: who}, {Text: state.Label.In(l)}}})
	}
	return s
}

// EventText is what happened, in words: of a step those of the flow.
func EventText(l i18n.Locale, f *ductflow.Flow, e ductorder.Event) string {
	if a, ok := f.Action(e.Action); ok {
		if paper, _ := e.Detail["paper"].(string); paper != "" {
			return a.Label.In(l) + " · " + paper
		}
		return a.Label.In(l)
	}
	detail := func(key string) string { s, _ := e.Detail[key].(string); return s }
	state := detail("state")
	switch e.Action {
	case ductorder.EventWindow:
		return l.T("ordering.event.window", "node", detail("node"), "state", l.T("ordering.window."+state))
	case ductorder.EventEvidence:
		return l.T("ordering.event.evidence", "place", detail("place"), "kind", l.T("ordering.evidence."+detail("kind")))
	case ductorder.EventReview:
		return l.T("ordering.event.review", "place", detail("place"), "state", l.T("ordering.evidence_state."+state))
	case ductorder.EventPermit:
		return l.T("ordering.event.permit", "number", detail("number"))
	case ductorder.EventFell:
		return l.T("ordering.event.fell", "order", detail("order"))
	}
	return l.T("ordering.event." + e.Action)
}

// pathFile is where a file of an order is opened.
func pathFile(order, file uuid.UUID) string { return orderPath(order) + "/berkas/" + file.String() }

// stageOver reports whether nothing of an order is left to be done.
func stageOver(d ductorder.Detail) bool {
	return !d.ClosedAt.IsZero() || d.Stage == workflow.StageCompleted
}
