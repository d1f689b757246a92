package partner

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// Where a company finds what it is charged.
const (
	pathBills    = pathHome + "/tagihan"
	pathAccount  = pathHome + "/rekening"
	pathDeposits = pathAccount + "/jaminan"
)

// billRoutes is what the company is charged and has paid.
func (p *Pages) billRoutes() gate.Table {
	own, city, one := access.DuctOwn, gate.City, site.IDs("id", "duct_invoice")
	return gate.Table{
		{Method: get, Path: pathBills, Needs: own, Scope: city, Handler: p.bills},
		{Method: get, Path: pathBills + "/:id", Needs: own, Scope: city, IDs: one, Handler: p.bill},
		{Method: get, Path: pathBills + "/:id/berkas", Needs: own, Scope: city, IDs: one, Handler: p.billFile},
		{Method: get, Path: pathBills + "/:id/kuitansi/:pay", Needs: own, Scope: city, IDs: site.IDs("id", "duct_invoice", "pay", "duct_payment"), Handler: p.billFile},
		{Method: get, Path: pathAccount, Needs: own, Scope: city, Handler: p.account},
		{Method: get, Path: pathDeposits, Needs: own, Scope: city, Handler: p.deposits},
	}
}

// bills lists the invoices of the company, the latest first.
func (p *Pages) bills(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	today, state := site.Zoned(c, p.Now()), c.Query("keadaan")
	f := ductbill.Filter{Open: state == "terbuka", Late: state == "lewat", Before: leasing.After(c, uuid.Nil)}
	all, err := p.DuctBills.BillsOf(ctx, gate.ActorOf(c), f, pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.bills")), Heading: l.T("partner.nav.bills"), Lead: l.T("partner.bills_lead"), Links: []ui.Link{{Href: pathAccount, Label: l.T("partner.nav.account"), Icon: "list-details"}}}
	s := bill.Section{ID: "tagihan", Title: l.T("partner.nav.bills"), Quiet: true, Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("ductbook.no_invoices"), Text: l.T("partner.no_bills")},
		Table: &bill.Table{Title: l.T("partner.nav.bills"), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("bill.issued")}, {Label: l.T("bill.due")}, {Label: l.T("ductbook.total"), End: true}, {Label: l.T("bill.rest"), End: true}, {Label: l.T("bill.state")}}},
		Filter: &bill.Form{ID: "saring", Action: pathBills, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "keadaan", Type: "select", Label: l.T("bill.state"), Value: state,
			Options: []ui.Option{{Label: l.T("queue.filter.any")}, {Value: "terbuka", Label: l.T("ductbook.open")}, {Value: "lewat", Label: l.T("bill.state.late")}}}}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = leasing.Next(c, pathBills, all[pageSize-1].Invoice.ID)
	}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: pathBills + "/" + x.Invoice.ID.String(), Small: x.Note}, {Text: l.Date(x.IssuedOn)}, {Text: x.DueIn(l)}, {Text: x.Total.String()}, {Text: x.Open.String()},
			{Mark: ledger.BillMark(l, x.State(), x.DueOn, today)}}})
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// bill is an invoice of the company: its lines, how to pay it, and what came in.
func (p *Pages) bill(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, err := p.DuctBills.FindOf(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	state := b.Standing.State()
	if b.Kind == invoice.CreditNote {
		state = string(invoice.CreditNote)
	}
	here := pathBills + "/" + id.String()
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, b.Number), Back: pathBills, Heading: b.Number, Lead: b.Note, Mark: ledger.BillMark(l, state, b.DueOn, site.Zoned(c, p.Now())), Links: []ui.Link{{Href: here + "/berkas", Label: console.PDFLabel(l, b.Kind), Icon: "download"}}}
	head := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bill.issued"), Value: l.Date(b.IssuedOn)}}}
	if b.Kind == invoice.Bill {
		head.Rows = append(head.Rows, ui.Row{Label: l.T("bill.due"), Value: l.Date(b.DueOn)}, ui.Row{Label: l.T("bill.rest"), Value: b.Standing.Open.String()})
	} else {
		head.Links = []ui.Link{{Href: pathBills + "/" + b.Credits.UUID.String(), Label: l.T("bill.credits", "number", b.Related.Credits.Number), Icon: "file-text"}}
	}
	v.Sections = []bill.Section{head}
	if b.Standing.Open > 0 {
		seller, err := p.DuctBills.SellerOf(ctx, gate.ActorOf(c), b.IssuedOn)
		if err != nil {
			return err
		}
		pay := bill.Section{ID: "bayar", Title: l.T("invoice.paper.how"), Rows: console.PayRows(l, seller, b.Invoice, b.Standing.Open, b.KeepBack)}
		switch {
		case b.KeepBack == b.Standing.Open:
			pay.Text = l.T("partner.slip_rest", "amount", b.Standing.Open)
		case b.KeepBack > 0:
			pay.Text = l.T("partner.slip", "amount", b.KeepBack)
		}
		v.Sections = append(v.Sections, pay)
	}
	lines := &bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}}}
	for _, x := range b.Lines {
		name := bill.Cell{Text: x.Name.In(l)}
		if lease, ok := x.Source["lease"].(string); ok {
			name.Href = pathLeases + "/" + lease
		}
		lines.Rows = append(lines.Rows, bill.Line{Cells: []bill.Cell{name, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "baris", Title: l.T("bill.lines"), Table: lines}, bill.Section{ID: "jumlah", Title: l.T("bill.sums"), Rows: console.SumRows(l, b.Invoice, b.Taxes)})
	if s, ok := console.RelatedSection(l, b.Related, pathBills, ""); ok {
		v.Sections = append(v.Sections, s)
	}
	if b.Kind == invoice.Bill {
		v.Sections = append(v.Sections, bill.Section{ID: "buku", Title: l.T("bill.standing"), Rows: console.StandingRows(l, b.Standing)}, ledger.ReceiptSection(l, b.Receipts, here))
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// billFile is the paper of an invoice of the company, or the receipt of a payment.
func (p *Pages) billFile(c *gin.Context) error {
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
	f, body, err := p.DuctBills.OpenOf(c.Request.Context(), gate.ActorOf(c), id, payment)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return site.ServeFile(c, f, body)
}

// account is what the company was charged and paid over the last year, or the days that are asked for.
func (p *Pages) account(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	self, err := p.Operators.Self(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	days := ledger.Days(c, p.DayIn(c))
	x, err := p.DuctBills.StatementOf(ctx, gate.ActorOf(c), days.From, days.Last.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.account")), Back: pathBills, Heading: l.T("ductbook.statement_of", "name", self.Company.Name), Lead: l.T("ductbook.statement_lead", "from", l.Date(days.From), "last", l.Date(days.Last))}
	moves, sums := ledger.StatementSections(l, x, pathAccount, days, ledger.Skipped(c), func(id uuid.UUID) string { return pathBills + "/" + id.String() })
	v.Links = []ui.Link{{Href: pathDeposits, Label: l.T("deposit.by_lease"), Icon: "coin"}}
	v.Sections = append([]bill.Section{moves}, sums...)
	if x.More {
		v.Notes = append(v.Notes, l.T("ductbook.more"))
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}
