package editor

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/registry"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathForm = "/kelola/layanan/:code/formulir"

// builderRoutes is where an administrator writes the form of a service.
func (p *Pages) builderRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	return gate.Table{
		{Method: get, Path: pathForm, Needs: needs, Scope: city, Handler: p.builderHome},
		{Method: post, Path: pathForm + "/susun", Needs: needs, Scope: city, Handler: p.builderArrange},
		{Method: get, Path: pathForm + "/lanjutan", Needs: needs, Scope: city, Handler: p.builderText},
		{Method: post, Path: pathForm + "/lanjutan", Needs: needs, Scope: city, Handler: p.builderSaveText},
		{Method: get, Path: pathForm + "/halaman", Needs: needs, Scope: city, Handler: p.builderPage},
		{Method: post, Path: pathForm + "/halaman", Needs: needs, Scope: city, Handler: p.builderSavePage},
		{Method: get, Path: pathForm + "/halaman/:page", Needs: needs, Scope: city, Handler: p.builderPage},
		{Method: post, Path: pathForm + "/halaman/:page", Needs: needs, Scope: city, Handler: p.builderSavePage},
		{Method: get, Path: pathForm + "/isian", Needs: needs, Scope: city, Handler: p.builderField},
		{Method: post, Path: pathForm + "/isian", Needs: needs, Scope: city, Handler: p.builderSaveField},
		{Method: get, Path: pathForm + "/isian/:field", Needs: needs, Scope: city, Handler: p.builderField},
		{Method: post, Path: pathForm + "/isian/:field", Needs: needs, Scope: city, Handler: p.builderSaveField},
		{Method: get, Path: pathForm + "/persetujuan", Needs: needs, Scope: city, Handler: p.builderCosign},
		{Method: post, Path: pathForm + "/persetujuan", Needs: needs, Scope: city, Handler: p.builderSaveCosign},
		{Method: get, Path: pathForm + "/persetujuan/:cosign", Needs: needs, Scope: city, Handler: p.builderCosign},
		{Method: post, Path: pathForm + "/persetujuan/:cosign", Needs: needs, Scope: city, Handler: p.builderSaveCosign},
		{Method: get, Path: pathForm + "/register/:registry", Needs: needs, Scope: city, Handler: p.builderLookup},
		{Method: post, Path: pathForm + "/register/:registry", Needs: needs, Scope: city, Handler: p.builderSaveLookup},
		{Method: get, Path: pathForm + "/pratinjau-persetujuan", Needs: needs, Scope: city, Handler: p.builderPreviewCosign},
		{Method: get, Path: pathForm + "/pratinjau/:page", Needs: needs, Scope: city, Handler: p.builderPreview},
		{Method: post, Path: pathForm + "/pratinjau/:page", Needs: needs, Scope: city, Handler: p.builderTry},
		{Method: post, Path: pathForm + "/terbitkan", Needs: needs, Scope: city, Handler: p.builderPublish},
		{Method: post, Path: pathForm + "/buang", Needs: needs, Scope: city, Handler: p.builderDiscard},
	}
}

// building is a request about the form of a service.
type building struct {
	service catalog.Service
	form    string // its code; a service without a form gets one of its own name
	path    string
	draft   builder.Draft[form.Form]
}

func (p *Pages) building(c *gin.Context) (building, error) {
	d, err := p.Editor.Find(c.Request.Context(), gate.ActorOf(c), c.Param("code"))
	if err != nil {
		return building{}, err
	}
	b := building{service: d.Service, form: d.Service.Form, path: "/kelola/layanan/" + d.Service.Code + "/formulir"}
	if b.form == "" {
		b.form = d.Service.Code
	}
	b.draft, err = p.Builder.Forms.Open(c.Request.Context(), gate.ActorOf(c), b.form)
	return b, err
}

func (p *Pages) builderHome(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.builderView(c, http.StatusOK, b, nil)
}

