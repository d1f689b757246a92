package ordering

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// operatorsMost is how many companies there are to choose from; a city has some dozens.
const operatorsMost = 500

// What the queue can be asked for.
const (
	seeLate    = "terlambat"
	seeOurs    = "pengelola"
	seeTheirs  = "perusahaan"
	seeRunning = "aktif"
	seeClosed  = "selesai"
)

// orders lists the orders, the most urgent first.
func (p *Pages) orders(c *gin.Context) error {
	return p.ordersAgain(c, http.StatusOK, site.Form{}, nil)
}

// ordersAgain is orders, after a refusal with what was filled in.
func (p *Pages) ordersAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	see := c.Query("lihat")
	operator, _ := uuid.Parse(c.Query("operator")) // none asks for any
	f := ductorder.Filter{State: c.Query("status"), Operator: operator}
	switch see {
	case seeLate:
		f.Late = true
	case seeOurs:
		f.Turn = workflow.Running
	case seeTheirs:
		f.Turn = workflow.Paused
	case seeRunning:
		f.Turn = workflow.Stopped
	case seeClosed:
		f.Closed = true
	}
	after, _ := uuid.Parse(c.Query("sesudah"))
	all, err := p.Orders.Orders(ctx, a, f, after, pageSize+1)
	if err != nil {
		return err
	}
	states, err := p.Orders.States(ctx, a)
	if err != nil {
		return err
	}
	companies, err := p.Leases.Operators(ctx, a, "", uuid.Nil, operatorsMost)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ordering.title")), Heading: l.T("ordering.title"), Lead: l.T("ordering.lead"), Errors: errs}
	s := bill.Section{ID: "pesanan", Title: l.T("ordering.title"), Quiet: true, Empty: &bill.Empty{Icon: "inbox", Title: l.T("ordering.none"), Text: l.T("ordering.none_text")}}
	if f != (ductorder.Filter{}) {
		s.Empty.Text = l.T("ordering.none_filtered")
	}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := url.Values{}
		for k, v := range c.Request.URL.Query() {
			q[k] = v
		}
		q.Set("sesudah", all[pageSize-1].ID.String())
		s.Next = ducts.PathOrders + "?" + q.Encode()
	}
	s.Table = p.table(c, all)
	any := ui.Option{Label: l.T("queue.filter.any")}
	which, who, sees := []ui.Option{any}, []ui.Option{any}, []ui.Option{{Label: l.T("ordering.see.open")}}
	for _, x := range []string{seeLate, seeOurs, seeTheirs, seeRunning, seeClosed} {
		sees = append(sees, ui.Option{Value: x, Label: l.T("ordering.see." + x)})
	}
	for _, x := range states {
		which = append(which, ui.Option{Value: x.Code, Label: x.Label.In(l)})
	}
	for _, x := range companies {
		who = append(who, ui.Option{Value: x.ID.String(), Label: x.Name})
	}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathOrders, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "lihat", Type: "select", Label: l.T("ordering.see"), Value: see, Options: sees}, {Name: "status", Type: "select", Label: l.T("duct.standing"), Value: f.State, Options: which},
		{Name: "operator", Type: "select", Label: l.T("lease.operator"), Value: c.Query("operator"), Options: who}}}
	v.Sections = append(v.Sections, s)
	if p.may(c) {
		v.Sections = append(v.Sections, p.placing(c, companies, in, errs))
	}
	return p.Render(c, status, bill.Page(v))
}

// table lists orders.
func (p *Pages) table(c *gin.Context, all []ductorder.Listed) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("ordering.title"), Columns: []bill.Column{{Label: l.T("ordering.number")}, {Label: l.T("lease.operator")}, {Label: l.T("ductorder.route")}, {Label: l.T("lease.what")}, {Label: l.T("duct.standing")}, {Label: l.T("ordering.promise")}}}
	for _, x := range all {
		due, late := Promise(c, x.Order, p.Now())
		number := bill.Cell{Text: x.Number, Whole: true, Href: orderPath(x.ID)}
		if x.Renews.Valid {
			number.Small = l.T("ductorder.is_renewal")
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{number, {Text: x.OperatorName}, {Text: l.T("ductorder.from_to", "from", x.FromNode, "to", x.ToNode), Small: span(l, x.Since, x.Until)},
			{Text: l.T("lease.units."+x.Kind, "n", x.Quantity)}, {Mark: StateMark(l, x.Order, x.StateName)}, {Text: due, Mark: late}}})
	}
	return t
}

