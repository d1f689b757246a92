package casework

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

func (s *Service) subscribeDocuments() {
	event.OnTx(s.Deps.Bus, s.onDocumentReady)
	event.OnTx(s.Deps.Bus, s.onDocumentRevoked)
	event.OnTx(s.Deps.Bus, s.onDocumentExpiring)
}

// onDocumentReady writes what follows from a document that is in force, and takes the workflow's own next step if it has
// one.
func (s *Service) onDocumentReady(ctx context.Context, tx bun.IDB, f event.DocumentReady) error {
	if f.SubjectKind != application.SubjectKind {
		return nil
	}
	app, err := application.LockAny(ctx, tx, f.SubjectID)
	if err != nil {
		return err
	}
	d, err := s.Deps.Documents.Get(ctx, tx, f.DocumentID)
	if err != nil {
		return err
	}
	e := application.Event{At: f.At, Action: application.EventIssued, FromState: app.State, ToState: app.State, ActorKind: audit.System, Public: true}
	if f.Replaces {
		e.Action, e.Message = application.EventReissued, d.Number
		app.Version++
	}
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	next, moves, err := s.systemStep(ctx, tx, &app, wf, &e)
	if err != nil {
		return err
	}
	if err := s.noteDocument(ctx, tx, &app, e, map[string]any{"document": d.ID, "document_number": d.Number}); err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.Deps.Bus, event.DocumentIssued{
		DocumentID: d.ID, ApplicationID: app.ID, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		AccountID: app.AccountID, Channel: app.Channel, At: f.At,
	})
	if err != nil {
		return err
	}
	if f.Replaces {
		return s.Tell(ctx, tx, app, "document_replaced", "")
	}
	if err := s.Tell(ctx, tx, app, "application_"+app.Outcome, app.Reason); err != nil || !moves {
		return err
	}
	if err := s.TellStep(ctx, tx, app, application.Step{Workflow: wf, Action: next, Reason: next.Message.In(i18n.Locale(app.Locale))}); err != nil {
		return err
	}
	return s.Arrive(ctx, tx, &app, wf)
}

// systemStep takes the step that a workflow takes by itself once its document is there, and reports whether there is one.
func (s *Service) systemStep(ctx context.Context, tx bun.IDB, app *application.Application, wf *workflow.Workflow, e *application.Event) (workflow.Action, bool, error) {
	k, err := s.Know(ctx, tx, *app, wf)
	if err != nil {
		return workflow.Action{}, false, err
	}
	next, ok := wf.OnIssued(app.State, k.Standing.Holds)
	if !ok {
		return next, false, nil
	}
	to, _ := wf.State(next.To)
	if _, err := s.SetClock(ctx, tx, app, to.Clock, e.At); err != nil {
		return next, false, err
	}
	if err := s.Pace(ctx, tx, app, wf, to, workcal.Term{}, e.At); err != nil {
		return next, false, err
	}
	e.ToState, app.State, app.Stage = to.Code, to.Code, to.Stage
	app.Version++
	if to.Final {
		app.ClosedAt = e.At
	}
	app.SetQueue(e.At)
	return next, true, nil
}

// noteDocument writes what became of a document into the story of its application and into the record.
func (s *Service) noteDocument(ctx context.Context, tx bun.IDB, app *application.Application, e application.Event, detail map[string]any) error {
	app.UpdatedAt = e.At
	if err := application.Save(ctx, tx, *app); err != nil {
		return err
	}
	if err := application.Record(ctx, tx, *app, e); err != nil {
		return err
	}
	action := "issue"
	if e.Action != application.EventIssued {
		action = e.Action
	}
	detail["number"], detail["state"] = app.Number, app.State
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: e.ActorID, ActorKind: e.ActorKind, Action: "application." + action, Object: "application", ObjectID: app.ID, At: e.At, Detail: detail,
	})
}

// onDocumentRevoked tells the applicant that a document of theirs is over, and why.
func (s *Service) onDocumentRevoked(ctx context.Context, tx bun.IDB, f event.DocumentRevoked) error {
	if f.SubjectKind != application.SubjectKind {
		return nil
	}
	app, err := application.LockAny(ctx, tx, f.SubjectID)
	if err != nil {
		return err
	}
	d, err := s.Deps.Documents.Get(ctx, tx, f.DocumentID)
	if err != nil {
		return err
	}
	app.Version++
	e := application.Event{At: f.At, Action: application.EventRevoked, FromState: app.State, ToState: app.State, ActorID: f.ActorID, ActorKind: string(identity.Staff),
		Public: true, Message: d.EndReason}
	if err := s.noteDocument(ctx, tx, &app, e, map[string]any{"document": d.ID, "document_number": d.Number}); err != nil {
		return err
	}
	return s.Tell(ctx, tx, app, "document_revoked", d.EndReason)
}

