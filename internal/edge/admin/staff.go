package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const staffPage = 50

// staffList lists who works here.
func (p *Pages) staffList(c *gin.Context) error {
	return p.staffPage(c, http.StatusOK, office.StaffView{}, nil)
}

// staffPage shows the list with an invitation as v holds it, and the areas that were chosen for it. A page of the list begins after a person's id: names do not
// belong into addresses.
func (p *Pages) staffPage(c *gin.Context, status int, v office.StaffView, areas []string) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	f, sought := identity.StaffFilter{Limit: staffPage + 1}, c.Query("cari")
	if sought != "" {
		var err error
		if f.Search, err = p.Identity.OpenSearch(ctx, gate.ActorOf(c), sought); err != nil {
			return err
		}
	}
	if after := c.Query("sesudah"); after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return site.Invalid("sesudah", "invalid")
		}
		last, err := p.Identity.Account(ctx, id)
		if err != nil {
			return err
		}
		f.AfterName, f.AfterID = last.Name, last.ID
	}
	all, err := p.Identity.ListStaff(ctx, f)
	if err != nil {
		return err
	}
	if v.Roles, v.Agencies, err = p.StaffChoices(ctx, l); err != nil {
		return err
	}
	v.Shell, v.Search, v.MayInvite = p.DeskShell(c, l.T("staff.title")), f.Search, true
	v.ErrorTitle = len(v.Errors) > 0
	city, err := p.CityAreas(ctx)
	if err != nil {
		return err
	}
	v.Areas = areaTicks(city, l, areas)
	if len(all) > staffPage {
		all = all[:staffPage]
		next := url.Values{"sesudah": {all[staffPage-1].ID.String()}}
		if sought != "" {
			next.Set("cari", sought)
		}
		v.Next = pathStaff + "?" + next.Encode()
	}
	for _, m := range all {
		x := memberView(m.Account, m.Roles, m.Agency, v.Roles, v.Agencies)
		x.SecondFactor, x.Areas = m.SecondFactor, areaNames(city, m.Areas)
		if m.Agency == "" {
			if x.Nowhere, err = p.Guard.NeedsAgency(ctx, m.Roles...); err != nil {
				return err
			}
		}
		v.Members = append(v.Members, x)
	}
	return p.Render(c, status, office.Staff(v))
}

// staffSearch leads to what a search finds. What was typed is somebody's name, and in the address it is sealed.
func (p *Pages) staffSearch(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	text := site.Clip(in.Text("q"), 100)
	if text == "" {
		p.Redirect(c, pathStaff)
		return nil
	}
	sealed, err := p.Identity.SealSearch(c.Request.Context(), gate.ActorOf(c), text)
	if err != nil {
		return err
	}
	p.Redirect(c, pathStaff+"?cari="+sealed)
	return nil
}

func memberView(a identity.Account, roles []string, agency string, names, agencies []ui.Option) office.Member {
	m := office.Member{ID: a.ID.String(), Name: a.Name, Email: a.Email, Agency: site.OptionLabel(agencies, agency), Status: a.Status}
	if a.Status == identity.StatusDeactivated {
		m.Status = "disabled"
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = site.OptionLabel(names, r)
	}
	m.Roles = strings.Join(words, ", ")
	return m
}

// namedAreas is how many areas of a member the list names.
const namedAreas = 3

// areaNames names the areas to which somebody is limited, the first of them and how many more there are.
func areaNames(city site.Areas, codes []string) string {
	var names []string
	for _, code := range codes[:min(len(codes), namedAreas)] {
		names = append(names, city.Name(code))
	}
	out := strings.Join(names, ", ")
	if more := len(codes) - len(names); more > 0 {
		out += " +" + strconv.Itoa(more)
	}
	return out
}

// invite asks somebody to join by mail.
func (p *Pages) invite(c *gin.Context) error {
	in, err := site.ReadForm(c, "areas")
	ctx := c.Request.Context()
	if err == nil {
		err = p.KnownAgency(ctx, in.Text("agency"))
	}
	if err == nil {
		err = p.KnownAreas(ctx, in.Values["areas"], nil)
	}
	if err == nil {
		_, err = p.Identity.Invite(ctx, gate.ActorOf(c), identity.InviteInput{
			Name: in.Text("name"), Email: in.Text("email"), Role: in.Text("role"), Agency: in.Text("agency"), Areas: in.Values["areas"],
		})
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"identity.email_taken": "email", "access.role_above": "role", "access.area_beyond": "areas"}); ok {
		return p.staffPage(c, status, office.StaffView{Name: site.Clip(in.Text("name"), 200), Email: site.Clip(in.Text("email"), 300),
			Role: in.Text("role"), AgencyChosen: in.Text("agency"), Errors: site.InOrder(errs, "name", "email", "role", "agency", "areas")}, in.Values["areas"])
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathStaff, "invited")
}

