// Package application is what the city keeps of a resident's application, and how it moves: the record with its answers,
// files and story, the versions of form, workflow and document that it is pinned to, its deadline, and the step from one
// state to the next with all that follows from it. Package intake is how a resident makes and follows one, package
// casework what the office does with it; both stand on this one.
//
// Who may see what: residents their own applications, officers and heads those of their agency, staff with the
// permission application:all every one of the city, the platform none. That rule is in the SQL of every query here (see access.Reach),
// beside the permission that access.Guard asks for. What one may not see is NotFound, as if it did not exist.
package application

import (
	"context"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Deps is what the record and its two sides are built from.
type Deps struct {
	DB        *storage.DB
	Guard     *access.Guard
	Bus       *event.Bus
	Files     *files.Store
	Documents *document.Service
	Keys      *privacy.Keys
	Notify    *notify.Service
	Staff     *identity.Service // asked who heads an agency
	Registry  *registry.Service // asked what the state knows of an applicant; nil where nobody may ask
	Standards Standards
	BaseURL   func(tenancy.City) string // of the city's site, without a slash at the end
	Log       *slog.Logger
	Now       func() time.Time // time.Now when nil
}

// Standards is what an application must know of a service; the catalogue answers it.
type Standards interface {
	// InForce returns what the city promises for a service on at's day, read through tx. It refuses a service that
	// does not exist or is no longer offered; a service that is not done here comes back with Native false.
	InForce(ctx context.Context, tx bun.IDB, service string, at time.Time) (Offer, error)
	// OfficeAt returns the office that serves an address, by the names of its district and subdistrict; false when the
	// city lists none.
	OfficeAt(ctx context.Context, tx bun.IDB, district, subdistrict string) (Office, bool, error)
}

// Offer is a service as an application needs it.
type Offer struct {
	Service        string
	Name           i18n.Text
	Agency         string // code
	AgencyName     i18n.Text
	AgencyShort    string
	Version        int // of the standard
	Native         bool
	Form           string // code of the newest form, and so on
	Workflow       string
	Document       string
	Term           workcal.Term // zero when nothing is promised
	Season         Season
	CooldownMonths int
	OneOpen        bool
	OfficeOf       string           // the person block of the form whose address decides which office it goes to; empty for the service's own
	DailyQuota     int              // applications that are taken in a day of the city; 0 is every one
	MonthlyQuota   int              // and in a month
	Ladder         *workflow.Ladder // who is told of it, and when; nil: as its workflow says
}

// Season is whether a service takes applications at a moment. The zero Season takes them at any time.
type Season struct {
	Shut   bool
	Opens  time.Time // of one that is shut, when it opens next; zero when that is not known
	Closes time.Time // when this season ends; of one that is shut when the last one did, zero when there was none
}

// Refuse is Conflict "service.not_open", with the day on which the next season begins, or "service.closed" without one; nil
// while applications are taken.
func (o Offer) Refuse(ctx context.Context) error {
	l := i18n.From(ctx)
	switch {
	case !o.Season.Shut:
		return nil
	case !o.Season.Opens.IsZero():
		return fault.New(fault.Conflict, "service.not_open", "service", o.Name.In(l), "opens", l.DateTime(o.Season.Opens))
	}
	return fault.New(fault.Conflict, "service.closed", "service", o.Name.In(l), "agency", o.AgencyName.In(l))
}

// Limited reports whether the service bounds how often one person may apply.
func (o Offer) Limited() bool { return o.OneOpen || o.CooldownMonths > 0 }

// Service is the applications of every city.
type Service struct {
	Deps Deps
	Defs *Definitions

	NewNumber func(prefix string, at time.Time) string // a test makes it collide
}

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{Deps: d, Defs: NewDefinitions(), NewNumber: NewNumber}
}

// Now is the present to the microsecond, which is what the database keeps.
func (s *Service) Now() time.Time { return s.Deps.Now().UTC().Truncate(time.Microsecond) }

// Local is now in the city's zone.
func (s *Service) Local(ctx context.Context) time.Time {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return s.Now()
	}
	return s.Now().In(city.Location())
}
