package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// purchase asks by what the operator pays a draft, and for the customs document by which its faktur is not charged.
func (p *Pages) purchase(c *gin.Context) error {
	return p.purchasePage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) purchasePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	d, err := p.DuctBills.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	here := pathDrafts + "/" + id.String()
	v := bill.View{Shell: p.DeskShell(c, l.T("purchase.title")), Back: here, Heading: l.T("purchase.title"), Lead: ledger.Joined(d.Operator, d.Note), Errors: errs,
		Sections: []bill.Section{{ID: "isi", Title: l.T("purchase.title"), Quiet: true, Forms: []bill.Form{console.PurchaseForm(l, here, l.T("ductbook.purchase_text"), d.Purchase, in, errs)}}}}
	return p.Render(c, status, bill.Page(v))
}

// amend keeps it on the draft.
func (p *Pages) amend(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return ledger.Act(p.Pages.Pages, c, "purchase_saved", pathDrafts+"/"+id.String(), p.purchasePage, nil, console.PurchaseLabels(), nil, func(in site.Form) error {
		x, err := console.PurchaseOf(in)
		if err != nil {
			return err
		}
		return p.DuctBills.Amend(c.Request.Context(), gate.ActorOf(c), id, x)
	})
}
