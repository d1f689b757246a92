package editor

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// flowPart shows one part of a workflow in the hand of its author: that of the address, or a new one.
type flowPart = func(c *gin.Context, status int, b flowing, t tryEdit) error

func (p *Pages) flowShow(part flowPart) func(*gin.Context) error {
	return func(c *gin.Context) error {
		b, err := p.flowing(c)
		if err != nil {
			return err
		}
		return part(c, http.StatusOK, b, tryEdit{})
	}
}

// flowPage lays out the inputs of a part. of is its folder below the workflow's address, page the state that a new branch
// belongs to.
func (p *Pages) flowPage(c *gin.Context, status int, b flowing, t tryEdit, of, heading, page string, sections []office.BuilderSection) error {
	l := gate.LocaleOf(c)
	v := office.BuilderEditView{
		Shell: p.DeskShell(c, heading), Heading: heading, Service: b.service.Name.In(l), Back: b.path, Action: b.path + of, Page: page,
		Revision: b.draft.Revision, Errors: t.errs, Changed: p.changedText(c, t.refused, flowNames(b.draft.Body, l)), ChangedTitle: l.T("flow.changed"), Sections: sections,
	}
	if part := c.Param("part"); part != "" {
		v.Action += "/" + part
	}
	if slices.ContainsFunc(sections, func(s office.BuilderSection) bool { return s.Show != "" }) {
		v.Follow = ui.FormData{Names: `{"actor":"choice"}`, Answered: "[]", Today: p.Now().Format("2006-01-02")}
	}
	v.ErrorTitle = t.refused != nil
	return p.Render(c, status, office.BuilderEdit(v))
}

// flowStep is one step of a workflow: of what it is, where the page goes on when it is done, and below which key its inputs
// are called.
type flowStep struct {
	what, to, labels string
	isNew            bool
	do               func(*workflow.Workflow) error
	again            flowPart
}

// flowDo makes the step on the part that the address names, or on a new one.
func (p *Pages) flowDo(c *gin.Context, b flowing, in site.Form, what, at string, bad []fault.Field, do func(*workflow.Workflow) error, again flowPart) error {
	return p.flowTake(c, b, in, bad, flowStep{what: what, to: b.path + at, labels: "flow.input.", isNew: c.Param("part") == "", do: do, again: again})
}

// flowTake makes the step, or shows what was typed again: on the present revision, so that who has seen what somebody else
// changed can save over it.
func (p *Pages) flowTake(c *gin.Context, b flowing, in site.Form, bad []fault.Field, step flowStep) error {
	err := fault.Fields(bad)
	if err == nil {
		change := builder.WorkflowChange{Code: b.service.Workflow, Revision: in.Revision(), Act: builder.ActEdit, What: step.what, Do: step.do}
		if step.isNew {
			change.Act = builder.ActAdd
		}
		_, err = p.Builder.Workflows.Change(c.Request.Context(), gate.ActorOf(c), change)
	}
	if err == nil {
		return p.Done(c, step.to, "form_saved")
	}
	errs, status, ok := site.Refused(c, err, "")
	if fault.From(err).Kind == fault.Conflict {
		status, ok = http.StatusConflict, true
	}
	if !ok {
		return err
	}
	fresh, failed := p.flowing(c)
	if failed != nil {
		return failed
	}
	for i, e := range errs {
		errs[i].Label = gate.LocaleOf(c).T(step.labels + e.Name)
	}
	return step.again(c, status, fresh, tryEdit{in: in, refused: err, errs: errs})
}

// flowRead reads what was sent of a part. many are inputs with several answers.
func (p *Pages) flowRead(c *gin.Context, many ...string) (flowing, site.Form, error) {
	in, err := site.ReadForm(c, many...)
	if err != nil {
		return flowing{}, in, err
	}
	b, err := p.flowing(c)
	return b, in, err
}

func (p *Pages) stateEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l, code := gate.LocaleOf(c), c.Param("part")
	state, heading := workflow.State{Stage: workflow.StageInReview, Clock: workflow.Running}, l.T("flow.new_state")
	if code != "" {
		var ok bool
		if state, ok = b.draft.Body.State(code); !ok {
			return site.NotFound()
		}
		heading = l.T("flow.place.state", "name", nameOr(state.Label.In(l), code))
	}
	start := code != "" && b.draft.Body.Start == code
	return p.flowPage(c, status, b, t, "/status", heading, "", flowSheet{sheet{l: l, t: t, flow: true}, b}.state(state, start))
}

func (p *Pages) flowSaveState(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	code := c.Param("part")
	old, ok := b.draft.Body.State(code)
	if code != "" && !ok {
		return site.NotFound()
	}
	state, bad := readState(in, old)
	if code == "" && in.Text("code") == "" {
		state.Code = freeCode(state.Code, func(s string) bool { _, taken := b.draft.Body.State(s); return taken })
	}
	return p.flowDo(c, b, in, state.Code, "#status-"+state.Code, bad, builder.PutState(code, state, in.Yes("start")), p.stateEdit)
}

func (p *Pages) actionEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l, code := gate.LocaleOf(c), c.Param("part")
	action := workflow.Action{Actor: workflow.ByOfficer, Reason: workflow.ReasonOptional}
	heading := l.T("flow.new_action")
	if from := c.Query("status"); from != "" {
		action.From = []string{from}
	}
	if code != "" {
		var ok bool
		if action, ok = b.draft.Body.Action(code); !ok {
			return site.NotFound()
		}
		heading = l.T("flow.place.action", "name", nameOr(action.Label.In(l), code))
	}
	return p.flowPage(c, status, b, t, "/tindakan", heading, "", flowSheet{sheet{l: l, t: t, flow: true}, b}.action(action))
}

