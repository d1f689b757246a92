package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Subject is the case that something belongs to: its kind, such as "application", and its id.
type Subject struct {
	Kind string
	ID   uuid.UUID
}

// Task is what one office is asked of a case in a state.
type Task struct {
	bun.BaseModel `bun:"table:workflow_task,alias:k"`

	TenantID     uuid.UUID     `bun:"tenant_id,pk"`
	ID           uuid.UUID     `bun:"id,pk"`
	SubjectKind  string        `bun:"subject_kind"`
	SubjectID    uuid.UUID     `bun:"subject_id"`
	Round        int           `bun:"round"`
	State        string        `bun:"state"`
	Branch       string        `bun:"branch"`
	AgencyCode   string        `bun:"agency_code"`
	AgencyName   i18n.Text     `bun:"agency_name,type:jsonb"`
	Status       string        `bun:"status"`
	Version      int           `bun:"version"` // hand it back with an act: it shows that nothing happened meanwhile
	AssigneeID   uuid.NullUUID `bun:"assignee_id"`
	AssigneeName string        `bun:"assignee_name"`
	Outcome      string        `bun:"outcome"`
	Refused      bool          `bun:"refused"`
	Reason       string        `bun:"reason"`
	OpenedAt     time.Time     `bun:"opened_at"`
	DueAt        time.Time     `bun:"due_at,nullzero"`
	QueueAt      time.Time     `bun:"queue_at"`
	ClosedAt     time.Time     `bun:"closed_at,nullzero"`
	ClosedBy     uuid.NullUUID `bun:"closed_by"`
	ClosedName   string        `bun:"closed_name"`
}

// The statuses of a task.
const (
	TaskOpen      = "open"
	TaskAnswered  = "answered"
	TaskWithdrawn = "withdrawn" // the case went on without it
)

// Late reports whether the office's time had ended at now.
func (t Task) Late(now time.Time) bool {
	return t.Status == TaskOpen && !t.DueAt.IsZero() && now.After(t.DueAt)
}

// HeldByOther reports whether a task is in the hands of somebody other than this account.
func (t Task) HeldByOther(id uuid.UUID) bool { return t.AssigneeID.Valid && t.AssigneeID.UUID != id }

// Assign gives a task to an account, or with uuid.Nil to nobody.
func (t *Task) Assign(id uuid.UUID, name string) {
	t.AssigneeID, t.AssigneeName = uuid.NullUUID{UUID: id, Valid: id != uuid.Nil}, name
}

// Office is an agency of the city as a task names it, with the calendar that it works by.
type Office struct {
	Code     string
	Name     i18n.Text
	Calendar workcal.Calendar
}

// Ask opens a task for each branch of a state that a case has entered with version round. office finds the agency that a
// branch is asked of.
func Ask(ctx context.Context, tx bun.IDB, of Subject, s State, round int, now time.Time,
	office func(Branch) (Office, error)) ([]Task, error) {
	var all []Task
	for _, b := range s.Branches {
		o, err := office(b)
		if err != nil {
			return nil, err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		t := Task{TenantID: tenancy.Must(ctx), ID: id, SubjectKind: of.Kind, SubjectID: of.ID, Round: round, State: s.Code, Branch: b.Code,
			AgencyCode: o.Code, AgencyName: o.Name, Status: TaskOpen, Version: 1, OpenedAt: now, QueueAt: now}
		if !b.Term.IsZero() {
			due, err := o.Calendar.Due(now, b.Term)
			if known(err) != nil {
				return nil, err
			}
			t.DueAt, t.QueueAt = due.UTC(), due.UTC()
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, nil
	}
	if _, err := tx.NewInsert().Model(&all).Exec(ctx); err != nil {
		return nil, fmt.Errorf("workflow: ask: %w", err)
	}
	return all, nil
}

// Withdraw closes the tasks of a case that are open.
func Withdraw(ctx context.Context, tx bun.IDB, of Subject, now time.Time) error {
	_, err := tx.NewUpdate().Model((*Task)(nil)).Set("status = ?", TaskWithdrawn).Set("closed_at = ?", now).Set("version = version + 1").
		Where("tenant_id = ? AND subject_kind = ? AND subject_id = ? AND status = ?", tenancy.Must(ctx), of.Kind, of.ID, TaskOpen).Exec(ctx)
	if err != nil {
		return fmt.Errorf("workflow: withdraw: %w", err)
	}
	return nil
}

// tasksLimit bounds the tasks of one case over all its rounds.
const tasksLimit = 200

// Tasks lists what offices were asked of a case, in the order in which they were.
func Tasks(ctx context.Context, db bun.IDB, of Subject) ([]Task, error) {
	var all []Task
	err := db.NewSelect().Model(&all).
		Where("k.tenant_id = ? AND k.subject_kind = ? AND k.subject_id = ?", tenancy.Must(ctx), of.Kind, of.ID).
		OrderExpr("k.id").Limit(tasksLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("workflow: tasks: %w", err)
	}
	return all, nil
}

// HeldTasks lists the first open tasks of one kind of case that somebody has, limit at the most.
func HeldTasks(ctx context.Context, db bun.IDB, kind string, holder uuid.UUID, limit int64) ([]Task, error) {
	var all []Task
	err := db.NewSelect().Model(&all).Where("k.tenant_id = ? AND k.subject_kind = ? AND k.status = 'open'", tenancy.Must(ctx), kind).
		Where("k.assignee_id = ?", holder).OrderExpr("k.subject_id, k.id").Limit(limit).Scan(ctx) // whoever locks their cases does so in one order
	if err != nil {
		return nil, fmt.Errorf("workflow: held tasks: %w", err)
	}
	return all, nil
}

// Asked counts how far the branches of a round are.
func Asked(all []Task, round int) Count {
	var n Count
	for _, t := range all {
		switch {
		case t.Round != round:
		case t.Status == TaskOpen:
			n.Open++
		case t.Status == TaskAnswered && t.Refused:
			n.Refused++
		case t.Status == TaskAnswered:
			n.Agreed++
		}
	}
	return n
}

// FindTask reads a task; NotFound "task.not_found". The caller asks whether the reader may.
func FindTask(ctx context.Context, db bun.IDB, id uuid.UUID) (Task, error) {
	var t Task
	err := db.NewSelect().Model(&t).Where("k.tenant_id = ? AND k.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	return t, orNoTask(err)
}

// LockTask is FindTask for a change: nobody else changes the task until tx ends. Lock its case first.
func LockTask(ctx context.Context, tx bun.IDB, id uuid.UUID) (Task, error) {
	var t Task
	err := tx.NewSelect().Model(&t).Where("k.tenant_id = ? AND k.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	return t, orNoTask(err)
}

func orNoTask(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "task.not_found")
	}
	return err
}

// SaveTask writes a locked task with the next version.
func SaveTask(ctx context.Context, tx bun.IDB, t *Task) error {
	t.Version++
	if _, err := tx.NewUpdate().Model(t).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("workflow: save task: %w", err)
	}
	return nil
}
