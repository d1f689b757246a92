// Package lease is who holds what of a city's shared ducts: operators, what is reserved for them until when, and what they
// lease. It finds the way between two places on which enough is free.
//
// Occupancy is the business of shared ducts, so no unit may be held twice: a lease holds units for a span of days, with all
// that lies in them, and the database refuses two holds of one unit on a day. Whoever changes holds takes the city's row of
// duct_version first, so that one decides after the other, and a plan made before is known to be old.
package lease

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Book  Book             // nil charges nobody
	Line  Line             // nil lets nobody wait
	Works Works            // nil has none
	Now   func() time.Time // time.Now when nil
}

// Book is where leases are charged for, month by month.
type Book interface {
	// Uncharged is the first day that no month has charged, and none does until tx ends; zero where nothing was charged yet.
	Uncharged(ctx context.Context, tx bun.Tx) (time.Time, error)
}

// Works are what is dug in the city's roads.
type Works interface {
	// Under are the segments that works shut on a day from one to before another, with why: the number of those works.
	Under(ctx context.Context, from, until time.Time) (map[uuid.UUID]string, error)
}

// Service is the leases of every city.
type Service struct {
	d      Deps
	graphs graphs
}

// New returns the Service. Register binds its planned work.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d, graphs: graphs{of: map[tenancy.ID]*graph{}}}
}

// Register lets reservations that nobody ordered run out; call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "lease.expire", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.expire(ctx, tx) })
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// The states of a lease.
const (
	Reserved  = "reserved"  // until it expires, unless it is ordered before
	Ordered   = "ordered"   // to be installed
	Active    = "active"    // accepted, and charged for
	Ended     = "ended"     // it was given notice, or came to its end with its order
	Expired   = "expired"   // nobody ordered it in time
	Cancelled = "cancelled" // before it was active, because the operator no longer wants it; a renewal also before its first day, because what it renews ends
	Refused   = "refused"   // before it was active, for a published reason
)

// Over is how an active lease stands whose last day is past. Nothing is recorded then: its days tell, and nobody gave notice.
const Over = "over"

// States are those of a lease, in the order in which it comes to them, as a Filter takes them.
func States() []string {
	return []string{Reserved, Ordered, Active, Over, Ended, Expired, Cancelled, Refused}
}

// Standing is how a lease in a state stands on a day of its city, for people to read: its state, or Over.
func Standing(state string, until, day time.Time) string {
	if state == Active && !until.IsZero() && !until.After(day) {
		return Over
	}
	return state
}

// Lease is what an operator holds along a route: so many units of a kind on each of its segments.
type Lease struct {
	bun.BaseModel `bun:"table:duct_lease,alias:l"`

	TenantID    tenancy.ID `bun:"tenant_id,pk"`
	ID          uuid.UUID  `bun:"id,pk"`
	Number      string     `bun:"number"`
	OperatorID  uuid.UUID  `bun:"operator_id"`
	State       string     `bun:"state"`
	Kind        string     `bun:"kind"` // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity    int        `bun:"quantity"`
	Since       time.Time  `bun:"since"`
	Until       time.Time  `bun:"until,nullzero"`        // the first day on which it is over; zero goes on
	AgreedUntil time.Time  `bun:"agreed_until,nullzero"` // the same before notice was given, by which terms and discounts count
	ExpiresAt   time.Time  `bun:"expires_at,nullzero"`
	AcceptedOn  time.Time  `bun:"accepted_on,nullzero"` // the day of the acceptance record: charged for from then on, or its first day
	LengthMM    int64      `bun:"length_mm"`            // billed length of the route, from its acceptance on as it was agreed then
	Segments    int        `bun:"segments"`
	Key         string     `bun:"key"`
	Why         string     `bun:"why"`
	Refusal     string     `bun:"refusal,nullzero"` // the code of the published reason
	CreatedAt   time.Time  `bun:"created_at"`
	CreatedBy   uuid.UUID  `bun:"created_by"`
	UpdatedAt   time.Time  `bun:"updated_at"`

	OrderID  uuid.NullUUID `bun:"order_id"`  // the company's order whose steps it follows
	RenewsID uuid.NullUUID `bun:"renews_id"` // the lease whose units it holds for longer
}
