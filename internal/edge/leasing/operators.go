package leasing

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// operators lists who leases or wants to, and takes in another.
func (p *Pages) operators(c *gin.Context) error {
	return p.operatorsAgain(c, http.StatusOK, site.Form{}, nil)
}

// operatorsAgain is operators, after a refusal with what was filled in.
func (p *Pages) operatorsAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	state := c.Query("status")
	all, err := p.Leases.Operators(ctx, a, state, After(c, uuid.Nil), pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("lease.operators")), Heading: l.T("lease.operators"), Lead: l.T("lease.operators_lead"), Errors: errs}
	s := bill.Section{ID: "operator", Title: l.T("lease.operators"), Quiet: true, Empty: &bill.Empty{Icon: "building", Title: l.T("lease.no_operators"), Text: l.T("lease.no_operators_hint")}}
	if state != "" {
		s.Empty.Text = l.T("lease.none_filtered")
	}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathOperators, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: state,
		Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, ducts.Options(l, "lease.operator", lease.OperatorStates())...)}}}
	s.Table = &bill.Table{Title: l.T("lease.operators"), Columns: []bill.Column{{Label: l.T("lease.name")}, {Label: l.T("lease.nib")}, {Label: l.T("lease.licence")}, {Label: l.T("duct.standing")}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = Next(c, ducts.PathOperators, all[pageSize-1].ID)
	}
	for _, o := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: o.Name, Href: operatorPath(o.ID)}, {Text: o.NIB}, {Text: o.Licence}, {Mark: OperatorMark(l, o.State)}}})
	}
	if p.may(c) {
		s.Forms = []bill.Form{{ID: "daftar", Title: l.T("lease.register"), Text: l.T("lease.register_text"), Action: ducts.PathOperators, Folded: true, Submit: l.T("lease.register_do"), Fields: CompanyFields(l, in, errs)}}
	}
	v.Sections = append(v.Sections, s)
	reasons, err := p.Leases.Refusals(ctx)
	if err != nil {
		return err
	}
	published := bill.Section{ID: "alasan", Title: l.T("lease.reasons"), Text: l.T("lease.reasons_text"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("lease.no_reasons"), Text: l.T("lease.no_reasons_hint")},
		Table: &bill.Table{Title: l.T("lease.reasons"), Columns: []bill.Column{{Label: l.T("lease.refusal")}, {Label: l.T("lease.reason_for")}, {Label: l.T("lease.source")}}}}
	for _, r := range reasons {
		var of []string
		for _, x := range []struct {
			fits bool
			key  string
		}{{r.Operator, "lease.reason_for_operator"}, {r.Lease, "lease.reason_for_lease"}, {r.Window, "lease.reason_for_window"}} {
			if x.fits {
				of = append(of, l.T(x.key))
			}
		}
		source := bill.Cell{Text: r.Source}
		if !r.Verified {
			source.Small = l.T("lease.unverified")
		}
		published.Table.Rows = append(published.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: r.Name.In(l)}, {Text: strings.Join(of, " · ")}, source}})
	}
	v.Sections = append(v.Sections, published)
	return p.Render(c, status, bill.Page(v))
}

func operatorPath(id uuid.UUID) string { return ducts.PathOperators + "/" + id.String() }

// CompanyLabels are what the fields of an operator are called.
var CompanyLabels = map[string]string{"name": "lease.name", "nib": "lease.nib", "licence": "lease.licence", "email": "lease.email", "npwp": "lease.npwp", "phone": "lease.phone", "address": "lease.address",
	"refusal": "lease.refusal", "why": "lease.explanation", "seen": "lease.seen"}

// register writes down an operator.
func (p *Pages) register(c *gin.Context) error {
	in, err := site.ReadForm(c)
	var o lease.Operator
	if err == nil {
		o, err = p.Leases.Apply(c.Request.Context(), gate.ActorOf(c), Company(in))
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.operatorsAgain(c, status, in, site.Called(c, errs, CompanyLabels))
	}
	return p.Done(c, operatorPath(o.ID), "lease_registered")
}

