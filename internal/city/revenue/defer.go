package revenue

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Accounting is how the company recognises what is paid once for the time of a lease, from a day on.
type Accounting struct {
	From          string    `yaml:"effective_from" json:"effective_from"`
	Deferred      []string  `yaml:"deferred" json:"deferred"` // charges of prices that are paid once
	Standard      string    `yaml:"standard" json:"standard"` // of contracts
	LeaseStandard string    `yaml:"lease_standard" json:"lease_standard"`
	Method        i18n.Text `yaml:"method" json:"method"`
	Verified      bool      `yaml:"verified" json:"verified"` // by an accountant
	Source        string    `yaml:"source" json:"source"`
}

type accountingRow struct {
	bun.BaseModel `bun:"table:duct_accounting,alias:a"`

	TenantID tenancy.ID      `bun:"tenant_id,pk"`
	From     string          `bun:"effective_from,pk,type:date"`
	Body     json.RawMessage `bun:"body,type:jsonb"`
}

// AccountingSection is the accounting's part of a city pack: duct/accounting.yaml. Register it with the engine. What left the pack stays.
func AccountingSection() pack.Section {
	return pack.ListSection("accounting", "duct/accounting.yaml", func(a Accounting) string { return a.From }, func(c *pack.Check, at string, a Accounting) {
		if _, err := time.Parse(time.DateOnly, a.From); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", a.From, "example", "2026-01-01")
		}
		for i, x := range a.Deferred {
			c.OneOf(pack.At(at+".deferred", i), x, ducttariff.Order, ducttariff.Metre, ducttariff.Node, ducttariff.Pole, ducttariff.Entry)
		}
		c.Required(at+".standard", a.Standard)
		c.Required(at+".source", a.Source)
		c.Text(at+".method", a.Method)
	}, func(ctx context.Context, tx bun.Tx, all []Accounting) error {
		for _, a := range all {
			body, err := json.Marshal(a)
			if err != nil {
				return err
			}
			row := accountingRow{TenantID: tenancy.Must(ctx), From: a.From, Body: body}
			if _, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, effective_from) DO UPDATE").Set("body = EXCLUDED.body").Exec(ctx); err != nil {
				return fmt.Errorf("revenue: accounting: %w", err)
			}
		}
		return nil
	})
}

// Deferral is what a lease was charged once for its time.
type Deferral struct {
	InvoiceID uuid.UUID
	Position  int    // of its line
	Number    string // of the invoice
	IssuedOn  time.Time
	Charge    string
	LeaseID   uuid.UUID
	Lease     string
	Operator  string
	What      i18n.Text
	From      time.Time // the first day of its time
	Until     time.Time // the first after it
	EndedOn   time.Time `bun:"ended_on,nullzero"` // where the lease is over earlier: what is left is recognised then
	Moves     []Move    `bun:"moves,type:jsonb"`
}

// Move is an amount before tax that an invoice charged on a day, or that a credit note or a void took back.
type Move struct {
	On     time.Time    `json:"on"`
	Amount money.Rupiah `json:"amount"`
}

// Charged is what was charged before a day and not taken back before it.
func (d Deferral) Charged(day time.Time) (sum money.Rupiah) {
	for _, m := range d.Moves {
		if m.On.Before(day) {
			sum += m.Amount
		}
	}
	return sum
}

// Recognised is what is recognised before a day of what was charged before it: a straight line by the day, half a rupiah up, and everything once
// its time or the lease is over. What is invoiced late or taken back is made up for on that day, so that days before stay as they were; the
// differences between days add up to what is charged to the rupiah.
func (d Deferral) Recognised(day time.Time) (money.Rupiah, error) {
	charged := d.Charged(day)
	switch {
	case !day.After(d.From):
		return 0, nil
	case !day.Before(d.Until), !d.EndedOn.IsZero() && !day.Before(d.EndedOn):
		return charged, nil
	}
	return charged.FractionHalfUp(int64(day.Sub(d.From).Hours()/24), int64(d.Until.Sub(d.From).Hours()/24))
}

