package invoice

import (
	"strings"

	"bedelau/internal/kernel/i18n"
)

// HowToPay says in l how an invoice is paid, line by line, for a letter to who cannot open its page; the paper says the same.
func (s Seller) HowToPay(l i18n.Locale, i Invoice) string {
	lines := []string{l.T("invoice.paper.how") + ":"}
	if i.VirtualAccount != "" {
		lines = append(lines, l.T("invoice.paper.virtual_account", "bank", s.VirtualAccount.Bank)+": "+i.VirtualAccount)
		if s.VirtualAccount.Closed {
			lines = append(lines, l.T("invoice.paper.closed_amount", "amount", i.Total-i.Withholdable))
		}
	}
	for _, a := range s.Accounts {
		lines = append(lines, l.T("invoice.paper.transfer_to", "bank", a.Bank)+": "+l.T("invoice.paper.account", "number", a.Number, "holder", a.Holder))
	}
	lines = append(lines, l.T("invoice.paper.reference")+": "+i.Number)
	if len(s.Accounts) == 0 && s.VirtualAccount.Prefix == "" {
		lines = append(lines, l.T("invoice.paper.ask"))
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
