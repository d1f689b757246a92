package subscribing

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// own is what the reader's city is on, what waits or is to follow, and what it can change.
func (p *Pages) own(c *gin.Context) error { return p.ownPage(c, http.StatusOK, nil) }

func (p *Pages) ownPage(c *gin.Context, status int, errs ui.Errors) error {
	ctx, l, city, now := c.Request.Context(), gate.LocaleOf(c), gate.CityOf(c), site.Zoned(c, p.Now())
	v := bill.View{Shell: p.DeskShell(c, l.T("subchange.title")), Back: pathBills, Heading: l.T("subchange.title"), Lead: l.T("subchange.lead"), Errors: errs}
	words, err := p.words(c)
	if err != nil {
		return err
	}
	sub, paused, ever, err := p.Billing.Latest(ctx, city, now)
	if err != nil {
		return err
	}
	held := ever && sub.Holds(now)
	current := bill.Section{ID: "sekarang", Title: l.T("subchange.now")}
	switch {
	case held:
		addons, err := p.AddonNames(ctx, l, sub.Plan)
		if err != nil {
			return err
		}
		current.Rows = console.TermRows(l, words.plans[sub.Plan], sub, addons)
	case paused:
		current.Note = bill.Note{Tone: "care", Text: l.T("bill.paused", "day", l.Date(sub.EndsOn))}
	default:
		current.Note = bill.Note{Tone: "care", Text: l.T("bill.no_plan")}
	}
	v.Sections = append(v.Sections, current)
	orders, err := p.Changes.List(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	may := p.Guard.Allow(ctx, gate.ActorOf(c), access.InvoiceOrder) == nil
	for _, o := range orders {
		waits := o.State() == change.Waiting
		planned, err := p.Changes.Planned(ctx, city, o)
		if err != nil {
			return err
		}
		if !waits && !planned {
			continue
		}
		s := bill.Section{ID: "rencana", Title: l.T("subchange.planned"), Rows: words.rows(l, o)}
		back := bill.Form{Action: change.PathOwn + "/pesanan/" + o.ID.String() + "/tarik", Submit: l.T("subchange.stay"), Plain: true}
		if waits {
			s.ID, s.Title, s.Text, back.Submit = "tunggu", l.T("subchange.waits"), l.T("subchange.waits_text"), l.T("subchange.withdraw")
			if o.Overrules {
				s.Text = l.T("subchange.waits_overrules")
			}
		}
		if may {
			s.Forms = []bill.Form{back}
		}
		v.Sections = append(v.Sections, s)
	}
	if may {
		choice, err := p.choiceSection(c, words, held, paused)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, choice)
	}
	v.Sections = append(v.Sections, bill.Section{ID: "riwayat", Title: l.T("subchange.history"), Table: words.table(l, orders, nil),
		Empty: &bill.Empty{Icon: "history", Title: l.T("subchange.none"), Text: l.T("subchange.none_text")}})
	v.Notes = []string{l.T("bill.never_refused"), l.T("subchange.how")}
	return p.Render(c, status, bill.Page(v))
}

// choiceSection lists the plans that the city can choose, and leads to a pause, an end, or going on.
func (p *Pages) choiceSection(c *gin.Context, words words, held, paused bool) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	choices, err := p.Changes.Choices(ctx, gate.ActorOf(c))
	if err != nil {
		return bill.Section{}, err
	}
	t := bill.Table{Title: l.T("subchange.choices"), Columns: []bill.Column{{Label: l.T("bill.plan")}, {Label: l.T("bumd.plan_summary")}, {Label: l.T("subchange.monthly"), End: true}}}
	for _, x := range choices {
		monthly, err := p.Billing.Monthly(ctx, billing.Subscription{Plan: x.Plan.Code, Version: x.Version.Number}, p.Now())
		if err != nil {
			return bill.Section{}, err
		}
		name := bill.Cell{Text: x.Plan.Name.In(l), Href: planPath(x), Small: l.T("bumd.version", "n", x.Version.Number)}
		if x.Own && held {
			name.Mark = ui.Mark{Tone: "good", Icon: "check", Text: l.T("subchange.own")}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{name, {Text: x.Plan.Summary.In(l)}, {Text: monthly.String()}}})
	}
	s := bill.Section{ID: "pilihan", Title: l.T("subchange.choices"), Text: l.T("subchange.choices_text"), Table: &t,
		Empty: &bill.Empty{Icon: "search", Title: l.T("subchange.no_choices"), Text: l.T("subchange.no_choices_text")}}
	switch {
	case held:
		s.Links = []ui.Link{{Href: pathPause, Label: l.T("subchange.do.pause"), Icon: "clock"}, {Href: pathCancel, Label: l.T("subchange.do.cancel"), Icon: "ban"}}
	case paused:
		s.Links = []ui.Link{{Href: pathResume, Label: l.T("subchange.do.resume"), Icon: "check"}}
	}
	return s, nil
}

