package ducts

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// standingMark is how a unit is as a mark: kept back, or its condition.
func standingMark(l i18n.Locale, s ductedit.Standing) ui.Mark {
	if s.Condition == "" {
		s.Condition = duct.Good
	}
	m := conditionMark(l, s.Condition)
	if s.Purpose != "" {
		m.Text = l.T("ductedit.purpose."+s.Purpose) + ", " + m.Text
		if s.Condition == duct.Good {
			m.Tone, m.Icon = "care", "lock"
		}
	}
	return m
}

// unit is one unit as it is on a day: how it is, how it was, what lies in it, and what can be said of it.
func (p *Pages) unit(c *gin.Context) error {
	return p.unitAgain(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) unitAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l, day := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.DayIn(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	u, was, err := p.DuctEdit.Unit(ctx, a, id, day)
	if err == nil && u.Segment != c.Param("code") {
		err = fault.New(fault.NotFound, "duct.no_unit")
	}
	if err != nil {
		return err
	}
	title := l.T("ductedit.unit_title", "kind", l.T("duct.unit."+u.Kind), "place", u.Place, "code", u.Segment)
	v := bill.View{Shell: p.DeskShell(c, title), Back: SegmentPath(u.Segment, day), Heading: title, Lead: l.T("duct.segment_lead", "road", u.Road, "day", l.Date(day)), Mark: standingMark(l, ductedit.Standing{Condition: u.Condition, Purpose: u.Purpose}), Errors: errs}
	size := l.T("duct.unsaid")
	if u.OuterMM > 0 {
		size = l.T("duct.millimetres", "outer", u.OuterMM, "inner", u.InnerMM)
	}
	purpose := l.T("ductedit.purpose.none")
	if u.Purpose != "" {
		purpose = l.T("ductedit.purpose." + u.Purpose)
	}
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: []ui.Row{{Label: l.T("duct.size"), Value: size}, {Label: l.T("duct.condition"), Value: l.T("duct.condition." + u.Condition)}, {Label: l.T("ductedit.purpose"), Value: purpose},
		{Label: l.T("ductedit.laid"), Value: l.Date(u.Since)}, {Label: l.T("ductedit.in_it"), Value: l.Number(int64(u.In))}}})
	_, units, err := p.Ducts.Segment(ctx, a, u.Segment, day)
	if err != nil {
		return err
	}
	standing, err := p.DuctEdit.Standings(ctx, a, units, day)
	if err != nil {
		return err
	}
	places, around := placesOf(units), shutAround(units, standing)
	for _, x := range around[u.ID] {
		v.Sections[0].Rows = append(v.Sections[0].Rows, ui.Row{Label: l.T("ductedit.around"), Value: l.T("ductedit.around_value", "unit", l.T("duct.unit."+x.Kind)+" "+places[x.ID], "standing", standingMark(l, standing[x.ID]).Text)})
	}
	if u.In > 0 {
		inside := bill.Section{ID: "saluran", Title: l.T("ductedit.in_it")}
		inside.Table = &bill.Table{Title: inside.Title, Columns: []bill.Column{{Label: l.T("duct.what")}, {Label: l.T("duct.size")}, {Label: l.T("duct.standing")}}}
		in := map[uuid.UUID]bool{u.ID: true}
		for _, x := range units {
			if !x.ParentID.Valid || !in[x.ParentID.UUID] {
				continue
			}
			in[x.ID] = true
			how := bill.Cell{Mark: standingMark(l, standing[x.ID])}
			if len(around[x.ID]) > 0 {
				how.Small = l.T("ductedit.shut_around")
			}
			inside.Table.Rows = append(inside.Table.Rows, bill.Line{Cells: []bill.Cell{p.unitCell(l, u.Segment, x, places[x.ID], day), {Text: sizeOf(l, x)}, how}})
		}
		v.Sections = append(v.Sections, inside)
	}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		v.Sections = append(v.Sections, p.unitForms(l, u, day, in, errs))
	}
	past := bill.Section{ID: "riwayat", Title: l.T("duct.history"), Empty: &bill.Empty{Icon: "history", Title: l.T("ductedit.never"), Text: l.T("ductedit.never_hint")}}
	past.Table = &bill.Table{Title: l.T("duct.history"), Columns: []bill.Column{{Label: l.T("duct.since")}, {Label: l.T("duct.until")}, {Label: l.T("duct.standing")}, {Label: l.T("duct.change")}, {Label: l.T("ductedit.by")}}}
	for _, x := range was {
		until := l.T("duct.goes_on")
		if !x.Until.IsZero() {
			until = l.Date(x.Until)
		}
		past.Table.Rows = append(past.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(x.Since)}, {Text: until}, {Mark: standingMark(l, ductedit.Standing{Condition: x.Condition, Purpose: x.Purpose})},
			{Text: x.Why, Href: pathChange + "/" + x.ChangeID.String()}, {Text: byName(l, x.ByName), Small: l.DateTime(site.Zoned(c, x.At))}}})
	}
	v.Sections = append(v.Sections, past)
	return p.Render(c, status, bill.Page(v))
}

