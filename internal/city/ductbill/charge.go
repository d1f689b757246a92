package ductbill

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// system is who acts where no person does.
var system = identity.Actor{Kind: identity.Kind(audit.System)}

// chargeDue charges the earliest month that is over and has not been, from the seller's day of the month after on. A repetition
// finds the next, and then what could not be charged before.
func (s *Service) chargeDue(ctx context.Context, tx bun.Tx, _ time.Time) error {
	today := s.today(ctx)
	seller, err := invoice.SellerOn(ctx, tx, today)
	if fault.Is(err, "invoice.no_seller") {
		return nil
	}
	if err != nil {
		return err
	}
	last := monthOf(today).AddDate(0, -1, 0)
	if today.Day() < seller.CloseDay {
		last = last.AddDate(0, -1, 0)
	}
	if some, err := s.next(ctx, tx, system, seller, last); err != nil || some {
		return err
	}
	return s.again(ctx, tx, system, seller)
}

// Charge charges every month up to one that is over, each once, and what could not be charged before, and returns how many months
// it charged. A lease that cannot be rated waits, see Unrated. It needs duct:bill; the refusals are those of the book, and Conflict "ductbill.not_over" for a month that is not.
func (s *Service) Charge(ctx context.Context, actor identity.Actor, until time.Time) (n int, err error) {
	until = monthOf(until)
	if !until.Before(monthOf(s.today(ctx))) {
		return 0, fault.New(fault.Conflict, "ductbill.not_over")
	}
	for {
		var some bool
		err := s.act(ctx, actor, "charge", func(ctx context.Context, tx bun.Tx) error {
			seller, err := invoice.SellerOn(ctx, tx, s.today(ctx))
			if err != nil {
				return err
			}
			if some, err = s.next(ctx, tx, actor, seller, until); err != nil || some {
				return err
			}
			return s.again(ctx, tx, actor, seller)
		})
		if err != nil || !some {
			return n, err
		}
		n++
	}
}

// Uncharged is the first day that no month has charged, and none does until tx ends; zero where nothing was charged yet. What a
// lease is changed to before that day reaches no invoice.
func (s *Service) Uncharged(ctx context.Context, tx bun.Tx) (time.Time, error) {
	if err := turn(ctx, tx); err != nil {
		return time.Time{}, err
	}
	var row struct {
		Day time.Time `bun:"day,nullzero"`
	}
	err := tx.NewRaw("SELECT (max(month) + interval '1 month')::date AS day FROM duct_bill_month WHERE tenant_id = ?", tenancy.Must(ctx)).Scan(ctx, &row)
	if err != nil {
		return time.Time{}, fmt.Errorf("ductbill: uncharged: %w", err)
	}
	return row.Day, nil
}

