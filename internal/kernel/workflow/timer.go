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

// Timer is something to happen to a case at a time, unless it has left the state before.
type Timer struct {
	bun.BaseModel `bun:"table:workflow_timer,alias:w"`

	TenantID    uuid.UUID `bun:"tenant_id,pk"`
	ID          uuid.UUID `bun:"id,pk"`
	SubjectKind string    `bun:"subject_kind"`
	SubjectID   uuid.UUID `bun:"subject_id"`
	What        string    `bun:"what"`
	Name        string    `bun:"name"` // of the action, or the id of the task
	At          time.Time `bun:"at"`
	From        time.Time `bun:"from_at,nullzero"` // since when an action is counted, where a calendar moves it
	Sent        bool      `bun:"sent"`
}

// What a timer is for.
const (
	TimerTake   = "take"   // take the action
	TimerRemind = "remind" // tell that it will be taken
	TimerLate   = "late"   // tell that an office has not answered in time
)

// SetTimers replaces the timers of a case by those of the state that it has entered, and of the tasks that it waits for.
func SetTimers(ctx context.Context, tx bun.IDB, of Subject, w *Workflow, state string, tasks []Task, cal workcal.Calendar, now time.Time) error {
	_, err := tx.NewDelete().Model((*Timer)(nil)).
		Where("tenant_id = ? AND subject_kind = ? AND subject_id = ?", tenancy.Must(ctx), of.Kind, of.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("workflow: timers: %w", err)
	}
	var all []Timer
	for _, a := range w.Timed(state) {
		take, remind, err := a.timed(cal, now, now)
		if err != nil {
			return err
		}
		one := newTimer(ctx, of, TimerTake, a.Code, take)
		if a.byCalendar() {
			one.From = now
		}
		all = append(all, one)
		if !remind.IsZero() {
			all = append(all, newTimer(ctx, of, TimerRemind, a.Code, remind))
		}
	}
	for _, t := range tasks {
		if !t.DueAt.IsZero() {
			all = append(all, newTimer(ctx, of, TimerLate, t.ID.String(), t.DueAt))
		}
	}
	return addTimers(ctx, tx, all)
}

func newTimer(ctx context.Context, of Subject, what, name string, at time.Time) Timer {
	return Timer{TenantID: tenancy.Must(ctx), ID: uuid.Must(uuid.NewV7()), SubjectKind: of.Kind, SubjectID: of.ID, What: what, Name: name, At: at.UTC()}
}

func addTimers(ctx context.Context, tx bun.IDB, all []Timer) error {
	if len(all) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&all).Exec(ctx); err != nil {
		return fmt.Errorf("workflow: timers: %w", err)
	}
	return nil
}

// timed is when the system takes an action that is counted from a moment, and when it tells before that it will: never
// for a time that has passed at now.
func (a Action) timed(cal workcal.Calendar, from, now time.Time) (take, remind time.Time, err error) {
	if take, err = cal.Due(from, a.After); known(err) != nil {
		return take, remind, err
	}
	if a.Remind == nil {
		return take, remind, nil
	}
	if remind, err = cal.Back(take, a.Remind.Before); known(err) != nil || remind.After(now) {
		return take, remind, known(err)
	}
	return take, time.Time{}, nil
}

// byCalendar reports whether a day off moves the action or its reminder.
func (a Action) byCalendar() bool {
	return a.After.Unit.ByCalendar() || a.Remind != nil && a.Remind.Before.Unit.ByCalendar()
}

// DueTimers marks and returns the timers of one kind of case whose time has come, at most limit; each is returned once.
// Rows that somebody is working on are left to the next call.
func DueTimers(ctx context.Context, tx bun.IDB, kind string, now time.Time, limit int) ([]uuid.UUID, error) {
	var due []uuid.UUID
	err := tx.NewRaw(`UPDATE workflow_timer SET sent = true WHERE tenant_id = ? AND id IN (
			SELECT id FROM workflow_timer WHERE tenant_id = ? AND subject_kind = ? AND NOT sent AND at < ?
			ORDER BY at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING id`,
		tenancy.Must(ctx), tenancy.Must(ctx), kind, now, limit).Scan(ctx, &due)
	if err != nil {
		return nil, fmt.Errorf("workflow: due timers: %w", err)
	}
	return due, nil
}

// FindTimer reads a timer; false when its case has left the state, or what it was for has been done.
func FindTimer(ctx context.Context, db bun.IDB, id uuid.UUID) (Timer, bool, error) {
	var all []Timer
	err := db.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if err != nil || len(all) == 0 {
		return Timer{}, false, err
	}
	return all[0], true, nil
}

// SpendTimer deletes a timer whose case the caller has locked, and reports whether it was still there: what it is for is
// done by the one caller that hears true.
func SpendTimer(ctx context.Context, tx bun.IDB, t Timer) (bool, error) {
	res, err := tx.NewDelete().Model(&t).WherePK().Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("workflow: timer: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
