package revenue

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// The tables that Export writes for the offices of revenue and of finance (Bapenda, BPKAD).
const (
	Realisation = "realisation" // target and what came in by account and month
	Receivables = "receivables" // what is owed to the city by its age
	Dividends   = "dividends"   // decided, due, paid and late
	Assessments = "assessments" // what a SKRD says of each retribution
	Contracts   = "contracts"   // the leases of the ducts with the agreement that each rests on
	Deferred    = "deferred"    // what the company was paid once for the time of leases, and when it is revenue
)

// Tables lists them.
func Tables() []string {
	return []string{Realisation, Receivables, Dividends, Assessments, Contracts, Deferred}
}

// Export hands the rows of a table as it is on a day to row, the heading first. Amounts are int64, days text (2026-11-27). It needs
// revenue:read. Contracts and what is deferred are the company's and no revenue of the city; they are what its dividend rests on.
func (s *Service) Export(ctx context.Context, actor identity.Actor, in i18n.Locale, table string, day time.Time, row func([]any) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return err
	}
	day = duct.DayOf(day)
	heading := func(names ...string) error {
		var cells []any
		for _, n := range names {
			cells = append(cells, in.T("revenue.export."+n))
		}
		return row(cells)
	}
	switch table {
	case Realisation:
		return s.exportLedger(ctx, actor, in, day, row)
	case Receivables:
		if err := heading("code", "payer", "basis", "legal_note", "decided", "due", "amount", "received", "open", "days_late", "age"); err != nil {
			return err
		}
		return s.claims(ctx, "", day, func(c aged) error {
			if c.Open() <= 0 {
				return nil
			}
			return row([]any{c.Code, c.Payer, c.Basis, c.LegalNote, dateText(c.DecidedOn), dateText(c.DueOn), int64(c.Amount), int64(c.Received), int64(c.Open()), c.late(day), in.T("revenue.export.age." + c.age(day))})
		})
	case Dividends:
		if err := heading("code", "payer", "basis", "decided", "due", "amount", "received", "last_paid", "open", "days_late"); err != nil {
			return err
		}
		return s.claims(ctx, Dividend, day, func(c aged) error {
			return row([]any{c.Code, c.Payer, c.Basis, dateText(c.DecidedOn), dateText(c.DueOn), int64(c.Amount), int64(c.Received), dateText(c.LastPaid), int64(c.Open()), c.late(day)})
		})
	case Assessments:
		if err := heading("code", "account", "payer", "basis", "decided", "due", "amount", "words", "received", "open"); err != nil {
			return err
		}
		names, err := s.names(ctx, day)
		if err != nil {
			return err
		}
		return s.claims(ctx, Retribusi, day, func(c aged) error {
			return row([]any{c.Code, names[c.Code].In(in), c.Payer, c.Basis, dateText(c.DecidedOn), dateText(c.DueOn), int64(c.Amount), c.Amount.Words(), int64(c.Received), int64(c.Open())})
		})
	case Contracts:
		if err := heading("lease", "company", "kind", "quantity", "metres", "since", "until", "state", "agreement", "agreement_until", "deposit"); err != nil {
			return err
		}
		return s.contracts(ctx, in, day, row)
	case Deferred:
		return s.exportDeferrals(ctx, actor, in, day, row)
	}
	return fmt.Errorf("revenue: there is no table %q", table)
}

// dateText is a day, or nothing for none.
func dateText(d time.Time) string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

func (s *Service) exportLedger(ctx context.Context, actor identity.Actor, in i18n.Locale, day time.Time, row func([]any) error) error {
	lines, err := s.Ledger(ctx, actor, day)
	if err != nil {
		return err
	}
	cells := []any{in.T("revenue.export.code"), in.T("revenue.export.account"), in.T("revenue.export.channel"), in.T("revenue.export.target"), in.T("revenue.export.basis")}
	for m := range 12 {
		cells = append(cells, in.MonthName(time.Month(m+1)))
	}
	for _, n := range []string{"realised", "share", "owed", "overdue", "forecast", "short"} {
		cells = append(cells, in.T("revenue.export."+n))
	}
	if err := row(cells); err != nil {
		return err
	}
	for _, l := range lines {
		cells := []any{l.Code, l.Name.In(in), in.T("revenue.channel." + l.Channel), int64(l.Target), l.Basis}
		for _, m := range l.Months {
			cells = append(cells, int64(m))
		}
		if err := row(append(cells, int64(l.Realised), fmt.Sprintf("%d.%02d%%", l.Share()/100, l.Share()%100), int64(l.Owed), int64(l.Overdue), int64(l.Forecast), int64(l.Short))); err != nil {
			return err
		}
	}
	return nil
}

// aged is a claim as it is on a day.
type aged struct {
	Claim    `bun:",extend"`
	Received money.Rupiah
	LastPaid time.Time `bun:"last_paid,nullzero"`
}

// Open is what is still to come.
func (c aged) Open() money.Rupiah { return c.Amount - c.Received }

// late is for how many days something of it has been overdue; 0 while it is not.
func (c aged) late(day time.Time) int64 {
	if c.Open() <= 0 || !c.DueOn.Before(day) {
		return 0
	}
	return int64(day.Sub(duct.DayOf(c.DueOn)).Hours()) / 24
}

// age is the class of receivables that it is of.
func (c aged) age(day time.Time) string {
	switch n := c.late(day); {
	case n == 0:
		return "not_due"
	case n <= 30:
		return "to_30"
	case n <= 60:
		return "to_60"
	case n <= 90:
		return "to_90"
	}
	return "beyond"
}

