package console

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/metering"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// towns lists the cities with their plan and what it is worth, by ?keadaan= and ?gerak=, today or as of the end of ?bulan=.
func (p *Pages) towns(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	now, err := p.trendDay(c)
	if err != nil {
		return err
	}
	state, moved := c.Query("keadaan"), c.Query("gerak")
	if state != "" && !slices.Contains(cityStates(), state) {
		return site.Invalid("keadaan", "not_an_option")
	}
	if moved != "" && !slices.Contains(cityMovements(), moved) {
		return site.Invalid("gerak", "not_an_option")
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return err
	}
	today, err := p.Billing.Recurring(ctx, now)
	if err != nil {
		return err
	}
	began, err := p.Billing.Recurring(ctx, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()).AddDate(0, 0, -1))
	if err != nil {
		return err
	}
	paused, err := p.Billing.Paused(ctx, now)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.cities"), Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("bill.state")}, {Label: l.T("bill.plan")}, {Label: l.T("bill.since")},
		{Label: l.T("bumd.a_month_now"), End: true}, {Label: l.T("bumd.change"), End: true}}}
	var sum, change money.Rupiah
	for _, city := range cities {
		r, on := today[city.ID]
		was := began[city.ID].Monthly
		stopped, waits := paused[city.ID]
		stands := standingOf(r, on, waits, now)
		if state != "" && state != stands || moved != "" && !moves(moved, was, r.Monthly) {
			continue
		}
		plan, since := bill.Cell{Text: "–"}, bill.Cell{Text: "–"}
		if on {
			plan = bill.Cell{Text: r.PlanName.In(l), Small: l.T("bumd.version", "n", r.Version)}
			since.Text = l.Date(r.StartsOn)
		} else if waits {
			since.Text = l.Date(stopped.EndsOn)
		}
		sum, change = sum+r.Monthly, change+r.Monthly-was
		at := PathCities + "/" + city.Slug + formWorth + "?bulan=" + now.Format(monthForm)
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: city.Name, Href: PathCities + "/" + city.Slug}, {Mark: cityMark(l, stands)}, plan, since, {Text: r.Monthly.String(), Href: at}, {Text: (r.Monthly - was).String(), Href: at}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {}, {}, {}, {Text: sum.String()}, {Text: change.String()}}
	states := []ui.Option{{Label: l.T("audit.every")}}
	for _, s := range cityStates() {
		states = append(states, ui.Option{Value: s, Label: l.T("bumd.city." + s)})
	}
	movements := []ui.Option{{Label: l.T("audit.every")}}
	for _, m := range cityMovements() {
		movements = append(movements, ui.Option{Value: m, Label: l.T("bumd.moved." + m)})
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.cities")), Back: PathOverview, Heading: l.T("bumd.cities"), Lead: l.T("bumd.cities_lead"), Notes: []string{l.T("bumd.mrr_definition"), l.T("bumd.as_of", "day", l.Date(now))}}
	if p.Guard.Allow(ctx, gate.ActorOf(c), access.PlanManage) == nil {
		v.Links = []ui.Link{{Href: PathOrders, Label: l.T("subchange.all"), Icon: "list-details"}}
	}
	text := ""
	if moved == "churned" {
		m := billing.MovedBetween(began, today)
		text = l.T("bumd.left_text", "left", m.Left, "began", m.Began)
	}
	v.Sections = []bill.Section{{ID: "daftar", Title: l.T("bumd.cities"), Quiet: true, Text: text, Table: &t,
		Filter: &bill.Form{Action: PathCities, Submit: l.T("usage.show"), Fields: []ui.Field{{Name: "bulan", Type: "month", Label: l.T("usage.month"), Value: now.Format("2006-01")}, {Name: "keadaan", Type: "select", Label: l.T("bill.state"), Options: states, Value: state},
			{Name: "gerak", Type: "select", Label: l.T("bumd.moved"), Options: movements, Value: moved}}},
		Empty: &bill.Empty{Icon: "search", Title: l.T("bumd.no_cities"), Text: l.T("bumd.no_cities_text")}}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// cityMovements are how what a city is worth can have changed.
func cityMovements() []string {
	return []string{anyMovement, "new", "expansion", "contraction", "churned"}
}

// anyMovement is of a city that is worth more or less than it was.
const anyMovement = "changed"

// moves reports whether what a city is worth has changed in a way.
func moves(way string, was, is money.Rupiah) bool {
	return way == anyMovement && was != is || way == movementOf(was, is)
}

// movementOf is how what a city is worth has changed, or "".
func movementOf(was, is money.Rupiah) string {
	switch {
	case was == 0 && is > 0:
		return "new"
	case was > 0 && is == 0:
		return "churned"
	case is > was:
		return "expansion"
	case is < was:
		return "contraction"
	}
	return ""
}

func cityMark(l i18n.Locale, state string) ui.Mark {
	m := ui.Mark{Icon: "minus", Text: l.T("bumd.city." + state)}
	switch state {
	case "active":
		m.Tone, m.Icon = "good", "circle-check"
	case "trial":
		m.Tone, m.Icon = "care", "hourglass"
	case "paused":
		m.Tone, m.Icon = "care", "clock"
	}
	return m
}

// townOf is the city of the address.
func (p *Pages) townOf(c *gin.Context) (tenancy.City, error) {
	city, err := p.Directory.BySlug(c.Request.Context(), c.Param("slug"))
	if err == nil && city.Kind != tenancy.KindCity {
		err = site.NotFound()
	}
	return city, err
}

func (p *Pages) townEvents(c *gin.Context) error {
	city, err := p.townOf(c)
	if err != nil {
		return err
	}
	return p.eventsPage(c, city, PathCities+"/"+city.Slug)
}

// town is one city: what it is on and was, what it uses, what it was billed and how that stands.
func (p *Pages) town(c *gin.Context) error { return p.townPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) townPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	city, err := p.townOf(c)
	if err != nil {
		return err
	}
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), p.Now().In(city.Location())
	here := PathCities + "/" + city.Slug
	sub, _, on, err := p.Billing.Current(ctx, city, now)
	if err != nil {
		return err
	}
	_, paused, _, err := p.Billing.Latest(ctx, city, now)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, city.Name), Back: PathCities, Heading: city.Name, Errors: errs,
		Mark: cityMark(l, standingOf(billing.Running{Subscription: sub}, on, paused, now)), Links: []ui.Link{{Href: PathInvoices + "?kota=" + city.Slug, Label: l.T("bumd.invoices"), Icon: "file-text"}}}
	if p.Guard.Allow(ctx, gate.ActorOf(c), access.PlanManage) == nil {
		v.Links = append(v.Links, ui.Link{Href: OrdersOf(city.Slug), Label: l.T("subchange.of_city"), Icon: "list-details"})
	}
	if p.Guard.Allow(ctx, gate.ActorOf(c), access.InvoiceIssue) == nil {
		v.Links = append(v.Links, ui.Link{Href: PathParties + "/" + city.Slug, Label: l.T("party.link"), Icon: "edit"})
	}
	history, names, err := p.historySection(ctx, l, city, now)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, history)
	if len(city.Plan.Limits) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "batas", Title: l.T("bill.limits"), Text: l.T("bill.never_refused"), Table: limitTable(l, city.Plan, slices.Sorted(maps.Keys(city.Plan.Limits)))})
	}
	month, err := p.townMonth(ctx, l, city, now, here)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, month...)
	used, err := p.usageSection(c, city, now)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, used)
	owed, err := p.booksSections(c, city)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, owed...)
	if p.Guard.Allow(ctx, gate.ActorOf(c), access.PlanManage) == nil {
		addons, err := p.addonFields(ctx, l, now, in, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, moveSection(l, here, names, addons, now, on, paused, in, errs))
	}
	return p.Render(c, status, bill.Page(v))
}

