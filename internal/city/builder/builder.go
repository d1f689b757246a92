// Package builder is where a city's administrator writes a form without a programmer: a draft of the next version, changed
// a step at a time, looked at, and published when nothing is wrong with it.
//
// There is one draft per form and city. Every step names the revision of the draft that its author saw, so two
// administrators never undo each other unseen: the second hears who changed what. A published version is never changed;
// applications keep the one that they were started with. A form that the city has published is no longer touched by its
// pack.
package builder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Forms keeps the published versions; casework does.
type Forms interface {
	// Latest returns the newest version of a form, or NotFound "casework.no_definition".
	Latest(ctx context.Context, tx bun.IDB, code string) (form.Form, error)
	// Issue makes f the newest version, of the city's own making, and returns its number.
	Issue(ctx context.Context, tx bun.IDB, f form.Form) (int, error)
}

// Deps is what the builder is made from.
type Deps struct {
	DB       *storage.DB
	Guard    *access.Guard
	Forms    Forms
	Reserved []string         // codes that no field may have
	Now      func() time.Time // time.Now when nil
}

// Service is the builder of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
}

// Draft is a form that is being worked on. Without a Revision nobody has changed anything yet, and Form is the newest
// version.
type Draft struct {
	Form     form.Form
	Base     int // the version that it began from; 0 when there was none
	Latest   int // the newest version now
	Revision int
	Last     Step
	Problems pack.Problems // what keeps it from being published
}

// Step is one change of a draft. Act is one of the words below, What the code of what was changed.
type Step struct {
	Act, What string
	By        string
	At        time.Time
}

// The steps.
const (
	ActAdd    = "add"
	ActEdit   = "edit"
	ActMove   = "move"
	ActRemove = "remove"
)

