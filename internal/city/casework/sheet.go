package casework

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// matter is how a workflow's tasks, timers and answers know an application.
func (a Application) matter() workflow.Subject {
	return workflow.Subject{Kind: subjectKind, ID: a.ID}
}

// sheet returns the questions of an application's form and workflow as one, put together once in this process.
func (s *Service) sheet(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (*workflow.Sheet, error) {
	f, err := s.form(ctx, db, app)
	if err != nil {
		return nil, err
	}
	return s.defs.sheet(app, f, wf), nil
}

// known is everything that is answered about an application, and what its sheet makes of it.
type known struct {
	sheet    *workflow.Sheet
	answers  form.Answers // the applicant's and the office's
	files    map[string]int
	office   workflow.Answered
	standing workflow.Standing
}

// know reads what is answered about a submitted application. A workflow that asks nothing of the office costs no query.
func (s *Service) know(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (known, error) {
	sheet, err := s.sheet(ctx, db, app, wf)
	if err != nil || sheet.Plain() {
		return known{sheet: sheet}, err
	}
	return s.knowAll(ctx, db, app, wf)
}

// knowAll is know also where nothing is asked of the office.
func (s *Service) knowAll(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (known, error) {
	var k known
	var err error
	if k.sheet, err = s.sheet(ctx, db, app, wf); err != nil {
		return k, err
	}
	if k.answers, err = s.answers(ctx, app); err != nil {
		return k, err
	}
	attached, err := s.filesOf(ctx, db, app)
	if err != nil {
		return k, err
	}
	if k.office, err = s.records().Of(ctx, db, app.matter()); err != nil {
		return k, err
	}
	k.files = counts(attached)
	maps.Copy(k.answers, k.office.Answers)
	maps.Copy(k.files, k.office.Counts())
	at, err := s.asOfOwn(ctx, db, app)
	if err != nil {
		return k, err
	}
	k.standing = k.sheet.Stand(k.answers, k.files, at)
	return k, nil
}

// value is an answer in the spelling in which it is kept, what is computed included.
func (k known) value(field string) string {
	if v := k.standing.Computed(field); v != "" {
		return v
	}
	return k.answers.Get(field)
}

func (s *Service) records() workflow.Records {
	return workflow.Records{Keys: s.d.Keys, Files: s.d.Files}
}

// Upload is a file that an officer hands in with an answer.
type Upload struct {
	Field string
	Name  string
	Body  io.Reader
}

// readPage takes what an officer answers on a page of the sheet. Files are received before any transaction is open; those
// of a refused answer are swept away.
func (s *Service) readPage(ctx context.Context, actor identity.Actor, app Application, k known, page string, typed map[string][]string,
	uploads []Upload) (workflow.Answer, []fault.Field, error) {
	out := workflow.Answer{Page: page, Actor: actor.ID, Files: map[string][]files.File{}}
	asked, _ := k.sheet.Form().Page(page)
	var bad []fault.Field
	for _, u := range uploads {
		i := slices.IndexFunc(asked.Fields, func(f form.Field) bool { return f.Code == u.Field && f.File != nil })
		if i < 0 {
			bad = append(bad, fault.Field{Name: form.Clip(u.Field), Code: "unknown_field"})
			continue
		}
		if most := asked.Fields[i].File.MaxCount; len(out.Files[u.Field]) >= most {
			bad = append(bad, fault.Field{Name: u.Field, Code: "too_many_files", Args: []any{"max", most}})
			continue
		}
		f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "office", Name: u.Name, Rule: asked.Fields[i].Rule(), Body: u.Body})
		if err != nil {
			err = files.Refuse(err, u.Field)
			refused := fault.From(err).Fields
			if len(refused) == 0 {
				return out, nil, err
			}
			bad = append(bad, refused...)
			continue
		}
		out.Files[u.Field] = append(out.Files[u.Field], f)
	}
	if len(asked.Fields) == 0 {
		return out, bad, nil
	}
	at, err := s.asOfOwn(ctx, s.d.DB.App, app)
	if err != nil {
		return out, nil, err
	}
	at.Now = s.local(ctx) // an officer answers today
	count := maps.Clone(k.files)
	for _, f := range asked.Fields {
		delete(count, f.Code) // each taking of a step brings its own
	}
	for field, list := range out.Files {
		count[field] = len(list)
	}
	answers, wrong := k.sheet.Read(page, typed, k.answers, count, at)
	out.Answers = answers
	return out, append(bad, wrong...), nil
}
