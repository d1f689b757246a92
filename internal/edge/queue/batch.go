package queue

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/office"
	"bedelau/web/page/paper"
	"bedelau/web/ui"
)

const (
	pathBatches = site.PathQueue + "/massal"
	pathBatch   = pathBatches + "/:id"

	batchAfter = "setelah" // the page of a batch's applications; that of the list it came from has the other word
)

// batchRoutes is where one step on many applications is followed.
func (p *Pages) batchRoutes() gate.Table {
	review, city, batch := access.ApplicationReview, gate.City, site.IDs("id", "batch")
	return gate.Table{
		{Method: get, Path: pathBatches, Needs: review, Scope: city, Handler: p.batches},
		{Method: get, Path: pathBatch, Needs: review, Scope: city, IDs: batch, Handler: p.batchProgress},
		{Method: post, Path: pathBatch + "/ulangi", Page: pathBatch, Needs: review, Scope: city, IDs: batch, Handler: p.batchRetry},
	}
}

const (
	// askedOneByOne is up to how many applications each is asked what can be done with it; of more, a few of each kind are.
	askedOneByOne = 50
	askedOfKind   = 3
	// sureAbove is from how many applications on an officer says that the number is meant.
	sureAbove = 20
)

// bulkWhole asks which step is to be taken of all that is in a filter, and says how many that is.
func (p *Pages) bulkWhole(c *gin.Context, v office.BulkView, f inbox.Filter) error {
	ctx, actor := c.Request.Context(), gate.ActorOf(c)
	ids, total, err := p.Inbox.Whole(ctx, actor, f, bulk.Most)
	if err != nil {
		return err
	}
	seen, err := p.Casework.Look(ctx, actor, ids)
	if err != nil {
		return err
	}
	versions := map[uuid.UUID]int{}
	for _, a := range seen {
		versions[a.ID] = a.Version
	}
	var items []casework.Item
	for _, id := range ids {
		if version, ok := versions[id]; ok {
			items = append(items, casework.Item{ID: id, Version: version})
		}
	}
	if len(items) == 0 {
		v.Errors = ui.Errors{{Text: gate.LocaleOf(c).T("bulk.none_here")}}
		return p.Render(c, http.StatusUnprocessableEntity, office.Bulk(v))
	}
	if total > len(items) {
		v.Beyond = total
	}
	return p.bulkStep(c, v, items, nil)
}

// bulkStep asks which step is to be taken, and says of how many it can be. wrong is what is missing.
func (p *Pages) bulkStep(c *gin.Context, v office.BulkView, items []casework.Item, wrong ui.Errors) error {
	if err := p.offer(c, items, &v); err != nil {
		return err
	}
	key, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if v.Key == "" {
		v.Key = key.String()
	}
	v.AskSure = len(v.Items) > sureAbove
	status := http.StatusOK
	if len(wrong) > 0 {
		v.Errors, v.ErrorTitle, status = wrong, true, http.StatusUnprocessableEntity
	}
	return p.Render(c, status, office.Bulk(v))
}

// offer lists the applications and the steps that can be taken of them.
func (p *Pages) offer(c *gin.Context, items []casework.Item, v *office.BulkView) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	var ids []uuid.UUID
	version := map[uuid.UUID]int{}
	for _, it := range items {
		ids = append(ids, it.ID)
		version[it.ID] = it.Version
	}
	seen, err := p.Casework.Look(ctx, actor, ids)
	if err != nil {
		return err
	}
	type kind struct {
		workflow     string
		version      int
		state, hands string
		id           uuid.UUID // of one that stands for itself
	}
	var kinds []kind
	alike := map[kind][]uuid.UUID{}
	for _, a := range seen {
		v.Items = append(v.Items, office.BulkItem{Value: a.ID.String() + " " + strconv.Itoa(version[a.ID]), Number: a.Number, Service: a.ServiceName.In(l), Who: a.ApplicantName})
		k := kind{workflow: a.WorkflowCode, version: a.WorkflowVersion, state: a.State, hands: hands(a.AssigneeID, actor)}
		if len(seen) <= askedOneByOne {
			k.id = a.ID
		}
		if alike[k] == nil {
			kinds = append(kinds, k)
		}
		alike[k] = append(alike[k], a.ID)
	}
	v.AtMost = len(seen) > askedOneByOne
	place := map[string]int{}
	for _, k := range kinds {
		if err := p.offerOf(ctx, actor, alike[k], place, v, l); err != nil {
			return err
		}
	}
	return nil
}

// offerOf adds the steps that some applications of one kind offer; the first few of them speak for all.
func (p *Pages) offerOf(ctx context.Context, actor identity.Actor, alike []uuid.UUID, place map[string]int, v *office.BulkView, l i18n.Locale) error {
	counted := map[string]bool{}
	for _, id := range alike[:min(len(alike), askedOfKind)] {
		d, err := p.Casework.Get(ctx, actor, id)
		if err != nil && fault.From(err).Kind == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		for i, a := range Steps(d, l) {
			if a.Correct || len(a.Inputs) > 0 || counted[a.Code] {
				continue // names what is wrong with one application, or asks about it
			}
			counted[a.Code] = true
			at, ok := place[a.Code]
			if !ok {
				at = len(v.Actions)
				place[a.Code] = at
				v.Actions = append(v.Actions, office.BulkAction{Action: a, Names: d.Actions[i].Label})
			}
			v.Actions[at].Count += len(alike)
		}
	}
	return nil
}

