package statement

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"time"
)

// spacePattern names the versions that are read. Later ones moved names about (Dbtr/Pty/Nm, Sts/Cd); both places are looked at.
var spacePattern = regexp.MustCompile(`^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-9])$`)

type camtAmount struct {
	Currency string `xml:"Ccy,attr"`
	Value    string `xml:",chardata"`
}

type camtDay struct {
	Day    string `xml:"Dt"`
	Moment string `xml:"DtTm"`
}

type camtAccount struct {
	IBAN  string `xml:"Id>IBAN"`
	Other string `xml:"Id>Othr>Id"`
	Ccy   string `xml:"Ccy"`
}

type camtParty struct {
	Name  string `xml:"Nm"`
	Later string `xml:"Pty>Nm"` // from 001.08 on
}

type camtDetail struct {
	ServicerRef string      `xml:"Refs>AcctSvcrRef"`
	EndToEnd    string      `xml:"Refs>EndToEndId"`
	Amount      *camtAmount `xml:"Amt"`
	Earlier     *camtAmount `xml:"AmtDtls>TxAmt>Amt"` // before 001.03
	Side        string      `xml:"CdtDbtInd"`
	Debtor      camtParty   `xml:"RltdPties>Dbtr"`
	DebtorAcct  camtAccount `xml:"RltdPties>DbtrAcct"`
	CreditAcct  camtAccount `xml:"RltdPties>CdtrAcct"`
	Free        []string    `xml:"RmtInf>Ustrd"`
	Structured  []string    `xml:"RmtInf>Strd>CdtrRefInf>Ref"`
	More        string      `xml:"AddtlTxInf"`
}

type camtEntry struct {
	Amount camtAmount `xml:"Amt"`
	Side   string     `xml:"CdtDbtInd"`
	Status struct {
		Text string `xml:",chardata"`
		Code string `xml:"Cd"`
	} `xml:"Sts"`
	Booked      camtDay      `xml:"BookgDt"`
	Value       camtDay      `xml:"ValDt"`
	ServicerRef string       `xml:"AcctSvcrRef"`
	Details     []camtDetail `xml:"NtryDtls>TxDtls"`
	More        string       `xml:"AddtlNtryInf"`
}

type camtStatement struct {
	Account  camtAccount `xml:"Acct"`
	Balances []struct {
		Code   string     `xml:"Tp>CdOrPrtry>Cd"`
		Amount camtAmount `xml:"Amt"`
		Side   string     `xml:"CdtDbtInd"`
		On     camtDay    `xml:"Dt"`
	} `xml:"Bal"`
	Entries []camtEntry `xml:"Ntry"`
}

type camtDocument struct {
	XMLName    xml.Name        `xml:"Document"`
	Statements []camtStatement `xml:"BkToCstmrStmt>Stmt"`
}

