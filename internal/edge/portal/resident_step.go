package portal

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// tryStep is a step of the applicant's that was refused, with what they wrote.
type tryStep struct {
	action, reason string
	errs           ui.Errors
}

// stepsOf are the steps that the workflow leaves to the applicant now, besides a correction and a withdrawal, which have
// places of their own.
func stepsOf(d casework.Detail, t tryStep, l i18n.Locale) []resident.Step {
	var out []resident.Step
	for _, a := range d.Actions {
		if !d.Application.Steps(d.Workflow, a) {
			continue
		}
		x := resident.Step{Action: a.Code, Label: a.Label.In(l)}
		if price, ok := d.Prices[a.Code]; ok {
			x.Price, x.Basis = l.T("detail.step_price", "title", price.Title.In(l), "amount", price.Amount.String()), price.Basis
		}
		if a.Reason != workflow.ReasonNone {
			x.Reason = &ui.Field{Name: noteOf(a.Code), Type: "long_text", Label: l.T("detail.step_reason"), Optional: a.Reason == workflow.ReasonOptional, Max: 2000}
		}
		if x.Reason != nil && a.Code == t.action {
			x.Reason.Value, x.Reason.Error = t.reason, t.errs.Of(noteOf(a.Code))
		}
		out = append(out, x)
	}
	return out
}

// step takes a step of the applicant's. One that was chosen on a page of an earlier version, such as an agreement to a sum
// that has been worked out anew, is refused with the page as it is now.
func (p *Portal) step(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	action := in.Text("action")
	note := noteOf(action)
	version, err := strconv.Atoi(in.Get("version"))
	if err != nil || version < 1 {
		return site.Invalid("version", "invalid")
	}
	_, err = p.Casework.Step(c.Request.Context(), gate.ActorOf(c), casework.ActInput{ID: id, Action: action, Version: version, Reason: in.Get(note)})
	if err == nil {
		return p.Done(c, own(id, ""), "step_taken")
	}
	if fault.Is(err, "application.changed") {
		return p.storyView(c, http.StatusConflict, id, tryStep{action, in.Get(note), ui.Errors{{Text: gate.LocaleOf(c).T("detail.step_changed")}}})
	}
	errs, status, refused := site.Refused(c, err, "")
	if !refused {
		return err
	}
	for i, e := range errs {
		if e.Name == "reason" {
			errs[i].Name, errs[i].Label = note, gate.LocaleOf(c).T("detail.step_reason")
		}
	}
	return p.storyView(c, status, id, tryStep{action, in.Get(note), errs})
}

// noteOf is the input of the words that go with a step: a page may offer several.
func noteOf(action string) string { return "note_" + action }
