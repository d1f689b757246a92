package booking

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

const reasonMax = 300

// CloseDay closes a counter for a day: nobody can book it any more, and everyone who has a place on it is told why and
// offered another time. It returns how many those are. It refuses Invalid without a reason, and NotFound "booking.no_day"
// for a day that is none or is past.
func (s *Service) CloseDay(ctx context.Context, actor identity.Actor, code, day, reason string) (displaced int, err error) {
	c, date, err := s.dayToManage(ctx, actor, code, day)
	if err != nil {
		return 0, err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return 0, fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	case utf8.RuneCountInString(reason) > reasonMax:
		return 0, fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMax}}})
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' }):
		return 0, fault.Fields([]fault.Field{{Name: "reason", Code: "invalid"}})
	}
	if displaced, err = s.closeDay(ctx, actor, c, date.Format(time.DateOnly), reason); err != nil {
		return 0, fmt.Errorf("booking: close day: %w", err)
	}
	return displaced, nil
}

func (s *Service) dayToManage(ctx context.Context, actor identity.Actor, code, day string) (Counter, time.Time, error) {
	c, err := s.within(ctx, actor, access.BookingManage, code)
	if err != nil {
		return c, time.Time{}, err
	}
	date, err := time.ParseInLocation(time.DateOnly, day, zone(ctx))
	if err != nil || date.Before(startOf(s.now().In(zone(ctx)))) {
		return c, time.Time{}, fault.New(fault.NotFound, "booking.no_day")
	}
	return c, date, nil
}

// closeDay closes the day first, so that nobody books it any more, and then displaces its holders one by one; what a crash
// leaves is found by the look for such days.
func (s *Service) closeDay(ctx context.Context, actor identity.Actor, c Counter, day, reason string) (int, error) {
	tenant, now := tenancy.Must(ctx), s.now()
	rule, _ := c.inForce(day)
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		did, err := affected(tx.NewRaw(`INSERT INTO counter_day AS d (tenant_id, counter, day, quota, closed_at, reason) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant_id, counter, day) DO UPDATE SET closed_at = EXCLUDED.closed_at, reason = EXCLUDED.reason WHERE d.closed_at IS NULL`,
			tenant, c.Code, day, rule.DayQuota, now, reason).Exec(ctx))
		if err != nil || !did {
			return err // closed already
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: kindOf(actor), Action: "booking.close_day", Object: "counter",
			ObjectID: tenant, At: now, Detail: map[string]any{"counter": c.Code, "day": day, "reason": reason}})
	})
	if err != nil {
		return 0, err
	}
	var held []uuid.UUID
	err = s.d.DB.App.NewRaw("SELECT id FROM booking WHERE tenant_id = ? AND counter = ? AND day = ? AND state = 'booked' ORDER BY starts_at, id",
		tenant, c.Code, day).Scan(ctx, &held)
	if err != nil {
		return 0, err
	}
	displaced := 0
	for _, id := range held {
		err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
			b, err := lockWhere(ctx, tx, "b.id = ?", id)
			if err != nil || b.State != Booked || b.Day != day {
				return err // moved or cancelled meanwhile
			}
			displaced++
			return s.displace(ctx, tx, actor, c, b, reason)
		})
		if err != nil {
			return displaced, err
		}
	}
	return displaced, nil
}

// kindOf names an actor in the audit record.
func kindOf(actor identity.Actor) string {
	if actor.ID == uuid.Nil {
		return audit.System
	}
	return string(actor.Kind)
}

// displace takes a place from its holder, tells them why and offers the next times.
func (s *Service) displace(ctx context.Context, tx bun.Tx, actor identity.Actor, c Counter, b Booking, reason string) error {
	if err := release(ctx, tx, b); err != nil {
		return err
	}
	b.State, b.Reason, b.UpdatedAt = Displaced, reason, s.now()
	if err := save(ctx, tx, b); err != nil {
		return err
	}
	if err := s.note(ctx, tx, actor, b, "booking.displace", map[string]any{"reason": reason}); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, b, "appointment_displaced")
}

