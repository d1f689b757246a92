// Package pricing is where the BUMD writes its price lists: versions of plans, component by component, looked at over last
// month's real usage and approved by a second person, and the coupons that go with them.
package pricing

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the price list of the platform.
type Pages struct{ *console.Pages }

// New returns the pages beside the console's.
func New(s *site.Pages) *Pages { return &Pages{console.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.planRoutes()} }

// planRoutes is where price lists are written, looked at beforehand, and approved by a second person.
func (p *Pages) planRoutes() gate.Table {
	needs, there, plan, proposal := access.PlanManage, gate.Platform, site.IDs("plan", "city"), site.IDs("id", "proposal")
	one, offer := console.PathProposals+"/:id", console.PathPlans+"/:plan"
	return gate.Table{
		{Method: get, Path: console.PathPlans, Needs: needs, Scope: there, Handler: p.plans},
		{Method: post, Path: console.PathPlans, Needs: needs, Scope: there, Handler: p.propose},
		{Method: get, Path: offer, Needs: needs, Scope: there, IDs: plan, Handler: p.plan},
		{Method: post, Path: offer + "/nama", Page: offer, Needs: needs, Scope: there, IDs: plan, Handler: p.rename},
		{Method: post, Path: offer + "/tawaran", Page: offer, Needs: needs, Scope: there, IDs: plan, Handler: p.offer},
		{Method: post, Path: offer + "/pindah", Needs: needs, Scope: there, IDs: plan, Handler: p.moveMany},
		{Method: get, Path: one, Needs: needs, Scope: there, IDs: proposal, Handler: p.proposal},
		{Method: post, Path: one, Needs: needs, Scope: there, IDs: proposal, Handler: p.saveProposal},
		{Method: get, Path: one + "/komponen/:n", Needs: needs, Scope: there, IDs: proposal, Handler: p.component},
		{Method: post, Path: one + "/komponen/:n", Needs: needs, Scope: there, IDs: proposal, Handler: p.saveComponent},
		{Method: post, Path: one + "/komponen/:n/hapus", Page: one, Needs: needs, Scope: there, IDs: proposal, Handler: p.dropComponent},
		{Method: post, Path: one + "/fitur", Page: one, Needs: needs, Scope: there, IDs: proposal, Handler: p.saveModules},
		{Method: get, Path: one + "/batas/:code", Needs: needs, Scope: there, IDs: proposal, Handler: p.limit},
		{Method: post, Path: one + "/batas/:code", Needs: needs, Scope: there, IDs: proposal, Handler: p.saveLimit},
		{Method: post, Path: one + "/batas/:code/hapus", Page: one, Needs: needs, Scope: there, IDs: proposal, Handler: p.dropLimit},
		{Method: get, Path: console.PathCoupons, Needs: needs, Scope: there, Handler: p.coupons},
		{Method: post, Path: console.PathCoupons, Needs: needs, Scope: there, Handler: p.askCoupon},
		{Method: post, Path: console.PathCoupons + "/:id/putus", Page: console.PathCoupons, Needs: needs, Scope: there, IDs: site.IDs("id", "coupon"), Handler: p.decideCoupon},
		{Method: post, Path: one + "/ajukan", Needs: needs, Scope: there, IDs: proposal, Handler: p.submit},
		{Method: post, Path: one + "/putus", Needs: needs, Scope: there, IDs: proposal, Handler: p.decideProposal},
	}
}

// proposalMark is how a proposal stands.
func proposalMark(l i18n.Locale, o billing.Proposal) ui.Mark {
	switch {
	case o.Waits():
		return ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}
	case o.Open():
		return ui.Mark{Icon: "edit", Text: l.T("bumd.draft")}
	case *o.Approved:
		return ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.approved")}
	}
	return ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}
}

