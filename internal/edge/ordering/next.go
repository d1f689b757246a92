package ordering

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// next is what can be done with an order now. What a step lacks is said instead of its form.
func (p *Pages) next(c *gin.Context, d ductorder.Detail, t typed) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "langkah", Title: l.T("ordering.next")}
	for _, o := range d.Offers {
		if o.Lacks != "" {
			s.Rows = append(s.Rows, ui.Row{Label: o.Action.Label.In(l), Value: l.T("fault." + o.Lacks)})
			continue
		}
		f, err := p.stepForm(c, d, o, t)
		if err != nil {
			return s, err
		}
		s.Forms = append(s.Forms, f)
	}
	if p.may(c) && d.Stage == workflow.StageApproved && !d.Until.IsZero() && d.RenewedBy == nil {
		s.Forms = append(s.Forms, renewForm(c, d, t))
	}
	switch {
	case stageOver(d):
		s.Text = l.T("ordering.over")
	case d.Clock == workflow.Paused:
		s.Text = l.T("ordering.company_turn_text")
	case len(s.Forms)+len(s.Rows) == 0:
		s.Text = l.T("ordering.nothing")
	}
	return s, nil
}

// stepForm asks for what a step of staff needs.
func (p *Pages) stepForm(c *gin.Context, d ductorder.Detail, o ductorder.Offer, t typed) (bill.Form, error) {
	l := gate.LocaleOf(c)
	id := "langkah-" + o.Action.Code
	in, errs := t.of(id)
	f := bill.Form{ID: id, Action: orderPath(d.ID) + "/langkah", Submit: o.Action.Label.In(l), Hidden: []ui.Option{{Value: "langkah", Label: o.Action.Code}, {Value: "versi", Label: strconv.Itoa(d.Version)}}}
	fields, err := p.effectFields(c, d, o.Effect, in, errs)
	if err != nil {
		return f, err
	}
	answers := t.answers
	if t.form != id {
		answers = nil
	}
	fields = append(fields, queue.Inputs(form.Page{Fields: o.Fields}, answers, errs, l)...)
	for _, x := range o.Fields {
		f.Upload = f.Upload || x.File != nil
	}
	if o.Action.Reason != workflow.ReasonNone {
		fields = append(fields, ui.Field{Name: "reason", Type: "long_text", Label: l.T("ordering.reason"), Max: 2000, Optional: o.Action.Reason == workflow.ReasonOptional, Value: in.Get("reason"), Error: errs.Of("reason")})
	}
	for i := range fields {
		fields[i].Of = id
	}
	f.Fields = fields
	to, _ := d.Flow.State(o.Action.To)
	f.Bad = to.Stage == workflow.StageRejected || o.Effect == ductflow.Notice || o.Effect == ductflow.Rework
	if len(fields) == 0 {
		f.Plain = true
		return f, nil
	}
	f.Title, f.Folded = o.Action.Label.In(l), true
	if key := "ordering.effect." + string(o.Effect); l.Has(key) {
		f.Text = l.T(key)
	}
	if o.Effect == ductflow.Notice && len(d.Falls) > 0 {
		f.Text += " " + l.T("ordering.falls", "numbers", strings.Join(d.Falls, ", "))
	}
	return f, nil
}

// effectFields ask for what an effect needs.
func (p *Pages) effectFields(c *gin.Context, d ductorder.Detail, e ductflow.Effect, in site.Form, errs ui.Errors) ([]ui.Field, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	text := func(name string) ui.Field {
		return ui.Field{Name: name, Type: "text", Label: l.T("ordering." + name), Value: in.Get(name), Max: 120, Error: errs.Of(name), Autocomplete: "off"}
	}
	day := func(key string) ui.Field {
		return ui.Field{Name: "day", Type: "date", Label: l.T(key), Hint: l.T(key + "_hint"), Value: site.DateOf(in, "day"), Typed: in.Values["day"], Error: errs.Of("day")}
	}
	switch e {
	case ductflow.Route:
		options, err := p.wayOptions(c, d)
		if err != nil {
			return nil, err
		}
		if len(options) == 0 {
			return []ui.Field{{Type: "info", Label: l.T("ordering.no_ways"), Hint: l.T("ordering.no_ways_text")}}, nil
		}
		return []ui.Field{{Name: "way", Type: "choice", Label: l.T("ordering.ways"), Options: options, Value: in.Get("way"), Error: errs.Of("way")}}, nil
	case ductflow.Refuse:
		options, err := p.reasons(c, func(r lease.Refusal) bool { return r.Lease })
		return []ui.Field{{Name: "refusal", Type: "select", Label: l.T("lease.refusal"), Options: options, Value: in.Get("refusal"), Error: errs.Of("refusal")}}, err
	case ductflow.Accept:
		return []ui.Field{day("ordering.accept_day"), text("city_name"), text("city_role"), text("company_name"), text("company_role")}, nil
	case ductflow.Notice:
		return []ui.Field{day("ordering.notice_day")}, nil
	case ductflow.AsBuilt:
		all, err := p.Orders.Surveys(ctx, a, d.ID)
		options := []ui.Option{{Label: l.T("ordering.choose_import")}}
		for _, i := range all {
			options = append(options, ui.Option{Value: i.ID.String(), Label: l.T("ordering.import_of", "title", i.Title, "day", l.Date(i.OnDay))})
		}
		return []ui.Field{{Name: "as_built", Type: "choice", Label: l.T("ordering.as_built"), Value: in.Get("as_built"), Error: errs.Of("as_built"), Options: ducts.Options(l, "ordering.as_built", []string{ductorder.AsBuiltImport, ductorder.AsBuiltSame})},
			{Name: "import", Type: "select", Label: l.T("ordering.import"), Hint: l.T("ordering.import_hint"), Options: options, Value: in.Get("import"), Optional: true, Error: errs.Of("import")}}, err
	}
	return nil, nil
}

