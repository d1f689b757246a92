package portal

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/cosign"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// cosigners shows whom an application needs besides its applicant, and asks whom to ask.
func (p *Portal) cosigners(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	return p.cosignPage(c, http.StatusOK, id, resident.Signer{}, nil)
}

func (p *Portal) cosignPage(c *gin.Context, status int, id uuid.UUID, typed resident.Signer, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	app, err := p.Casework.Own(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	v := resident.CosignView{Shell: p.Shell(c, l.T("cosign.title")), ID: id.String(), Service: app.ServiceName.In(l), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	if v.Signers, _, err = p.signersOf(c, app); err != nil {
		return err
	}
	for i, x := range v.Signers {
		if len(errs) > 0 && x.Role == typed.Role && x.Place == typed.Place {
			v.Signers[i].Wrong, v.Signers[i].Name, v.Signers[i].Email = true, typed.Name, typed.Email
		}
	}
	return p.Render(c, status, resident.Cosign(v))
}

// signersOf is whom an application needs, and whether one of them has not agreed.
func (p *Portal) signersOf(c *gin.Context, app application.Application) ([]resident.Signer, bool, error) {
	places, err := p.Casework.Cosign.Places(c.Request.Context(), p.DB.App, app)
	var out []resident.Signer
	for _, x := range places {
		out = append(out, signer(c, x))
	}
	return out, slices.ContainsFunc(places, func(x cosign.Place) bool { return !x.Agreed() }), err
}

func signer(c *gin.Context, x cosign.Place) resident.Signer {
	l := gate.LocaleOf(c)
	v := resident.Signer{Role: x.Role.Code, Place: strconv.Itoa(x.N), Title: x.Role.Title(x.N, l), Agreed: x.Agreed(), Name: x.Named,
		Mark: ui.Mark{Icon: "user", Text: l.T("cosign.state.none")}}
	if x.Signer == nil {
		return v
	}
	s := x.Signer
	v.Asked, v.Name, v.Mark.Text = s.State == cosign.Asked, s.Name, l.T("cosign.state."+string(s.State))
	v.Who = l.T("cosign.asked_of", "name", s.Name)
	switch s.State {
	case cosign.Asked:
		v.Mark.Icon = "clock"
	case cosign.Agreed:
		v.Mark.Tone, v.Mark.Icon = "good", "check"
		v.Who = l.T("cosign.agreed_by", "name", s.Name, "time", l.DateTime(site.Zoned(c, s.AnsweredAt)))
	case cosign.Declined:
		v.Mark.Tone, v.Mark.Icon = "bad", "ban"
	case cosign.Void:
		v.Mark.Tone, v.Mark.Icon = "care", "rotate"
	}
	if s.Reason != "" {
		v.Reason = l.T("cosign.reason", "reason", s.Reason)
	}
	return v
}

// askCosigner sends one person a link.
func (p *Portal) askCosigner(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	x := resident.Signer{Role: site.Clip(in.Text("role"), 64), Place: site.Clip(in.Text("place"), 4)}
	x.Name, x.Email = in.Text(x.At("name")), in.Text(x.At("email"))
	place, _ := strconv.Atoi(x.Place)
	err = p.Casework.Cosign.Ask(c.Request.Context(), gate.ActorOf(c), cosign.AskInput{
		ID: id, Role: x.Role, Place: place, Name: x.Name, Email: x.Email, Locale: gate.LocaleOf(c),
	})
	if errs, status, ok := site.Refused(c, err, x.At("email")); ok {
		for i, e := range errs {
			if e.Name == "name" || e.Name == "email" {
				errs[i].Name = x.At(e.Name)
			}
		}
		x.Name, x.Email = site.Clip(x.Name, 200), site.Clip(x.Email, 300)
		return p.cosignPage(c, status, id, x, errs)
	}
	if fault.Is(err, "cosign.agreed") {
		// They answered since this page was opened: it now says so in the place of the form.
		errs, status, _ := site.RefusedAt(c, err, map[string]string{"cosign.agreed": ""})
		return p.cosignPage(c, status, id, resident.Signer{}, errs)
	}
	if err != nil {
		return p.orStory(c, err)
	}
	return p.Done(c, own(id, "/persetujuan"), "cosign_asked")
}
