package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/phrase"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathPhrases = "/petugas/alasan"

// phrases lists the reasons that the officers of an agency can pick from.
func (p *Pages) phrasesOf(c *gin.Context) error {
	return p.phrasePage(c, http.StatusOK, office.PhrasesView{})
}

func (p *Pages) phrasePage(c *gin.Context, status int, v office.PhrasesView) error {
	a, l := gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.phrases.List(c.Request.Context(), a, a.Agency)
	if err != nil {
		return err
	}
	if v.Services, v.Actions, err = p.phraseChoices(c); err != nil {
		return err
	}
	v.Shell = p.DeskShell(c, l.T("phrases.title"))
	v.ErrorTitle = len(v.Errors) > 0
	for _, x := range all {
		v.Rows = append(v.Rows, office.Phrase{ID: x.ID.String(), Title: x.Title, Body: x.Body, For: phraseFor(x, v, l)})
	}
	return p.Render(c, status, office.Phrases(v))
}

// phraseChoices are the services of the reader's agency, and the steps of officers in them that take a reason.
func (p *Pages) phraseChoices(c *gin.Context) (services, actions []ui.Option, err error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.Catalog.List(ctx, catalog.Filter{Agency: a.Agency})
	if err != nil || a.Agency == "" {
		return nil, nil, err
	}
	read, known := map[string]bool{"": true}, map[string]bool{}
	for _, s := range all {
		if !s.Applicable() {
			continue
		}
		services = append(services, ui.Option{Value: s.Code, Label: s.Name.In(l)})
		if read[s.Workflow] {
			continue
		}
		read[s.Workflow] = true
		wf, err := p.newestWorkflow(ctx, s.Workflow)
		if fault.Is(err, "casework.no_definition") {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		for _, x := range wf.Actions {
			if x.Actor == workflow.ByOfficer && x.Reason != "none" && !known[x.Code] {
				known[x.Code] = true
				actions = append(actions, ui.Option{Value: x.Code, Label: x.Label.In(l)})
			}
		}
	}
	return services, actions, nil
}

func (p *Pages) newestWorkflow(ctx context.Context, code string) (*workflow.Workflow, error) {
	version, err := application.Newest(ctx, p.DB.App, application.WorkflowTable, code)
	if err != nil {
		return nil, err
	}
	return p.Casework.Workflow(ctx, p.DB.App, application.Application{WorkflowCode: code, WorkflowVersion: version})
}

// phraseOf refuses a service or a step that the agency has not.
func (p *Pages) phraseOf(c *gin.Context, v office.PhrasesView) error {
	services, actions, err := p.phraseChoices(c)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		name, value string
		among       []ui.Option
	}{{"service", v.Service, services}, {"action", v.Action, actions}} {
		if x.value != "" && !slices.ContainsFunc(x.among, func(o ui.Option) bool { return o.Value == x.value }) {
			return site.Invalid(x.name, "not_an_option")
		}
	}
	return nil
}

// phraseFor says what words are for: a step, a service, or both; empty for any.
func phraseFor(x phrase.Phrase, v office.PhrasesView, l i18n.Locale) string {
	label := func(among []ui.Option, code string) string {
		if s := site.OptionLabel(among, code); s != "" || code == "" {
			return s
		}
		return code // of a service or a step that is no more
	}
	service, action := label(v.Services, x.Service), label(v.Actions, x.Action)
	switch {
	case service != "" && action != "":
		return l.T("phrases.for_both", "action", action, "service", service)
	case action != "":
		return l.T("phrases.for_action", "action", action)
	case service != "":
		return l.T("phrases.for_service", "service", service)
	}
	return l.T("phrases.for_any")
}

// addPhrase keeps a reason for the agency of the head who writes it.
func (p *Pages) addPhrase(c *gin.Context) error {
	in, err := site.ReadForm(c)
	v := office.PhrasesView{Title: in.Text("title"), Body: in.Text("body"), Service: in.Text("service"), Action: in.Text("action")}
	if err == nil {
		err = p.phraseOf(c, v)
	}
	if err == nil {
		_, err = p.phrases.Add(c.Request.Context(), gate.ActorOf(c), phrase.Input{Key: in.Key(), Title: v.Title, Body: v.Body, Service: v.Service, Action: v.Action})
	}
	if err == nil {
		return p.Done(c, pathPhrases, "phrase_added")
	}
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	v.Errors = site.Called(c, errs, map[string]string{"title": "phrases.name", "body": "phrases.body", "action": "phrases.action", "service": "phrases.service"})
	return p.phrasePage(c, status, v)
}

// dropPhrase forgets a reason.
func (p *Pages) dropPhrase(c *gin.Context) error {
	id, err := site.PathID(c, "phrase")
	if err != nil {
		return err
	}
	if err := p.phrases.Drop(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathPhrases, "phrase_dropped")
}

// phraseName names in the address of a step the reason that was picked.
const phraseName = "alasan"

// pick offers the agency's reasons in the forms of the steps that take one. The one that was picked is put into its form, to
// be edited there, behind what was written before.
func (p *Pages) pick(c *gin.Context, d casework.Detail, t try, v *office.CaseView) error {
	asks := false
	for _, a := range v.Actions {
		asks = asks || a.Reason != "none"
	}
	if !asks {
		return nil
	}
	all, err := p.phrases.List(c.Request.Context(), gate.ActorOf(c), d.Application.AgencyCode)
	if err != nil {
		return err
	}
	for i := range v.Actions {
		a := &v.Actions[i]
		if a.Reason == "none" {
			continue
		}
		for _, x := range all {
			if !x.Fits(d.Application.ServiceCode, a.Code) {
				continue
			}
			to, join := sameCase(c, d.Application.ID, "/tindakan"), "?"
			if strings.Contains(to, "?") {
				join = "&"
			}
			a.Phrases = append(a.Phrases, office.Phrase{ID: x.ID.String(), Title: x.Title, Body: x.Body, Href: to + join + phraseName + "=" + x.ID.String() + "#f-reason"})
			if v.Tried == a.Code && t.phrase == x.ID.String() {
				v.Reason = strings.TrimLeft(v.Reason+"\n\n"+x.Body, "\n")
			}
		}
	}
	return nil
}
