package portal

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// review shows every answer before it is sent.
func (p *Portal) review(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.reviewPage(c, http.StatusOK, id, ""); err != nil {
		return p.orStory(c, err)
	}
	return nil
}

// reviewPage shows it with the reason for which it was not sent, unless that is only that something is missing.
func (p *Portal) reviewPage(c *gin.Context, status int, id uuid.UUID, refused string) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	r, err := p.Casework.Review(ctx, a, id)
	if err != nil {
		return err
	}
	told, err := p.Casework.Get(ctx, a, id)
	if err != nil {
		return err
	}
	key, err := uuid.NewV7()
	if err != nil {
		return err
	}
	drawn, err := p.Drawn(ctx, r.At.Now, told.Pages, site.Plain)
	if err != nil {
		return err
	}
	app := r.Application
	v := resident.ReviewView{
		Shell: p.Shell(c, l.T("review.title")), ID: id.String(), Service: app.ServiceName.In(l), Agency: app.AgencyName.In(l),
		Key: key.String(), Back: reviewBack(r.Draft), Refused: refused,
		Missing: todos(r.Draft, r.Missing, l), Warnings: todos(r.Draft, mendable(r.Draft, r.Warnings), l),
		Sections: sectionsOf(id, told.Pages, drawn, l, func(f casework.Answer, page string) string {
			if fd, _ := r.Form.Field(f.Code); fd.Type == form.Computed || !r.Editable(f.Code) {
				return "" // what is worked out changes with what it is worked out from
			}
			return own(id, "/isi/"+page+"#f-"+f.Code)
		}),
	}
	switch {
	case r.Season != nil:
		v.Shut = true
		if v.Refused == "" {
			v.Refused = site.Refusal(l, fault.From(r.Season))
		}
	case !r.Closes.IsZero():
		v.SendBy = l.T("season.late", "closes", l.DateTime(site.Zoned(c, r.Closes)))
	}
	if v.Signers, v.Waits, err = p.signersOf(c, app); err != nil {
		return err
	}
	if k := app.Correction; k != nil {
		v.Title, v.Correction = l.T("review.title_correction"), &resident.Correction{Message: k.Message}
		v.Sections, v.Asked = askedFirst(v.Sections, told.Pages, k, l)
	}
	v.Path, v.ErrorTitle = own(id, "/periksa"), status != http.StatusOK
	return p.Render(c, status, resident.Review(v))
}

// mendable keeps the remarks about answers that may be changed now; the others would only worry.
func mendable(d intake.Draft, list []fault.Field) []fault.Field {
	return slices.DeleteFunc(list, func(x fault.Field) bool { return !d.Editable(x.Name) })
}

// askedFirst takes the answers that an officer named out of the sections, which are laid out as the pages are, and marks
// which of them were changed.
func askedFirst(all []resident.Section, pages []casework.PageAnswers, k *application.Correction, l i18n.Locale) (rest []resident.Section, asked []ui.Row) {
	for i, s := range all {
		kept := resident.Section{Title: s.Title}
		for j, row := range s.Rows {
			code := pages[i].Fields[j].Code
			if !slices.ContainsFunc(k.Fields, func(named string) bool { return form.BelongsTo(code, named) }) {
				kept.Rows = append(kept.Rows, row)
				continue
			}
			row.Mark = ui.Mark{Tone: "care", Icon: "edit", Text: l.T("review.todo")}
			if slices.Contains(k.Changed, code) {
				row.Mark = ui.Mark{Tone: "good", Icon: "check", Text: l.T("review.done")}
			}
			asked = append(asked, row)
		}
		if len(kept.Rows) > 0 {
			rest = append(rest, kept)
		}
	}
	return rest, asked
}

// reviewBack leads to the last page of the form, or for a correction to the story of the application.
func reviewBack(d intake.Draft) string {
	if d.Application.Correction != nil || len(d.Pages) == 0 {
		return own(d.Application.ID, "")
	}
	return own(d.Application.ID, "/isi/"+d.Pages[len(d.Pages)-1].Code)
}

// todos are remarks on answers, each with the address where it is mended.
func todos(d intake.Draft, list []fault.Field, l i18n.Locale) []resident.Todo {
	var out []resident.Todo
	for _, x := range list {
		f, _ := d.Form.Field(x.Name)
		t := resident.Todo{Text: f.Title().In(l) + ": " + site.FieldText(l, x)}
		if page, ok := d.Form.PageOf(x.Name); ok {
			t.Href = own(d.Application.ID, "/isi/"+page+"#f-"+x.Name)
		}
		out = append(out, t)
	}
	return out
}

// pageOfFile is the page on which a file answers; the first one for a file that answers nothing.
func pageOfFile(d intake.Draft, file uuid.UUID) string {
	for field, list := range d.Files {
		if slices.ContainsFunc(list, func(f files.File) bool { return f.ID == file }) {
			page, _ := d.Form.PageOf(field)
			return page
		}
	}
	return d.Form.Pages[0].Code
}

