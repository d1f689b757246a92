package catalog

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Save keeps what was written, whole or not. It refuses Conflict "catalog.draft_changed", with Changed as its cause, when
// somebody else has changed the draft since revision.
func (e *Editor) Save(ctx context.Context, actor identity.Actor, code string, revision int, in Edition) (Draft, error) {
	var out Draft
	own, err := e.bound(ctx, actor)
	if err != nil {
		return out, err
	}
	if err := within(own, in.Service.Agency); err != nil {
		return out, err
	}
	err = e.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r draftRow, latest int) error {
		r.take(in)
		r.ByID, r.ByName, r.ChangedAt, r.Revision = actor.ID, actor.Name, e.d.Now().UTC(), r.Revision+1
		if revision == 0 {
			// Two who begin at once: the second finds what the first has made.
			res, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
			if err != nil {
				return wrap(err)
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				other, _, err := e.row(ctx, tx, code, false)
				if err != nil {
					return err
				}
				return changed(other)
			}
		} else if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
			return wrap(err)
		}
		if out, err = e.draft(ctx, tx, r, latest); err != nil {
			return err
		}
		return e.note(ctx, tx, actor, "service.edit", map[string]any{"service": code})
	})
	return out, err
}

// Publish makes the draft the next version of its standard, in force from its day on; the service itself says at once what
// the draft says. From then on it is the city's own. It refuses Conflict "catalog.draft_changed", Conflict
// "catalog.nothing" when nothing was changed, and Invalid "catalog.broken" while it has problems.
func (e *Editor) Publish(ctx context.Context, actor identity.Actor, code string, revision int) (int, error) {
	version := 0
	err := e.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r draftRow, latest int) error {
		if r.Revision == 0 {
			return fault.New(fault.Conflict, "catalog.nothing")
		}
		d, err := e.draft(ctx, tx, r, latest)
		if err != nil {
			return err
		}
		if len(d.Problems) > 0 {
			return fault.Wrap(fault.Invalid, "catalog.broken", d.Problems)
		}
		version = latest + 1
		s, st := d.Service, d.Standard
		s.Own = true
		st.Version, st.EffectiveTo, st.Verified, st.Source = version, "", s.Verified, s.Source
		if s.Position == 0 {
			if s.Position, err = position(ctx, tx, code); err != nil {
				return wrap(err)
			}
		}
		if err := saveService(ctx, tx, s); err != nil {
			return wrap(err)
		}
		if err := putStandard(ctx, tx, st); err != nil {
			return wrap(err)
		}
		if err := reindex(ctx, tx, s, st.Parts); err != nil {
			return wrap(err)
		}
		if err := e.drop(ctx, tx, code); err != nil {
			return err
		}
		detail := map[string]any{"service": code, "version": version, "from": st.EffectiveFrom, "workflow": s.Workflow}
		if s.Rules.Ladder != nil {
			detail["ladder"] = s.Rules.Ladder
		}
		return e.note(ctx, tx, actor, "service.publish", detail)
	})
	return version, err
}

// position is the place of a service among the others: its own, or behind them all.
func position(ctx context.Context, tx bun.Tx, code string) (int, error) {
	var at int
	err := tx.NewRaw("SELECT coalesce(max(position) FILTER (WHERE code = ?), max(position) + 1, 1) FROM service WHERE tenant_id = ?", code, tenancy.Must(ctx)).Scan(ctx, &at)
	return at, err
}

// reindex writes what Search looks through for one service, and makes every process read the catalogue again.
func reindex(ctx context.Context, tx bun.Tx, s Service, parts Parts) error {
	tenant := tenancy.Must(ctx)
	c := content{offers: []offer{{Service: s, Standard: standardFile{Parts: parts}}}}
	if err := tx.NewSelect().Model(&c.agencies).Where("tenant_id = ?", tenant).Limit(1000).Scan(ctx); err != nil {
		return err
	}
	if err := index(ctx, tx, tenant, c); err != nil {
		return err
	}
	return bump(ctx, tx, tenant)
}

// Discard gives a draft up; a service that was never published is gone with it. It refuses Conflict
// "catalog.draft_changed".
func (e *Editor) Discard(ctx context.Context, actor identity.Actor, code string, revision int) error {
	return e.work(ctx, actor, code, revision, func(ctx context.Context, tx bun.Tx, r draftRow, _ int) error {
		if r.Revision == 0 {
			return nil
		}
		if err := e.drop(ctx, tx, code); err != nil {
			return err
		}
		return e.note(ctx, tx, actor, "service.discard", map[string]any{"service": code, "revision": r.Revision})
	})
}

// Retire stops new applications; those under way go on. instead tells residents what to do, in every language. It refuses
// Gone "catalog.retired_service", and Invalid naming "instead_id" or "instead_en".
func (e *Editor) Retire(ctx context.Context, actor identity.Actor, code string, instead i18n.Text) error {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return err
	}
	var bad []fault.Field
	for _, l := range i18n.All() {
		if instead[l] == "" {
			bad = append(bad, fault.Field{Name: "instead_" + string(l), Code: "required"})
		}
	}
	if len(bad) > 0 {
		return fault.Fields(bad)
	}
	return tenancy.InTx(ctx, e.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		tenant := tenancy.Must(ctx)
		if own != "" {
			r, _, err := e.row(ctx, tx, code, false)
			if err == nil {
				err = mine(ctx, tx, own, r)
			}
			if err != nil {
				return err
			}
		}
		res, err := tx.NewUpdate().Model((*Service)(nil)).Set("retired_at = ?, instead = ?, own = true", e.d.Now().UTC(), instead).
			Where("tenant_id = ? AND code = ? AND retired_at IS NULL", tenant, code).Exec(ctx)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Gone, "catalog.retired_service", "code", code)
		}
		if err := bump(ctx, tx, tenant); err != nil {
			return wrap(err)
		}
		return e.note(ctx, tx, actor, "service.retire", map[string]any{"service": code})
	})
}

// work runs fn on the locked draft if it is still the one that the actor saw.
func (e *Editor) work(ctx context.Context, actor identity.Actor, code string, revision int, fn func(context.Context, bun.Tx, draftRow, int) error) error {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, e.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		r, latest, err := e.row(ctx, tx, code, true)
		if err == nil {
			err = mine(ctx, tx, own, r)
		}
		if err != nil {
			return err
		}
		if r.Revision != revision {
			return changed(r)
		}
		return fn(ctx, tx, r, latest)
	})
}

func changed(r draftRow) error {
	return fault.Wrap(fault.Conflict, "catalog.draft_changed", &Changed{By: r.ByName, At: r.ChangedAt})
}

func (e *Editor) drop(ctx context.Context, tx bun.Tx, code string) error {
	_, err := tx.NewDelete().Model((*draftRow)(nil)).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Exec(ctx)
	return wrap(err)
}
