package invoice

import (
	"strconv"
	"strings"
	"time"

	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/sheet"
)

// Papers are in Indonesian whoever reads them: they are handed in with a payment order and to an auditor.
const paperIn = i18n.ID

// Print is an invoice or a credit note on paper: its lines with their working, each tax with its law, the amount in words, and
// where to pay. A credit note names the invoice that it makes smaller.
func Print(s Seller, i Invoice, lines []Line, taxes []Tax, credits *Ref) ([]byte, error) {
	const l = paperIn
	title := l.T("invoice.paper.title")
	if i.Kind == CreditNote {
		title = l.T("invoice.paper.credit_title")
	}
	sh, err := s.sheet(title+" "+i.Number, i.IssuedOn)
	if err != nil {
		return nil, err
	}
	sh.Add(strings.ToUpper(title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 13, Top: 2})
	sh.Add(i.Number, props.Text{Align: align.Center, Size: 11, Bottom: 4})
	sh.Pair(l.T("invoice.paper.issued"), l.Date(i.IssuedOn))
	if i.Kind == Bill {
		sh.Pair(l.T("invoice.paper.due"), l.Date(i.DueOn))
	}
	if credits != nil {
		sh.Pair(l.T("invoice.paper.credits"), credits.Number)
	}
	sh.Pair(l.T("invoice.paper.to"), i.Party.Name)
	sh.Pair("", i.Party.Address)
	if i.Party.NPWP != "" {
		sh.Pair(l.T("invoice.paper.npwp"), i.Party.NPWP)
	}
	if i.Note != "" {
		sh.Pair(l.T("invoice.paper.about"), i.Note)
	}
	i.Purchase.print(sh)
	sh.Space(4)
	sh.Row(sheet.Cell{Text: l.T("invoice.paper.line"), Width: 9, Bold: true}, sheet.Cell{Text: l.T("invoice.paper.amount"), Width: 3, Bold: true, Right: true})
	sh.Rule()
	for _, x := range lines {
		sh.Row(sheet.Cell{Text: x.Name.In(l), Small: x.Working.In(l), Width: 9}, sheet.Cell{Text: x.Amount.String(), Width: 3, Right: true})
	}
	sh.Rule()
	i.sums(sh, taxes)
	sh.Space(3)
	words := "invoice.paper.words" // below what is to be paid, which may be less
	if i.Kind == CreditNote {
		words = "invoice.paper.credit_words"
	}
	sh.Add(l.T(words, "words", i.Total.Words()), props.Text{Size: 10})
	for _, t := range taxes {
		sh.Add(t.Rule.Name.In(l)+": "+t.Rule.Basis, props.Text{Size: 8})
	}
	if i.Kind == Bill {
		s.payment(sh, i)
	}
	s.sign(sh, i.IssuedOn)
	return sh.Bytes()
}

// print says by which numbers a government buyer pays.
func (p Purchase) print(sh sheet.Sheet) {
	const l = paperIn
	year := ""
	if p.BudgetYear != 0 {
		year = strconv.Itoa(p.BudgetYear)
	}
	for _, x := range [][2]string{{"order", p.Order}, {"dpa", p.DPA}, {"budget_year", year}, {"bast", p.BAST}, {"catalog", p.Catalogue}, {"custom_doc", p.CustomDoc}} {
		if x[1] != "" {
			sh.Pair(l.T("invoice.paper."+x[0]), x[1])
		}
	}
}

// Label is what a tax is called beside its amount: its rule, its base and, where a faktur is made of it, the code.
func (t Tax) Label(l i18n.Locale) string {
	if t.Rule.FakturCode == "" {
		return l.T("invoice.paper.tax_uncoded", "name", t.Rule.Name.In(l), "base", t.Base)
	}
	return l.T("invoice.paper.tax", "name", t.Rule.Name.In(l), "base", t.Base, "code", t.Rule.FakturCode)
}

// sums are the totals: what is charged, each tax on its base, and what of it the buyer gives to the state.
func (i Invoice) sums(sh sheet.Sheet, taxes []Tax) {
	const l = paperIn
	put := func(label string, amount money.Rupiah, bold bool) {
		sh.Row(sheet.Cell{Text: label, Width: 9, Bold: bold}, sheet.Cell{Text: amount.String(), Width: 3, Right: true, Bold: bold})
	}
	put(l.T("invoice.paper.net"), i.Net, false)
	for _, t := range taxes {
		if t.Rule.Kind == PPN { // where it is exempt, of nothing
			put(t.Label(l), t.Billed(), false)
		}
	}
	put(l.T("invoice.paper.total"), i.Total, true)
	if i.Withholdable == 0 {
		return
	}
	for _, t := range taxes {
		if t.KeptBack() > 0 {
			put(l.T("invoice.paper.kept_back", "name", t.Rule.Name.In(l)), -t.Tax, false)
		}
	}
	put(l.T("invoice.paper.transfer"), i.Total-i.Withholdable, true)
}