// plans lists the price list and what is proposed for it.
func (p *Pages) plans(c *gin.Context) error { return p.plansPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) plansPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Billing.Plans(ctx)
	if err != nil {
		return err
	}
	running, err := p.Billing.Recurring(ctx, site.Zoned(c, p.Now()))
	if err != nil {
		return err
	}
	many := map[string]int{}
	for _, r := range running {
		many[r.Plan]++
	}
	t := bill.Table{Title: l.T("bumd.plans"), Columns: []bill.Column{{Label: l.T("bill.plan")}, {Label: l.T("bumd.plan_summary")}, {Label: l.T("usage.cities"), End: true}}}
	for _, x := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Href: console.PathPlans + "/" + x.Code, Code: x.Code}, {Text: x.Summary.In(l)}, {Text: l.Number(int64(many[x.Code]))}}})
	}
	proposed, err := p.Billing.Proposals(ctx, "")
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.plans")), Back: console.PathOverview, Heading: l.T("bumd.plans"), Lead: l.T("bumd.plans_lead"), Errors: errs,
		Links: []ui.Link{{Href: console.PathCoupons, Label: l.T("bumd.coupons"), Icon: "coin"}}}
	v.Sections = []bill.Section{{ID: "daftar", Title: l.T("bumd.plans"), Quiet: true, Table: &t}, {ID: "usulan", Title: l.T("bumd.proposals"), Table: proposalTable(c, l, proposed),
		Empty: &bill.Empty{Icon: "edit", Title: l.T("bumd.no_proposals"), Text: l.T("bumd.no_proposals_text")},
		Forms: []bill.Form{{ID: "baru", Folded: true, Title: l.T("bumd.new_plan"), Action: console.PathPlans, Submit: l.T("bumd.new_plan_do"), Fields: []ui.Field{
			{Name: "plan", Label: l.T("bumd.plan_code"), Hint: l.T("bumd.plan_code_hint"), Value: in.Get("plan"), Error: errs.Of("plan"), Max: 40},
			{Name: "name_id", Label: l.T("bumd.name_id"), Value: in.Get("name_id"), Error: errs.Of("name_id"), Max: 120},
			{Name: "name_en", Label: l.T("bumd.name_en"), Value: in.Get("name_en"), Max: 120, Optional: true}}}}}}
	return p.Render(c, status, bill.Page(v))
}

func proposalTable(c *gin.Context, l i18n.Locale, all []billing.Proposal) *bill.Table {
	t := bill.Table{Title: l.T("bumd.proposals"), Columns: []bill.Column{{Label: l.T("bill.plan")}, {Label: l.T("bumd.effective")}, {Label: l.T("bill.reason")}, {Label: l.T("bill.state")}}}
	for _, o := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: o.Name.In(l), Href: console.PathProposals + "/" + o.ID.String(), Small: l.DateTime(site.Zoned(c, o.MadeAt))}, {Text: l.Date(o.EffectiveFrom)}, {Text: o.Reason}, {Mark: proposalMark(l, o)}}})
	}
	return &t
}

// propose begins a version of a plan, or a new plan.
func (p *Pages) propose(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	o, err := p.Billing.Propose(c.Request.Context(), gate.ActorOf(c), in.Text("plan"), in.BothLines("name"))
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"billing.proposal_open": "plan"}); ok {
		return p.plansPage(c, status, in, site.Called(c, errs, map[string]string{"plan": "bumd.plan_code", "name_id": "bumd.name_id"}))
	}
	if err != nil {
		return err
	}
	return p.Done(c, console.PathProposals+"/"+o.ID.String(), "proposal_begun")
}

// plan shows the versions of a plan, which never change, and the cities on it.
func (p *Pages) plan(c *gin.Context) error {
	return p.planPage(c, http.StatusOK, nil, site.Form{}, nil)
}

