package partner

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// Where a company orders, and finds its orders.
const (
	pathOrder  = pathHome + "/pesan"
	pathOrders = pathHome + "/pesanan"
)

// orderBody is how large a form with a photo of an order may be.
const orderBody = (ductorder.FileMB + 1) << 20

// orderRoutes are the company's orders, from the plan to the removal of the cable.
func (p *Pages) orderRoutes() gate.Table {
	own, city, one, which := access.DuctOwn, gate.City, pathOrders+"/:id", site.IDs("id", "duct_order")
	return gate.Table{
		{Method: get, Path: pathOrder, Needs: own, Scope: city, Handler: p.confirm},
		{Method: get, Path: pathOrders, Needs: own, Scope: city, Handler: p.orders},
		{Method: post, Path: pathOrders, Needs: own, Scope: city, Handler: p.place},
		{Method: get, Path: one, Needs: own, Scope: city, IDs: which, Handler: p.order},
		{Method: post, Path: one + "/langkah", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.step},
		{Method: post, Path: one + "/jadwal", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.askWindow},
		{Method: post, Path: one + "/jadwal/:window/tarik", Page: one, Needs: own, Scope: city, IDs: site.IDs("id", "duct_order", "window", "duct_order_window"), Handler: p.withdrawWindow},
		{Method: post, Path: one + "/bukti", Page: one, Needs: own, Scope: city, IDs: which, MaxBody: orderBody, Handler: p.sendEvidence},
		{Method: post, Path: one + "/perpanjangan", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.askRenewal},
		{Method: get, Path: one + "/naskah/:paper", Needs: own, Scope: city, IDs: site.IDs("id", "duct_order", "paper", "duct_order_paper"), Handler: p.orderPaper},
		{Method: get, Path: one + "/berkas/:file", Needs: own, Scope: city, IDs: site.IDs("id", "duct_order", "file", "duct_order_file"), Handler: p.orderFile},
	}
}

