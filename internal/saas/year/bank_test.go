package year_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/saas/finance"
)

// accounts are the seller's, each at a bank that writes its statements in its own way.
var accounts = map[statement.Format]string{statement.CSV: "820-21-00123", statement.MT940: "1090012345678", statement.CAMT: "0098765432"}

var formats = []statement.Format{statement.CSV, statement.MT940, statement.CAMT}

// habit is how a city pays. Without one it is by transfer less what it gives to the state, of which a slip follows.
type habit string

const (
	gross   habit = "gross"   // everything, and no slip
	virtual habit = "virtual" // to the number of the invoice
	halves  habit = "halves"  // half of it a month late
	slow    habit = "slow"    // what is issued until April in July
	never   habit = "never"   // what is issued in March
	byCard  habit = "stripe"
)

var habits = map[string]habit{"palembang": gross, "surabaya": gross, "denpasar": virtual, "bengkulu": halves, "bandung": slow, "pontianak": never,
	"tanjungpinang": byCard, "balikpapan": byCard}

// pays is what a city transfers for an invoice this month, if it does.
func (c *city) pays(b finance.Bill, now time.Time) money.Rupiah {
	net := b.Standing.Open - min(max(b.Withholdable-b.Standing.Withheld, 0), b.Standing.Open)
	switch {
	case c.habit == byCard, c.habit == slow && b.IssuedOn.Month() <= time.April && now.Month() < time.July && now.Year() == 2026,
		c.habit == never && b.IssuedOn.Month() == time.March && b.IssuedOn.Year() == 2026:
		return 0
	case c.habit == gross:
		return b.Standing.Open
	case c.habit == halves && b.Standing.Paid == 0:
		return net / 2
	}
	return net
}

// transfer is a line of a statement.
type transfer struct {
	amount     money.Rupiah
	text, from string
}

// write is a statement as the bank of the format writes it, with a fee that went out.
func write(f statement.Format, on time.Time, all []transfer) []byte {
	const fee = 6_500
	sum := money.Rupiah(-fee)
	var b strings.Builder
	switch f {
	case statement.CSV:
		b.WriteString("day,amount,text,from,ref\n")
		for n, l := range all {
			fmt.Fprintf(&b, "%s,%d,%s,%s,FT%d\n", on.Format(time.DateOnly), l.amount, l.text, l.from, n)
		}
		fmt.Fprintf(&b, "%s,-%d,BIAYA ADM,,\n", on.Format(time.DateOnly), fee)
	case statement.MT940:
		d := on.Format("060102")
		fmt.Fprintf(&b, ":20:X\n:25:%s\n:28C:1/1\n:60F:C%sIDR1000000,00\n", accounts[f], d)
		for n, l := range all {
			sum += l.amount
			fmt.Fprintf(&b, ":61:%sC%d,00NTRFNONREF//FT-%s-%d\n:86:%s %s\n", d, l.amount, d, n, l.from, l.text)
		}
		fmt.Fprintf(&b, ":61:%sD%d,00NCHGNONREF\n:86:BIAYA ADM\n:62F:C%sIDR%d,00\n", d, fee, d, 1_000_000+sum)
	case statement.CAMT:
		d := on.Format(time.DateOnly)
		balance := func(code string, amount money.Rupiah) {
			fmt.Fprintf(&b, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">%d.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>`, code, amount, d)
		}
		for _, l := range all {
			sum += l.amount
		}
		fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>%s</Id><Acct><Id><Othr><Id>%s</Id></Othr></Id><Ccy>IDR</Ccy></Acct>`, d, accounts[f])
		balance("OPBD", 1_000_000)
		balance("CLBD", 1_000_000+sum)
		for n, l := range all {
			fmt.Fprintf(&b, `<Ntry><Amt Ccy="IDR">%d.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><AcctSvcrRef>%s-%d</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>%s</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>%s</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`,
				l.amount, d, d, n, l.from, l.text)
		}
		fmt.Fprintf(&b, `<Ntry><Amt Ccy="IDR">%d.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><AddtlNtryInf>BIAYA ADM</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt></Document>`, fee, d)
	}
	return []byte(b.String())
}

// transfers are what the cities pay on a day: each to the bank that it uses, and every line of each statement pays what it names.
func (y *world) transfers() {
	y.t.Helper()
	lines := map[statement.Format][]transfer{}
	for _, b := range y.open() {
		c := y.cityOf(b)
		amount := c.pays(b, y.now)
		if extra, ok := y.tooMuch(c, b); ok {
			amount += extra
		}
		if amount <= 0 {
			continue
		}
		l := transfer{amount: amount, text: "SP2D " + b.Number, from: "RKUD " + c.Name}
		if c.habit == virtual {
			l.text = "VA " + b.VirtualAccount
		}
		f := formats[c.n%len(formats)]
		lines[f] = append(lines[f], l)
		y.book.add(c, received, amount, y.now)
	}
	for _, f := range formats {
		if len(lines[f]) == 0 {
			continue
		}
		s, err := y.finance.Bank.CheckStatement(y.ctx, y.clerk, accounts[f], "mutasi", write(f, y.now, lines[f]))
		y.must(err)
		for n := range 2 { // the second time it brings nothing
			r, err := y.finance.Bank.ApplyStatement(y.ctx, y.clerk, s.ID)
			y.must(err)
			if want := len(lines[f]) * (1 - n); r.Count(payin.Matched) != want || s.Format != f {
				y.t.Fatalf("%s, %s: %d of %d lines are matched: %+v", y.now.Format(time.DateOnly), f, r.Count(payin.Matched), want, r.Lines)
			}
		}
		y.statement++
	}
	y.work()
}

// slips come after the money: each says what a city gave to the state instead.
func (y *world) slips() {
	y.t.Helper()
	for _, b := range y.open() {
		c := y.cityOf(b)
		left := b.Withholdable - b.Standing.Withheld
		if b.Standing.Open != left || left <= 0 || c.habit == gross {
			continue
		}
		_, err := y.finance.Receive(y.ctx, y.clerk, invoice.PaymentInput{Invoice: b.ID, Method: invoice.Slip, Reference: "BP-" + b.Number, Amount: left, On: y.now})
		y.must(err)
		y.book.add(c, withheld, left, y.now)
	}
	y.work()
}

// open are the invoices of which something is open, the oldest first.
func (y *world) open() (out []finance.Bill) {
	y.t.Helper()
	var ids []uuid.UUID
	y.must(y.w.DB.App.NewRaw(`SELECT i.id FROM invoice i JOIN invoice_entry e ON e.tenant_id = i.tenant_id AND e.invoice_id = i.id WHERE i.tenant_id = ?
		GROUP BY i.id HAVING sum(e.amount) > 0 ORDER BY i.id`, y.w.Platform.ID).Scan(y.ctx, &ids))
	for _, id := range ids {
		b, err := y.finance.Find(y.ctx, y.clerk, id)
		y.must(err)
		out = append(out, b)
	}
	return out
}

func (y *world) cityOf(b finance.Bill) *city {
	for _, c := range y.order {
		if c.ID == b.City.UUID {
			return c
		}
	}
	y.t.Fatalf("%s is of no city", b.Number)
	return nil
}
