package counter

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/visit"
	"bedelau/web/ui"
)

const (
	pathDesks    = "/petugas/loket"
	pathCounters = "/kelola/loket"
)

// counterRoutes are the days of the counters, and the counters themselves.
func (p *Pages) counterRoutes() gate.Table {
	serve, manage, city := access.BookingServe, access.BookingManage, gate.City
	return gate.Table{
		{Method: get, Path: pathDesks, Needs: serve, Scope: city, Handler: p.desks},
		{Method: get, Path: pathDesks + "/:code", Needs: serve, Scope: city, Handler: p.roster},
		{Method: post, Path: pathDesks + "/:code/nomor", Page: pathDesks + "/:code", Needs: serve, Scope: city, Handler: p.walkIn},
		{Method: post, Path: pathDesks + "/:code/tutup", Page: pathDesks + "/:code", Needs: manage, Scope: city, Handler: p.closeDay},
		{Method: post, Path: pathDesks + "/:code/buka", Page: pathDesks + "/:code", Needs: manage, Scope: city, Handler: p.openDay},
		{Method: post, Path: "/petugas/janji/:id/tandai", Page: pathDesks, Needs: serve, Scope: city, IDs: site.IDs("id", "booking"), Handler: p.mark},
		{Method: get, Path: pathCounters, Needs: manage, Scope: city, Handler: p.counters},
		{Method: get, Path: pathCounters + "/baru", Needs: manage, Scope: city, Handler: p.newCounter},
		{Method: get, Path: pathCounters + "/:code", Needs: manage, Scope: city, Handler: p.counter},
		{Method: post, Path: pathCounters, Needs: manage, Scope: city, Handler: p.saveCounter},
	}
}

// desks lists the counters that the reader serves.
func (p *Pages) desks(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.Booking.Desks(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	v := visit.DesksView{Shell: p.DeskShell(c, l.T("roster.title")), Title: l.T("roster.title"), Lead: l.T("roster.lead"), Base: pathDesks + "/"}
	for _, x := range all {
		if x.RetiredAt == nil {
			v.Desks = append(v.Desks, p.deskRow(c, x, services))
		}
	}
	return p.Render(c, http.StatusOK, visit.Desks(v))
}

func (p *Pages) deskRow(c *gin.Context, x booking.Counter, services site.ServiceNames) visit.Desk {
	l := gate.LocaleOf(c)
	d := visit.Desk{Code: x.Code, Name: x.Name.In(l), Agency: x.Agency, Retired: x.RetiredAt != nil}
	if a, err := p.Catalog.Agency(c.Request.Context(), x.Agency); err == nil {
		d.Agency = site.AgencyShort(a, l)
	}
	names := make([]string, len(x.Services))
	for i, s := range x.Services {
		names[i] = services.Of(s)
	}
	d.Services = strings.Join(names, ", ")
	return d
}

// roster is one day at a counter.
func (p *Pages) roster(c *gin.Context) error {
	return p.rosterPage(c, http.StatusOK, site.Clip(site.ToText(c.Query("hari")), 20), visit.RosterView{})
}

func (p *Pages) rosterPage(c *gin.Context, status int, day string, v visit.RosterView) error {
	ctx, l, actor := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	r, err := p.Booking.Roster(ctx, actor, c.Param("code"), day)
	if err != nil {
		return err
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	today := site.Zoned(c, p.Now()).Format(time.DateOnly)
	date := r.Date.Format(time.DateOnly)
	v.Shell = p.DeskShell(c, r.Counter.Name.In(l))
	v.ErrorTitle = len(v.Errors) > 0
	v.Code, v.Name, v.Address, v.Day, v.Closed = r.Counter.Code, r.Counter.Name.In(l), r.Counter.Address.In(l), r.Date, r.Closed
	v.Before, v.After = rosterPath(v.Code, r.Date.AddDate(0, 0, -1)), rosterPath(v.Code, r.Date.AddDate(0, 0, 1))
	v.Today, v.Past, v.Key = date == today, date < today, uuid.NewString()
	v.MayManage = p.Guard.Allow(ctx, actor, access.BookingManage) == nil
	left, taken, places := 0, 0, 0
	for _, s := range r.Slots {
		taken, places = taken+s.Capacity-s.Free, places+s.Capacity
		if s.EndsAt.After(p.Now()) {
			left += s.Free // what is over cannot be given out any more
		}
	}
	if len(r.Slots) > 0 && r.Closed == "" {
		v.Slots = []ui.Figure{
			{Value: l.Number(int64(places)), Label: l.T("roster.places")}, {Value: l.Number(int64(taken)), Label: l.T("roster.taken")},
			{Value: l.Number(int64(left)), Label: l.T("roster.left")},
		}
	}
	for _, s := range r.Counter.Services {
		v.Services = append(v.Services, ui.Option{Value: s, Label: services.Of(s)})
	}
	for _, e := range r.Bookings {
		v.People = append(v.People, p.personOf(c, e, v.Today, services))
	}
	return p.Render(c, status, visit.Roster(v))
}

func rosterPath(code string, day time.Time) string {
	return pathDesks + "/" + code + "?hari=" + day.Format(time.DateOnly)
}

func (p *Pages) personOf(c *gin.Context, e booking.Entry, today bool, services site.ServiceNames) visit.Person {
	l, at := gate.LocaleOf(c), site.Zoned(c, e.StartsAt)
	x := visit.Person{ID: e.ID.String(), Code: e.Code, Name: e.Name, Service: services.Of(e.Service), At: at, Queue: e.Queue, State: site.VisitMark(e.State, l)}
	act := func(to booking.State, key, style string) {
		x.Acts = append(x.Acts, visit.Act{To: string(to), Label: l.T(key), Style: style})
	}
	switch e.State {
	case booking.Booked:
		if today {
			act(booking.Arrived, "roster.arrived", "btn-primary")
		}
		if !p.Now().Before(e.StartsAt) {
			act(booking.NoShow, "roster.no_show", "btn-line")
		}
	case booking.Arrived:
		act(booking.Done, "roster.done", "btn-good")
		if today && e.AccountID.Valid {
			act(booking.Booked, "roster.undo", "btn-line")
		}
	case booking.NoShow:
		if today {
			act(booking.Booked, "roster.undo", "btn-line")
		}
	}
	return x
}

// mark says that somebody is there, was served or did not come.
func (p *Pages) mark(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.Booking.Mark(c.Request.Context(), gate.ActorOf(c), id, booking.State(in.Text("to")))
	if err != nil {
		return err
	}
	return p.Done(c, pathDesks+"/"+b.Counter+"?hari="+b.Day, "visit_marked")
}

// walkIn gives a number to a person without an appointment.
func (p *Pages) walkIn(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "service")
	}
	if err == nil {
		var b booking.Booking
		b, err = p.Booking.WalkIn(c.Request.Context(), gate.ActorOf(c), c.Param("code"), in.Text("service"), in.Text("key"))
		if err == nil {
			return p.Done(c, pathDesks+"/"+b.Counter+"#nomor-"+strconv.Itoa(b.Queue), "walked_in")
		}
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"booking.full_today": "service", "booking.closed": "service"}); ok {
		return p.rosterPage(c, status, "", visit.RosterView{Service: in.Text("service"), Errors: errs})
	}
	return err
}

