package external

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// What became of an event.
const (
	Accepted  = "accepted"
	Duplicate = "duplicate" // known by its id: nothing was changed
	Refused   = "refused"
)

// Outcome is what became of one event of a request, in the request's order.
type Outcome struct {
	ID     string
	Result string
	Faults []fault.Field
}

// Receive takes in the events of one request of an app, for a program with the scope status:write. Each event is
// accepted, known already or refused for itself, and the answer says which; what is refused leaves no trace but in the
// list of deliveries. It refuses Conflict "external.closed" for an app that has been closed.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, mode cloudevent.Mode, in []cloudevent.Read) ([]Outcome, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.StatusWrite); err != nil {
		return nil, err
	}
	if len(in) > MaxBatch {
		return nil, fault.New(fault.TooLarge, "request.too_large")
	}
	if err := s.warm(ctx); err != nil {
		return nil, err
	}
	var out []Outcome
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.receive(ctx, tx, actor, mode, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("external: receive: %w", err)
	}
	return out, nil
}

// receive runs under the lock of the app, so that two requests of one app take in their events one after the other.
func (s *Service) receive(ctx context.Context, tx bun.Tx, actor identity.Actor, mode cloudevent.Mode, in []cloudevent.Read) ([]Outcome, error) {
	app, err := lockApp(ctx, tx, actor.ID)
	if err != nil {
		return nil, err
	}
	if !app.ClosedAt.IsZero() {
		return nil, fault.New(fault.Conflict, "external.closed")
	}
	may, err := speaksFor(ctx, tx, app)
	if err != nil {
		return nil, err
	}
	known, err := knownEvents(ctx, tx, app.ID, in)
	if err != nil {
		return nil, err
	}
	out, now := make([]Outcome, len(in)), s.now()
	fresh := map[string][]heard{} // by reference
	for i, r := range in {
		out[i] = Outcome{ID: shorten(r.Event.ID)}
		st, bad := s.check(r, app, may, now)
		switch {
		case len(bad) > 0:
			out[i].Result, out[i].Faults = Refused, bad
			continue
		case known[r.Event.ID]:
			out[i].Result = Duplicate
			continue
		}
		known[r.Event.ID], out[i].Result = true, Accepted
		h := heard{id: r.Event.ID, at: r.Event.Time, status: st}
		if h.person, err = s.personOf(ctx, st.Applicant); err != nil {
			return nil, err
		}
		fresh[r.Event.Subject] = append(fresh[r.Event.Subject], h)
	}
	if err := s.keep(ctx, tx, app, fresh, now); err != nil {
		return nil, err
	}
	return out, s.announce(ctx, tx, actor, app, mode, out, fresh, now)
}

// check reads one event, of which the form may be wrong already.
func (s *Service) check(r cloudevent.Read, app App, may map[string]bool, now time.Time) (Status, []fault.Field) {
	if len(r.Faults) > 0 {
		return Status{}, r.Faults
	}
	return readStatus(r.Event, app, may, now)
}

// speaksFor are the services of an app that the catalogue still lists as its agency's.
func speaksFor(ctx context.Context, tx bun.IDB, app App) (map[string]bool, error) {
	all, err := offers(ctx, tx, app.Agency)
	may := map[string]bool{}
	for _, code := range app.Services {
		may[code] = all[code]
	}
	return may, err
}

// knownEvents are the ids among in that the app has sent before.
func knownEvents(ctx context.Context, tx bun.IDB, app uuid.UUID, in []cloudevent.Read) (map[string]bool, error) {
	var ids, found []string
	for _, r := range in {
		if len(r.Faults) == 0 && r.Event.ID != "" {
			ids = append(ids, r.Event.ID)
		}
	}
	known := map[string]bool{}
	if len(ids) == 0 {
		return known, nil
	}
	err := tx.NewRaw(`SELECT event_id FROM external_event WHERE tenant_id = ? AND app_id = ? AND event_id IN (?)`,
		tenancy.Must(ctx), app, bun.List(ids)).Scan(ctx, &found)
	for _, id := range found {
		known[id] = true
	}
	return known, err
}

// personOf hashes who made an application. The city never stores the NIK itself.
func (s *Service) personOf(ctx context.Context, a *Applicant) (*person, error) {
	if a == nil {
		return nil, nil
	}
	p := &person{nameMasked: maskName(a.Name)}
	var err error
	if a.NIK != "" {
		if p.nikHash, err = s.d.Keys.Hash(ctx, useNIK, a.NIK); err != nil {
			return nil, err
		}
	}
	if a.Email != "" {
		p.emailHash, err = s.d.Keys.Hash(ctx, useEmail, a.Email)
	}
	return p, err
}

// announce records the request: in the audit record, in the list of deliveries, and to whoever counts.
func (s *Service) announce(ctx context.Context, tx bun.Tx, actor identity.Actor, app App, mode cloudevent.Mode, out []Outcome, fresh map[string][]heard, now time.Time) error {
	d, err := newDelivery(app, actor.SessionID, mode, out, now)
	if err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
		return err
	}
	if d.Accepted == 0 {
		return nil
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "external_app.push", Object: "external_app", ObjectID: app.ID, At: now,
		Detail: map[string]any{"delivery": d.ID, "key": actor.Name, "accepted": d.Accepted, "duplicates": d.Duplicates, "refused": d.Refused},
	})
	if err != nil {
		return err
	}
	services := map[string]int{}
	for _, all := range fresh {
		for _, h := range all {
			services[h.status.Service]++
		}
	}
	for service, n := range services {
		err := event.Publish(ctx, tx, s.d.Bus, event.ExternalStatusReceived{
			DeliveryID: d.ID, AppID: app.ID, ServiceCode: service, AgencyCode: app.Agency, Events: n, At: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shorten bounds an id that the sender made up, before it goes back in an answer.
func shorten(id string) string {
	if r := []rune(id); len(r) > maxReference {
		return string(r[:maxReference])
	}
	return id
}
