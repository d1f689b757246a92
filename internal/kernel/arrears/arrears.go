// Package arrears says what parties owe for how long, and climbs the ladder of reminders with each invoice that stays open: before
// it is due, on the day, and after it. The ladder is the seller's data; each rung is climbed once for an invoice, whoever
// runs it how often.
//
// A rung may announce a day from which a party that is a city is held back. It is only ever told ahead; who holds back, and
// what, is another's business, and it ends with the invoice.
package arrears

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Aged is what a party owes on a day, by how long it is overdue.
type Aged struct {
	PartyID uuid.UUID     `bun:"party_id"`
	City    uuid.NullUUID `bun:"city"`
	Name    string        `bun:"name"`
	Open    money.Rupiah  `bun:"open"`
	NotDue  money.Rupiah  `bun:"not_due"` // or due on that day
	To30    money.Rupiah  `bun:"to_30"`   // 1 to 30 days overdue
	To60    money.Rupiah  `bun:"to_60"`
	To90    money.Rupiah  `bun:"to_90"`
	Beyond  money.Rupiah  `bun:"beyond"`
	Oldest  time.Time     `bun:"oldest,nullzero"` // due day of the oldest open invoice
}

const pageMost = 200

// Age sums up what is open on a day, for a page of parties in the order of their ids: those after the party that the page before
// ended with, and next is zero on the last page. Parties that owe nothing are left out of their page.
func Age(ctx context.Context, db bun.IDB, on time.Time, after uuid.UUID) (page []Aged, next uuid.UUID, err error) {
	day, tenant := on.Format(time.DateOnly), tenancy.Must(ctx)
	var last []uuid.UUID
	if err := db.NewRaw("SELECT id FROM party WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?", tenant, after, pageMost).Scan(ctx, &last); err != nil {
		return nil, uuid.Nil, err
	}
	if len(last) == pageMost {
		next = last[pageMost-1]
	}
	err = db.NewRaw(`SELECT y.id AS party_id, y.city, y.name, sum(o.open)::bigint AS open,
			coalesce(sum(o.open) FILTER (WHERE ?::date - o.due_on <= 0), 0)::bigint AS not_due,
			coalesce(sum(o.open) FILTER (WHERE ?::date - o.due_on BETWEEN 1 AND 30), 0)::bigint AS to_30,
			coalesce(sum(o.open) FILTER (WHERE ?::date - o.due_on BETWEEN 31 AND 60), 0)::bigint AS to_60,
			coalesce(sum(o.open) FILTER (WHERE ?::date - o.due_on BETWEEN 61 AND 90), 0)::bigint AS to_90,
			coalesce(sum(o.open) FILTER (WHERE ?::date - o.due_on > 90), 0)::bigint AS beyond, min(o.due_on) AS oldest
		FROM (SELECT id, city, name FROM party WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?) y
		JOIN LATERAL (SELECT i.due_on, sum(e.amount) AS open FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id
			WHERE e.tenant_id = ? AND e.party_id = y.id AND e.on_day <= ? GROUP BY i.id, i.due_on HAVING sum(e.amount) > 0) o ON true
		GROUP BY y.id, y.city, y.name ORDER BY y.id`, day, day, day, day, day, tenant, after, pageMost, tenant, day).Scan(ctx, &page)
	return page, next, err
}

// Due is a rung that an invoice has reached.
type Due struct {
	Invoice    uuid.UUID
	Number     string
	Rung       invoice.Rung
	LimitsFrom time.Time // what it announces, or zero
}

// climbing is an open invoice with what it was reminded of.
type climbing struct {
	ID         uuid.UUID `bun:"id"`
	Number     string    `bun:"number"`
	DueOn      time.Time `bun:"due_on"`
	Told       []int     `bun:"told,array"`
	LimitsFrom time.Time `bun:"limits_from,nullzero"`
	OnlySlip   bool      `bun:"only_slip"` // all that is open is what the buyer may give to the state
}

// slipSQL is what of an invoice i may still be closed by a slip (bukti potong) instead of money.
const slipSQL = `(i.withholdable - (SELECT coalesce(sum(n.withholdable), 0) FROM invoice n WHERE n.tenant_id = i.tenant_id AND n.credits = i.id)
	+ (SELECT coalesce(sum(w.amount), 0) FROM invoice_entry w WHERE w.tenant_id = i.tenant_id AND w.invoice_id = i.id AND w.kind = 'withheld'))`

const climbPage = 500

// Whom are the parties with whose invoices a ladder is climbed.
type Whom bool

// A platform reminds the cities that it bills; the book of a company whose parties are no cities reminds all of them.
const (
	Cities   Whom = true
	Everyone Whom = false
)

// limitsFrom is the day that a reminder r has announced, or the first after its invoice's letters were held back.
const limitsFrom = `greatest(r.limits_from, (SELECT max(coalesce(h.ended_on, h.until + 1)) FROM invoice_hold h WHERE h.tenant_id = r.tenant_id AND h.invoice_id = r.invoice_id AND r.limits_from IS NOT NULL))`

