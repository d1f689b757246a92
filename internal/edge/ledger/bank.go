package ledger

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/statement"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// statementMost bounds a file of the bank: a year of a busy account.
const statementMost = 8 << 20

// Bank is the pages of the statements of the bank of one book, at Path.
type Bank struct {
	*site.Pages
	Frame    func(c *gin.Context, title string) ui.Shell // with the book's own entry of the menu
	Desk     *payin.Desk
	Needs    access.Permission
	Scope    gate.Scope
	Path     string
	Back     string    // the page above
	Invoices string    // where the book's invoices are
	IDs      [2]string // what the ids of a statement and of a line are of

	Seller  func(context.Context, identity.Actor, time.Time) (invoice.Seller, error)
	Parties func(context.Context, identity.Actor) ([]Party, error)
	Open    func(ctx context.Context, actor identity.Actor, party uuid.UUID) ([]Owed, error) // what a party has not paid

	// Pledges are the deposits of a party of which something is missing, and Pledge is one of anybody, also a complete one; nil where the seller
	// holds none.
	Pledges func(ctx context.Context, actor identity.Actor, party uuid.UUID) ([]Pledge, error)
	Pledge  func(ctx context.Context, actor identity.Actor, id uuid.UUID) (Pledge, error)
}

// Pledge is a deposit that a line may pay, at Href.
type Pledge struct {
	ID      uuid.UUID
	Number  string // of what it is the security of
	Party   string
	Missing money.Rupiah
	Href    string
}

// Party is whom a book charges.
type Party struct {
	ID   uuid.UUID
	Name string
}

// Owed is an invoice of which something is open.
type Owed struct {
	invoice.Invoice
	Rest money.Rupiah
}

// Lines is where the lines are.
func (p *Bank) Lines() string { return p.Path + "/mutasi" }

// Table are the pages.
func (p *Bank) Table() gate.Table {
	file, line := site.IDs("id", p.IDs[0]), site.IDs("id", p.IDs[1])
	acts, there, one, row := p.Needs, p.Scope, p.Path+"/:id", p.Lines()+"/:id"
	return gate.Table{
		{Method: get, Path: p.Path, Needs: acts, Scope: there, Handler: p.bank},
		{Method: post, Path: p.Path, Needs: acts, Scope: there, MaxBody: statementMost, Handler: p.upload},
		{Method: get, Path: p.Lines(), Needs: acts, Scope: there, Handler: p.lines},
		{Method: get, Path: row, Needs: acts, Scope: there, IDs: line, Handler: p.line},
		{Method: post, Path: row + "/terima", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.accept},
		{Method: post, Path: row + "/cocokkan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.match},
		{Method: post, Path: row + "/bagi", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.split},
		{Method: post, Path: row + "/abaikan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.setAside},
		{Method: post, Path: row + "/batalkan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.undo},
		{Method: get, Path: one, Needs: acts, Scope: there, IDs: file, Handler: p.statement},
		{Method: get, Path: one + "/berkas", Needs: acts, Scope: there, IDs: file, Handler: p.original},
		{Method: post, Path: one + "/bukukan", Page: one, Needs: acts, Scope: there, IDs: file, Handler: p.apply},
	}
}

// states are how a line can stand, in the order in which somebody looks at them.
func states() []string {
	return []string{payin.Proposed, payin.Open, payin.Matched, payin.Aside, payin.Out}
}

func stateMark(l i18n.Locale, state string) ui.Mark {
	tone, icon := "", "minus"
	switch state {
	case payin.Proposed, payin.Open:
		tone, icon = "care", "info-circle"
	case payin.Matched:
		tone, icon = "good", "circle-check"
	case payin.Aside:
		icon = "ban"
	}
	return Mark(l, "bank.state."+state, tone, icon)
}

// bank takes a file of the bank in, lists those that were given, and says what waits.
func (p *Bank) bank(c *gin.Context) error { return p.bankPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Bank) bankPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	before, err := BeforeOf(c)
	if err != nil {
		return err
	}
	all, counts, err := p.Desk.Statements(ctx, who, before)
	if err != nil {
		return err
	}
	waiting, err := p.Desk.Waiting(ctx, who)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Frame(c, l.T("bank.title")), Back: p.Back, Heading: l.T("bank.title"), Lead: l.T("bank.lead"), Errors: errs}
	now := bill.Section{ID: "keadaan", Title: l.T("bank.lines")}
	for _, s := range states()[:4] {
		now.Figures = append(now.Figures, bill.Figure{Label: l.T("bank.state." + s), Value: l.Number(int64(counts[s])), Href: p.Lines() + "?keadaan=" + s, Meaning: l.T("bank.meaning." + s)})
	}
	form, err := p.uploadForm(c, in, errs)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bank.files"), Columns: []bill.Column{{Label: l.T("bank.file")}, {Label: l.T("bank.account")}, {Label: l.T("bank.days")}, {Label: l.T("bank.lines"), End: true},
		{Label: l.T("bank.state.matched"), End: true}, {Label: l.T("bank.left"), End: true}, {Label: l.T("bill.state")}}}
	for _, b := range all {
		m := Mark(l, "bank.checked", "care", "clock")
		if !b.AppliedAt.IsZero() {
			m = Mark(l, "bank.applied", "good", "circle-check")
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: b.Name, Href: p.Path + "/" + b.Statement.ID.String(), Small: l.DateTime(site.Zoned(c, b.CheckedAt))}, {Text: b.Account, Small: l.T("bank.format." + string(b.Format))},
			{Text: l.Date(b.From) + " – " + l.Date(b.To)}, {Text: l.Number(int64(b.Lines))}, {Text: l.Number(int64(b.Matched))}, {Text: l.Number(int64(b.Proposed + b.Open))}, {Mark: m}}})
	}
	files := bill.Section{ID: "berkas", Title: l.T("bank.files"), Table: &t, Empty: &bill.Empty{Icon: "file-text", Title: l.T("bank.no_files"), Text: l.T("bank.no_files_text")}}
	if len(all) == 100 {
		files.Next = p.Path + "?sebelum=" + all[len(all)-1].Statement.ID.String() + "#berkas"
	}
	v.Sections = []bill.Section{now, {ID: "unggah", Title: l.T("bank.upload"), Forms: []bill.Form{form}}, files, p.slips(l, waiting)}
	return p.Render(c, status, bill.Page(v))
}

