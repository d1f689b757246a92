package console

import (
	"strconv"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// FormPurchase is where a draft is given what its buyer pays by, below its page.
const FormPurchase = "/pengadaan"

// PurchaseRows are by what a buyer pays, and the customs document (PPBJ) of one in the free-trade area; what is not given is left out.
func PurchaseRows(l i18n.Locale, p invoice.Purchase) (rows []ui.Row) {
	for _, x := range purchaseFields(p) {
		if x.Value != "" {
			rows = append(rows, ui.Row{Label: l.T("purchase." + x.Name), Value: x.Value})
		}
	}
	return rows
}

func purchaseFields(p invoice.Purchase) []ui.Field {
	year := ""
	if p.BudgetYear > 0 {
		year = strconv.Itoa(p.BudgetYear)
	}
	return []ui.Field{{Name: "order", Value: p.Order, Max: 100, Wrap: true}, {Name: "dpa", Value: p.DPA, Max: 100, Wrap: true}, {Name: "budget_year", Value: year, Max: 4},
		{Name: "bast", Value: p.BAST, Max: 100, Wrap: true}, {Name: "catalog", Value: p.Catalogue, Max: 100, Wrap: true}, {Name: "custom_doc", Value: p.CustomDoc, Max: 100}}
}

// PurchaseForm asks for it at the page of a draft, with what was filled in where it was refused.
func PurchaseForm(l i18n.Locale, draft, text string, p invoice.Purchase, in site.Form, errs ui.Errors) bill.Form {
	f := bill.Form{ID: "pengadaan", Action: draft + FormPurchase, Text: text, Submit: l.T("purchase.save"), Fields: purchaseFields(p)}
	for i := range f.Fields {
		x := &f.Fields[i]
		if _, sent := in.Values[x.Name]; sent {
			x.Value = in.Get(x.Name)
		}
		if x.Name == "custom_doc" {
			x.Hint = l.T("purchase.custom_doc_hint")
		}
		x.Label, x.Error, x.Optional = l.T("purchase."+x.Name), errs.Of(x.Name), true
	}
	return f
}

// PurchaseLabels are what the form calls its fields.
func PurchaseLabels() map[string]string {
	out := map[string]string{}
	for _, x := range purchaseFields(invoice.Purchase{}) {
		out[x.Name] = "purchase." + x.Name
	}
	return out
}

// PurchaseOf reads the form. It refuses Invalid for a year that is no number; the book refuses the rest.
func PurchaseOf(in site.Form) (x invoice.Purchase, err error) {
	x = invoice.Purchase{Order: in.Line("order"), DPA: in.Line("dpa"), BAST: in.Line("bast"), Catalogue: in.Line("catalog"), CustomDoc: in.Line("custom_doc")}
	if text := in.Text("budget_year"); text != "" {
		if x.BudgetYear, err = strconv.Atoi(text); err != nil {
			return x, site.Invalid("budget_year", "invalid")
		}
	}
	return x, nil
}
