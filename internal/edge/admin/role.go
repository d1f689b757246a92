package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/pack"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// roles is the matrix of what every role may do.
func (p *Pages) roles(c *gin.Context) error { return p.rolesPage(c, http.StatusOK, nil, nil) }

// rolesPage shows the matrix, with the boxes as they were ticked in a refused change.
func (p *Pages) rolesPage(c *gin.Context, status int, tried map[string][]access.Permission, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Guard.Roles(ctx)
	if err != nil {
		return err
	}
	v := office.RolesView{Shell: p.DeskShell(c, l.T("roles.title")), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	all = slices.DeleteFunc(all, func(r access.Role) bool { return r.Fixed }) // what everyone has is no matter of roles
	for _, r := range all {
		v.Roles = append(v.Roles, office.RoleColumn{Code: r.Code, Label: r.Label(l)})
	}
	locked := p.beyond(c)
	for _, perm := range p.Guard.Grantable(ctx) {
		row := office.PermissionRow{Code: string(perm), Label: perm.Label(l)}
		for _, r := range all {
			cell := office.PermissionCell{On: slices.Contains(r.Permissions, perm), Locked: locked[perm]}
			if ticked, ok := tried[r.Code]; ok && !cell.Locked {
				cell.On = slices.Contains(ticked, perm)
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	if v.Idle, err = p.idle(c); err != nil {
		return err
	}
	return p.Render(c, status, office.Roles(v))
}

// idle lists the services with a step that nobody may take as the roles are now. A workflow is refused for that when it is
// published; a role that changes afterwards would leave its cases standing where nobody looks for the reason.
func (p *Pages) idle(c *gin.Context) ([]office.IdleService, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	if p.Guard.Allow(ctx, a, access.ServiceConfigure) != nil {
		return nil, nil
	}
	all, err := p.Catalog.List(ctx, catalog.Filter{})
	if err != nil {
		return nil, err
	}
	var out []office.IdleService
	stands := map[string]bool{"": false} // by workflow, of which several services may have one
	for _, s := range all {
		if _, known := stands[s.Workflow]; !known {
			wrong, err := p.Builder.Workflows.Astray(ctx, a, s.Workflow)
			if err != nil {
				return nil, err
			}
			stands[s.Workflow] = slices.ContainsFunc(wrong, func(x pack.Problem) bool {
				return slices.Contains([]string{"nobody_may", "role_may_not", "no_such_role"}, x.Code)
			})
		}
		if stands[s.Workflow] {
			out = append(out, office.IdleService{Name: s.Name.In(l), Path: "/kelola/layanan/" + s.Code + "/alur"})
		}
	}
	return out, nil
}

// beyond names the powers over others that the reader does not hold, and so can neither give nor take.
func (p *Pages) beyond(c *gin.Context) map[access.Permission]bool {
	out := map[access.Permission]bool{}
	for _, d := range access.All() {
		if d.Admin && p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), d.Name) != nil {
			out[d.Name] = true
		}
	}
	return out
}

// setPermissions makes the ticked boxes what the roles of the form may do, all at once. A box is named by its role and
// its permission; a role without a ticked box is in the form by its code alone.
func (p *Pages) setPermissions(c *gin.Context) error {
	in, err := site.ReadForm(c, "role", "perm")
	tried := map[string][]access.Permission{}
	if err == nil {
		for _, role := range in.Values["role"] {
			tried[role] = nil
		}
		for _, s := range in.Values["perm"] {
			role, perm, _ := strings.Cut(s, " ")
			if _, ok := tried[role]; !ok {
				return site.Invalid("perm", "not_an_option")
			}
			tried[role] = append(tried[role], access.Permission(perm))
		}
		err = p.Guard.SetPermissions(c.Request.Context(), gate.ActorOf(c), tried)
	}
	errs, status, ok := site.RefusedAt(c, err, map[string]string{
		"access.role_above": "", "access.role_fixed": "", "access.own_right": "", "access.own_role": "",
	})
	if ok {
		for i := range errs {
			errs[i].Name = "" // no one box to lead to
		}
		return p.rolesPage(c, status, tried, errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathRoles, "role_saved")
}