func (p *Pages) planPage(c *gin.Context, status int, done *bill.Table, in site.Form, errs ui.Errors) error {
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), site.Zoned(c, p.Now())
	plan, err := p.Billing.FindPlan(ctx, c.Param("plan"))
	if err != nil {
		return err
	}
	versions, err := p.Billing.Versions(ctx, plan.Code)
	if err != nil {
		return err
	}
	here := console.PathPlans + "/" + plan.Code
	v := bill.View{Shell: p.DeskShell(c, plan.Name.In(l)), Back: console.PathPlans, Heading: plan.Name.In(l), Lead: plan.Summary.In(l), Errors: errs}
	if done != nil {
		v.Sections = append(v.Sections, bill.Section{ID: "hasil", Title: done.Title, Table: done})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "usul", Title: l.T("bumd.next_version"), Text: l.T("bumd.version_fixed"),
		Forms: []bill.Form{{ID: "usulkan", Plain: true, Action: console.PathPlans, Hidden: []ui.Option{{Value: "plan", Label: plan.Code}}, Submit: l.T("bumd.propose")}, renameForm(l, plan, here, in, errs)}})
	v.Sections = append(v.Sections, offerSection(l, plan, here))
	cities, err := p.onPlan(ctx, l, plan.Code, now)
	if err != nil {
		return err
	}
	on := bill.Section{ID: "kota", Title: l.T("bumd.cities_on")}
	if len(cities.Rows) == 0 {
		on.Empty = &bill.Empty{Icon: "building", Title: l.T("bumd.no_cities_on"), Text: l.T("bumd.no_cities_on_text")}
	} else {
		on.Forms = []bill.Form{{ID: "pindah", Action: here + "/pindah", Plain: true, Text: l.T("bumd.move_many_text"), Boxes: cities, Submit: l.T("bumd.move_many"),
			Fields: []ui.Field{{Name: "starts_on", Type: "date", Label: l.T("bumd.first_day"), Error: errs.Of("starts_on"), Value: time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}}}}
	}
	v.Sections = append(v.Sections, on)
	for _, x := range versions {
		components, err := p.componentTable(c, x.Components, nil, "")
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, bill.Section{ID: fmt.Sprintf("versi-%d", x.Number), Title: l.T("bumd.version_from", "n", x.Number, "date", l.Date(x.EffectiveFrom)), Table: components},
			allowedSection(l, fmt.Sprintf("hak-%d", x.Number), l.T("bumd.allowed_of", "n", x.Number), x.Entitlements, ""))
	}
	return p.Render(c, status, bill.Page(v))
}

// offerSection says whether every city can choose a plan by itself, and changes that.
func offerSection(l i18n.Locale, plan billing.Plan, here string) bill.Section {
	f, now := bill.Form{Action: here + "/tawaran", Plain: true, Hidden: []ui.Option{{Value: "offered", Label: "yes"}}, Submit: l.T("bumd.offer_do")}, l.T("bumd.not_offered")
	if plan.Offered {
		f.Hidden[0].Label, f.Submit, now = "no", l.T("bumd.offer_stop"), l.T("bumd.offered")
	}
	return bill.Section{ID: "tawaran", Title: l.T("bumd.offer"), Text: l.T("bumd.offer_text"), Rows: []ui.Row{{Label: l.T("bill.state"), Value: now}}, Forms: []bill.Form{f}}
}

// offer says whether every city can choose a plan by itself.
func (p *Pages) offer(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	if err := p.Billing.Offer(c.Request.Context(), gate.ActorOf(c), c.Param("plan"), in.Yes("offered")); err != nil {
		return err
	}
	return p.Done(c, console.PathPlans+"/"+c.Param("plan"), "plan_offered")
}

// onPlan lists the cities that are on a plan, with their version.
func (p *Pages) onPlan(ctx context.Context, l i18n.Locale, code string, now time.Time) (*bill.Table, error) {
	t := bill.Table{Title: l.T("bumd.cities_on"), Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("bumd.version_head")}, {Label: l.T("bumd.a_month_now"), End: true}}}
	cities, err := p.Cities(ctx)
	if err != nil {
		return &t, err
	}
	running, err := p.Billing.Recurring(ctx, now)
	for _, city := range cities {
		if r, ok := running[city.ID]; ok && r.Plan == code {
			t.Rows = append(t.Rows, bill.Line{Pick: city.Slug, Cells: []bill.Cell{{Text: city.Name, Href: console.PathCities + "/" + city.Slug}, {Text: l.T("bumd.version", "n", r.Version)}, {Text: r.Monthly.String()}}})
		}
	}
	return &t, err
}

