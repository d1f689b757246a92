package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Start opens a draft for a service, or returns the one that the resident already has for it. Residents with
// application:submit call it. It refuses a channel it does not know (Invalid, field "channel") and a service that is
// not done here (Conflict "service.not_online") or is between two seasons ("service.not_open", "service.closed"), besides
// what Standards refuses. A draft that is there already is returned in any season: it can be read, and taken away.
func (s *Service) Start(ctx context.Context, actor identity.Actor, service, channel string) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return application.Application{}, err
	}
	if channel != event.ChannelWeb && channel != event.ChannelAPI {
		return application.Application{}, fault.Fields([]fault.Field{{Name: "channel", Code: "not_an_option"}})
	}
	var app application.Application
	err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		old := tx.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.account_id = ? AND a.service_code = ? AND a.stage = ?",
			tenancy.Must(ctx), actor.ID, service, workflow.StageDraft)
		if err := old.Scan(ctx); err == nil || !fault.Is(application.OrNotFound(err), "application.not_found") {
			return err
		}
		offer, err := s.Deps.Standards.InForce(ctx, tx, service, s.Local(ctx))
		if err != nil {
			return err
		}
		if app, err = s.newDraft(ctx, tx, actor, offer, channel); err != nil {
			return err
		}
		// Two clicks at once: the second finds what the first has made.
		if _, err := tx.NewInsert().Model(&app).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		return old.Scan(ctx)
	})
	if err != nil {
		return application.Application{}, fmt.Errorf("intake: start: %w", err)
	}
	return app, nil
}

