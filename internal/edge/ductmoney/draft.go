package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// draft is a draft with its lines, and what can be done about it.
func (p *Pages) draft(c *gin.Context) error { return p.draftPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) draftPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := p.DuctBills.Draft(ctx, a, id)
	if err != nil {
		return err
	}
	here, may := pathDrafts+"/"+id.String(), p.may(c, access.DuctBill) && !d.ClosedBy.Valid
	v := bill.View{Shell: p.DeskShell(c, d.Operator), Back: PathBills, Heading: d.Operator, Lead: d.Note, Mark: ui.Mark{Icon: "edit", Text: l.T("bumd.draft")}, Errors: errs}
	if d.ClosedBy.Valid {
		v.Mark = ui.Mark{Icon: "circle-check", Text: l.T("ductbook.closed")}
	}
	lines := bill.Section{ID: "baris", Title: l.T("bill.lines"), Text: l.T("bumd.draft_text"), Table: &bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}}}}
	for i, x := range d.Charges {
		lines.Table.Rows = append(lines.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l)}, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
		if x.Adjusted() && may {
			lines.Forms = append(lines.Forms, bill.Form{ID: "hapus-" + l.Number(int64(i+1)), Plain: true, Bad: true, Action: here + "/hapus", Hidden: []ui.Option{{Value: "baris", Label: l.Number(int64(i + 1))}, {Value: "seen", Label: d.Mark()}}, Submit: l.T("ductbook.unadjust", "name", x.Name.In(l), "amount", x.Amount)})
		}
	}
	lines.Table.Foot = []bill.Cell{{Text: l.T("invoice.paper.net")}, {}, {Text: d.Net.String()}}
	if d.ClosedBy.Valid {
		lines.Text = l.T("ductbook.closed_text", "time", l.DateTime(site.Zoned(c, d.ClosedAt)))
	}
	tied, asked, err := p.draftTies(c, d)
	if err != nil {
		return err
	}
	if !d.DroppedAt.IsZero() {
		v.Mark, may, lines.Text, lines.Forms, lines.Note = ui.Mark{Icon: "ban", Text: l.T("bumd.dropped")}, false, "", nil, console.DroppedNote(l, site.Zoned(c, d.DroppedAt))
	}
	v.Sections = append(append(v.Sections, lines), tied...)
	if rows := console.PurchaseRows(l, d.Purchase); len(rows) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "pengadaan", Title: l.T("purchase.title"), Rows: rows})
	}
	if may {
		v.Links = []ui.Link{{Href: here + console.FormPurchase, Label: l.T("purchase.link"), Icon: "edit"}}
		over := bill.Form{ID: "terbit", Action: here + "/terbitkan", Hidden: []ui.Option{{Value: "seen", Label: d.Mark()}}, Text: l.T("ductbook.issue_text", "days", d.DueDays), Submit: l.T("bumd.issue")}
		if d.Nothing() {
			over = bill.Form{ID: "tutup", Action: here + "/tutup", Text: l.T("ductbook.close_text"), Submit: l.T("ductbook.close")}
		}
		i, taxes, err := p.DuctBills.Preview(ctx, a, d)
		preview, err := console.PreviewSection(c, i, taxes, err)
		if err != nil {
			return err
		}
		if !d.Nothing() {
			v.Sections = append(v.Sections, preview)
		}
		acts := bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{over,
			{ID: "tambah", Folded: len(errs) == 0, Title: l.T("bumd.adjust"), Text: l.T("bumd.adjust_text"), Action: here + "/tambah", Submit: l.T("bumd.adjust_do"), Fields: []ui.Field{
				{Name: "name", Label: l.T("bumd.adjust_name"), Value: in.Get("name"), Error: errs.Of("name"), Max: 120}, {Name: "amount", Type: "money", Label: l.T("usage.line_amount"), Hint: l.T("bumd.adjust_amount"), Value: in.Get("amount"), Error: errs.Of("amount")},
				console.ReasonField(l, in.Get("reason"), errs)}}}}
		if !asked {
			acts.Forms = append(acts.Forms, console.DropForm(l, here+"/batalkan", in, errs))
		}
		v.Sections = append(v.Sections, acts)
	}
	return p.Render(c, status, bill.Page(v))
}

