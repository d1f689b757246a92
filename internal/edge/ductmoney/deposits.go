package ductmoney

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// depositRoutes is what operators leave as security for their leases.
func (p *Pages) depositRoutes() gate.Table {
	read, acts, city, one, asked := access.DuctRead, access.DuctBill, gate.City, site.IDs("id", "duct_deposit"), site.IDs("id", "duct_deposit_return")
	d := PathDeposits + "/:id"
	return gate.Table{
		{Method: get, Path: PathDeposits, Needs: read, Scope: city, Handler: p.deposits},
		{Method: get, Path: d, Needs: read, Scope: city, IDs: one, Handler: p.deposit},
		{Method: post, Path: d + "/terima", Page: d, Needs: acts, Scope: city, IDs: one, Handler: p.takeDeposit},
		{Method: post, Path: d + "/perhitungkan", Page: d, Needs: acts, Scope: city, IDs: one, Handler: p.setOffDeposit},
		{Method: post, Path: d + "/kembalikan", Page: d, Needs: acts, Scope: city, IDs: one, Handler: p.askReturn},
		{Method: post, Path: PathDeposits + "/permintaan/:id", Page: PathDeposits, Needs: acts, Scope: city, IDs: asked, Handler: p.decideReturn},
	}
}

// depositsShown is how many deposits a page lists, those of which something is held or missing first.
const depositsShown = 200

// deposits lists what was asked for and what is held.
func (p *Pages) deposits(c *gin.Context) error {
	return p.depositsPage(c, http.StatusOK, nil)
}

func (p *Pages) depositsPage(c *gin.Context, status int, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	all, err := p.DuctBills.Deposits(c.Request.Context(), gate.ActorOf(c), uuid.Nil)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("deposit.title")), Heading: l.T("deposit.title"), Lead: l.T("deposit.lead"), Errors: errs, Notes: []string{l.T("deposit.no_revenue")}}
	t := &bill.Table{Title: l.T("deposit.title"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("deposit.asked"), End: true}, {Label: l.T("deposit.held"), End: true}, {Label: l.T("deposit.lacks"), End: true}, {Label: l.T("bill.state")}}}
	var sums [3]money.Rupiah
	for _, d := range all {
		row := bill.Line{Cells: []bill.Cell{{Text: d.Number, Whole: true, Href: PathDeposits + "/" + d.LeaseID.String(), Small: l.T("lease.state." + d.Standing)}, {Text: d.Operator, Href: statementPath(d.OperatorID)}}}
		for i, x := range []money.Rupiah{d.Asked, d.Held(), d.Missing()} {
			sums[i] += x
			row.Cells = append(row.Cells, bill.Cell{Text: x.String()})
		}
		t.Rows = append(t.Rows, bill.Line{Cells: append(row.Cells, bill.Cell{Mark: ledger.DepositMark(l, d)})})
	}
	var more bill.Note // the sums are of all of them
	t.Rows, more = cut(l, t.Rows, depositsShown)
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {}, {Text: sums[0].String()}, {Text: sums[1].String()}, {Text: sums[2].String()}, {}}
	v.Sections = []bill.Section{{ID: "jaminan", Title: l.T("deposit.title"), Quiet: true, Note: more, Table: t, Empty: &bill.Empty{Icon: "coin", Title: l.T("deposit.none_yet"), Text: l.T("deposit.none_yet_text")}}}
	return p.Render(c, status, bill.Page(v))
}

