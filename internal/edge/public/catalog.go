package public

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tariff"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// searchLimit is how many hits a search shows; who finds nothing among them types more.
const searchLimit = 30

// queryMax bounds what is looked for, in bytes; longer input is cut rather than refused, since odd input is no error.
const queryMax = 400

// services is the catalogue: what a search found, one subject, or everything.
func (p *Pages) services(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	q, category := searchWords(c.Query("q")), c.Query("kategori")
	v := public.ServicesView{Shell: p.Shell(c, l.T("services.title")), Query: q}
	if q == "" && slices.Contains(catalog.Categories(), category) {
		v.Category, v.Title = category, l.T(catalog.CategoryKey(category))
	}
	if q != "" {
		v.Title = l.T("services.title_found", "q", q)
	}
	var err error
	if v.Topics, err = p.topics(ctx, l); err != nil {
		return err
	}
	if q == "" {
		if v.Items, err = p.listed(ctx, l, catalog.Filter{Category: v.Category}); err != nil {
			return err
		}
	} else if v.Items, err = p.found(ctx, l, q); err != nil {
		return err
	}
	if v.Total = len(v.Items); v.Total == 0 {
		if v.Suggest, err = p.popular(ctx, l); err != nil {
			return err
		}
	}
	return p.Render(c, http.StatusOK, public.Services(v))
}

// searchWords cuts what was typed to a length that is worth looking for.
func searchWords(s string) string {
	return strings.TrimSpace(site.ToText(s[:min(len(s), queryMax)]))
}

func (p *Pages) found(ctx context.Context, l i18n.Locale, q string) ([]public.ServiceItem, error) {
	hits, err := p.Catalog.Search(ctx, q, searchLimit)
	if err != nil {
		return nil, err
	}
	list := make([]catalog.Service, len(hits))
	for i, h := range hits {
		list[i] = h.Service
	}
	items, err := p.items(ctx, l, list)
	if err != nil {
		return nil, err
	}
	for i := range items {
		at := slices.IndexFunc(hits, func(h catalog.Hit) bool { return h.Service.Code == items[i].Code })
		items[i].Marked = spans(hits[at].Name)
		if key := hits[at].Reason.Key(); key != "" {
			items[i].Reason, items[i].ReasonText = l.T(key), spans(hits[at].Reason.Text)
		}
	}
	return items, nil
}

func spans(parts []catalog.Span) []public.Span {
	out := make([]public.Span, len(parts))
	for i, s := range parts {
		out[i] = public.Span(s)
	}
	return out
}

func (p *Pages) listed(ctx context.Context, l i18n.Locale, f catalog.Filter) ([]public.ServiceItem, error) {
	list, err := p.Catalog.List(ctx, f)
	if err != nil {
		return nil, err
	}
	return p.items(ctx, l, list)
}

// items are services in a list, each with what one compares services by.
func (p *Pages) items(ctx context.Context, l i18n.Locale, list []catalog.Service) ([]public.ServiceItem, error) {
	all, err := p.Catalog.Describe(ctx, list)
	if err != nil {
		return nil, err
	}
	items := make([]public.ServiceItem, len(all))
	now := p.local(ctx)
	for i, d := range all {
		s := d.Service
		items[i] = public.ServiceItem{
			Code: s.Code, Name: s.Name.In(l), Summary: s.Summary.In(l), Agency: site.AgencyShort(d.Agency, l),
			Integration: ui.Integration(s.Integration), Verified: s.Verified,
		}
		if d.Standard != nil {
			items[i].Time, items[i].Fee = d.Standard.Parts.Time.Text(l), d.Standard.Parts.Fee.Text(l)
			items[i].Season = seasonText(d.Standard.Parts, now, l)
		}
	}
	return items, nil
}

func (p *Pages) topics(ctx context.Context, l i18n.Locale) ([]public.Topic, error) {
	n, err := p.Catalog.Counts(ctx)
	if err != nil {
		return nil, err
	}
	var out []public.Topic
	for _, code := range catalog.Categories() {
		if n.Category[code] > 0 {
			out = append(out, public.Topic{Code: code, Label: l.T(catalog.CategoryKey(code)), Count: n.Category[code]})
		}
	}
	return out, nil
}

// popularCount fills two rows of three cards.
const popularCount = 6

// popular is what most people come for: what can be done here, then the pack's own order.
func (p *Pages) popular(ctx context.Context, l i18n.Locale) ([]public.ServiceItem, error) {
	list, err := p.Catalog.List(ctx, catalog.Filter{})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b catalog.Service) int { return rank(a) - rank(b) })
	return p.items(ctx, l, list[:min(popularCount, len(list))])
}

func rank(s catalog.Service) int {
	if s.Integration == catalog.Native {
		return 0
	}
	return 1
}

