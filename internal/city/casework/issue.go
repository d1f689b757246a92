package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// subjectKind is how documents know an application.
const subjectKind = "application"

func (a Application) subject() document.Subject { return document.Subject{Kind: subjectKind, ID: a.ID} }

// Issued returns what a resident can download: of each of their own applications the document that is in force.
func (s *Service) Issued(ctx context.Context, actor identity.Actor) (map[uuid.UUID]document.Document, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	var all []document.Document
	err := s.d.DB.App.NewSelect().Model(&all).
		Join("JOIN application AS a ON a.tenant_id = d.tenant_id AND a.id = d.subject_id").
		Where("d.tenant_id = ? AND d.subject_kind = ? AND a.account_id = ? AND d.status = ?", tenancy.Must(ctx), subjectKind, actor.ID, document.Valid).
		OrderExpr("d.id DESC").Limit(mineLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("casework: issued: %w", err)
	}
	out := map[uuid.UUID]document.Document{}
	for _, d := range all {
		out[d.SubjectID] = d
	}
	return out, nil
}

// issue makes the document of an approved application: its number, its PDF, its place on the verification page. It is
// a job, so that an officer does not wait for it; running again, it finds what it has made.
func (s *Service) issue(ctx context.Context, _ uuid.UUID, args issueArgs) error {
	if err := s.warm(ctx); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := lockAny(ctx, tx, args.ApplicationID)
		if err != nil {
			return err
		}
		made, err := s.d.Documents.Of(ctx, tx, app.subject())
		if err != nil || len(made) > 0 || app.Outcome != event.Approved {
			return err
		}
		doc, err := s.makeDocument(ctx, tx, app)
		if err != nil {
			return err
		}
		return s.announceIssued(ctx, tx, app, doc)
	})
}

// makeDocument asks for the document of an application by the template that it is pinned to.
func (s *Service) makeDocument(ctx context.Context, tx bun.Tx, app Application) (document.Document, error) {
	values, err := s.values(ctx, tx, app, s.local(ctx))
	if err != nil {
		return document.Document{}, err
	}
	return s.d.Documents.Make(ctx, tx, document.Request{
		Subject: app.subject(), SubjectNumber: app.Number, Template: app.DocumentCode, Version: app.DocumentVersion, Service: app.ServiceCode,
		Agency: document.Agency{Code: app.AgencyCode, Name: app.AgencyName, Short: app.AgencyShort},
		Holder: app.ApplicantName, HolderID: uuid.NullUUID{UUID: app.AccountID, Valid: true}, Values: values,
	})
}

// values is what a template's placeholders stand for.
func (s *Service) values(ctx context.Context, tx bun.IDB, app Application, local time.Time) (map[string]string, error) {
	form, err := s.form(ctx, tx, app)
	if err != nil {
		return nil, err
	}
	answers, err := s.answers(ctx, app)
	if err != nil {
		return nil, err
	}
	const l = i18n.ID
	values := form.Shown(answers, l)
	values["number"], values["service"], values["agency"] = app.Number, app.ServiceName.In(l), app.AgencyName.In(l)
	values["submitted"], values["date"] = l.Date(app.SubmittedAt.In(local.Location())), l.Date(app.DecidedAt.In(local.Location()))
	values["reason"] = app.Reason
	return values, nil
}

// announceIssued writes what follows from a document, and takes the workflow's own next step if it has one.
func (s *Service) announceIssued(ctx context.Context, tx bun.Tx, app Application, d document.Document) error {
	e := Event{At: d.IssuedAt, Action: EventIssued, FromState: app.State, ToState: app.State, ActorKind: audit.System, Public: true}
	wf, err := s.workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	if next, ok := wf.OnIssued(app.State, func(workflow.Action) bool { return true }); ok {
		to, _ := wf.State(next.To)
		if _, err := s.setClock(ctx, tx, &app, to.Clock, d.IssuedAt); err != nil {
			return err
		}
		e.ToState, app.State, app.Stage = to.Code, to.Code, to.Stage
		app.Version++
		if to.Final {
			app.ClosedAt = d.IssuedAt
		}
		app.setQueue(d.IssuedAt)
	}
	app.UpdatedAt = d.IssuedAt
	if err := save(ctx, tx, app); err != nil {
		return err
	}
	if err := record(ctx, tx, app, e); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.issue", Object: "application", ObjectID: app.ID, At: d.IssuedAt,
		Detail: map[string]any{"number": app.Number, "document": d.ID, "document_number": d.Number, "state": app.State},
	})
	if err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.d.Bus, event.DocumentIssued{
		DocumentID: d.ID, ApplicationID: app.ID, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		AccountID: app.AccountID, Channel: app.Channel, At: d.IssuedAt,
	})
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, app, "application_approved", app.Reason)
}
