package rating

import (
	"strings"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Working says in words how the line's amount comes about, for a page and for the invoice:
// "13 permohonan, 10 sudah termasuk, 3 di atas yang termasuk; 3 × Rp2.500 = Rp7.500".
func (l Line) Working(in i18n.Locale) string {
	if l.Waived != 0 {
		return in.T("billing.working.trial", "amount", l.Waived)
	}
	if l.Meter == "" {
		return l.withoutUsage(in)
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
		if l.Kind == Package {
			parts = append(parts, in.T("billing.working.package", "quantity", in.Number(s.Quantity), "size", in.Number(l.Size), "price", s.Price, "amount", s.Amount))
			continue
		}
		parts = append(parts, in.T("billing.working.step", "quantity", in.Number(s.Quantity), "price", s.Price, "amount", s.Amount))
	}
	if len(l.Steps) > 1 {
		sum := l.Amount
		if l.Level {
			sum = l.Whole
		}
		parts = append(parts, in.T("billing.working.sum", "amount", sum))
	}
	if l.Whole != 0 {
		parts = append(parts, in.T("billing.working.flat_days", "price", l.Whole, "days", l.Period.Days(), "of", l.Period.MonthDays(), "amount", l.Amount))
	}
	return strings.Join(parts, "; ")
}

// withoutUsage is the working of a line that counts no usage.
func (l Line) withoutUsage(in i18n.Locale) string {
	price, many := l.Price, ""
	if l.Quantity > 0 && l.Kind != Discount {
		left := l.Quantity - l.Included
		price = l.Price * money.Rupiah(left) // it fitted when it was rated
		if l.Included > 0 {
			many = in.T("billing.working.paid_before", "quantity", in.Number(l.Quantity), "paid", in.Number(l.Included)) + "; "
		}
		many += in.T("billing.working.step", "quantity", in.Number(left), "price", l.Price, "amount", price) + "; "
	}
	days, of := l.Period.Days(), l.Period.MonthDays()
	switch {
	case l.Kind == Credit:
		return many + l.givenBack(in, price)
	case l.Kind == Flat && l.From.After(l.Period.Last()):
		return in.T("billing.working.trial_year", "from", in.Date(l.From), "price", price)
	case l.Kind == Flat && !l.Until.IsZero() && l.Amount == 0:
		return in.T("billing.working.year_paid", "until", in.Date(l.Until.AddDate(0, 0, -1)))
	case l.Kind == Flat && !l.Until.IsZero():
		return many + in.T("billing.working.year", "price", price, "from", in.Date(l.From), "until", in.Date(l.Until.AddDate(0, 0, -1)))
	case l.Kind == Once && l.Amount == 0:
		return in.T("billing.working.once_paid")
	case l.Kind == Once:
		return many + in.T("billing.working.once", "price", price)
	case l.Kind == Minimum:
		return l.toppedUp(in)
	case l.Kind == Discount && l.Quantity > 0:
		return in.T("billing.working.percent", "percent", l.Quantity, "base", l.Base, "amount", l.Amount)
	case l.Kind == Discount && -l.Amount == l.Base:
		return in.T("billing.working.off_all", "price", price, "base", l.Base)
	case l.Period.Whole():
		return many + in.T("billing.working.flat", "price", price)
	}
	return many + in.T("billing.working.flat_days", "price", price, "days", days, "of", of, "amount", l.Amount)
}

// givenBack is the working of what was not used of a year, of which price was charged.
func (l Line) givenBack(in i18n.Locale, price money.Rupiah) string {
	left, days := price, daysBetween(l.From, l.Until)
	if l.Base > 0 {
		left = l.Base
	}
	share, err := (-left).FractionHalfUp(int64(days), int64(l.Of))
	switch {
	case err == nil && share == l.Amount && left == price:
		return in.T("billing.working.credit", "price", price, "days", days, "of", l.Of, "amount", l.Amount)
	case err == nil && share == l.Amount:
		return in.T("billing.working.credit_left", "price", price, "off", price-left, "left", left, "days", days, "of", l.Of, "amount", l.Amount)
	case l.Amount == 0:
		return in.T("billing.working.credit_none", "price", price)
	}
	return in.T("billing.working.credit_most", "price", price, "amount", l.Amount)
}

// toppedUp is the working of a minimum.
func (l Line) toppedUp(in i18n.Locale) string {
	base := in.T("billing.working.base", "base", l.Base)
	if l.Of > 0 {
		base = in.T("billing.working.base_year", "base", l.Base)
	}
	if l.Amount == 0 {
		return base + "; " + in.T("billing.working.minimum_met", "price", l.Price)
	}
	return base + "; " + in.T("billing.working.minimum", "least", l.Base+l.Amount, "amount", l.Amount)
}
