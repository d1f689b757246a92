package application

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workflow"
)

// Section is casework's part of a city pack: forms/*.yaml, workflows/*.yaml and documents/*.yaml. Register it with the
// engine. A file that changed becomes a new version; applications that were started keep theirs.
func Section() pack.Section {
	return pack.Section{
		Name:     "casework",
		Revision: 1,
		Check: func(p *pack.Pack) error {
			_, err := readPack(p)
			return err
		},
		Apply: applyPack,
	}
}

// definitionsOf is a pack's forms, workflows and documents, read and checked.
type definitionsOf struct {
	forms     []form.Form
	workflows []workflow.Workflow
	documents []document.Template
}

func readPack(p *pack.Pack) (definitionsOf, error) {
	var out definitionsOf
	var errs []error
	uses, agencies := usesOf(p), agenciesOf(p)
	read := func(folder string, into any, code func() string, check func(*pack.Check)) {
		for _, name := range p.Names(folder) {
			if err := p.Decode(name, into); err != nil {
				errs = append(errs, err)
				continue
			}
			c := p.Check(name)
			c.Code("code", code())
			if file := strings.TrimSuffix(path.Base(name), ".yaml"); code() != file {
				c.Add("code", "not_file_name", "value", code(), "file", file)
			}
			check(c)
			errs = append(errs, c.Err())
		}
	}
	var f form.Form
	read("forms", &f, func() string { return f.Code }, func(c *pack.Check) {
		f.Check(c, document.BuiltIn())
		for i, code := range f.Tariffs {
			if file := "tariffs/" + code + ".yaml"; !p.Has(file) {
				c.Add(pack.At("tariffs", i), "no_such_file", "file", file)
			}
		}
		out.forms = append(out.forms, f)
		f = form.Form{}
	})
	var w workflow.Workflow
	read("workflows", &w, func() string { return w.Code }, func(c *pack.Check) {
		under := formsUnder(w.Code, uses, out.forms)
		w.Check(c, workflow.Rules{Officers: officers(), Agencies: agencies, Forms: under, Reserved: document.BuiltIn()})
		for _, r := range w.Rates(under) {
			if file := "tariffs/" + r.Table + ".yaml"; !p.Has(file) {
				c.Add(r.Path, "no_such_file", "file", file)
			}
		}
		out.workflows = append(out.workflows, w)
		w = workflow.Workflow{}
	})
	var d document.Template
	read("documents", &d, func() string { return d.Code }, func(c *pack.Check) {
		d.Check(c, asked(d.Code, uses, out)...)
		out.documents = append(out.documents, d)
		d = document.Template{}
	})
	errs = append(errs, checkOffices(p, uses, out.forms))
	return out, pack.Join(errs...)
}

func applyPack(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	all, err := readPack(p)
	if err != nil {
		return err
	}
	at := time.Now().UTC()
	for _, f := range all.forms {
		if err := offer(ctx, tx, FormTable, f.Code, f.Version, f, at); err != nil {
			return err
		}
	}
	for _, w := range all.workflows {
		if err := offer(ctx, tx, WorkflowTable, w.Code, w.Version, w, at); err != nil {
			return err
		}
	}
	for _, d := range all.documents {
		if err := document.Publish(ctx, tx, d, at); err != nil {
			return err
		}
	}
	return nil
}

// offer publishes what a pack brings, unless the city has made that definition its own.
func offer(ctx context.Context, tx bun.IDB, table, code string, wanted int, body any, at time.Time) error {
	kept, err := own(ctx, tx, table, code)
	if err != nil || kept {
		return err
	}
	return Publish(ctx, tx, table, code, wanted, body, at)
}
