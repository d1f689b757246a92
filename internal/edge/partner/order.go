package partner

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// order is one order of the company: what it has to do now, and all that hangs on it.
func (p *Pages) order(c *gin.Context) error { return p.orderAgain(c, http.StatusOK, site.Form{}, nil) }

// orderAgain is order, after a refusal with what was filled in: form says of which form it is.
func (p *Pages) orderAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := p.Orders.Find(ctx, a, id)
	if err != nil {
		return err
	}
	here := pathOrders + "/" + id.String()
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, d.Number), Back: pathOrders, Heading: d.Number, Lead: l.T("myorder.from_to", "from", d.FromNode, "to", d.ToNode), Mark: orderMark(l, d.Listed, p.Now()), Errors: errs}
	now := bill.Section{ID: "sekarang", Title: l.T("myorder.now"), Note: bill.Note{Text: d.Public.In(l)}}
	if d.Clock == workflow.Paused {
		now.Note.Tone = "care"
	}
	now.Text = turnOf(l, d.Listed)
	if d.Binds {
		self, err := p.Operators.Self(ctx, a)
		if err != nil {
			return err
		}
		ask, err := p.whomToAsk(c, self)
		if err != nil {
			return err
		}
		now.Text = strings.TrimSpace(now.Text + " " + ask)
	}
	accepts := false
	for _, o := range d.Offers {
		if o.Lacks != "" { // said, and not asked for in vain
			now.Rows = append(now.Rows, ui.Row{Label: o.Action.Label.In(l), Value: l.T("myorder.lacks", "what", l.T("fault."+o.Lacks))})
			continue
		}
		accepts = accepts || o.Effect == ductflow.Reserve
		now.Forms = append(now.Forms, p.stepForm(c, here, d, o, in, errs))
	}
	if f, ok := renewalForm(c, here, d, in, errs); ok {
		now.Forms = append(now.Forms, f)
	}
	v.Sections = append(v.Sections, now)
	quote, _ := quoteSums(l, d)
	if accepts { // else what is to be done comes first, and the prices for reading up
		v.Sections, quote = append(v.Sections, quote...), nil
	}
	nodes := []string(nil)
	if d.MayWindow || d.MayEvidence {
		if nodes, err = p.Orders.Nodes(ctx, a, id); err != nil {
			return err
		}
	}
	if len(d.Windows) > 0 || d.MayWindow {
		v.Sections = append(v.Sections, windowSection(c, here, d, nodes, in, errs))
	}
	if len(d.Evidence) > 0 || d.MayEvidence {
		v.Sections = append(v.Sections, evidenceSection(c, here, d, nodes, in, errs))
	}
	v.Sections = append(v.Sections, quote...)
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	if len(d.Permits) > 0 {
		v.Sections = append(v.Sections, permitSection(l, here, d, names))
	}
	if len(d.Papers) > 0 {
		v.Sections = append(v.Sections, paperSection(l, here, d))
	}
	about, err := p.aboutOrder(c, d, names)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, about, historySection(c, d))
	return p.Render(c, status, bill.Page(v))
}

