package application

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// bySystem is who takes the steps that a workflow takes by itself.
func bySystem() identity.Actor { return identity.Actor{Kind: identity.Kind(audit.System)} }

// Arrive does what a state asks for as soon as an application has come to it: offices are asked, timers set, and the step
// that follows at once is taken. What was asked for in the state before is no longer.
func (s *Service) Arrive(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow) error {
	if !wf.Waits() {
		return nil
	}
	now, state := app.UpdatedAt, workflow.State{}
	if state, _ = wf.State(app.State); !app.Open() {
		state.Branches = nil
	}
	if err := workflow.Withdraw(ctx, tx, app.Matter(), now); err != nil {
		return err
	}
	cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
	if err != nil {
		return err
	}
	if err := s.askAgain(ctx, tx, *app, wf, state); err != nil {
		return err
	}
	tasks, err := workflow.Ask(ctx, tx, app.Matter(), state, app.Version, now, s.office(ctx, tx, *app))
	if err != nil {
		return err
	}
	for _, t := range tasks {
		err := event.Publish(ctx, tx, s.Deps.Bus, event.TaskOpened{TaskID: t.ID, ApplicationID: app.ID, ServiceCode: app.ServiceCode, AgencyCode: t.AgencyCode, At: now})
		if err != nil {
			return err
		}
	}
	if err := workflow.SetTimers(ctx, tx, app.Matter(), wf, app.State, tasks, cal, now); err != nil {
		return err
	}
	k, err := s.Know(ctx, tx, *app, wf)
	if err != nil {
		return err
	}
	if err := fee.Drop(ctx, tx, SubjectKind, app.ID); err != nil {
		return err
	}
	for _, a := range wf.Offered(app.State, workflow.BySystem) {
		if k.Standing.Entered(a) {
			return s.TakeItself(ctx, tx, app, wf, a)
		}
	}
	if state.Fee == nil || !app.Open() {
		return nil
	}
	return s.openFee(ctx, tx, app, wf, *state.Fee, k, cal)
}

// TakeItself takes a step of the system's on a locked application. The workflow's message is its reason.
func (s *Service) TakeItself(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, a workflow.Action) error {
	return s.Take(ctx, tx, app, Step{
		Workflow: wf, Action: a, Actor: bySystem(), Reason: a.Message.In(i18n.Locale(app.Locale)), From: app.State, At: s.Now(),
	})
}

// askAgain empties what offices answered when they were asked the same before, so that no condition mistakes it for the
// answer to come.
func (s *Service) askAgain(ctx context.Context, tx bun.IDB, app Application, wf *workflow.Workflow, state workflow.State) error {
	if len(state.Branches) == 0 {
		return nil
	}
	earlier, err := workflow.Tasks(ctx, tx, app.Matter())
	if err != nil {
		return err
	}
	sheet, err := s.Sheet(ctx, tx, app, wf)
	if err != nil {
		return err
	}
	emptied := map[string]bool{}
	for _, t := range earlier {
		if _, again := state.Branch(t.Branch); !again || t.Outcome == "" || emptied[t.Branch] {
			continue
		}
		emptied[t.Branch] = true
		empty := workflow.Answer{Page: workflow.BranchPage(t.Branch), Version: app.Version, At: app.UpdatedAt}
		if err := s.Records().Put(ctx, tx, app.Matter(), sheet, empty); err != nil {
			return err
		}
	}
	return nil
}

// office finds the agency that a branch is asked of: that of the address that it names, else the one that it names, else the
// application's own.
func (s *Service) office(ctx context.Context, tx bun.IDB, app Application) func(workflow.Branch) (workflow.Office, error) {
	return func(b workflow.Branch) (workflow.Office, error) {
		out := workflow.Office{Code: app.AgencyCode, Name: app.AgencyName}
		code := b.Agency
		if b.Office != "" {
			answers, err := s.Answers(ctx, app)
			if err != nil {
				return out, err
			}
			near, ok, err := s.Deps.Standards.OfficeAt(ctx, tx, answers.Get(b.Office+".district"), answers.Get(b.Office+".subdistrict"))
			if err != nil {
				return out, err
			}
			if ok {
				code = near.Code
			}
		}
		if code != "" && code != app.AgencyCode {
			var rows []struct {
				Name i18n.Text `bun:"name,type:jsonb"`
			}
			err := tx.NewRaw("SELECT name FROM v_agency WHERE tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Scan(ctx, &rows)
			if err != nil {
				return out, err
			}
			out = workflow.Office{Code: code, Name: i18n.Text{i18n.ID: code}}
			if len(rows) > 0 {
				out.Name = rows[0].Name
			}
		}
		var err error
		out.Calendar, err = calendar.Hold(ctx, tx, out.Code)
		return out, err
	}
}

// Joined takes the step by which the branches of an application's state join, if they do now.
func (s *Service) Joined(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, round int) error {
	tasks, err := workflow.Tasks(ctx, tx, app.Matter())
	if err != nil {
		return err
	}
	k, err := s.Know(ctx, tx, *app, wf)
	if err != nil {
		return err
	}
	if a, ok := wf.Joined(app.State, workflow.Asked(tasks, round), k.Standing.Holds); ok {
		return s.TakeItself(ctx, tx, app, wf, a)
	}
	return nil
}
