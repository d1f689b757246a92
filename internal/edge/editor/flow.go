package editor

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathFlow = "/kelola/layanan/:code/alur"

// flowRoutes is where an administrator writes the workflow of a service.
func (p *Pages) flowRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	t := gate.Table{
		{Method: get, Path: pathFlow, Needs: needs, Scope: city, Handler: p.flowHome},
		{Method: post, Path: pathFlow + "/susun", Needs: needs, Scope: city, Handler: p.flowArrange},
		{Method: get, Path: pathFlow + "/lanjutan", Needs: needs, Scope: city, Handler: p.flowText},
		{Method: post, Path: pathFlow + "/lanjutan", Needs: needs, Scope: city, Handler: p.flowSaveText},
		{Method: post, Path: pathFlow + "/terbitkan", Needs: needs, Scope: city, Handler: p.flowPublish},
		{Method: post, Path: pathFlow + "/buang", Needs: needs, Scope: city, Handler: p.flowDiscard},
	}
	for _, part := range []struct {
		path       string
		show, save func(*gin.Context) error
	}{
		{"/status", p.flowShow(p.stateEdit), p.flowSaveState}, {"/tindakan", p.flowShow(p.actionEdit), p.flowSaveAction},
		{"/cabang", p.flowShow(p.branchEdit), p.flowSaveBranch}, {"/pengingat", p.flowShow(p.reminderEdit), p.flowSaveReminder},
		{"/eskalasi", p.flowShow(p.levelEdit), p.flowSaveLevel},
	} {
		for _, path := range []string{pathFlow + part.path, pathFlow + part.path + "/:part"} {
			t = append(t, gate.Route{Method: get, Path: path, Needs: needs, Scope: city, Handler: part.show},
				gate.Route{Method: post, Path: path, Needs: needs, Scope: city, Handler: part.save})
		}
	}
	for _, of := range []string{"/tindakan", "/cabang"} {
		for _, path := range []string{pathFlow + of + "/:part/isian", pathFlow + of + "/:part/isian/:field"} {
			t = append(t, gate.Route{Method: get, Path: path, Needs: needs, Scope: city, Handler: p.flowShow(p.questionEdit)},
				gate.Route{Method: post, Path: path, Needs: needs, Scope: city, Handler: p.flowSaveQuestion})
		}
	}
	for _, path := range []string{pathFlow + "/tindakan/:part/surat", pathFlow + "/tindakan/:part/surat/:n"} {
		t = append(t, gate.Route{Method: get, Path: path, Needs: needs, Scope: city, Handler: p.flowShow(p.noticeEdit)},
			gate.Route{Method: post, Path: path, Needs: needs, Scope: city, Handler: p.flowSaveNotice})
	}
	return t
}

// flowing is a request about the workflow of a service.
type flowing struct {
	service         catalog.Service
	path            string
	draft           builder.Draft[workflow.Workflow]
	roles, agencies []ui.Option
}

// flowing opens the draft; a service that is not dealt with here has no workflow to be found.
func (p *Pages) flowing(c *gin.Context) (flowing, error) {
	ctx := c.Request.Context()
	d, err := p.Editor.Find(ctx, gate.ActorOf(c), c.Param("code"))
	if err != nil {
		return flowing{}, err
	}
	b := flowing{service: d.Service, path: "/kelola/layanan/" + d.Service.Code + "/alur"}
	if d.Service.Workflow == "" {
		return b, site.NotFound()
	}
	if b.draft, err = p.Builder.Workflows.Open(ctx, gate.ActorOf(c), d.Service.Workflow); err != nil {
		return b, err
	}
	b.roles, b.agencies, err = p.StaffChoices(ctx, gate.LocaleOf(c))
	return b, err
}

func (p *Pages) flowHome(c *gin.Context) error {
	b, err := p.flowing(c)
	if err != nil {
		return err
	}
	return p.flowView(c, http.StatusOK, b, nil)
}

// flowNames are what the states and steps of a workflow are called, and what it asks offices, by their codes.
func flowNames(w workflow.Workflow, l i18n.Locale) map[string]string {
	out := map[string]string{}
	for _, s := range w.States {
		out[s.Code] = s.Label.In(l)
		for _, b := range s.Branches {
			out[b.Code] = b.Label.In(l)
		}
	}
	for _, a := range w.Actions {
		out[a.Code] = a.Label.In(l)
	}
	return out
}

// flowView shows the workflow, after a refusal with why.
func (p *Pages) flowView(c *gin.Context, status int, b flowing, refused error) error {
	l, d := gate.LocaleOf(c), b.draft
	v := office.WorkflowView{
		Shell: p.DeskShell(c, l.T("flow.title", "service", b.service.Name.In(l))), Service: b.service.Name.In(l), Path: b.path,
		Version: d.Latest, Base: d.Base, Revision: d.Revision, Last: p.stepText(c, d.Last, flowNames(d.Body, l)), Changed: p.changedText(c, refused, flowNames(d.Body, l)),
		Simulation: site.SimulationPath(b.service.Code),
	}
	if refused != nil && v.Changed == "" {
		f, _ := gate.Failed(c, refused)
		v.Errors = ui.Errors{{Text: site.Refusal(l, f)}}
	}
	v.ErrorTitle = refused != nil
	all, err := p.Catalog.List(c.Request.Context(), catalog.Filter{})
	if err != nil {
		return err
	}
	var dealt []catalog.Service
	for _, s := range all {
		if s.Workflow != b.service.Workflow {
			continue
		}
		dealt = append(dealt, s)
		if s.Code != b.service.Code {
			v.Shared = append(v.Shared, s.Name.In(l))
		}
	}
	if v.Paces, err = p.paces(c, d.Body, dealt); err != nil {
		return err
	}
	v.Problems = flowProblems(b, l)
	if len(d.Body.States) > 0 {
		drawn := flowWords{l: l, b: b}.picture(l.T("flow.picture_of", "service", b.service.Name.In(l)))
		v.Picture = &drawn
	}
	w := flowWords{l: l, b: b, named: map[string]bool{}}
	for i, s := range d.Body.States {
		v.States = append(v.States, w.state(s, i))
	}
	v.Loose = w.loose()
	for i, r := range d.Body.Reminders {
		v.Reminders = append(v.Reminders, office.WorkflowLine{N: i + 1, Text: w.reminder(r)})
	}
	for i, e := range d.Body.Escalation {
		v.Levels = append(v.Levels, office.WorkflowLine{N: i + 1, Text: w.level(e)})
	}
	return p.Render(c, status, office.Workflow(v))
}

