package treasury

import (
	"bytes"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/finance"
	"bedelau/tenants"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// monthOf reads ?bulan=, by default this month; its first day and that of the month after.
func (p *Pages) monthOf(c *gin.Context, text string) (from, until time.Time, err error) {
	now := site.Zoned(c, p.Now())
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if text != "" {
		if from, err = time.Parse("2006-01", text); err != nil || from.Year() < 2020 || from.Year() > 2199 {
			return from, from, site.Invalid("bulan", "invalid")
		}
	}
	return from, from.AddDate(0, 1, 0), nil
}

// tax is what the tax office gets of a month, how it stands, and the tables for the accountant.
func (p *Pages) tax(c *gin.Context) error { return p.taxPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) taxPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	text := c.Query("bulan")
	if text == "" {
		text = in.Get("bulan")
	}
	from, until, err := p.monthOf(c, text)
	if err != nil {
		return err
	}
	all, err := p.Finance.FakturStates(ctx, who, faktur.Which{From: from, Until: until})
	if err != nil {
		return err
	}
	month := from.Format("2006-01")
	v := bill.View{Shell: p.DeskShell(c, l.T("tax.title")), Back: console.PathOverview, Heading: l.T("tax.title"), Lead: l.T("tax.lead"), Errors: errs}
	files := bill.Section{ID: "berkas", Title: l.T("tax.files", "month", l.Month(from)),
		Filter: &bill.Form{Action: console.PathTaxes, Submit: l.T("usage.show"), Fields: []ui.Field{{Name: "bulan", Type: "month", Label: l.T("usage.month"), Value: month}}},
		Forms:  []bill.Form{{ID: "faktur", Plain: true, Action: console.PathTaxes + pathFakturFile, Hidden: []ui.Option{{Value: "bulan", Label: month}}, Submit: l.T("tax.write")}}}
	for _, t := range finance.Tables() {
		files.Links = append(files.Links, ui.Link{Href: console.FileOf(console.PathInvoices, t) + "?bulan=" + month, Label: l.T("tax.table." + t), Icon: "download"})
	}
	list := bill.Section{ID: "faktur-bulan", Title: l.T("tax.list"), Text: l.T("tax.list_text"), Table: stateTable(l, all), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("tax.none"), Text: l.T("tax.none_text")}}
	v.Sections = []bill.Section{files, list}
	return p.Render(c, status, bill.Page(v))
}

// stateTable lists how faktur and returns stand; each leads to the page where the answer is recorded.
func stateTable(l i18n.Locale, all []faktur.State) *bill.Table {
	t := bill.Table{Title: l.T("tax.list"), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("party.party")}, {Label: l.T("tax.code")}, {Label: l.T("tax.base"), End: true}, {Label: l.T("tax.tax"), End: true}, {Label: l.T("bill.state")}}}
	var base, tax money.Rupiah
	for _, x := range all {
		sign := money.Rupiah(1)
		if x.Kind == invoice.CreditNote {
			sign = -1
		}
		base, tax = base+sign*x.Base, tax+sign*x.Tax
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Href: console.PathTaxes + "/" + x.InvoiceID.String(), Small: l.Date(x.IssuedOn)}, {Text: x.Party}, {Text: x.TrxCode, Small: x.Code},
			{Text: (sign * x.Base).String()}, {Text: (sign * x.Tax).String()}, {Mark: fakturMark(l, x), Small: joined(x.Reference, x.Note)}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {}, {}, {Text: base.String()}, {Text: tax.String()}, {}}
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
		return mark(l, "tax.state.to_cancel", "bad", "alert-triangle")
	case x.Void && x.Status == "":
		return mark(l, "tax.state.void", "", "ban")
	case x.Status == "approved":
		return mark(l, "tax.state.approved", "good", "circle-check")
	case x.Status == "rejected":
		return mark(l, "tax.state.rejected", "bad", "circle-x")
	case x.Status == "cancelled":
		return mark(l, "tax.state.cancelled", "", "ban")
	case x.Status == "exported":
		return mark(l, "tax.state.exported", "care", "clock")
	}
	return mark(l, "tax.state."+kind, "care", "clock")
}

