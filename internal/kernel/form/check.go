package form

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identifier"
)

// Checker judges answers against a form. Errors refuse; warnings are for the applicant to look again and for the
// officer to know, because a real number may differ from what its pattern promises.
type Checker struct {
	Errors   []fault.Field
	Warnings []fault.Field

	// Shown is the last page that was read, as what was typed on it makes it: also the questions that it does not ask
	// now but may once another answer on it changes, marked Off.
	Shown Page

	form *Form
	at   At
}

// NewChecker returns a Checker of f.
func NewChecker(f *Form, at At) *Checker { return &Checker{form: f, at: at} }

func (c *Checker) refuse(field, code string, args ...any) {
	c.Errors = append(c.Errors, fault.Field{Name: field, Code: code, Args: args})
}

func (c *Checker) warn(field, code string, args ...any) {
	c.Warnings = append(c.Warnings, fault.Field{Name: field, Code: code, Args: args})
}

// Page reads what was typed on one page and returns its answers in their one spelling; c.Errors says which could not be
// read. kept are the answers of the other pages, files the numbers of files by field: on them depends what the page
// asks. An answer to a question that it does not ask now is left out, because a page without a script shows them all;
// one to a question of another page is refused.
func (c *Checker) Page(p Page, typed map[string][]string, kept Answers, files map[string]int) Answers {
	known := map[string]bool{}
	w := c.walk(files)
	w.every = true
	out := Answers{}
	c.Shown = p
	c.Shown.Fields = nil
	for _, page := range c.form.Pages {
		w.broken = nil
		if page.Code == p.Code {
			w.broken = c.breaks
		}
		w.page(page, func(f Field, worked []string) []string {
			if f.Type == Computed {
				if page.Code == p.Code && worked != nil && !f.Off {
					out[f.Code] = worked
				}
			}
			if page.Code != p.Code {
				if f.Type == Computed {
					return worked
				}
				return kept[f.Code]
			}
			known[f.Code] = true
			c.Shown.Fields = append(c.Shown.Fields, f)
			if !f.Typed() {
				if len(typed[f.Code]) > 0 {
					c.refuse(f.Code, "not_answerable")
				}
				return worked
			}
			if f.Off {
				return nil
			}
			answer, _ := c.field(f, typed[f.Code], f.Required)
			if len(answer) > 0 {
				out[f.Code] = answer
			}
			if f.Type == Group && len(answer) == 0 {
				return typed[f.Code] // as many rows as were there, although that is too few or too many
			}
			return answer
		})
	}
	for code := range typed {
		if !known[code] {
			c.refuse(Clip(code), "unknown_field")
		}
	}
	c.within(out)
	c.distinct(out)
	slices.SortStableFunc(c.Errors, c.order)
	return out
}

// All checks stored answers and counted files of the whole form, as at submission, and returns the answers that count:
// those to questions which are asked, with what is computed from them.
func (c *Checker) All(answers Answers, files map[string]int) Answers {
	w := c.walk(files)
	w.broken = c.breaks
	out := Answers{}
	for _, p := range c.form.Pages {
		w.page(p, func(f Field, worked []string) []string {
			answer := worked
			switch {
			case f.Type == File:
				if files[f.Code] == 0 && f.Required {
					c.refuse(f.Code, "file_required")
				}
			case f.Typed():
				answer, _ = c.field(f, answers[f.Code], f.Required)
			}
			if len(answer) > 0 {
				out[f.Code] = answer
			}
			return answer
		})
	}
	c.within(out)
	c.distinct(out)
	c.across(out)
	return out
}

// field reads one answer. It returns false, and has said why, when the answer cannot be taken.
func (c *Checker) field(f Field, typed []string, required bool) ([]string, bool) {
	n := len(c.Errors)
	var answer []string
	if f.Type == MultiChoice {
		answer = c.choices(f, typed)
	} else if v := c.value(f, typed); v != "" {
		answer = []string{v}
	}
	if len(c.Errors) > n {
		return nil, false
	}
	if f.Type == Group {
		return answer, true
	}
	if len(answer) == 0 && required {
		if f.Type == Consent {
			c.refuse(f.Code, "consent_required")
		} else {
			c.refuse(f.Code, "required")
		}
		return nil, false
	}
	return answer, true
}

