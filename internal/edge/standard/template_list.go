package standard

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/paper"
	"bedelau/web/ui"
)

const pathTemplates = "/kelola/templat"

// templateListRoutes are where templates begin and end; their words are written beside the service that issues them.
func (p *Pages) templateListRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	return gate.Table{
		{Method: get, Path: pathTemplates, Needs: needs, Scope: city, Handler: p.templates},
		{Method: post, Path: pathTemplates, Needs: needs, Scope: city, Handler: p.beginTemplate},
		{Method: post, Path: pathTemplates + "/:code/hentikan", Page: pathTemplates, Needs: needs, Scope: city, Handler: p.retireTemplate},
	}
}

// templates lists what the city's services can issue.
func (p *Pages) templates(c *gin.Context) error {
	return p.templatesPage(c, http.StatusOK, paper.TemplatesView{})
}

func (p *Pages) templatesPage(c *gin.Context, status int, v paper.TemplatesView) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.Documents.Templates(ctx, a)
	if err != nil {
		return err
	}
	issuing, err := p.Editor.Issuing(ctx, a)
	if err != nil {
		return err
	}
	errs := v.Errors
	v.Shell = p.DeskShell(c, l.T("templates.title"))
	v.Errors, v.ErrorTitle = errs, len(errs) > 0
	for _, t := range all {
		row := paper.TemplateRow{Code: t.Code, Title: t.Title.In(l), Version: t.Version, Retired: t.Retired}
		for _, name := range issuing[t.Code] {
			row.Services = append(row.Services, name.In(l))
		}
		v.Rows = append(v.Rows, row)
	}
	return p.Render(c, status, paper.Templates(v))
}

// templateLabels are what the page calls its fields.
var templateLabels = map[string]string{"title_id": "template.title_id", "title_en": "template.title_en", "code": "templates.code"}

// beginTemplate makes a new template. Its words are written once a service issues it.
func (p *Pages) beginTemplate(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	title := in.BothLines("title")
	v := paper.TemplatesView{TitleID: site.Clip(title["id"], 200), TitleEN: site.Clip(title["en"], 200), Code: site.Clip(codeOr(in.Text("code"), title), 100)}
	err = p.Documents.Begin(c.Request.Context(), gate.ActorOf(c), codeOr(in.Text("code"), title), title)
	if errs, status, ok := site.Refused(c, err, "title_id"); ok {
		v.Errors = site.InOrder(site.Called(c, errs, templateLabels), "title_id", "title_en", "code")
		return p.templatesPage(c, status, v)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathTemplates, "template_begun")
}

// retireTemplate ends a template that no service issues.
func (p *Pages) retireTemplate(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, a, code := c.Request.Context(), gate.ActorOf(c), c.Param("code")
	issuing, err := p.Editor.Issuing(ctx, a)
	if err != nil {
		return err
	}
	if len(issuing[code]) > 0 {
		err = fault.New(fault.Conflict, "document.template_used")
	} else {
		seen, _ := strconv.Atoi(in.Text("version"))
		err = p.Documents.Retire(ctx, a, code, seen)
	}
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return p.templatesPage(c, http.StatusConflict, paper.TemplatesView{Errors: ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}})
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathTemplates, "template_retired")
}
