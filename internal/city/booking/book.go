package booking

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// BookInput names a place. Key is the sender's own, new for each booking and the same when it is repeated.
type BookInput struct {
	Counter     string
	Service     string
	StartsAt    time.Time
	Application uuid.UUID // what one comes about; uuid.Nil without one
	Key         string
	Channel     string // event.ChannelWeb or event.ChannelAPI
}

// Validate refuses a key that could not be stored.
func (in BookInput) Validate() error {
	var bad []fault.Field
	if in.Service == "" {
		bad = append(bad, fault.Field{Name: "service", Code: "required"})
	}
	if in.StartsAt.IsZero() {
		bad = append(bad, fault.Field{Name: "slot", Code: "required"})
	}
	switch n := len(in.Key); {
	case strings.TrimSpace(in.Key) == "":
		bad = append(bad, fault.Field{Name: "key", Code: "required"})
	case n > 200 || strings.ContainsRune(in.Key, 0) || strings.ToValidUTF8(in.Key, "") != in.Key:
		bad = append(bad, fault.Field{Name: "key", Code: "invalid"})
	}
	return fault.Fields(bad)
}

// Book gives a resident one place of a slot. The same key gives the same answer however often it is sent. It refuses
// Conflict "booking.full" (when the place went to somebody else: Full inside says which times are free), "booking.live"
// (Live inside names the appointment that the resident has), "booking.cooldown", "booking.closed", "booking.key_used" and
// "booking.application" (the counter is for those who come to collect), NotFound "booking.no_slot" and
// "booking.no_counter", and what Matters refuses.
func (s *Service) Book(ctx context.Context, actor identity.Actor, in BookInput) (Booking, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingOwn); err != nil {
		return Booking{}, err
	}
	if err := in.Validate(); err != nil {
		return Booking{}, err
	}
	if known, err := s.byKey(ctx, s.d.DB.App, actor, in); err != nil || known.ID != uuid.Nil {
		return known, err
	}
	c, err := s.mayBook(ctx, actor, in)
	if err != nil {
		return Booking{}, err
	}
	for {
		var b Booking
		err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
			b, err = s.book(ctx, tx, actor, c, in)
			return err
		})
		switch {
		case err == nil:
			return b, nil
		case violates(err, "booking_tenant_id_code_key"): // one in a billion: draw another
			continue
		case violates(err, "booking_tenant_id_account_id_key_key"), violates(err, "booking_live"): // two at once
			if known, err := s.byKey(ctx, s.d.DB.App, actor, in); err != nil || known.ID != uuid.Nil {
				return known, err
			}
			return Booking{}, s.refuseLive(ctx, actor, in.Service)
		case fault.Is(err, "booking.full"):
			return Booking{}, s.refuseFull(ctx, c.Code, in.StartsAt)
		}
		return Booking{}, fmt.Errorf("booking: book: %w", err)
	}
}

// mayBook holds what a person asks for against what does not change while they ask.
func (s *Service) mayBook(ctx context.Context, actor identity.Actor, in BookInput) (Counter, error) {
	if _, err := s.d.Matters.ServiceName(ctx, s.d.DB.App, in.Service); err != nil {
		return Counter{}, err
	}
	c, err := s.Counter(ctx, in.Counter)
	if err != nil {
		return Counter{}, err
	}
	if c.RetiredAt != nil || !c.Offers(in.Service) {
		return Counter{}, fault.New(fault.NotFound, "booking.no_counter")
	}
	if in.Application == uuid.Nil {
		if c.NeedsApplication {
			return Counter{}, fault.New(fault.Conflict, "booking.application")
		}
		return c, nil
	}
	service, err := s.d.Matters.ToCollect(ctx, actor, in.Application)
	if err != nil {
		return Counter{}, err
	}
	if service != in.Service {
		return Counter{}, fault.New(fault.Conflict, "booking.application")
	}
	return c, nil
}

