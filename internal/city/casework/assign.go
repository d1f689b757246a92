package casework

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

func (a *Application) assign(id uuid.UUID, name string) {
	a.AssigneeID, a.AssigneeName = uuid.NullUUID{UUID: id, Valid: id != uuid.Nil}, name
}

// heldByOther reports whether the application is in the hands of somebody other than this account.
func (a *Application) heldByOther(id uuid.UUID) bool {
	return a.AssigneeID.Valid && a.AssigneeID.UUID != id
}

// Claim takes an application that nobody has or, with takeOver, whoever has it: its story then names both. Officers of
// its agency with application:review call it. It refuses Conflict "application.changed" as Act does, and
// "application.taken" when a colleague has it and takeOver is false.
func (s *Service) Claim(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, takeOver bool) (Application, error) {
	return s.desk(ctx, actor, access.ApplicationReview, id, version, "claim", func(app *Application) (Event, error) {
		e := Event{Action: EventAssigned, Message: actor.Name}
		if app.heldByOther(actor.ID) {
			if !takeOver {
				return Event{}, fault.New(fault.Conflict, "application.taken", "who", app.AssigneeName)
			}
			e = Event{Action: EventTakenOver, Message: app.AssigneeName}
		}
		app.assign(actor.ID, actor.Name)
		return e, nil
	})
}

// Release puts an application back for everyone: the officer's own, or with application:assign anyone's.
func (s *Service) Release(ctx context.Context, actor identity.Actor, id uuid.UUID, version int) (Application, error) {
	need := access.ApplicationReview
	if app, err := s.readable(ctx, actor, id); err != nil {
		return Application{}, err
	} else if app.AssigneeID.UUID != actor.ID {
		need = access.ApplicationAssign
	}
	return s.desk(ctx, actor, need, id, version, "release", func(app *Application) (Event, error) {
		if need == access.ApplicationReview && app.AssigneeID.UUID != actor.ID {
			return Event{}, fault.New(fault.Conflict, "application.taken", "who", app.AssigneeName)
		}
		app.assign(uuid.Nil, "")
		return Event{Action: EventReleased}, nil
	})
}

// Assign gives an application to an officer, whoever had it; what is given to one who is away today goes to who stands
// in. Those with application:assign call it. It refuses an officer of another agency (Invalid, field "officer"), and what
// Claim refuses except "application.taken".
func (s *Service) Assign(ctx context.Context, actor identity.Actor, id uuid.UUID, officer uuid.UUID, version int) (Application, error) {
	app, err := s.readable(ctx, actor, id)
	if err != nil {
		return Application{}, err
	}
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return Application{}, err
	}
	name, err := s.colleague(ctx, app, officer)
	if err != nil {
		return Application{}, err
	}
	told := name
	away, is, err := absence.StandIn(ctx, s.d.DB.App, officer, s.now())
	if err != nil {
		return Application{}, err
	}
	if is {
		told = i18n.ID.T("casework.stands_in", "name", away.SubstituteName, "for", name)
		officer, name = away.SubstituteID, away.SubstituteName
	}
	return s.desk(ctx, actor, access.ApplicationAssign, id, version, "assign", func(app *Application) (Event, error) {
		app.assign(officer, name)
		return Event{Action: EventAssigned, Message: told}, nil
	})
}

// Colleague is someone an application can be given to.
type Colleague struct {
	ID   uuid.UUID
	Name string
}

// colleaguesLimit bounds the staff of one agency among whom work is dealt out.
const colleaguesLimit = 200

// Colleagues lists the active staff of an application's agency, by name. Those with application:assign call it.
func (s *Service) Colleagues(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Colleague, error) {
	app, err := s.readable(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	return s.colleagues(ctx, app.AgencyCode)
}

// ColleaguesIn lists the active staff of an agency within the actor's reach, by name. Those with application:assign call
// it; an agency out of reach has none.
func (s *Service) ColleaguesIn(ctx context.Context, actor identity.Actor, agency string) ([]Colleague, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	r, err := s.within(ctx, actor)
	if err != nil || agency == "" || !r.City() && r.Agency() != agency {
		return nil, err
	}
	return s.colleagues(ctx, agency)
}

func (s *Service) colleagues(ctx context.Context, agency string) ([]Colleague, error) {
	members, err := s.d.Staff.ListStaff(ctx, identity.StaffFilter{Agency: agency, Limit: colleaguesLimit})
	if err != nil {
		return nil, err
	}
	var out []Colleague
	for _, m := range members {
		if m.Status == identity.StatusActive {
			out = append(out, Colleague{ID: m.ID, Name: m.Name})
		}
	}
	return out, nil
}

func (s *Service) colleague(ctx context.Context, app Application, officer uuid.UUID) (string, error) {
	all, err := s.colleagues(ctx, app.AgencyCode)
	if err != nil {
		return "", err
	}
	for _, c := range all {
		if c.ID == officer {
			return c.Name, nil
		}
	}
	return "", fault.Fields([]fault.Field{{Name: "officer", Code: "not_an_option"}})
}

// desk changes who works on an open application; fn says what is told of it.
func (s *Service) desk(ctx context.Context, actor identity.Actor, need access.Permission, id uuid.UUID, version int, what string,
	fn func(*Application) (Event, error)) (Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, need); err != nil {
		return Application{}, err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return Application{}, err
	}
	var app Application
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if app, err = lock(ctx, tx, r, id); err != nil {
			return err
		}
		if !app.Open() {
			return fault.New(fault.Conflict, "application.closed")
		}
		if version != app.Version {
			wf, err := s.workflow(ctx, tx, app)
			if err != nil {
				return err
			}
			return s.changed(ctx, tx, wf, app, version)
		}
		before := app.AssigneeID
		e, err := fn(&app)
		if err != nil {
			return err
		}
		return s.handed(ctx, tx, actor, &app, e, before)
	})
	if err != nil {
		return Application{}, fmt.Errorf("casework: %s: %w", what, err)
	}
	return app, nil
}

// handed keeps a locked application that has changed hands, with its story and audit record, and tells its new holder.
func (s *Service) handed(ctx context.Context, tx bun.Tx, actor identity.Actor, app *Application, e Event, before uuid.NullUUID) error {
	now := s.now()
	app.UpdatedAt = now
	app.Version++
	if err := save(ctx, tx, *app); err != nil {
		return err
	}
	e.At, e.FromState, e.ToState = now, app.State, app.State
	if err := record(ctx, tx, *app, by(actor, e)); err != nil {
		return err
	}
	if err := s.tellHolder(ctx, tx, *app, actor.ID, "case_assigned"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application." + e.Action, Object: "application",
		ObjectID: app.ID, At: now, Detail: map[string]any{"number": app.Number, "officer": app.AssigneeID, "before": before},
	})
}

// Note adds words that only the office sees. Officers of the agency with application:review call it; a note conflicts
// with nothing.
func (s *Service) Note(ctx context.Context, actor identity.Actor, id uuid.UUID, text string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return fault.Fields([]fault.Field{{Name: "note", Code: "required"}})
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.Fields([]fault.Field{{Name: "note", Code: "invalid"}})
	case utf8.RuneCountInString(text) > reasonMax:
		return fault.Fields([]fault.Field{{Name: "note", Code: "too_long", Args: []any{"max", reasonMax}}})
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := find(ctx, tx, r, id)
		if err != nil {
			return err
		}
		e := Event{At: s.now(), Action: EventNote, FromState: app.State, ToState: app.State, Message: text}
		return record(ctx, tx, app, by(actor, e))
	})
}