// uploadForm asks for a file of one of the seller's accounts.
func (p *Bank) uploadForm(c *gin.Context, in site.Form, errs ui.Errors) (bill.Form, error) {
	l := gate.LocaleOf(c)
	seller, err := p.Seller(c.Request.Context(), gate.ActorOf(c), site.Zoned(c, p.Now()))
	f := bill.Form{ID: "berkas-baru", Upload: true, Action: p.Path, Submit: l.T("bank.check"), Text: l.T("bank.upload_text"), Fields: []ui.Field{
		{Name: "file", Type: "file", Label: l.T("bank.file"), Hint: l.T("bank.file_hint", "max", statementMost>>20), Error: errs.Of("file"), Rule: ui.FileRule{Types: []string{"csv", "txt", "sta", "940", "xml"}, MaxMB: statementMost >> 20, MaxCount: 1}}}}
	if len(seller.Accounts) > 1 {
		accounts := []ui.Option{}
		for _, a := range seller.Accounts {
			accounts = append(accounts, ui.Option{Value: a.Number, Label: a.Bank + ", " + a.Number})
		}
		f.Fields = append(f.Fields, ui.Field{Name: "account", Type: "select", Label: l.T("bank.account"), Hint: l.T("bank.account_hint"), Options: accounts, Value: in.Get("account"), Error: errs.Of("account"), Optional: true})
	}
	if err == nil && len(seller.Accounts) == 0 {
		f.Text = l.T("bank.no_account")
	}
	return f, err
}

// slips lists the invoices that wait for a withholding slip.
func (p *Bank) slips(l i18n.Locale, all []payin.Waiting) bill.Section {
	t := bill.Table{Title: l.T("bank.slips"), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("party.party")}, {Label: l.T("bank.waits"), End: true}, {Label: l.T("bill.rest"), End: true}, {Label: l.T("bank.by_line")}}}
	for _, w := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Number, Href: p.Invoices + "/" + w.InvoiceID.String()}, {Text: w.Party}, {Text: w.Waits.String()}, {Text: w.Open.String()},
			{Text: l.T("bank.line"), Href: p.Lines() + "/" + w.LineID.String()}}})
	}
	return bill.Section{ID: "bukti", Title: l.T("bank.slips"), Text: l.T("bank.slips_text"), Table: &t, Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("bank.no_slips"), Text: l.T("bank.no_slips_text")}}
}

// upload looks a file through and leads to what it would do.
func (p *Bank) upload(c *gin.Context) error {
	began := p.Now().Truncate(time.Microsecond)
	var name string
	var raw []byte
	in, err := site.ReadUpload(c, "file", statementMost>>20, func(n string, body io.Reader) (err error) {
		name = site.Clip(n, 120)
		raw, err = io.ReadAll(body)
		return err
	})
	var b payin.Statement
	if err == nil {
		b, err = p.Desk.CheckStatement(c.Request.Context(), gate.ActorOf(c), in.Text("account"), name, raw)
	}
	if err != nil {
		places := map[string]string{"payin.account": "file", "payin.future": "file"}
		for _, code := range []string{"too_large", "too_many_lines", "empty", "not_text", "no_heading", "malformed", "unreadable", "currency", "balance", "balance_column", "no_mapping"} {
			places["statement."+code] = "file"
		}
		return Refused(c, err, in, p.bankPage, places, map[string]string{"file": "bank.file", "account": "bank.account"})
	}
	to := p.Path + "/" + b.ID.String()
	if b.CheckedAt.Before(began) { // the same file as one that was given before
		return p.Done(c, to, "statement_known")
	}
	p.Redirect(c, to)
	return nil
}

