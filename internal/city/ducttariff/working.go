package ducttariff

import (
	"fmt"
	"strings"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// both is a text of a key in each language.
func both(key string, args func(i18n.Locale) []any) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		out[l] = l.T(key, args(l)...)
	}
	return out
}

// named is what a line is called: the tariff, and the days where it has any.
func named(name i18n.Text, x Line) i18n.Text {
	if !x.From.Before(x.Until) {
		return name
	}
	key := "ductrate.name"
	if x.Minimum {
		key = "ductrate.name_minimum"
	}
	return both(key, func(l i18n.Locale) []any {
		return []any{"name", name.In(l), "from", l.Date(x.From), "last", l.Date(x.Until.AddDate(0, 0, -1))}
	})
}

// working says how an amount comes about: "1.250,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 16 dari 31 hari = Rp771.800".
func working(t Tariff, raises []Index, rate money.Rupiah, n int64, d piece, amount money.Rupiah) i18n.Text {
	return both("ductrate.working", func(l i18n.Locale) []any {
		much := l.T("ductrate.many."+t.Charge, "n", l.Number(n))
		if t.Charge == Metre || t.Charge == Land {
			much = l.T("ductrate.metres", "n", metres(l, n))
		}
		parts := []string{much + " × " + l.T("ductrate.per."+t.Per, "rate", made(l, t, raises, rate))}
		if t.Per == Year {
			parts = append(parts, "÷ 12")
		}
		if part, of := d.days(); t.Per != Once && part < of {
			parts = append(parts, "× "+l.T("ductrate.days", "days", part, "of", of))
		}
		return []any{"working", strings.Join(parts, " "), "amount", amount}
	})
}

// made is a rate with what made it: the price that was decided with each index that has raised it, or the factor that the law asks for in a price
// of land.
func made(l i18n.Locale, t Tariff, raises []Index, rate money.Rupiah) string {
	from, plus := t.Rate.String(), " + "
	for _, x := range raises { // each raises what the one before it made
		from += plus + percent(l, int64(x.Rise)) + " " + x.Name.In(l)
		plus = l.T("ductrate.then")
	}
	out := rate.String()
	if len(raises) > 0 {
		out += " (" + from + ")"
	}
	if t.Charge == Land && t.Factor > 0 {
		out += " (" + l.T("ductrate.factor", "factor", percent(l, int64(t.Factor))) + ")"
	}
	return out
}

// metres is a length of millimetres, exactly.
func metres(l i18n.Locale, mm int64) string {
	text := l.Number(mm / 1000)
	if rest := mm % 1000; rest != 0 {
		text += point[l] + strings.TrimRight(fmt.Sprintf("%03d", rest), "0")
	}
	return text
}

// percent is a share of hundredths of a percent.
func percent(l i18n.Locale, share int64) string {
	text := l.Number(share / 100)
	if rest := share % 100; rest != 0 {
		text += point[l] + strings.TrimRight(fmt.Sprintf("%02d", rest), "0")
	}
	return text + "%"
}

// Percent is a share of hundredths of a percent in words.
func Percent(l i18n.Locale, share int) string { return percent(l, int64(share)) }

var point = map[i18n.Locale]string{i18n.ID: ",", i18n.EN: "."}
