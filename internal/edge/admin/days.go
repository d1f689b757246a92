package admin

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// calendarRoutes are the days on which the city and its agencies work.
func (p *Pages) calendarRoutes() gate.Table {
	manage, city := access.CalendarManage, gate.City
	return gate.Table{
		{Method: get, Path: site.PathCalendar, Needs: manage, Scope: city, Handler: p.calendar},
		{Method: get, Path: site.PathCalendar + "/hari", Needs: manage, Scope: city, Handler: p.tryDay},
		{Method: post, Path: site.PathCalendar + "/hari", Needs: manage, Scope: city, Handler: p.addDay},
		{Method: get, Path: site.PathCalendar + "/hapus", Needs: manage, Scope: city, Handler: p.tryRemoval},
		{Method: post, Path: site.PathCalendar + "/hapus", Needs: manage, Scope: city, Handler: p.removeDay},
		{Method: post, Path: site.PathCalendar + "/batal", Page: site.PathCalendar, Needs: manage, Scope: city, Handler: p.undoImport},
		{Method: get, Path: site.PathCalendar + "/impor", Needs: manage, Scope: city, Handler: p.importForm},
		{Method: post, Path: site.PathCalendar + "/impor", Needs: manage, Scope: city, MaxBody: importBody, Handler: p.importYear},
		{Method: get, Path: site.PathCalendar + "/jam", Needs: manage, Scope: city, Handler: p.cityHours},
		{Method: post, Path: site.PathCalendar + "/jam", Needs: manage, Scope: city, Handler: p.saveHours},
		{Method: get, Path: site.PathCalendar + "/instansi/:code", Needs: manage, Scope: city, Handler: p.agencyHours},
		{Method: post, Path: site.PathCalendar + "/instansi/:code", Needs: manage, Scope: city, Handler: p.saveHours},
	}
}

// importBody bounds an import; a year's list is some 3 KB.
const importBody = 1 << 20

func dayOf(l i18n.Locale, day, name, kind, source string, verified bool) office.DayRow {
	date, _ := time.Parse(time.DateOnly, day)
	return office.DayRow{Day: day, Name: name, Kind: kind, Source: source, Date: date, Verified: verified}
}

// kinds are what a day of the whole city can be.
func kinds(l i18n.Locale) []ui.Option {
	var out []ui.Option
	for _, k := range []string{calendar.NationalDay, calendar.JointLeave, calendar.LocalDay} {
		out = append(out, ui.Option{Value: k, Label: l.T("calendar.kind." + k)})
	}
	return out
}

// hoursOf lets a person write "08.00-12.00".
func hoursOf(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ".", ":") }

func yearIn(day string) string {
	if len(day) < 4 {
		return ""
	}
	return day[:4]
}

// calendarPath is the page on which a day stands: of its agency, of its year, or the calendar where that year is not
// imported.
func (p *Pages) calendarPath(c *gin.Context, agency, day string) string {
	if agency != "" {
		return site.PathCalendar + "/instansi/" + agency
	}
	years, err := calendar.Years(c.Request.Context(), p.DB.App)
	if err == nil && slices.ContainsFunc(years, func(y calendar.Year) bool { return strconv.Itoa(y.Year) == yearIn(day) }) {
		return site.PathCalendar + "?tahun=" + yearIn(day)
	}
	return site.PathCalendar
}

// undoImport takes an import back.
func (p *Pages) undoImport(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(in.Text("change"))
	if err != nil {
		return site.NotFound()
	}
	if _, err := p.Calendar.Undo(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, site.PathCalendar, "import_undone")
}

// importForm asks for a year, with the week and the hours that hold now.
func (p *Pages) importForm(c *gin.Context) error {
	v := office.ImportView{Year: site.Clip(site.ToText(c.Query("tahun")), 4), Open: "07:30", Close: "16:00"}
	on := site.Weekdays[:5]
	years, err := calendar.Years(c.Request.Context(), p.DB.App)
	if err != nil {
		return err
	}
	if n := len(years); n > 0 {
		v.Open, v.Close, on = years[n-1].Open, years[n-1].Close, years[n-1].Week
		if v.Year == "" {
			v.Year = strconv.Itoa(years[n-1].Year + 1)
		}
	}
	return p.importPage(c, http.StatusOK, v, on)
}

func (p *Pages) importPage(c *gin.Context, status int, v office.ImportView, on []string) error {
	l := gate.LocaleOf(c)
	v.Shell = p.DeskShell(c, l.T("days.import"))
	v.ErrorTitle = len(v.Errors) > 0
	for _, d := range site.Weekdays {
		v.Week = append(v.Week, office.Tick{Value: d, Label: l.T("weekday." + d), On: slices.Contains(on, d)})
	}
	return p.Render(c, status, office.Import(v))
}

