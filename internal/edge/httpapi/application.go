package httpapi

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// Application is an application in lists and as the answer to an act.
type Application struct {
	ID          uuid.UUID  `json:"id" format:"uuid"`
	Number      string     `json:"number,omitempty" example:"BTM-26-7K3QX-4" doc:"The tracking number; a draft has none."`
	Service     rest.Named `json:"service"`
	Agency      rest.Named `json:"agency"`
	State       state      `json:"state"`
	Version     int        `json:"version" doc:"Goes up with every act. Hand it back to say what you have seen. 0 of one in an agency's app."`
	Channel     string     `json:"channel,omitempty" enum:"web,api,counter" doc:"Absent of one in an agency's app."`
	SubmittedAt time.Time  `json:"submitted_at,omitzero"`
	DueAt       time.Time  `json:"due_at,omitzero" doc:"Absent when nothing was promised, or while the clock is paused."`
	StepDueAt   time.Time  `json:"step_due_at,omitzero" doc:"Of staff alone: until when the office means to be done with the state where the application stands."`
	Term        *term      `json:"term,omitempty" doc:"What was promised at submission; absent when nothing was."`
	Late        bool       `json:"late" doc:"The promised time has passed."`
	DecidedAt   time.Time  `json:"decided_at,omitzero"`
	ClosedAt    time.Time  `json:"closed_at,omitzero"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	Applicant   string     `json:"applicant,omitempty" doc:"Name; of a submitted application."`
	Assignee    *person    `json:"assignee,omitempty" doc:"Who works on it; for staff."`
	District    string     `json:"district_code,omitempty" example:"21.71.04" doc:"Kemendagri code of the district it is about; for staff."`
	Subdistrict string     `json:"subdistrict_code,omitempty" example:"21.71.04.1002" doc:"And of the subdistrict."`
	Escalation  int        `json:"escalation_level,omitempty" doc:"How far up its delay has been told; for staff."`
	External    *inApp     `json:"external,omitempty" doc:"Of an item of the queue that is worked on in an agency's own app: where."`
}

// inApp is where an application is worked on that is not worked on here.
type inApp struct {
	App      string    `json:"app" example:"Simpus Batam"`
	AppID    uuid.UUID `json:"app_id" format:"uuid" doc:"For the queue's source."`
	Label    string    `json:"label,omitempty" doc:"The app's own words for where it stands."`
	URL      string    `json:"url,omitempty" format:"uri" doc:"Its page in the app."`
	Document string    `json:"document_url,omitempty" format:"uri" doc:"What was issued, there."`
}

// term is a promise such as 2 working days: hari kerja, hari and jam differ over a weekend.
type term struct {
	Amount int    `json:"amount" doc:"0 with the unit date."`
	Unit   string `json:"unit" enum:"minute,hour,day,working_day,month,date"`
	Day    string `json:"day,omitempty" format:"date" doc:"With the unit date, the day itself."`
}

type person struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name"`
}

type state struct {
	Code   string         `json:"code" example:"in_review" doc:"Of the service's workflow."`
	Stage  workflow.Stage `json:"stage" enum:"draft,received,in_review,needs_correction,approved,rejected,cancelled,completed" doc:"The same for every workflow."`
	Label  string         `json:"label" example:"Dalam verifikasi"`
	Public string         `json:"public,omitempty" doc:"What it means to the applicant."`
	Clock  workflow.Clock `json:"clock" enum:"running,paused,stopped" doc:"Whether the promised time runs."`
}

func stateOf(s workflow.State, who rest.Caller) state {
	out := state{Code: s.Code, Stage: s.Stage, Label: who.Text(s.Label), Public: who.Text(s.Public), Clock: s.Clock}
	if out.Label == "" {
		out.Label = who.Lang.T(s.Stage.TextKey())
	}
	return out
}

// applicationOf writes an application for its reader: what concerns the office alone is left out for a resident.
func (a *API) applicationOf(x application.Application, s workflow.State, who rest.Caller) Application {
	out := Application{
		ID: x.ID, Number: x.Number, Service: rest.Named{Code: x.ServiceCode, Name: who.Text(x.ServiceName)},
		Agency: rest.Named{Code: x.AgencyCode, Name: who.Text(x.AgencyName)}, State: stateOf(s, who), Version: x.Version, Channel: x.Channel,
		SubmittedAt: who.At(x.SubmittedAt), DueAt: who.At(x.DueAt), Late: x.Late(a.Now()), DecidedAt: who.At(x.DecidedAt),
		ClosedAt: who.At(x.ClosedAt), CreatedAt: who.At(x.CreatedAt), UpdatedAt: who.At(x.UpdatedAt), Applicant: x.ApplicantName,
	}
	if t := x.Term(); !t.IsZero() {
		out.Term = &term{Amount: t.Amount, Unit: string(t.Unit)}
		if day, ok := t.Named(); ok {
			out.Term.Amount, out.Term.Day = 0, day.Format(time.DateOnly)
		}
	}
	if who.Actor.Kind == identity.Staff {
		out.Escalation, out.StepDueAt = x.EscalationLevel, who.At(x.StepDue())
		out.District, out.Subdistrict = x.DistrictCode, x.SubdistrictCode
		if x.AssigneeID.Valid {
			out.Assignee = &person{ID: x.AssigneeID.UUID, Name: x.AssigneeName}
		}
	}
	return out
}

// versioned is an application as the answer to an act.
type versioned struct {
	ETag string `header:"ETag" doc:"The version, for If-Match."`
	Body Application
}

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// acted answers with the application that an act has left behind.
func (a *API) acted(ctx context.Context, who rest.Caller, x application.Application, err error) (*versioned, error) {
	if err != nil {
		return nil, err
	}
	s, err := a.Casework.Status(ctx, x)
	if err != nil {
		return nil, err
	}
	return &versioned{ETag: etag(x.Version), Body: a.applicationOf(x, s, who)}, nil
}

// ByApplication names an application in the path.
type ByApplication struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Id of the application."`
}

// Seen is the version of an application that the caller has seen.
type Seen struct {
	IfMatch string `header:"If-Match" maxLength:"100" example:"\"3\"" doc:"The ETag of the application as last seen; stands in for version."`
}

// version returns the version that the caller has seen, from the body or the header.
func (s Seen) version(body int) (int, error) {
	switch {
	case s.IfMatch == "" && body == 0:
		return 0, fault.Fields([]fault.Field{{Name: "version", Code: "required"}})
	case s.IfMatch == "":
		return body, nil
	}
	n, err := strconv.Atoi(strings.Trim(s.IfMatch, `"`))
	if err != nil || n < 1 || etag(n) != s.IfMatch || body != 0 && body != n {
		return 0, fault.Fields([]fault.Field{{Name: "If-Match", Code: "invalid"}})
	}
	return n, nil
}

// moved gives a refusal for a version that is no longer the present one the status that belongs to If-Match.
func (s Seen) moved(err error) error {
	if s.IfMatch != "" && fault.Is(err, "application.changed") {
		return rest.WithStatus(412, err)
	}
	return err
}

// applicationID says that {id} is an application, for the gate's table.
func applicationID() map[string]string { return map[string]string{"id": "application"} }

// everyReader is what operations need that serve applicants and staff alike; casework asks for the exact permission.
const everyReader = access.SignedIn
