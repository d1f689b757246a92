package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// origin is what an amount was computed from, as billing writes it beside each charge.
type origin struct {
	City      tenancy.ID `json:"city"`
	Billed    string     `json:"billed"`
	Month     string     `json:"month"`
	Kind      string     `json:"kind"`
	Plan      string     `json:"plan"`
	Version   int        `json:"version"`
	Component string     `json:"component"`
	From      string     `json:"from"`
	Until     string     `json:"until"`
	Reason    string     `json:"reason"` // of a line that was written by hand
	Events    *struct {
		Meter       string    `json:"meter"`
		From        time.Time `json:"from"`
		Before      time.Time `json:"before"`
		TakenBefore time.Time `json:"taken_before"`
		Quantity    int64     `json:"quantity"`
	} `json:"events"`
}

func originOf(source map[string]any) (o origin, err error) {
	raw, err := json.Marshal(source)
	if err == nil {
		err = json.Unmarshal(raw, &o)
	}
	return o, err
}

// linePage shows what a line of an invoice was computed from, down to the events. City is whose events they are.
func (p *Pages) linePage(c *gin.Context, base string, city tenancy.City) error {
	b, err := p.billOf(c)
	if err != nil {
		return err
	}
	x, err := lineOf(c, b.Lines)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	v := bill.View{Shell: p.DeskShell(c, x.Name.In(l)), Back: base + "/" + b.ID.String(), Heading: x.Name.In(l), Lead: l.T("bill.line_of", "number", b.Number)}
	v.Sections, err = p.originSections(c, city, x.Source, []ui.Row{{Label: l.T("usage.working"), Value: x.Working.In(l)}, {Label: l.T("usage.line_amount"), Value: x.Amount.String()}})
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// originSections say by which price and from which events an amount came.
func (p *Pages) originSections(c *gin.Context, city tenancy.City, source map[string]any, rows []ui.Row) ([]bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	o, err := originOf(source)
	if err != nil {
		return nil, err
	}
	s := bill.Section{ID: "asal", Title: l.T("bill.origin"), Rows: rows}
	add := func(key, value string) {
		if value != "" {
			s.Rows = append(s.Rows, ui.Row{Label: l.T(key), Value: value})
		}
	}
	add("bill.reason", o.Reason)
	add("bill.of_month", monthText(l, o.Month))
	add("bill.billed_in", monthText(l, o.Billed))
	if o.From != "" {
		add("bill.days", dayText(l, o.From)+" – "+dayText(l, o.Until))
	}
	if o.Plan != "" {
		versions, err := p.Billing.Versions(ctx, o.Plan)
		if err != nil {
			return nil, err
		}
		plan, err := p.Billing.FindPlan(ctx, o.Plan)
		if err != nil {
			return nil, err
		}
		add("bill.plan", l.T("bill.plan_version", "plan", plan.Name.In(l), "version", o.Version))
		for _, ver := range versions {
			for _, comp := range ver.Components {
				if ver.Number == o.Version && comp.Code == o.Component {
					add("bill.price", PriceOf(l, comp))
				}
			}
		}
	}
	if o.Events == nil {
		if o.Kind != "adjustment" {
			s.Text = l.T("bill.no_events")
		}
		return []bill.Section{s}, nil
	}
	add("bill.quantity", l.Number(o.Events.Quantity))
	events, err := p.eventsSection(c, city, metering.Trail{Meter: o.Events.Meter, From: o.Events.From, Before: o.Events.Before, TakenBefore: o.Events.TakenBefore})
	return []bill.Section{s, events}, err
}

func monthText(l i18n.Locale, s string) string {
	if t, err := time.Parse(monthForm, s); err == nil {
		return l.Month(t)
	}
	return ""
}

func dayText(l i18n.Locale, s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return l.Date(t)
	}
	return s
}

const monthForm = "2006-01"

// eventsPage lists the events of a meter between two instants, from ?meter=, ?dari= and ?sampai=.
func (p *Pages) eventsPage(c *gin.Context, city tenancy.City, back string) error {
	l := gate.LocaleOf(c)
	t := metering.Trail{Meter: c.Query("meter")}
	for name, into := range map[string]*time.Time{"dari": &t.From, "sampai": &t.Before} {
		at, err := time.Parse(time.RFC3339, c.Query(name))
		if err != nil || at.Year() < 2000 || at.Year() > 2199 {
			return site.Invalid(name, "invalid")
		}
		*into = at
	}
	s, err := p.eventsSection(c, city, t)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bill.events")), Back: back, Heading: s.Title, Lead: city.Name, Sections: []bill.Section{s}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// eventsSection lists a page of the events behind a quantity, in the city's time.
func (p *Pages) eventsSection(c *gin.Context, city tenancy.City, t metering.Trail) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	if at := c.Query("pukul"); at != "" {
		when, err := time.Parse(time.RFC3339Nano, at)
		if err != nil || when.Year() < 2000 || when.Year() > 2199 {
			return bill.Section{}, site.Invalid("pukul", "invalid")
		}
		t.After = metering.Place{Time: when, Source: site.Clip(site.ToText(c.Query("sumber")), 200), ID: site.Clip(site.ToText(c.Query("kode")), 200)}
	}
	page, more, err := p.Metering.Events(ctx, city, t)
	if err != nil {
		return bill.Section{}, err
	}
	meters, err := p.Metering.Meters(ctx)
	if err != nil {
		return bill.Section{}, err
	}
	s := bill.Section{ID: "peristiwa", Title: l.T("bill.events"), Text: l.T("bill.events_text"),
		Empty: &bill.Empty{Icon: "history", Title: l.T("bill.no_usage"), Text: l.T("bill.no_usage_text")},
		Table: &bill.Table{Title: l.T("bill.events"), Columns: []bill.Column{{Label: l.T("bill.when")}, {Label: l.T("bill.source")}, {Label: l.T("bill.subject")}, {Label: l.T("bill.where")}, {Label: l.T("bill.quantity"), End: true}}}}
	for _, m := range meters {
		if m.Code == t.Meter {
			s.Title = l.T("bill.events_of", "meter", m.Name.In(l))
			s.Text = l.T("bill.counted."+string(m.Aggregation)) + " " + s.Text
		}
	}
	for _, e := range page {
		where := e.Agency
		for _, x := range []string{e.Service, e.Channel} {
			if x != "" {
				where += " · " + x
			}
		}
		when := bill.Cell{Text: l.DateTime(e.Time.In(city.Location()))}
		if !e.Taken.IsZero() {
			when.Small = l.T("bill.taken", "month", l.Month(e.Taken.In(city.Location())))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{when, {Text: e.Source, Small: e.ID}, {Text: e.Subject}, {Text: where}, {Text: l.Number(e.Quantity)}}})
	}
	if more {
		last := page[len(page)-1].Place()
		q := c.Request.URL.Query()
		q.Set("pukul", last.Time.UTC().Format(time.RFC3339Nano))
		q.Set("sumber", last.Source)
		q.Set("kode", last.ID)
		s.Next = (&url.URL{Path: c.Request.URL.Path, RawQuery: q.Encode(), Fragment: "peristiwa"}).String()
	}
	return s, nil
}
