package billing

import (
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Working says in words how the line's amount comes about, for a page and for the invoice:
// "13 permohonan, 10 sudah termasuk, 3 di atas yang termasuk; 3 × Rp2.500 = Rp7.500".
func (l Line) Working(in i18n.Locale) string {
	if l.Kind == Flat {
		if l.Period.Whole() {
			return in.T("billing.working.flat", "price", l.Price)
		}
		return in.T("billing.working.flat_days", "price", l.Price, "days", l.Period.Days(), "of", l.Period.MonthDays(), "amount", l.Amount)
	}
	used, included := in.Number(l.Quantity), in.Number(l.Included)
	var parts []string
	switch {
	case l.Included == 0 || l.Quantity == 0:
		parts = append(parts, in.T("billing.working.used", "quantity", used, "unit", l.Unit.Unit(in, l.Quantity)))
	case l.Quantity <= l.Included:
		parts = append(parts, in.T("billing.working.free", "quantity", used, "unit", l.Unit.Unit(in, l.Quantity), "included", included))
	default:
		parts = append(parts, in.T("billing.working.left", "quantity", used, "unit", l.Unit.Unit(in, l.Quantity), "included", included,
			"left", in.Number(l.Quantity-l.Included)))
	}
	for _, s := range l.Steps {
		parts = append(parts, in.T("billing.working.step", "quantity", in.Number(s.Quantity), "price", s.Price, "amount", s.Amount))
	}
	if len(l.Steps) > 1 {
		parts = append(parts, in.T("billing.working.sum", "amount", l.Amount))
	}
	return strings.Join(parts, "; ")
}
