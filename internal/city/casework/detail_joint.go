package casework

import (
	"context"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/files"
	forms "bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// JointTask is what one office was asked of an application. An applicant sees which office it is, until when it is to
// answer, and that it has; not what.
type JointTask struct {
	workflow.Task
	Ask       workflow.Branch
	Late      bool
	Mine      bool // of the reader's office
	MayAnswer bool
	Held      bool // by a colleague: it is to be taken over first
}

// steps lays out what the reader may do now, and what the office has answered.
func (s *Service) steps(ctx context.Context, actor identity.Actor, r access.Reach, app application.Application, d *Detail) error {
	if app.Draft() {
		return nil
	}
	db, own := s.Deps.DB.App, actor.Kind == identity.Resident
	k, err := s.Know(ctx, db, app, d.Workflow)
	if err != nil {
		return err
	}
	d.Asks, d.Prices = map[string]forms.Page{}, map[string]application.Price{}
	for _, a := range d.Workflow.Offered(app.State, actorOf(actor)) {
		if d.Held || !k.Standing.Holds(a) || s.mayTake(ctx, actor, r, app, a) != nil {
			continue
		}
		d.Actions = append(d.Actions, a)
		if p, ok := k.Price(d.Workflow, a); ok {
			d.Prices[a.Code] = p
		}
		if p, ok := k.Standing.Page(workflow.ActionPage(a.Code)); ok {
			d.Asks[p.Code] = p
		}
	}
	if !own {
		d.Office = officeAnswers(k, i18n.From(ctx))
	}
	if !d.Workflow.Waits() {
		return nil
	}
	if d.Fees, err = fee.Of(ctx, db, application.SubjectKind, app.ID); err != nil {
		return err
	}
	tasks, err := workflow.Tasks(ctx, db, app.Matter())
	if err != nil {
		return err
	}
	for _, t := range tasks {
		state, _ := d.Workflow.State(t.State)
		branch, _ := state.Branch(t.Branch)
		j := JointTask{Task: t, Ask: branch, Late: t.Late(s.Now())}
		if own {
			j.AssigneeName, j.ClosedName, j.Outcome, j.Reason, j.Refused = "", "", "", "", false
		} else {
			j.Mine = r.City() || r.Agency() == t.AgencyCode
			if t.Status == workflow.TaskOpen && t.HeldByOther(actor.ID) {
				over, err := s.overHolder(ctx, actor, t.AssigneeID)
				if err != nil {
					return err
				}
				j.Held = !over
			}
			j.MayAnswer = j.Mine && t.Status == workflow.TaskOpen && !j.Held && s.Deps.Guard.Allow(ctx, actor, branch.Permission) == nil
		}
		if p, ok := k.Standing.Page(workflow.BranchPage(t.Branch)); ok && j.MayAnswer {
			d.Asks[p.Code] = p
		}
		d.Joint = append(d.Joint, j)
	}
	return nil
}

// officeAnswers lays out what the office has answered, page by page of the sheet, rows and blocks taken apart.
func officeAnswers(k application.Known, l i18n.Locale) []PageAnswers {
	var out []PageAnswers
	for _, p := range k.Sheet.Office() {
		page := PageAnswers{Code: p.Code, Title: p.Title}
		asked, _ := k.Standing.Page(p.Code)
		for _, f := range asked.Fields {
			v, attached := k.Office.Answers[f.Code], k.Office.Files[f.Code]
			if !f.Answered() || len(v) == 0 && len(attached) == 0 {
				continue
			}
			a := answerTo(f, v, attached, l)
			if f.Sensitive && a.Text != "" {
				a.Text, a.Masked = f.Mask(a.Text), true
			}
			page.Fields = append(page.Fields, a)
		}
		if len(page.Fields) > 0 {
			out = append(out, page)
		}
	}
	return out
}

func answerTo(f forms.Field, v []string, attached []files.File, l i18n.Locale) Answer {
	return Answer{Code: f.Code, Label: f.Title(), Type: f.Type, Text: f.Display(v, l), Files: attached}
}
