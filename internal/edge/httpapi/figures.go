package httpapi

import (
	"context"
	"net/http"
	"time"

	"bedelau/internal/city/dashboard"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

// performance is the public dashboard as open data.
type performance struct {
	ComputedAt time.Time   `json:"computed_at"`
	From       string      `json:"from" format:"date" doc:"First day covered: the first of the month."`
	To         string      `json:"to" format:"date" doc:"Last day covered: today."`
	Services   offered     `json:"services"`
	Figures    []figure    `json:"figures" doc:"Of the whole city."`
	External   []figure    `json:"external" doc:"Of the whole city, of applications in the agencies' own apps; the other figures do not count them."`
	ByAgency   []performer `json:"by_agency" doc:"Offices with services that are applied for here."`
	ByService  []performer `json:"by_service" doc:"Those services."`
}

type offered struct {
	Definition string       `json:"definition"`
	Total      int          `json:"total"`
	ByLevel    []levelCount `json:"by_integration" doc:"From least joined to most."`
}

type levelCount struct {
	Level string `json:"level" example:"native"`
	Count int    `json:"count"`
}

type figure struct {
	Key        string   `json:"key" enum:"received,decided,on_time,working_days,escalated,external_received,external_decided"`
	Title      string   `json:"title"`
	Definition string   `json:"definition" doc:"What is counted, and what is not."`
	Unit       string   `json:"unit" enum:"count,percent,working_day"`
	Value      *float64 `json:"value" doc:"null when there is nothing to compute it from."`
	Of         *int     `json:"of,omitempty" doc:"How many applications a percentage or an average is computed from."`
	Text       string   `json:"text" doc:"As a person reads it."`
}

type performer struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Agency      string `json:"agency,omitempty" doc:"Of a service."`
	Received    cell   `json:"received"`
	Decided     cell   `json:"decided"`
	OnTime      cell   `json:"on_time" doc:"Percent of those decided."`
	WorkingDays cell   `json:"working_days" doc:"Average of those decided."`
}

type cell struct {
	Unit      string   `json:"unit" enum:"count,percent,working_day"`
	Value     *float64 `json:"value" doc:"null when concealed, or when there is nothing to compute it from."`
	Below     int      `json:"below,omitempty" doc:"The number is not shown for being less than this, because it could point at a person."`
	Concealed bool     `json:"concealed,omitempty" doc:"The number is not shown because with the others it would give such a one away."`
	Text      string   `json:"text" doc:"As a person reads it."`
}

func (a *API) figures() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/dashboard", ID: "get-dashboard", Tag: "City", Title: "How the city performs",
		About: "The figures of the month so far, each with its definition. Small numbers that could point at a person are not shown. Anyone may ask.",
		Needs: access.Public, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, _ *struct{}) (*rest.OK[performance], error) {
		f, err := a.Dashboard.Public(ctx, a.Now())
		if err != nil {
			return nil, err
		}
		row := func(r dashboard.Row) performer { return performerOf(r, who) }
		out := performance{
			ComputedAt: who.At(f.ComputedAt), From: f.Period.From, To: f.Period.To,
			Services: offered{Definition: who.Text(f.Services.Definition), Total: f.Services.Total,
				ByLevel: rest.List(f.Services.Levels, func(l dashboard.OfLevel) levelCount { return levelCount(l) })},
			ByAgency: rest.List(f.Agencies, row), ByService: rest.List(f.ByService, row),
		}
		say := func(one dashboard.Figure) figure {
			return figure{Key: one.Key, Title: who.Lang.T(one.TitleKey()), Definition: who.Text(one.Definition),
				Unit: one.Unit, Value: one.Value, Of: one.Of, Text: one.Text(who.Lang)}
		}
		out.Figures = rest.List([]dashboard.Figure{f.Received, f.Decided, f.OnTime, f.WorkingDays, f.Escalated}, say)
		out.External = rest.List([]dashboard.Figure{f.ExternalReceived, f.ExternalDecided}, say)
		return &rest.OK[performance]{Body: out}, nil
	})
}

func performerOf(r dashboard.Row, who rest.Caller) performer {
	say := func(c dashboard.Cell) cell {
		return cell{Unit: c.Unit, Value: c.Value, Below: c.Below, Concealed: c.Concealed, Text: c.Text(who.Lang)}
	}
	return performer{Code: r.Code, Name: who.Text(r.Name), Agency: r.Agency, Received: say(r.Received), Decided: say(r.Decided),
		OnTime: say(r.OnTime), WorkingDays: say(r.WorkingDays)}
}
