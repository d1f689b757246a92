package desk

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
	"bedelau/internal/kernel/identity"
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
		return p.queuePage(c, status, inbox.Query{Filter: f}, tried{filter: f, name: in.Text("name"), saving: true, errors: errs})
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
	_, back, from := cameFrom(c)
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

// bulk does the same to every application that was ticked, and shows for each what became of it. A step of the workflow
// is asked for first, which and why, and is then a batch.
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
	f, back, from := cameFrom(c)
	v := office.BulkView{Shell: p.DeskShell(c, l.T("bulk.title")), Back: back, From: from, Post: "/petugas/antrean/massal" + from, What: bulkAct}
	if in.Text("what") == bulkAll {
		return p.bulkWhole(c, v, f)
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
		return p.bulkAct(c, v, items, in)
	default:
		return site.Invalid("what", "not_an_option")
	}
	out, err := casework.Bulk(ctx, items, do)
	if err != nil {
		return err
	}
	tell(c, &v, out)
	if err := p.nameResults(ctx, actor, c, &v); err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, office.Bulk(v))
}

// tell adds what became of each.
func tell(c *gin.Context, v *office.BulkView, out []casework.Outcome) {
	v.Done = true
	for _, o := range out {
		r := office.BulkResult{ID: o.ID.String(), OK: o.Err == nil}
		if o.Err != nil {
			f, _ := gate.Failed(c, o.Err)
			r.Text = bulkText(c, f)
		} else {
			v.Succeeded++
		}
		v.Results = append(v.Results, r)
	}
}

// bulkText is one refusal in a line: of its fields, if it names any.
func bulkText(c *gin.Context, f *fault.Error) string {
	l := gate.LocaleOf(c)
	var texts []string
	for _, bad := range f.Fields {
		texts = append(texts, site.FieldText(l, bad))
	}
	if len(texts) > 0 {
		return strings.Join(texts, " ")
	}
	return site.Refusal(l, f)
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
