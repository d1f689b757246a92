package queue

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathWorkload = "/petugas/beban"

// workload shows who has how much, and leads to each list, where it can be dealt out anew.
func (p *Pages) workload(c *gin.Context) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	agency := site.ToText(c.Query("opd"))
	loads, err := p.Inbox.Workload(ctx, actor, agency)
	if err != nil {
		return err
	}
	reach, err := p.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	v := office.WorkloadView{Shell: p.DeskShell(c, l.T("workload.title")), Agency: agency}
	if reach.City() {
		agencies, err := p.Catalog.Agencies(ctx)
		if err != nil {
			return err
		}
		v.Agencies = []ui.Option{{Label: l.T("queue.filter.any")}}
		for _, a := range agencies {
			v.Agencies = append(v.Agencies, ui.Option{Value: a.Code, Label: a.Name.In(l)})
		}
	}
	names := map[uuid.UUID]string{}
	officers, err := p.colleagues(ctx, actor, inbox.Filter{Agency: agency}, reach)
	if err != nil {
		return err
	}
	for _, x := range officers {
		names[uuid.MustParse(x.Value)] = x.Label // also those who have nothing
	}
	known := map[uuid.UUID]bool{}
	var unknown []uuid.UUID
	for _, x := range loads {
		known[x.Officer] = known[x.Officer] || !x.Elsewhere
		if names[x.Officer] == "" && x.Officer != uuid.Nil {
			unknown = append(unknown, x.Officer)
		}
	}
	others, err := p.Identity.Names(ctx, unknown)
	if err != nil {
		return err
	}
	for id, n := range others {
		names[id] = n
	}
	for id := range names {
		if !known[id] {
			loads = append(loads, inbox.Load{Officer: id})
		}
	}
	now := site.Zoned(c, p.Now())
	today, sunday := now.Format(time.DateOnly), now.AddDate(0, 0, inbox.DaysLeftInWeek(now)-1).Format(time.DateOnly)
	for _, x := range loads {
		who := x.Officer.String()
		if x.Officer == uuid.Nil {
			who = inbox.Nobody
		}
		list := func(f inbox.Filter) string {
			f.Agency = agency
			if x.Elsewhere {
				f.Source = inbox.InApps
			} else {
				f.Assignee = who
			}
			return listAddress(f, "")
		}
		v.Rows = append(v.Rows, office.Load{
			Name: names[x.Officer], Nobody: x.Officer == uuid.Nil, Apps: x.Elsewhere,
			Open:    office.Figure{N: x.Open, Href: list(inbox.Filter{View: inbox.ViewAll})},
			Late:    office.Figure{N: x.Late, Href: list(inbox.Filter{View: inbox.ViewLate})},
			Week:    office.Figure{N: x.Week, Href: list(inbox.Filter{View: inbox.ViewAll, DueFrom: today, DueTo: sunday})},
			Waiting: office.Figure{N: x.Waiting, Href: list(inbox.Filter{View: inbox.ViewWaiting})},
			Done:    office.Figure{N: x.Done, Href: list(inbox.Filter{View: inbox.ViewDone})},
		})
	}
	if v.Areas, err = p.workloadAreas(c, agency, today, sunday); err != nil {
		return err
	}
	if err := p.stepTimes(c, &v, reach.City()); err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, office.Workload(v))
}

// workloadAreas shows what of the work is in each district; in a city without a list of them there is nothing to show.
func (p *Pages) workloadAreas(c *gin.Context, agency, today, sunday string) ([]office.Load, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	areas, err := p.CityAreas(ctx)
	if err != nil || len(areas) == 0 {
		return nil, err
	}
	loads, err := p.Inbox.Areas(ctx, gate.ActorOf(c), agency)
	if err != nil {
		return nil, err
	}
	var out []office.Load
	for _, x := range loads {
		name, code := areas.Name(x.District), x.District
		if code == "" {
			name, code = l.T("queue.filter.nowhere"), inbox.Nowhere
		}
		list := func(f inbox.Filter) string {
			f.Agency, f.Source, f.District = agency, inbox.Here, code
			return listAddress(f, "")
		}
		out = append(out, office.Load{
			Name:       name,
			Unassigned: office.Figure{N: x.Unassigned, Href: list(inbox.Filter{View: inbox.ViewUnassigned})},
			Open:       office.Figure{N: x.Open, Href: list(inbox.Filter{View: inbox.ViewAll})},
			Late:       office.Figure{N: x.Late, Href: list(inbox.Filter{View: inbox.ViewLate})},
			Week:       office.Figure{N: x.Week, Href: list(inbox.Filter{View: inbox.ViewAll, DueFrom: today, DueTo: sunday})},
			Waiting:    office.Figure{N: x.Waiting, Href: list(inbox.Filter{View: inbox.ViewWaiting})},
			Done:       office.Figure{N: x.Done, Href: list(inbox.Filter{View: inbox.ViewDone})},
		})
	}
	return out, nil
}

// stepTimes shows which step takes the time of the agency that was chosen, or of the reader's own.
func (p *Pages) stepTimes(c *gin.Context, v *office.WorkloadView, anyAgency bool) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	v.Days = casework.PaceDays
	if v.Choose = anyAgency && v.Agency == ""; v.Choose {
		return nil
	}
	all, err := p.Casework.Paces(ctx, actor, v.Agency)
	if err != nil {
		return err
	}
	for _, x := range all {
		row := office.StepTime{Service: x.Service, State: x.Label.In(l), N: x.N, Usual: stoodText(x.Usual, l), Longest: stoodText(x.Longest, l)}
		if s, err := p.Catalog.Name(ctx, p.DB.App, x.Service); err == nil {
			row.Service = s.In(l)
		}
		if x.Timed > 0 {
			row.Kept, row.Slow = l.T("pace.share", "percent", 100*x.Kept/x.Timed), 2*x.Kept < x.Timed
		}
		v.Steps = append(v.Steps, row)
	}
	return nil
}

// stoodText is a length of time by the wall clock, in days from two of them on.
func stoodText(d time.Duration, l i18n.Locale) string {
	switch hours := int(d.Round(time.Hour) / time.Hour); {
	case hours >= 48:
		return l.T("unit.day", "n", (hours+12)/24)
	case hours >= 1:
		return l.T("unit.hour", "n", hours)
	}
	return l.T("unit.minute", "n", max(1, int(d.Round(time.Minute)/time.Minute)))
}