// readCAMT reads a document. Entities are not expanded and nothing outside of it is fetched: encoding/xml does neither.
func readCAMT(raw []byte) ([]Statement, error) {
	var doc camtDocument
	d := xml.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&doc); err != nil || !spacePattern.MatchString(doc.XMLName.Space) || len(doc.Statements) == 0 {
		line, _ := d.InputPos()
		return nil, malformed(line, "camt.053")
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // the decoder returns it bare; what trails is another document
		for err == nil {
			var t xml.Token
			if t, err = d.Token(); err == nil {
				if _, ok := t.(xml.StartElement); ok {
					line, _ := d.InputPos()
					return nil, malformed(line, "camt.053")
				}
			}
		}
	}
	var all []Statement
	for _, c := range doc.Statements {
		s, err := c.read()
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (c camtStatement) read() (Statement, error) {
	s := Statement{Format: CAMT, Account: c.Account.plain()}
	if s.Account == "" {
		return s, malformed(0, "Acct")
	}
	if c.Account.Ccy != "" {
		if err := checkCurrency(c.Account.Ccy); err != nil {
			return s, err
		}
	}
	var opened, closed bool
	for _, b := range c.Balances {
		first, last := b.Code == "OPBD" || b.Code == "PRCD" && !opened, b.Code == "CLBD"
		if !first && !last {
			continue
		}
		amount, err := b.Amount.sen(b.Side)
		if err != nil {
			return s, err
		}
		on, ok := b.On.day()
		switch {
		case !ok:
			return s, malformed(0, "Bal/Dt")
		case first:
			s.Opening, s.From, opened = amount, on, true
		default:
			s.Closing, s.To, closed = amount, on, true
		}
	}
	if !opened || !closed {
		return s, malformed(0, "Bal")
	}
	s.Stated = true
	for _, e := range c.Entries {
		if code := strings.TrimSpace(e.Status.Code + e.Status.Text); code != "BOOK" {
			continue // announced, and not in the balance
		}
		lines, err := e.read()
		if err != nil {
			return s, err
		}
		s.Lines = append(s.Lines, lines...)
	}
	return s, nil
}

// read makes a line of an entry; of one that sums up several transfers and tells of each, a line each.
func (e camtEntry) read() ([]Line, error) {
	amount, err := e.Amount.sen(e.Side)
	if err != nil {
		return nil, err
	}
	on, ok := e.Booked.day()
	if !ok {
		if on, ok = e.Value.day(); !ok {
			return nil, malformed(0, "BookgDt")
		}
	}
	var each []Line
	var sum Sen
	for _, d := range e.Details {
		l := d.line(on, e)
		own := d.Amount
		if own == nil {
			own = d.Earlier
		}
		side := d.Side
		if side == "" {
			side = e.Side
		}
		if own == nil {
			each = nil
			break
		}
		if l.Amount, err = own.sen(side); err != nil {
			return nil, err
		}
		if sum, err = sum.plus(l.Amount); err != nil {
			return nil, malformed(0, "Amt")
		}
		each = append(each, l)
	}
	if len(each) > 1 && sum == amount {
		return each, nil
	}
	l := Line{Day: on, Reference: clip(e.ServicerRef, nameMost), Text: clip(e.More, textMost)}
	if len(e.Details) == 1 {
		l = e.Details[0].line(on, e)
	} else {
		for _, d := range e.Details {
			l.Text = clip(l.Text+"\n"+d.text(), textMost)
		}
	}
	l.Amount = amount
	return []Line{l}, nil
}

func (d camtDetail) line(on time.Time, e camtEntry) Line {
	l := Line{Day: on, Reference: clip(d.ServicerRef, nameMost), Payer: clip(d.Debtor.Name+d.Debtor.Later, nameMost), PayerAccount: d.DebtorAcct.plain(),
		Virtual: d.CreditAcct.plain(), Text: clip(d.text()+"\n"+e.More, textMost)}
	if l.Reference == "" {
		l.Reference = clip(e.ServicerRef, nameMost)
	}
	return l
}

func (d camtDetail) text() string {
	parts := append(append([]string{}, d.Structured...), d.Free...)
	if d.EndToEnd != "NOTPROVIDED" {
		parts = append(parts, d.EndToEnd)
	}
	return strings.TrimSpace(strings.Join(append(parts, d.More), "\n"))
}

func (a camtAccount) plain() string { return clip(Plain(a.IBAN+a.Other), nameMost) }

func (a camtAmount) sen(side string) (Sen, error) {
	if err := checkCurrency(a.Currency); err != nil {
		return 0, err
	}
	n, ok := parseSen(strings.TrimSpace(a.Value), '.', 0)
	switch {
	case !ok || side != "CRDT" && side != "DBIT":
		return 0, malformed(0, "Amt")
	case side == "DBIT":
		n = -n
	}
	return n, nil
}

func (d camtDay) day() (time.Time, bool) {
	text := strings.TrimSpace(d.Day)
	if text == "" {
		text = strings.TrimSpace(d.Moment)
	}
	if len(text) < len(time.DateOnly) {
		return time.Time{}, false
	}
	return day(time.DateOnly, text[:len(time.DateOnly)]) // with the day that the bank writes, whatever its zone
}
