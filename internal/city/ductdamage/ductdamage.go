// Package ductdamage is what goes wrong with a city's shared ducts: who reported it, until when the company that runs them has
// promised to answer, to be there and to have service running again, whose leases were hit and who was told, what caused it and who
// pays for the repair.
//
// The promises are the company's rules from a day on, data of the city pack; a damage keeps the ones of the day on which it was
// reported. Companies learn of a damage that hits their leases once each, and of every news about it that is shared. Staff, people
// of the companies and anybody in the street report; nobody is asked who they are.
package ductdamage

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB        *bun.DB // the application role's
	Guard     *access.Guard
	Notify    *notify.Service
	Files     *files.Store
	Keys      *privacy.Keys
	Ducts     *duct.Service
	Companies *operator.Service
	Book      *ductbill.Service
	Now       func() time.Time // time.Now when nil
}

// Service is the damages of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// raiseEvery is how often clocks are looked at: the shortest promise is a quarter of an hour.
const raiseEvery = time.Minute

var tellKind = jobs.Kind[tellArgs]{Name: "ductdamage.tell.v1", Queue: jobs.Urgent, MaxRetry: 12, Timeout: time.Minute}

// Register tells people what happens, raises what is late, and seals what was said and who answers and, when their days are over, erases it. Call it once, before r starts.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "ductdamage.raise", raiseEvery, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.raise(ctx, tx) })
	jobs.EachCity(r, "ductdamage.seal", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.sealAll(ctx, tx) })
	jobs.EachCity(r, "ductdamage.seal_thirds", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.sealThirds(ctx, tx) })
	jobs.EachCity(r, "ductdamage.seal_debtors", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.sealDebtors(ctx, tx) })
	jobs.EachCity(r, "ductdamage.erase", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.erase(ctx, tx) })
	jobs.EachCity(r, "ductdamage.erase_thirds", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.eraseThirds(ctx, tx) })
	s.forget(r)
	return jobs.Handle(r, tellKind, s.tell)
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// Who reported a damage.
const (
	Public  = "public"
	Company = "company" // that leases ducts
	Staff   = "staff"
)

// Sources are who can report one.
func Sources() []string { return []string{Public, Company, Staff} }

// The states of a damage, in the order in which it comes to them. A dismissed one was none, or is known by another number.
const (
	Reported     = "reported"
	Acknowledged = "acknowledged"
	OnSite       = "on_site"
	Temporary    = "temporary" // service runs again for the time being
	Repaired     = "repaired"
	Closed       = "closed"
	Dismissed    = "dismissed"
)

// States are those of a damage.
func States() []string {
	return []string{Reported, Acknowledged, OnSite, Temporary, Repaired, Closed, Dismissed}
}

// open are the states in which something is still to be done.
var open = []string{Reported, Acknowledged, OnSite, Temporary, Repaired}

// Kinds are what somebody sees.
func Kinds() []string {
	return []string{"cover", "cable", "pipe", "flooded", "digging", "other"}
}

// The promises: to answer, to be there, to have service running again, and to have mended it for good.
const (
	ToAcknowledge = "acknowledge"
	ToArrive      = "on_site"
	ToRestore     = "temporary"
	ToRepair      = "permanent"
)

// Clocks are the promises in their order.
func Clocks() []string { return []string{ToAcknowledge, ToArrive, ToRestore, ToRepair} }

// Who has to answer for a damage.
const (
	ThirdParty = "third_party" // somebody who dug
	ByOperator = "operator"    // one that leases ducts
	ByCompany  = "company"     // the company that runs them
	Nature     = "nature"
	Nobody     = "nobody" // it was looked for and not found
)

// Liables are who can have to answer.
func Liables() []string { return []string{ThirdParty, ByOperator, ByCompany, Nature, Nobody} }

// Causes are what can have happened.
func Causes() []string {
	return []string{"excavation", "works", "theft", "fire", "flood", "landslide", "wear", "material", "unknown"}
}

