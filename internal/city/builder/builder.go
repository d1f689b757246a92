// Package builder is where a city's administrator writes a form or a workflow without a programmer: a draft of the next
// version, changed a step at a time, looked at, and published when nothing is wrong with it.
//
// There is one draft per definition and city. Every step names the revision of the draft that its author saw, so two
// administrators never undo each other unseen: the second hears who changed what. A published version is never changed;
// applications keep the one that they were started with. What the city has published is no longer touched by its pack.
package builder

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Forms keeps the published versions of forms; casework does.
type Forms interface {
	// Latest returns the newest version of a form, or NotFound "casework.no_definition".
	Latest(ctx context.Context, tx bun.IDB, code string) (form.Form, error)
	// Issue makes f the newest version, of the city's own making, and returns its number.
	Issue(ctx context.Context, tx bun.IDB, f form.Form) (int, error)
}

// MadeWith lists the agencies whose services are made with a "form" or "workflow"; the catalogue does.
type MadeWith func(ctx context.Context, db bun.IDB, kind, code string) ([]string, error)

// Deps is what the builder is made from.
type Deps struct {
	DB        *storage.DB
	Guard     *access.Guard
	Forms     Forms
	Workflows Workflows
	Reserved  []string         // codes that no field may have
	MadeWith  MadeWith         // none when nil
	Now       func() time.Time // time.Now when nil
}

// Service is the builder of every city.
type Service struct {
	Forms     *Drafts[form.Form]
	Workflows *Drafts[workflow.Workflow]
}

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{
		Forms:     &Drafts[form.Form]{d: d, of: kind[form.Form]{name: "form", table: "form_draft", latest: d.latestForm, issue: d.issueForm, checker: d.formChecker}},
		Workflows: &Drafts[workflow.Workflow]{d: d, of: kind[workflow.Workflow]{name: "workflow", table: "workflow_draft", latest: d.latestWorkflow, issue: d.issueWorkflow, checker: d.workflowChecker}},
	}
}

// Change is one step of a form.
type Change = Edit[form.Form]

func (d Deps) latestForm(ctx context.Context, db bun.IDB, code string) (form.Form, int, error) {
	f, err := d.Forms.Latest(ctx, db, code)
	if fault.Is(err, "casework.no_definition") {
		return form.Form{Code: code}, 0, nil
	}
	return f, f.Version, err
}

func (d Deps) issueForm(ctx context.Context, tx bun.IDB, _ string, f form.Form) (int, error) {
	if named := f.RateTables(); len(named) > 0 {
		f.Tariffs = named // what its formulas go by, which their author does not list a second time
	}
	return d.Forms.Issue(ctx, tx, f)
}

func (d Deps) formChecker(context.Context) (check[form.Form], error) {
	return func(ctx context.Context, db bun.IDB, f form.Form) (pack.Problems, error) {
		all, err := d.formProblems(f)
		if err != nil {
			return nil, err
		}
		wrong, err := d.rateProblems(ctx, db, f.Rates())
		return append(all, wrong...), err
	}, nil
}

// rateProblems are the amounts that a formula names and that no tariff of the city has today, each at its place.
func (d Deps) rateProblems(ctx context.Context, db bun.IDB, named []form.Rate) (pack.Problems, error) {
	if len(named) == 0 {
		return nil, nil
	}
	now := d.Now()
	if city, ok := tenancy.CityFrom(ctx); ok {
		now = now.In(city.Location())
	}
	var codes []string
	for _, r := range named {
		codes = append(codes, r.Table)
	}
	tables, err := tariff.InForce(ctx, db, codes, now)
	if err != nil {
		return nil, err
	}
	rates := tariff.Rates(tables)
	c := new(pack.Check)
	for _, r := range named {
		rows, ok := rates[r.Table]
		if _, has := rows[r.Row]; !ok {
			c.Add(r.Path, "unknown_tariff", "value", r.Table)
		} else if r.Row != "" && !has {
			c.Add(r.Path, "unknown_rate", "value", r.Table, "key", r.Row)
		}
	}
	return found(c), nil
}

// formProblems is what is wrong with a form, each at its place: "pages[2].fields[0].show_if".
func (d Deps) formProblems(f form.Form) (pack.Problems, error) {
	f.Version = max(f.Version, 1) // it gets its number when it is published
	c, err := written(f.Code, f)
	if err != nil {
		return nil, err
	}
	f.Check(c, d.Reserved)
	return found(c), nil
}

func found(c *pack.Check) pack.Problems {
	var all pack.Problems
	errors.As(c.Err(), &all)
	return all
}
