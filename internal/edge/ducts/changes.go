package ducts

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// history is every change that touched a segment: what, when, who, and by which file.
func (p *Pages) history(c *gin.Context, segment uuid.UUID) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "perubahan", Title: l.T("ductedit.changes"), Text: l.T("ductedit.changes_text")}
	all, err := p.DuctEdit.History(c.Request.Context(), gate.ActorOf(c), segment)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("ductedit.what")}, {Label: l.T("duct.on_day")}, {Label: l.T("duct.why")}, {Label: l.T("ductedit.by")}, {Label: l.T("duct.standing")}}}
	for _, e := range all {
		what := bill.Cell{Text: l.T("ductedit.change." + e.Kind), Href: changeOf(e)}
		if e.Units > 0 {
			what.Small = l.T("ductedit.units", "n", l.Number(int64(e.Units)))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{what, {Text: l.Date(e.OnDay)}, {Text: e.Why}, {Text: byName(l, e.ByName), Small: l.DateTime(site.Zoned(c, e.At))}, {Mark: changeMark(l, e)}}})
	}
	return s, nil
}

// changeOf is where a change is shown: one by a file on the page of the file.
func changeOf(e ductedit.Entry) string {
	if e.ImportID != uuid.Nil {
		return pathImports + "/" + e.ImportID.String()
	}
	return pathChange + "/" + e.ID.String()
}

func changeMark(l i18n.Locale, e ductedit.Entry) ui.Mark {
	if e.Undone {
		return ui.Mark{Icon: "history", Text: l.T("duct.import.undone")}
	}
	return ui.Mark{Tone: "good", Icon: "check", Text: l.T("ductedit.stands")}
}

// change is one change by hand, what it touched, and how it is taken back.
func (p *Pages) change(c *gin.Context) error {
	return p.changeAgain(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) changeAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	e, touched, err := p.DuctEdit.Change(ctx, a, id)
	if err != nil {
		return err
	}
	title := l.T("ductedit.change." + e.Kind)
	v := bill.View{Shell: p.DeskShell(c, title), Back: PathDucts, Heading: title, Lead: e.Why, Mark: changeMark(l, e), Errors: errs}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.standing"), Quiet: true, Rows: []ui.Row{{Label: l.T("duct.on_day"), Value: l.Date(e.OnDay)}, {Label: l.T("ductedit.by"), Value: byName(l, e.ByName)}, {Label: l.T("ductedit.at"), Value: l.DateTime(site.Zoned(c, e.At))}}}
	if e.ImportID != uuid.Nil {
		state.Links = append(state.Links, ui.Link{Href: changeOf(e), Label: e.Import, Icon: "file-upload"})
	}
	s := bill.Section{ID: "ruas", Title: l.T("duct.segments"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("ductedit.touched_none"), Text: l.T("ductedit.touched_none_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("ductedit.what")}, {Label: l.T("duct.units"), End: true}}}
	for _, x := range touched {
		day, what := e.OnDay, "said"
		switch {
		case x.Brought:
			what = "brought"
		case x.Ended:
			day, what = e.OnDay.AddDate(0, 0, -1), "ended"
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code, Href: SegmentPath(x.Code, day)}, {Text: l.T("ductedit.touched." + what)}, {Text: l.Number(int64(x.Units))}}})
	}
	if ductedit.ByHand(e.Kind) && !e.Undone && p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		state.Forms = []bill.Form{{ID: "batalkan", Folded: len(errs) == 0, Bad: true, Title: l.T("ductedit.undo"), Text: l.T("ductedit.undo_text"), Action: pathChange + "/" + id.String() + "/batalkan", Submit: l.T("ductedit.undo_do"),
			Fields: []ui.Field{{Name: "why", Label: l.T("duct.why"), Max: 300, Value: in.Get("why"), Error: errs.Of("why")}}}}
	}
	v.Sections = append(v.Sections, state, s)
	return p.Render(c, status, bill.Page(v))
}

// undoChange takes a change by hand back.
func (p *Pages) undoChange(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.DuctEdit.Undo(c.Request.Context(), gate.ActorOf(c), id, in.Line("why"))
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.built_upon": "why", "duct.held_since": "why", "duct.laid_since": "why", "duct.undone": "why", "duct.not_by_hand": "why", "duct.cabled": "why"})
		if !ok {
			return err
		}
		return p.changeAgain(c, status, in, site.Called(c, errs, map[string]string{"why": "duct.why"}))
	}
	return p.Done(c, pathChange+"/"+id.String(), "duct_change_undone")
}