// turn makes whoever charges a city's months, or changes what they charge, wait for the other.
func turn(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "duct bills of "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// next charges the earliest month up to last that has not been charged; false when there is none.
func (s *Service) next(ctx context.Context, tx bun.Tx, actor identity.Actor, seller invoice.Seller, last time.Time) (bool, error) {
	tenant := tenancy.Must(ctx)
	if err := turn(ctx, tx); err != nil {
		return false, err
	}
	var row struct {
		Month time.Time `bun:"month,nullzero"`
	}
	err := tx.NewRaw(`SELECT coalesce((SELECT (max(month) + interval '1 month')::date FROM duct_bill_month WHERE tenant_id = ?0),
		(SELECT date_trunc('month', min(greatest(since, accepted_on)))::date FROM duct_lease WHERE tenant_id = ?0 AND state IN ('active', 'ended'))) AS month`, tenant).Scan(ctx, &row)
	if err != nil || row.Month.IsZero() || row.Month.After(last) {
		return false, err
	}
	return true, s.charge(ctx, tx, actor, seller, monthOf(row.Month))
}

func monthOf(d time.Time) time.Time {
	return time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// held is a lease that a month charges.
type held struct {
	ID         uuid.UUID
	Number     string
	OperatorID uuid.UUID
	Kind       string
	Quantity   int
	Since      time.Time // that was agreed on, and as which its segments are billed
	Agreed     time.Time // the end that was agreed on; zero for none
	From       time.Time // the first day that is charged
	Until      time.Time // the first that is not
	LengthMM   int64
	Segments   []uuid.UUID `bun:"segments,array"`
	Renews     uuid.NullUUID
	GoesOn     time.Time `bun:"goes_on,nullzero"` // the first day that its renewal is charged
	Waits      bool      // its renewal is neither accepted nor given up

	Made    time.Time // when it was reserved; only where a deposit is asked for
	Ordered bool      // and not accepted; only there too
}

// charge writes a draft for each operator whom a month charges.
func (s *Service) charge(ctx context.Context, tx bun.Tx, actor identity.Actor, seller invoice.Seller, month time.Time) error {
	list, err := ducttariff.Read(ctx, tx)
	if err != nil {
		return err
	}
	m := bill{month: month, seller: seller, list: list, of: map[uuid.UUID]*owed{}}
	if err := m.leases(ctx, tx); err != nil {
		return err
	}
	if err := m.late(ctx, tx); err != nil {
		return fmt.Errorf("ductbill: late fees: %w", err)
	}
	if err := m.credits(ctx, tx); err != nil {
		return fmt.Errorf("ductbill: credits: %w", err)
	}
	return s.write(ctx, tx, actor, m)
}

// holds is what the month charges, and how much of unit each operator holds in it.
func (m bill) holds(ctx context.Context, tx bun.Tx) (all []held, volume map[uuid.UUID]int64, err error) {
	month, end := m.month, m.month.AddDate(0, 1, 0)
	err = tx.NewRaw(`SELECT l.id, l.number, l.operator_id, l.kind, l.quantity, l.since, l.agreed_until AS agreed, greatest(l.since, l.accepted_on) AS "from", l.until, l.length_mm,
			ARRAY(SELECT DISTINCT u.segment_id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = coalesce(h.taken_id, h.unit_id) WHERE h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own AND h.released_at IS NULL ORDER BY 1) AS segments,
			l.renews_id AS renews, n.goes_on, n.goes_on IS NULL AND (n.waits OR EXISTS (SELECT FROM duct_order w JOIN duct_order o ON o.tenant_id = w.tenant_id AND o.renews = w.id AND o.closed_at IS NULL AND o.lease_id IS NULL WHERE w.tenant_id = l.tenant_id AND w.lease_id = l.id)) AS waits
		FROM duct_lease l CROSS JOIN LATERAL (SELECT min(greatest(n.since, n.accepted_on)) FILTER (WHERE n.state IN ('active', 'ended')) AS goes_on, coalesce(bool_or(n.state IN ('reserved', 'ordered')), false) AS waits
			FROM duct_lease n WHERE n.tenant_id = l.tenant_id AND n.renews_id = l.id) n
		WHERE l.tenant_id = ? AND l.state IN ('active', 'ended') AND greatest(l.since, l.accepted_on) < ? AND (l.until IS NULL OR l.until >= ? AND l.until > greatest(l.since, l.accepted_on))
		ORDER BY l.operator_id, l.id`, tenancy.Must(ctx), end.Format(time.DateOnly), month.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return nil, nil, fmt.Errorf("ductbill: leases: %w", err)
	}
	volume = map[uuid.UUID]int64{}
	for _, l := range all {
		if l.Until.IsZero() || l.Until.After(month) { // else it only owes what is left of its minimum term
			volume[l.OperatorID] += l.LengthMM * int64(l.Quantity)
		}
	}
	return all, volume, nil
}

// leases rates what is held in the month. What cannot be rated is unrated.
func (m *bill) leases(ctx context.Context, tx bun.Tx) error {
	all, volume, err := m.holds(ctx, tx)
	if err != nil {
		return err
	}
	m.unrated = map[uuid.UUID]string{}
	for _, l := range all {
		if m.again != nil && !m.again[l.ID] {
			continue
		}
		err := m.lease(ctx, tx, l, volume[l.OperatorID])
		if why, ok := unratable(err); ok {
			m.unrated[l.ID] = why
			continue
		}
		if err != nil {
			return fmt.Errorf("ductbill: %s: %w", l.Number, err)
		}
	}
	return nil
}

// bill is a month in the making.
type bill struct {
	month   time.Time
	seller  invoice.Seller
	list    ducttariff.List
	of      map[uuid.UUID]*owed  // by operator
	unrated map[uuid.UUID]string // leases that cannot be rated, with why
	again   map[uuid.UUID]bool   // the leases that it is about, where it was charged before; else all
}

// owed is what a month charges an operator.
type owed struct{ parts []part }

// part is what belongs together on one draft: the charges of a lease with what is taken off them, or a late fee.
type part struct {
	charges []invoice.Charge
	off     []takenOff
	lease   uuid.UUID
	amount  money.Rupiah // of the lease
	late    *lateFee
}

func (m bill) operator(id uuid.UUID) *owed {
	if m.of[id] == nil {
		m.of[id] = &owed{}
	}
	return m.of[id]
}

// rate is what a lease is charged for the month.
func (m bill) rate(ctx context.Context, tx bun.Tx, l held, volume int64) ([]ducttariff.Line, error) {
	h, err := ducttariff.Agreed(ctx, tx, l.ID, ducttariff.Route{Segments: l.Segments, Kind: l.Kind, Quantity: l.Quantity, Since: l.Since, Until: l.Agreed, Renews: l.Renews.UUID})
	if err != nil {
		return nil, err
	}
	h.From, h.Ended, h.VolumeMM, h.GoesOn, h.Waits = l.From, l.Until, volume, l.GoesOn, l.Waits
	return m.list.Rate(h, m.month, m.month.AddDate(0, 1, 0))
}

// lease charges a lease for the month.
func (m bill) lease(ctx context.Context, tx bun.Tx, l held, volume int64) error {
	lines, err := m.rate(ctx, tx, l, volume)
	if err != nil {
		return err
	}
	terms, ok := m.list.TermsOn(m.month.AddDate(0, 1, -1))
	if !ok {
		return fault.New(fault.Conflict, "ducttariff.no_terms")
	}
	sum, err := ducttariff.Sum(lines)
	if err != nil {
		return err
	}
	own := part{lease: l.ID, amount: sum}
	for _, x := range lines {
		ppn := terms.PPNOutside
		if x.FreeTrade {
			ppn = terms.PPNInside
		}
		c := invoice.Charge{Name: i18n.Text{}, Working: i18n.Text{}, Amount: x.Amount, PPN: ppn, PPh: terms.PPh, Own: true, // by the ground it lies in
			Source: map[string]any{"kind": "duct", "lease": l.ID, "number": l.Number, "tariff": x.Tariff, "charge": x.Charge, "from": x.From.Format(time.DateOnly), "until": x.Until.Format(time.DateOnly),
				"off": x.Off, "minimum": x.Minimum, "free_trade": x.FreeTrade, "basis": x.Basis, "verified": x.Verified}}
		for _, in := range i18n.All() {
			c.Name[in] = l.Number + ": " + x.Name.In(in)
			c.Working[in] = in.T("ductbill.working", "working", x.Working.In(in), "basis", x.Basis)
		}
		own.charges = append(own.charges, c)
	}
	if len(lines) > 0 {
		o := m.operator(l.OperatorID)
		o.parts = append(o.parts, own)
	}
	return nil
}

// linesMost is how many charges a draft has at most: a paper of some twenty pages. What an operator is charged beyond that is on
// further drafts, each an invoice of its own; the charges of a lease are never on two.
const linesMost = 400

// drafts parts what is owed where a draft is full.
func (o owed) drafts() [][]part {
	var out [][]part
	n := linesMost
	for _, p := range o.parts {
		if n += len(p.charges); n > linesMost {
			out, n = append(out, nil), len(p.charges)
		}
		out[len(out)-1] = append(out[len(out)-1], p)
	}
	return out
}

// write keeps the month with its drafts.
func (s *Service) write(ctx context.Context, tx bun.Tx, actor identity.Actor, m bill) error {
	return s.writeAll(ctx, tx, actor, m, func(leases int, sum money.Rupiah) error {
		_, err := tx.NewRaw("INSERT INTO duct_bill_month (tenant_id, month, charged_at, leases, amount) VALUES (?, ?, ?, ?, ?)", tenancy.Must(ctx), m.month.Format(time.DateOnly), s.now(), leases, sum).Exec(ctx)
		if err != nil {
			return err
		}
		return m.keepUnrated(ctx, tx, s.now())
	})
}

// writeAll keeps the drafts, after the month has been kept with what they come to.
func (s *Service) writeAll(ctx context.Context, tx bun.Tx, actor identity.Actor, m bill, keep func(leases int, sum money.Rupiah) error) error {
	var sum money.Rupiah
	leases := 0
	for _, o := range m.of {
		for _, p := range o.parts {
			if p.lease != uuid.Nil {
				leases++
			}
			for _, c := range p.charges {
				var err error
				if sum, err = sum.Add(c.Amount); err != nil {
					return err
				}
			}
		}
	}
	if err := keep(leases, sum); err != nil {
		return fmt.Errorf("ductbill: month: %w", err)
	}
	var who []uuid.UUID
	for id := range m.of {
		who = append(who, id)
	}
	slices.SortFunc(who, func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) })
	for _, id := range who {
		if err := s.writeOne(ctx, tx, m, id); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "ductbill.charge", Object: "duct_bill_month", ObjectID: tenancy.Must(ctx), At: s.now(),
		Detail: map[string]any{"month": m.month.Format("2006-01"), "leases": leases, "drafts": len(who), "amount": int64(sum)}})
}

