package editor

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/registry"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// besideViews are who must agree to an application and what registers fill in, as the builder lists them.
func besideViews(f form.Form, l i18n.Locale) (agree []office.BuilderAgree, lookups []office.BuilderLookup) {
	for _, x := range f.Cosign {
		agree = append(agree, office.BuilderAgree{Code: x.Code, Label: nameOr(x.Label.In(l), x.Code), People: x.People(), Condition: when(answeredIn(f), x.ShowIf, l)})
	}
	for _, k := range registry.Kinds() {
		x, ok := builder.LookupOf(f, k)
		v := office.BuilderLookup{Kind: string(k), Name: registerName(k, l), Set: ok}
		for _, name := range registry.Attributes(k) {
			if fd, ok := f.Field(x.Fills[name]); ok {
				v.Fills = append(v.Fills, fd.Title().In(l))
			}
		}
		lookups = append(lookups, v)
	}
	return agree, lookups
}

func registerName(k registry.Kind, l i18n.Locale) string { return l.T("builder.registry." + string(k)) }

// shownTo are the questions whose answers a co-signer can be shown; what the applicant consents to is no matter of others,
// unless the form says so already.
func shownTo(f form.Form, x form.Cosign) []form.Field {
	return slices.DeleteFunc(f.Named(), func(fd form.Field) bool {
		return fd.Type == form.Info || fd.Type == form.File || fd.Type == form.Consent && !slices.Contains(x.Shows, fd.Code)
	})
}

// namers are the questions that can say who a co-signer is: also those in a row, by their name without it.
func namers(f form.Form, l i18n.Locale) []ui.Option {
	var out []ui.Option
	for _, fd := range f.Named() {
		if fd.Type == form.Text {
			out = append(out, ui.Option{Value: fd.Code, Label: fd.Title().In(l)})
		}
		for _, sub := range fd.Fields {
			if sub.Type == form.Text {
				out = append(out, ui.Option{Value: fd.Code + "." + sub.Code, Label: fd.Label.In(l) + ": " + sub.Label.In(l)})
			}
		}
	}
	return out
}

func questionOptions(list []form.Field, l i18n.Locale) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, fd := range list {
		out[i] = ui.Option{Value: fd.Code, Label: fd.Title().In(l)}
	}
	return out
}

