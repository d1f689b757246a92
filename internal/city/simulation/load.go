package simulation

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Week is an office's work in one week, which begins on a Monday of the city. Means are in tenths of a case.
type Week struct {
	Start      string `json:"start"`      // 2026-09-28
	Finished   int    `json:"finished"`   // cases that really left its hands: decided, or sent back to the applicant
	MeanBefore int    `json:"meanBefore"` // cases in hand, on average over the week
	MeanAfter  int    `json:"meanAfter"`
	PeakBefore int    `json:"peakBefore"` // the most at one moment
	PeakAfter  int    `json:"peakAfter"`
}

// Office is the work of one agency. Best is how many cases its officers finished in their best week: a week in which it
// holds more than that on average is more than it has ever shown to master.
type Office struct {
	Agency     string `json:"agency"`
	Officers   int    `json:"officers"` // who acted in the window
	Best       int    `json:"best"`
	OverBefore int    `json:"overBefore"` // weeks above Best
	OverAfter  int    `json:"overAfter"`
	Weeks      []Week `json:"weeks"`
}

// load gathers the work of one office.
type load struct {
	before, after []Span
	officers      map[uuid.UUID]bool
}

// office works out the weeks of the window from what was gathered.
func (l *load) office(agency string, weeks []time.Time, until time.Time) Office {
	o := Office{Agency: agency, Officers: len(l.officers)}
	before, after := inHand(l.before, weeks, until), inHand(l.after, weeks, until)
	for i, start := range weeks {
		w := Week{Start: start.Format(time.DateOnly), MeanBefore: before[i].mean, MeanAfter: after[i].mean,
			PeakBefore: before[i].peak, PeakAfter: after[i].peak}
		end := endOf(weeks, i, until)
		for _, s := range l.before {
			if !s.To.Before(start) && s.To.Before(end) {
				w.Finished++
			}
		}
		o.Best = max(o.Best, w.Finished)
		o.Weeks = append(o.Weeks, w)
	}
	for _, w := range o.Weeks {
		if w.MeanBefore > 10*o.Best {
			o.OverBefore++
		}
		if w.MeanAfter > 10*o.Best {
			o.OverAfter++
		}
	}
	return o
}

// weeksOf are the Mondays from the one of from's week on, in its zone, up to until.
func weeksOf(from, until time.Time) []time.Time {
	y, m, d := from.Date()
	d -= (int(from.Weekday()) + 6) % 7
	var out []time.Time
	for i := 0; ; i++ {
		start := time.Date(y, m, d+7*i, 0, 0, 0, 0, from.Location())
		if !start.Before(until) {
			return out
		}
		out = append(out, start)
	}
}

func endOf(weeks []time.Time, i int, until time.Time) time.Time {
	if i+1 < len(weeks) {
		return weeks[i+1]
	}
	return until
}

type held struct{ mean, peak int }

// inHand counts how many of the spans run at a time, week by week: the mean over the week's length in tenths, and the
// most at one moment.
func inHand(spans []Span, weeks []time.Time, until time.Time) []held {
	type turn struct {
		at time.Time
		by int
	}
	turns := make([]turn, 0, 2*len(spans))
	for _, s := range spans {
		turns = append(turns, turn{s.From, 1}, turn{s.To, -1})
	}
	// One that ends as another begins is not beside it.
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.by, b.by)) })
	out := make([]held, len(weeks))
	n, next := 0, 0
	for i, start := range weeks {
		end := endOf(weeks, i, until)
		for next < len(turns) && !turns[next].at.After(start) {
			n += turns[next].by
			next++
		}
		at, worked := start, time.Duration(0)
		out[i].peak = n
		for next < len(turns) && turns[next].at.Before(end) {
			worked += time.Duration(n) * turns[next].at.Sub(at)
			at = turns[next].at
			n += turns[next].by
			out[i].peak = max(out[i].peak, n)
			next++
		}
		worked += time.Duration(n) * end.Sub(at)
		if length := end.Sub(start); length > 0 {
			out[i].mean = int((10*worked + length/2) / length)
		}
	}
	return out
}
