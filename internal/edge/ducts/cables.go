package ducts

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	pathCables   = PathDucts + "/kabel"
	pathNewCable = PathDucts + "/kabel-baru"
)

// cableRoutes is the record of the cables.
func (p *Pages) cableRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one, ids := pathCables+"/:id", site.IDs("id", "duct_cable")
	return gate.Table{
		{Method: get, Path: pathCables, Needs: read, Scope: city, Handler: p.cables},
		{Method: get, Path: pathNewCable, Needs: manage, Scope: city, Handler: p.newCable},
		{Method: post, Path: pathNewCable, Needs: manage, Scope: city, Handler: p.layCable},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: ids, Handler: p.cable},
		{Method: post, Path: one + "/ubah", Page: one, Needs: manage, Scope: city, IDs: ids, Handler: p.changeCable},
		{Method: post, Path: one + "/perpanjang", Page: one, Needs: manage, Scope: city, IDs: ids, Handler: p.extendCable},
		{Method: post, Path: one + "/cabut", Page: one, Needs: manage, Scope: city, IDs: ids, Handler: p.removeCable},
	}
}

// CablePath is where a cable is shown.
func CablePath(id uuid.UUID) string { return pathCables + "/" + id.String() }

// ownerOf is whose a cable is, in words.
func ownerOf(l i18n.Locale, owner, whose string) string {
	if owner == ductcable.OfUnknown {
		return l.T("ductcable.owner.unknown")
	}
	return whose
}

// cableMark is how a cable stands: nobody's, where its company leases nothing, or as it is used.
func cableMark(l i18n.Locale, x ductcable.Cable) ui.Mark {
	switch {
	case x.Use == ductcable.Removed:
		return ui.Mark{Icon: "history", Text: l.T("ductcable.use.removed")}
	case x.Owner == ductcable.OfUnknown:
		return ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("ductcable.nobody")}
	case x.Unleased > 0:
		return ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductcable.unleased", "n", x.Unleased)}
	case x.Condition == duct.Damaged || x.Condition == duct.Blocked:
		return conditionMark(l, x.Condition)
	case x.Use == ductcable.Dead:
		return ui.Mark{Tone: "care", Icon: "ban", Text: l.T("ductcable.use.dead")}
	}
	return ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("ductcable.use.live")}
}

// sizeOfCable is how many fibres a cable has and how thick it is.
func sizeOfCable(l i18n.Locale, x ductcable.Cable) string {
	var parts []string
	if x.Fibres > 0 {
		parts = append(parts, l.T("ductcable.cores", "n", x.Fibres))
	}
	if x.OuterTenth > 0 {
		parts = append(parts, l.T("ductcable.across", "n", tenths(l, x.OuterTenth)))
	}
	if len(parts) == 0 {
		return l.T("duct.unsaid")
	}
	return strings.Join(parts, ", ")
}

// tenths is a number of tenths with its point.
func tenths(l i18n.Locale, n int) string {
	return strconv.Itoa(n/10) + map[i18n.Locale]string{i18n.ID: ",", i18n.EN: "."}[l] + strconv.Itoa(n%10)
}

