package partner

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// deposit is the security of a lease of the company: what was asked for, what is held, and where it went. A lease of which none was
// asked for has no such part.
func (p *Pages) deposit(c *gin.Context, lease uuid.UUID) ([]bill.Section, error) {
	l := gate.LocaleOf(c)
	d, entries, asked, err := p.DuctBills.DepositOf(c.Request.Context(), gate.ActorOf(c), lease)
	if fault.Is(err, "deposit.not_found") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	about := bill.Section{ID: "jaminan", Title: l.T("deposit.title"), Text: l.T("deposit.in_account"), Rows: []ui.Row{
		{Label: l.T("deposit.asked"), Value: d.Asked.String() + "\n" + l.T("ductprice.deposit_months", "n", d.Months) + "\n" + d.Basis}, {Label: l.T("deposit.held"), Value: d.Held().String()}, {Label: l.T("deposit.lacks"), Value: d.Missing().String()}}}
	moves := bill.Section{ID: "jaminan-catatan", Title: l.T("deposit.went"), Table: ledger.DepositTable(l, entries, pathBills, ""), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("deposit.no_entries"), Text: l.T("deposit.own_no_entries")}}
	out := []bill.Section{about, moves}
	back := bill.Section{ID: "jaminan-kembali", Title: l.T("deposit.returns"), Table: &bill.Table{Title: l.T("deposit.returns"), Columns: []bill.Column{{Label: l.T("bumd.on_day")}, {Label: l.T("refund.account")}, {Label: l.T("bill.state")}, {Label: l.T("usage.line_amount"), End: true}}}}
	for _, q := range asked {
		if q.Approved == nil { // what was decided stands among what happened, or did not happen
			back.Table.Rows = append(back.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(site.Zoned(c, q.MadeAt))}, {Text: q.Account}, {Mark: ui.Mark{Icon: "hourglass", Text: l.T("deposit.undecided")}}, {Text: q.Amount.String()}}})
		}
	}
	if len(back.Table.Rows) > 0 {
		out = append(out, back)
	}
	return out, nil
}

// deposits lists those of the company's leases, what is missing or comes back first.
func (p *Pages) deposits(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.DuctBills.DepositsOf(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	s := bill.Section{ID: "jaminan-sewa", Title: l.T("deposit.by_lease"), Quiet: true, Empty: &bill.Empty{Icon: "coin", Title: l.T("deposit.none_yet"), Text: l.T("deposit.none_yet_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("deposit.asked"), End: true}, {Label: l.T("deposit.held"), End: true}, {Label: l.T("deposit.set_off_sum"), End: true}, {Label: l.T("deposit.returned_sum"), End: true}, {Label: l.T("bill.state")}}}
	all, s.Previous, s.Next = ledger.Part(all, ledger.Skipped(c), pageSize, func(skip int) string { return pathDeposits + "?lewat=" + strconv.Itoa(skip) + "#jaminan-sewa" })
	for _, d := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: d.Number, Whole: true, Href: pathLeases + "/" + d.LeaseID.String() + "#jaminan", Small: l.T("lease.state." + d.Standing)}, {Text: d.Asked.String()}, {Text: d.Held().String()}, {Text: d.SetOff.String()}, {Text: d.Returned.String()}, {Mark: ledger.DepositMark(l, d)}}})
	}
	return p.Render(c, http.StatusOK, bill.Page(bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("deposit.by_lease")), Back: pathAccount, Heading: l.T("deposit.by_lease"), Lead: l.T("deposit.in_account"), Sections: []bill.Section{s}}))
}
