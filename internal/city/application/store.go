package application

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Within returns which applications an actor reaches (see access.Reach).
func (s *Service) Within(ctx context.Context, a identity.Actor) (access.Reach, error) {
	return s.Deps.Guard.Reach(ctx, a)
}

// ErrNotFound is NotFound "application.not_found", which also answers for what the reader may not know of.
func ErrNotFound() error { return fault.New(fault.NotFound, "application.not_found") }

// OrNotFound is err, or ErrNotFound for a row that is not there.
func OrNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound()
	}
	return err
}

// Find reads an application within r, or of which r's agency was asked something, or returns NotFound "application.not_found".
func Find(ctx context.Context, db bun.IDB, r access.Reach, id uuid.UUID) (Application, error) {
	var app Application
	q := db.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.id = ?", tenancy.Must(ctx), id)
	return app, OrNotFound(r.Reading(q).Scan(tenancy.Prepared(ctx)))
}

// Get reads an application for the system's own work.
func Get(ctx context.Context, db bun.IDB, id uuid.UUID) (Application, error) {
	var app Application
	err := db.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.id = ?", tenancy.Must(ctx), id).Scan(tenancy.Prepared(ctx))
	return app, OrNotFound(err)
}

// Lock reads an application within r for a change, or returns NotFound "application.not_found": nobody else changes the application until tx ends.
func Lock(ctx context.Context, tx bun.IDB, r access.Reach, id uuid.UUID) (Application, error) {
	var app Application
	q := tx.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.id = ?", tenancy.Must(ctx), id).For("UPDATE")
	if err := r.Where(q).Scan(tenancy.Prepared(ctx)); err != nil {
		return app, OrNotFound(err)
	}
	app.stored = storedOf(tx, &app)
	return app, nil
}

// LockAny locks an application for the system's own jobs, whoever's it is.
func LockAny(ctx context.Context, tx bun.IDB, id uuid.UUID) (Application, error) {
	var app Application
	err := tx.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(tenancy.Prepared(ctx))
	if err != nil {
		return app, OrNotFound(err)
	}
	app.stored = storedOf(tx, &app)
	return app, nil
}

// LockAll locks the applications of ctx's city that a query AS a keeps, in the order of their ids, which is everyone's who
// locks more than one, and at most so many.
func LockAll(ctx context.Context, tx bun.IDB, most int64, keep func(*bun.SelectQuery) *bun.SelectQuery) ([]Application, error) {
	var all []Application
	q := keep(tx.NewSelect().Model(&all).Where("a.tenant_id = ?", tenancy.Must(ctx)))
	if err := q.OrderExpr("a.id").Limit(most).For("UPDATE").Scan(ctx); err != nil {
		return nil, err
	}
	for i := range all {
		Locked(tx, &all[i])
	}
	return all, nil
}

// Locked notes what is stored of an application that a query of the caller's own has locked, so that Save writes what
// changes of it alone.
func Locked(tx bun.IDB, app *Application) { app.stored = storedOf(tx, app) }

// Save writes what has changed of a locked application.
func Save(ctx context.Context, tx bun.IDB, app Application) error {
	q := tx.NewUpdate().Model(&app).WherePK()
	if app.stored != nil {
		changed := app.stored.changed(tx, &app)
		if len(changed) == 0 {
			return nil
		}
		q = q.Column(changed...)
	}
	if _, err := q.Exec(tenancy.Later(ctx)); err != nil {
		return fmt.Errorf("application: save: %w", err)
	}
	return nil
}

