package groundwork

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// labels are what the fields of the forms about works are called.
var labels = map[string]string{"permit": "work.permit_number", "permit_by": "work.permit_by", "permit_day": "work.permit_day", "application": "work.application", "day": "work.day", "why": "work.explanation", "report": "work.report",
	"kind": "work.sort", "bank": "work.bank", "guarantee": "work.letter", "amount": "work.amount", "valid_until": "work.valid_until", "what": "work.ask", "good": "work.good", "note": "work.seen", "months": "work.months",
	"file": "work.file"}

// part is one form of a page that has several: what was typed into another says nothing to it.
type part struct {
	l    i18n.Locale
	in   site.Form
	errs ui.Errors
}

func partOf(c *gin.Context, name string, in site.Form, errs ui.Errors) part {
	if in.Get("form") != name {
		in, errs = site.Form{}, nil
	}
	return part{gate.LocaleOf(c), in, errs}
}

func (p part) text(name, kind string, max int, optional bool) ui.Field {
	return ui.Field{Name: name, Type: kind, Label: p.l.T(labels[name]), Value: p.in.Get(name), Max: max, Optional: optional, Error: p.errs.Of(name), Autocomplete: "off"}
}

func (p part) date(name string, usual time.Time) ui.Field {
	f := ui.Field{Name: name, Type: "date", Label: p.l.T(labels[name]), Error: p.errs.Of(name)}
	switch {
	case p.in.Values[name] != nil:
		f.Value, f.Typed = site.DateOf(p.in, name), p.in.Values[name]
	case !usual.IsZero():
		f.Value = usual.Format(time.DateOnly)
	}
	return f
}

func (p part) choose(name string, options []ui.Option) ui.Field {
	return ui.Field{Name: name, Type: "choice", Label: p.l.T(labels[name]), Value: p.in.Get(name), Error: p.errs.Of(name), Options: options}
}

func (p part) file(name string, optional bool) ui.Field {
	return ui.Field{Name: name, Type: "file", Label: p.l.T(labels[name]), Optional: optional, Error: p.errs.Of(name), Rule: ui.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: ductwork.PaperMB, MaxCount: 1}}
}

// named has a form say which of its page it is.
func named(f bill.Form) bill.Form {
	f.Hidden = append(f.Hidden, ui.Option{Value: "form", Label: f.ID})
	return f
}

// acts are what can be done with works as they stand.
func (p *Pages) acts(c *gin.Context, w ductwork.Work, in site.Form, errs ui.Errors) ([]bill.Form, error) {
	l, here, today := gate.LocaleOf(c), workPath(w.ID), p.DuctWorks.Today(c.Request.Context())
	of := func(name string) part { return partOf(c, name, in, errs) }
	permit, begin := of("izin"), of("mulai")
	number := permit.text("application", "", 40, true)
	number.Hint = l.T("work.application_hint")
	permits := named(bill.Form{ID: "izin", Folded: true, Title: l.T("work.permit_do"), Text: l.T("work.permit_text"), Action: here + "/izin", Submit: l.T("work.permit_do"), Fields: []ui.Field{
		permit.text("permit", "", 100, false), permit.text("permit_by", "", 200, false), permit.date("permit_day", time.Time{}), number}})
	var out []bill.Form
	if w.Emergency && w.ReportedAt.IsZero() {
		out = append(out, reportForm(of("laporan"), here))
	}
	switch w.State {
	case ductwork.Planned:
		out = append(out, permits)
	case ductwork.Permitted:
		if !w.PermitEndedAt.IsZero() {
			out = append(out, permits)
			break
		}
		out = append(out, named(bill.Form{ID: "mulai", Folded: true, Title: l.T("work.begin"), Text: l.T("work.begin_text"), Action: here + "/mulai", Submit: l.T("work.begin"), Fields: []ui.Field{begin.date("day", today)}}))
	case ductwork.Running:
		out = append(out, bill.Form{ID: "pulihkan", Plain: true, Action: here + "/pulihkan", Submit: l.T("work.restore")})
	case ductwork.Upkeep:
		out = append(out, bill.Form{ID: "lepaskan", Plain: true, Action: here + "/lepaskan", Submit: l.T("work.release")})
	}
	if (w.Emergency && w.Permit == "" || !w.PermitEndedAt.IsZero()) && (w.State == ductwork.Running || w.State == ductwork.Reinstating) {
		out = append(out, permits)
	}
	if w.State == ductwork.Planned || w.State == ductwork.Permitted {
		out = append(out, cancelForm(of("batalkan"), here))
	}
	return out, nil
}

