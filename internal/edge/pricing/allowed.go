package pricing

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// newLimit is the address of a limit that there is not yet.
const newLimit = "baru"

// moduleNames are the words for feature switches.
func moduleNames(l i18n.Locale, all []string) string {
	var names []string
	for _, m := range all {
		names = append(names, l.T("bumd.module."+m))
	}
	if len(names) == 0 {
		return l.T("bumd.no_modules")
	}
	return strings.Join(names, ", ")
}

// allowedSection says what a version allows; limits that can be changed lead to their form.
func allowedSection(l i18n.Locale, id, title string, e billing.Entitlements, edit string) bill.Section {
	s := bill.Section{ID: id, Title: title, Text: l.T("bill.never_refused")}
	if e.Everything() {
		s.Note = bill.Note{Text: l.T("bumd.allows_everything")}
		return s
	}
	s.Rows = []ui.Row{{Label: l.T("bumd.modules"), Value: moduleNames(l, e.Modules)}}
	t := bill.Table{Title: l.T("bill.limits"), Columns: []bill.Column{{Label: l.T("bill.limit")}, {Label: l.T("bill.most"), End: true}, {Label: l.T("bill.beyond")}}}
	for _, code := range slices.Sorted(maps.Keys(e.Limits)) {
		x := e.Limits[code]
		name := bill.Cell{Text: x.Name.In(l), Code: code}
		if edit != "" {
			name.Href = edit + "/batas/" + code
		}
		beyond := l.T("bill.soft", "days", x.GraceDays)
		if x.Hard {
			beyond = l.T("bill.hard")
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{name, {Text: l.Number(x.Most)}, {Text: beyond}}})
	}
	s.Table, s.Empty = &t, &bill.Empty{Icon: "list-details", Title: l.T("bumd.no_limits"), Text: l.T("bumd.no_limits_text")}
	return s
}

// allowedSections is what a proposal would allow, with its forms while it is open.
func (p *Pages) allowedSections(l i18n.Locale, o billing.Proposal, edit string, in site.Form, errs ui.Errors) bill.Section {
	s := allowedSection(l, "hak", l.T("bumd.allowed"), o.Entitlements, edit)
	if edit == "" {
		return s
	}
	s.Links = []ui.Link{{Href: edit + "/batas/" + newLimit, Label: l.T("bumd.add_limit"), Icon: "plus"}}
	var options []ui.Option
	for _, m := range billing.Modules() {
		options = append(options, ui.Option{Value: m, Label: l.T("bumd.module." + m)})
	}
	s.Forms = []bill.Form{{ID: "fitur", Folded: true, Title: l.T("bumd.change_modules"), Action: edit + "/fitur", Hidden: []ui.Option{{Value: "revision", Label: strconv.Itoa(o.Revision)}}, Submit: l.T("bumd.save"),
		Fields: []ui.Field{{Name: "modules", Type: "multi_choice", Label: l.T("bumd.modules"), Hint: l.T("bumd.modules_hint"), Options: options, Values: o.Entitlements.Modules, Error: errs.Of("modules"), Optional: true}}}}
	return s
}

// saveModules keeps the feature switches of a proposal.
func (p *Pages) saveModules(c *gin.Context) error {
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		chosen := append([]string{}, in.Values["modules"]...)
		for _, m := range chosen {
			if !slices.Contains(billing.Modules(), m) {
				return site.Invalid("modules", "not_an_option")
			}
		}
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			o.Entitlements.Modules = chosen
			return nil
		})
	})
}

// limit asks what a limit of a proposal is.
func (p *Pages) limit(c *gin.Context) error {
	o, err := p.proposalOf(c)
	if err != nil {
		return err
	}
	a := map[string]string{}
	if code := c.Param("code"); code != newLimit {
		x, ok := o.Entitlements.Limits[code]
		if !ok {
			return site.NotFound()
		}
		a = map[string]string{"code": code, "most": strconv.FormatInt(x.Most, 10), "grace_days": strconv.Itoa(x.GraceDays), "name_id": x.Name[i18n.ID], "name_en": x.Name[i18n.EN]}
		if x.Hard {
			a["hard"] = "yes"
		}
	}
	return p.limitPage(c, http.StatusOK, o, a, nil)
}

