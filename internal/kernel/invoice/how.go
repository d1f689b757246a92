package invoice

import (
	"strings"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Said is a line about how an invoice is paid: what of it, and what is to know about it.
type Said struct{ Label, Value string }

// Ways are how left of an invoice is paid, line by line: what is open, less what the buyer may still keep back (Book.KeepBack). There are none where
// nothing is left to pay. A virtual account that takes one amount alone is not among them once another
// is left, which it would refuse: that it is none any more is said with the last line.
func (s Seller) Ways(l i18n.Locale, i Invoice, left money.Rupiah) (all []Said, over string) {
	if left <= 0 {
		return nil, ""
	}
	whole := i.Total - i.Withholdable
	account := l.T("invoice.paper.virtual_account", "bank", s.VirtualAccount.Bank)
	if left != whole {
		all = append(all, Said{l.T("invoice.paper.left"), left.String()})
	}
	ways := len(s.Accounts)
	switch closed := s.VirtualAccount.Closed; {
	case i.VirtualAccount == "":
	case closed && left != whole:
		over = l.T("invoice.paper.closed_over", "number", account+" "+i.VirtualAccount, "amount", whole)
	case closed:
		all, ways = append(all, Said{account, i.VirtualAccount + "\n" + l.T("invoice.paper.closed_amount", "amount", whole)}), ways+1
	default:
		all, ways = append(all, Said{account, i.VirtualAccount}), ways+1
	}
	for _, a := range s.Accounts {
		all = append(all, Said{l.T("invoice.paper.transfer_to", "bank", a.Bank), l.T("invoice.paper.account", "number", a.Number, "holder", a.Holder)})
	}
	if ways == 0 {
		all = append(all, Said{l.T("invoice.paper.how"), l.T("invoice.paper.ask")})
	}
	return append(all, Said{l.T("invoice.paper.reference"), i.Number}), over
}

// HowToPay says in l how left of an invoice is paid, as Ways does, for a letter to who cannot open its page.
func (s Seller) HowToPay(l i18n.Locale, i Invoice, left money.Rupiah) string {
	all, over := s.Ways(l, i, left)
	if len(all) == 0 {
		return ""
	}
	lines := []string{l.T("invoice.paper.how") + ":"}
	for _, x := range all {
		lines = append(lines, x.Label+": "+x.Value)
	}
	if over != "" {
		lines = append(lines, over)
	}
	return strings.Join(lines, "\n")
}

// Called is how to reach who sends the invoices.
func (s Seller) Called() string {
	all := []string{s.Name}
	for _, x := range []string{s.Phone, s.Email} {
		if x != "" {
			all = append(all, x)
		}
	}
	return strings.Join(all, " · ")
}