// byKey returns the booking that was made with a key, or the zero Booking.
func (s *Service) byKey(ctx context.Context, db bun.IDB, actor identity.Actor, in BookInput) (Booking, error) {
	var b Booking
	err := columns(db.NewSelect().Model(&b)).Where("b.tenant_id = ? AND b.account_id = ? AND b.key = ?", tenancy.Must(ctx), actor.ID, in.Key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Booking{}, nil
	}
	if err != nil {
		return Booking{}, fmt.Errorf("booking: by key: %w", err)
	}
	if b.Service != in.Service {
		return Booking{}, fault.New(fault.Conflict, "booking.key_used")
	}
	return b, nil
}

// columns selects a booking with its day as text.
func columns(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("b.*, to_char(b.day, 'YYYY-MM-DD') AS day")
}

func (s *Service) book(ctx context.Context, tx bun.Tx, actor identity.Actor, c Counter, in BookInput) (Booking, error) {
	now := s.now()
	live, err := liveOf(ctx, tx, actor.ID, in.Service)
	if err != nil {
		return Booking{}, err
	}
	switch {
	case live.ID != uuid.Nil && live.Key == in.Key: // the same request, a moment ago
		return live, nil
	case live.ID != uuid.Nil:
		return Booking{}, refuseLive(ctx, live)
	}
	slot, rule, err := s.slotOf(ctx, tx, c, in.StartsAt, now)
	if err != nil {
		return Booking{}, err
	}
	if err := s.coolDown(ctx, tx, actor.ID, rule, now); err != nil {
		return Booking{}, err
	}
	if err := take(ctx, tx, c, rule, slot); err != nil {
		return Booking{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Booking{}, err
	}
	b := Booking{
		TenantID: tenancy.Must(ctx), ID: id, Code: newCode(), Counter: c.Code, Agency: c.Agency, Service: in.Service,
		AccountID: uuid.NullUUID{UUID: actor.ID, Valid: true}, ApplicationID: uuid.NullUUID{UUID: in.Application, Valid: in.Application != uuid.Nil},
		Day: slot.StartsAt.Format(time.DateOnly), StartsAt: slot.StartsAt.UTC(), EndsAt: slot.EndsAt.UTC(), State: Booked,
		Key: in.Key, Channel: in.Channel, Locale: string(i18n.From(ctx)), CreatedAt: now, UpdatedAt: now,
	}
	if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
		return Booking{}, err
	}
	if err := s.note(ctx, tx, actor, b, "booking.book", nil); err != nil {
		return Booking{}, err
	}
	err = event.Publish(ctx, tx, s.d.Bus, event.AppointmentBooked{
		BookingID: b.ID, CounterCode: b.Counter, ServiceCode: b.Service, AgencyCode: b.Agency, AccountID: actor.ID, Channel: b.Channel,
		StartsAt: b.StartsAt, At: now,
	})
	if err != nil {
		return Booking{}, err
	}
	return b, s.tell(ctx, tx, c, b, "appointment_booked")
}

// slotOf returns the slot that begins at a moment, if it can be booked at now.
func (s *Service) slotOf(ctx context.Context, tx bun.IDB, c Counter, at, now time.Time) (Slot, Rule, error) {
	_, cal, err := s.open(ctx, tx, c.Code)
	if err != nil {
		return Slot{}, Rule{}, err
	}
	at, now = at.In(cal.Zone), now.In(cal.Zone)
	first, last := c.window(now)
	none := fault.New(fault.NotFound, "booking.no_slot")
	if day := startOf(at); day.Before(first) || day.After(last) {
		return Slot{}, Rule{}, none
	}
	rule, _ := c.inForce(at.Format(time.DateOnly))
	for _, slot := range c.slots(cal, at) {
		if slot.StartsAt.Equal(at) && slot.StartsAt.After(now.Add(time.Duration(rule.CloseHours)*time.Hour)) {
			return slot, rule, nil
		}
	}
	return Slot{}, Rule{}, none
}