// historySection lists what a city has been on, and is and will be; the second result are the plans by code.
func (p *Pages) historySection(ctx context.Context, l i18n.Locale, city tenancy.City, now time.Time) (bill.Section, []ui.Option, error) {
	plans, err := p.Billing.Plans(ctx)
	if err != nil {
		return bill.Section{}, nil, err
	}
	var options []ui.Option
	names := map[string]string{}
	for _, x := range plans {
		names[x.Code] = x.Name.In(l)
		options = append(options, ui.Option{Value: x.Code, Label: x.Name.In(l), Hint: x.Summary.In(l)})
	}
	addons := map[string]map[string]string{}
	all, err := p.Billing.History(ctx, city)
	t := bill.Table{Title: l.T("bumd.history"), Columns: []bill.Column{{Label: l.T("bill.plan")}, {Label: l.T("bill.since")}, {Label: l.T("bill.until")}, {Label: l.T("bumd.agreed")}}}
	for _, s := range all {
		plan := bill.Cell{Text: names[s.Plan], Small: l.T("bumd.version", "n", s.Version)}
		if s.Holds(now) {
			plan.Mark = ui.Mark{Tone: "good", Icon: "check", Text: l.T("bumd.holds")}
		}
		until := bill.Cell{Text: "–"}
		if !s.EndsOn.IsZero() {
			until = bill.Cell{Text: l.Date(s.EndsOn.AddDate(0, 0, -1)), Small: l.T("bill.ended." + string(s.EndedAs))}
		}
		agreed := ""
		if addons[s.Plan] == nil {
			if addons[s.Plan], err = p.AddonNames(ctx, l, s.Plan); err != nil {
				return bill.Section{}, nil, err
			}
		}
		for _, r := range TermRows(l, "", s, addons[s.Plan])[2:] {
			if r.Label != l.T("bill.until") {
				agreed += r.Label + " " + r.Value + ". "
			}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{plan, {Text: l.Date(s.StartsOn)}, until, {Text: agreed}}})
	}
	return bill.Section{ID: "riwayat", Title: l.T("bumd.history"), Table: &t, Empty: &bill.Empty{Icon: "history", Title: l.T("usage.no_plan"), Text: l.T("bumd.no_history_text")}}, options, err
}

