package ductbill

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Credit is what the company owes an operator for a lease, and takes off its next invoices.
type Credit struct {
	bun.BaseModel `bun:"table:duct_credit,alias:k"`

	TenantID   tenancy.ID     `bun:"tenant_id,pk"`
	ID         uuid.UUID      `bun:"id,pk"`
	OperatorID uuid.UUID      `bun:"operator_id"`
	LeaseID    uuid.UUID      `bun:"lease_id"`
	Amount     money.Rupiah   `bun:"amount"` // before tax, more than nothing
	Name       i18n.Text      `bun:"name,type:jsonb"`
	Working    i18n.Text      `bun:"working,type:jsonb"`
	Source     map[string]any `bun:"source,type:jsonb"` // what it is for; "kind" must not be that of another line
	GivenAt    time.Time      `bun:"given_at"`
	Taken      money.Rupiah   `bun:"taken,scanonly"`       // off invoices by now, and asked to be
	Heirs      []uuid.UUID    `bun:"heirs,array,scanonly"` // its lease, and those that renew it one after the other
}

// takenSQL is what was taken off for a credit k: by months, and by credit notes that nobody has refused.
const takenSQL = `((SELECT coalesce(sum(x.amount), 0) FROM duct_credit_line x WHERE x.tenant_id = k.tenant_id AND x.credit_id = k.id` + stands + `)
	+ (SELECT coalesce(sum(n.amount), 0) FROM duct_credit_note n
		WHERE n.tenant_id = k.tenant_id AND n.credit_id = k.id AND (SELECT q.approved FROM invoice_request q WHERE q.tenant_id = n.tenant_id AND q.id = n.request_id) IS NOT FALSE))::bigint`

// heirsSQL are the lease of a credit k and those that renew it, which take its credits over.
const heirsSQL = `ARRAY(WITH RECURSIVE heir AS (SELECT k.lease_id AS id UNION SELECT r.id FROM heir h JOIN duct_lease r ON r.tenant_id = k.tenant_id AND r.renews_id = h.id AND r.state IN ('active', 'ended')) SELECT id FROM heir)`

// Give keeps a credit as part of tx; one with an id that is known changes nothing. Who may give it, and that two people agree, is the
// caller's concern. The months to come take it off as far as they charge its lease or one that renews it, in the same tax as that; what
// is left after the last of them, Leftovers tells.
func (s *Service) Give(ctx context.Context, tx bun.Tx, k Credit) error {
	k.TenantID, k.GivenAt = tenancy.Must(ctx), s.now()
	if _, err := tx.NewInsert().Model(&k).On("CONFLICT (tenant_id, id) DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("ductbill: credit: %w", err)
	}
	return nil
}

// stands leaves out of rows x what a draft charged or took off that was dropped, or whose invoice is void with nothing to follow.
const stands = " AND (SELECT d.dropped_at FROM invoice_draft d WHERE d.tenant_id = x.tenant_id AND d.id = x.draft_id) IS NULL"

// Taken are the credits of some ids with what was taken off invoices by now.
func (s *Service) Taken(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]money.Rupiah, error) {
	out := map[uuid.UUID]money.Rupiah{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		CreditID uuid.UUID
		Amount   money.Rupiah
	}
	err := s.d.DB.App.NewRaw(`SELECT credit_id, sum(amount)::bigint AS amount FROM (SELECT credit_id, amount FROM duct_credit_line x WHERE tenant_id = ?0 AND credit_id IN (?1)`+stands+`
			UNION ALL SELECT n.credit_id, n.amount FROM duct_credit_note n WHERE n.tenant_id = ?0 AND n.credit_id IN (?1)
				AND (SELECT q.approved FROM invoice_request q WHERE q.tenant_id = n.tenant_id AND q.id = n.request_id)) x GROUP BY credit_id`,
		tenancy.Must(ctx), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductbill: credits: %w", err)
	}
	for _, r := range rows {
		out[r.CreditID] = r.Amount
	}
	return out, nil
}

// takenOff is what a month takes off for a credit.
type takenOff struct {
	credit uuid.UUID
	amount money.Rupiah
}

