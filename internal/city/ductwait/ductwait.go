// Package ductwait is who waits for a way through a city's shared ducts that is full, and what companies ask to be changed in them.
//
// A company that finds no way joins the line for it. As soon as one is free for the first in line, because a lease has ended or the
// network has grown, it is reserved for that company, which is told and has some days to take it; then it is the next one's. The
// line is kept strictly by time: no segment on which somebody waits is let to who came later (lease.Line), neither in units of the kind
// that is waited for nor in what such units contain or lie in: who takes a whole duct takes the subducts in it. Only who waits for very much
// keeps nobody waiting, or one company could shut a road. Where much is waited for
// the network is too small: what is waited for is counted by segment, and a company asks for more ducts, or for one to be cleared;
// each such request is answered by a day, for every company that sees the segment to read.
package ductwait

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB        *bun.DB // the application role's
	Guard     *access.Guard
	Leases    *lease.Service
	Operators *operator.Service
	Notify    *notify.Service
	Now       func() time.Time // time.Now when nil
}

// Service is the lines of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its planned work.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// Register lets ways that become free be offered; call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "ductwait.offer", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.Offer(ctx, tx) })
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// The states of a place in the line.
const (
	Waiting   = "waiting"
	Offered   = "offered"   // a way is reserved for the company until the offer ends
	Taken     = "taken"     // the company has ordered it
	Lapsed    = "lapsed"    // it did not answer in time
	Declined  = "declined"  // it said no
	Withdrawn = "withdrawn" // it no longer waits
	Closed    = "closed"    // by the staff, for a published reason
	Over      = "over"      // the time for which it was wanted is over
)

// States are those of a place in the line, in the order in which it comes to them.
func States() []string {
	return []string{Waiting, Offered, Taken, Lapsed, Declined, Withdrawn, Closed, Over}
}

// Wait is a place in the line.
type Wait struct {
	bun.BaseModel `bun:"table:duct_wait,alias:w"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	Place      int64         `bun:"place"` // who has a lower one came before
	Number     string        `bun:"number"`
	OperatorID uuid.UUID     `bun:"operator_id"`
	From       string        `bun:"from_code"`
	To         string        `bun:"to_code"`
	Kind       string        `bun:"kind"` // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity   int           `bun:"quantity"`
	Since      time.Time     `bun:"since"`
	Until      time.Time     `bun:"until,nullzero"` // the first day on which it is over; zero goes on
	State      string        `bun:"state"`
	Key        string        `bun:"key"`
	LengthMM   int64         `bun:"length_mm"` // billed, of the way that is waited for
	JoinedAt   time.Time     `bun:"joined_at"`
	JoinedBy   uuid.UUID     `bun:"joined_by"`
	LeaseID    uuid.NullUUID `bun:"lease_id"` // the reservation that was offered
	OfferedAt  time.Time     `bun:"offered_at,nullzero"`
	OfferUntil time.Time     `bun:"offer_until,nullzero"`
	EndedAt    time.Time     `bun:"ended_at,nullzero"`
	Refusal    string        `bun:"refusal,nullzero"` // the code of the published reason
	Why        string        `bun:"why"`
}

// route is what the company waits for, from today on where that is later than what it asked for.
func (w Wait) route(today time.Time) lease.PlanInput {
	in := lease.PlanInput{From: w.From, To: w.To, Kind: w.Kind, Quantity: w.Quantity, Since: w.Since, Until: w.Until, Ways: 1}
	if today.After(in.Since) {
		in.Since = today
	}
	return in
}

// Rule is how a city keeps its line.
type Rule struct {
	bun.BaseModel `bun:"table:duct_wait_rule,alias:r" yaml:"-"`

	TenantID   tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	OfferDays  int        `bun:"offer_days" yaml:"offer_days"`   // for which an offer is kept
	Most       int        `bun:"most" yaml:"most"`               // ways for which a company may wait at once
	AnswerDays int        `bun:"answer_days" yaml:"answer_days"` // within which a request to change the network is answered
	KeepMost   int        `bun:"keep_most" yaml:"keep_most"`     // units on a segment: who waits for more keeps nobody waiting
	Source     string     `bun:"source" yaml:"source"`
	Verified   bool       `bun:"verified" yaml:"verified"`
}

// keepMost is what a city without a rule keeps.
const keepMost = 4

// Rule is that of ctx's city, or a usual one where its pack says none.
func (s *Service) Rule(ctx context.Context) (Rule, error) {
	r := Rule{OfferDays: 14, Most: 20, AnswerDays: 60, KeepMost: keepMost}
	err := s.d.DB.NewSelect().Model(&r).Where("r.tenant_id = ?", tenancy.Must(ctx)).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("ductwait: rule: %w", err)
	}
	return r, nil
}

func notFound() error { return fault.New(fault.NotFound, "ductwait.not_found") }

// own returns a place in the line of the actor's own company; another's is NotFound "ductwait.not_found".
func (s *Service) own(ctx context.Context, actor identity.Actor, id uuid.UUID) (operator.Self, Wait, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return self, Wait{}, err
	}
	w, err := s.read(ctx, s.d.DB, id)
	if err == nil && w.OperatorID != self.Company.ID {
		err = notFound()
	}
	return self, w, err
}

func (s *Service) read(ctx context.Context, db bun.IDB, id uuid.UUID) (Wait, error) {
	var w Wait
	err := db.NewSelect().Model(&w).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return w, notFound()
	}
	if err != nil {
		return w, fmt.Errorf("ductwait: read: %w", err)
	}
	return w, nil
}

// end brings a place in the line from a state to one in which nothing more becomes of it; Conflict "ductwait.changed" where it has
// left the state meanwhile.
func (s *Service) end(ctx context.Context, tx bun.Tx, w *Wait, state string) error {
	from := w.State
	w.State, w.EndedAt = state, s.now()
	res, err := tx.NewUpdate().Model(w).Column("state", "ended_at", "refusal", "why").WherePK().Where("state = ?", from).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductwait: end: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "ductwait.changed")
	}
	return nil
}

// today is the day in the city.
func (s *Service) today(ctx context.Context) time.Time { return s.d.Operators.Today(ctx) }
