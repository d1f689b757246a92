package console

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/saas/collection"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const pathStripe = pathBills + "/stripe"

// stripePage says how the city pays and leads to Stripe's own pages. They are asked for first and are ready a moment later.
func (p *Pages) stripePage(c *gin.Context) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	a, err := p.Collection.Account(ctx, actor, gate.CityOf(c).ID)
	if err != nil {
		return err
	}
	link, asked, err := p.Collection.Latest(ctx, actor)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("stripe.title")), Back: pathBills, Heading: l.T("stripe.title"), Lead: l.T("stripe.lead")}
	way := bill.Section{ID: "cara", Title: l.T("stripe.way"), Rows: []ui.Row{{Label: l.T("stripe.by"), Value: a.Title(l)}}}
	if a.Collection != collection.ByStripe || !p.Collection.Available() {
		way.Note = bill.Note{Text: l.T("stripe.not_here")}
		v.Sections = []bill.Section{way}
		return p.Render(c, http.StatusOK, bill.Page(v))
	}
	kept := l.T("stripe.method_none")
	if !a.MethodAt.IsZero() {
		kept = l.T("stripe.method_since", "date", l.Date(site.Zoned(c, a.MethodAt)))
	}
	way.Rows = append(way.Rows, ui.Row{Label: l.T("stripe.method"), Value: kept})
	switch {
	case asked && link.URL != "":
		way.Note = bill.Note{Tone: "good", Text: l.T("stripe.ready")}
		way.Links = []ui.Link{{Href: link.URL, Label: l.T("stripe.go_" + string(link.Kind)), Icon: "external-link"}}
	case asked:
		way.Note = bill.Note{Text: l.T("stripe.wait")}
		way.Links = []ui.Link{{Href: pathStripe, Label: l.T("stripe.look")}}
	}
	for _, kind := range []collection.LinkKind{collection.Checkout, collection.Portal} {
		way.Forms = append(way.Forms, bill.Form{ID: string(kind), Title: l.T("stripe." + string(kind)), Text: l.T("stripe." + string(kind) + "_text"), Action: pathStripe,
			Hidden: []ui.Option{{Value: "kind", Label: string(kind)}}, Submit: l.T("stripe.ask_" + string(kind))})
	}
	v.Sections = []bill.Section{way}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// askStripe asks for one of Stripe's pages, which leads back here.
func (p *Pages) askStripe(c *gin.Context) error {
	_, err := p.Collection.Ask(c.Request.Context(), gate.ActorOf(c), collection.LinkKind(c.PostForm("kind")), p.CityURL(gate.CityOf(c))+pathStripe)
	if err != nil {
		return err
	}
	p.Redirect(c, pathStripe)
	return nil
}