// aboutOrder is what was ordered, and what became of it.
func (p *Pages) aboutOrder(c *gin.Context, d ductorder.Detail, names map[string]string) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "tentang", Title: l.T("myorder.what"), Rows: []ui.Row{{Label: l.T("lease.way"), Value: l.T("myorder.from_to", "from", d.FromNode, "to", d.ToNode)}, {Label: l.T("lease.what"), Value: l.T("lease.takes", "units", l.T("lease.units."+d.Kind, "n", d.Quantity))},
		{Label: l.T("lease.days"), Value: leasing.Span(l, d.Since, d.Until)}, {Label: l.T("myorder.placed"), Value: l.DateTime(site.Zoned(c, d.PlacedAt))}}}
	if d.LengthMM > 0 {
		var must []string
		for _, code := range d.Authorities {
			must = append(must, names[code])
		}
		s.Rows = append(s.Rows, ui.Row{Label: l.T("duct.billed"), Value: ducts.Metres(l, d.LengthMM)}, ui.Row{Label: l.T("duct.segments"), Value: l.Number(int64(len(d.Segments)))}, ui.Row{Label: l.T("lease.permits"), Value: strings.Join(must, ", ")})
	}
	if d.Note != "" {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("myorder.note"), Value: d.Note})
	}
	if !d.AcceptedOn.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("lease.accept_day"), Value: l.Date(d.AcceptedOn)})
	}
	if !d.EndsOn.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("lease.end_day"), Value: l.Date(d.EndsOn)})
	}
	if d.Refusal != "" {
		why, err := leasing.New(p.Pages.Pages).ReasonRow(c.Request.Context(), l, d.Refusal, d.Reason)
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, why...)
	}
	if d.LeaseID.Valid {
		s.Links = append(s.Links, ui.Link{Href: pathLeases + "/" + d.LeaseID.UUID.String(), Label: l.T("myorder.lease"), Icon: "file-text"})
	}
	for _, x := range []struct {
		order *ductorder.Order
		key   string
	}{{d.Renewed, "myorder.renews"}, {d.RenewedBy, "myorder.renewed_by"}} {
		if x.order != nil {
			s.Links = append(s.Links, ui.Link{Href: pathOrders + "/" + x.order.ID.String(), Label: l.T(x.key, "number", x.order.Number), Icon: "history"})
		}
	}
	return s, nil
}

// stepForm is a step that the company may take.
func (p *Pages) stepForm(c *gin.Context, here string, d ductorder.Detail, o ductorder.Offer, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	of := "langkah-" + o.Action.Code
	typed, wrong := site.Form{}, ui.Errors(nil)
	if in.Get("form") == of {
		typed, wrong = in, errs
	}
	f := bill.Form{ID: of, Title: o.Action.Label.In(l), Text: words(l, "myorder.step."+string(o.Effect)), Action: here + "/langkah", Submit: o.Action.Label.In(l),
		Hidden: []ui.Option{{Value: "form", Label: of}, {Value: "aksi", Label: o.Action.Code}, {Value: "versi", Label: strconv.Itoa(d.Version)}}}
	if o.Effect == ductflow.Reserve && d.Renewed != nil {
		f.Text = l.T("myorder.step.renew")
	}
	switch o.Effect {
	case ductflow.Cancel, ductflow.Notice:
		f.Folded, f.Bad = true, true
	}
	if o.Effect == ductflow.Notice {
		if len(d.Falls) > 0 {
			f.Text += " " + l.T("myorder.falls", "numbers", strings.Join(d.Falls, ", "))
		}
		f.Fields = append(f.Fields, ui.Field{Name: "day", Of: of, Type: "date", Label: l.T("lease.end_day"), Hint: l.T("lease.end_day_hint"), Value: site.DateOf(typed, "day"), Typed: typed.Values["day"], Error: wrong.Of("day")})
	}
	if o.Action.Reason != workflow.ReasonNone {
		f.Fields = append(f.Fields, ui.Field{Name: "reason", Of: of, Type: "long_text", Label: l.T("lease.explanation"), Max: 2000, Optional: o.Action.Reason != workflow.ReasonRequired, Value: typed.Get("reason"), Error: wrong.Of("reason")})
	}
	return f
}

// renewalForm asks for a longer time of what has an end and is not renewed.
func renewalForm(c *gin.Context, here string, d ductorder.Detail, in site.Form, errs ui.Errors) (bill.Form, bool) {
	if d.Stage != workflow.StageApproved || d.Until.IsZero() || d.RenewedBy != nil {
		return bill.Form{}, false
	}
	const of = "perpanjangan"
	l, typed, wrong := gate.LocaleOf(c), site.Form{}, ui.Errors(nil)
	if in.Get("form") == of {
		typed, wrong = in, errs
	}
	key := typed.Get("kunci")
	if key == "" {
		key = uuid.NewString()
	}
	return bill.Form{ID: of, Folded: true, Title: l.T("myorder.renew"), Text: l.T("myorder.renew_text", "since", l.Date(d.Until)), Action: here + "/perpanjangan", Submit: l.T("myorder.renew_do"), Hidden: []ui.Option{{Value: "form", Label: of}, {Value: "kunci", Label: key}},
		Fields: []ui.Field{{Name: "until", Of: of, Type: "date", Label: l.T("lease.until"), Hint: l.T("lease.until_hint"), Optional: true, Value: site.DateOf(typed, "until"), Typed: typed.Values["until"], Error: wrong.Of("until")},
			{Name: "note", Of: of, Type: "long_text", Label: l.T("myorder.note"), Optional: true, Max: 1000, Value: typed.Get("note"), Error: wrong.Of("note")}}}, true
}

