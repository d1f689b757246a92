package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Claim takes an application that nobody has or, with takeOver, whoever has it: its story then names both, and why, which
// is asked for when a colleague has it. Officers of its agency with application:review call it. It refuses Conflict
// "application.changed" as Act does, "application.taken" when a colleague has it and takeOver is false, and Invalid,
// field "reason".
func (s *Service) Claim(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, takeOver bool, reason string) (application.Application, error) {
	return s.desk(ctx, actor, access.ApplicationReview, id, version, "claim", func(app *application.Application) (application.Event, error) {
		e := application.Event{Action: application.EventAssigned, Message: actor.Name}
		if app.HeldByOther(actor.ID) {
			if !takeOver {
				return application.Event{}, fault.New(fault.Conflict, "application.taken", "who", app.AssigneeName)
			}
			e = application.Event{Action: application.EventTakenOver, Message: app.AssigneeName}
		}
		if err := because(&e, reason, app.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		app.Assign(actor.ID, actor.Name)
		return e, nil
	})
}

// because adds to what is told of work that changes hands why it does: a line of its own, for the office alone. Words are
// asked for where the work is somebody else's than the actor's; what is one's own, or nobody's, needs none.
func because(e *application.Event, reason string, holder uuid.NullUUID, actor uuid.UUID) error {
	asked := workflow.ReasonOptional
	if holder.Valid && holder.UUID != actor {
		asked = workflow.ReasonRequired
	}
	reason = strings.TrimSpace(reason)
	if err := fault.Fields(checkReason(reason, asked)); err != nil {
		return err
	}
	if reason != "" {
		e.Message += "\n" + reason
	}
	return nil
}

// Release puts an application back for everyone: the officer's own, or with application:assign anyone's, saying why.
func (s *Service) Release(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, reason string) (application.Application, error) {
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
		e := application.Event{Action: application.EventReleased}
		if err := because(&e, reason, app.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		app.Assign(uuid.Nil, "")
		return e, nil
	})
}

// Assign gives an application to an officer, whoever had it, saying why where a colleague did; what is given to one who is
// away today goes to who stands in. Those with application:assign call it. It refuses an officer of another agency or of
// other areas (Invalid, field "officer"), and what Claim refuses except "application.taken".
func (s *Service) Assign(ctx context.Context, actor identity.Actor, id uuid.UUID, officer uuid.UUID, version int, reason string) (application.Application, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return application.Application{}, err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return application.Application{}, err
	}
	to, told, err := s.receiver(ctx, app.AgencyCode, app, officer)
	if err != nil {
		return application.Application{}, err
	}
	return s.desk(ctx, actor, access.ApplicationAssign, id, version, "assign", func(app *application.Application) (application.Event, error) {
		e := application.Event{Action: application.EventAssigned, Message: told}
		if err := because(&e, reason, app.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		app.Assign(to.ID, to.Name)
		return e, nil
	})
}

// receiver is who gets what of an application is given to an officer of an agency, and how it is told: who stands in on the
// days when the officer is away.
func (s *Service) receiver(ctx context.Context, agency string, app application.Application, officer uuid.UUID) (to Colleague, told string, err error) {
	name, err := s.colleague(ctx, agency, app, officer)
	if err != nil {
		return Colleague{}, "", err
	}
	present, ok, err := s.AtWork(ctx, s.Deps.DB.App, app, officer)
	if err != nil || !ok || present == officer { // when nobody can it waits for whom it was meant for
		return Colleague{ID: officer, Name: name}, name, err
	}
	names, err := s.Deps.Staff.Names(ctx, []uuid.UUID{present})
	told = i18n.ID.T("casework.stands_in", "name", names[present], "for", name)
	return Colleague{ID: present, Name: names[present]}, told, err
}

// Colleague is someone an application can be given to.
type Colleague struct {
	ID   uuid.UUID
	Name string

	areas []string // to which they are limited
}

// reaches reports whether an application lies where the colleague works.
func (c Colleague) reaches(app application.Application) bool {
	return len(c.areas) == 0 || slices.Contains(c.areas, app.DistrictCode) || slices.Contains(c.areas, app.SubdistrictCode)
}

// colleaguesLimit bounds the staff of one agency among whom work is dealt out.
const colleaguesLimit = 200

// Colleagues lists the active staff of an application's agency who reach where it lies, by name. Those with application:assign call it.
func (s *Service) Colleagues(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Colleague, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	all, err := s.colleagues(ctx, app.AgencyCode)
	return slices.DeleteFunc(all, func(c Colleague) bool { return !c.reaches(app) }), err
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
			out = append(out, Colleague{ID: m.ID, Name: m.Name, areas: m.Areas})
		}
	}
	return out, nil
}

func (s *Service) colleague(ctx context.Context, agency string, app application.Application, officer uuid.UUID) (string, error) {
	all, err := s.colleagues(ctx, agency)
	if err != nil {
		return "", err
	}
	for _, c := range all {
		if c.ID == officer && c.reaches(app) {
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
			return s.changed(ctx, tx, actor, wf, app, version)
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
	if err := application.Record(ctx, tx, *app, application.By(*app, actor, e)); err != nil {
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
// with nothing. Key is that of the form that asks: the same key is the same note; none when zero.
func (s *Service) Note(ctx context.Context, actor identity.Actor, id uuid.UUID, text string, key uuid.UUID) error {
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
		app, err := application.Lock(ctx, tx, r, id) // so that the same form, sent twice, is seen
		if err != nil {
			return err
		}
		if noted, err := application.Recorded(ctx, tx, app, actor, key); err != nil || noted {
			return err
		}
		e := application.Event{Key: key, At: s.Now(), Action: application.EventNote, FromState: app.State, ToState: app.State, Message: text}
		if err := application.Record(ctx, tx, app, application.By(app, actor, e)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.note", Object: "application", ObjectID: app.ID, At: e.At,
			Detail: map[string]any{"number": app.Number},
		})
	})
}
