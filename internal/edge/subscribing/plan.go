package subscribing

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

func planPath(x change.Choice) string {
	return change.PathOwn + "/paket/" + x.Plan.Code + "?versi=" + strconv.Itoa(x.Version.Number)
}

// plan is one that the city can choose: its prices, its add-ons and, once asked for, what choosing it costs.
func (p *Pages) plan(c *gin.Context) error {
	in, err := site.CheckText(c.Request.URL.Query(), nil)
	if err != nil {
		return err
	}
	return p.planPage(c, http.StatusOK, in, nil)
}

// choiceOf is the plan of the address in the version that was chosen, or its first: the city's own, or the newest. It is NotFound
// "billing.plan_unknown" for one that the city cannot choose, or cannot any more.
func (p *Pages) choiceOf(c *gin.Context, in site.Form) (change.Choice, error) {
	choices, err := p.Changes.Choices(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return change.Choice{}, err
	}
	n := slices.IndexFunc(choices, func(x change.Choice) bool {
		return x.Plan.Code == c.Param("plan") && (in.Text("versi") == "" || in.Text("versi") == strconv.Itoa(x.Version.Number))
	})
	if n < 0 {
		return change.Choice{}, fault.New(fault.NotFound, "billing.plan_unknown")
	}
	return choices[n], nil
}

// gone shows what can be chosen instead of a plan that cannot be any more; what else failed is returned.
func (p *Pages) gone(c *gin.Context, err error) error {
	if !fault.Is(err, "billing.plan_unknown") {
		return err
	}
	return p.ownPage(c, http.StatusNotFound, ui.Errors{{Text: gate.LocaleOf(c).T("subchange.not_offered")}})
}

func (p *Pages) planPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, city, now := c.Request.Context(), gate.LocaleOf(c), gate.CityOf(c), site.Zoned(c, p.Now())
	x, err := p.choiceOf(c, in)
	if err != nil {
		return p.gone(c, err)
	}
	name := x.Plan.Name.In(l)
	v := bill.View{Shell: p.DeskShell(c, name), Back: change.PathOwn, Heading: name, Lead: x.Plan.Summary.In(l)}
	prices := bill.Table{Title: l.T("subchange.prices"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("subchange.price")}}}
	version := strconv.Itoa(x.Version.Number)
	ask := bill.Form{ID: "pilih", Title: l.T("subchange.choose"), Action: change.PathOwn + "/paket/" + x.Plan.Code + "#biaya", Get: true, Submit: l.T("subchange.look"),
		Hidden: []ui.Option{{Value: "versi", Label: version}, {Value: "lihat", Label: "ya"}}}
	sub, paused, ever, err := p.Billing.Latest(ctx, city, now)
	if err != nil {
		return err
	}
	held := ever && sub.Holds(now)
	asked := in.Text("lihat") == "ya"
	quote := bill.Section{}
	if asked && len(errs) == 0 {
		var conflict ui.Errors
		if quote, conflict, err = p.quoteOf(c, x, in); err != nil {
			return p.gone(c, err)
		}
		if errs = conflict; len(errs) > 0 {
			status = http.StatusUnprocessableEntity
		}
	}
	for _, k := range x.Version.Components {
		prices.Rows = append(prices.Rows, bill.Line{Cells: []bill.Cell{{Text: k.Name.In(l)}, {Text: console.PriceOf(l, k)}}})
		if !k.Optional {
			continue
		}
		field := console.AddonField(k.Code)
		f := ui.Field{Name: field, Type: "number", Optional: true, Label: k.Name.In(l), Hint: console.PriceOf(l, k), Value: in.Get(field), Error: errs.Of(field)}
		if _, sent := in.Values[field]; !sent && (held || paused) && x.Own && sub.Addons[k.Code] > 0 {
			f.Value = strconv.FormatInt(sub.Addons[k.Code], 10)
		}
		ask.Fields = append(ask.Fields, f)
	}
	v.Errors = errs
	v.Sections = []bill.Section{{ID: "harga", Title: l.T("subchange.prices"), Text: l.T("subchange.before_tax"), Table: &prices}, {ID: "tambahan", Title: l.T("subchange.addons"), Quiet: true, Forms: []bill.Form{ask}}}
	if x.Own && len(ask.Fields) == 0 && held {
		v.Sections[1] = bill.Section{ID: "tambahan", Title: l.T("subchange.addons"), Note: bill.Note{Text: l.T("subchange.no_addons")}}
	}
	if quote.ID != "" {
		v.Sections = append(v.Sections, quote)
	}
	return p.Render(c, status, bill.Page(v))
}

