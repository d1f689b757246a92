package ductmoney

import (
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/revenue"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// revenueRoutes is the two ledgers, and where money is lost.
func (p *Pages) revenueRoutes() gate.Table {
	read, acts, manage, city := access.RevenueRead, access.RevenueManage, access.DuctManage, gate.City
	receipt, finding := site.IDs("id", "revenue_receipt"), site.IDs("id", "duct_finding")
	out := gate.Table{
		{Method: get, Path: PathRevenue, Needs: read, Scope: city, Handler: p.revenue},
		{Method: post, Path: PathRevenue + "/target", Page: PathRevenue, Needs: acts, Scope: city, Handler: p.setTarget},
		{Method: post, Path: PathRevenue + "/piutang", Page: PathRevenue, Needs: acts, Scope: city, Handler: p.addClaim},
		{Method: post, Path: PathRevenue + "/piutang/batalkan", Page: PathRevenue, Needs: acts, Scope: city, Handler: p.undoClaim},
		{Method: post, Path: PathRevenue + "/terima", Page: PathRevenue, Needs: acts, Scope: city, Handler: p.takeIn},
		{Method: post, Path: PathRevenue + "/terima/:id/batalkan", Page: PathRevenue, Needs: acts, Scope: city, IDs: receipt, Handler: p.undoReceipt},
		{Method: get, Path: PathLeaks, Needs: access.DuctRead, Scope: city, Handler: p.leaks},
		{Method: post, Path: PathLeaks, Needs: manage, Scope: city, Handler: p.find},
		{Method: post, Path: PathLeaks + "/:id", Page: PathLeaks, Needs: manage, Scope: city, IDs: finding, Handler: p.settle},
	}
	for _, t := range revenue.Tables() {
		out = append(out, gate.Route{Method: get, Path: revenueFile(t), Needs: read, Scope: city, Handler: p.revenueTable(t)})
	}
	return out
}

// revenueFile is where a table of the city's own revenue is downloaded, with ?hari=.
func revenueFile(table string) string {
	return PathRevenue + "/unduh/" + map[string]string{revenue.Realisation: "realisasi", revenue.Receivables: "piutang", revenue.Dividends: "dividen", revenue.Assessments: "skrd", revenue.Contracts: "kontrak", revenue.Deferred: "ditangguhkan"}[table] + ".xlsx"
}

// revenueTable writes a table as it is on the day that is asked for.
func (p *Pages) revenueTable(table string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		day := p.DayIn(c)
		return console.SendTable(c, strings.TrimSuffix(path.Base(revenueFile(table)), ".xlsx")+"-"+day.Format(time.DateOnly), func(row func([]any) error) error {
			return p.Revenue.Export(c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), table, day, row)
		})
	}
}

// revenue is the city's own revenue of a year, and apart from it the company's book.
func (p *Pages) revenue(c *gin.Context) error {
	return p.revenuePage(c, http.StatusOK, site.Form{}, "", nil)
}

