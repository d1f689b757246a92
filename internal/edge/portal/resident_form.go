package portal

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// goOn leads to the first page that is not done, or to the check of all answers.
func (p *Portal) goOn(c *gin.Context, id uuid.UUID) error {
	d, err := p.Casework.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	to := d.Next()
	if to == "" || d.Application.Stage == workflow.StageNeedsCorrection {
		p.Redirect(c, own(id, "/periksa"))
		return nil
	}
	p.Redirect(c, own(id, "/isi/"+to))
	return nil
}

// own is the address of something about one of the reader's applications.
func own(id uuid.UUID, rest string) string { return "/permohonan/" + id.String() + rest }

// pageForm asks one thing.
func (p *Portal) pageForm(c *gin.Context) error {
	d, page, err := p.draftPage(c)
	if err != nil {
		return p.orStory(c, err)
	}
	return p.formPage(c, http.StatusOK, d, page, site.Form{}, nil)
}

// orStory shows where an application stands to who comes back to its form once it is with the office.
func (p *Portal) orStory(c *gin.Context, err error) error {
	if !fault.Is(err, "application.not_editable") {
		return err
	}
	p.Redirect(c, "/permohonan/"+c.Param("id"))
	return nil
}

func (p *Portal) draftPage(c *gin.Context) (casework.Draft, form.Page, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return casework.Draft{}, form.Page{}, err
	}
	d, err := p.Casework.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return d, form.Page{}, err
	}
	page, ok := d.Form.Page(c.Param("page"))
	if !ok {
		return d, page, fault.New(fault.NotFound, "application.no_page")
	}
	return d, page, nil
}

// formPage shows a page with the answers that are kept, or, after a refusal, with those that were typed.
func (p *Portal) formPage(c *gin.Context, status int, d casework.Draft, page form.Page, typed site.Form, errs ui.Errors) error {
	l, at := gate.LocaleOf(c), slices.IndexFunc(d.Form.Pages, func(x form.Page) bool { return x.Code == page.Code })
	v := resident.FormView{
		Shell: p.Shell(c, page.Title.In(l)), ID: d.Application.ID.String(), Service: d.Application.ServiceName.In(l), Page: page.Code,
		Heading: page.Title.In(l), Hint: page.Hint.In(l), Step: at + 1, Of: len(d.Form.Pages), Back: stepBack(d, at), Errors: errs,
	}
	v.ErrorTitle = len(errs) > 0
	for i, e := range v.Errors {
		if f, ok := d.Form.Field(e.Name); ok && f.Type != form.Consent {
			v.Errors[i].Label = f.Label.In(l)
		}
	}
	if k := d.Application.Correction; k != nil {
		v.Correction, v.Named = k.Message, len(k.Fields) > 0
		v.Locked = !slices.ContainsFunc(page.Fields, func(f form.Field) bool { return f.Type != form.Info && d.Editable(f.Code) })
	}
	for _, f := range page.Fields {
		v.Fields = append(v.Fields, field(d, f, typed, errs, gate.ActorOf(c), l))
	}
	return p.Render(c, status, resident.Form(v))
}

func stepBack(d casework.Draft, at int) string {
	switch {
	case d.Application.Correction != nil:
		return own(d.Application.ID, "/periksa")
	case at > 0:
		return own(d.Application.ID, "/isi/"+d.Form.Pages[at-1].Code)
	}
	return "/layanan/" + d.Application.ServiceCode
}

