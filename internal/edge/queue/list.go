package queue

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// saveFilter keeps the filter of the list under a name. A refusal shows the list with what was typed.
func (p *Pages) saveFilter(c *gin.Context) error {
	in, err := site.ReadForm(c)
	f := filterOf(in.Text)
	if f.View == "" {
		f.View = inbox.ViewAll
	}
	if err == nil {
		_, err = p.Inbox.Save(c.Request.Context(), gate.ActorOf(c), inbox.SaveInput{Name: in.Text("name"), Filter: f, Shared: in.Yes("shared")})
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"inbox.too_many": "name"})
		if !ok || f.Check() != nil {
			return err
		}
		errs = site.Called(c, errs, map[string]string{"name": "queue.save_label"})
		return p.queuePage(c, status, inbox.Query{Filter: f}, tried{filter: f, name: in.Text("name"), shared: in.Yes("shared"), saving: true, errors: errs})
	}
	return p.Done(c, listAddress(f, ""), "filter_saved")
}

func (p *Pages) forgetFilter(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Inbox.Forget(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, site.PathQueue, "filter_forgotten")
}

// takeNext opens what the officer is to work on next, theirs from now on.
func (p *Pages) takeNext(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	but, _ := uuid.Parse(in.Text("case")) // none, from the list
	_, back, from := CameFrom(c)
	app, err := p.Casework.TakeNext(c.Request.Context(), gate.ActorOf(c), but)
	if fault.Is(err, "application.no_next") {
		return p.Done(c, back, "no_next")
	}
	if err != nil {
		return err
	}
	p.Redirect(c, site.CasePath(app.ID)+from)
	return nil
}

// What can be done to many at once.
const (
	bulkClaim   = "claim"
	bulkRelease = "release"
	bulkAssign  = "assign"
	bulkAct     = "act"
	bulkAll     = "all" // a step on all that is in the filter, ticked or not
)

// bulk does the same to every application that was ticked, and leads to the page that says of each what became of it. A
// step of the workflow is asked for first, which and why, and is then a batch.
func (p *Pages) bulk(c *gin.Context) error {
	in, err := site.ReadForm(c, "pilih")
	if err != nil {
		return err
	}
	items, err := ticked(in.Values["pilih"])
	if err != nil {
		return err
	}
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	_, back, from := CameFrom(c)
	v := office.BulkView{Shell: p.DeskShell(c, l.T("bulk.title")), Back: back, From: from, Post: "/petugas/antrean/massal" + from, What: bulkAct}
	if in.Text("what") == bulkAll {
		return p.bulkAsks(c, pathBulkStep, bulkAll, nil)
	}
	if len(items) == 0 {
		v.Errors = ui.Errors{{Text: l.T("bulk.none")}}
		return p.Render(c, http.StatusUnprocessableEntity, office.Bulk(v))
	}
	var do func(context.Context, casework.Item) (application.Application, error)
	switch what := in.Text("what"); what {
	case bulkClaim:
		do = func(ctx context.Context, x casework.Item) (application.Application, error) {
			return p.Casework.Claim(ctx, actor, x.ID, x.Version, false, "")
		}
	case bulkRelease:
		do = func(ctx context.Context, x casework.Item) (application.Application, error) {
			return p.Casework.Release(ctx, actor, x.ID, x.Version, in.Text("why"))
		}
	case bulkAssign:
		officer, err := uuid.Parse(in.Text("officer"))
		if err != nil {
			v.Errors = ui.Errors{{Text: l.T("bulk.no_officer")}}
			return p.Render(c, http.StatusUnprocessableEntity, office.Bulk(v))
		}
		do = func(ctx context.Context, x casework.Item) (application.Application, error) {
			return p.Casework.Assign(ctx, actor, x.ID, officer, x.Version, in.Text("why"))
		}
	case bulkAct:
		if in.Text("action") == "" && !in.Yes("asked") {
			return p.bulkAsks(c, pathBulkStep, bulkAct, in.Values["pilih"])
		}
		return p.bulkAct(c, v, items, in)
	default:
		return site.Invalid("what", "not_an_option")
	}
	out, err := casework.Bulk(ctx, items, do)
	if err != nil {
		return err
	}
	return p.bulkDone(c, pathBulkTold, out)
}

// ticked reads the boxes of the list: an id and the version that the officer saw.
func ticked(values []string) ([]casework.Item, error) {
	var out []casework.Item
	for _, v := range values {
		id, version, _ := strings.Cut(v, " ")
		parsed, err := uuid.Parse(id)
		n, bad := strconv.Atoi(version)
		if err != nil || bad != nil || n < 1 {
			return nil, site.Invalid("pilih", "invalid")
		}
		out = append(out, casework.Item{ID: parsed, Version: n})
	}
	return out, nil
}
