package standard

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/web/page/paper"
	"bedelau/web/ui"
)

const (
	pathTemplate = "/kelola/layanan/:code/dokumen"
	pathSigners  = "/kelola/penanda-tangan"
	templateBody = 512 << 10
	keyMB        = 1
	keyBody      = keyMB<<20 + 64<<10 // with what is typed beside it
)

// templateRoutes is where an administrator words what a service issues, and says who signs.
func (p *Pages) templateRoutes() gate.Table {
	needs, city, signer := access.ServiceConfigure, gate.City, site.IDs("id", "signer")
	return gate.Table{
		{Method: get, Path: pathTemplate, Needs: needs, Scope: city, Handler: p.template},
		{Method: post, Path: pathTemplate, Needs: needs, Scope: city, MaxBody: templateBody, Handler: p.saveTemplate},
		{Method: get, Path: pathSigners, Needs: needs, Scope: city, Handler: p.signers},
		{Method: post, Path: pathSigners, Needs: needs, Scope: city, Handler: p.appoint},
		{Method: post, Path: pathSigners + "/:id/sertifikat", Page: pathSigners, Needs: needs, Scope: city, IDs: signer, MaxBody: keyBody, Handler: p.addKey},
	}
}

// wording is a request about a template: beside a service that issues it, or in the list of templates.
type wording struct {
	code       string // the template's
	about      string // what the page is about, for its reader
	path, back string
	version    int
	service    catalog.Service
	agency     catalog.Agency // whose document a preview is
	forms      []*form.Form   // of the services that issue it; none for one that nothing issues yet
}

// form is what a preview answers; nil without any.
func (w wording) form() *form.Form {
	if len(w.forms) == 0 {
		return nil
	}
	return w.forms[0]
}

func (p *Pages) wording(c *gin.Context) (wording, document.Template, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	d, err := p.Editor.Find(ctx, a, c.Param("code"))
	if err != nil {
		return wording{}, document.Template{}, err
	}
	path := "/kelola/layanan/" + d.Service.Code
	w := wording{code: d.Service.Document, about: d.Service.Name.In(gate.LocaleOf(c)), path: path + "/dokumen", back: "/kelola/layanan", service: d.Service, agency: d.Agency}
	t, version, err := p.Documents.Editable(ctx, a, w.code)
	if err != nil {
		return wording{}, document.Template{}, err
	}
	w.version = version
	f, err := p.Casework.FormOf(ctx, d.Service.Form, d.Service.Workflow)
	w.forms = []*form.Form{f}
	return w, t, err
}

func (p *Pages) template(c *gin.Context) error {
	w, t, err := p.wording(c)
	if err != nil {
		return err
	}
	return p.templatePage(c, http.StatusOK, w, t, func(*paper.TemplateView) {})
}

// templatePage shows the form of a template; also adds what the request brought.
func (p *Pages) templatePage(c *gin.Context, status int, w wording, t document.Template, also func(*paper.TemplateView)) error {
	v := p.templateView(c, w, t)
	services, err := p.Catalog.List(c.Request.Context(), catalog.Filter{})
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	v.Untils, v.Renewals = dates(w.forms, t.ValidUntil, l), renewals(services, t.Renewal, l)
	also(&v)
	return p.Render(c, status, paper.Template(v))
}

// dates are the questions whose answer can be the last day: the dates that every form asks for. One that is written and no
// longer there stays, to be seen and refused.
func dates(forms []*form.Form, now string, l i18n.Locale) []ui.Option {
	out := []ui.Option{{Label: l.T("template.no_until")}}
	if len(forms) > 0 {
		for _, fd := range forms[0].Named() {
			if fd.Type == form.Date && !slices.ContainsFunc(forms, func(g *form.Form) bool { x, ok := g.Field(fd.Code); return !ok || x.Type != form.Date }) {
				out = append(out, ui.Option{Value: fd.Code, Label: fd.Label.In(l)})
			}
		}
	}
	return kept(out, now)
}

