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
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// work is one: what it is, where, how it stands and what can be done now, what it meets, what a bank guarantees, who looked at
// it, and its files.
func (p *Pages) work(c *gin.Context) error { return p.workAgain(c, http.StatusOK, site.Form{}, nil) }

// workAgain is work, after a refusal with what was filled in.
func (p *Pages) workAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	w, err := p.DuctWorks.Work(ctx, a, uuid.Nil, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, w.Number), Back: ducts.PathWorks, Heading: w.Number, Lead: w.Title, Mark: Marks(l, w, p.DuctWorks.Today(ctx), p.Now())[0], Errors: errs}
	if p.may(c, access.DuctManage) && (w.State == ductwork.Planned || w.State == ductwork.Permitted || w.State == ductwork.Running) {
		v.Links = []ui.Link{{Href: workPath(id) + "/ubah", Label: l.T("work.edit"), Icon: "edit"}}
	}
	rows, err := p.Rows(c, w)
	if err != nil {
		return err
	}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows, Note: Note(c, w, p.DuctWorks.Today(ctx))}
	if p.may(c, access.DuctManage) {
		if state.Forms, err = p.acts(c, w, in, errs); err != nil {
			return err
		}
	}
	v.Sections = append(v.Sections, state)
	if v.Sections, err = p.claim(c, w, v.Sections); err != nil {
		return err
	}
	place, err := p.PlaceSection(c, w)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, place)
	met, beside, err := p.DuctWorks.Clashes(ctx, a, uuid.Nil, id)
	if err != nil {
		return err
	}
	network := p.met(c, w, met)
	joins, err := p.DuctWorks.Joins(ctx, a, uuid.Nil, id)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, network, Joins(l, Beside(c, w, beside, ducts.PathWorks), joins))
	for _, more := range []func(*gin.Context, ductwork.Work, site.Form, ui.Errors) (bill.Section, error){p.guarantees, p.visits, p.papers} {
		s, err := more(c, w, in, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, s)
	}
	return p.Render(c, status, bill.Page(v))
}

// Rows are what is known of works.
func (p *Pages) Rows(c *gin.Context, w ductwork.Work) ([]ui.Row, error) {
	l := gate.LocaleOf(c)
	names, _, err := p.Names(c)
	if err != nil {
		return nil, err
	}
	contact := strings.Join(said(w.Contact, w.Phone, w.Email), ", ")
	if !w.ErasedAt.IsZero() {
		contact = l.T("duct.erased", "day", l.Date(site.Zoned(c, w.ErasedAt)))
	}
	rows := []ui.Row{{Label: l.T("work.owner_name"), Value: w.OwnerName + " (" + l.T("work.owner."+w.Owner) + ")"}, {Label: l.T("work.kind"), Value: l.T("work.kind." + w.Kind)}, {Label: l.T("work.road"), Value: w.Road},
		{Label: l.T("work.days"), Value: Span(l, w.From, w.To)}, {Label: l.T("work.method"), Value: l.T("work.method." + w.Method)}, {Label: l.T("work.contact"), Value: contact}}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, ui.Row{Label: l.T(key), Value: value})
		}
	}
	add("duct.authority", names[w.Authority])
	if w.Permit != "" {
		add("work.permit", l.T("work.permit_value", "number", w.Permit, "day", l.Date(w.PermitDay), "by", w.PermitBy))
	} else if w.State != ductwork.Cancelled {
		add("work.permit", l.T("work.no_permit"))
	}
	if !w.PermitEndedAt.IsZero() {
		add("work.permit_ended", strings.Join(said(l.DateTime(site.Zoned(c, w.PermitEndedAt)), w.PermitEndedWhy), ": "))
	}
	add("work.application", w.Application)
	if w.Emergency {
		add("work.started", l.DateTime(site.Zoned(c, w.StartedAt)))
		if w.ReportedAt.IsZero() {
			add("work.report_due", l.DateTime(site.Zoned(c, w.ReportDue)))
		} else {
			add("work.reported", l.DateTime(site.Zoned(c, w.ReportedAt)))
			add("work.report", w.Report)
		}
	}
	if !w.BeganOn.IsZero() {
		add("work.began", l.Date(w.BeganOn))
	}
	if !w.RestoredOn.IsZero() {
		add("work.restored", l.Date(w.RestoredOn))
		add("work.upkeep", l.T("work.upkeep_value", "day", l.Date(w.UpkeepUntil.AddDate(0, 0, -1))))
	}
	if !w.ReleasedOn.IsZero() {
		add("work.released", l.Date(w.ReleasedOn))
	}
	if w.Colay {
		add("work.colay", strings.TrimSpace(l.T("yes")+". "+w.ColayNote))
	}
	add("work.why", w.Why)
	return rows, nil
}

