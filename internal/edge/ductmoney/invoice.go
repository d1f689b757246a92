package ductmoney

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// invoice is an invoice with everything that happened to it, and what can be done about it.
func (p *Pages) invoice(c *gin.Context) error {
	return p.invoicePage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) invoicePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, err := p.DuctBills.Find(ctx, a, id)
	if err != nil {
		return err
	}
	here, today := PathBills+"/"+id.String(), site.Zoned(c, p.Now())
	state := b.Standing.State()
	if b.Kind == invoice.CreditNote {
		state = string(invoice.CreditNote)
	}
	v := bill.View{Shell: p.DeskShell(c, b.Number), Back: PathBills, Heading: b.Number, Lead: b.Note, Mark: ledger.BillMark(l, state, b.DueOn, today), Errors: errs, Notes: []string{l.T("ductbook.note_pad")},
		Links: []ui.Link{{Href: here + "/berkas", Label: console.PDFLabel(l, b.Kind), Icon: "download"}}}
	if b.Kind == invoice.Bill {
		v.Links = append(v.Links, ui.Link{Href: PathDebts + "/" + id.String(), Label: l.T("arrears.link"), Icon: "mail"})
	}
	if account := statementPath(b.OperatorID); account != "" {
		v.Links = append(v.Links, ui.Link{Href: account, Label: l.T("ductbook.statement"), Icon: "list-details"})
	} else if p.may(c, access.DuctBill) {
		x, err := p.DuctBills.Books(ctx, a, b.PartyID)
		if err != nil {
			return err
		}
		if x.Balance > 0 {
			v.Links = append(v.Links, ui.Link{Href: pathPayBack(id), Label: l.T("refund.ask"), Icon: "coin"})
		}
	}
	if p.may(c, access.DuctBill) {
		v.Links = append(v.Links, ui.Link{Href: PathTaxes + "/" + id.String(), Label: l.T("tax.link"), Icon: "receipt-tax"})
	}
	party := l.T("ductprice.operator")
	if b.Third() {
		party = l.T("damage.party")
	}
	head := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{{Label: party, Value: b.Party.Name}, {Label: l.T("bill.issued"), Value: l.Date(b.IssuedOn)}}}
	told, err := p.toldRow(c, b)
	if err != nil {
		return err
	}
	head.Rows = append(head.Rows, told)
	head.Note = paperNote(l, b)
	if b.Kind == invoice.Bill {
		head.Rows = append(head.Rows, ui.Row{Label: l.T("bill.due"), Value: l.Date(b.DueOn)}, ui.Row{Label: l.T("bill.rest"), Value: b.Standing.Open.String()})
		head.Rows = append(head.Rows, console.PurchaseRows(l, b.Purchase)...)
	} else {
		head.Links = []ui.Link{{Href: PathBills + "/" + b.Credits.UUID.String(), Label: l.T("bill.credits", "number", b.Related.Credits.Number), Icon: "file-text"}, {Href: here + console.FormReturn, Label: l.T("tax.return_file"), Icon: "download"}}
	}
	lines := &bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}}}
	leads := ""
	for _, x := range b.Lines {
		name := bill.Cell{Text: x.Name.In(l)}
		if lease, ok := x.Source["lease"].(string); ok {
			name.Href, leads = ducts.PathLeases+"/"+lease, l.T("ductbook.lines_text")
		}
		if other, ok := x.Source["invoice"].(string); ok {
			name.Href = PathBills + "/" + other
		}
		lines.Rows = append(lines.Rows, bill.Line{Cells: []bill.Cell{name, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
	}
	v.Sections = []bill.Section{head, {ID: "baris", Title: l.T("bill.lines"), Text: leads, Table: lines}, {ID: "jumlah", Title: l.T("bill.sums"), Rows: console.SumRows(l, b.Invoice, b.Taxes)}}
	if b.Kind == invoice.CreditNote {
		return p.Render(c, status, bill.Page(v))
	}
	if s, ok := console.RelatedSection(l, b.Related, PathBills, pathDrafts); ok {
		v.Sections = append(v.Sections, s)
	}
	v.Sections = append(v.Sections, entrySection(l, b), ledger.ReceiptSection(l, b.Receipts, here))
	asked, err := p.DuctBills.Requests(ctx, a, id)
	if err != nil {
		return err
	}
	if len(asked) > 0 {
		s, err := p.requests(c, asked, bill.Section{ID: "permintaan", Title: l.T("ductbook.requests"), Text: l.T("ductprice.two_people")})
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, s)
	}
	if p.may(c, access.DuctBill) {
		v.Sections = append(v.Sections, actSection(l, b, here, today, in, errs))
	}
	return p.Render(c, status, bill.Page(v))
}

// paperNote says of an invoice to somebody whom no letter reaches that it has to be sent on paper.
func paperNote(l i18n.Locale, b ductbill.Bill) bill.Note {
	if !b.Paper() {
		return bill.Note{}
	}
	return bill.Note{Tone: "care", Text: l.T("ductdebt.on_paper")}
}

// toldRow says who of the company was told of an invoice, and when; of who is no operator, what became of the letter to the address on it.
func (p *Pages) toldRow(c *gin.Context, b ductbill.Bill) (ui.Row, error) {
	l := gate.LocaleOf(c)
	if b.Third() {
		row := ui.Row{Label: l.T("ductdebt.told"), Value: l.T("ductdebt.no_address")}
		if b.Party.Email == "" {
			return row, nil
		}
		x, ok, err := p.DuctBills.ToldThird(c.Request.Context(), gate.ActorOf(c), b.ID)
		row.Value = b.Party.Email
		switch {
		case ok && x.Status == "sent":
			row.Value += ", " + l.DateTime(site.Zoned(c, x.At))
		case ok && x.Status == "failed":
			row.Value += "\n" + l.T("ductdebt.letter_failed")
		}
		return row, err
	}
	all, err := p.DuctBills.Told(c.Request.Context(), gate.ActorOf(c), b.ID)
	if err != nil || len(all) == 0 {
		return p.untoldRow(c, b, err)
	}
	var ids []uuid.UUID
	for _, x := range all {
		ids = append(ids, x.AccountID)
	}
	names, err := p.names(c, ids...)
	var who []string
	for _, x := range all {
		who = append(who, names[x.AccountID]+", "+l.DateTime(site.Zoned(c, x.SentAt)))
	}
	return ui.Row{Label: l.T("ductdebt.told"), Value: strings.Join(who, "\n")}, err
}

// untoldRow says of an invoice of which nobody of the company was told whether its letter is on its way.
func (p *Pages) untoldRow(c *gin.Context, b ductbill.Bill, err error) (ui.Row, error) {
	l := gate.LocaleOf(c)
	row := ui.Row{Label: l.T("ductdebt.told"), Value: l.T("ductdebt.untold")}
	if err != nil {
		return row, err
	}
	ok, err := p.DuctBills.Reached(c.Request.Context(), gate.ActorOf(c), b.OperatorID)
	switch {
	case ok && l.Date(b.IssuedOn) == l.Date(site.Zoned(c, p.Now())):
		row.Value = l.T("ductdebt.telling")
	case ok:
		row.Value = l.T("ductdebt.untold_then")
	}
	return row, err
}

// entrySection lists what happened to an invoice in the book.
func entrySection(l i18n.Locale, b ductbill.Bill) bill.Section {
	t := bill.Table{Title: l.T("bumd.entries"), Columns: []bill.Column{{Label: l.T("bumd.entry")}, {Label: l.T("bumd.on_day")}, {Label: l.T("bill.reason")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, e := range b.Entries {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("bumd.entry." + e.Kind)}, {Text: l.Date(e.OnDay)}, {Text: e.Reason}, {Text: e.Amount.String()}}})
	}
	return bill.Section{ID: "catatan", Title: l.T("bumd.entries"), Table: &t}
}