// service is one service with its standard and the one thing to do next.
func (p *Pages) service(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	d, err := p.Catalog.Find(ctx, c.Param("code"))
	var gone *catalog.RetiredService
	if errors.As(err, &gone) {
		s := gone.Service
		return p.Render(c, http.StatusGone, public.Retired(public.RetiredView{Shell: p.Shell(c, s.Name.In(l)), Name: s.Name.In(l), Instead: s.Instead.In(l)}))
	}
	if err != nil {
		return err
	}
	s := d.Service
	v := public.ServiceView{
		Shell: p.Shell(c, s.Name.In(l)), Code: s.Code, Name: s.Name.In(l), Summary: s.Summary.In(l),
		Topic:       public.Topic{Code: s.Category, Label: l.T(catalog.CategoryKey(s.Category))},
		Agency:      agencyItem(d.Agency, l, 0),
		Integration: ui.Integration(s.Integration), LevelText: l.T(s.Integration.TextKey()),
		Verified: s.Verified, Source: strings.TrimRight(s.Source, ". "), CooldownMonths: s.Rules.CooldownMonths, InPerson: s.Rules.Pickup == catalog.PickupInPerson, ByProxy: s.Rules.Pickup == catalog.PickupProxy,
	}
	v.Description = v.Summary
	for _, a := range d.Joint {
		v.Joint = append(v.Joint, agencyItem(a, l, 0))
	}
	if s.Link != nil {
		v.LinkName, v.LinkURL = s.Link.Name, s.Link.URL
	}
	if d.Standard != nil {
		v.Standard = standardView(d.Standard, l, gate.CityOf(c).Location())
		v.Season, v.Shut = seasonView(d.Standard.Parts, p.local(ctx), l)
		if v.Standard.Tariffs, err = p.tariffs(c, d.Standard.Parts.Fee.Tariffs); err != nil {
			return err
		}
	}
	if v.Draft, err = p.draftOf(ctx, gate.ActorOf(c), s); err != nil {
		return err
	}
	counters, err := p.Booking.Counters(ctx, booking.Filter{Service: s.Code})
	if err != nil {
		return err
	}
	if len(counters) > 0 && !counters[0].NeedsApplication {
		v.Book = site.PathVisits + "/baru?layanan=" + s.Code
	}
	return p.Render(c, http.StatusOK, public.Service(v))
}

// draftOf is the reader's own unsent application for a service, or "".
func (p *Pages) draftOf(ctx context.Context, a identity.Actor, s catalog.Service) (string, error) {
	if a.Kind != identity.Resident || !s.Applicable() {
		return "", nil
	}
	mine, err := p.Casework.Mine(ctx, a)
	i := slices.IndexFunc(mine, func(m application.Application) bool { return m.ServiceCode == s.Code && m.Draft() })
	if err != nil || i < 0 {
		return "", err
	}
	return mine[i].ID.String(), nil
}

func standardView(s *catalog.Standard, l i18n.Locale, zone *time.Location) *public.Standard {
	t, fee := s.Parts.Time, s.Parts.Fee
	v := &public.Standard{
		Requirements: requirements(s.Parts.Requirements, l), Time: t.Text(l), Fee: fee.Text(l), FeeLegalBasis: fee.LegalBasis,
		Complaints: s.Parts.Complaints.In(l), LegalBasis: s.Parts.LegalBasis, Decree: s.Decree,
	}
	if key := t.StartsKey(); key != "" {
		v.TimeStarts = l.T(key)
	}
	if note := t.Note.In(l); note != v.Time {
		v.TimeNote = note
	}
	if f := fee.Formula.In(l); f != v.Fee {
		v.FeeFormula = f
	}
	for _, x := range s.Parts.Procedure {
		v.Procedure = append(v.Procedure, public.Step{Actor: x.Actor.In(l), Text: x.Text.In(l)})
	}
	for _, x := range s.Parts.Products {
		v.Products = append(v.Products, public.Product{Name: x.Name.In(l), Validity: x.Validity.In(l), Delivery: x.Delivery.In(l)})
	}
	for _, x := range []struct {
		key  string
		text i18n.Text
	}{
		{"facilities", s.Parts.Facilities}, {"competence", s.Parts.Competence}, {"supervision", s.Parts.Supervision},
		{"staffing", s.Parts.Staffing}, {"guarantee", s.Parts.Guarantee}, {"safety", s.Parts.Safety}, {"evaluation", s.Parts.Evaluation},
	} {
		if !x.text.Empty() {
			v.Internal = append(v.Internal, public.InternalPart{Label: l.T("portal.part." + x.key), Text: x.text.In(l)})
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, s.EffectiveFrom, zone); err == nil {
		v.EffectiveFrom = day
	}
	return v
}

// tariffs are the tables in force today by which a fee is computed.
func (p *Pages) tariffs(c *gin.Context, codes []string) ([]public.Tariff, error) {
	l, zone := gate.LocaleOf(c), gate.CityOf(c).Location()
	all, err := tariff.InForce(c.Request.Context(), p.DB.App, codes, p.Now().In(zone))
	if err != nil {
		return nil, err
	}
	var out []public.Tariff
	for _, t := range all {
		v := public.Tariff{Name: t.Name.In(l), Unit: t.Unit.In(l), Basis: t.Basis, Source: t.Source, Verified: t.Verified}
		if v.From, err = time.ParseInLocation(time.DateOnly, t.EffectiveFrom, zone); err != nil {
			return nil, err
		}
		for _, r := range t.Rows {
			v.Rows = append(v.Rows, public.TariffRow{Label: r.Label.In(l), Amount: l.Number(r.Amount)})
		}
		out = append(out, v)
	}
	return out, nil
}

func requirements(list []catalog.Requirement, l i18n.Locale) []public.Requirement {
	var out []public.Requirement
	for _, r := range list {
		v := public.Requirement{Name: r.Name.In(l), When: r.When.In(l), Note: r.Note.In(l), BringOriginal: r.BringOriginal, AnyOf: requirements(r.AnyOf, l)}
		if key := r.FormKey(); key != "" {
			v.Form = l.T(key)
		}
		if r.File != nil {
			v.File = &ui.FileRule{Types: r.File.Types, MaxMB: r.File.MaxMB, MaxCount: r.File.MaxCount}
		}
		out = append(out, v)
	}
	return out
}
