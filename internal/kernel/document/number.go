package document

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
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

// checkOthers refuses a pattern that the newest version of another template of the city has too, since both would count
// from 1: unless it names the service, by which they differ, or both are counted by the agency's one series.
func (t *Template) checkOthers(ctx context.Context, tx bun.Tx, c *pack.Check) error {
	if slices.Contains(placeholders(t.NumberPattern), "service") {
		return nil
	}
	var others []string
	err := tx.NewRaw(`SELECT code FROM (SELECT DISTINCT ON (code) code, body FROM document_definition
			WHERE tenant_id = ? AND code <> ? ORDER BY code, version DESC) newest
		WHERE body->>'number_pattern' = ? AND NOT (? = ? AND coalesce(body->>'series', '') = ?) ORDER BY code LIMIT 1`,
		tenancy.Must(ctx), t.Code, t.NumberPattern, t.Series, SeriesAgency, SeriesAgency).Scan(ctx, &others)
	if err != nil {
		return fmt.Errorf("document: number pattern: %w", err)
	}
	for _, code := range others {
		c.Add("number_pattern", "number_taken", "value", t.NumberPattern, "other", code)
	}
	return c.Err()
}

func roman(m time.Month) string {
	return [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}[m-1]
}
