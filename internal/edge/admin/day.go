package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"bedelau/internal/city/recount"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
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
	var seen recount.Forecast
	if err = p.KnownAgency(ctx, f.Agency); err == nil {
		err = p.Calendar.TryDay(ctx, gate.ActorOf(c), dayInput(f), p.foresee(f.Agency, &seen))
	}
	if err != nil {
		return p.dayRefused(c, f, err)
	}
	row := dayOf(l, f.Day, f.NameID, "", f.Source, f.Verified)
	v := office.DayTrial{Form: f, Date: row.Date, Back: p.calendarPath(c, f.Agency, f.Day), Moves: movesOf(seen, l)}
	switch {
	case f.Agency == "":
		row.Kind = l.T("calendar.kind." + f.Kind)
	case f.Hours != "":
		row.Kind = l.T("days.opens", "hours", site.Hour(f.Hours, l))
	default:
		row.Kind = l.T("days.closed")
	}
	v.Kind = row.Kind
	v.Shell = p.DeskShell(c, l.T("days.trial"))
	return p.Render(c, http.StatusOK, office.TryDay(v))
}

// foresee looks at what a calendar as it is tried would move, of an agency or with "" of all.
func (p *Pages) foresee(agency string, seen *recount.Forecast) func(context.Context, bun.Tx) error {
	return func(ctx context.Context, tx bun.Tx) (err error) {
		*seen, err = recount.New(p.Casework.Service.Service).Forecast(ctx, tx, agency)
		return err
	}
}

// movesOf lays out what would move, with the sum of each kind.
func movesOf(seen recount.Forecast, l i18n.Locale) office.DayMoves {
	v := office.DayMoves{Whole: seen.Whole}
	for _, what := range []string{recount.MovesApplication, recount.MovesStay, recount.MovesRequest, recount.MovesStep, recount.MovesFee} {
		v.Totals = append(v.Totals, ui.Figure{Value: l.Number(int64(seen.Total(what))), Label: l.T("days.moves." + what)})
	}
	for _, x := range seen.Lines {
		v.Lines = append(v.Lines, office.DayMove{Service: x.Name.In(l), What: l.T("days.moves." + x.What), Day: x.Day, N: x.N})
	}
	return v
}

// removeDay takes one day out, once the administrator has seen what that moves.
func (p *Pages) removeDay(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	agency, day, source := in.Text("agency"), in.Text("day"), in.Text("source")
	if source != "" && !in.Yes("sure") {
		p.Redirect(c, site.PathCalendar+"/hapus?"+url.Values{"agency": {agency}, "day": {day}, "source": {source}}.Encode())
		return nil
	}
	if _, err = p.Calendar.RemoveDay(c.Request.Context(), gate.ActorOf(c), agency, day, source); err != nil {
		return p.removalRefused(c, agency, day, err)
	}
	return p.Done(c, p.calendarPath(c, agency, day), "day_removed")
}

// tryRemoval shows what the end of a day off would move, and asks whether it shall be taken out.
func (p *Pages) tryRemoval(c *gin.Context) error {
	in, err := site.CheckText(c.Request.URL.Query(), nil)
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := office.RemovalTrial{Agency: site.Clip(in.Text("agency"), 64), Day: site.Clip(in.Text("day"), 10), Source: site.Clip(in.Text("source"), 200)}
	var seen recount.Forecast
	if err = p.KnownAgency(ctx, v.Agency); err == nil {
		err = p.Calendar.TryRemoveDay(ctx, gate.ActorOf(c), v.Agency, v.Day, p.foresee(v.Agency, &seen))
	}
	if err != nil {
		return p.removalRefused(c, v.Agency, v.Day, err)
	}
	v.Date, v.Back, v.Moves = dayOf(l, v.Day, "", "", "", true).Date, p.calendarPath(c, v.Agency, v.Day), movesOf(seen, l)
	v.Shell = p.DeskShell(c, l.T("days.removal"))
	return p.Render(c, http.StatusOK, office.TryRemoval(v))
}

// removalRefused shows the page of the day again, with what is wrong.
func (p *Pages) removalRefused(c *gin.Context, agency, day string, err error) error {
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	f := office.DayForm{Agency: agency, Kinds: kinds(gate.LocaleOf(c))}
	for i := range errs {
		errs[i].Name = "" // its field is on the line of the day
	}
	f.Errors = errs
	if agency != "" {
		return p.hoursPage(c, status, agency, "", nil, f)
	}
	return p.calendarPage(c, status, yearIn(day), f)
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
