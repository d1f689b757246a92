package ductmoney

import (
	"net/http"
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
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// billsShown is how many invoices a page lists.
const billsShown = 25

// billRoutes is the company's book.
func (p *Pages) billRoutes() gate.Table {
	read, acts, city := access.DuctRead, access.DuctBill, gate.City
	draft, one, asked, who := site.IDs("id", "duct_draft"), site.IDs("id", "duct_invoice"), site.IDs("id", "duct_request"), site.IDs("id", "duct_operator")
	receipt := site.IDs("id", "duct_invoice", "pay", "duct_payment")
	d, i := pathDrafts+"/:id", PathBills+"/:id"
	return gate.Table{
		{Method: get, Path: PathBills, Needs: read, Scope: city, Handler: p.bills},
		{Method: post, Path: PathBills + "/tindakan/hitung", Page: PathBills, Needs: acts, Scope: city, Handler: p.chargeMonths},
		{Method: post, Path: PathBills + "/tindakan/terbitkan", Page: PathBills, Needs: acts, Scope: city, Handler: p.issueMany},
		{Method: post, Path: PathBills + "/kredit/:id", Page: PathBills, Needs: acts, Scope: city, IDs: site.IDs("id", "duct_credit"), Handler: p.askLeftover},
		{Method: post, Path: PathBills + "/saldo/:id", Page: PathBills, Needs: acts, Scope: city, IDs: site.IDs("id", "duct_refund"), Handler: p.decideRefund},
		{Method: post, Path: PathBills + "/permintaan/:id", Page: PathBills, Needs: acts, Scope: city, IDs: asked, Handler: p.decideRequest},
		{Method: get, Path: d, Needs: read, Scope: city, IDs: draft, Handler: p.draft},
		{Method: get, Path: d + console.FormPurchase, Needs: acts, Scope: city, IDs: draft, Handler: p.purchase},
		{Method: post, Path: d + console.FormPurchase, Needs: acts, Scope: city, IDs: draft, Handler: p.amend},
		{Method: post, Path: d + "/tambah", Page: d, Needs: acts, Scope: city, IDs: draft, Handler: p.adjust},
		{Method: post, Path: d + "/hapus", Page: d, Needs: acts, Scope: city, IDs: draft, Handler: p.unadjust},
		{Method: post, Path: d + "/batalkan", Page: d, Needs: acts, Scope: city, IDs: draft, Handler: p.dropDraft},
		{Method: post, Path: d + "/terbitkan", Page: d, Needs: acts, Scope: city, IDs: draft, Handler: p.issue},
		{Method: post, Path: d + "/tutup", Page: d, Needs: acts, Scope: city, IDs: draft, Handler: p.closeDraft},
		{Method: get, Path: i, Needs: read, Scope: city, IDs: one, Handler: p.invoice},
		{Method: get, Path: i + "/berkas", Needs: read, Scope: city, IDs: one, Handler: p.file},
		{Method: get, Path: i + "/kuitansi/:pay", Needs: read, Scope: city, IDs: receipt, Handler: p.file},
		{Method: post, Path: i + "/bayar", Page: i, Needs: acts, Scope: city, IDs: one, Handler: p.receive},
		{Method: post, Path: i + "/batal", Page: i, Needs: acts, Scope: city, IDs: one, Handler: p.undoPayment},
		{Method: post, Path: i + "/saldo", Page: i, Needs: acts, Scope: city, IDs: one, Handler: p.useBalance},
		{Method: get, Path: i + "/kembalikan", Needs: acts, Scope: city, IDs: one, Handler: p.payBack},
		{Method: post, Path: i + "/kembalikan", Needs: acts, Scope: city, IDs: one, Handler: p.askPayBack},
		{Method: post, Path: i + "/minta", Page: i, Needs: acts, Scope: city, IDs: one, Handler: p.askRequest},
		{Method: get, Path: ducts.PathOperators + "/:id/rekening", Needs: read, Scope: city, IDs: who, Handler: p.statement},
		{Method: post, Path: ducts.PathOperators + "/:id/rekening", Needs: acts, Scope: city, IDs: who, Handler: p.askRefund},
	}
}

// bills is the book: what waits to be issued, what waits for a second person, what is late, and the invoices.
func (p *Pages) bills(c *gin.Context) error { return p.billsPage(c, http.StatusOK, nil, nil) }

func (p *Pages) billsPage(c *gin.Context, status int, done *bill.Table, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	seller, known, err := p.DuctBills.Seller(ctx, a, p.DayIn(c))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductbook.title")), Heading: l.T("ductbook.title"), Lead: l.T("ductbook.lead", "seller", seller.Name), Errors: errs, Notes: []string{l.T("ductbook.note_pad")}}
	if !known {
		v.Lead = ""
		v.Sections = []bill.Section{{ID: "penagih", Title: l.T("ductbook.title"), Quiet: true, Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("ductbook.no_seller"), Text: l.T("ductbook.no_seller_text")}}}
		return p.Render(c, status, bill.Page(v))
	}
	if done != nil {
		v.Sections = append(v.Sections, bill.Section{ID: "hasil", Title: done.Title, Table: done})
	}
	unrated, err := p.DuctBills.Unrated(ctx, a)
	if err != nil {
		return err
	}
	if len(unrated) > 0 {
		v.Sections = append(v.Sections, unratedSection(l, unrated))
	}
	unagreed, err := p.DuctBills.Unagreed(ctx, a)
	if err != nil {
		return err
	}
	if len(unagreed) > 0 {
		v.Sections = append(v.Sections, unagreedSection(l, unagreed))
	}
	for _, part := range []func(*gin.Context) (bill.Section, error){p.lateSection, p.draftSection, p.leftoverSection, p.requestSection, p.refundSection, p.invoiceSection} {
		s, err := part(c)
		if err != nil {
			return err
		}
		if s.ID != "" {
			v.Sections = append(v.Sections, s)
		}
	}
	return p.Render(c, status, bill.Page(v))
}

