package ducts

import (
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// PathOffer is where everybody reads what the ducts cost and on which terms.
const PathOffer = "/tarif-ducting"

// OfferOperators is the part of it that says why a registration can be refused.
const OfferOperators = "alasan-operator"

// QuoteRows are the sums of a quote, before tax.
func QuoteRows(l i18n.Locale, q ducttariff.Quote) []ui.Row {
	rows := []ui.Row{{Label: l.T("ductquote.once"), Value: q.OnceSum.String()}, {Label: l.T("ductquote.month"), Value: q.MonthSum.String()}, {Label: l.T("ductquote.year"), Value: q.YearSum.String()}}
	if q.TermSum > 0 {
		rows = append(rows, ui.Row{Label: l.T("ductquote.term"), Value: q.TermSum.String()})
	}
	rows = append(rows, ui.Row{Label: l.T("ductprice.deposit"), Value: q.Deposit.String() + "\n" + l.T("ductprice.deposit_months", "n", q.Terms.DepositMonths)})
	if !q.MinimumTo.IsZero() {
		rows = append(rows, ui.Row{Label: l.T("ductprice.minimum"), Value: l.T("ductquote.minimum", "last", l.Date(q.MinimumTo.AddDate(0, 0, -1)))})
	}
	return rows
}

// QuoteSection lists the lines of a quote with what each rests on.
func QuoteSection(l i18n.Locale, id, title string, all []ducttariff.Line, sum money.Rupiah) bill.Section {
	s := bill.Section{ID: id, Title: title, Empty: &bill.Empty{Icon: "coin", Title: l.T("ductquote.none"), Text: l.T("ductquote.none_text")},
		Table: &bill.Table{Title: title, Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("ductprice.basis")}, {Label: l.T("usage.line_amount"), End: true}}}}
	for _, x := range all {
		basis := bill.Cell{Text: x.Basis}
		for _, n := range PriceNotes(l, x) {
			basis.Small += n + ". "
		}
		if !x.Verified {
			basis.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductprice.unverified")}
		}
		zone := l.T("ductquote.outside")
		if x.FreeTrade {
			zone = l.T("ductquote.inside")
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Small: zone}, {Text: x.Working.In(l)}, basis, {Text: x.Amount.String()}}})
	}
	s.Table.Foot = []bill.Cell{{Text: l.T("invoice.paper.net")}, {}, {}, {Text: sum.String()}}
	return s
}

// PriceNotes are the words that there are.
func PriceNotes(l i18n.Locale, x interface {
	NotesIn(l i18n.Locale) (method, legal string)
}) []string {
	method, legal := x.NotesIn(l)
	var out []string
	if method != "" {
		out = append(out, l.T("ductprice.method", "text", method))
	}
	if legal != "" {
		out = append(out, l.T("ductprice.legal", "text", legal))
	}
	return out
}
