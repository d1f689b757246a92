package casework

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/files"
	forms "bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Detail is one application as its reader may see it.
type Detail struct {
	Application application.Application
	State       workflow.State
	Workflow    *workflow.Workflow // names the states of the timeline; do not change it
	Pages       []PageAnswers
	Warnings    []fault.Field       // what an officer should look at twice; none for the applicant
	Timeline    []application.Event // what is public, for the applicant; an officer sees everything
	Documents   []document.Document
	Actions     []workflow.Action            // that this reader may take now
	Prices      map[string]application.Price // what those of Actions will have the applicant pay that they take themselves, by code
	Late        bool
	MayReveal   bool
	MayAssign   bool
	MayWork     bool                  // and not only read, because another agency was asked something of it
	StandIn     string                // who stands in today for the officer who has it
	Joint       []JointTask           // what offices were asked, the latest round last
	Office      []PageAnswers         // what the office answered; none for the applicant
	Asks        map[string]forms.Page // what each of Actions and of the open tasks asks now, by its page of the sheet
	Fees        []fee.Fee             // what the applicant is or was asked to pay
	Obstacle    *Obstacle             // what keeps the system from going on by itself, for staff; nil for nothing
	Held        bool                  // by a colleague: none of its steps is this reader's until it is taken over
}

// PageAnswers is one page of the form with what was answered.
type PageAnswers struct {
	Code   string
	Title  i18n.Text
	Fields []Answer
}

// Answer is one question with its answer, in the reader's language.
type Answer struct {
	Code      string
	Label     i18n.Text
	Type      forms.Type
	Text      string // masked when Masked
	Masked    bool
	Files     []files.File
	Corrected bool   // an officer asked for it to be corrected
	Before    string // what it was when a correction was asked for, if it has changed since; masked when Masked; for staff
}

// Get returns an application with its answers, story and documents. Residents get their own; staff with
// application:read those of their agency, with sensitive answers masked and drafts left out. Anything else is NotFound
// "application.not_found".
func (s *Service) Get(ctx context.Context, actor identity.Actor, id uuid.UUID) (Detail, error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return Detail{}, err
	}
	db, own := s.Deps.DB.App, actor.Kind == identity.Resident
	d := Detail{Late: app.Late(s.Now())}
	wf, err := s.Workflow(ctx, db, app)
	if err != nil {
		return Detail{}, err
	}
	d.Workflow = wf
	d.State, _ = wf.State(app.State)
	if d.Pages, d.Warnings, err = s.answered(ctx, app, !own); err != nil {
		return Detail{}, err
	}
	if d.Timeline, err = application.Events(ctx, db, app, own); err != nil {
		return Detail{}, err
	}
	if d.Documents, err = s.Deps.Documents.Of(ctx, db, app.Subject()); err != nil {
		return Detail{}, err
	}
	if own { // what waits for its signature is not there yet
		d.Documents = slices.DeleteFunc(d.Documents, func(x document.Document) bool { return x.Status == document.Unsigned })
	}
	d.Application = app
	d.Application.BeforeAnswers, d.Application.BeforeSealed = nil, nil
	d.Application.Answers, d.Application.Sealed = nil, nil // Pages hold them, as far as this reader may see
	if own {
		d.Warnings, d.Application.AssigneeName = nil, ""
		for i := range d.Timeline {
			if d.Timeline[i].ActorID != actor.ID {
				d.Timeline[i].ActorID, d.Timeline[i].ActorName = uuid.Nil, ""
			}
		}
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return Detail{}, err
	}
	d.MayWork = owns(r, app)
	if !own && app.Open() && app.HeldByOther(actor.ID) {
		over, err := s.overHolder(ctx, actor, app.AssigneeID)
		if err != nil {
			return Detail{}, err
		}
		d.Held = d.MayWork && !over
	}
	if !own && app.Open() && app.AssigneeID.Valid {
		a, away, err := absence.StandIn(ctx, db, app.AssigneeID.UUID, s.Now())
		if err != nil {
			return Detail{}, err
		}
		if away {
			d.StandIn = a.SubstituteName
		}
	}
	if !own {
		if d.Obstacle, err = s.obstacleOf(ctx, app); err != nil {
			return Detail{}, err
		}
	}
	if err := s.steps(ctx, actor, r, app, &d); err != nil {
		return Detail{}, err
	}
	d.MayReveal = !own && s.Deps.Guard.Allow(ctx, actor, access.ApplicationReveal) == nil
	d.MayAssign = !own && app.Open() && d.MayWork && s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign) == nil
	return d, nil
}

