package ductmoney

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// tariffs is the price list of today, what comes, what is asked for, and the ways to ask.
func (p *Pages) tariffs(c *gin.Context) error {
	return p.tariffsPage(c, http.StatusOK, site.Form{}, "", nil)
}

// tariffsPage is tariffs, after a refusal of one of its forms with what was filled in.
func (p *Pages) tariffsPage(c *gin.Context, status int, in site.Form, of string, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	list, err := p.DuctPrice.List(ctx)
	if err != nil {
		return err
	}
	today := p.DayIn(c)
	v := bill.View{Shell: p.DeskShell(c, l.T("ductprice.title")), Heading: l.T("ductprice.title"), Lead: l.T("ductprice.lead", "day", l.Date(today)), Errors: errs,
		Links: []ui.Link{{Href: ducts.PathOffer, Label: l.T("ductprice.offer"), Icon: "file-text"}}}
	prices, err := priceTable(l, list, list.On(today), today)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, bill.Section{ID: "harga", Title: l.T("ductprice.prices"), Table: prices, Empty: &bill.Empty{Icon: "coin", Title: l.T("ductprice.none"), Text: l.T("ductprice.none_text")}},
		termsSection(l, list, today), indexSection(l, list), floorSection(l, list, today))
	asked, err := p.changes(c, list)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, asked)
	if p.may(c, access.DuctTariff) {
		v.Sections = append(v.Sections, bill.Section{ID: "minta", Title: l.T("ductprice.ask"), Text: l.T("ductprice.ask_text"), Forms: p.askForms(l, list, today, in, of, errs)})
	}
	v.Notes = []string{l.T("ductprice.note_verified"), l.T("ductprice.note_land")}
	return p.Render(c, status, bill.Page(v))
}

// priceTable lists tariffs as they are on a day, each with the rule that it rests on.
func priceTable(l i18n.Locale, list ducttariff.List, all []ducttariff.Tariff, day time.Time) (*bill.Table, error) {
	t := bill.Table{Title: l.T("ductprice.prices"), Columns: []bill.Column{{Label: l.T("ductprice.tariff")}, {Label: l.T("ductprice.rate"), End: true}, {Label: l.T("ductprice.basis")}, {Label: l.T("ductprice.since")}}}
	for _, x := range all {
		rate, err := list.RateOn(x, day)
		if err != nil {
			return nil, err
		}
		small := l.T("ductprice.charge." + x.Charge)
		if x.Kind != "" {
			small = l.T("duct.unit."+x.Kind) + ", " + small
		}
		price := bill.Cell{Text: rate.String(), Small: l.T("ductprice.per." + x.Per)}
		if rate != x.Rate {
			price.Small += "; " + l.T("ductprice.indexed", "rate", x.Rate)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Small: small, Code: x.Code}, price, {Text: x.Basis, Small: strings.Join(ducts.PriceNotes(l, x), ". ")}, since(l, x.Head)}})
	}
	return &t, nil
}

// since is from when an entry is so, and whether anybody has compared it with its decree.
func since(l i18n.Locale, h ducttariff.Head) bill.Cell {
	out := bill.Cell{Text: dateOf(l, h.EffectiveFrom), Small: h.Source}
	if !h.Verified {
		out.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductprice.unverified")}
	}
	return out
}

// dateOf is the day of an entry in words.
func dateOf(l i18n.Locale, day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return l.Date(d)
}

func termsSection(l i18n.Locale, list ducttariff.List, day time.Time) bill.Section {
	s := bill.Section{ID: "ketentuan", Title: l.T("ductprice.terms")}
	t, ok := list.TermsOn(day)
	if !ok {
		s.Empty = &bill.Empty{Icon: "file-text", Title: l.T("ductprice.no_terms"), Text: l.T("ductprice.none_text")}
		return s
	}
	s.Rows = termRows(l, t)
	if !t.Verified {
		s.Note = bill.Note{Tone: "care", Text: l.T("ductprice.unverified") + ": " + t.Source}
	}
	return s
}