// DeferredMonth is a month of the schedule of all of them, by what was invoiced and taken back until the day that was asked for.
type DeferredMonth struct {
	Month      time.Time
	Charged    money.Rupiah // in it, less what was taken back
	Recognised money.Rupiah
	Balance    money.Rupiah // that is still deferred when it ends
}

// Deferrals are what is deferred as of a day.
type Deferrals struct {
	Rules Accounting // of that day; zero where there are none
	All   []Deferral // the earliest invoice first
	Year  []DeferredMonth
}

// deferralSQL finds ?2 lines of invoices by prices that are paid once, issued until ?1, with what became of them until then, after the line of ?3
// to ?5. Such lines are few among those of all months, so that each of their invoices and leases is looked up by itself (OFFSET 0) and no table is
// read from end to end.
const deferralSQL = `SELECT i.id AS invoice_id, x.position, i.number, i.issued_on, p.body ->> 'charge' AS charge, l.id AS lease_id, l.number AS lease, l.operator, x.name AS what, greatest(l.since, l.accepted_on) AS "from",
		CASE WHEN l.until < g.until THEN l.until END AS ended_on, g.until,
		jsonb_build_array(jsonb_build_object('on', i.issued_on + time '00:00' AT TIME ZONE 'UTC', 'amount', x.amount))
			|| coalesce((SELECT jsonb_agg(jsonb_build_object('on', n.issued_on + time '00:00' AT TIME ZONE 'UTC', 'amount', -y.amount) ORDER BY n.id) FROM invoice n JOIN invoice_line y ON y.tenant_id = n.tenant_id AND y.invoice_id = n.id
				WHERE n.tenant_id = i.tenant_id AND n.credits = i.id AND n.issued_on <= ?1 AND y.source ->> 'line' = x.position::text), '[]')
			|| coalesce((SELECT jsonb_agg(jsonb_build_object('on', e.on_day + time '00:00' AT TIME ZONE 'UTC', 'amount', -x.amount)) FROM invoice_entry e
				WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind = 'void' AND e.on_day <= ?1), '[]') AS moves
	FROM (SELECT DISTINCT code FROM duct_price WHERE tenant_id = ?0 AND part = 'tariff' AND body ->> 'per' = 'once') c
	CROSS JOIN LATERAL (SELECT x.*, (x.source ->> 'lease')::uuid AS lease FROM invoice_line x WHERE x.tenant_id = ?0 AND x.duct_price = c.code AND x.amount > 0 OFFSET 0) x
	CROSS JOIN LATERAL (SELECT i.* FROM invoice i WHERE i.tenant_id = ?0 AND i.id = x.invoice_id AND i.kind = 'invoice' AND i.issued_on <= ?1 OFFSET 0) i
	CROSS JOIN LATERAL (SELECT l.*, o.name AS operator FROM duct_lease l JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id WHERE l.tenant_id = ?0 AND l.id = x.lease OFFSET 0) l
	JOIN LATERAL (SELECT p.body FROM duct_price p WHERE p.tenant_id = i.tenant_id AND p.part = 'tariff' AND p.code = x.duct_price AND p.effective_from <= (x.source ->> 'from')::date ORDER BY p.effective_from DESC LIMIT 1) p ON p.body ->> 'per' = 'once'
	LEFT JOIN LATERAL (SELECT p.body FROM duct_price p WHERE p.tenant_id = i.tenant_id AND p.part = 'terms' AND p.effective_from <= l.since ORDER BY p.effective_from DESC LIMIT 1) t ON true
	CROSS JOIN LATERAL (SELECT coalesce(l.agreed_until, (l.since + make_interval(months => greatest(coalesce((t.body ->> 'minimum_months')::int, 1), 1)))::date) AS until) g
	WHERE (i.issued_on, i.id, x.position) > (?3::date, ?4::uuid, ?5)
	ORDER BY i.issued_on, i.id, x.position LIMIT ?2`

