package ledger

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// Span is the days of an account that a page shows.
type Span struct {
	From, Last time.Time
	refused    string // a first day that was asked for and does not come before the last
}

// Days are those of an account that are asked for: until last, from ?dari= on or a year before it. A first day that is none, or comes after the
// last, is a year before it, and the page says so.
func Days(c *gin.Context, last time.Time) Span {
	out := Span{From: last.AddDate(-1, 0, 1), Last: last}
	asked := c.Query("dari")
	if asked == "" {
		return out
	}
	if d, err := time.Parse(time.DateOnly, asked); err == nil && !d.After(last) {
		out.From = d
	} else {
		out.refused = asked
	}
	return out
}

// movesShown is how many movements of an account a page shows.
const movesShown = 25

// Skipped is how many rows of a list the page asked for leaves out at its beginning.
func Skipped(c *gin.Context) int {
	n, err := strconv.Atoi(c.Query("lewat"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Part cuts the rows of a page out of a list at an address, most of them after the first skip, and returns the addresses of the pages
// before and after it, or "".
func Part[T any](all []T, skip, most int, address func(skip int) string) (part []T, before, after string) {
	skip = min(skip, len(all))
	if skip > 0 {
		before = address(max(0, skip-most))
	}
	if part = all[skip:]; len(part) > most {
		part, after = part[:most], address(skip+most)
	}
	return part, before, after
}

// StatementSections are the account of an operator of ducts at an address: what moved it in the days, and all of its time, if it was
// ever charged. The first skip of the movements are left out. Link leads to an invoice or a credit note.
func StatementSections(l i18n.Locale, x ductbill.Statement, here string, days Span, skip int, link func(invoice uuid.UUID) string) (moves bill.Section, sums []bill.Section) {
	moves = bill.Section{ID: "rekening", Title: l.T("ductbook.movements"), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("ductbook.no_movements"), Text: l.T("ductbook.no_movements_text")},
		Filter: &bill.Form{ID: "saring", Action: here, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "dari", Type: "date", Label: l.T("ductbook.from"), Value: cmp.Or(days.refused, days.From.Format(time.DateOnly))}, {Name: "hari", Type: "date", Label: l.T("ductbook.last"), Value: days.Last.Format(time.DateOnly)}}},
		Table:  &bill.Table{Title: l.T("ductbook.movements"), Columns: []bill.Column{{Label: l.T("bumd.on_day")}, {Label: l.T("bumd.entry")}, {Label: l.T("bill.reference")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("ductbook.owed"), End: true}}}}
	if days.refused != "" {
		moves.Note = bill.Note{Tone: "care", Text: l.T("ductbook.days_turned")}
	}
	if x.Known {
		moves.Rows = []ui.Row{{Label: l.T("ductbook.owed_before"), Value: x.Before.String()}, {Label: l.T("ductbook.owed_after"), Value: x.After.String()}}
		all := bill.Section{ID: "buku", Title: l.T("ductbook.all_time"), Rows: []ui.Row{{Label: l.T("bill.charged"), Value: x.Books.Charged.String()}, {Label: l.T("bill.paid"), Value: x.Books.Received().String()}, {Label: l.T("bill.withheld"), Value: x.Books.Withheld.String()},
			{Label: l.T("bill.credited"), Value: x.Books.AllCredited().String()}, {Label: l.T("bill.written_off"), Value: x.Books.WrittenOff.String()}, {Label: l.T("bill.rest"), Value: x.Books.Open.String()}, {Label: l.T("ductbook.balance"), Value: x.Books.Balance.String()}}}
		if x.Books.Refunded != 0 {
			all.Rows = append(all.Rows, ui.Row{Label: l.T("bumd.entry.refund"), Value: x.Books.Refunded.String()})
		}
		sums = append(sums, all)
	}
	if x.Deposit != 0 {
		sums = append(sums, bill.Section{ID: "jaminan", Title: l.T("deposit.title"), Text: l.T("deposit.in_account"), Rows: []ui.Row{{Label: l.T("deposit.held"), Value: x.Deposit.String()}}})
	}
	page := func(skip int) string {
		return here + "?" + url.Values{"dari": {days.From.Format(time.DateOnly)}, "hari": {days.Last.Format(time.DateOnly)}, "lewat": {strconv.Itoa(skip)}}.Encode() + "#rekening"
	}
	var part []ductbill.Movement
	part, moves.Previous, moves.Next = Part(x.Movements, skip, movesShown, page)
	for _, m := range part {
		ref := bill.Cell{Text: m.Reference}
		switch {
		case m.Note != "":
			ref = bill.Cell{Text: m.Note, Whole: true, Href: link(m.NoteID), Small: strings.TrimSpace(l.T("ductbook.note_of", "number", m.Number) + " " + m.Reference)}
		case m.Number != "":
			ref = bill.Cell{Text: m.Number, Href: link(m.InvoiceID), Small: m.Reference}
		}
		moves.Table.Rows = append(moves.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(m.Day)}, {Text: l.T("bumd.entry." + m.Kind)}, ref, {Text: m.Amount.String()}, {Text: m.Owed.String()}}})
	}
	return moves, sums
}