// answered lays an application's answers out as the form does, and judges them again for the officer.
func (s *Service) answered(ctx context.Context, app application.Application, masked bool) ([]PageAnswers, []fault.Field, error) {
	form, err := s.Form(ctx, s.Deps.DB.App, app)
	if err != nil {
		return nil, nil, err
	}
	answers, err := s.Answers(ctx, app)
	if err != nil {
		return nil, nil, err
	}
	before, err := s.Before(ctx, app)
	if err != nil {
		return nil, nil, err
	}
	attached, err := s.FilesOf(ctx, s.Deps.DB.App, app)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.AsOf(ctx, s.Deps.DB.App, app, form)
	if err != nil {
		return nil, nil, err
	}
	c := forms.NewChecker(form, at)
	c.All(answers, application.Counts(attached))
	l := i18n.From(ctx)
	var pages []PageAnswers
	for _, p := range form.Ask(answers, application.Counts(attached), at).Pages {
		page := PageAnswers{Code: p.Code, Title: p.Title}
		for _, f := range p.Fields {
			if !f.Answered() {
				continue
			}
			a := answerTo(f, answers[f.Code], attached[f.Code], l)
			a.Corrected = app.Correction != nil && app.Editable(f.Code) && len(app.Correction.Fields) > 0
			if masked && before != nil && !slices.Equal(before[f.Code], answers[f.Code]) {
				a.Before = f.Display(before[f.Code], l)
			}
			if masked && f.Sensitive && a.Text != "" {
				a.Text, a.Masked = f.Mask(a.Text), true
			}
			if masked && f.Sensitive && a.Before != "" {
				a.Before, a.Masked = f.Mask(a.Before), true
			}
			page.Fields = append(page.Fields, a)
		}
		if len(page.Fields) > 0 {
			pages = append(pages, page)
		}
	}
	return pages, c.Warnings, nil
}

// mineLimit bounds what is read of a resident's list to choose from.
const mineLimit = 200

// Mine lists a resident's newest applications, drafts too, the newest first.
func (s *Service) Mine(ctx context.Context, actor identity.Actor) ([]application.Application, error) {
	return s.MineAfter(ctx, actor, uuid.Nil, mineLimit)
}

// MineAfter is Mine page by page: up to limit behind the application of this id; uuid.Nil begins.
func (s *Service) MineAfter(ctx context.Context, actor identity.Actor, after uuid.UUID, limit int) ([]application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	var all []application.Application
	q := application.WithoutAnswers(s.Deps.DB.App, &all).Where("a.tenant_id = ? AND a.account_id = ?", tenancy.Must(ctx), actor.ID)
	if after != uuid.Nil {
		q = q.Where("a.id < ?", after)
	}
	if err := q.OrderExpr("a.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("casework: mine: %w", err)
	}
	return all, nil
}

// MinePage is Mine page by page: what is open or what is over, after the one of this id; uuid.Nil begins.
func (s *Service) MinePage(ctx context.Context, actor identity.Actor, over bool, after uuid.UUID, limit int) ([]application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	var all []application.Application
	q := application.WithoutAnswers(s.Deps.DB.App, &all).Where("a.tenant_id = ? AND a.account_id = ?", tenancy.Must(ctx), actor.ID)
	if over {
		q = q.Where("a.closed_at IS NOT NULL")
	} else {
		q = q.Where("a.closed_at IS NULL")
	}
	if after != uuid.Nil {
		q = q.Where("a.id < ?", after)
	}
	if err := q.OrderExpr("a.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("casework: mine: %w", err)
	}
	return all, nil
}

// Status returns the state of an application in its workflow's words, for lists.
func (s *Service) Status(ctx context.Context, app application.Application) (workflow.State, error) {
	if app.Draft() {
		return workflow.State{Code: workflow.Draft, Stage: workflow.StageDraft, Clock: workflow.Stopped}, nil
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	if err != nil {
		return workflow.State{}, err
	}
	state, _ := wf.State(app.State)
	return state, nil
}