// credits takes off what is owed to those whom the month charges: of each credit as much as its lease is charged for and nothing has
// taken off yet, under each tax as much as is charged under it. What is left waits for the next month.
func (m bill) credits(ctx context.Context, tx bun.Tx) error {
	var all []Credit
	err := tx.NewRaw("SELECT y.*, "+heirsSQL+" AS heirs FROM (SELECT k.*, "+takenSQL+" AS taken FROM duct_credit k WHERE k.tenant_id = ?) y JOIN duct_credit k ON k.tenant_id = y.tenant_id AND k.id = y.id WHERE y.taken < y.amount ORDER BY y.id", tenancy.Must(ctx)).Scan(ctx, &all)
	if err != nil {
		return err
	}
	for _, k := range all {
		o := m.of[k.OperatorID]
		if o == nil {
			continue
		}
		for i := range o.parts {
			if !slices.Contains(k.Heirs, o.parts[i].lease) {
				continue
			}
			taken, err := o.parts[i].credit(k)
			if err != nil {
				return err
			}
			k.Taken += taken
		}
	}
	return nil
}

// credit adds the lines by which a month takes a credit off, and returns how much: under each tax in proportion to what is charged under it.
func (p *part) credit(k Credit) (money.Rupiah, error) {
	var weights []int64
	var total money.Rupiah
	groups := p.room()
	for _, g := range groups {
		weights = append(weights, int64(max(g.amount, 0)))
		total += max(g.amount, 0)
	}
	amount := min(k.Amount-k.Taken, total)
	if amount <= 0 || len(p.charges)+len(groups) > linesMost {
		return 0, nil // the next month has room
	}
	parts, err := amount.Allocate(weights...)
	if err != nil {
		return 0, err
	}
	for i, g := range groups {
		if parts[i] == 0 {
			continue
		}
		source := map[string]any{"lease": p.lease, "credit": k.ID}
		maps.Copy(source, k.Source)
		p.charges = append(p.charges, invoice.Charge{Name: k.Name, Working: k.Working, Amount: -parts[i], PPN: g.ppn, PPh: g.pph, Own: true, Source: source})
	}
	p.off = append(p.off, takenOff{k.ID, amount})
	return amount, nil
}

// taxed is what is charged under a tax.
type taxed struct {
	ppn, pph string
	amount   money.Rupiah
}

// room is what a lease is charged under each tax, less what was taken off, in the order of the lines.
func (p *part) room() []taxed {
	var out []taxed
	for _, c := range p.charges {
		i := 0
		for i < len(out) && (out[i].ppn != c.PPN || out[i].pph != c.PPh) {
			i++
		}
		if i == len(out) {
			out = append(out, taxed{ppn: c.PPN, pph: c.PPh})
		}
		out[i].amount += c.Amount
	}
	return out
}

// MonthFees are what some leases are charged for a month by time, by the prices that hold in it: without what is paid once, and what a
// minimum term asks for. A lease that the month does not charge is left out. It refuses what ducttariff.Rate does.
func (s *Service) MonthFees(ctx context.Context, tx bun.Tx, month time.Time, leases []uuid.UUID) (map[uuid.UUID]money.Rupiah, error) {
	list, err := ducttariff.Read(ctx, tx)
	if err != nil {
		return nil, err
	}
	m := bill{month: monthOf(month), list: list}
	all, volume, err := m.holds(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]money.Rupiah{}
	wanted := map[uuid.UUID]bool{}
	for _, id := range leases {
		wanted[id] = true
	}
	for _, l := range all {
		if !wanted[l.ID] {
			continue
		}
		l.Waits = false // what is left of a minimum term is left out here
		lines, err := m.rate(ctx, tx, l, volume[l.OperatorID])
		if err != nil {
			return nil, fmt.Errorf("ductbill: %s: %w", l.Number, err)
		}
		var fee money.Rupiah
		for _, x := range lines {
			if x.Per == ducttariff.Once || x.Minimum {
				continue
			}
			if fee, err = fee.Add(x.Amount); err != nil {
				return nil, err
			}
		}
		out[l.ID] = max(fee, 0)
	}
	return out, nil
}
