package casework

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Claim takes an application that nobody has or, with takeOver, whoever has it: its story then names both. Officers of
// its agency with application:review call it. It refuses Conflict "application.changed" as Act does, and
// "application.taken" when a colleague has it and takeOver is false.
func (s *Service) Claim(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, takeOver bool) (application.Application, error) {
	return s.desk(ctx, actor, access.ApplicationReview, id, version, "claim", func(app *application.Application) (application.Event, error) {
		e := application.Event{Action: application.EventAssigned, Message: actor.Name}
		if app.HeldByOther(actor.ID) {
			if !takeOver {
				return application.Event{}, fault.New(fault.Conflict, "application.taken", "who", app.AssigneeName)
			}
			e = application.Event{Action: application.EventTakenOver, Message: app.AssigneeName}
		}
		app.Assign(actor.ID, actor.Name)
		return e, nil
	})
}

// Release puts an application back for everyone: the officer's own, or with application:assign anyone's.
func (s *Service) Release(ctx context.Context, actor identity.Actor, id uuid.UUID, version int) (application.Application, error) {
	need := access.ApplicationReview
	if app, err := s.Readable(ctx, actor, id); err != nil {
		return application.Application{}, err
	} else if app.AssigneeID.UUID != actor.ID {
		need = access.ApplicationAssign
	}
	return s.desk(ctx, actor, need, id, version, "release", func(app *application.Application) (application.Event, error) {
		if need == access.ApplicationReview && app.AssigneeID.UUID != actor.ID {
			return application.Event{}, fault.New(fault.Conflict, "application.taken", "who", app.AssigneeName)
		}
		app.Assign(uuid.Nil, "")
		return application.Event{Action: application.EventReleased}, nil
	})
}

// Assign gives an application to an officer, whoever had it; what is given to one who is away today goes to who stands
// in. Those with application:assign call it. It refuses an officer of another agency (Invalid, field "officer"), and what
// Claim refuses except "application.taken".
func (s *Service) Assign(ctx context.Context, actor identity.Actor, id uuid.UUID, officer uuid.UUID, version int) (application.Application, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return application.Application{}, err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return application.Application{}, err
	}
	name, err := s.colleague(ctx, app, officer)
	if err != nil {
		return application.Application{}, err
	}
	told := name
	away, is, err := absence.StandIn(ctx, s.Deps.DB.App, officer, s.Now())
	if err != nil {
		return application.Application{}, err
	}
	if is {
		told = i18n.ID.T("casework.stands_in", "name", away.SubstituteName, "for", name)
		officer, name = away.SubstituteID, away.SubstituteName
	}
	return s.desk(ctx, actor, access.ApplicationAssign, id, version, "assign", func(app *application.Application) (application.Event, error) {
		app.Assign(officer, name)
		return application.Event{Action: application.EventAssigned, Message: told}, nil
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
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	return s.colleagues(ctx, app.AgencyCode)
}

// ColleaguesIn lists the active staff of an agency within the actor's reach, by name. Those with application:assign call
// it; an agency out of reach has none.
func (s *Service) ColleaguesIn(ctx context.Context, actor identity.Actor, agency string) ([]Colleague, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil || agency == "" || !r.City() && r.Agency() != agency {
		return nil, err
	}
	return s.colleagues(ctx, agency)
}

func (s *Service) colleagues(ctx context.Context, agency string) ([]Colleague, error) {
	members, err := s.Deps.Staff.ListStaff(ctx, identity.StaffFilter{Agency: agency, Limit: colleaguesLimit})
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

func (s *Service) colleague(ctx context.Context, app application.Application, officer uuid.UUID) (string, error) {
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
	fn func(*application.Application) (application.Event, error)) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, need); err != nil {
		return application.Application{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return application.Application{}, err
	}
	var app application.Application
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if app, err = application.Lock(ctx, tx, r, id); err != nil {
			return err
		}
		if !app.Open() {
			return fault.New(fault.Conflict, "application.closed")
		}
		if version != app.Version {
			wf, err := s.Workflow(ctx, tx, app)
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
		return application.Application{}, fmt.Errorf("casework: %s: %w", what, err)
	}
	return app, nil
}

// handed keeps a locked application that has changed hands, with its story and audit record, and tells its new holder.
func (s *Service) handed(ctx context.Context, tx bun.Tx, actor identity.Actor, app *application.Application, e application.Event, before uuid.NullUUID) error {
	now := s.Now()
	app.UpdatedAt = now
	app.Version++
	if err := application.Save(ctx, tx, *app); err != nil {
		return err
	}
	e.At, e.FromState, e.ToState = now, app.State, app.State
	if err := application.Record(ctx, tx, *app, application.By(actor, e)); err != nil {
		return err
	}
	if err := s.TellHolder(ctx, tx, *app, actor.ID, "case_assigned"); err != nil {
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
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
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
	r, err := s.Within(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.Find(ctx, tx, r, id)
		if err != nil {
			return err
		}
		e := application.Event{At: s.Now(), Action: application.EventNote, FromState: app.State, ToState: app.State, Message: text}
		return application.Record(ctx, tx, app, application.By(actor, e))
	})
}