// unratedSection lists the leases that a month could not charge.
func unratedSection(l i18n.Locale, all []ductbill.Unrated) bill.Section {
	t := &bill.Table{Title: l.T("ductbook.unrated"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.unrated_month")}, {Label: l.T("ductbook.unrated_why")}}}
	for _, x := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Href: ducts.PathLeases + "/" + x.LeaseID.String()}, {Text: x.Operator}, {Text: l.Month(x.Month)}, {Text: l.T("fault."+x.Why, "kind", x.Kind)}}})
	}
	return bill.Section{ID: "belum", Title: l.T("ductbook.unrated"), Note: bill.Note{Tone: "care", Text: l.T("ductbook.unrated_text")}, Table: t}
}

// unagreedSection lists the leases that the last month charged without an agreement.
func unagreedSection(l i18n.Locale, all []ductbill.Unagreed) bill.Section {
	t := &bill.Table{Title: l.T("ductbook.unagreed"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.net"), End: true}}}
	for _, x := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Href: ducts.PathLeases + "/" + x.LeaseID.String()}, {Text: x.Operator, Href: ducts.PathOperators + "/" + x.OperatorID.String()}, {Text: x.Amount.String()}}})
	}
	return bill.Section{ID: "tanpa-perjanjian", Title: l.T("ductbook.unagreed"), Note: bill.Note{Tone: "care", Text: l.T("ductbook.unagreed_text")}, Table: t}
}

// lateSection sums up what every operator owes by how late it is.
func (p *Pages) lateSection(c *gin.Context) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "piutang", Title: l.T("ductbook.arrears"), Links: []ui.Link{{Href: PathDebts, Label: l.T("arrears.title"), Icon: "mail"}}, Empty: &bill.Empty{Icon: "circle-check", Title: l.T("ductbook.no_arrears"), Text: l.T("ductbook.no_arrears_text")},
		Table: &bill.Table{Title: l.T("ductbook.arrears"), Dense: true, Columns: []bill.Column{{Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.not_due"), End: true}, {Label: "1–30", End: true}, {Label: "31–60", End: true}, {Label: "61–90", End: true},
			{Label: "> 90", End: true}, {Label: l.T("bill.rest"), End: true}}}}
	var page []arrears.Aged
	for after, first := uuid.Nil, true; first || after != uuid.Nil; first = false { // the sums are of everybody
		some, next, err := p.DuctBills.Arrears(ctx, gate.ActorOf(c), after)
		if err != nil {
			return s, err
		}
		page, after = append(page, some...), next
	}
	var sums [6]money.Rupiah
	for _, x := range page {
		if x.Open == 0 {
			continue
		}
		row := bill.Line{Cells: []bill.Cell{{Text: x.Name}}}
		for i, amount := range []money.Rupiah{x.NotDue, x.To30, x.To60, x.To90, x.Beyond, x.Open} {
			sums[i] += amount
			row.Cells = append(row.Cells, bill.Cell{Text: amount.String()})
		}
		s.Table.Rows = append(s.Table.Rows, row)
	}
	s.Table.Foot = []bill.Cell{{Text: l.T("ductbook.all")}}
	for _, amount := range sums {
		s.Table.Foot = append(s.Table.Foot, bill.Cell{Text: amount.String()})
	}
	return s, nil
}

