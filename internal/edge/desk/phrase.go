package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/phrase"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/office"
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
	v.Shell = p.DeskShell(c, l.T("phrases.title"))
	v.ErrorTitle = len(v.Errors) > 0
	for _, x := range all {
		v.Rows = append(v.Rows, office.Phrase{ID: x.ID.String(), Title: x.Title, Body: x.Body})
	}
	return p.Render(c, status, office.Phrases(v))
}

// addPhrase keeps a reason for the agency of the head who writes it.
func (p *Pages) addPhrase(c *gin.Context) error {
	in, err := site.ReadForm(c)
	v := office.PhrasesView{Title: in.Text("title"), Body: in.Text("body")}
	if err == nil {
		_, err = p.phrases.Add(c.Request.Context(), gate.ActorOf(c), phrase.Input{Title: v.Title, Body: v.Body})
	}
	if err == nil {
		return p.Done(c, pathPhrases, "phrase_added")
	}
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	v.Errors = errs
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

// pick offers the agency's reasons in the forms of the steps that take one. A reason that the address names is put into the
// form, to be edited there.
func (p *Pages) pick(c *gin.Context, d casework.Detail, v *office.CaseView) error {
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
			if !x.Fits(a.Code) {
				continue
			}
			from := "?"
			if v.From != "" {
				from = v.From + "&"
			}
			a.Phrases = append(a.Phrases, office.Phrase{ID: x.ID.String(), Title: x.Title,
				Href: site.CasePath(d.Application.ID) + from + "langkah=" + a.Code + "&alasan=" + x.ID.String() + "#f-reason"})
			if v.Tried == "" && c.Query("langkah") == a.Code && c.Query("alasan") == x.ID.String() {
				v.Tried, v.Reason = a.Code, x.Body
			}
		}
	}
	return nil
}
