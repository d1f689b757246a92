package lease

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Order turns a reservation into an order, which no longer expires; Accept an order into a lease that is charged for. Both for
// staff with duct:lease; Conflict "lease.wrong_state" for a lease in another state, and "lease.of_order" for one that follows the
// steps of a company's order.
func (s *Service) Order(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.step(ctx, actor, id, s.ordering())
}

// Accept is described at Order.
func (s *Service) Accept(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.AcceptOn(ctx, actor, id, s.today(ctx))
}

// AcceptOn is Accept by an acceptance record of a day, from which on the lease is charged for, or from its first day. It refuses
// Invalid field "day" for one to come, for one after the lease is over, and for one of a month that has been charged.
func (s *Service) AcceptOn(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) error {
	return s.step(ctx, actor, id, s.accepting(day))
}

// change is one step of a lease: from which states, and what it does to it.
type change struct {
	action string
	from   []string
	check  func(context.Context) error // before anything is locked; nil for nothing
	do     func(context.Context, bun.Tx, *Lease) error
}

func (s *Service) ordering() change {
	return change{action: "lease.order", from: []string{Reserved}, do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
		l.State, l.ExpiresAt = Ordered, time.Time{}
		return nil
	}}
}

func (s *Service) accepting(day time.Time) change {
	day = duct.DayOf(day)
	return change{action: "lease.accept", from: []string{Ordered}, check: func(ctx context.Context) error {
		if day.After(s.today(ctx)) {
			return fault.Fields([]fault.Field{{Name: "day", Code: "date_future"}})
		}
		return nil
	}, do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
		if !l.Until.IsZero() && !day.Before(l.Until) {
			return fault.Fields([]fault.Field{{Name: "day", Code: "outside_lease"}})
		}
		l.State, l.AcceptedOn = Active, day
		if err := agree(ctx, tx, l); err != nil {
			return err
		}
		return s.uncharged(ctx, tx, later(day, l.Since))
	}}
}

// AcceptDays are the days between which AcceptOn takes one for an ordered lease, for staff with duct:read: first is zero where
// nothing was charged yet that the day could fall into, last is today or the lease's last day.
func (s *Service) AcceptDays(ctx context.Context, actor identity.Actor, l Lease) (first, last time.Time, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return first, last, err
	}
	if last = s.today(ctx); !l.Until.IsZero() && !last.Before(l.Until) {
		last = l.Until.AddDate(0, 0, -1)
	}
	if s.d.Book == nil {
		return first, last, nil
	}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		first, err = s.d.Book.Uncharged(ctx, tx)
		return err
	})
	if !l.Since.Before(first) {
		first = time.Time{} // it is charged from its first day, which no month has reached
	}
	return first, last, err
}

// uncharged refuses a day of a month that has been charged: what changes on it would reach no invoice.
func (s *Service) uncharged(ctx context.Context, tx bun.Tx, day time.Time) error {
	if s.d.Book == nil {
		return nil
	}
	first, err := s.d.Book.Uncharged(ctx, tx)
	if err != nil || !day.Before(first) {
		return err
	}
	return fault.Fields([]fault.Field{{Name: "day", Code: "charged_month", Args: []any{"first", i18n.From(ctx).Date(first)}}})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// today is the day in the city.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return duct.DayOf(s.now().In(city.Location()))
}

// Cancel gives back what is reserved or ordered, for staff with duct:lease; Conflict "lease.wrong_state" once it is active.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, id uuid.UUID, why string) error {
	return s.step(ctx, actor, id, s.cancelling(why))
}

func (s *Service) cancelling(why string) change {
	return change{action: "lease.cancel", from: []string{Reserved, Ordered}, check: func(context.Context) error { return said("why", why, true) },
		do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
			l.State, l.Why = Cancelled, strings.TrimSpace(why)
			return release(ctx, tx, l.ID, s.now())
		}}
}

func (s *Service) withdrawing(why string) change {
	return change{action: "lease.cancel", from: []string{Active, Ended}, check: func(context.Context) error { return said("why", why, true) },
		do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
			if !s.today(ctx).Before(l.Since) {
				return fault.New(fault.Conflict, "lease.wrong_state")
			}
			if err := s.uncharged(ctx, tx, l.Since); err != nil {
				return err
			}
			l.State, l.Why = Cancelled, strings.TrimSpace(why)
			return release(ctx, tx, l.ID, s.now())
		}}
}

// Refuse gives back what is reserved or ordered, because the company cannot let it: for a published reason, and with words where
// there is more to say (field "note"). For staff with duct:lease; Conflict "lease.wrong_state" once it is active.
func (s *Service) Refuse(ctx context.Context, actor identity.Actor, id uuid.UUID, refusal, note string) error {
	return s.step(ctx, actor, id, s.refusing(refusal, note))
}

func (s *Service) refusing(refusal, note string) change {
	return change{action: "lease.refuse", from: []string{Reserved, Ordered}, check: func(context.Context) error { return said("note", note, false) },
		do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
			if err := s.Published(ctx, tx, refusal); err != nil {
				return err
			}
			l.State, l.Refusal, l.Why = Refused, refusal, strings.TrimSpace(note)
			return release(ctx, tx, l.ID, s.now())
		}}
}

// Published refuses a reason that is not on the published list for an order (Invalid field "refusal").
func (s *Service) Published(ctx context.Context, tx bun.Tx, refusal string) error {
	_, err := published(ctx, tx, refusal, func(r Refusal) bool { return r.Lease })
	return err
}

