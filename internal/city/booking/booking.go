// Package booking gives residents a time at a counter, so that nobody queues before dawn for a number.
//
// A counter belongs to an agency and offers some services on the days and hours that its agency works, in slots of some
// places each. A place is taken by counting up the row of its slot, which cannot count above its capacity: however many
// people ask for the last place at once, one gets it and the others are told which times are free. A person has one
// appointment for a service at a time; who stays away too often waits. Officers see the day, call people in, give
// numbers to whoever comes without an appointment, and close a day, whose holders are told and offered another time.
package booking

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what booking is built from.
type Deps struct {
	DB      *storage.DB
	Guard   *access.Guard
	Bus     *event.Bus
	Notify  *notify.Service
	Staff   *identity.Service // asked for the names of the people of a day
	Matters Matters
	Log     *slog.Logger
	Now     func() time.Time // time.Now when nil
}

// Matters is what booking must know of services and applications; others answer it.
type Matters interface {
	// ServiceName returns what a service is called, read through db. It refuses NotFound for one that there is not, and Gone
	// for one that is no longer offered, whose name it returns all the same.
	ServiceName(ctx context.Context, db bun.IDB, service string) (i18n.Text, error)
	// ToCollect returns the service of an actor's own application that waits for its applicant at a counter. It refuses
	// NotFound for anybody else's, and Conflict for one that does not wait.
	ToCollect(ctx context.Context, actor identity.Actor, application uuid.UUID) (service string, err error)
}

// Service is the counters of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{d: d}
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// zone is the city's.
func zone(ctx context.Context) *time.Location {
	city, _ := tenancy.CityFrom(ctx)
	return city.Location()
}

// State is where a booking stands.
type State string

// The states.
const (
	Booked    State = "booked"
	Arrived   State = "arrived"   // its holder is there and has a number
	Done      State = "done"      // was served
	NoShow    State = "no_show"   // did not come
	Cancelled State = "cancelled" // by its holder
	Displaced State = "displaced" // by the city: its holder may choose another time
)

// TextKey is the i18n key of the state in words.
func (s State) TextKey() string { return "booking.state." + string(s) }

// Live reports whether the place is still its holder's.
func (s State) Live() bool { return s == Booked || s == Arrived }

// Booking is one place at a counter.
type Booking struct {
	bun.BaseModel `bun:"table:booking,alias:b"`

	TenantID      uuid.UUID     `bun:"tenant_id,pk"`
	ID            uuid.UUID     `bun:"id,pk"`
	Code          string        `bun:"code"` // J-7K3Q-X4MP
	Counter       string        `bun:"counter"`
	Agency        string        `bun:"agency"`
	Service       string        `bun:"service"`
	AccountID     uuid.NullUUID `bun:"account_id"` // not valid for a walk-in
	ApplicationID uuid.NullUUID `bun:"application_id"`
	Day           string        `bun:"day,type:date"`
	StartsAt      time.Time     `bun:"starts_at"`
	EndsAt        time.Time     `bun:"ends_at"`
	State         State         `bun:"state"`
	Queue         int           `bun:"queue"`
	Key           string        `bun:"key"`
	Channel       string        `bun:"channel"`
	Locale        string        `bun:"locale"`
	Reason        string        `bun:"reason"`
	Moves         int           `bun:"moves"` // how often it was put to another time
	RemindedAt    time.Time     `bun:"reminded_at,nullzero"`
	CreatedAt     time.Time     `bun:"created_at"`
	UpdatedAt     time.Time     `bun:"updated_at"`
}

// Changeable reports whether its holder may move it at now: until it begins, and after the city called it off.
func (b Booking) Changeable(now time.Time) bool {
	return b.State == Booked && now.Before(b.StartsAt) || b.State == Displaced
}

// alphabet has no I, L, O or U: a code is read aloud.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode draws a code; the caller makes sure that nobody has it yet.
func newCode() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = alphabet[b%32]
	}
	return "J-" + string(raw[:4]) + "-" + string(raw[4:])
}