// termRows are the numbers of the terms.
func termRows(l i18n.Locale, t ducttariff.Terms) []ui.Row {
	rows := []ui.Row{{Label: l.T("ductprice.minimum"), Value: l.T("ductprice.months", "n", t.MinimumMonths)}, {Label: l.T("ductprice.deposit"), Value: l.T("ductprice.deposit_months", "n", t.DepositMonths)},
		{Label: l.T("ductprice.due"), Value: l.T("ductprice.days", "n", t.DueDays)}}
	for _, x := range t.Volume {
		rows = append(rows, ui.Row{Label: l.T("ductprice.volume", "n", l.Number(x.From)), Value: ducttariff.Percent(l, x.Off)})
	}
	for _, x := range t.Term {
		rows = append(rows, ui.Row{Label: l.T("ductprice.term", "n", x.From), Value: ducttariff.Percent(l, x.Off)})
	}
	if t.Late > 0 {
		rows = append(rows, ui.Row{Label: l.T("ductprice.late"), Value: l.T("ductprice.late_value", "share", ducttariff.Percent(l, t.Late), "most", ducttariff.Percent(l, t.LateMost))})
	}
	return append(rows, ui.Row{Label: l.T("ductprice.tax"), Value: l.T("ductprice.tax_value")}, ui.Row{Label: l.T("ductprice.basis"), Value: t.Basis})
}

func indexSection(l i18n.Locale, list ducttariff.List) bill.Section {
	s := bill.Section{ID: "indeks", Title: l.T("ductprice.indexes"), Text: l.T("ductprice.indexes_text"), Empty: &bill.Empty{Icon: "chart-bar", Title: l.T("ductprice.no_indexes"), Text: l.T("ductprice.no_indexes_text")},
		Table: &bill.Table{Title: l.T("ductprice.indexes"), Columns: []bill.Column{{Label: l.T("ductprice.index")}, {Label: l.T("ductprice.rise"), End: true}, {Label: l.T("ductprice.basis")}, {Label: l.T("ductprice.since")}}}}
	for _, x := range list.Indexes {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l)}, {Text: ducttariff.Percent(l, x.Rise)}, {Text: x.Basis}, since(l, x.Head)}})
	}
	return s
}

func floorSection(l i18n.Locale, list ducttariff.List, day time.Time) bill.Section {
	s := bill.Section{ID: "batas", Title: l.T("ductprice.floors"), Text: l.T("ductprice.floors_text"), Empty: &bill.Empty{Icon: "coin", Title: l.T("ductprice.no_floors"), Text: l.T("ductprice.no_floors_text")},
		Table: &bill.Table{Title: l.T("ductprice.floors"), Columns: []bill.Column{{Label: l.T("ductprice.unit")}, {Label: l.T("ductprice.floor"), End: true}, {Label: l.T("ductprice.basis")}, {Label: l.T("ductprice.since")}}}}
	for _, kind := range duct.UnitKinds() {
		if f := list.FloorOn(kind, day); f.Rate > 0 {
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("duct.unit." + kind)}, {Text: f.Rate.String(), Small: l.T("ductprice.per.year")}, {Text: f.Basis}, since(l, f.Head)}})
		}
	}
	return s
}

