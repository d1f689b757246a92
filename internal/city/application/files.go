package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/tenancy"
)

// Attachment says which file answers which field.
type Attachment struct {
	bun.BaseModel `bun:"table:application_file,alias:af"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ApplicationID uuid.UUID `bun:"application_id,pk"`
	FileID        uuid.UUID `bun:"file_id,pk"`
	Field         string    `bun:"field"`
	AddedAt       time.Time `bun:"added_at"`
	RemovedAt     time.Time `bun:"removed_at,nullzero"` // replaced during a correction; kept because it was seen
}

// filesLimit bounds the files of one application; forms allow far fewer.
const filesLimit = 500

// FilesOf returns the files that answer app's fields now, in the order in which they were added.
func (s *Service) FilesOf(ctx context.Context, db bun.IDB, app Application) (map[string][]files.File, error) {
	var rows []struct {
		files.File
		Field string `bun:"field"`
	}
	err := db.NewSelect().Model((*files.File)(nil)).ColumnExpr("?TableColumns, af.field, coalesce(fs.state, '') AS scan").
		Join("JOIN application_file AS af ON af.tenant_id = f.tenant_id AND af.file_id = f.id").
		Join("LEFT JOIN file_scan AS fs ON fs.tenant_id = f.tenant_id AND fs.file_id = f.id").
		Where("af.tenant_id = ? AND af.application_id = ? AND af.removed_at IS NULL", app.TenantID, app.ID).
		OrderExpr("af.added_at, f.id").Limit(filesLimit).Scan(tenancy.Prepared(ctx), &rows)
	if err != nil {
		return nil, fmt.Errorf("application: files: %w", err)
	}
	out := map[string][]files.File{}
	for _, r := range rows {
		out[r.Field] = append(out[r.Field], r.File)
	}
	return out, nil
}

// Counts is how many files each question has.
func Counts(byField map[string][]files.File) map[string]int {
	n := map[string]int{}
	for field, list := range byField {
		n[field] = len(list)
	}
	return n
}
