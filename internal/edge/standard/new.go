package standard

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

func (p *Pages) newService(c *gin.Context) error {
	return p.newServicePage(c, http.StatusOK, catalog.Beginning{Like: site.Clip(site.ToText(c.Query("seperti")), 64)}, nil)
}

// newServicePage asks what a new service is called and what it begins with.
func (p *Pages) newServicePage(c *gin.Context, status int, b catalog.Beginning, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	ch, err := p.choices(c)
	if err != nil {
		return err
	}
	all, err := p.Catalog.List(ctx, catalog.Filter{})
	if err != nil {
		return err
	}
	var services []ui.Option
	for _, s := range all {
		services = append(services, ui.Option{Value: s.Code, Label: s.Name.In(l)})
	}
	f := asker{l}
	v := office.NewServiceView{Shell: p.DeskShell(c, l.T("standard.new")), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	v.Fields = f.join(f.both("name", b.Name, false, false), f.one(ui.Field{Name: "code", Value: b.Code, Max: 64}),
		f.choose("agency", b.Agency, false, agencyOptions(ch.mine(), l)),
		f.choose("category", b.Category, false, options(catalog.Categories(), func(x string) string { return l.T(catalog.CategoryKey(x)) })),
		f.choose("like", b.Like, true, services))
	v.Parts = f.join(f.one(ui.Field{Name: "copy_workflow", Type: "select", Value: b.Workflow, Optional: true, Options: codes(ch.kept["workflow"], "")}),
		f.one(ui.Field{Name: "copy_document", Type: "select", Value: b.Document, Optional: true, Options: codes(ch.kept["document"], "")}))
	for _, list := range [][]ui.Field{v.Fields, v.Parts} {
		for i := range list {
			list[i].Error = errs.Of(list[i].Name)
		}
	}
	return p.Render(c, status, office.NewService(v))
}

// newServiceFields are the questions about a new service, in their order on the page.
var newServiceFields = []string{"name_id", "name_en", "code", "agency", "category", "like", "copy_workflow", "copy_document"}

func (p *Pages) beginService(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b := catalog.Beginning{Code: in.Text("code"), Name: in.Both("name"), Agency: in.Text("agency"), Category: in.Text("category"), Like: in.Text("like"),
		Workflow: in.Text("copy_workflow"), Document: in.Text("copy_document")}
	if b.Code == "" {
		b.Code = codeOr("", b.Name)
	}
	err = p.Editor.Begin(c.Request.Context(), gate.ActorOf(c), b)
	if errs, status, ok := site.Refused(c, err, "name_id"); ok {
		names := map[string]string{}
		for _, name := range newServiceFields {
			names[name] = "standard." + name
		}
		return p.newServicePage(c, status, b, site.InOrder(site.Called(c, errs, names), newServiceFields...))
	}
	if err != nil {
		return err
	}
	return p.Done(c, "/kelola/layanan/"+b.Code, "service_begun")
}