// A place is a row of its slot and a row of its day, counted up together. Whoever changes several of them changes slots in
// the order of time before days in the order of dates, and holds the booking's own row before both, so that nobody waits
// in a circle. The conditions are in the statements and, should a statement ever be wrong, in the tables: a place above
// the capacity cannot be written.

// take counts up a slot and its day.
func take(ctx context.Context, tx bun.IDB, c Counter, r Rule, slot Slot) error {
	if err := takeSlot(ctx, tx, c, r, slot); err != nil {
		return err
	}
	return takeDay(ctx, tx, c, r, slot.StartsAt.Format(time.DateOnly))
}

func takeSlot(ctx context.Context, tx bun.IDB, c Counter, r Rule, slot Slot) error {
	tenant := tenancy.Must(ctx)
	_, err := tx.NewRaw(`INSERT INTO counter_slot (tenant_id, counter, starts_at, ends_at, capacity) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		tenant, c.Code, slot.StartsAt.UTC(), slot.EndsAt.UTC(), r.Capacity).Exec(ctx)
	if err != nil {
		return fmt.Errorf("booking: slot: %w", err)
	}
	got, err := affected(tx.NewRaw("UPDATE counter_slot SET booked = booked + 1 WHERE tenant_id = ? AND counter = ? AND starts_at = ? AND booked < capacity",
		tenant, c.Code, slot.StartsAt.UTC()).Exec(ctx))
	if err != nil {
		return fmt.Errorf("booking: slot: %w", err)
	}
	if !got {
		return fault.New(fault.Conflict, "booking.full")
	}
	return nil
}

func takeDay(ctx context.Context, tx bun.IDB, c Counter, r Rule, day string) error {
	tenant := tenancy.Must(ctx)
	_, err := tx.NewRaw(`INSERT INTO counter_day (tenant_id, counter, day, quota) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		tenant, c.Code, day, r.DayQuota).Exec(ctx)
	if err != nil {
		return fmt.Errorf("booking: day: %w", err)
	}
	got, err := affected(tx.NewRaw(`UPDATE counter_day SET booked = booked + 1
		WHERE tenant_id = ? AND counter = ? AND day = ? AND closed_at IS NULL AND (quota = 0 OR booked < quota)`,
		tenant, c.Code, day).Exec(ctx))
	if err != nil {
		return fmt.Errorf("booking: day: %w", err)
	}
	if got {
		return nil
	}
	var reason []string
	err = tx.NewRaw("SELECT reason FROM counter_day WHERE tenant_id = ? AND counter = ? AND day = ? AND closed_at IS NOT NULL", tenant, c.Code, day).Scan(ctx, &reason)
	if err != nil {
		return fmt.Errorf("booking: day: %w", err)
	}
	if len(reason) > 0 {
		return fault.New(fault.Conflict, "booking.closed", "reason", reason[0])
	}
	return fault.New(fault.Conflict, "booking.full")
}

// release gives a place back.
func release(ctx context.Context, tx bun.IDB, b Booking) error {
	if err := releaseSlot(ctx, tx, b); err != nil {
		return err
	}
	return releaseDay(ctx, tx, b)
}

func releaseSlot(ctx context.Context, tx bun.IDB, b Booking) error {
	_, err := tx.NewRaw("UPDATE counter_slot SET booked = booked - 1 WHERE tenant_id = ? AND counter = ? AND starts_at = ? AND booked > 0",
		b.TenantID, b.Counter, b.StartsAt.UTC()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("booking: release: %w", err)
	}
	return nil
}

func releaseDay(ctx context.Context, tx bun.IDB, b Booking) error {
	_, err := tx.NewRaw("UPDATE counter_day SET booked = booked - 1 WHERE tenant_id = ? AND counter = ? AND day = ? AND booked > 0",
		b.TenantID, b.Counter, b.Day).Exec(ctx)
	if err != nil {
		return fmt.Errorf("booking: release: %w", err)
	}
	return nil
}

