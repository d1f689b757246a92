package ledger

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/tenants"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// Tax is the pages of what the tax office gets of one book, at Path.
type Tax struct {
	*site.Pages
	Frame      func(c *gin.Context, title string) ui.Shell // with the book's own entry of the menu
	Desk       *faktur.Desk
	Needs      access.Permission
	Scope      gate.Scope
	Path       string
	Back       string // the page above
	Invoices   string // where the book's invoices are
	ID         string // what the id of an invoice is of
	ReturnFile string // below an invoice, where a credit note has the file of its return

	Find  func(context.Context, identity.Actor, uuid.UUID) (invoice.Invoice, error)
	Files func(l i18n.Locale, month string) []ui.Link // more files of a month
}

const pathFakturFile = "/tindakan/faktur"

// Table are the pages.
func (p *Tax) Table() gate.Table {
	acts, there, one := p.Needs, p.Scope, site.IDs("id", p.ID)
	return gate.Table{
		{Method: get, Path: p.Path, Needs: acts, Scope: there, Handler: p.tax},
		{Method: post, Path: p.Path + pathFakturFile, Page: p.Path, Needs: acts, Scope: there, Handler: p.writeFaktur},
		{Method: post, Path: p.Path + "/:id/ppbj", Page: p.Path + "/:id", Needs: acts, Scope: there, IDs: one, Handler: p.document},
		{Method: get, Path: p.Path + "/:id", Needs: acts, Scope: there, IDs: one, Handler: p.faktur},
		{Method: post, Path: p.Path + "/:id", Needs: acts, Scope: there, IDs: one, Handler: p.answer},
	}
}

// tax is what the tax office gets of a month, how it stands, and the tables for the accountant.
func (p *Tax) tax(c *gin.Context) error { return p.taxPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Tax) taxPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	text := c.Query("bulan")
	if text == "" {
		text = in.Get("bulan")
	}
	field, from, until, bad, refused, err := MonthField(c, text, site.Zoned(c, p.Now()))
	if err != nil {
		return err
	}
	if bad != nil && errs == nil {
		status, errs = refused, bad
	}
	all, err := p.Desk.FakturStates(ctx, who, faktur.Which{From: from, Until: until})
	if err != nil {
		return err
	}
	month := from.Format("2006-01")
	v := bill.View{Shell: p.Frame(c, l.T("tax.title")), Back: p.Back, Heading: l.T("tax.title"), Lead: l.T("tax.lead"), Errors: errs}
	files := bill.Section{ID: "berkas", Title: l.T("tax.files", "month", l.Month(from)),
		Filter: &bill.Form{Action: p.Path, Submit: l.T("usage.show"), Fields: []ui.Field{field}},
		Forms:  []bill.Form{{ID: "faktur", Plain: true, Action: p.Path + pathFakturFile, Hidden: []ui.Option{{Value: "bulan", Label: month}}, Submit: l.T("tax.write")}}}
	files.Links = p.Files(l, month)
	list := bill.Section{ID: "faktur-bulan", Title: l.T("tax.list"), Text: l.T("tax.list_text"), Table: p.stateTable(l, all), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("tax.none"), Text: l.T("tax.none_text")}}
	for _, x := range all {
		if x.Founded && x.Unproven {
			list.Note = bill.Note{Tone: "care", Text: l.T("tax.unfounded")}
		}
	}
	v.Sections = []bill.Section{files, list}
	return p.Render(c, status, bill.Page(v))
}

// stateTable lists how faktur and returns stand; each leads to the page where the answer is recorded.
func (p *Tax) stateTable(l i18n.Locale, all []faktur.State) *bill.Table {
	t := bill.Table{Title: l.T("tax.list"), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("party.party")}, {Label: l.T("tax.code")}, {Label: l.T("tax.base"), End: true}, {Label: l.T("tax.due"), End: true}, {Label: l.T("tax.exempt"), End: true}, {Label: l.T("bill.state")}}}
	var base, tax, exempt money.Rupiah
	for _, x := range all {
		sign := money.Rupiah(1)
		if x.Kind == invoice.CreditNote {
			sign = -1
		}
		due, free := sign*x.Tax, money.Rupiah(0)
		if x.Exempt {
			due, free = free, due
		}
		base, tax, exempt = base+sign*x.Base, tax+due, exempt+free
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Href: p.Path + "/" + x.InvoiceID.String(), Small: l.Date(x.IssuedOn)}, {Text: x.Party}, {Text: x.TrxCode, Small: x.Code},
			{Text: (sign * x.Base).String()}, {Text: due.String()}, {Text: free.String()}, {Mark: fakturMark(l, x), Small: Joined(x.Reference, x.Note)}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {}, {}, {Text: base.String()}, {Text: tax.String()}, {Text: exempt.String()}, {}}
	return &t
}

