package workcal

import "time"

// Remaining is what is left of a term while its clock stands still, such as during a correction by the applicant. It
// is stored with the application and counts on from the day the clock runs again.
type Remaining struct {
	Unit Unit          `json:"unit"`
	Days int           `json:"days,omitempty"` // days after the day of the pause; working days for WorkingDay
	Time time.Duration `json:"time,omitempty"` // for minutes and hours; negative when the term had ended already
}

// Late reports whether the term had ended before the pause; a pause does not forgive that.
func (r Remaining) Late() bool { return r.Time < 0 }

// Count is what is left in whole units, the one that has begun not counted; months are counted in days.
func (r Remaining) Count() int {
	switch r.Unit {
	case Minute:
		return int(r.Time / time.Minute)
	case Hour:
		return int(r.Time / time.Hour)
	}
	return r.Days
}

// Remaining returns what is left at now of a term counted in u that ends at due. A *YearMissing error comes with a
// result that is right but for the unknown holidays.
func (c Calendar) Remaining(now, due time.Time, u Unit) (Remaining, error) {
	now, due = now.In(c.zone()), due.In(c.zone())
	r := Remaining{Unit: u}
	if now.After(due) {
		r.Time = due.Sub(now)
		return r, nil
	}
	w := walk{calendar: c}
	switch u {
	case WorkingDay:
		last := due.Format(dayLayout)
		for day := now; day.Format(dayLayout) < last; {
			day = nextDay(day)
			if !w.on(day).IsZero() {
				r.Days++
			}
		}
	case Day, Month:
		r.Days = int(endOfDay(due).Sub(endOfDay(now)).Round(24*time.Hour) / (24 * time.Hour))
	case Minute:
		for day := now; !day.After(endOfDay(due)); day = nextDay(day) {
			s := w.on(day)
			if s.IsZero() {
				continue
			}
			opens, closes, err := s.at(day)
			if err != nil {
				return Remaining{}, err
			}
			if d := earlier(closes, due).Sub(later(opens, now)); d > 0 {
				r.Time += d
			}
		}
	default:
		r.Time = due.Sub(now)
	}
	return r, w.warning()
}

// Resume returns when a term that was paused with r left ends, if its clock runs again from now. The errors are
// those of Due.
func (c Calendar) Resume(now time.Time, r Remaining) (time.Time, error) {
	now = now.In(c.zone())
	if r.Late() {
		return now.Add(r.Time), nil
	}
	switch r.Unit {
	case WorkingDay:
		return c.addWorking(now, r.Days)
	case Minute:
		return c.addOpen(now, r.Time)
	case Day, Month:
		return endOfDay(now.AddDate(0, 0, r.Days)), nil
	}
	return now.Add(r.Time), nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
