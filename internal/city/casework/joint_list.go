package casework

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// TaskRow is one task in the list of an office that is asked by others.
type TaskRow struct {
	workflow.Task `bun:",extend"`
	Number        string          `bun:"number"`
	ServiceName   i18n.Text       `bun:"service_name,type:jsonb"`
	AskedBy       string          `bun:"agency_short"`
	Ask           workflow.Branch `bun:"-"` // what is asked
}

// TaskList is a page of the tasks of an office, the earliest deadline first. Next is empty on the last page.
type TaskList struct {
	Rows []TaskRow
	Open int // of the whole list
	Next string
}

// tasksPage is how many tasks a page has.
const tasksPage = 50

// Tasks lists what the actor's office has been asked of applications and not answered, for staff with application:queue;
// those with application:all see every office's. It refuses a cursor it did not make (Malformed "request.cursor").
func (s *Service) Tasks(ctx context.Context, actor identity.Actor, cursor string) (TaskList, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return TaskList{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil || !r.City() && r.Agency() == "" {
		return TaskList{}, err
	}
	var out TaskList
	q := openTasks(ctx, s.taskRows(&out.Rows), r)
	if cursor != "" {
		at, id, err := parsePlace(cursor)
		if err != nil {
			return TaskList{}, fault.Wrap(fault.Malformed, "request.cursor", err)
		}
		q = q.Where("(k.queue_at, k.id) > (?, ?)", at, id)
	}
	if err := q.OrderExpr("k.queue_at, k.id").Limit(tasksPage + 1).Scan(ctx); err != nil {
		return TaskList{}, fmt.Errorf("casework: tasks: %w", err)
	}
	n, err := openTasks(ctx, s.countedTasks(r), r).Count(ctx)
	if err != nil {
		return TaskList{}, fmt.Errorf("casework: tasks: %w", err)
	}
	out.Open = int(n)
	if len(out.Rows) > tasksPage {
		out.Rows = out.Rows[:tasksPage]
		last := out.Rows[tasksPage-1]
		out.Next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", last.QueueAt.UnixMicro(), last.ID))
	}
	return out, s.nameTasks(ctx, out.Rows)
}

// TasksCounted is the most that TasksOpen counts to.
const TasksCounted = 100

// TasksOpen counts what Tasks lists, up to TasksCounted, and nothing for whoever may not list it: an office that others only
// ask has nothing in its own list that would tell it so.
func (s *Service) TasksOpen(ctx context.Context, actor identity.Actor) (int, error) {
	if s.Deps.Guard.Allow(ctx, actor, access.ApplicationQueue) != nil {
		return 0, nil
	}
	r, err := s.Within(ctx, actor)
	if err != nil || !r.City() && r.Agency() == "" {
		return 0, err
	}
	waiting := openTasks(ctx, s.countedTasks(r), r).ColumnExpr("1").OrderExpr("k.agency_code, k.queue_at, k.id").Limit(TasksCounted) // along their index
	var n int
	if err := s.Deps.DB.App.NewSelect().ColumnExpr("count(*)").TableExpr("(?) AS waiting", waiting).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("casework: count tasks: %w", err)
	}
	return n, nil
}

// openTasks keeps those that wait for an answer of the offices in reach.
func openTasks(ctx context.Context, q *bun.SelectQuery, r access.Reach) *bun.SelectQuery {
	q = q.Where("k.tenant_id = ?", tenancy.Must(ctx)).Where("k.status = 'open'").Where("k.subject_kind = ?", application.SubjectKind)
	if !r.City() {
		q = q.Where("k.agency_code = ?", r.Agency())
	}
	return r.Placed(q, "a")
}

// countedTasks starts a count of tasks; where they lie is said by their applications.
func (s *Service) countedTasks(r access.Reach) *bun.SelectQuery {
	q := s.Deps.DB.App.NewSelect().Model((*workflow.Task)(nil))
	if len(r.Areas()) > 0 {
		q = q.Join(ofApplication)
	}
	return q
}

// taskRows starts a read of tasks with what their application is called.
func (s *Service) taskRows(into *[]TaskRow) *bun.SelectQuery {
	return s.Deps.DB.App.NewSelect().Model(into).ModelTableExpr("workflow_task AS k").ColumnExpr("k.*, a.number, a.service_name, a.agency_short").
		Join(ofApplication)
}

const ofApplication = "JOIN application AS a ON a.tenant_id = k.tenant_id AND a.id = k.subject_id"

// nameTasks says what each task asks, in the words of its application's workflow.
func (s *Service) nameTasks(ctx context.Context, rows []TaskRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.SubjectID
	}
	var apps []application.Application
	err := application.WithoutAnswers(s.Deps.DB.App, &apps).Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return fmt.Errorf("casework: tasks: %w", err)
	}
	for _, app := range apps {
		wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
		if err != nil {
			return err
		}
		for i := range rows {
			if rows[i].SubjectID == app.ID {
				state, _ := wf.State(rows[i].State)
				branch, _ := state.Branch(rows[i].Branch)
				rows[i].Ask = branch
			}
		}
	}
	return nil
}

// parsePlace reads the place of a row in a list: a time and an id, nothing of a person, because it stands in an address.
func parsePlace(cursor string) (time.Time, uuid.UUID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return time.Time{}, uuid.Nil, err
	}
	micro, id, _ := strings.Cut(string(raw), " ")
	n, err := strconv.ParseInt(micro, 10, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return time.Time{}, uuid.Nil, fmt.Errorf("a cursor at %q", micro)
	}
	out, err := uuid.Parse(id)
	return time.UnixMicro(n).UTC(), out, err
}