func (p *Pages) revenuePage(c *gin.Context, status int, in site.Form, of string, errs ui.Errors) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	day := p.DayIn(c)
	lines, err := p.Revenue.Ledger(ctx, a, day)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("revenue.title")), Heading: l.T("revenue.title"), Lead: l.T("revenue.lead", "day", l.Date(day)), Errors: errs, Notes: []string{l.T("revenue.note_forecast"), l.T("revenue.note_codes")}}
	s := bill.Section{ID: "pad", Title: l.T("revenue.pad", "year", day.Year()), Text: l.T("revenue.pad_text"), Empty: &bill.Empty{Icon: "chart-bar", Title: l.T("revenue.no_accounts"), Text: l.T("revenue.no_accounts_text")},
		Filter: &bill.Form{ID: "saring", Action: PathRevenue, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "hari", Type: "date", Label: l.T("duct.day"), Value: day.Format(time.DateOnly)}}},
		Table: &bill.Table{Title: l.T("revenue.pad", "year", day.Year()), Dense: true, Columns: []bill.Column{{Label: l.T("revenue.account")}, {Label: l.T("revenue.target"), End: true}, {Label: l.T("revenue.realised"), End: true}, {Label: l.T("revenue.owed"), End: true},
			{Label: l.T("revenue.forecast"), End: true}, {Label: l.T("revenue.short"), End: true}}}}
	var sum revenue.Line
	for _, x := range lines {
		sum.Target, sum.Realised, sum.Owed, sum.Overdue, sum.Forecast, sum.Short = sum.Target+x.Target, sum.Realised+x.Realised, sum.Owed+x.Owed, sum.Overdue+x.Overdue, sum.Forecast+x.Forecast, sum.Short+x.Short
		name := bill.Cell{Text: x.Code + " " + x.Name.In(l), Small: l.T("revenue.channel." + x.Channel)}
		if !x.Verified {
			name.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("revenue.unverified")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: append([]bill.Cell{name}, padCells(l, x)...)})
	}
	s.Table.Foot = append([]bill.Cell{{Text: l.T("revenue.all")}}, padCells(l, sum)...)
	files := bill.Section{ID: "berkas", Title: l.T("revenue.files"), Text: l.T("revenue.files_text")}
	for _, t := range revenue.Tables() {
		files.Links = append(files.Links, ui.Link{Href: revenueFile(t) + "?hari=" + day.Format(time.DateOnly), Label: l.T("revenue.file." + t), Icon: "download"})
	}
	claims, err := p.claimSection(c, day)
	if err != nil {
		return err
	}
	receipts, err := p.receiptsSection(c, day, in, of, errs)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, s, claims, receipts, monthSection(l, lines))
	for _, part := range []func(*gin.Context, time.Time) (bill.Section, error){p.bookSection, p.deferredSection} {
		x, err := part(c, day)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, x)
	}
	v.Sections = append(v.Sections, files)
	if p.may(c, access.RevenueManage) {
		forms, err := p.revenueForms(c, lines, day, in, of, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, bill.Section{ID: "catat", Title: l.T("revenue.record"), Forms: forms})
	}
	return p.Render(c, status, bill.Page(v))
}

// padCells are the amounts of an account, or of all.
func padCells(l i18n.Locale, x revenue.Line) []bill.Cell {
	target, came, owed := bill.Cell{Text: x.Target.String(), Small: x.Basis}, bill.Cell{Text: x.Realised.String()}, bill.Cell{Text: x.Owed.String()}
	if x.Target > 0 {
		came.Small = ducttariff.Percent(l, int(x.Share()))
	} else if x.Basis == "" {
		target.Text = l.T("revenue.no_target")
	}
	if x.Overdue > 0 {
		owed.Small = l.T("revenue.overdue", "amount", x.Overdue)
	}
	return []bill.Cell{target, came, owed, {Text: x.Forecast.String()}, {Text: x.Short.String()}}
}