// closeDay closes a counter for a day.
func (p *Pages) closeDay(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	_, err = p.Booking.CloseDay(c.Request.Context(), gate.ActorOf(c), c.Param("code"), in.Text("hari"), in.Text("reason"))
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.rosterPage(c, status, in.Text("hari"), visit.RosterView{Reason: site.Clip(in.Text("reason"), 300), Errors: errs})
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathDesks+"/"+c.Param("code")+"?hari="+in.Text("hari"), "day_closed")
}

// openDay opens a day again.
func (p *Pages) openDay(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	if err := p.Booking.OpenDay(c.Request.Context(), gate.ActorOf(c), c.Param("code"), in.Text("hari")); err != nil {
		return err
	}
	return p.Done(c, pathDesks+"/"+c.Param("code")+"?hari="+in.Text("hari"), "day_opened")
}

// counters lists what an administrator keeps.
func (p *Pages) counters(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.Booking.Desks(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	v := visit.DesksView{Shell: p.DeskShell(c, l.T("counter.title")), Title: l.T("counter.title"), Lead: l.T("counter.list_lead"), Base: pathCounters + "/", New: pathCounters + "/baru"}
	for _, x := range all {
		v.Desks = append(v.Desks, p.deskRow(c, x, services))
	}
	return p.Render(c, http.StatusOK, visit.Desks(v))
}

// ruleText is a rule in one line.
func ruleText(r booking.Rule, l i18n.Locale) string {
	var parts []string
	for _, d := range site.Weekdays {
		if h := r.Hours[d]; h != "" {
			parts = append(parts, l.T("weekday."+d)+" "+site.Hour(h, l))
		}
	}
	return l.T("counter.rule_text", "hours", strings.Join(parts, "; "), "minutes", r.SlotMinutes, "places", r.Capacity, "days", r.OpenDays)
}