// importYear shows what an import would do, or does it.
func (p *Pages) importYear(c *gin.Context) error {
	in, err := readImport(c)
	if err != nil {
		return err
	}
	year, _ := strconv.Atoi(in.Text("year"))
	ask := calendar.ImportInput{Year: year, Week: in.Values["week"], Open: hoursOf(in.Text("open")), Close: hoursOf(in.Text("close")), Source: in.Text("source"),
		Verified: in.Yes("verified"), Text: in.Get("text")}
	v := office.ImportView{Year: site.Clip(in.Text("year"), 4), Open: site.Clip(ask.Open, 5), Close: site.Clip(ask.Close, 5), Source: site.Clip(ask.Source, 300),
		Verified: ask.Verified, Text: in.Get("text")}
	ctx, actor := c.Request.Context(), gate.ActorOf(c)
	if in.Text("act") == "apply" {
		_, err = p.Calendar.Import(ctx, actor, ask)
		if err == nil {
			return p.Done(c, site.PathCalendar+"?tahun="+strconv.Itoa(year), "year_imported")
		}
	}
	if err == nil || fault.Is(err, "calendar.faults") {
		var preview calendar.Preview
		if preview, err = p.Calendar.Preview(ctx, actor, ask); err == nil {
			v.Preview = previewOf(preview, gate.LocaleOf(c))
			if len(preview.Faults) == 0 {
				var seen casework.Forecast
				if err := p.Calendar.TryImport(ctx, actor, ask, p.foresee("", &seen)); err != nil {
					return err
				}
				v.Preview.Moves = movesOf(seen, gate.LocaleOf(c))
			}
			return p.importPage(c, http.StatusOK, v, ask.Week)
		}
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		v.Errors = site.InOrder(errs, "year", "week", "open", "source", "text")
		return p.importPage(c, status, v, ask.Week)
	}
	return err
}

// readImport reads the form with a file, which stands for what was pasted.
func readImport(c *gin.Context) (site.Form, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return site.ReadForm(c, "week")
	}
	r, err := c.Request.MultipartReader()
	if err != nil {
		return site.Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	values, file := url.Values{}, ""
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var raw []byte
		if err == nil {
			raw, err = io.ReadAll(part)
		}
		if err != nil {
			var tooBig *http.MaxBytesError
			if errors.As(err, &tooBig) {
				return site.Form{}, err
			}
			return site.Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
		}
		if part.FormName() == "file" {
			file = string(raw)
			continue
		}
		values.Add(part.FormName(), string(raw))
	}
	if strings.TrimSpace(file) != "" {
		values.Set("text", strings.ToValidUTF8(strings.ReplaceAll(file, "\x00", ""), "?"))
	}
	return site.CheckText(values, []string{"week"})
}

func previewOf(p calendar.Preview, l i18n.Locale) *office.ImportPreview {
	out := &office.ImportPreview{Kept: p.Kept, Replaces: p.Replaces, Figures: []ui.Figure{
		{Value: l.Number(int64(p.National)), Label: l.T("days.national")}, {Value: l.Number(int64(p.Leave)), Label: l.T("days.leave")},
		{Value: l.Number(int64(p.Off)), Label: l.T("days.on_working")},
	}}
	for _, f := range p.Faults {
		out.Faults = append(out.Faults, l.T("days.line", "n", f.Line, "text", f.Text)+" "+l.T("calendar.fault."+f.Code))
	}
	for _, d := range p.Added {
		out.Added = append(out.Added, dayOf(l, d.Day, d.Name.In(l), l.T("calendar.kind."+d.Kind), "", true))
	}
	for _, d := range p.Removed {
		out.Removed = append(out.Removed, dayOf(l, d.Day, d.Name.In(l), l.T("calendar.kind."+d.Kind), "", true))
	}
	return out
}

// changeRows are the latest changes of every calendar of the city.
func (p *Pages) changeRows(c *gin.Context) ([]office.ChangeRow, error) {
	l := gate.LocaleOf(c)
	all, err := calendar.Changes(c.Request.Context(), p.DB.App)
	if err != nil {
		return nil, err
	}
	var out []office.ChangeRow
	last := map[int]bool{} // of a year only the latest change can be taken back
	for _, x := range all {
		row := office.ChangeRow{ID: x.ID.String(), Who: x.ActorName, At: site.Zoned(c, x.At), What: l.T("days.change." + x.Kind), Open: x.DoneAt.IsZero(),
			Looked: x.Looked, Moved: x.Moved, Undone: !x.UndoneAt.IsZero()}
		if x.Source != "" {
			row.What += " · " + x.Source
		}
		if row.Who == "" {
			row.Who = l.T("case.by_system")
		}
		if x.Agency != "" {
			row.Whose = x.Agency
			if a, err := p.Catalog.Agency(c.Request.Context(), x.Agency); err == nil {
				row.Whose = site.AgencyShort(a, l)
			}
		}
		for i, d := range x.Days {
			if i == mostDays {
				row.More = len(x.Days) - i
				break
			}
			row.Days = append(row.Days, d.In(l))
		}
		row.MayUndo = x.Kind == calendar.ByImport && x.UndoneAt.IsZero() && !last[x.Year]
		if x.Agency == "" {
			last[x.Year] = true
			for _, d := range x.Days {
				if y, err := strconv.Atoi(yearIn(d.Day)); err == nil {
					last[y] = true
				}
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// mostDays is how many days of a change a row names.
const mostDays = 3
