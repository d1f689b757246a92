package statement

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

// Mapping says what the columns of a bank's CSV mean, by the words of its heading. It is data of the account.
type Mapping struct {
	Separator string   `json:"separator,omitempty"` // a comma without one
	Decimal   string   `json:"decimal,omitempty"`   // before the cents, "." or ","; a dot without one
	Layout    string   `json:"layout,omitempty"`    // of a day, as Go writes it: 02/01/2006
	Day       string   `json:"day,omitempty"`
	Credit    string   `json:"credit,omitempty"` // what came in, where it stands apart from
	Debit     string   `json:"debit,omitempty"`  // what went out; or else
	Amount    string   `json:"amount,omitempty"` // both, with a minus or with
	Side      string   `json:"side,omitempty"`   // a column that says which
	In        string   `json:"in,omitempty"`     // by this word for what came in: CR
	Balance   string   `json:"balance,omitempty"`
	Text      []string `json:"text,omitempty"`
	Reference string   `json:"reference,omitempty"`
	Payer     string   `json:"payer,omitempty"`
	PayerAcct string   `json:"payer_account,omitempty"`
	Virtual   string   `json:"virtual,omitempty"`
	Account   string   `json:"account,omitempty"`
	Currency  string   `json:"currency,omitempty"`
}

// Valid reports whether the mapping says enough: a day and an amount, each in one way.
func (m Mapping) Valid() bool {
	apart, joint := m.Credit != "", m.Amount != ""
	return m.Day != "" && m.Layout != "" && apart != joint && (m.Side == "") == (m.In == "") && (m.Side == "" || joint) && len(m.Separator) <= 1 &&
		(m.Decimal == "" || m.Decimal == "." || m.Decimal == ",") && (m.Separator == "" || !strings.Contains("\"\r\n", m.Separator) && m.Separator[0] < utf8.RuneSelf)
}

// readCSV reads the table of a file: what stands before its heading, rows without a day and an amount, and what follows the
// table is the bank's own decoration.
func readCSV(raw []byte, m Mapping) ([]Statement, error) {
	if !m.Valid() {
		return nil, fault.New(fault.Invalid, "statement.no_mapping")
	}
	if !utf8.Valid(raw) {
		return nil, fault.New(fault.Invalid, "statement.not_text")
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if m.Separator != "" {
		r.Comma = rune(m.Separator[0])
	}
	t := csvTable{m: m}
	s := Statement{Format: CSV}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			var p *csv.ParseError
			if errors.As(err, &p) {
				line = p.Line
			}
			return nil, malformed(line, "CSV")
		}
		line, _ := r.FieldPos(0)
		if t.columns == nil {
			t.heading(row)
			continue
		}
		if err := t.row(&s, row, line); err != nil {
			return nil, err
		}
		if len(s.Lines) > linesMost {
			return nil, fault.New(fault.Invalid, "statement.too_many_lines", "most", linesMost)
		}
	}
	if t.columns == nil {
		return nil, fault.New(fault.Invalid, "statement.no_heading", "column", m.Day)
	}
	return []Statement{s}, s.place(m.Balance != "")
}

type csvTable struct {
	m       Mapping
	columns map[string]int
}

// heading takes a row as the heading if it has the columns without which nothing can be read.
func (t *csvTable) heading(row []string) {
	at := map[string]int{}
	for i, cell := range row {
		at[strings.ToLower(strings.TrimSpace(cell))] = i
	}
	for _, name := range []string{t.m.Day, t.m.Credit, t.m.Debit, t.m.Amount, t.m.Side, t.m.Balance, t.m.Account, t.m.Currency} {
		if _, ok := at[strings.ToLower(name)]; name != "" && !ok {
			return
		}
	}
	t.columns = at
}

func (t *csvTable) cell(row []string, name string) string {
	i, ok := t.columns[strings.ToLower(name)]
	if name == "" || !ok || i >= len(row) {
		return ""
	}
	return strings.TrimPrefix(strings.TrimSpace(row[i]), "'") // by which some banks mark numbers as text
}

// cut reports whether a row ends before its amount, as the last one of a download that broke off does.
func (t *csvTable) cut(row []string) bool {
	return len(row) > 1 && len(row) <= t.columns[strings.ToLower(t.m.Amount+t.m.Credit)]
}

