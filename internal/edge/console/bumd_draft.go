package console

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

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
		Links: []ui.Link{{Href: here + FormPurchase, Label: l.T("purchase.link"), Icon: "edit"}}}
	t := bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("bumd.net")}, {}, {Text: d.Net.String()}}}
	var forms []bill.Form
	for n, x := range d.Charges {
		cell := bill.Cell{Text: x.Name.In(l), Href: here + "/baris/" + strconv.Itoa(n+1)}
		if x.Adjusted() {
			cell.Mark = ui.Mark{Icon: "edit", Text: l.T("bumd.adjustment")}
			forms = append(forms, bill.Form{ID: "hapus-" + strconv.Itoa(n+1), Plain: true, Bad: true, Action: here + "/baris/" + strconv.Itoa(n+1) + "/hapus", Hidden: []ui.Option{{Value: "seen", Label: d.Mark()}}, Submit: l.T("bumd.unadjust", "name", x.Name.In(l), "amount", x.Amount)})
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{cell, {Text: x.Working.In(l)}, {Text: x.Amount.String()}}})
	}
	if rows := PurchaseRows(l, d.Purchase); len(rows) > 0 {
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
	i, taxes, err := p.finance.Preview(c.Request.Context(), gate.ActorOf(c), d)
	preview, err := PreviewSection(c, i, taxes, err)
	if err != nil {
		return err
	}
	acts := bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{
		{ID: "terbitkan", Action: here + "/terbit", Hidden: []ui.Option{{Value: "seen", Label: d.Mark()}}, Text: l.T("bumd.issue_text", "days", d.DueDays), Submit: l.T("bumd.issue")},
		{ID: "sesuaikan", Folded: true, Title: l.T("bumd.adjust"), Text: l.T("bumd.adjust_text"), Action: here + "/sesuaikan", Submit: l.T("bumd.adjust_do"), Fields: []ui.Field{
			{Name: "name", Label: l.T("bumd.adjust_name"), Value: in.Get("name"), Error: errs.Of("name"), Max: 120, Wrap: true},
			{Name: "amount", Type: "text", Label: l.T("usage.line_amount"), Hint: l.T("bumd.adjust_amount"), Value: in.Get("amount"), Error: errs.Of("amount"), Max: 24},
			ReasonField(l, in.Get("reason"), errs)}}}}
	if !asked {
		acts.Forms = append(acts.Forms, DropForm(l, here+"/batalkan", in, errs))
	}
	v.Sections = append(append(append(v.Sections, lines), tied...), preview, acts)
	return p.Render(c, status, bill.Page(v))
}

// PreviewSection says what a draft comes to when it is issued today, as its paper would, or why it cannot be issued as it is.
func PreviewSection(c *gin.Context, i invoice.Invoice, taxes []invoice.Tax, refused error) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "pratinjau", Title: l.T("bill.preview"), Text: l.T("bill.preview_text")}
	if refused == nil {
		s.Rows = append(SumRows(l, i, taxes), ui.Row{Label: l.T("bill.due"), Value: l.Date(i.DueOn)})
		return s, nil
	}
	f, status := gate.Failed(c, refused)
	if status != http.StatusConflict {
		return s, refused
	}
	s.Text, s.Note = "", bill.Note{Tone: "care", Text: site.Refusal(l, f)}
	return s, nil
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
	return p.filled(c, "invoice_issued", p.draftPage, nil, func(in site.Form, id uuid.UUID) (string, error) {
		i, err := p.finance.IssueSeen(c.Request.Context(), gate.ActorOf(c), id, in.Get("seen"))
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
	return p.filled(c, "draft_adjusted", p.draftPage, nil, func(in site.Form, id uuid.UUID) (string, error) {
		n, err := strconv.Atoi(c.Param("n"))
		if err != nil {
			return "", site.NotFound()
		}
		return PathDrafts + "/" + id.String(), p.finance.Unadjust(c.Request.Context(), gate.ActorOf(c), id, n, in.Get("seen"))
	})
}
