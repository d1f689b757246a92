package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

// task is what the reader's office was asked by another.
type task struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	Application uuid.UUID `json:"application" format:"uuid" doc:"GET /applications/{id} shows it, with the questions and the answers to choose from."`
	Number      string    `json:"number" example:"BTM-26-7K3QX-4" doc:"Of the application."`
	Service     string    `json:"service"`
	Agency      string    `json:"agency" example:"dinkes" doc:"Code of the office that is asked."`
	AskedBy     string    `json:"asked_by" doc:"The office that asks."`
	Ask         string    `json:"ask" doc:"What is asked."`
	Version     int       `json:"version" doc:"Goes up with every act. Hand it back to say what you have seen."`
	Assignee    *person   `json:"assignee,omitempty"`
	OpenedAt    time.Time `json:"opened_at"`
	DueAt       time.Time `json:"due_at,omitzero"`
	Late        bool      `json:"late"`
}

type taskList struct {
	Items []task `json:"items"`
	Open  int    `json:"open" doc:"How many there are in all."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last one."`
}

type tasksAsked struct {
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
}

type taskAnswer struct {
	Version int              `json:"version" minimum:"1" maximum:"2147483647" doc:"Of the task as you saw it."`
	Outcome string           `json:"outcome" minLength:"1" maxLength:"100" example:"recommended" doc:"Code of one of the answers."`
	Reason  string           `json:"reason,omitempty" maxLength:"2000" doc:"Where the answer asks for one."`
	Answers map[string]given `json:"answers,omitempty" maxProperties:"200" doc:"To the task's questions, by their codes, as in a form."`
	Files   []handed         `json:"files,omitempty" maxItems:"20" doc:"To those of its questions that take files."`
}

type taskHand struct {
	Version  int    `json:"version" minimum:"1" maximum:"2147483647" doc:"Of the task as you saw it."`
	TakeOver bool   `json:"take_over,omitempty" doc:"Also from the colleague who has it."`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

type taskRelease struct {
	Version int    `json:"version" minimum:"1" maximum:"2147483647" doc:"Of the task as you saw it."`
	Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

type taskAssign struct {
	Version int       `json:"version" minimum:"1" maximum:"2147483647" doc:"Of the task as you saw it."`
	Officer uuid.UUID `json:"officer" format:"uuid" doc:"Id of a member of the office that was asked."`
	Reason  string    `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

// ByTask names a task in the path.
type ByTask struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Id of the task."`
}

func taskID() map[string]string { return map[string]string{"id": "task"} }

func (a *API) tasks() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/tasks", ID: "list-tasks", Tag: "Desk", Title: "What other offices ask of ours",
		About: "What the office of staff with `application:queue` was asked of applications and has not answered, the earliest deadline first; with `application:all` every office's.",
		Needs: access.ApplicationQueue, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, func(ctx context.Context, who rest.Caller, in *tasksAsked) (*rest.OK[taskList], error) {
		all, err := a.Casework.Tasks(ctx, who.Actor, in.Cursor)
		if err != nil {
			return nil, err
		}
		items := rest.List(all.Rows, func(t casework.TaskRow) task { return a.taskOf(t, who) })
		return &rest.OK[taskList]{Body: taskList{Items: items, Open: all.Open, Next: all.Next}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/tasks/{id}/answer", ID: "answer-task", Tag: "Desk", Title: "Answer what was asked",
		About: "Gives the office's answer; when it was the last that the application waited for, the step that follows is taken at once. For staff of the office with the permission that the workflow names. 409 `task.closed` when it was answered or the application has gone on, `task.changed` when it is no longer the version that was seen, `task.held` when a colleague has it; 422 for an answer, a reason or a question that is missing or wrong.",
		Needs: access.ApplicationRead, Scope: gate.City, IDs: taskID(), MaxBody: officeBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByTask
		Body taskAnswer
	}) (*versioned, error) {
		values, names := typed(in.Body.Answers)
		x, err := a.Casework.AnswerTask(ctx, who.Actor, casework.AnswerInput{Task: in.ID, Version: in.Body.Version, Outcome: in.Body.Outcome,
			Reason: in.Body.Reason, Answers: values, Files: uploadsOf(in.Body.Files)})
		return a.acted(ctx, who, x, rest.Renamed(err, names))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/tasks/{id}/claim", ID: "claim-task", Tag: "Desk", Title: "Take a task",
		About: "Takes a task of the office that nobody has or, with `take_over`, from the colleague who has it. For staff with `application:review`. The refusals are those of an answer.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: taskID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByTask
		Body taskHand
	}) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.ClaimTask(ctx, who.Actor, in.ID, in.Body.Version, in.Body.TakeOver, in.Body.Reason)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/tasks/{id}/release", ID: "release-task", Tag: "Desk", Title: "Put a task back",
		About: "Puts a task back for everyone of its office: the officer's own, or with `application:assign` anyone's, which needs a `reason`.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: taskID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByTask
		Body taskRelease
	}) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.ReleaseTask(ctx, who.Actor, in.ID, in.Body.Version, in.Body.Reason)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/tasks/{id}/assignment", ID: "assign-task", Tag: "Desk", Title: "Give a task to a colleague",
		About: "Gives a task to an officer of the office that was asked, whoever had it. For staff with `application:assign`. 422 names `officer` when the office has no such member, and `reason` when it is missing although a colleague has the task.",
		Needs: access.ApplicationAssign, Scope: gate.City, IDs: taskID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByTask
		Body taskAssign
	}) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.AssignTask(ctx, who.Actor, in.ID, in.Body.Officer, in.Body.Version, in.Body.Reason)
	})
}

func (a *API) taskOf(t casework.TaskRow, who rest.Caller) task {
	out := task{ID: t.ID, Application: t.SubjectID, Number: t.Number, Service: who.Text(t.ServiceName), Agency: t.AgencyCode, AskedBy: t.AskedBy,
		Ask: who.Text(t.Ask.Label), Version: t.Version, OpenedAt: who.At(t.OpenedAt), DueAt: who.At(t.DueAt), Late: t.Late(a.Now())}
	if t.AssigneeID.Valid {
		out.Assignee = &person{ID: t.AssigneeID.UUID, Name: t.AssigneeName}
	}
	return out
}