// townMonth is what the running month comes to.
func (p *Pages) townMonth(ctx context.Context, l i18n.Locale, city tenancy.City, now time.Time, here string) ([]bill.Section, error) {
	e, err := p.Billing.Estimate(ctx, city, now)
	if fault.Is(err, "billing.no_subscription") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	foretold, err := p.Billing.Forecast(ctx, city, now)
	if err != nil {
		return nil, err
	}
	return []bill.Section{{ID: "angka", Title: l.T("bill.now"), Quiet: true, Figures: []bill.Figure{
		{Label: l.T("bill.so_far"), Value: e.Total.String(), Href: "#bulan", Meaning: l.T("bill.before_tax")},
		{Label: l.T("bill.forecast"), Value: foretold.String(), Href: "#bulan", Meaning: l.T("bill.forecast_text", "month", l.Month(now))}}},
		{ID: "bulan", Title: l.T("bill.month", "month", l.Month(now)), Table: estimateTable(l, e, here+"/peristiwa", city.Location())}}, nil
}

// chartMonths is how far back the chart of a meter goes.
const chartMonths = 12

// usageSection draws a meter of a city over a year, in all or by agency, service or channel, from ?meter= and ?menurut=.
func (p *Pages) usageSection(c *gin.Context, city tenancy.City, now time.Time) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	meters, err := p.Metering.Meters(ctx)
	if err != nil || len(meters) == 0 {
		return bill.Section{}, err
	}
	chosen := meters[0]
	var options []ui.Option
	for _, m := range meters {
		options = append(options, ui.Option{Value: m.Code, Label: m.Name.In(l)})
		if m.Code == c.Query("meter") {
			chosen = m
		}
	}
	by := metering.Dimension(c.Query("menurut"))
	if !slices.Contains(chosen.Dimensions, by) {
		by = ""
	}
	to := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, city.Location())
	from := to.AddDate(0, -chartMonths, 0)
	series, err := p.Metering.Query(ctx, city, metering.Query{Meter: chosen.Code, From: from, To: to, By: by, Step: metering.ByMonth})
	if err != nil {
		return bill.Section{}, err
	}
	chart := ui.Chart{Title: l.T("bumd.chart", "meter", chosen.Name.In(l), "unit", chosen.Unit.In(l)), Column: l.T("usage.month"), Series: []ui.Series{{Name: chosen.Unit.In(l)}}}
	for m := from; m.Before(to); m = m.AddDate(0, 1, 0) {
		chart.Labels = append(chart.Labels, site.Clip(l.Month(m), 3)) // twelve fit on a phone, and none is there twice
		n := int64(0)
		for _, x := range series.Points {
			if x.From.Equal(m) {
				n = x.Quantity
			}
		}
		chart.Series[0].Values = append(chart.Series[0].Values, n)
		way := ""
		if n > 0 {
			way = eventsOf(PathCities+"/"+city.Slug+"/peristiwa", chosen.Code, m, m.AddDate(0, 1, 0))
		}
		chart.Links = append(chart.Links, way)
	}
	divide := []ui.Option{{Label: l.T("bumd.undivided")}}
	for _, d := range []metering.Dimension{metering.ByAgency, metering.ByService, metering.ByChannel} {
		divide = append(divide, ui.Option{Value: string(d), Label: l.T("usage.by_" + string(d))})
	}
	s := bill.Section{ID: "pemakaian", Title: l.T("bumd.usage"), Chart: &chart, Filter: &bill.Form{Action: PathCities + "/" + city.Slug + "#pemakaian", Submit: l.T("usage.show"), Fields: []ui.Field{
		{Name: "meter", Type: "select", Label: l.T("bumd.meter"), Options: options, Value: chosen.Code}, {Name: "menurut", Type: "select", Label: l.T("bumd.by"), Options: divide, Value: string(by)}}}}
	if by != "" {
		names, err := p.CodeNames(tenancy.With(ctx, city), l)
		if err != nil {
			return s, err
		}
		s.Table = &bill.Table{Title: l.T("usage.by_" + string(by)), Columns: []bill.Column{{Label: l.T("usage.by_" + string(by))}, {Label: chosen.Unit.In(l), End: true}}}
		for _, x := range series.Shares {
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: cmp.Or(names[string(by)+":"+x.Code], x.Code)}, {Text: l.Number(x.Quantity)}}})
		}
	}
	return s, nil
}

