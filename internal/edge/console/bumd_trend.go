package console

import (
	"context"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// trendDay is the day as of which the cities are listed: today, or the last day of the month of ?bulan=, which may not be one to come.
func (p *Pages) trendDay(c *gin.Context) (time.Time, error) {
	now := site.Zoned(c, p.Now())
	text := c.Query("bulan")
	if text == "" || text == now.Format("2006-01") {
		return now, nil
	}
	month, err := time.ParseInLocation("2006-01", text, now.Location())
	if err != nil || month.Year() < 2000 || month.After(now) {
		return now, site.Invalid("bulan", "invalid")
	}
	return month.AddDate(0, 1, -1), nil
}

// million is what one unit of a chart of money is.
const million money.Rupiah = 1_000_000

// trendSections are what recurs and how many of the cities have left, by month for a year: at the end of each, and today in the running
// one. Each month leads to its cities.
func (p *Pages) trendSections(ctx context.Context, l i18n.Locale, now time.Time) ([]bill.Section, error) {
	days := make([]time.Time, chartMonths+1) // the first is what the year began with
	for i := range days {
		days[i] = time.Date(now.Year(), now.Month()+time.Month(i-chartMonths+1), 0, 0, 0, 0, 0, now.Location())
	}
	days[chartMonths] = now
	all, err := p.Billing.RecurringOn(ctx, days...)
	if err != nil {
		return nil, err
	}
	t := bill.Table{Title: l.T("bumd.trend"), Columns: []bill.Column{{Label: l.T("usage.month")}, {Label: l.T("bumd.mrr_short"), End: true}, {Label: l.T("bumd.arr_short"), End: true},
		{Label: l.T("bumd.change"), End: true}, {Label: l.T("bumd.churn_short"), End: true}}}
	worth := ui.Chart{Title: l.T("bumd.trend_mrr"), Column: l.T("usage.month"), Series: []ui.Series{{Name: l.T("bumd.millions")}}}
	left := ui.Chart{Title: l.T("bumd.trend_churn"), Column: l.T("usage.month"), Line: true, Unit: "%", Series: []ui.Series{{Name: l.T("bumd.churn")}}}
	for i := 1; i < len(days); i++ {
		var monthly money.Rupiah
		for _, r := range all[i] {
			if monthly, err = monthly.Add(r.Monthly); err != nil {
				return nil, err
			}
		}
		yearly, err := monthly.Times(12)
		if err != nil {
			return nil, err
		}
		m := billing.MovedBetween(all[i-1], all[i])
		at := PathCities + "?bulan=" + days[i].Format("2006-01")
		share := m.Churn()
		label := site.Clip(l.Month(days[i]), 3)
		worth.Labels, left.Labels = append(worth.Labels, label), append(left.Labels, label)
		worth.Links, left.Links = append(worth.Links, at), append(left.Links, at+"&gerak=churned")
		worth.Series[0].Values = append(worth.Series[0].Values, int64((monthly+million/2)/million))
		left.Series[0].Values = append(left.Series[0].Values, share)
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Month(days[i]), Href: at}, {Text: monthly.String(), Href: at}, {Text: yearly.String(), Href: at},
			{Text: (m.New + m.Expansion - m.Contraction - m.Churned).String(), Href: at + "&gerak=" + anyMovement},
			{Text: strconv.FormatInt(share, 10) + "%", Href: at + "&gerak=churned", Small: l.T("bumd.left_of", "left", m.Left, "began", m.Began)}}})
	}
	return []bill.Section{{ID: "tren", Title: l.T("bumd.trend"), Text: l.T("bumd.trend_text"), Chart: &worth}, {ID: "churn", Title: l.T("bumd.trend_churn"), Quiet: true, Chart: &left},
		{ID: "tren-angka", Title: l.T("bumd.trend_numbers"), Table: &t}}, nil
}
