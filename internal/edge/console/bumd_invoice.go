package console

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// invoice is one invoice with what the finance staff can do about it.
func (p *Pages) invoice(c *gin.Context) error {
	return p.invoicePage(c, http.StatusOK, site.Form{}, nil)
}

// invoicePage shows an invoice, after a refusal with what was filled in.
func (p *Pages) invoicePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	b, err := p.billOf(c)
	if err != nil {
		return err
	}
	v, err := p.billView(c, b, PathInvoices)
	if err != nil {
		return err
	}
	v.Errors = errs
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	if city, err := p.Directory.ByID(ctx, b.City.UUID); err == nil && b.City.Valid {
		v.Links = append(v.Links, ui.Link{Href: PathCities + "/" + city.Slug, Label: city.Name, Icon: "building"})
	}
	if b.Kind == invoice.Bill {
		entries, err := p.entrySection(c, b.ID)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, entries)
	}
	if b.Kind == invoice.CreditNote && p.Guard.Allow(ctx, who, access.InvoiceIssue) == nil {
		v.Sections = append(v.Sections, bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{sendForm(l, b)}})
	}
	if b.Kind == invoice.Bill && p.Guard.Allow(ctx, who, access.InvoiceIssue) == nil {
		asked, err := p.finance.Requests(ctx, who, b.ID, false)
		if err != nil {
			return err
		}
		if len(asked) > 0 {
			s, err := p.requestSection(c, asked)
			if err != nil {
				return err
			}
			v.Sections = append(v.Sections, s)
		}
		has, err := p.finance.Balances(ctx, who, b.PartyID)
		if err != nil {
			return err
		}
		balance := money.Rupiah(0)
		if len(has) > 0 {
			balance = has[0].Balance
		}
		v.Sections = append(v.Sections, p.actSection(l, b, balance, site.Zoned(c, p.Now()).Format(time.DateOnly), in, errs))
	}
	return p.Render(c, status, bill.Page(v))
}

