package pricing

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// renameForm asks what a plan is called and what is said of it.
func renameForm(l i18n.Locale, plan billing.Plan, here string, in site.Form, errs ui.Errors) bill.Form {
	f := bill.Form{ID: "nama", Folded: true, Title: l.T("plan.rename"), Text: l.T("plan.rename_text"), Action: here + "/nama", Submit: l.T("bumd.save"), Fields: []ui.Field{
		{Name: "name_id", Value: plan.Name[i18n.ID], Max: 120}, {Name: "name_en", Value: plan.Name[i18n.EN], Max: 120, Optional: true},
		{Name: "summary_id", Type: "long_text", Value: plan.Summary[i18n.ID], Max: 500}, {Name: "summary_en", Type: "long_text", Value: plan.Summary[i18n.EN], Max: 500, Optional: true}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Error = l.T(renameLabel(x.Name)), errs.Of(x.Name)
		if _, sent := in.Values[x.Name]; sent {
			x.Value = in.Get(x.Name)
		}
	}
	return f
}

func renameLabel(name string) string {
	switch name {
	case "name_id", "name_en":
		return "bumd." + name
	}
	return "plan." + name
}

// rename changes the words for a plan, and nothing of its versions.
func (p *Pages) rename(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	code := c.Param("plan")
	err = p.Billing.Rename(c.Request.Context(), gate.ActorOf(c), code, in.BothLines("name"), in.Both("summary"))
	if errs, status, ok := site.Refused(c, err, ""); ok {
		labels := map[string]string{}
		for _, name := range []string{"name_id", "name_en", "summary_id", "summary_en"} {
			labels[name] = renameLabel(name)
		}
		return p.planPage(c, status, nil, in, site.Called(c, errs, labels))
	}
	if err != nil {
		return err
	}
	return p.Done(c, console.PathPlans+"/"+code, "plan_renamed")
}