func (s *Service) newDraft(ctx context.Context, tx bun.IDB, actor identity.Actor, o application.Offer, channel string) (application.Application, error) {
	if !o.Native {
		return application.Application{}, fault.New(fault.Conflict, "service.not_online")
	}
	if err := o.Refuse(ctx); err != nil {
		return application.Application{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return application.Application{}, err
	}
	now := s.Now()
	app := application.Application{
		TenantID: tenancy.Must(ctx), ID: id, AccountID: actor.ID, Channel: channel, Locale: string(i18n.From(ctx)),
		FormCode: o.Form, WorkflowCode: o.Workflow, DocumentCode: o.Document,
		State: workflow.Draft, Stage: workflow.StageDraft, Clock: workflow.Stopped, Version: 1, Answers: form.Answers{},
		QueueAt: now, CreatedAt: now, UpdatedAt: now,
	}
	app.Describe(o)
	if app.FormVersion, err = application.Newest(ctx, tx, application.FormTable, o.Form); err != nil {
		return application.Application{}, err
	}
	if app.WorkflowVersion, err = application.Newest(ctx, tx, application.WorkflowTable, o.Workflow); err != nil || o.Document == "" {
		return app, err
	}
	app.DocumentVersion, err = document.Newest(ctx, tx, o.Document)
	return app, err
}

// Draft is an application with its form, as its applicant fills it in: before submission, or to correct it.
type Draft struct {
	Application application.Application
	Form        *form.Form
	Pages       []form.Page // of Form, those that are asked now, with the questions that are put
	Answers     form.Answers
	Files       map[string][]files.File // by field
	Required    map[string]bool         // by field, as the answers so far make it
	Suggested   form.Answers            // what is known already of questions that have no answer yet
	Registered  form.Answers            // what a register of the state answered, to be marked where it stands
	At          form.At                 // where and when the form is read
	Done        map[string]bool         // by page: nothing is missing or wrong

	brought []string // what a correction made has brought up
}

// Editable reports whether the applicant may change this field now: any of a draft; of a correction the named ones and
// those that hang on them.
func (d Draft) Editable(field string) bool { return editable(d.Application, field, d.brought) }

// Next returns the first page that is not done and can be worked on, or "".
func (d Draft) Next() string {
	for _, p := range d.Pages {
		if !d.Done[p.Code] {
			return p.Code
		}
	}
	return ""
}

// Draft returns an application for its applicant to work on. It refuses Conflict "application.not_editable" once it is
// with the office.
func (s *Service) Draft(ctx context.Context, actor identity.Actor, id uuid.UUID) (Draft, error) {
	app, err := s.Own(ctx, actor, id)
	if err != nil {
		return Draft{}, err
	}
	if app.Stage != workflow.StageDraft && app.Stage != workflow.StageNeedsCorrection {
		return Draft{}, fault.New(fault.Conflict, "application.not_editable")
	}
	d := Draft{Application: app, Done: map[string]bool{}}
	if d.Form, err = s.Form(ctx, s.Deps.DB.App, app); err != nil {
		return Draft{}, err
	}
	if d.Answers, err = s.Answers(ctx, app); err != nil {
		return Draft{}, err
	}
	if d.Files, err = s.FilesOf(ctx, s.Deps.DB.App, app); err != nil {
		return Draft{}, err
	}
	if d.At, err = s.AsOf(ctx, s.Deps.DB.App, app, d.Form); err != nil {
		return Draft{}, err
	}
	asked := d.Form.Ask(d.Answers, application.Counts(d.Files), d.At)
	d.Pages, d.Required = asked.Pages, asked.Required
	if d.Suggested, err = s.suggest(ctx, actor, d); err != nil {
		return Draft{}, err
	}
	if d.Registered, err = s.registered(ctx, d); err != nil {
		return Draft{}, err
	}
	for code, v := range d.Registered {
		if len(d.Answers[code]) == 0 {
			d.Suggested[code] = v
		}
	}
	c := form.NewChecker(d.Form, d.At)
	c.All(d.Answers, application.Counts(d.Files))
	if app.Stage == workflow.StageNeedsCorrection {
		d.brought = named(c, d.Form, d.Answers)
	}
	maps.Copy(d.Answers, asked.Computed)
	wrong := map[string]bool{}
	for _, f := range c.Errors {
		wrong[f.Name] = true
	}
	for _, p := range d.Pages {
		d.Done[p.Code] = !slices.ContainsFunc(p.Fields, func(f form.Field) bool { return wrong[f.Code] }) && visited(p, d)
	}
	return d, nil
}

// visited reports whether the applicant has been on a page, as far as the answers tell; a page of optional questions
// counts as done without any.
func visited(p form.Page, d Draft) bool {
	for _, f := range p.Fields {
		if d.Required[f.Code] && f.Typed() && d.Answers.Get(f.Code) == "" {
			return false
		}
	}
	return true
}

// Newest returns the form that an application for a service would be made with now, with the city's districts. Anyone may
// ask. It refuses what Start refuses.
func (s *Service) Newest(ctx context.Context, service string) (*form.Form, []form.Area, error) {
	db := s.Deps.DB.App
	o, err := s.Deps.Standards.InForce(ctx, db, service, s.Local(ctx))
	if err != nil {
		return nil, nil, err
	}
	if !o.Native {
		return nil, nil, fault.New(fault.Conflict, "service.not_online")
	}
	version, err := application.Newest(ctx, db, application.FormTable, o.Form)
	if err != nil {
		return nil, nil, err
	}
	f, err := application.Define[form.Form](ctx, s.Defs, db, application.FormTable, o.Form, version)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.AsOf(ctx, db, application.Application{}, f)
	return f, at.Areas, err
}

// Trial is a form that is not of any application, for who writes it to try.
func (s *Service) Trial(ctx context.Context, f form.Form, answers form.Answers) (Draft, error) {
	at, err := s.AsOf(ctx, s.Deps.DB.App, application.Application{}, &f)
	d := Draft{Application: application.Application{Stage: workflow.StageDraft}, Form: f.Ready(), Answers: answers, At: at}
	asked := d.Form.Ask(answers, nil, at)
	d.Pages, d.Required = asked.Pages, asked.Required
	return d, err
}

// Typed is a page as what was typed on it makes it, read or not: the questions that it asks, and those that it may yet
// ask, marked Off.
func (d Draft) Typed(p form.Page, typed map[string][]string) form.Page {
	c := form.NewChecker(d.Form, d.At)
	c.Page(p, typed, d.Answers, application.Counts(d.Files))
	return c.Shown
}

// Mirror is what a browser needs to follow the answers of a page.
func (d Draft) Mirror(p form.Page, shown []form.Field) form.Mirror {
	return d.Form.Mirror(p, shown, d.Answers, application.Counts(d.Files), d.At)
}

func (s *Service) checker(ctx context.Context, db bun.IDB, app application.Application, f *form.Form) (*form.Checker, error) {
	at, err := s.AsOf(ctx, db, app, f)
	return form.NewChecker(f, at), err
}

// Own reads an application of the resident who asks.
func (s *Service) Own(ctx context.Context, actor identity.Actor, id uuid.UUID) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return application.Application{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return application.Application{}, err
	}
	return application.Find(ctx, s.Deps.DB.App, r, id)
}

// Discard deletes a draft and its files. What has been submitted can be cancelled, not discarded.
func (s *Service) Discard(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
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
		if !app.Draft() {
			return fault.New(fault.Conflict, "application.not_editable")
		}
		attached, err := s.FilesOf(ctx, tx, app)
		if err != nil {
			return err
		}
		for _, list := range attached {
			for _, f := range list {
				if err := s.dropFile(ctx, tx, app, f.ID); err != nil {
					return err
				}
			}
		}
		_, err = tx.NewDelete().Model((*application.Application)(nil)).Where("tenant_id = ? AND id = ?", app.TenantID, app.ID).Exec(ctx)
		return err
	})
}
