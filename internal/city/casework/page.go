package casework

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// SavePage stores what its applicant typed on one page, all of it or nothing. It refuses Invalid with every field that
// cannot be read, fields of other pages, and Conflict "application.not_editable" for what is not the applicant's to
// change now.
func (s *Service) SavePage(ctx context.Context, actor identity.Actor, id uuid.UUID, page string, typed map[string][]string) error {
	return s.edit(ctx, actor, id, func(ctx context.Context, tx bun.Tx, app *Application, form *form.Form) ([]string, error) {
		p, ok := form.Page(page)
		if !ok {
			return nil, fault.New(fault.NotFound, "application.no_page")
		}
		all, err := s.answers(ctx, *app)
		if err != nil {
			return nil, err
		}
		attached, err := s.filesOf(ctx, tx, *app)
		if err != nil {
			return nil, err
		}
		c := s.checker(ctx, *app, form)
		read := c.Page(p, typed, all, counts(attached))
		if err := fault.Fields(c.Errors); err != nil {
			return nil, err
		}
		var changed []string
		for _, f := range p.Fields {
			if slices.Equal(all[f.Code], read[f.Code]) {
				continue
			}
			if f.Typed() && !app.editable(f.Code) {
				return nil, fault.New(fault.Conflict, "application.not_editable")
			}
			changed = append(changed, f.Code)
			delete(all, f.Code)
			if v, ok := read[f.Code]; ok {
				all[f.Code] = v
			}
		}
		return changed, s.setAnswers(ctx, app, form, all)
	})
}

// edit changes the applicant's own part of an application under its lock. fn returns the fields it changed.
func (s *Service) edit(ctx context.Context, actor identity.Actor, id uuid.UUID,
	fn func(ctx context.Context, tx bun.Tx, app *Application, form *form.Form) ([]string, error)) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return err
	}
	if err := s.warm(ctx); err != nil {
		return err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := lock(ctx, tx, r, id)
		if err != nil {
			return err
		}
		if app.Stage != workflow.StageDraft && app.Stage != workflow.StageNeedsCorrection {
			return fault.New(fault.Conflict, "application.not_editable")
		}
		form, err := s.form(ctx, tx, app)
		if err != nil {
			return err
		}
		changed, err := fn(ctx, tx, &app, form)
		if err != nil || len(changed) == 0 {
			return err
		}
		if app.Correction != nil {
			app.Correction.Changed = union(app.Correction.Changed, changed)
		}
		app.UpdatedAt = s.now()
		return save(ctx, tx, app)
	})
}

// warm loads the city's key before a transaction is open: loading it inside one would need a second connection.
func (s *Service) warm(ctx context.Context) error {
	_, err := s.d.Keys.Hash(ctx, "warm", "")
	return err
}

func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
