package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
)

// addDay adds one day to the city's calendar, or to an agency's, once the administrator has seen what it moves: without
// their word for it, it leads to the page that says so.
func (p *Pages) addDay(c *gin.Context) error {
	in, err := site.ReadForm(c, "day")
	if err != nil {
		return err
	}
	f := dayForm(in, gate.LocaleOf(c))
	ctx := c.Request.Context()
	if err = p.KnownAgency(ctx, f.Agency); err == nil {
		err = dayInput(f).Validate()
	}
	if err == nil && !in.Yes("sure") {
		p.Redirect(c, site.PathCalendar+"/hari?"+dayQuery(f).Encode())
		return nil
	}
	if err == nil {
		_, err = p.Calendar.AddDay(ctx, gate.ActorOf(c), dayInput(f))
	}
	if err != nil {
		return p.dayRefused(c, f, err)
	}
	return p.Done(c, p.calendarPath(c, f.Agency, f.Day), "day_added")
}

// tryDay shows what a day would move, and asks whether it shall be added.
func (p *Pages) tryDay(c *gin.Context) error {
	in, err := site.CheckText(c.Request.URL.Query(), nil)
	if err != nil {
		return err
	}
	l, ctx := gate.LocaleOf(c), c.Request.Context()
	f := dayForm(in, l)
	var seen casework.Forecast
	if err = p.KnownAgency(ctx, f.Agency); err == nil {
		err = p.Calendar.TryDay(ctx, gate.ActorOf(c), dayInput(f), func(ctx context.Context, tx bun.Tx) (err error) {
			seen, err = p.Casework.Forecast(ctx, tx, f.Agency)
			return err
		})
	}
	if err != nil {
		return p.dayRefused(c, f, err)
	}
	row := dayOf(l, f.Day, f.NameID, "", f.Source, f.Verified)
	v := office.DayTrial{Form: f, Date: row.Date, Back: p.calendarPath(c, f.Agency, f.Day), Whole: seen.Whole}
	switch {
	case f.Agency == "":
		row.Kind = l.T("calendar.kind." + f.Kind)
	case f.Hours != "":
		row.Kind = l.T("days.opens", "hours", site.Hour(f.Hours, l))
	default:
		row.Kind = l.T("days.closed")
	}
	v.Kind = row.Kind
	for _, x := range seen.Lines {
		v.Moves = append(v.Moves, office.DayMove{Service: x.Name.In(l), What: l.T("days.moves." + x.What), Day: x.Day, N: x.N})
	}
	v.Shell = p.DeskShell(c, l.T("days.trial"))
	return p.Render(c, http.StatusOK, office.TryDay(v))
}

// dayRefused shows the form again on its page, with what is wrong with it.
func (p *Pages) dayRefused(c *gin.Context, f office.DayForm, err error) error {
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	f.Errors = site.InOrder(errs, "day", "kind", "hours", "name_id", "name_en", "source")
	if f.Agency != "" {
		return p.hoursPage(c, status, f.Agency, "", nil, f)
	}
	return p.calendarPage(c, status, yearIn(f.Day), f)
}

func dayForm(in site.Form, l i18n.Locale) office.DayForm {
	return office.DayForm{Agency: site.Clip(in.Text("agency"), 64), Day: site.DateOf(in, "day"), Kind: in.Text("kind"), NameID: site.Clip(in.Text("name_id"), 300),
		NameEN: site.Clip(in.Text("name_en"), 300), Hours: hoursOf(in.Text("hours")), Source: site.Clip(in.Text("source"), 300), Verified: in.Yes("verified"), Kinds: kinds(l)}
}

func dayInput(f office.DayForm) calendar.DayInput {
	return calendar.DayInput{Agency: f.Agency, Day: f.Day, Kind: f.Kind, Name: i18n.Text{i18n.ID: f.NameID, i18n.EN: f.NameEN}, Hours: f.Hours,
		Source: f.Source, Verified: f.Verified}
}

// dayQuery is the form as the address of its trial.
func dayQuery(f office.DayForm) url.Values {
	q := url.Values{"agency": {f.Agency}, "day": {f.Day}, "kind": {f.Kind}, "name_id": {f.NameID}, "name_en": {f.NameEN}, "hours": {f.Hours}, "source": {f.Source}}
	if f.Verified {
		q.Set("verified", "yes")
	}
	for name, all := range q {
		if all[0] == "" {
			q.Del(name)
		}
	}
	return q
}
