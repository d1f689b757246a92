package ducts

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const pathChange = PathDucts + "/perubahan"

// editRoutes is what staff change of the record by hand.
func (p *Pages) editRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	unit, change := site.IDs("id", "duct_unit"), site.IDs("id", "duct_change")
	const split, one = pathSegment + "/:code/belah", pathSegment + "/:code/saluran/:id"
	return gate.Table{
		{Method: get, Path: split, Needs: manage, Scope: city, Handler: p.splitPage},
		{Method: post, Path: split, Needs: manage, Scope: city, Handler: p.split},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: unit, Handler: p.unit},
		{Method: post, Path: one, Needs: manage, Scope: city, IDs: unit, Handler: p.unitState},
		{Method: post, Path: one + "/keluarkan", Page: one, Needs: manage, Scope: city, IDs: unit, Handler: p.takeOut},
		{Method: get, Path: pathChange + "/:id", Needs: read, Scope: city, IDs: change, Handler: p.change},
		{Method: post, Path: pathChange + "/:id/batalkan", Page: pathChange + "/:id", Needs: manage, Scope: city, IDs: change, Handler: p.undoChange},
	}
}

// segmentPart is an address under that of a segment.
func segmentPart(code, part string) string { return pathSegment + "/" + url.PathEscape(code) + part }

func unitPath(code string, unit uuid.UUID) string {
	return segmentPart(code, "/saluran/"+unit.String())
}

// splitPage asks where a segment is to be split.
func (p *Pages) splitPage(c *gin.Context) error {
	return p.splitAgain(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) splitAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l, today := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.DayIn(c)
	x, units, err := p.Ducts.Segment(ctx, a, c.Param("code"), today)
	if err != nil {
		return err
	}
	from, to, err := p.DuctEdit.Ends(ctx, a, x)
	if err != nil {
		return err
	}
	ground, err := p.Ground(ctx, today)
	if err != nil {
		return err
	}
	value := func(name, usual string) string {
		if in.Values == nil {
			return usual
		}
		return in.Get(name)
	}
	day := today.Format(time.DateOnly)
	if in.Values != nil {
		day = site.DateOf(in, "on_day")
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductedit.split_title", "code", x.Code)), Back: SegmentPath(x.Code, today), Heading: l.T("ductedit.split_title", "code", x.Code), Lead: l.T("ductedit.split_lead", "from", from, "to", to, "length", decimal(l, x.LengthMM)), Errors: errs}
	var kinds, ways []ui.Option
	for _, k := range duct.NodeKinds() {
		kinds = append(kinds, ui.Option{Value: k, Label: l.T("ductedit.kind." + k)})
	}
	for _, w := range ductedit.CutAs() {
		ways = append(ways, ui.Option{Value: w, Label: l.T("ductedit.cut_as." + w)})
	}
	fields := []ui.Field{
		{Name: "metres", Label: l.T("ductedit.metres", "from", from), Hint: l.T("ductedit.metres_hint", "length", decimal(l, x.LengthMM)), Value: value("metres", ""), Error: errs.Of("metres"), Autocomplete: "off"},
		{Name: "node", Label: l.T("ductedit.node"), Hint: l.T("ductedit.node_hint"), Value: value("node", ""), Max: 60, Error: errs.Of("node"), Autocomplete: "off"},
		{Name: "kind", Type: "select", Label: l.T("ductedit.node_kind"), Value: value("kind", duct.Handhole), Options: kinds, Error: errs.Of("kind")},
		{Name: "first", Label: l.T("ductedit.first", "from", from), Value: value("first", x.Code+"-1"), Max: 60, Wrap: true, Error: errs.Of("first"), Autocomplete: "off"},
		{Name: "second", Label: l.T("ductedit.second", "to", to), Value: value("second", x.Code+"-2"), Max: 60, Wrap: true, Error: errs.Of("second"), Autocomplete: "off"},
		{Name: "on_day", Type: "date", Label: l.T("ductedit.on_day"), Hint: l.T("ductedit.on_day_hint"), Value: day, Typed: in.Values["on_day"], Error: errs.Of("on_day")},
		{Name: "why", Label: l.T("duct.why"), Hint: l.T("ductedit.why_hint"), Value: value("why", ""), Max: 300, Error: errs.Of("why")},
	}
	if len(units) > 0 {
		cuts := []ui.Option{{Label: l.T("ductedit.cut_none")}}
		places := placesOf(units)
		for _, u := range units {
			cuts = append(cuts, ui.Option{Value: u.ID.String(), Label: l.T("duct.unit."+u.Kind) + " " + places[u.ID]})
		}
		fields = append(fields, ui.Field{Name: "cut", Type: "select", Label: l.T("ductedit.cut"), Hint: l.T("ductedit.cut_hint"), Value: value("cut", ""), Options: cuts, Optional: true, Error: errs.Of("cut")},
			ui.Field{Name: "side", Type: "select", Label: l.T("ductedit.side"), Value: value("side", "to"), Optional: true, Options: []ui.Option{{Value: "to", Label: l.T("ductedit.side_of", "node", to)}, {Value: "from", Label: l.T("ductedit.side_of", "node", from)}}, Error: errs.Of("side")},
			ui.Field{Name: "cut_as", Type: "select", Label: l.T("ductedit.cut_as"), Value: value("cut_as", duct.Damaged), Optional: true, Options: ways, Error: errs.Of("cut_as")})
	}
	var points []geo.Point
	for _, at := range x.Line {
		points = append(points, geo.Point{Lat: at.Lat(), Lon: at.Lon()})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "belah", Title: l.T("ductedit.split"), Quiet: true, Forms: []bill.Form{{ID: "belah-ruas", Title: l.T("ductedit.split"), Text: l.T("ductedit.split_text"), Action: segmentPart(x.Code, "/belah"), Submit: l.T("ductedit.split_do"), Fields: fields}}},
		bill.Section{ID: "letak", Title: l.T("duct.place"), Map: site.PlacesMap(l, ground, "ruas", points)})
	return p.Render(c, status, bill.Page(v))
}

