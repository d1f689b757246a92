package document

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// nextNumber takes the next number of a series in a year, as part of tx: whoever asks next waits until tx ends.
func nextNumber(ctx context.Context, tx bun.Tx, series string, year int) (int, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO document_counter AS c (tenant_id, series, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = c.last + 1 RETURNING last`,
		tenancy.Must(ctx), series, year).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("document: number: %w", err)
	}
	return n, nil
}

func numberParts() []string {
	return []string{"seq", "agency", "service", "month_roman", "month", "year"}
}

// writeNumber writes the number of the seq-th document of its series; at is in the city's zone.
func writeNumber(pattern string, r Request, seq int, at time.Time) string {
	return fillIn(pattern, map[string]string{
		"seq": fmt.Sprintf("%03d", seq), "agency": r.Agency.Short, "service": r.Service, "year": strconv.Itoa(at.Year()),
		"month": fmt.Sprintf("%02d", at.Month()), "month_roman": roman(at.Month()),
	})
}

func roman(m time.Month) string {
	return [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}[m-1]
}
