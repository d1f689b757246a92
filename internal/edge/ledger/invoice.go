package ledger

import (
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// BillMark is how an invoice stands as a mark.
func BillMark(l i18n.Locale, state string, due, today time.Time) ui.Mark {
	if (state == "open" || state == "part_paid") && due.Format(time.DateOnly) < today.Format(time.DateOnly) {
		return ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("bill.state.late")}
	}
	m := map[string]ui.Mark{"open": {Tone: "care", Icon: "clock"}, "part_paid": {Tone: "care", Icon: "clock"}, "paid": {Tone: "good", Icon: "circle-check"}, "credited": {Icon: "receipt-tax"}}[state]
	m.Text = l.T("bill.state." + state)
	if m.Icon == "" {
		m.Icon = "file-text"
	}
	return m
}

// ReceiptSection lists the money that came in for the invoice of a page, with its kuitansi.
func ReceiptSection(l i18n.Locale, all []invoice.Payment, here string) bill.Section {
	t := bill.Table{Title: l.T("bill.receipts"), Columns: []bill.Column{{Label: l.T("bill.received")}, {Label: l.T("bill.way")}, {Label: l.T("bill.reference")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, y := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("bill.receipt_of", "date", l.Date(y.ReceivedOn)), Href: here + "/kuitansi/" + y.ID.String()}, {Text: l.T("invoice.method." + y.Method)}, {Text: y.Reference}, {Text: y.Amount.String()}}})
	}
	return bill.Section{ID: "kuitansi", Title: l.T("bill.receipts"), Table: &t, Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("bill.no_receipts"), Text: l.T("bill.no_receipts_text")}}
}
