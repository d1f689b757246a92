package catalog

import (
	"time"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
)

// Season is a time in which a service takes applications, by the clock of the city: from Opens to Closes, both included.
type Season struct {
	Opens     string `json:"opens" yaml:"opens"`                             // "2026-06-15 08:00"
	Closes    string `json:"closes" yaml:"closes"`                           // "2026-06-20 16:00"
	Announced string `json:"announced,omitempty" yaml:"announced,omitempty"` // the day on which the decisions are made known: "2026-07-01"
}

// seasonLayout is how a moment of a season is written.
const seasonLayout = "2006-01-02 15:04"

// mostSeasons bounds what a page shows.
const mostSeasons = 50

// Times are the beginning and the end of a season in a zone.
func (s Season) Times(zone *time.Location) (opens, closes time.Time, err error) {
	if opens, err = time.ParseInLocation(seasonLayout, s.Opens, zone); err == nil {
		closes, err = time.ParseInLocation(seasonLayout, s.Closes, zone)
	}
	return opens, closes, err
}

// Day is the day on which decisions are made known; false without one.
func (s Season) Day() (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s.Announced)
	return t, err == nil
}

// Now is what a standard holds for at a moment.
type Now struct {
	Shut   bool         // it takes applications in seasons, and this is none
	Opens  time.Time    // when the next season begins; zero when that is not known, or while one runs
	Closes time.Time    // when this season ends, or the last one did; zero for a service of all year
	Term   workcal.Term // what is promised to whoever applies now; zero when nothing is
}

// At tells how the seasons stand at a moment, which is in the city's zone, and what is promised then.
func (p Parts) At(now time.Time) Now {
	term, _ := p.Time.Term()
	if len(p.Seasons) == 0 {
		return Now{Term: term}
	}
	out := Now{Shut: true, Term: term}
	for _, s := range p.Seasons {
		opens, closes, err := s.Times(now.Location())
		switch {
		case err != nil: // which no check lets through
		case now.Before(opens):
			out.Opens = opens
			return out
		case now.After(closes):
			out.Closes = closes
		default:
			out = Now{Closes: closes, Term: term}
			if day, err := workcal.Until(s.Announced); err == nil && p.Time.Unit == byAnnouncement {
				out.Term = day
			}
			return out
		}
	}
	return out
}

// checkSeasons refuses seasons that are not moments, that run into each other, and that announce before they close; and a
// promise by the announcement of which a season names no day.
func checkSeasons(c *pack.Check, at string, parts Parts) {
	if len(parts.Seasons) > mostSeasons {
		c.Add(at, "not_between", "value", len(parts.Seasons), "low", 0, "high", mostSeasons)
	}
	if len(parts.Seasons) == 0 && parts.Time.Unit == byAnnouncement {
		c.Add(at, "required")
	}
	before := ""
	for i, s := range parts.Seasons {
		one := pack.At(at, i)
		opens, bad := time.Parse(seasonLayout, s.Opens)
		if bad != nil {
			c.Add(one+".opens", "bad_form", "value", s.Opens, "example", "2026-06-15 08:00")
		} else if before != "" && s.Opens <= before {
			c.Add(one+".opens", "not_after", "value", s.Opens, "other", before)
		}
		closes, err := time.Parse(seasonLayout, s.Closes)
		if err != nil {
			c.Add(one+".closes", "bad_form", "value", s.Closes, "example", "2026-06-20 16:00")
			continue
		}
		if bad == nil && !closes.After(opens) {
			c.Add(one+".closes", "not_after", "value", s.Closes, "other", s.Opens)
		}
		before = s.Closes
		switch day, ok := s.Day(); {
		case s.Announced == "" && parts.Time.Unit == byAnnouncement:
			c.Add(one+".announced", "required")
		case s.Announced != "" && !ok:
			c.Add(one+".announced", "bad_form", "value", s.Announced, "example", "2026-07-01")
		case s.Announced != "" && day.Format(time.DateOnly) < closes.Format(time.DateOnly):
			c.Add(one+".announced", "not_after", "value", s.Announced, "other", s.Closes)
		}
	}
}