// operator is one operator: who it is, how it stands, what can be decided, and its latest leases.
func (p *Pages) operator(c *gin.Context) error {
	return p.operatorAgain(c, http.StatusOK, site.Form{}, nil)
}

// leasesShown is how many leases the page of an operator shows.
const leasesShown = 5

// operatorAgain is operator, after a refusal with what was filled in.
func (p *Pages) operatorAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	o, err := p.Leases.Operator(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, o.Name), Back: ducts.PathOperators, Heading: o.Name, Mark: OperatorMark(l, o.State), Errors: errs}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state")}
	state.Rows = CompanyRows(l, o)
	state.Rows = append(state.Rows, ui.Row{Label: l.T("lease.registered"), Value: l.DateTime(site.Zoned(c, o.CreatedAt))})
	if !o.DecidedAt.IsZero() {
		state.Rows = append(state.Rows, ui.Row{Label: l.T("lease.decided"), Value: l.DateTime(site.Zoned(c, o.DecidedAt))})
	}
	why, err := p.ReasonRow(ctx, l, o.Refusal, o.Why)
	if err != nil {
		return err
	}
	state.Rows = append(state.Rows, why...)
	if p.may(c) {
		reasons, err := p.reasons(ctx, l, func(r lease.Refusal) bool { return r.Operator })
		if err != nil {
			return err
		}
		decide := func(state string) bill.Form {
			return bill.Form{ID: state, Action: operatorPath(id) + "/putusan", Hidden: []ui.Option{{Value: "state", Label: state}, {Value: "revision", Label: strconv.Itoa(o.Revision)}}, Title: l.T("lease.decide." + state), Submit: l.T("lease.decide." + state)}
		}
		words := ui.Field{Name: "why", Type: "long_text", Label: l.T("lease.explanation"), Max: 500, Value: in.Get("why"), Error: errs.Of("why")}
		approve := decide(lease.OperatorApproved)
		approve.Plain, approve.Title = true, ""
		if o.State == lease.OperatorApplied || o.State == lease.OperatorRefused {
			papers, err := p.Operators.Papers(ctx, a, id)
			if err != nil {
				return err
			}
			if unfiled := operator.Unfiled(papers, p.Operators.Today(ctx)); len(unfiled) > 0 {
				approve.Plain, approve.Title, approve.Text = false, l.T("lease.approve_unfiled"), unfiledText(l, unfiled)
				approve.Fields = []ui.Field{{Name: "seen", Type: "multi_choice", Label: l.T("lease.seen"), Options: []ui.Option{{Value: "ya", Label: l.T("lease.seen_yes")}}, Values: in.Values["seen"], Error: errs.Of("seen")}}
			}
		}
		switch o.State {
		case lease.OperatorApproved:
			f := decide(lease.OperatorSuspended)
			f.Folded, f.Bad, f.Text, f.Fields = true, true, l.T("lease.suspend_text"), []ui.Field{words}
			state.Forms = []bill.Form{f}
		case lease.OperatorApplied:
			f := decide(lease.OperatorRefused)
			words.Optional = true
			f.Folded, f.Bad, f.Text = true, true, l.T("lease.refuse_text")
			f.Fields = []ui.Field{{Name: "refusal", Type: "select", Label: l.T("lease.refusal"), Options: reasons, Value: in.Get("refusal"), Error: errs.Of("refusal")}, words}
			state.Forms = []bill.Form{approve, f}
		default:
			state.Forms = []bill.Form{approve}
		}
	}
	v.Sections = append(v.Sections, state)
	company, err := p.company(c, id, in, errs)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, company...)
	all, err := p.Leases.Leases(ctx, a, lease.Filter{Operator: id}, uuid.Max, leasesShown)
	if err != nil {
		return err
	}
	s := p.leaseTable(c, all)
	s.ID, s.Title, s.Empty = "sewa", l.T("lease.latest"), &bill.Empty{Icon: "file-text", Title: l.T("lease.none"), Text: l.T("lease.none_hint")}
	s.Links = []ui.Link{{Href: ducts.PathLeases + "?operator=" + id.String(), Label: l.T("lease.all_of_it"), Icon: "list-details"}, {Href: operatorPath(id) + "/rekening", Label: l.T("ductbook.statement"), Icon: "receipt-tax"}}
	if len(all) == 0 {
		s.Links = []ui.Link{{Href: ducts.PathPlan, Label: l.T("lease.plan"), Icon: "search"}}
	}
	v.Sections = append(v.Sections, s)
	return p.Render(c, status, bill.Page(v))
}