// decimal is a length of millimetres in metres, to the centimetre.
func decimal(l i18n.Locale, mm int64) string {
	whole, rest := (mm+5)/10/100, (mm+5)/10%100
	point := map[i18n.Locale]string{i18n.ID: ",", i18n.EN: "."}[l]
	return l.Number(whole) + point + strconv.FormatInt(100+rest, 10)[1:]
}

// metresPattern is a length as people type it: 1250, 1.250 or 12,5. What has three digits behind a comma, as 1,250, could be either and is none.
var metresPattern = regexp.MustCompile(`^(\d{1,3}(?:\.\d{3}){1,2}|\d{1,6})(?:[,.](\d{1,2}))?$`)

// Millimetres reads metres as they are typed; below zero for what is none.
func Millimetres(typed string) int64 {
	part := metresPattern.FindStringSubmatch(typed)
	if part == nil {
		return -1
	}
	hundredths, err := strconv.ParseInt(strings.ReplaceAll(part[1], ".", "")+(part[2] + "00")[:2], 10, 64)
	if err != nil || hundredths == 0 {
		return -1
	}
	return hundredths * 10
}

// placesOf are the places of units from the ground inwards, such as 2.1; parents come before what lies in them.
func placesOf(units []duct.Unit) map[uuid.UUID]string {
	out := make(map[uuid.UUID]string, len(units))
	for _, u := range units {
		out[u.ID] = strconv.Itoa(u.Position)
		if u.ParentID.Valid {
			out[u.ID] = out[u.ParentID.UUID] + "." + out[u.ID]
		}
	}
	return out
}

// dayTyped is a day of a form; zero for none, and refused for what is not one.
func dayTyped(in site.Form, name string) (time.Time, error) {
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

// split makes two segments of one.
func (p *Pages) split(c *gin.Context) error {
	in, err := site.ReadForm(c, "on_day")
	s := ductedit.Split{Segment: c.Param("code"), MM: Millimetres(in.Text("metres")), Node: in.Line("node"), Kind: in.Get("kind"), First: in.Line("first"), Second: in.Line("second"), Why: in.Line("why")}
	if err == nil && in.Text("cut") != "" {
		s.CutAs, s.Backward = in.Get("cut_as"), in.Get("side") == "from"
		if s.Cut, err = uuid.Parse(in.Text("cut")); err != nil {
			err = site.Invalid("cut", "not_an_option")
		}
	}
	if err == nil {
		s.OnDay, err = dayTyped(in, "on_day")
	}
	if err == nil && s.MM < 0 && in.Text("metres") != "" {
		err = site.Invalid("metres", "duct_metres")
	}
	if err == nil {
		_, err = p.DuctEdit.Split(c.Request.Context(), gate.ActorOf(c), s)
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.held": "cut", "duct.cabled": "cut", "duct.no_unit": "cut", "duct.no_segment": "on_day"})
		if !ok {
			return err
		}
		errs = site.Called(c, errs, map[string]string{"node": "ductedit.node", "kind": "ductedit.node_kind", "first": "ductedit.first_short", "second": "ductedit.second_short", "on_day": "ductedit.on_day", "why": "duct.why", "metres": "ductedit.metres_short",
			"cut": "ductedit.cut", "side": "ductedit.side", "cut_as": "ductedit.cut_as"})
		return p.splitAgain(c, status, in, site.InOrder(errs, "metres", "node", "kind", "first", "second", "on_day", "why", "cut", "side", "cut_as"))
	}
	return p.Done(c, SegmentPath(s.First, p.DayIn(c)), "duct_split")
}