// Deferred is what was invoiced until a day and is paid once for the time of leases, with the schedule of that day's year. Whether a charge is
// deferred the rules of the day say on which it was invoiced; without rules nothing is. It needs revenue:read.
func (s *Service) Deferred(ctx context.Context, actor identity.Actor, day time.Time) (out Deferrals, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return out, err
	}
	day = duct.DayOf(day)
	rules, err := s.accounting(ctx, day)
	if err != nil {
		return out, fmt.Errorf("revenue: accounting: %w", err)
	}
	if len(rules) == 0 {
		return out, nil
	}
	out.Rules = rules[0]
	err = pages(s.d.Page, func(after *Deferral) (found []Deferral, err error) {
		if after == nil {
			after = &Deferral{}
		}
		if err := s.d.DB.App.NewRaw(deferralSQL, tenancy.Must(ctx), day.Format(time.DateOnly), s.d.Page, after.IssuedOn.Format(time.DateOnly), after.InvoiceID, after.Position).Scan(ctx, &found); err != nil {
			return nil, fmt.Errorf("revenue: deferred: %w", err)
		}
		return found, nil
	}, func(x Deferral) error {
		i := slices.IndexFunc(rules, func(a Accounting) bool { return a.From <= x.IssuedOn.Format(time.DateOnly) })
		if i >= 0 && slices.Contains(rules[i].Deferred, x.Charge) && x.Until.After(x.From) {
			out.All = append(out.All, x)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Year, err = schedule(out.All, day.Year())
	return out, err
}

// accounting are the rules until a day, the latest first.
func (s *Service) accounting(ctx context.Context, day time.Time) ([]Accounting, error) {
	var rows []accountingRow
	err := s.d.DB.App.NewSelect().Model(&rows).ColumnExpr("a.body").Where("a.tenant_id = ? AND a.effective_from <= ?", tenancy.Must(ctx), day.Format(time.DateOnly)).OrderExpr("a.effective_from DESC").Scan(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Accounting, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Body, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// schedule sums deferrals up by the months of a year.
func schedule(all []Deferral, year int) ([]DeferredMonth, error) {
	out := make([]DeferredMonth, 12)
	for m := range out {
		begin := time.Date(year, time.Month(m+1), 1, 0, 0, 0, 0, time.UTC)
		end := begin.AddDate(0, 1, 0)
		out[m].Month = begin
		for _, d := range all {
			before, err := d.Recognised(begin)
			if err != nil {
				return nil, err
			}
			after, err := d.Recognised(end)
			if err != nil {
				return nil, err
			}
			charged := d.Charged(end)
			out[m].Charged += charged - d.Charged(begin)
			out[m].Recognised += after - before
			out[m].Balance += charged - after
		}
	}
	return out, nil
}

// exportDeferrals hands over a row for each of them: what was recognised until the end of a day, what is left, and its months of that year.
func (s *Service) exportDeferrals(ctx context.Context, actor identity.Actor, in i18n.Locale, day time.Time, row func([]any) error) error {
	x, err := s.Deferred(ctx, actor, day)
	if err != nil {
		return err
	}
	var cells []any
	for _, n := range []string{"invoice", "lease", "company", "what", "amount", "since", "until", "recognised", "deferred"} {
		cells = append(cells, in.T("revenue.export."+n))
	}
	for m := range 12 {
		cells = append(cells, in.MonthName(time.Month(m+1)))
	}
	if err := row(cells); err != nil {
		return err
	}
	next := day.AddDate(0, 0, 1)
	for _, d := range x.All {
		now, err := d.Recognised(next)
		if err != nil {
			return err
		}
		months, err := schedule([]Deferral{d}, day.Year())
		if err != nil {
			return err
		}
		cells := []any{d.Number, d.Lease, d.Operator, d.What.In(in), int64(d.Charged(next)), dateText(d.From), dateText(d.Until.AddDate(0, 0, -1)), int64(now), int64(d.Charged(next) - now)}
		for _, m := range months {
			cells = append(cells, int64(m.Recognised))
		}
		if err := row(cells); err != nil {
			return err
		}
	}
	return nil
}
