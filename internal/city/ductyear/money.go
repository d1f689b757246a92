package ductyear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// issue issues what the month left, plans how each operator pays, and takes something back of one.
func (m *maker) issue(ctx context.Context, month int) error {
	all, err := m.book.Drafts(ctx, m.Maker)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Nothing() {
			if err := m.book.Close(ctx, m.Maker, d.ID); err != nil {
				return err
			}
			m.made.Closed++
			continue
		}
		i, err := m.book.Issue(ctx, m.Maker, d.ID)
		if err != nil {
			return err
		}
		m.made.Invoices++
		if err := m.plan(ctx, i, d.OperatorID, month); err != nil {
			return err
		}
		if _, err := m.book.Apply(ctx, m.Maker, i.ID); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) plan(ctx context.Context, i invoice.Invoice, operator uuid.UUID, month int) error {
	if operator == uuid.Nil { // who dug pays in two months
		m.due = append(m.due, payment{on: i.IssuedOn.AddDate(0, 0, 60), invoice: i.ID, method: invoice.Transfer, part: 1, parts: 1})
	}
	for n, id := range m.made.Operators {
		if id != operator {
			continue
		}
		h := habits[n]
		if month == 6 && n == 2 { // damage for which the company answers
			if err := m.credit(ctx, i); err != nil {
				return err
			}
		}
		if month >= m.Months-h.leaves {
			return nil
		}
		for part := range h.parts {
			p := payment{on: i.IssuedOn.AddDate(0, 0, h.days+part*9), invoice: i.ID, method: invoice.Transfer, part: int64(part + 1), parts: int64(h.parts)}
			if h.over && month%7 == 3 {
				p.over = 250_000
			}
			m.due = append(m.due, p)
		}
		if h.slip && i.Withholdable > 0 {
			m.due = append(m.due, payment{on: i.IssuedOn.AddDate(0, 0, h.days+12), invoice: i.ID, method: invoice.Slip})
		}
	}
	return nil
}

// credit takes a tenth of the first line of an invoice back, by two people.
func (m *maker) credit(ctx context.Context, i invoice.Invoice) error {
	b, err := m.book.Find(ctx, m.Maker, i.ID)
	if err != nil || len(b.Lines) == 0 {
		return err
	}
	q, err := m.book.AskCredit(ctx, m.Maker, i.ID, map[int]money.Rupiah{b.Lines[0].Position: b.Lines[0].Amount / 10}, "Data contoh: gangguan ruas selama tiga hari")
	if err == nil {
		_, err = m.book.Decide(ctx, m.Checker, q.ID, true)
	}
	return err
}

// pay records what came in before a day, in the order of its days.
func (m *maker) pay(ctx context.Context, until time.Time) error {
	for {
		next := -1
		for i, p := range m.due {
			if p.on.Before(until) && !p.on.After(m.Now) && (next < 0 || p.on.Before(m.due[next].on)) {
				next = i
			}
		}
		if next < 0 {
			return nil
		}
		p := m.due[next]
		m.due = append(m.due[:next:next], m.due[next+1:]...)
		if at := p.on.Add(4 * time.Hour); at.After(m.at) {
			m.at = at
		}
		if err := m.receive(ctx, p); err != nil {
			return err
		}
	}
}

// receive records one payment: its part of what is to be transferred, or what is to be kept back.
func (m *maker) receive(ctx context.Context, p payment) error {
	b, err := m.book.Find(ctx, m.Maker, p.invoice)
	if err != nil {
		return err
	}
	amount, method := money.Rupiah(0), p.method
	switch {
	case method == invoice.Slip:
		amount = min(b.Standing.Open, b.Withholdable)
	case p.part == p.parts:
		amount = b.Standing.Open + p.over
		if m.slips(b.OperatorID) {
			amount -= b.Withholdable
		}
	default:
		if amount, err = (b.Total - b.Withholdable).FractionHalfUp(1, p.parts); err != nil {
			return err
		}
	}
	if amount <= 0 {
		return nil
	}
	m.n++
	in := invoice.PaymentInput{Invoice: p.invoice, Method: method, Reference: fmt.Sprintf("CONTOH-%04d", m.n), Amount: amount, On: p.on}
	_, err = m.book.Receive(ctx, m.Maker, in)
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "payment.slip_too_large" {
		return nil // what was credited leaves less to withhold
	}
	if err != nil {
		return err
	}
	m.made.Payments, m.made.Received = m.made.Payments+1, m.made.Received+amount
	return nil
}

// slips reports whether an operator shows slips for what it withholds.
func (m *maker) slips(operator uuid.UUID) bool {
	for n, id := range m.made.Operators {
		if id == operator {
			return habits[n].slip
		}
	}
	return false
}

// pledge asks for the deposits of a month's leases, which their operators transfer; who leaves its invoices open leaves these too. What is held
// of leases that are over goes back in the month after, but for those of the last month.
func (m *maker) pledge(ctx context.Context, month int) error {
	err := tenancy.InTx(ctx, m.DB.App, func(ctx context.Context, tx bun.Tx) error { return m.book.AskDeposits(ctx, tx, m.at) })
	if err != nil {
		return err
	}
	for i, operator := range m.made.Operators {
		leaves := habits[i].leaves > 0 && month >= m.Months-habits[i].leaves
		all, err := m.book.Deposits(ctx, m.Maker, operator)
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.Over && d.Held() > 0 && month < m.Months-1 {
				q, err := m.book.AskReturn(ctx, m.Maker, ductbill.ReturnInput{Lease: d.LeaseID, Amount: d.Held(), Account: "CONTOH-" + d.Number, Reason: "Data contoh: sewa berakhir"})
				if err == nil {
					_, err = m.book.DecideReturn(ctx, m.Checker, q.ID, true)
				}
				if err != nil {
					return err
				}
			}
			missing := d.Missing()
			if missing <= 0 || leaves || !slices.ContainsFunc(m.made.Days, func(x Days) bool { return x.Lease == d.LeaseID }) {
				continue
			}
			if err := m.book.TakeDeposit(ctx, m.Maker, ductbill.DepositInput{Lease: d.LeaseID, Amount: missing, Reference: fmt.Sprintf("JAMINAN-%s-%02d", d.Number, month), On: m.at}); err != nil {
				return err
			}
		}
	}
	return nil
}
