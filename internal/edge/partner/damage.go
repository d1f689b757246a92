package partner

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/damage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const pathDamage = pathHome + "/gangguan"

// damageBody is how large a report with a photo may be, and limitDamage holds back a program that fills the disk.
const damageBody = (ductdamage.PhotoMB + 1) << 20

var limitDamage = gate.Limit{Name: "partner_damage", Count: 30, Per: limitRegister.Per}

// damageRoutes is what goes wrong with the ducts, as a company sees it.
func (p *Pages) damageRoutes() gate.Table {
	own, city := access.DuctOwn, gate.City
	return gate.Table{
		{Method: get, Path: pathDamage, Needs: own, Scope: city, Handler: p.damages},
		{Method: post, Path: pathDamage, Needs: own, Scope: city, MaxBody: damageBody, Limit: limitDamage, Handler: p.reportDamage},
		{Method: get, Path: pathDamage + "/:id", Needs: own, Scope: city, IDs: site.IDs("id", "duct_damage"), Handler: p.damage},
	}
}

// damages lists what hit the company's leases and what it has reported, with a form to report more.
func (p *Pages) damages(c *gin.Context) error {
	return p.damagesAgain(c, http.StatusOK, site.Form{}, nil)
}

// damagesAgain is damages, after a refusal with what was filled in.
func (p *Pages) damagesAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	all, err := p.Damages.ListOf(c.Request.Context(), gate.ActorOf(c), leasing.After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.damage")), Heading: l.T("partner.nav.damage"), Lead: l.T("damage.partner_lead"), Errors: errs}
	s := bill.Section{ID: "daftar", Title: l.T("damage.list"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("damage.none"), Text: l.T("damage.partner_none_hint")}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = leasing.Next(c, pathDamage, all[pageSize-1].ID)
	}
	pages := damage.New(p.Pages.Pages)
	s.Table = pages.Table(c, all, pathDamage)
	v.Sections = []bill.Section{s, {ID: "lapor", Title: l.T("damage.partner_report"), Forms: []bill.Form{{ID: "laporan", Text: l.T("damage.partner_report_text"), Action: pathDamage, Submit: l.T("damage.new_do"), Upload: true,
		Fields: damage.ReportFields(l, in, errs), Hidden: damage.OnceKey(in)}}}}
	return p.Render(c, status, bill.Page(v))
}

// reportDamage writes down what the company reports.
func (p *Pages) reportDamage(c *gin.Context) error {
	in, r, unread, err := damage.ReadReport(c, p.Damages)
	var d ductdamage.Damage
	if err == nil {
		d, err = p.Damages.ReportOf(c.Request.Context(), gate.ActorOf(c), r, unread...)
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.damagesAgain(c, status, in, site.InOrder(site.Called(c, errs, damage.ReportLabels), damage.FieldOrder...))
	}
	return p.Done(c, pathDamage+"/"+d.ID.String(), "damage_reported_company")
}

// damage is one: how it stands, which leases of the company it has hit, and what was shared.
func (p *Pages) damage(c *gin.Context) error {
	l := gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, err := p.Damages.FindOf(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	pages := damage.New(p.Pages.Pages)
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, x.Number), Back: pathDamage, Heading: x.Number, Lead: l.T("damage.one_lead", "kind", l.T("damage.kind."+x.Kind), "at", l.DateTime(site.Zoned(c, x.ReportedAt))), Mark: damage.StateMark(l, x.State)}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state")}
	for _, r := range []struct{ key, value string }{{"damage.place", x.Place}, {"damage.words", x.Words}, {"damage.closing", x.Closing}} {
		if r.value != "" {
			state.Rows = append(state.Rows, ui.Row{Label: l.T(r.key), Value: r.value})
		}
	}
	if x.Cause != "" {
		state.Rows = append(state.Rows, ui.Row{Label: l.T("damage.cause"), Value: l.T("damage.cause." + x.Cause)}, ui.Row{Label: l.T("damage.liable"), Value: l.T("damage.liable." + x.Liable)})
	}
	if !x.RestoredAt.IsZero() {
		state.Rows = append(state.Rows, ui.Row{Label: l.T("damage.restored"), Value: l.T("damage.restored_after", "at", l.DateTime(site.Zoned(c, x.RestoredAt)), "span", ducts.Span(l, x.RestoredAt.Sub(x.ReportedAt)))})
	}
	if len(state.Rows) > 0 {
		v.Sections = append(v.Sections, state)
	}
	v.Sections = append(v.Sections, bill.Section{ID: "janji", Title: l.T("damage.promises"), Table: pages.ClockTable(c, x), Empty: &bill.Empty{Icon: "clock", Title: l.T("damage.no_clocks"), Text: l.T("damage.no_policy")}})
	hit := bill.Section{ID: "sewa", Title: l.T("damage.own_leases"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("damage.no_affected"), Text: l.T("damage.own_none")}}
	hit.Table = &bill.Table{Title: hit.Title, Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("damage.out"), End: true}, {Label: l.T("damage.told")}}}
	for _, y := range x.Leases {
		hit.Table.Rows = append(hit.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: y.Number, Whole: true, Href: pathLeases + "/" + y.LeaseID.String()}, {Text: l.T("damage.of", "n", y.Units, "of", y.OfUnits)}, {Text: l.DateTime(site.Zoned(c, y.ToldAt))}}})
	}
	let, err := p.Damages.CreditsOf(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	credits := bill.Section{ID: "potongan", Title: l.T("damage.credits"), Table: &bill.Table{Title: l.T("damage.credits"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("damage.credit_how")}, {Label: l.T("damage.amount"), End: true}, {Label: l.T("duct.standing")}}}}
	for _, y := range let {
		credits.Table.Rows = append(credits.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: y.Lease}, {Text: y.Working(l)}, {Text: y.Amount.String()}, damage.CreditCell(l, y)}})
	}
	course := bill.Section{ID: "riwayat", Title: l.T("damage.course")}
	for i, e := range x.Events {
		e.ByID = uuid.NullUUID{} // who of the staff, or of the public, is nobody's business here
		course.Events = append(course.Events, pages.Event(c, e, map[uuid.UUID]string{}, i == len(x.Events)-1))
	}
	v.Sections = append(v.Sections, hit)
	if len(let) > 0 {
		v.Sections = append(v.Sections, credits)
	}
	v.Sections = append(v.Sections, course)
	if v.Notes, err = pages.Rules(c, x.Damage); err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// goingMost is how many damages the first page looks through for those that are not over.
const goingMost = 20

// going is the damage of the company's that is not over, for its first page; nothing where there is none.
func (p *Pages) going(c *gin.Context) ([]bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.Damages.ListOf(c.Request.Context(), gate.ActorOf(c), uuid.Max, goingMost)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(x ductdamage.Listed) bool { return x.Over() })
	if len(all) == 0 {
		return nil, nil
	}
	return []bill.Section{{ID: "gangguan", Title: l.T("damage.partner_going"), Note: bill.Note{Tone: "care", Text: l.T("damage.partner_going_text")}, Table: damage.New(p.Pages.Pages).Table(c, all, pathDamage)}}, nil
}