func (p *Pages) limitPage(c *gin.Context, status int, o billing.Proposal, a map[string]string, errs ui.Errors) error {
	l, here, code := gate.LocaleOf(c), console.PathProposals+"/"+o.ID.String(), c.Param("code")
	meters, err := p.Metering.Meters(c.Request.Context())
	if err != nil {
		return err
	}
	counts := []ui.Option{{Value: tenancy.LimitStaff, Label: l.T("bumd.limit.staff")}}
	for _, m := range meters {
		counts = append(counts, ui.Option{Value: m.Code, Label: m.Name.In(l)})
	}
	f := bill.Form{ID: "batas", Action: here + "/batas/" + code, Submit: l.T("bumd.save"), Hidden: []ui.Option{{Value: "revision", Label: strconv.Itoa(o.Revision)}}, Fields: []ui.Field{
		{Name: "code", Type: "select", Options: counts}, {Name: "most", Type: "number"}, {Name: "hard", Type: "multi_choice", Options: []ui.Option{{Value: "yes", Label: l.T("yes")}}, Optional: true},
		{Name: "grace_days", Type: "number", Optional: true}, {Name: "name_id", Max: 120}, {Name: "name_en", Max: 120, Optional: true}}}
	ask(l, f.Fields, "limit", a, errs)
	title := l.T("bumd.add_limit")
	s := bill.Section{ID: "isi", Title: l.T("bill.limits"), Quiet: true, Forms: []bill.Form{f}}
	if code != newLimit {
		title = l.T("bumd.limit_of", "name", o.Entitlements.Limits[code].Name.In(l))
		s.Forms = append(s.Forms, bill.Form{ID: "hapus", Plain: true, Bad: true, Action: f.Action + "/hapus", Hidden: f.Hidden, Submit: l.T("bumd.drop_limit")})
	}
	if !o.Open() {
		s = allowedSection(l, "isi", l.T("bumd.allowed"), o.Entitlements, "")
	}
	v := bill.View{Shell: p.DeskShell(c, title), Back: here, Heading: title, Lead: o.Name.In(l), Errors: errs, Sections: []bill.Section{s}}
	return p.Render(c, status, bill.Page(v))
}

// saveLimit keeps a limit; what is wrong with it is said beside its field.
func (p *Pages) saveLimit(c *gin.Context) error {
	o, err := p.proposalOf(c)
	if err != nil {
		return err
	}
	was := c.Param("code")
	if _, ok := o.Entitlements.Limits[was]; !ok && was != newLimit {
		return site.NotFound()
	}
	again := func(status int, in site.Form, errs ui.Errors) error {
		return p.limitPage(c, status, o, sent(in), called(gate.LocaleOf(c), "limit", errs))
	}
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", again, func(in site.Form, id uuid.UUID) error {
		code, x, err := limitOf(in)
		if err != nil {
			return err
		}
		if _, taken := o.Entitlements.Limits[code]; taken && code != was {
			return site.Invalid("code", "limit_taken")
		}
		if err := p.Billing.CheckLimit(c.Request.Context(), code, x); err != nil {
			return err
		}
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			limits := map[string]tenancy.Limit{}
			maps.Copy(limits, o.Entitlements.Limits)
			delete(limits, was)
			limits[code] = x
			o.Entitlements.Limits = limits
			if o.Entitlements.Modules == nil {
				o.Entitlements.Modules = billing.Modules() // a first limit takes nothing else away
			}
			return nil
		})
	})
}

// limitOf reads a limit as its form has it.
func limitOf(in site.Form) (code string, x tenancy.Limit, err error) {
	x.Name, x.Hard = in.BothLines("name"), in.Yes("hard")
	if x.Most, err = strconv.ParseInt(strings.ReplaceAll(in.Text("most"), ".", ""), 10, 64); err != nil {
		return "", x, site.Invalid("most", "amount_positive")
	}
	if text := in.Text("grace_days"); text != "" {
		if x.GraceDays, err = strconv.Atoi(text); err != nil {
			return "", x, site.Invalid("grace_days", "invalid")
		}
	}
	if x.Name.Empty() {
		return "", x, site.Invalid("name_id", "required")
	}
	return in.Text("code"), x, nil
}

func (p *Pages) dropLimit(c *gin.Context) error {
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			if _, ok := o.Entitlements.Limits[c.Param("code")]; !ok {
				return site.NotFound()
			}
			delete(o.Entitlements.Limits, c.Param("code"))
			return nil
		})
	})
}
