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
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
	"bedelau/internal/saas/rating"
)

// consumption is what a city used in a month and what that costs.
type consumption struct {
	Month    string    `json:"month" example:"2026-11"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"The first instant after the month."`
	AsOf     time.Time `json:"as_of" doc:"Every event committed before is counted."`
	Meters   []reading `json:"meters"`
	Estimate *estimate `json:"estimate,omitempty" doc:"Absent when the city had no subscription in the month."`
}

type reading struct {
	Code      string  `json:"code" example:"applications_submitted"`
	Name      string  `json:"name"`
	Unit      string  `json:"unit"`
	Quantity  int64   `json:"quantity"`
	ByAgency  []share `json:"by_agency"`
	ByService []share `json:"by_service"`
	ByChannel []share `json:"by_channel"`
}

type share struct {
	Code     string `json:"code" doc:"Empty for what belongs to none."`
	Quantity int64  `json:"quantity"`
}

// estimate is neither an invoice nor a promise.
type estimate struct {
	Plan  rest.Named `json:"plan"`
	Lines []charge   `json:"lines"`
	Total int64      `json:"total" doc:"Rupiah, without tax."`
	Notes []string   `json:"notes" doc:"What must be known before relying on the total."`
}

type charge struct {
	Component string `json:"component"`
	Name      string `json:"name"`
	Unit      string `json:"unit,omitempty"`
	Quantity  int64  `json:"quantity" doc:"Used."`
	Included  int64  `json:"included" doc:"Of those, how many cost nothing more."`
	Amount    int64  `json:"amount" doc:"Rupiah."`
	Working   string `json:"working" example:"13 permohonan, 10 sudah termasuk, 3 di atas yang termasuk; 3 × Rp2.500 = Rp7.500" doc:"How the amount comes about."`
}

// Monthly asks for a month.
type Monthly struct {
	Month string `query:"month" maxLength:"7" example:"2026-11" doc:"Year and month; the present one when absent."`
}

// of returns the month in a tenant's own zone.
func (m Monthly) of(city tenancy.City, now time.Time) (time.Time, error) {
	if m.Month == "" {
		return now.In(city.Location()), nil
	}
	t, err := time.ParseInLocation("2006-01", m.Month, city.Location())
	if err != nil || t.Year() < 2020 || t.Year() > 2200 {
		return t, fault.Fields([]fault.Field{{Name: "month", Code: "month"}})
	}
	return t, nil
}

func (a *API) usage() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/usage", ID: "get-usage", Tag: "Usage", Title: "The city's usage of a month",
		About: "What the city used of the platform in a month and what that would cost under its plan, line by line. For staff with `usage:read`.",
		Needs: access.UsageRead, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct{ Monthly }) (*rest.OK[consumption], error) {
		month, err := in.of(who.City, a.Now())
		if err != nil {
			return nil, err
		}
		u, err := a.Metering.Month(ctx, who.City, month)
		if err != nil {
			return nil, err
		}
		out := consumption{
			Month: month.Format("2006-01"), From: who.At(u.From), To: who.At(u.To), AsOf: who.At(u.AsOf),
			Meters: rest.List(u.Readings, func(r metering.Reading) reading { return readingOf(r, who) }),
		}
		e, err := a.Billing.Estimate(ctx, who.City, month)
		switch {
		case err == nil:
			out.Estimate = estimateOf(e, who)
		case !fault.Is(err, "billing.no_subscription"):
			return nil, err
		}
		return &rest.OK[consumption]{Body: out}, nil
	})
}

func readingOf(r metering.Reading, who rest.Caller) reading {
	shares := func(all []metering.Share) []share {
		return rest.List(all, func(s metering.Share) share { return share(s) })
	}
	return reading{Code: r.Meter.Code, Name: who.Text(r.Meter.Name), Unit: who.Text(r.Meter.Unit), Quantity: r.Quantity,
		ByAgency: shares(r.ByAgency), ByService: shares(r.ByService), ByChannel: shares(r.ByChannel)}
}

func estimateOf(e billing.Estimate, who rest.Caller) *estimate {
	return &estimate{
		Plan: rest.Named{Code: e.Plan.Code, Name: who.Text(e.Plan.Name)}, Total: int64(e.Total), Notes: append([]string{}, e.Notes(who.Lang)...),
		Lines: rest.List(e.Lines, func(l rating.Line) charge {
			return charge{Component: l.Component, Name: who.Text(l.Name), Unit: who.Text(l.Unit), Quantity: l.Quantity,
				Included: l.Included, Amount: int64(l.Amount), Working: l.Working(who.Lang)}
		}),
	}
}
