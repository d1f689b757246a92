package editor

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// flowText shows the whole workflow as text, in which everything can be said.
func (p *Pages) flowText(c *gin.Context) error {
	b, err := p.flowing(c)
	if err != nil {
		return err
	}
	return p.flowTextView(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) flowTextView(c *gin.Context, status int, b flowing, t tryEdit) error {
	l := gate.LocaleOf(c)
	text, err := builder.Text(b.draft.Body)
	if err != nil {
		return err
	}
	v := p.textView(c, t, l.T("flow.advanced_text"), l.T("flow.changed"), flowNames(b.draft.Body, l))
	v.Service, v.Path, v.Revision, v.Field = b.service.Name.In(l), b.path, b.draft.Revision, sheet{l: l, t: t, flow: true}.input("long_text", "text", text)
	if t.refused == nil {
		v.Problems = flowProblems(b, l)
	}
	return p.Render(c, status, office.DefinitionText(v))
}

// textView is what the pages of a form and of a workflow as text have alike.
func (p *Pages) textView(c *gin.Context, t tryEdit, lead, changed string, names map[string]string) office.DefinitionTextView {
	v := office.DefinitionTextView{Shell: p.DeskShell(c, gate.LocaleOf(c).T("flow.advanced")), Lead: lead, ChangedTitle: changed, Changed: p.changedText(c, t.refused, names), Errors: t.errs}
	v.ErrorTitle = t.refused != nil
	return v
}

// misread are the lines of a text that cannot be read; nil where that is not what err is about.
func misread(err error, l i18n.Locale) ui.Errors {
	var found pack.Problems
	if !errors.As(err, &found) {
		return nil
	}
	var out ui.Errors
	for _, x := range found {
		line := l.T("pack.problem."+x.Code, x.Args...)
		if x.Line > 0 {
			line = l.T("flow.place.line", "n", x.Line) + ": " + line
		}
		out = append(out, ui.FieldError{Name: "text", Text: line})
	}
	return out
}

// flowSaveText takes the text as the draft: what cannot be read is refused with its lines, what is merely wrong is kept and
// listed, as every other step.
func (p *Pages) flowSaveText(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	w, err := builder.ReadText[workflow.Workflow](b.service.Workflow, in.Get("text"))
	if errs := misread(err, gate.LocaleOf(c)); errs != nil {
		return p.flowTextView(c, http.StatusUnprocessableEntity, b, tryEdit{in: in, refused: err, errs: errs})
	}
	if err == nil {
		change := builder.WorkflowChange{Code: b.service.Workflow, Revision: in.Revision(), Act: builder.ActEdit, What: b.service.Workflow, Do: builder.Rewrite(w)}
		_, err = p.Builder.Workflows.Change(c.Request.Context(), gate.ActorOf(c), change)
	}
	if err == nil {
		return p.Done(c, b.path, "form_saved")
	}
	if fault.From(err).Kind != fault.Conflict {
		return err
	}
	fresh, failed := p.flowing(c)
	if failed != nil {
		return failed
	}
	return p.flowTextView(c, http.StatusConflict, fresh, tryEdit{in: in, refused: err})
}
