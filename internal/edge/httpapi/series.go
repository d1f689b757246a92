package httpapi

import (
	"context"
	"net/http"
	"time"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// series is one meter over a window of a city's time.
type series struct {
	City        rest.Named `json:"city" doc:"By slug."`
	Meter       string     `json:"meter" example:"applications_submitted"`
	Name        string     `json:"name"`
	Unit        string     `json:"unit"`
	Aggregation string     `json:"aggregation" enum:"count,sum,max,latest,unique,weighted" doc:"How the events of the window, or of a point, become one quantity: only counts and sums add up. A weighted one is the mean of levels over the hours."`
	Timezone    string     `json:"timezone" example:"Asia/Jakarta"`
	From        time.Time  `json:"from"`
	To          time.Time  `json:"to" doc:"The first instant after the window."`
	AsOf        time.Time  `json:"as_of" doc:"Every event committed before is counted."`
	Quantity    int64      `json:"quantity"`
	Shares      []share    `json:"shares" doc:"By the dimension asked for, largest first, what has none of it last; else empty."`
	Points      []point    `json:"points" doc:"By the step asked for, those in which there was anything; else empty."`
}

type point struct {
	From     time.Time `json:"from"`
	Quantity int64     `json:"quantity"`
	Shares   []share   `json:"shares"`
}

// SeriesAsked asks for one meter.
type SeriesAsked struct {
	Meter   string `query:"meter" required:"true" maxLength:"60" example:"applications_submitted" doc:"Code of a meter, as GET /usage lists them."`
	From    string `query:"from" required:"true" maxLength:"40" example:"2026-11-01" doc:"A day of the city's calendar, or a full hour as RFC 3339 writes it."`
	To      string `query:"to" required:"true" maxLength:"40" example:"2026-12-01" doc:"The first day, or hour, after the window."`
	By      string `query:"by" enum:"agency,service,channel" doc:"Divides the answer, where the meter has that dimension."`
	Step    string `query:"step" enum:"hour,day,month" doc:"Cuts the window into points on the city's clock, 2,000 at the most."`
	Agency  string `query:"agency" maxLength:"200" doc:"Only what is this agency's."`
	Service string `query:"service" maxLength:"200" doc:"Only what is this service's."`
	Channel string `query:"channel" maxLength:"200" doc:"Only what came by this channel."`
}

// of reads the question where the city is.
func (q SeriesAsked) of(city tenancy.City) (metering.Query, error) {
	var bad []fault.Field
	read := func(name, text string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, text, city.Location())
		if err != nil {
			t, err = time.Parse(time.RFC3339, text)
		}
		if err != nil || t.Year() < 2000 || t.Year() > 2199 {
			bad = append(bad, fault.Field{Name: name, Code: "usage_instant"})
		}
		return t
	}
	out := metering.Query{Meter: q.Meter, From: read("from", q.From), To: read("to", q.To), By: metering.Dimension(q.By), Step: metering.Step(q.Step),
		Agency: q.Agency, Service: q.Service, Channel: q.Channel}
	return out, fault.Fields(bad)
}

func (a *API) seriesOperations() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/usage/series", ID: "get-usage-series", Tag: "Usage", Title: "One meter of the city over a window",
		About: "The quantity of one meter over a window of the city's time, divided by a dimension and cut into points. For staff with `usage:read`.",
		Needs: access.UsageRead, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct{ SeriesAsked }) (*rest.OK[series], error) {
		return a.series(ctx, who, who.City, in.SeriesAsked)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/platform/cities/{slug}/usage-series", ID: "get-city-usage-series", Tag: "Platform", Title: "One meter of a city over a window",
		About: "The quantity of one meter over a window of the city's own time, divided by a dimension and cut into points; also of a city that is suspended or closed. For staff of the platform with `platform:usage`.",
		Needs: access.PlatformUsage, Scope: gate.Platform, Refuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Slug string `path:"slug" maxLength:"63" example:"batam" doc:"Of the city."`
		SeriesAsked
	}) (*rest.OK[series], error) {
		city, err := a.Producers.City(ctx, in.Slug)
		if err != nil {
			return nil, err
		}
		return a.series(ctx, who, city, in.SeriesAsked)
	})
}

func (a *API) series(ctx context.Context, who rest.Caller, city tenancy.City, asked SeriesAsked) (*rest.OK[series], error) {
	q, err := asked.of(city)
	if err != nil {
		return nil, err
	}
	s, err := a.Metering.Query(ctx, city, q)
	if err != nil {
		return nil, err
	}
	shares := func(all []metering.Share) []share {
		return rest.List(all, func(s metering.Share) share { return share(s) })
	}
	at := func(t time.Time) time.Time { return t.In(city.Location()) }
	return &rest.OK[series]{Body: series{
		City: rest.Named{Code: city.Slug, Name: city.Name}, Meter: s.Meter.Code, Name: who.Text(s.Meter.Name), Unit: who.Text(s.Meter.Unit),
		Aggregation: string(s.Meter.Aggregation), Timezone: city.Timezone, From: at(s.From), To: at(s.To), AsOf: at(s.AsOf).Truncate(time.Second),
		Quantity: s.Quantity, Shares: shares(s.Shares),
		Points: rest.List(s.Points, func(p metering.Point) point {
			return point{From: at(p.From), Quantity: p.Quantity, Shares: shares(p.Shares)}
		}),
	}}, nil
}