// cables lists the cables of a day.
func (p *Pages) cables(c *gin.Context) error {
	ctx, a, l, day := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.DayIn(c)
	f := ductcable.Filter{Owner: c.Query("pemilik"), Use: c.Query("keadaan"), Unleased: c.Query("periksa") == "ya"}
	all, err := p.Cables.Cables(ctx, a, day, f, site.ToText(c.Query("sesudah")), pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductcable.title")), Heading: l.T("ductcable.title"), Lead: l.T("ductcable.lead", "day", l.Date(day))}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		v.Links = []ui.Link{{Href: pathNewCable, Label: l.T("ductcable.new"), Icon: "plus"}}
	}
	var owners, uses []ui.Option
	for _, o := range ductcable.Owners() {
		owners = append(owners, ui.Option{Value: o, Label: l.T("ductcable.owner." + o)})
	}
	for _, u := range append(ductcable.Uses(), ductcable.Removed) {
		uses = append(uses, ui.Option{Value: u, Label: l.T("ductcable.use." + u)})
	}
	any := ui.Option{Label: l.T("queue.filter.any")}
	s := bill.Section{ID: "kabel", Title: l.T("ductcable.title"), Quiet: true, Empty: &bill.Empty{Icon: "list-details", Title: l.T("ductcable.none"), Text: l.T("ductcable.none_hint")}}
	if f != (ductcable.Filter{}) {
		s.Empty.Text = l.T("duct.none_filtered")
	}
	s.Filter = &bill.Form{ID: "saring", Action: pathCables, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "hari", Type: "date", Label: l.T("duct.day"), Value: day.Format(time.DateOnly)},
		{Name: "pemilik", Type: "select", Label: l.T("ductcable.owner"), Value: f.Owner, Optional: true, Options: append([]ui.Option{any}, owners...)},
		{Name: "keadaan", Type: "select", Label: l.T("ductcable.use"), Value: f.Use, Optional: true, Options: append([]ui.Option{{Label: l.T("ductcable.there")}}, uses...)},
		{Name: "periksa", Type: "select", Label: l.T("ductcable.look"), Value: c.Query("periksa"), Optional: true, Options: []ui.Option{any, {Value: "ya", Label: l.T("ductcable.look_yes")}}}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].Code)
		s.Next = pathCables + "?" + q.Encode() + "#kabel"
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("ductcable.owner")}, {Label: l.T("ductcable.size")}, {Label: l.T("duct.segments"), End: true}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code, Href: CablePath(x.ID) + "?hari=" + day.Format(time.DateOnly)}, {Text: ownerOf(l, x.Owner, x.Whose)}, {Text: sizeOfCable(l, x)}, {Text: l.Number(int64(x.Segments))}, {Text: Metres(l, x.LengthMM)}, {Mark: cableMark(l, x)}}})
	}
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// cablesIn is the cables of a segment of a day, for its page.
func (p *Pages) cablesIn(c *gin.Context, x duct.Segment, day time.Time) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	s := bill.Section{ID: "kabel", Title: l.T("ductcable.title"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("ductcable.none_here"), Text: l.T("ductcable.none_hint")}}
	all, places, err := p.Cables.In(ctx, a, x.ID, day)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("ductcable.place")}, {Label: l.T("ductcable.owner")}, {Label: l.T("ductcable.size")}, {Label: l.T("duct.standing")}}}
	for _, k := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: k.Code, Href: CablePath(k.ID) + "?hari=" + day.Format(time.DateOnly)}, {Text: strings.Join(places[k.ID], ", ")}, {Text: ownerOf(l, k.Owner, k.Whose)}, {Text: sizeOfCable(l, k)}, {Mark: cableMark(l, k)}}})
	}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		s.Links = []ui.Link{{Href: pathNewCable + "?ruas=" + url.QueryEscape(x.Code), Label: l.T("ductcable.new"), Icon: "plus"}}
	}
	return s, nil
}

