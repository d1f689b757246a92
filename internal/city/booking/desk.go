package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// within refuses a counter that is not of the actor's agency, unless the actor reaches the whole city: NotFound, as if it
// did not exist. Call it before the transaction begins.
func (s *Service) within(ctx context.Context, actor identity.Actor, need access.Permission, code string) (Counter, error) {
	if err := s.d.Guard.Allow(ctx, actor, need); err != nil {
		return Counter{}, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return Counter{}, err
	}
	c, err := s.Counter(ctx, code)
	if err != nil {
		return Counter{}, err
	}
	if !r.City() && (r.Agency() == "" || r.Agency() != c.Agency) {
		return Counter{}, fault.New(fault.NotFound, "booking.no_counter")
	}
	return c, nil
}

// Desks lists the counters that an officer serves, those that are out of use too.
func (s *Service) Desks(ctx context.Context, actor identity.Actor) ([]Counter, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingServe); err != nil {
		return nil, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil || !r.City() && r.Agency() == "" {
		return nil, err
	}
	return s.Counters(ctx, Filter{Agency: r.Agency(), Retired: true})
}

// Roster is one day at a counter as its officers see it.
type Roster struct {
	Counter  Counter
	Date     time.Time
	Slots    []Slot // of the whole day, with what is left of each
	Closed   string // why the counter is closed; empty when it is not
	Bookings []Entry
}

// Entry is one booking with its holder's name, empty for a walk-in.
type Entry struct {
	Booking
	Name string
}

// rosterLimit bounds a day; no counter serves as many.
const rosterLimit = 2000

// Roster returns a day at a counter to an officer of its agency. day is "2026-12-01"; empty is today.
func (s *Service) Roster(ctx context.Context, actor identity.Actor, code, day string) (Roster, error) {
	c, err := s.within(ctx, actor, access.BookingServe, code)
	if err != nil {
		return Roster{}, err
	}
	cal, err := calendar.Load(ctx, s.d.DB.App, c.Agency)
	if err != nil {
		return Roster{}, err
	}
	out := Roster{Counter: c, Date: startOf(s.now().In(cal.Zone))}
	if day != "" {
		if out.Date, err = time.ParseInLocation(time.DateOnly, day, cal.Zone); err != nil {
			return Roster{}, fault.New(fault.NotFound, "booking.no_day")
		}
	}
	n, err := taken(ctx, s.d.DB.App, c.Code, out.Date, out.Date)
	if err != nil {
		return Roster{}, err
	}
	row := n.days[out.Date.Format(time.DateOnly)]
	for _, slot := range c.slots(cal, out.Date) {
		if size, ok := n.sizes[slot.StartsAt.Unix()]; ok {
			slot.Capacity = size
		}
		slot.Free = max(0, slot.Capacity-n.slots[slot.StartsAt.Unix()])
		out.Slots = append(out.Slots, slot)
	}
	if row.Closed != nil {
		out.Closed = row.Reason
	}
	out.Bookings, err = s.entries(ctx, c.Code, out.Date)
	return out, err
}

func (s *Service) entries(ctx context.Context, code string, day time.Time) ([]Entry, error) {
	var all []Booking
	err := columns(s.d.DB.App.NewSelect().Model(&all)).Where("b.tenant_id = ? AND b.counter = ? AND b.day = ?", tenancy.Must(ctx), code, day.Format(time.DateOnly)).
		Where("b.state <> ?", Cancelled).OrderExpr("b.starts_at, b.id").Limit(rosterLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("booking: roster: %w", err)
	}
	var ids []uuid.UUID
	for _, b := range all {
		if b.AccountID.Valid && !slices.Contains(ids, b.AccountID.UUID) {
			ids = append(ids, b.AccountID.UUID)
		}
	}
	names, err := s.d.Staff.Names(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(all))
	for i, b := range all {
		out[i] = Entry{Booking: b, Name: names[b.AccountID.UUID]}
	}
	return out, nil
}

// Mark is what an officer says of a booking of the day: Arrived gives its holder a number, Done and NoShow end it, and
// Booked takes an Arrived or NoShow back that was a slip. It refuses NotFound "booking.not_found" outside the officer's
// agency, and Conflict "booking.not_now" for a step that its state or its time does not allow.
func (s *Service) Mark(ctx context.Context, actor identity.Actor, id uuid.UUID, to State) (Booking, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingServe); err != nil {
		return Booking{}, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return Booking{}, err
	}
	var b Booking
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if b, err = lockWhere(ctx, tx, "b.id = ? AND (? OR b.agency = ?)", id, r.City(), r.Agency()); err != nil {
			return err
		}
		if b.State == to {
			return nil // pressed twice
		}
		return s.mark(ctx, tx, actor, &b, to)
	})
	if violates(err, "booking_live") { // its holder has booked another time since
		err = fault.New(fault.Conflict, "booking.not_now")
	}
	if err != nil {
		return Booking{}, fmt.Errorf("booking: mark: %w", err)
	}
	return b, nil
}