// unfiledText names the required papers that are not on file, or whose time is over.
func unfiledText(l i18n.Locale, all []operator.Paper) string {
	names, none := make([]string, len(all)), len(all) == len(operator.RequiredPapers())
	for i, p := range all {
		names[i] = l.T("partner.paper." + p.Kind)
		if !p.Until.IsZero() {
			names[i], none = l.T("lease.paper_expired", "paper", names[i], "day", l.Date(p.Until)), false
		}
	}
	if none {
		return l.T("lease.unfiled_all", "papers", strings.Join(names, ", "))
	}
	return l.T("lease.unfiled", "papers", strings.Join(names, ", "))
}

// decide approves, refuses or suspends an operator.
func (p *Pages) decide(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.Operators.Decide(c.Request.Context(), gate.ActorOf(c), id, lease.Decision{State: in.Get("state"), Refusal: in.Get("refusal"), Why: in.Text("why"), Revision: in.Revision()}, in.Get("seen") == "ya")
	}
	if fault.Is(err, "lease.decided") || fault.Is(err, "lease.amended") {
		return p.operatorAgain(c, http.StatusConflict, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}})
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.operatorAgain(c, status, in, site.Called(c, errs, CompanyLabels))
	}
	return p.Done(c, operatorPath(id), "lease_decided")
}

// CompanyRows is what a company says of itself.
func CompanyRows(l i18n.Locale, o lease.Operator) []ui.Row {
	var rows []ui.Row
	for _, r := range []struct{ label, value string }{{"lease.nib", o.NIB}, {"lease.licence", o.Licence}, {"lease.email", o.Email}, {"lease.npwp", o.NPWP}, {"lease.phone", o.Phone}, {"lease.address", o.Address}} {
		if r.value == "" {
			r.value = l.T("duct.unsaid")
		}
		rows = append(rows, ui.Row{Label: l.T(r.label), Value: r.value})
	}
	return rows
}

// CompanyFields ask what a company says of itself.
func CompanyFields(l i18n.Locale, in site.Form, errs ui.Errors) []ui.Field {
	field := func(name, kind string, most int, optional bool) ui.Field {
		f := ui.Field{Name: name, Type: kind, Label: l.T("lease." + name), Value: in.Get(name), Max: most, Optional: optional, Error: errs.Of(name), Autocomplete: "off"}
		if key := "lease." + name + "_hint"; l.Has(key) {
			f.Hint = l.T(key)
		}
		return f
	}
	return []ui.Field{
		field("name", "text", 200, false), field("nib", "nib", 0, false), field("licence", "text", 200, false), field("email", "email", 200, false),
		field("npwp", "npwp", 0, true), field("phone", "phone", 30, true), field("address", "text", 300, true)}
}

// Company reads what CompanyFields ask.
func Company(in site.Form) lease.Operator {
	return lease.Operator{Name: in.Line("name"), NIB: in.Text("nib"), NPWP: in.Text("npwp"), Licence: in.Line("licence"), Email: in.Text("email"), Phone: in.Line("phone"), Address: in.Line("address")}
}
