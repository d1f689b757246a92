package portal

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/account"
	"bedelau/web/ui"
)

// forgotForm asks where to send a link for a new password.
func (p *Portal) forgotForm(c *gin.Context) error { return p.forgotPage(c, http.StatusOK, "", nil) }

func (p *Portal) forgotPage(c *gin.Context, status int, email string, errs ui.Errors) error {
	v := account.ForgotView{Shell: p.Shell(c, gate.LocaleOf(c).T("forgot.title")), Email: email, Errors: errs}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, account.Forgot(v))
}

// forgot answers the same whether or not the address has an account.
func (p *Portal) forgot(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.Identity.ResetRequest(c.Request.Context(), in.Text("email"), c.ClientIP())
	}
	if errs, status, ok := site.Refused(c, err, "email"); ok {
		return p.forgotPage(c, status, site.Clip(in.Text("email"), 300), errs)
	}
	if err != nil {
		return err
	}
	return p.sent(c, "reset", in.Text("email"))
}

// link is one kind of link in an e-mail: whose it is, and what following it with a password does.
type link struct {
	kind    string // of account.PasswordView
	purpose identity.Purpose
	follow  func(c *gin.Context, token, password string) error
}

func (p *Portal) confirmLink() link { return link{"confirm", identity.LinkConfirm, p.confirm} }
func (p *Portal) resetLink() link   { return link{"reset", identity.LinkReset, p.reset} }
func (p *Portal) inviteLink() link  { return link{"invite", identity.LinkInvite, p.acceptInvite} }

// linkForm greets the owner of a link and asks for a password. Opening it uses nothing up: mail programs open links
// before people do.
func (p *Portal) linkForm(k link) func(*gin.Context) error {
	return func(c *gin.Context) error { return p.orDead(c, k, p.linkPage(c, k, http.StatusOK, nil)) }
}

// orDead answers a link that no longer works: most have done their work, and their owner only needs to sign in.
func (p *Portal) orDead(c *gin.Context, k link, err error) error {
	if !fault.Is(err, "identity.link_expired") && !fault.Is(err, "identity.already_registered") {
		return err
	}
	_, status := gate.Failed(c, err)
	v := account.DeadView{Shell: p.Shell(c, gate.LocaleOf(c).T("dead.title")), Kind: k.kind, Next: wanted(c.Query("lanjut"))}
	v.NoIndex = true
	return p.Render(c, status, account.Dead(v))
}

func (p *Portal) linkPage(c *gin.Context, k link, status int, errs ui.Errors) error {
	owner, err := p.Identity.LinkOwner(c.Request.Context(), k.purpose, c.Param("token"))
	if err != nil {
		return err
	}
	v := account.PasswordView{Shell: p.Shell(c, gate.LocaleOf(c).T("password."+k.kind)), Kind: k.kind, Name: owner.Name, Errors: errs}
	v.ErrorTitle, v.NoIndex = len(errs) > 0, true
	return p.Render(c, status, account.Password(v))
}

// followLink uses a link up.
func (p *Portal) followLink(k link) func(*gin.Context) error {
	return func(c *gin.Context) error {
		in, err := site.ReadForm(c)
		if err == nil {
			err = site.Require(in, "password")
		}
		if err == nil {
			err = k.follow(c, c.Param("token"), in.Get("password"))
		}
		if errs, status, ok := site.Refused(c, err, "password"); ok {
			err = p.linkPage(c, k, status, errs)
		}
		return p.orDead(c, k, err)
	}
}

func (p *Portal) confirm(c *gin.Context, token, password string) error {
	s, err := p.Identity.ConfirmEmail(c.Request.Context(), identity.ConfirmInput{
		Token: token, Password: password, IP: c.ClientIP(), UserAgent: site.ClientAgent(c.Request),
	})
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	if next := wanted(c.Query("lanjut")); next != "" && landing(s.Kind, gate.CityOf(c), next) == next {
		return p.Done(c, next, "welcome_on")
	}
	return p.Done(c, "/layanan", "welcome")
}

// reset ends every session of the account, this browser's too if it has one.
func (p *Portal) reset(c *gin.Context, token, password string) error {
	if err := p.Identity.Reset(c.Request.Context(), token, password); err != nil {
		return err
	}
	p.DropSession(c)
	return p.Done(c, "/masuk", "password_set")
}

func (p *Portal) acceptInvite(c *gin.Context, token, password string) error {
	s, err := p.Identity.AcceptInvite(c.Request.Context(), identity.AcceptInput{
		Token: token, Password: password, IP: c.ClientIP(), UserAgent: site.ClientAgent(c.Request),
	})
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	p.Redirect(c, onward(s, gate.CityOf(c), ""))
	return nil
}
