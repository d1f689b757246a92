package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Slot is a time at a counter with what is left of its places.
type Slot struct {
	StartsAt time.Time // in the city's zone
	EndsAt   time.Time
	Capacity int
	Free     int
}

// Day is a day at a counter as a resident chooses one. Free counts places that can be booked now.
type Day struct {
	Date   time.Time
	Free   int
	Over   bool   // its times have passed, or come too soon
	Closed string // why the counter is closed on a day on which it would be open; empty otherwise
}

// counts are what is taken at a counter on some days.
type counts struct {
	slots map[int64]int // by the second at which a slot begins
	sizes map[int64]int // capacities that were set when a slot was first booked
	days  map[string]dayRow
}

type dayRow struct {
	Day    string     `bun:"day"`
	Booked int        `bun:"booked"`
	Quota  int        `bun:"quota"`
	Closed *time.Time `bun:"closed_at"`
	Reason string     `bun:"reason"`
}

// taken reads what is taken at a counter from one day to another, both included.
func taken(ctx context.Context, db bun.IDB, code string, first, last time.Time) (counts, error) {
	out := counts{slots: map[int64]int{}, sizes: map[int64]int{}, days: map[string]dayRow{}}
	var slots []struct {
		StartsAt time.Time `bun:"starts_at"`
		Booked   int       `bun:"booked"`
		Capacity int       `bun:"capacity"`
	}
	err := db.NewRaw("SELECT starts_at, booked, capacity FROM counter_slot WHERE tenant_id = ? AND counter = ? AND starts_at >= ? AND starts_at < ?",
		tenancy.Must(ctx), code, startOf(first), startOf(last).AddDate(0, 0, 1)).Scan(ctx, &slots)
	if err != nil {
		return out, fmt.Errorf("booking: slots: %w", err)
	}
	for _, s := range slots {
		out.slots[s.StartsAt.Unix()], out.sizes[s.StartsAt.Unix()] = s.Booked, s.Capacity
	}
	var days []dayRow
	err = db.NewRaw(`SELECT to_char(day, 'YYYY-MM-DD') AS day, booked, quota, closed_at, reason FROM counter_day
		WHERE tenant_id = ? AND counter = ? AND day BETWEEN ? AND ?`,
		tenancy.Must(ctx), code, first.Format(time.DateOnly), last.Format(time.DateOnly)).Scan(ctx, &days)
	if err != nil {
		return out, fmt.Errorf("booking: days: %w", err)
	}
	for _, d := range days {
		out.days[d.Day] = d
	}
	return out, nil
}

func startOf(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, day.Location())
}

// free fills in what is left of the slots of a day at now, and drops those that can no longer be booked: the past, what
// is too soon, and everything on a day that is closed or has had its quota.
func (c Counter) free(all []Slot, n counts, now time.Time) []Slot {
	var out []Slot
	for _, s := range all {
		day := s.StartsAt.Format(time.DateOnly)
		r, _ := c.inForce(day)
		if !s.StartsAt.After(now.Add(time.Duration(r.CloseHours) * time.Hour)) {
			continue
		}
		if size, ok := n.sizes[s.StartsAt.Unix()]; ok {
			s.Capacity = size
		}
		s.Free = max(0, s.Capacity-n.slots[s.StartsAt.Unix()])
		if d, ok := n.days[day]; ok {
			switch {
			case d.Closed != nil:
				continue
			case d.Quota > 0:
				s.Free = max(0, min(s.Free, d.Quota-d.Booked))
			}
		} else if r.DayQuota > 0 {
			s.Free = min(s.Free, r.DayQuota)
		}
		out = append(out, s)
	}
	return out
}

// window is the first and the last day that can be booked at now.
func (c Counter) window(now time.Time) (first, last time.Time) {
	r, ok := c.inForce(now.Format(time.DateOnly))
	if !ok && len(c.Rules) > 0 {
		r = c.Rules[0]
	}
	return startOf(now), startOf(now).AddDate(0, 0, r.OpenDays)
}

// Days lists the days on which a counter works, as far ahead as one may book, with the places that are free on each.
func (s *Service) Days(ctx context.Context, code string) (Counter, []Day, error) {
	c, cal, err := s.open(ctx, s.d.DB.App, code)
	if err != nil {
		return c, nil, err
	}
	now := s.now().In(cal.Zone)
	first, last := c.window(now)
	n, err := taken(ctx, s.d.DB.App, code, first, last)
	if err != nil {
		return c, nil, err
	}
	var out []Day
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		all := c.slots(cal, day)
		if len(all) == 0 {
			continue
		}
		d := Day{Date: day}
		left := c.free(all, n, now)
		for _, slot := range left {
			d.Free += slot.Free
		}
		d.Over = len(left) == 0 && n.days[day.Format(time.DateOnly)].Closed == nil
		if row := n.days[day.Format(time.DateOnly)]; row.Quota > 0 {
			d.Free = max(0, min(d.Free, row.Quota-row.Booked))
		} else if r, _ := c.inForce(day.Format(time.DateOnly)); r.DayQuota > 0 {
			d.Free = min(d.Free, r.DayQuota)
		}
		if row := n.days[day.Format(time.DateOnly)]; row.Closed != nil {
			d.Closed = row.Reason
		}
		out = append(out, d)
	}
	return c, out, nil
}

// Slots lists the slots of one day that can be booked, full ones too. day is "2026-12-01"; it refuses NotFound
// "booking.no_day" for a day that is none or cannot be booked.
func (s *Service) Slots(ctx context.Context, code, day string) (Counter, []Slot, error) {
	c, cal, err := s.open(ctx, s.d.DB.App, code)
	if err != nil {
		return c, nil, err
	}
	date, err := time.ParseInLocation(time.DateOnly, day, cal.Zone)
	now := s.now().In(cal.Zone)
	first, last := c.window(now)
	if err != nil || date.Before(first) || date.After(last) {
		return c, nil, fault.New(fault.NotFound, "booking.no_day")
	}
	n, err := taken(ctx, s.d.DB.App, code, date, date)
	if err != nil {
		return c, nil, err
	}
	return c, c.free(c.slots(cal, date), n, now), nil
}

// open returns a counter that is in use with its agency's calendar.
func (s *Service) open(ctx context.Context, db bun.IDB, code string) (Counter, workcal.Calendar, error) {
	c, err := counter(ctx, db, code)
	if err != nil {
		return c, workcal.Calendar{}, err
	}
	if c.RetiredAt != nil {
		return c, workcal.Calendar{}, fault.New(fault.NotFound, "booking.no_counter")
	}
	cal, err := calendar.Load(ctx, db, c.Agency)
	return c, cal, err
}

// nextMost is how many other times a refusal names.
const nextMost = 3

// Next returns the first slots of a counter that are free from a moment on.
func (s *Service) Next(ctx context.Context, code string, from time.Time) ([]Slot, error) {
	c, cal, err := s.open(ctx, s.d.DB.App, code)
	if err != nil {
		return nil, err
	}
	now := s.now().In(cal.Zone)
	first, last := c.window(now)
	if from.After(now) {
		first = startOf(from.In(cal.Zone))
	}
	n, err := taken(ctx, s.d.DB.App, code, first, last)
	if err != nil {
		return nil, err
	}
	var out []Slot
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		for _, slot := range c.free(c.slots(cal, day), n, now) {
			if slot.Free > 0 && !slot.StartsAt.Before(from) {
				if out = append(out, slot); len(out) == nextMost {
					return out, nil
				}
			}
		}
	}
	return out, nil
}