// changes lists what was asked for, with the ways to decide what others asked.
func (p *Pages) changes(c *gin.Context, list ducttariff.List) (bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "permintaan", Title: l.T("ductprice.requests"), Text: l.T("ductprice.two_people"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("ductprice.no_requests"), Text: l.T("ductprice.no_requests_text")}}
	all, err := p.DuctPrice.Changes(ctx, who, false)
	if err != nil {
		return s, err
	}
	var ids []uuid.UUID
	for _, x := range all {
		ids = append(ids, x.AskedBy, x.DecidedBy.UUID)
	}
	names, err := p.names(c, ids...)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: l.T("ductprice.requests"), Columns: []bill.Column{{Label: l.T("ductprice.what")}, {Label: l.T("ductprice.since")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}
	for _, x := range all {
		what, title, effect, err := changed(l, list, x)
		if err != nil {
			return s, err
		}
		state := bill.Cell{Mark: decided(l, x.Approved), Small: names[x.DecidedBy.UUID]}
		if x.Approved == nil && x.AskedBy == who.ID {
			state.Small = l.T("bumd.own_request")
		}
		if x.Approved == nil && x.AskedBy != who.ID && p.may(c, access.DuctTariff) {
			s.Forms = append(s.Forms, decideForms(l, PathTariffs+"/permintaan/"+x.ID.String(), x.ID, title, strings.Join(slices.DeleteFunc([]string{effect, x.Reason}, func(s string) bool { return s == "" }), ". "))...)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{what, {Text: dateOf(l, x.EffectiveFrom)}, {Text: x.Reason}, {Text: names[x.AskedBy], Small: l.DateTime(site.Zoned(c, x.AskedAt))}, state}})
	}
	return s, nil
}

// changed is what a change would be, of a price with what it was until then, briefly what is decided, and what else it does.
func changed(l i18n.Locale, known ducttariff.List, x ducttariff.Change) (what bill.Cell, brief, effect string, err error) {
	list, err := x.Entry()
	if err != nil {
		return what, "", "", err
	}
	switch {
	case len(list.Tariffs) > 0:
		t := list.Tariffs[0]
		what, brief = bill.Cell{Text: t.Name.In(l), Small: priceSaid(l, t, t.Rate)}, priced(l, t, t.Rate)
		first, err := time.Parse(time.DateOnly, t.EffectiveFrom)
		if err != nil {
			return what, "", "", err
		}
		last := first.AddDate(0, 0, -1)
		for _, was := range known.On(last) {
			if was.Code != t.Code {
				continue
			}
			rate, err := known.RateOn(was, last)
			if err != nil {
				return what, "", "", err
			}
			what.Small += ". " + l.T("ductprice.was", "old", priceSaid(l, was, rate))
		}
	case len(list.Indexes) > 0:
		brief = ducttariff.Percent(l, list.Indexes[0].Rise)
		what = bill.Cell{Text: list.Indexes[0].Name.In(l), Small: brief + "; " + list.Indexes[0].Basis}
	case len(list.Floors) > 0:
		f := list.Floors[0]
		brief = f.Rate.String()
		what = bill.Cell{Text: f.Name.In(l), Small: brief + "; " + f.Basis}
		if effect, err = floorDoes(l, known, f); err != nil {
			return what, "", "", err
		}
		if effect != "" {
			what.Small += ". " + effect
		}
	case len(list.Terms) > 0:
		brief = termsAsked(l, list.Terms[0])
		what = bill.Cell{Text: list.Terms[0].Name.In(l), Small: brief}
	default:
		what.Text, brief = x.Code, x.EffectiveFrom
	}
	return what, what.Text + ", " + brief, effect, nil
}

// floorDoes says what a floor was until then, and whether the price of its day lies below it: then nothing is let off any more.
func floorDoes(l i18n.Locale, known ducttariff.List, f ducttariff.Floor) (string, error) {
	first, err := time.Parse(time.DateOnly, f.EffectiveFrom)
	if err != nil {
		return "", err
	}
	var said []string
	if was := known.FloorOn(f.Kind, first.AddDate(0, 0, -1)); was.Rate > 0 {
		said = append(said, l.T("ductprice.was", "old", was.Rate))
	}
	switch rate, err := known.PerMetre(f.Kind, first); {
	case fault.Is(err, "ducttariff.no_tariff"):
	case err != nil:
		return "", err
	case rate < f.Rate:
		said = append(said, l.T("ductprice.floor_above", "rate", rate))
	}
	return strings.Join(said, ". "), nil
}

// priced is a price with the time that it is for.
func priced(l i18n.Locale, t ducttariff.Tariff, rate money.Rupiah) string {
	if t.Rate == 0 {
		return l.T("ductprice.no_more")
	}
	return rate.String() + " " + l.T("ductprice.per."+t.Per)
}