// booksSections are the latest invoices of a city and its books.
func (p *Pages) booksSections(c *gin.Context, city tenancy.City) ([]bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	rows, err := p.finance.List(ctx, who, finance.Filter{City: city.ID})
	if err != nil {
		return nil, err
	}
	list := bill.Section{ID: "tagihan", Title: l.T("bill.invoices"), Table: invoiceTable(l, rows[:min(len(rows), 12)], PathInvoices+"/", site.Zoned(c, p.Now()), true),
		Empty: &bill.Empty{Icon: "file-text", Title: l.T("bill.none"), Text: l.T("bill.none_text")}}
	if len(rows) > 12 {
		list.Links = []ui.Link{{Href: PathInvoices + "?kota=" + city.Slug, Label: l.T("bumd.all_invoices")}}
	}
	party, books, known, err := p.finance.Party(ctx, who, city.ID)
	if err != nil || !known {
		return []bill.Section{list}, err
	}
	rules, err := p.RuleNames(c)
	if err != nil {
		return nil, err
	}
	own := bill.Section{ID: "buku", Title: l.T("bumd.books"), Text: l.T("bumd.books_text"), Rows: append(StandingRows(l, books.Standing),
		ui.Row{Label: l.T("bumd.balance"), Value: books.Balance.String()}, ui.Row{Label: l.T("bumd.taxed"), Value: taxText(l, party, rules)})}
	return []bill.Section{list, own}, nil
}

// RuleNames are the words for the tax rules of today, by code; whoever may not read them sees the codes.
func (p *Pages) RuleNames(c *gin.Context) (map[string]string, error) {
	out := map[string]string{}
	if p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.InvoiceIssue) != nil {
		return out, nil
	}
	for _, kind := range []string{invoice.PPN, invoice.PPh} {
		rules, err := p.finance.Rules(c.Request.Context(), gate.ActorOf(c), kind)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			out[r.Code] = r.Name.In(gate.LocaleOf(c)) + " (" + r.Code + ")"
		}
	}
	return out, nil
}

// taxText says how a party is taxed, and whether an adviser has confirmed it.
func taxText(l i18n.Locale, y invoice.Party, rules map[string]string) string {
	text := cmp.Or(rules[y.PPN], y.PPN)
	if y.PPh != "" {
		text += "\n" + cmp.Or(rules[y.PPh], y.PPh)
	}
	text += "\n" + y.Basis
	if !y.Verified {
		text += "\n" + l.T("bumd.unverified")
	}
	return text
}

// AddonField is the name of the field that asks how many of an add-on there are to be.
func AddonField(code string) string { return "addon-" + code }

