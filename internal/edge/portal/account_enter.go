package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/account"
	"bedelau/web/ui"
)

// signInForm asks for login and password. Who is signed in already goes on.
func (p *Portal) signInForm(c *gin.Context) error {
	next := wanted(c.Query("lanjut"), c.Query("next"))
	if a := gate.ActorOf(c); a.SignedIn() {
		p.Redirect(c, p.landing(c, a, next))
		return nil
	}
	return p.signInPage(c, http.StatusOK, account.SignInView{Next: next})
}

func (p *Portal) signInPage(c *gin.Context, status int, v account.SignInView) error {
	v.Shell = p.Shell(c, gate.LocaleOf(c).T("sign_in.title"))
	v.Staff, v.ErrorTitle = gate.CityOf(c).Kind == tenancy.KindPlatform, len(v.Errors) > 0
	for _, x := range p.prepared(c) {
		v.Demo = append(v.Demo, account.Demo{Label: x.Label, Login: x.Login, Password: x.Password, Code: x.Code})
	}
	return p.Render(c, status, account.SignIn(v))
}

// prepared are the accounts of a demonstration on this host.
func (p *Portal) prepared(c *gin.Context) []site.StaffCode {
	if p.StaffCodes == nil {
		return nil
	}
	return p.StaffCodes(gate.CityOf(c).Slug)
}

// signIn proves a person by password. Every refusal reads the same, whether or not there is such an account.
func (p *Portal) signIn(c *gin.Context) error {
	in, err := site.ReadForm(c)
	next := wanted(in.Get("next"))
	var s identity.Session
	if err == nil {
		err = site.Require(in, "login", "password")
	}
	if err == nil {
		s, err = p.Identity.SignIn(c.Request.Context(), identity.SignInInput{
			Login: in.Text("login"), Password: in.Get("password"), IP: c.ClientIP(), UserAgent: site.ClientAgent(c.Request),
		})
	}
	if errs, status, ok := site.Refused(c, err, "login"); ok {
		return p.signInPage(c, status, account.SignInView{Login: site.Clip(in.Text("login"), 300), Next: next, Errors: errs})
	}
	if err != nil {
		return err
	}
	p.KeepSession(c, s)
	p.Redirect(c, onward(s, gate.CityOf(c), next))
	return nil
}

// signOut ends the session here and on the server. It asks for nothing, so that it works when the session has ended.
func (p *Portal) signOut(c *gin.Context) error {
	if token := site.SessionToken(c); token != "" {
		if err := p.Identity.SignOut(c.Request.Context(), token); err != nil {
			return err
		}
	}
	p.DropSession(c)
	c.Header("Clear-Site-Data", `"cache"`) // what the browser kept of refused forms
	return p.Done(c, "/", "signed_out")
}

// onward is where a new session leads: to the second factor of staff first.
func onward(s identity.Session, city tenancy.City, next string) string {
	to := landing(s.Kind, city, next)
	switch {
	case !s.NeedsTOTP:
		return to
	case s.Enrolled:
		return site.PathCode + query("lanjut", next)
	}
	return pathEnrol + query("lanjut", next)
}

// landing is the page after signing in of a person whose permissions are known: staff who may not open where the work of
// most begins come to the first part of their own menu.
func (p *Portal) landing(c *gin.Context, a identity.Actor, next string) string {
	to := landing(a.Kind, gate.CityOf(c), next)
	if a.Kind != identity.Staff || to != landing(a.Kind, gate.CityOf(c), "") {
		return to
	}
	links := p.DeskLinks(c.Request.Context(), gate.LocaleOf(c), a)
	switch {
	case slices.ContainsFunc(links, func(l ui.Link) bool { return l.Href == to }):
		return to
	case len(links) > 0:
		return links[0].Href
	}
	return "/akun"
}

// workHome leads on from the address that the pages of officers have in common to where the reader's work begins.
func (p *Portal) workHome(c *gin.Context) error {
	p.Redirect(c, p.landing(c, gate.ActorOf(c), ""))
	return nil
}

