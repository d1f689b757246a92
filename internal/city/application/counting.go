package application

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/workcal"
)

// Counting is from where a promise is counted. It makes the deadline a function of the calendar: counted again after a day
// off was decreed late it is what it would have been, whatever changed before and however often it is counted.
type Counting struct {
	From   time.Time          `json:"from"`            // submission, or when the clock last ran again
	Left   *workcal.Remaining `json:"left,omitempty"`  // of the term at From; nil is the whole of it
	Paused time.Time          `json:"paused,omitzero"` // while the clock stands still
}

// CountingFrom returns nothing for a term that no calendar moves: hours, days and months run through every day.
func CountingFrom(at time.Time, left *workcal.Remaining, unit workcal.Unit) *Counting {
	if !unit.ByCalendar() {
		return nil
	}
	return &Counting{From: at, Left: left}
}

// End is when the term ends by cal, had its clock not been paused since From.
func (c Counting) End(cal workcal.Calendar, t workcal.Term) (due time.Time, provisional bool, err error) {
	if c.Left == nil {
		due, err = cal.Due(c.From, t)
	} else {
		due, err = cal.Resume(c.From, *c.Left)
	}
	if _, missing := workcal.MissingYear(err); missing {
		return due.UTC(), true, nil
	}
	return due.UTC(), false, err
}

// Counted is the promise as a number of units: for a named day the working days from the submission to it, of which a part
// can be taken.
func (a Application) Counted(cal workcal.Calendar) (workcal.Term, error) {
	if a.TermUnit != workcal.Date {
		return a.Term(), nil
	}
	all, err := cal.Remaining(a.SubmittedAt, a.DueAt, workcal.WorkingDay)
	if _, missing := workcal.MissingYear(err); missing {
		err = nil
	}
	return workcal.Term{Amount: max(all.Count(), 0), Unit: workcal.WorkingDay}, err
}

// CalendarsOf reads the calendars that some applications are counted by.
func (s *Service) CalendarsOf(ctx context.Context, db bun.IDB, apps []Application) (map[string]workcal.Calendar, error) {
	seen, agencies := map[string]bool{}, []string{}
	for _, a := range apps {
		if !seen[a.AgencyCode] {
			seen[a.AgencyCode] = true
			agencies = append(agencies, a.AgencyCode)
		}
	}
	if len(agencies) == 0 {
		return nil, nil
	}
	return calendar.LoadFor(ctx, db, agencies...)
}
