package casework

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Issued returns the valid documents of some of a resident's own applications, by application.
func (s *Service) Issued(ctx context.Context, actor identity.Actor, ids []uuid.UUID) (map[uuid.UUID]document.Document, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil || len(ids) == 0 {
		return nil, err
	}
	var all []document.Document
	err := s.Deps.DB.App.NewSelect().Model(&all).
		Join("JOIN application AS a ON a.tenant_id = d.tenant_id AND a.id = d.subject_id").
		Where("d.tenant_id = ? AND d.subject_kind = ? AND d.subject_id IN (?)", tenancy.Must(ctx), application.SubjectKind, bun.List(ids)).
		Where("a.account_id = ? AND d.status = ?", actor.ID, document.Valid).OrderExpr("d.id DESC").Limit(mineLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("casework: issued: %w", err)
	}
	out := map[uuid.UUID]document.Document{}
	for _, d := range all {
		out[d.SubjectID] = d
	}
	return out, nil
}

// issue makes the document of an application that was decided: its number, its PDF, its place on the verification page. It is
// a job, so that an officer does not wait for it; running again, it finds what it has made. What cannot be printed is noted
// as an Obstacle and comes back.
func (s *Service) issue(ctx context.Context, _ uuid.UUID, args application.IssueArgs) error {
	if err := s.Warm(ctx); err != nil {
		return err
	}
	err := s.issueOne(ctx, args.ApplicationID, false)
	if unprintable(err) { // its number went back
		err = s.issueOne(ctx, args.ApplicationID, true)
	}
	if unprintable(err) {
		return s.obstruct(ctx, args.ApplicationID, workflow.Timer{}, err)
	}
	return err
}

// issueOne makes the document of an application, with mend by a newer template where that can say what its own cannot.
func (s *Service) issueOne(ctx context.Context, id uuid.UUID, mend bool) error {
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.LockAny(ctx, tx, id)
		if err != nil {
			return err
		}
		made, err := s.Deps.Documents.Of(ctx, tx, app.Subject())
		if err != nil || len(made) > 0 {
			return err
		}
		wf, err := s.Workflow(ctx, tx, app)
		if err != nil || !wf.IssuesOn(workflow.Stage(app.Outcome)) {
			return err
		}
		if mend {
			if err := s.printable(ctx, tx, &app); err != nil {
				return err
			}
		}
		if err := clearObstacle(ctx, tx, app.ID); err != nil {
			return err
		}
		_, err = s.makeDocument(ctx, tx, app)
		return err // onDocumentReady goes on when it is in force
	})
}

// makeDocument makes the document of an application by the template that it is pinned to.
func (s *Service) makeDocument(ctx context.Context, tx bun.Tx, app application.Application) (document.Document, error) {
	r, err := s.request(ctx, tx, app)
	if err != nil {
		return document.Document{}, err
	}
	return s.Deps.Documents.Make(ctx, tx, r)
}

// request is what a document says of an application.
func (s *Service) request(ctx context.Context, tx bun.IDB, app application.Application) (document.Request, error) {
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return document.Request{}, err
	}
	k, err := s.KnowAll(ctx, tx, app, wf)
	if err != nil {
		return document.Request{}, err
	}
	const l = i18n.ID
	zone := s.Local(ctx).Location()
	return document.Request{
		Subject: app.Subject(), SubjectNumber: app.Number, Template: app.DocumentCode, Version: app.DocumentVersion, Service: app.ServiceCode,
		Agency: document.Agency{Code: app.AgencyCode, Name: app.AgencyName, Short: app.AgencyShort}, District: app.DistrictCode, Subdistrict: app.SubdistrictCode,
		Holder: app.ApplicantName, HolderID: uuid.NullUUID{UUID: app.AccountID, Valid: true},
		Form: k.Sheet.Form(), Answers: k.Answers, Files: k.Files, Values: map[string]string{
			"number": app.Number, "service": app.ServiceName.In(l), "agency": app.AgencyName.In(l), "reason": app.Reason,
			"submitted": l.Date(app.SubmittedAt.In(zone)), "date": l.Date(app.DecidedAt.In(zone)),
		},
	}, nil
}
