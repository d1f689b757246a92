package portal

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/account"
	"bedelau/web/ui"
)

// secondFactor sends on who needs none: residents, and who has given it already. It sends to the right one of the two
// pages who came to the other.
func (p *Portal) secondFactor(c *gin.Context, enrolled bool) (sent bool, err error) {
	a := gate.ActorOf(c)
	next := wanted(c.Query("lanjut"))
	if a.Kind != identity.Staff || a.TOTP {
		p.Redirect(c, p.landing(c, a, next))
		return true, nil
	}
	has, err := p.Identity.HasTOTP(c.Request.Context(), a)
	if err != nil || has == enrolled {
		return false, err
	}
	to := pathEnrol
	if has {
		to = site.PathCode
	}
	p.Redirect(c, to+query("lanjut", next))
	return true, nil
}

// codeForm asks staff for the code of their authenticator.
func (p *Portal) codeForm(c *gin.Context) error {
	if sent, err := p.secondFactor(c, true); sent || err != nil {
		return err
	}
	return p.codePage(c, http.StatusOK, nil)
}

func (p *Portal) codePage(c *gin.Context, status int, errs ui.Errors) error {
	v := account.CodeView{Shell: p.Shell(c, gate.LocaleOf(c).T("code.title")), Action: site.PathCode + query("lanjut", wanted(c.Query("lanjut"))), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	for _, x := range p.prepared(c) {
		if x.Login == gate.ActorOf(c).Email {
			v.Demo = x.Code
		}
	}
	return p.Render(c, status, account.Code(v))
}

// code gives the session its rights and a new token.
func (p *Portal) code(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "code")
	}
	var s identity.Session
	if err == nil {
		s, err = p.Identity.ConfirmTOTP(c.Request.Context(), site.SessionToken(c), spaceless(in.Get("code")))
	}
	if errs, status, ok := site.Refused(c, err, "code"); ok {
		return p.codePage(c, status, errs)
	}
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	a, err := p.Identity.Resolve(c.Request.Context(), s.Token)
	if err != nil {
		return err
	}
	p.Redirect(c, p.landing(c, a, wanted(c.Query("lanjut"))))
	return nil
}

// enrolForm shows a new authenticator.
func (p *Portal) enrolForm(c *gin.Context) error {
	if sent, err := p.secondFactor(c, false); sent || err != nil {
		return err
	}
	return p.enrolPage(c, http.StatusOK, nil)
}

func (p *Portal) enrolPage(c *gin.Context, status int, errs ui.Errors) error {
	e, err := p.Identity.EnrollTOTP(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	qr, err := site.Picture(e.URL)
	if err != nil {
		return err
	}
	v := account.EnrolView{Shell: p.Shell(c, gate.LocaleOf(c).T("enrol.title")), Action: pathEnrol + query("lanjut", wanted(c.Query("lanjut"))),
		QR: qr, Secret: e.Secret, Errors: errs}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, account.Enrol(v))
}

// enrol proves the authenticator and shows the recovery codes, this once and on no address of their own.
func (p *Portal) enrol(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "code")
	}
	var s identity.Session
	var codes []string
	if err == nil {
		s, codes, err = p.Identity.ActivateTOTP(c.Request.Context(), site.SessionToken(c), spaceless(in.Get("code")))
	}
	errs, status, ok := site.Refused(c, err, "code")
	if fault.Is(err, "identity.totp_expired") { // the page offers a new secret
		errs, status, ok = site.RefusedAt(c, err, map[string]string{"identity.totp_expired": "code"})
	}
	if ok {
		return p.enrolPage(c, status, errs)
	}
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	a, err := p.Identity.Resolve(c.Request.Context(), s.Token)
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, account.Recovery(account.RecoveryView{
		Shell: p.Shell(c, gate.LocaleOf(c).T("recovery.title")), Codes: codes,
		Next: p.landing(c, a, wanted(c.Query("lanjut"))),
	}))
}

// spaceless drops the space that authenticators show in the middle of a code.
func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }
