package application

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/workflow"
)

// sealFor is the context under which an application's private answers are sealed: copied into another row, they do
// not open.
func sealFor(id uuid.UUID) string { return "application.answers:" + id.String() }

// SetAnswers puts all into app: open ones as JSON, private ones sealed.
func (s *Service) SetAnswers(ctx context.Context, app *Application, f *form.Form, all form.Answers) error {
	open, private := form.Answers{}, form.Answers{}
	for code, v := range all {
		if field, ok := f.Field(code); !ok || field.Private() {
			private[code] = v
		} else {
			open[code] = v
		}
	}
	app.Answers, app.Sealed = open, nil
	if len(private) == 0 {
		return nil
	}
	plain, err := json.Marshal(private)
	if err != nil {
		return fmt.Errorf("application: answers: %w", err)
	}
	if app.Sealed, err = s.Deps.Keys.Seal(ctx, plain, sealFor(app.ID)); err != nil {
		return fmt.Errorf("application: answers: %w", err)
	}
	return nil
}

// Answers returns every answer of app, the private ones opened.
func (s *Service) Answers(ctx context.Context, app Application) (form.Answers, error) {
	all := form.Answers{}
	maps.Copy(all, app.Answers)
	if app.Sealed == nil {
		return all, nil
	}
	plain, err := s.Deps.Keys.Open(ctx, app.Sealed, sealFor(app.ID))
	if err != nil {
		return nil, fmt.Errorf("application: answers of %s: %w", app.ID, err)
	}
	private := form.Answers{}
	if err := json.Unmarshal(plain, &private); err != nil {
		return nil, fmt.Errorf("application: answers of %s: %w", app.ID, err)
	}
	maps.Copy(all, private)
	return all, nil
}

// Before returns the answers as they were when a correction was last asked for; nil when none was since the decision.
func (s *Service) Before(ctx context.Context, app Application) (form.Answers, error) {
	if app.BeforeAnswers == nil {
		return nil, nil
	}
	return s.Answers(ctx, Application{ID: app.ID, Answers: app.BeforeAnswers, Sealed: app.BeforeSealed})
}

// AsOf is how an application's form is read: in this city, today, and once it is sent on the day of that, so that nobody
// outgrows a question, nor is charged by a later tariff, while the office has it.
func (s *Service) AsOf(ctx context.Context, db bun.IDB, app Application, f *form.Form) (form.At, error) {
	return s.asOf(ctx, db, app, f, f.Tariffs)
}

// asOf is AsOf with the amounts of these tariffs.
func (s *Service) asOf(ctx context.Context, db bun.IDB, app Application, f *form.Form, tables []string) (form.At, error) {
	at := form.At{Now: s.Local(ctx)}
	if !app.SubmittedAt.IsZero() {
		at.Now = app.SubmittedAt.In(at.Now.Location())
	}
	if f.AsksDistrict() {
		areas, err := pack.LoadAreas(ctx, db)
		if err != nil {
			return at, err
		}
		names := map[string]string{}
		for _, a := range areas {
			names[a.Code] = a.Name
		}
		for _, a := range areas {
			at.Areas = append(at.Areas, form.Area{Name: a.Name, Parent: names[a.Parent]})
		}
	}
	if f.AsksPoint() {
		ground, err := pack.LoadMap(ctx, db, at.Now)
		if err != nil {
			return at, err
		}
		at.Ground = ground.Bounds
	}
	charged, err := tariff.InForce(ctx, db, tables, at.Now)
	at.Rates = tariff.Rates(charged)
	return at, err
}

// asOfOwn is AsOf with the form that the application was started with, and the amounts that the office's own questions name too.
func (s *Service) asOfOwn(ctx context.Context, db bun.IDB, app Application, sheet *workflow.Sheet) (form.At, error) {
	f, err := s.Form(ctx, db, app)
	if err != nil {
		return form.At{}, err
	}
	return s.asOf(ctx, db, app, f, slices.Concat(f.Tariffs, sheet.RateTables()))
}
