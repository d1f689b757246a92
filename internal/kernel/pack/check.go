package pack

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/i18n"
)

// Check collects what is wrong with the meaning of one file, after Decode has accepted its shape.
type Check struct {
	file  file
	root  yaml.Node
	found Problems
}

// Check starts the check of a file of p.
func (p *Pack) Check(name string) *Check {
	f, ok := p.files[name]
	if !ok {
		f.origin = p.City.Slug + "/" + name
	}
	c := &Check{file: f}
	// A file that cannot be parsed has been refused by Decode; here it only means that problems carry no line.
	_ = yaml.Unmarshal(f.raw, &c.root)
	return c
}

// Add notes that the value at path is wrong; the sentence is the i18n key "pack.problem.<code>".
func (c *Check) Add(path, code string, args ...any) {
	c.found = append(c.found, Problem{File: c.file.origin, Line: lineOf(&c.root, path), Path: path, Code: code, Args: args})
}

// Required refuses an empty value.
func (c *Check) Required(path, value string) {
	if strings.TrimSpace(value) == "" {
		c.Add(path, "required")
	}
}

// Text requires wording in every language, and in no other.
func (c *Check) Text(path string, t i18n.Text) {
	for _, l := range i18n.All() {
		c.Required(path+"."+string(l), t[l])
	}
	c.OptionalText(path, t)
}

// OptionalText allows an absent text; one that is there has every language.
func (c *Check) OptionalText(path string, t i18n.Text) {
	for l := range t {
		if _, ok := i18n.Parse(string(l)); !ok {
			c.Add(path+"."+string(l), "unknown_language", "language", l)
		}
	}
	if t.Empty() {
		return
	}
	for _, l := range i18n.All() {
		if t[l] == "" {
			c.Add(path, "language_missing", "language", l)
		}
	}
}

var codePattern = regexp.MustCompile(`^[a-z0-9]+(?:[-_][a-z0-9]+)*$`)

// Code requires a short name of small letters, digits, - and _, as used in addresses and keys.
func (c *Check) Code(path, value string) {
	if len(value) > 64 || !codePattern.MatchString(value) {
		c.Add(path, "bad_code", "value", value)
	}
}

// Once is Code for one of several that must differ; seen remembers them.
func (c *Check) Once(seen map[string]bool, path, value string) {
	c.Code(path, value)
	if seen[value] {
		c.Add(path, "repeated", "value", value)
	}
	seen[value] = true
}

// Version requires a whole number from 1 on.
func (c *Check) Version(path string, v int) {
	if v < 1 {
		c.Add(path, "bad_form", "value", v, "example", 1)
	}
}

// OneOf requires one of the allowed words.
func (c *Check) OneOf(path, value string, allowed ...string) {
	switch {
	case slices.Contains(allowed, value):
	case value == "":
		c.Add(path, "required")
	default:
		c.Add(path, "not_one_of", "value", value, "allowed", strings.Join(allowed, ", "))
	}
}

// Pattern requires value to match; example shows an author what does.
func (c *Check) Pattern(path, value string, re *regexp.Regexp, example string) {
	if !re.MatchString(value) {
		c.Add(path, "bad_form", "value", value, "example", example)
	}
}

// Err returns what was found as the refusal "pack.invalid", or nil.
func (c *Check) Err() error { return refusal(c.found) }

// CheckOf starts the check of what is in no pack's file, such as a definition that an administrator has edited; name
// stands for the file, and no problem has a line.
func CheckOf(name string) *Check { return &Check{file: file{origin: name}} }

// Read decodes the text of a definition that is in no pack, as strictly as a file of one; name stands for the file. The
// Check that comes back with no error says the line of each problem.
func Read(name string, raw []byte, into any) (*Check, error) {
	f := file{raw: raw, origin: name}
	root, err := f.parse(reflect.New(reflect.TypeOf(into).Elem()).Interface())
	if err == nil {
		err = root.Decode(into)
	}
	if err != nil {
		return nil, yamlRefusal(name, err)
	}
	return &Check{file: f, root: *root}, nil
}
