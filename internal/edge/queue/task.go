package queue

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathTasks = "/petugas/tugas"

// deskTasks lists what other agencies have asked of the officer's.
func (p *Pages) deskTasks(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	list, err := p.Casework.Tasks(ctx, a, c.Query("sesudah"))
	if err != nil {
		return err
	}
	v := office.TasksView{Shell: p.DeskShell(c, l.T("tasks.title")), Open: list.Open, MayClaim: p.Guard.Allow(ctx, a, access.ApplicationReview) == nil,
		MayAssign: p.Guard.Allow(ctx, a, access.ApplicationAssign) == nil}
	for _, t := range list.Rows {
		v.Rows = append(v.Rows, office.TaskRow{ID: t.ID.String(), Version: t.Version, Href: taskPath(t), Number: t.Number, Service: t.ServiceName.In(l), Ask: t.Ask.Label.In(l),
			AskedBy: t.AskedBy, Assignee: t.AssigneeName, Due: site.Zoned(c, t.DueAt), Late: t.Late(p.Now())})
	}
	if list.Next != "" {
		v.Next = pathTasks + "?sesudah=" + list.Next
	}
	if v.MayAssign {
		all, err := p.Casework.ColleaguesIn(ctx, a, a.Agency)
		if err != nil {
			return err
		}
		v.Colleagues = ColleagueOptions(all)
	}
	return p.Render(c, http.StatusOK, office.Tasks(v))
}

// asked says how many requests of other agencies wait, or nothing where none does.
func (p *Pages) asked(ctx context.Context, actor identity.Actor, l i18n.Locale) (string, error) {
	n, err := p.Casework.TasksOpen(ctx, actor)
	switch {
	case err != nil || n == 0:
		return "", err
	case n == casework.TasksCounted:
		return l.Number(int64(n-1)) + "+", nil
	}
	return l.Number(int64(n)), nil
}

// taskPath is where a task stands in its case.
func taskPath(t casework.TaskRow) string {
	return site.CasePath(t.SubjectID) + "#tugas-" + t.ID.String()
}

// bulkAnswer is what can be done to many tasks besides what can be done to many applications.
const bulkAnswer = "answer"

// bulkTasks does the same to every task that was ticked, and leads to the page that says of each what became of it. An
// answer is asked for first: which, and why.
func (p *Pages) bulkTasks(c *gin.Context) error {
	in, err := site.ReadForm(c, "pilih")
	if err != nil {
		return err
	}
	items, err := ticked(in.Values["pilih"])
	if err != nil {
		return err
	}
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	v := office.BulkView{Shell: p.DeskShell(c, l.T("bulk.title")), Back: pathTasks, Post: pathTasks + "/massal", What: bulkAnswer}
	if len(items) == 0 {
		v.Errors = ui.Errors{{Text: l.T("bulk.none")}}
		return p.Render(c, http.StatusUnprocessableEntity, office.Bulk(v))
	}
	var one func(context.Context, casework.Item) error
	switch why := in.Text("why"); in.Text("what") {
	case bulkClaim:
		one = func(ctx context.Context, x casework.Item) error {
			return p.Casework.ClaimTask(ctx, actor, x.ID, x.Version, false, "")
		}
	case bulkRelease:
		one = func(ctx context.Context, x casework.Item) error {
			return p.Casework.ReleaseTask(ctx, actor, x.ID, x.Version, why)
		}
	case bulkAssign:
		officer, err := uuid.Parse(in.Text("officer"))
		if err != nil {
			v.Errors = ui.Errors{{Text: l.T("bulk.no_officer")}}
			return p.Render(c, http.StatusUnprocessableEntity, office.Bulk(v))
		}
		one = func(ctx context.Context, x casework.Item) error {
			return p.Casework.AssignTask(ctx, actor, x.ID, officer, x.Version, why)
		}
	case bulkAnswer:
		outcome, reason := in.Text("action"), in.Text("reason")
		if outcome == "" && !in.Yes("asked") {
			return p.bulkAsks(c, pathTasksStep, bulkAnswer, in.Values["pilih"])
		}
		if outcome == "" {
			v.Reason = reason
			return p.bulkOutcome(c, v, items, true)
		}
		one = func(ctx context.Context, x casework.Item) error {
			_, err := p.Casework.AnswerTask(ctx, actor, casework.AnswerInput{Task: x.ID, Version: x.Version, Outcome: outcome, Reason: reason})
			return err
		}
	default:
		return site.Invalid("what", "not_an_option")
	}
	out, err := casework.Bulk(ctx, items, func(ctx context.Context, x casework.Item) (application.Application, error) {
		return application.Application{}, one(ctx, x)
	})
	if err != nil {
		return err
	}
	return p.bulkDone(c, pathTasksTold, out)
}

// bulkOutcome asks which answer is to be given to all, and says of how many it can be. What asks for more than an answer
// is opened one by one.
func (p *Pages) bulkOutcome(c *gin.Context, v office.BulkView, items []casework.Item, asked bool) error {
	l := gate.LocaleOf(c)
	ids := make([]uuid.UUID, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	rows, err := p.tasksByID(c.Request.Context(), c, ids)
	if err != nil {
		return err
	}
	place := map[string]int{}
	for _, it := range items {
		t, ok := rows[it.ID.String()]
		if !ok {
			continue
		}
		v.Items = append(v.Items, office.BulkItem{Value: it.ID.String() + " " + strconv.Itoa(it.Version), Number: t.Number, Service: t.Ask.Label.In(l)})
		if len(t.Ask.Fields) > 0 {
			continue
		}
		for _, o := range t.Ask.Outcomes {
			i, ok := place[o.Code]
			if !ok {
				i = len(v.Actions)
				place[o.Code] = i
				v.Actions = append(v.Actions, office.BulkAction{Action: office.Action{Code: o.Code, Label: o.Label.In(l)}})
			}
			v.Actions[i].Count++
		}
	}
	status := http.StatusOK
	if asked {
		v.Errors, status = ui.Errors{{Name: "action", Text: l.T("bulk.no_action")}}, http.StatusUnprocessableEntity
	}
	return p.Render(c, status, office.Bulk(v))
}

// tasksByID reads some tasks, as far as the actor's office was asked them.
func (p *Pages) tasksByID(ctx context.Context, c *gin.Context, ids []uuid.UUID) (map[string]casework.TaskRow, error) {
	rows, err := p.Casework.LookTasks(ctx, gate.ActorOf(c), ids)
	out := map[string]casework.TaskRow{}
	for _, t := range rows {
		out[t.ID.String()] = t
	}
	return out, err
}
