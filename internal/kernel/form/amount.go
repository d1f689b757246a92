package form

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// amountMost bounds numbers and amounts: exact in a float64, and far above any budget.
const amountMost = int64(1) << 53

var (
	grouped   = regexp.MustCompile(`^[0-9]{1,3}(?:\.[0-9]{3})+$`)
	wholePart = regexp.MustCompile(`^[0-9]{1,16}$`)
	fraction  = regexp.MustCompile(`^[0-9]{1,6}$`)
)

// number takes 12,5 and 1.250,75, as Indonesian writes them, and 12.5 where the point cannot group thousands. It keeps
// digits with a comma before the decimals, if there are any.
func (c *Checker) number(f Field, s string) string {
	s, negative := strings.CutPrefix(strings.ReplaceAll(s, " ", ""), "-")
	whole, decimals, _ := strings.Cut(s, ",")
	switch {
	case grouped.MatchString(whole):
		whole = strings.ReplaceAll(whole, ".", "")
	case decimals == "" && strings.Count(whole, ".") == 1:
		whole, decimals, _ = strings.Cut(whole, ".")
	}
	if !wholePart.MatchString(whole) || decimals != "" && !fraction.MatchString(decimals) || strings.HasSuffix(s, ",") || strings.HasSuffix(s, ".") {
		c.refuse(f.Code, "number")
		return ""
	}
	whole, decimals = plainWhole(whole), strings.TrimRight(decimals, "0")
	v := whole
	if decimals != "" {
		v += "," + decimals
	}
	if negative && v != "0" {
		v = "-" + v
	}
	n, err := parseNumber(v)
	if err != nil || math.Abs(n) > float64(amountMost) {
		c.refuse(f.Code, "number")
		return ""
	}
	return c.bounded(f, v, n)
}

// money takes 1250000, 1.250.000 and Rp1.250.000,00: whole rupiah, kept as digits.
func (c *Checker) money(f Field, s string) string {
	s = strings.ReplaceAll(s, " ", "")
	if len(s) >= 2 && strings.EqualFold(s[:2], "rp") {
		s = strings.TrimPrefix(s[2:], ".")
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, ",00"), ",-")
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ".", "")
	}
	n, err := parseMoney(s)
	if err != nil || !wholePart.MatchString(s) || n > amountMost {
		c.refuse(f.Code, "money")
		return ""
	}
	return c.bounded(f, plainWhole(s), float64(n))
}

func (c *Checker) bounded(f Field, v string, n float64) string {
	if f.Min != nil && n < float64(*f.Min) {
		c.refuse(f.Code, "too_small", "min", *f.Min)
		return ""
	}
	if f.Most != nil && n > float64(*f.Most) {
		c.refuse(f.Code, "too_large", "max", *f.Most)
		return ""
	}
	return v
}

// choices reads the ticked options, in the order of the form.
func (c *Checker) choices(f Field, typed []string) []string {
	var out []string
	for _, v := range typed {
		if v == "" {
			continue
		}
		if _, ok := f.Option(v); !ok {
			c.refuse(f.Code, "not_an_option")
			return nil
		}
	}
	for _, o := range f.Options {
		if slices.Contains(typed, o.Value) {
			out = append(out, o.Value)
		}
	}
	return out
}

// plainWhole drops leading zeros.
func plainWhole(s string) string {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

// parseNumber reads a number as it is kept.
func parseNumber(s string) (float64, error) {
	return strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
}

// formatNumber writes a computed number as it is kept, rounded to six decimals; false for what is no number.
func formatNumber(n float64) (string, bool) {
	if math.IsNaN(n) || math.Abs(n) > float64(amountMost) {
		return "", false
	}
	s := strconv.FormatFloat(n, 'f', 6, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		s = "0"
	}
	return strings.Replace(s, ".", ",", 1), true
}

func parseMoney(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

// formatMoney writes a computed amount as it is kept; an amount below zero or beyond all sense is none.
func formatMoney(n int64) (string, bool) {
	if n < 0 || n > amountMost {
		return "", false
	}
	return strconv.FormatInt(n, 10), true
}