// fakturMark says how a faktur or a return stands, and what is left to do.
func fakturMark(l i18n.Locale, x faktur.State) ui.Mark {
	kind := "faktur"
	if x.Kind == invoice.CreditNote {
		kind = "return"
	}
	switch {
	case x.Void && x.Status == "approved":
		return Mark(l, "tax.state.to_cancel", "bad", "alert-triangle")
	case x.Void && x.Status == "":
		return Mark(l, "tax.state.void", "", "ban")
	case x.Status == "approved":
		return Mark(l, "tax.state.approved", "good", "circle-check")
	case x.Status == "rejected":
		return Mark(l, "tax.state.rejected", "bad", "circle-x")
	case x.Status == "cancelled":
		return Mark(l, "tax.state.cancelled", "", "ban")
	case x.Status == "exported":
		return Mark(l, "tax.state.exported", "care", "clock")
	}
	return Mark(l, "tax.state."+kind, "care", "clock")
}

// writeFaktur hands the faktur of a month out for Coretax, and keeps that it did.
func (p *Tax) writeFaktur(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	from, until, err := MonthOf(in.Text("bulan"), site.Zoned(c, p.Now()))
	if err != nil {
		return Refused(c, err, in, p.taxPage, nil, nil)
	}
	var file bytes.Buffer
	if _, err := p.Desk.Faktur(c.Request.Context(), gate.ActorOf(c), tenants.Coretax, from, until, &file); err != nil {
		return Refused(c, err, in, p.taxPage, nil, nil)
	}
	console.SendXML(c, "coretax-"+from.Format("2006-01"), file.Bytes())
	return nil
}

// faktur is the faktur of one invoice, or the returns of a credit note, with what the tax office says of them.
func (p *Tax) faktur(c *gin.Context) error { return p.fakturPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Tax) fakturPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	b, err := p.Find(ctx, who, id)
	if err != nil {
		return err
	}
	all, err := p.Desk.FakturStates(ctx, who, faktur.Which{Invoice: id})
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Frame(c, b.Number), Back: p.Path + "?bulan=" + b.IssuedOn.Format("2006-01"), Heading: l.T("tax.of", "number", b.Number), Lead: b.Party.Name, Errors: errs,
		Links: []ui.Link{{Href: p.Invoices + "/" + id.String(), Label: l.T("tax.invoice"), Icon: "file-text"}}}
	list := bill.Section{ID: "keadaan", Title: l.T("tax.list"), Quiet: true, Table: p.stateTable(l, all), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("tax.none"), Text: l.T("tax.none_text")}}
	if b.Kind == invoice.CreditNote {
		list.Text = l.T("tax.return_text")
		list.Links = []ui.Link{{Href: p.Invoices + "/" + id.String() + p.ReturnFile, Label: l.T("tax.return_file"), Icon: "download"}}
	}
	v.Sections = []bill.Section{list}
	if s, ok := p.documentSection(l, id, all, in, errs); ok {
		v.Sections = append(v.Sections, s)
	}
	if f, ok := p.answerForm(l, b, all, in, errs, site.Zoned(c, p.Now())); ok {
		v.Sections = append(v.Sections, bill.Section{ID: "jawaban", Title: l.T("tax.answer"), Forms: []bill.Form{f}})
	}
	return p.Render(c, status, bill.Page(v))
}

// documentSection is the customs document that a faktur of code 07 or 08 names: asked for until the tax office has approved one with it, and of
// an invoice that was taken back no more.
func (p *Tax) documentSection(l i18n.Locale, id uuid.UUID, all []faktur.State, in site.Form, errs ui.Errors) (bill.Section, bool) {
	n := slices.IndexFunc(all, func(x faktur.State) bool { return x.Founded })
	if n < 0 {
		return bill.Section{}, false
	}
	s := bill.Section{ID: "ppbj", Title: l.T("purchase.custom_doc")}
	fixed := slices.ContainsFunc(all, func(x faktur.State) bool { return x.Founded && x.Status == "approved" })
	if fixed || all[n].Void {
		if fixed {
			s.Text = l.T("tax.document_fixed")
		}
		s.Rows = []ui.Row{{Label: l.T("purchase.custom_doc"), Value: all[n].CustomDoc}}
		return s, all[n].CustomDoc != ""
	}
	s.Forms = []bill.Form{{ID: "isi-ppbj", Plain: true, Action: p.Path + "/" + id.String() + "/ppbj", Text: l.T("tax.document_text"), Submit: l.T("tax.document_do"),
		Fields: []ui.Field{{Name: "custom_doc", Label: l.T("purchase.custom_doc"), Hint: l.T("purchase.custom_doc_hint"), Value: FirstOf(in.Get("custom_doc"), all[n].CustomDoc), Error: errs.Of("custom_doc"), Max: 100}}}}
	return s, true
}

