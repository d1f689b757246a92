package payin

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Brought is a statement in a list, with how its lines stand today.
type Brought struct {
	bun.BaseModel `bun:"table:bank_statement,alias:b"`

	Statement
	Lines    int `bun:"lines"` // that it brought first
	Matched  int `bun:"matched"`
	Proposed int `bun:"proposed"`
	Open     int `bun:"open"`
	Aside    int `bun:"aside"`
}

// Statements lists the files that were given, the latest first, 100 at most: those before one, or from the beginning. Their bytes
// are left out; Find has them.
func (s *Service) Statements(ctx context.Context, db bun.IDB, before uuid.UUID) ([]Brought, error) {
	var all []Brought
	q := db.NewSelect().Model(&all).
		ColumnExpr("b.tenant_id, b.id, b.account, b.format, b.from_day, b.to_day, b.name, b.checked_at, b.checked_by, b.applied_at, b.applied_by, n.*").
		Join(`CROSS JOIN LATERAL (SELECT count(*) AS lines, count(*) FILTER (WHERE state = 'matched') AS matched, count(*) FILTER (WHERE state = 'proposed') AS proposed,
			count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'aside') AS aside FROM bank_line WHERE tenant_id = b.tenant_id AND statement_id = b.id) n`).
		Where("b.tenant_id = ?", tenancy.Must(ctx)).Order("b.id DESC").Limit(listMost)
	if before != uuid.Nil {
		q = q.Where("b.id < ?", before)
	}
	return all, q.Scan(ctx)
}

// Counts are how many lines stand how, over all statements.
func (s *Service) Counts(ctx context.Context, db bun.IDB) (map[string]int, error) {
	var rows []struct {
		State string
		Many  int
	}
	err := db.NewRaw("SELECT state, count(*) AS many FROM bank_line WHERE tenant_id = ? GROUP BY state", tenancy.Must(ctx)).Scan(ctx, &rows)
	out := map[string]int{}
	for _, r := range rows {
		out[r.State] = r.Many
	}
	return out, err
}

// Of lists the lines that a statement brought first, in the order of the file, 500 at most: those after one, or from the beginning.
func (s *Service) Of(ctx context.Context, db bun.IDB, statement, after uuid.UUID) ([]Line, error) {
	var all []Line
	err := db.NewSelect().Model(&all).Where("tenant_id = ? AND statement_id = ? AND id > ?", tenancy.Must(ctx), statement, after).Order("id").Limit(500).Scan(ctx)
	return all, err
}

// Line reads one, or NotFound "payin.no_line".
func (s *Service) Line(ctx context.Context, db bun.IDB, id uuid.UUID) (Line, error) {
	var l Line
	err := db.NewSelect().Model(&l).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "payin.no_line")
	}
	return l, err
}

// Match is a payment that a line became, and whether that was taken back.
type Match struct {
	PaymentID  uuid.UUID    `bun:"payment_id"`
	Party      string       `bun:"party"`
	Amount     money.Rupiah `bun:"amount"` // of the payment: a part of the line's where it was split
	Why        string       `bun:"why"`
	Waits      money.Rupiah `bun:"waits"`
	At         time.Time    `bun:"at"`
	By         uuid.UUID    `bun:"by"` // the nil UUID when nobody had to decide
	Reference  string       `bun:"reference"`
	Invoices   []uuid.UUID  `bun:"invoices,array"` // that it closed, in all or in part
	Numbers    []string     `bun:"numbers,array"`
	UndoneAt   time.Time    `bun:"undone_at,nullzero"`
	UndoneBy   uuid.UUID    `bun:"undone_by"`
	UndoReason string       `bun:"undo_reason"`
}

// Matches lists the payments of a line, the earliest first.
func (s *Service) Matches(ctx context.Context, db bun.IDB, line uuid.UUID) ([]Match, error) {
	var all []Match
	err := db.NewRaw(`SELECT m.payment_id, y.name AS party, p.amount, m.why, m.waits, m.at, m.by, p.reference, coalesce(i.ids, '{}') AS invoices, coalesce(i.numbers, '{}') AS numbers,
			u.at AS undone_at, coalesce(u.by, '00000000-0000-0000-0000-000000000000') AS undone_by, coalesce(u.reason, '') AS undo_reason
		FROM bank_match m JOIN payment p ON p.tenant_id = m.tenant_id AND p.id = m.payment_id JOIN party y ON y.tenant_id = p.tenant_id AND y.id = p.party_id
		LEFT JOIN payment_undo u ON u.tenant_id = p.tenant_id AND u.payment_id = p.id
		LEFT JOIN LATERAL (SELECT array_agg(x.id ORDER BY x.id) AS ids, array_agg(x.number ORDER BY x.id) AS numbers FROM
			(SELECT DISTINCT n.id, n.number FROM invoice_entry e JOIN invoice n ON n.tenant_id = e.tenant_id AND n.id = e.invoice_id WHERE e.tenant_id = m.tenant_id AND e.payment_id = m.payment_id) x) i ON true
		WHERE m.tenant_id = ? AND m.line_id = ? ORDER BY m.id`, tenancy.Must(ctx), line).Scan(ctx, &all)
	return all, err
}
