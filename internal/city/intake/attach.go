package intake

import (
	"context"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
)

// Attach takes in a file for a field of the applicant's own application. The bytes are streamed before any transaction
// is open. It refuses what package files refuses, naming the field; Invalid for a field that takes no file or no more
// of them; Conflict "application.not_editable", and "application.too_many_uploads" after uploadsMost files.
func (s *Service) Attach(ctx context.Context, actor identity.Actor, id uuid.UUID, field, name string, body io.Reader) (files.File, error) {
	d, err := s.Draft(ctx, actor, id)
	if err != nil {
		return files.File{}, err
	}
	fd, ok := d.Form.Field(field)
	if !ok || fd.Type != form.File || fd.File == nil {
		return files.File{}, fault.Fields([]fault.Field{{Name: form.Clip(field), Code: "unknown_field"}})
	}
	if !d.Editable(field) {
		return files.File{}, fault.New(fault.Conflict, "application.not_editable")
	}
	if len(d.Files[field]) >= fd.File.MaxCount {
		return files.File{}, tooManyFiles(fd)
	}
	f, err := s.Deps.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "application", Name: name, Rule: fd.Rule(), Body: body})
	if err != nil {
		return files.File{}, files.Refuse(err, field)
	}
	err = s.edit(ctx, actor, id, "attach", func(ctx context.Context, tx bun.Tx, app *application.Application, _ *form.Form) ([]string, error) {
		if !editable(*app, field, d.brought) {
			return nil, fault.New(fault.Conflict, "application.not_editable")
		}
		now, err := s.FilesOf(ctx, tx, *app)
		if err != nil {
			return nil, err
		}
		if len(now[field]) >= fd.File.MaxCount {
			return nil, tooManyFiles(fd)
		}
		if err := s.roomFor(ctx, tx, *app); err != nil {
			return nil, err
		}
		if err := s.Deps.Files.Keep(ctx, tx, f); err != nil {
			return nil, err
		}
		row := application.Attachment{TenantID: app.TenantID, ApplicationID: app.ID, FileID: f.ID, Field: field, AddedAt: s.Now()}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return []string{field}, err
	})
	if err != nil {
		return files.File{}, err
	}
	return f, nil
}

// UploadsMost bounds the files an application ever had. Those replaced during a correction stay, because an officer has
// seen them, so without a bound a person could fill the disk.
const UploadsMost = 100

func (s *Service) roomFor(ctx context.Context, tx bun.IDB, app application.Application) error {
	n, err := tx.NewSelect().Model((*application.Attachment)(nil)).Where("tenant_id = ? AND application_id = ?", app.TenantID, app.ID).Count(ctx)
	if err == nil && int(n) >= UploadsMost {
		err = fault.New(fault.Conflict, "application.too_many_uploads")
	}
	return err
}

func tooManyFiles(f form.Field) error {
	return fault.Fields([]fault.Field{{Name: f.Code, Code: "too_many_files", Args: []any{"max", f.File.MaxCount}}})
}

// Detach takes a file away from a field of the applicant's own application. The refusals are those of Attach.
func (s *Service) Detach(ctx context.Context, actor identity.Actor, id uuid.UUID, file uuid.UUID) error {
	return s.edit(ctx, actor, id, "detach", func(ctx context.Context, tx bun.Tx, app *application.Application, f *form.Form) ([]string, error) {
		brought, err := s.broughtUp(ctx, tx, *app, f)
		if err != nil {
			return nil, err
		}
		all, err := s.FilesOf(ctx, tx, *app)
		if err != nil {
			return nil, err
		}
		for field, list := range all {
			if !slices.ContainsFunc(list, func(f files.File) bool { return f.ID == file }) {
				continue
			}
			if !editable(*app, field, brought) {
				return nil, fault.New(fault.Conflict, "application.not_editable")
			}
			return []string{field}, s.dropFile(ctx, tx, *app, file)
		}
		return nil, fault.New(fault.NotFound, "file.not_found")
	})
}

// dropFile deletes a file of a draft; after submission it only marks that the file no longer answers the field.
func (s *Service) dropFile(ctx context.Context, tx bun.IDB, app application.Application, file uuid.UUID) error {
	of := "tenant_id = ? AND application_id = ? AND file_id = ?"
	if !app.Draft() {
		_, err := tx.NewUpdate().Model((*application.Attachment)(nil)).Set("removed_at = ?", s.Now()).Where(of, app.TenantID, app.ID, file).Exec(ctx)
		return err
	}
	if _, err := tx.NewDelete().Model((*application.Attachment)(nil)).Where(of, app.TenantID, app.ID, file).Exec(ctx); err != nil {
		return err
	}
	return s.Deps.Files.Delete(ctx, tx, file)
}
