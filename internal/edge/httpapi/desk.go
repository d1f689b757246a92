package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

// queue is a page of an office's work.
type queue struct {
	Items  []Application `json:"items"`
	Next   string        `json:"next,omitempty" doc:"The cursor of the next page; absent on the last one and for a search."`
	More   bool          `json:"more,omitempty" doc:"Of a search: there are more; type more."`
	Total  int           `json:"total" doc:"How many there are in the view and within the filter; of a search, those shown."`
	Counts *queueCounts  `json:"counts,omitempty" doc:"How many there are in each view, here and in the agencies' apps; absent for a search."`
}

type queueCounts struct {
	Mine       int `json:"mine"`
	Unassigned int `json:"unassigned"`
	All        int `json:"all"`
	Late       int `json:"late"`
	Waiting    int `json:"waiting"`
	Done       int `json:"done"`
}

type queueAsked struct {
	View        string `query:"view" enum:"mine,unassigned,all,late,waiting,done" default:"all" doc:"waiting: for the applicant; done: closed in the last thirty days."`
	Source      string `query:"source" maxLength:"36" example:"here" doc:"here, apps (in any of the agencies' own), or the id of an app; everywhere when it is left out."`
	Service     string `query:"service" maxLength:"64" example:"ktp-el-hilang" doc:"Code of a service."`
	Agency      string `query:"agency" maxLength:"64" example:"disdukcapil" doc:"Code of an office, for those who reach more than one."`
	Stage       string `query:"stage" enum:"received,in_review,needs_correction,approved,rejected,cancelled,completed" doc:"Where the application stands."`
	Channel     string `query:"channel" enum:"web,api,counter" doc:"How it came."`
	District    string `query:"district" maxLength:"20" example:"21.71.04" doc:"Kemendagri code of a district; none for what lies in no area. Of native applications alone."`
	Subdistrict string `query:"subdistrict" maxLength:"20" example:"21.71.04.1002" doc:"Code of a subdistrict."`
	Assignee    string `query:"assignee" maxLength:"36" example:"me" doc:"me, none (nobody), or the id of an account."`
	Late        bool   `query:"late" doc:"Only what is late."`
	DueWithin   int    `query:"due_within" minimum:"1" maximum:"365" doc:"Days from today, which is 1."`
	DueFrom     string `query:"due_from" maxLength:"10" example:"2026-11-01" doc:"A day of the city's; both ends are included."`
	DueTo       string `query:"due_to" maxLength:"10" example:"2026-11-30" doc:"The last day on which it is due."`
	SentFrom    string `query:"sent_from" maxLength:"10" example:"2026-11-01" doc:"The first day on which it was sent."`
	SentTo      string `query:"sent_to" maxLength:"10" example:"2026-11-30" doc:"The last one."`
	Sort        string `query:"sort" enum:"newest,oldest" doc:"By when it was sent; by deadline when it is left out."`
	Cursor      string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
	Limit       int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"How many items at the most."`
}

func (q queueAsked) filter() inbox.Filter {
	return inbox.Filter{View: inbox.View(q.View), Source: q.Source, Service: q.Service, Agency: q.Agency, Stage: q.Stage, Channel: q.Channel, District: q.District, Subdistrict: q.Subdistrict, Assignee: q.Assignee, Late: q.Late,
		DueWithin: q.DueWithin, DueFrom: q.DueFrom, DueTo: q.DueTo, SentFrom: q.SentFrom, SentTo: q.SentTo, Sort: inbox.Sort(q.Sort)}
}

// searchAsked is a body and not an address, which proxies log: a name is personal.
type searchAsked struct {
	Body searchRequest
}

type searchRequest struct {
	Q      string `json:"q" minLength:"1" maxLength:"200" doc:"A number, or words."`
	Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"25" doc:"How many items at the most."`
	Months int    `json:"months,omitempty" minimum:"-1" maximum:"1200" default:"12" doc:"How far back what was closed, notes and messages are searched; -1 is all time."`
}

type queued struct {
	Link string `header:"Link" doc:"The address of the next page, rel=\"next\" (RFC 8288)."`
	Body queue
}

type actRequest struct {
	Action  string   `json:"action" minLength:"1" maxLength:"100" example:"approve" doc:"Code of an action that the application offers."`
	Version int      `json:"version,omitempty" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it; or send If-Match."`
	Reason  string   `json:"reason,omitempty" maxLength:"2000" doc:"Where the action asks for one; the applicant reads it."`
	Fields  []string `json:"fields,omitempty" maxItems:"100" doc:"Codes of the fields to be corrected, where the action asks for a correction."`

	Answers map[string]given `json:"answers,omitempty" maxProperties:"200" doc:"To the action's questions, by their codes, as in a form."`
	Files   []handed         `json:"files,omitempty" maxItems:"20" doc:"To those of its questions that take files."`
}

