package ledger

import (
	"bedelau/internal/city/ductbill"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// DepositMark is how a deposit stands, and what is left to do.
func DepositMark(l i18n.Locale, d ductbill.Deposit) ui.Mark {
	switch {
	case d.Over && d.Held() > 0:
		return Mark(l, "deposit.to_return", "bad", "alert-triangle")
	case d.Over:
		return Mark(l, "deposit.closed", "", "circle-check")
	case d.Missing() > 0:
		return Mark(l, "deposit.missing", "care", "clock")
	}
	return Mark(l, "deposit.complete", "good", "circle-check")
}

// DepositTable is what happened to a deposit: what came in, and where it went. Bills is where the invoices are that it paid, and lines where those of
// the bank are that brought it, or empty for who may not see them.
func DepositTable(l i18n.Locale, all []ductbill.DepositEntry, bills, lines string) *bill.Table {
	t := &bill.Table{Title: l.T("deposit.entries"), Columns: []bill.Column{{Label: l.T("bumd.on_day")}, {Label: l.T("bumd.entry")}, {Label: l.T("bill.reference")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, e := range all {
		what, reference := bill.Cell{Text: l.T("deposit.kind." + e.Kind)}, bill.Cell{Text: e.Reference}
		switch {
		case e.Undone && e.Kind == ductbill.DepositReceived:
			what.Small = l.T("deposit.line_undone")
		case e.Undone:
			what.Small = l.T("deposit.undone")
		}
		switch {
		case e.InvoiceID.Valid:
			reference.Href = bills + "/" + e.InvoiceID.UUID.String()
		case e.LineID.Valid && lines != "":
			reference.Href = lines + "/" + e.LineID.UUID.String()
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(e.OnDay)}, what, reference, {Text: e.Amount.String()}}})
	}
	return t
}
