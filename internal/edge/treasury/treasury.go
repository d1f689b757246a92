// Package treasury is where the BUMD's finance staff bring money into the books and ask for it: statements of the bank and what each
// of their lines paid, arrears with the letters about them, credit notes line by line, balances that are paid back, and whom the
// platform bills and how that is taxed and collected; what goes to the tax office; and who shares in
// what came in.
//
// It stands beside the console, on the platform's host alone. What is certain, what takes two people and what is refused is decided
// by saas/finance and below; a page decides nothing.
package treasury

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the treasury of the platform.
type Pages struct{ *console.Pages }

// New returns the pages beside the console's.
func New(s *site.Pages) *Pages { return &Pages{console.New(s)} }

// statementMost bounds a file of the bank: a year of a busy account.
const statementMost = 8 << 20

const (
	pathLines = console.PathBank + "/mutasi"
	formCred  = "/nota-kredit"

	formPurchase = "/pengadaan"

	pathFakturFile = "/tindakan/faktur"
)

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	acts, there := access.InvoiceIssue, gate.Platform
	file, line, bills, party, refund, city := site.IDs("id", "statement"), site.IDs("id", "line"), site.IDs("id", "invoice"), site.IDs("id", "party"), site.IDs("id", "refund"), site.IDs("slug", "city")
	one, row, late, credit := console.PathBank+"/:id", pathLines+"/:id", console.PathArrears+"/:id", console.PathInvoices+"/:id"+formCred
	balance, who, paid := console.PathBalances+"/:id", console.PathParties+"/:slug", console.PathPayments+"/:id"
	return []gate.Table{{
		{Method: get, Path: console.PathBank, Needs: acts, Scope: there, Handler: p.bank},
		{Method: post, Path: console.PathBank, Needs: acts, Scope: there, MaxBody: statementMost, Handler: p.upload},
		{Method: get, Path: pathLines, Needs: acts, Scope: there, Handler: p.lines},
		{Method: get, Path: row, Needs: acts, Scope: there, IDs: line, Handler: p.line},
		{Method: post, Path: row + "/terima", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.accept},
		{Method: post, Path: row + "/cocokkan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.match},
		{Method: post, Path: row + "/abaikan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.setAside},
		{Method: post, Path: row + "/batalkan", Page: row, Needs: acts, Scope: there, IDs: line, Handler: p.undo},
		{Method: get, Path: one, Needs: acts, Scope: there, IDs: file, Handler: p.statement},
		{Method: get, Path: one + "/berkas", Needs: acts, Scope: there, IDs: file, Handler: p.original},
		{Method: post, Path: one + "/bukukan", Page: one, Needs: acts, Scope: there, IDs: file, Handler: p.apply},
	}, {
		{Method: get, Path: console.PathArrears, Needs: acts, Scope: there, Handler: p.arrears},
		{Method: get, Path: late, Needs: acts, Scope: there, IDs: bills, Handler: p.late},
		{Method: post, Path: late + "/tunda", Page: late, Needs: acts, Scope: there, IDs: bills, Handler: p.hold},
		{Method: post, Path: late + "/lanjut", Page: late, Needs: acts, Scope: there, IDs: bills, Handler: p.release},
		{Method: get, Path: credit, Needs: acts, Scope: there, IDs: bills, Handler: p.credit},
		{Method: post, Path: credit, Needs: acts, Scope: there, IDs: bills, Handler: p.askCredit},
		{Method: get, Path: console.PathDrafts + "/:id" + formPurchase, Needs: acts, Scope: there, IDs: site.IDs("id", "draft"), Handler: p.purchase},
		{Method: post, Path: console.PathDrafts + "/:id" + formPurchase, Needs: acts, Scope: there, IDs: site.IDs("id", "draft"), Handler: p.amend},
		{Method: get, Path: console.PathBalances, Needs: acts, Scope: there, Handler: p.balances},
		{Method: post, Path: pathGiveBack, Page: console.PathBalances, Needs: acts, Scope: there, Handler: p.askGiveBack},
		{Method: get, Path: balance, Needs: acts, Scope: there, IDs: party, Handler: p.balance},
		{Method: post, Path: balance, Needs: acts, Scope: there, IDs: party, Handler: p.askRefund},
		{Method: post, Path: console.PathBalances + "/permintaan/:id/putus", Page: console.PathBalances, Needs: acts, Scope: there, IDs: refund, Handler: p.decideRefund},
	}, {
		{Method: get, Path: console.PathParties, Needs: acts, Scope: there, Handler: p.parties},
		{Method: get, Path: who, Needs: acts, Scope: there, IDs: city, Handler: p.party},
		{Method: post, Path: who, Needs: acts, Scope: there, IDs: city, Handler: p.revise},
		{Method: post, Path: who + "/cara-bayar", Page: who, Needs: acts, Scope: there, IDs: city, Handler: p.choose},
	}, {
		{Method: get, Path: console.PathTaxes, Needs: acts, Scope: there, Handler: p.tax},
		{Method: post, Path: console.PathTaxes + pathFakturFile, Page: console.PathTaxes, Needs: acts, Scope: there, Handler: p.writeFaktur},
		{Method: get, Path: console.PathTaxes + "/:id", Needs: acts, Scope: there, IDs: bills, Handler: p.faktur},
		{Method: post, Path: console.PathTaxes + "/:id", Needs: acts, Scope: there, IDs: bills, Handler: p.answer},
		{Method: get, Path: console.PathShares, Needs: acts, Scope: there, Handler: p.shares},
		{Method: post, Path: console.PathShares, Needs: acts, Scope: there, Handler: p.askShare},
		{Method: get, Path: console.PathShares + pathShareOf + "/:id", Needs: acts, Scope: there, IDs: party, Handler: p.shareOf},
		{Method: post, Path: console.PathShares + "/:id/putus", Page: console.PathShares, Needs: acts, Scope: there, IDs: site.IDs("id", "share"), Handler: p.decideShare},
		{Method: get, Path: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.payment},
		{Method: post, Path: paid + "/meterai", Page: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.stamp},
		{Method: post, Path: paid + "/batalkan", Page: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.undoPayment},
	}}
}

// again shows the page of a form with what was filled in and what is wrong with it.
type again func(c *gin.Context, status int, in site.Form, errs ui.Errors) error

// act runs an act of a form and shows its page again when it is refused. Places say beside which field a refusal stands, labels what
// the page calls its fields.
func (p *Pages) act(c *gin.Context, done, to string, page again, places, labels map[string]string, many []string, do func(in site.Form) error) error {
	in, err := site.ReadForm(c, many...)
	if err != nil {
		return err
	}
	if err := do(in); err != nil {
		return p.refused(c, err, in, page, places, labels)
	}
	return p.Done(c, to, done)
}

// refused is a page again, with why.
func (p *Pages) refused(c *gin.Context, err error, in site.Form, page again, places, labels map[string]string) error {
	if errs, status, ok := site.RefusedAt(c, err, places); ok {
		return page(c, status, in, site.Called(c, errs, labels))
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict {
		return page(c, status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// kept is what was filled in, or what there is.
func kept(in site.Form, name, value string) string {
	if _, sent := in.Values[name]; sent {
		return in.Get(name)
	}
	return value
}

// keptDay is kept of a day.
func keptDay(in site.Form, name, value string) string {
	if d := site.DateOf(in, name); d != "" {
		return d
	}
	return value
}

// idOf is the id of the address, as text once it was read.
func idOf(c *gin.Context) (uuid.UUID, error) { return site.PathID(c, "id") }

// joined puts what is not empty together.
func joined(parts ...string) string {
	var out []string
	for _, x := range parts {
		if x != "" {
			out = append(out, x)
		}
	}
	return strings.Join(out, ", ")
}

// mark is a word with a colour and an icon for how something stands.
func mark(l i18n.Locale, key, tone, icon string) ui.Mark {
	return ui.Mark{Tone: tone, Icon: icon, Text: l.T(key)}
}