// input is the choice with its add-ons.
func input(x change.Choice, in site.Form) (change.Input, error) {
	addons, err := console.AddonsOf(in)
	return change.Input{Plan: x.Plan.Code, Version: x.Version.Number, Addons: addons, Seen: in.Get("seen")}, err
}

// quoteOf is what a choice costs, with the button that orders it, or why it cannot be.
func (p *Pages) quoteOf(c *gin.Context, x change.Choice, in site.Form) (bill.Section, ui.Errors, error) {
	l := gate.LocaleOf(c)
	want, err := input(x, in)
	var q change.Quote
	if err == nil {
		q, err = p.Changes.Quote(c.Request.Context(), gate.ActorOf(c), want)
	}
	if errs, _, ok := p.refused(c, err); ok {
		return bill.Section{}, errs, nil
	}
	if err != nil {
		return bill.Section{}, nil, err
	}
	s := quoteSection(l, q)
	f := bill.Form{Title: l.T("subchange.confirm"), Action: change.PathOwn + "/paket/" + x.Plan.Code, Submit: submitText(l, q), Hidden: []ui.Option{{Value: "versi", Label: strconv.Itoa(x.Version.Number)}, {Value: "lihat", Label: "ya"}, {Value: "seen", Label: q.Mark()}}}
	for code, n := range want.Addons {
		f.Hidden = append(f.Hidden, ui.Option{Value: console.AddonField(code), Label: strconv.FormatInt(n, 10)})
	}
	slices.SortFunc(f.Hidden, func(a, b ui.Option) int { return strings.Compare(a.Value, b.Value) })
	s.Forms = []bill.Form{f}
	return s, nil, nil
}

// refused is what a city can mend about an order, or wait for.
func (p *Pages) refused(c *gin.Context, err error) (ui.Errors, int, bool) {
	if err == nil {
		return nil, 0, false
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict {
		return ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}, status, true
	}
	errs, status, ok := site.Refused(c, err, "")
	return console.AddonErrors(errs), status, ok && status == http.StatusUnprocessableEntity
}

func submitText(l i18n.Locale, q change.Quote) string {
	if q.Waits {
		return l.T("subchange.send")
	}
	return l.T("subchange.do_it")
}

// quoteSection is what a change comes to.
func quoteSection(l i18n.Locale, q change.Quote) bill.Section {
	s := bill.Section{ID: "biaya", Title: l.T("subchange.cost"), Text: l.T("subchange.cost_text"), Rows: []ui.Row{{Label: l.T("subchange.what"), Value: l.T("subchange.kind." + string(q.Kind))}, {Label: l.T("subchange.takes_on"), Value: dayText(l, q)},
		{Label: l.T("subchange.monthly"), Value: l.T("subchange.from_to", "now", q.MonthlyNow, "then", q.MonthlyThen)}, {Label: l.T("subchange.month", "month", l.Month(monthOf(q))), Value: l.T("subchange.from_to", "now", q.MonthNow, "then", q.MonthThen)}}}
	if kind := q.Kind; (kind == change.Pause || kind == change.Cancel) && q.On.Before(q.YearUntil) {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("subchange.year"), Value: l.T("subchange.back."+string(kind), "last", l.Date(q.YearUntil.AddDate(0, 0, -1)), "day", l.Date(q.YearUntil))})
	}
	if q.Next.Coupon != nil {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("bill.coupon"), Value: q.Next.Coupon.Code})
	}
	if !q.Next.TrialEndsOn.IsZero() && q.Next.EndsOn.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("bill.trial"), Value: l.Date(q.Next.TrialEndsOn.AddDate(0, 0, -1))})
	}
	switch {
	case q.Overrules:
		s.Note = bill.Note{Tone: "care", Text: l.T("subchange.will_overrule")}
	case q.Waits:
		s.Note = bill.Note{Tone: "care", Text: l.T("subchange.will_wait")}
	}
	if q.MonthThen != q.MonthNow {
		s.Table = lineTable(l, q)
	}
	return s
}

