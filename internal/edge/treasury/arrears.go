package treasury

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// arrears is who owes what for how long, the ladder of letters, and what was said.
func (p *Pages) arrears(c *gin.Context) error {
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	after, err := beforeOf(c)
	if err != nil {
		return err
	}
	page, next, err := p.Finance.Arrears(ctx, who, after)
	if err != nil {
		return err
	}
	slugs, err := p.slugs(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("arrears.title")), Back: console.PathOverview, Heading: l.T("arrears.title"), Lead: l.T("arrears.lead"), Notes: []string{l.T("arrears.residents"), l.T("figures.at", "time", l.DateTime(now))}}
	owed := bill.Section{ID: "umur", Title: l.T("arrears.by_party"), Table: ageTable(l, page, slugs), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("arrears.none"), Text: l.T("arrears.none_text")}}
	if next != uuid.Nil {
		owed.Next = console.PathArrears + "?sebelum=" + next.String()
	}
	ladder, err := p.ladderSection(c, now)
	if err != nil {
		return err
	}
	letters, err := p.Finance.Letters(ctx, who, uuid.Nil)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{owed, ladder, {ID: "surat", Title: l.T("arrears.letters"), Table: letterTable(l, letters, true), Empty: &bill.Empty{Icon: "mail", Title: l.T("arrears.no_letters"), Text: l.T("arrears.no_letters_text")}}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// slugs are the cities of the platform by their ids.
func (p *Pages) slugs(c *gin.Context) (map[uuid.UUID]string, error) {
	cities, err := p.Cities(c.Request.Context())
	out := map[uuid.UUID]string{}
	for _, city := range cities {
		out[city.ID] = city.Slug
	}
	return out, err
}

// ageTable lists parties with what they owe by how long; each amount leads to its invoices.
func ageTable(l i18n.Locale, page []arrears.Aged, slugs map[uuid.UUID]string) *bill.Table {
	t := bill.Table{Title: l.T("arrears.by_party"), Columns: []bill.Column{{Label: l.T("party.party")}}}
	for _, name := range []string{"0", "30", "60", "90", "more"} {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("bumd.age." + name), End: true})
	}
	t.Columns = append(t.Columns, bill.Column{Label: l.T("usage.total"), End: true}, bill.Column{Label: l.T("arrears.oldest")})
	sums := make([]money.Rupiah, 6)
	for _, a := range page {
		party := bill.Cell{Text: a.Name}
		slug := slugs[a.City.UUID]
		if slug != "" {
			party.Href = console.PathCities + "/" + slug
		}
		cells := []bill.Cell{party}
		for i, x := range []money.Rupiah{a.NotDue, a.To30, a.To60, a.To90, a.Beyond, a.Open} {
			sums[i] += x
			cell := bill.Cell{Text: x.String()}
			switch {
			case x == 0 || slug == "":
			case i == 5:
				cell.Href = console.PathInvoices + "?sisa=ya&kota=" + slug
			default:
				cell.Href = console.PathInvoices + "?umur=" + strconv.Itoa(i) + "&kota=" + slug
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: append(cells, bill.Cell{Text: l.Date(a.Oldest)})})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}}
	for _, s := range sums {
		t.Foot = append(t.Foot, bill.Cell{Text: s.String()})
	}
	t.Foot = append(t.Foot, bill.Cell{})
	return &t
}

// ladderSection says which letter goes when, as the seller's data has it today.
func (p *Pages) ladderSection(c *gin.Context, now time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	seller, err := p.Finance.Seller(c.Request.Context(), gate.ActorOf(c), now)
	t := bill.Table{Title: l.T("arrears.ladder"), Columns: []bill.Column{{Label: l.T("arrears.letter")}, {Label: l.T("arrears.when")}, {Label: l.T("arrears.effect")}}}
	for _, r := range seller.Ladder {
		effect := l.T("arrears.effect_none")
		switch {
		case r.Limited:
			effect = l.T("arrears.effect_limited")
		case r.LimitsAfter > 0:
			effect = l.T("arrears.effect_ahead", "days", r.LimitsAfter)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("arrears.say." + r.Say)}, {Text: rungDay(l, r.Days)}, {Text: effect}}})
	}
	return bill.Section{ID: "tangga", Title: l.T("arrears.ladder"), Text: l.T("arrears.ladder_text"), Table: &t, Empty: &bill.Empty{Icon: "list-details", Title: l.T("arrears.no_ladder"), Text: l.T("arrears.no_ladder_text")}}, err
}

// rungDay says when a rung is climbed.
func rungDay(l i18n.Locale, days int) string {
	switch {
	case days < 0:
		return l.T("arrears.before", "days", -days)
	case days == 0:
		return l.T("arrears.on_due")
	}
	return l.T("arrears.after", "days", days)
}

