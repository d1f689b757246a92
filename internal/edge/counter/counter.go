package counter

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/visit"
	"bedelau/web/ui"
)

// newCounter asks what is to be said of a new counter, with values that suit most.
func (p *Pages) newCounter(c *gin.Context) error {
	v := visit.CounterView{New: true, Agency: gate.ActorOf(c).Agency, SlotMinutes: "30", Capacity: "10", DayQuota: "0", OpenDays: "14", CloseHours: "2",
		NoShowLimit: "3", NoShowDays: "30", From: site.Zoned(c, p.Now()).Format(time.DateOnly)}
	for _, d := range site.Weekdays[:5] {
		v.Week = append(v.Week, visit.Weekday{Name: d, Value: "08:00-12:00, 13:00-15:00"})
	}
	return p.counterPage(c, http.StatusOK, v)
}

// counter shows one with its rules, and asks for a rule from a day on.
func (p *Pages) counter(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Booking.Desks(ctx, gate.ActorOf(c)) // those that are this administrator's
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x booking.Counter) bool { return x.Code == c.Param("code") })
	if i < 0 {
		return fault.New(fault.NotFound, "booking.no_counter")
	}
	x := all[i]
	v := visit.CounterView{Code: x.Code, Agency: x.Agency, NameID: x.Name[i18n.ID], NameEN: x.Name[i18n.EN], AddressID: x.Address[i18n.ID],
		AddressEN: x.Address[i18n.EN], Chosen: x.Services, NeedsApplication: x.NeedsApplication, Retired: x.RetiredAt != nil,
		From: site.Zoned(c, p.Now()).AddDate(0, 0, 1).Format(time.DateOnly)}
	for _, r := range x.Rules {
		from, _ := time.Parse(time.DateOnly, r.EffectiveFrom)
		v.Rules = append(v.Rules, ui.Row{Label: l.T("counter.since", "date", l.Date(from)), Value: ruleText(r, l)})
	}
	if n := len(x.Rules); n > 0 {
		fillRule(&v, x.Rules[n-1])
	}
	return p.counterPage(c, http.StatusOK, v)
}

func fillRule(v *visit.CounterView, r booking.Rule) {
	v.SlotMinutes, v.Capacity, v.DayQuota = strconv.Itoa(r.SlotMinutes), strconv.Itoa(r.Capacity), strconv.Itoa(r.DayQuota)
	v.OpenDays, v.CloseHours = strconv.Itoa(r.OpenDays), strconv.Itoa(r.CloseHours)
	v.NoShowLimit, v.NoShowDays, v.Source = strconv.Itoa(r.NoShowLimit), strconv.Itoa(r.NoShowDays), r.Source
	for _, d := range site.Weekdays {
		v.Week = append(v.Week, visit.Weekday{Name: d, Value: r.Hours[d]})
	}
}

func (p *Pages) counterPage(c *gin.Context, status int, v visit.CounterView) error {
	ctx, l, actor := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	title := l.T("counter.new")
	if !v.New {
		title = v.NameID
	}
	v.Shell = p.DeskShell(c, title)
	v.ErrorTitle = len(v.Errors) > 0
	reach, err := p.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	agencies, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return err
	}
	for _, a := range agencies {
		if reach.City() || a.Code == reach.Agency() {
			v.Agencies = append(v.Agencies, ui.Option{Value: a.Code, Label: site.AgencyShort(a, l)})
		}
	}
	services, err := p.Catalog.List(ctx, catalog.Filter{Agency: reach.Agency()})
	if err != nil {
		return err
	}
	for _, s := range services {
		v.Services = append(v.Services, ui.Option{Value: s.Code, Label: s.Name.In(l)})
	}
	week := v.Week
	v.Week = nil
	for _, d := range site.Weekdays {
		w := visit.Weekday{Name: d, Label: l.T("weekday." + d)}
		if i := slices.IndexFunc(week, func(x visit.Weekday) bool { return x.Name == d }); i >= 0 {
			w.Value = week[i].Value
		}
		v.Week = append(v.Week, w)
	}
	return p.Render(c, status, visit.Counter(v))
}

