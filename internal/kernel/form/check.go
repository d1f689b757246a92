package form

import (
	"slices"
	"time"

	"bedelau/internal/kernel/fault"
)

// Checker judges answers against a form. Errors refuse; warnings are for the applicant to look again and for the
// officer to know, because a real number may differ from what its pattern promises.
type Checker struct {
	Errors   []fault.Field
	Warnings []fault.Field

	form *Form
	now  time.Time
}

// NewChecker returns a Checker of f; now is the present in the city's zone.
func NewChecker(f *Form, now time.Time) *Checker { return &Checker{form: f, now: now} }

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
	for _, f := range p.Fields {
		known[f.Code] = true
		if !f.Typed() && len(typed[f.Code]) > 0 {
			c.refuse(f.Code, "not_answerable")
		}
	}
	for code := range typed {
		if !known[code] {
			c.refuse(Clip(code), "unknown_field")
		}
	}
	w := c.walk(files)
	out := Answers{}
	for _, page := range c.form.Pages {
		w.page(page)
		for _, f := range page.Fields {
			if page.Code != p.Code {
				w.take(f, kept[f.Code])
				continue
			}
			if !w.asks(f) {
				continue
			}
			answer := w.computed(f)
			if f.Typed() {
				answer, _ = c.field(f, typed[f.Code], w.requires(f))
			}
			w.take(f, answer)
			if len(answer) > 0 {
				out[f.Code] = answer
			}
		}
	}
	slices.SortFunc(c.Errors, c.order)
	return out
}

// All checks stored answers and counted files of the whole form, as at submission, and returns the answers that count:
// those to questions which are asked, with what is computed from them.
func (c *Checker) All(answers Answers, files map[string]int) Answers {
	w := c.walk(files)
	out := Answers{}
	for _, p := range c.form.Pages {
		w.page(p)
		for _, f := range p.Fields {
			if !w.asks(f) {
				continue
			}
			answer := w.computed(f)
			switch {
			case f.Type == File:
				if files[f.Code] == 0 && w.requires(f) {
					c.refuse(f.Code, "file_required")
				}
			case f.Typed():
				answer, _ = c.field(f, answers[f.Code], w.requires(f))
			}
			w.take(f, answer)
			if len(answer) > 0 {
				out[f.Code] = answer
			}
		}
	}
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
	if f.Type == Date {
		return c.date(f, typed)
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
		return c.nik(f, s)
	case KK:
		return c.kk(f, s)
	case Phone:
		return c.phone(f, s)
	case Email:
		return c.email(f, s)
	case NPWP:
		return c.npwp(f, s)
	case NIB:
		return c.digits(f, s, 13, "nib_digits")
	case NOP:
		return c.digits(f, s, 18, "nop_digits")
	case Number:
		return c.number(f, s)
	case Money:
		return c.money(f, s)
	case Choice:
		if _, ok := f.Option(s); !ok {
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
	nik := a.Get(id.NIK)
	if len(nik) != 16 {
		return
	}
	if birth := a.Get(id.Birth); birth != "" && !nikBorn(nik, birth) {
		c.warn(id.NIK, "nik_birth_differs")
	}
	for _, p := range c.form.Pages {
		for _, f := range p.Fields {
			if f.Type == KK && a.Get(f.Code) == nik {
				c.warn(f.Code, "kk_is_nik")
			}
		}
	}
}

// order sorts faults as their fields stand on the form, so that the first link of an error summary is the first field.
func (c *Checker) order(a, b fault.Field) int { return c.place(a.Name) - c.place(b.Name) }

func (c *Checker) place(code string) int {
	n := 0
	for _, p := range c.form.Pages {
		for _, f := range p.Fields {
			if f.Code == code {
				return n
			}
			n++
		}
	}
	return n
}

// Clip keeps a name that a stranger chose short enough to show.
func Clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40])
	}
	return s
}
