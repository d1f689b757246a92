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
	v.Sections = append(v.Sections, s, monthSection(l, lines), files)
	for _, part := range []func(*gin.Context, time.Time) (bill.Section, error){p.claimSection, p.receiptsSection, p.bookSection, p.deferredSection} {
		x, err := part(c, day)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, x)
	}
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

// monthSection is what came in month by month.
func monthSection(l i18n.Locale, lines []revenue.Line) bill.Section {
	t := &bill.Table{Title: l.T("revenue.months"), Columns: []bill.Column{{Label: l.T("usage.month")}}}
	for _, x := range lines {
		t.Columns = append(t.Columns, bill.Column{Label: x.Code, End: true})
	}
	for m := range 12 {
		row := bill.Line{Cells: []bill.Cell{{Text: l.MonthName(time.Month(m + 1))}}}
		for _, x := range lines {
			row.Cells = append(row.Cells, bill.Cell{Text: x.Months[m].String()})
		}
		t.Rows = append(t.Rows, row)
	}
	if len(lines) == 0 {
		t.Rows = nil
	} else {
		t.Foot = []bill.Cell{{Text: l.T("revenue.all")}}
		for _, x := range lines {
			t.Foot = append(t.Foot, bill.Cell{Text: x.Realised.String()})
		}
	}
	return bill.Section{ID: "bulan", Title: l.T("revenue.months"), Table: t}
}

// claimSection is what is owed to the city.
func (p *Pages) claimSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.Revenue.Claims(c.Request.Context(), gate.ActorOf(c))
	s := bill.Section{ID: "piutang", Title: l.T("revenue.claims"), Text: l.T("revenue.claims_text"), Empty: &bill.Empty{Icon: "calendar", Title: l.T("revenue.no_claims"), Text: l.T("revenue.no_claims_text")},
		Table: &bill.Table{Title: l.T("revenue.claims"), Columns: []bill.Column{{Label: l.T("revenue.payer")}, {Label: l.T("revenue.account")}, {Label: l.T("revenue.decided_on")}, {Label: l.T("bill.due")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("bill.rest"), End: true}, {Label: l.T("bill.state")}}}}
	all, s.Note = cut(l, all, revenue.ListMost)
	for _, x := range all {
		state := ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bill.state.paid")}
		if x.Open() > 0 {
			state = ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bill.state.open")}
			if x.DueOn.Before(day) {
				state = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("bill.state.late")}
			}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Payer, Small: x.Basis}, {Text: x.Code}, {Text: l.Date(x.DecidedOn)}, {Text: l.Date(x.DueOn)}, {Text: x.Amount.String()}, {Text: x.Open().String()}, {Mark: state}}})
	}
	return s, err
}

// receiptsSection is what came into the treasury.
func (p *Pages) receiptsSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.Revenue.Receipts(c.Request.Context(), gate.ActorOf(c), day.Year())
	s := bill.Section{ID: "penerimaan", Title: l.T("revenue.receipts"), Empty: &bill.Empty{Icon: "receipt-tax", Title: l.T("revenue.no_receipts"), Text: l.T("revenue.no_receipts_text")},
		Table: &bill.Table{Title: l.T("revenue.receipts"), Columns: []bill.Column{{Label: l.T("revenue.number")}, {Label: l.T("revenue.account")}, {Label: l.T("bill.received")}, {Label: l.T("revenue.payer")}, {Label: l.T("usage.line_amount"), End: true}}}}
	undone := map[uuid.UUID]bool{}
	all, s.Note = cut(l, all, revenue.ListMost)
	for _, r := range all {
		undone[r.Undoes.UUID] = true
	}
	for _, r := range all {
		number := bill.Cell{Text: r.Number, Small: r.Reason}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{number, {Text: r.Code}, {Text: l.Date(r.OnDay)}, {Text: r.Payer}, {Text: r.Amount.String()}}})
		if !r.Undoes.Valid && !undone[r.ID] && p.may(c, access.RevenueManage) {
			s.Forms = append(s.Forms, bill.Form{ID: "batal-" + r.ID.String(), Folded: true, Bad: true, Title: l.T("revenue.undo", "number", r.Number), Action: PathRevenue + "/terima/" + r.ID.String() + "/batalkan", Submit: l.T("revenue.undo_do"),
				Fields: []ui.Field{{Name: "reason", Type: "text", Label: l.T("bill.reason"), Max: 300}}})
		}
	}
	return s, err
}

