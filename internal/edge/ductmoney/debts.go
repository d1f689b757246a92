package ductmoney

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// debtRoutes is what operators owe, and the letters about it.
func (p *Pages) debtRoutes() gate.Table {
	read, acts, city, one := access.DuctRead, access.DuctBill, gate.City, site.IDs("id", "duct_invoice")
	d := PathDebts + "/:id"
	return gate.Table{
		{Method: get, Path: PathDebts, Needs: read, Scope: city, Handler: p.debts},
		{Method: get, Path: d, Needs: read, Scope: city, IDs: one, Handler: p.letters},
		{Method: post, Path: d + "/tunda", Page: d, Needs: acts, Scope: city, IDs: one, Handler: p.holdLetters},
		{Method: post, Path: d + "/lanjut", Page: d, Needs: acts, Scope: city, IDs: one, Handler: p.releaseLetters},
	}
}

// debts is who owes what for how long, the ladder of letters, and what was said.
func (p *Pages) debts(c *gin.Context) error {
	ctx, l, a, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	after, _ := uuid.Parse(c.Query("sesudah")) // what is none begins
	page, next, err := p.DuctBills.Arrears(ctx, a, after)
	if err != nil {
		return err
	}
	payers, err := p.DuctBills.Payers(ctx, a)
	if err != nil {
		return err
	}
	companies := map[uuid.UUID]uuid.UUID{}
	for _, y := range payers {
		if y.OperatorID != uuid.Nil {
			companies[y.PartyID] = y.OperatorID
		}
	}
	seller, _, err := p.DuctBills.Seller(ctx, a, p.DayIn(c))
	if err != nil {
		return err
	}
	letters, err := p.DuctBills.Letters(ctx, a, uuid.Nil)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("arrears.title")), Heading: l.T("arrears.title"), Lead: l.T("ductdebt.lead"), Notes: []string{l.T("ductdebt.late_fee"), l.T("figures.at", "time", l.DateTime(now))}}
	owed := bill.Section{ID: "umur", Title: l.T("arrears.by_party"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("arrears.none"), Text: l.T("arrears.none_text")}}
	owed.Table = ledger.AgeTable(l, page, func(x arrears.Aged, age int) string {
		company, ok := companies[x.PartyID]
		switch {
		case !ok:
			return ""
		case age == ledger.ByParty:
			return statementPath(company)
		}
		return PathBills + "?keadaan=terbuka&operator=" + company.String() + "#tagihan"
	})
	lone, err := p.DuctBills.Unreached(ctx, a)
	if err != nil {
		return err
	}
	if len(lone) > 0 {
		var names []string
		for _, y := range lone {
			names = append(names, y.Name)
		}
		owed.Note = bill.Note{Tone: "care", Text: l.T("ductdebt.unreached", "names", strings.Join(names, ", "))}
	}
	paper, err := p.DuctBills.OnPaper(ctx, a)
	if err != nil {
		return err
	}
	if len(paper) > 0 {
		var names []string
		for _, y := range paper {
			names = append(names, y.Name)
		}
		owed.Text = l.T("ductdebt.paper", "names", strings.Join(names, ", "))
	}
	if next != uuid.Nil {
		owed.Next = PathDebts + "?sesudah=" + next.String()
	}
	v.Sections = []bill.Section{owed, ledger.LadderSection(l, seller.Ladder, l.T("ductdebt.no_ladder")), ledger.LetterSection(l, letters, func(id uuid.UUID) (string, string) {
		return PathDebts + "/" + id.String(), PathBills + "/" + id.String()
	})}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// letters is what was said of one invoice, with the way to hold it back.
func (p *Pages) letters(c *gin.Context) error {
	return p.lettersPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) lettersPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l, a, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	b, err := p.DuctBills.Find(ctx, a, id)
	if err == nil && b.Kind != invoice.Bill {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	all, err := p.DuctBills.Letters(ctx, a, id)
	if err != nil {
		return err
	}
	holds, err := p.DuctBills.Holds(ctx, a, id)
	if err != nil {
		return err
	}
	title := l.T("arrears.of", "number", b.Number)
	v := bill.View{Shell: p.DeskShell(c, title), Back: PathDebts, Heading: title, Lead: b.Party.Name, Errors: errs, Links: []ui.Link{{Href: PathBills + "/" + id.String(), Label: b.Number, Icon: "file-text"}}}
	about := bill.Section{ID: "tentang", Title: l.T("bill.about"), Quiet: true, Rows: []ui.Row{{Label: l.T("bill.due"), Value: l.Date(b.DueOn)}, {Label: l.T("bill.rest"), Value: b.Standing.Open.String()}}}
	acts, held, err := ledger.HoldSection(c, p.Pages.Pages, l, PathDebts+"/"+id.String(), l.T("ductdebt.hold_text"), b.Standing.Open, holds, now, p.may(c, access.DuctBill), in, errs)
	if err != nil {
		return err
	}
	if held {
		v.Mark = ledger.HeldMark(l)
	}
	about.Note = paperNote(l, b)
	v.Sections = []bill.Section{about, ledger.LetterSection(l, all, nil), acts}
	return p.Render(c, status, bill.Page(v))
}

// onLetters runs an act on the letters about the invoice of the address.
func (p *Pages) onLetters(c *gin.Context, done string, act func(in site.Form, id uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "until")
	if err != nil {
		return err
	}
	if err := act(in, id); err != nil {
		return again(c, err, map[string]string{"until": "arrears.until", "reason": "bill.reason"}, func(status int, errs ui.Errors) error { return p.lettersPage(c, status, in, errs) })
	}
	return p.Done(c, PathDebts+"/"+id.String(), done)
}

func (p *Pages) holdLetters(c *gin.Context) error {
	return p.onLetters(c, "letters_held", func(in site.Form, id uuid.UUID) error {
		until, err := console.DayOf(in, "until")
		if err != nil {
			return err
		}
		return p.DuctBills.HoldLetters(c.Request.Context(), gate.ActorOf(c), arrears.HoldInput{Invoice: id, Until: until, Reason: in.Text("reason")})
	})
}

func (p *Pages) releaseLetters(c *gin.Context) error {
	return p.onLetters(c, "letters_released", func(_ site.Form, id uuid.UUID) error {
		return p.DuctBills.ReleaseLetters(c.Request.Context(), gate.ActorOf(c), id)
	})
}
