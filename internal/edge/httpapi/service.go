package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

type serviceSummary struct {
	Code        string        `json:"code" example:"ktp-el-hilang"`
	Name        string        `json:"name" example:"KTP-el hilang"`
	Summary     string        `json:"summary,omitempty"`
	Agency      string        `json:"agency" example:"disdukcapil" doc:"Code of the office that answers for it."`
	Joint       []string      `json:"joint_agencies" doc:"Codes of offices that answer with it."`
	Category    rest.Named    `json:"category"`
	Integration catalog.Level `json:"integration" enum:"info,link,status,sso,native" doc:"How far it is joined to this system; native services are applied for here."`
	Applicable  bool          `json:"applicable" doc:"POST /applications takes it. In a list a service with seasons counts as one in every season; read by itself, it says whether it is taken now."`
	Link        *elsewhere    `json:"link,omitempty" doc:"Where it is done when not here."`
	Verified    bool          `json:"verified" doc:"The city has confirmed this."`
	Match       *match        `json:"match,omitempty" doc:"Of a search: where it matched, when the name does not show it."`
}

type elsewhere struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty" format:"uri" doc:"Absent when the city has not told it."`
}

type match struct {
	In   string `json:"in" enum:"keyword,summary,agency,requirement"`
	Text string `json:"text" doc:"The line that matched."`
}

func summaryOf(s catalog.Service, who rest.Caller) serviceSummary {
	out := serviceSummary{
		Code: s.Code, Name: who.Text(s.Name), Summary: who.Text(s.Summary), Agency: s.Agency, Joint: append([]string{}, s.JointAgencies...),
		Category:    rest.Named{Code: s.Category, Name: who.Lang.T(catalog.CategoryKey(s.Category))},
		Integration: s.Integration, Applicable: s.Applicable(), Verified: s.Verified,
	}
	if s.Link != nil {
		out.Link = &elsewhere{Name: s.Link.Name, URL: s.Link.URL}
	}
	return out
}

// searchMost is how many hits a search looks at.
const searchMost = 50

func (a *API) services() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/services", ID: "list-services", Tag: "Services", Title: "Find services",
		About: "All services in the city's order, or with `q` those that match what a person typed, best first: everyday Indonesian or English, with typing mistakes. Anyone may ask.",
		Needs: access.Public, Scope: gate.City, Refuses: []int{http.StatusBadRequest},
	}, a.findServices)
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/services/{code}", ID: "get-service", Tag: "Services", Title: "One service",
		About: "A service with the standard it is held to today. 410 `catalog.retired_service` for one that is no longer offered. Anyone may ask.",
		Needs: access.Public, Scope: gate.City, Refuses: []int{http.StatusGone},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code string `path:"code" maxLength:"100" example:"ktp-el-hilang" doc:"Code of the service."`
	}) (*rest.OK[serviceDetail], error) {
		d, err := a.Catalog.Find(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		return &rest.OK[serviceDetail]{Body: serviceOf(d, who, who.At(a.Now()))}, nil
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/services/{code}/form/schema", ID: "get-form-schema", Tag: "Services", Title: "The schema of a service's answers",
		About: "The newest form of a service as a JSON Schema (draft 2020-12): an object of answers by code of the field, in the spelling in which they are kept. What has to be answered depends on the answers: the review of an application says it. 409 `service.not_online` for a service that is not applied for here. Anyone may ask.",
		Needs: access.Public, Scope: gate.City, Refuses: []int{http.StatusConflict, http.StatusGone},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Code string `path:"code" maxLength:"100" example:"ktp-el-hilang" doc:"Code of the service."`
	}) (*rest.OK[map[string]any], error) {
		f, areas, err := a.Casework.Newest(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		return &rest.OK[map[string]any]{Body: f.Schema(who.Lang, areas)}, nil
	})
}

type servicesAsked struct {
	rest.Paging
	Q        string `query:"q" maxLength:"200" example:"kartu ilang" doc:"What a person typed."`
	Category string `query:"category" maxLength:"100" example:"kependudukan" doc:"Code of a category."`
	Agency   string `query:"agency" maxLength:"100" example:"disdukcapil" doc:"Code of an office, alone or jointly responsible."`
}

func (a *API) findServices(ctx context.Context, who rest.Caller, in *servicesAsked) (*rest.Paged[serviceSummary], error) {
	var all []serviceSummary
	if strings.TrimSpace(in.Q) == "" {
		offered, err := a.Catalog.List(ctx, catalog.Filter{Agency: in.Agency, Category: in.Category})
		if err != nil {
			return nil, err
		}
		all = rest.List(offered, func(s catalog.Service) serviceSummary { return summaryOf(s, who) })
	} else {
		hits, err := a.Catalog.Search(ctx, in.Q, searchMost)
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			one := hitOf(h, who)
			wanted := in.Agency == "" || one.Agency == in.Agency || slices.Contains(one.Joint, in.Agency)
			if wanted && (in.Category == "" || one.Category.Code == in.Category) {
				all = append(all, one)
			}
		}
	}
	part, next, err := rest.Cut(all, in.Paging, func(s serviceSummary) string { return s.Code })
	if err != nil {
		return nil, err
	}
	return &rest.Paged[serviceSummary]{Link: who.Next(next), Body: rest.Page[serviceSummary]{Items: append([]serviceSummary{}, part...), Next: next}}, nil
}

func hitOf(h catalog.Hit, who rest.Caller) serviceSummary {
	one := summaryOf(h.Service, who)
	if h.Reason.Field != "" {
		var line strings.Builder
		for _, s := range h.Reason.Text {
			line.WriteString(s.Text)
		}
		one.Match = &match{In: h.Reason.Field, Text: line.String()}
	}
	return one
}
