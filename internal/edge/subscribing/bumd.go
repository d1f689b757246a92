package subscribing

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/change"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// all is what cities have ordered: what waits for the BUMD, and what was decided or done.
func (p *Pages) all(c *gin.Context) error {
	return p.allPage(c, http.StatusOK, uuid.Nil, site.Form{}, nil)
}

func (p *Pages) allPage(c *gin.Context, status int, at uuid.UUID, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := bill.View{Shell: p.DeskShell(c, l.T("subchange.all")), Back: console.PathOverview, Heading: l.T("subchange.all"), Lead: l.T("subchange.all_lead"), Errors: errs, Notes: []string{l.T("subchange.how")}}
	orders, err := p.Changes.All(ctx, gate.ActorOf(c), uuid.Nil)
	if err != nil {
		return err
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return err
	}
	known := map[tenancy.ID]tenancy.City{}
	for _, x := range cities {
		known[x.ID] = x
	}
	words, err := p.words(c)
	if err != nil {
		return err
	}
	var rest []change.Order
	for _, o := range orders {
		city := known[o.TenantID]
		if o.State() != change.Waiting {
			rest = append(rest, o)
			continue
		}
		s := bill.Section{ID: "pesanan-" + o.ID.String(), Title: city.Name, Rows: words.rows(l, o), Links: []ui.Link{{Href: console.PathCities + "/" + city.Slug, Label: l.T("subchange.open_city"), Icon: "building"}}}
		f := bill.Form{Action: console.PathOrders + "/" + city.Slug + "/" + o.ID.String() + "/putus", Hidden: []ui.Option{}, Submit: l.T("subchange.approve"), Second: &bill.Button{Name: "jawaban", Value: "tolak", Label: l.T("subchange.refuse")}}
		answer := ui.Field{Name: "answer", Of: o.ID.String(), Type: "long_text", Label: l.T("subchange.answer"), Hint: l.T("subchange.answer_hint"), Max: 500, Optional: true}
		if o.ID == at {
			answer.Value, answer.Error = in.Get("answer"), errs.Of("answer")
		}
		f.Fields = []ui.Field{answer}
		s.Forms = []bill.Form{f}
		v.Sections = append(v.Sections, s)
	}
	v.Sections = append(v.Sections, bill.Section{ID: "riwayat", Title: l.T("subchange.history"), Table: words.table(l, rest, func(o change.Order) bill.Cell {
		return bill.Cell{Text: known[o.TenantID].Name, Href: console.OrdersOf(known[o.TenantID].Slug)}
	}), Empty: &bill.Empty{Icon: "history", Title: l.T("subchange.none"), Text: l.T("subchange.none_all")}})
	return p.Render(c, status, bill.Page(v))
}

func (p *Pages) cityOf(c *gin.Context) (tenancy.City, error) {
	city, err := p.Directory.BySlug(c.Request.Context(), c.Param("slug"))
	if err == nil && city.Kind != tenancy.KindCity {
		err = site.NotFound()
	}
	return city, err
}

// decide approves or refuses what a city has ordered.
func (p *Pages) decide(c *gin.Context) error {
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	approve := in.Text("jawaban") != "tolak"
	err = p.Changes.Decide(c.Request.Context(), gate.ActorOf(c), city, id, approve, in.Get("answer"))
	if errs, status, ok := p.refused(c, err); ok {
		return p.allPage(c, status, id, in, site.Called(c, errs, map[string]string{"answer": "subchange.answer"}))
	}
	if err != nil {
		return err
	}
	p.Directory.Forget()
	return p.Done(c, console.PathOrders, map[bool]string{true: "order_approved", false: "order_refused"}[approve])
}

// ofCity is what a city has ordered, and what the contract with it leaves to the BUMD.
func (p *Pages) ofCity(c *gin.Context) error { return p.ofCityPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) ofCityPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	k, err := p.Changes.ContractOf(ctx, city)
	if err != nil {
		return err
	}
	orders, err := p.Changes.All(ctx, gate.ActorOf(c), city.ID)
	if err != nil {
		return err
	}
	words, err := p.words(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("subchange.of_city")), Back: console.PathCities + "/" + city.Slug, Heading: city.Name, Lead: l.T("subchange.of_city"), Errors: errs,
		Links: []ui.Link{{Href: console.PathOrders, Label: l.T("subchange.all"), Icon: "list-details"}}}
	chosen := k.Approves
	if _, sent := in.Values["reason"]; sent {
		chosen = in.Values["approves"]
	}
	contract := bill.Section{ID: "kontrak", Title: l.T("subchange.contract"), Text: l.T("subchange.contract_text"), Rows: []ui.Row{{Label: l.T("subchange.contract_now"), Value: kindsText(l, k.Approves)}},
		Forms: []bill.Form{{ID: "ubah-kontrak", Folded: true, Title: l.T("subchange.contract_change"), Action: console.OrdersOf(city.Slug), Submit: l.T("subchange.contract_save"), Fields: []ui.Field{
			{Name: "approves", Type: "multi_choice", Label: l.T("subchange.contract_kinds"), Options: kindOptions(l), Values: chosen, Optional: true, Error: errs.Of("approves")},
			console.ReasonField(l, in.Get("reason"), errs)}}}}
	if k.Reason != "" {
		contract.Rows = append(contract.Rows, ui.Row{Label: l.T("bill.reason"), Value: k.Reason + "\n" + l.Date(site.Zoned(c, k.MadeAt))})
	}
	v.Sections = []bill.Section{contract, {ID: "riwayat", Title: l.T("subchange.history"), Table: words.table(l, orders, nil),
		Empty: &bill.Empty{Icon: "history", Title: l.T("subchange.none"), Text: l.T("subchange.none_all")}}}
	return p.Render(c, status, bill.Page(v))
}

func kindOptions(l i18n.Locale) (all []ui.Option) {
	for _, k := range change.Kinds() {
		all = append(all, ui.Option{Value: string(k), Label: l.T("subchange.kind." + string(k))})
	}
	return all
}

// kindsText lists kinds of order, or says that there are none.
func kindsText(l i18n.Locale, kinds []string) string {
	text := ""
	for i, k := range kinds {
		if i > 0 {
			text += "; "
		}
		text += l.T("subchange.kind." + k)
	}
	if text == "" {
		return l.T("subchange.contract_none")
	}
	return text
}

// agree writes what the contract with a city says.
func (p *Pages) agree(c *gin.Context) error {
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "approves")
	if err != nil {
		return err
	}
	err = p.Changes.Agree(c.Request.Context(), gate.ActorOf(c), city, in.Values["approves"], in.Get("reason"))
	if errs, status, ok := p.refused(c, err); ok {
		return p.ofCityPage(c, status, in, site.Called(c, errs, map[string]string{"reason": "bill.reason", "approves": "subchange.contract_kinds"}))
	}
	if err != nil {
		return err
	}
	return p.Done(c, console.OrdersOf(city.Slug), "contract_saved")
}