// withdraw takes an order back that waits, or does not hold yet.
func (p *Pages) withdraw(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err = p.Changes.Withdraw(c.Request.Context(), gate.ActorOf(c), id); err == nil {
		return p.Done(c, change.PathOwn, "order_withdrawn")
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict {
		return p.ownPage(c, status, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// words are the names of plans and add-ons, by code, and the zone of who reads them.
type words struct {
	plans  map[string]string
	addons map[string]map[string]string
	zone   *time.Location
}

func (p *Pages) words(c *gin.Context) (words, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	w := words{plans: map[string]string{}, addons: map[string]map[string]string{}, zone: gate.CityOf(c).Location()}
	plans, err := p.Billing.Plans(ctx)
	for _, x := range plans {
		w.plans[x.Code] = x.Name.In(l)
		if w.addons[x.Code], err = p.AddonNames(ctx, l, x.Code); err != nil {
			return w, err
		}
	}
	return w, err
}

// what says what an order changes, and to what.
func (w words) what(l i18n.Locale, o change.Order) (what, to string) {
	to = l.T("bill.plan_version", "plan", w.plans[o.Plan], "version", o.Version)
	if len(o.Addons) > 0 {
		to += "; " + console.AddonText(o.Addons, w.addons[o.Plan])
	}
	return l.T("subchange.kind." + string(o.Kind)), to
}

// rows tell an order.
func (w words) rows(l i18n.Locale, o change.Order) []ui.Row {
	what, to := w.what(l, o)
	rows := []ui.Row{{Label: l.T("subchange.what"), Value: what}, {Label: l.T("bill.plan"), Value: to}, {Label: l.T("subchange.takes_on"), Value: l.Date(o.TakesOn)},
		{Label: l.T("subchange.monthly"), Value: l.T("subchange.from_to", "now", o.MonthlyNow, "then", o.MonthlyThen)}, {Label: l.T("subchange.asked"), Value: o.AskedName + ", " + l.Date(o.AskedAt.In(w.zone))}}
	if o.Reason != "" {
		rows = append(rows, ui.Row{Label: l.T("bill.reason"), Value: o.Reason})
	}
	return rows
}

// table lists orders; with the names of cities by id, whose they are.
func (w words) table(l i18n.Locale, orders []change.Order, cities func(change.Order) bill.Cell) *bill.Table {
	t := bill.Table{Title: l.T("subchange.history"), Columns: []bill.Column{{Label: l.T("subchange.asked")}, {Label: l.T("subchange.what")}, {Label: l.T("subchange.takes_on")}, {Label: l.T("subchange.monthly"), End: true}, {Label: l.T("bill.state")}}}
	if cities != nil {
		t.Columns = slices.Insert(t.Columns, 0, bill.Column{Label: l.T("usage.city")})
	}
	for _, o := range orders {
		what, to := w.what(l, o)
		state := bill.Cell{Mark: stateMark(l, o.State()), Small: o.Answer}
		cells := []bill.Cell{{Text: l.Date(o.AskedAt.In(w.zone)), Small: o.AskedName}, {Text: what, Small: to}, {Text: l.Date(o.TakesOn)}, {Text: l.T("subchange.from_to", "now", o.MonthlyNow, "then", o.MonthlyThen)}, state}
		if cities != nil {
			cells = slices.Insert(cells, 0, cities(o))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return &t
}
