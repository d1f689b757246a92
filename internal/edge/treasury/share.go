package treasury

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// pathShareOf follows the address of the shares: the invoices of one party.
const pathShareOf = "/pihak"

// shares is how what came in during a month is shared, and by which agreements.
func (p *Pages) shares(c *gin.Context) error { return p.sharesPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) sharesPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	field, from, until, bad, refused, err := ledger.MonthField(c, c.Query("bulan"), now)
	if err != nil {
		return err
	}
	if bad != nil && errs == nil {
		status, errs = refused, bad
	}
	all, err := p.Finance.DividedIn(ctx, who, from)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("share.title")), Back: console.PathOverview, Heading: l.T("share.title"), Lead: l.T("share.lead"), Errors: errs, Notes: []string{l.T("share.definition")}}
	month := from.Format("2006-01")
	list := bill.Section{ID: "bulan", Title: l.T("share.month", "month", l.Month(from)), Table: dividedTable(l, all, month),
		Filter: &bill.Form{Action: console.PathShares, Submit: l.T("usage.show"), Fields: []ui.Field{field}},
		Empty:  &bill.Empty{Icon: "coin", Title: l.T("share.none"), Text: l.T("share.none_text")}}
	if now.Before(until) {
		list.Note = bill.Note{Tone: "care", Text: l.T("share.running")}
	}
	v.Sections = []bill.Section{list}
	if len(all) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "penerima", Title: l.T("share.whom"), Table: receiverTable(l, all)})
	}
	agreed, err := p.agreementSection(c, in, errs)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, agreed)
	return p.Render(c, status, bill.Page(v))
}

// dividedTable lists what came in from each party and what of it is shared.
func dividedTable(l i18n.Locale, all []finance.Divided, month string) *bill.Table {
	t := bill.Table{Title: l.T("share.collected"), Columns: []bill.Column{{Label: l.T("party.party")}, {Label: l.T("share.collected"), End: true}, {Label: l.T("share.vat"), End: true}, {Label: l.T("share.base"), End: true}, {Label: l.T("share.parts")}}}
	var collected, vat money.Rupiah
	for _, d := range all {
		var parts []string
		for _, x := range d.Parts {
			parts = append(parts, receiver(l, x.Name)+" "+x.Amount.String())
		}
		collected, vat = collected+d.Collected, vat+d.VAT
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: d.Name, Href: console.PathShares + pathShareOf + "/" + d.Party.String() + "?bulan=" + month}, {Text: d.Collected.String()}, {Text: d.VAT.String()}, {Text: d.Base().String()}, {Text: strings.Join(parts, "; ")}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {Text: collected.String()}, {Text: vat.String()}, {Text: (collected - vat).String()}, {}}
	return &t
}

// receiverTable sums up what each gets.
func receiverTable(l i18n.Locale, all []finance.Divided) *bill.Table {
	var names []string
	sums := map[string]money.Rupiah{}
	var whole money.Rupiah
	for _, d := range all {
		for _, x := range d.Parts {
			if _, there := sums[x.Name]; !there {
				names = append(names, x.Name)
			}
			sums[x.Name], whole = sums[x.Name]+x.Amount, whole+x.Amount
		}
	}
	t := bill.Table{Title: l.T("share.whom"), Columns: []bill.Column{{Label: l.T("share.receiver")}, {Label: l.T("usage.line_amount"), End: true}}, Foot: []bill.Cell{{Text: l.T("usage.total")}, {Text: whole.String()}}}
	for _, n := range names {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: receiver(l, n)}, {Text: sums[n].String()}}})
	}
	return &t
}

// receiver is the name of who gets a part; the company's own has none.
func receiver(l i18n.Locale, name string) string {
	if name == "" {
		return l.T("share.own")
	}
	return name
}