// cable is one cable: whose it is, where it lies, how it was, and what can be said of it.
func (p *Pages) cable(c *gin.Context) error {
	return p.cableAgain(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) cableAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l, day := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.DayIn(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, runs, was, err := p.Cables.Cable(ctx, a, id, day)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductcable.one", "code", x.Code)), Back: pathCables, Heading: l.T("ductcable.one", "code", x.Code), Lead: l.T("ductcable.lead_one", "day", l.Date(day)), Mark: cableMark(l, x), Errors: errs}
	rows := []ui.Row{{Label: l.T("ductcable.owner"), Value: ownerOf(l, x.Owner, x.Whose)}, {Label: l.T("ductcable.use"), Value: l.T("ductcable.use." + x.Use)}, {Label: l.T("duct.condition"), Value: l.T("duct.condition." + x.Condition)},
		{Label: l.T("ductcable.size"), Value: sizeOfCable(l, x)}, {Label: l.T("duct.billed"), Value: Metres(l, x.LengthMM)}, {Label: l.T("duct.since"), Value: l.Date(x.Since)}}
	if x.Note != "" {
		rows = append(rows, ui.Row{Label: l.T("duct.note"), Value: x.Note})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows})
	route := bill.Section{ID: "jalur", Title: l.T("ductcable.route"), Text: l.T("ductcable.route_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("ductcable.nowhere"), Text: l.T("ductcable.nowhere_hint")}}
	route.Table = &bill.Table{Title: route.Title, Columns: []bill.Column{{Label: l.T("ductcable.segment")}, {Label: l.T("duct.road")}, {Label: l.T("ductcable.place")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("duct.since")}, {Label: l.T("duct.until")}, {Label: l.T("duct.standing")}}}
	for _, r := range runs {
		until, mark := l.T("duct.goes_on"), ui.Mark{Icon: "info-circle", Text: l.T("ductcable.no_lease_asked")}
		switch {
		case !r.Until.IsZero():
			until, mark = l.Date(r.Until), ui.Mark{Icon: "history", Text: l.T("ductcable.past")}
		case r.Held:
			mark = ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("ductcable.leased")}
		case x.Owner == ductcable.OfOperator:
			mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductcable.not_leased")}
		case x.Owner == ductcable.OfUnknown:
			mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductcable.nobody")}
		}
		route.Table.Rows = append(route.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: r.Segment, Href: SegmentPath(r.Segment, r.Since)}, {Text: r.Road}, {Text: r.Place, Href: unitPath(r.Segment, r.UnitID) + "?hari=" + r.Since.Format(time.DateOnly)}, {Text: Metres(l, r.LengthMM)}, {Text: l.Date(r.Since)}, {Text: until}, {Mark: mark}}})
	}
	v.Sections = append(v.Sections, route)
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil && x.Use != ductcable.Removed {
		acts, err := p.cableForms(c, x, in, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, acts)
	}
	said, wrong := typed(in, errs, "foto")
	photos, err := p.cablePhotos(c, x.ID, day, said, wrong)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, photos)
	past := bill.Section{ID: "riwayat", Title: l.T("duct.history")}
	past.Table = &bill.Table{Title: past.Title, Columns: []bill.Column{{Label: l.T("duct.since")}, {Label: l.T("duct.until")}, {Label: l.T("ductcable.owner")}, {Label: l.T("ductcable.use")}, {Label: l.T("duct.condition")}, {Label: l.T("duct.why")}, {Label: l.T("ductedit.by")}}}
	for _, w := range was {
		until := l.T("duct.goes_on")
		if !w.Until.IsZero() {
			until = l.Date(w.Until)
		}
		past.Table.Rows = append(past.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.Date(w.Since)}, {Text: until}, {Text: ownerOf(l, w.Owner, w.Whose)}, {Text: l.T("ductcable.use." + w.Use)}, {Text: l.T("duct.condition." + w.Condition)}, {Text: w.Why}, {Text: byName(l, w.ByName), Small: l.DateTime(site.Zoned(c, w.At))}}})
	}
	v.Sections = append(v.Sections, past)
	return p.Render(c, status, bill.Page(v))
}

// typed are what a form of a page that has several says and what is wrong with it; another form's are not its own.
func typed(in site.Form, errs ui.Errors, form string) (site.Form, ui.Errors) {
	if in.Get("form") == form {
		return in, errs
	}
	return site.Form{}, nil
}

