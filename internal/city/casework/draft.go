package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Start opens a draft for a service, or returns the one that the resident already has for it. Residents with
// application:submit call it. It refuses a channel it does not know (Invalid, field "channel") and a service that is
// not done here (Conflict "service.not_online"), besides what Standards refuses.
func (s *Service) Start(ctx context.Context, actor identity.Actor, service, channel string) (Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return Application{}, err
	}
	if channel != event.ChannelWeb && channel != event.ChannelAPI {
		return Application{}, fault.Fields([]fault.Field{{Name: "channel", Code: "not_an_option"}})
	}
	var app Application
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		old := tx.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.account_id = ? AND a.service_code = ? AND a.stage = ?",
			tenancy.Must(ctx), actor.ID, service, workflow.StageDraft)
		if err := old.Scan(ctx); err == nil || !fault.Is(orNotFound(err), "application.not_found") {
			return err
		}
		offer, err := s.d.Standards.InForce(ctx, tx, service, s.local(ctx))
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
		return Application{}, fmt.Errorf("casework: start: %w", err)
	}
	return app, nil
}

func (s *Service) newDraft(ctx context.Context, tx bun.IDB, actor identity.Actor, o Offer, channel string) (Application, error) {
	if !o.Native {
		return Application{}, fault.New(fault.Conflict, "service.not_online")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Application{}, err
	}
	now := s.now()
	app := Application{
		TenantID: tenancy.Must(ctx), ID: id, AccountID: actor.ID, Channel: channel, Locale: string(i18n.From(ctx)),
		FormCode: o.Form, WorkflowCode: o.Workflow, DocumentCode: o.Document,
		State: workflow.Draft, Stage: workflow.StageDraft, Clock: workflow.Stopped, Version: 1, Answers: form.Answers{},
		QueueAt: now, CreatedAt: now, UpdatedAt: now,
	}
	app.describe(o)
	if app.FormVersion, err = newest(ctx, tx, formTable, o.Form); err != nil {
		return Application{}, err
	}
	if app.WorkflowVersion, err = newest(ctx, tx, workflowTable, o.Workflow); err != nil || o.Document == "" {
		return app, err
	}
	app.DocumentVersion, err = document.Newest(ctx, tx, o.Document)
	return app, err
}

// describe keeps what the service and its office are called now.
func (a *Application) describe(o Offer) {
	a.ServiceCode, a.ServiceName = o.Service, o.Name
	a.AgencyCode, a.AgencyName, a.AgencyShort = o.Agency, o.AgencyName, o.AgencyShort
}

// Draft is an application with its form, as its applicant fills it in: before submission, or to correct it.
type Draft struct {
	Application Application
	Form        *form.Form
	Pages       []form.Page // of Form, those that are asked now, with the questions that are put
	Answers     form.Answers
	Files       map[string][]files.File // by field
	Required    map[string]bool         // by field, as the answers so far make it
	Suggested   form.Answers            // what is known already of questions that have no answer yet
	At          form.At                 // where and when the form is read
	Done        map[string]bool         // by page: nothing is missing or wrong
}

// Editable reports whether the applicant may change this field now: any of a draft, the named ones of a correction.
func (d Draft) Editable(field string) bool { return d.Application.editable(field) }

// Next returns the first page that is not done and can be worked on, or "".
func (d Draft) Next() string {
	for _, p := range d.Pages {
		if !d.Done[p.Code] {
			return p.Code
		}
	}
	return ""
}

func (a Application) editable(field string) bool {
	switch a.Stage {
	case workflow.StageDraft:
		return true
	case workflow.StageNeedsCorrection:
		return a.Correction != nil && (len(a.Correction.Fields) == 0 || slices.ContainsFunc(a.Correction.Fields,
			func(named string) bool { return form.BelongsTo(field, named) }))
	}
	return false
}