// draftSection lists what waits to be issued.
func (p *Pages) draftSection(c *gin.Context) (bill.Section, error) {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "konsep", Title: l.T("ductbook.drafts"), Text: l.T("ductbook.drafts_text"), Empty: &bill.Empty{Icon: "file-text", Title: l.T("ductbook.no_drafts"), Text: l.T("ductbook.no_drafts_text")}}
	months, err := p.DuctBills.Months(ctx, a)
	if err != nil {
		return s, err
	}
	if len(months) > 0 {
		s.Rows = []ui.Row{{Label: l.T("ductbook.last_month"), Value: l.T("ductbook.last_month_value", "month", l.Month(months[0].Month), "amount", months[0].Amount, "n", months[0].Leases)}}
	}
	all, err := p.DuctBills.Drafts(ctx, a)
	if err != nil {
		return s, err
	}
	all, s.Note = cut(l, all, ductbill.DraftsMost)
	t := &bill.Table{Title: l.T("ductbook.drafts"), Columns: []bill.Column{{Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.about")}, {Label: l.T("ductbook.net"), End: true}}}
	for _, d := range all {
		t.Rows = append(t.Rows, bill.Line{Pick: d.ID.String(), Cells: []bill.Cell{{Text: d.Operator, Href: pathDrafts + "/" + d.ID.String()}, {Text: d.Note}, {Text: d.Net.String()}}})
	}
	if !p.may(c, access.DuctBill) {
		s.Table = t
		return s, nil
	}
	if len(all) > 0 {
		s.Empty = nil
		s.Forms = append(s.Forms, bill.Form{ID: "terbitkan", Action: PathBills + "/tindakan/terbitkan", Boxes: t, Submit: l.T("bumd.issue_chosen"), Second: &bill.Button{Name: "semua", Value: "ya", Label: l.T("bumd.issue_all")}})
	}
	s.Forms = append(s.Forms, bill.Form{ID: "hitung", Plain: true, Action: PathBills + "/tindakan/hitung", Submit: l.T("ductbook.charge_now")})
	return s, nil
}

// requestSection lists what waits for a second person.
func (p *Pages) requestSection(c *gin.Context) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.DuctBills.Requests(c.Request.Context(), gate.ActorOf(c), uuid.Nil)
	if err != nil {
		return bill.Section{}, err
	}
	return p.requests(c, all, bill.Section{ID: "permintaan", Title: l.T("ductbook.requests"), Text: l.T("ductprice.two_people"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("ductprice.no_requests"), Text: l.T("ductbook.no_requests_text")}})
}

func (p *Pages) requests(c *gin.Context, all []ductbill.Asked, s bill.Section) (bill.Section, error) {
	l, who := gate.LocaleOf(c), gate.ActorOf(c)
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.names(c, ids...)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("ductbook.invoice")}, {Label: l.T("bumd.ask_what")}, {Label: l.T("bill.reason")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}
	for _, q := range all {
		what, of := bill.Cell{Text: console.RequestWord(l, q.Request)}, bill.Cell{Text: q.Number, Href: PathBills + "/" + q.InvoiceID.String(), Small: q.Operator}
		if q.DraftID.Valid {
			of.Href = pathDrafts + "/" + q.DraftID.UUID.String()
		}
		var sum money.Rupiah
		for _, x := range q.Charges {
			sum += x.Amount
		}
		if sum != 0 {
			what.Small = sum.String()
		}
		state := bill.Cell{Mark: decided(l, q.Approved), Small: names[q.DecidedBy.UUID]}
		switch {
		case q.Approved == nil && q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		case q.Approved == nil && p.may(c, access.DuctBill):
			s.Forms = append(s.Forms, decideForms(l, PathBills+"/permintaan/"+q.ID.String(), q.ID, q.Number+", "+what.Text+" "+what.Small, q.Reason)...)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{of, what, {Text: q.Reason}, {Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state}})
	}
	return s, nil
}

// invoiceSection lists invoices, with a filter.
func (p *Pages) invoiceSection(c *gin.Context) (bill.Section, error) {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	f := ductbill.Filter{Number: site.ToText(c.Query("nomor")), Open: c.Query("keadaan") == "terbuka", Late: c.Query("keadaan") == "lewat"}
	f.Operator, _ = uuid.Parse(c.Query("operator")) // what is none filters nothing
	f.Before, _ = uuid.Parse(c.Query("sesudah"))
	s := bill.Section{ID: "tagihan", Title: l.T("ductbook.invoices"), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("ductbook.no_invoices"), Text: l.T("ductbook.no_invoices_text")}}
	who, err := p.operatorOptions(c, l.T("queue.filter.any"))
	if err != nil {
		return s, err
	}
	s.Filter = &bill.Form{ID: "saring", Action: PathBills, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "operator", Type: "select", Label: l.T("ductprice.operator"), Value: c.Query("operator"), Options: who},
		{Name: "keadaan", Type: "select", Label: l.T("bill.state"), Value: c.Query("keadaan"), Options: []ui.Option{{Label: l.T("queue.filter.any")}, {Value: "terbuka", Label: l.T("ductbook.open")}, {Value: "lewat", Label: l.T("bill.state.late")}}},
		{Name: "nomor", Type: "text", Label: l.T("ductbook.number"), Value: f.Number, Max: 40}}}
	all, err := p.DuctBills.Bills(ctx, a, f, billsShown+1)
	if err != nil {
		return s, err
	}
	if len(all) > billsShown {
		all = all[:billsShown]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[billsShown-1].Invoice.ID.String())
		s.Next = PathBills + "?" + q.Encode() + "#tagihan"
	}
	s.Table = billTable(l, all, site.Zoned(c, p.Now()))
	return s, nil
}

