package inbox

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
)

// Filter narrows a view down. The zero Filter is all open work. Days are the city's own, as 2006-01-02, both ends
// included.
type Filter struct {
	View        View   `json:"view,omitempty"`
	Source      string `json:"source,omitempty"`  // Here, InApps, or an app's id
	Service     string `json:"service,omitempty"` // code
	Agency      string `json:"agency,omitempty"`  // code, for those who reach more than one
	Stage       string `json:"stage,omitempty"`
	Channel     string `json:"channel,omitempty"`
	District    string `json:"district,omitempty"`    // code; or Nowhere, of what lies in no area that is known
	Subdistrict string `json:"subdistrict,omitempty"` // code
	Assignee    string `json:"assignee,omitempty"`    // Me, Nobody, or an account's id
	Late        bool   `json:"late,omitempty"`
	StepLate    bool   `json:"step_late,omitempty"`  // past the time that the office gives itself in the state
	DueWithin   int    `json:"due_within,omitempty"` // days from today, which is 1; a saved filter stays true by it
	DueFrom     string `json:"due_from,omitempty"`
	DueTo       string `json:"due_to,omitempty"`
	SentFrom    string `json:"sent_from,omitempty"`
	SentTo      string `json:"sent_to,omitempty"`
	Sort        Sort   `json:"sort,omitempty"`
}

// Who has an application, besides an account named by its id.
const (
	Me     = "me"
	Nobody = "none"
)

// Nowhere is the district of what lies in no area that the city knows of.
const Nowhere = "none"

// Sort is the order of a list.
type Sort string

// The orders. What is done is always the latest first.
const (
	ByDeadline Sort = ""
	Newest     Sort = "newest" // by when it was submitted
	Oldest     Sort = "oldest"
)

// Sorts lists the orders in which they are offered.
func Sorts() []Sort { return []Sort{ByDeadline, Newest, Oldest} }

// Channels lists the ways by which an application can have come.
func Channels() []string { return []string{"web", "api", "counter"} }

// dueWithinMax is far enough ahead for any plan of work.
const dueWithinMax = 365

var (
	codePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	areaPattern = regexp.MustCompile(`^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$`) // as kernel/pack holds areas to
)

// Narrow reports whether the filter asks for less than its whole view.
func (f Filter) Narrow() bool {
	f.View, f.Sort = "", ""
	return f != Filter{}
}

// Check refuses what no list can be: Invalid with the fields by their names in JSON.
func (f Filter) Check() error {
	var bad []fault.Field
	add := func(wrong bool, name, code string) {
		if wrong {
			bad = append(bad, fault.Field{Name: name, Code: code})
		}
	}
	add(f.View != "" && !slices.Contains(Views(), f.View), "view", "not_an_option")
	_, err := uuid.Parse(f.Source)
	add(f.Source != "" && f.Source != Here && f.Source != InApps && err != nil, "source", "not_an_option")
	add(f.Service != "" && !codePattern.MatchString(f.Service), "service", "not_an_option")
	add(f.Agency != "" && !codePattern.MatchString(f.Agency), "agency", "not_an_option")
	add(f.Stage != "" && !codePattern.MatchString(f.Stage), "stage", "not_an_option")
	add(f.Channel != "" && !slices.Contains(Channels(), f.Channel), "channel", "not_an_option")
	add(f.District != "" && f.District != Nowhere && !areaPattern.MatchString(f.District), "district", "not_an_option")
	add(f.Subdistrict != "" && !areaPattern.MatchString(f.Subdistrict), "subdistrict", "not_an_option")
	_, err = uuid.Parse(f.Assignee)
	add(f.Assignee != "" && f.Assignee != Me && f.Assignee != Nobody && err != nil, "assignee", "not_an_option")
	add(f.DueWithin < 0 || f.DueWithin > dueWithinMax, "due_within", "not_an_option")
	add(!slices.Contains(Sorts(), f.Sort), "sort", "not_an_option")
	for _, d := range []struct{ name, from, to string }{{"due", f.DueFrom, f.DueTo}, {"sent", f.SentFrom, f.SentTo}} {
		add(!isDay(d.from), d.name+"_from", "date")
		add(!isDay(d.to), d.name+"_to", "date")
		add(isDay(d.from) && isDay(d.to) && d.from != "" && d.to != "" && d.to < d.from, d.name+"_to", "before_start")
	}
	return fault.Fields(bad)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return s == "" || err == nil
}

// where narrows a read down to what the filter asks at this moment; mine are the hands of whoever asks.
func (f Filter) where(ctx context.Context, q *bun.SelectQuery, mine []uuid.UUID, now time.Time) *bun.SelectQuery {
	q = f.View.where(q, mine, now)
	for _, c := range []struct{ column, want string }{
		{"service_code", f.Service}, {"agency_code", f.Agency}, {"stage", f.Stage}, {"channel", f.Channel}, {"subdistrict_code", f.Subdistrict},
	} {
		if c.want != "" {
			q = q.Where("a.? = ?", bun.Ident(c.column), c.want)
		}
	}
	switch f.District {
	case "":
	case Nowhere:
		q = q.Where("a.district_code IS NULL")
	default:
		q = q.Where("a.district_code = ?", f.District)
	}
	switch f.Assignee {
	case "":
	case Me:
		q = q.Where("a.assignee_id IN (?)", bun.List(mine))
	case Nobody:
		q = q.Where("a.assignee_id IS NULL")
	default:
		q = q.Where("a.assignee_id = ?", f.Assignee)
	}
	if f.Late {
		q = q.Where("a.queue_rank = ?", rankDue).Where("a.queue_at < ?", now)
	}
	if f.StepLate { // a state that is over has no time, so what is closed is none of these
		q = q.Where("a.step_due_at IS NOT NULL").Where("a.step_due_at < ?", now)
	}
	here := zone(ctx)
	if f.DueWithin > 0 {
		y, m, d := now.In(here).Date()
		q = q.Where("a.queue_rank = ?", rankDue).Where("a.queue_at < ?", time.Date(y, m, d+f.DueWithin, 0, 0, 0, 0, here))
	}
	if f.DueFrom != "" || f.DueTo != "" {
		q = between(q.Where("a.queue_rank = ?", rankDue), "queue_at", f.DueFrom, f.DueTo, here)
	}
	return between(q, "submitted_at", f.SentFrom, f.SentTo, here)
}

// between keeps what lies on the days from one to another.
func between(q *bun.SelectQuery, column, from, to string, here *time.Location) *bun.SelectQuery {
	if from != "" {
		day, _ := time.ParseInLocation(time.DateOnly, from, here) // checked
		q = q.Where("a.? >= ?", bun.Ident(column), day)
	}
	if to != "" {
		day, _ := time.ParseInLocation(time.DateOnly, to, here)
		q = q.Where("a.? < ?", bun.Ident(column), day.AddDate(0, 0, 1))
	}
	return q
}
