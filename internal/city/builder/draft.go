package builder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Drafts are the drafts of one kind of definition, in every city.
type Drafts[T any] struct {
	d  Deps
	of kind[T]
}

// kind is in what the drafts of forms and of workflows differ.
type kind[T any] struct {
	name    string // of its refusals and its entries in the record: "form"
	table   string
	latest  func(ctx context.Context, db bun.IDB, code string) (T, int, error)
	issue   func(ctx context.Context, tx bun.IDB, code string, body T) (int, error)
	checker func(ctx context.Context) (check[T], error) // made before a transaction begins
}

// check says what is wrong with a definition.
type check[T any] func(ctx context.Context, db bun.IDB, body T) (pack.Problems, error)

// Draft is a definition that is being worked on. Without a Revision nobody has changed anything yet, and Body is the
// newest version.
type Draft[T any] struct {
	Body     T
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

// row is a draft as it is stored, in the table of its kind.
type row[T any] struct {
	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	Code      string    `bun:"code,pk"`
	Body      T         `bun:"body,type:jsonb"`
	Base      int       `bun:"base"`
	Revision  int       `bun:"revision"`
	Act       string    `bun:"act"`
	What      string    `bun:"what"`
	ByID      uuid.UUID `bun:"by_id"`
	ByName    string    `bun:"by_name"`
	ChangedAt time.Time `bun:"changed_at"`
}

// Open returns the draft of a definition, or the newest version where there is none; one that is not there yet is empty.
// Staff with service:configure call it.
func (s *Drafts[T]) Open(ctx context.Context, actor identity.Actor, code string) (Draft[T], error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Draft[T]{}, err
	}
	check, err := s.of.checker(ctx)
	if err != nil {
		return Draft[T]{}, err
	}
	r, err := s.row(ctx, s.d.DB.App, code, false)
	if err != nil {
		return Draft[T]{}, err
	}
	return s.draft(ctx, s.d.DB.App, r, check)
}

// Astray is what has become wrong with the newest version since it was published, such as a step that no role may take any
// more; nothing for one that is not there. Staff with service:configure call it.
func (s *Drafts[T]) Astray(ctx context.Context, actor identity.Actor, code string) (pack.Problems, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	check, err := s.of.checker(ctx)
	if err != nil {
		return nil, err
	}
	latest, version, err := s.of.latest(ctx, s.d.DB.App, code)
	if err != nil || version == 0 {
		return nil, err
	}
	return check(ctx, s.d.DB.App, latest)
}

// row reads the draft, or begins one that is not stored.
func (s *Drafts[T]) row(ctx context.Context, db bun.IDB, code string, lock bool) (row[T], error) {
	var list []row[T]
	q := db.NewSelect().Model(&list).ModelTableExpr("? AS d", bun.Ident(s.of.table)).ColumnExpr("d.*").Where("d.tenant_id = ? AND d.code = ?", tenancy.Must(ctx), code)
	if lock {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return row[T]{}, fmt.Errorf("builder: %s of %s: %w", s.of.table, code, err)
	}
	if len(list) > 0 {
		return list[0], nil
	}
	latest, version, err := s.of.latest(ctx, db, code)
	return row[T]{TenantID: tenancy.Must(ctx), Code: code, Body: latest, Base: version}, err
}

func (s *Drafts[T]) draft(ctx context.Context, db bun.IDB, r row[T], check check[T]) (Draft[T], error) {
	_, version, err := s.of.latest(ctx, db, r.Code)
	if err != nil {
		return Draft[T]{}, err
	}
	problems, err := check(ctx, db, r.Body)
	return Draft[T]{
		Body: r.Body, Base: r.Base, Latest: version, Revision: r.Revision,
		Last: Step{Act: r.Act, What: r.What, By: r.ByName, At: r.ChangedAt}, Problems: problems,
	}, err
}

// Edit is one step, made on the revision of the draft that its author saw.
type Edit[T any] struct {
	Code     string // of the definition
	Revision int
	Act      string
	What     string
	Do       func(*T) error
}

