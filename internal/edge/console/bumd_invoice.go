package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
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
	"bedelau/internal/kernel/tenancy"
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

// drafts lists what waits to be issued, one by one or many at once.
func (p *Pages) drafts(c *gin.Context) error { return p.draftsPage(c, http.StatusOK, nil, nil) }

func (p *Pages) draftsPage(c *gin.Context, status int, done *bill.Table, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	all, err := p.finance.Drafts(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.drafts"), Columns: []bill.Column{{Label: l.T("bill.party")}, {Label: l.T("bumd.for")}, {Label: l.T("bumd.net"), End: true}, {Label: l.T("bumd.written")}}}
	for _, d := range all {
		id := d.Draft.ID.String()
		t.Rows = append(t.Rows, bill.Line{Pick: id, Cells: []bill.Cell{{Text: d.Party, Href: PathDrafts + "/" + id}, {Text: d.Note}, {Text: d.Net.String()}, {Text: l.DateTime(site.Zoned(c, d.CreatedAt))}}})
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.drafts")), Back: PathOverview, Heading: l.T("bumd.drafts"), Lead: l.T("bumd.drafts_lead"), Errors: errs}
	if done != nil {
		v.Sections = append(v.Sections, bill.Section{ID: "hasil", Title: done.Title, Table: done})
	}
	list := bill.Section{ID: "daftar", Title: l.T("bumd.drafts"), Quiet: true}
	if len(all) == 0 {
		list.Empty = &bill.Empty{Icon: "circle-check", Title: l.T("bumd.no_drafts"), Text: l.T("bumd.no_drafts_text")}
	} else {
		list.Forms = []bill.Form{{ID: "terbitkan", Plain: true, Action: PathDrafts, Boxes: &t, Submit: l.T("bumd.issue_chosen"), Second: &bill.Button{Name: "semua", Value: "ya", Label: l.T("bumd.issue_all")}}}
	}
	v.Sections = append(v.Sections, list)
	return p.Render(c, status, bill.Page(v))
}

// issueMany issues the chosen drafts, or all that are listed, and says of each what became of it.
func (p *Pages) issueMany(c *gin.Context) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	in, err := site.ReadForm(c, bill.BoxName)
	if err != nil {
		return err
	}
	all, err := p.finance.Drafts(ctx, who)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.issued_result"), Columns: []bill.Column{{Label: l.T("bill.party")}, {Label: l.T("bumd.for")}, {Label: l.T("bumd.result")}}}
	for _, d := range all {
		if in.Get("semua") == "" && !slices.Contains(in.Values[bill.BoxName], d.Draft.ID.String()) {
			continue
		}
		cells := []bill.Cell{{Text: d.Party}, {Text: d.Note}}
		i, err := p.finance.Issue(ctx, who, d.Draft.ID)
		if err != nil {
			f, _ := gate.Failed(c, err)
			cells = append(cells, bill.Cell{Mark: ui.Mark{Tone: "bad", Icon: "circle-x", Text: l.T("bumd.not_issued")}, Small: site.Refusal(l, f)})
		} else {
			cells = append(cells, bill.Cell{Text: i.Number, Href: PathInvoices + "/" + i.ID.String(), Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.issued")}})
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	if len(t.Rows) == 0 {
		return p.draftsPage(c, http.StatusUnprocessableEntity, nil, ui.Errors{{Text: l.T("bumd.none_chosen")}})
	}
	return p.draftsPage(c, http.StatusOK, &t, nil)
}

func (p *Pages) draft(c *gin.Context) error { return p.draftPage(c, http.StatusOK, site.Form{}, nil) }

// draftOf reads the draft of the address.
func (p *Pages) draftOf(c *gin.Context) (finance.Draft, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return finance.Draft{}, err
	}
	return p.finance.FindDraft(c.Request.Context(), gate.ActorOf(c), id)
}

// draftPage shows a draft with its lines, and takes in adjustments.
func (p *Pages) draftPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	d, err := p.draftOf(c)
	if err != nil {
		return err
	}
	l, here := gate.LocaleOf(c), PathDrafts+"/"+d.Draft.ID.String()
	v := bill.View{Shell: p.DeskShell(c, d.Party), Back: PathDrafts, Heading: d.Party, Lead: d.Note, Errors: errs, Mark: ui.Mark{Tone: "care", Icon: "edit", Text: l.T("bumd.draft")},
		Links: []ui.Link{{Href: here + "/pengadaan", Label: l.T("purchase.link"), Icon: "edit"}}}
	t := bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("bumd.net")}, {}, {Text: d.Net.String()}}}
	var forms []bill.Form
	for n, x := range d.Charges {
		cell := bill.Cell{Text: x.Name.In(l), Href: here + "/baris/" + strconv.Itoa(n+1)}
		if x.Adjusted() {
			cell.Mark = ui.Mark{Icon: "edit", Text: l.T("bumd.adjustment")}
			forms = append(forms, bill.Form{ID: "hapus-" + strconv.Itoa(n+1), Plain: true, Bad: true, Action: here + "/baris/" + strconv.Itoa(n+1) + "/hapus", Submit: l.T("bumd.unadjust", "name", x.Name.In(l))})
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{cell, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
	}
	if rows := purchaseRows(l, d.Purchase); len(rows) > 0 {
		v.Sections = []bill.Section{{ID: "pengadaan", Title: l.T("purchase.title"), Rows: rows}}
	}
	lines := bill.Section{ID: "baris", Title: l.T("bill.lines"), Text: l.T("bumd.draft_text"), Table: &t, Forms: forms}
	tied, asked, err := p.draftTies(c, d)
	if err != nil {
		return err
	}
	if !d.DroppedAt.IsZero() {
		v.Mark, v.Links, lines.Text, lines.Forms, lines.Note = ui.Mark{Icon: "ban", Text: l.T("bumd.dropped")}, nil, "", nil, DroppedNote(l, site.Zoned(c, d.DroppedAt))
		v.Sections = append(append(v.Sections, lines), tied...)
		return p.Render(c, status, bill.Page(v))
	}
	if less, _ := d.Lowered(); less > 0 {
		lines.Note = bill.Note{Tone: "care", Text: l.T("bumd.lowered", "amount", less)}
	}
	acts := bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{
		{ID: "terbitkan", Action: here + "/terbit", Text: l.T("bumd.issue_text", "days", d.DueDays), Submit: l.T("bumd.issue")},
		{ID: "sesuaikan", Folded: true, Title: l.T("bumd.adjust"), Text: l.T("bumd.adjust_text"), Action: here + "/sesuaikan", Submit: l.T("bumd.adjust_do"), Fields: []ui.Field{
			{Name: "name", Label: l.T("bumd.adjust_name"), Value: in.Get("name"), Error: errs.Of("name"), Max: 120, Wrap: true},
			{Name: "amount", Type: "text", Label: l.T("usage.line_amount"), Hint: l.T("bumd.adjust_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Max: 24},
			ReasonField(l, in.Get("reason"), errs)}}}}
	if !asked {
		acts.Forms = append(acts.Forms, DropForm(l, here+"/batalkan", in, errs))
	}
	v.Sections = append(append(append(v.Sections, lines), tied...), acts)
	return p.Render(c, status, bill.Page(v))
}

// draftTies are the sections of a draft about what it replaces and what was asked of it, and whether nobody has decided that yet.
func (p *Pages) draftTies(c *gin.Context, d finance.Draft) (all []bill.Section, asked bool, err error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	was, err := p.finance.Replaced(ctx, who, d)
	if err != nil {
		return nil, false, err
	}
	if s, ok := RelatedSection(l, invoice.Related{Replaces: was}, PathInvoices, PathDrafts); ok {
		all = append(all, s)
	}
	requests, err := p.finance.Requests(ctx, who, d.Draft.ID, false)
	if err != nil || len(requests) == 0 {
		return all, false, err
	}
	for _, q := range requests {
		asked = asked || q.Approved == nil
	}
	s, err := p.requestSection(c, requests)
	return append(all, s), asked, err
}

// dropDraft asks that a draft be dropped.
func (p *Pages) dropDraft(c *gin.Context) error {
	return p.filled(c, "change_asked", p.draftPage, nil, func(in site.Form, id uuid.UUID) (string, error) {
		if bad := site.Missing(in, "drop_reason"); bad != nil {
			return "", fault.Fields(bad)
		}
		_, err := p.finance.Ask(c.Request.Context(), gate.ActorOf(c), invoice.RequestInput{Kind: invoice.Drop, Draft: id, Reason: in.Text("drop_reason")})
		return PathDrafts + "/" + id.String(), err
	})
}

// draftLine shows what a line of a draft was computed from.
func (p *Pages) draftLine(c *gin.Context) error {
	d, err := p.draftOf(c)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || n > len(d.Charges) {
		return site.NotFound()
	}
	x := d.Charges[n-1]
	o, err := originOf(x.Source)
	if err != nil {
		return err
	}
	city := tenancy.City{}
	if o.City != uuid.Nil {
		if city, err = p.Directory.ByID(c.Request.Context(), o.City); err != nil {
			return err
		}
	}
	v := bill.View{Shell: p.DeskShell(c, x.Name.In(l)), Back: PathDrafts + "/" + d.Draft.ID.String(), Heading: x.Name.In(l), Lead: d.Note}
	v.Sections, err = p.originSections(c, city, x.Source, []ui.Row{{Label: l.T("usage.working"), Value: x.Working.In(l)}, {Label: l.T("usage.line_amount"), Value: x.Amount.String()}})
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

func (p *Pages) issueOne(c *gin.Context) error {
	return p.filled(c, "invoice_issued", p.draftPage, nil, func(_ site.Form, id uuid.UUID) (string, error) {
		i, err := p.finance.Issue(c.Request.Context(), gate.ActorOf(c), id)
		return PathInvoices + "/" + i.ID.String(), err
	})
}

func (p *Pages) adjust(c *gin.Context) error {
	return p.filled(c, "draft_adjusted", p.draftPage, nil, func(in site.Form, id uuid.UUID) (string, error) {
		amount, err := AmountOf(in, "amount")
		if err != nil {
			return "", AlsoMissing(err, in, "name", "reason")
		}
		err = p.finance.Adjust(c.Request.Context(), gate.ActorOf(c), invoice.AdjustInput{Draft: id, Name: in.Line("name"), Amount: amount, Reason: in.Text("reason")})
		return PathDrafts + "/" + id.String(), err
	})
}

func (p *Pages) unadjust(c *gin.Context) error {
	return p.filled(c, "draft_adjusted", p.draftPage, nil, func(_ site.Form, id uuid.UUID) (string, error) {
		n, err := strconv.Atoi(c.Param("n"))
		if err != nil {
			return "", site.NotFound()
		}
		return PathDrafts + "/" + id.String(), p.finance.Unadjust(c.Request.Context(), gate.ActorOf(c), id, n)
	})
}