// answerForm asks what the tax office says.
func (p *Tax) answerForm(l i18n.Locale, b invoice.Invoice, all []faktur.State, in site.Form, errs ui.Errors, now time.Time) (bill.Form, bool) {
	isReturn := b.Kind == invoice.CreditNote
	f := bill.Form{ID: "catat", Action: p.Path + "/" + b.ID.String(), Text: l.T("tax.answer_text"), Submit: l.T("tax.answer_do")}
	var codes []ui.Option
	for _, x := range all {
		if isReturn || x.Status != "" {
			codes = append(codes, ui.Option{Value: x.Code, Label: l.T("tax.code_of", "code", x.TrxCode, "rule", x.Code)})
		}
	}
	switch {
	case len(codes) == 0:
		return f, false
	case len(codes) == 1:
		f.Hidden = []ui.Option{{Value: "code", Label: codes[0].Value}}
	default:
		f.Fields = []ui.Field{{Name: "code", Type: "choice", Label: l.T("tax.code"), Options: codes, Value: in.Get("code"), Error: errs.Of("code")}}
	}
	var answers []ui.Option
	for _, s := range []string{"approved", "rejected", "cancelled"} {
		if !isReturn || s != "cancelled" {
			answers = append(answers, ui.Option{Value: s, Label: l.T("tax.state." + s)})
		}
	}
	f.Fields = append(f.Fields, ui.Field{Name: "status", Type: "choice", Label: l.T("bill.state"), Options: answers, Value: in.Get("status"), Error: errs.Of("status")})
	if isReturn {
		f.Text = l.T("tax.return_answer_text")
		f.Fields = append(f.Fields, ui.Field{Name: "reference", Label: l.T("tax.return_number"), Value: in.Get("reference"), Error: errs.Of("reference"), Max: 60, Optional: true},
			ui.Field{Name: "on", Type: "date", Label: l.T("tax.return_day"), Value: FirstOf(site.DateOf(in, "on"), now.Format(time.DateOnly)), Error: errs.Of("on")})
		return f, true
	}
	f.Fields = append(f.Fields, ui.Field{Name: "nsfp", Label: l.T("tax.nsfp"), Hint: l.T("tax.nsfp_hint"), Value: in.Get("nsfp"), Error: errs.Of("nsfp"), Max: 30, Optional: true},
		ui.Field{Name: "note", Label: l.T("tax.note"), Value: in.Get("note"), Error: errs.Of("note"), Max: 300, Optional: true, Wrap: true})
	return f, true
}

// document keeps the number of the customs document of an invoice.
func (p *Tax) document(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return Act(p.Pages, c, "faktur_recorded", p.Path+"/"+id.String(), p.fakturPage, nil, map[string]string{"custom_doc": "purchase.custom_doc"}, nil, func(in site.Form) error {
		return p.Desk.RecordDocument(c.Request.Context(), gate.ActorOf(c), id, in.Line("custom_doc"))
	})
}

// answer keeps what the tax office says of a faktur, or what became of a return.
func (p *Tax) answer(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	labels := map[string]string{"code": "tax.code", "status": "bill.state", "nsfp": "tax.nsfp", "reference": "tax.return_number", "on": "tax.return_day", "note": "tax.note"}
	return Act(p.Pages, c, "faktur_recorded", p.Path+"/"+id.String(), p.fakturPage, map[string]string{"faktur.known": "nsfp"}, labels, []string{"on"}, func(in site.Form) error {
		return p.record(c, id, in)
	})
}

func (p *Tax) record(c *gin.Context, id uuid.UUID, in site.Form) error {
	ctx, who := c.Request.Context(), gate.ActorOf(c)
	b, err := p.Find(ctx, who, id)
	if err != nil {
		return err
	}
	if b.Kind == invoice.Bill {
		return p.Desk.RecordFaktur(ctx, who, faktur.Answer{Number: b.Number, Code: in.Text("code"), Status: in.Text("status"), NSFP: in.Text("nsfp"), Note: in.Line("note")})
	}
	a := faktur.ReturnAnswer{Note: id, Code: in.Text("code"), Status: in.Text("status"), Number: in.Line("reference")}
	if a.On, err = console.DayOf(in, "on"); err != nil && a.Status == "approved" {
		return err
	}
	return p.Desk.RecordReturn(ctx, who, a)
}