// PublishedWindow finds a reason of the published list, and refuses one that is not on it for access to a manhole (Invalid field "refusal").
func (s *Service) PublishedWindow(ctx context.Context, tx bun.Tx, refusal string) (Refusal, error) {
	return published(ctx, tx, refusal, func(r Refusal) bool { return r.Window })
}

// End gives an active lease notice: day is the first on which it is over, and everything is free from then on. What was
// agreed on stays known. For staff with
// duct:lease; Invalid field "day" for one on which the lease had not been charged a day, after which it
// ends anyway, or of a month that has been charged.
func (s *Service) End(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time, why string) error {
	return s.step(ctx, actor, id, s.ending(day, why))
}

func (s *Service) ending(day time.Time, why string) change {
	day = duct.DayOf(day)
	return change{action: "lease.end", from: []string{Active}, check: func(context.Context) error { return said("why", why, true) },
		do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
			if !day.After(later(l.Since, l.AcceptedOn)) || !l.Until.IsZero() && day.After(l.Until) {
				return fault.Fields([]fault.Field{{Name: "day", Code: "outside_lease"}})
			}
			if err := s.uncharged(ctx, tx, day); err != nil {
				return err
			}
			l.State, l.Until, l.Why = Ended, day, strings.TrimSpace(why)
			return shorten(ctx, tx, l.ID, day, s.now())
		}}
}

// said refuses words that are too long, or missing where they have to be said.
func said(field, words string, needed bool) error {
	switch n := len([]rune(strings.TrimSpace(words))); {
	case n == 0 && needed:
		return fault.Fields([]fault.Field{{Name: field, Code: "required"}})
	case n > 500:
		return fault.Fields([]fault.Field{{Name: field, Code: "too_long", Args: []any{"max", 500}}})
	}
	return nil
}

func release(ctx context.Context, tx bun.Tx, lease uuid.UUID, at time.Time) error {
	_, err := tx.NewRaw("UPDATE duct_hold SET released_at = ? WHERE tenant_id = ? AND lease_id = ? AND released_at IS NULL", at, tenancy.Must(ctx), lease).Exec(ctx)
	return err
}

// step changes a lease that is in one of some states, and follows no company's order.
func (s *Service) step(ctx context.Context, actor identity.Actor, id uuid.UUID, c change) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	if c.check != nil {
		if err := c.check(ctx); err != nil {
			return err
		}
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.Turn(ctx, tx); err != nil {
			return err
		}
		return s.change(ctx, tx, actor, id, uuid.Nil, c)
	})
}

// change is a step as part of tx, of a lease that follows an order, or of one that follows none.
// Whoever charges a month holds the turn that a step may wait for and refers to the lease meanwhile, which the lock lets it.
func (s *Service) change(ctx context.Context, tx bun.Tx, actor identity.Actor, id, order uuid.UUID, c change) error {
	var all []Lease
	if err := tx.NewSelect().Model(&all).Where("l.tenant_id = ? AND l.id = ?", tenancy.Must(ctx), id).For("NO KEY UPDATE").Scan(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.action, err)
	}
	if len(all) == 0 {
		return fault.New(fault.NotFound, "lease.not_found")
	}
	l, was := &all[0], all[0].State
	switch {
	case l.OrderID.UUID != order:
		return fault.New(fault.Conflict, "lease.of_order")
	case !slices.Contains(c.from, was) || was == Reserved && !l.ExpiresAt.After(s.now()):
		return fault.New(fault.Conflict, "lease.wrong_state")
	}
	if err := c.do(ctx, tx, l); err != nil {
		return err
	}
	l.UpdatedAt = s.now()
	if _, err := tx.NewUpdate().Model(l).Column("state", "expires_at", "until", "accepted_on", "length_mm", "why", "refusal", "updated_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.action, err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: c.action, Object: "duct_lease", ObjectID: id, Detail: map[string]any{"number": l.Number, "from": was, "to": l.State, "refusal": l.Refusal}})
}

// expire gives back what was reserved and not ordered in time, some at a time; a repetition finds the rest.
func (s *Service) expire(ctx context.Context, tx bun.Tx) error {
	var due []Lease
	err := tx.NewSelect().Model(&due).Where("l.tenant_id = ? AND l.state = ? AND l.expires_at <= ?", tenancy.Must(ctx), Reserved, s.now()).OrderExpr("l.expires_at").Limit(100).Scan(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	if _, err := duct.Turn(ctx, tx, 0); err != nil {
		return err
	}
	for _, l := range due {
		if err := s.lapse(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// lapse gives back a reservation that has run out; the caller holds the turn.
func (s *Service) lapse(ctx context.Context, tx bun.Tx, l Lease) error {
	res, err := tx.NewRaw("UPDATE duct_lease SET state = ?, updated_at = ? WHERE tenant_id = ? AND id = ? AND state = ? AND expires_at <= ?", Expired, s.now(), l.TenantID, l.ID, Reserved, s.now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lease: expire: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return nil // ordered or kept on a moment ago
	}
	if err := release(ctx, tx, l.ID, s.now()); err != nil {
		return fmt.Errorf("lease: expire: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "lease.expire", Object: "duct_lease", ObjectID: l.ID, Detail: map[string]any{"number": l.Number}})
}
