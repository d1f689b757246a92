package treasury

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// purchase asks by what a government buyer pays a draft.
func (p *Pages) purchase(c *gin.Context) error {
	return p.purchasePage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) purchasePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	d, err := p.Finance.FindDraft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	year := ""
	if d.Purchase.BudgetYear > 0 {
		year = strconv.Itoa(d.Purchase.BudgetYear)
	}
	here := console.PathDrafts + "/" + id.String()
	f := bill.Form{ID: "pengadaan", Action: here + formPurchase, Text: l.T("purchase.text"), Submit: l.T("purchase.save"), Fields: []ui.Field{
		{Name: "order", Value: d.Purchase.Order, Max: 100, Wrap: true}, {Name: "dpa", Value: d.Purchase.DPA, Max: 100, Wrap: true}, {Name: "budget_year", Value: year, Max: 4},
		{Name: "bast", Value: d.Purchase.BAST, Max: 100, Wrap: true}, {Name: "catalog", Value: d.Purchase.Catalogue, Max: 100, Wrap: true}, {Name: "custom_doc", Value: d.Purchase.CustomDoc, Max: 100, Hint: l.T("purchase.custom_doc_hint")}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Value, x.Error, x.Optional = l.T("purchase."+x.Name), kept(in, x.Name, x.Value), errs.Of(x.Name), true
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("purchase.title")), Back: here, Heading: l.T("purchase.title"), Lead: ledger.Joined(d.Party, d.Note), Errors: errs,
		Sections: []bill.Section{{ID: "isi", Title: l.T("purchase.title"), Quiet: true, Forms: []bill.Form{f}}}}
	return p.Render(c, status, bill.Page(v))
}

// amend keeps it on the draft.
func (p *Pages) amend(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	labels := map[string]string{}
	for _, name := range []string{"order", "dpa", "budget_year", "bast", "catalog", "custom_doc"} {
		labels[name] = "purchase." + name
	}
	return p.act(c, "purchase_saved", console.PathDrafts+"/"+id.String(), p.purchasePage, nil, labels, nil, func(in site.Form) error {
		x := invoice.Purchase{Order: in.Line("order"), DPA: in.Line("dpa"), BAST: in.Line("bast"), Catalogue: in.Line("catalog"), CustomDoc: in.Line("custom_doc")}
		if text := in.Text("budget_year"); text != "" {
			var err error
			if x.BudgetYear, err = strconv.Atoi(text); err != nil {
				return site.Invalid("budget_year", "invalid")
			}
		}
		return p.Finance.Amend(c.Request.Context(), gate.ActorOf(c), id, x)
	})
}