// payment says how to pay, and that the receipt will need a stamp.
func (s Seller) payment(sh sheet.Sheet, i Invoice) {
	const l = paperIn
	sh.Space(4)
	sh.Add(l.T("invoice.paper.how"), props.Text{Style: fontstyle.Bold, Size: 10})
	if i.VirtualAccount != "" {
		sh.Pair(l.T("invoice.paper.virtual_account", "bank", s.VirtualAccount.Bank), i.VirtualAccount)
		if s.VirtualAccount.Closed {
			sh.Pair("", l.T("invoice.paper.closed_amount", "amount", i.Total-i.Withholdable))
		}
	}
	for _, a := range s.Accounts {
		sh.Pair(l.T("invoice.paper.transfer_to", "bank", a.Bank), l.T("invoice.paper.account", "number", a.Number, "holder", a.Holder))
	}
	sh.Pair(l.T("invoice.paper.reference"), i.Number)
	if len(s.Accounts) == 0 && s.VirtualAccount.Prefix == "" {
		sh.Add(l.T("invoice.paper.ask"), props.Text{Size: 10})
	}
	if s.Stamped(i.Total) {
		sh.Add(l.T("invoice.paper.stamp_later", "amount", s.Stamp.Amount, "basis", s.Stamp.Basis), props.Text{Size: 8, Top: 1})
	}
}

// Stamped reports whether a paper that states an amount needs a stamp (meterai).
func (s Seller) Stamped(amount money.Rupiah) bool { return s.Stamp.Above > 0 && amount > s.Stamp.Above }

// PrintReceipt is the kuitansi for a payment: who paid how much for which invoices (numbers, or i's own alone when it is empty), in figures and words, with room for a stamp
// where the law asks for one.
func PrintReceipt(s Seller, i Invoice, p Payment, numbers []string) ([]byte, error) {
	const l = paperIn
	title := l.T("invoice.paper.receipt_title")
	sh, err := s.sheet(title+" "+i.Number, p.ReceivedOn)
	if err != nil {
		return nil, err
	}
	sh.Add(strings.ToUpper(title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 13, Top: 2, Bottom: 4})
	sh.Pair(l.T("invoice.paper.from"), i.Party.Name)
	sh.Pair(l.T("invoice.paper.sum"), p.Amount.Words())
	if len(numbers) == 0 {
		numbers = []string{i.Number}
	}
	about := l.T("invoice.paper.receipt_for", "number", strings.Join(numbers, ", "))
	if i.Note != "" {
		about += ", " + i.Note
	}
	sh.Pair(l.T("invoice.paper.for"), about)
	sh.Pair(l.T("invoice.paper.received"), l.Date(p.ReceivedOn))
	sh.Pair(l.T("invoice.paper.way"), l.T("invoice.method."+p.Method)+", "+p.Reference)
	sh.Space(4)
	sh.Add(p.Amount.String(), props.Text{Style: fontstyle.Bold, Size: 18})
	if s.Stamped(p.Amount) {
		sh.Space(6)
		sh.Add(l.T("invoice.paper.stamp", "amount", s.Stamp.Amount, "basis", s.Stamp.Basis), props.Text{Size: 9})
	}
	s.sign(sh, p.ReceivedOn)
	return sh.Bytes()
}

// sheet begins a page under the seller's letterhead.
func (s Seller) sheet(title string, at time.Time) (sheet.Sheet, error) {
	address := []string{}
	for _, x := range []string{s.Address, s.Phone, s.Email} {
		if x != "" {
			address = append(address, x)
		}
	}
	if s.NPWP != "" {
		address = append(address, "NPWP "+s.NPWP)
	}
	return sheet.New(sheet.Head{Name: s.Name, Address: strings.Join(address, " · ")}, title, at)
}

// sign leaves room for whoever signs for the seller.
func (s Seller) sign(sh sheet.Sheet, on time.Time) {
	put := func(text string, bold bool) {
		sh.Row(sheet.Cell{Width: 7}, sheet.Cell{Text: text, Width: 5, Bold: bold})
	}
	sh.Space(6)
	put(strings.TrimPrefix(s.Place+", "+paperIn.Date(on), ", "), false)
	put(s.Signatory.Title, false)
	sh.Space(18)
	put(s.Signatory.Name, true)
}
