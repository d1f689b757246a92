package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/ui"
)

// Shell is the frame of a page for this reader: the city's or the platform's, with the menu that their permissions
// give. Pages of the office set Frame themselves.
func (p *Pages) Shell(c *gin.Context, title string) ui.Shell {
	city, actor, l := gate.CityOf(c), gate.ActorOf(c), gate.LocaleOf(c)
	s := ui.Shell{
		L: l, City: p.cityView(city), Path: p.here(c), Title: title,
		Demo: p.Mailbox != nil, Flash: takeFlash(c, l), NoIndex: actor.SignedIn(),
	}
	if city.Kind != tenancy.KindCity {
		s.Frame = ui.FramePlatform // also a host that is nobody's
	}
	if actor.SignedIn() && (actor.Kind != identity.Staff || actor.TOTP) { // staff are still at the door before
		s.User = &ui.User{Name: actor.Name, Role: roleName(l, actor), Links: p.DeskLinks(c.Request.Context(), l, actor)}
	}
	return s
}

// here is an address at which the page can be asked for again. A page that answers a form stands at the address that
// the form was sent to, which may take forms alone.
func (p *Pages) here(c *gin.Context) string {
	if page, ok := p.pageOf(c.Request.URL.Path); ok && c.Request.Method == http.MethodPost {
		return page
	}
	return c.Request.URL.RequestURI()
}

// cityView is how a city presents itself; a host that is nobody's shows the product's own name.
func (p *Pages) cityView(city tenancy.City) ui.City {
	v := ui.City{Slug: city.Slug, Name: city.Name, Short: city.ShortName, Phone: city.Contact.Phone, Email: city.Contact.Email,
		Address: city.Contact.Address, Website: city.Contact.Website, Number: application.ExampleNumber(city.NumberPrefix), Ducts: city.Needs(tenancy.ModuleDuct) == nil}
	if city.Slug == "" {
		v.Name, v.Short = "Bedelau", "Bedelau"
	}
	if b, ok := p.brand(city); ok {
		v.BrandCSS = b.Path(city.Slug)
	}
	if city.Logo != "" {
		v.Logo = logoPath(city)
	}
	return v
}

// brand is the colours derived from a city's one colour; false when it has none that can be used.
func (p *Pages) brand(city tenancy.City) (ui.Brand, bool) {
	if city.BrandColor == "" {
		return ui.Brand{}, false
	}
	if b, ok := p.brands.Load(city.BrandColor); ok {
		return b.(ui.Brand), true
	}
	b, err := ui.DeriveBrand(city.BrandColor)
	if err != nil {
		return ui.Brand{}, false
	}
	p.brands.Store(city.BrandColor, b)
	return b, true
}

func logoPath(city tenancy.City) string {
	sum := sha256.Sum256([]byte(city.Logo))
	return "/brand/" + city.Slug + "/" + hex.EncodeToString(sum[:6]) + ".svg"
}

// sections says which permission opens each part of the desk.
var sections = map[ui.Section]access.Permission{
	ui.SectionQueue:    access.ApplicationQueue,
	ui.SectionWorkload: access.ApplicationAssign,
	ui.SectionFiling:   access.ApplicationFile,
	ui.SectionCounters: access.BookingServe,
	ui.SectionPapers:   access.DocumentRegister,
	ui.SectionSign:     access.DocumentSign,
	ui.SectionDucts:    access.DuctRead,
	ui.SectionServices: access.ServiceConfigure,
	ui.SectionTariffs:  access.ServiceConfigure,
	ui.SectionSigners:  access.ServiceConfigure,
	ui.SectionSetUp:    access.BookingManage,
	ui.SectionApps:     access.AppManage,
	ui.SectionStaff:    access.StaffManage,
	ui.SectionRoles:    access.RoleManage,
	ui.SectionCalendar: access.CalendarManage,
	ui.SectionAudit:    access.AuditRead,
	ui.SectionOwnUsage: access.UsageRead,
	ui.SectionBills:    access.InvoiceRead,
	ui.SectionUsage:    access.PlatformUsage,
	ui.SectionFinance:  access.InvoiceRead,
	ui.SectionPlans:    access.PlanManage,

	ui.SectionDuctBook:    access.DuctBill,
	ui.SectionDuctRevenue: access.RevenueRead,
}

// DeskLinks is the menu of staff. A question that cannot be answered is a section not shown: the page behind it would
// refuse for the same reason.
func (p *Pages) DeskLinks(ctx context.Context, l i18n.Locale, a identity.Actor) []ui.Link {
	if a.Kind == identity.Partner {
		return ui.PartnerNav(l)
	}
	if a.Kind != identity.Staff {
		return nil
	}
	city, _ := tenancy.CityFrom(ctx)
	return ui.DeskNav(l, func(s ui.Section) bool {
		if s == ui.SectionBills && city.Kind != tenancy.KindCity || s == ui.SectionFinance && city.Kind == tenancy.KindCity {
			return false // one permission, two sides of it
		}
		return p.Guard.Allow(ctx, a, sections[s]) == nil
	})
}

// ductGroups is the menu of the pages of the ducts, on each of them: that of staff, or of a company that leases them.
func (p *Pages) ductGroups(c *gin.Context) []ui.Group {
	a, path := gate.ActorOf(c), c.Request.URL.Path+"/"
	if a.Kind == identity.Partner && strings.HasPrefix(path, ui.PathPartner+"/") {
		return ui.PartnerGroups(gate.LocaleOf(c))
	}
	if a.Kind != identity.Staff || !strings.HasPrefix(path, ui.PathDucts+"/") {
		return nil
	}
	return ui.DuctNav(gate.LocaleOf(c), func(s ui.Section) bool { return p.Guard.Allow(c.Request.Context(), a, sections[s]) == nil })
}

// roleName is what a member of staff is called at work: the first of their roles that the product knows.
func roleName(l i18n.Locale, a identity.Actor) string {
	if a.Kind == identity.Partner {
		return l.T("role.partner")
	}
	for _, r := range a.Roles {
		if key := "role." + r; a.Kind == identity.Staff && l.Has(key) {
			return l.T(key)
		}
	}
	return ""
}
