package ductmoney

import (
	"bytes"
	"context"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/tenants"
	"bedelau/web/ui"
)

// openMost bounds the open invoices of an operator from which a payment is matched by hand.
const openMost = 100

// bank is the statements of the company's accounts, by the pages that the platform's book has.
func (p *Pages) bank() *ledger.Bank {
	return &ledger.Bank{Pages: p.Pages.Pages, Frame: p.DeskShell, Desk: p.DuctBills.Bank, Needs: access.DuctBill, Scope: gate.City, Path: PathBank, Back: PathBills, Invoices: PathBills, IDs: [2]string{"duct_statement", "duct_line"},
		Seller: func(ctx context.Context, actor identity.Actor, day time.Time) (invoice.Seller, error) {
			x, _, err := p.DuctBills.Seller(ctx, actor, day)
			return x, err
		},
		Parties: func(ctx context.Context, actor identity.Actor) (out []ledger.Party, err error) {
			all, err := p.DuctBills.Payers(ctx, actor)
			for _, y := range all {
				out = append(out, ledger.Party{ID: y.PartyID, Name: y.Name})
			}
			return out, err
		},
		Open: func(ctx context.Context, actor identity.Actor, party uuid.UUID) (out []ledger.Owed, err error) {
			all, err := p.DuctBills.Bills(ctx, actor, ductbill.Filter{Party: party, Open: true}, openMost)
			for _, r := range all {
				out = append(out, ledger.Owed{Invoice: r.Invoice, Rest: r.Open})
			}
			return out, err
		},
		Pledges: func(ctx context.Context, actor identity.Actor, party uuid.UUID) (out []ledger.Pledge, err error) {
			all, err := p.DuctBills.Pledged(ctx, actor, party)
			for _, d := range all {
				out = append(out, pledge(d))
			}
			return out, err
		},
		Pledge: func(ctx context.Context, actor identity.Actor, id uuid.UUID) (ledger.Pledge, error) {
			d, _, _, err := p.DuctBills.Deposit(ctx, actor, id)
			return pledge(d), err
		}}
}

func pledge(d ductbill.Deposit) ledger.Pledge {
	return ledger.Pledge{ID: d.LeaseID, Number: d.Number, Party: d.Operator, Missing: d.Missing(), Href: PathDeposits + "/" + d.LeaseID.String()}
}

// tax is what the tax office gets of the company's book.
func (p *Pages) tax() *ledger.Tax {
	return &ledger.Tax{Pages: p.Pages.Pages, Frame: p.DeskShell, Desk: p.DuctBills.Taxes, Needs: access.DuctBill, Scope: gate.City, Path: PathTaxes, Back: PathBills, Invoices: PathBills, ID: "duct_invoice", ReturnFile: console.FormReturn,
		Find: func(ctx context.Context, actor identity.Actor, id uuid.UUID) (invoice.Invoice, error) {
			b, err := p.DuctBills.Find(ctx, actor, id)
			return b.Invoice, err
		},
		Files: func(l i18n.Locale, month string) (out []ui.Link) {
			for _, t := range invoice.Tables() {
				out = append(out, ui.Link{Href: console.FileOf(PathBills, t) + "?bulan=" + month, Label: l.T("tax.table." + t), Icon: "download"})
			}
			return out
		}}
}

// fileRoutes are the tables of the book, and what a buyer needs to take the VAT of a credit note back.
func (p *Pages) fileRoutes() gate.Table {
	out := gate.Table{{Method: get, Path: PathBills + "/:id" + console.FormReturn, Needs: access.DuctRead, Scope: gate.City, IDs: site.IDs("id", "duct_invoice"), Handler: p.returnFile}}
	for _, t := range invoice.Tables() {
		out = append(out, gate.Route{Method: get, Path: console.FileOf(PathBills, t), Needs: access.DuctRead, Scope: gate.City, Handler: p.tableFile(t)})
	}
	return out
}

// tableFile writes a table of the book of a month or a year.
func (p *Pages) tableFile(table string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		from, until, named, err := console.SpanOf(c, site.Zoned(c, p.Now()))
		if err != nil {
			return err
		}
		return console.SendTable(c, "ducting-"+table+"-"+named, func(row func([]any) error) error {
			return p.DuctBills.Export(c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), table, from, until, row)
		})
	}
}

// returnFile is what the buyer of a credit note needs to take its VAT back in Coretax.
func (p *Pages) returnFile(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	b, err := p.DuctBills.Find(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := p.DuctBills.Taxes.WriteReturnFile(ctx, tenants.Coretax, id, b.IssuedOn, &file); err != nil {
		return err
	}
	console.SendXML(c, "nota-pembatalan-"+id.String(), file.Bytes())
	return nil
}
