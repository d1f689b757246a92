package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/cosign"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

func signPath(c *gin.Context) string { return "/tanda-tangan/" + c.Param("token") }

// signForm shows the holder of a link what they are asked to agree to. Opening it uses nothing up: mail programs open
// links before people do.
func (p *Pages) signForm(c *gin.Context) error { return p.signPage(c, http.StatusOK, "", nil) }

func (p *Pages) signPage(c *gin.Context, status int, reason string, errs ui.Errors) error {
	x, err := p.Casework.Cosign.Open(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	v := public.SignView{
		Shell: p.Shell(c, l.T("sign.title")), Path: signPath(c), Seen: x.Seen, Name: x.Name, Email: x.Email, Declare: x.Role.Declare.In(l), State: string(x.State),
		Lead: l.T("sign.lead", "applicant", x.Applicant, "service", x.Service.In(l), "agency", x.Agency.In(l), "role", x.Role.Title(x.Place, l)),
		Sent: x.Sent, CodeSent: x.CodeSent, AnsweredAt: site.Zoned(c, x.AnsweredAt), Reason: reason, Errors: errs,
	}
	v.NoIndex, v.ErrorTitle = true, len(errs) > 0
	for _, r := range x.Rows {
		v.Rows = append(v.Rows, ui.Row{Label: r.Label.In(l), Value: r.Text})
	}
	return p.Render(c, status, public.Sign(v))
}

// signCode sends the holder of a link a code.
func (p *Pages) signCode(c *gin.Context) error {
	err := p.Casework.Cosign.SendCode(c.Request.Context(), c.Param("token"))
	if errs, status, ok := refusedSign(c, err); ok {
		return p.signPage(c, status, "", errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, signPath(c), "cosign_code")
}

// sign takes the answer of the holder of a link.
func (p *Pages) sign(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	agree := in.Get("answer") == "agree"
	if !agree && in.Get("answer") != "decline" {
		return p.signPage(c, http.StatusUnprocessableEntity, site.Clip(in.Text("reason"), 500), nil)
	}
	err = site.Require(in, "code")
	if err == nil {
		err = p.Casework.Cosign.Answer(c.Request.Context(), c.Param("token"), cosign.AnswerInput{
			Code: in.Text("code"), Agree: agree, Reason: in.Text("reason"), Seen: in.Get("seen"),
		})
	}
	if errs, status, ok := refusedSign(c, err); ok {
		return p.signPage(c, status, site.Clip(in.Text("reason"), 500), errs)
	}
	if err != nil {
		return err
	}
	if agree {
		return p.Done(c, signPath(c), "cosign_agreed")
	}
	return p.Done(c, signPath(c), "cosign_declined")
}

// refusedSign lays a refusal beside what it is about: what is shown, where that has changed; nothing, where it is too late
// for any answer; else the code.
func refusedSign(c *gin.Context, err error) (ui.Errors, int, bool) {
	if fault.Is(err, "cosign.changing") || fault.Is(err, "cosign.sent") {
		return site.RefusedAt(c, err, map[string]string{"cosign.changing": "shown", "cosign.sent": ""})
	}
	return site.Refused(c, err, "code")
}