// renewals are the services that can be applied for, one of which renews the document.
func renewals(services []catalog.Service, now string, l i18n.Locale) []ui.Option {
	out := []ui.Option{{Label: l.T("template.no_renewal")}}
	for _, s := range services {
		if s.Applicable() {
			out = append(out, ui.Option{Value: s.Code, Label: s.Name.In(l)})
		}
	}
	return kept(out, now)
}

// kept are the options and the value that is written now, by its code if it is none of them.
func kept(options []ui.Option, now string) []ui.Option {
	if slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == now }) {
		return options
	}
	return append(options, ui.Option{Value: now, Label: now})
}

func (p *Pages) templateView(c *gin.Context, w wording, t document.Template) paper.TemplateView {
	l := gate.LocaleOf(c)
	v := paper.TemplateView{Shell: p.DeskShell(c, l.T("template.title", "service", w.about)), Path: w.path, Back: w.back,
		Service: w.about, Version: w.version, TitleID: t.Title["id"], TitleEN: t.Title["en"], Number: t.NumberPattern, Series: t.Series,
		Signature: t.Signature, SignerID: t.SignerTitle["id"], SignerEN: t.SignerTitle["en"], Until: t.ValidUntil, Renewal: t.Renewal,
		OfficeID: t.Letterhead.Office["id"], OfficeEN: t.Letterhead.Office["en"], Address: t.Letterhead.Address}
	if v.Series == "" {
		v.Series = document.SeriesService
	}
	if v.Signature == "" {
		v.Signature = document.SignNone
	}
	if t.ValidityMonths > 0 {
		v.Months = strconv.Itoa(t.ValidityMonths)
	}
	var days []string
	for _, d := range t.Reminders {
		days = append(days, strconv.Itoa(d))
	}
	v.Reminders = strings.Join(days, ", ")
	for _, b := range t.Body {
		v.Parts = append(v.Parts, paper.Part{ID: b.Text["id"], EN: b.Text["en"], When: b.When, Table: tableText(b.Table)})
	}
	for _, name := range document.BuiltIn() {
		v.Names = append(v.Names, paper.Name{Code: name, Text: l.T("template.name." + name)})
	}
	if f := w.form(); f != nil {
		for _, fd := range f.Named() {
			v.Names = append(v.Names, paper.Name{Code: fd.Code, Text: fd.Label.In(l)})
		}
	}
	return v
}

// A table is written with a row on each line: the code of a question alone, or label id | label en | value id | value en.
func tableText(rows []document.Line) string {
	var out []string
	for _, r := range rows {
		if r.Field != "" {
			out = append(out, r.Field)
			continue
		}
		out = append(out, strings.Join([]string{r.Label["id"], r.Label["en"], r.Value["id"], r.Value["en"]}, " | "))
	}
	return strings.Join(out, "\n")
}

func readTable(s string) []document.Line {
	var out []document.Line
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) == 1 {
			out = append(out, document.Line{Field: line})
			continue
		}
		cells = append(cells, "", "", "")
		at := func(i int) string { return strings.TrimSpace(cells[i]) }
		out = append(out, document.Line{Label: i18n.Text{"id": at(0), "en": at(1)}, Value: i18n.Text{"id": at(2), "en": at(3)}})
	}
	return out
}

// readTemplate is the template as it was typed.
func readTemplate(in site.Form, code string) document.Template {
	both := func(name string) i18n.Text {
		id, en := in.Text(name+"_id"), in.Text(name+"_en")
		if id == "" && en == "" {
			return nil
		}
		return i18n.Text{"id": unfolded(id), "en": unfolded(en)}
	}
	t := document.Template{Code: code, Title: both("title"), NumberPattern: unfolded(in.Text("number_pattern")), Series: in.Text("series"), SignerTitle: both("signer"),
		Signature: in.Text("signature"), ValidUntil: in.Text("valid_until"), Renewal: in.Text("renewal"),
		Letterhead: document.Head{Office: both("office"), Address: in.Text("address")}}
	t.ValidityMonths, _ = strconv.Atoi(in.Text("validity_months"))
	for _, s := range strings.FieldsFunc(in.Text("reminders"), func(r rune) bool { return r == ',' || r == ' ' }) {
		n, _ := strconv.Atoi(s) // what is no number is refused as zero is
		t.Reminders = append(t.Reminders, n)
	}
	n, _ := strconv.Atoi(in.Text("parts"))
	for i := range min(max(n, 0), 100) {
		at := "_" + strconv.Itoa(i)
		b := document.Block{When: in.Text("when" + at), Table: readTable(in.Get("table" + at))}
		if id, en := in.Text("text_id"+at), in.Text("text_en"+at); id != "" || en != "" {
			b.Text = i18n.Text{"id": unfolded(id), "en": unfolded(en)}
		}
		if !b.Text.Empty() || b.Table != nil {
			t.Body = append(t.Body, b)
		}
	}
	return t
}