// Event is one thing that happened to an application.
type Event struct {
	bun.BaseModel `bun:"table:application_event,alias:e"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ID            uuid.UUID `bun:"id,pk"`
	ApplicationID uuid.UUID `bun:"application_id"`
	AgencyCode    string    `bun:"agency_code"` // the application's
	At            time.Time `bun:"at"`
	Version       int       `bun:"version"` // of the application, after this
	Action        string    `bun:"action"`  // of the workflow, or one of the Event… words
	FromState     string    `bun:"from_state"`
	ToState       string    `bun:"to_state"`
	ActorID       uuid.UUID `bun:"actor_id"`
	ActorKind     string    `bun:"actor_kind"`
	ActorName     string    `bun:"actor_name"` // empty for readers to whom an officer is the office
	Public        bool      `bun:"public"`
	Message       string    `bun:"message"`
	Fields        []string  `bun:"fields,array"` // to correct, or corrected
	Key           uuid.UUID `bun:"-"`            // of the form that asks, which ends the id; for Recorded
}

// What can happen besides the actions of a workflow. Of what changes hands, the first line of Message names and the rest
// says why.
const (
	EventSubmitted       = "submitted"
	EventNote            = "note"
	EventAssigned        = "assigned"
	EventTakenOver       = "taken_over" // from the officer whom Message names
	EventReleased        = "released"
	EventHolderLeft      = "holder_left" // put back, because the account of the officer whom Message names was ended
	EventEscalated       = "escalated"
	EventReminded        = "reminded"
	EventPaidPart        = "paid_part"     // of a fee, as Message says
	EventRefunded        = "refunded"      // of a fee, as Message says
	EventTaskAssigned    = "task_assigned" // what an office was asked is with whom Message names
	EventTaskTakenOver   = "task_taken_over"
	EventTaskReleased    = "task_released"
	EventTaskAnswered    = "task_answered" // by an office that was asked, as Message says
	EventTaskLate        = "task_late"     // the office that Message names has not answered in time
	EventIssued          = "issued"
	EventDueChanged      = "due_changed"      // a day of the calendar was decreed late; Message says from when to when and why
	EventAtCounter       = "at_counter"       // an officer filled it in for who stood there
	EventReissued        = "reissued"         // with the number that Message names, in the place of another document
	EventRevoked         = "revoked"          // the document is over; Message is the reason
	EventCalendarMissing = "calendar_missing" // the deadline was counted through a year without imported holidays
)

// Record adds e to the story of app.
func Record(ctx context.Context, tx bun.IDB, app Application, e Event) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if e.Key != uuid.Nil {
		copy(id[8:], e.Key[8:])
	}
	e.TenantID, e.ID, e.ApplicationID, e.AgencyCode, e.Version = app.TenantID, id, app.ID, app.AgencyCode, app.Version
	if e.Fields == nil {
		e.Fields = []string{}
	}
	if _, err := tx.NewInsert().Model(&e).Exec(tenancy.Later(ctx)); err != nil {
		return fmt.Errorf("application: record %s: %w", e.Action, err)
	}
	return nil
}

// Recorded reports whether the actor did something to a locked application by the form with this key before.
func Recorded(ctx context.Context, tx bun.IDB, app Application, actor identity.Actor, key uuid.UUID) (bool, error) {
	if key == uuid.Nil {
		return false, nil
	}
	done, err := tx.NewSelect().Model((*Event)(nil)).Where("tenant_id = ? AND application_id = ? AND actor_id = ?", app.TenantID, app.ID, actor.ID).
		Where("right(id::text, 17) = ?", key.String()[19:]).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("application: recorded: %w", err)
	}
	return done, nil
}

// eventLimit bounds a timeline; hardly a case of a person has so many.
const eventLimit = 500

// Events lists what happened to an application in its order, the last eventLimit of it at the most: with publicOnly what
// its applicant may read.
func Events(ctx context.Context, db bun.IDB, app Application, publicOnly bool) ([]Event, error) {
	var all []Event
	q := db.NewSelect().Model(&all).Where("tenant_id = ? AND application_id = ?", app.TenantID, app.ID)
	if publicOnly {
		q = q.Where("public")
	}
	err := q.OrderExpr("id DESC").Limit(eventLimit).Scan(tenancy.Prepared(ctx))
	slices.Reverse(all)
	return all, err
}

// By names the person behind an event of app: of what is done at a counter the officer, and for whom.
func By(app Application, actor identity.Actor, e Event) Event {
	if actor.AtCounter() {
		e.ActorID, e.ActorKind = actor.Officer.ID, string(identity.Staff)
		e.ActorName = i18n.Locale(app.Locale).T("application.at_counter", "officer", actor.Officer.Name, "name", actor.Name)
		return e
	}
	e.ActorID, e.ActorKind, e.ActorName = actor.ID, string(actor.Kind), actor.Name
	return e
}

// Readable reads an application that the actor may read: a resident their own, staff with application:read within
// their reach.
func (s *Service) Readable(ctx context.Context, actor identity.Actor, id uuid.UUID) (Application, error) {
	if err := s.MayRead(ctx, actor); err != nil {
		return Application{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return Application{}, err
	}
	return Find(ctx, s.Deps.DB.App, r, id)
}

// MayRead refuses Forbidden to who may read no application at all: a resident needs the right to their own, staff
// application:read.
func (s *Service) MayRead(ctx context.Context, actor identity.Actor) error {
	if actor.Kind == identity.Resident {
		return s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn)
	}
	return s.Deps.Guard.Allow(ctx, actor, access.ApplicationRead)
}

// Warm loads the city's key before a transaction is open: loading it inside one would need a second connection.
func (s *Service) Warm(ctx context.Context) error {
	_, err := s.Deps.Keys.Hash(ctx, "warm", "")
	return err
}