// shareOf lists the invoices behind what came in from a party.
func (p *Pages) shareOf(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	from, _, err := ledger.MonthOf(c.Query("bulan"), site.Zoned(c, p.Now()))
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	all, err := p.Finance.MovedIn(c.Request.Context(), gate.ActorOf(c), from, id)
	if err == nil && len(all) == 0 {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("share.invoices"), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("share.before"), End: true}, {Label: l.T("share.after"), End: true}, {Label: l.T("share.collected"), End: true}, {Label: l.T("share.vat"), End: true}}}
	for _, m := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: m.Number, Href: console.PathInvoices + "/" + m.Invoice.String()}, {Text: m.Before.String()}, {Text: m.After.String()}, {Text: (m.After - m.Before).String()}, {Text: m.VAT().String()}}})
	}
	v := bill.View{Shell: p.DeskShell(c, all[0].Name), Back: console.PathShares + "?bulan=" + from.Format("2006-01"), Heading: all[0].Name, Lead: l.Month(from), Notes: []string{l.T("share.definition")},
		Sections: []bill.Section{{ID: "tagihan", Title: l.T("share.invoices"), Text: l.T("share.invoices_text"), Table: &t}}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// agreementSection lists the agreements with the ways to decide those of others, and asks for one.
func (p *Pages) agreementSection(c *gin.Context, in site.Form, errs ui.Errors) (bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "kesepakatan", Title: l.T("share.agreements"), Text: l.T("bumd.two_people"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("share.no_agreement"), Text: l.T("share.no_agreement_text")}}
	all, err := p.Finance.Agreements(ctx, who)
	if err != nil {
		return s, err
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return s, err
	}
	towns, options := map[uuid.UUID]string{}, []ui.Option{{Label: l.T("share.every_city")}}
	for _, city := range cities {
		towns[city.ID] = city.Name
		options = append(options, ui.Option{Value: city.Slug, Label: city.Name})
	}
	var ids []uuid.UUID
	for _, a := range all {
		ids = append(ids, a.MadeBy, a.DecidedBy.UUID)
	}
	names, err := p.Identity.Names(ctx, ids)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: l.T("share.agreements"), Columns: []bill.Column{{Label: l.T("share.of")}, {Label: l.T("share.from")}, {Label: l.T("share.parts")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}
	for _, a := range all {
		of := l.T("share.every_city")
		if a.City.Valid {
			of = towns[a.City.UUID]
		}
		state, at := bill.Cell{Mark: ledger.Mark(l, "bumd.waits", "care", "clock")}, console.PathShares+"/"+a.ID.String()+"/putus"
		switch {
		case a.Approved != nil && *a.Approved:
			state = bill.Cell{Mark: ledger.Mark(l, "bumd.approved", "good", "circle-check"), Small: names[a.DecidedBy.UUID]}
		case a.Approved != nil:
			state = bill.Cell{Mark: ledger.Mark(l, "bumd.refused", "", "circle-x"), Small: names[a.DecidedBy.UUID]}
		case a.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		default:
			s.Forms = append(s.Forms, bill.Form{ID: "putus-" + a.ID.String(), Plain: true, Title: l.T("share.decide", "of", of, "month", l.Month(a.FromMonth)), Text: a.Reason, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("bumd.approve")},
				bill.Form{ID: "tolak-" + a.ID.String(), Plain: true, Bad: true, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("share.refuse", "of", of)})
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: of}, {Text: l.Month(a.FromMonth)}, {Text: partsText(a.Parts)}, {Text: a.Reason}, {Text: names[a.MadeBy], Small: l.DateTime(site.Zoned(c, a.MadeAt))}, state}})
	}
	month := in.Get("from")
	if month == "" {
		month = site.Zoned(c, p.Now()).Format("2006-01")
	}
	s.Forms = append(s.Forms, bill.Form{ID: "baru", Folded: true, Title: l.T("share.new"), Text: l.T("share.new_text"), Action: console.PathShares, Submit: l.T("share.ask"), Fields: []ui.Field{
		{Name: "city", Type: "select", Label: l.T("share.of"), Options: options, Value: in.Get("city"), Error: errs.Of("city"), Optional: true},
		{Name: "from", Type: "month", Label: l.T("share.from"), Value: month, Error: errs.Of("from")},
		{Name: "parts", Type: "long_text", Label: l.T("share.parts"), Hint: l.T("share.parts_hint"), Value: in.Get("parts"), Error: errs.Of("parts"), Max: 2000},
		console.ReasonField(l, in.Get("reason"), errs)}})
	return s, nil
}

// partsText writes parts as partsOf reads them.
func partsText(all []finance.SharePart) string {
	var out []string
	for _, x := range all {
		whole, rest := x.Share/100, x.Share%100
		text := strconv.FormatInt(whole, 10)
		if rest > 0 {
			text = strings.TrimRight(fmt.Sprintf("%d,%02d", whole, rest), "0")
		}
		out = append(out, x.Name+" = "+text+"%")
	}
	return strings.Join(out, "; ")
}

// partsOf reads "Pemerintah Kota Batam = 12,5", one in each line.
func partsOf(text string) ([]finance.SharePart, error) {
	var out []finance.SharePart
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, percent, ok := strings.Cut(line, "=")
		whole, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(strings.TrimSpace(percent), "%"), ".", ","), ",")
		n, err := strconv.ParseUint(strings.TrimSpace(whole)+(strings.TrimSpace(rest) + "00")[:2], 10, 31)
		if !ok || err != nil || len(strings.TrimSpace(rest)) > 2 {
			return nil, site.Invalid("parts", "share_line")
		}
		out = append(out, finance.SharePart{Name: strings.Join(strings.Fields(name), " "), Share: int64(n)})
	}
	return out, nil
}

// askShare keeps the request for somebody else.
func (p *Pages) askShare(c *gin.Context) error {
	labels := map[string]string{"city": "share.of", "from": "share.from", "parts": "share.parts", "reason": "bill.reason"}
	return p.act(c, "share_asked", console.PathShares, p.sharesPage, nil, labels, nil, func(in site.Form) error {
		x := finance.AgreementInput{Reason: in.Text("reason")}
		var err error
		if x.From, err = time.Parse("2006-01", in.Text("from")); err != nil {
			return site.Invalid("from", "invalid")
		}
		if x.Parts, err = partsOf(in.Text("parts")); err != nil {
			return err
		}
		if slug := in.Text("city"); slug != "" {
			city, err := p.Directory.BySlug(c.Request.Context(), slug)
			if err != nil {
				return site.Invalid("city", "not_an_option")
			}
			x.City = uuid.NullUUID{UUID: city.ID, Valid: true}
		}
		_, err = p.Finance.AskAgreement(c.Request.Context(), gate.ActorOf(c), x)
		return err
	})
}

// decideShare answers a request of somebody else.
func (p *Pages) decideShare(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, "request_decided", console.PathShares, p.sharesPage, nil, nil, nil, func(in site.Form) error {
		answer := in.Text("jawaban")
		if answer != "setuju" && answer != "tolak" {
			return site.Invalid("jawaban", "not_an_option")
		}
		return p.Finance.DecideAgreement(c.Request.Context(), gate.ActorOf(c), id, answer == "setuju")
	})
}
