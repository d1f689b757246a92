// Package ductedit is how staff change the record of a city's ducts by hand, beside the files of surveys: a segment is split at a
// new node, a duct is cut, a unit is damaged, kept back or taken out. Each act is one change of the network from a day on, with a
// reason; days before stay as they were, and it can be undone until something rests on it.
//
// What is let in a segment goes on in its parts. So every act has the turn of those who change holds first, and then the lock of the
// network.
package ductedit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Files *files.Store
	Now   func() time.Time // time.Now when nil
}

// Service is the changes by hand of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// today is the day in the city.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return duct.DayOf(s.now().In(city.Location()))
}

// whyMost is how many letters a reason has at most.
const whyMost = 300

// said refuses a reason that is missing or too long.
func said(bad []fault.Field, why string) []fault.Field {
	switch n := len([]rune(strings.TrimSpace(why))); {
	case n == 0:
		return append(bad, fault.Field{Name: "why", Code: "required"})
	case n > whyMost:
		return append(bad, fault.Field{Name: "why", Code: "too_long", Args: []any{"max", whyMost}})
	}
	return bad
}

// act makes a change of the network: do writes it and returns what the audit says of it.
func (s *Service) act(ctx context.Context, actor identity.Actor, action string, c duct.Change, do func(ctx context.Context, tx bun.Tx, c *duct.Change) (detail map[string]any, err error)) (uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return uuid.Nil, err
	}
	c.Why, c.OnDay, c.At, c.ByID = strings.TrimSpace(c.Why), duct.DayOf(c.OnDay), s.now(), actor.ID
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lease.Turn(ctx, tx); err != nil {
			return err
		}
		if err := duct.Lock(ctx, tx); err != nil {
			return err
		}
		detail, err := do(ctx, tx, &c)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "duct_change", ObjectID: c.ID, Detail: detail})
	})
	return c.ID, err
}

// begin writes the change down, for the statements that follow it to name.
func begin(ctx context.Context, tx bun.Tx, c *duct.Change) (err error) {
	c.ID, err = duct.Begin(ctx, tx, *c)
	return err
}
