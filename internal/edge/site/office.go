package site

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/ui"
)

// PathCalendar is where the days are kept on which the city works.
const PathCalendar = "/kelola/kalender"

// PathPapers is where an office keeps the documents that it has issued.
const PathPapers = "/petugas/dokumen"

// PathPartner is where a company that leases ducts finds what is its own.
const PathPartner = ui.PathPartner

// DeskShell is the frame of a page of the desk.
func (p *Pages) DeskShell(c *gin.Context, title string) ui.Shell {
	s := p.Shell(c, title)
	s.Frame, s.NoIndex = ui.FrameOffice, true
	s.Warning, s.Groups = p.missingYear(c), p.ductGroups(c)
	return s
}

// missingYear warns whoever may mend it that deadlines are counted without a year's holidays. A question that cannot be
// answered is no warning: the page is what was asked for.
func (p *Pages) missingYear(c *gin.Context) *ui.Link {
	ctx := c.Request.Context()
	if gate.CityOf(c).Kind != tenancy.KindCity || c.FullPath() == PathCalendar || p.Guard.Allow(ctx, gate.ActorOf(c), access.CalendarManage) != nil {
		return nil
	}
	years, err := calendar.Missing(ctx, p.DB.App, Zoned(c, p.Now()))
	if err != nil || len(years) == 0 {
		return nil
	}
	return &ui.Link{Href: PathCalendar + "/impor?tahun=" + strconv.Itoa(years[0]), Label: gate.LocaleOf(c).T("calendar.missing", "year", years[0])}
}

// StaffChoices are the roles that can be given here, and the offices; the platform has none of these.
func (p *Pages) StaffChoices(ctx context.Context, l i18n.Locale) (roles, agencies []ui.Option, err error) {
	all, err := p.Guard.Roles(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range all {
		if !r.Fixed {
			roles = append(roles, ui.Option{Value: r.Code, Label: r.Label(l)})
		}
	}
	offices, err := p.Catalog.Agencies(ctx)
	for _, a := range offices {
		agencies = append(agencies, ui.Option{Value: a.Code, Label: AgencyShort(a, l)})
	}
	return roles, agencies, err
}

// KnownAgency refuses an office that the city does not have. Whether there must be one depends on the role: identity asks.
func (p *Pages) KnownAgency(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	_, err := p.Catalog.Agency(ctx, code)
	if fault.Is(err, "catalog.unknown_agency") {
		return Invalid("agency", "not_an_option")
	}
	return err
}

// OptionLabel is what a value is called among its options, or the value.
func OptionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}