// entrySection lists what happened to an invoice in the books.
func (p *Pages) entrySection(c *gin.Context, id uuid.UUID) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.finance.Entries(c.Request.Context(), gate.ActorOf(c), id)
	t := bill.Table{Title: l.T("bumd.entries"), Columns: []bill.Column{{Label: l.T("bumd.entry")}, {Label: l.T("bumd.on_day")}, {Label: l.T("bill.reason")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, e := range all {
		what := bill.Cell{Text: l.T("bumd.entry." + e.Kind)}
		switch {
		case e.PaymentID.Valid:
			what.Small, what.Href = l.T("invoice.method."+e.Method)+", "+e.Reference, PathPayments+"/"+e.PaymentID.UUID.String()
		case e.NoteID.Valid:
			what.Small, what.Href = e.Note, PathInvoices+"/"+e.NoteID.UUID.String()
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{what, {Text: l.Date(e.OnDay)}, {Text: e.Reason}, {Text: e.Amount.String()}}})
	}
	return bill.Section{ID: "catatan", Title: l.T("bumd.entries"), Table: &t}, err
}

// actSection is what can be done about an invoice that the books are not done with.
func (p *Pages) actSection(l i18n.Locale, b finance.Bill, balance money.Rupiah, today string, in site.Form, errs ui.Errors) bill.Section {
	here := PathInvoices + "/" + b.ID.String()
	s := bill.Section{ID: "tindakan", Title: l.T("bumd.acts")}
	if b.Standing.Open > 0 {
		methods := []ui.Option{}
		for _, m := range []string{invoice.Transfer, invoice.VirtualAccount, invoice.Cash, invoice.Slip} {
			methods = append(methods, ui.Option{Value: m, Label: l.T("invoice.method." + m)})
		}
		on := site.DateOf(in, "on")
		if on == "" {
			on = today
		}
		s.Forms = append(s.Forms, bill.Form{ID: "terima", Folded: true, Title: l.T("bumd.receive"), Action: here + "/bayar", Submit: l.T("bumd.receive_do"), Fields: []ui.Field{
			{Name: "method", Type: "choice", Label: l.T("bill.way"), Options: methods, Value: in.Get("method"), Error: errs.Of("method")},
			{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T("bumd.amount_hint", "open", b.Standing.Open)},
			{Name: "reference", Label: l.T("bill.reference"), Value: in.Get("reference"), Error: errs.Of("reference"), Max: 140, Hint: l.T("bumd.reference_hint")},
			{Name: "on", Type: "date", Label: l.T("bill.received"), Value: on, Error: errs.Of("on")}}})
		if balance > 0 {
			s.Forms = append(s.Forms, bill.Form{ID: "saldo", Plain: true, Action: here + "/saldo", Submit: l.T("bumd.apply_balance", "balance", balance)})
		}
	}
	kinds := TakeOffOptions(l, b.Standing)
	s.Links = []ui.Link{{Href: here + "/nota-kredit", Label: l.T("credit.link"), Icon: "receipt-tax"}, {Href: PathArrears + "/" + b.ID.String(), Label: l.T("arrears.link"), Icon: "mail"}, {Href: PathTaxes + "/" + b.ID.String(), Label: l.T("tax.link"), Icon: "receipt-tax"}}
	if len(kinds) > 0 {
		s.Forms = append(s.Forms, bill.Form{ID: "minta", Folded: true, Title: l.T("bumd.ask"), Text: l.T("bumd.two_people"), Action: here + "/minta", Submit: l.T("bumd.ask_do"), Fields: []ui.Field{
			{Name: "kind", Type: "choice", Label: l.T("bumd.ask_what"), Options: kinds, Value: in.Get("kind"), Error: errs.Of("kind")}, ReasonField(l, in.Get("reason"), errs)}})
	}
	s.Forms = append(s.Forms, sendForm(l, b))
	return s
}

// sendForm sends an invoice or a credit note to those who have not got it.
func sendForm(l i18n.Locale, b finance.Bill) bill.Form {
	return bill.Form{ID: "kirim", Plain: true, Action: PathInvoices + "/" + b.ID.String() + "/kirim", Submit: l.T("bumd.send_again")}
}

// line shows what a line of an invoice was computed from.
func (p *Pages) line(c *gin.Context) error {
	b, err := p.billOf(c)
	if err != nil {
		return err
	}
	city, err := p.Directory.ByID(c.Request.Context(), b.City.UUID)
	if err != nil {
		return err
	}
	return p.linePage(c, PathInvoices, city)
}

// labels are what the forms of an invoice call their fields.
func labels() map[string]string {
	return map[string]string{"amount": "usage.line_amount", "method": "bill.way", "reference": "bill.reference", "on": "bill.received", "reason": "bill.reason",
		"drop_reason": "bill.reason", "kind": "bumd.ask_what", "name": "bumd.adjust_name", "plan": "bill.plan", "starts_on": "bumd.first_day", "trial_days": "bumd.trial_days", "addons": "bill.addons",
		"coupon": "bill.coupon", "as": "bumd.end_as"}
}

// filled runs an act of a form on an invoice and shows the form again when it is refused.
func (p *Pages) filled(c *gin.Context, done string, again func(*gin.Context, int, site.Form, ui.Errors) error, places map[string]string, act func(site.Form, uuid.UUID) (string, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "on")
	if err != nil {
		return err
	}
	to, err := act(in, id)
	if err != nil {
		f, status := gate.Failed(c, err)
		if errs, status, ok := site.RefusedAt(c, err, places); ok {
			return again(c, status, in, site.Called(c, errs, labels()))
		}
		if status == http.StatusConflict {
			return again(c, status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
		}
		return err
	}
	return p.Done(c, to, done)
}

// recordPayment takes down a transfer or a slip.
func (p *Pages) recordPayment(c *gin.Context) error {
	return p.filled(c, "payment_recorded", p.invoicePage, map[string]string{"payment.known": "reference", "payment.slip_too_large": "amount"}, func(in site.Form, id uuid.UUID) (string, error) {
		amount, err := AmountOf(in, "amount")
		if err != nil {
			return "", AlsoMissing(err, in, "method", "reference")
		}
		on, err := DayOf(in, "on")
		if err != nil {
			return "", err
		}
		_, err = p.finance.Receive(c.Request.Context(), gate.ActorOf(c), invoice.PaymentInput{Invoice: id, Method: in.Text("method"), Reference: in.Line("reference"), Amount: amount, On: on})
		return PathInvoices + "/" + id.String(), err
	})
}

// DayOf reads a calendar day.
func DayOf(in site.Form, name string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, site.DateOf(in, name))
	if err != nil || day.Year() < 2020 || day.Year() > 2199 {
		return day, site.Invalid(name, "invalid")
	}
	return day, nil
}

// AmountOf reads an amount as it is written: "1.500.000".
func AmountOf(in site.Form, name string) (money.Rupiah, error) {
	text := in.Text(name)
	amount, err := money.Parse(text)
	switch {
	case text == "":
		return 0, site.Invalid(name, "required")
	case errors.Is(err, money.ErrOverflow):
		return 0, site.Invalid(name, "amount_range")
	case err != nil:
		return 0, site.Invalid(name, "money")
	}
	return amount, nil
}

// AlsoMissing adds to what is wrong with one field those that are empty, so that a form is refused once.
func AlsoMissing(err error, in site.Form, names ...string) error {
	bad := fault.From(err).Fields
	for _, name := range names {
		if strings.TrimSpace(in.Get(name)) == "" {
			bad = append(bad, fault.Field{Name: name, Code: "required"})
		}
	}
	return fault.Fields(bad)
}

func (p *Pages) applyBalance(c *gin.Context) error {
	return p.filled(c, "balance_applied", p.invoicePage, nil, func(_ site.Form, id uuid.UUID) (string, error) {
		amount, err := p.finance.Apply(c.Request.Context(), gate.ActorOf(c), id)
		if err == nil && amount == 0 {
			err = fault.New(fault.Conflict, "payment.nothing_to_apply")
		}
		return PathInvoices + "/" + id.String(), err
	})
}

func (p *Pages) sendAgain(c *gin.Context) error {
	return p.filled(c, "invoice_sent_again", p.invoicePage, nil, func(_ site.Form, id uuid.UUID) (string, error) {
		if _, err := p.billOf(c); err != nil {
			return "", err
		}
		return PathInvoices + "/" + id.String(), p.finance.SendAgain(c.Request.Context(), gate.ActorOf(c), id)
	})
}

// ask asks for a write-off or a void.
func (p *Pages) ask(c *gin.Context) error {
	return p.filled(c, "change_asked", p.invoicePage, nil, func(in site.Form, id uuid.UUID) (string, error) {
		q, err := TakeOff(in, id)
		if err != nil {
			return "", AlsoMissing(err, in, "reason")
		}
		_, err = p.finance.Ask(c.Request.Context(), gate.ActorOf(c), q)
		return PathInvoices + "/" + id.String(), err
	})
}

// requests lists what waits for a second person, and what was decided.
func (p *Pages) requests(c *gin.Context) error { return p.requestsPage(c, http.StatusOK, nil) }

func (p *Pages) requestsPage(c *gin.Context, status int, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	all, err := p.finance.Requests(c.Request.Context(), gate.ActorOf(c), uuid.Nil, false)
	if err != nil {
		return err
	}
	s, err := p.requestSection(c, all)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.requests")), Back: PathOverview, Heading: l.T("bumd.requests"), Lead: l.T("bumd.two_people"), Errors: errs, Sections: []bill.Section{s}}
	return p.Render(c, status, bill.Page(v))
}

// requestSection lists requests with the ways to decide those of others.
func (p *Pages) requestSection(c *gin.Context, all []finance.Asked) (bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.Identity.Names(ctx, ids)
	s := bill.Section{ID: "permintaan", Title: l.T("bumd.requests"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("bumd.no_requests"), Text: l.T("bumd.no_requests_text")},
		Table: &bill.Table{Title: l.T("bumd.requests"), Columns: []bill.Column{{Label: l.T("bumd.ask_what")}, {Label: l.T("bill.number")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}}
	for _, q := range all {
		what := RequestWord(l, q.Request)
		var sum money.Rupiah
		for _, x := range q.Charges {
			sum += x.Amount // checked when it was asked
		}
		cell := bill.Cell{Text: what}
		if sum > 0 {
			cell.Small = l.T("bumd.before_tax", "amount", sum)
		}
		state := bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}}
		switch {
		case q.Approved != nil && *q.Approved:
			state = bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.approved")}, Small: names[q.DecidedBy.UUID]}
		case q.Approved != nil:
			state = bill.Cell{Mark: ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}, Small: names[q.DecidedBy.UUID]}
		case q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		default:
			title := l.T("bumd.decide", "what", what, "number", q.Number)
			if q.DraftID.Valid {
				title = l.T("bumd.decide_draft", "what", what, "about", q.Number, "party", q.Party)
			}
			s.Forms = append(s.Forms, bill.Form{ID: "putus-" + q.Request.ID.String(), Title: title, Text: q.Reason, Plain: true,
				Action: PathRequests + "/" + q.Request.ID.String() + "/putus", Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("bumd.approve")},
				bill.Form{ID: "tolak-" + q.Request.ID.String(), Plain: true, Bad: true, Action: PathRequests + "/" + q.Request.ID.String() + "/putus",
					Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("bumd.refuse", "number", q.Number)})
		}
		of := bill.Cell{Text: q.Number, Href: PathInvoices + "/" + q.InvoiceID.String(), Small: q.Party}
		if q.DraftID.Valid {
			of.Href = PathDrafts + "/" + q.DraftID.UUID.String()
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{cell, of, {Text: q.Reason},
			{Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state}})
	}
	return s, err
}

// decide answers a request of somebody else.
func (p *Pages) decide(c *gin.Context) error {
	again := func(c *gin.Context, status int, _ site.Form, errs ui.Errors) error {
		return p.requestsPage(c, status, errs)
	}
	return p.filled(c, "request_decided", again, nil, func(in site.Form, id uuid.UUID) (string, error) {
		answer := in.Text("jawaban")
		if answer != "setuju" && answer != "tolak" {
			return "", site.Invalid("jawaban", "not_an_option")
		}
		_, err := p.finance.Decide(c.Request.Context(), gate.ActorOf(c), id, answer == "setuju")
		return PathRequests, err
	})
}