// unfolded joins the lines of a paragraph.
func unfolded(s string) string { return strings.Join(strings.Fields(s), " ") }

// saveTemplate publishes what was written, adds an empty part, or shows what it would print.
func (p *Pages) saveTemplate(c *gin.Context) error {
	w, _, err := p.wording(c)
	if err != nil {
		return err
	}
	return p.word(c, w)
}

func (p *Pages) word(c *gin.Context, w wording) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	t := readTemplate(in, w.code)
	seen, _ := strconv.Atoi(in.Text("version"))
	switch in.Text("what") {
	case "add":
		return p.templatePage(c, http.StatusOK, w, t, func(v *paper.TemplateView) { v.Version, v.Parts = seen, append(v.Parts, paper.Part{}) })
	case "preview":
		var pdf []byte
		pdf, err = p.Documents.Preview(ctx, a, t, document.Request{
			SubjectNumber: application.ExampleNumber(gate.CityOf(c).NumberPrefix), Service: w.service.Code, Form: w.form(), Values: map[string]string{"service": w.service.Name.In(i18n.ID)},
			Agency: document.Agency{Code: w.agency.Code, Name: w.agency.Name, Short: w.agency.Short},
		})
		if err == nil {
			site.FileHeaders(c, site.MimePDF)
			c.Header("Content-Disposition", `inline; filename="contoh.pdf"`)
			c.Data(http.StatusOK, site.MimePDF, pdf)
			return nil
		}
	default:
		_, err = p.Documents.PublishEdited(ctx, a, t, seen, w.forms...)
	}
	var problems pack.Problems
	if f := fault.From(err); errors.As(err, &problems) || err != nil && f.Kind == fault.Conflict {
		status := http.StatusUnprocessableEntity
		if f.Kind == fault.Conflict {
			status = http.StatusConflict
		}
		return p.templatePage(c, status, w, t, func(v *paper.TemplateView) {
			v.Version, v.ErrorTitle = seen, true
			if f.Kind == fault.Conflict {
				v.Errors = ui.Errors{{Text: site.Refusal(l, f)}}
			}
			for _, x := range problems {
				v.Problems = append(v.Problems, templateProblem(x, l))
			}
		})
	}
	if err != nil {
		return err
	}
	return p.Done(c, w.path, "template_published")
}

func (p *Pages) signers(c *gin.Context) error {
	return p.signersPage(c, http.StatusOK, paper.SignersView{Agency: site.Clip(site.ToText(c.Query("instansi")), 64)})
}

