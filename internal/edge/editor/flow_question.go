package editor

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// asking is the action or the branch whose questions an address is about, with its path below the workflow's and its
// anchor there.
type asking struct {
	builder.Asker
	path, anchor, name string
}

func askingOf(c *gin.Context, b flowing, l i18n.Locale) (asking, error) {
	code := c.Param("part")
	if strings.HasPrefix(c.FullPath(), pathFlow+"/cabang/") {
		one, _, ok := builder.FindBranch(b.draft.Body, code)
		if !ok {
			return asking{}, site.NotFound()
		}
		return asking{builder.Asker{Branch: code}, "/cabang/" + code, "#cabang-" + code, nameOr(one.Label.In(l), code)}, nil
	}
	a, ok := b.draft.Body.Action(code)
	if !ok {
		return asking{}, site.NotFound()
	}
	return asking{builder.Asker{Action: code}, "/tindakan/" + code, "#tindakan-" + code, nameOr(a.Label.In(l), code)}, nil
}

// question is the one that the address names; a text when it is still to be added.
func (a asking) question(c *gin.Context, b flowing) (form.Field, error) {
	code := c.Param("field")
	if code == "" {
		return form.Field{Type: form.Text}, nil
	}
	list, err := builder.Asked(b.draft.Body, a.Asker)
	if err != nil {
		return form.Field{}, err
	}
	for _, f := range list {
		if f.Code == code {
			return f, nil
		}
	}
	return form.Field{}, site.NotFound()
}

// applicantForm is the form of the workflow's service, as it is being written; empty where it has none.
func (p *Pages) applicantForm(c *gin.Context, b flowing) (form.Form, error) {
	if b.service.Form == "" {
		return form.Form{}, nil
	}
	d, err := p.Builder.Forms.Open(c.Request.Context(), gate.ActorOf(c), b.service.Form)
	return d.Body, err
}

// addressesIn are the questions of a form that ask for an address with its district.
func addressesIn(f form.Form, l i18n.Locale) []ui.Option {
	var out []ui.Option
	for _, one := range f.Named() {
		if _, ok := f.Field(one.Code + ".district"); ok {
			out = append(out, ui.Option{Value: one.Code, Label: nameOr(one.Label.In(l), one.Code)})
		}
	}
	return out
}

// before is what the question's condition can name.
func (p *Pages) before(c *gin.Context, b flowing, a asking) ([]form.Field, error) {
	applicant, err := p.applicantForm(c, b)
	return builder.BeforeQuestion(b.draft.Body, applicant, a.Asker, c.Param("field")), err
}

// questionEdit asks what an officer fills in: a new question, or that of the address.
func (p *Pages) questionEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l := gate.LocaleOf(c)
	a, err := askingOf(c, b, l)
	if err != nil {
		return err
	}
	f, err := a.question(c, b)
	if err != nil {
		return err
	}
	names, err := p.before(c, b, a)
	if err != nil {
		return err
	}
	heading := l.T("flow.new_question", "name", a.name)
	action := b.path + a.path + "/isian"
	if f.Code != "" {
		heading, action = l.T("builder.edit_field", "name", nameOr(f.Label.In(l), f.Code)), action+"/"+f.Code
	}
	s := sheet{l: l, t: t, kind: f.Type}
	if t.in.Values != nil {
		s.kind = form.Type(t.in.Get("kind"))
	}
	v := office.BuilderEditView{
		Shell: p.DeskShell(c, heading), Heading: heading, Service: b.service.Name.In(l) + " · " + a.name, Back: b.path + a.anchor, Action: action,
		Revision: b.draft.Revision, Errors: t.errs, Changed: p.changedText(c, t.refused, flowNames(b.draft.Body, l)), ChangedTitle: l.T("flow.changed"),
		Sections: withoutPrefill(s.field(f, names, form.Group, form.Person)), Names: namesView(names, l),
		Follow: ui.FormData{Names: `{"kind":"choice"}`, Answered: "[]", Today: p.Now().Format("2006-01-02")},
	}
	v.ErrorTitle = t.refused != nil
	return p.Render(c, status, office.BuilderEdit(v))
}

// withoutPrefill leaves out what is an applicant's alone.
func withoutPrefill(all []office.BuilderSection) []office.BuilderSection {
	for i := range all {
		all[i].Fields = slices.DeleteFunc(all[i].Fields, func(f ui.Field) bool { return f.Name == "prefill" })
	}
	return all
}

