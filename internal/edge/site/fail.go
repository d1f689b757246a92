package site

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/problem"
	"bedelau/web/ui"
)

// NotFound is the refusal of an address that leads nowhere, and of whatever must look like one.
func NotFound() error { return fault.New(fault.NotFound, "page.not_found") }

// fail answers a refusal. Who must sign in, or give the second factor, is sent there and comes back; anything else is a
// page that says what happened and what to do, with the id by which the log line is found.
func (p *Pages) fail(c *gin.Context, err error) {
	f, status := gate.Failed(c, err)
	switch {
	case c.Writer.Written():
		return // a file broke off half way: nothing more can be said on this connection
	case f.Kind == fault.Unauthenticated:
		p.sayEnded(c)
		p.Redirect(c, p.returning(c, "/masuk"))
		return
	case f.Code == "access.second_factor":
		p.Redirect(c, p.returning(c, PathCode))
		return
	}
	p.problem(c, status, Refusal(gate.LocaleOf(c), f))
}

// problem is the page shown instead of the one that was asked for.
func (p *Pages) problem(c *gin.Context, status int, text string) {
	if wantsPart(c) {
		// The script would put the page into a corner of the one that is open.
		c.Header("HX-Retarget", "body")
		c.Header("HX-Reswap", "outerHTML")
		c.Header("HX-Reselect", "body")
	}
	v := problem.View{Shell: p.Shell(c, ""), Status: status, Text: text, Request: gate.RequestID(c), Back: back(c)}
	v.NoIndex = true
	if v.User != nil && len(v.User.Links) > 0 {
		v.Frame = ui.FrameOffice // staff stay at their desk
		v.Desk = v.User.Links[0]
		v.Case = status == http.StatusNotFound && strings.HasPrefix(c.Request.URL.Path, "/petugas/permohonan/")
	}
	v.Title = v.Heading()
	if err := p.Render(c, status, problem.Page(v)); err != nil {
		if c.Request.Context().Err() != nil {
			return // who asked has left
		}
		p.Log.ErrorContext(c.Request.Context(), "problem page", "request", gate.RequestID(c), "err", err)
		c.String(http.StatusInternalServerError, gate.LocaleOf(c).T("fault.internal"))
	}
}

// back is the list that a person was working from, or "" for the front page.
func back(c *gin.Context) string {
	who := gate.ActorOf(c)
	for prefix, list := range map[string]string{"/permohonan/": "/permohonan", "/ajukan/": "/permohonan", "/petugas/permohonan/": PathQueue} {
		if strings.HasPrefix(c.Request.URL.Path, prefix) && (who.Kind == identity.Resident) == (list != PathQueue) && who.SignedIn() {
			return list
		}
	}
	return ""
}

// sayEnded tells who was signed in that they no longer are. Forms are for those who were, so that one which arrives
// without a session was filled in under an earlier one.
func (p *Pages) sayEnded(c *gin.Context) {
	switch {
	case c.Request.Method != http.MethodGet && c.Request.ContentLength != 0:
		p.flash(c, "care", "session_lost", "")
	case SessionToken(c) != "":
		p.flash(c, "care", "session_over", "")
	}
}

// returning adds to the address of a sign-in page the one to come back to: the page that was asked for, or the page
// that the form was on.
func (p *Pages) returning(c *gin.Context, to string) string {
	back := ""
	if c.Request.Method == http.MethodGet {
		back = c.Request.URL.RequestURI()
	} else if from, err := url.Parse(c.GetHeader("Referer")); err == nil && from.Host == c.Request.Host {
		back = from.RequestURI()
	} else {
		back, _ = p.pageOf(c.Request.URL.Path)
	}
	if back = LocalPath(back, ""); back == "" || back == "/" {
		return to
	}
	return to + "?" + url.Values{"lanjut": {back}}.Encode()
}

// Refusal is a fault's sentence in the reader's language. A refusal of fields without a form to show them in lists what is
// wrong with them, by the labels of those that have one: a name of the program's tells a reader nothing.
func Refusal(l i18n.Locale, f *fault.Error) string {
	text := l.T("fault."+f.Code, f.Args...)
	for _, bad := range f.Fields {
		text += " "
		if key := labelKeys[bad.Name]; key != "" {
			text += l.T(key) + ": "
		}
		text += FieldText(l, bad)
	}
	return text
}

// FieldText is what is wrong with a field in the reader's language.
func FieldText(l i18n.Locale, f fault.Field) string { return l.T("field."+f.Code, f.Args...) }