// monthSection is what came in month by month, of which the sums stand with the accounts.
func monthSection(l i18n.Locale, lines []revenue.Line) bill.Section {
	t := bill.Table{Title: l.T("revenue.months"), Columns: []bill.Column{{Label: l.T("usage.month")}}}
	for _, x := range lines {
		t.Columns = append(t.Columns, bill.Column{Label: x.Code, End: true})
	}
	var all money.Rupiah
	for m := range 12 {
		row := bill.Line{Cells: []bill.Cell{{Text: l.MonthName(time.Month(m + 1))}}}
		for _, x := range lines {
			row.Cells = append(row.Cells, bill.Cell{Text: x.Months[m].String()})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Foot = []bill.Cell{{Text: l.T("revenue.all")}}
	for _, x := range lines {
		t.Foot, all = append(t.Foot, bill.Cell{Text: x.Realised.String()}), all+x.Realised
	}
	s := bill.Section{ID: "bulan", Title: t.Title, Rows: []ui.Row{{Label: l.T("revenue.realised"), Value: all.String()}}}
	if len(lines) > 0 {
		s.More = &bill.More{Title: l.T("revenue.by_month"), Tables: []bill.Table{t}}
	}
	return s
}

// claimSection is what is owed to the city; what was paid or taken back is folded away.
func (p *Pages) claimSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.Revenue.Claims(c.Request.Context(), gate.ActorOf(c))
	s := bill.Section{ID: "piutang", Title: l.T("revenue.claims"), Text: l.T("revenue.claims_text"), Empty: &bill.Empty{Icon: "calendar", Title: l.T("revenue.no_claims"), Text: l.T("revenue.no_claims_text")},
		Table: &bill.Table{Title: l.T("revenue.claims"), Columns: []bill.Column{{Label: l.T("revenue.payer")}, {Label: l.T("revenue.account")}, {Label: l.T("revenue.decided_on")}, {Label: l.T("bill.due")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("bill.rest"), End: true}, {Label: l.T("bill.state")}}}}
	paid := *s.Table
	all, s.Note = cut(l, all, revenue.ListMost)
	for _, x := range all {
		state := ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bill.state.paid")}
		if x.Open() > 0 {
			state = ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bill.state.open")}
			if x.DueOn.Before(day) {
				state = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("bill.state.late")}
			}
		}
		if !x.UndoneOn.IsZero() {
			state = ui.Mark{Icon: "circle-x", Text: l.T("revenue.claim_undone_on", "date", l.Date(x.UndoneOn))}
		}
		small := x.Basis
		if x.LegalNote != "" {
			small += "; " + l.T("ductprice.legal_label") + ": " + x.LegalNote
		}
		if x.UndoneWhy != "" {
			small += "; " + l.T("bill.reason") + ": " + x.UndoneWhy
		}
		row := bill.Line{Cells: []bill.Cell{{Text: x.Payer, Small: small}, {Text: x.Code}, {Text: l.Date(x.DecidedOn)}, {Text: l.Date(x.DueOn)}, {Text: x.Amount.String()}, {Text: x.Open().String()}, {Mark: state}}}
		if x.Open() > 0 {
			s.Table.Rows = append(s.Table.Rows, row)
		} else {
			paid.Rows = append(paid.Rows, row)
		}
	}
	if len(paid.Rows) > 0 {
		s.More = &bill.More{Title: l.T("revenue.claims_paid", "n", len(paid.Rows)), Tables: []bill.Table{paid}}
	}
	return s, err
}

// receiptsShown is how many receipts, the latest, stand open on the page.
const receiptsShown = 5

// receiptsSection is what came into the treasury, the latest first, with the form that takes one back. That carries the day of the page, so that a
// refusal shows the year in which the form stands.
func (p *Pages) receiptsSection(c *gin.Context, day time.Time, in site.Form, of string, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.Revenue.Receipts(c.Request.Context(), gate.ActorOf(c), day.Year())
	s := bill.Section{ID: "penerimaan", Title: l.T("revenue.receipts"), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("revenue.no_receipts"), Text: l.T("revenue.no_receipts_text")},
		Table: &bill.Table{Title: l.T("revenue.receipts"), Columns: []bill.Column{{Label: l.T("revenue.number")}, {Label: l.T("revenue.account")}, {Label: l.T("bill.received")}, {Label: l.T("revenue.payer")}, {Label: l.T("usage.line_amount"), End: true}}}}
	undone := map[uuid.UUID]bool{}
	all, s.Note = cut(l, all, revenue.ListMost)
	for _, r := range all {
		undone[r.Undoes.UUID] = true
	}
	before, more := *s.Table, bill.More{}
	for i, r := range all {
		number := bill.Cell{Text: r.Number, Small: r.Reason}
		rows, forms := &s.Table.Rows, &s.Forms
		if i >= receiptsShown {
			rows, forms = &before.Rows, &more.Forms
		}
		*rows = append(*rows, bill.Line{Cells: []bill.Cell{number, {Text: r.Code}, {Text: l.Date(r.OnDay)}, {Text: r.Payer}, {Text: r.Amount.String()}}})
		if !r.Undoes.Valid && !undone[r.ID] && p.may(c, access.RevenueManage) {
			f := bill.Form{ID: "batal-" + r.ID.String(), Folded: true, Bad: true, Title: l.T("revenue.undo", "number", r.Number), Action: PathRevenue + "/terima/" + r.ID.String() + "/batalkan?hari=" + day.Format(time.DateOnly), Submit: l.T("revenue.undo_do"),
				Fields: []ui.Field{{Name: "reason", Type: "text", Label: l.T("bill.reason"), Max: 300}}}
			if of == f.ID {
				f.Fields[0].Value, f.Fields[0].Error = in.Get("reason"), errs.Of("reason")
			}
			*forms = append(*forms, f)
		}
	}
	if n := len(before.Rows); n > 0 {
		more.Title, more.Tables = l.T("revenue.receipts_before", "n", n), []bill.Table{before}
		s.More = &more
	}
	return s, err
}

