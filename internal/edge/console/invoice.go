package console

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// billView is an invoice as both sides see it: its lines with their working, its taxes with their law, how it stands, its papers,
// and how to pay. Base is the list that it is in.
func (p *Pages) billView(c *gin.Context, b finance.Bill, base string) (bill.View, error) {
	l, today := gate.LocaleOf(c), site.Zoned(c, p.Now())
	state := b.Standing.State()
	if b.Kind == invoice.CreditNote {
		state = "credit_note"
	}
	here := base + "/" + b.ID.String()
	v := bill.View{Shell: p.DeskShell(c, b.Number), Back: base, Heading: b.Number, Lead: b.Note, Mark: stateMark(l, state, b.DueOn, today),
		Links: []ui.Link{{Href: here + "/berkas", Label: PDFLabel(l, b.Kind), Icon: "download"}}}
	head := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{
		{Label: l.T("bill.party"), Value: b.Party.Name}, {Label: l.T("bill.issued"), Value: l.Date(b.IssuedOn)}}}
	if b.Kind == invoice.Bill {
		head.Rows = append(head.Rows, ui.Row{Label: l.T("bill.due"), Value: l.Date(b.DueOn)},
			ui.Row{Label: l.T("bill.rest"), Value: b.Standing.Open.String()})
	} else {
		head.Links = []ui.Link{{Href: base + "/" + b.Credits.UUID.String(), Label: l.T("bill.credits", "number", b.Related.Credits.Number), Icon: "file-text"}, {Href: here + FormReturn, Label: l.T("tax.return_file"), Icon: "download"}}
	}
	head.Rows = append(head.Rows, PurchaseRows(l, b.Purchase)...)
	v.Sections = []bill.Section{head, {ID: "baris", Title: l.T("bill.lines"), Text: l.T("bill.lines_text"), Table: lineTable(l, b.Lines, here)},
		{ID: "jumlah", Title: l.T("bill.sums"), Rows: SumRows(l, b.Invoice, b.Taxes)}}
	sent, err := p.sentSection(c, b)
	if err != nil {
		return v, err
	}
	drafts := ""
	if base == PathInvoices && p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.InvoiceIssue) == nil {
		drafts = PathDrafts
	}
	if s, ok := RelatedSection(l, b.Related, base, drafts); ok {
		v.Sections = append(v.Sections, s)
	}
	v.Sections = append(v.Sections, sent)
	if b.Kind == invoice.CreditNote {
		return v, nil
	}
	v.Sections = append(v.Sections, bill.Section{ID: "buku", Title: l.T("bill.standing"), Rows: StandingRows(l, b.Standing)})
	paid, err := p.receiptSection(c, b, here)
	if err != nil {
		return v, err
	}
	v.Sections = append(v.Sections, paid)
	if b.Standing.Open > 0 {
		pay, err := p.paySection(c, b)
		if err != nil {
			return v, err
		}
		v.Sections = append(v.Sections, pay)
	}
	return v, nil
}

// sentSection says who issued an invoice or a credit note and when, and to whom and how it was sent. The city's people are named by their own side's accounts.
func (p *Pages) sentSection(c *gin.Context, b finance.Bill) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "pengiriman", Title: l.T("bill.sending"), Rows: []ui.Row{{Label: l.T("bill.finalised"), Value: l.DateTime(site.Zoned(c, b.FinalisedAt))}}}
	all, err := p.finance.Sendings(ctx, gate.ActorOf(c), b.ID)
	if err != nil {
		return s, err
	}
	ids, to := []uuid.UUID{b.FinalisedBy}, []uuid.UUID{}
	for _, x := range all {
		ids, to = append(ids, x.SentBy.UUID), append(to, x.AccountID)
	}
	own := gate.CityOf(c).Kind == tenancy.KindCity
	seller, names := map[uuid.UUID]string{}, map[uuid.UUID]string{}
	if own {
		names, err = p.Identity.Names(ctx, to)
	} else if seller, err = p.Identity.Names(ctx, ids); err == nil && b.City.Valid {
		names, err = p.namesIn(ctx, b.City.UUID, to)
	}
	if err != nil {
		return s, err
	}
	if name := seller[b.FinalisedBy]; name != "" {
		s.Rows[0].Value = name + ", " + s.Rows[0].Value
	}
	s.Empty = &bill.Empty{Icon: "mail", Title: l.T("bill.sent_nobody"), Text: l.T("bill.not_sent_text")}
	s.Table = &bill.Table{Title: l.T("bill.sending"), Columns: []bill.Column{{Label: l.T("bill.sent_to")}, {Label: l.T("bill.sent_at")}, {Label: l.T("bill.sent_how")}, {Label: l.T("bill.sent_by")}}}
	for _, x := range all {
		by := l.T("bill.sent_seller")
		if !own {
			by = cmp.Or(seller[x.SentBy.UUID], "–")
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: cmp.Or(names[x.AccountID], "–")}, {Text: l.DateTime(site.Zoned(c, x.SentAt))}, mailCell(l, x.Mail), {Text: by}}})
	}
	return s, nil
}

// mailCell says what became of the e-mail about an invoice.
func mailCell(l i18n.Locale, m notify.Became) bill.Cell {
	out := bill.Cell{Text: l.T("bill.by_mail")}
	if m.Status != "" {
		out.Small = l.T("bill.mail." + m.Status)
	}
	if key := "bill.mail_reason." + m.Reason; m.Reason != "" && l.Has(key) {
		out.Small = l.T(key)
	}
	return out
}