// placing is the form by which staff take an order down for a company.
func (p *Pages) placing(c *gin.Context, companies []lease.Operator, in site.Form, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	who := []ui.Option{{Label: l.T("ordering.choose_company")}}
	for _, o := range companies {
		if o.State == lease.OperatorApproved {
			who = append(who, ui.Option{Value: o.ID.String(), Label: o.Name})
		}
	}
	key := in.Get("key")
	if key == "" {
		key = uuid.NewString()
	}
	return bill.Section{ID: "baru", Title: l.T("ordering.place"), Quiet: true, Forms: []bill.Form{{ID: "catat", Folded: true, Title: l.T("ordering.place"), Text: l.T("ordering.place_text"), Action: ducts.PathOrders, Submit: l.T("ordering.place_do"),
		Hidden: []ui.Option{{Value: "key", Label: key}},
		Fields: append([]ui.Field{{Name: "company", Type: "select", Label: l.T("lease.operator"), Options: who, Value: in.Get("company"), Error: errs.Of("company")}}, PlaceFields(c, in, errs)...)}}}
}

// PlaceFields ask for a way, what is to be held on it, and for how long.
func PlaceFields(c *gin.Context, in site.Form, errs ui.Errors) []ui.Field {
	l := gate.LocaleOf(c)
	day := func(name string, optional bool) ui.Field {
		return ui.Field{Name: name, Type: "date", Label: l.T("ordering." + name), Hint: l.T("ordering." + name + "_hint"), Value: site.DateOf(in, name), Typed: in.Values[name], Error: errs.Of(name), Optional: optional}
	}
	return []ui.Field{
		{Name: "from", Type: "text", Label: l.T("ordering.from"), Hint: l.T("ordering.node_hint"), Value: in.Get("from"), Max: 60, Error: errs.Of("from"), Autocomplete: "off"},
		{Name: "to", Type: "text", Label: l.T("ordering.to"), Value: in.Get("to"), Max: 60, Error: errs.Of("to"), Autocomplete: "off"},
		{Name: "kind", Type: "choice", Label: l.T("lease.kind"), Value: in.Get("kind"), Error: errs.Of("kind"), Options: ducts.Options(l, "duct.unit", duct.UnitKinds())},
		{Name: "quantity", Type: "number", Label: l.T("lease.quantity"), Value: in.Get("quantity"), Error: errs.Of("quantity")},
		day("since", false), day("until", true),
		{Name: "note", Type: "long_text", Label: l.T("ordering.note"), Hint: l.T("ordering.note_hint"), Value: in.Get("note"), Max: 1000, Optional: true, Error: errs.Of("note")}}
}

// PlaceLabels are what the fields of an order are called.
var PlaceLabels = map[string]string{"company": "lease.operator", "from": "ordering.from", "to": "ordering.to", "kind": "lease.kind", "quantity": "lease.quantity", "since": "ordering.since", "until": "ordering.until", "note": "ordering.note"}

// Placed reads what PlaceFields ask.
func Placed(in site.Form) (ductorder.PlaceInput, error) {
	out := ductorder.PlaceInput{From: in.Line("from"), To: in.Line("to"), Kind: in.Get("kind"), Note: in.Text("note"), Key: in.Get("key")}
	out.Quantity, _ = strconv.Atoi(strings.TrimSpace(in.Get("quantity"))) // what is no number is none, which is refused
	var bad []fault.Field
	var err error
	if out.Since, err = dayTyped(in, "since"); err != nil {
		bad = append(bad, fault.From(err).Fields...)
	}
	if out.Until, err = dayTyped(in, "until"); err != nil {
		bad = append(bad, fault.From(err).Fields...)
	}
	return out, fault.Fields(bad)
}

// dayTyped is a day that may be left empty.
func dayTyped(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return d, site.Invalid(name, "invalid")
	}
	return d, nil
}

// place takes an order down for a company.
func (p *Pages) place(c *gin.Context) error {
	in, err := site.ReadForm(c, "since", "until")
	var o ductorder.Order
	if err == nil {
		o, err = p.placed(c, in)
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"lease.not_approved": "company", "ductorder.no_agreement": "company"})
		if !ok {
			return err
		}
		return p.ordersAgain(c, status, in, site.InOrder(site.Called(c, errs, PlaceLabels), "company", "from", "to", "kind", "quantity", "since", "until", "note"))
	}
	return p.Done(c, orderPath(o.ID), "order_placed")
}

func (p *Pages) placed(c *gin.Context, in site.Form) (ductorder.Order, error) {
	x, err := Placed(in)
	if err != nil {
		return ductorder.Order{}, err
	}
	if x.Company, err = uuid.Parse(in.Get("company")); err != nil {
		return ductorder.Order{}, site.Invalid("company", "required")
	}
	return p.Orders.Place(c.Request.Context(), gate.ActorOf(c), x)
}
