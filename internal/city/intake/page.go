package intake

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	forms "bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// PageInput is what an applicant typed on one page. Confirm names the warnings of TakePage at which they have looked again.
type PageInput struct {
	Page    string
	Typed   map[string][]string
	Confirm []fault.Field
	Shaped  bool // keep only what fits the form's JSON Schema, as who sent it was promised
}

// TakePage stores what its applicant typed on one page, all of it or nothing, and returns what on it should be looked at
// again and was not confirmed. It refuses Invalid with every field that cannot be read, fields of other pages, and
// Conflict "application.not_editable" for what is not the applicant's to change now.
func (s *Service) TakePage(ctx context.Context, actor identity.Actor, id uuid.UUID, in PageInput) ([]fault.Field, error) {
	var doubts []fault.Field
	err := s.edit(ctx, actor, id, "page", func(ctx context.Context, tx bun.Tx, app *application.Application, form *forms.Form) ([]string, error) {
		p, ok := form.Page(in.Page)
		if !ok {
			return nil, fault.New(fault.NotFound, "application.no_page")
		}
		all, err := s.Answers(ctx, *app)
		if err != nil {
			return nil, err
		}
		attached, err := s.FilesOf(ctx, tx, *app)
		if err != nil {
			return nil, err
		}
		at, err := s.AsOf(ctx, tx, *app, form)
		if err != nil {
			return nil, err
		}
		brought := broughtUp(*app, form, at, all, application.Counts(attached))
		brought = union(brought, typedUp(*app, form, at, p, in.Typed, all, application.Counts(attached), brought))
		c := forms.NewChecker(form, at)
		read := c.Page(p, in.Typed, all, application.Counts(attached))
		if err := fault.Fields(c.Errors); err != nil {
			return nil, err
		}
		if in.Shaped {
			if err := shaped(form, at, read); err != nil {
				return nil, err
			}
		}
		var changed []string
		for _, code := range codesOn(form, in.Page, all, read) {
			if slices.Equal(all[code], read[code]) {
				continue
			}
			if f, _ := form.Field(code); f.Typed() && !editable(*app, code, brought) && !offNow(c.Shown, code) {
				return nil, fault.New(fault.Conflict, "application.not_editable")
			}
			changed = append(changed, code)
			delete(all, code)
			if v, ok := read[code]; ok {
				all[code] = v
			}
		}
		gone, err := s.dropRows(ctx, tx, *app, p, read, attached, brought)
		if err != nil {
			return nil, err
		}
		changed = union(changed, gone)
		app.Doubt(changed)
		whole := forms.NewChecker(form, at)
		whole.All(all, application.Counts(attached))
		doubts = app.Doubts(form, in.Page, whole.Warnings)
		if doubts = app.Confirm(doubts, in.Confirm, changed, s.Now()); len(changed) == 0 {
			return nil, application.Save(ctx, tx, *app)
		}
		return changed, s.SetAnswers(ctx, app, form, all)
	})
	return doubts, err
}

// SavePage is TakePage for who does not look at what should be looked at again.
func (s *Service) SavePage(ctx context.Context, actor identity.Actor, id uuid.UUID, page string, typed map[string][]string) error {
	_, err := s.TakePage(ctx, actor, id, PageInput{Page: page, Typed: typed})
	return err
}

// shaped refuses answers that do not fit the schema of their form.
func shaped(f *forms.Form, at forms.At, read forms.Answers) error {
	shape, err := f.Shape(at.Areas)
	if err != nil {
		return err
	}
	var bad []fault.Field
	for _, code := range shape.Misfits(f, read) {
		if fd, _ := f.Field(code); fd.Typed() {
			bad = append(bad, fault.Field{Name: code, Code: "invalid"})
		}
	}
	return fault.Fields(bad)
}

// codesOn lists the codes of a page that have an answer before or after, in a stable order.
func codesOn(f *forms.Form, page string, before, after forms.Answers) []string {
	var codes []string
	for _, answers := range []forms.Answers{before, after} {
		for code := range answers {
			if on, _ := f.PageOf(code); on == page {
				codes = append(codes, code)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// edit changes the applicant's own part of an application under its lock. act is what is done, for the audit record of a
// counter; fn returns the fields it changed.
func (s *Service) edit(ctx context.Context, actor identity.Actor, id uuid.UUID, act string,
	fn func(ctx context.Context, tx bun.Tx, app *application.Application, form *forms.Form) ([]string, error)) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return err
	}
	if err := s.Warm(ctx); err != nil {
		return err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.Lock(ctx, tx, r, id)
		if err != nil {
			return err
		}
		if app.Stage != workflow.StageDraft && app.Stage != workflow.StageNeedsCorrection {
			return fault.New(fault.Conflict, "application.not_editable")
		}
		form, err := s.Form(ctx, tx, app)
		if err != nil {
			return err
		}
		changed, err := fn(ctx, tx, &app, form)
		if err != nil {
			return err
		}
		if err := s.auditEdit(ctx, tx, actor, app, act, changed); err != nil || len(changed) == 0 {
			return err
		}
		app.Doubt(changed)
		if app.Correction != nil {
			app.Correction.Changed = union(app.Correction.Changed, changed)
		}
		app.UpdatedAt = s.Now()
		if err := application.Save(ctx, tx, app); err != nil {
			return err
		}
		return s.Cosign.AfterChange(ctx, tx, actor, app)
	})
}

func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
