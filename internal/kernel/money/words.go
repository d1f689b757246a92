package money

import "strings"

// Words writes the amount as a receipt must (terbilang): "satu juta dua ratus lima puluh ribu rupiah".
// One thousand is "seribu", one hundred "seratus", eleven "sebelas"; from a million up the one is written out
// ("satu juta"), because "sejuta" is speech and a receipt is a document. It reaches every amount there is.
func (r Rupiah) Words() string {
	n := r.magnitude()
	if n == 0 {
		return "nol rupiah"
	}
	var words []string
	if r < 0 {
		words = append(words, "minus")
	}
	scales := [...]struct {
		size uint64
		name string
	}{
		{1e18, "kuintiliun"}, {1e15, "kuadriliun"}, {1e12, "triliun"}, {1e9, "miliar"}, {1e6, "juta"},
	}
	for _, scale := range scales {
		if group := n / scale.size; group > 0 {
			words = append(hundreds(words, group), scale.name)
		}
		n %= scale.size
	}
	switch thousands := n / 1000; {
	case thousands == 1:
		words = append(words, "seribu")
	case thousands > 1:
		words = append(hundreds(words, thousands), "ribu")
	}
	words = hundreds(words, n%1000)
	return strings.Join(append(words, "rupiah"), " ")
}

// hundreds appends the words for n, which is below one thousand; nothing for zero.
func hundreds(words []string, n uint64) []string {
	units := [...]string{
		"", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
	}
	switch {
	case n == 0:
		return words
	case n < 12:
		return append(words, units[n])
	case n < 20:
		return append(words, units[n-10], "belas")
	case n < 100:
		return hundreds(append(words, units[n/10], "puluh"), n%10)
	case n < 200:
		return hundreds(append(words, "seratus"), n-100)
	}
	return hundreds(append(words, units[n/100], "ratus"), n%100)
}
