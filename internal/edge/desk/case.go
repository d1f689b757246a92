package desk

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// deskCase is one application with everything to decide it by.
func (p *Pages) deskCase(c *gin.Context) error { return p.casePage(c, http.StatusOK, try{}) }

// try is what an officer has just tried at a case, to be shown with it: a step that was refused, with what was typed,
// or an answer that was revealed.
type try struct {
	action, reason, note, officer string
	amount                        string // to be given back of a fee
	fields                        []string
	maps                          site.Maps           // where its maps were looking
	phrase                        string              // id of the reason that was picked
	typed                         map[string][]string // into what the workflow asks for
	hand                          string              // how who works on it was to change: "claimed", "released", "assigned"
	task, refund                  uuid.UUID
	outcome                       string
	version                       int // of the case as the officer had seen it
	revealed                      string
	value                         casework.Revealed
	errors                        ui.Errors
	changed                       *fault.Error
}

// sameCase is the case, or an address below it, with the way back that the request came by.
func sameCase(c *gin.Context, id uuid.UUID, below string) string {
	_, _, from := queue.CameFrom(c)
	return site.CasePath(id) + below + from
}

func (p *Pages) casePage(c *gin.Context, status int, t try) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	d, err := p.Casework.Get(ctx, a, id)
	if err != nil {
		return err
	}
	app := d.Application
	deadlines, err := p.Deadlines(ctx, app)
	if err != nil {
		return err
	}
	shown := func(f casework.Answer) string {
		if f.Masked && f.Code == t.revealed {
			return t.value.Text
		}
		return f.Text
	}
	drawn, err := p.Drawn(ctx, app.SubmittedAt, d.Pages, shown)
	if err != nil {
		return err
	}
	theirs, err := p.Drawn(ctx, app.UpdatedAt, d.Office, shown)
	if err != nil {
		return err
	}
	areas, err := p.CityAreas(ctx)
	if err != nil {
		return err
	}
	v := office.CaseView{
		Shell: p.DeskShell(c, app.Number), ID: id.String(), Number: app.Number, Service: app.ServiceName.In(l), Agency: app.AgencyName.In(l),
		Applicant: app.ApplicantName, Status: ui.Status(app.Stage), StatusLabel: d.State.Label.In(l), Deadline: deadlines[0],
		Submitted: site.Zoned(c, app.SubmittedAt), Assignee: app.AssigneeName, Version: app.Version, Level: app.EscalationLevel,
		Decision: app.Reason, Provisional: app.DueProvisional, Term: site.TermText(app.Term(), l), ChannelLabel: l.T("case.channel." + app.Channel), Place: areas.Place(app.DistrictCode, app.SubdistrictCode),
		Answers: caseAnswers(c, d, t, drawn), Agreed: agreed(d, l), Events: p.caseEvents(c, d, 0), Correctable: correctable(d, l),
		Fees: p.feesOf(c, d, t), Office: officeAnswers(c, d, t, theirs),
		Errors: t.errors, Tried: t.action, Reason: t.reason, Fields: t.fields, Note: t.note,
	}
	if v.Actions, err = p.caseActions(c, d, t); err != nil {
		return err
	}
	if due := app.StepDue(); !due.IsZero() {
		v.StepDue, v.StepLate = site.Zoned(c, due), app.StepLate(p.Now())
	}
	if o := d.Obstacle; o != nil {
		v.Obstacle = obstacleOf(c, d, *o)
	}
	var list inbox.Filter
	list, v.Back, v.From = queue.CameFrom(c)
	v.Show = c.Query("berkas")
	v.ErrorTitle = len(t.errors) > 0
	if app.Correction != nil {
		v.Correction = app.Correction.Message
	}
	for _, w := range d.Warnings {
		text := fieldLabel(d, w.Name, l) + ": " + site.FieldText(l, w)
		if app.HasConfirmed(w) {
			text += " (" + l.T("case.doubt_confirmed") + ")"
		}
		v.Warnings = append(v.Warnings, text)
	}
	for _, x := range d.Documents {
		v.Issued = append(v.Issued, p.issuedAt(c, x, l))
	}
	if t.changed != nil {
		v.Changed = p.changed(c, d, t)
	}
	if v.Joint, err = p.jointOf(c, d, t); err != nil {
		return err
	}
	if err := p.hands(c, d, t, &v); err != nil {
		return err
	}
	if v.StandIn = d.StandIn; t.task == uuid.Nil {
		v.Hand = t.hand
	}
	if err := p.pick(c, d, t, &v); err != nil {
		return err
	}
	v.MayNext = p.Guard.Allow(ctx, a, access.ApplicationReview) == nil
	if err := p.beside(c, id, list, &v); err != nil {
		return err
	}
	return p.Render(c, status, office.Case(v))
}

