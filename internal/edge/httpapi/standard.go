package httpapi

import (
	"time"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/rest"
)

type serviceDetail struct {
	Service     serviceSummary `json:"service"`
	Agency      agency         `json:"agency"`
	Joint       []agency       `json:"joint_agencies"`
	Keywords    []string       `json:"keywords" doc:"Everyday words by which it is found."`
	Cooldown    int            `json:"cooldown_months,omitempty" doc:"Months after an application was sent before the same person may apply again; rejected and cancelled ones do not count."`
	OneOpen     bool           `json:"one_open" doc:"A person may have one open application at a time."`
	Pickup      string         `json:"pickup,omitempty" enum:"in_person,proxy" doc:"Who collects what is issued."`
	Standard    *standard      `json:"standard,omitempty" doc:"In force today; absent when none is in force yet."`
	Source      string         `json:"source,omitempty" doc:"Where this is known from."`
	HowToApply  string         `json:"how_to_apply" doc:"What the integration means for a resident."`
	ServiceSite string         `json:"page" format:"uri-reference" doc:"The page of the service on the city's site."`
}

// standard is what everyone may know of a service's standard: the first six parts of UU 25/2009 and the legal basis.
type standard struct {
	Version       int           `json:"version"`
	EffectiveFrom string        `json:"effective_from" format:"date"`
	EffectiveTo   string        `json:"effective_to,omitempty" format:"date" doc:"The first day on which it no longer holds."`
	Decree        string        `json:"decree,omitempty" doc:"Number of the decree that set it."`
	Verified      bool          `json:"verified"`
	Requirements  []requirement `json:"requirements"`
	Procedure     []step        `json:"procedure"`
	Time          promise       `json:"time"`
	Seasons       []season      `json:"seasons" doc:"When it takes applications; none for a service of all year."`
	Fee           fee           `json:"fee"`
	Products      []product     `json:"products"`
	Complaints    string        `json:"complaints,omitempty"`
	LegalBasis    []string      `json:"legal_basis"`
}

type requirement struct {
	Code          string        `json:"code"`
	Name          string        `json:"name"`
	Kind          string        `json:"kind,omitempty" enum:"administrative,technical"`
	Form          string        `json:"form,omitempty" enum:"original,copy,data,thing"`
	When          string        `json:"when,omitempty" doc:"Only in this case; absent means always."`
	Note          string        `json:"note,omitempty"`
	BringOriginal bool          `json:"bring_original,omitempty"`
	File          *fileRule     `json:"file,omitempty" doc:"Of an upload that proves it."`
	AnyOf         []requirement `json:"any_of,omitempty" doc:"One of these is enough."`
}

type fileRule struct {
	Types    []string `json:"types" example:"[\"jpg\",\"png\",\"pdf\"]"`
	MaxMB    int      `json:"max_mb" example:"5"`
	MaxCount int      `json:"max_count" example:"1"`
}

type step struct {
	Actor string `json:"actor"`
	Text  string `json:"text"`
}

type promise struct {
	Text   string `json:"text" example:"2 hari kerja" doc:"As a person reads it."`
	Amount int    `json:"amount,omitempty"`
	Max    int    `json:"max,omitempty" doc:"Upper end of a range."`
	Unit   string `json:"unit,omitempty" example:"working_day" doc:"minute, hour, day, working_day, month, announcement for the day that the season of an application names, or none when only the text can say."`
	Starts string `json:"starts,omitempty" example:"complete_documents" doc:"What sets the clock going."`
	Note   string `json:"note,omitempty"`
}

// season is a time in which a service takes applications.
type season struct {
	Opens     time.Time `json:"opens"`
	Closes    time.Time `json:"closes"`
	Announced string    `json:"announced,omitempty" format:"date" doc:"The day on which the decisions are made known."`
}

type fee struct {
	Text       string `json:"text" example:"Gratis" doc:"As a person reads it."`
	Free       bool   `json:"free"`
	Amount     int64  `json:"amount,omitempty" doc:"Rupiah, when it is one amount."`
	Formula    string `json:"formula,omitempty" doc:"How it is computed, when it is not."`
	LegalBasis string `json:"legal_basis,omitempty"`
}

type product struct {
	Name     string `json:"name"`
	Validity string `json:"validity,omitempty"`
	Delivery string `json:"delivery,omitempty"`
}

// serviceOf writes a service as it stands at now, which is in the city's zone.
func serviceOf(d catalog.Detail, who rest.Caller, now time.Time) serviceDetail {
	s := d.Service
	out := serviceDetail{
		Service: summaryOf(s, who), Agency: agencyOf(d.Agency, who), Keywords: append([]string{}, s.Keywords...),
		Joint:    rest.List(d.Joint, func(x catalog.Agency) agency { return agencyOf(x, who) }),
		Cooldown: s.Rules.CooldownMonths, OneOpen: s.Rules.OneOpen, Pickup: s.Rules.Pickup, Source: s.Source,
		HowToApply: who.Lang.T(s.Integration.TextKey()), ServiceSite: "/layanan/" + s.Code,
	}
	if d.Standard == nil {
		return out
	}
	p := d.Standard.Parts
	out.Service.Applicable = out.Service.Applicable && !p.At(now).Shut
	out.Standard = &standard{
		Version: d.Standard.Version, EffectiveFrom: d.Standard.EffectiveFrom, EffectiveTo: d.Standard.EffectiveTo,
		Decree: d.Standard.Decree, Verified: d.Standard.Verified,
		Requirements: rest.List(p.Requirements, func(r catalog.Requirement) requirement { return requirementOf(r, who) }),
		Procedure:    rest.List(p.Procedure, func(x catalog.Step) step { return step{Actor: who.Text(x.Actor), Text: who.Text(x.Text)} }),
		Time: promise{Text: p.Time.Text(who.Lang), Amount: p.Time.Amount, Max: p.Time.Max, Unit: p.Time.Unit,
			Starts: p.Time.Starts, Note: who.Text(p.Time.Note)},
		Seasons: seasonsOf(p, now.Location()),
		Fee:     fee{Text: p.Fee.Text(who.Lang), Free: p.Fee.Free, Amount: int64(p.Fee.Amount), Formula: who.Text(p.Fee.Formula), LegalBasis: p.Fee.LegalBasis},
		Products: rest.List(p.Products, func(x catalog.Product) product {
			return product{Name: who.Text(x.Name), Validity: who.Text(x.Validity), Delivery: who.Text(x.Delivery)}
		}),
		Complaints: who.Text(p.Complaints), LegalBasis: append([]string{}, p.LegalBasis...),
	}
	return out
}

func seasonsOf(p catalog.Parts, zone *time.Location) []season {
	out := []season{}
	for _, s := range p.Seasons {
		if opens, closes, err := s.Times(zone); err == nil {
			out = append(out, season{Opens: opens, Closes: closes, Announced: s.Announced})
		}
	}
	return out
}

func requirementOf(r catalog.Requirement, who rest.Caller) requirement {
	out := requirement{Code: r.Code, Name: who.Text(r.Name), Kind: r.Kind, Form: r.Form, When: who.Text(r.When), Note: who.Text(r.Note),
		BringOriginal: r.BringOriginal}
	if r.File != nil {
		out.File = &fileRule{Types: append([]string{}, r.File.Types...), MaxMB: r.File.MaxMB, MaxCount: r.File.MaxCount}
	}
	for _, one := range r.AnyOf {
		out.AnyOf = append(out.AnyOf, requirementOf(one, who))
	}
	return out
}
