package builder

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workflow"
)

// Workflows keeps the published versions of workflows; casework does.
type Workflows interface {
	// LatestWorkflow returns the newest version of a workflow, or NotFound "casework.no_definition".
	LatestWorkflow(ctx context.Context, tx bun.IDB, code string) (workflow.Workflow, error)
	// IssueWorkflow makes w the newest version, of the city's own making, and returns its number.
	IssueWorkflow(ctx context.Context, tx bun.IDB, w workflow.Workflow) (int, error)
	// WorkflowRules are what the workflow is held to, apart from the city's roles.
	WorkflowRules(ctx context.Context, tx bun.IDB, code string) (workflow.Rules, error)
}

// WorkflowChange is one step of a workflow.
type WorkflowChange = Edit[workflow.Workflow]

func (d Deps) latestWorkflow(ctx context.Context, db bun.IDB, code string) (workflow.Workflow, int, error) {
	w, err := d.Workflows.LatestWorkflow(ctx, db, code)
	if fault.Is(err, "casework.no_definition") {
		return workflow.Workflow{Code: code}, 0, nil
	}
	return w, w.Version, err
}

func (d Deps) issueWorkflow(ctx context.Context, tx bun.IDB, code string, w workflow.Workflow) (int, error) {
	w.Code = code
	return d.Workflows.IssueWorkflow(ctx, tx, w)
}

func (d Deps) workflowChecker(ctx context.Context) (check[workflow.Workflow], error) {
	all, err := d.Guard.Roles(ctx)
	if err != nil {
		return nil, err
	}
	roles := make([]workflow.Role, len(all))
	for i, r := range all {
		roles[i] = workflow.Role{Code: r.Code, May: r.Permissions}
	}
	return func(ctx context.Context, db bun.IDB, w workflow.Workflow) (pack.Problems, error) {
		r, err := d.Workflows.WorkflowRules(ctx, db, w.Code)
		if err != nil {
			return nil, err
		}
		r.Roles = roles
		w.Version = max(w.Version, 1) // it gets its number when it is published
		c, err := written(w.Code, w)
		if err != nil {
			return nil, err
		}
		w.Check(c, r)
		wrong, err := d.rateProblems(ctx, db, w.Rates(r.Forms))
		return append(found(c), wrong...), err
	}, nil
}