// writeOne writes the drafts of an operator, and keeps on which of them each lease and each late fee of the month is.
func (s *Service) writeOne(ctx context.Context, tx bun.Tx, m bill, operator uuid.UUID) error {
	all, tenant, month := m.of[operator].drafts(), tenancy.Must(ctx), m.month.Format(time.DateOnly)
	if len(all) == 0 {
		return nil
	}
	party, err := s.party(ctx, tx, m.seller, operator)
	if err != nil {
		return fmt.Errorf("ductbill: party: %w", err)
	}
	due := m.seller.DueDays
	if t, ok := m.list.TermsOn(m.month.AddDate(0, 1, -1)); ok {
		due = t.DueDays
	}
	for n, parts := range all {
		d := invoice.Draft{PartyID: party, Series: m.seller.Series, Source: fmt.Sprintf("duct:%s:%s", m.month.Format("2006-01"), operator), DueDays: due, Note: i18n.ID.T("ductbill.note", "month", i18n.ID.Month(m.month))}
		if m.again != nil {
			d.Source += ":" + parts[0].lease.String() // it is charged for the month once
		} else if n > 0 {
			d.Source += fmt.Sprintf(":%d", n+1)
		}
		if len(all) > 1 {
			d.Note = i18n.ID.T("ductbill.note_part", "note", d.Note, "n", n+1, "of", len(all))
		}
		for _, p := range parts {
			d.Charges = append(d.Charges, p.charges...)
		}
		if d, err = s.Book.Write(ctx, tx, d); err != nil {
			return err
		}
		for _, p := range parts {
			if p.late != nil {
				_, err = tx.NewRaw("INSERT INTO duct_late_fee (tenant_id, invoice_id, month, draft_id, base, days, amount) VALUES (?, ?, ?, ?, ?, ?, ?)", tenant, p.late.InvoiceID, month, d.ID, p.late.Base, p.late.Days, p.late.amount).Exec(ctx)
			} else {
				_, err = tx.NewRaw("INSERT INTO duct_charge (tenant_id, lease_id, month, operator_id, draft_id, amount) VALUES (?, ?, ?, ?, ?, ?)", tenant, p.lease, month, operator, d.ID, p.amount).Exec(ctx)
			}
			if err != nil {
				return fmt.Errorf("ductbill: charge: %w", err)
			}
			for _, x := range p.off {
				if _, err := tx.NewRaw("INSERT INTO duct_credit_line (tenant_id, credit_id, month, draft_id, amount) VALUES (?, ?, ?, ?, ?)", tenant, x.credit, month, d.ID, x.amount).Exec(ctx); err != nil {
					return fmt.Errorf("ductbill: credit: %w", err)
				}
			}
		}
	}
	return nil
}

