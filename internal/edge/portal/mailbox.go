package portal

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/platform"
)

// mailboxRoutes exists in a demonstration alone. There it is open to everyone: without the mail nobody could confirm a
// registration, and without the codes nobody could work at the desk.
func (p *Portal) mailboxRoutes() gate.Table {
	if p.Mailbox == nil {
		return nil
	}
	return gate.Table{{Method: get, Path: "/kotak-surat", Needs: access.Public, Scope: gate.Any, Handler: p.mailbox}}
}

// mailbox shows what this host's city has sent, one letter as text, and who one can be.
func (p *Portal) mailbox(c *gin.Context) error {
	slug := gate.CityOf(c).Slug
	v := platform.MailboxView{Shell: p.Shell(c, gate.LocaleOf(c).T("mailbox.title"))}
	v.NoIndex = true
	for _, m := range p.Mailbox.List(slug) {
		v.Messages = append(v.Messages, platform.Message{ID: m.ID, To: m.To, Subject: m.Subject, At: site.Zoned(c, m.At)})
	}
	if id := c.Query("surat"); id != "" {
		m, err := p.Mailbox.Read(slug, id)
		if err != nil {
			return err
		}
		v.Open = &platform.Message{ID: m.ID, To: m.To, Subject: m.Subject, Body: m.Text, Links: m.Links, At: site.Zoned(c, m.At)}
	}
	for _, x := range p.prepared(c) {
		v.People = append(v.People, platform.Person{Label: x.Label, Login: x.Login, Password: x.Password, Code: x.Code})
	}
	return p.Render(c, http.StatusOK, platform.Mailbox(v))
}
