package lease

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Turn makes whoever changes the network under what is held wait for those who change what is held, until tx ends. It comes before
// every other lock of the ducts.
func Turn(ctx context.Context, tx bun.Tx) error {
	_, err := duct.Turn(ctx, tx, 0)
	return err
}

// holding are the holds from a day on, ?2, of a unit ?1, of all that it lies in and of all that lies in it.
const holding = `FROM duct_unit u JOIN duct_unit x ON x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id
	LEFT JOIN duct_unit y ON y.tenant_id = x.tenant_id AND y.segment_id = x.segment_id AND y.id = x.parent_id
	LEFT JOIN duct_unit z ON z.tenant_id = u.tenant_id AND z.segment_id = u.segment_id AND z.id = u.parent_id
	JOIN duct_hold h ON h.tenant_id = x.tenant_id AND h.unit_id = x.id AND h.own AND h.released_at IS NULL AND (upper_inf(h.during) OR upper(h.during) > ?2)
	JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
	WHERE u.tenant_id = ?0 AND u.id = ?1 AND (u.id IN (x.id, x.parent_id, y.parent_id) OR x.id IN (u.parent_id, z.parent_id))`

// Holders are the numbers of the leases that hold a unit on a day or after it: itself, something that it lies in or something that
// lies in it.
func Holders(ctx context.Context, db bun.IDB, unit uuid.UUID, day time.Time) ([]string, error) {
	var all []string
	if err := db.NewRaw("SELECT DISTINCT l.number "+holding+" ORDER BY 1", tenancy.Must(ctx), unit, duct.DayOf(day)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("lease: holders: %w", err)
	}
	return all, nil
}

// Divide lets what is held go on in the units that a change of the network has made of others (duct.Unit.WasID): the old ones are held
// until before its day, the new ones from then on. A lease goes on being charged for what it took on its first day. The caller has
// its Turn.
func Divide(ctx context.Context, tx bun.Tx, change uuid.UUID, day, at time.Time) error {
	for _, sql := range []string{
		// What begins on the day or later takes the new units outright.
		`INSERT INTO duct_hold (tenant_id, lease_id, unit_id, own, during, taken_id)
			SELECT h.tenant_id, h.lease_id, n.id, h.own, daterange(greatest(lower(h.during), ?2), upper(h.during)), CASE WHEN lower(h.during) < ?2 THEN coalesce(h.taken_id, h.unit_id) ELSE h.taken_id END
			FROM duct_unit n JOIN duct_hold h ON h.tenant_id = n.tenant_id AND h.unit_id = n.was_id AND h.released_at IS NULL AND (upper_inf(h.during) OR upper(h.during) > ?2)
			WHERE n.tenant_id = ?0 AND n.change_id = ?1`,
		`UPDATE duct_hold h SET parted_by = ?1, during = CASE WHEN lower(h.during) < ?2 THEN daterange(lower(h.during), ?2) ELSE h.during END, released_at = CASE WHEN lower(h.during) < ?2 THEN NULL ELSE ?3::timestamptz END
			WHERE h.tenant_id = ?0 AND h.unit_id IN (SELECT n.was_id FROM duct_unit n WHERE n.tenant_id = ?0 AND n.change_id = ?1) AND h.released_at IS NULL AND (upper_inf(h.during) OR upper(h.during) > ?2)`,
		"UPDATE duct_lease l SET segments = l.segments + 1 WHERE l.tenant_id = ?0 AND l.id IN (" + partedOutright + ")",
	} {
		if _, err := tx.NewRaw(sql, tenancy.Must(ctx), change, duct.DayOf(day).Format(time.DateOnly), at).Exec(ctx); err != nil {
			return fmt.Errorf("lease: divide: %w", err)
		}
	}
	return nil
}

// partedOutright are the leases whose first day a change of the network comes before.
const partedOutright = `SELECT h.lease_id FROM duct_hold h WHERE h.tenant_id = ?0 AND h.parted_by = ?1 AND h.own AND h.released_at IS NOT NULL`

// Rejoin takes Divide back for the change undo: what holds the parts holds what they were made of. It refuses Conflict
// "duct.held_since" once a part is held by itself. The caller has its Turn.
func Rejoin(ctx context.Context, tx bun.Tx, change, undo uuid.UUID, at time.Time) error {
	var since []string
	err := tx.NewRaw(`SELECT DISTINCT l.number FROM duct_unit n JOIN duct_hold h ON h.tenant_id = n.tenant_id AND h.unit_id = n.id AND h.released_at IS NULL JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
		WHERE n.tenant_id = ?0 AND n.change_id = ?1 AND NOT EXISTS (SELECT FROM duct_hold o WHERE o.tenant_id = n.tenant_id AND o.unit_id = n.was_id AND o.lease_id = h.lease_id AND o.parted_by = ?1) ORDER BY 1`, tenancy.Must(ctx), change).Scan(ctx, &since)
	if err != nil {
		return fmt.Errorf("lease: rejoin: %w", err)
	}
	if len(since) > 0 {
		return fault.New(fault.Conflict, "duct.held_since", "lease", since[0])
	}
	for _, sql := range []string{
		"UPDATE duct_lease l SET segments = l.segments - 1 WHERE l.tenant_id = ?0 AND l.id IN (" + partedOutright + " AND lower(h.during) >= (SELECT on_day FROM duct_change WHERE tenant_id = ?0 AND id = ?1))",
		`UPDATE duct_hold h SET during = daterange(lower(h.during), upper(n.during)), released_at = NULL
			FROM (SELECT DISTINCT ON (n.was_id, x.lease_id) n.was_id, x.lease_id, x.during FROM duct_unit n JOIN duct_hold x ON x.tenant_id = n.tenant_id AND x.unit_id = n.id AND x.released_at IS NULL
				WHERE n.tenant_id = ?0 AND n.change_id = ?1 ORDER BY n.was_id, x.lease_id, n.id) n
			WHERE h.tenant_id = ?0 AND h.parted_by = ?1 AND h.unit_id = n.was_id AND h.lease_id = n.lease_id`,
		"UPDATE duct_hold h SET released_at = ?3, parted_by = ?2 WHERE h.tenant_id = ?0 AND h.released_at IS NULL AND h.unit_id IN (SELECT n.id FROM duct_unit n WHERE n.tenant_id = ?0 AND n.change_id = ?1)",
		"UPDATE duct_hold h SET parted_by = NULL WHERE h.tenant_id = ?0 AND h.parted_by = ?1",
	} {
		if _, err := tx.NewRaw(sql, tenancy.Must(ctx), change, undo, at).Exec(ctx); err != nil {
			return fmt.Errorf("lease: rejoin: %w", err)
		}
	}
	return nil
}

// shorten ends the holds of a lease before a day. Those of parts that were made later than that are given back.
func shorten(ctx context.Context, tx bun.Tx, lease uuid.UUID, day, at time.Time) error {
	_, err := tx.NewRaw(`UPDATE duct_hold SET during = CASE WHEN lower(during) < ?2 THEN daterange(lower(during), least(upper(during), ?2)) ELSE during END, released_at = CASE WHEN lower(during) < ?2 THEN NULL ELSE ?3::timestamptz END
		WHERE tenant_id = ?0 AND lease_id = ?1 AND released_at IS NULL`, tenancy.Must(ctx), lease, duct.DayOf(day).Format(time.DateOnly), at).Exec(ctx)
	return err
}
