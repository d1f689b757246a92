package partner

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/operator"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// registerForm asks a company for what it is known by. Where the ducts are not in the city's plan it says that nobody is taken in.
func (p *Pages) registerForm(c *gin.Context) error {
	if operator.Open(c.Request.Context()) != nil {
		return p.closed(c, http.StatusOK)
	}
	return p.registerAgain(c, http.StatusOK, site.Form{}, nil)
}

// registerAgain is registerForm, after a refusal with what was filled in.
func (p *Pages) registerAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	fields := leasing.CompanyFields(l, in, errs)
	for i := range fields {
		if fields[i].Name == "email" {
			fields[i].Hint, fields[i].Autocomplete = l.T("partner.register_email_hint"), "email"
		}
	}
	person := ui.Field{Name: "person", Label: l.T("partner.person"), Hint: l.T("partner.person_hint"), Value: in.Get("person"), Max: 100, Error: errs.Of("person"), Autocomplete: "name"}
	v := public.PartnerView{Shell: p.Shell(c, l.T("partner.register")), Action: pathRegister, Offer: ui.Link{Href: ducts.PathOffer + "#" + ducts.OfferOperators, Label: l.T("partner.register_reasons")}, Fields: append(fields, person), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, public.Partner(v))
}

// closed says that the city takes nobody in.
func (p *Pages) closed(c *gin.Context, status int) error {
	return p.Render(c, status, public.Partner(public.PartnerView{Shell: p.Shell(c, gate.LocaleOf(c).T("partner.register"))}))
}

// register takes in a company that asks to lease. What is said afterwards is the same whether or not the address has an account.
func (p *Pages) register(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		// All that is missing is named at once.
		company, person := leasing.Company(in), in.Line("person")
		err = p.Operators.Register(c.Request.Context(), gate.ActorOf(c), company, person)
		if f := fault.From(err); person == "" && err != nil && f.Code == "input.invalid" {
			err = fault.Fields(append(company.Wrong(), fault.Field{Name: "person", Code: "required"}))
		}
	}
	if fault.Is(err, "plan.module") {
		return p.closed(c, http.StatusForbidden)
	}
	if err != nil {
		labels := map[string]string{"person": "partner.person"}
		for k, v := range leasing.CompanyLabels {
			labels[k] = v
		}
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.registerAgain(c, status, in, site.Called(c, errs, labels))
	}
	return p.Done(c, pathRegister, "partner_registered")
}