// builderView shows the form, after a refusal with why.
func (p *Pages) builderView(c *gin.Context, status int, b building, refused error) error {
	l, d := gate.LocaleOf(c), b.draft
	v := office.BuilderView{
		Shell: p.DeskShell(c, l.T("builder.title", "service", b.service.Name.In(l))), Service: b.service.Name.In(l), Path: b.path,
		Version: d.Latest, Base: d.Base, Revision: d.Revision, Last: p.stepText(c, d.Last, formNames(d.Body, l)), Changed: p.changedText(c, refused, formNames(d.Body, l)),
	}
	if refused != nil && v.Changed == "" {
		f, _ := gate.Failed(c, refused)
		v.Errors = ui.Errors{{Text: site.Refusal(l, f)}}
	}
	v.ErrorTitle = refused != nil
	for _, x := range d.Problems {
		if one := problemView(b, x, l); !slices.Contains(v.Problems, one) {
			v.Problems = append(v.Problems, one)
		}
	}
	questions := answeredIn(d.Body)
	for i, pg := range d.Body.Pages {
		page := office.BuilderPage{Code: pg.Code, Title: pg.Title.In(l), Condition: when(questions, pg.ShowIf, l), First: i == 0, Last: i == len(d.Body.Pages)-1}
		page.Fields = fieldViews(pg.Fields, "", func(code string) []form.Field { return builder.Before(d.Body, "", code) }, l)
		if n := len(page.Fields); n > 0 { // the ends of a page lead on to its neighbours
			page.Fields[0].First = page.First
			page.Fields[n-1].Last = page.Last
		}
		v.Pages = append(v.Pages, page)
	}
	v.Agree, v.Lookups = besideViews(d.Body, l)
	return p.Render(c, status, office.Builder(v))
}

func fieldViews(list []form.Field, group string, before func(code string) []form.Field, l i18n.Locale) []office.BuilderField {
	var out []office.BuilderField
	for i, f := range list {
		code := f.Code
		if group != "" {
			code = group + "." + f.Code
		}
		out = append(out, office.BuilderField{
			Code: code, Label: f.Label.In(l), Type: typeName(f.Type, l), Condition: when(before(code), f.ShowIf, l), Required: f.Required, Sensitive: f.Sensitive,
			First: group != "" && i == 0, Last: group != "" && i == len(list)-1, Group: f.Type == form.Group, Inner: fieldViews(f.Fields, code, before, l),
		})
	}
	return out
}

func typeName(t form.Type, l i18n.Locale) string { return l.T("builder.type." + string(t)) }

// formNames are what the pages and questions of a form are called, by their codes.
func formNames(b form.Form, l i18n.Locale) map[string]string {
	out := map[string]string{}
	for _, page := range b.Pages {
		out[page.Code] = page.Title.In(l)
		for _, f := range page.Every() {
			out[f.Code] = f.Label.In(l)
		}
	}
	return out
}

// stepText tells what was done last to a draft: "Rina menambahkan “NIB”, 24 November 2026 pukul 10.00". What has no name, or
// none any more, is told by its code.
func (p *Pages) stepText(c *gin.Context, s builder.Step, names map[string]string) string {
	if s.Act == "" {
		return ""
	}
	l, what := gate.LocaleOf(c), s.What
	if name := names[what]; name != "" {
		what = "“" + name + "”"
	}
	return l.T("builder.step."+s.Act, "who", s.By, "what", what, "at", l.DateTime(site.Zoned(c, s.At)))
}

// changedText says what somebody else did, when that is why a step was refused.
func (p *Pages) changedText(c *gin.Context, refused error, names map[string]string) string {
	var other *builder.Changed
	if !errors.As(refused, &other) {
		return ""
	}
	if other.Act == "" {
		return gate.LocaleOf(c).T("builder.gone")
	}
	return p.stepText(c, other.Step, names)
}

// problemView puts the place of a fault into words, with the address where it is mended.
func problemView(b building, x pack.Problem, l i18n.Locale) office.BuilderProblem {
	v := office.BuilderProblem{Href: b.path, Place: x.Path}
	v.Text, v.Detail = said(x, l)
	at := builder.PlaceOf(b.draft.Body, x.Path)
	switch {
	case at.Field != "":
		f, _ := builder.Find(b.draft.Body, at.Field)
		v.Text, v.Detail = saidOfField(x, f, l)
		v.Href, v.Place = b.path+"/isian/"+at.Field, l.T("builder.place.field", "name", nameOr(f.Label.In(l), at.Field))
	case at.Page != "":
		v.Href, v.Place = b.path+"/halaman/"+at.Page, l.T("builder.place.page", "name", at.Page)
	case at.Cosign != "":
		x, _ := b.draft.Body.Cosigner(at.Cosign)
		v.Href, v.Place = b.path+"/persetujuan/"+at.Cosign, l.T("builder.place.cosign", "name", nameOr(x.Label.In(l), at.Cosign))
	case at.Lookup != "":
		v.Href, v.Place = b.path+"/register/"+at.Lookup, l.T("builder.place.lookup", "name", registerName(registry.Kind(at.Lookup), l))
	default:
		v.Place = l.T("builder.place.form")
	}
	if key := "builder.prop." + at.Property; at.Property != "" {
		name := at.Property
		if l.Has(key) {
			name = l.T(key)
		}
		v.Place += " (" + name + ")"
		switch {
		case at.Field != "" || at.Page != "":
			v.Href += "#f-" + inputFor(at.Property)
		case at.Cosign != "" || at.Lookup != "":
			v.Href += "#f-" + besideInput(at.Property)
		}
	}
	return v
}

