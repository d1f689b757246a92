// Package external lets the agencies' own apps tell the city where applications in them stand, so that a resident finds
// all of theirs in one list and an officer those of the agency.
//
// An administrator registers an app: whose it is, for which of the agency's services it speaks, the source of its events
// and the hosts to which its addresses may lead. With a key (kernel/apikey) it pushes CloudEvents. An event is known by
// (city, source, id) and counts once. What an application's state is follows from the set of its events alone, whatever
// the order in which they came and however often: each part of it is from the event that is latest by (time, id).
//
// The applications stay the apps' own. Of the applicant the city keeps keyed hashes of NIK and e-mail address, and the
// name as "B••• S••••••". A resident sees an application only when both hashes are theirs: the address, which the account
// has proved by following a link, and the NIK, which the resident has named here and nobody has verified. Neither alone
// would do: addresses are mistyped in other apps, and NIKs are known to strangers. A phone number is no third way,
// because no account has proved its number.
package external

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// StatusType is the type of the events that are taken in.
const StatusType = "id.bedelau.application.status.v1"

// MaxBatch is how many events one request may have.
const MaxBatch = 1000

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Keys  *privacy.Keys
	Codes *apikey.Service // the apps' keys
	Bus   *event.Bus
	Now   func() time.Time // time.Now when nil
}

// Service is the other apps of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its background work.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d}
}

// Register removes once a day, in every city, the deliveries that are too old to help anybody.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "external.sweep", 24*time.Hour, s.sweep)
}

// deliveriesFor is how long the record of an app's requests is kept. The events themselves stay, like the story of a
// native application.
const deliveriesFor = 90 * 24 * time.Hour

func (s *Service) sweep(ctx context.Context, tx bun.Tx, _ time.Time) error {
	_, err := tx.NewRaw(`DELETE FROM external_delivery WHERE tenant_id = ? AND at < ?`, tenancy.Must(ctx), s.now().Add(-deliveriesFor)).Exec(ctx)
	return err
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// warm loads the city's key before a transaction is open: loading it inside one would need a second connection.
func (s *Service) warm(ctx context.Context) error {
	_, err := s.d.Keys.Hash(ctx, "warm", "")
	return err
}

// reach says whose applications an officer may know of: every agency's, or one agency's.
type reach struct {
	city   bool
	agency string
}

// within is the rule of native applications too: with application:all the whole city, else one's own agency. An app does
// not say where an application lies, so whoever is limited to areas reaches none.
func (s *Service) within(ctx context.Context, a identity.Actor) (reach, error) {
	err := s.d.Guard.Allow(ctx, a, access.ApplicationAll)
	switch {
	case len(a.Areas) > 0:
		return reach{}, nil
	case err == nil:
		return reach{city: true}, nil
	case fault.From(err).Kind == fault.Forbidden:
		return reach{agency: a.Agency}, nil
	}
	return reach{}, err
}

// where adds the rule to a query on external_application AS x. An officer of no agency reaches nothing.
func (r reach) where(q *bun.SelectQuery) *bun.SelectQuery {
	switch {
	case r.city:
		return q
	case r.agency != "":
		return q.Where("x.agency = ?", r.agency)
	}
	return q.Where("FALSE")
}