// orders lists the company's orders, the latest first.
func (p *Pages) orders(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.Orders.MyOrders(c.Request.Context(), gate.ActorOf(c), leasing.After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.orders")), Heading: l.T("partner.nav.orders"), Lead: l.T("myorder.lead")}
	s := bill.Section{ID: "pesanan", Title: l.T("partner.nav.orders"), Quiet: true, Empty: &bill.Empty{Icon: "file-check", Title: l.T("myorder.none"), Text: l.T("myorder.none_text")}, Links: []ui.Link{{Href: pathPlan, Label: l.T("partner.nav.plan"), Icon: "search"}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = leasing.Next(c, pathOrders, all[pageSize-1].ID)
	}
	s.Table = &bill.Table{Title: l.T("partner.nav.orders"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("lease.way")}, {Label: l.T("lease.what")}, {Label: l.T("lease.days")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: pathOrders + "/" + x.ID.String()}, {Text: x.FromNode + " – " + x.ToNode}, {Text: l.T("lease.units."+x.Kind, "n", x.Quantity)},
			{Text: leasing.Span(l, x.Since, x.Until)}, {Mark: orderMark(l, x, p.Now()), Small: turnOf(l, x)}}})
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// orderMark is how an order stands as a mark.
func orderMark(l i18n.Locale, x ductorder.Listed, now time.Time) ui.Mark {
	m := ui.Mark{Icon: "hourglass", Text: x.StateName.In(l)}
	switch {
	case x.Stage == workflow.StageRejected:
		m.Tone, m.Icon = "bad", "circle-x"
	case x.Stage == workflow.StageCancelled:
		m.Icon = "ban"
	case x.Stage == workflow.StageApproved, x.Stage == workflow.StageCompleted:
		m.Tone, m.Icon = "good", "circle-check"
	case x.Clock == workflow.Paused:
		m.Tone, m.Icon = "care", "alert-triangle"
	}
	if x.Late(now) {
		m.Text += ", " + l.T("myorder.late")
	}
	return m
}

// turnOf says whose turn it is with an order that is not over.
func turnOf(l i18n.Locale, x ductorder.Listed) string {
	switch {
	case !x.ClosedAt.IsZero() || x.Clock == workflow.Stopped:
		return ""
	case x.Clock == workflow.Paused && !x.DueAt.IsZero():
		return l.T("myorder.your_turn_by", "day", l.Date(x.DueAt))
	case x.Clock == workflow.Paused:
		return l.T("myorder.your_turn")
	case !x.DueAt.IsZero():
		return l.T("myorder.promised", "day", l.Date(x.DueAt))
	}
	return ""
}

// offer is what a company can do with the ways that were found: order one, or join the line where others wait for all of them.
func (p *Pages) offer(c *gin.Context, q leasing.Asked, ways []lease.Way, in site.Form, _ ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	for _, w := range ways {
		kept, err := p.DuctWaits.Kept(c.Request.Context(), gate.ActorOf(c), q.PlanInput, w)
		if err != nil {
			return bill.Section{}, err
		}
		if !kept {
			return bill.Section{ID: "pesan", Title: l.T("myorder.order"), Text: l.T("myorder.order_text"), Forms: []bill.Form{{ID: "lanjut", Plain: true, Get: true, Action: pathOrder, Submit: l.T("myorder.go_on"), Hidden: q.Hidden(in)}}}, nil
		}
	}
	return p.lineUp(c, q, in, "ductwait.join_kept"), nil
}

// confirm shows what is about to be ordered, with what it would cost, and asks for it.
func (p *Pages) confirm(c *gin.Context) error {
	in, err := site.CheckText(c.Request.URL.Query(), nil)
	if err != nil {
		return err // a link of ours names nothing twice
	}
	return p.confirmAgain(c, http.StatusOK, in, nil)
}

// confirmAgain is confirm, after a refusal with what was filled in.
func (p *Pages) confirmAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	planner := p.planner(self.Company.ID)
	q, err := planner.Ask(c, in)
	if err != nil {
		return err
	}
	if len(q.Bad()) > 0 || q.From == "" || q.To == "" { // it was not the plan's page that led here
		return planner.Again(c, http.StatusUnprocessableEntity, in, errs)
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("myorder.order")), Back: pathPlan + "?" + asked(q), Heading: l.T("myorder.order"), Lead: l.T("myorder.confirm_lead"), Errors: errs, Notes: []string{l.T("ductprice.tax_value"), l.T("ductquote.note")},
		Links: []ui.Link{{Href: ducts.PathOffer, Label: l.T("ductprice.offer"), Icon: "file-text"}}}
	what := bill.Section{ID: "yang-dipesan", Title: l.T("myorder.what"), Rows: []ui.Row{{Label: l.T("lease.from"), Value: q.From}, {Label: l.T("lease.to"), Value: q.To}, {Label: l.T("lease.what"), Value: l.T("lease.takes", "units", l.T("lease.units."+q.Kind, "n", q.Quantity))},
		{Label: l.T("lease.days"), Value: leasing.Span(l, q.Since, q.Until)}}, Links: []ui.Link{{Href: pathPlan + "?" + asked(q), Label: l.T("myorder.change"), Icon: "search"}}}
	v.Sections = append(v.Sections, what)
	rows, ok, err := planner.Estimate(c, q)
	if err != nil {
		return err
	}
	if ok {
		v.Sections = append(v.Sections, bill.Section{ID: "perkiraan", Title: l.T("myorder.estimate"), Text: l.T("myorder.estimate_text"), Rows: rows})
	}
	key := in.Get("kunci")
	if key == "" {
		key = uuid.NewString()
	}
	v.Sections = append(v.Sections, bill.Section{ID: "kirim", Title: l.T("myorder.send"), Text: l.T("myorder.send_text"), Forms: []bill.Form{{ID: "pesan", Action: pathOrders, Submit: l.T("myorder.send_do"), Hidden: append([]ui.Option{{Value: "kunci", Label: key}}, q.Hidden(in)...),
		Fields: []ui.Field{{Name: "note", Type: "long_text", Label: l.T("myorder.note"), Hint: l.T("myorder.note_hint"), Optional: true, Max: 1000, Value: in.Get("note"), Error: errs.Of("note")}}}}})
	return p.Render(c, status, bill.Page(v))
}

// asked is what a plan asks for, as an address has it.
func asked(q leasing.Asked) string {
	out := site.Form{Values: map[string][]string{"dari": {q.From}, "ke": {q.To}, "jenis": {q.Kind}, "jumlah": {strconv.Itoa(q.Quantity)}, "mulai": {q.Since.Format(time.DateOnly)}}}
	if !q.Until.IsZero() {
		out.Set("sampai", q.Until.Format(time.DateOnly))
	}
	return out.Encode()
}

// placeLabels are what the fields of an order are called.
var placeLabels = map[string]string{"from": "lease.from", "to": "lease.to", "kind": "lease.kind", "quantity": "lease.quantity", "since": "lease.since", "until": "lease.until", "note": "myorder.note"}

// place takes in an order.
func (p *Pages) place(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err // no form of ours sends anything twice
	}
	q, err := p.planner(self.Company.ID).Ask(c, in)
	if err != nil {
		return err
	}
	var made ductorder.Order
	if err = fault.Fields(q.Bad()); err == nil {
		made, err = p.Orders.Place(ctx, a, ductorder.PlaceInput{From: q.From, To: q.To, Kind: q.Kind, Quantity: q.Quantity, Since: q.Since, Until: q.Until, Note: in.Text("note"), Key: in.Text("kunci")})
	}
	if err == nil {
		return p.Done(c, pathOrders+"/"+made.ID.String(), "myorder_placed")
	}
	errs, status, ok := refused(c, err)
	if !ok {
		return err
	}
	return p.confirmAgain(c, status, in, site.Called(c, errs, placeLabels))
}
