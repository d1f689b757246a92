package partner

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// people is who acts for the company.
func (p *Pages) people(c *gin.Context) error {
	return p.peopleAgain(c, http.StatusOK, site.Form{}, nil)
}

// peopleAgain is people, after a refusal with what was filled in.
func (p *Pages) peopleAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	all, err := p.Operators.People(ctx, a, self.Company.ID)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.people")), Heading: l.T("partner.nav.people"), Lead: l.T("partner.people_lead"), Errors: errs}
	s := leasing.PeopleSection(l, all, in, errs, leasing.PeopleWays{Base: pathPeople, May: self.Admin, Invites: self.Company.State == lease.OperatorApproved, Self: a.ID})
	s.Quiet = true
	if self.Admin && self.Company.State != lease.OperatorApproved {
		s.Text = l.T("partner.invite_later")
	}
	if !self.Admin {
		if s.Text, err = p.whomToAsk(c, self); err != nil {
			return err
		}
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// whomToAsk tells who is no administrator of the company why there is no button for what binds it, and whose it is.
func (p *Pages) whomToAsk(c *gin.Context, self operator.Self) (string, error) {
	l := gate.LocaleOf(c)
	all, err := p.Operators.People(c.Request.Context(), gate.ActorOf(c), self.Company.ID)
	if err != nil {
		return "", err
	}
	var who []string
	for _, x := range all {
		if x.Admin && x.EndedAt.IsZero() && x.Status == identity.StatusActive {
			who = append(who, x.Name+" ("+x.Email+")")
		}
	}
	if len(who) == 0 {
		return l.T("partner.no_admin"), nil
	}
	return l.T("partner.ask_admin", "who", strings.Join(who, ", ")), nil
}

// invite lets somebody else act for the company.
func (p *Pages) invite(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		_, err = p.Operators.Invite(ctx, a, self.Company.ID, operator.PersonInput{Name: in.Line("name"), Email: in.Text("email"), Admin: in.Yes("admin")})
	}
	if err != nil {
		errs, status, ok := leasing.PersonRefused(c, err)
		if !ok {
			return err
		}
		return p.peopleAgain(c, status, in, errs)
	}
	return p.Done(c, pathPeople, "partner_asked")
}

// remove ends that somebody acts for the company.
func (p *Pages) remove(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	self, err := p.Operators.Self(ctx, a)
	if err == nil {
		err = p.Operators.Remove(ctx, a, self.Company.ID, id)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathPeople, "partner_removed")
}
