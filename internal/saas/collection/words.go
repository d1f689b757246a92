package collection

import (
	"strings"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Title says in words what an incident is.
func (x incident) Title(in i18n.Locale) string { return in.T("collection.incident." + x.Kind) }

// Amounts are what was expected and what was found, as people write them; for an incident about money.
func (x incident) Amounts() (expected, found string) { return shown(x.Expected), shown(x.Found) }

// shown writes hundredths of a rupiah, which are there only when something is wrong.
func shown(n int64) string {
	text := money.Rupiah(n / hundredths).String()
	if rest := n % hundredths; rest != 0 {
		text += "," + strings.TrimPrefix(money.Rupiah(max(rest, -rest)+hundredths).String(), "Rp1")
	}
	return text
}

// Title says in words how a city pays.
func (a Account) Title(in i18n.Locale) string {
	way := in.T("collection.way." + string(a.Collection))
	if a.Collection != ByStripe {
		return way
	}
	return way + ", " + in.T("collection.charging."+string(a.Charging))
}
