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

// OpenTasks returns a batch of the tasks of one kind of case that are open and have a deadline, those after an id.
func OpenTasks(ctx context.Context, tx bun.IDB, kind string, after uuid.UUID, limit int64) ([]Task, error) {
	var all []Task
	err := tx.NewSelect().Model(&all).Where("k.tenant_id = ? AND k.subject_kind = ? AND k.status = ?", tenancy.Must(ctx), kind, TaskOpen).
		Where("k.due_at IS NOT NULL").Where("k.id > ?", after).OrderExpr("k.id").Limit(limit).Scan(ctx)
	if err != nil {
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
	if _, err = tx.NewUpdate().Model(t).Column("due_at", "queue_at").WherePK().Exec(ctx); err != nil {
		return false, fmt.Errorf("workflow: reschedule: %w", err)
	}
	return true, setTimer(ctx, tx, Subject{Kind: t.SubjectKind, ID: t.SubjectID}, TimerLate, t.ID.String(), due, now)
}

// CountedTimers returns a batch of the timers by which a step is taken in one kind of case and that a calendar moves,
// those after an id.
func CountedTimers(ctx context.Context, tx bun.IDB, kind string, after uuid.UUID, limit int64) ([]Timer, error) {
	var all []Timer
	err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.subject_kind = ?", tenancy.Must(ctx), kind).
		Where("w.what = 'take' AND w.from_at IS NOT NULL").Where("w.id > ?", after).OrderExpr("w.id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("workflow: counted timers: %w", err)
	}
	return all, nil
}

// CountedTimersOf is CountedTimers of one case, all of them: a state has a few.
func CountedTimersOf(ctx context.Context, tx bun.IDB, of Subject) ([]Timer, error) {
	var all []Timer
	err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.subject_kind = ? AND w.subject_id = ?", tenancy.Must(ctx), of.Kind, of.ID).
		Where("w.what = 'take' AND w.from_at IS NOT NULL").OrderExpr("w.id").Limit(timersOfMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("workflow: counted timers: %w", err)
	}
	return all, nil
}

// timersOfMost bounds the timers of one case.
const timersOfMost = 100

// RescheduleTimer counts again when the system takes a step in a locked case, and when it tells before, and reports
// whether the step itself moved: a step that would have been taken by now keeps its time. A reminder that was given
// already is given again where it is still to come by the new time.
func RescheduleTimer(ctx context.Context, tx bun.IDB, t *Timer, a Action, cal workcal.Calendar, now time.Time) (bool, error) {
	take, remind, moved, err := t.recount(a, cal, now)
	if err != nil {
		return false, err
	}
	of := Subject{Kind: t.SubjectKind, ID: t.SubjectID}
	if moved {
		t.At = take.UTC()
		if err := setTimer(ctx, tx, of, TimerTake, t.Name, t.At, now); err != nil {
			return false, err
		}
	}
	if remind.IsZero() {
		return moved, nil
	}
	return moved, setTimer(ctx, tx, of, TimerRemind, t.Name, remind.UTC(), now)
}

func (t Timer) recount(a Action, cal workcal.Calendar, now time.Time) (take, remind time.Time, moved bool, err error) {
	take, remind, err = a.timed(cal, t.From, now)
	return take, remind, !take.Equal(t.At) && !(take.Before(t.At) && take.Before(now)), err
}

// Recounted is when the system would take a step by a calendar, and whether RescheduleTimer would move it there.
func (t Timer) Recounted(a Action, cal workcal.Calendar, now time.Time) (time.Time, bool, error) {
	take, _, moved, err := t.recount(a, cal, now)
	return take, moved, err
}

// setTimer moves a timer of a locked case, and sets it anew where it has rung and is to ring later now.
func setTimer(ctx context.Context, tx bun.IDB, of Subject, what, name string, at, now time.Time) error {
	res, err := tx.NewRaw("UPDATE workflow_timer SET at = ?, sent = sent AND ? < ? WHERE tenant_id = ? AND subject_kind = ? AND subject_id = ? AND what = ? AND name = ?",
		at, at, now, tenancy.Must(ctx), of.Kind, of.ID, what, name).Exec(ctx)
	if err != nil {
		return fmt.Errorf("workflow: move timer: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 || !at.After(now) {
		return err
	}
	return addTimers(ctx, tx, []Timer{newTimer(ctx, of, what, name, at)})
}