// priceSaid is what a price is, with the rule, the factor, the method and the legal note that made it.
func priceSaid(l i18n.Locale, t ducttariff.Tariff, rate money.Rupiah) string {
	price := priced(l, t, rate)
	if rate != t.Rate {
		price += ", " + l.T("ductprice.indexed", "rate", t.Rate)
	}
	said := []string{price, t.Basis}
	if t.Factor > 0 {
		said = append(said, l.T("ductprice.factor")+": "+ducttariff.Percent(l, t.Factor))
	}
	method, legal := t.NotesIn(l)
	for _, x := range []struct{ key, text string }{{"ductprice.method_label", method}, {"ductprice.legal_label", legal}} {
		if x.text != "" {
			said = append(said, l.T(x.key)+": "+x.text)
		}
	}
	return strings.Join(said, "; ")
}

// decideForms approve or refuse what somebody else asked for.
func decideForms(l i18n.Locale, at string, id uuid.UUID, what, why string) []bill.Form {
	return []bill.Form{{ID: "setuju-" + id.String(), Plain: true, Title: what, Text: why, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("ductprice.approve")},
		{ID: "tolak-" + id.String(), Plain: true, Bad: true, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("ductprice.refuse")}}
}

// The forms of the page, by which a refusal finds its own.
const (
	formPrice = "harga-baru"
	formNew   = "tarif-baru"
	formIndex = "indeks-baru"
	formFloor = "batas-baru"
)

// priceLabels are what the fields of the page are called.
var priceLabels = map[string]string{"code": "ductprice.tariff", "rate": "ductprice.rate", "effective_from": "ductprice.from", "basis": "ductprice.basis", "reason": "bill.reason", "name": "ductprice.name",
	"kind": "ductprice.unit", "per": "ductprice.period", "charge": "ductprice.charged", "factor": "ductprice.factor", "rise": "ductprice.rise", "method": "ductprice.method_label", "legal_note": "ductprice.legal_label",
	"minimum_months": "ductprice.minimum_months", "deposit_months": "ductprice.deposit_label", "due_days": "ductprice.due_days", "volume": "ductprice.volume_label", "term": "ductprice.term_label", "late": "ductprice.late_label", "late_most": "ductprice.late_most"}