// onDocumentExpiring writes to the holder of a document that runs out, once for each fact.
func (s *Service) onDocumentExpiring(ctx context.Context, tx bun.IDB, f event.DocumentExpiring) error {
	if f.SubjectKind != application.SubjectKind {
		return nil
	}
	app, err := application.Get(ctx, tx, f.SubjectID)
	if err != nil {
		return err
	}
	d, err := s.Deps.Documents.Get(ctx, tx, f.DocumentID)
	if err != nil {
		return err
	}
	t, err := s.Deps.Documents.Template(ctx, tx, d.DocumentCode, d.DocumentVersion)
	if err != nil {
		return err
	}
	l := i18n.Locale(app.Locale)
	city, _ := tenancy.CityFrom(ctx)
	path := "/permohonan/" + app.ID.String()
	if t.Renewal != "" {
		path = "/layanan/" + t.Renewal
	}
	err = s.Deps.Notify.Send(ctx, tx, notify.Message{
		To: d.HolderID.UUID, Template: "document_expiring", Locale: l, Key: fmt.Sprintf("document_expiring:%s:%d", d.ID, f.Days),
		Data: map[string]string{"document": d.Title.In(l), "number": d.Number, "date": l.Date(d.ValidUntil.In(city.Location())), "path": path, "renewal": t.Renewal},
	})
	if err != nil {
		return fmt.Errorf("casework: tell: %w", err)
	}
	return nil
}

// ReplaceDocument issues an application's document anew, with a new number and by the newest version of its template:
// the old one stays in force until the new one is, and then shows that it was replaced. It needs document:revoke in the
// office that issued it, and refuses what document.Replace refuses. One that was revoked is issued anew only where its
// workflow says so.
func (s *Service) ReplaceDocument(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) (document.Document, error) {
	old, err := s.Deps.Documents.Replaceable(ctx, actor, id)
	if err != nil {
		return document.Document{}, err
	}
	if old.SubjectKind != application.SubjectKind {
		return document.Document{}, fault.New(fault.NotFound, "document.not_found")
	}
	if err := s.Warm(ctx); err != nil {
		return document.Document{}, err
	}
	var made document.Document
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.Deps.Documents.Hold(ctx, tx, old.ID); err != nil {
			return err
		}
		app, err := application.LockAny(ctx, tx, old.SubjectID)
		if err != nil {
			return err
		}
		r, err := s.request(ctx, tx, app)
		if err != nil {
			return err
		}
		if r.Version, err = document.Newest(ctx, tx, app.DocumentCode); err != nil {
			return err
		}
		if r.Reissue, err = s.reissues(ctx, tx, app); err != nil {
			return err
		}
		made, err = s.Deps.Documents.Replace(ctx, tx, actor, old, reason, r)
		return err
	})
	if err != nil {
		return document.Document{}, fmt.Errorf("casework: replace document: %w", err)
	}
	return made, nil
}

// Reissues reports whether a document of an application may be issued anew after it was revoked, as the workflow that the
// application follows says. Who may have documents replaced asks it.
func (s *Service) Reissues(ctx context.Context, d document.Document) (bool, error) {
	if d.SubjectKind != application.SubjectKind {
		return false, nil
	}
	app, err := application.Get(ctx, s.Deps.DB.App, d.SubjectID)
	if err != nil {
		return false, err
	}
	return s.reissues(ctx, s.Deps.DB.App, app)
}

func (s *Service) reissues(ctx context.Context, db bun.IDB, app application.Application) (bool, error) {
	wf, err := s.Workflow(ctx, db, app)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(wf.Actions, func(a workflow.Action) bool { return a.Issues && a.Reissues }), nil
}

// FormOf returns the newest version of what a service asks, the applicant's and the office's questions together, for the
// words of a document to name. NotFound "casework.no_definition" when it is not installed.
func (s *Service) FormOf(ctx context.Context, formCode, workflowCode string) (*form.Form, error) {
	db := s.Deps.DB.App
	app := application.Application{FormCode: formCode, WorkflowCode: workflowCode}
	var err error
	if app.FormVersion, err = application.Newest(ctx, db, application.FormTable, formCode); err != nil {
		return nil, err
	}
	if app.WorkflowVersion, err = application.Newest(ctx, db, application.WorkflowTable, workflowCode); err != nil {
		return nil, err
	}
	wf, err := s.Workflow(ctx, db, app)
	if err != nil {
		return nil, err
	}
	sheet, err := s.Sheet(ctx, db, app, wf)
	if err != nil {
		return nil, err
	}
	return sheet.Form(), nil
}