func affected(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Full is inside the refusal "booking.full": the next times that were free then.
type Full struct{ Next []Slot }

func (f *Full) Error() string { return fmt.Sprintf("%d other times are free", len(f.Next)) }

func (s *Service) refuseFull(ctx context.Context, counter string, from time.Time) error {
	next, err := s.Next(ctx, counter, from)
	if err != nil {
		return err
	}
	l, words := i18n.From(ctx), ""
	for _, slot := range next {
		words += "; " + l.DateTime(slot.StartsAt)
	}
	f := &fault.Error{Kind: fault.Conflict, Code: "booking.full", Args: []any{"next", strings.TrimPrefix(words, "; ")}, Err: &Full{Next: next}}
	if words == "" {
		f.Code = "booking.full_all"
	}
	return f
}

// Live is inside the refusal "booking.live": the appointment that the resident has for the service.
type Live struct{ ID uuid.UUID }

func (l *Live) Error() string { return "has booking " + l.ID.String() }

func liveOf(ctx context.Context, db bun.IDB, account uuid.UUID, service string) (Booking, error) {
	var b Booking
	err := columns(db.NewSelect().Model(&b)).Where("b.tenant_id = ? AND b.account_id = ? AND b.service = ?", tenancy.Must(ctx), account, service).
		Where("b.state IN (?, ?)", Booked, Arrived).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Booking{}, nil
	}
	return b, err
}

func refuseLive(ctx context.Context, b Booking) error {
	at := i18n.From(ctx).DateTime(b.StartsAt.In(zone(ctx)))
	return &fault.Error{Kind: fault.Conflict, Code: "booking.live", Args: []any{"code", b.Code, "at", at}, Err: &Live{ID: b.ID}}
}

func (s *Service) refuseLive(ctx context.Context, actor identity.Actor, service string) error {
	b, err := liveOf(ctx, s.d.DB.App, actor.ID, service)
	if err != nil {
		return err
	}
	return refuseLive(ctx, b)
}

// coolDown holds back who stayed away as often as the counter's rule allows, until the first of those times is as long ago
// as the rule says.
func (s *Service) coolDown(ctx context.Context, tx bun.IDB, account uuid.UUID, r Rule, now time.Time) error {
	if r.NoShowLimit == 0 || r.NoShowDays == 0 {
		return nil
	}
	var missed []time.Time
	err := tx.NewRaw(`SELECT starts_at FROM booking WHERE tenant_id = ? AND account_id = ? AND state = ? AND starts_at > ?
		ORDER BY starts_at DESC LIMIT ?`, tenancy.Must(ctx), account, NoShow, now.AddDate(0, 0, -r.NoShowDays), r.NoShowLimit).Scan(ctx, &missed)
	if err != nil {
		return fmt.Errorf("booking: no-shows: %w", err)
	}
	if len(missed) < r.NoShowLimit {
		return nil
	}
	again := missed[len(missed)-1].AddDate(0, 0, r.NoShowDays).In(zone(ctx))
	return fault.New(fault.Conflict, "booking.cooldown", "n", len(missed), "date", i18n.From(ctx).DateTime(again))
}

// note writes the audit entry of an act on a booking.
func (s *Service) note(ctx context.Context, tx bun.IDB, actor identity.Actor, b Booking, action string, more map[string]any) error {
	detail := map[string]any{"code": b.Code, "counter": b.Counter, "service": b.Service, "starts_at": b.StartsAt, "state": b.State}
	for k, v := range more {
		detail[k] = v
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: kindOf(actor), Action: action, Object: "booking", ObjectID: b.ID, At: s.now(), Detail: detail})
}

// violates reports whether err is the refusal of a unique constraint.
func violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == constraint
}