// Redirect sends the browser on with a GET. A script is told to open the page, because following on its own it would
// put the page into a part of this one.
func (p *Pages) Redirect(c *gin.Context, to string) {
	if wantsPart(c) {
		c.Header("HX-Redirect", to)
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return
	}
	c.Redirect(http.StatusSeeOther, to)
}

// wantsPart reports whether a script asked, for a part of the page that is open.
func wantsPart(c *gin.Context) bool { return c.GetHeader("HX-Request") == "true" }

// Render answers with a page.
func (p *Pages) Render(c *gin.Context, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(c.Request.Context(), &b); err != nil {
		return err
	}
	c.Header("Vary", "Cookie, HX-Request")
	if status >= http.StatusBadRequest && c.Request.Method == http.MethodPost && gate.ActorOf(c).Kind != identity.Staff {
		// The answer to a post can only be shown again, on the way back, from a copy: without one the browser shows an
		// error of its own. Signing out drops the copies.
		c.Header("Cache-Control", "private, no-cache")
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// labelKeys are what the product's own forms call their fields; those of a city's forms are data.
var labelKeys = map[string]string{
	"agency": "staff.agency", "bulan": "usage.month", "code": "code.label", "email": "register.email", "login": "sign_in.login", "name": "register.name",
	"address": "counter.address", "capacity": "counter.capacity", "close_hours": "counter.close_hours", "day": "days.day", "day_quota": "counter.day_quota",
	"effective_from": "counter.from", "hours": "days.hours", "jam": "visit.slot_label", "kind": "calendar.kind", "name_en": "days.name_en", "name_id": "days.name",
	"no_show_days": "counter.no_show_days", "no_show_limit": "counter.no_show_limit", "open": "days.open", "open_days": "counter.open_days",
	"service": "visit.service", "services": "counter.services", "slot_minutes": "counter.slot_minutes", "source": "days.source", "text": "days.text",
	"week": "days.week", "year": "days.year",
	"note": "case.note_label", "number": "track.number", "officer": "case.officer", "password": "register.password",
	"phone": "register.phone", "present": "account.present", "reason": "case.reason", "role": "staff.role",
}

// Refused turns err into the errors of a form, in the reader's language. Faults without fields stand beside the field
// called at, or at none when at is empty. The last result is false for what is not the form's to say: those go to fail.
func Refused(c *gin.Context, err error, at string) (ui.Errors, int, bool) {
	if err == nil {
		return nil, 0, false
	}
	f, status := gate.Failed(c, err)
	l := gate.LocaleOf(c)
	var out ui.Errors
	for _, bad := range f.Fields {
		e := ui.FieldError{Name: bad.Name, Text: FieldText(l, bad)}
		if key := labelKeys[bad.Name]; key != "" {
			e.Label = l.T(key)
		}
		out = append(out, e)
	}
	if len(out) > 0 {
		return out, status, true
	}
	switch f.Kind {
	case fault.Invalid, fault.RateLimited, fault.Unavailable:
	case fault.Unauthenticated:
		status = http.StatusUnprocessableEntity // a wrong password is a wrong answer here, not a missing session
	default:
		return nil, status, false
	}
	return ui.Errors{{Name: at, Text: Refusal(l, f)}}, status, true
}

// InOrder sorts errors as their fields stand on the page, so that the first link leads to the first field.
func InOrder(errs ui.Errors, fields ...string) ui.Errors {
	var out ui.Errors
	for _, f := range fields {
		for _, e := range errs {
			if e.Name == f {
				out = append(out, e)
			}
		}
	}
	for _, e := range errs {
		if out.Of(e.Name) == "" {
			out = append(out, e)
		}
	}
	return out
}

// Called names errors by the labels of their own page, keys of texts by field, where a field's name means something else
// on other pages or nothing there.
func Called(c *gin.Context, errs ui.Errors, labels map[string]string) ui.Errors {
	for i, e := range errs {
		if key := labels[e.Name]; key != "" {
			errs[i].Label = gate.LocaleOf(c).T(key)
		}
	}
	return errs
}

// RefusedAt is Refused for a form in which some refusals belong to a field.
func RefusedAt(c *gin.Context, err error, place map[string]string) (ui.Errors, int, bool) {
	if err != nil {
		f, status := gate.Failed(c, err)
		if name, ok := place[f.Code]; ok {
			return ui.Errors{{Name: name, Text: Refusal(gate.LocaleOf(c), f)}}, status, true
		}
	}
	return Refused(c, err, "")
}
