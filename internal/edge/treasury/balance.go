package treasury

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// balances lists who has paid beyond its invoices, and what is asked to be paid back.
func (p *Pages) balances(c *gin.Context) error {
	return p.balancesPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) balancesPage(c *gin.Context, status int, _ site.Form, errs ui.Errors) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	all, err := p.Finance.Balances(ctx, who, uuid.Nil)
	if err != nil {
		return err
	}
	asked, err := p.Finance.Refunds(ctx, who, false)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("refund.title")), Back: console.PathOverview, Heading: l.T("refund.title"), Lead: l.T("refund.lead"), Errors: errs}
	t := bill.Table{Title: l.T("refund.balances"), Columns: []bill.Column{{Label: l.T("party.party")}, {Label: l.T("refund.balance"), End: true}, {Label: l.T("refund.open"), End: true}}}
	var sum money.Rupiah
	for _, x := range all {
		sum += x.Balance
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name, Href: console.PathBalances + "/" + x.PartyID.String()}, {Text: x.Balance.String()}, {Text: x.Open.String()}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {Text: sum.String()}, {}}
	requests, err := p.refundSection(c, asked)
	if err != nil {
		return err
	}
	ended, err := p.giveBackSection(c)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{{ID: "saldo", Title: l.T("refund.balances"), Table: &t, Empty: &bill.Empty{Icon: "circle-check", Title: l.T("refund.none"), Text: l.T("refund.none_text")}}, ended, requests}
	return p.Render(c, status, bill.Page(v))
}

// refundSection lists requests with the ways to decide those of others.
func (p *Pages) refundSection(c *gin.Context, all []finance.RefundAsked) (bill.Section, error) {
	l, who := gate.LocaleOf(c), gate.ActorOf(c)
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.Identity.Names(c.Request.Context(), ids)
	s := bill.Section{ID: "permintaan", Title: l.T("refund.requests"), Text: l.T("bumd.two_people"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("bumd.no_requests"), Text: l.T("refund.no_requests_text")},
		Table: &bill.Table{Title: l.T("refund.requests"), Columns: []bill.Column{{Label: l.T("party.party")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("refund.account")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}}
	for _, q := range all {
		state := bill.Cell{Mark: ledger.Mark(l, "bumd.waits", "care", "clock")}
		at := console.PathBalances + "/permintaan/" + q.RefundRequest.ID.String() + "/putus"
		switch {
		case q.Approved != nil && *q.Approved:
			state = bill.Cell{Mark: ledger.Mark(l, "bumd.approved", "good", "circle-check"), Small: names[q.DecidedBy.UUID]}
		case q.Approved != nil:
			state = bill.Cell{Mark: ledger.Mark(l, "bumd.refused", "", "circle-x"), Small: names[q.DecidedBy.UUID]}
		case q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		default:
			s.Forms = append(s.Forms, bill.Form{ID: "putus-" + q.RefundRequest.ID.String(), Title: l.T("refund.decide", "amount", q.Amount, "name", q.Party), Text: ledger.Joined(q.Account, q.Reason), Plain: true, Action: at,
				Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("bumd.approve")},
				bill.Form{ID: "tolak-" + q.RefundRequest.ID.String(), Plain: true, Bad: true, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("refund.refuse", "name", q.Party)})
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: q.Party, Href: console.PathBalances + "/" + q.PartyID.String()}, {Text: q.Amount.String()}, {Text: q.Account}, {Text: q.Reason},
			{Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state}})
	}
	return s, err
}

// balance is the balance of one party with what made it up.
func (p *Pages) balance(c *gin.Context) error {
	return p.balancePage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) balancePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	all, err := p.Finance.Balances(ctx, who, id)
	if err == nil && len(all) == 0 {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	entries, err := p.Finance.BalanceEntries(ctx, who, id)
	if err != nil {
		return err
	}
	x := all[0]
	v := bill.View{Shell: p.DeskShell(c, l.T("refund.title")), Back: console.PathBalances, Heading: x.Name, Lead: l.T("refund.of", "balance", x.Balance), Errors: errs}
	t := bill.Table{Title: l.T("refund.entries"), Columns: []bill.Column{{Label: l.T("bumd.entry")}, {Label: l.T("bumd.on_day")}, {Label: l.T("bill.reason")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("refund.balance")}, {}, {}, {Text: x.Balance.String()}}}
	for _, e := range entries {
		what := bill.Cell{Text: l.T("bumd.entry." + e.Kind)}
		if e.PaymentID.Valid {
			what.Href = console.PathPayments + "/" + e.PaymentID.UUID.String()
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{what, {Text: l.Date(e.OnDay)}, {Text: e.Reason}, {Text: (-e.Amount).String()}}})
	}
	v.Sections = []bill.Section{{ID: "catatan", Title: l.T("refund.entries"), Text: l.T("refund.entries_text"), Table: &t, Empty: &bill.Empty{Icon: "circle-check", Title: l.T("refund.none"), Text: l.T("refund.none_text")}}}
	if x.Balance > 0 {
		ask := bill.Section{ID: "minta", Title: l.T("refund.ask"), Text: l.T("bumd.two_people"), Forms: []bill.Form{{ID: "kembalikan", Action: console.PathBalances + "/" + id.String(), Text: l.T("refund.ask_text"), Submit: l.T("refund.ask_do"), Fields: []ui.Field{
			{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T("refund.amount_hint", "balance", x.Balance)},
			{Name: "account", Label: l.T("refund.account"), Hint: l.T("refund.account_hint"), Value: in.Get("account"), Error: errs.Of("account"), Max: 140}, console.ReasonField(l, in.Get("reason"), errs)}}}}
		if x.Open > 0 {
			ask.Note = bill.Note{Tone: "care", Text: l.T("refund.open_first", "open", x.Open)}
		}
		v.Sections = append(v.Sections, ask)
	}
	return p.Render(c, status, bill.Page(v))
}

// askRefund keeps the request for somebody else.
func (p *Pages) askRefund(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	labels := map[string]string{"amount": "usage.line_amount", "account": "refund.account", "reason": "bill.reason"}
	return p.act(c, "refund_asked", console.PathBalances, p.balancePage, map[string]string{"payment.no_balance": "amount"}, labels, nil, func(in site.Form) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return console.AlsoMissing(err, in, "account", "reason")
		}
		return p.Finance.AskRefund(c.Request.Context(), gate.ActorOf(c), invoice.RefundInput{Party: id, Amount: amount, Account: in.Line("account"), Reason: in.Text("reason")})
	})
}

// decideRefund answers a request of somebody else.
func (p *Pages) decideRefund(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, "request_decided", console.PathBalances, p.balancesPage, nil, nil, nil, func(in site.Form) error {
		answer := in.Text("jawaban")
		if answer != "setuju" && answer != "tolak" {
			return site.Invalid("jawaban", "not_an_option")
		}
		return p.Finance.DecideRefund(c.Request.Context(), gate.ActorOf(c), id, answer == "setuju")
	})
}
