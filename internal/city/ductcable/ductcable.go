// Package ductcable is the cables in a city's shared ducts: whose each is, how many fibres it has, how it is and in which units it
// lies, on any day. Engineers write down what they find in a manhole, also what nobody is known to have put there: a cable without an
// owner, or in a unit that its owner does not lease, is money that nobody is charged (package revenue).
//
// One cable lies in a microduct. In a subduct or a duct several may be pulled, as long as their cross-sections together fill no more of
// it than the city allows: a full one can be neither pulled into nor cleared.
package ductcable

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Now   func() time.Time // time.Now when nil
}

// Service is the cables of every city.
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

// Whose a cable is.
const (
	OfOperator = "operator" // of a company that leases here
	OfOther    = "other"    // of somebody who does not, such as an agency
	OfUnknown  = "unknown"
)

// Owners are the kinds of owner in the order in which they are shown.
func Owners() []string { return []string{OfOperator, OfOther, OfUnknown} }

// How a cable is used.
const (
	Live    = "live"
	Dead    = "dead"    // carries nothing any more, and takes room
	Removed = "removed" // pulled out
)

// Uses are those that a cable which is there can have.
func Uses() []string { return []string{Live, Dead} }

// act makes a change of the cables of a city, one after the other, and not while the network changes.
func (s *Service) act(ctx context.Context, actor identity.Actor, action string, cable *uuid.UUID, do func(ctx context.Context, tx bun.Tx) (map[string]any, error)) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := duct.Lock(ctx, tx); err != nil {
			return err
		}
		detail, err := do(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "duct_cable", ObjectID: *cable, Detail: detail})
	})
}

// wordsMost is how many letters a name or a reason has at most.
const wordsMost = 300

// said refuses words that are too long, or missing where they have to be said.
func said(bad []fault.Field, field, words string, needed bool) []fault.Field {
	switch n := len([]rune(strings.TrimSpace(words))); {
	case n == 0 && needed:
		return append(bad, fault.Field{Name: field, Code: "required"})
	case n > wordsMost:
		return append(bad, fault.Field{Name: field, Code: "too_long", Args: []any{"max", wordsMost}})
	}
	return bad
}