func cancelForm(p part, here string) bill.Form {
	return named(bill.Form{ID: "batalkan", Folded: true, Bad: true, Title: p.l.T("work.cancel"), Text: p.l.T("work.cancel_text"), Action: here + "/batalkan", Submit: p.l.T("work.cancel"), Fields: []ui.Field{p.text("why", "long_text", 500, false)}})
}

func reportForm(p part, here string) bill.Form {
	f := p.text("report", "long_text", 2000, false)
	f.Hint = p.l.T("work.report_hint")
	return named(bill.Form{ID: "laporan", Title: p.l.T("work.report_do"), Action: here + "/laporan", Submit: p.l.T("work.report_do"), Fields: []ui.Field{f}})
}

// guarantees are the letters of banks for works, and what can be done about each.
func (p *Pages) guarantees(c *gin.Context, w ductwork.Work, in site.Form, errs ui.Errors) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	today := p.DuctWorks.Today(ctx)
	all, err := p.DuctWorks.Guarantees(ctx, a, uuid.Nil, w.ID)
	if err != nil {
		return bill.Section{}, err
	}
	s := GuaranteeSection(l, all, today)
	rule, err := p.DuctWorks.RuleOn(ctx, today)
	if err != nil {
		return s, err
	}
	for _, g := range all {
		here := workPath(w.ID) + "/jaminan/" + g.ID.String()
		switch {
		case g.Ends(today, rule.ExpiryDays) && s.Note.Text == "":
			s.Note = bill.Note{Tone: "care", Text: l.T("work.guarantee_ends", "number", g.Number, "day", l.Date(g.ValidUntil))}
		}
		switch {
		case g.Held() && g.Asked == "" && p.may(c, access.DuctManage):
			ask := partOf(c, "minta-"+g.ID.String(), in, errs)
			s.Forms = append(s.Forms, named(bill.Form{ID: "minta-" + g.ID.String(), Folded: true, Title: l.T("work.ask_of", "number", g.Number), Text: l.T("work.ask_text"), Action: here + "/minta", Submit: l.T("work.ask_do"), Fields: []ui.Field{
				ask.choose("what", ducts.Options(l, "work.ask", []string{ductwork.Returned, ductwork.Claimed})), ask.text("why", "long_text", 500, true)}}))
		case g.Held() && g.Asked != "" && p.may(c, access.DuctBill) && g.AskedBy.UUID != a.ID:
			s.Forms = append(s.Forms, bill.Form{ID: "putusan-" + g.ID.String(), Title: l.T("work.settle_of", "what", l.T("work.ask."+g.Asked), "number", g.Number), Action: here + "/putusan", Submit: l.T("bumd.approve"),
				Hidden: []ui.Option{{Value: "kini", Label: g.Asked}}, Second: &bill.Button{Name: "answer", Value: "tolak", Label: l.T("work.settle_no")}})
		}
	}
	if w.State != ductwork.Released && w.State != ductwork.Cancelled && p.may(c, access.DuctManage) {
		x := partOf(c, "jaminan-baru", in, errs)
		s.Forms = append(s.Forms, named(bill.Form{ID: "jaminan-baru", Folded: true, Title: l.T("work.guarantee_new"), Text: l.T("work.guarantee_text"), Action: workPath(w.ID) + "/jaminan", Submit: l.T("work.guarantee_do"), Fields: []ui.Field{
			x.choose("kind", ducts.Options(l, "work.guarantee", ductwork.GuaranteeKinds())), x.text("bank", "", 100, false), x.text("guarantee", "", 100, false), x.text("amount", "money", 20, false), x.date("valid_until", time.Time{})}}))
	}
	return s, nil
}

