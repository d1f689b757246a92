package groundwork

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// works lists works, the latest first or those of one state by the day that they wait for, with what waits about them.
func (p *Pages) works(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	operator, _ := uuid.Parse(c.Query("operator")) // none asks for any
	f := ductwork.Filter{State: c.Query("status"), Kind: c.Query("jenis"), Road: site.ToText(c.Query("jalan")), Operator: operator, Emergency: c.Query("darurat") == "ya"}
	before := uuid.Max
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		before = id
	}
	all, err := p.DuctWorks.Works(ctx, a, uuid.Nil, f, before, pageSize+1)
	if err != nil {
		return err
	}
	counts, err := p.DuctWorks.Counts(ctx, a, uuid.Nil)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("work.works")), Heading: l.T("work.works"), Lead: l.T("work.lead")}
	if p.may(c, access.DuctManage) {
		v.Links = append(v.Links, ui.Link{Href: pathNew, Label: l.T("work.new"), Icon: "plus"}, ui.Link{Href: pathNew + "?darurat=ya", Label: l.T("work.new_emergency"), Icon: "bolt"})
	}
	v.Links = append(v.Links, ui.Link{Href: PathCalendar, Label: l.T("work.public"), Icon: "calendar"})
	standing := bill.Section{ID: "jumlah", Title: l.T("duct.standing"), Quiet: true}
	for _, state := range []string{ductwork.Planned, ductwork.Permitted, ductwork.Running, ductwork.Reinstating, ductwork.Upkeep} {
		standing.Figures = append(standing.Figures, bill.Figure{Value: l.Number(int64(counts[state])), Label: l.T("work.state." + state), Href: ducts.PathWorks + "?status=" + state})
	}
	v.Sections = append(v.Sections, standing)
	ending, err := p.DuctWorks.Ending(ctx, a)
	if err != nil {
		return err
	}
	if len(ending) > 0 {
		v.Sections = append(v.Sections, endingSection(l, ending, p.DuctWorks.Today(ctx)))
	}
	s := bill.Section{ID: "pekerjaan", Title: l.T("work.works"), Quiet: true, Empty: &bill.Empty{Icon: "flag", Title: l.T("work.none"), Text: l.T("work.none_hint")}}
	if ductwork.DayOf(f.State) != "" {
		s.Text = l.T("duct.by_day")
	}
	if f != (ductwork.Filter{}) {
		s.Empty.Text = l.T("work.none_filtered")
	}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].ID.String())
		s.Next = ducts.PathWorks + "?" + q.Encode() + "#pekerjaan"
	}
	s.Table = Table(c, all, p.DuctWorks.Today(ctx), p.Now(), ducts.PathWorks, true)
	companies, err := p.companies(c)
	if err != nil {
		return err
	}
	any := []ui.Option{{Label: l.T("queue.filter.any")}}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathWorks, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: f.State, Options: append(any, ducts.Options(l, "work.state", ductwork.States())...)},
		{Name: "jenis", Type: "select", Label: l.T("work.kind"), Value: f.Kind, Options: append(any, ducts.Options(l, "work.kind", ductwork.Kinds())...)},
		{Name: "operator", Type: "select", Label: l.T("work.operator"), Value: c.Query("operator"), Options: append(any, companies...)},
		{Name: "darurat", Type: "select", Label: l.T("work.emergency"), Value: c.Query("darurat"), Options: append(any, ui.Option{Value: "ya", Label: l.T("work.only_emergency")})},
		{Name: "jalan", Label: l.T("work.road"), Value: f.Road}}}
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// endingSection are the guarantees that end soon or have ended.
func endingSection(l i18n.Locale, all []ductwork.Ending, today time.Time) bill.Section {
	s := bill.Section{ID: "jaminan-berakhir", Title: l.T("work.ending"), Note: bill.Note{Tone: "care", Text: l.T("work.ending_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.number")}, {Label: l.T("work.owner_name")}, {Label: l.T("work.bank")}, {Label: l.T("work.amount"), End: true}, {Label: l.T("work.valid_until")}}}
	for _, g := range all {
		until := bill.Cell{Text: l.Date(g.ValidUntil)}
		if g.ValidUntil.Before(today) {
			until.Mark = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("work.guarantee_over")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: g.WorkNumber, Whole: true, Href: workPath(g.WorkID) + "#jaminan"}, {Text: g.OwnerName}, {Text: g.Bank, Small: l.T("work.guarantee."+g.Kind) + ", " + g.Number}, {Text: g.Amount.String()}, until}})
	}
	return s
}

// Table lists works whose pages stand under base. network tells whether the reader may know what ducts they meet.
func Table(c *gin.Context, all []ductwork.Listed, today, now time.Time, base string, network bool) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("work.works"), Columns: []bill.Column{{Label: l.T("work.number")}, {Label: l.T("work.what")}, {Label: l.T("work.road")}, {Label: l.T("work.days")}, {Label: l.T("work.meets")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		var meets []string
		if network && x.Meets > 0 {
			meets = append(meets, l.T("work.meets_ducts", "n", x.Meets))
		}
		if x.Beside > 0 {
			meets = append(meets, l.T("work.meets_works", "n", x.Beside))
		}
		if len(meets) == 0 {
			meets = []string{l.T("work.meets_nothing")}
		}
		marks := Marks(l, x.Work, today, now)
		standing := bill.Cell{Mark: marks[0]}
		if len(marks) > 1 {
			standing.Small = marks[1].Text
		}
		days := bill.Cell{Text: Span(l, x.From, x.To)}
		if x.State == ductwork.Upkeep && !x.UpkeepUntil.IsZero() {
			days.Small = l.T("work.upkeep") + " " + l.T("work.upkeep_value", "day", l.Date(x.UpkeepUntil.AddDate(0, 0, -1)))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: base + "/" + x.ID.String()}, {Text: x.Title, Small: l.T("work.kind."+x.Kind) + ", " + x.OwnerName}, {Text: x.Road},
			days, {Text: strings.Join(meets, ", ")}, standing}})
	}
	return t
}

