package intake

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
)

// editable reports whether the applicant may answer a question now: any of a draft; of a correction what it names, what was
// changed since, the other half of a place that it names, and what has to be answered anew because of that (brought).
// Whoever is asked for another district could else not say which part of it, and send nothing back.
func editable(app application.Application, code string, brought []string) bool {
	if app.Editable(code) {
		return true
	}
	if app.Stage != workflow.StageNeedsCorrection || app.Correction == nil {
		return false
	}
	half := otherHalf(code)
	in := func(question string) bool { return form.BelongsTo(code, question) }
	return half != "" && app.Editable(half) || slices.ContainsFunc(app.Correction.Changed, in) || slices.ContainsFunc(brought, in)
}

// otherHalf is the question that says with this one where something lies: a district and its part are of one place.
func otherHalf(code string) string {
	const district, part = ".district", ".subdistrict"
	if block, ok := strings.CutSuffix(code, district); ok {
		return block + part
	}
	if block, ok := strings.CutSuffix(code, part); ok {
		return block + district
	}
	return ""
}

// broughtUp are the questions that stand in the way of sending a correction back: what was complete when it was first sent
// is not any more, because of what was corrected or of the day.
func broughtUp(app application.Application, f *form.Form, at form.At, answers form.Answers, files map[string]int) []string {
	if app.Stage != workflow.StageNeedsCorrection {
		return nil
	}
	c := form.NewChecker(f, at)
	c.All(answers, files)
	return named(c, f, answers)
}

// broughtUp is what broughtUp finds in what is kept of an application now, read through tx.
func (s *Service) broughtUp(ctx context.Context, tx bun.IDB, app application.Application, f *form.Form) ([]string, error) {
	if app.Stage != workflow.StageNeedsCorrection {
		return nil, nil
	}
	answers, err := s.Answers(ctx, app)
	if err != nil {
		return nil, err
	}
	held, err := s.FilesOf(ctx, tx, app)
	if err != nil {
		return nil, err
	}
	at, err := s.AsOf(ctx, tx, app, f)
	return broughtUp(app, f, at, answers, application.Counts(held)), err
}

// typedUp are those that what was typed on a page brings up on the page itself. What may not be changed counts as it is kept.
func typedUp(app application.Application, f *form.Form, at form.At, p form.Page, typed map[string][]string, answers form.Answers, files map[string]int, brought []string) []string {
	if app.Stage != workflow.StageNeedsCorrection {
		return nil
	}
	held := map[string][]string{}
	for code, v := range answers {
		if on, _ := f.PageOf(code); on != p.Code {
			continue
		}
		if fd, _ := f.Field(code); fd.Typed() && !editable(app, code, brought) {
			held[code] = v
		}
	}
	for code, v := range typed {
		if editable(app, code, brought) {
			held[code] = v
		}
	}
	c := form.NewChecker(f, at)
	c.Page(p, held, answers, files)
	return named(c, f, answers)
}

// named are the questions at which c found something; of a group that is asked for the first time, all of it.
func named(c *form.Checker, f *form.Form, answers form.Answers) []string {
	var out []string
	for _, x := range c.Errors {
		group, _, _ := strings.Cut(x.Name, ".")
		if fd, ok := f.Field(group); ok && fd.Type == form.Group && len(answers[group]) == 0 {
			out = append(out, group)
			continue
		}
		out = append(out, x.Name)
	}
	return out
}

// offNow reports whether a page no longer puts a question: its answer goes with what was corrected.
func offNow(shown form.Page, code string) bool {
	return slices.ContainsFunc(shown.Fields, func(f form.Field) bool { return f.Off && form.BelongsTo(code, f.Code) })
}

// Typing is the draft while a page of it is answered: what is typed there may bring up an answer that was not asked for.
func (d Draft) Typing(p form.Page, typed map[string][]string) Draft {
	d.brought = union(slices.Clone(d.brought), typedUp(d.Application, d.Form, d.At, p, typed, d.Answers, application.Counts(d.Files), d.brought))
	return d
}