type row struct {
	bun.BaseModel `bun:"table:form_draft,alias:fd"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	Code      string    `bun:"code,pk"`
	Body      form.Form `bun:"body,type:jsonb"`
	Base      int       `bun:"base"`
	Revision  int       `bun:"revision"`
	Act       string    `bun:"act"`
	What      string    `bun:"what"`
	ByID      uuid.UUID `bun:"by_id"`
	ByName    string    `bun:"by_name"`
	ChangedAt time.Time `bun:"changed_at"`
}

// Open returns the draft of a form, or the newest version where there is none; a form that is not there yet is empty.
// Staff with service:configure call it.
func (s *Service) Open(ctx context.Context, actor identity.Actor, code string) (Draft, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Draft{}, err
	}
	r, err := s.row(ctx, s.d.DB.App, code, false)
	if err != nil {
		return Draft{}, err
	}
	return s.draft(ctx, s.d.DB.App, r)
}

// row reads the draft, or begins one that is not stored.
func (s *Service) row(ctx context.Context, db bun.IDB, code string, lock bool) (row, error) {
	var list []row
	q := db.NewSelect().Model(&list).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code)
	if lock {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return row{}, fmt.Errorf("builder: draft of %s: %w", code, err)
	}
	if len(list) > 0 {
		return list[0], nil
	}
	latest, err := s.latest(ctx, db, code)
	return row{TenantID: tenancy.Must(ctx), Code: code, Body: latest, Base: latest.Version}, err
}

func (s *Service) latest(ctx context.Context, db bun.IDB, code string) (form.Form, error) {
	f, err := s.d.Forms.Latest(ctx, db, code)
	if fault.Is(err, "casework.no_definition") {
		return form.Form{Code: code}, nil
	}
	return f, err
}

func (s *Service) draft(ctx context.Context, db bun.IDB, r row) (Draft, error) {
	latest, err := s.latest(ctx, db, r.Code)
	if err != nil {
		return Draft{}, err
	}
	return Draft{
		Form: r.Body, Base: r.Base, Latest: latest.Version, Revision: r.Revision,
		Last: Step{Act: r.Act, What: r.What, By: r.ByName, At: r.ChangedAt}, Problems: s.problems(r.Body),
	}, nil
}

// problems is what is wrong with a form, each at its place: "pages[2].fields[0].show_if".
func (s *Service) problems(f form.Form) pack.Problems {
	f.Version = max(f.Version, 1) // it gets its number when it is published
	c := new(pack.Check)
	f.Check(c, s.d.Reserved)
	var found pack.Problems
	errors.As(c.Err(), &found)
	return found
}

// Change is one step, made on the revision of the draft that its author saw.
type Change struct {
	Code     string // of the form
	Revision int
	Act      string
	What     string
	Do       func(*form.Form) error
}

// Change applies one step and keeps it. It refuses Conflict "form.changed", with the last Step as its cause, when somebody
// else has changed the draft since, and what the step itself refuses.
func (s *Service) Change(ctx context.Context, actor identity.Actor, in Change) (Draft, error) {
	var out Draft
	err := s.work(ctx, actor, in.Code, in.Revision, func(ctx context.Context, tx bun.Tx, r row) error {
		if err := in.Do(&r.Body); err != nil {
			return err
		}
		r.Act, r.What, r.ByID, r.ByName = in.Act, in.What, actor.ID, actor.Name
		r.ChangedAt, r.Revision = s.d.Now().UTC(), r.Revision+1
		var err error
		if in.Revision == 0 {
			// Two who begin at once: the second finds what the first has made.
			res, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return s.taken(ctx, tx, in.Code)
			}
		} else if _, err = tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
			return err
		}
		if out, err = s.draft(ctx, tx, r); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "form."+in.Act, map[string]any{"form": in.Code, "what": in.What})
	})
	return out, err
}

// Publish makes the draft the next version of its form. It refuses Conflict "form.changed", Conflict "form.nothing" when
// nothing was changed, and Invalid "form.broken" while it has problems.
func (s *Service) Publish(ctx context.Context, actor identity.Actor, code string, revision int) (int, error) {
	version := 0
	err := s.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r row) error {
		if r.Revision == 0 {
			return fault.New(fault.Conflict, "form.nothing")
		}
		if found := s.problems(r.Body); len(found) > 0 {
			return fault.Wrap(fault.Invalid, "form.broken", found)
		}
		var err error
		if version, err = s.d.Forms.Issue(ctx, tx, r.Body); err != nil {
			return err
		}
		if err := s.drop(ctx, tx, code); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "form.publish", map[string]any{"form": code, "version": version})
	})
	return version, err
}

// Discard gives a draft up. It refuses Conflict "form.changed".
func (s *Service) Discard(ctx context.Context, actor identity.Actor, code string, revision int) error {
	return s.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r row) error {
		if r.Revision == 0 {
			return nil
		}
		if err := s.drop(ctx, tx, code); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "form.discard", map[string]any{"form": code, "revision": r.Revision})
	})
}

// work runs fn on the locked draft if it is still the one that the actor saw.
func (s *Service) work(ctx context.Context, actor identity.Actor, code string, revision int, fn func(context.Context, bun.Tx, row) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		r, err := s.row(ctx, tx, code, true)
		if err != nil {
			return err
		}
		if r.Revision != revision {
			return changed(r)
		}
		return fn(ctx, tx, r)
	})
}

// Changed is the cause of the refusal "form.changed": what somebody else did last. Without an Act the draft was published
// or given up.
type Changed struct{ Step }

func (c *Changed) Error() string { return c.Act + " " + c.What + " by " + c.By }

func changed(r row) error {
	return fault.Wrap(fault.Conflict, "form.changed", &Changed{Step{Act: r.Act, What: r.What, By: r.ByName, At: r.ChangedAt}})
}

func (s *Service) taken(ctx context.Context, tx bun.Tx, code string) error {
	r, err := s.row(ctx, tx, code, false)
	if err != nil {
		return err
	}
	return changed(r)
}

func (s *Service) drop(ctx context.Context, tx bun.Tx, code string) error {
	_, err := tx.NewDelete().Model((*row)(nil)).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Exec(ctx)
	return err
}

func (s *Service) note(ctx context.Context, tx bun.Tx, actor identity.Actor, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "form", Detail: detail, At: s.d.Now().UTC()})
}