// writeFaktur hands the faktur of a month out for Coretax, and keeps that it did.
func (p *Pages) writeFaktur(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	from, until, err := p.monthOf(c, in.Text("bulan"))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if _, err := p.Finance.Faktur(c.Request.Context(), gate.ActorOf(c), tenants.Coretax, from, until, &file); err != nil {
		return p.refused(c, err, in, p.taxPage, nil, nil)
	}
	console.SendXML(c, "coretax-"+from.Format("2006-01"), file.Bytes())
	return nil
}

// faktur is the faktur of one invoice, or the returns of a credit note, with what the tax office says of them.
func (p *Pages) faktur(c *gin.Context) error { return p.fakturPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) fakturPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	b, err := p.Finance.Find(ctx, who, id)
	if err != nil {
		return err
	}
	all, err := p.Finance.FakturStates(ctx, who, faktur.Which{Invoice: id})
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, b.Number), Back: console.PathTaxes + "?bulan=" + b.IssuedOn.Format("2006-01"), Heading: l.T("tax.of", "number", b.Number), Lead: b.Party.Name, Errors: errs,
		Links: []ui.Link{{Href: console.PathInvoices + "/" + id.String(), Label: l.T("tax.invoice"), Icon: "file-text"}}}
	list := bill.Section{ID: "keadaan", Title: l.T("tax.list"), Quiet: true, Table: stateTable(l, all), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("tax.none"), Text: l.T("tax.none_text")}}
	if b.Kind == invoice.CreditNote {
		list.Text = l.T("tax.return_text")
		list.Links = []ui.Link{{Href: console.PathInvoices + "/" + id.String() + console.FormReturn, Label: l.T("tax.return_file"), Icon: "download"}}
	}
	v.Sections = []bill.Section{list}
	if f, ok := p.answerForm(l, b, all, in, errs, site.Zoned(c, p.Now())); ok {
		v.Sections = append(v.Sections, bill.Section{ID: "jawaban", Title: l.T("tax.answer"), Forms: []bill.Form{f}})
	}
	return p.Render(c, status, bill.Page(v))
}

// answerForm asks what the tax office says.
func (p *Pages) answerForm(l i18n.Locale, b finance.Bill, all []faktur.State, in site.Form, errs ui.Errors, now time.Time) (bill.Form, bool) {
	isReturn := b.Kind == invoice.CreditNote
	f := bill.Form{ID: "catat", Action: console.PathTaxes + "/" + b.ID.String(), Text: l.T("tax.answer_text"), Submit: l.T("tax.answer_do")}
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
			ui.Field{Name: "on", Type: "date", Label: l.T("tax.return_day"), Value: keptDay(in, "on", now.Format(time.DateOnly)), Error: errs.Of("on")})
		return f, true
	}
	f.Fields = append(f.Fields, ui.Field{Name: "nsfp", Label: l.T("tax.nsfp"), Hint: l.T("tax.nsfp_hint"), Value: in.Get("nsfp"), Error: errs.Of("nsfp"), Max: 30, Optional: true},
		ui.Field{Name: "note", Label: l.T("tax.note"), Value: in.Get("note"), Error: errs.Of("note"), Max: 300, Optional: true, Wrap: true})
	return f, true
}

// answer keeps what the tax office says of a faktur, or what became of a return.
func (p *Pages) answer(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	labels := map[string]string{"code": "tax.code", "status": "bill.state", "nsfp": "tax.nsfp", "reference": "tax.return_number", "on": "tax.return_day", "note": "tax.note"}
	return p.act(c, "faktur_recorded", console.PathTaxes+"/"+id.String(), p.fakturPage, map[string]string{"faktur.known": "nsfp"}, labels, []string{"on"}, func(in site.Form) error {
		return p.record(c, id, in)
	})
}

func (p *Pages) record(c *gin.Context, id uuid.UUID, in site.Form) error {
	ctx, who := c.Request.Context(), gate.ActorOf(c)
	b, err := p.Finance.Find(ctx, who, id)
	if err != nil {
		return err
	}
	if b.Kind == invoice.Bill {
		return p.Finance.RecordFaktur(ctx, who, faktur.Answer{Number: b.Number, Code: in.Text("code"), Status: in.Text("status"), NSFP: in.Text("nsfp"), Note: in.Line("note")})
	}
	a := faktur.ReturnAnswer{Note: id, Code: in.Text("code"), Status: in.Text("status"), Number: in.Line("reference")}
	if a.On, err = console.DayOf(in, "on"); err != nil && a.Status == "approved" {
		return err
	}
	return p.Finance.RecordReturn(ctx, who, a)
}