func (s *Service) mark(ctx context.Context, tx bun.Tx, actor identity.Actor, b *Booking, to State) error {
	now := s.now()
	today := now.In(zone(ctx)).Format(time.DateOnly)
	from := b.State
	allowed := map[State]bool{
		Arrived: from == Booked && b.Day == today,
		Done:    from == Arrived,
		NoShow:  from == Booked && !now.Before(b.StartsAt),
		Booked:  (from == Arrived || from == NoShow) && b.AccountID.Valid && b.Day == today,
	}
	if !allowed[to] {
		return fault.New(fault.Conflict, "booking.not_now")
	}
	if to == Arrived && b.Queue == 0 {
		if err := s.number(ctx, tx, b); err != nil {
			return err
		}
	}
	b.State, b.UpdatedAt = to, now
	if err := save(ctx, tx, *b); err != nil {
		return err
	}
	if err := s.note(ctx, tx, actor, *b, "booking."+string(to), map[string]any{"from": from}); err != nil {
		return err
	}
	if to != Done && to != NoShow {
		return nil
	}
	return event.Publish(ctx, tx, s.d.Bus, event.AppointmentEnded{
		BookingID: b.ID, CounterCode: b.Counter, ServiceCode: b.Service, AgencyCode: b.Agency, Outcome: string(to), At: now,
	})
}

// number gives the next number of the day.
func (s *Service) number(ctx context.Context, tx bun.IDB, b *Booking) error {
	err := tx.NewRaw("UPDATE counter_day SET queue = queue + 1 WHERE tenant_id = ? AND counter = ? AND day = ? RETURNING queue",
		b.TenantID, b.Counter, b.Day).Scan(ctx, &b.Queue)
	if err != nil {
		return fmt.Errorf("booking: number: %w", err)
	}
	return nil
}

// WalkIn gives a number for today to a person without an appointment, from the places that are left. It refuses Conflict
// "booking.full_today" when none is, and NotFound "booking.no_counter" for a counter or a service that is not the
// officer's.
func (s *Service) WalkIn(ctx context.Context, actor identity.Actor, code, service, key string) (Booking, error) {
	c, err := s.within(ctx, actor, access.BookingServe, code)
	if err != nil {
		return Booking{}, err
	}
	if c.RetiredAt != nil || !c.Offers(service) {
		return Booking{}, fault.New(fault.NotFound, "booking.no_counter")
	}
	if key == "" {
		return Booking{}, fault.Fields([]fault.Field{{Name: "key", Code: "required"}})
	}
	for {
		var b Booking
		err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
			b, err = s.walkIn(ctx, tx, actor, c, service, key)
			return err
		})
		if violates(err, "booking_tenant_id_code_key") {
			continue
		}
		if err != nil {
			return Booking{}, fmt.Errorf("booking: walk-in: %w", err)
		}
		return b, nil
	}
}

func (s *Service) walkIn(ctx context.Context, tx bun.Tx, actor identity.Actor, c Counter, service, key string) (Booking, error) {
	// Two presses of one button are one number: the key names both, and the second waits for the first here.
	lock := "walk-in " + tenancy.Must(ctx).String() + c.Code + key
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", lock).Exec(ctx); err != nil {
		return Booking{}, err
	}
	_, cal, err := s.open(ctx, tx, c.Code)
	if err != nil {
		return Booking{}, err
	}
	now := s.now()
	today := now.In(cal.Zone)
	known, err := lockWhere(ctx, tx, "b.counter = ? AND b.day = ? AND b.account_id IS NULL AND b.key = ?", c.Code, today.Format(time.DateOnly), key)
	if err == nil || !fault.Is(err, "booking.not_found") {
		return known, err
	}
	rule, _ := c.inForce(today.Format(time.DateOnly))
	for _, slot := range c.slots(cal, today) {
		if !slot.EndsAt.After(now) {
			continue
		}
		err := savepoint(ctx, tx, func(tx bun.Tx) error { return take(ctx, tx, c, rule, slot) })
		if fault.Is(err, "booking.full") {
			continue
		}
		if err != nil {
			return Booking{}, err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return Booking{}, err
		}
		b := Booking{
			TenantID: tenancy.Must(ctx), ID: id, Code: newCode(), Counter: c.Code, Agency: c.Agency, Service: service,
			Day: today.Format(time.DateOnly), StartsAt: slot.StartsAt.UTC(), EndsAt: slot.EndsAt.UTC(), State: Arrived, Key: key,
			Channel: ChannelCounter, Locale: string(i18n.ID), CreatedAt: now, UpdatedAt: now,
		}
		if err := s.number(ctx, tx, &b); err != nil {
			return Booking{}, err
		}
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return Booking{}, err
		}
		return b, s.note(ctx, tx, actor, b, "booking.walk_in", map[string]any{"queue": b.Queue})
	}
	return Booking{}, fault.New(fault.Conflict, "booking.full_today")
}

// ChannelCounter is the channel of a walk-in.
const ChannelCounter = "counter"

// savepoint lets what fn refused be as if it had not been tried.
func savepoint(ctx context.Context, tx bun.Tx, fn func(bun.Tx) error) error {
	return tx.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error { return fn(tx) })
}
