package console

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// formWorth is what a city is worth a month, below its page.
const formWorth = "/mrr"

// worth shows what the MRR of a city was computed from, at the end of ?bulan= or today, beside that of the month before: the subscription
// and the amount of each of its components; those that count usage lead to the events of the month, which are not in it.
func (p *Pages) worth(c *gin.Context) error {
	city, err := p.townOf(c)
	if err != nil {
		return err
	}
	now, err := p.trendDay(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	before := time.Date(now.Year(), now.Month(), 0, 0, 0, 0, 0, now.Location())
	all, err := p.Billing.RecurringOn(ctx, before, now)
	if err != nil {
		return err
	}
	was, is := all[0][city.ID].Monthly, all[1][city.ID].Monthly
	here := PathCities + "/" + city.Slug
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.worth", "city", city.Name)), Back: PathCities + "?bulan=" + now.Format(monthForm), Heading: l.T("bumd.worth", "city", city.Name), Lead: l.Month(now),
		Links: []ui.Link{{Href: here, Label: city.Name, Icon: "building"}, {Href: here + formWorth + "?bulan=" + before.Format(monthForm), Label: l.Month(before), Icon: "history"}},
		Notes: []string{l.T("bumd.mrr_definition"), l.T("bumd.worth_usage")}}
	v.Sections = []bill.Section{{ID: "angka", Title: l.T("bumd.mrr_short"), Quiet: true, Figures: []bill.Figure{
		{Label: l.T("bumd.worth_on", "day", l.Date(now)), Value: is.String(), Href: "#sekarang"}, {Label: l.T("bumd.worth_on", "day", l.Date(before)), Value: was.String(), Href: "#sebelum"},
		{Label: l.T("bumd.change"), Value: (is - was).String(), Href: "#sekarang"}}}}
	for i, x := range []struct {
		id  string
		day time.Time
	}{{"sebelum", before}, {"sekarang", now}} {
		r, on := all[i][city.ID]
		s, err := p.worthSection(c, l, city, r, on, x.day)
		if err != nil {
			return err
		}
		s.ID = x.id
		v.Sections = append(v.Sections, s)
	}
	v.Sections[1], v.Sections[2] = v.Sections[2], v.Sections[1] // what is asked for first
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// worthSection is what a subscription that held on a day is worth a month, component by component.
func (p *Pages) worthSection(c *gin.Context, l i18n.Locale, city tenancy.City, r billing.Running, on bool, day time.Time) (bill.Section, error) {
	s := bill.Section{Title: l.T("bumd.worth_on", "day", l.Date(day))}
	if !on {
		s.Text = l.T("bumd.worth_none")
		return s, nil
	}
	addons, err := p.AddonNames(c.Request.Context(), l, r.Plan)
	if err != nil {
		return s, err
	}
	s.Rows = TermRows(l, r.PlanName.In(l), r.Subscription, addons)
	s.Links = []ui.Link{{Href: PathCities + "/" + city.Slug + "#riwayat", Label: l.T("bumd.history"), Icon: "history"}}
	if r.Trial(day) {
		s.Note = bill.Note{Text: l.T("bumd.worth_trial")}
		return s, nil
	}
	from := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, city.Location())
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("bumd.mrr_short")}, {}, {Text: r.Monthly.String()}}}
	for _, x := range r.Lines {
		name, how := bill.Cell{Text: x.Name.In(l)}, bill.Cell{Text: x.Working(l)}
		if x.Kind == rating.Discount {
			name.Text = l.T("billing.line.discount", "code", x.Component)
		}
		if x.Meter != "" {
			how = bill.Cell{Text: l.T("bumd.worth_events", "month", l.Month(day)), Href: eventsOf(PathCities+"/"+city.Slug+"/peristiwa", x.Meter, from, from.AddDate(0, 1, 0)), Small: l.T("bumd.worth_no_usage")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{name, how, {Text: x.Amount.String()}}})
	}
	return s, nil
}
