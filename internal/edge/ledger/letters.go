// Package ledger is what the pages of a seller's book have in common, whoever sells: the platform its subscriptions, or the company that
// runs a city's shared ducts their use. What is certain, what takes two people and what is refused is decided by the packages of
// the kernel that both books stand on; a page decides nothing.
package ledger

import (
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// ByParty is where an amount of an age leads that says whose it is, and AllAges where one leads that is of every age.
const (
	ByParty = -1
	AllAges = 5
)

// AgeTable lists parties with what they owe by how long. Link says where a party (ByParty) or an amount leads, by its age from 0 on;
// empty is nowhere.
func AgeTable(l i18n.Locale, page []arrears.Aged, link func(a arrears.Aged, age int) string) *bill.Table {
	t := bill.Table{Title: l.T("arrears.by_party"), Dense: true, Columns: []bill.Column{{Label: l.T("party.party")}}}
	for _, name := range []string{"0", "30", "60", "90", "more"} {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("bumd.age." + name), End: true})
	}
	t.Columns = append(t.Columns, bill.Column{Label: l.T("usage.total"), End: true}, bill.Column{Label: l.T("arrears.oldest")})
	sums := make([]money.Rupiah, 6)
	for _, a := range page {
		cells := []bill.Cell{{Text: a.Name, Href: link(a, ByParty)}}
		for i, x := range []money.Rupiah{a.NotDue, a.To30, a.To60, a.To90, a.Beyond, a.Open} {
			sums[i] += x
			cell := bill.Cell{Text: x.String()}
			if x != 0 {
				cell.Href = link(a, i)
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

// LadderSection says which letter goes when, as the seller's data has it. The words for a seller without a ladder are the caller's.
func LadderSection(l i18n.Locale, ladder []invoice.Rung, none string) bill.Section {
	t := bill.Table{Title: l.T("arrears.ladder"), Columns: []bill.Column{{Label: l.T("arrears.letter")}, {Label: l.T("arrears.when")}, {Label: l.T("arrears.effect")}}}
	for _, r := range ladder {
		effect := l.T("arrears.effect_none")
		switch {
		case r.Limited:
			effect = l.T("arrears.effect_limited")
		case r.LimitsAfter > 0:
			effect = l.T("arrears.effect_ahead", "days", r.LimitsAfter)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("arrears.say." + r.Say)}, {Text: rungDay(l, r.Days)}, {Text: effect}}})
	}
	return bill.Section{ID: "tangga", Title: l.T("arrears.ladder"), Text: l.T("arrears.ladder_text"), Table: &t, Empty: &bill.Empty{Icon: "list-details", Title: l.T("arrears.no_ladder"), Text: none}}
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

// LetterSection lists what was said: with link of many invoices, each by the pages of its letters and of itself, else of one.
func LetterSection(l i18n.Locale, all []arrears.Letter, link func(invoice uuid.UUID) (letters, itself string)) bill.Section {
	t := bill.Table{Title: l.T("arrears.letters"), Columns: []bill.Column{{Label: l.T("arrears.letter")}, {Label: l.T("arrears.sent")}, {Label: l.T("arrears.when")}}}
	limits := slices.ContainsFunc(all, func(x arrears.Letter) bool { return !x.LimitsFrom.IsZero() })
	if limits {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("arrears.limits_from")})
	}
	if link != nil {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("bill.number")}, bill.Column{Label: l.T("bill.rest"), End: true})
	}
	for _, x := range all {
		letter := bill.Cell{Text: l.T("arrears.passed_over")}
		if x.Say != "" {
			letter.Text = l.T("arrears.say." + x.Say)
		}
		cells := []bill.Cell{letter, {Text: l.Date(x.OnDay)}, {Text: rungDay(l, x.Days)}}
		switch {
		case limits && x.LimitsFrom.IsZero():
			cells = append(cells, bill.Cell{Text: "–"})
		case limits:
			cells = append(cells, bill.Cell{Text: l.Date(x.LimitsFrom)})
		}
		if link != nil {
			letters, itself := link(x.InvoiceID)
			cells[0].Href = letters
			rest := bill.Cell{Text: x.Open.String()}
			if !x.HeldUntil.IsZero() {
				rest.Small = l.T("arrears.held_until", "date", l.Date(x.HeldUntil))
			}
			cells = append(cells, bill.Cell{Text: x.Number, Href: itself, Small: x.Party}, rest)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return bill.Section{ID: "surat", Title: l.T("arrears.letters"), Table: &t, Empty: &bill.Empty{Icon: "mail", Title: l.T("arrears.no_letters"), Text: l.T("arrears.no_letters_text")}}
}

// HoldSection is the way to hold the letters about an invoice back, which about explains, and what was held back and by whom; held says
// whether something is today. Acts is false for who may only read.
func HoldSection(c *gin.Context, p *site.Pages, l i18n.Locale, here, about string, open money.Rupiah, all []arrears.Hold, now time.Time, acts bool, in site.Form, errs ui.Errors) (s bill.Section, held bool, err error) {
	held, history, err := holdTable(c, p, l, all, now)
	s = bill.Section{ID: "tunda", Title: l.T("arrears.hold"), Table: history}
	switch {
	case err != nil:
	case held && acts:
		s.Forms = []bill.Form{{ID: "lanjut", Action: here + "/lanjut", Text: l.T("arrears.release_text"), Submit: l.T("arrears.release")}}
	case open > 0 && acts:
		until := site.DateOf(in, "until")
		if until == "" {
			until = now.AddDate(0, 0, 14).Format(time.DateOnly)
		}
		s.Forms = []bill.Form{{ID: "tahan", Folded: true, Title: l.T("arrears.hold_do"), Text: about, Action: here + "/tunda", Submit: l.T("arrears.hold_do"), Fields: []ui.Field{
			{Name: "until", Type: "date", Label: l.T("arrears.until"), Hint: l.T("arrears.until_hint"), Value: until, Error: errs.Of("until")}, console.ReasonField(l, in.Get("reason"), errs)}}}
	case open <= 0:
		s.Text = l.T("arrears.closed")
	}
	return s, held, err
}

// holdTable lists what was held back and by whom, and whether something is today.
func holdTable(c *gin.Context, p *site.Pages, l i18n.Locale, all []arrears.Hold, now time.Time) (held bool, t *bill.Table, err error) {
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
			held, state = true, bill.Cell{Mark: HeldMark(l)}
		case !h.EndedOn.IsZero():
			state = bill.Cell{Text: l.T("arrears.ended", "date", l.Date(h.EndedOn)), Small: names[h.EndedBy.UUID]}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(h.Until)}, {Text: h.Reason}, {Text: names[h.MadeBy], Small: l.DateTime(site.Zoned(c, h.MadeAt))}, state}})
	}
	return held, t, err
}

// HeldMark says that letters are held back.
func HeldMark(l i18n.Locale) ui.Mark {
	return ui.Mark{Tone: "care", Icon: "hourglass", Text: l.T("arrears.held")}
}