// GuaranteeSection lists letters of banks.
func GuaranteeSection(l i18n.Locale, all []ductwork.Guarantee, today time.Time) bill.Section {
	s := bill.Section{ID: "jaminan", Title: l.T("work.guarantees"), Empty: &bill.Empty{Icon: "building-bank", Title: l.T("work.no_guarantees"), Text: l.T("work.no_guarantees_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.letter")}, {Label: l.T("work.bank")}, {Label: l.T("work.amount"), End: true}, {Label: l.T("work.valid_until")}, {Label: l.T("duct.standing")}}}
	for _, g := range all {
		mark := ui.Mark{Icon: "building-bank", Text: l.T("work.held")}
		small := ""
		switch {
		case g.Settled != "":
			mark = ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("work.settled." + g.Settled)}
		case g.Asked != "":
			mark, small = ui.Mark{Tone: "care", Icon: "clock", Text: l.T("work.asked." + g.Asked)}, g.AskedWhy
		case g.ValidUntil.Before(today):
			mark = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("work.guarantee_over")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: g.Number, Small: l.T("work.guarantee." + g.Kind)}, {Text: g.Bank}, {Text: g.Amount.String()}, {Text: l.Date(g.ValidUntil)}, {Mark: mark, Small: small}}})
	}
	return s
}

// visits are who looked at works, with the photos, and the form of another visit.
func (p *Pages) visits(c *gin.Context, w ductwork.Work, in site.Form, errs ui.Errors) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.DuctWorks.Visits(ctx, a, uuid.Nil, w.ID)
	if err != nil {
		return bill.Section{}, err
	}
	ids := make([]uuid.UUID, len(all))
	for i, v := range all {
		ids[i] = v.MadeBy
	}
	names, err := p.Identity.Names(ctx, ids)
	if err != nil {
		return bill.Section{}, err
	}
	papers, err := p.DuctWorks.Papers(ctx, a, uuid.Nil, w.ID)
	if err != nil {
		return bill.Section{}, err
	}
	s := VisitSection(l, all, papers, names, workPath(w.ID)+"/berkas")
	if !p.may(c, access.DuctManage) {
		return s, nil
	}
	today := p.DuctWorks.Today(ctx)
	judged := []ui.Option{{Value: "yes", Label: l.T("work.good_yes")}, {Value: "no", Label: l.T("work.good_no")}}
	form := func(id, title, text string, more ...ui.Field) bill.Form {
		x := partOf(c, id, in, errs)
		fields := append([]ui.Field{x.date("day", today), x.choose("good", judged)}, more...)
		f := named(bill.Form{ID: id, Folded: true, Upload: true, Title: l.T(title), Text: l.T(text), Action: workPath(w.ID) + "/kunjungan", Submit: l.T("work.visit_do"), Fields: append(fields, x.text("note", "long_text", 2000, id == "pemeriksaan"), x.file("file", true))})
		return f
	}
	if w.State == ductwork.Reinstating {
		rule, err := p.DuctWorks.RuleOn(ctx, today)
		if err != nil {
			return s, err
		}
		x := partOf(c, "pemeriksaan", in, errs)
		months := x.text("months", "number", 3, true)
		months.Hint = l.T("work.months_hint", "min", rule.UpkeepLeast, "max", rule.UpkeepMost)
		if months.Value == "" {
			months.Value = strconv.Itoa(rule.UpkeepLeast)
		}
		judged = []ui.Option{{Value: "yes", Label: l.T("work.passed")}, {Value: "no", Label: l.T("work.failed")}}
		s.Forms = append(s.Forms, form("pemeriksaan", "work.inspect", "work.inspect_text", months))
		judged = []ui.Option{{Value: "yes", Label: l.T("work.good_yes")}, {Value: "no", Label: l.T("work.good_no")}}
	}
	if w.State == ductwork.Permitted || w.State == ductwork.Running || w.State == ductwork.Reinstating || w.State == ductwork.Upkeep {
		s.Forms = append(s.Forms, form("pengawasan", "work.supervise", "work.supervise_text"))
	}
	return s, nil
}