// cableForms are what can be said of a cable.
func (p *Pages) cableForms(c *gin.Context, x ductcable.Cable, in site.Form, errs ui.Errors) (bill.Section, error) {
	l, here, today := gate.LocaleOf(c), CablePath(x.ID), p.DayIn(c)
	s := bill.Section{ID: "tindakan", Title: l.T("ductedit.acts")}
	said, wrong := typed(in, errs, "ubah")
	fields, err := p.cableFields(c, "ubah", said, wrong, x)
	if err != nil {
		return s, err
	}
	s.Forms = append(s.Forms, bill.Form{ID: "ubah", Folded: len(wrong) == 0, Title: l.T("ductcable.change"), Text: l.T("ductcable.change_text"), Action: here + "/ubah", Submit: l.T("ductcable.change_do"), Hidden: []ui.Option{{Value: "form", Label: "ubah"}},
		Fields: append(fields, dayField(l, "ubah", said, wrong, today), whyField(l, "ubah", said, wrong))})
	said, wrong = typed(in, errs, "perpanjang")
	s.Forms = append(s.Forms, bill.Form{ID: "perpanjang", Folded: len(wrong) == 0, Title: l.T("ductcable.extend"), Text: l.T("ductcable.extend_text"), Action: here + "/perpanjang", Submit: l.T("ductcable.extend_do"), Hidden: []ui.Option{{Value: "form", Label: "perpanjang"}},
		Fields: []ui.Field{placesField(l, "perpanjang", said.Get("places"), wrong), dayField(l, "perpanjang", said, wrong, today)}})
	said, wrong = typed(in, errs, "cabut")
	s.Forms = append(s.Forms, bill.Form{ID: "cabut", Folded: len(wrong) == 0, Bad: true, Title: l.T("ductcable.remove"), Text: l.T("ductcable.remove_text"), Action: here + "/cabut", Submit: l.T("ductcable.remove_do"), Hidden: []ui.Option{{Value: "form", Label: "cabut"}},
		Fields: []ui.Field{dayField(l, "cabut", said, wrong, today), whyField(l, "cabut", said, wrong)}})
	return s, nil
}

func dayField(l i18n.Locale, of string, in site.Form, errs ui.Errors, usual time.Time) ui.Field {
	f := ui.Field{Name: "on_day", Of: of, Type: "date", Label: l.T("ductedit.on_day"), Value: usual.Format(time.DateOnly), Error: errs.Of("on_day")}
	if in.Values != nil {
		f.Value, f.Typed = site.DateOf(in, "on_day"), in.Values["on_day"]
	}
	return f
}

func whyField(l i18n.Locale, of string, in site.Form, errs ui.Errors) ui.Field {
	return ui.Field{Name: "why", Of: of, Label: l.T("duct.why"), Hint: l.T("ductcable.why_hint"), Value: in.Get("why"), Max: 300, Error: errs.Of("why")}
}

func placesField(l i18n.Locale, of, value string, errs ui.Errors) ui.Field {
	return ui.Field{Name: "places", Of: of, Type: "long_text", Label: l.T("ductcable.places"), Hint: l.T("ductcable.places_hint"), Value: value, Error: errs.Of("places")}
}

