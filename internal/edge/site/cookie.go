package site

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/ui"
)

// The cookies. None holds anything about a person: a random token, a language, the key of a sentence.
const (
	CookieSession = "bedelau_session"
	cookieFlash   = "bedelau_flash"
	cookieLocale  = "bahasa"
)

// SessionToken is the token of the session that a browser keeps, or "".
func SessionToken(c *gin.Context) string {
	v, _ := c.Cookie(CookieSession)
	return v
}

// cookie is one that scripts cannot read and that other sites cannot make the browser send with a form.
func (p *Pages) cookie(c *gin.Context, name, value string, life time.Duration) {
	k := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteLaxMode}
	k.MaxAge = int(life.Seconds())
	if life <= 0 {
		k.MaxAge = -1
	}
	http.SetCookie(c.Writer, k)
}

// KeepSession puts a new session into the browser; the token before it is worth nothing any more.
func (p *Pages) KeepSession(c *gin.Context, s identity.Session) {
	p.cookie(c, CookieSession, s.Token, s.ExpiresAt.Sub(p.Now()))
}

// DropSession takes the session out of the browser.
func (p *Pages) DropSession(c *gin.Context) { p.cookie(c, CookieSession, "", 0) }

// KeepLocale keeps the reader's language for a year.
func (p *Pages) KeepLocale(c *gin.Context, l i18n.Locale) {
	p.cookie(c, cookieLocale, string(l), 365*24*time.Hour)
}

// flash makes the next page say the sentence "flash.<name>" in tone "good", "care", "bad" or ""; number is that of the
// application it is about, or empty.
func (p *Pages) flash(c *gin.Context, tone, name, number string) {
	p.cookie(c, cookieFlash, tone+":"+name+":"+number, time.Minute)
}

const keyTaken = "portal.flash"

// takeFlash returns the sentence that was left for this page and forgets it. The cookie names a sentence of ours and
// holds a number that checks, so a stranger who plants one can make the page say nothing of their own.
func takeFlash(c *gin.Context, l i18n.Locale) *ui.Flash {
	if v, ok := c.Get(keyTaken); ok {
		return v.(*ui.Flash) // a page that fails while it is made asks a second time
	}
	var f *ui.Flash
	if v, err := c.Cookie(cookieFlash); err == nil && v != "" {
		tone, name, _ := strings.Cut(v, ":")
		name, number, _ := strings.Cut(name, ":")
		checked, err := application.ParseNumber(number)
		if key := "flash." + name; l.Has(key) && (number == "" || err == nil) {
			f = &ui.Flash{Tone: toneOf(tone), Text: l.T(key, "number", checked)}
		}
		http.SetCookie(c.Writer, &http.Cookie{Name: cookieFlash, Path: "/", MaxAge: -1})
	}
	c.Set(keyTaken, f)
	return f
}

func toneOf(tone string) string {
	switch tone {
	case "good", "care", "bad":
		return tone
	}
	return ""
}

// Done leaves a sentence and sends the browser on.
func (p *Pages) Done(c *gin.Context, to, sentence string) error {
	return p.DoneWith(c, to, sentence, "")
}

// DoneWith is Done with an application, which the sentence names by its number.
func (p *Pages) DoneWith(c *gin.Context, to, sentence, number string) error {
	p.flash(c, "good", sentence, number)
	p.Redirect(c, to)
	return nil
}

// Zoned brings a moment into the city's zone, in which every page shows it; the zero time stays zero.
func Zoned(c *gin.Context, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(gate.CityOf(c).Location())
}
