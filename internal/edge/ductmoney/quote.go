package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// quoteRoutes is what a reservation or an order would be charged.
func (p *Pages) quoteRoutes() gate.Table {
	return gate.Table{{Method: get, Path: ducts.PathLeases + "/:id/penawaran", Needs: access.DuctRead, Scope: gate.City, IDs: site.IDs("id", "duct_lease"), Handler: p.quote}}
}

// quote prints what a lease that is not charged yet would be charged, each line with its rule. What is charged already stands on
// invoices.
func (p *Pages) quote(c *gin.Context) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, parts, err := p.Leases.Lease(ctx, a, id)
	if err != nil {
		return err
	}
	if x.State != lease.Reserved && x.State != lease.Ordered {
		return fault.New(fault.NotFound, "page.not_found")
	}
	r := ducttariff.Route{Kind: x.Kind, Quantity: x.Quantity, Since: x.Since, Until: x.Until, Renews: x.RenewsID.UUID}
	for _, part := range parts {
		r.Segments = append(r.Segments, part.ID)
	}
	q, err := p.DuctPrice.Quote(ctx, x.OperatorID, r)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductquote.title")), Back: ducts.PathLeases + "/" + id.String(), Heading: l.T("ductquote.of", "number", x.Number), Lead: l.T("ductquote.lead", "operator", x.OperatorName, "day", l.Date(q.Day)),
		Links: []ui.Link{{Href: ducts.PathOffer, Label: l.T("ductprice.offer"), Icon: "file-text"}}, Notes: []string{l.T("ductprice.tax_value"), l.T("ductquote.note")}}
	sums := bill.Section{ID: "jumlah", Title: l.T("bill.sums"), Rows: ducts.QuoteRows(l, q)}
	v.Sections = []bill.Section{sums, ducts.QuoteSection(l, "sekali", l.T("ductquote.once"), q.Once, q.OnceSum), ducts.QuoteSection(l, "bulanan", l.T("ductquote.month"), q.Month, q.MonthSum), {ID: "ketentuan", Title: l.T("ductprice.terms"), Rows: termRows(l, q.Terms)}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}
