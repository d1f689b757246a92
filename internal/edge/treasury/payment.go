package treasury

import (
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// payment is one payment or slip: what it closed, the stamp on its receipt, and the way to take it back.
func (p *Pages) payment(c *gin.Context) error {
	return p.paymentPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) paymentPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	r, err := p.Finance.FindReceived(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	here, title := console.PathPayments+"/"+id.String(), l.T("payment.title", "reference", r.Reference)
	v := bill.View{Shell: p.DeskShell(c, title), Back: console.PathInvoices, Heading: title, Lead: r.Amount.String(), Errors: errs, Mark: ledger.Mark(l, "bank.booked", "good", "circle-check")}
	about := bill.Section{ID: "tentang", Title: l.T("bank.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bill.received"), Value: l.Date(r.ReceivedOn)}, {Label: l.T("bill.way"), Value: l.T("invoice.method." + r.Method)},
		{Label: l.T("bill.reference"), Value: r.Reference}, {Label: l.T("usage.line_amount"), Value: r.Amount.String()}}}
	numbers := slices.Sorted(maps.Keys(r.Numbers))
	for _, n := range numbers {
		about.Links = append(about.Links, ui.Link{Href: console.PathInvoices + "/" + r.Numbers[n].String(), Label: n, Icon: "file-text"})
	}
	v.Sections = []bill.Section{about}
	if len(numbers) > 0 {
		v.Back = console.PathInvoices + "/" + r.Numbers[numbers[0]].String()
	}
	if r.Undone {
		v.Mark = ledger.Mark(l, "bank.undone", "", "circle-x")
		return p.Render(c, status, bill.Page(v))
	}
	stamp := bill.Section{ID: "meterai", Title: l.T("payment.stamp"), Text: l.T("payment.stamp_not_needed")}
	switch {
	case r.Stamp != "":
		stamp.Text, stamp.Rows = "", []ui.Row{{Label: l.T("payment.serial"), Value: r.Stamp}}
	case r.Stamped:
		stamp.Text = l.T("payment.stamp_text")
		stamp.Forms = []bill.Form{{ID: "bubuhkan", Action: here + "/meterai", Submit: l.T("payment.stamp_do"), Fields: []ui.Field{
			{Name: "serial", Label: l.T("payment.serial"), Hint: l.T("payment.serial_hint"), Value: in.Get("serial"), Error: errs.Of("serial"), Max: 60}}}}
	}
	if r.Method != invoice.Slip {
		v.Sections = append(v.Sections, stamp)
	}
	v.Sections = append(v.Sections, bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{{ID: "batalkan", Folded: true, Title: l.T("payment.undo"), Text: l.T("payment.undo_text"), Action: here + "/batalkan",
		Submit: l.T("payment.undo_do"), Bad: true, Fields: []ui.Field{console.ReasonField(l, in.Get("reason"), errs)}}}})
	return p.Render(c, status, bill.Page(v))
}

// stamp keeps the serial number of the stamp on a receipt.
func (p *Pages) stamp(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, "receipt_stamped", console.PathPayments+"/"+id.String(), p.paymentPage, map[string]string{"payment.stamp_used": "serial"}, map[string]string{"serial": "payment.serial"}, nil, func(in site.Form) error {
		return p.Finance.StampReceipt(c.Request.Context(), gate.ActorOf(c), id, in.Line("serial"))
	})
}

// undoPayment takes a payment back that was recorded by mistake.
func (p *Pages) undoPayment(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, "payment_undone", console.PathPayments+"/"+id.String(), p.paymentPage, nil, map[string]string{"reason": "bill.reason"}, nil, func(in site.Form) error {
		return p.Finance.Bank.UndoPayment(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	})
}