func (p *Pages) flowSaveAction(c *gin.Context) error {
	b, in, err := p.flowRead(c, "from", "roles")
	if err != nil {
		return err
	}
	code := c.Param("part")
	old, ok := b.draft.Body.Action(code)
	if code != "" && !ok {
		return site.NotFound()
	}
	action, bad := readAction(in, old)
	if code == "" && in.Text("code") == "" {
		action.Code = freeCode(action.Code, func(s string) bool { _, taken := b.draft.Body.Action(s); return taken })
	}
	return p.flowDo(c, b, in, action.Code, "#tindakan-"+action.Code, bad, builder.PutAction(code, action), p.actionEdit)
}

func (p *Pages) branchEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l, code, state := gate.LocaleOf(c), c.Param("part"), c.Query("status")
	if t.in.Values != nil {
		state = t.in.Get("page")
	}
	var branch workflow.Branch
	if code != "" {
		var ok bool
		if branch, state, ok = builder.FindBranch(b.draft.Body, code); !ok {
			return site.NotFound()
		}
	}
	of, ok := b.draft.Body.State(state)
	if !ok {
		return site.NotFound()
	}
	heading := l.T("flow.new_branch", "state", nameOr(of.Label.In(l), state))
	if code != "" {
		heading = l.T("flow.place.branch", "name", nameOr(branch.Label.In(l), code))
	}
	applicant, err := p.applicantForm(c, b)
	if err != nil {
		return err
	}
	return p.flowPage(c, status, b, t, "/cabang", heading, state, flowSheet{sheet{l: l, t: t, flow: true}, b}.branch(branch, addressesIn(applicant, l)))
}

func (p *Pages) flowSaveBranch(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	code, state := c.Param("part"), in.Get("page")
	var old workflow.Branch
	if code != "" {
		var ok bool
		if old, state, ok = builder.FindBranch(b.draft.Body, code); !ok {
			return site.NotFound()
		}
	}
	branch, bad := readBranch(in, old)
	if code == "" && in.Text("code") == "" {
		branch.Code = freeCode(branch.Code, func(s string) bool { _, _, taken := builder.FindBranch(b.draft.Body, s); return taken })
	}
	return p.flowDo(c, b, in, branch.Code, "#cabang-"+branch.Code, bad, builder.PutBranch(state, code, branch), p.branchEdit)
}

// numbered reads which of n lines the address names, counted from 0; a new one stands behind the last.
func numbered(c *gin.Context, n int) (at int, isNew bool, err error) {
	part := c.Param("part")
	if part == "" {
		return n, true, nil
	}
	at, err = strconv.Atoi(part)
	if err != nil || at < 1 || at > n {
		return 0, false, site.NotFound()
	}
	return at - 1, false, nil
}

func (p *Pages) reminderEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l := gate.LocaleOf(c)
	at, isNew, err := numbered(c, len(b.draft.Body.Reminders))
	if err != nil {
		return err
	}
	var r workflow.Reminder
	if !isNew {
		r = b.draft.Body.Reminders[at]
	}
	s := flowSheet{sheet{l: l, t: t, flow: true}, b}
	return p.flowPage(c, status, b, t, "/pengingat", l.T("flow.place.reminder", "n", at+1), "", []office.BuilderSection{{
		Fields: append([]ui.Field{s.told(r.Tell), s.whole("percent", r.Percent)}, s.term("before", r.Before)...),
	}})
}

func (p *Pages) flowSaveReminder(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	at, _, err := numbered(c, len(b.draft.Body.Reminders))
	if err != nil {
		return err
	}
	bad := site.Missing(in, "tell")
	r := workflow.Reminder{Tell: in.Text("tell"), Percent: readWhole(in, "percent", &bad), Before: readTerm(in, "before", &bad)}
	return p.flowDo(c, b, in, "pengingat-"+strconv.Itoa(at+1), "#pengingat", bad, builder.PutReminder(at, r), p.reminderEdit)
}

func (p *Pages) levelEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l := gate.LocaleOf(c)
	at, isNew, err := numbered(c, len(b.draft.Body.Escalation))
	if err != nil {
		return err
	}
	var e workflow.Escalation
	if !isNew {
		e = b.draft.Body.Escalation[at]
	}
	s := flowSheet{sheet{l: l, t: t, flow: true}, b}
	return p.flowPage(c, status, b, t, "/eskalasi", l.T("flow.place.level", "n", at+1), "", []office.BuilderSection{{
		Fields: append([]ui.Field{s.told(e.Tell)}, s.term("by", e.By)...),
	}})
}

func (p *Pages) flowSaveLevel(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	at, _, err := numbered(c, len(b.draft.Body.Escalation))
	if err != nil {
		return err
	}
	bad := site.Missing(in, "tell")
	e := workflow.Escalation{After: workflow.AfterDue, Tell: in.Text("tell"), By: readTerm(in, "by", &bad)}
	return p.flowDo(c, b, in, "eskalasi-"+strconv.Itoa(at+1), "#eskalasi", bad, builder.PutLevel(at, e), p.levelEdit)
}

// labels are the two texts that every part has.
func (s flowSheet) labels(t i18n.Text) []ui.Field {
	return []ui.Field{s.text("label_id", t[i18n.ID]), s.text("label_en", t[i18n.EN])}
}