// draftTies are the sections of a draft about what it replaces and what was asked of it, and whether nobody has decided that yet.
func (p *Pages) draftTies(c *gin.Context, d ductbill.Draft) (all []bill.Section, asked bool, err error) {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	was, err := p.DuctBills.Replaced(ctx, a, d)
	if err != nil {
		return nil, false, err
	}
	if s, ok := console.RelatedSection(l, invoice.Related{Replaces: was}, PathBills, pathDrafts); ok {
		all = append(all, s)
	}
	requests, err := p.DuctBills.Requests(ctx, a, d.Draft.ID)
	if err != nil || len(requests) == 0 {
		return all, false, err
	}
	for _, q := range requests {
		asked = asked || q.Approved == nil
	}
	s, err := p.requests(c, requests, bill.Section{ID: "permintaan", Title: l.T("ductbook.requests"), Text: l.T("ductprice.two_people")})
	return append(all, s), asked, err
}

// dropDraft asks that a draft be dropped.
func (p *Pages) dropDraft(c *gin.Context) error {
	return p.onDraft(c, "ductprice_asked", func(in site.Form, id uuid.UUID) (string, error) {
		if bad := site.Missing(in, "drop_reason"); bad != nil {
			return "", fault.Fields(bad)
		}
		_, err := p.DuctBills.Ask(c.Request.Context(), gate.ActorOf(c), invoice.RequestInput{Kind: invoice.Drop, Draft: id, Reason: in.Text("drop_reason")})
		return pathDrafts + "/" + id.String(), err
	})
}

// billLabels are what the forms of the book call their fields.
var billLabels = map[string]string{"amount": "usage.line_amount", "method": "bill.way", "reference": "bill.reference", "on": "bill.received", "reason": "bill.reason", "kind": "bumd.ask_what", "payment": "ductbook.undo_which", "undo_reason": "bill.reason", "drop_reason": "bill.reason", "name": "bumd.adjust_name"}

// onDraft runs an act of a form on a draft.
func (p *Pages) onDraft(c *gin.Context, done string, act func(in site.Form, id uuid.UUID) (string, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	to, err := act(in, id)
	if err != nil {
		return again(c, err, billLabels, func(status int, errs ui.Errors) error { return p.draftPage(c, status, in, errs) })
	}
	return p.Done(c, to, done)
}

func (p *Pages) adjust(c *gin.Context) error {
	return p.onDraft(c, "ductbook_adjusted", func(in site.Form, id uuid.UUID) (string, error) {
		amount, err := console.AmountOf(in, "amount")
		if err == nil {
			err = p.DuctBills.Adjust(c.Request.Context(), gate.ActorOf(c), invoice.AdjustInput{Draft: id, Name: in.Line("name"), Amount: amount, Reason: in.Text("reason")})
		}
		return pathDrafts + "/" + id.String(), err
	})
}

func (p *Pages) unadjust(c *gin.Context) error {
	return p.onDraft(c, "ductbook_adjusted", func(in site.Form, id uuid.UUID) (string, error) {
		n, err := position(in.Text("baris"))
		if err == nil {
			err = p.DuctBills.Unadjust(c.Request.Context(), gate.ActorOf(c), id, n, in.Get("seen"))
		}
		return pathDrafts + "/" + id.String(), err
	})
}

func (p *Pages) issue(c *gin.Context) error {
	return p.onDraft(c, "ductbook_issued", func(in site.Form, id uuid.UUID) (string, error) {
		i, err := p.DuctBills.IssueSeen(c.Request.Context(), gate.ActorOf(c), id, in.Get("seen"))
		return PathBills + "/" + i.ID.String(), err
	})
}

// closeDraft ends a draft by which nothing is to be paid.
func (p *Pages) closeDraft(c *gin.Context) error {
	return p.onDraft(c, "ductbook_closed", func(_ site.Form, id uuid.UUID) (string, error) {
		return PathBills + "#konsep", p.DuctBills.Close(c.Request.Context(), gate.ActorOf(c), id)
	})
}

// position is the place of a line, from 1 on.
func position(text string) (int, error) {
	n := 0
	for _, r := range text {
		if r < '0' || r > '9' || n > 100_000 {
			return 0, fault.New(fault.NotFound, "invoice.no_adjustment")
		}
		n = n*10 + int(r-'0')
	}
	return n, nil
}
