package builder

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/uptrace/bun"
	"gopkg.in/yaml.v3"

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
		// Its text gives each problem the line on which its author finds it in WorkflowText.
		text, err := WorkflowText(w)
		if err != nil {
			return nil, err
		}
		c, err := pack.Read(w.Code, []byte(text), new(workflow.Workflow))
		if err != nil {
			return nil, err
		}
		w.Check(c, r)
		return found(c), nil
	}, nil
}

// WorkflowText is a workflow as YAML, in the shape of a pack's file.
func WorkflowText(w workflow.Workflow) (string, error) {
	raw, err := json.Marshal(w) // which leaves out what is not said, and is YAML
	if err != nil {
		return "", err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return "", err
	}
	plain(&root)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return "", err
	}
	return b.String(), e.Close()
}

// plain takes the braces and quotes of JSON away, where YAML does without them.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}

// MostText is how long the text of a workflow may be, in bytes.
const MostText = 200 << 10

// ReadWorkflow reads what WorkflowText writes. It refuses what cannot be read with the problems and their lines ("pack.invalid").
func ReadWorkflow(code, text string) (workflow.Workflow, error) {
	var w workflow.Workflow
	if len(text) > MostText {
		return w, fault.Wrap(fault.Invalid, "pack.invalid", pack.Problems{{File: code, Code: "file_too_large", Args: []any{"max", MostText >> 10}}})
	}
	if _, err := pack.Read(code, []byte(text), &w); err != nil {
		return w, err
	}
	w.Code = code
	return w, nil
}
