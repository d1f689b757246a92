package admin

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/recount"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// cityHours is other hours of the whole city in one year, such as in Ramadan.
func (p *Pages) cityHours(c *gin.Context) error {
	return p.hoursPage(c, http.StatusOK, "", site.Clip(site.ToText(c.Query("tahun")), 4), nil, office.DayForm{})
}

// agencyHours is what an agency does differently from its city.
func (p *Pages) agencyHours(c *gin.Context) error {
	return p.hoursPage(c, http.StatusOK, c.Param("code"), "", nil, office.DayForm{})
}

// hoursPage shows the other hours of an agency, or with "" of the city in a year; tried is what was typed and refused.
func (p *Pages) hoursPage(c *gin.Context, status int, agency, year string, tried *office.HoursView, day office.DayForm) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := office.HoursView{Agency: agency, Year: year, Back: site.PathCalendar, Lead: l.T("days.hours_lead"), Day: day}
	var periods []calendar.Period
	if agency == "" {
		n, err := strconv.Atoi(year)
		if err != nil {
			return site.NotFound()
		}
		years, err := calendar.Years(ctx, p.DB.App)
		if err != nil {
			return err
		}
		found := false
		for _, y := range years {
			if y.Year == n {
				periods, found = y.Periods, true
			}
		}
		if !found {
			return site.NotFound()
		}
		v.Action, v.Shell = site.PathCalendar+"/jam", p.DeskShell(c, l.T("days.city_hours", "year", year))
	} else {
		a, err := p.Catalog.Agency(ctx, agency)
		if err != nil {
			return err
		}
		own, err := calendar.OfAgency(ctx, p.DB.App, agency)
		if err != nil {
			return err
		}
		periods, v.WorksHolidays, v.Source = own.Periods, own.WorksHolidays, own.Source
		v.Action, v.Shell = site.PathCalendar+"/instansi/"+agency, p.DeskShell(c, l.T("days.agency_hours", "agency", site.AgencyShort(a, l)))
		for _, d := range own.Days {
			kind := l.T("days.closed")
			if d.Hours != "" {
				kind = l.T("days.opens", "hours", site.Hour(d.Hours, l))
			}
			v.Days = append(v.Days, dayOf(l, d.Day, d.Name.In(l), kind, d.Source, d.Verified))
		}
		v.Day.Agency = agency
	}
	for _, x := range periods {
		f := office.PeriodForm{Name: x.Name[i18n.ID], From: x.First, To: x.Last}
		for _, d := range site.Weekdays {
			f.Week = append(f.Week, office.PeriodDay{Name: d, Value: x.Hours[d]})
		}
		v.Periods = append(v.Periods, f)
	}
	v.Periods = append(v.Periods, office.PeriodForm{})
	if tried != nil {
		v.Periods, v.Source, v.WorksHolidays, v.Errors = tried.Periods, tried.Source, tried.WorksHolidays, tried.Errors
	}
	for i := range v.Periods {
		fillPeriod(&v.Periods[i], i, len(v.Periods), l)
	}
	v.ErrorTitle = len(v.Errors)+len(day.Errors) > 0
	if v.Errors == nil {
		v.Errors = day.Errors
	}
	return p.Render(c, status, office.OtherHours(v))
}

// fillPeriod gives the i-th of n periods its place and its words; the last is a new one.
func fillPeriod(f *office.PeriodForm, i, n int, l i18n.Locale) {
	f.N, f.Title = strconv.Itoa(i), f.Name
	if f.Title == "" || i == n-1 {
		f.Title = l.T("days.new_period")
	}
	week := map[string]string{}
	for _, d := range f.Week {
		week[d.Name] = d.Value
	}
	f.Week = nil
	for _, d := range site.Weekdays {
		f.Week = append(f.Week, office.PeriodDay{Name: d, Label: l.T("weekday." + d), Value: week[d]})
	}
}

