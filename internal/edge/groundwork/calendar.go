package groundwork

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// PathCalendar is where everybody reads what is dug when.
const PathCalendar = "/pekerjaan-galian"

// calendarRoutes are what everybody may read of works.
func (p *Pages) calendarRoutes() gate.Table {
	all, city := access.Public, gate.City
	return gate.Table{
		{Method: get, Path: PathCalendar, Needs: all, Scope: city, Handler: p.calendar},
		{Method: get, Path: PathCalendar + "/kalender.ics", Needs: all, Scope: city, Handler: p.calendarFile},
		{Method: get, Path: PathCalendar + "/data.geojson", Needs: all, Scope: city, Handler: p.calendarData},
	}
}

// asked is what an address narrows the calendar down to.
func (p *Pages) asked(c *gin.Context) ductwork.CalendarFilter {
	f := ductwork.CalendarFilter{Road: site.ToText(c.Query("jalan"))}
	f.Month, _ = time.Parse("2006-01", c.Query("bulan")) // anything else asks for every month
	return f
}

// calendar is what is dug and planned, month by month and on a map.
func (p *Pages) calendar(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	f := p.asked(c)
	all, err := p.DuctWorks.Calendar(ctx, f)
	if err != nil {
		return err
	}
	roads, err := p.DuctWorks.CalendarRoads(ctx)
	if err != nil {
		return err
	}
	today := p.DuctWorks.Today(ctx)
	rule, err := p.DuctWorks.RuleOn(ctx, today)
	if err != nil {
		return err
	}
	v := public.WorksView{Shell: p.Shell(c, l.T("work.public")), Path: PathCalendar, Lead: l.T("work.public_lead", "city", gate.CityOf(c).Name, "months", rule.PublishedMonths), Filtered: f != (ductwork.CalendarFilter{}),
		Note: l.T("work.public_note", "months", rule.PublishedMonths, "day", l.Date(today)), Calendar: PathCalendar + "/kalender.ics", Data: PathCalendar + "/data.geojson"}
	if v.Filtered {
		q := "?" + c.Request.URL.Query().Encode()
		v.Calendar, v.Data = v.Calendar+q, v.Data+q
	}
	every := ui.Option{Label: l.T("queue.filter.any")}
	road := ui.Field{Name: "jalan", Type: "select", Label: l.T("work.road"), Value: f.Road, Optional: true, Options: []ui.Option{every}}
	for _, r := range roads {
		road.Options = append(road.Options, ui.Option{Value: r, Label: r})
	}
	month := ui.Field{Name: "bulan", Type: "select", Label: l.T("work.month"), Value: c.Query("bulan"), Optional: true, Options: []ui.Option{every}}
	for i := range rule.PublishedMonths + 1 {
		m := time.Date(today.Year(), today.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		month.Options = append(month.Options, ui.Option{Value: m.Format("2006-01"), Label: l.Month(m)})
	}
	v.Fields = []ui.Field{road, month}
	if v.Map, err = p.calendarMap(c, all, today); err != nil {
		return err
	}
	for _, w := range all {
		title, id := l.Month(w.From), "bulan-"+w.From.Format("2006-01")
		if w.From.Before(today) {
			title, id = l.T("work.public_now"), "kini"
		}
		if n := len(v.Months); n == 0 || v.Months[n-1].ID != id {
			v.Months = append(v.Months, public.WorkMonth{ID: id, Title: title})
		}
		m := &v.Months[len(v.Months)-1]
		m.Works = append(m.Works, item(l, w))
	}
	return p.Render(c, http.StatusOK, public.Works(v))
}

// told is works as everybody is told of them: a permit that was withdrawn is none, and what has not begun by it is planned again.
func told(w ductwork.Work) ductwork.Work {
	if w.PermitEndedAt.IsZero() {
		return w
	}
	w.Permit, w.PermitBy, w.PermitDay = "", "", time.Time{}
	if w.State == ductwork.Permitted {
		w.State = ductwork.Planned
	}
	return w
}

// item is works as everybody may know them.
func item(l i18n.Locale, w ductwork.Work) public.WorkItem {
	w = told(w)
	x := public.WorkItem{Number: w.Number, What: w.Title, Who: l.T("work.kind."+w.Kind) + ", " + w.OwnerName, Road: w.Road, Days: Span(l, w.From, w.To), Permit: l.T("work.public_no_permit"),
		Contact: strings.Join(said(w.Contact, w.Phone, w.Email), ", "), Mark: ducts.WorkMark(l, w.State)}
	if w.Permit != "" {
		x.Permit = w.Permit + ", " + l.Date(w.PermitDay)
	}
	if (ductwork.Beside{Work: w}).Chance() {
		x.Join = l.T("work.public_join")
	}
	return x
}

// calendarMap draws works, as exactly as everybody may know them.
func (p *Pages) calendarMap(c *gin.Context, all []ductwork.Work, today time.Time) (*ui.Map, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	ids := make([]uuid.UUID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	places, err := p.DuctWorks.PlacesOf(ctx, ids, true)
	if err != nil {
		return nil, err
	}
	ground, err := p.Ground(ctx, today)
	if err != nil {
		return nil, err
	}
	var lines [][]geo.Point
	var pins []ui.Pin
	for _, w := range all {
		for _, t := range places[w.ID] {
			if len(t) == 1 {
				pins = append(pins, ui.Pin{Name: w.Number, Label: w.Number, At: t[0], Set: true})
			} else {
				lines = append(lines, t)
			}
		}
	}
	return site.TracksMap(ground, "galian", l.T("work.public_drawn", "n", strconv.Itoa(len(all))), lines, pins), nil
}

// calendarFile is the calendar as a file for one's own (RFC 5545), of every day among the works as one event.
func (p *Pages) calendarFile(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.DuctWorks.Calendar(c.Request.Context(), p.asked(c))
	if err != nil {
		return err
	}
	file := ics.NewCalendarFor("Bedelau")
	file.SetMethod(ics.MethodPublish)
	file.SetName(l.T("work.public") + ", " + gate.CityOf(c).Name)
	for _, w := range all {
		w = told(w)
		x := item(l, w)
		e := file.AddEvent(w.ID.String() + "@" + c.Request.Host)
		e.SetDtStampTime(w.UpdatedAt)
		e.SetSequence(w.Revision)
		e.SetAllDayStartAt(w.From)
		e.SetAllDayEndAt(w.To.AddDate(0, 0, 1)) // the first day after it
		e.SetSummary(w.Road + ": " + w.Title)
		e.SetLocation(w.Road)
		e.SetDescription(strings.Join([]string{w.Number, x.Who, l.T("work.state." + w.State), x.Permit, x.Contact}, "\n"))
		status := ics.ObjectStatusConfirmed
		if w.State == ductwork.Planned {
			status = ics.ObjectStatusTentative
		}
		e.SetStatus(status)
	}
	c.Header("Content-Disposition", `attachment; filename="pekerjaan-galian.ics"`)
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", []byte(file.Serialize()))
	return nil
}

// feature is one of the calendar as GeoJSON (RFC 7946), with what everybody may know.
type feature struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties properties      `json:"properties"`
}

type properties struct {
	Kind       string `json:"kind"`
	Title      string `json:"title"`
	Method     string `json:"method"`
	Owner      string `json:"owner"`
	Road       string `json:"road"`
	State      string `json:"state"`
	From       string `json:"from"`
	To         string `json:"to"` // the last day
	Days       int    `json:"days"`
	Permit     string `json:"permit,omitempty"`
	PermitDate string `json:"permit_date,omitempty"`
	PermitBy   string `json:"permit_by,omitempty"`
	Contact    string `json:"contact"`
	Phone      string `json:"phone"`
	Email      string `json:"email,omitempty"`
	Emergency  bool   `json:"emergency,omitempty"`
	CoLay      bool   `json:"co_lay"` // others may lay theirs at the same time
	CoLayTerms string `json:"co_lay_terms,omitempty"`
	Updated    string `json:"updated"`
}

// calendarData is the calendar for programs.
func (p *Pages) calendarData(c *gin.Context) error {
	ctx := c.Request.Context()
	all, err := p.DuctWorks.Calendar(ctx, p.asked(c))
	if err != nil {
		return err
	}
	shapes, err := p.DuctWorks.Shapes(ctx, all)
	if err != nil {
		return err
	}
	out := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{"FeatureCollection", []feature{}}
	for _, w := range all {
		w = told(w)
		x := properties{Kind: w.Kind, Title: w.Title, Method: w.Method, Owner: w.OwnerName, Road: w.Road, State: w.State, From: w.From.Format(time.DateOnly), To: w.To.Format(time.DateOnly), Days: int(w.To.Sub(w.From).Hours()/24) + 1,
			Permit: w.Permit, PermitBy: w.PermitBy, Contact: w.Contact, Phone: w.Phone, Email: w.Email, Emergency: w.Emergency, CoLay: (ductwork.Beside{Work: w}).Chance(), CoLayTerms: w.ColayNote, Updated: w.UpdatedAt.UTC().Format(time.RFC3339)}
		if !w.PermitDay.IsZero() {
			x.PermitDate = w.PermitDay.Format(time.DateOnly)
		}
		out.Features = append(out.Features, feature{"Feature", w.Number, shapes[w.ID], x})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="pekerjaan-galian.geojson"`)
	c.Data(http.StatusOK, "application/geo+json", raw)
	return nil
}