// flowArrange moves or removes a part.
func (p *Pages) flowArrange(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.flowing(c)
	if err != nil {
		return err
	}
	change, at, ok := flowArranged(in.Get("act"))
	if !ok {
		return site.Invalid("act", "not_an_option")
	}
	if act, what, _ := strings.Cut(in.Get("act"), " "); act == "up" || act == "down" {
		at = "#" + office.MovedAt(act, what)
	}
	change.Code, change.Revision = b.service.Workflow, in.Revision()
	_, err = p.Builder.Workflows.Change(c.Request.Context(), gate.ActorOf(c), change)
	return p.flowAfter(c, b, err, b.path+at, "form_saved")
}

// flowArranged reads the button that was pressed, such as "up state in_review", and where the page goes on.
func flowArranged(pressed string) (builder.WorkflowChange, string, bool) {
	words := strings.Fields(pressed)
	if len(words) != 3 {
		return builder.WorkflowChange{}, "", false
	}
	act, what, code := words[0], words[1], words[2]
	by := map[string]int{"up": -1, "down": 1}[act]
	if rest, ok := strings.CutPrefix(what, "asked-"); ok {
		return questionArranged(act, rest, code, by)
	}
	n, err := strconv.Atoi(code)
	change := builder.WorkflowChange{Act: builder.ActRemove, What: code}
	switch {
	case what == "state" && by != 0:
		return builder.WorkflowChange{Act: builder.ActMove, What: code, Do: builder.MoveState(code, by)}, "#status-" + code, true
	case what == "action" && by != 0:
		return builder.WorkflowChange{Act: builder.ActMove, What: code, Do: builder.MoveAction(code, by)}, "#tindakan-" + code, true
	case act != "remove":
		return change, "", false
	case what == "state":
		change.Do = builder.RemoveState(code)
	case what == "action":
		change.Do = builder.RemoveAction(code)
	case what == "branch":
		change.Do = builder.RemoveBranch(code)
	case what == "reminder" && err == nil:
		change.What, change.Do = "pengingat-"+code, builder.RemoveReminder(n-1)
	case what == "level" && err == nil:
		change.What, change.Do = "eskalasi-"+code, builder.RemoveLevel(n-1)
	case what == "letter":
		action, number, _ := strings.Cut(code, "/")
		if n, err = strconv.Atoi(number); err != nil {
			return change, "", false
		}
		change.What, change.Do = "surat-"+number, builder.RemoveNotice(action, n-1)
		return change, "#tindakan-" + action, true
	default:
		return change, "", false
	}
	return change, "", true
}

// flowAfter leads on after a step, or shows the workflow as it is with why the step was refused.
func (p *Pages) flowAfter(c *gin.Context, b flowing, err error, to, sentence string) error {
	if err == nil {
		return p.Done(c, to, sentence)
	}
	f, status := gate.Failed(c, err)
	if f.Kind != fault.Conflict && f.Kind != fault.Invalid && f.Code != "workflow.no_part" {
		return err
	}
	fresh, again := p.flowing(c)
	if again != nil {
		return again
	}
	return p.flowView(c, status, fresh, err)
}

func (p *Pages) flowPublish(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.flowing(c)
	if err != nil {
		return err
	}
	_, err = p.Builder.Workflows.Publish(c.Request.Context(), gate.ActorOf(c), b.service.Workflow, in.Revision())
	return p.flowAfter(c, b, err, b.path, "flow_published")
}

func (p *Pages) flowDiscard(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.flowing(c)
	if err != nil {
		return err
	}
	err = p.Builder.Workflows.Discard(c.Request.Context(), gate.ActorOf(c), b.service.Workflow, in.Revision())
	return p.flowAfter(c, b, err, b.path, "form_discarded")
}

// paces names the services that promise less time than the states of their workflow take together. It is told, not
// refused: a case need not come the longest way, and what an office gives itself is no promise.
func (p *Pages) paces(c *gin.Context, w workflow.Workflow, dealt []catalog.Service) ([]string, error) {
	longest, ok := w.Longest()
	if !ok {
		return nil, nil
	}
	all, err := p.Catalog.Describe(c.Request.Context(), dealt)
	if err != nil {
		return nil, err
	}
	var out []string
	l := gate.LocaleOf(c)
	for _, d := range all {
		if d.Standard == nil {
			continue // its first standard comes into force later
		}
		if t, ok := d.Standard.Parts.Time.Term(); ok && t.Unit == longest.Unit && t.Amount < longest.Amount {
			out = append(out, l.T("pace.over_line", "service", d.Service.Name.In(l), "sum", site.TermText(longest, l), "promise", site.TermText(t, l)))
		}
	}
	return out, nil
}
