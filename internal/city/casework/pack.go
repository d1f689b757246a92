package casework

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
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
	forms     []Form
	workflows []Workflow
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
	var f Form
	read("forms", &f, func() string { return f.Code }, func(c *pack.Check) {
		checkForm(c, f)
		out.forms = append(out.forms, f)
		f = Form{}
	})
	var w Workflow
	read("workflows", &w, func() string { return w.Code }, func(c *pack.Check) {
		checkWorkflow(c, w)
		out.workflows = append(out.workflows, w)
		w = Workflow{}
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
func asked(p *pack.Pack, forms []Form, document string) (names []string, known bool) {
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

func checkForm(c *pack.Check, f Form) {
	checkVersion(c, f.Version)
	if len(f.Pages) == 0 {
		c.Add("pages", "required")
	}
	pages, fields := map[string]bool{}, map[string]bool{}
	for i, p := range f.Pages {
		at := pack.At("pages", i)
		once(c, pages, at+".code", p.Code)
		c.Text(at+".title", p.Title)
		c.OptionalText(at+".hint", p.Hint)
		if len(p.Fields) == 0 {
			c.Add(at+".fields", "required")
		}
		for j, fd := range p.Fields {
			once(c, fields, pack.At(at+".fields", j)+".code", fd.Code)
			checkField(c, pack.At(at+".fields", j), fd)
		}
	}
	named := map[string]string{"name": f.Applicant.Name, "nik": f.Applicant.NIK, "phone": f.Applicant.Phone, "birth": f.Applicant.Birth}
	for name, code := range named {
		if code != "" && !fields[code] {
			c.Add("applicant."+name, "no_such_field", "value", code)
		}
	}
}

func checkVersion(c *pack.Check, v int) {
	if v < 1 {
		c.Add("version", "bad_form", "value", v, "example", 1)
	}
}

func once(c *pack.Check, seen map[string]bool, at, code string) {
	c.Code(at, code)
	if seen[code] {
		c.Add(at, "repeated", "value", code)
	}
	seen[code] = true
}

func checkField(c *pack.Check, at string, f Field) {
	c.OneOf(at+".type", string(f.Type), fieldTypes()...)
	c.Text(at+".label", f.Label)
	c.OptionalText(at+".hint", f.Hint)
	if slices.Contains(builtIn(), f.Code) {
		c.Add(at+".code", "reserved", "value", f.Code)
	}
	if f.Max < 0 || f.Max > 10_000 {
		c.Add(at+".max", "not_between", "value", f.Max, "low", 1, "high", 10_000)
	}
	values := map[string]bool{}
	for i, o := range f.Options {
		one := pack.At(at+".options", i)
		c.Required(one+".value", o.Value)
		c.Text(one+".label", o.Label)
		if values[o.Value] {
			c.Add(one+".value", "repeated", "value", o.Value)
		}
		values[o.Value] = true
	}
	if (f.Type == Choice) != (len(f.Options) > 0) {
		c.Add(at+".options", "only_for_type", "type", Choice)
	}
	if f.Past && f.Type != Date {
		c.Add(at+".past", "only_for_type", "type", Date)
	}
	if (f.Type == FileType) != (f.File != nil) {
		c.Add(at+".file", "only_for_type", "type", FileType)
	}
	if f.File == nil {
		return
	}
	if len(f.File.Types) == 0 {
		c.Add(at+".file.types", "required")
	}
	for i, t := range f.File.Types {
		c.OneOf(pack.At(at+".file.types", i), t, files.Types()...)
	}
	if f.File.MaxMB < 1 || f.File.MaxMB > 50 {
		c.Add(at+".file.max_mb", "not_between", "value", f.File.MaxMB, "low", 1, "high", 50)
	}
	if f.File.MaxCount < 1 || f.File.MaxCount > 20 {
		c.Add(at+".file.max_count", "not_between", "value", f.File.MaxCount, "low", 1, "high", 20)
	}
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