// member is one of the staff with the part they have.
func (p *Pages) member(c *gin.Context) error {
	return p.memberPage(c, http.StatusOK, nil, "", nil, nil)
}

// memberPage shows a member of staff, with the roles, the agency and the areas of a refused change.
func (p *Pages) memberPage(c *gin.Context, status int, typed []string, agency string, areas []string, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	a, err := p.Identity.Account(ctx, id)
	if err != nil {
		return err
	}
	if a.Kind != identity.Staff {
		return fault.New(fault.NotFound, "identity.no_account")
	}
	as, err := p.Identity.ActorFor(ctx, id)
	if err != nil {
		return err
	}
	v := office.MemberView{Shell: p.DeskShell(c, a.Name), Self: id == gate.ActorOf(c).ID, AgencyChosen: as.Agency, Errors: errs}
	v.ErrorTitle = len(errs) > 0
	nameFlash(v.Flash, a.Name, l)
	roles, agencies, err := p.StaffChoices(ctx, l)
	if err != nil {
		return err
	}
	v.Member, v.Agencies = memberView(a, as.Roles, as.Agency, roles, agencies), agencies
	held := as.Roles
	if len(errs) > 0 {
		held, v.AgencyChosen = typed, agency
	} else {
		areas = as.Areas
	}
	city, err := p.CityAreas(ctx)
	if err != nil {
		return err
	}
	v.Areas = areaTicks(city, l, areas)
	for _, r := range roles {
		v.Held = append(v.Held, office.Tick{Value: r.Value, Label: r.Label, On: slices.Contains(held, r.Value)})
	}
	return p.Render(c, status, office.Person(v))
}

// areaTicks are the city's areas with those that are chosen, also such as the city has no more: to leave one out by
// mistake would lift the limit.
func areaTicks(city site.Areas, l i18n.Locale, chosen []string) []office.AreaTick {
	var out []office.AreaTick
	known := map[string]bool{}
	tick := func(x pack.Area) office.Tick {
		known[x.Code] = true
		return office.Tick{Value: x.Code, Label: x.Name, On: slices.Contains(chosen, x.Code)}
	}
	for _, d := range city.Of("") {
		a := office.AreaTick{Tick: tick(d)}
		for _, s := range city.Of(d.Code) {
			a.Parts = append(a.Parts, tick(s))
			a.Open = a.Open || a.Parts[len(a.Parts)-1].On
		}
		out = append(out, a)
	}
	for _, code := range chosen {
		if !known[code] {
			out = append(out, office.AreaTick{Tick: office.Tick{Value: code, Label: l.T("staff.areas_gone", "code", code), On: true}})
		}
	}
	return out
}

// nameFlash puts the person's name into what was just done to them: the cookie that carries the sentence here holds
// nothing about a person.
func nameFlash(f *ui.Flash, name string, l i18n.Locale) {
	for _, done := range []string{"staff_disabled", "staff_enabled", "code_cleared"} {
		if f != nil && f.Text == l.T("flash."+done) {
			f.Text = name + ": " + f.Text
		}
	}
}

// setRoles changes what a member of staff is, and where.
func (p *Pages) setRoles(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "role", "areas")
	ctx := c.Request.Context()
	if err == nil {
		err = p.KnownAgency(ctx, in.Text("agency"))
	}
	if err == nil {
		var had identity.Actor
		if had, err = p.Identity.ActorFor(ctx, id); err == nil {
			err = p.KnownAreas(ctx, in.Values["areas"], had.Areas)
		}
	}
	if err == nil {
		err = p.Identity.SetRoles(ctx, gate.ActorOf(c), id, in.Values["role"], in.Text("agency"), in.Values["areas"]...)
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"access.role_above": "role", "access.area_beyond": "areas"}); ok {
		return p.memberPage(c, status, in.Values["role"], in.Text("agency"), in.Values["areas"], site.InOrder(errs, "role", "agency", "areas"))
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathStaff+"/"+id.String(), "staff_saved")
}

// manage does one thing to a member of staff and shows them as they are then.
func (p *Pages) manage(sentence string, do func(context.Context, identity.Actor, uuid.UUID) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := site.PathID(c, "id")
		if err != nil {
			return err
		}
		if err := do(c.Request.Context(), gate.ActorOf(c), id); err != nil {
			return err
		}
		return p.Done(c, pathStaff+"/"+id.String(), sentence)
	}
}
