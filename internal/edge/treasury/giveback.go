package treasury

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// pathGiveBack asks for the credit notes of what the end of a subscription left to a city.
const pathGiveBack = "/bumd/langganan-berakhir"

// giveBackSection lists what ended subscriptions left to cities, and how much of it is asked for or credited.
func (p *Pages) giveBackSection(c *gin.Context) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "langganan-berakhir", Title: l.T("giveback.title"), Text: l.T("giveback.text"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("giveback.none"), Text: l.T("giveback.none_text")}}
	all, err := p.Billing.Returns(ctx)
	if err != nil {
		return s, err
	}
	var sources []string
	for _, r := range all {
		sources = append(sources, r.Source())
	}
	given, err := p.Finance.GivenBack(ctx, gate.ActorOf(c), sources)
	if err != nil {
		return s, err
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: l.T("giveback.title"), Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("usage.month")}, {Label: l.T("giveback.amount"), End: true}, {Label: l.T("giveback.asked"), End: true}, {Label: l.T("giveback.left"), End: true}}}
	for _, r := range all {
		name, slug := r.City.String(), ""
		for _, city := range cities {
			if city.ID == r.City {
				name, slug = city.Name, city.Slug
			}
		}
		left := r.Amount - given[r.Source()]
		row := []bill.Cell{{Text: name}, {Text: l.Month(r.Month)}, {Text: r.Amount.String()}, {Text: given[r.Source()].String()}, {Text: left.String()}}
		if slug != "" {
			row[0].Href = console.PathCities + "/" + slug
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: row})
		if left > 0 {
			s.Forms = append(s.Forms, bill.Form{ID: "kembali-" + r.City.String() + r.Month.Format("-2006-01"), Plain: true, Action: pathGiveBack,
				Hidden: []ui.Option{{Value: "closing", Label: r.Source()}}, Submit: l.T("giveback.ask", "amount", left, "name", name)})
		}
	}
	return s, nil
}

// askGiveBack keeps the requests for somebody else.
func (p *Pages) askGiveBack(c *gin.Context) error {
	return p.act(c, "change_asked", console.PathRequests, p.balancesPage, nil, nil, nil, func(in site.Form) error {
		ctx := c.Request.Context()
		all, err := p.Billing.Returns(ctx)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.Source() == in.Text("closing") {
				_, err := p.Finance.AskGiveBack(ctx, gate.ActorOf(c), giveBackOf(r))
				return err
			}
		}
		return site.NotFound()
	})
}

func giveBackOf(r billing.Return) finance.GiveBackInput {
	in := finance.GiveBackInput{City: r.City, Source: r.Source(), Amount: r.Amount, Reason: giveBackReason(r.Month)}
	for _, of := range r.Of {
		in.First = append(in.First, of.Subscription.String()+"/"+of.Component)
	}
	return in
}

// giveBackReason is printed on the credit note, which is in Indonesian.
func giveBackReason(month time.Time) string {
	return i18n.ID.T("giveback.reason", "month", i18n.ID.Month(month))
}
