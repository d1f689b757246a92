package desk

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
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
	for _, x := range p.colleagues(ctx, actor, inbox.Filter{Agency: agency}, reach) {
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
	return p.Render(c, http.StatusOK, office.Workload(v))
}