// quoteSums are the sums of the newest quote, while it can be accepted or was.
func quoteSums(l i18n.Locale, d ductorder.Detail) ([]bill.Section, bool) {
	for _, x := range d.Papers {
		if x.Kind != ductorder.PaperQuote || x.Body.Quote == nil {
			continue
		}
		q := *x.Body.Quote
		s := bill.Section{ID: "penawaran", Title: l.T("ductquote.of", "number", x.Number), Text: l.T("ductprice.tax_value"), Rows: append(ducts.QuoteRows(l, q), ui.Row{Label: l.T("myorder.valid_until"), Value: l.Date(x.ValidUntil)})}
		basis := ducts.QuoteSection(l, "dasar", l.T("ductquote.basis"), append(append(q.Once[:0:0], q.Once...), q.Month...), 0)
		basis.Table.Foot = nil // what is paid once and what is paid by the month make no sum
		return []bill.Section{s, basis}, true
	}
	return nil, false
}

// windowSection is when the company's crews may open which manhole, and the form that asks for it.
func windowSection(c *gin.Context, here string, d ductorder.Detail, nodes []string, in site.Form, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "jadwal", Title: l.T("myorder.windows"), Text: l.T("myorder.windows_text"), Empty: &bill.Empty{Icon: "calendar", Title: l.T("myorder.no_windows"), Text: l.T("myorder.no_windows_text")},
		Table: &bill.Table{Title: l.T("myorder.windows"), Columns: []bill.Column{{Label: l.T("myorder.node")}, {Label: l.T("myorder.window_days")}, {Label: l.T("myorder.crew")}, {Label: l.T("myorder.safety")}, {Label: l.T("duct.standing")}}}}
	for _, w := range d.Windows {
		mark := map[string]ui.Mark{ductorder.WindowAsked: {Icon: "hourglass"}, ductorder.WindowGranted: {Tone: "good", Icon: "circle-check"}, ductorder.WindowRefused: {Tone: "bad", Icon: "circle-x"}, ductorder.WindowWithdrawn: {Icon: "ban"}}[w.State]
		mark.Text = l.T("myorder.window." + w.State)
		crew := bill.Cell{Text: w.Crew, Small: l.T("myorder.crew_of", "leader", w.Leader, "n", w.People)}
		if !w.ErasedAt.IsZero() {
			crew = bill.Cell{Text: l.T("duct.erased", "day", l.Date(site.Zoned(c, w.ErasedAt)))}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Node}, {Text: l.Date(w.Since) + " – " + l.Date(w.Until)}, crew, {Text: w.Safety}, {Mark: mark, Small: w.Why(l)}}})
		if d.MayWindow && (w.State == ductorder.WindowAsked || w.State == ductorder.WindowGranted) {
			s.Forms = append(s.Forms, bill.Form{ID: "tarik-" + w.ID.String(), Plain: true, Bad: true, Action: here + "/jadwal/" + w.ID.String() + "/tarik", Submit: l.T("myorder.window_withdraw", "node", w.Node, "day", l.Date(w.Since))})
		}
	}
	if !d.MayWindow {
		return s
	}
	const of = "jadwal"
	typed, wrong := site.Form{}, ui.Errors(nil)
	if in.Get("form") == of {
		typed, wrong = in, errs
	}
	line := func(name, label, hint string) ui.Field {
		return ui.Field{Name: name, Of: of, Label: l.T(label), Hint: hint, Max: 200, Value: typed.Get(name), Error: wrong.Of(name)}
	}
	day := func(name, label string) ui.Field {
		return ui.Field{Name: name, Of: of, Type: "date", Label: l.T(label), Value: site.DateOf(typed, name), Typed: typed.Values[name], Error: wrong.Of(name)}
	}
	people := typed.Get("people")
	if people == "" {
		people = "2"
	}
	s.Forms = append(s.Forms, bill.Form{ID: "ajukan-jadwal", Folded: true, Title: l.T("myorder.window_ask"), Text: l.T("myorder.window_ask_text"), Action: here + "/jadwal", Submit: l.T("myorder.window_ask_do"), Hidden: []ui.Option{{Value: "form", Label: of}, typed.Once()},
		Fields: []ui.Field{{Name: "node", Of: of, Type: "select", Label: l.T("myorder.node"), Options: nodeOptions(l, nodes), Value: typed.Get("node"), Error: wrong.Of("node")}, day("since", "myorder.window_since"), day("until", "myorder.window_until"), line("crew", "myorder.crew", ""),
			line("leader", "myorder.leader", ""), line("phone", "myorder.phone", l.T("myorder.phone_hint")), {Name: "people", Of: of, Type: "number", Label: l.T("myorder.people"), Value: people, Error: wrong.Of("people")}, line("safety", "myorder.safety", l.T("myorder.safety_hint"))}})
	return s
}

