package leasing

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// priced is a way with what it would be charged. Why says instead why that cannot be said, in words.
type priced struct {
	lease.Way
	Quote ducttariff.Quote
	Why   string
}

// priced reckons what each way would be charged for the whole time that was asked for. A city without prices still has ways.
func (p *Planner) priced(c *gin.Context, q Asked, ways []lease.Way) ([]priced, error) {
	out := make([]priced, len(ways))
	for i, w := range ways {
		r := ducttariff.Route{Kind: q.Kind, Quantity: q.Quantity, Since: q.Since, Until: q.Until, Segments: make([]uuid.UUID, len(w.Steps))}
		for j, s := range w.Steps {
			r.Segments[j] = s.ID
		}
		quote, err := p.DuctPrice.Quote(c.Request.Context(), p.Operator, r)
		out[i] = priced{Way: w, Quote: quote}
		if err == nil {
			continue
		}
		f := fault.From(err)
		if f.Kind == fault.Internal {
			return nil, err
		}
		out[i].Why = site.Refusal(gate.LocaleOf(c), f)
	}
	return out, nil
}

// planned says by what the ways were planned: by length, or by which prices with the rule of each.
func (q Asked) planned(l i18n.Locale) bill.Section {
	s := bill.Section{ID: "menurut", Title: l.T("lease.by"), Text: l.T("lease.by_length")}
	if q.by == nil {
		return s
	}
	s.Text = l.T("lease.by_tariff", "day", l.Date(q.Since))
	s.Table = &bill.Table{Title: l.T("lease.by"), Columns: []bill.Column{{Label: l.T("ductprice.tariff")}, {Label: l.T("ductprice.rate"), End: true}, {Label: l.T("ductprice.basis")}}}
	for _, t := range q.by.Tariffs {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: t.Name.In(l), Small: l.T("ductprice.charge." + t.Charge)}, {Text: t.Rate.String(), Small: l.T("ductprice.per." + t.Per)}, {Text: t.Basis}}})
	}
	return s
}

// compared sets several ways beside each other, each with the way to where it is told.
func compared(l i18n.Locale, all []priced) bill.Section {
	title := l.T("ductquote.compare")
	t := &bill.Table{Title: title, Columns: []bill.Column{{Label: l.T("lease.way")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("duct.segments"), End: true},
		{Label: l.T("ductquote.once"), End: true}, {Label: l.T("ductquote.month"), End: true}, {Label: l.T("ductquote.year"), End: true}}}
	for i, x := range all {
		cells := []bill.Cell{{Text: l.T("lease.nth_way", "n", i+1), Href: "#" + wayID(i)}, {Text: ducts.Metres(l, x.LengthMM)}, {Text: l.Number(int64(len(x.Steps)))}}
		if x.Why != "" {
			cells = append(cells, bill.Cell{Text: "–"}, bill.Cell{Text: "–"}, bill.Cell{Text: "–"})
		} else {
			cells = append(cells, bill.Cell{Text: x.Quote.OnceSum.String()}, bill.Cell{Text: x.Quote.MonthSum.String()}, bill.Cell{Text: x.Quote.YearSum.String()})
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return bill.Section{ID: "banding", Title: title, Table: t}
}

func wayID(i int) string { return "rute-" + strconv.Itoa(i+1) }

// rows are the sums of a way.
func (x priced) rows(l i18n.Locale) []ui.Row {
	if x.Why != "" {
		return []ui.Row{{Label: l.T("ductquote.price"), Value: x.Why}}
	}
	return ducts.QuoteRows(l, x.Quote)
}

// basis is what each price of a way rests on; an empty one where there is no price.
func (x priced) basis(l i18n.Locale, i int, operator uuid.UUID) bill.Section {
	if x.Why != "" {
		return bill.Section{}
	}
	s := ducts.QuoteSection(l, "harga-"+strconv.Itoa(i+1), l.T("ductquote.basis_of", "n", i+1), append(append([]ducttariff.Line{}, x.Quote.Once...), x.Quote.Month...), 0)
	s.Table.Foot = nil // what is paid once and what is paid by the month make no sum
	text := []string{l.T("ductquote.plan_text", "day", l.Date(x.Quote.Day))}
	if operator == uuid.Nil {
		text = append(text, l.T("ductquote.plan_nobody"))
	}
	s.Text = strings.Join(append(text, l.T("ductprice.tax_value")), " ")
	s.Links = []ui.Link{{Href: ducts.PathOffer, Label: l.T("ductprice.offer"), Icon: "file-text"}}
	return s
}

// Estimate is what the first way of a plan would be charged; false where there is none.
func (p *Planner) Estimate(c *gin.Context, q Asked) ([]ui.Row, bool, error) {
	ways, err := p.Plan(c.Request.Context(), gate.ActorOf(c), q.PlanInput)
	if err != nil || len(ways) == 0 {
		return nil, false, err
	}
	all, err := p.priced(c, q, ways[:1])
	if err != nil {
		return nil, false, err
	}
	l := gate.LocaleOf(c)
	return append([]ui.Row{{Label: l.T("duct.billed"), Value: ducts.Metres(l, ways[0].LengthMM)}}, all[0].rows(l)...), true, nil
}
