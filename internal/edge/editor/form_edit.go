package editor

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// tryEdit is what was sent of a page or a question, to be shown again with why it was refused.
type tryEdit struct {
	in      site.Form
	refused error
	errs    ui.Errors
}

// builderPage asks what a page is: a new one, or that of the address.
func (p *Pages) builderPage(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.pageEdit(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) pageEdit(c *gin.Context, status int, b building, t tryEdit) error {
	l, code := gate.LocaleOf(c), c.Param("page")
	var page form.Page
	heading := l.T("builder.new_page")
	if code != "" {
		var ok bool
		if page, ok = b.draft.Body.Page(code); !ok {
			return site.NotFound()
		}
		heading = l.T("builder.edit_page", "name", page.Title.In(l))
	}
	v := p.editView(c, b, heading, t)
	v.Action = b.path + "/halaman"
	if code != "" {
		v.Action += "/" + code
	}
	s := sheet{l: l, t: t}
	text := i18n.Text(page.Title)
	v.Sections = []office.BuilderSection{
		{Fields: []ui.Field{
			s.text("title_id", text[i18n.ID]), s.text("title_en", text[i18n.EN]),
			s.optional(s.text("page_hint_id", page.Hint[i18n.ID])), s.optional(s.text("page_hint_en", page.Hint[i18n.EN])),
			s.optional(s.text("code", page.Code)),
		}},
		s.condition(conditionNames(b, code, ""), page.ShowIf, nil),
	}
	v.Names = namesView(conditionNames(b, code, ""), l)
	return p.Render(c, status, office.BuilderEdit(v))
}

// conditionNames are the questions that the condition of a page, or of a question, can name.
func conditionNames(b building, page, field string) []form.Field {
	if field != "" || page == "" {
		return builder.Before(b.draft.Body, page, field)
	}
	before := ""
	for _, x := range b.draft.Body.Pages {
		if x.Code == page {
			break
		}
		before = x.Code
	}
	if before == "" {
		return nil
	}
	return builder.Before(b.draft.Body, before, "")
}

func namesView(list []form.Field, l i18n.Locale) []office.BuilderName {
	var out []office.BuilderName
	for _, f := range list {
		out = append(out, office.BuilderName{Name: f.Name(), Label: f.Title().In(l), Type: typeName(f.Type, l)})
	}
	return out
}

func (p *Pages) editView(c *gin.Context, b building, heading string, t tryEdit) office.BuilderEditView {
	v := office.BuilderEditView{
		Shell: p.DeskShell(c, heading), Heading: heading, Service: b.service.Name.In(gate.LocaleOf(c)), Back: b.path, Revision: b.draft.Revision,
		Errors: t.errs, Changed: p.changedText(c, t.refused, formNames(b.draft.Body, gate.LocaleOf(c))), ChangedTitle: gate.LocaleOf(c).T("builder.changed"),
	}
	v.ErrorTitle = t.refused != nil
	return v
}

func (p *Pages) builderSavePage(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	code := c.Param("page")
	page := form.Page{Code: in.Text("code"), Title: in.BothLines("title"), Hint: in.BothLines("page_hint"), ShowIf: in.Text("show_if")}
	var bad []fault.Field
	page.ShowIf, bad = showIf(in, conditionNames(b, code, ""), bad)
	if page.Code == "" {
		page.Code = slug(page.Title[i18n.ID])
		if code == "" {
			page.Code = freeCode(page.Code, func(s string) bool {
				return slices.ContainsFunc(b.draft.Body.Pages, func(other form.Page) bool { return other.Code == s })
			})
		}
	}
	bad = append(bad, site.Missing(in, "title_id", "title_en")...)
	if !codePattern.MatchString(page.Code) && len(bad) == 0 {
		bad = append(bad, fault.Field{Name: "code", Code: "form_code"})
	}
	change := builder.Change{Act: builder.ActAdd, What: page.Code, Do: builder.AddPage(page)}
	if code != "" {
		change.Act, change.Do = builder.ActEdit, builder.EditPage(code, page)
	}
	return p.saveEdit(c, b, in, change, bad, b.path+"#hal-"+page.Code, p.pageEdit)
}

// saveEdit makes the step, or shows what was typed again: on the present revision, so that who has seen what somebody else
// changed can save over it.
func (p *Pages) saveEdit(c *gin.Context, b building, in site.Form, change builder.Change, bad []fault.Field, to string,
	again func(*gin.Context, int, building, tryEdit) error) error {
	err := fault.Fields(bad)
	if err == nil {
		change.Code, change.Revision = b.form, in.Revision()
		_, err = p.Builder.Forms.Change(c.Request.Context(), gate.ActorOf(c), change)
	}
	if err == nil {
		return p.Done(c, to, "form_saved")
	}
	errs, status, ok := site.Refused(c, err, "")
	if f := fault.From(err); f.Kind == fault.Conflict {
		status, ok = http.StatusConflict, true
	}
	if !ok {
		return err
	}
	fresh, failed := p.building(c)
	if failed != nil {
		return failed
	}
	for i, e := range errs {
		errs[i].Label = labelOfInput(e.Name, gate.LocaleOf(c))
	}
	return again(c, status, fresh, tryEdit{in: in, refused: err, errs: errs})
}

// builderField asks what a question is: a new one at the end of ?halaman or ?kelompok, or that of the address.
func (p *Pages) builderField(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.fieldEdit(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) fieldEdit(c *gin.Context, status int, b building, t tryEdit) error {
	l, code := gate.LocaleOf(c), c.Param("field")
	f := form.Field{Type: form.Text}
	page, group := c.Query("halaman"), c.Query("kelompok")
	if t.in.Values != nil {
		page, group = t.in.Get("page"), t.in.Get("group")
	}
	heading := l.T("builder.new_field")
	names := builder.Before(b.draft.Body, page, "")
	if group != "" {
		names = builder.Before(b.draft.Body, "", group)
	}
	if code != "" {
		var ok bool
		if f, ok = builder.Find(b.draft.Body, code); !ok {
			return site.NotFound()
		}
		group, _, _ = strings.Cut(code, ".")
		if group == code {
			group = ""
		}
		heading, names = l.T("builder.edit_field", "name", nameOr(f.Label.In(l), code)), conditionNames(b, "", code)
	} else if _, ok := b.draft.Body.Page(page); !ok && group == "" {
		return site.NotFound()
	}
	v := p.editView(c, b, heading, t)
	v.Page, v.Group, v.Action = page, group, b.path+"/isian"
	if code != "" {
		v.Action += "/" + code
	}
	s := sheet{l: l, t: t, kind: f.Type}
	if t.in.Values != nil {
		s.kind = form.Type(t.in.Get("kind"))
	}
	if v.Sections = s.field(f, names); group != "" {
		v.Sections = withDistinct(s, f, s.field(f, names, form.Group))
	}
	v.Names = namesView(names, l)
	v.Follow = ui.FormData{Names: `{"kind":"choice"}`, Answered: "[]", Today: p.Now().Format("2006-01-02")}
	return p.Render(c, status, office.BuilderEdit(v))
}

func (p *Pages) builderSaveField(c *gin.Context) error {
	in, err := site.ReadForm(c, "file_types", "parts")
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	code, page, group := c.Param("field"), in.Get("page"), in.Get("group")
	var old form.Field
	names := builder.Before(b.draft.Body, page, "")
	if group != "" {
		names = builder.Before(b.draft.Body, "", group)
	}
	if code != "" {
		var ok bool
		if old, ok = builder.Find(b.draft.Body, code); !ok {
			return site.NotFound()
		}
		names = conditionNames(b, "", code)
	}
	f, bad := readField(in, old)
	if code == "" && in.Text("code") == "" {
		f.Code = freeCode(f.Code, func(s string) bool {
			if group != "" {
				s = group + "." + s
			}
			_, taken := builder.Find(b.draft.Body, s)
			return taken
		})
	}
	f.ShowIf, bad = showIf(in, names, bad)
	if f, bad = readRows(in, old, f, bad); group != "" || strings.Contains(code, ".") {
		f.Distinct = in.Yes("distinct")
	}
	change := builder.Change{Act: builder.ActAdd, What: f.Code, Do: builder.AddField(page, group, f)}
	at := f.Code
	if outer, _, inner := strings.Cut(code, "."); inner {
		at = outer + "." + f.Code
	} else if group != "" {
		at = group + "." + f.Code
	}
	if code != "" {
		change.Act, change.Do = builder.ActEdit, builder.EditField(code, f)
	}
	to := b.path + "#isian-" + at
	if unseen(in, f.Type) {
		to = b.path + "/isian/" + at // the kind has questions of its own, which were not on the page yet
	}
	return p.saveEdit(c, b, in, change, bad, to, p.fieldEdit)
}
