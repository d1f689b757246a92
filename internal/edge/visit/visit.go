package visit

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/notify"
	"bedelau/web/page/visit"
	"bedelau/web/ui"
)

// visitRoutes are a person's appointments at counters.
func (p *Pages) visitRoutes() gate.Table {
	own, city, id := access.BookingOwn, gate.City, site.IDs("id", "booking")
	return gate.Table{
		{Method: get, Path: site.PathVisits, Needs: own, Scope: city, Handler: p.visits},
		{Method: get, Path: site.PathVisits + "/baru", Needs: own, Scope: city, Handler: p.newVisit},
		{Method: post, Path: site.PathVisits, Needs: own, Scope: city, Limit: limitBook, Handler: p.book},
		{Method: get, Path: site.PathVisits + "/:id", Needs: own, Scope: city, IDs: id, Handler: p.visit},
		{Method: get, Path: site.PathVisits + "/:id/kalender.ics", Needs: own, Scope: city, IDs: id, Handler: p.visitFile},
		{Method: get, Path: site.PathVisits + "/:id/ubah", Needs: own, Scope: city, IDs: id, Handler: p.moveVisit},
		{Method: post, Path: site.PathVisits + "/:id/ubah", Needs: own, Scope: city, IDs: id, Limit: limitBook, Handler: p.move},
		{Method: post, Path: site.PathVisits + "/:id/batal", Page: site.PathVisits + "/:id", Needs: own, Scope: city, IDs: id, Handler: p.cancelVisit},
	}
}

// limitBook holds back a program that snatches places; people of one office or network share an address.
var limitBook = gate.Limit{Name: "book", Count: 60, Per: time.Minute}

// visits lists what the reader has, what is to come first.
func (p *Pages) visits(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Booking.Mine(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	v := visit.MineView{Shell: p.Shell(c, l.T("visit.mine"))}
	for _, b := range all {
		item, err := p.visitItem(c, b, services)
		if err != nil {
			return err
		}
		if b.State.Live() || b.State == booking.Displaced {
			v.Coming = append(v.Coming, item)
		} else {
			v.Past = append(v.Past, item)
		}
	}
	return p.Render(c, http.StatusOK, visit.Mine(v))
}

func (p *Pages) visitItem(c *gin.Context, b booking.Booking, services site.ServiceNames) (visit.Item, error) {
	l := gate.LocaleOf(c)
	item := visit.Item{ID: b.ID.String(), Code: b.Code, Service: services.Of(b.Service), At: site.Zoned(c, b.StartsAt), State: site.VisitMark(b.State, l)}
	counter, err := p.Booking.Counter(c.Request.Context(), b.Counter)
	item.Counter = counter.Name.In(l)
	return item, err
}

// visit is one appointment with its code to show at the counter.
func (p *Pages) visit(c *gin.Context) error {
	return p.visitPage(c, http.StatusOK, nil)
}

func (p *Pages) visitPage(c *gin.Context, status int, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, counter, err := p.Booking.Get(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	item, err := p.visitItem(c, b, services)
	if err != nil {
		return err
	}
	v := visit.DetailView{Shell: p.Shell(c, item.Service), Item: item, Changeable: b.Changeable(p.Now()), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	if b.State == booking.Displaced {
		v.Displaced = b.Reason
	}
	v.Rows = p.visitRows(c, counter, item.At, site.Zoned(c, b.EndsAt))
	if b.Queue > 0 {
		v.Rows = append(v.Rows, ui.Row{Label: l.T("visit.queue"), Value: fmt.Sprint(b.Queue)})
	}
	if counter.Latitude != nil {
		v.Map = fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.6f&mlon=%.6f#map=17/%.6f/%.6f", *counter.Latitude, *counter.Longitude, *counter.Latitude, *counter.Longitude)
	}
	v.QR, err = site.Picture(b.Code)
	if err != nil {
		return err
	}
	return p.Render(c, status, visit.Detail(v))
}

// visitRows say where and when.
func (p *Pages) visitRows(c *gin.Context, counter booking.Counter, from, to time.Time) []ui.Row {
	l := gate.LocaleOf(c)
	rows := []ui.Row{
		{Label: l.T("visit.when"), Value: l.LongDate(from) + ", " + slotText(l, from, to)},
		{Label: l.T("visit.counter"), Value: counter.Name.In(l)},
	}
	return append(rows, ui.Row{Label: l.T("visit.address"), Value: counter.Address.In(l)})
}

// slotText is a slot as a person reads it: "09.00–09.30 WIB".
func slotText(l i18n.Locale, from, to time.Time) string {
	a, b := l.Clock(from), l.Clock(to)
	if zone, ok := strings.CutPrefix(a, strings.Fields(a)[0]); ok && strings.HasSuffix(b, zone) {
		a = strings.TrimSuffix(a, zone)
	}
	return a + "–" + b
}

// visitFile is the appointment as a file for one's calendar.
func (p *Pages) visitFile(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, counter, err := p.Booking.Get(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	if b.State != booking.Booked {
		return site.NotFound()
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	file := notify.Appointment{ID: b.ID, Title: services.Of(b.Service), Code: b.Code, From: b.StartsAt, To: b.EndsAt, Sequence: b.Moves,
		Place: counter.Name.In(l) + ", " + counter.Address.In(l)}.File(c.Request.Host, p.Now())
	c.Header("Content-Disposition", `attachment; filename="janji-`+b.Code+`.ics"`)
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", []byte(file))
	return nil
}

// cancelVisit gives the place back.
func (p *Pages) cancelVisit(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := site.ReadForm(c); err != nil {
		return err
	}
	_, err = p.Booking.Cancel(c.Request.Context(), gate.ActorOf(c), id)
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"booking.over": ""}); ok {
		return p.visitPage(c, status, errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, site.PathVisits, "visit_cancelled")
}

// way is an address of the questions with the answers that are known.
func way(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return path + "?" + q.Encode()
}
