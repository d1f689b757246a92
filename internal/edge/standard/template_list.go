package standard

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/paper"
	"bedelau/web/ui"
)

const pathTemplates = "/kelola/templat"

// templateListRoutes are where templates begin, are worded and end; those that a service issues are worded beside it too.
func (p *Pages) templateListRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	return gate.Table{
		{Method: get, Path: pathTemplates, Needs: needs, Scope: city, Handler: p.templates},
		{Method: post, Path: pathTemplates, Needs: needs, Scope: city, Handler: p.beginTemplate},
		{Method: get, Path: pathTemplates + "/:code", Needs: needs, Scope: city, Handler: p.ownTemplate},
		{Method: post, Path: pathTemplates + "/:code", Needs: needs, Scope: city, MaxBody: templateBody, Handler: p.saveOwnTemplate},
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

// ownWording reads a template by its own code, with the forms of the services that issue it today. One that nothing issues
// is printed with made-up names of a service and its office.
func (p *Pages) ownWording(c *gin.Context) (wording, document.Template, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	w := wording{code: c.Param("code"), path: pathTemplates + "/" + c.Param("code"), back: pathTemplates}
	t, version, err := p.Documents.Editable(ctx, a, w.code)
	if err != nil {
		return w, t, err
	}
	w.version, w.about = version, t.Title.In(l)
	all, err := p.Catalog.List(ctx, catalog.Filter{})
	if err != nil {
		return w, t, err
	}
	for _, s := range all {
		if s.Document != w.code || s.Form == "" {
			continue
		}
		f, err := p.Casework.FormOf(ctx, s.Form, s.Workflow)
		if err != nil {
			return w, t, err
		}
		w.forms = append(w.forms, f)
		if w.service.Code == "" {
			w.service = s
			if w.agency, err = p.Catalog.Agency(ctx, s.Agency); err != nil {
				return w, t, err
			}
		}
	}
	if w.forms == nil {
		sample := i18n.Text{}
		for _, l := range i18n.All() {
			sample[l] = l.T("templates.sample_agency")
		}
		w.service, w.agency = catalog.Service{Code: w.code, Name: t.Title}, catalog.Agency{Name: sample, Short: sample[i18n.ID]}
	}
	return w, t, nil
}

func (p *Pages) ownTemplate(c *gin.Context) error {
	w, t, err := p.ownWording(c)
	if err != nil {
		return err
	}
	return p.templatePage(c, http.StatusOK, w, t, func(*paper.TemplateView) {})
}

// saveOwnTemplate is saveTemplate in the list of templates.
func (p *Pages) saveOwnTemplate(c *gin.Context) error {
	w, _, err := p.ownWording(c)
	if err != nil {
		return err
	}
	return p.word(c, w)
}

// beginTemplate makes a new template.
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