// Change applies one step and keeps it. It refuses Conflict "form.changed" (of a workflow: "workflow.changed", and so on),
// with the last Step as its cause, when somebody else has changed the draft since, and what the step itself refuses.
func (s *Drafts[T]) Change(ctx context.Context, actor identity.Actor, in Edit[T]) (Draft[T], error) {
	var out Draft[T]
	err := s.work(ctx, actor, in.Code, in.Revision, func(ctx context.Context, tx bun.Tx, r row[T], check check[T]) error {
		if err := in.Do(&r.Body); err != nil {
			return err
		}
		r.Act, r.What, r.ByID, r.ByName = in.Act, in.What, actor.ID, actor.Name
		r.ChangedAt, r.Revision = s.d.Now().UTC(), r.Revision+1
		var err error
		if in.Revision == 0 {
			// Two who begin at once: the second finds what the first has made.
			res, err := tx.NewInsert().Model(&r).ModelTableExpr("?", bun.Ident(s.of.table)).On("CONFLICT DO NOTHING").Exec(ctx)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return s.taken(ctx, tx, in.Code)
			}
		} else if _, err = tx.NewUpdate().Model(&r).ModelTableExpr("? AS d", bun.Ident(s.of.table)).
			Where("d.tenant_id = ? AND d.code = ?", r.TenantID, r.Code).Exec(ctx); err != nil {
			return err
		}
		if out, err = s.draft(ctx, tx, r, check); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, in.Act, map[string]any{s.of.name: in.Code, "what": in.What})
	})
	return out, err
}

// Publish makes the draft the next version of its definition. It refuses Conflict "form.changed", Conflict "form.nothing"
// when nothing was changed, and Invalid "form.broken" while it has problems.
func (s *Drafts[T]) Publish(ctx context.Context, actor identity.Actor, code string, revision int) (int, error) {
	version := 0
	err := s.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r row[T], check check[T]) error {
		if r.Revision == 0 {
			return fault.New(fault.Conflict, s.of.name+".nothing")
		}
		problems, err := check(ctx, tx, r.Body)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return fault.Wrap(fault.Invalid, s.of.name+".broken", problems)
		}
		if version, err = s.of.issue(ctx, tx, code, r.Body); err != nil {
			return err
		}
		if err := s.drop(ctx, tx, code); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "publish", map[string]any{s.of.name: code, "version": version})
	})
	return version, err
}

// Discard gives a draft up. It refuses Conflict "form.changed".
func (s *Drafts[T]) Discard(ctx context.Context, actor identity.Actor, code string, revision int) error {
	return s.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r row[T], _ check[T]) error {
		if r.Revision == 0 {
			return nil
		}
		if err := s.drop(ctx, tx, code); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "discard", map[string]any{s.of.name: code, "revision": r.Revision})
	})
}

// work runs fn on the locked draft if it is still the one that the actor saw. Who configures the services of one agency
// alone is refused Forbidden "form.other_agency" what the services of another are made with.
func (s *Drafts[T]) work(ctx context.Context, actor identity.Actor, code string, revision int,
	fn func(context.Context, bun.Tx, row[T], check[T]) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return err
	}
	reach, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	check, err := s.of.checker(ctx)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		r, err := s.row(ctx, tx, code, true)
		if err != nil {
			return err
		}
		if err := s.within(ctx, tx, reach.Agency(), code); err != nil {
			return err
		}
		if r.Revision != revision {
			return s.changed(r)
		}
		return fn(ctx, tx, r, check)
	})
}

// within refuses whoever writes the services of their own agency alone what another's are made with too.
func (s *Drafts[T]) within(ctx context.Context, tx bun.IDB, own, code string) error {
	if own == "" || s.d.MadeWith == nil {
		return nil
	}
	users, err := s.d.MadeWith(ctx, tx, s.of.name, code)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(users, func(agency string) bool { return agency != own }) {
		return fault.New(fault.Forbidden, s.of.name+".other_agency")
	}
	return nil
}

// Changed is the cause of the refusal "form.changed": what somebody else did last. Without an Act the draft was published
// or given up.
type Changed struct{ Step }

func (c *Changed) Error() string { return c.Act + " " + c.What + " by " + c.By }

func (s *Drafts[T]) changed(r row[T]) error {
	return fault.Wrap(fault.Conflict, s.of.name+".changed", &Changed{Step{Act: r.Act, What: r.What, By: r.ByName, At: r.ChangedAt}})
}

func (s *Drafts[T]) taken(ctx context.Context, tx bun.Tx, code string) error {
	r, err := s.row(ctx, tx, code, false)
	if err != nil {
		return err
	}
	return s.changed(r)
}

func (s *Drafts[T]) drop(ctx context.Context, tx bun.Tx, code string) error {
	_, err := tx.NewRaw("DELETE FROM ? WHERE tenant_id = ? AND code = ?", bun.Ident(s.of.table), tenancy.Must(ctx), code).Exec(ctx)
	return err
}

func (s *Drafts[T]) note(ctx context.Context, tx bun.Tx, actor identity.Actor, act string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: s.of.name + "." + act, Object: s.of.name, Detail: detail, At: s.d.Now().UTC()})
}