// reasons are the published ones that fit, to choose from.
func (p *Pages) reasons(c *gin.Context, fits func(lease.Refusal) bool) ([]ui.Option, error) {
	l := gate.LocaleOf(c)
	all, err := p.Leases.Refusals(c.Request.Context())
	out := []ui.Option{{Label: l.T("lease.choose_reason")}}
	for _, r := range all {
		if fits(r) {
			out = append(out, ui.Option{Value: r.Code, Label: r.Name.In(l)})
		}
	}
	return out, err
}

// wayOptions are the ways that the order can take, each with what it crosses and costs.
func (p *Pages) wayOptions(c *gin.Context, d ductorder.Detail) ([]ui.Option, error) {
	l := gate.LocaleOf(c)
	all, err := p.Orders.Choices(c.Request.Context(), gate.ActorOf(c), d.ID)
	if err != nil {
		return nil, err
	}
	names, _, err := p.Names(c)
	var out []ui.Option
	for i, x := range all {
		label := ""
		switch {
		case x.Shortest && x.Cheapest:
			label = ", " + l.T("ordering.way_both")
		case x.Shortest:
			label = ", " + l.T("ordering.way_shortest")
		case x.Cheapest:
			label = ", " + l.T("ordering.way_cheapest")
		}
		out = append(out, ui.Option{Value: x.Key, Label: l.T("ordering.way", "n", i+1, "length", ducts.Metres(l, x.Way.LengthMM), "segments", len(x.Way.Steps)) + label,
			Hint: l.T("ordering.way_hint", "roads", strings.Join(roads(x.Way), ", "), "authorities", strings.Join(owners(x.Way, names), ", "), "once", x.Quote.OnceSum, "month", x.Quote.MonthSum)})
	}
	return out, err
}

// roads are those along a way, each once.
func roads(w lease.Way) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range w.Steps {
		if !seen[s.Road] {
			seen[s.Road] = true
			out = append(out, s.Road)
		}
	}
	return out
}

// owners are whose ground a way crosses, each once.
func owners(w lease.Way, names map[string]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, code := range w.Authorities {
		if !seen[code] {
			seen[code] = true
			out = append(out, names[code])
		}
	}
	return out
}

// renewForm asks for a longer time.
func renewForm(c *gin.Context, d ductorder.Detail, t typed) bill.Form {
	l := gate.LocaleOf(c)
	const id = "perpanjang"
	in, errs := t.of(id)
	key := in.Get("key")
	if key == "" {
		key = uuid.NewString()
	}
	return bill.Form{ID: id, Folded: true, Title: l.T("ordering.renew"), Text: l.T("ordering.renew_text", "since", l.Date(d.Until)), Action: orderPath(d.ID) + "/perpanjang", Submit: l.T("ordering.renew_do"), Hidden: []ui.Option{{Value: "key", Label: key}},
		Fields: []ui.Field{{Name: "until", Of: id, Type: "date", Label: l.T("ordering.until"), Hint: l.T("ordering.until_hint"), Value: site.DateOf(in, "until"), Typed: in.Values["until"], Error: errs.Of("until"), Optional: true},
			{Name: "note", Of: id, Type: "long_text", Label: l.T("ordering.note"), Value: in.Get("note"), Max: 1000, Optional: true, Error: errs.Of("note")}}}
}

// stepLabels are what the fields of steps are called.
var stepLabels = map[string]string{"way": "ordering.ways", "refusal": "lease.refusal", "day": "ordering.day", "city_name": "ordering.city_name", "city_role": "ordering.city_role", "company_name": "ordering.company_name",
	"company_role": "ordering.company_role", "as_built": "ordering.as_built", "import": "ordering.import", "reason": "ordering.reason", "until": "ordering.until", "since": "ordering.since", "note": "ordering.note", "number": "ordering.permit_number",
	"file": "ordering.file", "node": "ordering.node", "crew": "ordering.crew", "leader": "ordering.leader", "phone": "ordering.phone", "people": "ordering.people", "safety": "ordering.safety", "kind": "ordering.evidence_kind", "place": "ordering.place_of"}

// read is what a step's form says besides the answers.
func read(in site.Form, id uuid.UUID) (ductorder.ActInput, error) {
	out := ductorder.ActInput{ID: id, Action: in.Get("langkah"), Reason: in.Text("reason"), Way: in.Get("way"), Refusal: in.Get("refusal"), AsBuilt: in.Get("as_built"),
		City: ductorder.Signer{Name: in.Line("city_name"), Role: in.Line("city_role")}, Company: ductorder.Signer{Name: in.Line("company_name"), Role: in.Line("company_role")}}
	out.Version, _ = strconv.Atoi(in.Get("versi")) // what is no number is no version
	out.Import, _ = uuid.Parse(in.Get("import"))   // none is none, which is refused where it is needed
	var err error
	out.Day, err = dayTyped(in, "day")
	return out, err
}