// VisitSection lists visits with their photos, which stand under base.
func VisitSection(l i18n.Locale, all []ductwork.Visit, papers []ductwork.Paper, names map[uuid.UUID]string, base string) bill.Section {
	s := bill.Section{ID: "pengawasan-daftar", Title: l.T("work.visits"), Empty: &bill.Empty{Icon: "eye", Title: l.T("work.no_visits"), Text: l.T("work.no_visits_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.day")}, {Label: l.T("work.sort")}, {Label: l.T("work.good")}, {Label: l.T("work.seen")}, {Label: l.T("work.photo")}}}
	for _, v := range all {
		mark := map[bool]ui.Mark{true: {Tone: "good", Icon: "circle-check"}, false: {Tone: "bad", Icon: "alert-triangle"}}[v.Good]
		key := map[bool]string{true: "work.good_yes", false: "work.good_no"}[v.Good]
		if v.Kind == ductwork.Inspection {
			key = map[bool]string{true: "work.passed", false: "work.failed"}[v.Good]
		}
		mark.Text = l.T(key)
		photo := bill.Cell{Text: l.T("work.nothing")}
		for _, x := range papers {
			if x.Of.UUID == v.ID {
				photo = bill.Cell{Text: x.FileName, Href: base + "/" + x.ID.String()}
			}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(v.On), Small: names[v.MadeBy]}, {Text: l.T("work.visit." + v.Kind)}, {Mark: mark}, {Text: v.Note}, photo}})
	}
	return s
}

// papers are the files of works, and the form of another.
func (p *Pages) papers(c *gin.Context, w ductwork.Work, in site.Form, errs ui.Errors) (bill.Section, error) {
	all, err := p.DuctWorks.Papers(c.Request.Context(), gate.ActorOf(c), uuid.Nil, w.ID)
	return PaperSection(c, all, workPath(w.ID)+"/berkas", p.may(c, access.DuctManage), in, errs), err
}

// PaperSection lists the files of works, which stand under base, and takes another.
func PaperSection(c *gin.Context, all []ductwork.Paper, base string, may bool, in site.Form, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "berkas", Title: l.T("work.papers"), Empty: &bill.Empty{Icon: "paperclip", Title: l.T("work.no_papers"), Text: l.T("work.no_papers_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.file")}, {Label: l.T("work.sort")}, {Label: l.T("partner.paper_added")}}}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.FileName, Href: base + "/" + x.ID.String()}, {Text: l.T("work.paper." + x.Kind)}, {Text: l.DateTime(site.Zoned(c, x.AddedAt))}}})
	}
	if may {
		x := partOf(c, "berkas-baru", in, errs)
		s.Forms = []bill.Form{named(bill.Form{ID: "berkas-baru", Folded: true, Upload: true, Title: l.T("work.paper_new"), Text: l.T("work.paper_text"), Action: base, Submit: l.T("work.paper_do"), Fields: []ui.Field{
			x.choose("kind", ducts.Options(l, "work.paper", ductwork.PaperKinds())), x.file("file", false)}})}
	}
	return s
}

