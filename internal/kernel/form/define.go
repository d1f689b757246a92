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
	pages, fields := map[string]bool{}, map[string]bool{}
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
			fd.check(c, pack.At(at+".fields", j), reserved)
		}
	}
	if _, faults := f.compile(); len(faults) > 0 {
		for _, x := range faults {
			c.Add(x.Path, "expression", "text", x.Text)
		}
	}
	named := map[string]string{"name": f.Applicant.Name, "nik": f.Applicant.NIK, "phone": f.Applicant.Phone, "birth": f.Applicant.Birth}
	for name, code := range named {
		if code != "" && !fields[code] {
			c.Add("applicant."+name, "no_such_field", "value", code)
		}
	}
}

func (f Field) check(c *pack.Check, at string, reserved []string) {
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

func typeNames() []string {
	var out []string
	for _, t := range Types() {
		out = append(out, string(t))
	}
	return out
}
