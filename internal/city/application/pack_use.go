package application

import (
	"slices"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
)

// use is which definitions a service puts together, as its file says.
type use struct {
	Form, Workflow, Document string
	Rules                    struct{ Office string }

	file string
}

// usesOf reads the services of a pack as far as casework checks one definition against another. A file that cannot be
// read is the catalogue's to refuse.
func usesOf(p *pack.Pack) []use {
	var out []use
	for _, name := range p.Names("services") {
		raw, _ := p.Asset(name)
		u := use{file: name}
		if yaml.Unmarshal(raw, &u) == nil && u.Form != "" {
			out = append(out, u)
		}
	}
	return out
}

// agenciesOf lists the codes of a city's agencies; nil when they cannot be read.
func agenciesOf(p *pack.Pack) []string {
	raw, _ := p.Asset("agencies.yaml")
	var all []struct{ Code string }
	if yaml.Unmarshal(raw, &all) != nil {
		return nil
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Code)
	}
	return out
}

// formsUnder returns the forms of the services that use a workflow, each once.
func formsUnder(code string, uses []use, forms []form.Form) []form.Form {
	var out []form.Form
	for _, f := range forms {
		for _, u := range uses {
			if u.Workflow == code && u.Form == f.Code {
				out = append(out, f)
				break
			}
		}
	}
	return out
}

// asked returns the forms whose answers the text of a document may name, the applicant's and the office's together, of
// every service that issues it.
func asked(code string, uses []use, all definitionsOf) []*form.Form {
	var out []*form.Form
	for _, u := range uses {
		i := slices.IndexFunc(all.forms, func(f form.Form) bool { return f.Code == u.Form })
		if u.Document != code || i < 0 {
			continue
		}
		sheet := &all.forms[i]
		for _, w := range all.workflows {
			if w.Code == u.Workflow {
				sheet = w.Sheet(sheet).Form()
			}
		}
		out = append(out, sheet)
	}
	return out
}
