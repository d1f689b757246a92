package casework

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
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
	documents []DocumentTemplate
}

func readPack(p *pack.Pack) (definitionsOf, error) {
	var out definitionsOf
	var errs []error
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
		f.Check(c, builtIn())
		out.forms = append(out.forms, f)
		f = form.Form{}
	})
	var w workflow.Workflow
	read("workflows", &w, func() string { return w.Code }, func(c *pack.Check) {
		w.Check(c, access.ApplicationReview, access.ApplicationDecide)
		out.workflows = append(out.workflows, w)
		w = workflow.Workflow{}
	})
	var d DocumentTemplate
	read("documents", &d, func() string { return d.Code }, func(c *pack.Check) {
		fields, known := asked(p, out.forms, d.Code)
		checkDocument(c, d, fields, known)
		out.documents = append(out.documents, d)
		d = DocumentTemplate{}
	})
	return out, pack.Join(errs...)
}

func applyPack(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	all, err := readPack(p)
	if err != nil {
		return err
	}
	at := time.Now().UTC()
	for _, f := range all.forms {
		if err := publish(ctx, tx, formTable, f.Code, f.Version, f, at); err != nil {
			return err
		}
	}
	for _, w := range all.workflows {
		if err := publish(ctx, tx, workflowTable, w.Code, w.Version, w, at); err != nil {
			return err
		}
	}
	for _, d := range all.documents {
		if err := publish(ctx, tx, documentTable, d.Code, 1, d, at); err != nil {
			return err
		}
	}
	return nil
}

// asked returns the fields of the forms of every service that issues a document, which its text may name, and whether
// there is such a form at all. A service file that cannot be read is the catalogue's to refuse.
func asked(p *pack.Pack, forms []form.Form, document string) (names []string, known bool) {
	for _, name := range p.Names("services") {
		raw, _ := p.Asset(name)
		var s struct{ Form, Document string }
		if yaml.Unmarshal(raw, &s) != nil || s.Document != document {
			continue
		}
		for _, f := range forms {
			if f.Code != s.Form {
				continue
			}
			known = true
			for _, page := range f.Pages {
				for _, fd := range page.Fields {
					names = append(names, fd.Code)
				}
			}
		}
	}
	return names, known
}

func checkDocument(c *pack.Check, d DocumentTemplate, fields []string, formKnown bool) {
	c.Text("title", d.Title)
	c.Text("signer_title", d.SignerTitle)
	if !slices.Contains(placeholders(d.NumberPattern), "seq") {
		c.Add("number_pattern", "bad_form", "value", d.NumberPattern, "example", "{seq}/SKP/{agency}/{month_roman}/{year}")
	}
	checkPlaceholders(c, "number_pattern", d.NumberPattern, numberParts())
	if len(d.Body) == 0 {
		c.Add("body", "required")
	}
	if d.ValidityMonths < 0 || d.ValidityMonths > 1200 {
		c.Add("validity_months", "not_between", "value", d.ValidityMonths, "low", 0, "high", 1200)
	}
	texts := map[string]i18n.Text{"title": d.Title, "signer_title": d.SignerTitle}
	for i, p := range d.Body {
		c.Text(pack.At("body", i), p)
		texts[pack.At("body", i)] = p
	}
	if !formKnown {
		return // its fields cannot be told from mistakes
	}
	known := append(builtIn(), fields...)
	for at, t := range texts {
		for l, text := range t {
			checkPlaceholders(c, at+"."+string(l), text, known)
		}
	}
}

func checkPlaceholders(c *pack.Check, at, text string, known []string) {
	for _, name := range placeholders(text) {
		if !slices.Contains(known, name) {
			c.Add(at, "no_such_field", "value", name)
		}
	}
}