// landing is the page after signing in: the one that was asked for, as far as this kind of person has use for it, or
// where their work begins.
func landing(k identity.Kind, city tenancy.City, next string) string {
	home := "/permohonan"
	switch {
	case city.Kind == tenancy.KindPlatform:
		home = "/bumd"
	case k == identity.Staff:
		home = "/petugas/antrean"
	case k == identity.Partner:
		home = site.PathPartner
		if next == home || strings.HasPrefix(next, home+"/") || strings.HasPrefix(next, home+"?") {
			return next
		}
	}
	desk := strings.HasPrefix(next, "/petugas/") || strings.HasPrefix(next, "/kelola") || strings.HasPrefix(next, "/bumd")
	shared := strings.HasPrefix(next, "/akun") || strings.HasPrefix(next, "/dokumen/") || strings.HasPrefix(next, "/kotak-surat")
	if next != "" && (shared || k != identity.Partner && desk == (k == identity.Staff)) {
		return next
	}
	return home
}

// wanted is the first of some addresses to come back to that is one on this site, and not a sign-in page itself.
func wanted(from ...string) string {
	for _, to := range from {
		if to = site.LocalPath(to, ""); to != "" && !strings.HasPrefix(to, "/masuk") && !strings.HasPrefix(to, "/keluar") {
			return to
		}
	}
	return ""
}

func query(name, value string) string {
	if value == "" {
		return ""
	}
	return "?" + url.Values{name: {value}}.Encode()
}

// registerForm asks for what an account needs.
func (p *Portal) registerForm(c *gin.Context) error {
	return p.registerPage(c, http.StatusOK, account.RegisterView{Next: wanted(c.Query("lanjut"))})
}

func (p *Portal) registerPage(c *gin.Context, status int, v account.RegisterView) error {
	v.Shell = p.Shell(c, gate.LocaleOf(c).T("register.title"))
	v.ErrorTitle = len(v.Errors) > 0
	return p.Render(c, status, account.Register(v))
}

// register sends a link to the address that was given; the account exists once that was followed.
func (p *Portal) register(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.registerWith(c, in)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.registerPage(c, status, account.RegisterView{Next: wanted(in.Get("next")), Name: site.Clip(in.Text("name"), 300), Email: site.Clip(in.Text("email"), 300),
			Phone: site.Clip(in.Text("phone"), 40), Consent: in.Yes("consent"), Errors: site.InOrder(errs, "name", "email", "phone", "password", "consent")})
	}
	if err != nil {
		return err
	}
	return p.sent(c, "register", in.Text("email"))
}

func (p *Portal) registerWith(c *gin.Context, in site.Form) error {
	r := identity.RegisterInput{
		Name: in.Text("name"), Email: in.Text("email"), Phone: in.Text("phone"), Password: in.Get("password"), IP: c.ClientIP(),
	}
	// Everything that is wrong is said at once: a password is never sent back, and would be typed again for each round.
	bad := site.Missing(in, "password")
	for _, f := range fault.From(r.Validate()).Fields {
		if f.Name != "password" || in.Text("password") != "" {
			bad = append(bad, f)
		}
	}
	if !in.Yes("consent") {
		bad = append(bad, fault.Field{Name: "consent", Code: "consent_required"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	if next := wanted(in.Get("next")); len(next) <= longestOnward {
		r.Onward = query("lanjut", next)
	}
	return p.Identity.Register(c.Request.Context(), r)
}

// longestOnward bounds the address that a link in a mail carries; that of a service is far shorter.
const longestOnward = 200

func (p *Portal) sent(c *gin.Context, kind, email string) error {
	return p.Render(c, http.StatusOK, account.Sent(account.SentView{
		Shell: p.Shell(c, gate.LocaleOf(c).T("sent.title")), Kind: kind, Email: email,
	}))
}
