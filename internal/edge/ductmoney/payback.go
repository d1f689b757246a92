package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// pathPayBack is where what somebody who leases nothing has paid too much goes back to them; an operator's goes by its account.
func pathPayBack(id uuid.UUID) string { return PathBills + "/" + id.String() + "/kembalikan" }

// payBack asks that what the payer of an invoice has paid too much be paid back.
func (p *Pages) payBack(c *gin.Context) error {
	return p.payBackPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) payBackPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	b, err := p.payer(c)
	if err != nil {
		return err
	}
	x, err := p.DuctBills.Books(c.Request.Context(), gate.ActorOf(c), b.PartyID)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	return p.Render(c, status, bill.Page(bill.View{Shell: p.DeskShell(c, l.T("refund.ask")), Back: PathBills + "/" + b.ID.String(), Heading: l.T("refund.ask"), Lead: b.Party.Name, Errors: errs,
		Sections: []bill.Section{refundForm(l, pathPayBack(b.ID), x.Balance, x.Open, in, errs)}}))
}

// payer is the invoice of the address, of somebody who is no operator.
func (p *Pages) payer(c *gin.Context) (b ductbill.Bill, err error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return b, err
	}
	b, err = p.DuctBills.Find(c.Request.Context(), gate.ActorOf(c), id)
	if err == nil && b.OperatorID != uuid.Nil {
		err = fault.New(fault.NotFound, "invoice.not_found")
	}
	return b, err
}

// askPayBack keeps the request for somebody else.
func (p *Pages) askPayBack(c *gin.Context) error {
	b, err := p.payer(c)
	if err != nil {
		return err
	}
	return ledger.Act(p.Pages.Pages, c, "ductprice_asked", PathBills+"#pengembalian", p.payBackPage, map[string]string{"payment.no_balance": "amount"}, depositLabels, nil, func(in site.Form) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return console.AlsoMissing(err, in, "account", "reason")
		}
		return p.DuctBills.AskRefund(c.Request.Context(), gate.ActorOf(c), uuid.Nil, invoice.RefundInput{Party: b.PartyID, Amount: amount, Account: in.Line("account"), Reason: in.Text("reason")})
	})
}