// askForms ask for a price, a new tariff, an index, a floor or other terms.
func (p *Pages) askForms(l i18n.Locale, list ducttariff.List, day time.Time, in site.Form, of string, errs ui.Errors) []bill.Form {
	fields := func(form string, all ...ui.Field) []ui.Field {
		for i := range all {
			x := &all[i]
			if x.Label == "" {
				x.Label = l.T(priceLabels[x.Name])
			}
			if of == form {
				x.Value, x.Error = in.Get(x.Name), errs.Of(x.Name)
				if x.Type == "date" {
					x.Value = site.DateOf(in, x.Name)
				}
			}
		}
		return all
	}
	var series []ui.Option
	for _, t := range list.On(day) {
		series = append(series, ui.Option{Value: t.Code, Label: t.Name.In(l)})
	}
	kinds := ducts.Options(l, "duct.unit", duct.UnitKinds())
	from := ui.Field{Name: "effective_from", Type: "date", Hint: l.T("ductprice.from_hint")}
	basis := ui.Field{Name: "basis", Type: "text", Max: 300, Hint: l.T("ductprice.basis_hint")}
	reason := ui.Field{Name: "reason", Type: "long_text", Max: 500}
	method := ui.Field{Name: "method", Type: "text", Max: 300, Optional: true}
	legal := ui.Field{Name: "legal_note", Type: "long_text", Max: 500, Optional: true}
	rate, changed := ui.Field{Name: "rate", Type: "money"}, ui.Field{Name: "rate", Type: "money", Hint: l.T("ductprice.rate_hint")}
	factor := ui.Field{Name: "factor", Type: "text", Max: 6, Optional: true, Hint: l.T("ductprice.factor_hint")}
	any := []ui.Option{{Label: l.T("ductprice.no_kind")}}
	terms, _ := list.TermsOn(day) // where there are none, the request is refused
	return []bill.Form{
		{ID: formPrice, Folded: of != formPrice, Title: l.T("ductprice.new_price"), Action: PathTariffs, Submit: l.T("ductprice.ask_do"),
			Fields: fields(formPrice, ui.Field{Name: "code", Type: "select", Options: series}, changed, factor, from, basis, method, legal, reason)},
		{ID: formNew, Folded: of != formNew, Title: l.T("ductprice.new_tariff"), Action: PathTariffs + "/baru", Submit: l.T("ductprice.ask_do"),
			Fields: fields(formNew, ui.Field{Name: "code", Type: "text", Max: 40, Label: l.T("ductprice.code"), Hint: l.T("ductprice.code_hint")}, ui.Field{Name: "name", Type: "text", Max: 120},
				ui.Field{Name: "charge", Type: "select", Options: ducts.Options(l, "ductprice.charge", ducttariff.Charges())}, ui.Field{Name: "kind", Type: "select", Optional: true, Options: append(any, kinds...)},
				ui.Field{Name: "per", Type: "select", Options: ducts.Options(l, "ductprice.per", ducttariff.Periods())}, rate, factor, from, basis, method, legal, reason)},
		{ID: formIndex, Folded: of != formIndex, Title: l.T("ductprice.new_index"), Action: PathTariffs + "/indeks", Submit: l.T("ductprice.ask_do"),
			Fields: fields(formIndex, ui.Field{Name: "name", Type: "text", Max: 120}, ui.Field{Name: "rise", Type: "text", Max: 6, Hint: l.T("ductprice.rise_hint")}, from, basis, reason)},
		{ID: formFloor, Folded: of != formFloor, Title: l.T("ductprice.new_floor"), Action: PathTariffs + "/batas", Submit: l.T("ductprice.ask_do"),
			Fields: fields(formFloor, ui.Field{Name: "kind", Type: "select", Options: kinds}, ui.Field{Name: "rate", Type: "money", Label: l.T("ductprice.floor")}, from, basis, reason)},
		{ID: formTerms, Folded: of != formTerms, Title: l.T("ductprice.new_terms"), Text: l.T("ductprice.new_terms_text"), Action: PathTariffs + "/ketentuan", Submit: l.T("ductprice.ask_do"),
			Fields: fields(formTerms, append(termFields(l, terms), from, basis, reason)...)},
	}
}

// ask runs a request of one of the forms.
func (p *Pages) ask(c *gin.Context, form string, act func(in site.Form, a identity.Actor) error) error {
	in, err := site.ReadForm(c, "effective_from")
	if err != nil {
		return err
	}
	if err := act(in, gate.ActorOf(c)); err != nil {
		return again(c, err, priceLabels, func(status int, errs ui.Errors) error { return p.tariffsPage(c, status, in, form, errs) })
	}
	return p.Done(c, PathTariffs, "ductprice_asked")
}

// head is what every request says of itself.
func head(in site.Form, code string, name i18n.Text) ducttariff.Head {
	return ducttariff.Head{Code: code, EffectiveFrom: site.DateOf(in, "effective_from"), Name: name, Basis: in.Line("basis"), Source: in.Line("basis"), Verified: false}
}

// same is a name that was typed once.
func same(name string) i18n.Text {
	if name == "" {
		return i18n.Text{}
	}
	return i18n.Text{i18n.ID: name, i18n.EN: name}
}

// share reads a percentage with at most two decimals as hundredths of one; empty is none.
func share(in site.Form, name, refusal string) (int, error) {
	if in.Text(name) == "" {
		return 0, nil
	}
	hundredths, err := shareOf(in.Text(name))
	if err != nil {
		return 0, site.Invalid(name, refusal)
	}
	return hundredths, nil
}

