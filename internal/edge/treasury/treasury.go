// Package treasury is where the BUMD's finance staff bring money into the books and ask for it: statements of the bank and what each
// of their lines paid, arrears with the letters about them, credit notes line by line, balances that are paid back, and whom the
// platform bills and how that is taxed and collected; what goes to the tax office; and who shares in
// what came in.
//
// It stands beside the console, on the platform's host alone. What is certain, what takes two people and what is refused is decided
// by saas/finance and below; a page decides nothing.
package treasury

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/saas/finance"
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

const (
	formCred = "/nota-kredit"
)

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	acts, there := access.InvoiceIssue, gate.Platform
	bills, party, refund, city := site.IDs("id", "invoice"), site.IDs("id", "party"), site.IDs("id", "refund"), site.IDs("slug", "city")
	late, credit := console.PathArrears+"/:id", console.PathInvoices+"/:id"+formCred
	balance, who, paid := console.PathBalances+"/:id", console.PathParties+"/:slug", console.PathPayments+"/:id"
	return []gate.Table{p.bank().Table(), p.tax().Table(), {
		{Method: get, Path: console.PathArrears, Needs: acts, Scope: there, Handler: p.arrears},
		{Method: get, Path: late, Needs: acts, Scope: there, IDs: bills, Handler: p.late},
		{Method: post, Path: late + "/tunda", Page: late, Needs: acts, Scope: there, IDs: bills, Handler: p.hold},
		{Method: post, Path: late + "/lanjut", Page: late, Needs: acts, Scope: there, IDs: bills, Handler: p.release},
		{Method: get, Path: credit, Needs: acts, Scope: there, IDs: bills, Handler: p.credit},
		{Method: post, Path: credit, Needs: acts, Scope: there, IDs: bills, Handler: p.askCredit},
		{Method: get, Path: console.PathDrafts + "/:id" + console.FormPurchase, Needs: acts, Scope: there, IDs: site.IDs("id", "draft"), Handler: p.purchase},
		{Method: post, Path: console.PathDrafts + "/:id" + console.FormPurchase, Needs: acts, Scope: there, IDs: site.IDs("id", "draft"), Handler: p.amend},
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
		{Method: get, Path: console.PathShares, Needs: acts, Scope: there, Handler: p.shares},
		{Method: post, Path: console.PathShares, Needs: acts, Scope: there, Handler: p.askShare},
		{Method: get, Path: console.PathShares + pathShareOf + "/:id", Needs: acts, Scope: there, IDs: party, Handler: p.shareOf},
		{Method: post, Path: console.PathShares + "/:id/putus", Page: console.PathShares, Needs: acts, Scope: there, IDs: site.IDs("id", "share"), Handler: p.decideShare},
		{Method: get, Path: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.payment},
		{Method: post, Path: paid + "/meterai", Page: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.stamp},
		{Method: post, Path: paid + "/batalkan", Page: paid, Needs: acts, Scope: there, IDs: site.IDs("id", "payment"), Handler: p.undoPayment},
	}}
}

// act is ledger.Act.
func (p *Pages) act(c *gin.Context, done, to string, page ledger.Again, places, labels map[string]string, many []string, do func(in site.Form) error) error {
	return ledger.Act(p.Pages.Pages, c, done, to, page, places, labels, many, do)
}

// bank is the statements of the platform's accounts.
func (p *Pages) bank() *ledger.Bank {
	return &ledger.Bank{Pages: p.Pages.Pages, Frame: p.DeskShell, Desk: p.Finance.Bank, Needs: access.InvoiceIssue, Scope: gate.Platform, Path: console.PathBank, Back: console.PathOverview, Invoices: console.PathInvoices, IDs: [2]string{"statement", "line"}, Seller: p.Finance.Seller,
		Parties: func(ctx context.Context, actor identity.Actor) (out []ledger.Party, err error) {
			all, err := p.Finance.Parties(ctx, actor)
			for _, y := range all {
				out = append(out, ledger.Party{ID: y.ID, Name: y.Name})
			}
			return out, err
		},
		Open: func(ctx context.Context, actor identity.Actor, party uuid.UUID) (out []ledger.Owed, err error) {
			all, err := p.Finance.List(ctx, actor, finance.Filter{Party: party, Open: true})
			for _, r := range all {
				out = append(out, ledger.Owed{Invoice: r.Invoice, Rest: r.Open})
			}
			return out, err
		}}
}

// tax is what the tax office gets of the platform's book.
func (p *Pages) tax() *ledger.Tax {
	return &ledger.Tax{Pages: p.Pages.Pages, Frame: p.DeskShell, Desk: p.Finance.Taxes, Needs: access.InvoiceIssue, Scope: gate.Platform, Path: console.PathTaxes, Back: console.PathOverview, Invoices: console.PathInvoices, ID: "invoice", ReturnFile: console.FormReturn,
		Find: func(ctx context.Context, actor identity.Actor, id uuid.UUID) (invoice.Invoice, error) {
			b, err := p.Finance.Find(ctx, actor, id)
			return b.Invoice, err
		},
		Files: func(l i18n.Locale, month string) (out []ui.Link) {
			for _, t := range invoice.Tables() {
				out = append(out, ui.Link{Href: console.FileOf(console.PathInvoices, t) + "?bulan=" + month, Label: l.T("tax.table." + t), Icon: "download"})
			}
			return out
		}}
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
