package document

import (
	"regexp"
	"slices"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// Template is one version of what a service issues. It is data from the city's pack.
//
// In Body, Title and SignerTitle, {number} is the application's, {document_number} this document's, {service},
// {agency}, {submitted} and {date} what they say, {reason} the words of the decision; any other name is the answer to
// that field of the form, masked when it is sensitive. In NumberPattern, {seq} counts without a gap per service and
// year; {agency} is the office's short name, {month_roman} I to XII, {month}, {year}.
type Template struct {
	Code           string      `json:"code" yaml:"code"`
	Title          i18n.Text   `json:"title" yaml:"title"`
	NumberPattern  string      `json:"number_pattern" yaml:"number_pattern"`
	Body           []i18n.Text `json:"body" yaml:"body"`
	SignerTitle    i18n.Text   `json:"signer_title" yaml:"signer_title"`
	ValidityMonths int         `json:"validity_months,omitempty" yaml:"validity_months"` // none when zero
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*(?:\.[a-z_]+)?)\}`)

// fillIn replaces every known placeholder of a template's text; what an answer itself contains is not looked at again.
func fillIn(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := values[p[1:len(p)-1]]; ok {
			return v
		}
		return p
	})
}

// placeholders lists the names that a text asks for.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// BuiltIn are the placeholders that are not answers.
func BuiltIn() []string {
	return []string{"number", "document_number", "service", "agency", "submitted", "date", "reason"}
}

// Check refuses a template that could not be filled in, saying where. fields are the answers that its texts may name;
// without a form to go by they cannot be told from mistakes.
func (d *Template) Check(c *pack.Check, fields []string, formKnown bool) {
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
		return
	}
	known := append(BuiltIn(), fields...)
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
