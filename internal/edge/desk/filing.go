package desk

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// filingRoutes are the beginning of an application that an officer fills in at a counter; it goes on at the resident's pages.
func (p *Pages) filingRoutes() gate.Table {
	file, city := access.ApplicationFile, gate.City
	return gate.Table{
		{Method: get, Path: site.PathFiling, Needs: file, Scope: city, Handler: p.filingForm},
		{Method: post, Path: site.PathFiling, Needs: file, Scope: city, Handler: p.startFiling},
		{Method: get, Path: site.PathFiling + "/:id", Needs: file, Scope: city, IDs: site.IDs("id", "application"), Handler: p.goOnFiling},
	}
}

// filingForm asks who stands at the counter, and for what.
func (p *Pages) filingForm(c *gin.Context) error {
	return p.filingPage(c, http.StatusOK, intake.CounterInput{}, nil)
}

func (p *Pages) filingPage(c *gin.Context, status int, in intake.CounterInput, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	r, err := p.Guard.Reach(ctx, a)
	if err != nil {
		return err
	}
	all, err := p.Catalog.List(ctx, catalog.Filter{Integration: catalog.Native})
	if err != nil {
		return err
	}
	agencies, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return err
	}
	near := slices.ContainsFunc(agencies, func(x catalog.Agency) bool { return x.Code == r.Agency() && x.Area != "" })
	v := office.FilingView{Shell: p.DeskShell(c, l.T("filing.title")), Name: site.Clip(in.Name, 200), Phone: site.Clip(in.Phone, 30),
		Service: site.Clip(in.Service, 64), Seen: site.Clip(in.Seen, 20), Consent: in.Consent}
	v.Errors = site.Called(c, errs, filingLabels)
	v.ErrorTitle = len(errs) > 0
	if city, ok := tenancy.CityFrom(ctx); ok {
		v.Kept = city.CounterDraftDays
	}
	for _, s := range all {
		if s.Applicable() && (r.Owns(s.Agency, a.ID) || near && s.Rules.Office != "") {
			v.Services = append(v.Services, ui.Option{Value: s.Code, Label: s.Name.In(l)})
		}
	}
	unsent, err := p.Casework.UnsentAtCounter(ctx, a)
	if err != nil {
		return err
	}
	for _, x := range unsent {
		v.Unsent = append(v.Unsent, office.UnsentRow{Href: site.PathFiling + "/" + x.ID.String(), Name: x.Name, Service: x.ServiceName.In(l),
			At: site.Zoned(c, x.UpdatedAt), Until: site.Zoned(c, intake.KeptUntil(ctx, x.Application))})
	}
	for _, x := range intake.Proofs() {
		v.Proofs = append(v.Proofs, ui.Option{Value: x, Label: l.T("filing.seen." + x)})
	}
	return p.Render(c, status, office.Filing(v))
}

// filingLabels are what the page calls its fields.
var filingLabels = map[string]string{"service": "filing.service", "name": "filing.name", "phone": "filing.phone", "seen": "filing.seen"}

// startFiling opens the draft and leads to its first question.
func (p *Pages) startFiling(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	x := intake.CounterInput{Key: in.Key(), Service: in.Text("service"), Name: in.Text("name"), Phone: in.Text("phone"), Seen: in.Text("seen"), Consent: in.Yes("consent")}
	if err = site.Require(in, "service", "name", "seen"); err == nil {
		app, started := p.Casework.StartCounter(c.Request.Context(), gate.ActorOf(c), x)
		if started == nil {
			f, err := p.Casework.Form(c.Request.Context(), p.DB.App, app)
			if err != nil {
				return err
			}
			p.Redirect(c, "/permohonan/"+app.ID.String()+"/isi/"+f.Pages[0].Code)
			return nil
		}
		err = started
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"catalog.unknown_service": "service", "service.not_online": "service", "service.not_open": "service", "service.closed": "service"}); ok {
		return p.filingPage(c, status, x, site.InOrder(errs, "service", "name", "phone", "seen", "consent"))
	}
	return err
}

// goOnFiling leads to the question at which a draft of the counter stopped, or to the check of all answers.
func (p *Pages) goOnFiling(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	who, err := p.Casework.AtCounter(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	d, err := p.Casework.Draft(c.Request.Context(), who, id)
	if err != nil {
		return err
	}
	at := "/periksa"
	if next := d.Next(); next != "" {
		at = "/isi/" + next
	}
	p.Redirect(c, "/permohonan/"+id.String()+at)
	return nil
}
