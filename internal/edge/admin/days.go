package admin

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
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
		{Method: get, Path: site.PathCalendar + "/batal", Needs: manage, Scope: city, Handler: p.tryUndo},
		{Method: post, Path: site.PathCalendar + "/batal", Needs: manage, Scope: city, Handler: p.undoImport},
		{Method: get, Path: site.PathCalendar + "/impor", Needs: manage, Scope: city, Handler: p.importForm},
		{Method: post, Path: site.PathCalendar + "/impor", Needs: manage, Scope: city, MaxBody: importBody, Handler: p.importYear},
		{Method: get, Path: site.PathCalendar + "/jam", Needs: manage, Scope: city, Handler: p.cityHours},
		{Method: post, Path: site.PathCalendar + "/jam", Needs: manage, Scope: city, Handler: p.saveHours},
		{Method: get, Path: site.PathCalendar + "/instansi/:code", Needs: manage, Scope: city, Handler: p.agencyHours},
		{Method: post, Path: site.PathCalendar + "/instansi/:code", Needs: manage, Scope: city, Handler: p.saveHours},
	}
}

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
