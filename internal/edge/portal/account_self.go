package portal

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/account"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// ownAccount shows a person's own data, password and sessions.
func (p *Portal) ownAccount(c *gin.Context) error {
	a := gate.ActorOf(c)
	return p.accountPage(c, http.StatusOK, resident.AccountView{Name: a.Name, Phone: site.LocalPhone(a.Phone)})
}

func (p *Portal) accountPage(c *gin.Context, status int, v resident.AccountView) error {
	a := gate.ActorOf(c)
	visits, err := p.Identity.Sessions(c.Request.Context(), a)
	if err != nil {
		return err
	}
	v.Shell, v.Email = p.Shell(c, gate.LocaleOf(c).T("account.title")), a.Email
	v.Path, v.ErrorTitle = "/akun", len(v.Errors) > 0
	if a.Kind == identity.Staff {
		v.Frame, v.Staff = ui.FrameOffice, true
	}
	if a.Kind == identity.Partner {
		v.Frame = ui.FrameOffice
	}
	for _, x := range visits {
		v.Visits = append(v.Visits, resident.Visit{ID: x.ID.String(), Agent: x.Agent, IP: x.IP, Seen: site.Zoned(c, x.SeenAt), Current: x.Current})
	}
	return p.Render(c, status, resident.Account(v))
}

// saveProfile corrects what people say about themselves. The language is the reader's present one: it is what they are
// written to in.
func (p *Portal) saveProfile(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.Identity.UpdateProfile(c.Request.Context(), gate.ActorOf(c), identity.ProfileInput{
			Name: in.Text("name"), Phone: in.Text("phone"), Locale: string(i18n.From(c.Request.Context())),
		})
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.accountPage(c, status, resident.AccountView{Name: site.Clip(in.Text("name"), 300), Phone: site.Clip(in.Text("phone"), 40), Errors: site.InOrder(errs, "name", "phone")})
	}
	if err != nil {
		return err
	}
	return p.Done(c, "/akun", "profile_saved")
}

// changePassword ends every other session and gives this one a new token.
func (p *Portal) changePassword(c *gin.Context) error {
	a := gate.ActorOf(c)
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "present", "password")
	}
	var s identity.Session
	if err == nil {
		s, err = p.Identity.ChangePassword(c.Request.Context(), a, in.Get("present"), in.Get("password"))
	}
	if errs, status, ok := site.Refused(c, err, "present"); ok {
		for i := range errs {
			if errs[i].Name == "current" {
				errs[i].Name = "present"
			}
		}
		return p.accountPage(c, status, resident.AccountView{Name: a.Name, Phone: site.LocalPhone(a.Phone), Errors: site.InOrder(errs, "present", "password")})
	}
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	return p.Done(c, "/akun", "password_changed")
}

// renewRecovery makes ten new recovery codes and shows them, this once and on no address of their own.
func (p *Portal) renewRecovery(c *gin.Context) error {
	a := gate.ActorOf(c)
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "code")
	}
	var codes []string
	if err == nil {
		codes, err = p.Identity.RenewRecoveryCodes(c.Request.Context(), a, in.Get("code"))
	}
	if errs, status, ok := site.Refused(c, err, "code"); ok {
		return p.accountPage(c, status, resident.AccountView{Name: a.Name, Phone: site.LocalPhone(a.Phone), Errors: errs})
	}
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, account.Recovery(account.RecoveryView{
		Shell: p.Shell(c, gate.LocaleOf(c).T("recovery.title")), Codes: codes, Next: "/akun",
	}))
}

// endSession signs a person out somewhere else, or here.
func (p *Portal) endSession(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Identity.Revoke(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, "/akun", "session_ended")
}

func (p *Portal) endOtherSessions(c *gin.Context) error {
	if _, err := p.Identity.RevokeOthers(c.Request.Context(), gate.ActorOf(c)); err != nil {
		return err
	}
	return p.Done(c, "/akun", "sessions_ended")
}