// moveMany moves the chosen cities to the newest version of a plan and says of each what became of it.
func (p *Pages) moveMany(c *gin.Context) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	in, err := site.ReadForm(c, bill.BoxName, "starts_on")
	if err != nil {
		return err
	}
	day, err := console.DayOf(in, "starts_on")
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.planPage(c, status, nil, in, errs)
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.result"), Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("bumd.result")}}}
	for _, city := range cities {
		if !slices.Contains(in.Values[bill.BoxName], city.Slug) {
			continue
		}
		now, _, on, err := p.Billing.Current(ctx, city, day.AddDate(0, 0, -1))
		x := billing.SubscribeInput{City: city, Plan: c.Param("plan"), StartsOn: day, ActorID: who.ID, ActorKind: string(who.Kind)}
		if on {
			x.Addons = now.Addons // a coupon is not given twice
		}
		var to billing.Subscription
		if err == nil {
			to, err = p.Billing.Subscribe(ctx, x)
		}
		cell := bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.moved_to", "n", to.Version, "date", l.Date(day))}}
		if err != nil {
			f, _ := gate.Failed(c, err)
			cell = bill.Cell{Mark: ui.Mark{Tone: "bad", Icon: "circle-x", Text: l.T("bumd.not_moved")}, Small: site.Refusal(l, f)}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: city.Name, Href: console.PathCities + "/" + city.Slug}, cell}})
	}
	if len(t.Rows) == 0 {
		return p.planPage(c, http.StatusUnprocessableEntity, nil, in, ui.Errors{{Text: l.T("bumd.no_city_chosen")}})
	}
	return p.planPage(c, http.StatusOK, &t, in, nil)
}

// preview prices last month's real usage again under a proposal.
func (p *Pages) preview(c *gin.Context, o billing.Proposal) (bill.Section, error) {
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), site.Zoned(c, p.Now())
	month := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, now.Location())
	s := bill.Section{ID: "pratinjau", Title: l.T("bumd.preview", "month", l.Month(month)), Text: l.T("bumd.preview_text"), Empty: &bill.Empty{Icon: "chart-bar", Title: l.T("bumd.no_preview"), Text: l.T("bumd.no_preview_text")}}
	cities, err := p.Cities(ctx)
	if err != nil {
		return s, err
	}
	all, err := p.Billing.WhatIf(ctx, cities, o.AsVersion(), month)
	if _, _, bad := site.Refused(c, err, ""); bad {
		s.Note = bill.Note{Tone: "care", Text: l.T("bumd.preview_bad")}
		s.Empty = nil
		return s, nil
	}
	t := bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("bumd.old_total"), End: true}, {Label: l.T("bumd.new_total"), End: true}, {Label: l.T("bumd.difference"), End: true}}}
	var was, is money.Rupiah
	for _, x := range all {
		was, is = was+x.Old, is+x.New
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.City.Name, Href: console.PathCities + "/" + x.City.Slug}, {Text: x.Old.String()}, {Text: x.New.String()}, {Text: (x.New - x.Old).String()}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {Text: was.String()}, {Text: is.String()}, {Text: (is - was).String()}}
	s.Table = &t
	return s, err
}

// proposalOf reads the proposal of the address.
func (p *Pages) proposalOf(c *gin.Context) (billing.Proposal, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return billing.Proposal{}, err
	}
	return p.Billing.FindProposal(c.Request.Context(), id)
}

func (p *Pages) proposal(c *gin.Context) error {
	return p.proposalPage(c, http.StatusOK, site.Form{}, nil)
}

// names of whoever made and decided a proposal.
func (p *Pages) makers(ctx context.Context, o billing.Proposal) (map[uuid.UUID]string, error) {
	return p.Identity.Names(ctx, []uuid.UUID{o.MadeBy, o.DecidedBy.UUID})
}
