package groundwork

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// line is the group of points that make the place of works, and point one of them.
const (
	line       = "jalur"
	point      = "titik"
	pointsMost = 30
)

// lineField is the question where works are, as the map of a form knows it.
var lineField = form.Field{Code: line, Type: form.Group, MaxRows: pointsMost, Fields: []form.Field{{Code: point, Type: form.Point}}}

func pointName(n int) string { return line + "." + strconv.Itoa(n) + "." + point }

// Labels are what the fields of works are called.
var Labels = map[string]string{"owner": "work.owner", "operator": "work.operator", "owner_name": "work.owner_name", "kind": "work.kind", "title": "work.title_label", "road": "work.road", "authority": "duct.authority",
	line: "work.place", "segments": "work.segments", "along": "work.along", "from": "work.from", "to": "work.to", "method": "work.method", "contact": "work.contact", "phone": "work.phone", "email": "lease.email",
	"colay": "work.colay", "colay_note": "work.colay_note", "started": "work.started", "started_time": "work.started_time", "report": "work.report"}

// order is how the fields stand on the page.
var order = []string{"started", "started_time", "owner", "operator", "owner_name", "kind", "title", "road", "authority", line, "segments", "along", "from", "to", "method", "contact", "phone", "email", "colay", "colay_note", "report"}

// Form is the form of works: where it goes, and who fills it in.
type Form struct {
	Path      string
	Staff     bool // says whose works they are, and finds a place by the ducts
	Emergency bool
	Known     bool // they are on record: a place need not be said again
	Maps      site.Maps
}

// Read reads the form of works. Of a form that is refused comes back what was typed.
func Read(c *gin.Context) (site.Form, error) {
	return site.ReadFormWhere(c, func(name string) bool {
		return name == "from" || name == "to" || name == "started" || strings.HasSuffix(name, "."+point)
	})
}

// Shaped does what was asked of the form besides sending it: one more point, one less, or what was pressed on its map. It reports
// whether that was all.
func (p *Pages) Shaped(c *gin.Context, in site.Form) (maps site.Maps, shaped bool, err error) {
	if in.Values == nil {
		return maps, false, nil
	}
	maps = site.TakeMaps(in, c.Query(site.MapQuestion))
	n := rows(in)
	switch drop, isDrop := strings.CutPrefix(c.Query("hapus"), line+"."); {
	case c.Query("tambah") == line:
		in.Set(line, strconv.Itoa(min(n+1, pointsMost)))
	case isDrop:
		at, err := strconv.Atoi(drop)
		if err != nil || at < 1 || at > n {
			return maps, false, nil
		}
		for i := at; i < n; i++ {
			in.Values[pointName(i)] = in.Values[pointName(i+1)]
		}
		in.Del(pointName(n))
		in.Set(line, strconv.Itoa(n-1))
	case c.Query(site.MapQuestion) == line:
		if maps.City, err = p.Ground(c.Request.Context(), p.DayIn(c)); err != nil {
			return maps, false, err
		}
		maps.Press(in, lineField, func(string) bool { return true })
	default:
		return maps, false, nil
	}
	return maps, true, nil
}

func rows(in site.Form) int {
	n, _ := strconv.Atoi(in.Get(line))
	return min(max(n, 0), pointsMost)
}

// Input is what the form says, and which of its fields cannot be read; zone is where times are meant.
func (f Form) Input(in site.Form, zone *time.Location) (ductwork.Input, []fault.Field) {
	var bad []fault.Field
	refuse := func(name, code string) { bad = append(bad, fault.Field{Name: name, Code: code}) }
	day := func(name string) time.Time {
		typed := site.DateOf(in, name)
		if typed == "" {
			return time.Time{}
		}
		d, err := time.Parse(time.DateOnly, typed)
		if err != nil {
			refuse(name, "invalid")
		}
		return d
	}
	out := ductwork.Input{Key: in.Key(), Owner: in.Text("owner"), OwnerName: in.Line("owner_name"), Kind: in.Text("kind"), Title: in.Line("title"), Road: in.Line("road"), Authority: in.Text("authority"), From: day("from"), To: day("to"),
		Method: in.Text("method"), Contact: in.Line("contact"), Phone: in.Line("phone"), Email: in.Text("email"), Colay: in.Yes("colay"), ColayNote: in.Text("colay_note"), Emergency: f.Emergency, Report: in.Text("report")}
	if out.Owner == ductwork.ByOperator {
		id, err := uuid.Parse(in.Text("operator"))
		if err != nil && in.Text("operator") != "" {
			refuse("operator", "not_an_option")
		}
		out.Operator = id
	}
	if f.Emergency && !f.Known { // when it began is on record
		at, err := time.Parse("15:04", strings.ReplaceAll(in.Text("started_time"), ".", ":"))
		switch {
		case in.Text("started_time") == "":
			refuse("started_time", "required")
		case err != nil:
			refuse("started_time", "work_time")
		}
		if d := day("started"); !d.IsZero() {
			out.StartedAt = time.Date(d.Year(), d.Month(), d.Day(), at.Hour(), at.Minute(), 0, 0, zone)
		}
	}
	for i := range rows(in) {
		typed := in.Values[pointName(i+1)]
		if strings.TrimSpace(strings.Join(typed, "")) == "" {
			continue
		}
		at, ok := form.TypedPoint(typed)
		if !ok {
			refuse(pointName(i+1), "point")
			continue
		}
		out.Place.Points = append(out.Place.Points, at)
	}
	out.Place.Area = in.Yes("area")
	if f.Staff {
		out.Place.Segments = strings.FieldsFunc(in.Text("segments"), func(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '\n' || r == '\r' || r == '\t' })
		out.Place.Road = in.Text("along")
	}
	return out, bad
}