// party is whom the book charges for an operator, as the operator is registered now. The caller has taken its turn: somebody else may be making it a payer.
func (s *Service) party(ctx context.Context, tx bun.Tx, seller invoice.Seller, operator uuid.UUID) (uuid.UUID, error) {
	tenant := tenancy.Must(ctx)
	var now struct{ Name, Address, Email, NPWP string }
	if err := tx.NewRaw("SELECT name, address, email, npwp FROM duct_operator WHERE tenant_id = ? AND id = ?", tenant, operator).Scan(ctx, &now); err != nil {
		return uuid.Nil, err
	}
	if now.Address == "" {
		now.Address = now.Name
	}
	var was invoice.Party
	err := tx.NewSelect().Model(&was).Join("JOIN duct_payer AS d ON d.tenant_id = p.tenant_id AND d.party_id = p.id").Where("p.tenant_id = ? AND d.operator_id = ?", tenant, operator).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, err
	}
	if err == nil && was.Name == now.Name && was.Address == now.Address && was.Email == now.Email && was.NPWP == now.NPWP {
		return was.ID, nil
	}
	known, r := err == nil, seller.Regimes[""]
	if !known {
		was = invoice.Party{FreeZone: r.FreeZone, Collector: r.Collector, PPN: r.PPN, PPh: r.PPh, Basis: r.Basis, Verified: r.Verified}
	}
	was.Name, was.Address, was.Email, was.NPWP = now.Name, now.Address, now.Email, now.NPWP
	if was, err = invoice.SaveParty(ctx, tx, system, was); err != nil || known {
		return was.ID, err
	}
	_, err = tx.NewRaw("INSERT INTO duct_payer (tenant_id, operator_id, party_id) VALUES (?, ?, ?)", tenant, operator, was.ID).Exec(ctx)
	return was.ID, err
}