func (p *Pages) signersPage(c *gin.Context, status int, v paper.SignersView) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	agencies, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return err
	}
	for _, x := range agencies {
		v.Agencies = append(v.Agencies, ui.Option{Value: x.Code, Label: x.Name.In(l)})
	}
	if !slices.ContainsFunc(agencies, func(x catalog.Agency) bool { return x.Code == v.Agency }) {
		v.Agency = ""
	}
	errs := v.Errors
	v.Shell = p.DeskShell(c, l.T("signers.title"))
	v.Errors, v.ErrorTitle = errs, len(errs) > 0
	if v.Agency == "" {
		return p.Render(c, status, paper.Signers(v))
	}
	all, err := p.Documents.Officials(ctx, a, v.Agency)
	if err != nil {
		return err
	}
	for _, o := range all {
		x := paper.Official{ID: o.ID.String(), Title: o.Title.In(l), Name: o.Name, NIP: o.NIP, From: o.EffectiveFrom}
		if !o.EffectiveTo.IsZero() {
			x.To = o.EffectiveTo.AddDate(0, 0, -1)
		}
		cert, ok, err := p.Documents.CertificateOf(ctx, a, o.ID)
		if err != nil {
			return err
		}
		if ok {
			x.Certificate = l.T("signers.certificate", "name", cert.Name, "issuer", cert.Issuer, "until", l.Date(site.Zoned(c, cert.NotAfter)))
			x.Test, x.Expired = cert.Test, p.Now().After(cert.NotAfter)
		}
		v.Officials = append(v.Officials, x)
	}
	return p.Render(c, status, paper.Signers(v))
}

// appoint records who signs from a day on.
func (p *Pages) appoint(c *gin.Context) error {
	in, err := site.ReadForm(c, "from")
	if err != nil {
		return err
	}
	v := paper.SignersView{Agency: site.Clip(in.Text("agency"), 64), Form: paper.SignerForm{TitleID: in.Text("title_id"), TitleEN: in.Text("title_en"),
		Name: in.Text("name"), NIP: in.Text("nip"), From: site.DateOf(in, "from")}}
	if _, err := p.Catalog.Agency(c.Request.Context(), v.Agency); err != nil {
		return err
	}
	_, err = p.Documents.Appoint(c.Request.Context(), gate.ActorOf(c), document.OfficialInput{Agency: v.Agency,
		Title: i18n.Text{"id": v.Form.TitleID, "en": v.Form.TitleEN}, Name: v.Form.Name, NIP: v.Form.NIP, From: v.Form.From})
	errs, status, ok := site.RefusedAt(c, err, map[string]string{"document.signer_overlap": "from"})
	if ok {
		v.Errors = errs
		return p.signersPage(c, status, v)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathSigners+"?instansi="+v.Agency, "signer_appointed")
}

// addKey takes in the certificate of an official. The file stays in memory for this one request, and nothing of the
// passphrase is kept.
func (p *Pages) addKey(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, _, err := p.Documents.CertificateOf(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	key := document.KeyInput{Official: id}
	in, err := site.ReadUpload(c, "key", keyMB, func(_ string, body io.Reader) error {
		var err error
		key.File, err = io.ReadAll(io.LimitReader(body, keyBody))
		return err
	})
	if err == nil {
		key.Passphrase, key.Test = in.Get("passphrase"), in.Yes("test")
		_, err = p.Documents.AddKey(c.Request.Context(), gate.ActorOf(c), key)
	}
	clear(key.File)
	at := "kunci-" + id.String() // each official has a form
	if errs, status, ok := site.Refused(c, err, at); ok {
		for i := range errs {
			errs[i].Name = at
		}
		return p.signersPage(c, status, paper.SignersView{Agency: site.Clip(in.Text("agency"), 64), KeyOf: id.String(), Errors: errs})
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathSigners+"?instansi="+site.Clip(in.Text("agency"), 64), "key_added")
}

// partPath is the place of a part of a document: "body[0].when".
var partPath = regexp.MustCompile(`^body\[(\d+)\](?:\.(\w+))?`)

// templateProblem says what is wrong with a template, and in which part of the page.
func templateProblem(x pack.Problem, l i18n.Locale) string {
	x.File = ""
	m := partPath.FindStringSubmatch(x.Path)
	if m == nil {
		return strings.TrimPrefix(x.In(l), ": ")
	}
	n, _ := strconv.Atoi(m[1]) // digits
	place := l.T("template.part", "n", n+1)
	key := "template." + m[2]
	if m[2] == string(i18n.ID) || m[2] == string(i18n.EN) {
		key = "template.text_" + m[2]
	}
	if l.Has(key) {
		place += " (" + l.T(key) + ")"
	}
	return place + ": " + l.T("pack.problem."+x.Code, x.Args...)
}