// hands tells whose an application is, as far as steps depend on it.
func hands(assignee uuid.NullUUID, actor identity.Actor) string {
	switch {
	case !assignee.Valid:
		return inbox.Nobody
	case assignee.UUID == actor.ID:
		return inbox.Me
	}
	return assignee.UUID.String()
}

// bulkAct begins a batch, once for each form that was shown, and leads to where its progress is seen.
func (p *Pages) bulkAct(c *gin.Context, v office.BulkView, items []casework.Item, in site.Form) error {
	l := gate.LocaleOf(c)
	v.Action, v.Reason, v.Key = in.Text("action"), in.Text("reason"), in.Text("key")
	key, err := uuid.Parse(v.Key)
	if err != nil {
		v.Key, key = "", uuid.Nil
	}
	if _, err := p.Bulk.Find(c.Request.Context(), gate.ActorOf(c), key); err == nil { // the form was sent before
		p.Redirect(c, pathBatches+"/"+key.String()+v.From)
		return nil
	}
	noAction := ui.Errors{{Name: "action", Text: l.T("bulk.no_action")}}
	if v.Action == "" {
		if !in.Yes("asked") {
			noAction = nil
		}
		return p.bulkStep(c, v, items, noAction)
	}
	if len(items) > sureAbove && !in.Yes("sure") {
		return p.bulkStep(c, v, items, ui.Errors{{Name: "sure", Text: l.T("bulk.no_sure")}})
	}
	asked := v
	if err := p.offer(c, items, &asked); err != nil {
		return err
	}
	i := slices.IndexFunc(asked.Actions, func(a office.BulkAction) bool { return a.Code == v.Action })
	if i < 0 {
		return p.bulkStep(c, v, items, noAction)
	}
	if asked.Actions[i].Reason == "none" {
		v.Reason = "" // written for a step that was not chosen in the end
	}
	start := bulk.StartInput{Key: key, Action: v.Action, Label: asked.Actions[i].Names, Reason: v.Reason, Versions: map[uuid.UUID]int{}}
	for _, x := range items {
		start.Versions[x.ID] = x.Version
	}
	b, err := p.Bulk.Start(c.Request.Context(), gate.ActorOf(c), start)
	if err != nil {
		return err
	}
	p.Redirect(c, pathBatches+"/"+b.ID.String()+v.From)
	return nil
}

// batches lists what the officer has begun lately.
func (p *Pages) batches(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.Bulk.Recent(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	v := paper.BatchesView{Shell: p.DeskShell(c, l.T("progress.recent"))}
	for _, b := range all {
		v.Rows = append(v.Rows, batchView(c, b))
	}
	return p.Render(c, http.StatusOK, paper.Batches(v))
}

func batchView(c *gin.Context, b bulk.Progress) paper.Batch {
	l := gate.LocaleOf(c)
	label := b.Batch.Label.In(l)
	if label == "" {
		label = l.T("progress.title")
	}
	return paper.Batch{ID: b.Batch.ID.String(), Label: label, Reason: b.Batch.Reason, At: site.Zoned(c, b.Batch.CreatedAt), Total: b.Total, Done: b.Done,
		Failed: b.Failed, Stalled: b.Stalled}
}

// batchProgress shows how far a step on many applications is, and what became of each.
func (p *Pages) batchProgress(c *gin.Context) error { return p.batchPage(c, http.StatusOK, nil) }

func (p *Pages) batchPage(c *gin.Context, status int, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	b, err := p.Bulk.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	v := paper.ProgressView{Shell: p.DeskShell(c, l.T("progress.title")), Batch: batchView(c, b), State: paper.Outcome(c.Query("hasil")), Errors: errs}
	_, v.Back, v.From = CameFrom(c)
	v.ErrorTitle = len(errs) > 0
	if !slices.Contains([]string{bulk.Failed, bulk.Done, bulk.Waiting}, v.State) {
		v.State = bulk.Done
		if b.Failed > 0 {
			v.State = bulk.Failed
		}
	}
	if !v.Over() {
		v.Reload = 5
	}
	after, _ := uuid.Parse(c.Query(batchAfter)) // none: the first page
	items, next, err := p.Bulk.Items(ctx, actor, id, v.State, after)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, 0, len(items))
	for _, i := range items {
		ids = append(ids, i.ApplicationID)
	}
	apps, err := p.Casework.Look(ctx, actor, ids)
	if err != nil {
		return err
	}
	who := map[uuid.UUID]string{}
	for _, a := range apps {
		who[a.ID] = a.ApplicantName
	}
	for _, i := range items {
		v.Items = append(v.Items, paper.BatchItem{ID: i.ApplicationID.String(), Number: i.Number, Who: who[i.ApplicationID], Text: i.Text(l)})
	}
	if next != uuid.Nil {
		v.Next = v.Of(v.State) + "&" + url.Values{batchAfter: {next.String()}}.Encode()
	}
	return p.Render(c, status, paper.Progress(v))
}

// batchRetry tries again what failed.
func (p *Pages) batchRetry(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := site.ReadForm(c); err != nil {
		return err
	}
	err = p.Bulk.Retry(c.Request.Context(), gate.ActorOf(c), id)
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return p.batchPage(c, http.StatusConflict, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	if err != nil {
		return err
	}
	_, _, from := CameFrom(c)
	return p.Done(c, pathBatches+"/"+id.String()+from, "batch_retried")
}
