package pricing

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// proposalPage shows a proposal: while it is open its forms, then how it was decided; always what it would cost.
func (p *Pages) proposalPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	o, err := p.proposalOf(c)
	if err != nil {
		return err
	}
	ctx, l, here := c.Request.Context(), gate.LocaleOf(c), console.PathProposals+"/"+o.ID.String()
	names, err := p.makers(ctx, o)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, o.Name.In(l)), Back: console.PathPlans, Heading: o.Name.In(l), Lead: l.T("bumd.proposal_by", "name", names[o.MadeBy]), Mark: proposalMark(l, o), Errors: errs}
	for i, e := range errs { // a component's own form says the same beside its field
		if rest, ok := strings.CutPrefix(e.Name, "limits."); ok {
			code, _, _ := strings.Cut(rest, ".")
			v.Errors[i] = ui.FieldError{Text: l.T("bumd.limit_wrong", "name", o.Entitlements.Limits[code].Name.In(l)) + " " + e.Text}
		}
		if rest, ok := strings.CutPrefix(e.Name, "components."); ok {
			n, field, _ := strings.Cut(rest, ".")
			at, _ := strconv.Atoi(n)
			v.Errors[i] = ui.FieldError{Text: l.T("bumd.component_wrong", "n", at+1, "field", field) + " " + e.Text}
		}
	}
	edit := ""
	if o.Open() {
		edit = here
	}
	before, err := p.versionBefore(c, o)
	if err != nil {
		return err
	}
	components, err := p.componentTable(c, o.Components, before, edit)
	if err != nil {
		return err
	}
	parts := bill.Section{ID: "komponen", Title: l.T("bumd.components"), Table: components, Empty: &bill.Empty{Icon: "list-details", Title: l.T("bumd.no_components"), Text: l.T("bumd.no_components_text")}}
	revision := []ui.Option{{Value: "revision", Label: strconv.Itoa(o.Revision)}}
	if o.Open() {
		parts.Links = []ui.Link{{Href: fmt.Sprintf("%s/komponen/%d", here, len(o.Components)+1), Label: l.T("bumd.add_component"), Icon: "plus"}}
		v.Sections = append(v.Sections, parts, bill.Section{ID: "tentang", Title: l.T("bumd.about_version"), Forms: []bill.Form{{ID: "simpan", Action: here, Hidden: revision, Submit: l.T("bumd.save"), Fields: headFields(l, o, in, errs)}}})
	} else {
		v.Sections = append(v.Sections, parts, bill.Section{ID: "tentang", Title: l.T("bumd.about_version"), Rows: []ui.Row{{Label: l.T("bumd.effective"), Value: l.Date(o.EffectiveFrom)}, {Label: l.T("bill.reason"), Value: o.Reason}}})
	}
	v.Sections = append(v.Sections, p.allowedSections(l, o, edit, in, errs))
	seen, err := p.preview(c, o)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, seen)
	decide := bill.Section{ID: "putusan", Title: l.T("bumd.decision"), Text: l.T("bumd.two_people")}
	switch {
	case o.Open():
		decide.Forms = []bill.Form{{ID: "ajukan", Action: here + "/ajukan", Hidden: revision, Text: l.T("bumd.submit_text"), Submit: l.T("bumd.submit")}}
	case o.Waits() && o.MayRefuse(gate.ActorOf(c).ID):
		if o.MayApprove(gate.ActorOf(c).ID) {
			decide.Forms = []bill.Form{{ID: "setuju", Action: here + "/putus", Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Text: l.T("bumd.approve_text"), Submit: l.T("bumd.approve")}}
		} else {
			decide.Note = bill.Note{Tone: "care", Text: l.T("bumd.wrote_too")}
		}
		decide.Forms = append(decide.Forms, bill.Form{ID: "tolak", Plain: true, Bad: true, Action: here + "/putus", Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("bumd.refuse_version")})
	case o.Waits():
		decide.Note = bill.Note{Tone: "care", Text: l.T("bumd.own_request")}
	default:
		decide.Rows = []ui.Row{{Label: proposalMark(l, o).Text, Value: names[o.DecidedBy.UUID] + ", " + l.DateTime(site.Zoned(c, o.DecidedAt))}}
		if o.Version > 0 {
			decide.Links = []ui.Link{{Href: fmt.Sprintf("%s/%s#versi-%d", console.PathPlans, o.Plan, o.Version), Label: l.T("bumd.version", "n", o.Version)}}
		}
	}
	v.Sections = append(v.Sections, decide)
	return p.Render(c, status, bill.Page(v))
}

// headFields ask what a version is about.
func headFields(l i18n.Locale, o billing.Proposal, in site.Form, errs ui.Errors) []ui.Field {
	kept := func(name, value string) string {
		if _, sent := in.Values[name]; sent {
			return in.Get(name)
		}
		return value
	}
	day := o.EffectiveFrom.Format(time.DateOnly)
	if d := site.DateOf(in, "effective_from"); d != "" {
		day = d
	}
	return []ui.Field{
		{Name: "effective_from", Type: "date", Label: l.T("bumd.effective"), Hint: l.T("bumd.effective_hint"), Value: day, Error: errs.Of("effective_from")},
		console.ReasonField(l, kept("reason", o.Reason), errs)}
}