// sectionsOf lays answers out by the pages of the form. change is the address where an answer is changed, or "".
func sectionsOf(id uuid.UUID, pages []casework.PageAnswers, drawn map[string]*ui.Map, l i18n.Locale, change func(f casework.Answer, page string) string) []resident.Section {
	var out []resident.Section
	for _, page := range pages {
		s := resident.Section{Title: page.Title.In(l)}
		for _, f := range page.Fields {
			row := ui.Row{Label: f.Label.In(l), Value: f.Text, Files: site.FileViews(own(id, ""), f.Files, false), Change: change(f, page.Code), Map: drawn[f.Code]}
			if row.Value == "" && len(row.Files) == 0 {
				row.Value = l.T("portal.no_answer")
			}
			s.Rows = append(s.Rows, row)
		}
		out = append(out, s)
	}
	return out
}

// send submits a draft, or sends corrections back. Sending twice is sending once: the key is that of the page from
// which it was sent, and what has left already leads to where it stands.
func (p *Portal) send(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	app, err := p.Casework.Readable(ctx, a, id)
	if err != nil {
		return err
	}
	sent := "/terkirim"
	if app.Stage == workflow.StageNeedsCorrection {
		sent += "?perbaikan=1"
		_, err = p.Casework.Correct(ctx, a, id)
	} else {
		_, err = p.Casework.Submit(ctx, a, intake.SubmitInput{ID: id, Key: in.Get("key")})
	}
	switch f := fault.From(err); {
	case err == nil:
		p.Redirect(c, own(id, sent))
		return nil
	case f.Code == "application.submitted" || f.Code == "application.no_action":
		p.Redirect(c, own(id, ""))
		return nil
	case f.Code == "service.not_open" || f.Code == "service.closed" || f.Code == "application.quota" || f.Code == "application.quota_month":
		return p.reviewPage(c, http.StatusConflict, id, site.Refusal(gate.LocaleOf(c), f))
	case heldTitles[f.Code] != "":
		return p.held(c, err, app)
	case f.Kind == fault.Invalid && (len(f.Fields) == 0 || f.Fields[0].Name != "key"):
		why := ""
		if len(f.Fields) == 0 {
			why = site.Refusal(gate.LocaleOf(c), f)
		}
		return p.reviewPage(c, http.StatusUnprocessableEntity, id, why)
	}
	return err
}

// sentPage says that it was sent, with the number to keep and what happens next.
func (p *Portal) sentPage(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := p.Casework.Get(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	app, l := d.Application, gate.LocaleOf(c)
	if app.Draft() {
		p.Redirect(c, own(id, "/periksa"))
		return nil
	}
	v := resident.SubmittedView{
		Shell: p.Shell(c, l.T("submitted.title")), ID: id.String(), Number: app.Number, Service: app.ServiceName.In(l),
		Agency: app.AgencyName.In(l), Email: gate.ActorOf(c).Email, Due: site.Zoned(c, app.DueAt), Term: site.TermText(app.Term(), l),
		Correction: c.Query("perbaikan") == "1", Case: own(id, ""),
	}
	if gate.ActorOf(c).AtCounter() {
		v.Case, v.Another = site.CasePath(id), site.PathFiling
	}
	if v.Correction {
		v.Title = l.T("submitted.title_correction")
	}
	return p.Render(c, http.StatusOK, resident.Submitted(v))
}

// receipt is the tanda terima on the screen.
func (p *Portal) receipt(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	r, err := p.Casework.Receipt(ctx, a, id)
	if err != nil {
		return err
	}
	qr, err := site.Picture(r.VerifyURL)
	if err != nil {
		return err
	}
	v := resident.ReceiptView{
		Shell: p.Shell(c, l.T("receipt.kind")), ID: id.String(), Number: r.Number, Service: r.ServiceName.In(l), Agency: r.AgencyName.In(l),
		Applicant: r.ApplicantName, Term: site.TermText(r.Term, l), QR: qr, Submitted: site.Zoned(c, r.SubmittedAt), Due: site.Zoned(c, r.DueAt), Back: own(id, ""),
	}
	if a.AtCounter() {
		v.Back = own(id, "/terkirim")
	}
	for _, x := range r.Received {
		v.Documents = append(v.Documents, x.Text(l))
	}
	for _, x := range r.Places {
		v.Places = append(v.Places, ui.Row{Label: x.Label.In(l), Map: site.PlacesMap(l, r.Ground, x.Code, x.Points)})
	}
	return p.Render(c, http.StatusOK, resident.Receipt(v))
}

func (p *Portal) receiptPDF(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	name, pdf, err := p.Casework.ReceiptPDF(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	site.FileHeaders(c, site.MimePDF)
	c.Header("Content-Disposition", files.File{Name: name}.Disposition(true))
	c.Data(http.StatusOK, site.MimePDF, pdf)
	return nil
}