// field is a question as the page asks it. What an officer did not ask to be corrected is shown and not asked.
func field(d casework.Draft, f form.Field, typed site.Form, errs ui.Errors, a identity.Actor, l i18n.Locale) ui.Field {
	v := ui.Field{Name: f.Code, Type: string(f.Type), Label: f.Label.In(l), Hint: f.Hint.In(l), Error: errs.Of(f.Code),
		Optional: !f.Required && f.Type != form.Consent, Max: f.Max, Value: d.Answers.Get(f.Code)}
	for _, o := range f.Options {
		v.Options = append(v.Options, ui.Option{Value: o.Value, Label: o.Label.In(l)})
	}
	if f.File != nil {
		v.Rule = ui.FileRule{Types: f.File.Types, MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
		v.Files = fileViews(d.Application.ID, d.Files[f.Code], d.Editable(f.Code))
	}
	switch {
	case f.Type == form.Info:
		return v
	case !d.Editable(f.Code):
		return readOnly(v, l)
	case typed.Values != nil:
		v.Value, v.Typed = "", typed.Values[f.Code]
		if len(v.Typed) > 0 && (f.Type != form.Date || len(v.Typed) == 1) {
			v.Value = v.Typed[0]
		}
		if f.Type == form.Consent && v.Value != "" {
			v.Value = "yes"
		}
	case v.Value == "" && d.Application.Draft():
		v.Value = known(f, a)
	}
	if f.Type == form.Phone {
		v.Value = localPhone(v.Value)
	}
	return v
}

// readOnly shows an answer that is not to be changed now as a remark.
func readOnly(v ui.Field, l i18n.Locale) ui.Field {
	text := v.Value
	for _, o := range v.Options {
		if o.Value == v.Value {
			text = o.Label
		}
	}
	switch form.Type(v.Type) {
	case form.Consent, form.YesNo:
		text = l.T("no")
		if v.Value == "yes" {
			text = l.T("yes")
		}
	case form.Date:
		if t, err := time.Parse(time.DateOnly, v.Value); err == nil {
			text = l.Date(t)
		}
	case form.Phone:
		text = localPhone(v.Value)
	}
	for _, x := range v.Files {
		text = strings.TrimSpace(text + "\n" + x.Name)
	}
	return ui.Field{Name: v.Name, Type: string(form.Info), Label: v.Label, Hint: text}
}

// known is what the account tells already, so that nobody is asked twice.
func known(f form.Field, a identity.Actor) string {
	switch {
	case f.Type == form.Phone:
		return a.Phone
	case f.Type == form.Email:
		return a.Email
	case f.Type == form.Text && strings.HasPrefix(f.Code, "nama_lengkap"):
		return a.Name
	}
	return ""
}

// localPhone writes a number as people in Indonesia do.
func localPhone(s string) string {
	if rest, ok := strings.CutPrefix(s, "+62"); ok {
		return "0" + rest
	}
	return s
}

func fileViews(app uuid.UUID, list []files.File, removable bool) []ui.File {
	var out []ui.File
	for _, f := range list {
		v := ui.File{Name: f.Name, Size: f.Size, Href: own(app, "/berkas/"+f.ID.String()), Image: strings.HasPrefix(f.Mime, "image/")}
		if removable {
			v.Remove = v.Href + "/hapus"
		}
		out = append(out, v)
	}
	return out
}

// savePage takes in what was typed and uploaded on one page: all of the answers or none, and each file by itself. With
// ?nanti=1 the person leaves instead of going on.
func (p *Portal) savePage(c *gin.Context) error {
	d, page, err := p.draftPage(c)
	if err != nil {
		return err
	}
	ctx, a, id := c.Request.Context(), gate.ActorOf(c), d.Application.ID
	typed, bad, err := p.readPage(c, d, page)
	if err == nil && len(bad) == 0 {
		err = p.Casework.SavePage(ctx, a, id, page.Code, withFixed(d, page, typed))
	}
	later := c.Query("nanti") == "1"
	fresh, again := p.Casework.Draft(ctx, a, id) // with the files that have come in
	if again != nil {
		return again
	}
	if err == nil && len(bad) == 0 && !later {
		bad = unproved(fresh, page)
	}
	if err == nil {
		err = fault.Fields(bad)
	}
	if later && err != nil && blank(typed) && len(bad) == 0 && fault.Is(err, "input.invalid") {
		err = nil // nothing was typed, so nothing is lost
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.formPage(c, status, fresh, page, typed, errs)
	}
	switch {
	case err != nil:
		return err
	case later:
		return p.Done(c, "/permohonan", "saved")
	}
	p.Redirect(c, pageAfter(fresh, page))
	return nil
}

// pageAfter is where a saved page leads: the next one, or the check of all answers once nothing is missing.
func pageAfter(d casework.Draft, page form.Page) string {
	at := slices.IndexFunc(d.Form.Pages, func(x form.Page) bool { return x.Code == page.Code })
	if d.Next() == "" || d.Application.Correction != nil || at == len(d.Form.Pages)-1 {
		return own(d.Application.ID, "/periksa")
	}
	return own(d.Application.ID, "/isi/"+d.Form.Pages[at+1].Code)
}

// unproved names the files that a page needs and has not got.
func unproved(d casework.Draft, page form.Page) []fault.Field {
	var bad []fault.Field
	for _, f := range page.Fields {
		if f.Type == form.File && f.Required && len(d.Files[f.Code]) == 0 {
			bad = append(bad, fault.Field{Name: f.Code, Code: "file_required"})
		}
	}
	return bad
}

// withFixed adds the answers of the page that are not to be changed, which the page shows and does not send.
func withFixed(d casework.Draft, page form.Page, typed site.Form) map[string][]string {
	for _, f := range page.Fields {
		if f.Type != form.File && !d.Editable(f.Code) && len(d.Answers[f.Code]) > 0 {
			typed.Values[f.Code] = d.Answers[f.Code]
		}
	}
	return typed.Values
}

func blank(typed site.Form) bool {
	for _, values := range typed.Values {
		if strings.TrimSpace(strings.Join(values, "")) != "" {
			return false
		}
	}
	return true
}