// namesIn are the names of a city's people, for the platform.
func (p *Pages) namesIn(ctx context.Context, id tenancy.ID, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	city, err := p.Directory.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if ctx, err = tenancy.Inside(ctx, city); err != nil {
		return nil, err
	}
	return p.Identity.Names(ctx, ids)
}

// lineTable lists what is charged; each line leads to what it was computed from.
func lineTable(l i18n.Locale, lines []invoice.Line, here string) *bill.Table {
	t := bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, x := range lines {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Href: here + "/baris/" + strconv.Itoa(x.Position)}, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
	}
	return &t
}

// SumRows add the lines of an invoice up, as its paper does.
func SumRows(l i18n.Locale, i invoice.Invoice, taxes []invoice.Tax) []ui.Row {
	rows := []ui.Row{{Label: l.T("invoice.paper.net"), Value: i.Net.String()}}
	for _, t := range taxes {
		if t.Rule.Kind == invoice.PPN {
			rows = append(rows, ui.Row{Label: t.Label(l), Value: t.Billed().String() + "\n" + t.Rule.Basis})
		}
	}
	rows = append(rows, ui.Row{Label: l.T("invoice.paper.total"), Value: i.Total.String() + "\n" + i.Total.Words()})
	if i.Withholdable == 0 {
		return rows
	}
	for _, t := range taxes {
		if t.KeptBack() > 0 {
			rows = append(rows, ui.Row{Label: l.T("invoice.paper.kept_back", "name", t.Rule.Name.In(l)), Value: t.KeptBack().String() + "\n" + t.Rule.Basis})
		}
	}
	return append(rows, ui.Row{Label: l.T("invoice.paper.transfer"), Value: (i.Total - i.Withholdable).String()})
}

// StandingRows say by what an invoice was closed; what is nothing is left out.
func StandingRows(l i18n.Locale, s invoice.Standing) []ui.Row {
	rows := []ui.Row{{Label: l.T("bill.charged"), Value: s.Charged.String()}}
	for _, x := range []struct {
		key    string
		amount money.Rupiah
	}{{"paid", s.Paid}, {"withheld", s.Withheld}, {"credited", s.Credited}, {"written_off", s.WrittenOff}, {"voided", s.Voided}} {
		if x.amount != 0 {
			rows = append(rows, ui.Row{Label: l.T("bill." + x.key), Value: x.amount.String()})
		}
	}
	return append(rows, ui.Row{Label: l.T("bill.rest"), Value: s.Open.String()})
}

// receiptSection lists the money that came in, with its kuitansi.
func (p *Pages) receiptSection(c *gin.Context, b finance.Bill, here string) (bill.Section, error) {
	l := gate.LocaleOf(c)
	paid, err := p.finance.Receipts(c.Request.Context(), gate.ActorOf(c), b.ID)
	t := bill.Table{Title: l.T("bill.receipts"), Columns: []bill.Column{{Label: l.T("bill.received")}, {Label: l.T("bill.way")}, {Label: l.T("bill.reference")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, y := range paid {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("bill.receipt_of", "date", l.Date(y.ReceivedOn)), Href: here + "/kuitansi/" + y.ID.String()},
			{Text: l.T("invoice.method." + y.Method)}, {Text: y.Reference}, {Text: y.Amount.String()}}})
	}
	return bill.Section{ID: "kuitansi", Title: l.T("bill.receipts"), Table: &t, Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("bill.no_receipts"), Text: l.T("bill.no_receipts_text")}}, err
}

// paySection says where to pay, and leads to Stripe where that collects it.
func (p *Pages) paySection(c *gin.Context, b finance.Bill) (bill.Section, error) {
	l := gate.LocaleOf(c)
	seller, err := p.finance.Seller(c.Request.Context(), gate.ActorOf(c), b.IssuedOn)
	if err != nil {
		return bill.Section{}, err
	}
	kept, err := p.finance.KeepBack(c.Request.Context(), gate.ActorOf(c), b)
	if err != nil {
		return bill.Section{}, err
	}
	s := bill.Section{ID: "bayar", Title: l.T("invoice.paper.how"), Rows: PayRows(l, seller, b.Invoice, b.Standing.Open, kept), Text: l.T("bill.pay_text", "amount", b.Standing.Open)}
	switch {
	case kept == b.Standing.Open:
		s.Text = l.T("partner.slip_rest", "amount", kept)
	case kept > 0:
		s.Note = bill.Note{Text: l.T("bill.slip_text", "amount", kept)}
	}
	there, _, err := p.Collection.Progress(c.Request.Context(), gate.ActorOf(c), b.ID)
	if there.URL != "" {
		s.Links = []ui.Link{{Href: there.URL, Label: l.T("collection.pay"), Icon: "external-link"}}
	}
	if there.Failed {
		s.Note = bill.Note{Tone: "care", Text: strings.TrimSpace(l.T("collection.failed") + " " + s.Note.Text)}
	}
	return s, err
}

// lineOf is the line of an invoice that the address names.
func lineOf(c *gin.Context, lines []invoice.Line) (invoice.Line, error) {
	n, err := strconv.Atoi(c.Param("n"))
	for _, x := range lines {
		if err == nil && x.Position == n && !strings.HasPrefix(c.Param("n"), "+") {
			return x, nil
		}
	}
	return invoice.Line{}, fault.New(fault.NotFound, "page.not_found")
}
