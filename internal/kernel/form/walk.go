package form

import (
	"maps"
	"slices"
	"time"

	"bedelau/internal/kernel/geo"
)

// At is where and when a form is read: the present in the city's zone, the city's districts, and what it charges that day
// by the tables that the form names. Without districts their names are written freely.
type At struct {
	Now    time.Time
	Areas  []Area
	Rates  map[string]map[string]int64
	Ground geo.Box // the city's; empty where nobody has said how far it reaches
}

// visitor is told of each question in turn, with what it works out if it is computed, and returns its answer.
type visitor func(f Field, worked []string) []string

// walk goes through a form in its order and knows at each question what the earlier answers make of it.
type walk struct {
	rules *rules
	at    At
	files map[string]int
	vars  map[string]any
	every bool // also visits what is not asked, marked Off

	broken func(f Field, r Rule) // told of each rule that an answer breaks; nil for nobody
}

func (c *Checker) walk(files map[string]int) *walk {
	y, m, d := c.at.Now.Date()
	return &walk{rules: c.form.compiled(), at: c.at, files: files, vars: map[string]any{
		"today": time.Date(y, m, d, 0, 0, 0, 0, time.UTC), "answered": []string{}, "rates": c.at.Rates,
	}}
}

// page visits the questions of a page.
func (w *walk) page(p Page, visit visitor) {
	x, ok := w.rules.pages[p.Code]
	off := ok && !x.holds(w.vars)
	for _, f := range p.Fields {
		w.field(f.placed(), w.vars, off, visit)
	}
}

// field visits one question, and what is inside it. vars are the answers that it can see, to which its own is added.
func (w *walk) field(f Field, vars map[string]any, off bool, visit visitor) {
	if x, ok := w.rules.shown[f.key]; !off && ok && !x.holds(vars) {
		off = true
	}
	if off && !w.every {
		return
	}
	f.Off = off
	if f.Type == Group && !off {
		f = w.bounded(f, vars)
	}
	if x, ok := w.rules.required[f.key]; ok && !off && x.holds(vars) {
		f.Required = true
	}
	var worked []string
	if x, ok := w.rules.computed[f.key]; ok && !off {
		if v, ok := x.text(vars); ok {
			worked = []string{v}
		}
	}
	answer := visit(f.inCity(w.at.Areas), worked)
	if !off {
		w.take(f, vars, answer)
	}
	for _, part := range f.parts(w.at.Areas) {
		w.field(part, vars, off, visit)
	}
	if f.Type != Group {
		if !off {
			w.judge(f, vars)
		}
		return
	}
	rows := []map[string]any{}
	for n := range f.rows(answer) {
		heading := f.row(n + 1)
		heading.Off = off
		visit(heading, nil)
		row := maps.Clone(vars)
		row["answered"] = slices.Clone(vars["answered"].([]string))
		for _, sub := range f.ofRow(n + 1) {
			w.field(sub, row, off, visit)
		}
		rows = append(rows, f.rowKnown(row))
	}
	if !off && len(f.Rules) > 0 {
		all := maps.Clone(vars)
		all[rowsName] = rows
		w.judge(f, all)
	}
}

// take makes an answer known to the questions behind it.
func (w *walk) take(f Field, vars map[string]any, answer []string) {
	v, ok := f.value(answer, w.files[f.Code])
	if !ok {
		return
	}
	vars[f.name] = v
	if f.Type != File && f.Type != Group || f.Type == File && w.files[f.Code] > 0 {
		vars["answered"] = append(vars["answered"].([]string), f.name)
	}
}

// Asked is what a form asks, given the answers so far: what to show, and what has to be answered.
type Asked struct {
	Pages    []Page // with the questions that are put, blocks and rows taken apart
	Required map[string]bool
	Computed Answers
}

// Asks reports whether the question of this code is put.
func (a Asked) Asks(code string) bool {
	_, ok := a.Required[code]
	return ok
}

// Ask returns what f asks now. answers are those that are kept, files the numbers of files by field.
func (f *Form) Ask(answers Answers, files map[string]int, at At) Asked {
	w := NewChecker(f, at).walk(files)
	out := Asked{Required: map[string]bool{}, Computed: Answers{}}
	for _, p := range f.Pages {
		shown := p
		shown.Fields = nil
		w.page(p, func(fd Field, worked []string) []string {
			shown.Fields = append(shown.Fields, fd)
			out.Required[fd.Code] = fd.Required
			if fd.Type != Computed {
				return answers[fd.Code]
			}
			if worked != nil {
				out.Computed[fd.Code] = worked
			}
			return worked
		})
		if len(shown.Fields) > 0 {
			out.Pages = append(out.Pages, shown)
		}
	}
	return out
}
