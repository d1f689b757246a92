package inbox

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// SavedFilter is a filter that somebody gave a name.
type SavedFilter struct {
	bun.BaseModel `bun:"table:saved_filter,alias:f"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	OwnerID   uuid.UUID `bun:"owner_id"`
	Agency    string    `bun:"agency"` // whose officers see it; empty: the owner alone
	Name      string    `bun:"name"`
	Filter    Filter    `bun:"filter,type:jsonb"`
	CreatedAt time.Time `bun:"created_at"`
}

const (
	savedNameMax = 60 // letters
	savedMax     = 30 // filters of one person
	savedShown   = 100
)

// Saved lists the actor's own filters and those shared with their agency, by name.
func (s *Service) Saved(ctx context.Context, actor identity.Actor) ([]SavedFilter, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return nil, err
	}
	var all []SavedFilter
	q := s.d.DB.App.NewSelect().Model(&all).Where("f.tenant_id = ?", tenancy.Must(ctx)).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("f.owner_id = ?", actor.ID)
		if actor.Agency != "" {
			q = q.WhereOr("f.agency = ? AND f.agency <> ''", actor.Agency)
		}
		return q
	})
	if err := q.OrderExpr("lower(f.name), f.id").Limit(savedShown).Scan(tenancy.Prepared(ctx)); err != nil {
		return nil, fmt.Errorf("inbox: saved filters: %w", err)
	}
	return all, nil
}

// SaveInput names a filter. Shared gives it to everyone of the actor's agency.
type SaveInput struct {
	Name   string
	Filter Filter
	Shared bool
}

// Save keeps a filter under a name, in the place of the actor's own of that name. To share one takes application:assign
// and an agency. It refuses Invalid for a name that is missing, too long or no text and for what Filter.Check refuses,
// Forbidden "access.denied" for sharing without the permission, and Conflict "inbox.too_many" beyond thirty.
func (s *Service) Save(ctx context.Context, actor identity.Actor, in SaveInput) (SavedFilter, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return SavedFilter{}, err
	}
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	switch {
	case in.Name == "":
		return SavedFilter{}, fault.Fields([]fault.Field{{Name: "name", Code: "required"}})
	case !utf8.ValidString(in.Name) || strings.ContainsRune(in.Name, 0):
		return SavedFilter{}, fault.Fields([]fault.Field{{Name: "name", Code: "invalid"}})
	case utf8.RuneCountInString(in.Name) > savedNameMax:
		return SavedFilter{}, fault.Fields([]fault.Field{{Name: "name", Code: "too_long", Args: []any{"max", savedNameMax}}})
	}
	if err := in.Filter.Check(); err != nil {
		return SavedFilter{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return SavedFilter{}, err
	}
	f := SavedFilter{TenantID: tenancy.Must(ctx), ID: id, OwnerID: actor.ID, Name: in.Name, Filter: in.Filter, CreatedAt: s.now()}
	if in.Shared {
		if err := s.mayShare(ctx, actor); err != nil {
			return SavedFilter{}, err
		}
		f.Agency = actor.Agency
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		n, err := tx.NewSelect().Model((*SavedFilter)(nil)).Where("tenant_id = ? AND owner_id = ? AND name <> ?", f.TenantID, actor.ID, f.Name).Count(ctx)
		if err != nil {
			return err
		}
		if n >= savedMax {
			return fault.New(fault.Conflict, "inbox.too_many", "max", savedMax)
		}
		_, err = tx.NewInsert().Model(&f).On("CONFLICT (tenant_id, owner_id, name) DO UPDATE").
			Set("filter = EXCLUDED.filter, agency = EXCLUDED.agency, created_at = EXCLUDED.created_at").Returning("id").Exec(ctx)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "filter.save", f)
	})
	if err != nil {
		return SavedFilter{}, fmt.Errorf("inbox: save filter: %w", err)
	}
	return f, nil
}

func (s *Service) mayShare(ctx context.Context, actor identity.Actor) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return err
	}
	if actor.Agency == "" {
		return fault.New(fault.Forbidden, "access.denied")
	}
	return nil
}

// MayShare reports whether the actor may give a filter to everyone of their agency.
func (s *Service) MayShare(ctx context.Context, actor identity.Actor) bool {
	return s.mayShare(ctx, actor) == nil
}

// Forget drops a filter: the actor's own, or with application:assign one that is shared with their agency. Any other is
// NotFound "inbox.no_filter".
func (s *Service) Forget(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return err
	}
	shared := s.MayShare(ctx, actor)
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var gone []SavedFilter
		q := tx.NewDelete().Model(&gone).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id)
		if shared {
			q = q.Where("(owner_id = ? OR agency = ?)", actor.ID, actor.Agency)
		} else {
			q = q.Where("owner_id = ?", actor.ID)
		}
		if _, err := q.Returning("*").Exec(ctx, &gone); err != nil {
			return err
		}
		if len(gone) == 0 {
			return fault.New(fault.NotFound, "inbox.no_filter")
		}
		return s.record(ctx, tx, actor, "filter.forget", gone[0])
	})
	if err != nil {
		return fmt.Errorf("inbox: forget filter: %w", err)
	}
	return nil
}

func (s *Service) record(ctx context.Context, tx bun.Tx, actor identity.Actor, action string, f SavedFilter) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "filter", ObjectID: f.ID, At: s.now(),
		Detail: map[string]any{"agency": f.Agency, "filter": f.Filter},
	})
}
