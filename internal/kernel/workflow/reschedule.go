package workflow

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// OpenTasks returns a batch of the tasks of one kind of case that are open and have a deadline, those after an id, of some
// agencies or with none of every one.
func OpenTasks(ctx context.Context, tx bun.IDB, kind string, agencies []string, after uuid.UUID, limit int64) ([]Task, error) {
	var all []Task
	q := tx.NewSelect().Model(&all).Where("k.tenant_id = ? AND k.subject_kind = ? AND k.status = ?", tenancy.Must(ctx), kind, TaskOpen).
		Where("k.due_at IS NOT NULL").Where("k.id > ?", after)
	if len(agencies) > 0 {
		q = q.Where("k.agency_code IN (?)", bun.List(agencies))
	}
	if err := q.OrderExpr("k.id").Limit(limit).Scan(ctx); err != nil {
		return nil, fmt.Errorf("workflow: open tasks: %w", err)
	}
	return all, nil
}

// Reschedule counts the deadline of a locked task again by its office's calendar as it is now, and reports whether it
// moved. A date that would have passed by it already stays. Its version stays too: nobody has acted.
func Reschedule(ctx context.Context, tx bun.IDB, t *Task, term workcal.Term, cal workcal.Calendar, now time.Time) (bool, error) {
	due, err := cal.Due(t.OpenedAt, term)
	if known(err) != nil {
		return false, err
	}
	if due = due.UTC(); due.Equal(t.DueAt) || due.Before(t.DueAt) && due.Before(now) {
		return false, nil
	}
	t.DueAt, t.QueueAt = due, due
	_, err = tx.NewUpdate().Model(t).Column("due_at", "queue_at").WherePK().Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw("UPDATE workflow_timer SET at = ?, sent = sent AND ? < ? WHERE tenant_id = ? AND subject_kind = ? AND subject_id = ? AND what = ? AND name = ?",
			due, due, now, t.TenantID, t.SubjectKind, t.SubjectID, TimerLate, t.ID.String()).Exec(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("workflow: reschedule: %w", err)
	}
	return true, nil
}
