// Package ductwork is the works in a city's roads that concern its shared ducts: who digs where, when and by what permit, whom
// that meets, what a bank guarantees, who looked at it, and when the road is as it was.
//
// A road is to be dug once. So whoever plans works says so early, companies and offices alike; each plan is held against the
// ducts and against all other plans near in place and time, and is published months ahead. The permit itself is given by the
// authority of the road, in the city's services or outside; here stands its number, which comes by itself from a service of the city's own. An emergency repair begins first and is
// reported within the hours that the city sets.
//
// How near is near, and every such number, is data of the city from a day on: duct/works.yaml.
package ductwork

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB     *bun.DB // the application role's
	Guard  *access.Guard
	Files  *files.Store
	Notify *notify.Service
	Keys   *privacy.Keys
	Now    func() time.Time // time.Now when nil

	Applications Applications // nil where no service of the city gives permits
}

// Service is the works of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its planned work.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// Register has open works checked anew each day, guarantees that end and reports that are owed told of, and contacts sealed and, when their days are over, erased. Call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "ductwork.recheck", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.recheck(ctx, tx) })
	jobs.EachCity(r, "ductwork.seal_contacts", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.sealContacts(ctx, tx) })
	jobs.EachCity(r, "ductwork.erase_contacts", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.eraseContacts(ctx, tx) })
	jobs.EachCity(r, "ductwork.ending", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.ending(ctx, tx) })
	jobs.EachCity(r, "ductwork.owed", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error { return s.owed(ctx, tx) })
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// Today is the day that it is in the city.
func (s *Service) Today(ctx context.Context) time.Time {
	at := s.now()
	if city, ok := tenancy.CityFrom(ctx); ok {
		at = at.In(city.Location())
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// Whose works they are.
const (
	ByOperator  = "operator"  // a company that leases ducts
	ByAgency    = "agency"    // an office of the city
	ByAuthority = "authority" // who has the road in hand: the free zone, the province
	ByUtility   = "utility"   // water, power, gas, anybody else
)

// Owners are whose works there can be.
func Owners() []string { return []string{ByOperator, ByAgency, ByAuthority, ByUtility} }

// What is done.
const (
	NewDucts = "new_ducts"
	Cable    = "cable"
	Repair   = "repair"
	Road     = "road" // the road itself, where others can lay theirs at the same time
	Water    = "water"
	Power    = "power"
	Other    = "other"
)

// Kinds are what can be done.
func Kinds() []string { return []string{NewDucts, Cable, Repair, Road, Water, Power, Other} }

// The ways of digging; Other is one too.
const (
	OpenCut  = "open_cut"
	Drilling = "drilling"
)

// Methods are the ways of digging.
func Methods() []string { return []string{OpenCut, Drilling, Other} }

// The states of works.
const (
	Planned     = "planned"
	Permitted   = "permitted"
	Running     = "running"
	Reinstating = "reinstating" // dug, and the road is being restored
	Upkeep      = "maintenance" // the road is restored, and whoever dug answers for it
	Released    = "released"
	Cancelled   = "cancelled"
)

// States are those of works, in the order in which they come to them.
func States() []string {
	return []string{Planned, Permitted, Running, Reinstating, Upkeep, Released, Cancelled}
}

// open are the states in which works are still to be done or being done, so that they meet others.
var open = []string{Planned, Permitted, Running, Reinstating}

// Work is somebody's works at a place, for a window of days.
type Work struct {
	bun.BaseModel `bun:"table:duct_work,alias:w"`

	TenantID       tenancy.ID    `bun:"tenant_id,pk"`
	ID             uuid.UUID     `bun:"id,pk"`
	Number         string        `bun:"number"`
	Owner          string        `bun:"owner"`
	OperatorID     uuid.NullUUID `bun:"operator_id"`
	OwnerName      string        `bun:"owner_name"`
	Kind           string        `bun:"kind"`
	Title          string        `bun:"title"`
	Road           string        `bun:"road"`
	Authority      string        `bun:"authority,nullzero"`
	From           time.Time     `bun:"from_day"`
	To             time.Time     `bun:"to_day"` // the last day
	Method         string        `bun:"method"`
	Contact        string        `bun:"contact"` // of an office; it is published
	Phone          string        `bun:"phone"`
	Email          string        `bun:"email"`
	Colay          bool          `bun:"colay"`
	ColayNote      string        `bun:"colay_note"`
	Emergency      bool          `bun:"emergency"`
	StartedAt      time.Time     `bun:"started_at,nullzero"`
	ReportDue      time.Time     `bun:"report_due,nullzero"`
	ReportedAt     time.Time     `bun:"reported_at,nullzero"`
	Report         string        `bun:"report"`
	Permit         string        `bun:"permit"`
	PermitDay      time.Time     `bun:"permit_day,nullzero"`
	PermitBy       string        `bun:"permit_by"`
	Application    string        `bun:"application"`
	DocumentID     uuid.NullUUID `bun:"document_id"`              // of the permit, where the city's own service gave it
	PermitEndedAt  time.Time     `bun:"permit_ended_at,nullzero"` // it was withdrawn
	PermitEndedWhy string        `bun:"permit_ended_why"`
	MayOperator    uuid.NullUUID `bun:"may_operator"` // whose NIB the applicant for its permit typed, while nobody has said whether it is theirs
	MayBe          uuid.NullUUID `bun:"may_be"`       // what that company had planned there
	State          string        `bun:"state"`
	BeganOn        time.Time     `bun:"began_on,nullzero"`
	RestoredOn     time.Time     `bun:"restored_on,nullzero"`
	UpkeepUntil    time.Time     `bun:"upkeep_until,nullzero"` // the first day after it
	ReleasedOn     time.Time     `bun:"released_on,nullzero"`
	Why            string        `bun:"why"`
	CheckedOn      time.Time     `bun:"checked_on,nullzero"`
	Key            uuid.NullUUID `bun:"key"`                // of the form, so that one sent twice is one plan
	Sealed         []byte        `bun:"sealed"`             // contact, phone and email, which stand in the columns above only in rows from before
	ErasedAt       time.Time     `bun:"erased_at,nullzero"` // whom to speak to is not known any more
	Revision       int           `bun:"revision"`
	CreatedAt      time.Time     `bun:"created_at"`
	CreatedBy      uuid.UUID     `bun:"created_by"`
	UpdatedAt      time.Time     `bun:"updated_at"`
}

// Open reports whether the works are still to be done or being done.
func (w Work) Open() bool {
	return w.State == Planned || w.State == Permitted || w.State == Running || w.State == Reinstating
}

// ReportLate reports whether the report of an emergency came late, or is late now.
func (w Work) ReportLate(now time.Time) bool {
	at := w.ReportedAt
	if at.IsZero() {
		at = now
	}
	return w.Emergency && at.After(w.ReportDue)
}

// Overdue reports whether the works go on after their last day, on a day.
func (w Work) Overdue(day time.Time) bool {
	return (w.State == Running || w.State == Reinstating) && day.After(w.To)
}

// guaranteed reports whether a bank has to answer for works: not for those of the city and of who has its roads in hand.
func (w Work) guaranteed() bool { return w.Owner == ByOperator || w.Owner == ByUtility }

// entry describes an act on works for the audit record.
func entry(actor identity.Actor, action string, id uuid.UUID, detail map[string]any) audit.Entry {
	return audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "duct_work", ObjectID: id, Detail: detail}
}

// mayRead refuses who may not see works: staff need duct:read, people of a company see those of their own, which is company.
// Who names another's is refused (Forbidden "operator.nobody").
func (s *Service) mayRead(ctx context.Context, actor identity.Actor, company uuid.UUID) error {
	if actor.Kind == identity.Partner && company != uuid.Nil {
		return s.own(ctx, actor, company)
	}
	return s.d.Guard.Allow(ctx, actor, access.DuctRead)
}

// mayWrite is mayRead for what changes works.
func (s *Service) mayWrite(ctx context.Context, actor identity.Actor, company uuid.UUID) error {
	if actor.Kind == identity.Partner && company != uuid.Nil {
		return s.own(ctx, actor, company)
	}
	return s.d.Guard.Allow(ctx, actor, access.DuctManage)
}

// own refuses who is not of a company, whatever the caller took its id from.
func (s *Service) own(ctx context.Context, actor identity.Actor, company uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctOwn); err != nil {
		return err
	}
	of, err := operator.Of(ctx, s.d.DB, actor)
	if err == nil && of != company {
		err = fault.New(fault.Forbidden, "operator.nobody")
	}
	return err
}