// addonFields ask for everything that can be had beside a plan of today's price list, and say beside which.
func (p *Pages) addonFields(ctx context.Context, l i18n.Locale, now time.Time, in site.Form, errs ui.Errors) ([]ui.Field, error) {
	plans, err := p.Billing.Plans(ctx)
	if err != nil {
		return nil, err
	}
	var out []ui.Field
	for _, x := range plans {
		versions, err := p.Billing.Versions(ctx, x.Code)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(versions, func(v billing.Version) bool {
			return v.EffectiveFrom.Format(time.DateOnly) <= now.Format(time.DateOnly)
		})
		if n < 0 {
			continue
		}
		for _, c := range versions[n].Components {
			name := AddonField(c.Code)
			switch i := slices.IndexFunc(out, func(f ui.Field) bool { return f.Name == name }); {
			case !c.Optional:
			case i >= 0:
				out[i].Hint += "; " + x.Name.In(l)
			default:
				out = append(out, ui.Field{Name: name, Type: "number", Optional: true, Label: c.Name.In(l), Hint: l.T("bumd.addon_of", "price", PriceOf(l, c), "plan", x.Name.In(l)), Value: in.Get(name), Error: errs.Of(name)})
			}
		}
	}
	return out, nil
}

// moveSection moves, ends and takes up a subscription.
func moveSection(l i18n.Locale, here string, plans []ui.Option, addons []ui.Field, now time.Time, on, paused bool, in site.Form, errs ui.Errors) bill.Section {
	day := func(name string) string {
		if d := site.DateOf(in, name); d != "" {
			return d
		}
		return now.Format(time.DateOnly)
	}
	s := bill.Section{ID: "ubah", Title: l.T("bumd.change_subscription"), Forms: []bill.Form{{ID: "pindah", Folded: true, Title: l.T("bumd.move"), Text: l.T("bumd.move_text", "days", billing.TrialMost), Action: here + "/pindah", Submit: l.T("bumd.move_do"), Fields: []ui.Field{
		{Name: "plan", Type: "select", Label: l.T("bill.plan"), Options: plans, Value: in.Get("plan"), Error: errs.Of("plan")},
		{Name: "starts_on", Type: "date", Label: l.T("bumd.first_day"), Hint: l.T("bumd.first_day_hint"), Optional: true, Value: site.DateOf(in, "starts_on"), Error: errs.Of("starts_on")},
		{Name: "trial_days", Type: "number", Label: l.T("bumd.trial_days"), Optional: true, Value: in.Get("trial_days"), Error: errs.Of("trial_days")},
		{Name: "coupon", Label: l.T("bill.coupon"), Optional: true, Value: in.Get("coupon"), Error: errs.Of("coupon"), Max: 40}}}}}
	s.Forms[0].Fields = append(s.Forms[0].Fields, addons...)
	if on || paused {
		agreed := in.Get("agreed")
		if agreed == "" {
			agreed = agreedKept
		}
		s.Forms[0].Fields = append(s.Forms[0].Fields, ui.Field{Name: "agreed", Type: "choice", Label: l.T("bumd.settled"), Value: agreed, Options: []ui.Option{
			{Value: agreedKept, Label: l.T("bumd.settled_keep"), Hint: l.T("bumd.settled_keep_hint")}, {Value: agreedAnew, Label: l.T("bumd.settled_anew"), Hint: l.T("bumd.settled_anew_hint")}}})
	}
	if on {
		endings := []ui.Option{{Value: string(billing.Paused), Label: l.T("bumd.pause")}, {Value: string(billing.Cancelled), Label: l.T("bumd.cancel")}}
		s.Forms = append(s.Forms, bill.Form{ID: "akhiri", Folded: true, Title: l.T("bumd.end"), Text: l.T("bill.never_refused"), Action: here + "/akhiri", Submit: l.T("bumd.end_do"), Fields: []ui.Field{
			{Name: "as", Type: "choice", Label: l.T("bumd.end_as"), Options: endings, Value: in.Get("as"), Error: errs.Of("as")},
			{Name: "on", Type: "date", Label: l.T("bumd.end_on"), Value: day("on"), Error: errs.Of("on")}, ReasonField(l, in.Get("reason"), errs)}})
	} else {
		s.Forms = append(s.Forms, bill.Form{ID: "lanjut", Folded: true, Title: l.T("bumd.resume"), Text: l.T("bumd.resume_text"), Action: here + "/lanjut", Submit: l.T("bumd.resume_do"), Fields: []ui.Field{
			{Name: "on", Type: "date", Label: l.T("bumd.first_day"), Value: day("on"), Error: errs.Of("on")}}})
	}
	return s
}