// bookSection is the company's book, which is not the city's revenue.
func (p *Pages) bookSection(c *gin.Context, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	months, open, err := p.Revenue.Book(c.Request.Context(), gate.ActorOf(c), day.Year())
	s := bill.Section{ID: "buku", Title: l.T("revenue.book", "year", day.Year()), Note: bill.Note{Tone: "care", Text: l.T("revenue.book_text")}, Rows: []ui.Row{{Label: l.T("revenue.book_open"), Value: open.String()}},
		Table: &bill.Table{Title: l.T("revenue.book", "year", day.Year()), Columns: []bill.Column{{Label: l.T("usage.month")}, {Label: l.T("revenue.net"), End: true}, {Label: l.T("tax.tax"), End: true}, {Label: l.T("revenue.credited"), End: true}, {Label: l.T("revenue.cash"), End: true}, {Label: l.T("revenue.withheld"), End: true}}}}
	var sum [5]money.Rupiah
	for _, m := range months {
		row := bill.Line{Cells: []bill.Cell{{Text: l.MonthName(m.Month.Month())}}}
		for i, amount := range []money.Rupiah{m.Net, m.PPN, m.Credited, m.Received, m.Withheld} {
			sum[i] += amount
			row.Cells = append(row.Cells, bill.Cell{Text: amount.String()})
		}
		s.Table.Rows = append(s.Table.Rows, row)
	}
	s.Table.Foot = []bill.Cell{{Text: l.T("revenue.year")}}
	for _, amount := range sum {
		s.Table.Foot = append(s.Table.Foot, bill.Cell{Text: amount.String()})
	}
	return s, err
}

// The forms of the page, by which a refusal finds its own.
const (
	formTarget  = "target-baru"
	formClaim   = "piutang-baru"
	formReceipt = "terima-baru"
)

var revenueLabels = map[string]string{"year": "revenue.year", "code": "revenue.account", "amount": "usage.line_amount", "basis": "ductprice.basis", "payer": "revenue.payer", "decided_on": "revenue.decided_on", "due_on": "bill.due", "land": "revenue.land", "covers_from": "revenue.covers_from", "covers_until": "revenue.covers_until",
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
	owed := []ui.Option{{Label: l.T("revenue.no_claim")}}
	for _, x := range claims {
		if x.Open() > 0 {
			owed = append(owed, ui.Option{Value: x.ID.String(), Label: x.Code + ", " + x.Payer + ", " + x.Open().String()})
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
					x.Value = site.DateOf(in, x.Name)
				}
			}
		}
		return all
	}
	code, amount := ui.Field{Name: "code", Type: "select", Options: codes}, ui.Field{Name: "amount", Type: "money"}
	payer := ui.Field{Name: "payer", Type: "text", Max: 300}
	return []bill.Form{
		{ID: formReceipt, Folded: of != formReceipt, Title: l.T("revenue.receive"), Text: l.T("revenue.receive_text"), Action: PathRevenue + "/terima", Submit: l.T("bumd.receive_do"),
			Fields: fields(formReceipt, code, ui.Field{Name: "claim", Type: "select", Optional: true, Options: owed}, amount, ui.Field{Name: "number", Type: "text", Max: 100, Hint: l.T("revenue.number_hint")}, payer, ui.Field{Name: "on_day", Type: "date"})},
		{ID: formClaim, Folded: of != formClaim, Title: l.T("revenue.add_claim"), Action: PathRevenue + "/piutang", Submit: l.T("bumd.receive_do"),
			Fields: fields(formClaim, code, payer, ui.Field{Name: "basis", Type: "text", Max: 300, Hint: l.T("revenue.claim_basis")}, ui.Field{Name: "decided_on", Type: "date"}, ui.Field{Name: "due_on", Type: "date"}, amount,
				ui.Field{Name: "land", Type: "select", Optional: true, Options: lands, Hint: l.T("revenue.land_hint")}, ui.Field{Name: "covers_from", Type: "date", Optional: true}, ui.Field{Name: "covers_until", Type: "date", Optional: true})},
		{ID: formTarget, Folded: of != formTarget, Title: l.T("revenue.set_target"), Action: PathRevenue + "/target", Submit: l.T("bumd.save"),
			Fields: fields(formTarget, ui.Field{Name: "year", Type: "number", Value: strconv.Itoa(day.Year())}, code, amount, ui.Field{Name: "basis", Type: "text", Max: 300, Hint: l.T("revenue.target_basis")})},
	}, nil
}

