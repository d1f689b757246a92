package desk

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
)

// seen is the version of the case that the form was made for.
func seen(in site.Form) (int, error) {
	n, err := strconv.Atoi(in.Get("version"))
	if err != nil || n < 1 {
		return 0, site.Invalid("version", "invalid")
	}
	return n, nil
}

// deskAct takes a step of the workflow. A refusal shows the case as it is now, with everything that was typed.
func (p *Pages) deskAct(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, answers, uploads, done, err := queue.ReadAct(c, "fields")
	defer done()
	t := try{action: in.Text("action"), reason: in.Text("reason"), fields: in.Values["fields"], typed: answers}
	if err == nil {
		t.version, err = seen(in)
	}
	if err == nil {
		pressed, err := p.pressed(c, in, func(d casework.Detail) form.Page { return d.Asks[workflow.ActionPage(t.action)] }, &t)
		if err != nil {
			return err
		}
		if t.phrase = c.Query(phraseName); !pressed && t.phrase != "" {
			d, err := p.Casework.Get(c.Request.Context(), gate.ActorOf(c), id)
			if err != nil {
				return err
			}
			pressed = t.version == d.Application.Version // else the step itself tells what a colleague did
		}
		if pressed {
			return p.casePage(c, http.StatusOK, t)
		}
	}
	var before, app application.Application
	if err == nil {
		before, err = application.Get(c.Request.Context(), p.DB.App, id)
	}
	if err == nil {
		app, err = p.Casework.Act(c.Request.Context(), gate.ActorOf(c), casework.ActInput{
			ID: id, Action: t.action, Version: t.version, Reason: t.reason, Fields: t.fields,
			Answers: answers, Files: uploads,
		})
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	if len(answers[workflow.PaidAmount]) > 0 {
		return p.DoneWith(c, sameCase(c, id, ""), "paid", app.Number)
	}
	return p.DoneWith(c, sameCase(c, id, ""), acted(before.Stage, app.Stage), app.Number)
}

// acted names the sentence for a step by where it led; a step within a stage, or back into the review, has the general one.
func acted(from, to workflow.Stage) string {
	switch {
	case from == to, to == workflow.StageInReview && from != workflow.StageReceived:
		return "acted"
	}
	switch to {
	case workflow.StageInReview, workflow.StageNeedsCorrection, workflow.StageApproved, workflow.StageRejected, workflow.StageCompleted:
		return "acted_" + string(to)
	}
	return "acted"
}

// caseAgain answers a refusal with the case: what is wrong with the form, or what a colleague did meanwhile.
func (p *Pages) caseAgain(c *gin.Context, err error, t try) error {
	if f := fault.From(err); f.Kind == fault.Conflict {
		t.changed = f
		return p.casePage(c, http.StatusConflict, t)
	}
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	labels := map[string]string{"outcome": "tasks.outcome"}
	if t.hand != "" {
		labels["reason"] = "hand.why_label"
	}
	errs = site.Called(c, errs, labels)
	for i, e := range errs {
		switch e.Name {
		case "reason", "fields", "officer", "note", "outcome", "amount":
		case "version", "action", "":
			errs[i].Name = ""
		default:
			if t.typed != nil {
				errs[i].Name = queue.AskedPrefix + e.Name
				continue
			}
			errs[i].Name = "" // of a hidden field: there is nothing to lead to
		}
	}
	t.errors = errs
	return p.casePage(c, status, t)
}

// deskClaim takes a case for the officer, from its own page or from the list, to which the officer comes back; from a
// colleague only where the form says so.
func (p *Pages) deskClaim(c *gin.Context) error {
	return p.deskHand(c, "claimed", func(id uuid.UUID, version int, in site.Form) (application.Application, error) {
		return p.Casework.Claim(c.Request.Context(), gate.ActorOf(c), id, version, in.Yes("take_over"), in.Text("reason"))
	})
}

// deskRelease puts a case back for everyone.
func (p *Pages) deskRelease(c *gin.Context) error {
	return p.deskHand(c, "released", func(id uuid.UUID, version int, in site.Form) (application.Application, error) {
		return p.Casework.Release(c.Request.Context(), gate.ActorOf(c), id, version, in.Text("reason"))
	})
}

// deskAssign gives a case to an officer of its agency.
func (p *Pages) deskAssign(c *gin.Context) error {
	return p.deskHand(c, "assigned", func(id uuid.UUID, version int, in site.Form) (application.Application, error) {
		officer, err := uuid.Parse(in.Text("officer"))
		if err != nil {
			return application.Application{}, site.Invalid("officer", "not_an_option")
		}
		return p.Casework.Assign(c.Request.Context(), gate.ActorOf(c), id, officer, version, in.Text("reason"))
	})
}

// deskHand changes who works on a case.
func (p *Pages) deskHand(c *gin.Context, sentence string, change func(id uuid.UUID, version int, in site.Form) (application.Application, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	t := try{hand: sentence, officer: in.Text("officer"), reason: in.Text("reason")}
	if err == nil {
		t.version, err = seen(in)
	}
	var app application.Application
	if err == nil {
		app, err = change(id, t.version, in)
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	return p.DoneWith(c, site.LocalPath(in.Get("next"), sameCase(c, id, "")), sentence, app.Number)
}

// deskNote adds words that only the office sees.
func (p *Pages) deskNote(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	t := try{note: in.Text("note")}
	if err == nil {
		err = p.Casework.Note(c.Request.Context(), gate.ActorOf(c), id, t.note, in.Key())
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	d, err := p.Casework.Get(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return p.DoneWith(c, sameCase(c, id, ""), "noted", d.Application.Number)
}

// deskReveal shows one masked answer, this once: it is in the answer to this form and nowhere else, and that it was
// read is on the record.
func (p *Pages) deskReveal(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	t := try{revealed: c.Param("field")}
	if t.value, err = p.Casework.Reveal(c.Request.Context(), gate.ActorOf(c), id, t.revealed); err != nil {
		return err
	}
	return p.casePage(c, http.StatusOK, t)
}