func (p *Pages) flowSaveQuestion(c *gin.Context) error {
	b, in, err := p.flowRead(c, "file_types")
	if err != nil {
		return err
	}
	a, err := askingOf(c, b, gate.LocaleOf(c))
	if err != nil {
		return err
	}
	code := c.Param("field")
	var old form.Field
	if code != "" {
		if old, err = a.question(c, b); err != nil {
			return err
		}
	}
	names, err := p.before(c, b, a)
	if err != nil {
		return err
	}
	f, bad := readField(in, old)
	if code == "" && in.Text("code") == "" {
		list, _ := builder.Asked(b.draft.Body, a.Asker)
		f.Code = freeCode(f.Code, func(s string) bool {
			return slices.ContainsFunc(list, func(other form.Field) bool { return other.Code == s })
		})
	}
	f.Prefill = old.Prefill // an officer has no earlier answers
	f.ShowIf, bad = showIf(in, names, bad)
	to := b.path + a.anchor
	if unseen(in, f.Type) {
		to = b.path + a.path + "/isian/" + f.Code // the kind has inputs of its own, which were not on the page yet
	}
	return p.flowTake(c, b, in, bad, flowStep{what: f.Code, to: to, labels: "builder.input.", isNew: code == "",
		do: builder.PutQuestion(a.Asker, code, f), again: p.questionEdit})
}

// questionArranged reads a button that moves or removes a question, such as "up asked-action approve/nomor".
func questionArranged(act, of, code string, by int) (builder.WorkflowChange, string, bool) {
	part, field, ok := strings.Cut(code, "/")
	a, at := builder.Asker{Action: part}, "#tindakan-"+part
	if of == "branch" {
		a, at = builder.Asker{Branch: part}, "#cabang-"+part
	}
	switch {
	case !ok || of != "branch" && of != "action":
	case by != 0:
		return builder.WorkflowChange{Act: builder.ActMove, What: field, Do: builder.MoveQuestion(a, field, by)}, at, true
	case act == "remove":
		return builder.WorkflowChange{Act: builder.ActRemove, What: field, Do: builder.RemoveQuestion(a, field)}, at, true
	}
	return builder.WorkflowChange{}, "", false
}

// letterAt reads which letter of an action the address names, counted from 0; a new one stands behind the last.
func letterAt(c *gin.Context, b flowing) (a workflow.Action, at int, err error) {
	a, ok := b.draft.Body.Action(c.Param("part"))
	if !ok {
		return a, 0, site.NotFound()
	}
	if c.Param("n") == "" {
		return a, len(a.Notify), nil
	}
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || n > len(a.Notify) {
		return a, 0, site.NotFound()
	}
	return a, n - 1, nil
}

// noticeEdit asks who is told what when an action is taken.
func (p *Pages) noticeEdit(c *gin.Context, status int, b flowing, t tryEdit) error {
	l := gate.LocaleOf(c)
	a, at, err := letterAt(c, b)
	if err != nil {
		return err
	}
	var n workflow.Notice
	name := nameOr(a.Label.In(l), a.Code)
	heading, path := l.T("flow.new_letter", "name", name), b.path+"/tindakan/"+a.Code+"/surat"
	if at < len(a.Notify) {
		n, heading, path = a.Notify[at], l.T("flow.edit_letter", "n", at+1, "name", name), path+"/"+strconv.Itoa(at+1)
	}
	s := flowSheet{sheet{l: l, t: t, flow: true}, b}
	to := append([]ui.Option{{Value: workflow.ToApplicant, Label: l.T("flow.by." + workflow.ByApplicant)}, {Value: workflow.ToHolder, Label: l.T("flow.holder")}}, b.roles...)
	v := office.BuilderEditView{
		Shell: p.DeskShell(c, heading), Heading: heading, Service: b.service.Name.In(l), Back: b.path + "#tindakan-" + a.Code, Action: path,
		Revision: b.draft.Revision, Errors: t.errs, Changed: p.changedText(c, t.refused, flowNames(b.draft.Body, l)), ChangedTitle: l.T("flow.changed"),
		Sections: []office.BuilderSection{{Text: l.T("flow.letter_text"), Fields: []ui.Field{
			s.choose("notice_to", n.To, to), s.optional(s.choose("notice_agency", n.Agency, b.agencies)),
			s.text("notice_title_id", n.Title[i18n.ID]), s.text("notice_title_en", n.Title[i18n.EN]),
			s.input("long_text", "notice_body_id", n.Body[i18n.ID]), s.input("long_text", "notice_body_en", n.Body[i18n.EN]),
		}}},
	}
	v.ErrorTitle = t.refused != nil
	return p.Render(c, status, office.BuilderEdit(v))
}

// noticeInput is the input in which a property of a letter is mended.
func noticeInput(property string) string {
	if property == "title" || property == "body" {
		property += "_id"
	}
	return "notice_" + property
}

func (p *Pages) flowSaveNotice(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	a, at, err := letterAt(c, b)
	if err != nil {
		return err
	}
	bad := site.Missing(in, "notice_to", "notice_title_id", "notice_title_en", "notice_body_id", "notice_body_en")
	n := workflow.Notice{To: in.Text("notice_to"), Title: in.BothLines("notice_title"), Body: in.Both("notice_body")}
	if n.To != workflow.ToApplicant && n.To != workflow.ToHolder {
		n.Agency = in.Text("notice_agency") // the others are found without one
	}
	return p.flowTake(c, b, in, bad, flowStep{what: "surat-" + strconv.Itoa(at+1), to: b.path + "#tindakan-" + a.Code, labels: "flow.input.",
		isNew: c.Param("n") == "", do: builder.PutNotice(a.Code, at, n), again: p.noticeEdit})
}