// act takes one step about works; what is refused is shown on their page.
func (p *Pages) act(c *gin.Context, sentence, anchor string, do func(id uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := do(id)
	if err == nil {
		return p.Done(c, workPath(id)+anchor, sentence)
	}
	if conflict, ok := Conflict(c, err); ok {
		return p.workAgain(c, http.StatusConflict, site.Form{}, conflict)
	}
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	return p.workAgain(c, status, in, site.Called(c, errs, labels))
}

// dayIn reads a day of a form; nothing typed is no day.
func dayIn(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return d, site.Invalid(name, "invalid")
	}
	return d, nil
}

func (p *Pages) permit(c *gin.Context) error {
	return p.act(c, "work_permitted", "", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "permit_day")
		if err != nil {
			return in, err
		}
		day, err := dayIn(in, "permit_day")
		unread, err := site.Unread(err)
		if err == nil {
			err = p.DuctWorks.Permit(c.Request.Context(), gate.ActorOf(c), id, ductwork.PermitInput{Number: in.Line("permit"), By: in.Line("permit_by"), Application: in.Line("application"), Day: day}, unread...)
		}
		return in, err
	})
}

func (p *Pages) begin(c *gin.Context) error {
	return p.act(c, "work_begun", "", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "day")
		if err != nil {
			return in, err
		}
		day, err := dayIn(in, "day")
		if err == nil {
			err = p.DuctWorks.Begin(c.Request.Context(), gate.ActorOf(c), id, day)
		}
		return in, err
	})
}

func (p *Pages) restore(c *gin.Context) error {
	return p.act(c, "work_restoring", "", func(id uuid.UUID) (site.Form, error) {
		return site.Form{}, p.DuctWorks.Restore(c.Request.Context(), gate.ActorOf(c), id)
	})
}

func (p *Pages) report(c *gin.Context) error {
	return p.act(c, "work_reported", "", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.Report(c.Request.Context(), gate.ActorOf(c), uuid.Nil, id, in.Text("report"))
		}
		return in, err
	})
}

func (p *Pages) release(c *gin.Context) error {
	return p.act(c, "work_released", "", func(id uuid.UUID) (site.Form, error) {
		return site.Form{}, p.DuctWorks.Release(c.Request.Context(), gate.ActorOf(c), id)
	})
}

func (p *Pages) cancel(c *gin.Context) error {
	return p.act(c, "work_cancelled", "", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.Cancel(c.Request.Context(), gate.ActorOf(c), uuid.Nil, id, in.Text("why"))
		}
		return in, err
	})
}

func (p *Pages) recheck(c *gin.Context) error {
	return p.act(c, "work_rechecked", "#benturan", func(id uuid.UUID) (site.Form, error) {
		return site.Form{}, p.DuctWorks.Recheck(c.Request.Context(), gate.ActorOf(c), id)
	})
}

func (p *Pages) guarantee(c *gin.Context) error {
	return p.act(c, "work_guaranteed", "#jaminan", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "valid_until")
		if err != nil {
			return in, err
		}
		g := ductwork.Guarantee{Kind: in.Text("kind"), Bank: in.Line("bank"), Number: in.Line("guarantee")}
		var day, sum error
		g.ValidUntil, day = dayIn(in, "valid_until")
		g.Amount, sum = console.AmountOf(in, "amount")
		unread, err := site.Unread(day, sum)
		if err == nil {
			_, err = p.DuctWorks.Guarantee(c.Request.Context(), gate.ActorOf(c), id, g, unread...)
		}
		return in, err
	})
}

func (p *Pages) askGuarantee(c *gin.Context) error {
	return p.act(c, "work_guarantee_asked", "#jaminan", func(id uuid.UUID) (site.Form, error) {
		which, err := site.PathID(c, "guarantee")
		if err != nil {
			return site.Form{}, err
		}
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.AskGuarantee(c.Request.Context(), gate.ActorOf(c), id, which, in.Text("what"), in.Text("why"))
		}
		return in, err
	})
}

