package admin

import (
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
)

const (
	pathStaff = "/kelola/staf"
	pathRoles = "/kelola/peran"
	pathAudit = "/kelola/audit"
)

// limitChain holds back a page that reads the whole record.
var limitChain = gate.Limit{Name: "chain", Count: 6, Per: time.Minute}

// adminRoutes is what an administrator keeps in order: of a city, and of the platform's own staff and roles.
func (p *Pages) adminRoutes() gate.Table {
	staff, city, any := access.StaffManage, gate.City, gate.Any
	person := site.IDs("id", "staff")
	app, key, apps := site.IDs("id", "app"), site.IDs("id", "app", "key", "key"), access.AppManage
	return gate.Table{
		{Method: get, Path: "/kelola", Needs: access.SignedIn, Scope: any, Handler: p.adminHome},
		{Method: get, Path: pathStaff, Needs: staff, Scope: any, Handler: p.staffList},
		{Method: post, Path: pathStaff, Needs: staff, Scope: any, Handler: p.invite},
		{Method: post, Path: "/kelola/cari-staf", Page: pathStaff, Needs: staff, Scope: any, Handler: p.staffSearch},
		{Method: get, Path: pathStaff + "/:id", Needs: staff, Scope: any, IDs: person, Handler: p.member},
		{Method: post, Path: pathStaff + "/:id/peran", Needs: staff, Scope: any, IDs: person, Handler: p.setRoles},
		{Method: post, Path: pathStaff + "/:id/nonaktif", Needs: staff, Scope: any, IDs: person, Handler: p.manage("staff_disabled", p.Identity.Deactivate)},
		{Method: post, Path: pathStaff + "/:id/aktif", Needs: staff, Scope: any, IDs: person, Handler: p.manage("staff_enabled", p.Identity.Reactivate)},
		{Method: post, Path: pathStaff + "/:id/hapus-kode", Needs: staff, Scope: any, IDs: person, Handler: p.manage("code_cleared", p.Identity.ClearTOTP)},
		{Method: get, Path: pathRoles, Needs: access.RoleManage, Scope: any, Handler: p.roles},
		{Method: post, Path: pathRoles, Needs: access.RoleManage, Scope: any, Handler: p.setPermissions},
		{Method: get, Path: "/kelola/layanan", Needs: access.ServiceConfigure, Scope: city, Handler: p.catalogDesk},
		{Method: get, Path: pathAreas, Needs: access.ServiceConfigure, Scope: city, Handler: p.areas},
		{Method: get, Path: pathApps, Needs: apps, Scope: city, Handler: p.apps},
		{Method: get, Path: pathApps + "/baru", Needs: apps, Scope: city, Handler: p.newApp},
		{Method: post, Path: pathApps, Needs: apps, Scope: city, Handler: p.registerApp},
		{Method: get, Path: pathApps + "/:id", Needs: apps, Scope: city, IDs: app, Handler: p.app},
		{Method: post, Path: pathApps + "/:id", Needs: apps, Scope: city, IDs: app, Handler: p.updateApp},
		{Method: post, Path: pathApps + "/:id/kunci", Needs: apps, Scope: city, IDs: app, Handler: p.issueKey},
		{Method: post, Path: pathApps + "/:id/kunci/:key/ganti", Page: pathApps + "/:id", Needs: apps, Scope: city, IDs: key, Handler: p.rotateKey},
		{Method: post, Path: pathApps + "/:id/kunci/:key/cabut", Page: pathApps + "/:id", Needs: apps, Scope: city, IDs: key, Handler: p.revokeKey},
		{Method: post, Path: pathApps + "/:id/uji", Needs: apps, Scope: city, IDs: app, Handler: p.tryEvent},
		{Method: post, Path: pathApps + "/:id/tutup", Needs: apps, Scope: city, IDs: app, Handler: p.closeApp},
		{Method: get, Path: pathAudit, Needs: access.AuditRead, Scope: any, Handler: p.audit},
		{Method: get, Path: pathAudit + "/rantai", Needs: access.AuditRead, Scope: any, Limit: limitChain, Handler: p.auditChain},
		{Method: get, Path: pathOwnUsage, Needs: access.UsageRead, Scope: city, Handler: p.ownUsage},
	}
}

// adminHome leads to the first page of administration that the reader may open.
func (p *Pages) adminHome(c *gin.Context) error {
	for _, l := range p.DeskLinks(c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)) {
		if strings.HasPrefix(l.Href, "/kelola/") {
			p.Redirect(c, l.Href)
			return nil
		}
	}
	return fault.New(fault.Forbidden, "access.denied")
}