func nodeOptions(l i18n.Locale, nodes []string) []ui.Option {
	out := []ui.Option{{Label: l.T("lease.choose_place")}}
	for _, code := range nodes {
		out = append(out, ui.Option{Value: code, Label: code})
	}
	return out
}

// evidenceSection is what shows the company's work, with what was said of it, and the form that adds to it.
func evidenceSection(c *gin.Context, here string, d ductorder.Detail, nodes []string, in site.Form, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "bukti", Title: l.T("myorder.evidence"), Text: l.T("myorder.evidence_text"), Empty: &bill.Empty{Icon: "file-upload", Title: l.T("myorder.no_evidence"), Text: l.T("myorder.no_evidence_text")},
		Table: &bill.Table{Title: l.T("myorder.evidence"), Columns: []bill.Column{{Label: l.T("myorder.file")}, {Label: l.T("myorder.shows")}, {Label: l.T("myorder.node")}, {Label: l.T("myorder.sent")}, {Label: l.T("duct.standing")}}}}
	again := []ui.Option{{Label: l.T("myorder.replaces_none")}}
	for _, e := range d.Evidence {
		mark := map[string]ui.Mark{ductorder.EvidenceWaiting: {Icon: "hourglass"}, ductorder.EvidenceApproved: {Tone: "good", Icon: "circle-check"}, ductorder.EvidenceRejected: {Tone: "bad", Icon: "circle-x"}}[e.State]
		mark.Text = l.T("myorder.evidence." + e.State)
		small := e.Reason
		if e.Replaced {
			small = strings.TrimSpace(small + " " + l.T("myorder.replaced"))
		} else if e.State == ductorder.EvidenceRejected {
			again = append(again, ui.Option{Value: e.ID.String(), Label: l.T("myorder.replaces_one", "kind", l.T("myorder.kind."+e.Kind), "node", e.Place, "reason", e.Reason)})
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: e.FileName, Href: here + "/berkas/" + e.FileID.String(), Small: e.Note}, {Text: l.T("myorder.kind." + e.Kind), Small: l.T("myorder.purpose." + e.Purpose)}, {Text: e.Place},
			{Text: l.DateTime(site.Zoned(c, e.SentAt))}, {Mark: mark, Small: small}}})
	}
	if !d.MayEvidence {
		return s
	}
	const of = "bukti"
	typed, wrong := site.Form{}, ui.Errors(nil)
	if in.Get("form") == of {
		typed, wrong = in, errs
	}
	fields := []ui.Field{{Name: "kind", Of: of, Type: "choice", Label: l.T("myorder.shows"), Value: typed.Get("kind"), Error: wrong.Of("kind"), Options: ducts.Options(l, "myorder.kind", ductorder.EvidenceKinds())},
		{Name: "place", Of: of, Type: "select", Label: l.T("myorder.node"), Options: nodeOptions(l, nodes), Value: typed.Get("place"), Error: wrong.Of("place")}}
	if len(again) > 1 {
		fields = append(fields, ui.Field{Name: "replaces", Of: of, Type: "select", Label: l.T("myorder.replaces"), Options: again, Value: typed.Get("replaces"), Error: wrong.Of("replaces"), Optional: true})
	}
	fields = append(fields, ui.Field{Name: "file", Of: of, Type: "file", Label: l.T("myorder.file"), Rule: ui.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: ductorder.FileMB, MaxCount: 1}, Error: wrong.Of("file")},
		ui.Field{Name: "note", Of: of, Type: "long_text", Label: l.T("myorder.note"), Optional: true, Max: 500, Value: typed.Get("note"), Error: wrong.Of("note")})
	s.Forms = append(s.Forms, bill.Form{ID: "kirim-bukti", Title: l.T("myorder.evidence_send"), Action: here + "/bukti", Submit: l.T("myorder.evidence_do"), Upload: true, Hidden: []ui.Option{{Value: "form", Label: of}, typed.Once()}, Fields: fields})
	return s
}