// Climb records as part of tx which rung of the ladder each open invoice of those parties has reached by a day, and returns those
// that are to be said now. Of several that were missed the last is said. A rung that carries out what another
// announced waits for the announced day. What is held is passed over. What only a slip is missing of is reminded of, and nobody is
// held back for it.
func Climb(ctx context.Context, tx bun.Tx, whom Whom, ladder []invoice.Rung, on, now time.Time) ([]Due, error) {
	if len(ladder) == 0 {
		return nil, nil
	}
	ladder = slices.SortedFunc(slices.Values(ladder), func(a, b invoice.Rung) int { return a.Days - b.Days })
	// Two runs at once would both find it unsaid.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "reminders of "+tenancy.Must(ctx).String()).Exec(ctx); err != nil {
		return nil, err
	}
	var out []Due
	for after := uuid.Nil; ; {
		var page []climbing
		err := tx.NewRaw(`SELECT i.id, i.number, i.due_on, ARRAY(SELECT r.days FROM invoice_reminder r WHERE r.tenant_id = i.tenant_id AND r.invoice_id = i.id) AS told,
				(SELECT min(`+limitsFrom+`) FROM invoice_reminder r WHERE r.tenant_id = i.tenant_id AND r.invoice_id = i.id) AS limits_from,
				(SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) <= `+slipSQL+` AS only_slip
			FROM invoice i JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id
			WHERE i.tenant_id = ? AND i.kind = 'invoice' AND (y.city IS NOT NULL OR NOT ?) AND i.id > ? AND i.due_on <= ?
			  AND (SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) > 0
			  AND NOT EXISTS (SELECT FROM invoice_hold h WHERE h.tenant_id = i.tenant_id AND h.invoice_id = i.id AND h.until >= ?::date AND (h.ended_on IS NULL OR h.ended_on > ?::date))
			ORDER BY i.id LIMIT ?`, tenancy.Must(ctx), bool(whom), after, on.AddDate(0, 0, -ladder[0].Days).Format(time.DateOnly), on.Format(time.DateOnly), on.Format(time.DateOnly), climbPage).Scan(ctx, &page)
		if err != nil {
			return nil, fmt.Errorf("arrears: climb: %w", err)
		}
		for _, c := range page {
			d, ok, err := c.climb(ctx, tx, ladder, on, now)
			if err != nil {
				return nil, fmt.Errorf("arrears: climb: %w", err)
			}
			if ok {
				out = append(out, d)
			}
			after = c.ID
		}
		if len(page) < climbPage {
			return out, nil
		}
	}
}

func (c climbing) climb(ctx context.Context, tx bun.Tx, ladder []invoice.Rung, on, now time.Time) (Due, bool, error) {
	var missed []invoice.Rung
	for _, r := range ladder {
		reached := !on.Before(c.DueOn.AddDate(0, 0, r.Days))
		if r.Limited || r.LimitsAfter > 0 {
			reached = reached && !c.OnlySlip
		}
		if r.Limited {
			reached = reached && !c.LimitsFrom.IsZero() && !on.Before(c.LimitsFrom)
		}
		if reached && !slices.Contains(c.Told, r.Days) {
			missed = append(missed, r)
		}
	}
	if len(missed) == 0 {
		return Due{}, false, nil
	}
	last := missed[len(missed)-1]
	if slices.ContainsFunc(c.Told, func(days int) bool { return days > last.Days }) {
		return Due{}, false, nil // the ladder got a rung below one that was climbed
	}
	d := Due{Invoice: c.ID, Number: c.Number, Rung: last}
	if last.LimitsAfter > 0 {
		d.LimitsFrom = on.AddDate(0, 0, last.LimitsAfter)
	}
	for _, r := range missed {
		say, limits := "", any(nil)
		if r.Days == last.Days {
			say = r.Say
			if !d.LimitsFrom.IsZero() {
				limits = d.LimitsFrom.Format(time.DateOnly)
			}
		}
		_, err := tx.NewRaw("INSERT INTO invoice_reminder (tenant_id, invoice_id, days, say, on_day, limits_from, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tenancy.Must(ctx), c.ID, r.Days, say, on.Format(time.DateOnly), limits, now.UTC()).Exec(ctx)
		if err != nil {
			return d, false, err
		}
	}
	return d, true, nil
}

// LimitsFrom is the first day from which a city is held back for an invoice of which money is still open, as it was announced; zero
// when there is none. What the city gave to the state is not: its slip comes later than the money. An invoice whose letters were
// held back counts from the day after that at the earliest. ctx is the seller's.
func LimitsFrom(ctx context.Context, db bun.IDB, city uuid.UUID) (time.Time, error) {
	var row struct {
		Day time.Time `bun:"day,nullzero"`
	}
	err := db.NewRaw(`SELECT min(`+limitsFrom+`) AS day FROM invoice_reminder r JOIN invoice i ON i.tenant_id = r.tenant_id AND i.id = r.invoice_id
		JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id
		WHERE r.tenant_id = ? AND r.limits_from IS NOT NULL AND y.city = ?
		  AND (SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) > greatest(`+slipSQL+`, 0)`, tenancy.Must(ctx), city).Scan(ctx, &row)
	return row.Day, err
}
