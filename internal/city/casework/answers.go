package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"bedelau/internal/kernel/form"
)

// sealFor is the context under which an application's private answers are sealed: copied into another row, they do
// not open.
func sealFor(id uuid.UUID) string { return "application.answers:" + id.String() }

// setAnswers puts all into app: open ones as JSON, private ones sealed.
func (s *Service) setAnswers(ctx context.Context, app *Application, f *form.Form, all form.Answers) error {
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
		return fmt.Errorf("casework: answers: %w", err)
	}
	if app.Sealed, err = s.d.Keys.Seal(ctx, plain, sealFor(app.ID)); err != nil {
		return fmt.Errorf("casework: answers: %w", err)
	}
	return nil
}

// answers returns every answer of app, the private ones opened.
func (s *Service) answers(ctx context.Context, app Application) (form.Answers, error) {
	all := form.Answers{}
	maps.Copy(all, app.Answers)
	if app.Sealed == nil {
		return all, nil
	}
	plain, err := s.d.Keys.Open(ctx, app.Sealed, sealFor(app.ID))
	if err != nil {
		return nil, fmt.Errorf("casework: answers of %s: %w", app.ID, err)
	}
	private := form.Answers{}
	if err := json.Unmarshal(plain, &private); err != nil {
		return nil, fmt.Errorf("casework: answers of %s: %w", app.ID, err)
	}
	maps.Copy(all, private)
	return all, nil
}

// before returns the answers as they were when a correction was last asked for; nil when none was since the decision.
func (s *Service) before(ctx context.Context, app Application) (form.Answers, error) {
	if app.BeforeAnswers == nil {
		return nil, nil
	}
	return s.answers(ctx, Application{ID: app.ID, Answers: app.BeforeAnswers, Sealed: app.BeforeSealed})
}
