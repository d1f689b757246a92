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

// tenant is a city as the platform's staff see it.
type tenant struct {
	Slug      string         `json:"slug" example:"batam"`
	Name      string         `json:"name" example:"Kota Batam"`
	Code      string         `json:"code,omitempty" example:"21.71"`
	Province  string         `json:"province,omitempty"`
	Timezone  string         `json:"timezone"`
	Status    tenancy.Status `json:"status" example:"active"`
	Site      string         `json:"site" format:"uri"`
	Demo      bool           `json:"demo"`
	CreatedAt time.Time      `json:"created_at"`
}

// tenantUsage is one city's totals of a month.
type tenantUsage struct {
	City   rest.Named  `json:"city" doc:"By slug."`
	Meters []total     `json:"meters"`
	Plan   *rest.Named `json:"plan,omitempty" doc:"Absent when the city had no subscription in the month."`
	Cost   *int64      `json:"estimated_cost,omitempty" doc:"Rupiah, without tax; neither an invoice nor a promise."`
}

type total struct {
	Code     string `json:"code" example:"applications_submitted"`
	Quantity int64  `json:"quantity"`
}

type usageAsked struct {
	rest.Paging
	Monthly
}

func (a *API) platform() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/platform/cities", ID: "list-cities", Tag: "Platform", Title: "All cities",
		About: "The cities of the platform by slug. For staff of the platform with `platform:cities`.",
		Needs: access.PlatformCities, Scope: gate.Platform, Refuses: []int{http.StatusBadRequest},
	}, func(ctx context.Context, who rest.Caller, in *struct{ rest.Paging }) (*rest.Paged[tenant], error) {
		part, next, err := a.cities(ctx, in.Paging)
		if err != nil {
			return nil, err
		}
		items := rest.List(part, func(c tenancy.City) tenant {
			return tenant{Slug: c.Slug, Name: c.Name, Code: c.Code, Province: c.Province, Timezone: c.Timezone, Status: c.Status,
				Site: a.CityURL(c), Demo: c.Demo, CreatedAt: who.At(c.CreatedAt)}
		})
		return &rest.Paged[tenant]{Link: who.Next(next), Body: rest.Page[tenant]{Items: items, Next: next}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/platform/usage", ID: "list-usage", Tag: "Platform", Title: "Usage of all cities in a month",
		About: "What each city used in a month of its own time zone and what that would cost under its plan. For staff of the platform with `platform:usage`.",
		Needs: access.PlatformUsage, Scope: gate.Platform, Refuses: []int{http.StatusBadRequest},
	}, a.usageOfAll)
}

// cities is a part of the directory, without the platform itself.
func (a *API) cities(ctx context.Context, p rest.Paging) ([]tenancy.City, string, error) {
	all, err := a.Directory.All(ctx)
	if err != nil {
		return nil, "", err
	}
	var cities []tenancy.City
	for _, c := range all {
		if c.Kind == tenancy.KindCity {
			cities = append(cities, c)
		}
	}
	return rest.Cut(cities, p, func(c tenancy.City) string { return c.Slug })
}

func (a *API) usageOfAll(ctx context.Context, who rest.Caller, in *usageAsked) (*rest.Paged[tenantUsage], error) {
	month, err := in.of(who.City, a.Now())
	if err != nil {
		return nil, err
	}
	part, next, err := a.cities(ctx, in.Paging)
	if err != nil {
		return nil, err
	}
	used, err := a.Metering.Cities(ctx, part, month)
	if err != nil {
		return nil, err
	}
	items := make([]tenantUsage, 0, len(part))
	for i, c := range part {
		one := tenantUsage{City: rest.Named{Code: c.Slug, Name: c.Name}, Meters: rest.List(used[i].Readings, func(r metering.Reading) total {
			return total{Code: r.Meter.Code, Quantity: r.Quantity}
		})}
		e, err := a.Billing.Estimate(ctx, c, month)
		switch {
		case err == nil:
			cost := int64(e.Total)
			one.Plan, one.Cost = &rest.Named{Code: e.Plan.Code, Name: who.Text(e.Plan.Name)}, &cost
		case !fault.Is(err, "billing.no_subscription"):
			return nil, err
		}
		items = append(items, one)
	}
	return &rest.Paged[tenantUsage]{Link: who.Next(next), Body: rest.Page[tenantUsage]{Items: items, Next: next}}, nil
}
