package partner

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// home is how the company stands, and what it was granted.
func (p *Pages) home(c *gin.Context) error { return p.homeAgain(c, http.StatusOK, site.Form{}, nil) }

// leasesShown is how many leases the first page shows.
const leasesShown = 5

// homeAgain is home, after a refusal with what was filled in.
func (p *Pages) homeAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	o := self.Company
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, o.Name), Heading: o.Name, Lead: l.T("partner.home_lead"), Mark: leasing.OperatorMark(l, o.State), Errors: errs}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Note: bill.Note{Tone: map[string]string{lease.OperatorSuspended: "care", lease.OperatorRefused: "care"}[o.State], Text: l.T("partner.note." + o.State)}}
	state.Rows = leasing.CompanyRows(l, o)
	why, err := leasing.New(p.Pages.Pages).ReasonRow(ctx, l, o.Refusal, o.Why)
	if err != nil {
		return err
	}
	if o.State == lease.OperatorRefused || o.State == lease.OperatorSuspended {
		state.Rows = append(state.Rows, why...)
	}
	if self.Admin && (o.State == lease.OperatorApplied || o.State == lease.OperatorRefused) {
		typed := in
		if typed.Values == nil {
			typed = site.Form{Values: map[string][]string{"name": {o.Name}, "nib": {o.NIB}, "licence": {o.Licence}, "email": {o.Email}, "npwp": {o.NPWP}, "phone": {o.Phone}, "address": {o.Address}}}
		}
		state.Forms = []bill.Form{{ID: "ubah", Folded: true, Title: l.T("partner.amend"), Text: l.T("partner.amend_text"), Action: pathHome + "/data", Submit: l.T("partner.amend_do"), Fields: leasing.CompanyFields(l, typed, errs)}}
	}
	if !self.Admin && (o.State == lease.OperatorApplied || o.State == lease.OperatorRefused) {
		if state.Text, err = p.whomToAsk(c, self); err != nil {
			return err
		}
	}
	state.Links = []ui.Link{{Href: pathPapers, Label: l.T("partner.nav.papers"), Icon: "certificate"}}
	v.Sections = append(v.Sections, state)
	going, err := p.going(c)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, going...)
	offers, err := p.offered(c)
	if err != nil {
		return err
	}
	if offers.ID != "" {
		v.Sections = append([]bill.Section{offers}, v.Sections...)
	}
	grants, err := p.grants(c, o.ID)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, grants)
	all, err := p.Operators.Leases(ctx, a, "", uuid.Max, leasesShown)
	if err != nil {
		return err
	}
	s := p.leaseTable(c, all)
	s.ID, s.Title, s.Links = "sewa", l.T("lease.latest"), []ui.Link{{Href: pathLeases, Label: l.T("partner.all_leases"), Icon: "list-details"}}
	v.Sections = append(v.Sections, s)
	return p.Render(c, status, bill.Page(v))
}

// grants are the areas that the company was granted.
func (p *Pages) grants(c *gin.Context, company uuid.UUID) (bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	s := bill.Section{ID: "area", Title: l.T("partner.grants"), Text: l.T("partner.grants_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("partner.no_grants"), Text: l.T("partner.no_grants_hint")}}
	all, err := p.Operators.Grants(ctx, gate.ActorOf(c), company)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("partner.area")}, {Label: l.T("partner.purpose")}, {Label: l.T("partner.runs_there"), End: true}, {Label: l.T("partner.in_force")}, {Label: l.T("duct.standing")}}}
	today, open := p.Operators.Today(ctx), false
	for _, g := range all {
		open = open || g.InForce(today)
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: g.Name}, {Text: g.Purpose}, {Text: l.T("duct.map.count", "n", strconv.Itoa(g.Segments), "length", ducts.KM(l, g.LengthMM))},
			{Text: leasing.Span(l, g.Since, g.Until)}, {Mark: leasing.GrantMark(l, g, today)}}})
	}
	if open {
		s.Links = []ui.Link{{Href: pathMap, Label: l.T("partner.nav.map"), Icon: "map-pin"}, {Href: pathPlan, Label: l.T("partner.nav.plan"), Icon: "search"}}
	}
	return s, nil
}

// amend corrects what the company says of itself and puts it before the staff again.
func (p *Pages) amend(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.Operators.Amend(c.Request.Context(), gate.ActorOf(c), leasing.Company(in))
	}
	if fault.Is(err, "lease.decided") {
		return p.homeAgain(c, http.StatusConflict, site.Form{}, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}})
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.homeAgain(c, status, in, site.Called(c, errs, leasing.CompanyLabels))
	}
	return p.Done(c, pathHome, "partner_amended")
}