// onRevenue runs an act of one of the forms.
func (p *Pages) onRevenue(c *gin.Context, form string, act func(in site.Form) error) error {
	in, err := site.ReadForm(c, "decided_on", "due_on", "on_day", "covers_from", "covers_until")
	if err != nil {
		return err
	}
	if err := act(in); err != nil {
		return again(c, err, revenueLabels, func(status int, errs ui.Errors) error { return p.revenuePage(c, status, in, form, errs) })
	}
	return p.Done(c, PathRevenue, "revenue_kept")
}

func (p *Pages) setTarget(c *gin.Context) error {
	return p.onRevenue(c, formTarget, func(in site.Form) error {
		amount, err := console.AmountOf(in, "amount")
		if err != nil {
			return err
		}
		year, _ := strconv.Atoi(in.Text("year")) // what is none is refused
		return p.Revenue.SetTarget(c.Request.Context(), gate.ActorOf(c), revenue.Target{Year: year, Code: in.Text("code"), Amount: amount, Basis: in.Line("basis")})
	})
}

func (p *Pages) addClaim(c *gin.Context) error {
	return p.onRevenue(c, formClaim, func(in site.Form) error {
		x := revenue.Claim{Code: in.Text("code"), Payer: in.Line("payer"), Basis: in.Line("basis"), DecidedOn: dayIn(in, "decided_on"), DueOn: dayIn(in, "due_on")}
		var err error
		if text := in.Text("land"); text != "" {
			id, err := uuid.Parse(text)
			if err != nil {
				return site.Invalid("land", "not_an_option")
			}
			x.LandRentID, x.CoversFrom = uuid.NullUUID{UUID: id, Valid: true}, dayIn(in, "covers_from")
			if last := dayIn(in, "covers_until"); !last.IsZero() {
				x.CoversUntil = last.AddDate(0, 0, 1) // people name the last day
			}
		}
		if x.Amount, err = console.AmountOf(in, "amount"); err == nil {
			_, err = p.Revenue.AddClaim(c.Request.Context(), gate.ActorOf(c), x)
		}
		return err
	})
}

func (p *Pages) takeIn(c *gin.Context) error {
	return p.onRevenue(c, formReceipt, func(in site.Form) error {
		r := revenue.Receipt{Code: in.Text("code"), Number: in.Line("number"), Payer: in.Line("payer"), OnDay: dayIn(in, "on_day")}
		if text := in.Text("claim"); text != "" {
			id, err := uuid.Parse(text)
			if err != nil {
				return site.Invalid("claim", "not_an_option")
			}
			r.ClaimID = uuid.NullUUID{UUID: id, Valid: true}
		}
		var err error
		if r.Amount, err = console.AmountOf(in, "amount"); err == nil {
			_, err = p.Revenue.Receive(c.Request.Context(), gate.ActorOf(c), r)
		}
		return err
	})
}

// dayIn is a day of a form; zero for none, which is refused where one is needed.
func dayIn(in site.Form, name string) time.Time {
	d, err := time.Parse(time.DateOnly, site.DateOf(in, name))
	if err != nil {
		return time.Time{}
	}
	return d
}

func (p *Pages) undoReceipt(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return p.onRevenue(c, "", func(in site.Form) error {
		return p.Revenue.Undo(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	})
}
