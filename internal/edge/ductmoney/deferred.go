package ductmoney

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// deferredSection is what the company was paid once for the time of leases: how much of it is revenue by a day, and in which month.
func (p *Pages) deferredSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	x, err := p.Revenue.Deferred(c.Request.Context(), gate.ActorOf(c), day)
	rules, next := x.Rules, day.AddDate(0, 0, 1)
	s := bill.Section{ID: "ditangguhkan", Title: l.T("revenue.deferred"), Text: l.T("revenue.deferred_text"), Empty: &bill.Empty{Icon: "calendar", Title: l.T("revenue.no_deferred"), Text: l.T("revenue.no_deferred_text")}}
	t := bill.Table{Title: l.T("revenue.deferred_leases"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("revenue.deferred_time")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("revenue.recognised"), End: true}, {Label: l.T("revenue.deferred_left"), End: true}}}
	months := bill.Table{Title: l.T("revenue.by_month"), Columns: append([]bill.Column{{Label: l.T("usage.month")}}, t.Columns[3:]...)}
	if err != nil {
		return s, err
	}
	if rules.Standard != "" {
		s.Rows = []ui.Row{{Label: l.T("revenue.standard"), Value: rules.Standard + "\n" + rules.LeaseStandard}, {Label: l.T("revenue.deferred_how"), Value: rules.Method.In(l)}}
	}
	if rules.Standard != "" && !rules.Verified {
		s.Note = bill.Note{Tone: "care", Text: l.T("revenue.standard_unverified", "source", rules.Source)}
	}
	var sum [3]money.Rupiah
	shown := 0
	for _, d := range x.All {
		now, err := d.Recognised(next)
		if err != nil {
			return s, err
		}
		charged := d.Charged(next)
		for i, amount := range []money.Rupiah{charged, now, charged - now} {
			sum[i] += amount
		}
		if charged == now { // nothing of it is to come any more
			continue
		}
		if shown++; shown > deferredMost {
			continue
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: d.Lease, Href: ducts.PathLeases + "/" + d.LeaseID.String(), Small: d.What.In(l)}, {Text: d.Operator, Small: d.Number}, {Text: l.Date(d.From) + " – " + l.Date(d.Until.AddDate(0, 0, -1))},
			{Text: charged.String()}, {Text: now.String()}, {Text: (charged - now).String()}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("revenue.deferred_all")}, {}, {}, {Text: sum[0].String()}, {Text: sum[1].String()}, {Text: sum[2].String()}}
	if len(x.All) == 0 {
		return s, nil
	}
	for i, amount := range sum {
		s.Rows = append(s.Rows, ui.Row{Label: t.Columns[i+3].Label, Value: amount.String()})
	}
	for _, m := range x.Year {
		months.Rows = append(months.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Month(m.Month)}, {Text: m.Charged.String()}, {Text: m.Recognised.String()}, {Text: m.Balance.String()}}})
	}
	s.More = &bill.More{Title: l.T("revenue.deferred_by"), Tables: []bill.Table{months, t}}
	return s, nil
}

// deferredMost bounds the rows of the page; the file has all.
const deferredMost = 50
