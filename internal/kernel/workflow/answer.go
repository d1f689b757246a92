package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Answered is what the office has answered about a case, as it stands: of each page the newest.
type Answered struct {
	Answers form.Answers
	Files   map[string][]files.File // by field
}

// Counts are the numbers of files by field.
func (a Answered) Counts() map[string]int {
	n := map[string]int{}
	for field, list := range a.Files {
		n[field] = len(list)
	}
	return n
}

// Answer is what an officer answers on one page of a case's sheet. Version is the case's, after this.
type Answer struct {
	Page    string
	Version int
	Answers form.Answers
	Files   map[string][]files.File // received, not yet kept
	Actor   uuid.UUID
	At      time.Time
}

type answerRow struct {
	bun.BaseModel `bun:"table:workflow_answer,alias:w"`

	TenantID    uuid.UUID    `bun:"tenant_id,pk"`
	ID          uuid.UUID    `bun:"id,pk"`
	SubjectKind string       `bun:"subject_kind"`
	SubjectID   uuid.UUID    `bun:"subject_id"`
	Page        string       `bun:"page"`
	Version     int          `bun:"version"`
	Answers     form.Answers `bun:"answers,type:jsonb"`
	Sealed      []byte       `bun:"sealed"`
	ActorID     uuid.UUID    `bun:"actor_id"`
	At          time.Time    `bun:"at"`
}

type answerFile struct {
	bun.BaseModel `bun:"table:workflow_answer_file,alias:wf"`

	TenantID uuid.UUID `bun:"tenant_id,pk"`
	AnswerID uuid.UUID `bun:"answer_id,pk"`
	FileID   uuid.UUID `bun:"file_id,pk"`
	Field    string    `bun:"field"`
}

// Records keeps what offices answer.
type Records struct {
	Keys  *privacy.Keys
	Files *files.Store
}

// sealFor is the context under which a row's private answers are sealed: copied into another row, they do not open.
func sealFor(id uuid.UUID) string { return "workflow.answers:" + id.String() }

// Put writes an answer as part of tx, private ones sealed, and keeps its files.
func (r Records) Put(ctx context.Context, tx bun.IDB, of Subject, s *Sheet, a Answer) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	row := answerRow{TenantID: tenancy.Must(ctx), ID: id, SubjectKind: of.Kind, SubjectID: of.ID, Page: a.Page, Version: a.Version,
		Answers: form.Answers{}, ActorID: a.Actor, At: a.At}
	private := form.Answers{}
	for code, v := range a.Answers {
		if f, ok := s.Field(code); !ok || f.Private() {
			private[code] = v
		} else {
			row.Answers[code] = v
		}
	}
	if len(private) > 0 {
		plain, err := json.Marshal(private)
		if err != nil {
			return err
		}
		if row.Sealed, err = r.Keys.Seal(ctx, plain, sealFor(id)); err != nil {
			return fmt.Errorf("workflow: answers: %w", err)
		}
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("workflow: answers: %w", err)
	}
	for field, list := range a.Files {
		for _, f := range list {
			if err := r.Files.Keep(ctx, tx, f); err != nil {
				return err
			}
			link := answerFile{TenantID: row.TenantID, AnswerID: id, FileID: f.ID, Field: field}
			if _, err := tx.NewInsert().Model(&link).Exec(ctx); err != nil {
				return fmt.Errorf("workflow: answers: %w", err)
			}
		}
	}
	return nil
}

// answersLimit bounds the steps of one case that ask for something.
const answersLimit = 500

// Of returns what the office has answered about a case. A page that is asked again starts empty: Put it so.
func (r Records) Of(ctx context.Context, db bun.IDB, of Subject) (Answered, error) {
	out := Answered{Answers: form.Answers{}, Files: map[string][]files.File{}}
	var rows []answerRow
	err := db.NewSelect().Model(&rows).DistinctOn("w.page").
		Where("w.tenant_id = ? AND w.subject_kind = ? AND w.subject_id = ?", tenancy.Must(ctx), of.Kind, of.ID).
		OrderExpr("w.page, w.id DESC").Limit(answersLimit).Scan(ctx)
	if err != nil {
		return out, fmt.Errorf("workflow: answers: %w", err)
	}
	if len(rows) == 0 {
		return out, nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
		maps.Copy(out.Answers, row.Answers)
		if row.Sealed == nil {
			continue
		}
		plain, err := r.Keys.Open(ctx, row.Sealed, sealFor(row.ID))
		if err != nil {
			return out, fmt.Errorf("workflow: answers of %s: %w", of.ID, err)
		}
		private := form.Answers{}
		if err := json.Unmarshal(plain, &private); err != nil {
			return out, fmt.Errorf("workflow: answers of %s: %w", of.ID, err)
		}
		maps.Copy(out.Answers, private)
	}
	var attached []struct {
		files.File
		Field string `bun:"field"`
	}
	err = db.NewSelect().Model((*files.File)(nil)).ColumnExpr("?TableColumns, wf.field").
		Join("JOIN workflow_answer_file AS wf ON wf.tenant_id = f.tenant_id AND wf.file_id = f.id").
		Where("wf.tenant_id = ? AND wf.answer_id IN (?)", tenancy.Must(ctx), bun.List(ids)).OrderExpr("f.id").Limit(answersLimit).Scan(ctx, &attached)
	if err != nil {
		return out, fmt.Errorf("workflow: files: %w", err)
	}
	for _, f := range attached {
		out.Files[f.Field] = append(out.Files[f.Field], f.File)
	}
	return out, nil
}

// Holds reports whether a file came with something that the office has answered about a case.
func (r Records) Holds(ctx context.Context, db bun.IDB, of Subject, file uuid.UUID) (bool, error) {
	ok, err := db.NewSelect().Model((*answerFile)(nil)).
		Join("JOIN workflow_answer AS w ON w.tenant_id = wf.tenant_id AND w.id = wf.answer_id").
		Where("wf.tenant_id = ? AND wf.file_id = ? AND w.subject_kind = ? AND w.subject_id = ?", tenancy.Must(ctx), file, of.Kind, of.ID).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("workflow: file: %w", err)
	}
	return ok, nil
}