// pages hands over rows of any number, each page of so many read after the last row of the page before, nil before the first.
func pages[T any](size int, read func(after *T) ([]T, error), each func(T) error) error {
	for after := (*T)(nil); ; {
		page, err := read(after)
		if err != nil {
			return err
		}
		for _, x := range page {
			if err := each(x); err != nil {
				return err
			}
		}
		if len(page) < size {
			return nil
		}
		after = &page[len(page)-1]
	}
}

// claims hands over what was decided until a day and not taken back by then, of a channel or of all with an empty one, with what came in until then, the earliest due first.
func (s *Service) claims(ctx context.Context, channel string, day time.Time, each func(aged) error) error {
	on := day.Format(time.DateOnly)
	return pages(s.d.Page, func(after *aged) (all []aged, err error) {
		if after == nil {
			after = &aged{}
		}
		err = s.d.DB.App.NewRaw(`SELECT c.*, coalesce(r.received, 0)::bigint AS received, r.last_paid FROM revenue_claim c
		LEFT JOIN LATERAL (SELECT sum(r.amount) AS received, max(r.on_day) FILTER (WHERE r.amount > 0 AND NOT EXISTS (SELECT FROM revenue_receipt u WHERE u.tenant_id = r.tenant_id AND u.undoes = r.id)) AS last_paid
			FROM revenue_receipt r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id AND r.on_day <= ?2) r ON true
		WHERE c.tenant_id = ?0 AND c.decided_on <= ?2 AND (c.undone_on IS NULL OR c.undone_on > ?2) AND (?1 = '' OR EXISTS (SELECT FROM revenue_account a WHERE a.tenant_id = c.tenant_id AND a.code = c.code AND a.channel = ?1)) AND (c.due_on, c.id) > (?4::date, ?5::uuid)
		ORDER BY c.due_on, c.id LIMIT ?3`, tenancy.Must(ctx), channel, on, s.d.Page, after.DueOn.Format(time.DateOnly), after.ID).Scan(ctx, &all)
		if err != nil {
			return nil, fmt.Errorf("revenue: claims: %w", err)
		}
		return all, nil
	}, each)
}

// names are those of the accounts of a day.
func (s *Service) names(ctx context.Context, day time.Time) (map[string]i18n.Text, error) {
	all, err := accountsOn(ctx, s.d.DB.App, day)
	out := map[string]i18n.Text{}
	for _, a := range all {
		out[a.Code] = a.Name
	}
	return out, err
}

// contracts hands over the leases that are ordered or run on a day or are over since, each with the agreement of its company that holds on
// the day, and the deposit that is held for it.
func (s *Service) contracts(ctx context.Context, in i18n.Locale, day time.Time, row func([]any) error) error {
	type contract struct {
		ID                                   uuid.UUID
		Number, Name, Kind, State, Agreement string
		Quantity                             int64
		LengthMM                             int64
		Since                                time.Time
		Until                                time.Time `bun:"until,nullzero"`
		AgreementUntil                       time.Time `bun:"agreement_until,nullzero"`
		Deposit                              money.Rupiah
	}
	on := day.Format(time.DateOnly)
	return pages(s.d.Page, func(after *contract) (all []contract, err error) {
		if after == nil {
			after = &contract{}
		}
		err = s.d.DB.App.NewRaw(`SELECT l.id, l.number, o.name, l.kind, l.state, l.quantity, l.length_mm, l.since, l.until, coalesce(p.number, '') AS agreement, p.until AS agreement_until,
			(SELECT coalesce(sum(CASE WHEN e.kind IN ('received', 'taken_over') THEN e.amount ELSE -e.amount END), 0)::bigint FROM duct_deposit_entry e WHERE e.tenant_id = l.tenant_id AND e.lease_id = l.id AND e.on_day <= ?1
				AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = e.tenant_id AND u.payment_id = e.payment_id)
				AND NOT EXISTS (SELECT FROM bank_hold h WHERE h.tenant_id = e.tenant_id AND h.id = e.hold_id AND h.undone_at IS NOT NULL)) AS deposit
		FROM duct_lease l JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
		LEFT JOIN LATERAL (SELECT p.number, p.until FROM duct_operator_paper p WHERE p.tenant_id = l.tenant_id AND p.operator_id = l.operator_id AND p.kind = 'agreement' AND (p.day IS NULL OR p.day <= ?1) AND (p.until IS NULL OR p.until >= ?1) ORDER BY p.id DESC LIMIT 1) p ON true
		WHERE l.tenant_id = ?0 AND l.state IN ('ordered', 'active', 'ended') AND (o.name, l.number, l.id) > (?3, ?4, ?5::uuid) ORDER BY o.name, l.number, l.id LIMIT ?2`,
			tenancy.Must(ctx), on, s.d.Page, after.Name, after.Number, after.ID).Scan(ctx, &all)
		if err != nil {
			return nil, fmt.Errorf("revenue: contracts: %w", err)
		}
		return all, nil
	}, func(c contract) error {
		last := c.Until
		if !last.IsZero() {
			last = last.AddDate(0, 0, -1) // as the pages say it
		}
		return row([]any{c.Number, c.Name, in.T("duct.unit." + c.Kind), c.Quantity, (c.LengthMM + 500) / 1000, dateText(c.Since), dateText(last), in.T("lease.state." + lease.Standing(c.State, c.Until, day)), c.Agreement, dateText(c.AgreementUntil), int64(c.Deposit)})
	})
}