// OpenDay opens a day again that was closed; who was displaced has to book anew.
func (s *Service) OpenDay(ctx context.Context, actor identity.Actor, code, day string) error {
	c, date, err := s.dayToManage(ctx, actor, code, day)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		tenant := tenancy.Must(ctx)
		did, err := affected(tx.NewRaw("UPDATE counter_day SET closed_at = NULL, reason = '' WHERE tenant_id = ? AND counter = ? AND day = ? AND closed_at IS NOT NULL",
			tenant, c.Code, date.Format(time.DateOnly)).Exec(ctx))
		if err != nil || !did {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "booking.open_day", Object: "counter",
			ObjectID: tenant, At: s.now(), Detail: map[string]any{"counter": c.Code, "day": day}})
	})
	if err != nil {
		return fmt.Errorf("booking: open day: %w", err)
	}
	return nil
}

type closeArgs struct {
	Counter string `json:"counter"`
	Day     string `json:"day"`
}

// heldDay is a day on which somebody has a place, with why it was closed if it was.
type heldDay struct {
	Counter string  `bun:"counter"`
	Day     string  `bun:"day"`
	Closed  *string `bun:"closed"`
}

// why returns why nobody will be at a counter on a day of cal: it was closed, or it is a day off, of which the name is the
// reason. ok is false for a day on which the counter is open.
func (h heldDay) why(cal workcal.Calendar) (reason string, ok bool) {
	date, err := time.ParseInLocation(time.DateOnly, h.Day, cal.Zone)
	switch {
	case err != nil:
		return "", false
	case h.Closed != nil:
		return *h.Closed, true
	case cal.Working(date):
		return "", false
	case cal.Holidays[h.Day] != "":
		return cal.Holidays[h.Day], true
	}
	return i18n.ID.T("booking.day_off"), true
}

// followCalendar adds a job for each day on which somebody has a place and nobody will be there: it has become a day off
// since, such as one decreed late, or it was closed and not everyone has been told. Today is among them: who holds a place on
// it would be taken tomorrow for one who stayed away.
func (s *Service) followCalendar(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var held []heldDay
	now := s.now().In(zone(ctx))
	err := tx.NewRaw(`SELECT h.counter, to_char(h.day, 'YYYY-MM-DD') AS day, (SELECT d.reason FROM counter_day d
			WHERE d.tenant_id = ? AND d.counter = h.counter AND d.day = h.day AND d.closed_at IS NOT NULL) AS closed
		FROM (SELECT DISTINCT b.counter, b.day FROM booking b WHERE b.tenant_id = ? AND b.state = 'booked' AND b.day >= ?) h
		ORDER BY h.counter, h.day LIMIT 5000`, tenancy.Must(ctx), tenancy.Must(ctx), now.Format(time.DateOnly)).Scan(ctx, &held)
	if err != nil || len(held) == 0 {
		return err
	}
	all, err := counters(ctx, tx, Filter{Retired: true})
	if err != nil {
		return err
	}
	agencies, agency := []string{}, map[string]string{}
	for _, c := range all {
		agency[c.Code] = c.Agency
		agencies = append(agencies, c.Agency)
	}
	cals, err := calendar.LoadFor(ctx, tx, agencies...)
	if err != nil {
		return err
	}
	for _, h := range held {
		if _, ok := h.why(cals[agency[h.Counter]]); !ok {
			continue
		}
		if err := jobs.Add(ctx, tx, closeKind, closeArgs{Counter: h.Counter, Day: h.Day}); err != nil {
			return err
		}
	}
	return nil
}

// closeByCalendar is the job of one such day, unless the counter is open on it after all: the day off was taken back.
func (s *Service) closeByCalendar(ctx context.Context, _ uuid.UUID, args closeArgs) error {
	c, err := s.Counter(ctx, args.Counter)
	if err != nil {
		return err
	}
	cal, err := calendar.Load(ctx, s.d.DB.App, c.Agency)
	if err != nil {
		return err
	}
	held := heldDay{Counter: args.Counter, Day: args.Day}
	err = s.d.DB.App.NewRaw("SELECT max(reason) FROM counter_day WHERE tenant_id = ? AND counter = ? AND day = ? AND closed_at IS NOT NULL",
		tenancy.Must(ctx), args.Counter, args.Day).Scan(ctx, &held.Closed)
	if err != nil {
		return fmt.Errorf("booking: close by calendar: %w", err)
	}
	reason, ok := held.why(cal)
	if !ok {
		return nil
	}
	_, err = s.closeDay(ctx, nobody, c, args.Day, reason)
	return err
}