// letterTable lists what was said.
func letterTable(l i18n.Locale, all []arrears.Letter, everyone bool) *bill.Table {
	t := bill.Table{Title: l.T("arrears.letters"), Columns: []bill.Column{{Label: l.T("arrears.letter")}, {Label: l.T("arrears.sent")}, {Label: l.T("arrears.when")}, {Label: l.T("arrears.limits_from")}}}
	if everyone {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("bill.number")}, bill.Column{Label: l.T("bill.rest"), End: true})
	}
	for _, x := range all {
		letter := bill.Cell{Text: l.T("arrears.passed_over")}
		if x.Say != "" {
			letter.Text = l.T("arrears.say." + x.Say)
		}
		limits := "–"
		if !x.LimitsFrom.IsZero() {
			limits = l.Date(x.LimitsFrom)
		}
		cells := []bill.Cell{letter, {Text: l.Date(x.OnDay)}, {Text: rungDay(l, x.Days)}, {Text: limits}}
		if everyone {
			letter.Href = console.PathArrears + "/" + x.InvoiceID.String()
			rest := bill.Cell{Text: x.Open.String()}
			if !x.HeldUntil.IsZero() {
				rest.Small = l.T("arrears.held_until", "date", l.Date(x.HeldUntil))
			}
			cells[0] = letter
			cells = append(cells, bill.Cell{Text: x.Number, Href: console.PathInvoices + "/" + x.InvoiceID.String(), Small: x.Party}, rest)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return &t
}

// late is the letters about one invoice, with the way to hold them back.
func (p *Pages) late(c *gin.Context) error { return p.latePage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) latePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	b, err := p.Finance.Find(ctx, who, id)
	if err == nil && b.Kind != invoice.Bill {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	letters, err := p.Finance.Letters(ctx, who, id)
	if err != nil {
		return err
	}
	holds, err := p.Finance.Holds(ctx, who, id)
	if err != nil {
		return err
	}
	here := console.PathArrears + "/" + id.String()
	title := l.T("arrears.of", "number", b.Number)
	v := bill.View{Shell: p.DeskShell(c, title), Back: console.PathArrears, Heading: title, Lead: b.Invoice.Party.Name, Errors: errs, Links: []ui.Link{{Href: console.PathInvoices + "/" + id.String(), Label: b.Number, Icon: "file-text"}}}
	about := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bill.due"), Value: l.Date(b.DueOn)}, {Label: l.T("bill.rest"), Value: b.Standing.Open.String()}}}
	held, history, err := p.holdTable(c, holds, now)
	if err != nil {
		return err
	}
	acts := bill.Section{ID: "tunda", Title: l.T("arrears.hold"), Table: history}
	switch {
	case held:
		v.Mark = mark(l, "arrears.held", "care", "hourglass")
		acts.Forms = []bill.Form{{ID: "lanjut", Action: here + "/lanjut", Text: l.T("arrears.release_text"), Submit: l.T("arrears.release")}}
	case b.Standing.Open > 0:
		acts.Forms = []bill.Form{{ID: "tahan", Folded: true, Title: l.T("arrears.hold_do"), Text: l.T("arrears.hold_text"), Action: here + "/tunda", Submit: l.T("arrears.hold_do"), Fields: []ui.Field{
			{Name: "until", Type: "date", Label: l.T("arrears.until"), Hint: l.T("arrears.until_hint"), Value: keptDay(in, "until", now.AddDate(0, 0, 14).Format(time.DateOnly)), Error: errs.Of("until")}, console.ReasonField(l, in.Get("reason"), errs)}}}
	default:
		acts.Text = l.T("arrears.closed")
	}
	v.Sections = []bill.Section{about, {ID: "surat", Title: l.T("arrears.letters"), Table: letterTable(l, letters, false), Empty: &bill.Empty{Icon: "mail", Title: l.T("arrears.no_letters"), Text: l.T("arrears.no_letters_text")}}, acts}
	return p.Render(c, status, bill.Page(v))
}

// holdTable lists what was held back and by whom, and whether something is today.
func (p *Pages) holdTable(c *gin.Context, all []arrears.Hold, now time.Time) (held bool, t *bill.Table, err error) {
	l := gate.LocaleOf(c)
	var ids []uuid.UUID
	for _, h := range all {
		ids = append(ids, h.MadeBy, h.EndedBy.UUID)
	}
	names, err := p.Identity.Names(c.Request.Context(), ids)
	t = &bill.Table{Title: l.T("arrears.holds"), Columns: []bill.Column{{Label: l.T("arrears.until")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}
	for _, h := range all {
		state := bill.Cell{Text: l.T("arrears.over")}
		switch {
		case h.On(now):
			held, state = true, bill.Cell{Mark: mark(l, "arrears.held", "care", "hourglass")}
		case !h.EndedOn.IsZero():
			state = bill.Cell{Text: l.T("arrears.ended", "date", l.Date(h.EndedOn)), Small: names[h.EndedBy.UUID]}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(h.Until)}, {Text: h.Reason}, {Text: names[h.MadeBy], Small: l.DateTime(site.Zoned(c, h.MadeAt))}, state}})
	}
	return held, t, err
}

// holding runs an act on the letters about the invoice of the address.
func (p *Pages) holding(c *gin.Context, done string, do func(in site.Form, id uuid.UUID) error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, done, console.PathArrears+"/"+id.String(), p.latePage, nil, map[string]string{"until": "arrears.until", "reason": "bill.reason"}, []string{"until"}, func(in site.Form) error { return do(in, id) })
}

func (p *Pages) hold(c *gin.Context) error {
	return p.holding(c, "letters_held", func(in site.Form, id uuid.UUID) error {
		until, err := console.DayOf(in, "until")
		if err != nil {
			return err
		}
		return p.Finance.HoldLetters(c.Request.Context(), gate.ActorOf(c), arrears.HoldInput{Invoice: id, Until: until, Reason: in.Text("reason")})
	})
}

func (p *Pages) release(c *gin.Context) error {
	return p.holding(c, "letters_released", func(_ site.Form, id uuid.UUID) error {
		return p.Finance.ReleaseLetters(c.Request.Context(), gate.ActorOf(c), id)
	})
}