type releaseRequest struct {
	Version int    `json:"version,omitempty" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it; or send If-Match."`
	Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

type claimRequest struct {
	Version  int    `json:"version,omitempty" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it; or send If-Match."`
	TakeOver bool   `json:"take_over,omitempty" doc:"Also from the colleague who has it."`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

type assignRequest struct {
	Officer uuid.UUID `json:"officer" format:"uuid" doc:"Id of a colleague."`
	Version int       `json:"version,omitempty" minimum:"1" maximum:"2147483647" doc:"Of the application as you saw it; or send If-Match."`
	Reason  string    `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the office alone; needed when a colleague has it."`
}

type noteRequest struct {
	Note string `json:"note" minLength:"1" maxLength:"2000" doc:"For the office alone."`
}

type revealRequest struct {
	Field string `json:"field" minLength:"1" maxLength:"100" example:"nik" doc:"Code of a masked answer."`
}

type revealed struct {
	Field  string `json:"field"`
	Text   string `json:"text" doc:"The whole answer."`
	Before string `json:"before,omitempty" doc:"What it was when a correction was asked for, if it has changed since."`
}

type actAsked struct {
	ByApplication
	Seen
	Body actRequest
}

type releaseAsked struct {
	ByApplication
	Seen
	Body *releaseRequest
}

type claimAsked struct {
	ByApplication
	Seen
	Body *claimRequest
}

type assignAsked struct {
	ByApplication
	Seen
	Body assignRequest
}

// movable are the refusals of acts that name the version they have seen.
func movable() []int { return []int{http.StatusConflict, http.StatusPreconditionFailed} }

func (a *API) desk() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/queue", ID: "get-queue", Tag: "Desk", Title: "The queue",
		About: "The work within the reach of staff with `application:queue`, ordered by deadline, with exact counts of every view. What the agencies' own apps tell of stands in the same list, with `external`; a filter by `assignee`, `channel`, `district` or `subdistrict`, and the views mine and unassigned, are of native applications alone.",
		Needs: access.ApplicationQueue, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, a.queue)
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/queue/search", ID: "search-queue", Tag: "Desk", Title: "Search the queue",
		About: "Finds applications within the reach of staff with `application:queue`, by number or the beginning of the applicant's name whenever they were sent, by words of the name and the service what is open or was closed in the last months, by words of one internal note or one message to the applicant in them, and by words of those answers that the form opens to search.",
		Needs: access.ApplicationQueue, Scope: gate.City, MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *searchAsked) (*queued, error) {
		return a.found(ctx, who, inbox.Query{Search: in.Body.Q, Limit: in.Body.Limit, Months: in.Body.Months})
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/actions", ID: "act", Tag: "Desk", Title: "Take a step",
		About: "Takes one of the actions that the application offers to this officer, such as to ask for a correction or to approve. 409 `application.changed` says who did what meanwhile; 409 `application.no_action` when the state does not allow the step; 409 `application.held` when a colleague has the application and the actor has no `application:assign`; 422 for a reason that is missing or not asked for, for a request for correction that names no field, and for answers to the action's questions that are missing or wrong.",
		Needs: access.ApplicationRead, Scope: gate.City, IDs: applicationID(), MaxBody: officeBody, Refuses: movable(),
	}, func(ctx context.Context, who rest.Caller, in *actAsked) (*versioned, error) {
		version, err := in.version(in.Body.Version)
		if err != nil {
			return nil, err
		}
		values, names := typed(in.Body.Answers)
		x, err := a.Casework.Act(ctx, who.Actor, casework.ActInput{ID: in.ID, Action: in.Body.Action, Version: version, Reason: in.Body.Reason, Fields: in.Body.Fields,
			Answers: values, Files: uploadsOf(in.Body.Files)})
		return a.acted(ctx, who, x, in.moved(rest.Renamed(err, names)))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/claim", ID: "claim", Tag: "Desk", Title: "Take an application",
		About: "Takes an application that nobody has or, with `take_over`, from the colleague who has it, which its timeline records. For staff with `application:review`. 409 `application.taken` when a colleague has it and `take_over` is not true; 422 names `reason` when it is missing then.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody, Refuses: movable(),
	}, func(ctx context.Context, who rest.Caller, in *claimAsked) (*versioned, error) {
		var body claimRequest
		if in.Body != nil {
			body = *in.Body
		}
		version, err := in.version(body.Version)
		if err != nil {
			return nil, err
		}
		x, err := a.Casework.Claim(ctx, who.Actor, in.ID, version, body.TakeOver, body.Reason)
		return a.acted(ctx, who, x, in.moved(err))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/release", ID: "release", Tag: "Desk", Title: "Put an application back",
		About: "Puts an application back for everyone: the officer's own, or with `application:assign` anyone's, which needs a `reason`.",
		Needs: access.ApplicationRead, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody, Refuses: movable(),
	}, func(ctx context.Context, who rest.Caller, in *releaseAsked) (*versioned, error) {
		var body releaseRequest
		if in.Body != nil {
			body = *in.Body
		}
		version, err := in.version(body.Version)
		if err != nil {
			return nil, err
		}
		x, err := a.Casework.Release(ctx, who.Actor, in.ID, version, body.Reason)
		return a.acted(ctx, who, x, in.moved(err))
	})
	a.handing()
	a.looking()
}

