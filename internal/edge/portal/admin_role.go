package portal

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// roles is the matrix of what every role may do.
func (p *Portal) roles(c *gin.Context) error { return p.rolesPage(c, http.StatusOK, "", nil, nil) }

// rolesPage shows the matrix, with the boxes of one role as they were ticked in a refused change.
func (p *Portal) rolesPage(c *gin.Context, status int, role string, ticked []string, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Guard.Roles(ctx)
	if err != nil {
		return err
	}
	v := office.RolesView{Shell: p.officeShell(c, l.T("roles.title")), Errors: errs}
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
			if r.Code == role && !cell.Locked {
				cell.On = slices.Contains(ticked, string(perm))
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	return p.render(c, status, office.Roles(v))
}

// beyond names the powers over others that the reader does not hold, and so can neither give nor take.
func (p *Portal) beyond(c *gin.Context) map[access.Permission]bool {
	out := map[access.Permission]bool{}
	for _, d := range access.All() {
		if d.Admin && p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), d.Name) != nil {
			out[d.Name] = true
		}
	}
	return out
}

// setPermissions makes the ticked boxes what a role may do.
func (p *Portal) setPermissions(c *gin.Context) error {
	in, err := readForm(c, "perm")
	role, ticked := c.Param("role"), in.Values["perm"]
	if err == nil {
		perms := make([]access.Permission, len(ticked))
		for i, s := range ticked {
			perms[i] = access.Permission(s)
		}
		err = p.Guard.SetRolePermissions(c.Request.Context(), gate.ActorOf(c), role, perms)
	}
	errs, status, ok := refusedAt(c, err, map[string]string{"access.role_above": "", "access.role_fixed": "", "access.own_right": ""})
	if ok {
		for i := range errs {
			errs[i].Name = "" // a column has no one box to lead to
		}
		return p.rolesPage(c, status, role, ticked, errs)
	}
	if err != nil {
		return err
	}
	return p.done(c, pathRoles, "role_saved")
}