// obstacleOf says what holds the case up, and what can be done.
func obstacleOf(c *gin.Context, d casework.Detail, o casework.Obstacle) []string {
	l := gate.LocaleOf(c)
	title, do := l.T("obstacle.document"), "obstacle.do_document"
	if o.TimerID.Valid {
		step := o.Action
		for _, a := range d.Workflow.Actions {
			if a.Code == o.Action {
				step = a.Label.In(l)
			}
		}
		title, do = l.T("obstacle.step", "step", step), "obstacle.do_step"
	}
	return []string{title, l.T("obstacle.since", "time", l.DateTime(site.Zoned(c, o.Since)), "what", o.Letters), l.T(do),
		l.T("obstacle.again", "n", int(casework.ObstacleEvery.Minutes()))}
}

// issuedAt is a document as an officer finds it beside its case; one that waits for its signature cannot be opened yet.
func (p *Pages) issuedAt(c *gin.Context, x document.Document, l i18n.Locale) office.Document {
	v := office.Document{Title: x.Title.In(l), Number: x.Number, Href: "/dokumen/" + x.ID.String() + ".pdf", Status: x.StatusAt(p.Now())}
	desk := site.PathPapers + "/" + x.ID.String()
	for _, need := range []access.Permission{access.DocumentSign, access.DocumentRevoke, access.DocumentRegister} {
		if p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), need) == nil {
			v.Desk = desk
		}
	}
	if x.Status == document.Unsigned {
		v.Href = v.Desk
	}
	return v
}

// hands says what the reader may change about who works on the case.
func (p *Pages) hands(c *gin.Context, d casework.Detail, t try, v *office.CaseView) error {
	ctx, a, app := c.Request.Context(), gate.ActorOf(c), d.Application
	review := p.Guard.Allow(ctx, a, access.ApplicationReview) == nil
	mine := app.AssigneeID.Valid && app.AssigneeID.UUID == a.ID
	v.MayNote, v.MayAssign, v.Own = review, d.MayAssign, mine
	review = review && d.MayWork // what follows is not for an agency that was only asked something
	v.MayClaim = review && app.Open() && !app.AssigneeID.Valid
	v.MayTakeOver, v.Held = review && app.Open() && app.AssigneeID.Valid && !mine, d.Held
	v.MayRelease = app.Open() && (review && mine || d.MayAssign && app.AssigneeID.Valid)
	if !d.MayAssign {
		return nil
	}
	colleagues, err := p.Casework.Colleagues(ctx, a, app.ID)
	v.Colleagues = queue.ColleagueOptions(colleagues)
	if v.Officer = t.officer; (v.Officer == "" || t.task != uuid.Nil) && app.AssigneeID.Valid {
		v.Officer = app.AssigneeID.UUID.String()
	}
	return err
}

// caseAnswers lays out what was answered. A masked answer offers to be shown; one just revealed is shown once.
func caseAnswers(c *gin.Context, d casework.Detail, t try, drawn map[string]*ui.Map) []office.Answer {
	var out []office.Answer
	path, l := site.CasePath(d.Application.ID), gate.LocaleOf(c)
	_, _, from := queue.CameFrom(c)
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			if f.Type == form.Consent && f.Text != "" {
				continue // told in short after the answers
			}
			x := office.Answer{Page: page.Title.In(l), ID: "isi-" + f.Code, Label: f.Label.In(l), Value: f.Text, Before: f.Before, Corrected: f.Corrected, Map: drawn[f.Code]}
			switch {
			case f.Masked && f.Code == t.revealed:
				x.Value, x.Before, x.Revealed = t.value.Text, t.value.Before, true
			case f.Masked && d.MayReveal:
				x.Reveal = path + "/buka/" + f.Code + from
			}
			for _, file := range f.Files {
				x.Files = append(x.Files, ui.File{Name: file.Name, Size: file.Size, Href: path + "/berkas/" + file.ID.String(), Image: strings.HasPrefix(file.Mime, "image/"), PDF: file.Mime == site.MimePDF, Held: file.Unscanned() || file.Infected(), Infected: file.Infected()})
			}
			out = append(out, x)
		}
	}
	return out
}

