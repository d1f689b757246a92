package queue

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/office"
)

// What is asked about many, and what became of them, are pages with an address: the browser's Back leads to them again.
const (
	pathBulkStep  = pathBatches + "/langkah"
	pathBulkTold  = pathBatches + "/hasil"
	pathTasksStep = pathTasks + "/massal/langkah"
	pathTasksTold = pathTasks + "/massal/hasil"

	batchOf, batchOfAll = "yang", "semua" // all that is in the filter, and not what was ticked
)

// bulkAsks leads to the page that asks which step is to be taken of what was ticked, or of all that is in the filter.
func (p *Pages) bulkAsks(c *gin.Context, path, what string, items []string) error {
	q := c.Request.URL.Query()
	q.Del("pilih")
	if what == bulkAll {
		q.Set(batchOf, batchOfAll)
	}
	for _, it := range items {
		q.Add("pilih", it)
	}
	p.Redirect(c, path+"?"+q.Encode())
	return nil
}

// bulkDone keeps what became of each, and leads to the page that says it.
func (p *Pages) bulkDone(c *gin.Context, path string, out []casework.Outcome) error {
	results := make([]bulk.Result, 0, len(out))
	for _, o := range out {
		r, err := bulk.NewResult(o.ID, nil)
		if o.Err != nil {
			f, _ := gate.Failed(c, o.Err)
			r, err = bulk.NewResult(o.ID, f)
		}
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	id, err := p.Bulk.Tell(c.Request.Context(), gate.ActorOf(c), results)
	if err != nil {
		return err
	}
	_, _, from := CameFrom(c)
	p.Redirect(c, path+"/"+id.String()+from)
	return nil
}

// bulkChoose asks which step is to be taken of many applications.
func (p *Pages) bulkChoose(c *gin.Context) error {
	f, back, from := CameFrom(c)
	v := office.BulkView{Shell: p.DeskShell(c, gate.LocaleOf(c).T("bulk.title")), Back: back, From: from, Post: pathBatches + from, What: bulkAct}
	if c.Query(batchOf) == batchOfAll {
		return p.bulkWhole(c, v, f)
	}
	items, err := chosenIn(c.Request.URL.Query())
	if err != nil {
		return err
	}
	return p.bulkStep(c, v, items, nil)
}

// bulkTasksChoose asks which answer is to be given to many tasks.
func (p *Pages) bulkTasksChoose(c *gin.Context) error {
	items, err := chosenIn(c.Request.URL.Query())
	if err != nil {
		return err
	}
	v := office.BulkView{Shell: p.DeskShell(c, gate.LocaleOf(c).T("bulk.title")), Back: pathTasks, Post: pathTasks + "/massal", What: bulkAnswer}
	return p.bulkOutcome(c, v, items, false)
}

// chosenIn reads what was ticked out of an address.
func chosenIn(q url.Values) ([]casework.Item, error) {
	if len(q["pilih"]) == 0 || len(q["pilih"]) > bulk.Most {
		return nil, site.Invalid("pilih", "invalid")
	}
	return ticked(q["pilih"])
}

// bulkTold says of each application what became of it.
func (p *Pages) bulkTold(c *gin.Context) error {
	_, back, from := CameFrom(c)
	v := office.BulkView{Back: back, From: from}
	if err := p.told(c, &v); err != nil {
		return err
	}
	if err := p.nameResults(c.Request.Context(), gate.ActorOf(c), c, &v); err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, office.Bulk(v))
}

// bulkTasksTold says of each task what became of it.
func (p *Pages) bulkTasksTold(c *gin.Context) error {
	v := office.BulkView{Back: pathTasks}
	if err := p.told(c, &v); err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, r := range v.Results {
		ids = append(ids, uuid.MustParse(r.ID)) // our own
	}
	rows, err := p.tasksByID(c.Request.Context(), c, ids)
	if err != nil {
		return err
	}
	for i, r := range v.Results {
		if t, ok := rows[r.ID]; ok {
			v.Results[i].Href, v.Results[i].Number, v.Results[i].Service = taskPath(t), t.Number, t.Ask.Label.In(gate.LocaleOf(c))
		}
	}
	return p.Render(c, http.StatusOK, office.Bulk(v))
}

// told fills v with what became of each.
func (p *Pages) told(c *gin.Context, v *office.BulkView) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	results, err := p.Bulk.Told(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	v.Shell, v.Done = p.DeskShell(c, l.T("bulk.title")), true
	for _, r := range results {
		x := office.BulkResult{ID: r.ID.String(), OK: true}
		if why := r.Text(l); why != "" {
			x.OK, x.Text = false, why
		} else {
			v.Succeeded++
		}
		v.Results = append(v.Results, x)
	}
	return nil
}

// nameResults adds the number and the service of every application that the reader may know of.
func (p *Pages) nameResults(ctx context.Context, actor identity.Actor, c *gin.Context, v *office.BulkView) error {
	var ids []uuid.UUID
	for _, r := range v.Results {
		ids = append(ids, uuid.MustParse(r.ID)) // our own
	}
	apps, err := p.Casework.List(ctx, actor, ids)
	if err != nil {
		return err
	}
	known := map[string]application.Application{}
	for _, a := range apps {
		known[a.ID.String()] = a
	}
	for i, r := range v.Results {
		if a, ok := known[r.ID]; ok {
			v.Results[i].Href = site.CasePath(a.ID) + v.From
			v.Results[i].Number, v.Results[i].Service = a.Number, a.ServiceName.In(gate.LocaleOf(c))
		}
	}
	return nil
}
