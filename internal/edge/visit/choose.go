package visit

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/visit"
	"bedelau/web/ui"
)

// asked are the answers to the questions of an appointment so far, each from the address.
type asked struct {
	service, counter, day, slot, application string
	path                                     string // of the questions: of a new appointment, or of one that moves
	services                                 site.ServiceNames
}

// steps of a new appointment: service, counter, day, time, check.
const stepsOfVisit = 5

func askedOf(get func(string) string, path string) asked {
	clip := func(name string) string { return site.Clip(site.ToText(get(name)), 100) }
	return asked{service: clip("layanan"), counter: clip("loket"), day: clip("hari"), slot: clip("jam"), application: clip("permohonan"), path: path}
}

// to is the address of the questions with these answers.
func (a asked) to() string {
	return way(a.path, "permohonan", a.application, "layanan", a.service, "loket", a.counter, "hari", a.day, "jam", a.slot)
}

func (a asked) keep() []visit.Hidden {
	var out []visit.Hidden
	for name, value := range map[string]string{"permohonan": a.application, "layanan": a.service, "loket": a.counter, "hari": a.day} {
		if value != "" {
			out = append(out, visit.Hidden{Name: name, Value: value})
		}
	}
	slices.SortFunc(out, func(x, y visit.Hidden) int {
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return out
}

// newVisit asks for a service, a counter, a day and a time, one a page, and shows it all before anything is booked. What
// has one answer is not asked.
func (p *Pages) newVisit(c *gin.Context) error {
	a := askedOf(c.Query, site.PathVisits+"/baru")
	if a.application != "" && a.service == "" {
		id, err := uuid.Parse(a.application)
		if err != nil {
			return site.NotFound()
		}
		d, err := p.Casework.Get(c.Request.Context(), gate.ActorOf(c), id)
		if err != nil {
			return err
		}
		a.service = d.Application.ServiceCode
	}
	return p.visitQuestion(c, http.StatusOK, a, nil, nil)
}

// visitQuestion shows the next question that is open, or the check before booking; errs are of a refused booking, and
// other the times that are free instead.
func (p *Pages) visitQuestion(c *gin.Context, status int, a asked, errs ui.Errors, other []booking.Slot) error {
	ctx := c.Request.Context()
	var err error
	if a.services, err = p.ServiceNames(c); err != nil {
		return err
	}
	if a.service == "" {
		return p.askService(c, a)
	}
	counters, err := p.Booking.Counters(ctx, booking.Filter{Service: a.service})
	if err != nil {
		return err
	}
	if a.counter == "" && len(counters) == 1 {
		a.counter = counters[0].Code
	}
	i := slices.IndexFunc(counters, func(x booking.Counter) bool { return x.Code == a.counter })
	if i < 0 {
		return p.askCounter(c, a, counters)
	}
	if counters[i].NeedsApplication && a.application == "" {
		return p.askApplication(c, a)
	}
	if a.day == "" {
		return p.askDay(c, a)
	}
	if a.slot == "" || len(errs) > 0 {
		return p.askSlot(c, status, a, errs, other)
	}
	return p.checkVisit(c, a, counters[i])
}

// askService offers what has a counter.
func (p *Pages) askService(c *gin.Context, a asked) error {
	l := gate.LocaleOf(c)
	counters, err := p.Booking.Counters(c.Request.Context(), booking.Filter{})
	if err != nil {
		return err
	}
	v := visit.ChooseView{Shell: p.Shell(c, l.T("visit.service_question")), Back: site.PathVisits, Step: 1, Of: stepsOfVisit,
		Question: l.T("visit.service_question"), NoneTitle: l.T("visit.no_counter"), NoneText: l.T("visit.no_counter_text"),
		NoneHref: "/layanan", NoneAction: l.T("mine.find")}
	var seen []string
	for _, x := range counters {
		for _, s := range x.Services {
			if slices.Contains(seen, s) {
				continue
			}
			seen = append(seen, s)
			next := a
			next.service = s
			v.Choices = append(v.Choices, visit.Choice{Title: a.services.Of(s), Text: x.Name.In(l), Href: next.to()})
		}
	}
	return p.Render(c, http.StatusOK, visit.Choose(v))
}

// askCounter offers the counters of a service.
func (p *Pages) askCounter(c *gin.Context, a asked, counters []booking.Counter) error {
	l := gate.LocaleOf(c)
	v := visit.ChooseView{Shell: p.Shell(c, l.T("visit.counter_question")), Back: a.path, Step: 2, Of: stepsOfVisit,
		Question: l.T("visit.counter_question"), Chosen: p.chosen(c, a), NoneTitle: l.T("visit.no_counter"), NoneText: l.T("visit.no_counter_text"),
		NoneHref: a.path, NoneAction: l.T("visit.other_service")}
	for _, x := range counters {
		next := a
		next.counter = x.Code
		v.Choices = append(v.Choices, visit.Choice{Title: x.Name.In(l), Text: x.Address.In(l), Href: next.to()})
	}
	return p.Render(c, http.StatusOK, visit.Choose(v))
}

// askApplication offers the applications that can be collected at such a counter.
func (p *Pages) askApplication(c *gin.Context, a asked) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := visit.ChooseView{Shell: p.Shell(c, l.T("visit.application_question")), Back: a.path, Step: 2, Of: stepsOfVisit,
		Question: l.T("visit.application_question"), Chosen: p.chosen(c, a), NoneTitle: l.T("visit.nothing_to_collect"),
		NoneText: l.T("visit.nothing_to_collect_text"), NoneHref: "/permohonan", NoneAction: l.T("mine.title")}
	all, err := p.Casework.Mine(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	for _, app := range all {
		if app.ServiceCode != a.service || !app.Collectable() {
			continue
		}
		next := a
		next.application = app.ID.String()
		v.Choices = append(v.Choices, visit.Choice{Title: app.Number, Text: app.ServiceName.In(l), Href: next.to()})
	}
	return p.Render(c, http.StatusOK, visit.Choose(v))
}

// chosen repeats what was answered, each with the way back to it.
func (p *Pages) chosen(c *gin.Context, a asked) []ui.Row {
	l := gate.LocaleOf(c)
	var rows []ui.Row
	if a.service != "" {
		rows = append(rows, ui.Row{Label: l.T("visit.service"), Value: a.services.Of(a.service)})
	}
	if x, err := p.Booking.Counter(c.Request.Context(), a.counter); a.counter != "" && err == nil {
		rows = append(rows, ui.Row{Label: l.T("visit.counter"), Value: x.Name.In(l)})
	}
	if day, err := time.Parse(time.DateOnly, a.day); err == nil {
		back := a
		back.day, back.slot = "", ""
		rows = append(rows, ui.Row{Label: l.T("visit.day"), Value: l.LongDate(day), Change: back.to()})
	}
	return rows
}

// askDay offers the days that can be booked.
func (p *Pages) askDay(c *gin.Context, a asked) error {
	l := gate.LocaleOf(c)
	counter, days, err := p.Booking.Days(c.Request.Context(), a.counter)
	if err != nil {
		return err
	}
	before := a
	before.counter = ""
	v := visit.ChooseView{Shell: p.Shell(c, l.T("visit.day_question")), Back: before.back(), Step: 3, Of: stepsOfVisit, Question: l.T("visit.day_question"),
		Lead: counter.Address.In(l), Chosen: p.chosen(c, a), NoneTitle: l.T("visit.no_day"), NoneText: l.T("visit.no_day_text"), NoneHref: site.PathVisits, NoneAction: l.T("visit.mine")}
	for _, d := range days {
		way := visit.Choice{Title: l.LongDate(d.Date)}
		switch {
		case d.Closed != "":
			way.Note, way.Icon, way.Tone = l.T("visit.closed", "reason", d.Closed), "ban", "bad"
		case d.Over:
			way.Note, way.Icon = l.T("visit.over"), "ban"
		case d.Free == 0:
			way.Note, way.Icon = l.T("visit.full"), "ban"
		default:
			next := a
			next.day = d.Date.Format(time.DateOnly)
			way.Href, way.Note, way.Icon, way.Tone = next.to(), l.T("visit.free", "n", d.Free), "check", "good"
		}
		v.Choices = append(v.Choices, way)
	}
	return p.Render(c, http.StatusOK, visit.Choose(v))
}

// back is the question before, or the list.
func (a asked) back() string {
	if a.path != site.PathVisits+"/baru" {
		return a.path[:len(a.path)-len("/ubah")]
	}
	if a.service == "" {
		return site.PathVisits
	}
	a.service = ""
	return a.to()
}

// askSlot offers the times of a day.
func (p *Pages) askSlot(c *gin.Context, status int, a asked, errs ui.Errors, other []booking.Slot) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	_, slots, err := p.Booking.Slots(ctx, a.counter, a.day)
	if err != nil {
		return err
	}
	before := a
	before.day, before.slot = "", ""
	v := visit.SlotView{Shell: p.Shell(c, l.T("visit.slot_question")), Back: before.to(), Step: 4, Of: stepsOfVisit, Chosen: p.chosen(c, a),
		Action: a.path, Keep: a.keep(), Value: a.slot, Errors: errs}
	v.ErrorTitle = len(errs) > 0
	for _, s := range slots {
		if s.Free > 0 {
			v.Slots = append(v.Slots, ui.Option{Value: s.StartsAt.Format("15:04"), Label: slotText(l, s.StartsAt, s.EndsAt), Hint: l.T("visit.free", "n", s.Free)})
		}
	}
	if len(v.Slots) == 0 && other == nil {
		if other, err = p.Booking.Next(ctx, a.counter, p.Now()); err != nil {
			return err
		}
	}
	v.Other = otherTimes(l, a, other)
	return p.Render(c, status, visit.Slots(v))
}

// otherTimes lead straight to the check of a time that was free a moment ago.
func otherTimes(l i18n.Locale, a asked, slots []booking.Slot) []visit.Choice {
	var out []visit.Choice
	for _, s := range slots {
		next := a
		next.day, next.slot = s.StartsAt.Format(time.DateOnly), s.StartsAt.Format("15:04")
		out = append(out, visit.Choice{Title: l.LongDate(s.StartsAt), Text: slotText(l, s.StartsAt, s.EndsAt), Href: next.to(),
			Note: l.T("visit.free", "n", s.Free), Icon: "check", Tone: "good"})
	}
	return out
}

// moment is the time that was chosen, in the city's zone; false for what is none.
func (a asked) moment(c *gin.Context) (time.Time, bool) {
	t, err := time.ParseInLocation("2006-01-02 15:04", a.day+" "+a.slot, gate.CityOf(c).Location())
	return t, err == nil
}

// checkVisit shows an appointment before it is booked.
func (p *Pages) checkVisit(c *gin.Context, a asked, counter booking.Counter) error {
	l := gate.LocaleOf(c)
	at, ok := a.moment(c)
	if !ok {
		return site.NotFound()
	}
	before := a
	before.slot = ""
	slot := booking.Slot{StartsAt: at, EndsAt: at}
	_, slots, err := p.Booking.Slots(c.Request.Context(), a.counter, a.day)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(slots, func(s booking.Slot) bool { return s.StartsAt.Equal(at) }); i >= 0 {
		slot = slots[i]
	}
	rows := append([]ui.Row{{Label: l.T("visit.service"), Value: a.services.Of(a.service)}}, p.visitRows(c, counter, slot.StartsAt, slot.EndsAt)...)
	for i := range rows {
		if rows[i].Label == l.T("visit.when") {
			rows[i].Change = before.to()
		}
	}
	keep := append(a.keep(), visit.Hidden{Name: "jam", Value: a.slot}, visit.Hidden{Name: "key", Value: uuid.NewString()})
	return p.Render(c, http.StatusOK, visit.Check(visit.CheckView{Shell: p.Shell(c, l.T("visit.check")), Back: before.to(), Step: 5, Of: stepsOfVisit,
		Title: l.T("visit.check"), Rows: rows, Action: site.PathVisits, Keep: keep, Label: l.T("visit.book")}))
}

// book takes the place.
func (p *Pages) book(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	a := askedOf(in.Get, site.PathVisits+"/baru")
	at, ok := a.moment(c)
	if !ok {
		return p.visitQuestion(c, http.StatusUnprocessableEntity, a, slotError(gate.LocaleOf(c)), nil)
	}
	ask := booking.BookInput{Counter: a.counter, Service: a.service, StartsAt: at, Key: in.Text("key"), Channel: event.ChannelWeb}
	if a.application != "" {
		if ask.Application, err = uuid.Parse(a.application); err != nil {
			return site.NotFound()
		}
	}
	b, err := p.Booking.Book(c.Request.Context(), gate.ActorOf(c), ask)
	if err == nil {
		return p.Done(c, site.PathVisits+"/"+b.ID.String(), "visit_booked")
	}
	return p.refusedVisit(c, a, err)
}

func slotError(l i18n.Locale) ui.Errors {
	return ui.Errors{{Name: "jam", Text: l.T("field.required")}}
}

// refusedVisit asks for another time where another would do, leads to the appointment that is in the way, and leaves the
// rest to the page of failures.
func (p *Pages) refusedVisit(c *gin.Context, a asked, err error) error {
	var full *booking.Full
	var live *booking.Live
	place := map[string]string{"booking.full": "jam", "booking.full_all": "jam", "booking.no_slot": "jam", "booking.closed": "jam", "booking.no_day": "jam"}
	switch {
	case errors.As(err, &live):
		return p.Done(c, site.PathVisits+"/"+live.ID.String(), "visit_live")
	case fault.Is(err, "booking.cooldown"):
		errs, status, _ := site.RefusedAt(c, err, map[string]string{"booking.cooldown": ""})
		if a.services, err = p.ServiceNames(c); err != nil {
			return err
		}
		return p.Render(c, status, visit.Check(visit.CheckView{Shell: p.errorShell(c), Back: site.PathVisits, Title: gate.LocaleOf(c).T("visit.check"),
			Rows: p.chosen(c, a), Errors: errs}))
	}
	errs, status, ok := site.RefusedAt(c, err, place)
	if !ok {
		return err
	}
	var other []booking.Slot
	if errors.As(err, &full) {
		other = full.Next
	}
	a.slot = ""
	return p.visitQuestion(c, status, a, errs, other)
}

func (p *Pages) errorShell(c *gin.Context) ui.Shell {
	s := p.Shell(c, gate.LocaleOf(c).T("visit.check"))
	s.ErrorTitle = true
	return s
}
