package partner

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// waitRoutes are the company's places in the line for ways that are full.
func (p *Pages) waitRoutes() gate.Table {
	one, which, own, city := pathWaits+"/:id", site.IDs("id", "duct_wait"), access.DuctOwn, gate.City
	return gate.Table{
		{Method: get, Path: pathWaits, Needs: own, Scope: city, Handler: p.waits},
		{Method: post, Path: pathWaits, Needs: own, Scope: city, Handler: p.join},
		{Method: get, Path: one, Needs: own, Scope: city, IDs: which, Handler: p.wait},
		{Method: post, Path: one + "/ambil", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.take},
		{Method: post, Path: one + "/lepas", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.decline},
		{Method: post, Path: one + "/mundur", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.withdraw},
	}
}

// waits lists what the company waits and waited for, the latest first.
func (p *Pages) waits(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.DuctWaits.Mine(ctx, a, leasing.BeforePlace(c), pageSize+1)
	if err != nil {
		return err
	}
	rule, err := p.DuctWaits.Rule(ctx)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("ductwait.title")), Heading: l.T("ductwait.title"), Lead: l.T("ductwait.own_lead"), Notes: []string{leasing.RuleNote(l, rule)}}
	s := bill.Section{ID: "antrean", Title: l.T("ductwait.title"), Quiet: true, Empty: &bill.Empty{Icon: "hourglass", Title: l.T("ductwait.none"), Text: l.T("ductwait.none_own")}, Links: []ui.Link{{Href: pathPlan, Label: l.T("partner.nav.plan"), Icon: "search"}, {Href: pathAugments, Label: l.T("ductaugment.title"), Icon: "flag"}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = leasing.NextPlace(c, pathWaits, all[pageSize-1].Place)
	}
	s.Table = leasing.WaitTable(c, all, pathWaits, false)
	v.Sections = []bill.Section{s}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// offered are the ways that wait for the company's answer, on its first page.
func (p *Pages) offered(c *gin.Context) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.DuctWaits.Offers(c.Request.Context(), gate.ActorOf(c))
	if err != nil || len(all) == 0 {
		return bill.Section{}, err
	}
	return bill.Section{ID: "tawaran", Title: l.T("ductwait.offers"), Note: bill.Note{Tone: "care", Text: l.T("ductwait.offers_text")}, Table: leasing.WaitTable(c, all, pathWaits, false)}, nil
}

// lineUp is the form by which a company joins the line for what a plan did not find free.
func (p *Pages) lineUp(c *gin.Context, q leasing.Asked, in site.Form, text string) bill.Section {
	l := gate.LocaleOf(c)
	key := in.Get("kunci")
	if key == "" {
		key = uuid.NewString()
	}
	return bill.Section{ID: "tunggu", Title: l.T("ductwait.join"), Text: l.T(text),
		Forms: []bill.Form{{ID: "gabung", Plain: true, Action: pathWaits, Submit: l.T("ductwait.join_do"), Hidden: append([]ui.Option{{Value: "kunci", Label: key}}, q.Hidden(in)...)}}}
}

// joinLabels are what the fields of a plan are called where the line refuses them.
var joinLabels = map[string]string{"dari": "lease.from", "ke": "lease.to", "jenis": "lease.kind", "jumlah": "lease.quantity", "mulai": "lease.since", "sampai": "lease.until"}

// join puts the company at the end of the line. What is refused is told on the page of the plan.
func (p *Pages) join(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err // no form of ours sends anything twice
	}
	planner := p.planner(self.Company.ID)
	q, err := planner.Ask(c, in)
	if err != nil {
		return err
	}
	var made ductwait.Wait
	if err = fault.Fields(q.Bad()); err == nil {
		made, err = p.DuctWaits.Join(ctx, a, ductwait.JoinInput{From: q.From, To: q.To, Kind: q.Kind, Quantity: q.Quantity, Since: q.Since, Until: q.Until, Key: in.Get("kunci")})
	}
	if err == nil {
		return p.Done(c, pathWaits+"/"+made.ID.String(), "ductwait_joined")
	}
	errs, status, ok := refused(c, err)
	if !ok {
		return err
	}
	for i, e := range errs {
		if name := map[string]string{"from": "dari", "to": "ke", "kind": "jenis", "quantity": "jumlah", "since": "mulai", "until": "sampai"}[e.Name]; name != "" {
			errs[i].Name = name
		}
	}
	in.Del("kunci")
	return planner.Again(c, status, in, site.Called(c, errs, joinLabels))
}

// wait is one place of the company in the line, with what can be done now.
func (p *Pages) wait(c *gin.Context) error { return p.waitAgain(c, http.StatusOK, nil) }

