package catalog

import (
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// checkParts refuses a standard that a resident could not act on or a page not show.
func checkParts(c *pack.Check, parts Parts) {
	const at = "standard."
	checkRequirements(c, at+"requirements", parts.Requirements, 0)
	for i, s := range parts.Procedure {
		c.Text(pack.At(at+"procedure", i)+".actor", s.Actor)
		c.Text(pack.At(at+"procedure", i)+".text", s.Text)
	}
	checkTime(c, at+"time", parts.Time)
	checkSeasons(c, at+"seasons", parts)
	checkFee(c, at+"fee", parts.Fee)
	if len(parts.Products) == 0 {
		c.Add(at+"products", "required")
	}
	for i, p := range parts.Products {
		one := pack.At(at+"products", i)
		c.Text(one+".name", p.Name)
		c.OptionalText(one+".validity", p.Validity)
		c.OptionalText(one+".delivery", p.Delivery)
	}
	c.Text(at+"complaints", parts.Complaints)
	for i, law := range parts.LegalBasis {
		c.Required(pack.At(at+"legal_basis", i), law)
	}
	for name, t := range map[string]i18n.Text{
		"facilities": parts.Facilities, "competence": parts.Competence, "supervision": parts.Supervision,
		"staffing": parts.Staffing, "guarantee": parts.Guarantee, "safety": parts.Safety, "evaluation": parts.Evaluation,
	} {
		c.OptionalText(at+name, t)
	}
}

// deepest bounds alternatives within alternatives; a page shows two levels.
const deepest = 2

func checkRequirements(c *pack.Check, list string, all []Requirement, depth int) {
	seen := map[string]bool{}
	for i, r := range all {
		at := pack.At(list, i)
		c.Code(at+".code", r.Code)
		if seen[r.Code] {
			c.Add(at+".code", "repeated", "value", r.Code)
		}
		seen[r.Code] = true
		c.Text(at+".name", r.Name)
		c.OptionalText(at+".when", r.When)
		c.OptionalText(at+".note", r.Note)
		group := len(r.AnyOf) > 0
		if !group || r.Kind != "" {
			c.OneOf(at+".kind", r.Kind, "administrative", "technical")
		}
		if !group || r.Form != "" {
			c.OneOf(at+".form", r.Form, "original", "copy", "data", "thing")
		}
		if f := r.File; f != nil {
			if len(f.Types) == 0 {
				c.Add(at+".file.types", "required")
			}
			for j, t := range f.Types {
				c.OneOf(pack.At(at+".file.types", j), t, "jpg", "png", "pdf")
			}
			between(c, at+".file.max_mb", f.MaxMB, 1, 100)
			between(c, at+".file.max_count", f.MaxCount, 1, 50)
		}
		switch {
		case group && depth >= deepest:
			c.Add(at+".any_of", "too_deep")
		case len(r.AnyOf) == 1:
			c.Add(at+".any_of", "one_alternative")
		case group:
			checkRequirements(c, at+".any_of", r.AnyOf, depth+1)
		}
	}
}

func between(c *pack.Check, at string, value, low, high int) {
	if value < low || value > high {
		c.Add(at, "not_between", "value", value, "low", low, "high", high)
	}
}

func checkTime(c *pack.Check, at string, t Time) {
	c.OneOf(at+".unit", t.Unit, "minute", "hour", "day", "working_day", "month", byAnnouncement, noUnit)
	c.OneOf(at+".starts", t.Starts, "", "complete_documents", "submission", "recording", "payment", "report")
	c.OptionalText(at+".note", t.Note)
	if t.Unit == noUnit || t.Unit == byAnnouncement {
		if t.Unit == noUnit {
			c.Text(at+".note", t.Note)
		}
		if t.Amount != 0 || t.Max != 0 {
			c.Add(at+".amount", "amount_without_unit")
		}
		return
	}
	between(c, at+".amount", t.Amount, 0, 1000)
	between(c, at+".max", t.Max, 0, 1000)
	if t.Amount == 0 && t.Max == 0 {
		c.Add(at+".amount", "required")
	}
	if t.Max != 0 && t.Max < t.Amount {
		c.Add(at+".max", "not_after", "value", t.Max, "other", t.Amount)
	}
}

// checkFee requires exactly one of: free, an amount, a formula. A free service may still explain with a formula text
// what else is paid (a tax on the object of the service, say).
func checkFee(c *pack.Check, at string, f Fee) {
	c.OptionalText(at+".formula", f.Formula)
	switch {
	case f.Amount < 0:
		c.Add(at+".amount", "bad_form", "value", int64(f.Amount), "example", 0)
	case f.Free && f.Amount != 0:
		c.Add(at+".amount", "free_with_amount")
	case !f.Free && f.Amount == 0 && f.Formula.Empty():
		c.Add(at, "required")
	}
}