// actSection is what can be done about an invoice.
func actSection(l i18n.Locale, b ductbill.Bill, here string, today time.Time, in site.Form, errs ui.Errors) bill.Section {
	s := bill.Section{ID: "tindakan", Title: l.T("bumd.acts")}
	if b.Standing.Open > 0 {
		methods := []ui.Option{}
		for _, m := range []string{invoice.Transfer, invoice.VirtualAccount, invoice.Cash, invoice.Slip} {
			methods = append(methods, ui.Option{Value: m, Label: l.T("invoice.method." + m)})
		}
		on := site.DateOf(in, "on")
		if on == "" {
			on = today.Format(time.DateOnly)
		}
		hint, use := "ductbook.amount_hint", "ductbook.apply_balance"
		if b.Third() {
			hint, use = "ductbook.amount_hint_third", "ductbook.apply_balance_third"
		}
		s.Forms = append(s.Forms, bill.Form{ID: "terima", Folded: true, Title: l.T("bumd.receive"), Action: here + "/bayar", Submit: l.T("bumd.receive_do"), Fields: []ui.Field{
			{Name: "method", Type: "choice", Label: l.T("bill.way"), Options: methods, Value: in.Get("method"), Error: errs.Of("method")},
			{Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Hint: l.T(hint, "open", b.Standing.Open)},
			{Name: "reference", Label: l.T("bill.reference"), Value: in.Get("reference"), Error: errs.Of("reference"), Max: 140, Hint: l.T("bumd.reference_hint")},
			{Name: "on", Type: "date", Label: l.T("bill.received"), Value: on, Error: errs.Of("on")}}},
			bill.Form{ID: "saldo", Plain: true, Action: here + "/saldo", Submit: l.T(use)})
	}
	if len(b.Undoable) > 0 {
		var which []ui.Option
		for _, y := range b.Undoable {
			which = append(which, ui.Option{Value: y.ID.String(), Label: l.T("ductbook.undo_option", "method", l.T("invoice.method."+y.Method), "reference", y.Reference, "amount", y.Amount, "date", l.Date(y.ReceivedOn))})
		}
		undo := bill.Form{ID: "batal", Folded: true, Bad: true, Title: l.T("ductbook.undo"), Text: l.T("ductbook.undo_text"), Action: here + "/batal", Submit: l.T("ductbook.undo_do"), Fields: []ui.Field{
			{Name: "payment", Type: "choice", Label: l.T("ductbook.undo_which"), Options: which, Value: in.Get("payment"), Error: errs.Of("payment")},
			{Name: "undo_reason", Type: "long_text", Label: l.T("bill.reason"), Hint: l.T("bumd.reason_hint"), Max: 500, Value: in.Get("undo_reason"), Error: errs.Of("undo_reason")}}}
		s.Forms = append(s.Forms, undo)
	}
	kinds := append([]ui.Option{{Value: string(invoice.CreditNote), Label: l.T("bumd.request.credit_note"), Hint: l.T("ductbook.credit_hint")}}, console.TakeOffOptions(l, b.Standing)...)
	f := bill.Form{ID: "minta", Folded: len(errs) == 0, Title: l.T("ductbook.ask"), Text: l.T("bumd.two_people"), Action: here + "/minta", Submit: l.T("bumd.ask_do"), Fields: []ui.Field{
		{Name: "kind", Type: "choice", Label: l.T("bumd.ask_what"), Options: kinds, Value: in.Get("kind"), Error: errs.Of("kind")}, console.ReasonField(l, in.Get("reason"), errs)}}
	for _, x := range b.Credit {
		if left := x.Left(); left != 0 {
			name := "line-" + strconv.Itoa(x.Position)
			f.Fields = append(f.Fields, ui.Field{Name: name, Type: "money", Optional: true, Label: l.T("credit.line", "n", x.Position, "name", x.Name.In(l)), Hint: l.T("credit.line_hint", "most", left), Value: in.Get(name), Error: errs.Of(name)})
		}
	}
	s.Forms = append(s.Forms, f)
	return s
}