// bookSection is the company's book, which is not the city's revenue.
func (p *Pages) bookSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	months, open, err := p.Revenue.Book(c.Request.Context(), gate.ActorOf(c), day.Year())
	s := bill.Section{ID: "buku", Title: l.T("revenue.book", "year", day.Year()), Note: bill.Note{Tone: "care", Text: l.T("revenue.book_text")}, Rows: []ui.Row{{Label: l.T("revenue.book_open"), Value: open.String()}},
		More: &bill.More{Title: l.T("revenue.by_month"), Tables: []bill.Table{{Title: l.T("revenue.book", "year", day.Year()), Columns: []bill.Column{{Label: l.T("usage.month")}, {Label: l.T("revenue.net"), End: true}, {Label: l.T("tax.tax"), End: true}, {Label: l.T("revenue.credited"), End: true}, {Label: l.T("revenue.cash"), End: true}, {Label: l.T("revenue.withheld"), End: true}}}}}}
	t := &s.More.Tables[0]
	var sum [5]money.Rupiah
	for _, m := range months {
		row := bill.Line{Cells: []bill.Cell{{Text: l.MonthName(m.Month.Month())}}}
		for i, amount := range []money.Rupiah{m.Net, m.PPN, m.Credited, m.Received, m.Withheld} {
			sum[i] += amount
			row.Cells = append(row.Cells, bill.Cell{Text: amount.String()})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Foot = []bill.Cell{{Text: l.T("revenue.year")}}
	for i, amount := range sum {
		t.Foot = append(t.Foot, bill.Cell{Text: amount.String()})
		s.Rows = append(s.Rows, ui.Row{Label: t.Columns[i+1].Label, Value: amount.String()})
	}
	return s, err
}

// The forms of the page, by which a refusal finds its own.
const (
	formTarget  = "target-baru"
	formClaim   = "piutang-baru"
	formReceipt = "terima-baru"
	formUndo    = "piutang-batal"
)

var revenueLabels = map[string]string{"year": "revenue.year", "code": "revenue.account", "amount": "usage.line_amount", "basis": "ductprice.basis", "payer": "revenue.payer", "decided_on": "revenue.decided_on", "due_on": "bill.due", "land": "revenue.land", "covers_from": "revenue.covers_from", "covers_until": "revenue.covers_until", "legal_note": "ductprice.legal_label",
	"claim": "revenue.claim", "number": "revenue.number", "on_day": "bill.received", "reason": "bill.reason", "segment": "revenue.segment", "note": "revenue.note", "found_on": "revenue.found_on", "how": "revenue.how"}

// revenueForms say what a year is to bring, what is owed, and what came in.
func (p *Pages) revenueForms(c *gin.Context, lines []revenue.Line, day time.Time, in site.Form, of string, errs ui.Errors) ([]bill.Form, error) {
	l := gate.LocaleOf(c)
	claims, err := p.Revenue.Claims(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return nil, err
	}
	var codes []ui.Option
	for _, x := range lines {
		codes = append(codes, ui.Option{Value: x.Code, Label: x.Code + " " + x.Name.In(l)})
	}
	owed, unpaid := []ui.Option{{Label: l.T("revenue.no_claim")}}, []ui.Option{{Label: l.T("revenue.choose_claim")}}
	for _, x := range claims {
		if x.Open() > 0 {
			owed = append(owed, ui.Option{Value: x.ID.String(), Label: x.Code + ", " + x.Payer + ", " + x.Open().String()})
		}
		if x.Open() > 0 && x.Received == 0 {
			unpaid = append(unpaid, ui.Option{Value: x.ID.String(), Label: l.T("revenue.claim_due", "code", x.Code, "payer", x.Payer, "amount", x.Amount, "date", l.Date(x.DueOn))})
		}
	}
	rents, err := p.Revenue.Lands(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return nil, err
	}
	lands := []ui.Option{{Label: l.T("revenue.no_land")}}
	for _, x := range rents {
		lands = append(lands, ui.Option{Value: x.ID.String(), Label: x.Place + ", " + x.Operator})
	}
	fields := func(form string, all ...ui.Field) []ui.Field {
		for i := range all {
			x := &all[i]
			x.Label = l.T(revenueLabels[x.Name])
			if of == form {
				x.Value, x.Error = in.Get(x.Name), errs.Of(x.Name)
				if x.Type == "date" {
					x.Value, x.Typed = site.DateOf(in, x.Name), in.Values[x.Name]
				}
			}
		}
		return all
	}
	code, amount := ui.Field{Name: "code", Type: "select", Options: codes}, ui.Field{Name: "amount", Type: "money"}
	payer := ui.Field{Name: "payer", Type: "text", Max: 300}
	out := []bill.Form{
		{ID: formReceipt, Folded: of != formReceipt, Title: l.T("revenue.receive"), Text: l.T("revenue.receive_text"), Action: PathRevenue + "/terima", Submit: l.T("bumd.receive_do"),
			Fields: fields(formReceipt, code, ui.Field{Name: "claim", Type: "select", Optional: true, Options: owed}, amount, ui.Field{Name: "number", Type: "text", Max: 100, Hint: l.T("revenue.number_hint")}, payer, ui.Field{Name: "on_day", Type: "date"})},
		{ID: formClaim, Folded: of != formClaim, Title: l.T("revenue.add_claim"), Action: PathRevenue + "/piutang", Submit: l.T("bumd.receive_do"),
			Fields: fields(formClaim, code, payer, ui.Field{Name: "basis", Type: "text", Max: 300, Hint: l.T("revenue.claim_basis")}, ui.Field{Name: "decided_on", Type: "date"}, ui.Field{Name: "due_on", Type: "date"}, amount,
				ui.Field{Name: "land", Type: "select", Optional: true, Options: lands, Hint: l.T("revenue.land_hint")}, ui.Field{Name: "covers_from", Type: "date", Optional: true}, ui.Field{Name: "covers_until", Type: "date", Optional: true},
				ui.Field{Name: "legal_note", Type: "long_text", Max: 1000, Optional: true, Hint: l.T("revenue.legal_hint")})},
		{ID: formTarget, Folded: of != formTarget, Title: l.T("revenue.set_target"), Action: PathRevenue + "/target", Submit: l.T("bumd.save"),
			Fields: fields(formTarget, ui.Field{Name: "year", Type: "number", Value: strconv.Itoa(day.Year())}, code, amount, ui.Field{Name: "basis", Type: "text", Max: 300, Hint: l.T("revenue.target_basis")})},
	}
	if len(unpaid) > 1 || of == formUndo {
		out = append(out, bill.Form{ID: formUndo, Folded: of != formUndo, Bad: true, Title: l.T("revenue.undo_claim"), Text: l.T("revenue.undo_claim_text"), Action: PathRevenue + "/piutang/batalkan", Submit: l.T("revenue.undo_claim_do"),
			Fields: fields(formUndo, ui.Field{Name: "claim", Of: formUndo, Type: "select", Options: unpaid}, ui.Field{Name: "reason", Of: formUndo, Type: "text", Max: 300})})
	}
	return out, nil
}

// onRevenue runs an act of one of the forms.
func (p *Pages) onRevenue(c *gin.Context, form string, act func(in site.Form) error) error {
	in, err := site.ReadForm(c, "decided_on", "due_on", "on_day", "covers_from", "covers_until")
	if err == nil {
		err = act(in)
	}
	if err != nil {
		return again(c, err, revenueLabels, func(status int, errs ui.Errors) error { return p.revenuePage(c, status, in, form, errs) })
	}
	return p.Done(c, PathRevenue, "revenue_kept")
}

func (p *Pages) setTarget(c *gin.Context) error {
	return p.onRevenue(c, formTarget, func(in site.Form) error {
		year, _ := strconv.Atoi(in.Text("year")) // what is none is refused
		amount, sum := console.AmountOf(in, "amount")
		unread, err := site.Unread(sum)
		if err != nil {
			return err
		}
		return p.Revenue.SetTarget(c.Request.Context(), gate.ActorOf(c), revenue.Target{Year: year, Code: in.Text("code"), Amount: amount, Basis: in.Line("basis")}, unread...)
	})
}

func (p *Pages) addClaim(c *gin.Context) error {
	return p.onRevenue(c, formClaim, func(in site.Form) error {
		x := revenue.Claim{Code: in.Text("code"), Payer: in.Line("payer"), Basis: in.Line("basis"), LegalNote: in.Text("legal_note")}
		var decided, due, from, until, land, sum error
		x.DecidedOn, decided = dayTyped(in, "decided_on")
		x.DueOn, due = dayTyped(in, "due_on")
		if x.LandRentID, land = chosen(in, "land"); in.Text("land") != "" {
			x.CoversFrom, from = dayTyped(in, "covers_from")
			if x.CoversUntil, until = dayTyped(in, "covers_until"); !x.CoversUntil.IsZero() {
				x.CoversUntil = x.CoversUntil.AddDate(0, 0, 1) // people name the last day
			}
		}
		x.Amount, sum = console.AmountOf(in, "amount")
		unread, err := site.Unread(decided, due, from, until, land, sum)
		if err == nil {
			_, err = p.Revenue.AddClaim(c.Request.Context(), gate.ActorOf(c), x, unread...)
		}
		return err
	})
}

func (p *Pages) takeIn(c *gin.Context) error {
	return p.onRevenue(c, formReceipt, func(in site.Form) error {
		r := revenue.Receipt{Code: in.Text("code"), Number: in.Line("number"), Payer: in.Line("payer")}
		var day, claim, sum error
		r.OnDay, day = dayTyped(in, "on_day")
		r.ClaimID, claim = chosen(in, "claim")
		r.Amount, sum = console.AmountOf(in, "amount")
		unread, err := site.Unread(day, claim, sum)
		if err == nil {
			_, err = p.Revenue.Receive(c.Request.Context(), gate.ActorOf(c), r, unread...)
		}
		return err
	})
}

// chosen is what was chosen of a list that may be left alone.
func chosen(in site.Form, name string) (uuid.NullUUID, error) {
	if in.Text(name) == "" {
		return uuid.NullUUID{}, nil
	}
	id, err := uuid.Parse(in.Text(name))
	if err != nil {
		return uuid.NullUUID{}, site.Invalid(name, "not_an_option")
	}
	return uuid.NullUUID{UUID: id, Valid: true}, nil
}

// dayTyped is a day of a form; zero for none, which is refused where one is needed.
func dayTyped(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, site.Invalid(name, "date")
	}
	return d, nil
}

// dayIn is a day of a form; zero for none, which is refused where one is needed.
func dayIn(in site.Form, name string) time.Time {
	d, err := time.Parse(time.DateOnly, site.DateOf(in, name))
	if err != nil {
		return time.Time{}
	}
	return d
}

func (p *Pages) undoClaim(c *gin.Context) error {
	return p.onRevenue(c, formUndo, func(in site.Form) error {
		claim, unread := chosen(in, "claim")
		if unread == nil && !claim.Valid {
			unread = site.Invalid("claim", "required")
		}
		fields, err := site.Unread(unread)
		if err != nil {
			return err
		}
		return p.Revenue.UndoClaim(c.Request.Context(), gate.ActorOf(c), claim.UUID, in.Text("reason"), fields...)
	})
}

func (p *Pages) undoReceipt(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return p.onRevenue(c, "batal-"+id.String(), func(in site.Form) error {
		return p.Revenue.Undo(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	})
}