// saveCounter makes a counter, or changes it from a day on.
func (p *Pages) saveCounter(c *gin.Context) error {
	in, err := site.ReadForm(c, "services", "effective_from")
	if err != nil {
		return err
	}
	v := p.typedCounter(in)
	counter, rule, bad := counterOf(in, v)
	ctx, actor := c.Request.Context(), gate.ActorOf(c)
	err = fault.Fields(bad)
	if err == nil && !v.New {
		err = p.keepPlace(c, &counter)
	}
	switch now := p.Now().UTC(); {
	case !v.Retired:
		counter.RetiredAt = nil
	case counter.RetiredAt == nil:
		counter.RetiredAt = &now
	}
	if err == nil && v.New {
		if _, taken := p.Booking.Counter(ctx, counter.Code); taken == nil {
			err = site.Invalid("code", "booking_taken")
		}
	}
	if err == nil {
		err = p.KnownAgency(ctx, counter.Agency)
	}
	if err == nil {
		err = p.Booking.SaveCounter(ctx, actor, counter, rule)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		errs = site.Called(c, errs, map[string]string{"code": "counter.code", "name": "counter.name", "address": "counter.address", "agency": "counter.agency", "services": "counter.services"})
		v.Errors = site.InOrder(errs, "code", "agency", "name", "address", "services", "effective_from", "hours", "slot_minutes", "capacity", "day_quota",
			"open_days", "close_hours", "no_show_limit", "no_show_days", "source")
		return p.counterPage(c, status, v)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathCounters+"/"+counter.Code, "counter_saved")
}

// keepPlace keeps what the form does not ask for: where the counter is on the map and in the list, and since when it is closed.
func (p *Pages) keepPlace(c *gin.Context, x *booking.Counter) error {
	old, err := p.Booking.Counter(c.Request.Context(), x.Code)
	x.Latitude, x.Longitude, x.Position, x.Source, x.Verified = old.Latitude, old.Longitude, old.Position, old.Source, old.Verified
	x.RetiredAt = old.RetiredAt
	return err
}

// typedCounter is the form as it was typed.
func (p *Pages) typedCounter(in site.Form) visit.CounterView {
	text := func(name string, n int) string { return site.Clip(in.Text(name), n) }
	v := visit.CounterView{New: in.Yes("new"), Code: text("code", 64), Agency: text("agency", 64), NameID: text("name", 300), NameEN: text("name_en", 300),
		AddressID: text("address", 400), AddressEN: text("address_en", 400), Chosen: in.Values["services"], NeedsApplication: in.Yes("needs_application"),
		Retired: in.Yes("retired"), From: site.DateOf(in, "effective_from"), SlotMinutes: text("slot_minutes", 8), Capacity: text("capacity", 8),
		DayQuota: text("day_quota", 8), OpenDays: text("open_days", 8), CloseHours: text("close_hours", 8), NoShowLimit: text("no_show_limit", 8),
		NoShowDays: text("no_show_days", 8), Source: text("source", 200)}
	for _, d := range site.Weekdays {
		v.Week = append(v.Week, visit.Weekday{Name: d, Value: text("hours_"+d, 60)})
	}
	return v
}

func counterOf(in site.Form, v visit.CounterView) (booking.Counter, booking.Rule, []fault.Field) {
	var bad []fault.Field
	number := func(name, typed string) int {
		n, err := strconv.Atoi(typed)
		if err != nil {
			code := "booking_" + name
			bad = append(bad, fault.Field{Name: name, Code: code})
		}
		return n
	}
	r := booking.Rule{EffectiveFrom: v.From, Hours: booking.Hours{}, Source: v.Source}
	r.SlotMinutes, r.Capacity, r.DayQuota = number("slot_minutes", v.SlotMinutes), number("capacity", v.Capacity), number("day_quota", v.DayQuota)
	r.OpenDays, r.CloseHours = number("open_days", v.OpenDays), number("close_hours", v.CloseHours)
	r.NoShowLimit, r.NoShowDays = number("no_show_limit", v.NoShowLimit), number("no_show_days", v.NoShowDays)
	for _, w := range v.Week {
		if w.Value != "" {
			r.Hours[w.Name] = strings.ReplaceAll(w.Value, ".", ":")
		}
	}
	x := booking.Counter{Code: v.Code, Agency: v.Agency, Name: i18n.Text{i18n.ID: v.NameID, i18n.EN: v.NameEN},
		Address: i18n.Text{i18n.ID: v.AddressID, i18n.EN: v.AddressEN}, Services: v.Chosen, NeedsApplication: v.NeedsApplication, Source: v.Source}
	return x, r, bad
}