// shareOf reads the words of a percentage.
func shareOf(text string) (int, error) {
	n, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(text, "%"), ",", "."), ".")
	if len(rest) > 2 || strings.Trim(rest, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(n + rest + strings.Repeat("0", 2-len(rest)))
}

// askTariff asks for another price of a tariff that there is.
func (p *Pages) askTariff(c *gin.Context) error {
	return p.ask(c, formPrice, func(in site.Form, a identity.Actor) error {
		list, err := p.DuctPrice.List(c.Request.Context())
		if err != nil {
			return err
		}
		now := list.On(p.DayIn(c))
		i := slices.IndexFunc(now, func(t ducttariff.Tariff) bool { return t.Code == in.Text("code") })
		if i < 0 {
			return site.Invalid("code", "not_an_option")
		}
		t := now[i]
		t.Head = head(in, t.Code, t.Name)
		return p.askPrice(c, in, a, t)
	})
}

// askNew asks for a tariff that there is not.
func (p *Pages) askNew(c *gin.Context) error {
	return p.ask(c, formNew, func(in site.Form, a identity.Actor) error {
		t := ducttariff.Tariff{Head: head(in, in.Text("code"), same(in.Line("name"))), Charge: in.Text("charge"), Kind: in.Text("kind"), Per: in.Text("per")}
		t.Indexed = t.Charge == ducttariff.Metre && t.Per != ducttariff.Once
		return p.askPrice(c, in, a, t)
	})
}

func (p *Pages) askPrice(c *gin.Context, in site.Form, a identity.Actor, t ducttariff.Tariff) (err error) {
	if t.Rate, err = console.AmountOf(in, "rate"); err != nil {
		return err
	}
	if in.Text("factor") != "" {
		if t.Factor, err = share(in, "factor", "tariff_rise"); err != nil {
			return err
		}
	}
	method, legal := in.Line("method"), in.Text("legal_note")
	if method != t.Method { // what it was called in English is not what the new one says
		t.English.Method = ""
	}
	if legal != t.LegalNote {
		t.English.LegalNote = ""
	}
	t.Method, t.LegalNote = method, legal
	_, err = p.DuctPrice.AskTariff(c.Request.Context(), a, t, in.Text("reason"))
	return err
}

// askIndex asks for a rise of all that is indexed.
func (p *Pages) askIndex(c *gin.Context) error {
	return p.ask(c, formIndex, func(in site.Form, a identity.Actor) error {
		rise, err := share(in, "rise", "tariff_rise")
		if err != nil {
			return err
		}
		x := ducttariff.Index{Head: head(in, "ihk", same(in.Line("name"))), Rise: rise}
		_, err = p.DuctPrice.AskIndex(c.Request.Context(), a, x, in.Text("reason"))
		return err
	})
}

// askFloor asks for another floor of a kind of unit.
func (p *Pages) askFloor(c *gin.Context) error {
	return p.ask(c, formFloor, func(in site.Form, a identity.Actor) error {
		f := ducttariff.Floor{Kind: in.Text("kind")}
		f.Head = head(in, "dasar-"+f.Kind, i18n.Text{i18n.ID: i18n.ID.T("ductprice.floor_name", "kind", f.Kind), i18n.EN: i18n.EN.T("ductprice.floor_name", "kind", f.Kind)})
		if !slices.Contains(duct.UnitKinds(), f.Kind) {
			return site.Invalid("kind", "not_an_option")
		}
		var err error
		if f.Rate, err = console.AmountOf(in, "rate"); err != nil {
			return err
		}
		_, err = p.DuctPrice.AskFloor(c.Request.Context(), a, f, in.Text("reason"))
		return err
	})
}

// decideTariff answers what somebody else asked for.
func (p *Pages) decideTariff(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	if err == nil {
		_, err = p.DuctPrice.Decide(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.tariffsPage(c, status, site.Form{}, "", errs) })
	}
	return p.Done(c, PathTariffs, "ductprice_decided")
}