// handing is who works on what.
func (a *API) handing() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/colleagues", ID: "list-colleagues", Tag: "Desk", Title: "Who may be given it",
		About: "The active staff of the application's office, by name. For staff with `application:assign`.",
		Needs: access.ApplicationAssign, Scope: gate.City, IDs: applicationID(),
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*rest.OK[rest.Page[person]], error) {
		all, err := a.Casework.Colleagues(ctx, who.Actor, in.ID)
		return &rest.OK[rest.Page[person]]{Body: rest.Page[person]{Items: rest.List(all, func(c casework.Colleague) person { return person{ID: c.ID, Name: c.Name} })}}, err
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/assignment", ID: "assign", Tag: "Desk", Title: "Give an application to a colleague",
		About: "Gives an application to an officer, whoever had it. For staff with `application:assign`. 422 names `officer` when the office has no such member, and `reason` when it is missing although a colleague has the application.",
		Needs: access.ApplicationAssign, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody, Refuses: movable(),
	}, func(ctx context.Context, who rest.Caller, in *assignAsked) (*versioned, error) {
		version, err := in.version(in.Body.Version)
		if err != nil {
			return nil, err
		}
		x, err := a.Casework.Assign(ctx, who.Actor, in.ID, in.Body.Officer, version, in.Body.Reason)
		return a.acted(ctx, who, x, in.moved(err))
	})
}

// looking is what an officer writes and reads beside the steps.
func (a *API) looking() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/notes", ID: "add-note", Tag: "Desk", Title: "Add a note",
		About: "Adds words that only the office sees. For staff with `application:review`.",
		Needs: access.ApplicationReview, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByApplication
		Body noteRequest
	}) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.Note(ctx, who.Actor, in.ID, in.Body.Note, uuid.Nil)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/reveals", ID: "reveal-answer", Tag: "Desk", Title: "Show a masked answer",
		About: "Shows a sensitive answer in full, and records that this officer has read it. For staff with `application:reveal`.",
		Needs: access.ApplicationReveal, Scope: gate.City, IDs: applicationID(), MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByApplication
		Body revealRequest
	}) (*rest.OK[revealed], error) {
		x, err := a.Casework.Reveal(ctx, who.Actor, in.ID, in.Body.Field)
		return &rest.OK[revealed]{Body: revealed{Field: in.Body.Field, Text: x.Text, Before: x.Before}}, err
	})
}

func (a *API) queue(ctx context.Context, who rest.Caller, in *queueAsked) (*queued, error) {
	return a.found(ctx, who, inbox.Query{Filter: in.filter(), Cursor: in.Cursor, Limit: in.Limit})
}

func (a *API) found(ctx context.Context, who rest.Caller, f inbox.Query) (*queued, error) {
	q, err := a.Inbox.Queue(ctx, who.Actor, f)
	if err != nil {
		return nil, err
	}
	n := q.Counts
	out := queued{Link: who.Next(q.Next), Body: queue{Next: q.Next, More: q.More, Total: q.Total.All()}}
	if n != nil {
		out.Body.Counts = &queueCounts{
			Mine: n[inbox.ViewMine].All(), Unassigned: n[inbox.ViewUnassigned].All(), All: n[inbox.ViewAll].All(),
			Late: n[inbox.ViewLate].All(), Waiting: n[inbox.ViewWaiting].All(), Done: n[inbox.ViewDone].All(),
		}
	}
	out.Body.Items, err = a.items(ctx, who, q.Items)
	return &out, err
}

// items reads a list, in its order, from the two that know its applications.
func (a *API) items(ctx context.Context, who rest.Caller, list []inbox.Item) ([]Application, error) {
	here, elsewhere := inbox.Parted(list)
	apps, err := a.Casework.List(ctx, who.Actor, here)
	if err != nil {
		return nil, err
	}
	out, err := a.rows(ctx, who, apps)
	if err != nil || len(elsewhere) == 0 {
		return out, err
	}
	others, err := a.External.List(ctx, who.Actor, elsewhere)
	if err != nil {
		return nil, err
	}
	offices, err := a.Catalog.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, x := range offices {
		names[x.Code] = who.Text(x.Name)
	}
	for _, x := range others {
		out = append(out, a.inQueue(x, rest.Named{Code: x.Agency, Name: names[x.Agency]}, who))
	}
	place := map[uuid.UUID]int{}
	for i, x := range list {
		place[x.ID] = i
	}
	slices.SortFunc(out, func(x, y Application) int { return place[x.ID] - place[y.ID] })
	return out, nil
}