func (t *csvTable) row(s *Statement, row []string, line int) error {
	m := t.m
	on := t.cell(row, m.Day)
	if on == "" || t.cell(row, m.Credit)+t.cell(row, m.Debit)+t.cell(row, m.Amount) == "" {
		if _, dated := day(m.Layout, on); dated && t.cut(row) {
			return malformed(line, m.Amount+m.Credit)
		}
		return nil
	}
	l := Line{Reference: clip(t.cell(row, m.Reference), nameMost), Payer: clip(t.cell(row, m.Payer), nameMost), PayerAccount: clip(Plain(t.cell(row, m.PayerAcct)), nameMost),
		Virtual: clip(Plain(t.cell(row, m.Virtual)), nameMost)}
	var ok bool
	if l.Day, ok = day(m.Layout, on); !ok {
		if len(s.Lines) > 0 && !strings.ContainsAny(on, "0123456789") {
			return nil // a sum under the table
		}
		return malformed(line, m.Day)
	}
	if l.Amount, ok = t.amount(row); !ok {
		return malformed(line, m.Amount+m.Credit)
	}
	if l.Amount == 0 {
		return nil
	}
	var parts []string
	for _, name := range m.Text {
		if text := t.cell(row, name); text != "" {
			parts = append(parts, text)
		}
	}
	l.Text = clip(strings.Join(parts, "\n"), textMost)
	if m.Balance != "" {
		if l.balance, ok = t.signed(t.cell(row, m.Balance)); !ok {
			return malformed(line, m.Balance)
		}
		l.placed = true
	}
	if m.Currency != "" {
		if err := checkCurrency(strings.ToUpper(t.cell(row, m.Currency))); err != nil {
			return err
		}
	}
	if m.Account != "" {
		account := Plain(t.cell(row, m.Account))
		if account == "" || s.Account != "" && s.Account != account {
			return malformed(line, m.Account)
		}
		s.Account = account
	}
	s.Lines = append(s.Lines, l)
	return nil
}

func (t *csvTable) amount(row []string) (Sen, bool) {
	m := t.m
	if m.Credit != "" {
		in, out := Sen(0), Sen(0)
		ok, fine := true, true
		if text := t.cell(row, m.Credit); text != "" {
			in, ok = t.signed(text)
		}
		if text := t.cell(row, m.Debit); text != "" {
			out, fine = t.signed(text)
		}
		return in - out, ok && fine && in >= 0 && out >= 0 && (in == 0 || out == 0)
	}
	n, ok := t.signed(t.cell(row, m.Amount))
	if m.Side != "" {
		if ok = ok && n >= 0; !strings.EqualFold(t.cell(row, m.Side), m.In) {
			n = -n
		}
	}
	return n, ok
}

// signed reads an amount that may be below zero, with or without the sign of the currency before it.
func (t *csvTable) signed(text string) (Sen, bool) {
	text = strings.TrimSpace(text)
	rest, negative := strings.CutPrefix(text, "-")
	rest = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(rest), "+"), "Rp")
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "."))
	decimal, group := byte('.'), byte(',')
	if t.m.Decimal == "," {
		decimal, group = group, decimal
	}
	n, ok := parseSen(rest, decimal, group)
	if negative {
		n = -n
	}
	return n, ok
}

// place checks the running balances of a table, which may begin with its earliest or with its latest line.
func (s *Statement) place(told bool) error {
	if !told || len(s.Lines) == 0 {
		return nil
	}
	if !s.runs() {
		slices.Reverse(s.Lines)
		if !s.runs() {
			slices.Reverse(s.Lines)
			return fault.New(fault.Invalid, "statement.balance_column")
		}
	}
	first, last := s.Lines[0], s.Lines[len(s.Lines)-1]
	s.Stated, s.Opening, s.Closing = true, first.balance-first.Amount, last.balance
	return nil
}

func (s *Statement) runs() bool {
	for i := 1; i < len(s.Lines); i++ {
		if s.Lines[i-1].balance+s.Lines[i].Amount != s.Lines[i].balance {
			return false
		}
	}
	return true
}
