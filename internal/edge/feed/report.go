package feed

import (
	"context"
	"net/http"
	"time"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/saas/metering"
)

// usageEvent describes an event for the document; what reads one is package cloudevent.
type usageEvent struct {
	SpecVersion string     `json:"specversion" enum:"1.0" example:"1.0"`
	ID          string     `json:"id" minLength:"1" maxLength:"200" example:"0193a-77" doc:"The producer's own, new for each event. With source it identifies the event within the city: sent again, it changes nothing, whatever its time."`
	Source      string     `json:"source" format:"uri" example:"https://sms.example.id" doc:"As registered for the producer."`
	Type        string     `json:"type" example:"notification_sent" doc:"Of an event that one of the producer's meters reads, such as complaint_received for complaints_received: GET /usage names the meters. An event of another type is refused with the types that are not."`
	Subject     string     `json:"subject" minLength:"1" maxLength:"200" example:"0193a-77" doc:"The id of what was used or of who used it; never a name. Meters of unique use count it."`
	Time        time.Time  `json:"time" example:"2026-11-26T10:00:00+07:00" doc:"When it happened: it decides the month, in the city's time zone. At most five minutes ahead of the server's clock."`
	ContentType string     `json:"datacontenttype,omitempty" example:"application/json"`
	Data        *usageData `json:"data,omitempty" doc:"Absent for a plain occurrence."`
}

type usageData struct {
	Quantity *int64 `json:"quantity,omitempty" minimum:"0" maximum:"1000000000000000" example:"1" doc:"In whole units of the event; 1 when absent. For a meter that is weighted by time the level that stands from then on: that of its subject."`
	Agency   string `json:"agency,omitempty" maxLength:"200" example:"disdukcapil" doc:"Code of the agency."`
	Service  string `json:"service,omitempty" maxLength:"200" example:"ktp-el-hilang" doc:"Code of the service."`
	Channel  string `json:"channel,omitempty" maxLength:"200" example:"sms"`
}

// Reported says what became of each event.
type Reported struct {
	City        rest.Named      `json:"city" doc:"By slug."`
	CityStatus  string          `json:"city_status" enum:"active,suspended,closed" doc:"Usage of a city that is suspended or closed is recorded as well; whether it costs anything is for its subscription to say."`
	Accepted    int             `json:"accepted"`
	Duplicates  int             `json:"duplicates"`
	Refused     int             `json:"refused"`
	Corrections int             `json:"corrections" doc:"Of those accepted: too late for their month, which is closed. The next invoice takes them, but for those that are unbilled."`
	Unbilled    int             `json:"unbilled" doc:"Of the corrections: of a month so long ago that the seller no longer corrects it. They are kept and counted, and no invoice takes them."`
	Events      []reportedEvent `json:"events" doc:"In the order of the request."`
}

type reportedEvent struct {
	Index      int          `json:"index" doc:"Its place in the request, from 0."`
	ID         string       `json:"id,omitempty" doc:"As it called itself."`
	Result     string       `json:"result" enum:"accepted,duplicate,refused" doc:"duplicate: this id is known; nothing was changed, whatever else the event says."`
	Correction bool         `json:"correction,omitempty" doc:"Its month is closed: the next invoice takes it, unless it is unbilled."`
	Unbilled   bool         `json:"unbilled,omitempty" doc:"Its month is so long ago that the seller no longer corrects it: it is kept and counted, and no invoice takes it."`
	Errors     []rest.Wrong `json:"errors,omitempty" doc:"Why it was refused. Mended, it may be sent again under its id."`
}

func (o operations) reports() {
	const path = "/platform/cities/{slug}/usage-events"
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: path, ID: "report-usage", Tag: "Usage", Title: "Report usage of a city",
		About: "For a producer that the platform has registered, with an API key of the scope `usage:write`: what a city used, as CloudEvents 1.0 over HTTP. One event in binary mode (`application/json` with `ce-` headers) or structured mode (`application/cloudevents+json`), or up to 1,000 in batch mode (`application/cloudevents-batch+json`). Each event of a batch is accepted, known already or refused for itself; a single event that is refused is a 422. Send everything again after a failure: what was accepted is known. Events may come late and in any order. 415 for any other body, 400 for one that is no JSON or holds too many events, 403 `usage.not_this_city` for a city that the producer does not report on, 409 `usage.producer_closed` once the registration has ended, 429 for a key used too often.",
		Needs: access.UsageWrite, Scope: gate.Platform, MaxBody: eventBody,
		Refuses: []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}, o.report)
	// Described after the registration: huma would read and judge a body that it knows of.
	oapi := o.api.OpenAPI()
	oapi.Paths[path].Post.RequestBody = eventBodies[usageEvent, usageData](oapi.Components.Schemas)
}

type reportAsked struct {
	Slug string `path:"slug" maxLength:"63" example:"batam" doc:"Of the city."`
}

func (o operations) report(ctx context.Context, who rest.Caller, asked *reportAsked) (*rest.OK[Reported], error) {
	in, mode, err := readEvents(who, metering.MaxBatch)
	if err != nil {
		return nil, err
	}
	city, err := o.Producers.City(ctx, asked.Slug)
	if err != nil {
		return nil, err
	}
	outcomes, err := o.Producers.Receive(ctx, who.Actor, city, in)
	if err != nil {
		return nil, err
	}
	if mode != cloudevent.Batch && outcomes[0].Result == metering.Refused {
		return nil, fault.Fields(outcomes[0].Faults)
	}
	out := Reported{City: rest.Named{Code: city.Slug, Name: city.Name}, CityStatus: string(city.Status), Events: []reportedEvent{}}
	for i, x := range outcomes {
		switch x.Result {
		case metering.Accepted:
			out.Accepted++
		case metering.Duplicate:
			out.Duplicates++
		default:
			out.Refused++
		}
		if x.Correction {
			out.Corrections++
		}
		if x.Unbilled {
			out.Unbilled++
		}
		out.Events = append(out.Events, reportedEvent{Index: i, ID: x.ID, Result: x.Result, Correction: x.Correction, Unbilled: x.Unbilled, Errors: who.Wrongs(x.Faults)})
	}
	return &rest.OK[Reported]{Body: out}, nil
}