// byName is who made a change; whoever is gone has no name.
func byName(l i18n.Locale, name string) string {
	if name == "" {
		return l.T("ductedit.nobody")
	}
	return name
}

// shutAround are, by unit, those that it lies in and that are not good or are kept back, from the ground inwards: it cannot be newly let
// while there are any (see lease.Stock). Units come after what they lie in.
func shutAround(units []duct.Unit, standing map[uuid.UUID]ductedit.Standing) map[uuid.UUID][]duct.Unit {
	of, out := map[uuid.UUID]duct.Unit{}, map[uuid.UUID][]duct.Unit{}
	for _, u := range units {
		of[u.ID] = u
		if !u.ParentID.Valid {
			continue
		}
		out[u.ID] = slices.Clone(out[u.ParentID.UUID])
		if _, shut := standing[u.ParentID.UUID]; shut {
			out[u.ID] = append(out[u.ID], of[u.ParentID.UUID])
		}
	}
	return out
}

// unitCell names a unit and leads to it.
func (p *Pages) unitCell(l i18n.Locale, code string, u duct.Unit, place string, day time.Time) bill.Cell {
	return bill.Cell{Text: l.T("duct.unit."+u.Kind) + " " + place, Href: unitPath(code, u.ID) + "?hari=" + day.Format(time.DateOnly)}
}

func sizeOf(l i18n.Locale, u duct.Unit) string {
	if u.OuterMM == 0 {
		return l.T("duct.unsaid")
	}
	return l.T("duct.millimetres", "outer", u.OuterMM, "inner", u.InnerMM)
}