func said(all ...string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Note is what is to be known of works first.
func Note(c *gin.Context, w ductwork.Work, today time.Time) bill.Note {
	l := gate.LocaleOf(c)
	switch {
	case !w.PermitEndedAt.IsZero() && w.Open():
		return bill.Note{Tone: "bad", Text: l.T("work.note_permit_ended")}
	case w.Emergency && w.ReportedAt.IsZero():
		return bill.Note{Tone: "care", Text: l.T("work.note_report", "at", l.DateTime(site.Zoned(c, w.ReportDue)))}
	case w.Overdue(today):
		return bill.Note{Tone: "care", Text: l.T("work.note_overdue", "day", l.Date(w.To))}
	case w.Emergency && w.ReportedAt.After(w.ReportDue):
		return bill.Note{Tone: "care", Text: l.T("work.note_reported_late", "at", l.DateTime(site.Zoned(c, w.ReportedAt)), "due", l.DateTime(site.Zoned(c, w.ReportDue)))}
	case w.Emergency && w.Permit == "":
		return bill.Note{Text: l.T("work.note_permit_after")}
	}
	return bill.Note{Text: l.T("work.note." + w.State)}
}

// PlaceSection draws where works are.
func (p *Pages) PlaceSection(c *gin.Context, w ductwork.Work) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "letak", Title: l.T("duct.place")}
	places, err := p.DuctWorks.PlacesOf(ctx, []uuid.UUID{w.ID}, false)
	if err != nil {
		return s, err
	}
	ground, err := p.Ground(ctx, p.DuctWorks.Today(ctx))
	if err != nil {
		return s, err
	}
	s.Map = Drawn(l, ground, "letak", places[w.ID])
	return s, nil
}

// Drawn is a map of lines, and of holes as points.
func Drawn(l i18n.Locale, ground geo.Map, code string, tracks ductwork.Tracks) *ui.Map {
	var lines [][]geo.Point
	var pins []ui.Pin
	length := 0.0
	for _, t := range tracks {
		if len(t) == 1 {
			pins = append(pins, ui.Pin{Name: code, Label: l.T("map.pin", "n", len(pins)+1), At: t[0], Set: true})
			continue
		}
		lines = append(lines, t)
		length += geo.Length(t)
	}
	text := ""
	if len(lines) > 0 {
		text = l.T("work.map", "length", ui.Metres(l, length))
	}
	return site.TracksMap(ground, code, text, lines, pins)
}

// met are the ducts and manholes that works meet.
func (p *Pages) met(c *gin.Context, w ductwork.Work, met []ductwork.Met) bill.Section {
	l, day := gate.LocaleOf(c), p.DayIn(c)
	s := bill.Section{ID: "benturan", Title: l.T("work.clash"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("work.no_clash"), Text: l.T("work.no_clash_text", "day", l.Date(w.CheckedOn))}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("work.part")}, {Label: l.T("work.distance"), End: true}, {Label: l.T("work.along_mm"), End: true}, {Label: l.T("work.use")}}}
	for _, m := range met {
		code := bill.Cell{Text: m.Code, Small: m.Road}
		use, along := bill.Cell{Text: l.T("work.use_care")}, l.T("work.nothing")
		if m.Kind == "segment" {
			code.Href, along = ducts.SegmentPath(m.Code, day), ducts.Metres(l, m.OverlapMM)
		}
		if m.Shuts {
			use = bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "ban", Text: l.T("work.use_shut")}}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{code, {Text: l.T("work.part." + m.Kind)}, {Text: Metres(l, m.Distance)}, {Text: along}, use}})
	}
	if len(met) > 0 {
		s.Text = l.T("work.clash_text", "day", l.Date(w.CheckedOn))
	}
	if w.Open() && p.may(c, access.DuctManage) {
		s.Forms = []bill.Form{{ID: "periksa", Plain: true, Action: workPath(w.ID) + "/periksa", Submit: l.T("work.recheck")}}
	}
	return s
}

// Metres is a distance to a tenth of a metre, on one line.
func Metres(l i18n.Locale, mm int64) string {
	tenths := (mm + 50) / 100
	comma := map[i18n.Locale]string{i18n.EN: "."}[l]
	if comma == "" {
		comma = ","
	}
	return strings.ReplaceAll(l.T("duct.metres", "n", l.Number(tenths/10)+comma+l.Number(tenths%10)), " ", "\u00a0")
}

// Beside are the works near in place and time, with whom to speak to, so that the road is dug once. Their pages stand under base.
func Beside(c *gin.Context, w ductwork.Work, all []ductwork.Beside, base string) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "koordinasi", Title: l.T("work.together"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("work.alone"), Text: l.T("work.alone_text")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.number")}, {Label: l.T("work.what")}, {Label: l.T("work.days")}, {Label: l.T("work.distance"), End: true}, {Label: l.T("work.gap")}, {Label: l.T("work.speak")}, {Label: l.T("work.once")}}}
	chance := false
	for _, b := range all {
		gap := l.T("work.same_time")
		if b.Gap > 0 {
			gap = l.T("work.gap_days", "n", b.Gap)
		}
		number := bill.Cell{Text: b.Number, Whole: true}
		if base != "" {
			number.Href = base + "/" + b.ID.String()
		}
		once := bill.Cell{Text: l.T("work.once_ask")}
		if b.Chance() {
			chance = true
			once = bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "users", Text: l.T("work.once_chance")}, Small: b.ColayNote}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{number, {Text: b.Title, Small: l.T("work.kind."+b.Kind) + ", " + b.OwnerName}, {Text: Span(l, b.From, b.To)}, {Text: Metres(l, b.Distance)}, {Text: gap},
			{Text: b.Contact, Small: strings.Join(said(b.Phone, b.Email), ", ")}, once}})
	}
	switch {
	case chance:
		s.Note = bill.Note{Tone: "good", Text: l.T("work.chance_text")}
	case len(all) > 0:
		s.Text = l.T("work.together_text")
	}
	return s
}

// Joins tells below what is planned nearby which companies have asked to lay theirs in these works.
func Joins(l i18n.Locale, s bill.Section, all []ductwork.Join) bill.Section {
	if len(all) == 0 {
		return s
	}
	for _, j := range all {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("work.joins", "name", j.Name), Value: strings.Join(said(j.Note, j.Email, j.Phone), " · ")})
	}
	return s
}