// Draft returns an application for its applicant to work on. It refuses Conflict "application.not_editable" once it is
// with the office.
func (s *Service) Draft(ctx context.Context, actor identity.Actor, id uuid.UUID) (Draft, error) {
	app, err := s.own(ctx, actor, id)
	if err != nil {
		return Draft{}, err
	}
	if app.Stage != workflow.StageDraft && app.Stage != workflow.StageNeedsCorrection {
		return Draft{}, fault.New(fault.Conflict, "application.not_editable")
	}
	d := Draft{Application: app, Done: map[string]bool{}}
	if d.Form, err = s.form(ctx, s.d.DB.App, app); err != nil {
		return Draft{}, err
	}
	if d.Answers, err = s.answers(ctx, app); err != nil {
		return Draft{}, err
	}
	if d.Files, err = s.filesOf(ctx, s.d.DB.App, app); err != nil {
		return Draft{}, err
	}
	if d.At, err = s.asOf(ctx, s.d.DB.App, app, d.Form); err != nil {
		return Draft{}, err
	}
	asked := d.Form.Ask(d.Answers, counts(d.Files), d.At)
	d.Pages, d.Required = asked.Pages, asked.Required
	if d.Suggested, err = s.suggest(ctx, actor, d); err != nil {
		return Draft{}, err
	}
	c := form.NewChecker(d.Form, d.At)
	c.All(d.Answers, counts(d.Files))
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
	db := s.d.DB.App
	o, err := s.d.Standards.InForce(ctx, db, service, s.local(ctx))
	if err != nil {
		return nil, nil, err
	}
	if !o.Native {
		return nil, nil, fault.New(fault.Conflict, "service.not_online")
	}
	version, err := newest(ctx, db, formTable, o.Form)
	if err != nil {
		return nil, nil, err
	}
	f, err := define[form.Form](ctx, s.defs, db, formTable, o.Form, version)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.asOf(ctx, db, Application{}, f)
	return f, at.Areas, err
}

// Trial is a form that is not of any application, for who writes it to try.
func (s *Service) Trial(ctx context.Context, f form.Form, answers form.Answers) (Draft, error) {
	at, err := s.asOf(ctx, s.d.DB.App, Application{}, &f)
	d := Draft{Application: Application{Stage: workflow.StageDraft}, Form: f.Ready(), Answers: answers, At: at}
	asked := d.Form.Ask(answers, nil, at)
	d.Pages, d.Required = asked.Pages, asked.Required
	return d, err
}

// Typed is a page as what was typed on it makes it, read or not: the questions that it asks, and those that it may yet
// ask, marked Off.
func (d Draft) Typed(p form.Page, typed map[string][]string) form.Page {
	c := form.NewChecker(d.Form, d.At)
	c.Page(p, typed, d.Answers, counts(d.Files))
	return c.Shown
}

// Mirror is what a browser needs to follow the answers of a page.
func (d Draft) Mirror(p form.Page, shown []form.Field) form.Mirror {
	return d.Form.Mirror(p, shown, d.Answers, counts(d.Files), d.At)
}

func (s *Service) checker(ctx context.Context, db bun.IDB, app Application, f *form.Form) (*form.Checker, error) {
	at, err := s.asOf(ctx, db, app, f)
	return form.NewChecker(f, at), err
}

// asOf is how an application's form is read: in this city, today, and once it is sent on the day of that, so that nobody
// outgrows a question, nor is charged by a later tariff, while the office has it.
func (s *Service) asOf(ctx context.Context, db bun.IDB, app Application, f *form.Form) (form.At, error) {
	at := form.At{Now: s.local(ctx)}
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
	charged, err := tariff.InForce(ctx, db, f.Tariffs, at.Now)
	at.Rates = tariff.Rates(charged)
	return at, err
}

// asOfOwn is asOf with the form that the application was started with.
func (s *Service) asOfOwn(ctx context.Context, db bun.IDB, app Application) (form.At, error) {
	f, err := s.form(ctx, db, app)
	if err != nil {
		return form.At{}, err
	}
	return s.asOf(ctx, db, app, f)
}

// own reads an application of the resident who asks.
func (s *Service) own(ctx context.Context, actor identity.Actor, id uuid.UUID) (Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return Application{}, err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return Application{}, err
	}
	return find(ctx, s.d.DB.App, r, id)
}

// Discard deletes a draft and its files. What has been submitted can be cancelled, not discarded.
func (s *Service) Discard(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
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
		if !app.Draft() {
			return fault.New(fault.Conflict, "application.not_editable")
		}
		attached, err := s.filesOf(ctx, tx, app)
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
		_, err = tx.NewDelete().Model((*Application)(nil)).Where("tenant_id = ? AND id = ?", app.TenantID, app.ID).Exec(ctx)
		return err
	})
}
