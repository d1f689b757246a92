package portal

import (
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/registry"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// offered are the registers that may fill in questions of a page.
func (p *Portal) offered(c *gin.Context, d intake.Draft, page form.Page) ([]ui.Link, error) {
	all, err := p.Casework.Lookups(c.Request.Context(), d)
	var out []ui.Link
	for _, x := range all {
		asks := slices.Collect(maps.Values(x.Fills))
		on := func(code string) bool { at, _ := d.Form.PageOf(code); return at == page.Code }
		if !x.Used && slices.ContainsFunc(append(asks, x.By), on) {
			out = append(out, ui.Link{Href: own(d.Application.ID, "/data/"+string(x.Registry)), Label: gate.LocaleOf(c).T("lookup.offer", "name", x.Name)})
		}
	}
	return out, err
}

// lookupForm asks a resident for their identifier and consent.
func (p *Portal) lookupForm(c *gin.Context) error {
	return p.lookupPage(c, http.StatusOK, resident.LookupView{})
}

func (p *Portal) lookupPage(c *gin.Context, status int, v resident.LookupView) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	d, err := p.Casework.Draft(ctx, gate.ActorOf(c), id)
	if err != nil {
		return p.orStory(c, err)
	}
	all, err := p.Casework.Lookups(ctx, d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x intake.LookupOffer) bool { return string(x.Registry) == c.Param("registry") })
	if i < 0 {
		return site.NotFound()
	}
	x := all[i]
	by, _ := d.Form.Field(x.By)
	v.Shell = p.Shell(c, l.T("lookup.title"))
	v.ErrorTitle = len(v.Errors) > 0
	v.ID, v.Registry, v.Name, v.Service = id.String(), string(x.Registry), x.Name, d.Application.ServiceName.In(l)
	v.Page, _ = d.Form.PageOf(x.By)
	v.Key.Name, v.Key.Type, v.Key.Label, v.Key.Hint = "identifier", string(by.Type), by.Label.In(l), l.T("lookup.own_only")
	v.Key.Error, v.Key.Max, v.Key.Autocomplete = v.Errors.Of("identifier"), 30, "off"
	if x.Registry == registry.Population {
		v.Key.Hint += " " + l.T("lookup.one_only")
	}
	if v.Key.Value == "" {
		v.Key.Value = d.Answers.Get(x.By)
	}
	for _, name := range slices.Sorted(maps.Keys(x.Fills)) {
		f, _ := d.Form.Field(x.Fills[name])
		v.Fills = append(v.Fills, f.Title().In(l))
	}
	return p.Render(c, status, resident.Lookup(v))
}

// lookUp asks the register and leads on; without an answer the questions are answered by hand.
func (p *Portal) lookUp(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	v := resident.LookupView{Consent: in.Yes("consent")}
	v.Key.Value = site.Clip(in.Text("identifier"), 30)
	outcome, err := p.Casework.LookUp(c.Request.Context(), gate.ActorOf(c), intake.LookupInput{
		ID: id, Registry: registry.Kind(c.Param("registry")), Identifier: in.Text("identifier"), Consent: v.Consent,
	})
	if fault.Is(err, "registry.not_own") {
		v.Failed = site.Refusal(gate.LocaleOf(c), fault.From(err))
		return p.lookupPage(c, http.StatusForbidden, v)
	}
	if errs, status, ok := site.Refused(c, err, "identifier"); ok {
		v.Errors = errs
		return p.lookupPage(c, status, v)
	}
	if err != nil {
		return p.orStory(c, err)
	}
	if outcome != registry.Found {
		v.Failed = gate.LocaleOf(c).T("lookup." + string(outcome))
		return p.lookupPage(c, http.StatusOK, v)
	}
	d, err := p.Casework.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	x, _ := d.Form.LookupIn(registry.Kind(c.Param("registry")))
	page, _ := d.Form.PageOf(x.By)
	return p.Done(c, own(id, "/isi/"+page), "looked_up")
}
