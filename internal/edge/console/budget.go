package console

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// budgetNear and budgetFull are the shares of a budget, in percent, from which the page says so, as the letters do.
const (
	budgetNear = 80
	budgetFull = 100
)

// budgetSection is what the city means to spend this month and how near the month is to it, with the form for who may set it.
func (p *Pages) budgetSection(c *gin.Context, now time.Time, used, foretold money.Rupiah, in site.Form, errs ui.Errors) (bill.Section, error) {
	l, s := gate.LocaleOf(c), bill.Section{ID: "anggaran"}
	b, err := p.Billing.BudgetOf(c.Request.Context(), gate.CityOf(c), now)
	if err != nil {
		return s, err
	}
	s.Title, s.Text, s.Rows = l.T("budget.title"), l.T("budget.text"), []ui.Row{{Label: l.T("budget.amount"), Value: l.T("budget.none")}}
	value := ""
	if b.Amount > 0 {
		value = l.Number(int64(b.Amount))
		s.Rows = []ui.Row{{Label: l.T("budget.amount"), Value: l.T("budget.since", "amount", b.Amount, "month", l.Month(b.FromMonth))},
			{Label: l.T("budget.used"), Value: l.T("budget.share", "amount", used, "percent", b.Share(used))},
			{Label: l.T("budget.forecast"), Value: l.T("budget.share", "amount", foretold, "percent", b.Share(foretold))}}
		switch at, ahead := b.Share(used), b.Share(foretold); {
		case at >= budgetFull:
			s.Note = bill.Note{Tone: "bad", Text: l.T("budget.over_used", "percent", at)}
		case ahead >= budgetFull:
			s.Note = bill.Note{Tone: "care", Text: l.T("budget.over_forecast", "percent", ahead)}
		case at >= budgetNear:
			s.Note = bill.Note{Tone: "care", Text: l.T("budget.over_used", "percent", at)}
		case ahead >= budgetNear:
			s.Note = bill.Note{Tone: "care", Text: l.T("budget.over_forecast", "percent", ahead)}
		}
	}
	if p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.InvoiceBudget) == nil {
		if _, sent := in.Values["amount"]; sent {
			value = in.Get("amount")
		}
		s.Forms = []bill.Form{{ID: "ubah-anggaran", Folded: true, Title: l.T("budget.change"), Action: pathBudget, Submit: l.T("budget.save"), Fields: []ui.Field{
			{Name: "amount", Type: "money", Label: l.T("budget.amount"), Hint: l.T("budget.hint"), Value: value, Error: errs.Of("amount"), Optional: true}}}}
	}
	return s, nil
}

// setBudget keeps what the city means to spend from this month on.
func (p *Pages) setBudget(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	amount := money.Rupiah(0)
	if in.Text("amount") != "" {
		amount, err = AmountOf(in, "amount")
	}
	if err == nil {
		err = p.Billing.SetBudget(c.Request.Context(), gate.ActorOf(c), gate.CityOf(c), amount)
	}
	if errs, status, ok := site.Refused(c, err, "amount"); ok {
		return p.ownBillsPage(c, status, in, site.Called(c, errs, map[string]string{"amount": "budget.amount"}))
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathBills, "budget_saved")
}
