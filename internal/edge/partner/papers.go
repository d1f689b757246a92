package partner

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// paperBody is how large a form with a paper may be.
const paperBody = leasing.PaperBody

// papers is what is on file for the company.
func (p *Pages) papers(c *gin.Context) error {
	return p.papersAgain(c, http.StatusOK, site.Form{}, nil)
}

// papersAgain is papers, after a refusal with what was filled in.
func (p *Pages) papersAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	all, err := p.Operators.Papers(ctx, a, self.Company.ID)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.papers")), Heading: l.T("partner.nav.papers"), Lead: l.T("partner.papers_lead"), Errors: errs}
	s := leasing.PapersSection(c, all, in, errs, pathPapers, true, false)
	s.Quiet = true
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// filePaper puts a paper on file.
func (p *Pages) filePaper(c *gin.Context) error {
	self, err := p.Operators.Self(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	in, err := leasing.FilePaper(c, p.Operators, self.Company.ID)
	if err != nil {
		errs, status, ok := leasing.PaperRefused(c, err)
		if !ok {
			return err
		}
		return p.papersAgain(c, status, in, errs)
	}
	return p.Done(c, pathPapers, "partner_filed")
}

// paper sends one.
func (p *Pages) paper(c *gin.Context) error { return leasing.SendPaper(c, p.Operators, "id") }
