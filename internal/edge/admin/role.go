package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
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
	return p.Render(c, status, office.Roles(v))
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