// hoursTrial shows what other hours would move, and asks whether they shall hold; with "edit" the form is shown again instead.
func (p *Pages) hoursTrial(c *gin.Context, in site.Form, tried office.HoursView, ask calendar.HoursInput, seen recount.Forecast) error {
	l, year := gate.LocaleOf(c), site.Clip(in.Text("year"), 4)
	if in.Yes("edit") {
		return p.hoursPage(c, http.StatusOK, ask.Agency, year, &tried, office.DayForm{})
	}
	v := office.HoursTrial{Action: c.Request.URL.Path, Moves: movesOf(seen, l)}
	send := func(name, value string) { v.Sends = append(v.Sends, ui.Option{Value: value, Label: name}) }
	send("year", year)
	send("source", ask.Source)
	if ask.WorksHolidays {
		send("works_holidays", "yes")
		v.Says = append(v.Says, l.T("days.works_holidays"))
	}
	for i, x := range ask.Periods {
		n := strconv.Itoa(i)
		send("period", n)
		send("name_"+n, x.Name[i18n.ID])
		for _, d := range []struct{ name, day string }{{"from_", x.First}, {"to_", x.Last}} {
			if year, rest, ok := strings.Cut(d.day, "-"); ok {
				month, day, _ := strings.Cut(rest, "-")
				send(d.name+n, day)
				send(d.name+n, month)
				send(d.name+n, year)
			}
		}
		for _, d := range site.Weekdays {
			if hours := x.Hours[d]; hours != "" {
				send(d+"_"+n, hours)
			}
		}
		v.Says = append(v.Says, x.Name[i18n.ID]+" · "+hoursSaid(x, l))
	}
	if len(v.Says) == 0 {
		v.Says = []string{l.T("days.hours_none")}
	}
	v.Source = ask.Source
	v.Shell = p.DeskShell(c, l.T("days.hours_trial"))
	return p.Render(c, http.StatusOK, office.TryHours(v))
}

// hoursSaid is a period in a line: "Senin 07.30-16.00, Sabtu 08.00-12.00".
func hoursSaid(x calendar.Period, l i18n.Locale) string {
	var out []string
	for _, d := range site.Weekdays {
		if hours := x.Hours[d]; hours != "" {
			out = append(out, l.T("weekday."+d)+" "+site.Hour(hours, l))
		}
	}
	return strings.Join(out, ", ")
}

// saveHours replaces the other hours of an agency, or of the city in one year, once the administrator has seen what that
// moves. A period that was left empty is none.
func (p *Pages) saveHours(c *gin.Context) error {
	many := []string{"period"}
	for i := range 60 {
		many = append(many, "from_"+strconv.Itoa(i), "to_"+strconv.Itoa(i))
	}
	in, err := site.ReadForm(c, many...)
	if err != nil {
		return err
	}
	tried, ask := typedHours(in)
	ask.Agency = c.Param("code")
	ask.Year, _ = strconv.Atoi(in.Text("year"))
	ctx := c.Request.Context()
	if err = p.KnownAgency(ctx, ask.Agency); err == nil && in.Yes("sure") {
		_, err = p.Calendar.SetHours(ctx, gate.ActorOf(c), ask)
	} else if err == nil {
		var seen recount.Forecast
		if err = p.Calendar.TryHours(ctx, gate.ActorOf(c), ask, p.foresee(ask.Agency, &seen)); err == nil {
			return p.hoursTrial(c, in, tried, ask, seen)
		}
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		tried.Errors = errs
		return p.hoursPage(c, status, ask.Agency, in.Text("year"), &tried, office.DayForm{})
	}
	if err != nil {
		return err
	}
	return p.Done(c, p.calendarPath(c, ask.Agency, in.Text("year")), "hours_saved")
}

// typedHours is the form as it was typed, and what it asks for. The periods are numbered as they stand, so that an error
// of the third is the third's.
func typedHours(in site.Form) (office.HoursView, calendar.HoursInput) {
	v := office.HoursView{WorksHolidays: in.Yes("works_holidays"), Source: site.Clip(in.Text("source"), 300)}
	ask := calendar.HoursInput{WorksHolidays: v.WorksHolidays, Source: v.Source}
	for _, n := range in.Values["period"] {
		f := office.PeriodForm{Name: site.Clip(in.Text("name_"+n), 300), From: site.DateOf(in, "from_"+n), To: site.DateOf(in, "to_"+n)}
		hours := calendar.Hours{}
		for _, d := range site.Weekdays {
			value := hoursOf(site.Clip(in.Text(d+"_"+n), 20))
			f.Week = append(f.Week, office.PeriodDay{Name: d, Value: value})
			if value != "" {
				hours[d] = value
			}
		}
		if f.Name == "" && f.From == "" && len(hours) == 0 {
			continue
		}
		v.Periods = append(v.Periods, f)
		ask.Periods = append(ask.Periods, calendar.Period{Name: i18n.Text{i18n.ID: f.Name}, First: f.From, Last: f.To, Hours: hours})
	}
	v.Periods = append(v.Periods, office.PeriodForm{})
	return v, ask
}
