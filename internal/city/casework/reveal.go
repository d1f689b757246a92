package casework

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Revealed is a sensitive answer in full. Before is what it was when a correction was asked for, if it has changed.
type Revealed struct{ Text, Before string }

// Reveal returns a sensitive answer in full, the applicant's or the office's own, and records that this officer has read
// it. Staff with application:reveal call it within their reach. A field that is not sensitive, or not answered, is
// NotFound "application.no_answer".
func (s *Service) Reveal(ctx context.Context, actor identity.Actor, id uuid.UUID, field string) (Revealed, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return Revealed{}, err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationReveal); err != nil {
		return Revealed{}, err
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	if err != nil {
		return Revealed{}, err
	}
	k, err := s.KnowAll(ctx, s.Deps.DB.App, app, wf)
	if err != nil {
		return Revealed{}, err
	}
	answers := k.Answers
	before, err := s.Before(ctx, app)
	if err != nil {
		return Revealed{}, err
	}
	f, ok := k.Sheet.Field(field)
	if !ok || !f.Sensitive || answers.Get(field) == "" && before.Get(field) == "" {
		return Revealed{}, fault.New(fault.NotFound, "application.no_answer")
	}
	err = s.readBy(ctx, actor, app, "application.reveal", map[string]any{"number": app.Number, "field": field})
	if err != nil {
		return Revealed{}, err
	}
	l := i18n.From(ctx)
	out := Revealed{Text: f.Display(answers[field], l)}
	if before != nil && len(k.Office.Answers[field]) == 0 && !slices.Equal(before[field], answers[field]) {
		out.Before = f.Display(before[field], l)
	}
	return out, nil
}

// OpenFile returns a file of an application, for the caller to close: the applicant's own, or within the reach of staff
// with application:read also the office's, whose reading is recorded first. A file of another application is NotFound
// "file.not_found".
func (s *Service) OpenFile(ctx context.Context, actor identity.Actor, id, file uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return files.File{}, nil, err
	}
	q := s.Deps.DB.App.NewSelect().Model((*application.Attachment)(nil)).
		Where("tenant_id = ? AND application_id = ? AND file_id = ?", app.TenantID, app.ID, file)
	if actor.Kind == identity.Resident {
		q = q.Where("removed_at IS NULL")
	}
	belongs, err := q.Exists(ctx)
	if err != nil {
		return files.File{}, nil, err
	}
	if !belongs && actor.Kind == identity.Staff {
		if belongs, err = s.Records().Holds(ctx, s.Deps.DB.App, app.Matter(), file); err != nil {
			return files.File{}, nil, err
		}
	}
	if !belongs {
		return files.File{}, nil, fault.New(fault.NotFound, "file.not_found")
	}
	if err := s.readBy(ctx, actor, app, "application.open_file", map[string]any{"number": app.Number, "file": file}); err != nil {
		return files.File{}, nil, err
	}
	return s.Deps.Files.Open(ctx, file)
}

// OpenDocument returns an issued document, for the caller to close; one that waits for its signature is not there yet. The
// rules are those of OpenFile.
func (s *Service) OpenDocument(ctx context.Context, actor identity.Actor, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.MayRead(ctx, actor); err != nil {
		return files.File{}, nil, err
	}
	d, err := s.Deps.Documents.Get(ctx, s.Deps.DB.App, id)
	if fault.Is(err, "document.not_found") || err == nil && (d.SubjectKind != application.SubjectKind || d.Status == document.Unsigned) {
		return files.File{}, nil, application.ErrNotFound()
	}
	if err != nil {
		return files.File{}, nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return files.File{}, nil, err
	}
	app, err := application.Find(ctx, s.Deps.DB.App, r, d.SubjectID)
	if err != nil {
		return files.File{}, nil, err
	}
	if err := s.readBy(ctx, actor, app, "application.open_document", map[string]any{"number": app.Number, "document": d.ID}); err != nil {
		return files.File{}, nil, err
	}
	return s.Deps.Files.Open(ctx, d.FileID)
}

// readBy records that a member of staff has read something of a person's. Residents read their own unrecorded.
func (s *Service) readBy(ctx context.Context, actor identity.Actor, app application.Application, what string, detail map[string]any) error {
	if actor.Kind == identity.Resident {
		return nil
	}
	err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "application", ObjectID: app.ID, At: s.Now(), Detail: detail,
		})
	})
	if err != nil {
		return fmt.Errorf("casework: %s: %w", what, err)
	}
	return nil
}
