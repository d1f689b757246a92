// Package statement reads what a bank says came in and went out: a statement of an account as CSV, MT940 (SWIFT) or CAMT.053
// (ISO 20022, camt.053.001.02 and later). It decides nothing: it says what the file says, or what is wrong with it.
//
// A statement is read whole or refused. Its currency is rupiah, its lines add up from the opening to the closing balance where it
// states them, and each line has an identity that is the same in every file of the same format that holds it, so that importing
// a period twice is noticed line by line.
package statement

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
)

// Format is how a statement was written.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	MT940 Format = "mt940"
	CAMT  Format = "camt053"
)

// Most bounds a file in bytes, and linesMost its lines.
const (
	Most      = 8 << 20
	linesMost = 20_000
)

// Sen is a hundredth of a rupiah: nothing is billed in it, but banks book interest in it.
type Sen int64

// Rupiah is the amount in whole rupiah, and whether it is one.
func (s Sen) Rupiah() (money.Rupiah, bool) { return money.Rupiah(s / 100), s%100 == 0 }

func (s Sen) plus(o Sen) (Sen, error) {
	sum, err := money.Rupiah(s).Add(money.Rupiah(o))
	return Sen(sum), err
}

// Statement is what a file says of an account over some days.
type Statement struct {
	Format   Format
	Account  string // its digits and letters; empty where a CSV does not tell
	From, To time.Time
	Stated   bool // whether it states its balances
	Opening  Sen
	Closing  Sen
	Lines    []Line
}

// Line is a movement of the account; a positive amount came in.
type Line struct {
	Identity     string // the same in every file that holds it
	Day          time.Time
	Amount       Sen
	Text         string // what the payer and the bank wrote; a line break stands where the file had one
	Reference    string // of the bank
	Payer        string
	PayerAccount string
	Virtual      string // the virtual account that was paid into, where the file names it apart

	balance Sen // after it, in a CSV that tells
	placed  bool
}

// Read reads a file in whichever format it is; m says what the columns of a CSV mean. It refuses Invalid "statement.too_large",
// "statement.empty", "statement.malformed" with the place, "statement.unreadable" without one, "statement.currency", "statement.balance" and "statement.no_mapping".
func Read(raw []byte, m Mapping) ([]Statement, error) {
	if len(raw) > Most {
		return nil, fault.New(fault.Invalid, "statement.too_large", "most", Most>>20)
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	var all []Statement
	var err error
	switch head := bytes.TrimSpace(raw); {
	case len(head) == 0:
		return nil, fault.New(fault.Invalid, "statement.empty")
	case head[0] == '<':
		all, err = readCAMT(raw)
	case head[0] == '{' || bytes.HasPrefix(head, []byte(":20:")):
		all, err = readMT940(raw)
	default:
		all, err = readCSV(raw, m)
	}
	if err != nil {
		return nil, err
	}
	n := 0
	seen := map[string]int{} // over the whole file: its pages are one
	for i := range all {
		if n += len(all[i].Lines); n > linesMost {
			return nil, fault.New(fault.Invalid, "statement.too_many_lines", "most", linesMost)
		}
		if err := all[i].check(); err != nil {
			return nil, err
		}
		all[i].identify(seen)
	}
	return all, nil
}

// check adds the lines up and finds the days that the statement spans.
func (s *Statement) check() error {
	sum := s.Opening
	for _, l := range s.Lines {
		if l.Amount == 0 {
			return malformed(0, "amount")
		}
		var err error
		if sum, err = sum.plus(l.Amount); err != nil {
			return malformed(0, "amount")
		}
		if s.From.IsZero() || l.Day.Before(s.From) {
			s.From = l.Day
		}
		if l.Day.After(s.To) {
			s.To = l.Day
		}
	}
	if s.Stated && sum != s.Closing {
		return fault.New(fault.Invalid, "statement.balance", "stated", s.Closing.String(), "sum", sum.String())
	}
	return nil
}

// String is the amount with its cents.
func (s Sen) String() string {
	cents := s % 100
	if cents < 0 {
		cents = -cents
	}
	sign := ""
	if s < 0 && s > -100 {
		sign = "-"
	}
	return fmt.Sprintf("%s%s,%02d", sign, money.Rupiah(s/100), cents)
}

// identify names the lines by what the bank booked; of several that are alike in all of it, by which one it is of them.
func (s *Statement) identify(seen map[string]int) {
	for i := range s.Lines {
		l := &s.Lines[i]
		what := l.Reference
		if what == "" {
			what = strings.Join(strings.Fields(strings.ToUpper(l.Text)), " ")
		}
		text := fmt.Sprintf("%s|%s|%d|%s", s.Account, l.Day.Format(time.DateOnly), l.Amount, what)
		if l.placed {
			text += fmt.Sprintf("|%d", l.balance)
		}
		seen[text]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d", text, seen[text]))
		l.Identity = hex.EncodeToString(sum[:12])
	}
}

// Plain is an account number without what people write between its digits.
func Plain(account string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, account)
}

// parseSen reads an amount without a sign; decimal is the sign before its cents, and group what may stand between its thousands.
func parseSen(text string, decimal, group byte) (Sen, bool) {
	whole, cents, _ := strings.Cut(text, string(decimal))
	if groups := strings.Split(whole, string(group)); group != 0 && len(groups) > 1 {
		for i, g := range groups {
			if i > 0 && len(g) != 3 || g == "" || len(g) > 3 {
				return 0, false
			}
		}
		whole = strings.Join(groups, "")
	}
	if whole == "" || len(whole) > 15 || len(cents) > 2 && strings.Trim(cents[2:], "0") != "" {
		return 0, false
	}
	if len(cents) > 2 {
		cents = cents[:2]
	}
	var n int64
	for _, r := range whole + (cents + "00")[:2] {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return Sen(n), true
}

// malformed is what cannot be read at a line, or in all of a file.
func malformed(line int, what string) error {
	if line == 0 {
		return fault.New(fault.Invalid, "statement.unreadable", "what", what)
	}
	return fault.New(fault.Invalid, "statement.malformed", "line", line, "what", what)
}

func checkCurrency(code string) error {
	if code != "IDR" {
		return fault.New(fault.Invalid, "statement.currency", "currency", clip(code, 10))
	}
	return nil
}

// clip keeps a text from a file short and without what no text holds.
func clip(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return strings.TrimSpace(s)
}

const (
	textMost = 1000
	nameMost = 140
)

func day(layout, text string) (time.Time, bool) {
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}, false
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), true
}
