package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// operatorsMost is how many operators a form offers.
const operatorsMost = 500

// lands is what operators owe the city for its ground.
func (p *Pages) lands(c *gin.Context) error {
	return p.landsPage(c, http.StatusOK, site.Form{}, nil)
}

// landLabels are what the fields of the page are called.
var landLabels = map[string]string{"operator": "ductprice.operator", "place": "ductprice.place", "length": "ductprice.length", "tariff": "ductprice.tariff", "since": "ductprice.land_since", "until": "ductprice.land_until",
	"legal_note": "ductprice.legal_label", "reason": "bill.reason"}

func (p *Pages) landsPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	all, err := p.DuctPrice.LandRents(ctx, who)
	if err != nil {
		return err
	}
	ends, err := p.DuctPrice.LandEnds(ctx, who)
	if err != nil {
		return err
	}
	list, err := p.DuctPrice.List(ctx)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, x := range all {
		ids = append(ids, x.AskedBy, x.DecidedBy.UUID, ends[x.ID].AskedBy)
	}
	names, err := p.names(c, ids...)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductprice.land")), Back: PathTariffs, Heading: l.T("ductprice.land"), Lead: l.T("ductprice.land_lead"), Errors: errs}
	s := bill.Section{ID: "daftar", Title: l.T("ductprice.land_list"), Text: l.T("ductprice.two_people"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("ductprice.no_land"), Text: l.T("ductprice.no_land_text")},
		Table: &bill.Table{Title: l.T("ductprice.land_list"), Columns: []bill.Column{{Label: l.T("ductprice.place")}, {Label: l.T("ductprice.operator")}, {Label: l.T("ductprice.length"), End: true}, {Label: l.T("ductprice.land_since")},
			{Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}}
	all, s.Note = cut(l, all, ducttariff.LandsMost)
	for _, x := range all {
		place := bill.Cell{Text: x.Place, Small: x.LegalNote}
		if x.Ducts == 0 {
			place.Mark = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("ductprice.bare")}
		}
		days := l.Date(x.Since)
		if !x.Until.IsZero() {
			days += " – " + l.Date(x.Until.AddDate(0, 0, -1))
		}
		state := bill.Cell{Mark: decided(l, x.Approved), Small: names[x.DecidedBy.UUID]}
		switch {
		case x.Approved == nil && x.AskedBy == who.ID:
			state.Small = l.T("bumd.own_request")
		case x.Approved == nil && p.may(c, access.DuctTariff):
			s.Forms = append(s.Forms, decideForms(l, PathLand+"/"+x.ID.String(), x.ID, x.Place+", "+x.OperatorName+", "+days, landAsked(l, list, x))...)
		}
		if x.Approved != nil && *x.Approved {
			if e, ok := ends[x.ID]; ok {
				state.Small += ", " + l.T("ductprice.land_ends", "last", l.Date(e.Until.AddDate(0, 0, -1)), "who", names[e.AskedBy])
			}
			if p.may(c, access.DuctTariff) {
				s.Forms = append(s.Forms, landEndForms(l, x, ends[x.ID], who.ID)...)
			}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{place, {Text: x.OperatorName}, {Text: ducts.Metres(l, x.LengthMM)}, {Text: days}, {Text: names[x.AskedBy]}, state}})
	}
	v.Sections = append(v.Sections, s)
	if p.may(c, access.DuctTariff) {
		form, err := p.landForm(c, in, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, bill.Section{ID: "minta", Title: l.T("ductprice.land_ask"), Forms: []bill.Form{form}})
	}
	v.Notes = []string{l.T("ductprice.note_land")}
	return p.Render(c, status, bill.Page(v))
}

// landAsked is what whoever decides about a rent of ground reads of it: what it comes to in its first year, and on what it rests.
func landAsked(l i18n.Locale, list ducttariff.List, x ducttariff.LandListed) string {
	out := x.LegalNote
	lines, err := list.RateLand(x.Tariff, ducttariff.Part{Code: x.Place, LengthMM: x.LengthMM, Ducts: x.Ducts}, x.LegalNote != "", x.Since, x.Since.AddDate(1, 0, 0))
	if err != nil || len(lines) == 0 {
		return out
	}
	sum, err := ducttariff.Sum(lines)
	if err != nil {
		return out
	}
	said := l.T("ductprice.land_comes_to", "amount", sum, "working", lines[0].Working.In(l))
	if out != "" {
		said += " " + l.T("ductprice.legal_label") + ": " + out
	}
	return said
}