// operatorOptions are the operators to choose from, after the choice of none.
func (p *Pages) operatorOptions(c *gin.Context, none string) ([]ui.Option, error) {
	all, err := p.Leases.Operators(c.Request.Context(), gate.ActorOf(c), "", uuid.Nil, operatorsMost)
	out := []ui.Option{{Label: none}}
	for _, o := range all {
		out = append(out, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	return out, err
}

func billTable(l i18n.Locale, all []ductbill.Row, today time.Time) *bill.Table {
	t := &bill.Table{Title: l.T("ductbook.invoices"), Columns: []bill.Column{{Label: l.T("ductbook.number")}, {Label: l.T("ductprice.operator")}, {Label: l.T("bill.issued")}, {Label: l.T("bill.due")}, {Label: l.T("ductbook.total"), End: true}, {Label: l.T("bill.rest"), End: true},
		{Label: l.T("bill.state")}}}
	for _, x := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Href: PathBills + "/" + x.Invoice.ID.String(), Small: x.Note}, {Text: x.Party.Name, Href: statementPath(x.OperatorID)}, {Text: l.Date(x.IssuedOn)},
			{Text: x.DueIn(l)}, {Text: x.Total.String()}, {Text: x.Open.String()}, {Mark: ledger.BillMark(l, x.State(), x.DueOn, today)}}})
	}
	return t
}

// chargeMonths charges every month that is over and has not been.
func (p *Pages) chargeMonths(c *gin.Context) error {
	month := p.DayIn(c)
	_, err := p.DuctBills.Charge(c.Request.Context(), gate.ActorOf(c), time.Date(month.Year(), month.Month()-1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.billsPage(c, status, nil, errs) })
	}
	return p.Done(c, PathBills+"#konsep", "ductbook_charged")
}

// issueMany issues the drafts that were chosen, and says what became of each.
func (p *Pages) issueMany(c *gin.Context) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	in, err := site.ReadForm(c, bill.BoxName)
	if err != nil {
		return err
	}
	all, err := p.DuctBills.Drafts(ctx, a)
	if err != nil {
		return err
	}
	all, _ = cut(l, all, ductbill.DraftsMost) // what the page has shown
	chosen := map[string]bool{}
	for _, id := range in.Values[bill.BoxName] {
		chosen[id] = true
	}
	t := &bill.Table{Title: l.T("bumd.issued_result"), Columns: []bill.Column{{Label: l.T("ductprice.operator")}, {Label: l.T("ductbook.about")}, {Label: l.T("bill.state")}}}
	for _, d := range all {
		if in.Text("semua") != "ya" && !chosen[d.ID.String()] {
			continue
		}
		row := bill.Line{Cells: []bill.Cell{{Text: d.Operator}, {Text: d.Note}}}
		number, to, err := p.issueOne(c, d)
		if err != nil {
			f, status := gate.Failed(c, err)
			if status >= http.StatusInternalServerError {
				return err
			}
			row.Cells = append(row.Cells, bill.Cell{Mark: ui.Mark{Tone: "bad", Icon: "circle-x", Text: site.Refusal(l, f)}})
		} else {
			row.Cells = append(row.Cells, bill.Cell{Text: number, Href: to})
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return p.billsPage(c, http.StatusUnprocessableEntity, nil, ui.Errors{{Text: l.T("ductbook.none_chosen")}})
	}
	return p.billsPage(c, http.StatusOK, t, nil)
}

// issueOne issues a draft, or closes one by which nothing is to be paid, and says what it became.
func (p *Pages) issueOne(c *gin.Context, d ductbill.Draft) (what, to string, err error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	if d.Nothing() {
		return gate.LocaleOf(c).T("ductbook.closed"), PathBills + "/konsep/" + d.ID.String(), p.DuctBills.Close(ctx, a, d.ID)
	}
	i, err := p.DuctBills.Issue(ctx, a, d.ID)
	return i.Number, PathBills + "/" + i.ID.String(), err
}

// decideRequest answers what somebody else asked for.
func (p *Pages) decideRequest(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	if err == nil {
		_, err = p.DuctBills.Decide(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.billsPage(c, status, nil, errs) })
	}
	return p.Done(c, PathBills, "ductprice_decided")
}
