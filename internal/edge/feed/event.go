package feed

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
)

// eventBody bounds a batch: a thousand events of four kilobytes.
const eventBody = 4 << 20

// statusEvent describes an event for the document; what reads one is package cloudevent.
type statusEvent struct {
	SpecVersion string     `json:"specversion" enum:"1.0" example:"1.0"`
	ID          string     `json:"id" minLength:"1" maxLength:"200" example:"9f0c2f7e-0001" doc:"The app's own, new for each event. With source it identifies the event: sent again, it changes nothing."`
	Source      string     `json:"source" format:"uri" example:"https://simpus.example.go.id" doc:"As registered for the app."`
	Type        string     `json:"type" enum:"id.bedelau.application.status.v1" example:"id.bedelau.application.status.v1"`
	Subject     string     `json:"subject" minLength:"1" maxLength:"200" example:"SIP/2026/0117" doc:"The app's own reference of the application."`
	Time        time.Time  `json:"time" example:"2026-11-26T10:00:00+07:00" doc:"When it happened. Of two events of one application the later counts, in whatever order they arrive; at one moment the greater id. At most five minutes ahead of the server's clock."`
	ContentType string     `json:"datacontenttype,omitempty" example:"application/json"`
	Data        statusData `json:"data"`
}

type statusData struct {
	Service     string           `json:"service" example:"sip-dokter" doc:"Code of a service that the app is registered for, as GET /services lists it."`
	Stage       external.Stage   `json:"stage" enum:"received,in_review,needs_correction,approved,rejected,cancelled,completed" example:"in_review"`
	Label       string           `json:"label,omitempty" maxLength:"200" example:"Menunggu tanda tangan kepala dinas" doc:"The app's own words for the stage, without personal data."`
	Applicant   *statusApplicant `json:"applicant,omitempty" doc:"Replaces what an earlier event said; absent, that stays."`
	DueAt       *time.Time       `json:"due_at,omitempty" example:"2026-11-30T16:00:00+07:00" doc:"The promised time."`
	URL         string           `json:"url,omitempty" format:"uri" maxLength:"1000" example:"https://simpus.example.go.id/permohonan/117" doc:"The application's page in the app: https, to a registered host."`
	DocumentURL string           `json:"document_url,omitempty" format:"uri" maxLength:"1000" doc:"What was issued, there: the same rules."`
}

type statusApplicant struct {
	NIK   string `json:"nik,omitempty" example:"2171046703900003" doc:"Kept as a keyed hash alone."`
	Email string `json:"email,omitempty" format:"email" example:"siti@contoh.id" doc:"Kept as a keyed hash alone. A resident sees the application when both NIK and address are theirs."`
	Name  string `json:"name,omitempty" maxLength:"200" example:"Siti Rahma" doc:"Kept as S••• R••••."`
}

// Pushed says what became of each event.
type Pushed struct {
	Accepted   int           `json:"accepted"`
	Duplicates int           `json:"duplicates"`
	Refused    int           `json:"refused"`
	Events     []pushedEvent `json:"events" doc:"In the order of the request."`
}

type pushedEvent struct {
	Index  int          `json:"index" doc:"Its place in the request, from 0."`
	ID     string       `json:"id,omitempty" doc:"As it called itself."`
	Result string       `json:"result" enum:"accepted,duplicate,refused" doc:"duplicate: this id is known; nothing was changed, whatever else the event says."`
	Errors []rest.Wrong `json:"errors,omitempty" doc:"Why it was refused. Mended, it may be sent again under its id."`
}

func (o operations) events() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: "/status-events", ID: "push-status-events", Tag: "Apps", Title: "Push the status of applications",
		About: "For an agency's own app, with an API key of the scope `status:write`: where applications in the app stand, as CloudEvents 1.0 over HTTP. One event in binary mode (`application/json` with `ce-` headers) or structured mode (`application/cloudevents+json`), or up to 1,000 in batch mode (`application/cloudevents-batch+json`). Each event of a batch is accepted, known already or refused for itself; a single event that is refused is a 422. Send everything again after a failure: what was accepted is known. 415 for any other body, 400 for one that is no JSON or holds too many events, 409 `external.closed` once the registration has ended, 429 for a key used too often.",
		Needs: access.StatusWrite, Scope: gate.City, MaxBody: eventBody,
		Refuses: []int{http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}, o.push)
	// Described after the registration: huma would read and judge a body that it knows of.
	oapi := o.api.OpenAPI()
	oapi.Paths["/status-events"].Post.RequestBody = eventBodies[statusEvent, statusData](oapi.Components.Schemas)
}

// eventBodies describes the three modes of an event E with the data D.
func eventBodies[E, D any](r huma.Registry) *huma.RequestBody {
	one := r.Schema(reflect.TypeFor[E](), true, "")
	return &huma.RequestBody{Required: true, Description: "One event or a batch.", Content: map[string]*huma.MediaType{
		"application/cloudevents+json":       {Schema: one},
		"application/cloudevents-batch+json": {Schema: &huma.Schema{Type: huma.TypeArray, Items: one}},
		"application/json":                   {Schema: r.Schema(reflect.TypeFor[D](), true, "")},
	}}
}

// readEvents reads the events of a request in whichever mode.
func readEvents(who rest.Caller, most int) ([]cloudevent.Read, cloudevent.Mode, error) {
	_ = huma.SetReadDeadline(who.Gin.Writer, time.Now().Add(rest.BodyTime)) // a recorder of a test has none
	raw, err := io.ReadAll(who.Gin.Request.Body)
	if err != nil {
		return nil, "", rest.Unread(err)
	}
	return cloudevent.FromHTTP(who.Gin.Request.Header, raw, most)
}

func (o operations) push(ctx context.Context, who rest.Caller, _ *struct{}) (*rest.OK[Pushed], error) {
	in, mode, err := readEvents(who, external.MaxBatch)
	if err != nil {
		return nil, err
	}
	outcomes, err := o.External.Receive(ctx, who.Actor, mode, in)
	if err != nil {
		return nil, err
	}
	if mode != cloudevent.Batch && outcomes[0].Result == external.Refused {
		return nil, fault.Fields(outcomes[0].Faults)
	}
	out := Pushed{Events: []pushedEvent{}}
	for i, x := range outcomes {
		e := pushedEvent{Index: i, ID: x.ID, Result: x.Result}
		e.Errors = who.Wrongs(x.Faults)
		switch x.Result {
		case external.Accepted:
			out.Accepted++
		case external.Duplicate:
			out.Duplicates++
		default:
			out.Refused++
		}
		out.Events = append(out.Events, e)
	}
	return &rest.OK[Pushed]{Body: out}, nil
}
