package intake

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// filing is who fills an application in at a counter, for whoever stands there.
type filing struct {
	bun.BaseModel `bun:"table:counter_filing,alias:cf"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ApplicationID uuid.UUID `bun:"application_id,pk"`
	OfficerID     uuid.UUID `bun:"officer_id"`
	OfficerName   string    `bun:"officer_name"`
	IdentitySeen  string    `bun:"identity_seen"`
	ConsentedAt   time.Time `bun:"consented_at"`
	SubmittedAt   time.Time `bun:"submitted_at,nullzero"`
}

// Proofs lists what an officer can have seen of who stands at the counter.
func Proofs() []string { return []string{"ktp", "kk", "passport", "other"} }

// counterPaper is how long after the submission the officer can still print the receipt.
const counterPaper = 12 * time.Hour

// CounterInput is who stands at the counter, and for what.
type CounterInput struct {
	Key     uuid.UUID // of the form that asks: the same key is the same draft; none when zero
	Service string
	Name    string
	Phone   string // may be empty
	Seen    string // one of Proofs
	Consent bool   // the person agrees that the officer fills it in
}

// StartCounter opens a draft for somebody who stands at a counter. Staff with application:file call it, for the services of
// their agency and, in the office of an address, those that go by an address; or of any with application:all. Any other service is NotFound as if there were none. It refuses Invalid
// with the fields "name", "phone", "seen" and "consent", Conflict "service.not_online",
// "service.not_open" and "service.closed", and what Standards refuses.
func (s *Service) StartCounter(ctx context.Context, officer identity.Actor, in CounterInput) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, officer, access.ApplicationFile); err != nil {
		return application.Application{}, err
	}
	if err := in.Validate(); err != nil {
		return application.Application{}, err
	}
	r, err := s.Within(ctx, officer)
	if err != nil {
		return application.Application{}, err
	}
	if err := s.Warm(ctx); err != nil {
		return application.Application{}, err
	}
	var app application.Application
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		offer, err := s.Deps.Standards.InForce(ctx, tx, in.Service, s.Local(ctx))
		if err != nil {
			return err
		}
		if ok, err := mayFile(ctx, tx, r, offer); err != nil {
			return err
		} else if !ok {
			return fault.New(fault.NotFound, "catalog.unknown_service", "code", in.Service)
		}
		who, err := s.Deps.Staff.Counter(ctx, tx, in.Name, in.Phone)
		if err != nil {
			return err
		}
		if app, err = s.newDraft(ctx, tx, who, offer, event.ChannelCounter); err != nil {
			return err
		}
		if in.Key != uuid.Nil {
			app.ID = in.Key
		}
		if _, err := tx.NewInsert().Model(&app).Exec(ctx); err != nil {
			return err
		}
		f := filing{TenantID: app.TenantID, ApplicationID: app.ID, OfficerID: officer.ID, OfficerName: officer.Name, IdentitySeen: in.Seen, ConsentedAt: s.Now()}
		if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
			return err
		}
		return s.auditCounter(ctx, tx, f, "application.counter_start", app)
	})
	if refusedBy(err, "application_pkey") {
		if f, ok, ferr := s.filingOf(ctx, s.Deps.DB.App, in.Key); ferr != nil || !ok || f.OfficerID != officer.ID {
			return application.Application{}, cmp.Or(ferr, application.ErrNotFound())
		}
		return application.Get(ctx, s.Deps.DB.App, in.Key) // begun by the same form, a moment ago
	}
	if err != nil {
		return application.Application{}, fmt.Errorf("intake: counter: %w", err)
	}
	return app, nil
}

// mayFile reports whether a service is one for the counter of an agency. What goes by an address is for the counter of
// every office of an address, because the applicant's answers say only later which of them has it.
func mayFile(ctx context.Context, tx bun.IDB, r access.Reach, offer application.Offer) (bool, error) {
	if r.Owns(offer.Agency, uuid.Nil) || offer.OfficeOf == "" || r.Agency() == "" {
		return r.Owns(offer.Agency, uuid.Nil), nil
	}
	var near bool
	err := tx.NewRaw("SELECT EXISTS (SELECT FROM v_agency WHERE tenant_id = ? AND code = ? AND area <> '')", tenancy.Must(ctx), r.Agency()).Scan(ctx, &near)
	return near, err
}

// Validate refuses what says too little of who stands there.
func (in CounterInput) Validate() error {
	var bad []fault.Field
	if !slices.Contains(Proofs(), in.Seen) {
		bad = append(bad, fault.Field{Name: "seen", Code: "not_an_option"})
	}
	if !in.Consent {
		bad = append(bad, fault.Field{Name: "consent", Code: "consent_required"})
	}
	return fault.Fields(bad)
}

func (s *Service) auditCounter(ctx context.Context, tx bun.IDB, f filing, act string, app application.Application) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: f.OfficerID, ActorKind: string(identity.Staff), Action: act, Object: "application", ObjectID: app.ID, At: s.Now(),
		Detail: map[string]any{"number": app.Number, "service": app.ServiceCode, "seen": f.IdentitySeen, "consent": true},
	})
}

// auditEdit records what an officer changes, takes away or agrees to at a counter before it is sent, which the story of
// the application does not hold. What residents write into their own draft is nobody's to follow.
func (s *Service) auditEdit(ctx context.Context, tx bun.IDB, actor identity.Actor, app application.Application, act string, fields []string) error {
	if !actor.AtCounter() {
		return nil
	}
	return audit.Record(ctx, tx, actor.Did(audit.Entry{
		Action: "application.counter_" + act, Object: "application", ObjectID: app.ID, At: s.Now(),
		Detail: map[string]any{"service": app.ServiceCode, "fields": fields},
	}))
}

// AtCounter returns the resident for whom an officer fills in an application at the counter, with the officer as whose
// acts all of it is recorded: in their name the officer works on the draft, and prints the receipt for twelve hours after it was sent. Only the officer who opened it may; for
// anybody else it is NotFound "application.not_found", as it is afterwards, when it is casework like any other.
func (s *Service) AtCounter(ctx context.Context, officer identity.Actor, id uuid.UUID) (identity.Actor, error) {
	if err := s.Deps.Guard.Allow(ctx, officer, access.ApplicationFile); err != nil {
		return identity.Actor{}, err
	}
	f, ok, err := s.filingOf(ctx, s.Deps.DB.App, id)
	if err != nil {
		return identity.Actor{}, err
	}
	if !ok || f.OfficerID != officer.ID || !f.SubmittedAt.IsZero() && s.Now().After(f.SubmittedAt.Add(counterPaper)) {
		return identity.Actor{}, application.ErrNotFound()
	}
	app, err := application.Get(ctx, s.Deps.DB.App, id)
	if err != nil {
		return identity.Actor{}, err
	}
	who, err := s.Deps.Staff.Account(ctx, app.AccountID)
	return identity.Actor{ID: app.AccountID, TenantID: app.TenantID, Kind: identity.Resident, Name: who.Name, Phone: who.Phone, Locale: officer.Locale,
		Officer: identity.Officer{ID: officer.ID, Name: officer.Name, Email: officer.Email}}, err
}

func (s *Service) filingOf(ctx context.Context, db bun.IDB, id uuid.UUID) (filing, bool, error) {
	var f filing
	err := db.NewSelect().Model(&f).Where("cf.tenant_id = ? AND cf.application_id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("intake: counter: %w", err)
	}
	return f, true, nil
}

// FiledBy reports whether this officer filled an application in at the counter, so that a step which wants four eyes is
// not theirs.
func (s *Service) FiledBy(ctx context.Context, app application.Application, officer uuid.UUID) (bool, error) {
	if app.Channel != event.ChannelCounter {
		return false, nil
	}
	f, ok, err := s.filingOf(ctx, s.Deps.DB.App, app.ID)
	return ok && f.OfficerID == officer, err
}

// noteCounter says in the story and on record who filled in what was just submitted at a counter.
func (s *Service) noteCounter(ctx context.Context, tx bun.IDB, app application.Application) error {
	if app.Channel != event.ChannelCounter {
		return nil
	}
	f, ok, err := s.filingOf(ctx, tx, app.ID)
	if err != nil || !ok {
		return err
	}
	f.SubmittedAt = app.SubmittedAt
	if _, err := tx.NewUpdate().Model(&f).Column("submitted_at").WherePK().Exec(ctx); err != nil {
		return err
	}
	e := application.Event{At: app.SubmittedAt, Action: application.EventAtCounter, FromState: app.State, ToState: app.State, Public: true}
	e.ActorID, e.ActorKind, e.ActorName = f.OfficerID, string(identity.Staff), f.OfficerName
	if err := application.Record(ctx, tx, app, e); err != nil {
		return err
	}
	return s.auditCounter(ctx, tx, f, "application.counter_submit", app)
}
