package application

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// How a promise stands.
const (
	PromiseRunning = "running"
	PromiseSoon    = "soon" // the last quarter of the time, and in any case its last unit
	PromiseLate    = "late"
	PromisePaused  = "paused"

	// Once the clock has stopped. That a promise was kept is no praise of the decision: a refusal in time keeps it too.
	PromiseKept   = "on_time"
	PromiseBroken = "decided_late"
	PromiseEnded  = "ended" // nothing was decided: the applicant took it back
)

// Promise is how an application's deadline stands now. Left counts in Unit what remains, or what has passed since the
// end of a late one. A zero Due promises nothing.
type Promise struct {
	State string
	Due   time.Time // in the city's zone
	Left  int
	Unit  workcal.Unit
}

// Promises tells for each application how its deadline stands, in the same order, by one reading of their agencies'
// calendars. The caller holds the applications because it may see them.
func (s *Service) Promises(ctx context.Context, apps ...Application) ([]Promise, error) {
	if _, ok := tenancy.From(ctx); !ok {
		return nil, tenancy.ErrNone
	}
	cals, err := s.CalendarsOf(ctx, s.Deps.DB.App, apps)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	out := make([]Promise, len(apps))
	for i, a := range apps {
		if out[i], err = promiseOf(cals[a.AgencyCode], a, now); err != nil {
			return nil, fmt.Errorf("application: deadline of %s: %w", a.ID, err)
		}
	}
	return out, nil
}

func promiseOf(cal workcal.Calendar, a Application, now time.Time) (Promise, error) {
	p := Promise{State: PromiseRunning, Unit: a.TermUnit}
	switch {
	case a.Draft():
		return p, nil
	case a.Clock == workflow.Stopped:
		p.State = a.outcomeInTime()
		return p, nil
	case a.Clock == workflow.Paused:
		p.State = PromisePaused
		return p, nil
	case a.DueAt.IsZero():
		return p, nil
	}
	p.Due = a.DueAt.In(cal.Zone)
	from, to := now, a.DueAt
	if a.Late(now) {
		p.State, from, to = PromiseLate, a.DueAt, now
	}
	whole, err := a.Counted(cal)
	if err != nil {
		return Promise{}, err
	}
	p.Unit = whole.Unit
	left, err := cal.Remaining(from, to, whole.Unit)
	if _, missing := workcal.MissingYear(err); err != nil && !missing {
		return Promise{}, err
	}
	p.Left = left.Count()
	if p.State == PromiseRunning && (p.Left == 0 || whole.Unit != workcal.Month && p.Left*4 <= whole.Amount) {
		p.State = PromiseSoon
	}
	if p.Unit == workcal.Month {
		p.Unit = workcal.Day
	}
	return p, nil
}

func (a Application) outcomeInTime() string {
	switch {
	case a.OnTime == nil:
		return PromiseEnded
	case *a.OnTime:
		return PromiseKept
	}
	return PromiseBroken
}