func (c *Checker) value(f Field, typed []string) string {
	if len(typed) == 0 {
		return ""
	}
	switch f.Type {
	case Date:
		return c.date(f, typed)
	case Point:
		return c.point(f, typed)
	case Group:
		return c.rows(f, typed)
	}
	if len(typed) > 1 {
		c.refuse(f.Code, "invalid")
		return ""
	}
	s, ok := c.clean(f, typed[0])
	if !ok || s == "" {
		return ""
	}
	switch f.Type {
	case NIK:
		return c.identifier(f, s, identifier.NIK)
	case KK:
		return c.identifier(f, s, identifier.KK)
	case Phone:
		return c.identifier(f, s, identifier.Phone)
	case Email:
		return c.email(f, s)
	case NPWP:
		return c.identifier(f, s, identifier.NPWP)
	case NIB:
		return c.identifier(f, s, identifier.NIB)
	case NOP:
		return c.identifier(f, s, identifier.NOP)
	case Number:
		return c.number(f, s)
	case Money:
		return c.money(f, s)
	case Choice, District, Subdistrict:
		if _, ok := f.Option(s); !ok && (f.Type == Choice || len(f.Options) > 0) {
			c.refuse(f.Code, "not_an_option")
			return ""
		}
	case YesNo:
		return c.oneOf(f, s, map[string]string{"yes": "yes", "ya": "yes", "no": "no", "tidak": "no"})
	case Consent:
		return c.oneOf(f, s, map[string]string{"yes": "yes", "ya": "yes", "on": "yes", "true": "yes", "1": "yes", "no": "", "false": "", "0": ""})
	}
	return s
}

func (c *Checker) oneOf(f Field, s string, spellings map[string]string) string {
	v, ok := spellings[s]
	if !ok {
		c.refuse(f.Code, "not_an_option")
	}
	return v
}

// across looks at answers that must fit each other. Nothing here refuses: a NIK keeps the birth date and the area of
// when it was first issued.
func (c *Checker) across(a Answers) {
	id := c.form.Identified()
	c.born(a, id.NIK, id.Birth)
	for code := range a {
		block, ok := strings.CutSuffix(code, ".nik")
		if !ok {
			continue
		}
		if code != id.NIK {
			c.born(a, code, block+".birth_date")
		}
		if sex := a.Get(block + ".sex"); sex != "" && (sex == Woman) != identifier.Woman(a.Get(code)) {
			c.warn(code, "nik_sex_differs")
		}
	}
	nik := a.Get(id.NIK)
	if nik == "" {
		return
	}
	for _, p := range c.form.Pages {
		for _, f := range p.Fields {
			if f.Type == KK && a.Get(f.Code) == nik {
				c.warn(f.Code, "kk_is_nik")
			}
		}
	}
}

func (c *Checker) born(a Answers, nik, birth string) {
	if n, b := a.Get(nik), a.Get(birth); len(n) == 16 && b != "" && !identifier.Born(n, b) {
		c.warn(nik, "nik_birth_differs")
	}
}

// within refuses a part of a district that lies in another one.
func (c *Checker) within(a Answers) {
	for code, v := range a {
		block, ok := strings.CutSuffix(code, ".subdistrict")
		if !ok || len(c.at.Areas) == 0 {
			continue
		}
		district := a.Get(block + ".district")
		inOne := func(x Area) bool { return x.Parent == district && x.Name == v[0] }
		if listed := slices.ContainsFunc(c.at.Areas, func(x Area) bool { return x.Parent != "" }); listed && district != "" && !slices.ContainsFunc(c.at.Areas, inOne) {
			c.refuse(code, "subdistrict_elsewhere")
		}
	}
}

// distinct refuses what a row of a group answers as one before it does, where each row must have an answer of its own.
func (c *Checker) distinct(a Answers) {
	for _, p := range c.form.Pages {
		for _, f := range p.Fields {
			for k, sub := range f.Fields {
				if sub.Distinct {
					c.oneRowEach(a, f, k)
				}
			}
		}
	}
}

func (c *Checker) oneRowEach(a Answers, group Field, question int) {
	seen := map[string]bool{}
	for n := range group.rows(a[group.Code]) {
		code := group.ofRow(n + 1)[question].Code
		v := a.Get(code)
		if v != "" && seen[v] {
			c.refuse(code, "same_as_row")
		}
		seen[v] = true
	}
}

// order sorts faults as their fields stand on the form, so that the first link of an error summary is the first field.
func (c *Checker) order(a, b fault.Field) int { return c.place(a.Name) - c.place(b.Name) }

func (c *Checker) place(code string) int {
	first, rest, _ := strings.Cut(code, ".")
	n := 0
	for _, p := range c.form.Pages {
		for _, f := range p.Fields {
			if f.Code == first {
				return n + c.inside(f, rest)
			}
			n += 1000
		}
	}
	return n
}

// inside is the place of what is inside a question.
func (c *Checker) inside(f Field, rest string) int {
	if rest == "" {
		return 0
	}
	if f.Type == Group {
		row, _, _ := strings.Cut(rest, ".")
		n, _ := strconv.Atoi(row)
		return 1 + min(max(n, 0), mostRows)
	}
	return 1 + slices.Index(PartNames(), rest)
}

// Clip keeps a name that a stranger chose short enough to show.
func Clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40])
	}
	return s
}