func nameOr(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

// builderArrange moves or removes a page or a question.
func (p *Pages) builderArrange(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	change, ok := arranged(in)
	if !ok {
		return site.Invalid("act", "not_an_option")
	}
	at := "#isian-" + change.What
	if strings.HasPrefix(in.Get("act"), "remove cosign ") || strings.HasPrefix(in.Get("act"), "remove lookup ") {
		at = "#persetujuan"
	}
	if act, what, _ := strings.Cut(in.Get("act"), " "); act == "up" || act == "down" {
		at = "#" + office.MovedAt(act, what)
	}
	return p.builderDo(c, b, in, change, at)
}

// arranged reads the button that was pressed ("up field nib"), or what was dragged where ("nib usaha 2").
func arranged(in site.Form) (builder.Change, bool) {
	if drop := strings.Fields(in.Get("drop")); len(drop) == 3 {
		index, err := strconv.Atoi(drop[2])
		return builder.Change{Act: builder.ActMove, What: drop[0], Do: builder.PlaceField(drop[0], drop[1], index)}, err == nil
	}
	words := strings.Fields(in.Get("act"))
	if len(words) != 3 {
		return builder.Change{}, false
	}
	act, what, code := words[0], words[1], words[2]
	by := map[string]int{"up": -1, "down": 1}[act]
	switch {
	case what == "page" && by != 0:
		return builder.Change{Act: builder.ActMove, What: code, Do: builder.MovePage(code, by)}, true
	case what == "field" && by != 0:
		return builder.Change{Act: builder.ActMove, What: code, Do: builder.MoveField(code, by)}, true
	case what == "page" && act == "remove":
		return builder.Change{Act: builder.ActRemove, What: code, Do: builder.RemovePage(code)}, true
	case what == "field" && act == "remove":
		return builder.Change{Act: builder.ActRemove, What: code, Do: builder.RemoveField(code)}, true
	case what == "cosign" && act == "remove":
		return builder.Change{Act: builder.ActRemove, What: code, Do: builder.RemoveCosign(code)}, true
	case what == "lookup" && act == "remove":
		return builder.Change{Act: builder.ActRemove, What: code, Do: builder.RemoveLookup(registry.Kind(code))}, true
	}
	return builder.Change{}, false
}

// builderDo makes one step on the whole form and shows it again.
func (p *Pages) builderDo(c *gin.Context, b building, in site.Form, change builder.Change, at string) error {
	change.Code, change.Revision = b.form, in.Revision()
	_, err := p.Builder.Forms.Change(c.Request.Context(), gate.ActorOf(c), change)
	return p.builderAfter(c, b, err, b.path+at, "form_saved")
}

// builderAfter leads on after a step, or shows the form as it is with why the step was refused.
func (p *Pages) builderAfter(c *gin.Context, b building, err error, to, sentence string) error {
	if err == nil {
		return p.Done(c, to, sentence)
	}
	f, status := gate.Failed(c, err)
	if f.Kind != fault.Conflict && f.Kind != fault.Invalid && f.Code != "form.no_part" {
		return err
	}
	fresh, again := p.building(c)
	if again != nil {
		return again
	}
	return p.builderView(c, status, fresh, err)
}

func (p *Pages) builderPublish(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	_, err = p.Builder.Forms.Publish(c.Request.Context(), gate.ActorOf(c), b.form, in.Revision())
	return p.builderAfter(c, b, err, b.path, "form_published")
}

func (p *Pages) builderDiscard(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	err = p.Builder.Forms.Discard(c.Request.Context(), gate.ActorOf(c), b.form, in.Revision())
	return p.builderAfter(c, b, err, b.path, "form_discarded")
}