// readable are the rows of a form whose points Input takes over, in their order.
func readable(in site.Form) (out []int) {
	for i := range rows(in) {
		if _, ok := form.TypedPoint(in.Values[pointName(i+1)]); ok {
			out = append(out, i+1)
		}
	}
	return out
}

// Refused says what is wrong with the form, the fields in their order, and of a point where it was typed. Of points that cannot be read
// nothing is said as a place.
func Refused(c *gin.Context, in site.Form, err error) (ui.Errors, int, bool) {
	if err == nil {
		return nil, 0, false
	}
	f := fault.From(err)
	if len(f.Fields) == 0 {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"lease.not_approved": "operator"})
		return site.Called(c, errs, Labels), status, ok
	}
	unread := slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return strings.HasPrefix(x.Name, line+".") })
	var bad []fault.Field
	typed := readable(in)
	for _, x := range f.Fields {
		n, ofPoint := strings.CutPrefix(x.Name, "place.")
		nth, _ := strconv.Atoi(n)
		switch {
		case ofPoint && nth > 0 && nth <= len(typed):
			x.Name = pointName(typed[nth-1])
			bad = append(bad, x)
		case x.Name != "place":
			bad = append(bad, x)
		case !unread:
			x.Name = line
			bad = append(bad, x)
		}
	}
	l := gate.LocaleOf(c)
	errs, status, ok := site.Refused(c, fault.Fields(bad), "")
	for i := range errs {
		if n, isPoint := strings.CutPrefix(errs[i].Name, line+"."); isPoint {
			errs[i].Label = l.T("work.point", "n", strings.TrimSuffix(n, "."+point))
		}
	}
	return site.InOrder(site.Called(c, errs, Labels), order...), status, ok
}

// Filled is the form as works on record would have filled it in.
func Filled(w ductwork.Work) site.Form {
	in := site.Form{Values: url.Values{}}
	for name, value := range map[string]string{"owner": w.Owner, "owner_name": w.OwnerName, "kind": w.Kind, "title": w.Title, "road": w.Road, "authority": w.Authority, "method": w.Method, "contact": w.Contact, "phone": w.Phone,
		"email": w.Email, "colay_note": w.ColayNote, "from": w.From.Format(time.DateOnly), "to": w.To.Format(time.DateOnly), "colay": map[bool]string{true: "yes", false: "no"}[w.Colay], "revision": strconv.Itoa(w.Revision)} {
		in.Set(name, value)
	}
	if w.OperatorID.Valid {
		in.Set("operator", w.OperatorID.UUID.String())
	}
	return in
}

