package httpapi

import (
	"context"
	"net/http"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

type cityInfo struct {
	Slug      string      `json:"slug" example:"batam"`
	Name      string      `json:"name" example:"Kota Batam"`
	ShortName string      `json:"short_name" example:"Batam"`
	Code      string      `json:"code,omitempty" example:"21.71" doc:"Code of the Ministry of Home Affairs."`
	Province  string      `json:"province,omitempty" example:"Kepulauan Riau"`
	Timezone  string      `json:"timezone" example:"Asia/Jakarta" doc:"IANA name; deadlines are counted in it."`
	Site      string      `json:"site" format:"uri" example:"https://batam.example.id" doc:"Address of the pages."`
	Demo      bool        `json:"demo" doc:"A demonstration: nothing here is real."`
	Contact   cityContact `json:"contact" doc:"The help desk."`
}

type cityContact struct {
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
	Website string `json:"website,omitempty"`
}

type agency struct {
	Code     string `json:"code" example:"disdukcapil"`
	Name     string `json:"name" example:"Dinas Kependudukan dan Pencatatan Sipil"`
	Short    string `json:"short" example:"Disdukcapil"`
	Kind     string `json:"kind" example:"dinas" doc:"setda, inspektorat, dinas, badan, rsud, kecamatan, kelurahan, satpol or external."`
	Website  string `json:"website,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Verified bool   `json:"verified" doc:"The city has confirmed this."`
}

func agencyOf(a catalog.Agency, who rest.Caller) agency {
	return agency{Code: a.Code, Name: who.Text(a.Name), Short: a.Short, Kind: a.Kind, Website: a.Website, Phone: a.Phone, Verified: a.Verified}
}

// agencyDetail is an office with what it offers.
type agencyDetail struct {
	Agency   agency           `json:"agency"`
	Services []serviceSummary `json:"services" doc:"For which it answers, alone or with others."`
}

func (a *API) city() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/city", ID: "get-city", Tag: "City", Title: "The city of this host",
		About: "What the city is called, where its pages are and how to reach its help desk. Anyone may ask.",
		Needs: access.Public, Scope: gate.City,
	}, func(_ context.Context, who rest.Caller, _ *struct{}) (*rest.OK[cityInfo], error) {
		c := who.City
		return &rest.OK[cityInfo]{Body: cityInfo{Slug: c.Slug, Name: c.Name, ShortName: c.ShortName, Code: c.Code, Province: c.Province,
			Timezone: c.Timezone, Site: a.CityURL(c), Demo: c.Demo, Contact: cityContact(c.Contact)}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/agencies", ID: "list-agencies", Tag: "City", Title: "The city's offices",
		About: "The offices of the city (OPD) and the outside bodies its residents meet, in their official order. Anyone may ask.",
		Needs: access.Public, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, func(ctx context.Context, who rest.Caller, in *struct{ rest.Paging }) (*rest.Paged[agency], error) {
		all, err := a.Catalog.Agencies(ctx)
		if err != nil {
			return nil, err
		}
		part, next, err := rest.Cut(all, in.Paging, func(x catalog.Agency) string { return x.Code })
		if err != nil {
			return nil, err
		}
		items := rest.List(part, func(x catalog.Agency) agency { return agencyOf(x, who) })
		return &rest.Paged[agency]{Link: who.Next(next), Body: rest.Page[agency]{Items: items, Next: next}}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/agencies/{code}", ID: "get-agency", Tag: "City", Title: "One office",
		About: "An office and the services for which it answers. Anyone may ask.",
		Needs: access.Public, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code string `path:"code" maxLength:"100" example:"disdukcapil" doc:"Code of the office."`
	}) (*rest.OK[agencyDetail], error) {
		one, err := a.Catalog.Agency(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		offered, err := a.Catalog.List(ctx, catalog.Filter{Agency: in.Code})
		if err != nil {
			return nil, err
		}
		services := rest.List(offered, func(s catalog.Service) serviceSummary { return summaryOf(s, who) })
		return &rest.OK[agencyDetail]{Body: agencyDetail{Agency: agencyOf(one, who), Services: services}}, nil
	})
}
