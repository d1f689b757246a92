package editor

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
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
	text, err := builder.WorkflowText(b.draft.Body)
	if err != nil {
		return err
	}
	v := office.WorkflowTextView{Shell: p.DeskShell(c, l.T("flow.advanced")), Service: b.service.Name.In(l), Path: b.path, Revision: b.draft.Revision,
		Changed: p.changedText(c, t.refused), Errors: t.errs, Field: sheet{l: l, t: t, flow: true}.input("long_text", "text", text)}
	if t.refused == nil {
		v.Problems = flowProblems(b, l)
	}
	v.ErrorTitle = t.refused != nil
	return p.Render(c, status, office.WorkflowText(v))
}

// flowSaveText takes the text as the draft: what cannot be read is refused with its lines, what is merely wrong is kept and
// listed, as every other step.
func (p *Pages) flowSaveText(c *gin.Context) error {
	b, in, err := p.flowRead(c)
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	w, err := builder.ReadWorkflow(b.service.Workflow, in.Get("text"))
	var found pack.Problems
	if errors.As(err, &found) {
		t := tryEdit{in: in, refused: err}
		for _, x := range found {
			line := l.T("pack.problem."+x.Code, x.Args...)
			if x.Line > 0 {
				line = l.T("flow.place.line", "n", x.Line) + ": " + line
			}
			t.errs = append(t.errs, ui.FieldError{Name: "text", Text: line})
		}
		return p.flowTextView(c, http.StatusUnprocessableEntity, b, t)
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
