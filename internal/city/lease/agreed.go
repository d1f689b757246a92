package lease

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// agree writes down what a lease is charged for from now on: the billed length and the zone of each of its segments on its first day, and
// the nodes on its way. What is surveyed later says nothing of it any more. Where the network has no word of that day yet, nothing
// is written down, and the lease waits until it has.
func agree(ctx context.Context, tx bun.Tx, l *Lease) error {
	since := l.Since.Format(time.DateOnly)
	var sum []int64
	err := tx.NewRaw(`WITH way AS (SELECT DISTINCT u.segment_id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = coalesce(h.taken_id, h.unit_id)
			WHERE h.tenant_id = ?0 AND h.lease_id = ?1 AND h.own AND h.released_at IS NULL),
		known AS (SELECT w.segment_id, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm, c.free_trade FROM way w
			JOIN duct_segment_state c ON c.tenant_id = ?0 AND c.segment_id = w.segment_id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)),
		kept AS (INSERT INTO duct_lease_segment (tenant_id, lease_id, segment_id, length_mm, free_trade)
			SELECT ?0, ?1, segment_id, length_mm, free_trade FROM known WHERE (SELECT count(*) FROM known) = (SELECT count(*) FROM way) RETURNING length_mm)
		SELECT sum(length_mm)::bigint FROM kept HAVING count(*) > 0`, l.TenantID, l.ID, since).Scan(ctx, &sum)
	if err != nil {
		return fmt.Errorf("lease: agree: %w", err)
	}
	if len(sum) == 0 {
		return nil
	}
	l.LengthMM = sum[0]
	_, err = tx.NewRaw(`INSERT INTO duct_lease_node (tenant_id, lease_id, node_id, kind, free_trade)
		SELECT ?0, ?1, n.node, c.kind, c.free_trade FROM (SELECT DISTINCT unnest(ARRAY[k.from_node, k.to_node]) AS node FROM duct_lease_segment s JOIN duct_segment k ON k.tenant_id = s.tenant_id AND k.id = s.segment_id
			WHERE s.tenant_id = ?0 AND s.lease_id = ?1) n
		CROSS JOIN LATERAL (SELECT c.kind, c.free_trade FROM duct_node_state c WHERE c.tenant_id = ?0 AND c.node_id = n.node AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2) ORDER BY c.since DESC LIMIT 1) c`,
		l.TenantID, l.ID, since).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lease: agree: %w", err)
	}
	return nil
}