// revised runs a change of a proposal for whoever saw its revision.
func (p *Pages) revised(c *gin.Context, done, to string, again func(int, site.Form, ui.Errors) error, act func(in site.Form, id uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "effective_from", "modules")
	if err != nil {
		return err
	}
	if err := act(in, id); err != nil {
		if errs, status, ok := site.Refused(c, err, ""); ok {
			return again(status, in, site.Called(c, errs, map[string]string{"effective_from": "bumd.effective", "reason": "bill.reason", "components": "bumd.components"}))
		}
		if f, status := gate.Failed(c, err); status == http.StatusConflict {
			return again(status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
		}
		return err
	}
	return p.Done(c, strings.ReplaceAll(to, ":id", id.String()), done)
}

func (p *Pages) onProposal(c *gin.Context) func(int, site.Form, ui.Errors) error {
	return func(status int, in site.Form, errs ui.Errors) error { return p.proposalPage(c, status, in, errs) }
}

func (p *Pages) saveProposal(c *gin.Context) error {
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		day, err := console.DayOf(in, "effective_from")
		if err != nil {
			return err
		}
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			o.EffectiveFrom, o.Reason = day, in.Text("reason")
			return nil
		})
	})
}

func (p *Pages) submit(c *gin.Context) error {
	return p.revised(c, "proposal_submitted", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		return p.Billing.Submit(c.Request.Context(), gate.ActorOf(c), id, in.Revision())
	})
}

func (p *Pages) decideProposal(c *gin.Context) error {
	return p.revised(c, "proposal_decided", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		answer := in.Text("jawaban")
		if answer != "setuju" && answer != "tolak" {
			return site.Invalid("jawaban", "not_an_option")
		}
		_, err := p.Billing.Decide(c.Request.Context(), gate.ActorOf(c), id, answer == "setuju")
		return err
	})
}

// place is which component the address names, from 0; one beyond the last is a new one.
func place(c *gin.Context, o billing.Proposal) (int, error) {
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || n > len(o.Components)+1 {
		return 0, site.NotFound()
	}
	return n - 1, nil
}

func (p *Pages) component(c *gin.Context) error {
	o, err := p.proposalOf(c)
	if err != nil {
		return err
	}
	at, err := place(c, o)
	if err != nil {
		return err
	}
	x := rating.Component{Kind: rating.Flat}
	if at < len(o.Components) {
		x = o.Components[at]
	}
	return p.componentPage(c, http.StatusOK, o, at, answersOf(x), nil)
}

// answersOf is a component as its form has it.
func answersOf(x rating.Component) map[string]string {
	num := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	a := map[string]string{"code": x.Code, "kind": string(x.Kind), "name_id": x.Name[i18n.ID], "name_en": x.Name[i18n.EN], "unit_id": x.Unit[i18n.ID], "unit_en": x.Unit[i18n.EN], "meter": x.Meter,
		"included": num(x.Included), "price": num(int64(x.Price)), "size": num(x.Size)}
	if x.Every == rating.Yearly {
		a["every"] = "yes"
	}
	if x.Optional {
		a["optional"] = "yes"
	}
	var tiers []string
	for _, t := range x.Tiers {
		tiers = append(tiers, num(t.UpTo)+" | "+strconv.FormatInt(int64(t.Price), 10))
	}
	a["tiers"] = strings.Join(tiers, "\n")
	return a
}

