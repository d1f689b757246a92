package ductmoney

import (
	"cmp"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// statementPath is the account of an operator; empty for somebody who leases nothing and has none.
func statementPath(operator uuid.UUID) string {
	if operator == uuid.Nil {
		return ""
	}
	return ducts.PathOperators + "/" + operator.String() + "/rekening"
}

// statement is the account of an operator over the last year, or the days that are asked for, and what goes back of its balance.
func (p *Pages) statement(c *gin.Context) error {
	return p.statementPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) statementPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	o, err := p.Leases.Operator(ctx, a, id)
	if err != nil {
		return err
	}
	days := ledger.Days(c, p.DayIn(c))
	x, err := p.DuctBills.Statement(ctx, a, id, days.From, days.Last.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductbook.statement")), Back: ducts.PathOperators + "/" + id.String(), Heading: l.T("ductbook.statement_of", "name", o.Name), Lead: l.T("ductbook.statement_lead", "from", l.Date(days.From), "last", l.Date(days.Last)), Errors: errs}
	moves, sums := ledger.StatementSections(l, x, statementPath(id), days, ledger.Skipped(c), func(i uuid.UUID) string { return PathBills + "/" + i.String() })
	v.Sections = append([]bill.Section{moves}, sums...)
	if x.More {
		v.Notes = append(v.Notes, l.T("ductbook.more"))
	}
	asked, err := p.DuctBills.Refunds(ctx, a, id)
	if err != nil {
		return err
	}
	if len(asked) > 0 {
		s, err := p.refundTable(c, asked)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, s)
	}
	if x.Books.Balance > 0 && p.may(c, access.DuctBill) {
		v.Sections = append(v.Sections, refundForm(l, statementPath(id), x.Books.Balance, x.Books.Open, in, errs))
	}
	return p.Render(c, status, bill.Page(v))
}

// refundForm asks that some of a balance be paid back.
func refundForm(l i18n.Locale, action string, balance, open money.Rupiah, in site.Form, errs ui.Errors) bill.Section {
	s := bill.Section{ID: "minta", Title: l.T("refund.ask"), Text: l.T("bumd.two_people"), Forms: []bill.Form{{ID: "kembalikan", Folded: len(errs) == 0, Title: l.T("refund.ask"), Action: action, Text: l.T("refund.ask_text"), Submit: l.T("refund.ask_do"), Fields: []ui.Field{
		{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T("refund.amount_hint", "balance", balance)},
		{Name: "account", Label: l.T("refund.account"), Hint: l.T("ductbook.refund_account"), Value: in.Get("account"), Error: errs.Of("account"), Max: 140}, console.ReasonField(l, in.Get("reason"), errs)}}}}
	if open > 0 {
		s.Note = bill.Note{Tone: "care", Text: l.T("refund.open_first", "open", open)}
	}
	return s
}

// askRefund keeps the request for somebody else.
func (p *Pages) askRefund(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return ledger.Act(p.Pages.Pages, c, "ductprice_asked", statementPath(id), p.statementPage, map[string]string{"payment.no_balance": "amount"}, depositLabels, nil, func(in site.Form) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return console.AlsoMissing(err, in, "account", "reason")
		}
		return p.DuctBills.AskRefund(c.Request.Context(), gate.ActorOf(c), id, invoice.RefundInput{Amount: amount, Account: in.Line("account"), Reason: in.Text("reason")})
	})
}

// refundSection lists what waits for a second person; nothing where nothing does.
func (p *Pages) refundSection(c *gin.Context) (bill.Section, error) {
	all, err := p.DuctBills.Refunds(c.Request.Context(), gate.ActorOf(c), uuid.Nil)
	if err != nil || len(all) == 0 {
		return bill.Section{}, err
	}
	return p.refundTable(c, all)
}

func (p *Pages) refundTable(c *gin.Context, all []ductbill.RefundAsked) (bill.Section, error) {
	l, who := gate.LocaleOf(c), gate.ActorOf(c)
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.names(c, ids...)
	s := bill.Section{ID: "pengembalian", Title: l.T("refund.requests"), Text: l.T("ductprice.two_people"),
		Table: &bill.Table{Title: l.T("refund.requests"), Columns: []bill.Column{{Label: l.T("ductprice.operator")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("refund.account")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}}
	for _, q := range all {
		state := bill.Cell{Mark: decided(l, q.Approved), Small: names[q.DecidedBy.UUID]}
		switch {
		case q.Approved == nil && q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		case q.Approved == nil && p.may(c, access.DuctBill):
			s.Forms = append(s.Forms, decideForms(l, PathBills+"/saldo/"+q.RefundRequest.ID.String(), q.RefundRequest.ID, l.T("refund.decide", "amount", q.Amount, "name", q.Operator), q.Reason)...)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: q.Operator, Href: statementPath(q.OperatorID)}, {Text: q.Amount.String()}, {Text: q.Account}, {Text: q.Reason}, {Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state}})
	}
	return s, err
}

// decideRefund answers a request of somebody else.
func (p *Pages) decideRefund(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	of := uuid.Nil
	if err == nil {
		of, err = p.DuctBills.DecideRefund(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.billsPage(c, status, nil, errs) })
	}
	return p.Done(c, cmp.Or(statementPath(of), PathBills), "ductprice_decided")
}

// leftoverSection lists what is owed to companies for leases that no month charges any more; nothing where nothing is.
func (p *Pages) leftoverSection(c *gin.Context) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.DuctBills.Leftovers(c.Request.Context(), gate.ActorOf(c))
	if err != nil || len(all) == 0 {
		return bill.Section{}, err
	}
	s := bill.Section{ID: "kredit", Title: l.T("ductbook.leftovers"), Text: l.T("ductbook.leftovers_text"),
		Table: &bill.Table{Title: l.T("ductbook.leftovers"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.about")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("bill.rest"), End: true}}}}
	for _, k := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: k.Lease, Href: ducts.PathLeases + "/" + k.LeaseID.String()}, {Text: k.Operator, Href: statementPath(k.OperatorID)}, {Text: k.Name.In(l), Small: k.Working.In(l)}, {Text: k.Amount.String()}, {Text: k.Rest().String()}}})
		if p.may(c, access.DuctBill) {
			s.Forms = append(s.Forms, bill.Form{ID: "kredit-" + k.ID.String(), Plain: true, Action: PathBills + "/kredit/" + k.ID.String(), Submit: l.T("ductbook.leftover_ask", "number", k.Lease, "amount", k.Rest())})
		}
	}
	return s, nil
}

// askLeftover asks for the credit notes of one.
func (p *Pages) askLeftover(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err == nil {
		_, err = p.DuctBills.AskLeftover(c.Request.Context(), gate.ActorOf(c), id)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.billsPage(c, status, nil, errs) })
	}
	return p.Done(c, PathBills+"#permintaan", "ductprice_asked")
}