// landForm asks for rent of ground.
func (p *Pages) landForm(c *gin.Context, in site.Form, errs ui.Errors) (bill.Form, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Leases.Operators(ctx, gate.ActorOf(c), lease.OperatorApproved, uuid.Nil, operatorsMost)
	if err != nil {
		return bill.Form{}, err
	}
	list, err := p.DuctPrice.List(ctx)
	if err != nil {
		return bill.Form{}, err
	}
	var who, tariffs []ui.Option
	for _, o := range all {
		who = append(who, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	for _, t := range list.On(p.DayIn(c)) {
		if t.Charge == ducttariff.Land {
			tariffs = append(tariffs, ui.Option{Value: t.Code, Label: t.Name.In(l)})
		}
	}
	f := bill.Form{ID: "minta-sewa", Folded: len(errs) == 0, Title: l.T("ductprice.land_ask"), Text: l.T("ductprice.land_ask_text"), Action: PathLand, Submit: l.T("ductprice.ask_do"), Fields: []ui.Field{
		{Name: "operator", Type: "select", Options: who}, {Name: "place", Type: "text", Max: 200, Hint: l.T("ductprice.place_hint")}, {Name: "length", Type: "decimal", Optional: true, Hint: l.T("ductprice.length_hint")},
		{Name: "tariff", Type: "select", Options: tariffs}, {Name: "since", Type: "date"}, {Name: "until", Type: "date", Optional: true},
		{Name: "legal_note", Type: "long_text", Max: 1000, Optional: true, Hint: l.T("ductprice.legal_hint")}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Value, x.Error = l.T(landLabels[x.Name]), in.Get(x.Name), errs.Of(x.Name)
		if x.Type == "date" {
			x.Value, x.Typed = site.DateOf(in, x.Name), in.Values[x.Name]
		}
	}
	return f, nil
}

// askLand asks for rent of ground.
func (p *Pages) askLand(c *gin.Context) error {
	in, err := site.ReadForm(c, "since", "until")
	if err != nil {
		return err
	}
	r := ducttariff.LandRent{Place: in.Line("place"), Tariff: in.Text("tariff"), LegalNote: in.Text("legal_note")}
	r.OperatorID, _ = uuid.Parse(in.Text("operator")) // what is none is of nobody
	var length, since, until error
	r.LengthMM, length = metresTyped(in, "length")
	r.Since, since = dayTyped(in, "since")
	if r.Until, until = dayTyped(in, "until"); !r.Until.IsZero() {
		r.Until = r.Until.AddDate(0, 0, 1) // people name the last day
	}
	unread, err := site.Unread(length, since, until)
	if err != nil {
		return err
	}
	_, err = p.DuctPrice.AskLand(c.Request.Context(), gate.ActorOf(c), r, unread...)
	if fault.Is(err, "ducttariff.land_without_duct") {
		text := site.Refusal(gate.LocaleOf(c), fault.From(err))
		return p.landsPage(c, http.StatusConflict, in, site.Called(c, ui.Errors{{Name: "legal_note", Text: text}}, landLabels))
	}
	if err != nil {
		return again(c, err, landLabels, func(status int, errs ui.Errors) error { return p.landsPage(c, status, in, errs) })
	}
	return p.Done(c, PathLand, "ductprice_asked")
}

// metresTyped reads metres of a form as millimetres; zero for none.
func metresTyped(in site.Form, name string) (int64, error) {
	typed := in.Text(name)
	if typed == "" {
		return 0, nil
	}
	if mm := ducts.Millimetres(typed); mm > 0 {
		return mm, nil
	}
	return 0, site.Invalid(name, "land_length")
}

// decideLand answers what somebody else asked for.
func (p *Pages) decideLand(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	if err == nil {
		_, err = p.DuctPrice.DecideLand(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, nil, func(status int, errs ui.Errors) error { return p.landsPage(c, status, site.Form{}, errs) })
	}
	return p.Done(c, PathLand, "ductprice_decided")
}

// landEndForms decide the end that somebody else asked for of an approved rent, or ask for one.
func landEndForms(l i18n.Locale, x ducttariff.LandListed, e ducttariff.LandEnd, who uuid.UUID) []bill.Form {
	at, what := PathLand+"/"+x.ID.String()+"/akhir", x.Place+", "+x.OperatorName
	switch {
	case e.RentID == uuid.Nil:
		return []bill.Form{{ID: "akhir-" + x.ID.String(), Folded: true, Title: l.T("ductprice.land_end", "what", what), Text: l.T("ductprice.land_end_text"), Action: at, Submit: l.T("ductprice.ask_do"), Fields: []ui.Field{
			{Name: "until", Type: "date", Label: l.T("ductprice.land_until")}, {Name: "reason", Type: "text", Max: 500, Label: l.T("bill.reason")}}}}
	case e.AskedBy == who:
		return nil
	}
	return decideForms(l, at+"/putusan", x.ID, what+", "+l.T("ductprice.land_to", "last", l.Date(e.Until.AddDate(0, 0, -1))), e.Reason)
}

// askLandEnd asks that a rent ends on another day.
func (p *Pages) askLandEnd(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "until")
	if err == nil {
		e := ducttariff.LandEnd{RentID: id, Reason: in.Line("reason")}
		if last := dayIn(in, "until"); !last.IsZero() {
			e.Until = last.AddDate(0, 0, 1) // people name the last day
		}
		_, err = p.DuctPrice.AskLandEnd(c.Request.Context(), gate.ActorOf(c), e)
	}
	if err != nil {
		return again(c, err, landLabels, func(status int, errs ui.Errors) error { return p.landsPage(c, status, site.Form{}, errs) })
	}
	return p.Done(c, PathLand, "ductprice_asked")
}

// decideLandEnd answers what somebody else asked for.
func (p *Pages) decideLandEnd(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	approve, err := answer(c)
	if err == nil {
		_, err = p.DuctPrice.DecideLandEnd(c.Request.Context(), gate.ActorOf(c), id, approve)
	}
	if err != nil {
		return again(c, err, landLabels, func(status int, errs ui.Errors) error { return p.landsPage(c, status, site.Form{}, errs) })
	}
	return p.Done(c, PathLand, "ductprice_decided")
}