// original hands the file out as it was given.
func (p *Bank) original(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, _, err := p.Desk.Statement(c.Request.Context(), gate.ActorOf(c), id, uuid.Nil)
	if err != nil {
		return err
	}
	site.FileHeaders(c, "application/octet-stream")
	c.Header("Content-Disposition", `attachment; filename="`+b.ID.String()+"."+string(b.Format)+`"`)
	c.Data(http.StatusOK, "application/octet-stream", b.Raw)
	return nil
}

// statement is one file: what it would do, or what became of its lines.
func (p *Bank) statement(c *gin.Context) error {
	return p.statementPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Bank) statementPage(c *gin.Context, status int, _ site.Form, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	after, err := BeforeOf(c)
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	b, lines, err := p.Desk.Statement(ctx, who, id, after)
	if err != nil {
		return err
	}
	names, err := p.Identity.Names(ctx, []uuid.UUID{b.CheckedBy, b.AppliedBy.UUID})
	if err != nil {
		return err
	}
	here := p.Path + "/" + b.ID.String()
	v := bill.View{Shell: p.Frame(c, b.Name), Back: p.Path, Heading: b.Name, Errors: errs, Mark: Mark(l, "bank.checked", "care", "clock"),
		Links: []ui.Link{{Href: here + "/berkas", Label: l.T("bank.original"), Icon: "download"}}}
	head := bill.Section{ID: "tentang", Title: l.T("bank.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bank.account"), Value: b.Account}, {Label: l.T("bank.format"), Value: l.T("bank.format." + string(b.Format))},
		{Label: l.T("bank.days"), Value: l.Date(b.From) + " – " + l.Date(b.To)}, {Label: l.T("bank.checked_by"), Value: Joined(names[b.CheckedBy], l.DateTime(site.Zoned(c, b.CheckedAt)))}}}
	list := bill.Section{ID: "mutasi", Title: l.T("bank.lines"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("bank.nothing_new"), Text: l.T("bank.nothing_new_text")}}
	if b.AppliedAt.IsZero() {
		r, err := p.Desk.PreviewStatement(ctx, who, id)
		if err != nil {
			return err
		}
		list.Title, list.Text, list.Table = l.T("bank.would"), l.T("bank.would_text", "new", len(r.Lines), "known", r.Known), p.lineTable(l, r.Lines, false)
		list.Forms = []bill.Form{{ID: "bukukan", Action: here + "/bukukan", Text: l.T("bank.apply_text", "matched", r.Count(payin.Matched), "left", r.Count(payin.Proposed)+r.Count(payin.Open)), Submit: l.T("bank.apply")}}
	} else {
		v.Mark = Mark(l, "bank.applied", "good", "circle-check")
		head.Rows = append(head.Rows, ui.Row{Label: l.T("bank.applied_by"), Value: Joined(names[b.AppliedBy.UUID], l.DateTime(site.Zoned(c, b.AppliedAt)))})
		list.Table = p.lineTable(l, lines, true)
		if len(lines) == 500 {
			list.Next = here + "?sebelum=" + lines[len(lines)-1].ID.String() + "#mutasi"
		}
	}
	v.Sections = []bill.Section{head, list}
	return p.Render(c, status, bill.Page(v))
}

// lineTable lists lines with what they pay. Those that are kept lead to their page.
func (p *Bank) lineTable(l i18n.Locale, all []payin.Line, keptOnes bool) *bill.Table {
	t := bill.Table{Title: l.T("bank.lines"), Columns: []bill.Column{{Label: l.T("bank.line")}, {Label: l.T("bank.day")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("bill.state")}, {Label: l.T("bank.pays")}}}
	for _, x := range all {
		text := bill.Cell{Text: x.Text, Small: Joined(x.Payer, x.Reference)}
		if text.Text == "" {
			text.Text = l.T("bank.no_text")
		}
		if keptOnes {
			text.Href = p.Lines() + "/" + x.ID.String()
		}
		pays := bill.Cell{Text: Joined(x.Proposal.Numbers...), Small: x.Proposal.Because(l)}
		if x.State == payin.Aside {
			pays = bill.Cell{Text: x.Reason}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{text, {Text: l.Date(x.Day)}, {Text: amountText(x.Amount)}, {Mark: stateMark(l, x.State)}, pays}})
	}
	return &t
}

// apply books a statement.
func (p *Bank) apply(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return Act(p.Pages, c, "statement_applied", p.Path+"/"+id.String(), p.statementPage, nil, nil, nil, func(site.Form) error {
		_, err := p.Desk.ApplyStatement(c.Request.Context(), gate.ActorOf(c), id)
		return err
	})
}

// amountText is what a line moved, with its cents where there are any.
func amountText(s statement.Sen) string {
	if whole, ok := s.Rupiah(); ok {
		return whole.String()
	}
	return s.String()
}