func (p *Pages) settleGuarantee(c *gin.Context) error {
	return p.act(c, "work_guarantee_settled", "#jaminan", func(id uuid.UUID) (site.Form, error) {
		which, err := site.PathID(c, "guarantee")
		if err != nil {
			return site.Form{}, err
		}
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.SettleGuarantee(c.Request.Context(), gate.ActorOf(c), id, which, in.Text("kini"), in.Text("answer") != "tolak")
		}
		return in, err
	})
}

// visit writes down what somebody saw, with a photo where there is one.
func (p *Pages) visit(c *gin.Context) error {
	return p.act(c, "work_visited", "#pengawasan-daftar", func(id uuid.UUID) (site.Form, error) {
		ctx, a := c.Request.Context(), gate.ActorOf(c)
		var photo *files.File
		in, err := site.ReadUpload(c, "file", ductwork.PaperMB, func(name string, body io.Reader) error {
			f, err := p.DuctWorks.Receive(ctx, a, name, body)
			photo = &f
			return err
		}, "day")
		unread, err := site.Unread(err)
		if err != nil {
			return in, err
		}
		unread = slices.DeleteFunc(unread, func(f fault.Field) bool { return f.Name == "file" && f.Code == "required" }) // there may be none
		v := ductwork.VisitInput{Kind: ductwork.Supervision, Good: in.Yes("good"), Note: in.Text("note"), Photo: photo}
		if in.Get("form") == "pemeriksaan" {
			v.Kind = ductwork.Inspection
			v.Months, _ = strconv.Atoi(in.Text("months")) // zero is refused with the months that there may be
		}
		unread = fault.Also(unread, site.Missing(in, "good")...)
		on, err := dayIn(in, "day")
		v.On, unread = on, fault.Also(unread, fault.From(err).Fields...)
		_, err = p.DuctWorks.Visit(ctx, a, id, v, unread...)
		return in, err
	})
}

func (p *Pages) attach(c *gin.Context) error {
	return p.act(c, "work_filed", "#berkas", func(id uuid.UUID) (site.Form, error) { return Attach(c, p.DuctWorks, uuid.Nil, id) })
}

// Attach takes in the file that PaperSection asks for. It returns what was typed, for a refusal.
func Attach(c *gin.Context, s *ductwork.Service, company, id uuid.UUID) (site.Form, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	var f files.File
	in, err := site.ReadUpload(c, "file", ductwork.PaperMB, func(name string, body io.Reader) (err error) {
		f, err = s.Receive(ctx, a, name, body)
		return err
	})
	unread, err := site.Unread(err)
	if err == nil {
		_, err = s.Attach(ctx, a, company, id, in.Text("kind"), f, unread...)
	}
	return in, err
}

func (p *Pages) paper(c *gin.Context) error { return SendPaper(c, p.DuctWorks, uuid.Nil) }

// SendPaper sends a file of works of a company, or of anybody for uuid.Nil.
func SendPaper(c *gin.Context, s *ductwork.Service, company uuid.UUID) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	paper, err := site.PathID(c, "paper")
	if err != nil {
		return err
	}
	f, body, err := s.Paper(c.Request.Context(), gate.ActorOf(c), company, id, paper)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// OwnActs are what a company can do with its works, whose page is here.
func OwnActs(c *gin.Context, w ductwork.Work, here string, in site.Form, errs ui.Errors) []bill.Form {
	var out []bill.Form
	if w.Emergency && w.ReportedAt.IsZero() {
		out = append(out, reportForm(partOf(c, "laporan", in, errs), here))
	}
	if w.State == ductwork.Planned {
		out = append(out, cancelForm(partOf(c, "batalkan", in, errs), here))
	}
	return out
}

// CalledAct names errors by what the fields of the forms about works are called.
func CalledAct(c *gin.Context, errs ui.Errors) ui.Errors { return site.Called(c, errs, labels) }