// Damage is one report with what became of it.
type Damage struct {
	bun.BaseModel `bun:"table:duct_damage,alias:d"`

	TenantID       tenancy.ID    `bun:"tenant_id,pk"`
	ID             uuid.UUID     `bun:"id,pk"`
	Number         string        `bun:"number"`
	Key            uuid.UUID     `bun:"key"`
	Source         string        `bun:"source"`
	State          string        `bun:"state"`
	Kind           string        `bun:"kind"`
	Words          string        `bun:"words"`
	Place          string        `bun:"place"`
	NodeID         uuid.NullUUID `bun:"node_id"`
	OperatorID     uuid.NullUUID `bun:"operator_id"` // the company that reported it
	ByID           uuid.NullUUID `bun:"by_id"`
	PolicyFrom     time.Time     `bun:"policy_from,nullzero"`
	ReportedAt     time.Time     `bun:"reported_at"`
	RestoredAt     time.Time     `bun:"restored_at,nullzero"`
	Cause          string        `bun:"cause"`
	Liable         string        `bun:"liable"`
	LiableOperator uuid.NullUUID `bun:"liable_operator"`
	LiableName     string        `bun:"liable_name"`
	RootCause      string        `bun:"root_cause"`
	Cost           money.Rupiah  `bun:"cost"`
	Closing        string        `bun:"closing"`
	Sealed         []byte        `bun:"sealed"`             // words and place, which stand in the columns above only in rows from before
	ErasedAt       time.Time     `bun:"erased_at,nullzero"` // what was said is not known any more
	Third          []byte        `bun:"third"`              // names of who is no operator, which stand in liable_name and the shares only in rows from before
	ThirdErasedAt  time.Time     `bun:"third_erased_at,nullzero"`
	Revision       int           `bun:"revision"`
	UpdatedAt      time.Time     `bun:"updated_at"`
}

// Over reports whether nothing is to be done any more.
func (d Damage) Over() bool { return d.State == Closed || d.State == Dismissed }

// Clock is a promise about a damage.
type Clock struct {
	bun.BaseModel `bun:"table:duct_damage_clock,alias:k"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	DamageID  uuid.UUID  `bun:"damage_id,pk"`
	Clock     string     `bun:"clock,pk"`
	DueAt     time.Time  `bun:"due_at"`
	DoneAt    time.Time  `bun:"done_at,nullzero"`
	RaisedAt  time.Time  `bun:"raised_at,nullzero"`
	StoppedAt time.Time  `bun:"stopped_at,nullzero"`
}

// Late is by how much the promise was, or is by now, not kept; zero or less where it was.
func (k Clock) Late(now time.Time) time.Duration {
	switch {
	case !k.DoneAt.IsZero():
		now = k.DoneAt
	case !k.StoppedAt.IsZero():
		return 0
	}
	return now.Sub(k.DueAt)
}

// Event is something that happened with a damage.
type Event struct {
	bun.BaseModel `bun:"table:duct_damage_event,alias:e"`

	TenantID tenancy.ID     `bun:"tenant_id,pk"`
	DamageID uuid.UUID      `bun:"damage_id"`
	ID       uuid.UUID      `bun:"id,pk"`
	What     string         `bun:"what"`
	Words    string         `bun:"words"`
	Shared   bool           `bun:"shared"`
	Detail   map[string]any `bun:"detail,type:jsonb"`
	At       time.Time      `bun:"at"`
	ByID     uuid.NullUUID  `bun:"by_id"`
}

// acted describes an act for the audit record. Who is not signed in is a visitor.
func acted(actor identity.Actor, action string, id uuid.UUID, detail map[string]any) audit.Entry {
	kind := string(actor.Kind)
	if kind == "" {
		kind = "visitor"
	}
	return audit.Entry{ActorID: actor.ID, ActorKind: kind, Action: "ductdamage." + action, Object: "duct_damage", ObjectID: id, Detail: detail}
}

// by is who acted, absent for who is not signed in.
func by(actor identity.Actor) uuid.NullUUID {
	return uuid.NullUUID{UUID: actor.ID, Valid: actor.ID != uuid.Nil}
}