// deposit is that of one lease: what happened to it, and what can be done.
func (p *Pages) deposit(c *gin.Context) error {
	return p.depositPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) depositPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	d, entries, asked, err := p.DuctBills.Deposit(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, d.Number), Back: PathDeposits, Heading: l.T("deposit.of", "number", d.Number), Lead: d.Operator, Mark: ledger.DepositMark(l, d), Errors: errs, Notes: []string{l.T("deposit.no_revenue")},
		Links: []ui.Link{{Href: ducts.PathLeases + "/" + id.String(), Label: l.T("deposit.lease"), Icon: "file-text"}, {Href: statementPath(d.OperatorID), Label: l.T("ductbook.statement"), Icon: "list-details"}}}
	about := bill.Section{ID: "tentang", Title: l.T("deposit.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("deposit.asked"), Value: d.Asked.String() + "\n" + l.T("ductprice.deposit_months", "n", d.Months) + "\n" + d.Basis}, {Label: l.T("deposit.held"), Value: d.Held().String()},
		{Label: l.T("deposit.lacks"), Value: d.Missing().String()}, {Label: l.T("bill.state"), Value: l.T("lease.state." + d.Standing)}}}
	lines := ""
	if p.may(c, access.DuctBill) {
		lines = p.bank().Lines()
	}
	v.Sections = []bill.Section{about, {ID: "catatan", Title: l.T("deposit.entries"), Table: ledger.DepositTable(l, entries, PathBills, lines), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("deposit.no_entries"), Text: l.T("deposit.no_entries_text")}}}
	if len(asked) > 0 {
		s, err := p.returnSection(c, d, asked)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, s)
	}
	if p.may(c, access.DuctBill) {
		acts, err := p.depositActs(c, d, in, errs)
		if err != nil {
			return err
		}
		if len(acts.Forms) > 0 {
			v.Sections = append(v.Sections, acts)
		}
	}
	return p.Render(c, status, bill.Page(v))
}

// returnSection lists what was asked to be paid back.
func (p *Pages) returnSection(c *gin.Context, d ductbill.Deposit, all []ductbill.DepositReturn) (bill.Section, error) {
	l, who := gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "permintaan", Title: l.T("deposit.returns"), Text: l.T("ductprice.two_people"), Table: &bill.Table{Title: l.T("deposit.returns"), Columns: []bill.Column{{Label: l.T("usage.line_amount"), End: true}, {Label: l.T("refund.account")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}}
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.names(c, ids...)
	for _, q := range all {
		state := bill.Cell{Mark: decided(l, q.Approved), Small: names[q.DecidedBy.UUID]}
		switch {
		case q.Approved == nil && q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		case q.Approved == nil && p.may(c, access.DuctBill):
			s.Forms = append(s.Forms, decideForms(l, PathDeposits+"/permintaan/"+q.ID.String(), q.ID, d.Number+", "+q.Amount.String(), q.Reason)...)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: q.Amount.String()}, {Text: q.Account}, {Text: q.Reason}, {Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state}})
	}
	return s, err
}

