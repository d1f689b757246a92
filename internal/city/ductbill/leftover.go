package ductbill

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Leftover is a credit of which something is left after the last month that charges its lease.
type Leftover struct {
	Credit   `bun:",extend"`
	Lease    string // its number
	Operator string
}

// Rest is what no month takes off any more and nobody has asked to be taken back.
func (l Leftover) Rest() money.Rupiah { return l.Amount - l.Taken }

// leftoverSQL finds credits of which something is left although every month that charges the lease, or one that renews it, was charged.
// While the lease goes on, is renewed, or waits to be rated, the months to come take them off.
const leftoverSQL = `SELECT y.*, l.number AS lease, o.name AS operator FROM (SELECT k.*, ` + takenSQL + ` AS taken, ` + heirsSQL + ` AS heirs FROM duct_credit k WHERE k.tenant_id = ?0) y
	JOIN duct_lease l ON l.tenant_id = y.tenant_id AND l.id = y.lease_id JOIN duct_operator o ON o.tenant_id = y.tenant_id AND o.id = y.operator_id
	WHERE y.taken < y.amount AND NOT EXISTS (SELECT FROM duct_lease h WHERE h.tenant_id = y.tenant_id AND h.id = ANY (y.heirs) AND h.state IN ('active', 'ended')
			AND (h.until IS NULL OR NOT EXISTS (SELECT FROM duct_bill_month m WHERE m.tenant_id = h.tenant_id AND m.month >= date_trunc('month', h.until)::date)))
		AND NOT EXISTS (SELECT FROM duct_unrated u WHERE u.tenant_id = y.tenant_id AND u.lease_id = ANY (y.heirs))
		AND NOT EXISTS (SELECT FROM duct_lease r WHERE r.tenant_id = y.tenant_id AND r.renews_id = ANY (y.heirs) AND (r.state = 'ordered' OR r.state = 'reserved' AND r.expires_at > ?1)) `

// Leftovers lists them, the earliest first, 100 at most. It needs duct:read.
func (s *Service) Leftovers(ctx context.Context, actor identity.Actor) (all []Leftover, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	err = s.d.DB.App.NewRaw(leftoverSQL+"ORDER BY y.id LIMIT ?2", tenancy.Must(ctx), s.now(), listMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: leftovers: %w", err)
	}
	return all, nil
}

// takeBack is what a credit takes back of an invoice: so much of each line.
type takeBack struct {
	invoice uuid.UUID
	number  string
	amount  money.Rupiah
	in      invoice.RequestInput
}

// AskLeftover asks for the credit notes by which what is left of a credit is taken back of the invoices of its lease, the latest first,
// under their own taxes. Another person decides each (Decide); what was paid already becomes the company's balance, which goes against
// its other invoices or is paid back. It needs duct:bill. It refuses NotFound "ductbill.no_leftover" for a credit of which nothing is
// left or that months to come take off, and Conflict "ductbill.nothing_to_credit" while no invoice of the lease has room.
func (s *Service) AskLeftover(ctx context.Context, actor identity.Actor, id uuid.UUID) (asked []invoice.Request, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctBill); err != nil {
		return nil, err
	}
	k, err := s.leftover(ctx, s.d.DB.App, id)
	if err != nil {
		return nil, err
	}
	plan, err := s.takeBacks(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("ductbill: leftover: %w", err)
	}
	if len(plan) == 0 {
		return nil, fault.New(fault.Conflict, "ductbill.nothing_to_credit")
	}
	err = s.act(ctx, actor, "leftover", func(ctx context.Context, tx bun.Tx) error {
		if err := turn(ctx, tx); err != nil {
			return err
		}
		now, err := s.leftover(ctx, tx, id)
		if err == nil && now.Taken != k.Taken {
			err = fault.New(fault.NotFound, "ductbill.no_leftover") // somebody else was first
		}
		if err != nil {
			return err
		}
		for _, b := range plan {
			q, err := s.Book.Ask(ctx, tx, actor, b.in)
			if err != nil {
				return err
			}
			if _, err := tx.NewRaw("INSERT INTO duct_credit_note (tenant_id, credit_id, request_id, amount) VALUES (?, ?, ?, ?)", tenancy.Must(ctx), id, q.ID, b.amount).Exec(ctx); err != nil {
				return err
			}
			asked = append(asked, q)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "ductbill.ask_leftover", Object: "duct_lease", ObjectID: k.LeaseID, At: s.now(),
			Detail: map[string]any{"number": k.Lease, "credits": len(plan), "amount": int64(k.Rest())}})
	})
	return asked, err
}

