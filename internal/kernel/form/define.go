package form

import (
	"slices"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/pack"
)

// Check notes what is wrong with f, at the place where its author mends it. No field may have one of the reserved codes.
func (f Form) Check(c *pack.Check, reserved []string) {
	c.Version("version", f.Version)
	if len(f.Pages) == 0 {
		c.Add("pages", "required")
	}
	pages, fields, marked := map[string]bool{}, map[string]bool{}, false
	for i, p := range f.Pages {
		at := pack.At("pages", i)
		c.Once(pages, at+".code", p.Code)
		c.Text(at+".title", p.Title)
		c.OptionalText(at+".hint", p.Hint)
		if len(p.Fields) == 0 {
			c.Add(at+".fields", "required")
		}
		for j, fd := range p.Fields {
			c.Once(fields, pack.At(at+".fields", j)+".code", fd.Code)
			fd.Check(c, pack.At(at+".fields", j), reserved)
			if fd.Where && marked {
				c.Add(pack.At(at+".fields", j)+".where", "repeated", "value", fd.Code)
			}
			marked = marked || fd.Where
			for k, sub := range fd.Fields {
				one := pack.At(pack.At(at+".fields", j)+".fields", k)
				c.Once(fields, one+".code", sub.Code)
				sub.Check(c, one, reserved)
				if sub.Where {
					c.Add(one+".where", "not_in_group", "value", "where")
				}
				if sub.Type == Group {
					c.Add(one+".type", "not_in_group", "value", sub.Type)
				}
			}
		}
	}
	if _, faults := f.compile(); len(faults) > 0 {
		for _, x := range faults {
			c.Add(x.Path, x.Code, x.Args()...)
		}
	}
	f.checkCosign(c)
	f.checkLookups(c)
	named := map[string]string{"name": f.Applicant.Name, "nik": f.Applicant.NIK, "phone": f.Applicant.Phone, "birth": f.Applicant.Birth}
	for name, code := range named {
		if _, ok := f.Field(code); code != "" && !ok {
			c.Add("applicant."+name, "no_such_field", "value", code)
		}
	}
}

// Check notes what is wrong with one field at its place. Its expressions are the form's to check: they see other fields.
func (f Field) Check(c *pack.Check, at string, reserved []string) {
	c.OneOf(at+".type", string(f.Type), typeNames()...)
	c.Text(at+".label", f.Label)
	c.OptionalText(at+".hint", f.Hint)
	if slices.Contains(reserved, f.Code) {
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
	if (f.Type == Choice || f.Type == MultiChoice) != (len(f.Options) > 0) {
		c.Add(at+".options", "only_for_type", "type", "choice, multi_choice")
	}
	if (f.Min != nil || f.Most != nil) && f.Type != Number && f.Type != Money {
		c.Add(at+".min", "only_for_type", "type", "number, money")
	}
	if f.Min != nil && f.Most != nil && *f.Min > *f.Most {
		c.Add(at+".most", "not_between", "value", *f.Most, "low", *f.Min, "high", amountMost)
	}
	if (f.Type == Computed) != (f.Compute != "") {
		c.Add(at+".compute", "only_for_type", "type", Computed)
	}
	if f.Type == Computed {
		c.OneOf(at+".as", string(f.As), string(Number), string(Money), string(Text))
	} else if f.As != "" {
		c.Add(at+".as", "only_for_type", "type", Computed)
	}
	if f.Past && f.Type != Date {
		c.Add(at+".past", "only_for_type", "type", Date)
	}
	if f.Distinct && (f.Type == MultiChoice || !f.Typed()) {
		c.Add(at+".distinct", "only_for_type", "type", "one answer of a row")
	}
	if f.Search && !f.plain() {
		c.Add(at+".search", "only_for_type", "type", "text, long_text")
	}
	if f.Where && !f.placing() {
		c.Add(at+".where", "only_for_type", "type", "person with a district, choice of area codes, point")
	}
	if f.Ahead && (f.Type != Date || f.Past) {
		c.Add(at+".ahead", "only_for_type", "type", Date)
	}
	f.checkBlock(c, at)
	f.checkRules(c, at)
	if (f.Type == File) != (f.File != nil) {
		c.Add(at+".file", "only_for_type", "type", File)
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

// checkBlock is check for what only blocks and groups have, and for what is suggested.
func (f Field) checkBlock(c *pack.Check, at string) {
	for i, part := range f.Parts {
		c.OneOf(pack.At(at+".parts", i), part, PartNames()...)
	}
	if len(f.Parts) > 0 && f.Type != Person {
		c.Add(at+".parts", "only_for_type", "type", Person)
	}
	if (f.Type == Group) != (len(f.Fields) > 0) {
		c.Add(at+".fields", "only_for_type", "type", Group)
	}
	c.OptionalText(at+".row_name", f.RowName)
	f.checkRows(c, at)
	if f.Prefill != "" {
		c.OneOf(at+".prefill", f.Prefill, Prefills()...)
	}
}

func typeNames() []string {
	var out []string
	for _, t := range Types() {
		out = append(out, string(t))
	}
	return out
}