// builderCosign asks who must agree: one more, or the one that the address names.
func (p *Pages) builderCosign(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.cosignEdit(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) cosignEdit(c *gin.Context, status int, b building, t tryEdit) error {
	l, f, code := gate.LocaleOf(c), b.draft.Body, c.Param("cosign")
	x, found := f.Cosigner(code)
	if code != "" && !found {
		return site.NotFound()
	}
	heading, path := l.T("builder.new_cosign"), b.path+"/persetujuan"
	if found {
		heading, path = l.T("builder.edit_cosign", "name", nameOr(x.Label.In(l), code)), path+"/"+code
	}
	v := p.editView(c, b, heading, t)
	v.Action = path
	s := sheet{l: l, t: t}
	names := builder.Before(f, "", "")
	v.Sections = []office.BuilderSection{
		{Text: l.T("builder.cosign_text"), Fields: []ui.Field{
			s.text("cosign_label_id", x.Label[i18n.ID]), s.text("cosign_label_en", x.Label[i18n.EN]), s.optional(s.text("code", x.Code)),
			s.input("decimal", "count", strconv.Itoa(x.People())), s.optional(s.choose("named_by", x.Named, namers(f, l))),
			s.input("long_text", "declare_id", x.Declare[i18n.ID]), s.input("long_text", "declare_en", x.Declare[i18n.EN]),
		}},
		{Title: l.T("builder.section.shows"), Text: l.T("builder.section.shows_text"), Fields: []ui.Field{s.several("shows", x.Shows, questionOptions(shownTo(f, x), l))}},
		s.condition(names, x.ShowIf, nil),
	}
	v.Sections[1].Fields[0].Optional = false
	v.Sections[2].Title, v.Sections[2].Text = l.T("builder.section.cosign_if"), l.T("builder.section.cosign_if_text")
	v.Names = namesView(names, l)
	return p.Render(c, status, office.BuilderEdit(v))
}

func (p *Pages) builderSaveCosign(c *gin.Context) error {
	in, err := site.ReadForm(c, "shows")
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	code := c.Param("cosign")
	x := form.Cosign{Code: in.Text("code"), Label: in.BothLines("cosign_label"), Declare: in.Both("declare"), Shows: in.Values["shows"], Named: in.Get("named_by")}
	bad := site.Missing(in, "cosign_label_id", "cosign_label_en", "declare_id", "declare_en")
	if x.Code == "" {
		x.Code = slug(x.Label[i18n.ID])
	}
	if !codePattern.MatchString(x.Code) && len(x.Label) > 0 {
		bad = append(bad, fault.Field{Name: "code", Code: "form_code"})
	}
	if x.Count, err = strconv.Atoi(in.Text("count")); err != nil || x.Count < 1 {
		bad = append(bad, fault.Field{Name: "count", Code: "form_number"})
	}
	if len(x.Shows) == 0 {
		bad = append(bad, fault.Field{Name: "shows", Code: "required"})
	}
	x.ShowIf, bad = showIf(in, builder.Before(b.draft.Body, "", ""), bad)
	change := builder.Change{Act: builder.ActAdd, What: x.Code, Do: builder.PutCosign(code, x)}
	if code != "" {
		change.Act = builder.ActEdit
	}
	return p.saveEdit(c, b, in, change, bad, b.path+"#setuju-"+x.Code, p.cosignEdit)
}

// registerOf is the register that the address names.
func registerOf(c *gin.Context) (registry.Kind, bool) {
	k := registry.Kind(c.Param("registry"))
	return k, registry.Attributes(k) != nil
}

// keys are the questions by whose answer a register can be asked: of the population only the applicant's own number.
func keys(f form.Form, k registry.Kind) []form.Field {
	own := f.Identified().NIK
	return slices.DeleteFunc(f.Named(), func(fd form.Field) bool {
		return k == registry.Business && fd.Type != form.NIB || k == registry.Population && fd.Code != own
	})
}

// filled are the questions that a register may fill in.
func filled(f form.Form) []form.Field {
	return slices.DeleteFunc(f.Named(), func(fd form.Field) bool { return fd.Private() || fd.Type != form.Text && fd.Type != form.LongText })
}

// builderLookup asks what a register fills in.
func (p *Pages) builderLookup(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.lookupEdit(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) lookupEdit(c *gin.Context, status int, b building, t tryEdit) error {
	k, ok := registerOf(c)
	if !ok {
		return site.NotFound()
	}
	l, f := gate.LocaleOf(c), b.draft.Body
	x, _ := builder.LookupOf(f, k)
	v := p.editView(c, b, l.T("builder.edit_lookup", "name", registerName(k, l)), t)
	v.Action = b.path + "/register/" + string(k)
	s := sheet{l: l, t: t}
	section := office.BuilderSection{Text: l.T("builder.lookup_text." + string(k)), Fields: []ui.Field{s.choose("by", x.By, questionOptions(keys(f, k), l))}}
	for _, name := range registry.Attributes(k) {
		section.Fields = append(section.Fields, s.optional(s.choose("fill_"+name, x.Fills[name], questionOptions(filled(f), l))))
	}
	v.Sections = []office.BuilderSection{section}
	return p.Render(c, status, office.BuilderEdit(v))
}

func (p *Pages) builderSaveLookup(c *gin.Context) error {
	k, ok := registerOf(c)
	if !ok {
		return site.NotFound()
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	x := form.Lookup{Registry: k, By: in.Get("by"), Fills: map[string]string{}}
	bad := site.Missing(in, "by")
	for _, name := range registry.Attributes(k) {
		if to := in.Get("fill_" + name); to != "" {
			x.Fills[name] = to
		}
	}
	if len(x.Fills) == 0 {
		bad = append(bad, fault.Field{Name: "fill_name", Code: "required"})
	}
	change := builder.Change{Act: builder.ActAdd, What: string(k), Do: builder.PutLookup(x)}
	if _, was := builder.LookupOf(b.draft.Body, k); was {
		change.Act = builder.ActEdit
	}
	return p.saveEdit(c, b, in, change, bad, b.path+"#register-"+string(k), p.lookupEdit)
}
