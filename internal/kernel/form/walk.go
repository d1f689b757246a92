package form

import (
	"time"
)

// walk goes through a form in its order and knows at each question what the earlier answers make of it.
type walk struct {
	rules *rules
	vars  map[string]any
	files map[string]int
	skip  bool // the page is not shown
}

func (c *Checker) walk(files map[string]int) *walk {
	y, m, d := c.now.Date()
	return &walk{rules: c.form.compiled(), files: files, vars: map[string]any{
		"today": time.Date(y, m, d, 0, 0, 0, 0, time.UTC), "answered": []string{},
	}}
}

func (w *walk) page(p Page) {
	x, ok := w.rules.pages[p.Code]
	w.skip = ok && !x.holds(w.vars)
}

// asks reports whether a question is put, as far as the answers before it tell.
func (w *walk) asks(f Field) bool {
	if w.skip {
		return false
	}
	x, ok := w.rules.shown[f.Code]
	return !ok || x.holds(w.vars)
}

func (w *walk) requires(f Field) bool {
	if f.Required {
		return true
	}
	x, ok := w.rules.required[f.Code]
	return ok && x.holds(w.vars)
}

// computed returns the answer that f works out, or nothing.
func (w *walk) computed(f Field) []string {
	x, ok := w.rules.computed[f.Code]
	if !ok || f.Type != Computed {
		return nil
	}
	if v, ok := x.text(w.vars); ok {
		return []string{v}
	}
	return nil
}

// take makes an answer known to the questions behind it; one to a question that is not put is not.
func (w *walk) take(f Field, answer []string) {
	if !w.asks(f) {
		return
	}
	if f.Type == Computed {
		answer = w.computed(f)
	}
	v, ok := f.value(answer, w.files[f.Code])
	if !ok {
		return
	}
	w.vars[f.Code] = v
	if f.Type != File || w.files[f.Code] > 0 {
		w.vars["answered"] = append(w.vars["answered"].([]string), f.Code)
	}
}

// Asked is what a form asks, given the answers so far: what to show, and what has to be answered.
type Asked struct {
	Pages    []Page // with the questions that are put
	Required map[string]bool
	Computed Answers
}

// Asks reports whether the question of this code is put.
func (a Asked) Asks(code string) bool {
	_, ok := a.Required[code]
	return ok
}

// Ask returns what f asks now. answers are those that are kept, files the numbers of files by field; now is the present
// in the city's zone.
func (f *Form) Ask(answers Answers, files map[string]int, now time.Time) Asked {
	w := NewChecker(f, now).walk(files)
	out := Asked{Required: map[string]bool{}, Computed: Answers{}}
	for _, p := range f.Pages {
		w.page(p)
		shown := p
		shown.Fields = nil
		for _, fd := range p.Fields {
			if !w.asks(fd) {
				continue
			}
			shown.Fields = append(shown.Fields, fd)
			out.Required[fd.Code] = w.requires(fd)
			if v := w.computed(fd); v != nil {
				out.Computed[fd.Code] = v
			}
			w.take(fd, answers[fd.Code])
		}
		if len(shown.Fields) > 0 {
			out.Pages = append(out.Pages, shown)
		}
	}
	return out
}
