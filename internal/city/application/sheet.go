package application

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// SubjectKind is how documents know an application.
const SubjectKind = "application"

// Matter is how a workflow's tasks, timers and answers know an application.
func (a Application) Matter() workflow.Subject {
	return workflow.Subject{Kind: SubjectKind, ID: a.ID}
}

// Sheet returns the questions of an application's form and workflow as one, put together once in this process.
func (s *Service) Sheet(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (*workflow.Sheet, error) {
	f, err := s.Form(ctx, db, app)
	if err != nil {
		return nil, err
	}
	return s.Defs.sheet(app, f, wf), nil
}

// Known is everything that is answered about an application, and what its sheet makes of it.
type Known struct {
	Sheet    *workflow.Sheet
	Answers  form.Answers // the applicant's and the office's
	Files    map[string]int
	Office   workflow.Answered
	Standing workflow.Standing
}

// Know reads what is answered about a submitted application. A workflow that asks nothing of the office costs no query.
func (s *Service) Know(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (Known, error) {
	sheet, err := s.Sheet(ctx, db, app, wf)
	if err != nil || sheet.Plain() {
		return Known{Sheet: sheet}, err
	}
	return s.KnowAll(ctx, db, app, wf)
}

// KnowAll is Know also where nothing is asked of the office.
func (s *Service) KnowAll(ctx context.Context, db bun.IDB, app Application, wf *workflow.Workflow) (Known, error) {
	var k Known
	var err error
	if k.Sheet, err = s.Sheet(ctx, db, app, wf); err != nil {
		return k, err
	}
	if k.Answers, err = s.Answers(ctx, app); err != nil {
		return k, err
	}
	attached, err := s.FilesOf(ctx, db, app)
	if err != nil {
		return k, err
	}
	if k.Office, err = s.Records().Of(ctx, db, app.Matter()); err != nil {
		return k, err
	}
	k.Files = Counts(attached)
	maps.Copy(k.Answers, k.Office.Answers)
	maps.Copy(k.Files, k.Office.Counts())
	at, err := s.asOfOwn(ctx, db, app, k.Sheet)
	if err != nil {
		return k, err
	}
	k.Standing = k.Sheet.Stand(k.Answers, k.Files, at)
	return k, nil
}

// value is an answer in the spelling in which it is kept, what is computed included.
func (k Known) value(field string) string {
	if v := k.Standing.Computed(field); v != "" {
		return v
	}
	return k.Answers.Get(field)
}

// Records is where what officers answer is kept.
func (s *Service) Records() workflow.Records {
	return workflow.Records{Keys: s.Deps.Keys, Files: s.Deps.Files}
}

// Upload is a file that an officer hands in with an answer.
type Upload struct {
	Field string
	Name  string
	Body  io.Reader
}

// ReadPage takes what an officer answers on a page of the sheet. Files are received before any transaction is open; those
// of a refused answer are swept away.
func (s *Service) ReadPage(ctx context.Context, actor identity.Actor, app Application, k Known, page string, typed map[string][]string,
	uploads []Upload) (workflow.Answer, []fault.Field, error) {
	out := workflow.Answer{Page: page, Actor: actor.ID, Files: map[string][]files.File{}}
	asked, _ := k.Sheet.Form().Page(page)
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
		f, err := s.Deps.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "office", Name: u.Name, Rule: asked.Fields[i].Rule(), Body: u.Body})
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
	at, err := s.asOfOwn(ctx, s.Deps.DB.App, app, k.Sheet)
	if err != nil {
		return out, nil, err
	}
	at.Now = s.Local(ctx) // an officer answers today
	count := maps.Clone(k.Files)
	for _, f := range asked.Fields {
		delete(count, f.Code) // each taking of a step brings its own
	}
	for field, list := range out.Files {
		count[field] = len(list)
	}
	answers, wrong := k.Sheet.Read(page, typed, k.Answers, count, at)
	out.Answers = answers
	return out, append(bad, wrong...), nil
}

// Subject is how documents and fees know an application.
func (a Application) Subject() document.Subject { return document.Subject{Kind: SubjectKind, ID: a.ID} }