// permitSection is what the authorities of the ground have permitted.
func permitSection(l i18n.Locale, here string, d ductorder.Detail, names map[string]string) bill.Section {
	s := bill.Section{ID: "izin", Title: l.T("myorder.permits"), Text: l.T("myorder.permits_text"),
		Table: &bill.Table{Title: l.T("myorder.permits"), Columns: []bill.Column{{Label: l.T("duct.authority")}, {Label: l.T("lease.number")}, {Label: l.T("myorder.granted_on")}, {Label: l.T("myorder.valid_until")}, {Label: l.T("duct.standing")}}}}
	for _, x := range d.Permits {
		cells := []bill.Cell{{Text: names[x.Authority]}, {Text: "–"}, {Text: "–"}, {Text: "–"}, {Mark: ui.Mark{Icon: "hourglass", Text: l.T("myorder.permit_open")}}}
		if !x.GrantedOn.IsZero() {
			cells[1], cells[2], cells[4] = bill.Cell{Text: x.Number}, bill.Cell{Text: l.Date(x.GrantedOn)}, bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("myorder.permit_there")}}
			if x.FileID.Valid {
				cells[1].Href = here + "/berkas/" + x.FileID.UUID.String()
			}
			if !x.Until.IsZero() {
				cells[3].Text = l.Date(x.Until)
			}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: cells})
	}
	return s
}

// paperSection are the quote, the order letter and the acceptance record.
func paperSection(l i18n.Locale, here string, d ductorder.Detail) bill.Section {
	s := bill.Section{ID: "naskah", Title: l.T("myorder.papers"), Table: &bill.Table{Title: l.T("myorder.papers"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("myorder.paper")}, {Label: l.T("myorder.paper_day")}, {Label: l.T("myorder.valid_until")}}}}
	for _, x := range d.Papers {
		until := "–"
		if !x.ValidUntil.IsZero() {
			until = l.Date(x.ValidUntil)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: paperPath(here, x)}, {Text: l.T("myorder.paper." + x.Kind)}, {Text: l.Date(x.Day)}, {Text: until}}})
	}
	return s
}

// historySection is what happened to the order, the latest first. Of the staff the company is told no names.
func historySection(c *gin.Context, d ductorder.Detail) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "riwayat", Title: l.T("myorder.history"), Table: &bill.Table{Title: l.T("myorder.history"), Columns: []bill.Column{{Label: l.T("myorder.at")}, {Label: l.T("myorder.happened")}, {Label: l.T("myorder.by")}}}}
	for i := len(d.Events) - 1; i >= 0; i-- {
		e := d.Events[i]
		what := words(l, "myorder.event."+e.Action)
		if a, ok := d.Flow.Action(e.Action); ok {
			what = a.Label.In(l)
		}
		by := l.T("myorder.by_staff")
		switch e.ActorKind {
		case string(identity.Partner):
			by = e.ActorName
		case "system":
			by = l.T("myorder.by_system")
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.DateTime(site.Zoned(c, e.At))}, {Text: what, Small: d.Said(l, e)}, {Text: by}}})
	}
	return s
}

// words are those of a key, or none where it has none.
func words(l i18n.Locale, key string) string {
	if !l.Has(key) {
		return ""
	}
	return l.T(key)
}
