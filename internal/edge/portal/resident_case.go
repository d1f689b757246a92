package portal

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/cosign"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// ready says what an approval means in the words of the city, and where the document is; it is made a moment later.
func (p *Portal) ready(ctx context.Context, item resident.Item, app application.Application, issued map[uuid.UUID]document.Document, l i18n.Locale) (resident.Item, error) {
	x, made := issued[app.ID]
	if app.DocumentCode != "" && !made {
		item.Text = l.T("mine.preparing")
		return item, nil
	}
	if made {
		item.Document = "/dokumen/" + x.ID.String() + ".pdf"
	}
	state, err := p.Casework.Status(ctx, app)
	item.Text = state.Public.In(l)
	return item, err
}

// story is one of the reader's applications: where it is, what happened, and what they can do. A draft has no story yet
// and opens where it goes on.
func (p *Portal) story(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return p.storyView(c, http.StatusOK, id, tryStep{})
}

// storyView is the page of story, after a step of the applicant's that was refused with why.
func (p *Portal) storyView(c *gin.Context, status int, id uuid.UUID, t tryStep) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	d, err := p.Casework.Get(ctx, a, id)
	if err != nil {
		return err
	}
	app := d.Application
	if app.Draft() {
		return p.goOn(c, id)
	}
	deadlines, err := p.Deadlines(ctx, app)
	if err != nil {
		return err
	}
	v := resident.DetailView{
		Shell: p.Shell(c, app.Number), ID: id.String(), Number: app.Number, Service: app.ServiceName.In(l), Agency: app.AgencyName.In(l),
		Status: ui.Status(app.Stage), StatusText: d.State.Public.In(l), Deadline: site.ForApplicant(deadlines[0], app.Stage), Submitted: site.Zoned(c, app.SubmittedAt),
		Reason: app.Reason, Events: p.events(c, d), MayCancel: mayCancel(d), Steps: stepsOf(d, t, l), Version: app.Version, Errors: t.errs,
		Sections: []resident.Section{{Title: l.T("portal.all_answers")}},
	}
	v.ErrorTitle = len(t.errs) > 0
	drawn, err := p.Drawn(ctx, app.SubmittedAt, d.Pages, site.Plain)
	if err != nil {
		return err
	}
	for _, x := range sectionsOf(id, d.Pages, drawn, l, func(casework.Answer, string) string { return "" }) {
		v.Sections[0].Rows = append(v.Sections[0].Rows, x.Rows...)
	}
	if app.Correction != nil {
		v.Correction = correctionOf(d, l)
	}
	v.Waits, v.Fees = waitsOf(c, d), feesOf(c, d)
	for _, x := range d.Documents {
		one, err := p.issued(c, x)
		if err != nil {
			return err
		}
		v.Documents = append(v.Documents, one)
	}
	slices.SortStableFunc(v.Documents, func(a, b resident.Document) int { // the one that counts before those that it replaced
		switch {
		case a.Ended == "" && b.Ended != "":
			return -1
		case a.Ended != "" && b.Ended == "":
			return 1
		}
		return 0
	})
	if app.Collectable() {
		counters, err := p.Booking.Counters(ctx, booking.Filter{Service: app.ServiceCode})
		if err != nil {
			return err
		}
		if len(counters) > 0 {
			v.Collect = site.PathVisits + "/baru?permohonan=" + id.String()
		}
	}
	return p.Render(c, status, resident.Detail(v))
}

func mayCancel(d casework.Detail) bool {
	for _, a := range d.Actions {
		if to, ok := d.Workflow.State(a.To); ok && to.Stage == workflow.StageCancelled {
			return true
		}
	}
	return false
}

func correctionOf(d casework.Detail, l i18n.Locale) *resident.Correction {
	out := &resident.Correction{Message: d.Application.Correction.Message}
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			if f.Corrected {
				out.Fields = append(out.Fields, resident.Todo{Text: f.Label.In(l), Href: own(d.Application.ID, "/isi/"+page.Code+"#f-"+f.Code)})
			}
		}
	}
	return out
}

// events is the story for its applicant: the latest first, with the office named and no officer.
func (p *Portal) events(c *gin.Context, d casework.Detail) []ui.Event {
	l, a := gate.LocaleOf(c), gate.ActorOf(c)
	var out []ui.Event
	for i := len(d.Timeline) - 1; i >= 0; i-- {
		e := d.Timeline[i]
		v := ui.Event{At: site.Zoned(c, e.At), By: d.Application.AgencyShort, Quote: e.Message, Icon: "file-text", Now: len(out) == 0}
		if e.ActorID == a.ID {
			v.By = l.T("portal.you")
		}
		if e.ActorKind == cosign.Kind {
			v.By, v.Icon = "", "users" // the quote names them
		}
		if key := "portal.event." + e.Action; l.Has(key) {
			v.Title = l.T(key)
		}
		if to, ok := d.Workflow.State(e.ToState); ok && e.ToState != e.FromState {
			v.Icon = site.StageIcon(to.Stage)
			if v.Title == "" {
				v.Title = to.Label.In(l)
			}
		}
		if act, ok := d.Workflow.Action(e.Action); ok && v.Title == "" { // a step that leaves the case where it is
			v.Title = act.Label.In(l)
		}
		if v.Title == "" {
			continue // something the applicant has no word for
		}
		switch e.Action {
		case application.EventIssued:
			v.Icon = "award"
		case application.EventReissued:
			v.Icon, v.Quote = "award", ""
		case application.EventRevoked:
			v.Icon, v.Tone = "ban", "bad"
		case application.EventDueChanged:
			v.Icon = "calendar"
		}
		out = append(out, v)
	}
	return out
}

// issued is a document as its holder sees it: until when it is valid, and where it is renewed.
func (p *Portal) issued(c *gin.Context, x document.Document) (resident.Document, error) {
	v := resident.Document{Title: x.Title.In(gate.LocaleOf(c)), Number: x.Number, Issued: site.Zoned(c, x.IssuedAt), Until: site.Zoned(c, x.ValidUntil),
		Href: "/dokumen/" + x.ID.String() + ".pdf", VerifyHref: "/verifikasi/" + x.Token}
	status := x.StatusAt(p.Now())
	if status != document.Valid {
		v.Ended = status
	}
	if status != document.Valid && status != document.Expired {
		return v, nil
	}
	t, err := p.Documents.Template(c.Request.Context(), p.DB.App, x.DocumentCode, x.DocumentVersion)
	if err != nil {
		return v, err
	}
	if t.Renewal != "" {
		v.RenewHref = "/layanan/" + t.Renewal
	}
	return v, nil
}

// cancel withdraws an application.
func (p *Portal) cancel(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	if _, err := p.Casework.Cancel(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason")); err != nil {
		return err
	}
	return p.Done(c, own(id, ""), "cancelled")
}

// discard deletes a draft with its files.
func (p *Portal) discard(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Casework.Discard(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, "/permohonan", "discarded")
}
