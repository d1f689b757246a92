// Package change lets a city change its own subscription: another plan, more or fewer add-ons, a pause, an end, and going on.
//
// A change is looked at before it is made (Quote), with what it costs and from when it holds, and is ordered as it was shown. What is
// worth as much or more begins at once, prorated by day; what is worth less holds from the end of the year that is paid in advance, or else
// of the month; a pause and an end from the end of the month, and what was not used of a year is given back. A pause is taken up again at
// once, for a year that begins anew; but whoever chooses less in it, or after an end, waits for the end of the year that was paid all the
// same. Where the contract with the city says so, the BUMD approves the change before it is carried out, and sees it in any case. Rules,
// days and prices are those of billing.
package change

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// Kind is what an order changes.
type Kind string

// The kinds. An order for another plan or other add-ons is a Raise when it is worth as much a month as what holds, or was paused, or more, and
// else a Lower.
const (
	Raise  Kind = "raise"
	Lower  Kind = "lower"
	Pause  Kind = "pause"
	Cancel Kind = "cancel"
	Resume Kind = "resume"
)

// Kinds are all of them, in the order in which they are shown.
func Kinds() []Kind { return []Kind{Raise, Lower, Pause, Cancel, Resume} }

// Order is a change that a city has ordered.
type Order struct {
	bun.BaseModel `bun:"table:subscription_order,alias:o"`

	TenantID       tenancy.ID       `bun:"tenant_id,pk"`
	ID             uuid.UUID        `bun:"id,pk"`
	Kind           Kind             `bun:"kind"`
	Plan           string           `bun:"plan"` // the one that holds with it; of an end the one that ends
	Version        int              `bun:"version"`
	Addons         map[string]int64 `bun:"addons,type:jsonb"`
	TakesOn        time.Time        `bun:"takes_on"`  // from when it holds
	Overrules      bool             `bun:"overrules"` // it waits, or waited, because it takes back what the BUMD planned, and not by the contract
	MonthlyNow     money.Rupiah     `bun:"monthly_now"`
	MonthlyThen    money.Rupiah     `bun:"monthly_then"`
	Reason         string           `bun:"reason"`
	AskedBy        uuid.UUID        `bun:"asked_by"`
	AskedName      string           `bun:"asked_name"`
	AskedAt        time.Time        `bun:"asked_at"`
	DecidedBy      uuid.NullUUID    `bun:"decided_by"`
	DecidedName    string           `bun:"decided_name"`
	DecidedAt      time.Time        `bun:"decided_at,nullzero"`
	Approved       *bool            `bun:"approved"`
	Answer         string           `bun:"answer"`
	SubscriptionID uuid.NullUUID    `bun:"subscription_id"`
	DoneAt         time.Time        `bun:"done_at,nullzero"`
	WithdrawnAt    time.Time        `bun:"withdrawn_at,nullzero"`
}

// State is how an order stands.
type State string

// The states.
const (
	Waiting   State = "waiting" // for the BUMD
	Refused   State = "refused"
	Done      State = "done"
	Withdrawn State = "withdrawn" // by the city
)

// State says how o stands.
func (o Order) State() State {
	switch {
	case !o.WithdrawnAt.IsZero():
		return Withdrawn
	case !o.DoneAt.IsZero():
		return Done
	case o.DecidedBy.Valid:
		return Refused
	}
	return Waiting
}

// Deps is what a Service works with.
type Deps struct {
	DB      *storage.DB
	Guard   *access.Guard
	Billing *billing.Service
	Notify  *notify.Service
	Now     func() time.Time // time.Now when nil
}

// Service takes orders and decides about them.
type Service struct{ d Deps }

// New returns a Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// Register adds the work of the service to r: the BUMD is told of what was ordered. app calls it once, before r starts.
func (s *Service) Register(r *jobs.Runner) error { return jobs.HandleCall(r, tellKind(), s.tell) }

func (s *Service) stamp() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// listMost bounds the lists.
const listMost = 100

// List lists the orders of the actor's city, the latest first, 100 at most. It needs invoice:read.
func (s *Service) List(ctx context.Context, actor identity.Actor) ([]Order, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.InvoiceRead); err != nil {
		return nil, err
	}
	var all []Order
	return all, s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(listMost).Scan(ctx)
}

// All lists the orders of every city, or of one, those that wait first and else the latest, 100 at most. It needs plan:manage on the platform.
func (s *Service) All(ctx context.Context, actor identity.Actor, city tenancy.ID) ([]Order, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.PlanManage); err != nil {
		return nil, err
	}
	var all []Order
	q := s.d.DB.Platform.NewSelect().Model(&all).OrderExpr("(done_at IS NULL AND decided_at IS NULL AND withdrawn_at IS NULL) DESC, id DESC").Limit(listMost)
	if city != uuid.Nil {
		q = q.Where("tenant_id = ?", city)
	}
	return all, q.Scan(tenancy.Platform(ctx))
}

// Contract is what the contract with a city says about its orders.
type Contract struct {
	bun.BaseModel `bun:"table:subscription_contract,alias:k"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	ID       uuid.UUID  `bun:"id,pk"`
	Approves []string   `bun:"approves,array"` // kinds of order that the BUMD approves
	Reason   string     `bun:"reason"`
	MadeBy   uuid.UUID  `bun:"made_by"`
	MadeAt   time.Time  `bun:"made_at"`
}

// Waits reports whether an order of a kind waits for the BUMD.
func (k Contract) Waits(kind Kind) bool { return slices.Contains(k.Approves, string(kind)) }

// ContractOf is what holds for city; one that says nothing where nothing was written. It is for requests of the city itself and of the
// platform; from another city it is NotFound "city.unknown".
func (s *Service) ContractOf(ctx context.Context, city tenancy.City) (Contract, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Contract{}, err
	}
	return contract(ctx, s.d.DB.App)
}

func contract(ctx context.Context, db bun.IDB) (Contract, error) {
	var all []Contract
	err := db.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(1).Scan(ctx)
	if err != nil || len(all) == 0 {
		return Contract{}, err
	}
	return all[0], nil
}

// find reads an order of ctx's city for a change, or NotFound "subchange.unknown".
func find(ctx context.Context, tx bun.Tx, id uuid.UUID) (Order, error) {
	var all []Order
	err := tx.NewSelect().Model(&all).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "subchange.unknown")
	}
	if err != nil {
		return Order{}, err
	}
	return all[0], nil
}

var errNoCity = errors.New("change: no city")