// waitAgain is wait, after a refusal.
func (p *Pages) waitAgain(c *gin.Context, status int, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, way, err := p.DuctWaits.Find(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, x.Number), Back: pathWaits, Heading: x.Number, Lead: x.From + " – " + x.To, Mark: leasing.WaitMark(l, x.State), Errors: errs}
	v.Sections, err = leasing.WaitSections(c, p.Pages, x, way, func(ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error) { return p.lines(c, p.DayIn(c), ids) })
	if err != nil {
		return err
	}
	here := pathWaits + "/" + id.String()
	switch first := &v.Sections[0]; {
	case x.State == ductwait.Waiting:
		first.Forms = []bill.Form{{ID: "mundur", Folded: true, Bad: true, Title: l.T("ductwait.withdraw"), Text: l.T("ductwait.withdraw_text"), Action: here + "/mundur", Submit: l.T("ductwait.withdraw_do")}}
	case x.State == ductwait.Offered && x.OfferUntil.After(p.Now()):
		first.Forms = []bill.Form{{ID: "ambil", Title: l.T("ductwait.take"), Text: l.T("ductwait.take_text"), Action: here + "/ambil", Submit: l.T("ductwait.take_do")},
			{ID: "lepas", Folded: true, Bad: true, Title: l.T("ductwait.decline"), Text: l.T("ductwait.decline_text"), Action: here + "/lepas", Submit: l.T("ductwait.decline_do")}}
	}
	if x.LeaseID.Valid {
		v.Links = []ui.Link{{Href: pathLeases + "/" + x.LeaseID.UUID.String(), Label: l.T("ductwait.reservation"), Icon: "file-text"}}
	}
	if x.State == ductwait.Offered {
		price, err := p.offerPrice(c, x)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections[:1], append(price, v.Sections[1:]...)...)
	}
	return p.Render(c, status, bill.Page(v))
}

// offerPrice is what the way that is offered would be charged.
func (p *Pages) offerPrice(c *gin.Context, x ductwait.Listed) ([]bill.Section, error) {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	held, parts, err := p.Operators.Lease(ctx, gate.ActorOf(c), x.LeaseID.UUID)
	if err != nil {
		return nil, err
	}
	r := ducttariff.Route{Kind: held.Kind, Quantity: held.Quantity, Since: held.Since, Until: held.Until}
	for _, part := range parts {
		r.Segments = append(r.Segments, part.ID)
	}
	q, err := p.DuctPrice.Quote(ctx, held.OperatorID, r)
	if f := fault.From(err); err != nil && f.Kind != fault.Internal {
		return []bill.Section{{ID: "harga", Title: l.T("ductquote.price"), Text: site.Refusal(l, f)}}, nil
	}
	if err != nil {
		return nil, err
	}
	sums := bill.Section{ID: "harga", Title: l.T("ductquote.price"), Text: l.T("ductquote.plan_text", "day", l.Date(q.Day)) + " " + l.T("ductprice.tax_value"), Rows: ducts.QuoteRows(l, q)}
	basis := ducts.QuoteSection(l, "dasar", l.T("ductquote.basis"), append(append([]ducttariff.Line{}, q.Once...), q.Month...), 0)
	basis.Table.Foot = nil
	return []bill.Section{sums, basis}, nil
}

func (p *Pages) take(c *gin.Context) error {
	var made ductorder.Order
	return p.answer(c, "ductwait_taken", func() string { return pathOrders + "/" + made.ID.String() }, func(ctx context.Context, a identity.Actor, id uuid.UUID) (err error) {
		made, err = p.Orders.TakeOffer(ctx, a, id)
		return err
	})
}

func (p *Pages) decline(c *gin.Context) error {
	return p.answer(c, "ductwait_declined", nil, p.DuctWaits.Decline)
}

func (p *Pages) withdraw(c *gin.Context) error {
	return p.answer(c, "ductwait_withdrawn", nil, p.DuctWaits.Withdraw)
}

// answer takes a step with a place in the line, and shows that or what came of it. Where it has changed meanwhile the page shows how it stands
// now, and so where an order lacks an agreement.
func (p *Pages) answer(c *gin.Context, sentence string, next func() string, do func(context.Context, identity.Actor, uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err == nil {
		_, err = site.ReadForm(c)
	}
	if err == nil {
		err = do(c.Request.Context(), gate.ActorOf(c), id)
	}
	if fault.Is(err, "ductwait.changed") || fault.Is(err, "lease.wrong_state") {
		return p.waitAgain(c, http.StatusConflict, ui.Errors{{Text: gate.LocaleOf(c).T("ductwait.changed")}})
	}
	if fault.Is(err, "ductorder.no_agreement") || fault.Is(err, "lease.not_approved") {
		return p.waitAgain(c, http.StatusConflict, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}})
	}
	if err != nil {
		return err
	}
	if next != nil {
		return p.Done(c, next(), sentence)
	}
	return p.Done(c, pathWaits+"/"+id.String(), sentence)
}
