package ductyear

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
)

// term is leases of one subduct that are agreed on for so many months, one after the other: each but the first renews the one before.
type term struct {
	operator, month, day int
	corridor             string
	months               []int
}

// terms end before a minimum term and are renewed within it, beyond it and after it.
var terms = []term{{4, 3, 7, "BC-BKL", []int{3, 4}}, {1, 2, 20, "BKL-LB", []int{2, 5, 9}}, {2, 4, 1, "LB-SKP", []int{14, 3}}}

// renew lets what begins in a month: the first lease of a row of terms, or the next one in the same units.
func (m *maker) renew(ctx context.Context, i int) error {
	for n, x := range terms {
		first, gone := m.first.AddDate(0, x.month, x.day-1), 0
		for k, months := range x.months {
			since := first.AddDate(0, gone, 0)
			if gone += months; since.Before(m.first.AddDate(0, i, 0)) || !since.Before(m.first.AddDate(0, i+1, 0)) {
				continue
			}
			if err := m.next(ctx, n, k, x, since, first.AddDate(0, gone, 0)); err != nil {
				return fmt.Errorf("term %d of %d: %w", k, n, err)
			}
		}
	}
	return nil
}

func (m *maker) next(ctx context.Context, n, k int, x term, since, until time.Time) error {
	if k == 0 {
		in, err := m.way(ctx, let{corridor: x.corridor, kind: duct.Subduct, quantity: 1}, since, until)
		if err != nil || len(in.Segments) == 0 {
			return err
		}
		m.rows[n] = row{segments: in.Segments}
	}
	was, ok := m.rows[n]
	if !ok {
		return nil
	}
	id, err := m.hold(ctx, lease.ReserveInput{Operator: m.made.Operators[x.operator], Kind: duct.Subduct, Quantity: 1, Since: since, Until: until, Days: 30, Key: fmt.Sprint("berturut ", n, " ", k), Segments: was.segments, Renews: was.last}, since)
	if err != nil {
		return err
	}
	said := Days{Lease: id, Since: since, Accepted: since, Until: &until}
	if k > 0 {
		said.Renews = &was.last
	}
	m.made.Days = append(m.made.Days, said)
	m.rows[n] = row{was.segments, id}
	return nil
}

// row is a row of terms by now.
type row struct {
	segments []uuid.UUID
	last     uuid.UUID
}