// dayText is from when a change holds, and why from then.
func dayText(l i18n.Locale, q change.Quote) string {
	why := string(q.Kind)
	switch q.Kind {
	case change.Lower:
		switch {
		case q.On.Equal(q.YearUntil):
			why = "year"
		case q.On.Equal(q.Today): // in a pause nothing is used up first
			why = string(change.Raise)
		case q.On.Day() != 1: // a trial, or what ends by itself
			why = "term"
		}
	case change.Pause, change.Cancel:
		if q.On.Before(q.YearUntil) {
			why = "back"
		}
	}
	return l.T("subchange.day."+why, "day", l.Date(q.On))
}

// monthOf is the first day of the running month.
func monthOf(q change.Quote) time.Time {
	first, _ := q.Month.Window(time.UTC)
	return first
}

// lineTable is what the running month comes to with the change, line by line.
func lineTable(l i18n.Locale, q change.Quote) *bill.Table {
	t := bill.Table{Title: l.T("subchange.lines", "month", l.Month(monthOf(q))), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("usage.total")}, {}, {Text: q.MonthThen.String()}}}
	for _, x := range q.Lines {
		name := x.Name.In(l)
		if x.Kind == rating.Discount {
			name = l.T("billing.line.discount", "code", x.Component)
		}
		days := ""
		if from, to := x.Period.Window(time.UTC); !x.Period.Whole() {
			days = l.Date(from) + " – " + l.Date(to.AddDate(0, 0, -1))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: name, Small: days}, {Text: x.Working(l)}, {Text: x.Amount.String()}}})
	}
	return &t
}

// orderPlan orders what was shown.
func (p *Pages) orderPlan(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	x, err := p.choiceOf(c, in)
	if err != nil {
		return p.gone(c, err)
	}
	want, err := input(x, in)
	if err != nil {
		return err
	}
	o, err := p.Changes.Ask(c.Request.Context(), gate.ActorOf(c), want)
	if errs, status, ok := p.refused(c, err); ok {
		return p.planPage(c, status, in, errs)
	}
	if err != nil {
		return p.gone(c, err)
	}
	return p.ordered(c, o)
}

// ordered tells what became of an order.
func (p *Pages) ordered(c *gin.Context, o change.Order) error {
	p.Directory.Forget()
	done := "order_done"
	if o.State() == change.Waiting {
		done = "order_sent"
	}
	return p.Done(c, change.PathOwn, done)
}

// stop shows what a pause, an end or going on comes to.
func (p *Pages) stop(kind change.Kind) func(*gin.Context) error {
	return func(c *gin.Context) error { return p.stopPage(c, kind, http.StatusOK, site.Form{}, nil) }
}

func (p *Pages) stopPage(c *gin.Context, kind change.Kind, status int, in site.Form, errs ui.Errors) error {
	l, title := gate.LocaleOf(c), gate.LocaleOf(c).T("subchange.do."+string(kind))
	v := bill.View{Shell: p.DeskShell(c, title), Back: change.PathOwn, Heading: title, Lead: l.T("subchange.about." + string(kind)), Errors: errs}
	q, err := p.Changes.Quote(c.Request.Context(), gate.ActorOf(c), change.Input{Kind: kind, Reason: in.Text("reason")})
	if conflict, code, ok := p.refused(c, err); ok {
		if len(v.Errors) == 0 {
			status, v.Errors = code, conflict
		}
		return p.Render(c, status, bill.Page(v))
	}
	if err != nil {
		return err
	}
	s := quoteSection(l, q)
	f := bill.Form{Title: l.T("subchange.confirm"), Action: c.Request.URL.Path, Submit: submitText(l, q), Hidden: []ui.Option{{Value: "seen", Label: q.Mark()}}}
	if kind != change.Resume {
		f.Fields = []ui.Field{console.ReasonField(l, in.Get("reason"), errs)}
		f.Text = l.T("bill.never_refused")
	}
	s.Forms = []bill.Form{f}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// orderStop orders it.
func (p *Pages) orderStop(kind change.Kind) func(*gin.Context) error {
	return func(c *gin.Context) error {
		in, err := site.ReadForm(c)
		if err != nil {
			return err
		}
		o, err := p.Changes.Ask(c.Request.Context(), gate.ActorOf(c), change.Input{Kind: kind, Reason: in.Get("reason"), Seen: in.Get("seen")})
		if errs, status, ok := p.refused(c, err); ok {
			return p.stopPage(c, kind, status, in, site.Called(c, errs, map[string]string{"reason": "bill.reason"}))
		}
		if err != nil {
			return err
		}
		return p.ordered(c, o)
	}
}