// Fields are the questions of the form.
func (p *Pages) Fields(c *gin.Context, f Form, in site.Form, errs ui.Errors) ([]ui.Field, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	text := func(name string, max int, optional bool) ui.Field {
		return ui.Field{Name: name, Label: l.T(Labels[name]), Value: in.Get(name), Max: max, Optional: optional, Error: errs.Of(name), Autocomplete: "off"}
	}
	hinted := func(x ui.Field, key string) ui.Field { x.Hint = l.T(key); return x }
	choose := func(name, none string, all []ui.Option, optional bool) ui.Field {
		return ui.Field{Name: name, Type: "select", Label: l.T(Labels[name]), Value: in.Get(name), Optional: optional, Error: errs.Of(name), Options: append([]ui.Option{{Label: none}}, all...)}
	}
	date := func(name string) ui.Field {
		return ui.Field{Name: name, Type: "date", Label: l.T(Labels[name]), Value: site.DateOf(in, name), Typed: in.Values[name], Error: errs.Of(name)}
	}
	var out []ui.Field
	if f.Emergency && !f.Known {
		at := text("started_time", 5, false)
		at.Hint = l.T("work.started_time_hint")
		out = append(out, date("started"), at)
	}
	if f.Staff {
		companies, err := p.companies(c)
		if err != nil {
			return nil, err
		}
		out = append(out, choose("owner", l.T("work.choose"), ducts.Options(l, "work.owner", ductwork.Owners()), false), hinted(choose("operator", l.T("work.no_company"), companies, true), "work.operator_hint"),
			hinted(text("owner_name", 200, true), "work.owner_name_hint"))
	}
	_, owners, err := p.Names(c)
	if err != nil {
		return nil, err
	}
	out = append(out, choose("kind", l.T("work.choose"), ducts.Options(l, "work.kind", ductwork.Kinds()), false), hinted(text("title", 200, false), "work.title_hint"), hinted(text("road", 200, false), "work.road_hint"),
		choose("authority", l.T("work.unsure"), owners, true))
	place, err := p.lineOf(c, f, in, errs)
	if err != nil {
		return nil, err
	}
	out = append(out, place, ui.Field{Name: "area", Type: "yes_no", Label: l.T("work.area"), Hint: l.T("work.area_hint"), Value: in.Get("area"), Optional: true, Options: yesNo(l)})
	if f.Staff {
		roads, err := p.roads(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, hinted(text("segments", 2000, true), "work.segments_hint"), choose("along", l.T("work.no_road"), roads, true))
	}
	if !f.Emergency {
		out = append(out, date("from"))
	}
	out = append(out, date("to"), choose("method", l.T("work.choose"), ducts.Options(l, "work.method", ductwork.Methods()), false), hinted(text("contact", 100, false), "work.contact_hint"), text("phone", 40, false))
	email := text("email", 200, true)
	email.Type = "email"
	note := text("colay_note", 500, true)
	note.Type, note.Hint = "long_text", l.T("work.colay_note_hint")
	out = append(out, email, ui.Field{Name: "colay", Type: "yes_no", Label: l.T("work.colay"), Hint: l.T("work.colay_hint"), Value: in.Get("colay"), Optional: true, Options: yesNo(l)}, note)
	if f.Emergency && !f.Known {
		report := text("report", 2000, true)
		report.Type, report.Hint = "long_text", l.T("work.report_hint")
		out = append(out, report)
	}
	return out, nil
}

func yesNo(l i18n.Locale) []ui.Option {
	return []ui.Option{{Value: "yes", Label: l.T("yes")}, {Value: "no", Label: l.T("no")}}
}

// lineOf is the question where works are: points in their order, on the map or as numbers.
func (p *Pages) lineOf(c *gin.Context, f Form, in site.Form, errs ui.Errors) (ui.Field, error) {
	l := gate.LocaleOf(c)
	v := ui.Field{Name: line, Type: "group", Label: l.T("work.place"), Hint: l.T("work.place_hint"), Error: errs.Of(line), AddTo: l.T("form.row_add", "row", l.T("work.one_point"))}
	switch {
	case f.Known:
		v.Hint = l.T("work.place_known")
	case f.Staff:
		v.Hint = l.T("work.place_staff")
	}
	n := rows(in)
	if in.Values[line] == nil && !f.Known {
		n = 2
	}
	for i := range n {
		title, name := l.T("work.point", "n", i+1), line+"."+strconv.Itoa(i+1)
		v.Rows = append(v.Rows, ui.GroupRow{Name: name, Title: title, Remove: f.Path + "?hapus=" + name + "#f-" + line,
			Fields: []ui.Field{{Name: pointName(i + 1), Type: "point", Label: l.T("work.coordinates"), Typed: in.Values[pointName(i+1)], Optional: true, Error: errs.Of(pointName(i + 1))}}})
	}
	if lineField.More(n) {
		v.Add = f.Path + "?tambah=" + line + "#f-" + line
	}
	ground, err := p.Ground(c.Request.Context(), p.DayIn(c))
	if err != nil {
		return v, err
	}
	f.Maps.City = ground
	if n > 0 {
		v.Map = f.Maps.Lined(v, lineField, f.Path)
	}
	return v, nil
}

// companiesMost is how many companies there are to choose from; a city has some dozens.
const companiesMost = 500

// companies are those that may lease, to choose from.
func (p *Pages) companies(c *gin.Context) ([]ui.Option, error) {
	all, err := p.Leases.Operators(c.Request.Context(), gate.ActorOf(c), lease.OperatorApproved, uuid.Nil, companiesMost)
	var out []ui.Option
	for _, o := range all {
		out = append(out, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	return out, err
}

// roads are those along which ducts run today.
func (p *Pages) roads(ctx context.Context, c *gin.Context) ([]ui.Option, error) {
	names, err := p.Operators.Roads(ctx, gate.ActorOf(c), p.DayIn(c))
	var out []ui.Option
	for _, r := range names {
		out = append(out, ui.Option{Value: r, Label: r})
	}
	return out, err
}