// onInvoice runs an act of a form on an invoice.
func (p *Pages) onInvoice(c *gin.Context, done string, act func(in site.Form, id uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "on")
	if err != nil {
		return err
	}
	if err := act(in, id); err != nil {
		if errs, status, ok := site.RefusedAt(c, err, map[string]string{"payment.known": "reference", "payment.slip_too_large": "amount"}); ok {
			return p.invoicePage(c, status, in, site.Called(c, errs, billLabels))
		}
		return again(c, err, billLabels, func(status int, errs ui.Errors) error { return p.invoicePage(c, status, in, errs) })
	}
	return p.Done(c, PathBills+"/"+id.String(), done)
}

// receive takes down money or a slip.
func (p *Pages) receive(c *gin.Context) error {
	return p.onInvoice(c, "payment_recorded", func(in site.Form, id uuid.UUID) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return err
		}
		on, err := console.DayOf(in, "on")
		if err != nil {
			return err
		}
		_, err = p.DuctBills.Receive(c.Request.Context(), gate.ActorOf(c), invoice.PaymentInput{Invoice: id, Method: in.Text("method"), Reference: in.Line("reference"), Amount: amount, On: on})
		return err
	})
}

// undoPayment takes back what was recorded for the invoice by mistake.
func (p *Pages) undoPayment(c *gin.Context) error {
	return p.onInvoice(c, "payment_undone", func(in site.Form, id uuid.UUID) error {
		bad := site.Missing(in, "undo_reason")
		payment, err := uuid.Parse(in.Text("payment"))
		if err != nil {
			bad = append([]fault.Field{{Name: "payment", Code: "required"}}, bad...)
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		return p.DuctBills.Undo(c.Request.Context(), gate.ActorOf(c), id, payment, in.Text("undo_reason"))
	})
}

// useBalance puts what was paid too much against the invoice.
func (p *Pages) useBalance(c *gin.Context) error {
	return p.onInvoice(c, "ductbook_balance", func(_ site.Form, id uuid.UUID) error {
		_, err := p.DuctBills.Apply(c.Request.Context(), gate.ActorOf(c), id)
		return err
	})
}

// askRequest asks for a credit note, a write-off or a void.
func (p *Pages) askRequest(c *gin.Context) error {
	return p.onInvoice(c, "ductprice_asked", func(in site.Form, id uuid.UUID) error {
		if in.Text("kind") != string(invoice.CreditNote) {
			q, err := console.TakeOff(in, id)
			if err != nil {
				return console.AlsoMissing(err, in, "reason")
			}
			_, err = p.DuctBills.Ask(c.Request.Context(), gate.ActorOf(c), q)
			return err
		}
		back := map[int]money.Rupiah{}
		for name := range in.Values {
			n, ok := strings.CutPrefix(name, "line-")
			if !ok || in.Text(name) == "" {
				continue
			}
			at, err := position(n)
			if err != nil {
				return err
			}
			if back[at], err = console.AmountOf(in, name); err != nil {
				return err
			}
		}
		_, err := p.DuctBills.AskCredit(c.Request.Context(), gate.ActorOf(c), id, back, in.Text("reason"))
		return err
	})
}

// file is the paper of an invoice, or the receipt of a payment.
func (p *Pages) file(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	payment := uuid.Nil
	if c.Param("pay") != "" {
		if payment, err = site.PathID(c, "pay"); err != nil {
			return err
		}
	}
	f, body, err := p.DuctBills.Open(c.Request.Context(), gate.ActorOf(c), id, payment)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return site.ServeFile(c, f, body)
}