// unitForms say how a unit is, and that it is taken out.
func (p *Pages) unitForms(l i18n.Locale, u ductedit.One, day time.Time, in site.Form, errs ui.Errors) bill.Section {
	of := func(form string) (func(name, usual string) string, ui.Errors, string, []string) {
		if in.Values == nil || in.Get("form") != form {
			return func(_, usual string) string { return usual }, nil, day.Format(time.DateOnly), nil
		}
		return func(name, _ string) string { return in.Get(name) }, errs, site.DateOf(in, "on_day"), in.Values["on_day"]
	}
	value, wrong, on, typed := of("keadaan")
	within := ui.Field{Name: "within", Type: "yes_no", Label: l.T("ductedit.within"), Hint: l.T("ductedit.within_hint"), Value: value("within", "yes"), Optional: true, Options: []ui.Option{{Value: "yes", Label: l.T("yes")}, {Value: "no", Label: l.T("no")}}}
	state := bill.Form{ID: "ubah", Folded: len(wrong) == 0, Title: l.T("ductedit.say"), Text: l.T("ductedit.say_text"), Action: unitPath(u.Segment, u.ID), Submit: l.T("ductedit.say_do"), Hidden: []ui.Option{{Value: "form", Label: "keadaan"}}, Fields: []ui.Field{
		{Name: "condition", Of: "ubah", Type: "select", Label: l.T("duct.condition"), Value: value("condition", u.Condition), Options: Options(l, "duct.condition", duct.Conditions()), Error: wrong.Of("condition")},
		{Name: "purpose", Of: "ubah", Type: "select", Label: l.T("ductedit.purpose"), Hint: l.T("ductedit.purpose_hint"), Value: value("purpose", u.Purpose), Optional: true, Options: append([]ui.Option{{Label: l.T("ductedit.purpose.none")}}, Options(l, "ductedit.purpose", ductedit.Purposes())...), Error: wrong.Of("purpose")},
		{Name: "on_day", Of: "ubah", Type: "date", Label: l.T("ductedit.on_day"), Value: on, Typed: typed, Error: wrong.Of("on_day")},
		{Name: "why", Of: "ubah", Label: l.T("duct.why"), Value: value("why", ""), Max: 300, Error: wrong.Of("why")}}}
	if u.In > 0 {
		state.Fields = append(state.Fields, within)
	}
	value, wrong, on, typed = of("keluar")
	out := bill.Form{ID: "keluarkan", Folded: len(wrong) == 0, Bad: true, Title: l.T("ductedit.take_out"), Text: l.T("ductedit.take_out_text"), Action: unitPath(u.Segment, u.ID) + "/keluarkan", Submit: l.T("ductedit.take_out_do"), Hidden: []ui.Option{{Value: "form", Label: "keluar"}}, Fields: []ui.Field{
		{Name: "on_day", Of: "keluarkan", Type: "date", Label: l.T("ductedit.gone_since"), Value: on, Typed: typed, Error: wrong.Of("on_day")},
		{Name: "why", Of: "keluarkan", Label: l.T("duct.why"), Value: value("why", ""), Max: 300, Error: wrong.Of("why")}}}
	return bill.Section{ID: "tindakan", Title: l.T("ductedit.acts"), Forms: []bill.Form{state, out}}
}

// unitAct takes one step about a unit; what is refused is shown on its page.
func (p *Pages) unitAct(c *gin.Context, sentence string, do func(id uuid.UUID, in site.Form, day time.Time) (to string, err error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "on_day")
	var day time.Time
	if err == nil {
		day, err = dayTyped(in, "on_day")
	}
	var to string
	if err == nil {
		to, err = do(id, in, day)
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.held": "on_day", "duct.no_unit": "on_day", "duct.cabled": "on_day"})
		if !ok {
			return err
		}
		return p.unitAgain(c, status, in, site.Called(c, errs, map[string]string{"condition": "duct.condition", "purpose": "ductedit.purpose", "on_day": "ductedit.on_day", "why": "duct.why"}))
	}
	return p.Done(c, to, sentence)
}

// unitState says how a unit is from a day on.
func (p *Pages) unitState(c *gin.Context) error {
	return p.unitAct(c, "duct_state", func(id uuid.UUID, in site.Form, day time.Time) (string, error) {
		_, err := p.DuctEdit.SetState(c.Request.Context(), gate.ActorOf(c), ductedit.State{Unit: id, OnDay: day, Condition: in.Get("condition"), Purpose: in.Get("purpose"), Within: in.Yes("within"), Why: in.Line("why")})
		return unitPath(c.Param("code"), id), err
	})
}

// takeOut says that a unit is no longer there.
func (p *Pages) takeOut(c *gin.Context) error {
	return p.unitAct(c, "duct_taken_out", func(id uuid.UUID, in site.Form, day time.Time) (string, error) {
		_, err := p.DuctEdit.TakeOut(c.Request.Context(), gate.ActorOf(c), id, day, in.Line("why"))
		return SegmentPath(c.Param("code"), p.DayIn(c)), err
	})
}
