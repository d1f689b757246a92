package treasury

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// arrears is who owes what for how long, the ladder of letters, and what was said.
func (p *Pages) arrears(c *gin.Context) error {
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	after, err := ledger.BeforeOf(c)
	if err != nil {
		return err
	}
	page, next, err := p.Finance.Arrears(ctx, who, after)
	if err != nil {
		return err
	}
	slugs, err := p.slugs(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("arrears.title")), Back: console.PathOverview, Heading: l.T("arrears.title"), Lead: l.T("arrears.lead"), Notes: []string{l.T("arrears.residents"), l.T("figures.at", "time", l.DateTime(now))}}
	owed := bill.Section{ID: "umur", Title: l.T("arrears.by_party"), Table: ledger.AgeTable(l, page, ageLink(slugs)), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("arrears.none"), Text: l.T("arrears.none_text")}}
	if next != uuid.Nil {
		owed.Next = console.PathArrears + "?sebelum=" + next.String()
	}
	seller, err := p.Finance.Seller(ctx, who, now)
	if err != nil {
		return err
	}
	letters, err := p.Finance.Letters(ctx, who, uuid.Nil)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{owed, ledger.LadderSection(l, seller.Ladder, l.T("arrears.no_ladder_text")), ledger.LetterSection(l, letters, letterLink)}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// slugs are the cities of the platform by their ids.
func (p *Pages) slugs(c *gin.Context) (map[uuid.UUID]string, error) {
	cities, err := p.Cities(c.Request.Context())
	out := map[uuid.UUID]string{}
	for _, city := range cities {
		out[city.ID] = city.Slug
	}
	return out, err
}

// ageLink leads from a party to its city and from an amount to its invoices.
func ageLink(slugs map[uuid.UUID]string) func(arrears.Aged, int) string {
	return func(a arrears.Aged, age int) string {
		slug := slugs[a.City.UUID]
		switch {
		case slug == "":
			return ""
		case age == ledger.ByParty:
			return console.PathCities + "/" + slug
		case age == ledger.AllAges:
			return console.PathInvoices + "?sisa=ya&kota=" + slug
		}
		return console.PathInvoices + "?umur=" + strconv.Itoa(age) + "&kota=" + slug
	}
}

// letterLink leads to the letters of an invoice and to itself.
func letterLink(id uuid.UUID) (letters, itself string) {
	return console.PathArrears + "/" + id.String(), console.PathInvoices + "/" + id.String()
}

// late is the letters about one invoice, with the way to hold them back.
func (p *Pages) late(c *gin.Context) error { return p.latePage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) latePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	b, err := p.Finance.Find(ctx, who, id)
	if err == nil && b.Kind != invoice.Bill {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	letters, err := p.Finance.Letters(ctx, who, id)
	if err != nil {
		return err
	}
	holds, err := p.Finance.Holds(ctx, who, id)
	if err != nil {
		return err
	}
	here := console.PathArrears + "/" + id.String()
	title := l.T("arrears.of", "number", b.Number)
	v := bill.View{Shell: p.DeskShell(c, title), Back: console.PathArrears, Heading: title, Lead: b.Invoice.Party.Name, Errors: errs, Links: []ui.Link{{Href: console.PathInvoices + "/" + id.String(), Label: b.Number, Icon: "file-text"}}}
	about := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bill.due"), Value: l.Date(b.DueOn)}, {Label: l.T("bill.rest"), Value: b.Standing.Open.String()}}}
	acts, held, err := ledger.HoldSection(c, p.Pages.Pages, l, here, l.T("arrears.hold_text"), b.Standing.Open, holds, now, true, in, errs)
	if err != nil {
		return err
	}
	if held {
		v.Mark = ledger.HeldMark(l)
	}
	v.Sections = []bill.Section{about, ledger.LetterSection(l, letters, nil), acts}
	return p.Render(c, status, bill.Page(v))
}

// holding runs an act on the letters about the invoice of the address.
func (p *Pages) holding(c *gin.Context, done string, do func(in site.Form, id uuid.UUID) error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return p.act(c, done, console.PathArrears+"/"+id.String(), p.latePage, nil, map[string]string{"until": "arrears.until", "reason": "bill.reason"}, []string{"until"}, func(in site.Form) error { return do(in, id) })
}

func (p *Pages) hold(c *gin.Context) error {
	return p.holding(c, "letters_held", func(in site.Form, id uuid.UUID) error {
		until, err := console.DayOf(in, "until")
		if err != nil {
			return err
		}
		return p.Finance.HoldLetters(c.Request.Context(), gate.ActorOf(c), arrears.HoldInput{Invoice: id, Until: until, Reason: in.Text("reason")})
	})
}

func (p *Pages) release(c *gin.Context) error {
	return p.holding(c, "letters_released", func(_ site.Form, id uuid.UUID) error {
		return p.Finance.ReleaseLetters(c.Request.Context(), gate.ActorOf(c), id)
	})
}