// leftover reads one.
func (s *Service) leftover(ctx context.Context, db bun.IDB, id uuid.UUID) (Leftover, error) {
	var all []Leftover
	if err := db.NewRaw(leftoverSQL+"AND y.id = ?2", tenancy.Must(ctx), s.now(), id).Scan(ctx, &all); err != nil {
		return Leftover{}, fmt.Errorf("ductbill: leftover: %w", err)
	}
	if len(all) == 0 {
		return Leftover{}, fault.New(fault.NotFound, "ductbill.no_leftover")
	}
	return all[0], nil
}

// invoicesMost is how many invoices of a lease are looked at: years of them.
const invoicesMost = 120

// takeBacks plans which invoices of the lease and its renewals are credited, and how much of each line.
func (s *Service) takeBacks(ctx context.Context, k Leftover) (out []takeBack, err error) {
	var rows []struct {
		ID     uuid.UUID
		Number string
	}
	err = s.d.DB.App.NewRaw(`SELECT i.id, i.number FROM invoice i WHERE i.tenant_id = ?0 AND i.kind = 'invoice' AND EXISTS (SELECT FROM invoice_line l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id
			AND l.source ->> 'kind' = 'duct' AND l.source ->> 'lease' IN (?1)) AND NOT EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind IN ('void', 'write_off')) ORDER BY i.id DESC LIMIT ?2`,
		tenancy.Must(ctx), bun.List(texts(k.Heirs)), invoicesMost).Scan(ctx, &rows)
	rest := k.Rest()
	reason := k.Name.In(i18n.ID) + ". " + k.Working.In(i18n.ID)
	for _, r := range rows {
		if rest <= 0 || err != nil {
			break
		}
		var lines []invoice.Line
		if _, lines, _, err = s.Book.Find(ctx, r.ID); err != nil {
			return nil, err
		}
		credit, err := s.Book.CreditLines(ctx, r.ID, lines)
		if err != nil {
			return nil, err
		}
		back, amount := room(credit, texts(k.Heirs), rest)
		if amount == 0 {
			continue
		}
		in, err := invoice.Crediting(r.ID, credit, back, reason)
		if err != nil {
			return nil, err
		}
		out, rest = append(out, takeBack{invoice: r.ID, number: r.Number, amount: amount, in: in}), rest-amount
	}
	return out, err
}

// room is how much of each line of some leases can be taken back, up to most: under each tax no more than its lines come to.
func room(all []invoice.CreditLine, leases []string, most money.Rupiah) (map[int]money.Rupiah, money.Rupiah) {
	of := func(l invoice.CreditLine) bool {
		lease, _ := l.Source["lease"].(string)
		return slices.Contains(leases, lease)
	}
	left := map[string]money.Rupiah{}
	for _, l := range all {
		if of(l) {
			left[l.PPN] += l.Left()
		}
	}
	back, sum := map[int]money.Rupiah{}, money.Rupiah(0)
	for _, l := range all {
		if amount := min(l.Left(), left[l.PPN], most-sum); of(l) && amount > 0 {
			back[l.Position], sum, left[l.PPN] = amount, sum+amount, left[l.PPN]-amount
		}
	}
	return back, sum
}

func texts(all []uuid.UUID) []string {
	out := make([]string, len(all))
	for i, id := range all {
		out[i] = id.String()
	}
	return out
}