// depositActs is what can be done: take it in while the lease is to begin or runs, and give it back or set it off when it is over.
func (p *Pages) depositActs(c *gin.Context, d ductbill.Deposit, in site.Form, errs ui.Errors) (bill.Section, error) {
	l, here := gate.LocaleOf(c), PathDeposits+"/"+d.LeaseID.String()
	s := bill.Section{ID: "tindakan", Title: l.T("bumd.acts")}
	if d.Missing() > 0 {
		s.Forms = append(s.Forms, bill.Form{ID: "terima", Folded: len(errs) == 0, Title: l.T("deposit.take"), Action: here + "/terima", Submit: l.T("bumd.receive_do"), Fields: []ui.Field{
			{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T("deposit.take_hint", "most", d.Missing())},
			{Name: "reference", Label: l.T("bill.reference"), Value: in.Get("reference"), Error: errs.Of("reference"), Max: 140, Hint: l.T("bumd.reference_hint")},
			{Name: "on", Type: "date", Label: l.T("bill.received"), Value: ledger.FirstOf(site.DateOf(in, "on"), site.Zoned(c, p.Now()).Format(time.DateOnly)), Error: errs.Of("on")}}})
	}
	free := d.Held() - d.Waiting
	if !d.Over || free <= 0 {
		return s, nil
	}
	open, err := p.DuctBills.Bills(c.Request.Context(), gate.ActorOf(c), ductbill.Filter{Operator: d.OperatorID, Open: true}, openMost)
	if err != nil {
		return s, err
	}
	if len(open) > 0 {
		var which []ui.Option
		for _, b := range open {
			which = append(which, ui.Option{Value: b.Invoice.ID.String(), Label: b.Number + ", " + b.Open.String()})
		}
		s.Forms = append(s.Forms, bill.Form{ID: "perhitungkan", Folded: len(errs) == 0, Title: l.T("deposit.set_off"), Text: l.T("deposit.set_off_text", "held", free), Action: here + "/perhitungkan", Submit: l.T("deposit.set_off_do"),
			Fields: []ui.Field{{Name: "invoice", Type: "choice", Label: l.T("ductbook.invoice"), Options: which, Value: in.Get("invoice"), Error: errs.Of("invoice")}}})
	}
	s.Forms = append(s.Forms, bill.Form{ID: "kembalikan", Folded: len(errs) == 0, Title: l.T("deposit.give_back"), Text: l.T("bumd.two_people"), Action: here + "/kembalikan", Submit: l.T("bumd.ask_do"), Fields: []ui.Field{
		{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T("deposit.back_hint", "most", free)},
		{Name: "account", Label: l.T("refund.account"), Value: in.Get("account"), Error: errs.Of("account"), Max: 140}, console.ReasonField(l, in.Get("reason"), errs)}})
	return s, nil
}

var depositLabels = map[string]string{"amount": "usage.line_amount", "reference": "bill.reference", "on": "bill.received", "invoice": "ductbook.invoice", "account": "refund.account", "reason": "bill.reason"}

// onDeposit runs an act of a form on the deposit of the address.
func (p *Pages) onDeposit(c *gin.Context, done string, act func(in site.Form, id uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return ledger.Act(p.Pages.Pages, c, done, PathDeposits+"/"+id.String(), p.depositPage, map[string]string{"deposit.too_much": "amount", "deposit.nothing_held": "amount"}, depositLabels, []string{"on"}, func(in site.Form) error { return act(in, id) })
}

func (p *Pages) takeDeposit(c *gin.Context) error {
	return p.onDeposit(c, "deposit_taken", func(in site.Form, id uuid.UUID) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return err
		}
		on, err := console.DayOf(in, "on")
		if err != nil {
			return err
		}
		return p.DuctBills.TakeDeposit(c.Request.Context(), gate.ActorOf(c), ductbill.DepositInput{Lease: id, Amount: amount, Reference: in.Line("reference"), On: on})
	})
}

func (p *Pages) setOffDeposit(c *gin.Context) error {
	return p.onDeposit(c, "deposit_set_off", func(in site.Form, id uuid.UUID) error {
		bill, err := uuid.Parse(in.Text("invoice"))
		if err != nil {
			return site.Invalid("invoice", "required")
		}
		_, err = p.DuctBills.SetOffDeposit(c.Request.Context(), gate.ActorOf(c), id, bill)
		return err
	})
}

func (p *Pages) askReturn(c *gin.Context) error {
	return p.onDeposit(c, "ductprice_asked", func(in site.Form, id uuid.UUID) error {
		amount, err := console.AmountOf(in, "amount")
		if err == nil {
			_, err = p.DuctBills.AskReturn(c.Request.Context(), gate.ActorOf(c), ductbill.ReturnInput{Lease: id, Amount: amount, Account: in.Line("account"), Reason: in.Text("reason")})
		}
		return err
	})
}

// decideReturn answers what somebody else asked for.
func (p *Pages) decideReturn(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	var q ductbill.DepositReturn
	if err == nil {
		q, err = p.DuctBills.DecideReturn(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.depositsPage(c, status, errs) })
	}
	return p.Done(c, PathDeposits+"/"+q.LeaseID.String(), "ductprice_decided")
}