// componentPage asks what a component costs.
func (p *Pages) componentPage(c *gin.Context, status int, o billing.Proposal, at int, a map[string]string, errs ui.Errors) error {
	l, here := gate.LocaleOf(c), console.PathProposals+"/"+o.ID.String()
	meters, err := p.Metering.Meters(c.Request.Context())
	if err != nil {
		return err
	}
	counts := []ui.Option{{Label: l.T("bumd.no_meter")}}
	for _, m := range meters {
		counts = append(counts, ui.Option{Value: m.Code, Label: m.Name.In(l)})
	}
	var kinds []ui.Option
	for _, k := range []rating.Kind{rating.Flat, rating.Unit, rating.Tiered, rating.Volume, rating.Package, rating.Minimum, rating.Once} {
		kinds = append(kinds, ui.Option{Value: string(k), Label: l.T("bumd.kind." + string(k))})
	}
	tick := []ui.Option{{Value: "yes", Label: l.T("yes")}}
	var places []ui.Option
	for n := range max(len(o.Components), at+1) {
		places = append(places, ui.Option{Value: strconv.Itoa(n + 1), Label: strconv.Itoa(n + 1)})
	}
	if a["position"] == "" {
		a["position"] = strconv.Itoa(at + 1)
	}
	f := bill.Form{ID: "komponen", Action: fmt.Sprintf("%s/komponen/%d", here, at+1), Submit: l.T("bumd.save"), Hidden: []ui.Option{{Value: "revision", Label: strconv.Itoa(o.Revision)}}, Fields: []ui.Field{
		{Name: "kind", Type: "select", Options: kinds}, {Name: "position", Type: "select", Options: places}, {Name: "code", Max: 40}, {Name: "name_id", Max: 120}, {Name: "name_en", Max: 120, Optional: true},
		{Name: "price", Type: "money", Optional: true}, {Name: "every", Type: "multi_choice", Options: tick, Optional: true}, {Name: "optional", Type: "multi_choice", Options: tick, Optional: true},
		{Name: "meter", Type: "select", Options: counts, Optional: true}, {Name: "unit_id", Max: 40, Optional: true}, {Name: "unit_en", Max: 40, Optional: true}, {Name: "included", Type: "number", Optional: true},
		{Name: "size", Type: "number", Optional: true}, {Name: "tiers", Type: "long_text", Optional: true}}}
	ask(l, f.Fields, "component", a, errs)
	title := l.T("bumd.new_component")
	s := bill.Section{ID: "isi", Title: l.T("bumd.components"), Quiet: true, Forms: []bill.Form{f}}
	if at < len(o.Components) {
		title = l.T("bumd.component_of", "name", o.Components[at].Name.In(l))
		s.Forms = append(s.Forms, bill.Form{ID: "hapus", Plain: true, Bad: true, Action: f.Action + "/hapus", Hidden: f.Hidden, Submit: l.T("bumd.drop_component")})
	}
	if !o.Open() {
		s.Forms = nil
		var err error
		if s.Table, err = p.componentTable(c, o.Components, nil, ""); err != nil {
			return err
		}
	}
	v := bill.View{Shell: p.DeskShell(c, title), Back: here, Heading: title, Lead: o.Name.In(l), Errors: errs, Sections: []bill.Section{s}}
	return p.Render(c, status, bill.Page(v))
}

// ask words the fields of a part of a proposal, a component or a limit, and fills them with what was said before.
func ask(l i18n.Locale, fields []ui.Field, part string, a map[string]string, errs ui.Errors) {
	for i := range fields {
		x := &fields[i]
		x.Label, x.Value, x.Error, x.Autocomplete = l.T("bumd."+part+"."+x.Name), a[x.Name], errs.Of(x.Name), "off"
		if x.Type == "multi_choice" && x.Value != "" {
			x.Values = []string{"yes"}
		}
		if key := "bumd." + part + "_hint." + x.Name; l.Has(key) {
			x.Hint = l.T(key)
		}
	}
}

// sent is what a form said.
func sent(in site.Form) map[string]string {
	a := map[string]string{}
	for name := range in.Values {
		a[name] = in.Get(name)
	}
	return a
}

// called names what is wrong with a part by the labels of its fields.
func called(l i18n.Locale, part string, errs ui.Errors) ui.Errors {
	for i, e := range errs {
		if key := "bumd." + part + "." + e.Name; l.Has(key) {
			errs[i].Label = l.T(key)
		}
	}
	return errs
}

// saveComponent keeps a component; what is wrong with it is said beside its field.
func (p *Pages) saveComponent(c *gin.Context) error {
	o, err := p.proposalOf(c)
	if err != nil {
		return err
	}
	at, err := place(c, o)
	if err != nil {
		return err
	}
	again := func(status int, in site.Form, errs ui.Errors) error {
		return p.componentPage(c, status, o, at, sent(in), called(gate.LocaleOf(c), "component", errs))
	}
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", again, func(in site.Form, id uuid.UUID) error {
		x, err := componentOf(in)
		if err != nil {
			return err
		}
		if err := checkOne(o, at, x); err != nil {
			return err
		}
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			o.Components = placed(o.Components, at, x, in.Text("position"))
			return nil
		})
	})
}

// placed is all with x instead of what was at a place, or as a new one, moved to the place that was asked for: what a minimum tops up
// is what stands before it.
func placed(all []rating.Component, at int, x rating.Component, to string) []rating.Component {
	out := slices.Clone(all)
	if at < len(out) {
		out = slices.Delete(out, at, at+1)
	}
	n, err := strconv.Atoi(to)
	if err != nil || n < 1 || n > len(out)+1 {
		n = min(at, len(out)) + 1
	}
	return slices.Insert(out, n-1, x)
}

func (p *Pages) dropComponent(c *gin.Context) error {
	return p.revised(c, "proposal_saved", console.PathProposals+"/:id", p.onProposal(c), func(in site.Form, id uuid.UUID) error {
		return p.Billing.Revise(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), func(o *billing.Proposal) error {
			at, err := place(c, *o)
			if err != nil || at >= len(o.Components) {
				return site.NotFound()
			}
			o.Components = slices.Delete(o.Components, at, at+1)
			return nil
		})
	})
}
