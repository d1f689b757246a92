package document

import (
	"slices"
	"strconv"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/sheet"
)

// Bounds of what an administrator can write.
const (
	blocksMost    = 60
	linesMost     = 60
	textMost      = 4000 // characters of one paragraph
	remindersMost = 6
	monthsMost    = 1200
)

// Check refuses a template that could not be filled in, saying where. forms are those of the services that issue it;
// without any, the names in its texts cannot be told from mistakes.
func (t *Template) Check(c *pack.Check, forms ...*form.Form) {
	c.Text("title", t.Title)
	c.Text("signer_title", t.SignerTitle)
	c.OptionalText("letterhead.office", t.Letterhead.Office)
	if !slices.Contains(placeholders(t.NumberPattern), "seq") {
		c.Add("number_pattern", "bad_form", "value", t.NumberPattern, "example", "{seq}/SKP/{agency}/{month_roman}/{year}")
	}
	// Numbers are counted anew every year, so that without the year two documents would have one number.
	if !slices.Contains(placeholders(t.NumberPattern), "year") {
		c.Add("number_pattern", "no_year", "value", t.NumberPattern)
	}
	checkNames(c, "number_pattern", t.NumberPattern, numberParts())
	if t.Series != "" {
		c.OneOf("series", t.Series, SeriesService, SeriesAgency)
	}
	if t.Signature != "" {
		c.OneOf("signature", t.Signature, SignNone, SignScan, SignCertificate)
	}
	t.checkValidity(c, forms)
	for i, code := range t.Unmasked {
		if len(forms) > 0 && !slices.ContainsFunc(forms, func(f *form.Form) bool { return f.Asks(code) }) {
			c.Add(pack.At("unmasked", i), "no_such_field", "value", code)
		}
	}
	texts := map[string]i18n.Text{"title": t.Title, "signer_title": t.SignerTitle, "letterhead.office": t.Letterhead.Office}
	t.checkBody(c, forms, texts)
	checkLetters(c, "number_pattern", t.NumberPattern)
	checkLetters(c, "letterhead.address", t.Letterhead.Address)
	for _, at := range sorted(texts) {
		checkLetters(c, at+"."+string(i18n.ID), texts[at][i18n.ID]) // the language of what is printed
	}
	if len(forms) == 0 {
		return
	}
	known := BuiltIn()
	for _, f := range forms {
		known = append(known, codes(f)...)
	}
	for _, at := range sorted(texts) {
		for _, l := range i18n.All() {
			checkNames(c, at+"."+string(l), texts[at][l], known)
		}
	}
}

func (t *Template) checkValidity(c *pack.Check, forms []*form.Form) {
	if t.ValidityMonths < 0 || t.ValidityMonths > monthsMost {
		c.Add("validity_months", "not_between", "value", t.ValidityMonths, "low", 0, "high", monthsMost)
	}
	if t.ValidityMonths > 0 && t.ValidUntil != "" {
		c.Add("valid_until", "only_one", "other", "validity_months")
	}
	for _, f := range forms {
		if fd, ok := f.Field(t.ValidUntil); t.ValidUntil != "" && (!ok || fd.Type != form.Date) {
			c.Add("valid_until", "no_such_field", "value", t.ValidUntil)
			break
		}
	}
	if len(t.Reminders) > remindersMost {
		c.Add("reminders", "not_between", "value", len(t.Reminders), "low", 0, "high", remindersMost)
	}
	for i, days := range t.Reminders {
		if days < 1 || days > 730 || slices.Contains(t.Reminders[:i], days) {
			c.Add(pack.At("reminders", i), "not_between", "value", days, "low", 1, "high", 730)
		}
	}
	if len(t.Reminders) > 0 && t.ValidityMonths == 0 && t.ValidUntil == "" {
		c.Add("reminders", "no_validity")
	}
	if t.Renewal != "" {
		c.Code("renewal", t.Renewal)
	}
}

// checkBody checks the parts, and adds their wording to texts by its place.
func (t *Template) checkBody(c *pack.Check, forms []*form.Form, texts map[string]i18n.Text) {
	if len(t.Body) == 0 {
		c.Add("body", "required")
	}
	if len(t.Body) > blocksMost {
		c.Add("body", "not_between", "value", len(t.Body), "low", 1, "high", blocksMost)
	}
	for i, b := range t.Body {
		at := pack.At("body", i)
		text := at
		if b.Table != nil || b.When != "" {
			text += ".text"
		}
		if b.Table == nil || !b.Text.Empty() {
			c.Text(text, b.Text)
			texts[text] = b.Text
		}
		for l, s := range b.Text {
			if len([]rune(s)) > textMost {
				c.Add(text+"."+string(l), "not_between", "value", len([]rune(s)), "low", 1, "high", textMost)
			}
		}
		if len(b.Table) > linesMost {
			c.Add(at+".table", "not_between", "value", len(b.Table), "low", 1, "high", linesMost)
		}
		for j, line := range b.Table {
			line.check(c, pack.At(at+".table", j), forms, texts)
		}
		for _, f := range forms {
			if b.When == "" {
				break
			}
			if _, wrong := conditional(f, b.When); wrong != nil {
				c.Add(at+".when", wrong.Code, wrong.Args()...)
				break
			}
		}
	}
}

func (x Line) check(c *pack.Check, at string, forms []*form.Form, texts map[string]i18n.Text) {
	c.OptionalText(at+".label", x.Label)
	c.OptionalText(at+".value", x.Value)
	texts[at+".label"], texts[at+".value"] = x.Label, x.Value
	switch {
	case x.Field != "" && !x.Value.Empty():
		c.Add(at+".value", "only_one", "other", "field")
	case x.Field == "":
		c.Text(at+".label", x.Label)
		c.Text(at+".value", x.Value)
	case len(forms) > 0 && !slices.ContainsFunc(forms, func(f *form.Form) bool { _, ok := f.Field(x.Field); return ok }):
		c.Add(at+".field", "no_such_field", "value", x.Field)
	}
}

// checkLetters refuses what no page can show while it is being written, and not at the first document.
func checkLetters(c *pack.Check, at, text string) {
	if lacks := sheet.Unprintable(text); len(lacks) > 0 {
		c.Add(at, "unprintable", "letters", sheet.Spelled(lacks))
	}
}

func checkNames(c *pack.Check, at, text string, known []string) {
	for _, name := range placeholders(text) {
		if !slices.Contains(known, name) {
			c.Add(at, "no_such_field", "value", name)
		}
	}
	// A brace that no name follows is a placeholder that somebody broke.
	for i, r := range placeholder.ReplaceAllString(text, "") {
		if r == '{' || r == '}' {
			c.Add(at, "broken_placeholder", "value", strconv.Quote(around(placeholder.ReplaceAllString(text, ""), i)))
			return
		}
	}
}

// around is what stands near a byte of a text, to find it by.
func around(s string, i int) string {
	r := []rune(s[i:])
	return string(r[:min(len(r), 24)])
}

func codes(f *form.Form) []string {
	var out []string
	for _, fd := range f.Named() {
		out = append(out, fd.Code)
	}
	return out
}

func sorted(m map[string]i18n.Text) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