// family tells which segment another is a part of, and what became of it; empty where it never was split.
func (p *Pages) family(c *gin.Context, segment uuid.UUID) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "belahan", Title: l.T("ductedit.family")}
	of, parts, err := p.DuctEdit.Family(c.Request.Context(), gate.ActorOf(c), segment)
	if err != nil || len(of)+len(parts) == 0 {
		return bill.Section{}, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("ductedit.what")}, {Label: l.T("duct.since")}, {Label: l.T("duct.until")}}}
	add := func(k ductedit.Kin, what string, day time.Time) {
		until := l.T("duct.goes_on")
		if !k.Until.IsZero() {
			until = l.Date(k.Until)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: k.Code, Href: SegmentPath(k.Code, day)}, {Text: l.T(what)}, {Text: l.Date(k.Since)}, {Text: until}}})
	}
	for _, k := range of {
		add(k, "ductedit.kin_of", k.Until.AddDate(0, 0, -1))
	}
	for _, k := range parts {
		add(k, "ductedit.kin_part", k.Since)
	}
	return s, nil
}

// past is a segment that is not there on the day that was asked for: when it was, and what became of it.
func (p *Pages) past(c *gin.Context, code string, day time.Time) error {
	l := gate.LocaleOf(c)
	k, err := p.DuctEdit.Past(c.Request.Context(), gate.ActorOf(c), code)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, k.Code), Back: PathDucts + "?hari=" + day.Format(time.DateOnly), Heading: k.Code, Lead: l.T("ductedit.not_there", "day", l.Date(day)), Mark: ui.Mark{Icon: "history", Text: l.T("ductedit.gone")}}
	last := k.Since
	until := l.T("duct.goes_on")
	if !k.Until.IsZero() {
		last, until = k.Until.AddDate(0, 0, -1), l.Date(k.Until)
	}
	v.Links = []ui.Link{{Href: SegmentPath(k.Code, last), Label: l.T("ductedit.see_on", "day", l.Date(last)), Icon: "history"}}
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: []ui.Row{{Label: l.T("duct.since"), Value: l.Date(k.Since)}, {Label: l.T("duct.until"), Value: until}}})
	kin, err := p.family(c, k.ID)
	if err != nil {
		return err
	}
	if kin.ID != "" {
		v.Sections = append(v.Sections, kin)
	}
	photos, err := p.photos(c, "", k.ID, nil, day, site.Form{}, nil)
	if err != nil {
		return err
	}
	changes, err := p.history(c, k.ID)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, photos, changes)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// bank lists what lies in a segment, one line for a duct with what lies in it.
func (p *Pages) bank(c *gin.Context, code string, units []duct.Unit, day time.Time) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "saluran", Title: l.T("duct.bank"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("duct.bank_none"), Text: l.T("duct.bank_none_hint")}}
	standing, err := p.DuctEdit.Standings(c.Request.Context(), gate.ActorOf(c), units, day)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: l.T("duct.bank"), Columns: []bill.Column{{Label: l.T("duct.unit.duct")}, {Label: l.T("duct.size")}, {Label: l.T("duct.unit.subduct"), End: true}, {Label: l.T("duct.unit.microduct"), End: true}, {Label: l.T("duct.standing")}}}
	type inside struct {
		subducts, microducts int64
		shut                 int64 // of those, damaged or kept back, or in one that is
	}
	around := shutAround(units, standing)
	within, owner := map[uuid.UUID]*inside{}, map[uuid.UUID]uuid.UUID{}
	for _, u := range units {
		owner[u.ID] = u.ID
		if u.ParentID.Valid {
			owner[u.ID] = owner[u.ParentID.UUID]
		}
		d := within[owner[u.ID]]
		if d == nil {
			d = &inside{}
			within[owner[u.ID]] = d
		}
		switch u.Kind {
		case duct.Subduct:
			d.subducts++
		case duct.Microduct:
			d.microducts++
		}
		if _, shut := standing[u.ID]; (shut || len(around[u.ID]) > 0) && u.Kind != duct.Duct {
			d.shut++
		}
	}
	for _, u := range units {
		if u.Kind != duct.Duct {
			continue
		}
		d := within[u.ID]
		name := p.unitCell(l, code, u, "", day)
		name.Text = l.T("duct.nth", "n", u.Position)
		how := bill.Cell{Mark: standingMark(l, standing[u.ID])}
		if d.shut > 0 {
			how.Small = l.T("ductedit.shut_inside", "n", l.Number(d.shut))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{name, {Text: sizeOf(l, u)}, {Text: l.Number(d.subducts)}, {Text: l.Number(d.microducts)}, how}})
	}
	return s, nil
}