// cableFields ask whose a cable is and how it is; was is what is known of it.
func (p *Pages) cableFields(c *gin.Context, of string, in site.Form, errs ui.Errors, was ductcable.Cable) ([]ui.Field, error) {
	l := gate.LocaleOf(c)
	companies, err := p.Leases.Operators(c.Request.Context(), gate.ActorOf(c), "", uuid.Nil, 500)
	if err != nil {
		return nil, err
	}
	names := []ui.Option{{Label: l.T("ductcable.operator_none")}}
	for _, o := range companies {
		names = append(names, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	var owners, uses []ui.Option
	for _, o := range ductcable.Owners() {
		owners = append(owners, ui.Option{Value: o, Label: l.T("ductcable.owner." + o)})
	}
	for _, u := range ductcable.Uses() {
		uses = append(uses, ui.Option{Value: u, Label: l.T("ductcable.use." + u)})
	}
	value := func(name, known string) string {
		if in.Values == nil {
			return known
		}
		return in.Get(name)
	}
	company, other, fibres, outer := "", "", "", ""
	if was.OperatorID != uuid.Nil {
		company = was.OperatorID.String()
	} else {
		other = was.Whose
	}
	if was.Fibres > 0 {
		fibres = strconv.Itoa(was.Fibres)
	}
	if was.OuterTenth > 0 {
		outer = tenths(l, was.OuterTenth)
	}
	return []ui.Field{
		{Name: "owner", Of: of, Type: "select", Label: l.T("ductcable.owner"), Hint: l.T("ductcable.owner_hint"), Value: value("owner", was.Owner), Options: owners, Error: errs.Of("owner")},
		{Name: "operator", Of: of, Type: "select", Label: l.T("ductcable.operator"), Value: value("operator", company), Optional: true, Options: names, Error: errs.Of("operator")},
		{Name: "owner_name", Of: of, Label: l.T("ductcable.owner_name"), Value: value("owner_name", other), Optional: true, Max: 300, Error: errs.Of("owner_name"), Autocomplete: "off"},
		{Name: "use", Of: of, Type: "select", Label: l.T("ductcable.use"), Value: value("use", was.Use), Options: uses, Error: errs.Of("use")},
		{Name: "condition", Of: of, Type: "select", Label: l.T("duct.condition"), Value: value("condition", was.Condition), Options: Options(l, "duct.condition", duct.Conditions()), Error: errs.Of("condition")},
		{Name: "fibres", Of: of, Type: "number", Label: l.T("ductcable.fibres"), Value: value("fibres", fibres), Optional: true, Error: errs.Of("fibres")},
		{Name: "outer", Of: of, Label: l.T("ductcable.outer"), Hint: l.T("ductcable.outer_hint"), Value: value("outer", outer), Optional: true, Error: errs.Of("outer"), Autocomplete: "off"},
		{Name: "note", Of: of, Label: l.T("duct.note"), Value: value("note", was.Note), Optional: true, Max: 300, Error: errs.Of("note")},
	}, nil
}

// cableState reads what cableFields ask.
func cableState(in site.Form) (st ductcable.State, err error) {
	st = ductcable.State{Owner: in.Get("owner"), OwnerName: in.Line("owner_name"), Use: in.Get("use"), Condition: in.Get("condition"), Note: in.Line("note"), Why: in.Line("why")}
	if id, err := uuid.Parse(in.Text("operator")); err == nil {
		st.OperatorID = uuid.NullUUID{UUID: id, Valid: true}
	}
	if t := in.Text("fibres"); t != "" {
		if st.Fibres, err = strconv.Atoi(t); err != nil || st.Fibres == 0 {
			return st, site.Invalid("fibres", "invalid")
		}
	}
	if t := in.Text("outer"); t != "" {
		mm := Millimetres(t) // thousandths of what was typed
		if mm < 100 {
			return st, site.Invalid("outer", "duct_millimetres")
		}
		st.OuterTenth = int(min((mm+50)/100, 100_000))
	}
	return st, nil
}

// placesIn reads a segment and a place in it from each line.
func placesIn(in site.Form) ([]ductcable.Place, error) {
	var out []ductcable.Place
	for line := range strings.Lines(in.Get("places")) {
		words := strings.Fields(line)
		switch len(words) {
		case 0:
			continue
		case 2:
			out = append(out, ductcable.Place{Segment: words[0], Unit: words[1]})
		default:
			return nil, site.Invalid("places", "duct_places")
		}
	}
	return out, nil
}

// cableLabels name the fields of the forms about cables.
var cableLabels = map[string]string{"code": "ductcable.code", "places": "ductcable.places", "on_day": "ductedit.on_day", "why": "duct.why", "owner": "ductcable.owner", "operator": "ductcable.operator", "owner_name": "ductcable.owner_name",
	"use": "ductcable.use", "condition": "duct.condition", "fibres": "ductcable.fibres", "outer": "ductcable.outer", "note": "duct.note"}

// newCable asks for a cable.
func (p *Pages) newCable(c *gin.Context) error {
	return p.newCableAgain(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) newCableAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	fields, err := p.cableFields(c, "", in, errs, ductcable.Cable{Owner: ductcable.OfUnknown, Use: ductcable.Live, Condition: duct.Good})
	if err != nil {
		return err
	}
	places := in.Get("places")
	if segment := site.ToText(c.Query("ruas")); in.Values == nil && segment != "" {
		places = segment + " "
	}
	fields = slices.Concat([]ui.Field{{Name: "code", Label: l.T("ductcable.code"), Hint: l.T("ductcable.code_hint"), Value: in.Get("code"), Max: 60, Error: errs.Of("code"), Autocomplete: "off"}, placesField(l, "", places, errs)},
		fields, []ui.Field{dayField(l, "", in, errs, p.DayIn(c)), whyField(l, "", in, errs)})
	v := bill.View{Shell: p.DeskShell(c, l.T("ductcable.new")), Back: pathCables, Heading: l.T("ductcable.new"), Lead: l.T("ductcable.new_lead"), Errors: errs}
	v.Sections = []bill.Section{{ID: "kabel", Title: l.T("ductcable.new"), Quiet: true, Forms: []bill.Form{{ID: "catat", Title: l.T("ductcable.new"), Text: l.T("ductcable.new_text"), Action: pathNewCable, Submit: l.T("ductcable.new_do"), Fields: fields}}}}
	return p.Render(c, status, bill.Page(v))
}

// layCable writes a cable down.
func (p *Pages) layCable(c *gin.Context) error {
	in, err := site.ReadForm(c, "on_day")
	var id uuid.UUID
	if err == nil {
		var st ductcable.State
		var places []ductcable.Place
		var day time.Time
		if st, err = cableState(in); err == nil {
			places, err = placesIn(in)
		}
		if err == nil {
			day, err = dayTyped(in, "on_day")
		}
		if err == nil {
			id, err = p.Cables.Lay(c.Request.Context(), gate.ActorOf(c), in.Line("code"), day, st, places)
		}
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, nil)
		if !ok {
			return err
		}
		return p.newCableAgain(c, status, in, site.InOrder(site.Called(c, errs, cableLabels), "code", "places", "owner", "operator", "owner_name", "use", "condition", "fibres", "outer", "note", "on_day", "why"))
	}
	return p.Done(c, CablePath(id), "duct_cable_laid")
}

// cableAct takes one step about a cable; what is refused is shown on its page.
func (p *Pages) cableAct(c *gin.Context, sentence string, do func(id uuid.UUID, in site.Form, day time.Time) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "on_day")
	var day time.Time
	if err == nil {
		day, err = dayTyped(in, "on_day")
	}
	if err == nil {
		err = do(id, in, day)
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.cable_removed": "on_day"})
		if !ok {
			return err
		}
		return p.cableAgain(c, status, in, site.Called(c, errs, cableLabels))
	}
	return p.Done(c, CablePath(id), sentence)
}

// changeCable says whose a cable is and how it is from a day on.
func (p *Pages) changeCable(c *gin.Context) error {
	return p.cableAct(c, "duct_cable_changed", func(id uuid.UUID, in site.Form, day time.Time) error {
		st, err := cableState(in)
		if err == nil {
			err = p.Cables.Change(c.Request.Context(), gate.ActorOf(c), id, day, st)
		}
		return err
	})
}

// extendCable says that a cable lies in more units.
func (p *Pages) extendCable(c *gin.Context) error {
	return p.cableAct(c, "duct_cable_extended", func(id uuid.UUID, in site.Form, day time.Time) error {
		places, err := placesIn(in)
		if err == nil {
			err = p.Cables.Extend(c.Request.Context(), gate.ActorOf(c), id, day, places)
		}
		return err
	})
}

// removeCable says that a cable was pulled out.
func (p *Pages) removeCable(c *gin.Context) error {
	return p.cableAct(c, "duct_cable_removed", func(id uuid.UUID, in site.Form, day time.Time) error {
		return p.Cables.Remove(c.Request.Context(), gate.ActorOf(c), id, day, in.Line("why"))
	})
}