// newWork asks what is planned, or what began because it could not wait.
func (p *Pages) newWork(c *gin.Context) error {
	f := Form{Path: pathNew, Staff: true, Emergency: c.Query("darurat") == "ya"}
	return p.ask(c, http.StatusOK, f, site.Form{}, nil)
}

// ask is the form of new works, after a refusal with what was filled in.
func (p *Pages) ask(c *gin.Context, status int, f Form, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	v := bill.View{Shell: p.DeskShell(c, l.T("work.new")), Back: ducts.PathWorks, Heading: l.T("work.new"), Lead: l.T("work.new_lead"), Errors: errs}
	s, err := p.FormSection(c, f, in, errs)
	if err != nil {
		return err
	}
	if f.Emergency {
		v.Heading, v.Lead = l.T("work.new_emergency"), l.T("work.emergency_lead")
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// FormSection is the form of works as a part of a page.
func (p *Pages) FormSection(c *gin.Context, f Form, in site.Form, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	fields, err := p.Fields(c, f, in, errs)
	if err != nil {
		return bill.Section{}, err
	}
	x := bill.Form{ID: "isian", Action: f.Path, Submit: l.T("work.save"), Fields: fields}
	if f.Emergency {
		x.Hidden = append(x.Hidden, ui.Option{Value: "emergency", Label: "yes"})
	}
	if f.Known {
		x.Hidden = append(x.Hidden, ui.Option{Value: "revision", Label: in.Get("revision")})
	} else {
		x.Hidden = append(x.Hidden, in.Once())
	}
	title := map[bool]string{false: "work.new", true: "work.edit"}[f.Known]
	return bill.Section{ID: "tulis", Title: l.T(title), Quiet: true, Forms: []bill.Form{x}}, nil
}

// plan writes works down.
func (p *Pages) plan(c *gin.Context) error {
	in, err := Read(c)
	f := Form{Path: pathNew, Staff: true, Emergency: in.Yes("emergency")}
	var shaped bool
	if err == nil {
		if f.Maps, shaped, err = p.Shaped(c, in); shaped {
			return p.ask(c, http.StatusOK, f, in, nil)
		}
	}
	if err == nil {
		input, unread := f.Input(in, gate.CityOf(c).Location())
		var w ductwork.Work
		if w, err = p.DuctWorks.Plan(c.Request.Context(), gate.ActorOf(c), uuid.Nil, input, unread...); err == nil {
			return p.Done(c, workPath(w.ID), "work_planned")
		}
	}
	errs, status, ok := Refused(c, in, err)
	if !ok {
		return err
	}
	return p.ask(c, status, f, in, errs)
}

// edit asks what works are by now.
func (p *Pages) edit(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	w, err := p.DuctWorks.Work(c.Request.Context(), gate.ActorOf(c), uuid.Nil, id)
	if err != nil {
		return err
	}
	return p.editAgain(c, http.StatusOK, w, Form{}, Filled(w), nil)
}

// editAgain is edit, after a refusal with what was filled in.
func (p *Pages) editAgain(c *gin.Context, status int, w ductwork.Work, f Form, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	f.Path, f.Staff, f.Known, f.Emergency = workPath(w.ID)+"/ubah", true, true, w.Emergency
	v := bill.View{Shell: p.DeskShell(c, l.T("work.edit")), Back: workPath(w.ID), Heading: l.T("work.edit"), Lead: l.T("work.edit_lead", "number", w.Number), Errors: errs}
	s, err := p.FormSection(c, f, in, errs)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// change says anew what works are.
func (p *Pages) change(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	w, err := p.DuctWorks.Work(ctx, a, uuid.Nil, id)
	if err != nil {
		return err
	}
	in, err := Read(c)
	f := Form{Staff: true, Emergency: w.Emergency, Known: true}
	var shaped bool
	if err == nil {
		if f.Maps, shaped, err = p.Shaped(c, in); shaped {
			return p.editAgain(c, http.StatusOK, w, f, in, nil)
		}
	}
	if err == nil {
		input, unread := f.Input(in, gate.CityOf(c).Location())
		if err = p.DuctWorks.Change(ctx, a, uuid.Nil, id, in.Revision(), input, unread...); err == nil {
			return p.Done(c, workPath(id), "work_changed")
		}
	}
	if conflict, ok := Conflict(c, err); ok {
		return p.editAgain(c, http.StatusConflict, w, f, Filled(w), conflict)
	}
	errs, status, ok := Refused(c, in, err)
	if !ok {
		return err
	}
	return p.editAgain(c, status, w, f, in, errs)
}

// Conflict is what somebody else has done meanwhile, in words.
func Conflict(c *gin.Context, err error) (ui.Errors, bool) {
	if err == nil {
		return nil, false
	}
	f, status := gate.Failed(c, err)
	if status != http.StatusConflict || len(f.Fields) > 0 {
		return nil, false
	}
	return ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}, true
}
