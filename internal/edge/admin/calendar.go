package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// calendar shows when the offices work in one year, and warns of years that deadlines run into without holidays.
func (p *Pages) calendar(c *gin.Context) error {
	return p.calendarPage(c, http.StatusOK, c.Query("tahun"), office.DayForm{})
}

// calendarPage shows the year asked for, with a day that was to be added and refused.
func (p *Pages) calendarPage(c *gin.Context, status int, asked string, day office.DayForm) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	years, err := calendar.Years(ctx, p.DB.App)
	if err != nil {
		return err
	}
	this := site.Zoned(c, p.Now()).Year()
	v := office.CalendarView{Year: this, Form: day}
	v.Form.Kinds = kinds(l)
	for _, y := range years {
		v.Years = append(v.Years, y.Year)
	}
	for _, y := range []int{this, this + 1} {
		if !slices.Contains(v.Years, y) {
			v.Missing = append(v.Missing, y)
		}
	}
	if status != http.StatusOK {
		v.Year, _ = strconv.Atoi(asked)
		if !slices.Contains(v.Years, v.Year) {
			v.Year = this
		}
	} else if asked != "" {
		if v.Year, err = strconv.Atoi(asked); err != nil || !slices.Contains(v.Years, v.Year) {
			return site.NotFound()
		}
	} else if n := len(v.Years); n > 0 && !slices.Contains(v.Years, this) {
		v.Year = v.Years[n-1]
	}
	v.Shell = p.DeskShell(c, l.T("calendar.title", "year", v.Year))
	v.ErrorTitle = len(day.Errors) > 0
	if v.Changes, err = p.changeRows(c); err != nil {
		return err
	}
	if v.Agencies, err = p.calendarsOf(c); err != nil {
		return err
	}
	for _, y := range years {
		if y.Year == v.Year {
			fillYear(&v, y, l)
		}
	}
	return p.Render(c, status, office.Calendar(v))
}

// calendarsOf leads to the calendar of each agency; those that have one of their own say so.
func (p *Pages) calendarsOf(c *gin.Context) ([]office.AgencyLink, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	own, err := calendar.Differing(ctx, p.DB.App)
	var out []office.AgencyLink
	for _, a := range all {
		out = append(out, office.AgencyLink{Code: a.Code, Name: site.AgencyShort(a, l), Own: slices.Contains(own, a.Code)})
	}
	return out, err
}

func fillYear(v *office.CalendarView, y calendar.Year, l i18n.Locale) {
	v.Week, v.Source, v.Verified = weekText(y.Week, l), y.Source, y.Verified
	v.Hours = l.T("calendar.hours", "open", site.Hour(y.Open, l), "close", site.Hour(y.Close, l))
	for _, d := range y.Days {
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue // the column is a date
		}
		v.Holidays = append(v.Holidays, office.Holiday{Day: day, Name: d.Name.In(l), Kind: l.T("calendar.kind." + d.Kind), Verified: d.Verified,
			Row: dayOf(l, d.Day, d.Name.In(l), l.T("calendar.kind."+d.Kind), d.Source, d.Verified)})
	}
}

// weekText names the working days: "Senin–Jumat", or each when they do not follow one another.
func weekText(days []string, l i18n.Locale) string {
	var names []string
	first, last := -1, -1
	for i, d := range site.Weekdays {
		if !slices.Contains(days, d) {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		names = append(names, l.T("weekday."+d))
	}
	if n := len(names); n > 2 && last-first == n-1 {
		return names[0] + "–" + names[n-1]
	}
	return strings.Join(names, ", ")
}

// catalogDesk shows what the city offers, with the standard of each service and what nobody has checked. Who writes the
// services of one agency alone sees those.
func (p *Pages) catalogDesk(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	own, err := p.Editor.Agency(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	all, err := p.Catalog.List(ctx, catalog.Filter{Agency: own})
	if err != nil {
		return err
	}
	v := office.CatalogView{Shell: p.DeskShell(c, l.T("catalog_desk.title"))}
	described, err := p.Catalog.Describe(ctx, all)
	if err != nil {
		return err
	}
	services, online, unverified := 0, 0, 0
	for _, d := range described {
		s := d.Service
		if own != "" && s.Agency != own {
			continue // which answers for it jointly
		}
		row := office.CatalogRow{Code: s.Code, Name: s.Name.In(l), Agency: site.AgencyShort(d.Agency, l), Integration: ui.Integration(s.Integration), Verified: s.Verified, Document: s.Document != ""}
		if d.Standard != nil {
			row.Version, row.Verified = d.Standard.Version, s.Verified && d.Standard.Verified
			row.EffectiveFrom, _ = time.Parse(time.DateOnly, d.Standard.EffectiveFrom)
		}
		services++
		if s.Applicable() {
			online++
		}
		if !row.Verified {
			unverified++
		}
		v.Rows = append(v.Rows, row)
	}
	whole, err := p.Catalog.List(ctx, catalog.Filter{Agency: own, Retired: true})
	if err != nil {
		return err
	}
	for _, s := range whole {
		if s.Retired() && (own == "" || s.Agency == own) {
			v.Rows = append(v.Rows, office.CatalogRow{Code: s.Code, Name: s.Name.In(l), Agency: s.Agency, Integration: ui.Integration(s.Integration), Verified: s.Verified, Retired: true})
		}
	}
	begun, err := p.Editor.Beginnings(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	for _, s := range begun {
		v.Begun = append(v.Begun, ui.Option{Value: s.Code, Label: s.Name.In(l)})
	}
	v.Figures = []ui.Figure{
		{Value: l.Number(int64(services)), Label: l.T("catalog_desk.services")},
		{Value: l.Number(int64(online)), Label: l.T("catalog_desk.online")},
		{Value: l.Number(int64(unverified)), Label: l.T("catalog_desk.unverified")},
	}
	return p.Render(c, http.StatusOK, office.Catalog(v))
}