// agreed lists the statements that the applicant agreed to. One not agreed to stays among the answers.
func agreed(d casework.Detail, l i18n.Locale) []string {
	var out []string
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			if f.Type == form.Consent && f.Text != "" {
				out = append(out, f.Label.In(l))
			}
		}
	}
	return out
}

// caseActions are the steps that the officer may take, the one that was refused with what was typed.
func (p *Pages) caseActions(c *gin.Context, d casework.Detail, t try) ([]office.Action, error) {
	l := gate.LocaleOf(c)
	out := queue.Steps(d, l)
	for i := range out {
		x, asked := &out[i], d.Asks[workflow.ActionPage(out[i].Code)]
		of, maps := x.Code+"-", site.Maps{}
		if x.Code == t.action { // to whose questions the errors lead
			x.Inputs = queue.Inputs(asked, t.typed, t.errors, l)
			of, maps = "", t.maps
			called(t.errors, x.Inputs)
		}
		if err := p.lay(c, x.Inputs, asked, of, sameCase(c, d.Application.ID, "/tindakan"), maps); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// called names in the errors the questions that a form of the office asks.
func called(errs ui.Errors, inputs []ui.Field) {
	for i, e := range errs {
		for _, f := range inputs {
			if f.Name == e.Name && e.Label == "" {
				errs[i].Label = f.Label
			}
		}
	}
}

// lay gives the questions of one form among several their ids, and those for a place their map.
func (p *Pages) lay(c *gin.Context, inputs []ui.Field, asked form.Page, of, path string, maps site.Maps) error {
	for i := range inputs {
		inputs[i].Of = of
		f, ok := pointIn(asked, strings.TrimPrefix(inputs[i].Name, queue.AskedPrefix))
		if !ok {
			continue
		}
		if !maps.City.Known() {
			city, err := p.Ground(c.Request.Context(), p.Now())
			if err != nil {
				return err
			}
			maps.City = city
		}
		inputs[i].Map = maps.Asked(inputs[i], f, of, path)
	}
	return nil
}

// pointIn is a question of a page that asks for a place.
func pointIn(page form.Page, code string) (form.Field, bool) {
	for _, f := range page.Fields {
		if f.Code == code && f.Type == form.Point {
			return f, true
		}
	}
	return form.Field{}, false
}

// pressed does what was pressed on the map of a question of a form, whose answers are kept in t and not taken yet; it
// reports whether that was all that was asked.
func (p *Pages) pressed(c *gin.Context, in site.Form, asked func(casework.Detail) form.Page, t *try) (bool, error) {
	code := c.Query(site.MapQuestion)
	if code == "" || in.Values == nil {
		return false, nil
	}
	ctx := c.Request.Context()
	id, err := site.PathID(c, "id")
	if err != nil {
		return false, err
	}
	d, err := p.Casework.Get(ctx, gate.ActorOf(c), id)
	if err != nil {
		return false, err
	}
	f, ok := pointIn(asked(d), code)
	if !ok || t.version > 0 && t.version != d.Application.Version { // the step itself tells what a colleague did
		return false, nil
	}
	t.maps = site.TakeMaps(in, code)
	if t.maps.City, err = p.Ground(ctx, p.Now()); err != nil {
		return false, err
	}
	if t.typed == nil {
		t.typed = map[string][]string{}
	}
	t.maps.Press(site.Form{Values: url.Values(t.typed)}, f, func(string) bool { return true })
	return true, nil
}

// correctable lists what can be sent back to the applicant: all but consents, of which nothing can be wrong. Documents
// come first, because most corrections are of a paper that cannot be read.
func correctable(d casework.Detail, l i18n.Locale) []ui.Option {
	var papers, words []ui.Option
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			o := ui.Option{Value: f.Code, Label: f.Label.In(l)}
			switch f.Type {
			case form.File:
				papers = append(papers, o)
			case form.Consent, form.Computed:
			default:
				words = append(words, o)
			}
		}
	}
	return append(papers, words...)
}

func fieldLabel(d casework.Detail, code string, l i18n.Locale) string {
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			if f.Code == code {
				return f.Label.In(l)
			}
		}
	}
	return code
}

// beside leads to the neighbours in the list that the case was opened from. Readers without a queue have none.
func (p *Pages) beside(c *gin.Context, id uuid.UUID, list inbox.Filter, v *office.CaseView) error {
	n, err := p.Inbox.Neighbours(c.Request.Context(), gate.ActorOf(c), list, id)
	if err != nil && fault.From(err).Kind == fault.Forbidden {
		return nil
	}
	v.Before, v.After = queue.Beside(n, v.From)
	return err
}
