package portal

import (
	"context"
	"time"

	"bedelau/internal/city/casework"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
	"bedelau/web/ui"
)

// clock reads deadlines as a person counts them, by the working days of the city.
type clock struct {
	calendar workcal.Calendar
	now      time.Time
	zone     *time.Location
}

// clock is the city's at this moment. One serves a whole page.
func (p *Portal) clock(ctx context.Context) (clock, error) {
	cal, err := pack.LoadCalendar(ctx, p.DB.App)
	return clock{calendar: cal, now: p.Now(), zone: cal.Zone}, err
}

// of is the promise on an application as its tag says it.
func (k clock) of(app casework.Application) ui.Deadline {
	switch {
	case app.Draft():
		return ui.Deadline{}
	case app.Clock == casework.Paused:
		return ui.Deadline{State: "paused"}
	case app.Clock == casework.Stopped:
		return ui.Deadline{State: kept(app)}
	}
	d := k.until(app.DueAt, app.TermUnit)
	if d.State == "running" && soon(d, app.Term()) {
		d.State = "soon"
	}
	return d
}

// toApplicant is of for the applicant, to whom the promise on a refusal or a withdrawal is not worth a word.
func (k clock) toApplicant(app casework.Application) ui.Deadline {
	if app.Stage == casework.StageRejected || app.Stage == casework.StageCancelled {
		return ui.Deadline{}
	}
	return k.of(app)
}

// kept says of an application whose clock has stopped whether it was decided in time. That is no praise of the decision:
// a refusal in time has kept the promise too.
func kept(app casework.Application) string {
	switch {
	case app.OnTime == nil:
		return "ended" // by the applicant
	case *app.OnTime:
		return "on_time"
	}
	return "decided_late"
}

// until counts from now to due, or from due to now when that is past. A year without imported holidays makes the count
// too long by those days, which is how the deadline itself was made.
func (k clock) until(due time.Time, unit workcal.Unit) ui.Deadline {
	if due.IsZero() {
		return ui.Deadline{State: "running"}
	}
	d := ui.Deadline{State: "running", Due: due.In(k.zone), Unit: string(unit)}
	from, to := k.now, due
	if k.now.After(due) {
		d.State, from, to = "late", due, k.now
	}
	left, _ := k.calendar.Remaining(from, to, unit)
	switch unit {
	case workcal.WorkingDay:
		d.Left = left.Days
	case workcal.Day, workcal.Month:
		d.Left, d.Unit = left.Days, string(workcal.Day)
	case workcal.Minute:
		d.Left = int(left.Time / time.Minute)
	default:
		d.Left, d.Unit = int(left.Time/time.Hour), string(workcal.Hour)
	}
	return d
}

// soon is the last quarter of a promise, and in any case its last day.
func soon(d ui.Deadline, t workcal.Term) bool {
	return d.Left == 0 || t.Unit != workcal.Month && d.Left*4 <= t.Amount
}
