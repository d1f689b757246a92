package editor

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/registry"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// builderPreview shows a page of the draft as applicants will see it.
func (p *Pages) builderPreview(c *gin.Context) error {
	return p.preview(c, http.StatusOK, site.Form{}, site.Maps{})
}

// builderTry judges what was typed into the preview, and keeps nothing of it. Like the page of an applicant, with ?peta it
// does what was pressed on a map instead.
func (p *Pages) builderTry(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	page, ok := b.draft.Body.Page(c.Param("page"))
	if !ok {
		return site.NotFound()
	}
	var several []string
	for _, f := range page.Every() {
		if f.Type == form.Date || f.Type == form.MultiChoice || f.Type == form.Point {
			several = append(several, f.Code)
		}
	}
	in, err := site.ReadForm(c, several...)
	if f := fault.From(err); err != nil && len(f.Fields) == 0 {
		return err
	}
	maps := site.TakeMaps(in, c.Query("peta"))
	if f, ok := b.draft.Body.Field(c.Query("peta")); ok && in.Values != nil && page.Asks(f.Code) {
		if maps.City, err = p.Ground(c.Request.Context(), p.Now()); err != nil {
			return err
		}
		maps.Press(in, f, func(string) bool { return true })
	}
	return p.preview(c, http.StatusOK, in, maps)
}

func (p *Pages) preview(c *gin.Context, status int, in site.Form, maps site.Maps) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	l, f := gate.LocaleOf(c), b.draft.Body
	page, ok := f.Page(c.Param("page"))
	if !ok {
		return site.NotFound()
	}
	if named := f.RateTables(); len(named) > 0 {
		f.Tariffs = named
	}
	d, err := p.Casework.Trial(c.Request.Context(), f, form.Answers{})
	if err != nil {
		return err
	}
	v := office.BuilderPreviewView{
		Shell: p.DeskShell(c, l.T("builder.preview_of", "service", b.service.Name.In(l))), Service: b.service.Name.In(l), Back: b.path,
		Action: b.path + "/pratinjau/" + page.Code, Heading: page.Title.In(l), Hint: page.Hint.In(l), Tried: in.Values != nil && c.Query("peta") == "", Skipped: page.ShowIf != "",
	}
	v.Pages, v.Remarks = previewTabs(b, f, page.Code, l), fillsOn(f, page.Code, l)
	page.ShowIf = "" // an author looks at it whatever was answered before
	alone := *d.Form
	alone.Pages = []form.Page{page}
	d.Form = (&alone).Ready()
	for name := range in.Values { // files are not tried
		if fd, _ := d.Form.Field(name); fd.Type == form.File {
			in.Del(name)
		}
	}
	if v.Tried {
		check := form.NewChecker(d.Form, d.At)
		check.Page(page, in.Values, nil, nil)
		v.Errors, status, _ = site.Refused(c, fault.Fields(check.Errors), "")
		for i, e := range v.Errors {
			fd, _ := d.Form.Field(e.Name)
			v.Errors[i].Label = fd.Title().In(l)
		}
		for _, w := range check.Warnings {
			fd, _ := d.Form.Field(w.Name)
			v.Doubts = append(v.Doubts, fd.Title().In(l)+": "+site.FieldText(l, w))
		}
		if status == 0 {
			status = http.StatusOK
		}
	}
	shown := d.Typed(page, in.Values)
	q := site.Questions{Draft: d, Typed: in, Errors: v.Errors, Mirror: d.Mirror(page, shown.Fields), Path: v.Action, L: l}
	if page.AsksPoint() {
		if maps.City, err = p.Ground(c.Request.Context(), d.At.Now); err != nil {
			return err
		}
		q.Maps = &maps
	}
	v.Fields, v.Follow = previewed(q.Fields(shown.Fields)), site.Followed(q.Mirror, d.At.Now)
	return p.Render(c, status, office.BuilderPreview(v))
}

// previewTabs lead to the preview of each page, and of what those who must agree read; current is the page that is shown.
func previewTabs(b building, f form.Form, current string, l i18n.Locale) []office.BuilderTab {
	var out []office.BuilderTab
	for _, x := range f.Pages {
		out = append(out, office.BuilderTab{Href: b.path + "/pratinjau/" + x.Code, Text: x.Title.In(l), Current: x.Code == current})
	}
	if len(f.Cosign) > 0 {
		out = append(out, office.BuilderTab{Href: b.path + "/pratinjau-persetujuan", Text: l.T("builder.agree"), Current: current == ""})
	}
	return out
}

// fillsOn says which registers a page offers to ask, and for what.
func fillsOn(f form.Form, page string, l i18n.Locale) []string {
	var out []string
	for _, x := range f.Lookups {
		by, _ := f.Field(x.By)
		if on, _ := f.PageOf(x.By); on != page {
			continue
		}
		var filled []string
		for _, name := range registry.Attributes(x.Registry) {
			if fd, ok := f.Field(x.Fills[name]); ok {
				filled = append(filled, fd.Title().In(l))
			}
		}
		out = append(out, l.T("builder.preview_lookup", "name", registerName(x.Registry, l), "by", by.Title().In(l), "fills", strings.Join(filled, ", ")))
	}
	return out
}

// builderPreviewCosign shows what those who must agree will read.
func (p *Pages) builderPreviewCosign(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	l, f := gate.LocaleOf(c), b.draft.Body
	v := office.BuilderPreviewView{
		Shell: p.DeskShell(c, l.T("builder.preview_of", "service", b.service.Name.In(l))), Service: b.service.Name.In(l), Back: b.path + "#persetujuan",
		Heading: l.T("cosign.title"), Pages: previewTabs(b, f, "", l),
	}
	for _, x := range f.Cosign {
		one := office.BuilderAgree{Code: x.Code, Label: nameOr(x.Label.In(l), x.Code), People: x.People(), Condition: when(answeredIn(f), x.ShowIf, l), Declare: x.Declare.In(l)}
		for _, code := range x.Shows {
			if fd, ok := f.Field(code); ok {
				one.Shows = append(one.Shows, fd.Title().In(l))
			}
		}
		if named, ok := f.Field(f.NamedBy(x, 1)); ok {
			one.Named = named.Title().In(l)
		}
		v.Agree = append(v.Agree, one)
	}
	return p.Render(c, http.StatusOK, office.BuilderPreview(v))
}

// previewed leaves out the buttons that would post to an application.
func previewed(list []ui.Field) []ui.Field {
	for i := range list {
		list[i].Add = ""
		for j := range list[i].Rows {
			list[i].Rows[j].Remove = ""
		}
	}
	return list
}
